"""Faults of what partners report: statuses of invoices, receipts of flows (reference §6.4, §7.2, §10, §14).

The words are edigate's own.
"""

from __future__ import annotations

from functools import partial

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

_error = partial(FaultRow, nature=Nature.FONCTIONNELLE)
_warning = partial(FaultRow, nature=Nature.FONCTIONNELLE, severity=Severity.WARNING)

REPORT_FLOW_FAULTS: dict[str, FaultRow] = {
    "EDG-F050": FaultRow(
        nature=Nature.TECHNIQUE,
        title_fr="Statuts et accusés de réception confondus",
        title_en="Statuses and receipts mixed up",
        message_fr="Le document porte « {value} », que cette interface ne reçoit pas.",
        message_en="The document carries “{value}”, which this interface does not take.",
        remedy_fr=(
            "Déposez les accusés de réception de flux (CPPFluxStatuts) sur l’interface FSO1300A et les statuts de "
            "factures (CPPFactureStatuts) sur l’interface FSO1301A."
        ),
        remedy_en=(
            "Deposit receipts of flows (CPPFluxStatuts) on the interface FSO1300A, and statuses of invoices "
            "(CPPFactureStatuts) on the interface FSO1301A."
        ),
    ),
}

STATUS_FAULTS: dict[str, FaultRow] = {
    "EDG-S001": _error(
        title_fr="Code de statut hors liste",
        title_en="Status code outside the list",
        message_fr="IdStatut vaut « {value} », qui n’est pas un code de statut de facture (01 à 41).",
        message_en="IdStatut is “{value}”, which is no code of an invoice’s status (01 to 41).",
        remedy_fr="Indiquez dans IdStatut le code EDI du statut, par exemple 07 pour « Service fait ».",
        remedy_en="Give the EDI code of the status in IdStatut, for example 07 for “Service fait”.",
    ),
    "EDG-S002": _error(
        title_fr="Statut que ce partenaire ne pose pas",
        title_en="Status that this partner does not set",
        message_fr="Le statut {code} est posé par {holder} ; {sender} ne peut pas l’envoyer.",
        message_en="Status {code} is set by {holder}; {sender} cannot send it.",
        remedy_fr=(
            "Envoyez un statut qui vous revient : 03 à 11 pour un destinataire ; pour le portail aussi 12, 13, 14, 17, "
            "18, et 01 avec le libellé d’une étape."
        ),
        remedy_en=(
            "Send a status that is yours to set: 03 to 11 for a recipient; for the portal also 12, 13, 14, 17, 18, and "
            "01 with the label of a step."
        ),
    ),
    "EDG-S003": _warning(
        title_fr="Statut sans signification connue",
        title_en="Status without a known meaning",
        message_fr=(
            "Le format admet le code de statut « {value} », mais sa signification n’est pas connue : il est conservé "
            "tel quel et n’est pas transmis au fournisseur."
        ),
        message_en=(
            "The format admits the status code “{value}”, but its meaning is not known: it is kept as it stands and "
            "is not passed on to the supplier."
        ),
        remedy_fr="Si vous vouliez dire un autre statut, envoyez-le sous son code EDI (01 à 14, 17, 18).",
        remedy_en="If you meant another status, send it under its EDI code (01 to 14, 17, 18).",
    ),
    "EDG-S004": _warning(
        title_fr="Code de la numérotation interne du portail",
        title_en="Code of the portal’s internal numbering",
        message_fr=(
            "Le code « {value} » semble venir de la numérotation interne du portail, où il signifie {portal} ; dans la "
            "numérotation EDI, il est lu comme {code} et n’est pas transmis au fournisseur."
        ),
        message_en=(
            "The code “{value}” looks like one of the portal’s internal numbering, where it means {portal}; in the EDI "
            "numbering it is read as {code}, and it is not passed on to the supplier."
        ),
        remedy_fr="Pour ce statut, écrivez dans IdStatut le code EDI : {meant}.",
        remedy_en="For this status, write the EDI code in IdStatut: {meant}.",
    ),
    "EDG-S005": _error(
        title_fr="Étape non nommée",
        title_en="Step without its name",
        message_fr=(
            "Le statut 01 du portail annonce une étape qui n’a pas de code, et ComplementStatut n’en nomme aucune "
            "(trouvé : {label})."
        ),
        message_en=(
            "Status 01 of the portal announces a step that has no code, and ComplementStatut names none (found: "
            "{label})."
        ),
        remedy_fr=(
            "Indiquez l’étape dans ComplementStatut, par exemple « Mise à disposition du second valideur » ou "
            "« Validation 1 hors délai »."
        ),
        remedy_en=(
            "Name the step in ComplementStatut, for example “Mise à disposition du second valideur” or “Validation 1 "
            "hors délai”."
        ),
    ),
    "EDG-S010": _error(
        rule="G7.25",
        title_fr="Commentaire obligatoire absent",
        title_en="Required comment missing",
        message_fr="Le statut {code} exige un commentaire pour le fournisseur, et Commentaire est absent ou vide.",
        message_en="Status {code} requires a comment for the supplier, and Commentaire is missing or empty.",
        remedy_fr=(
            "Écrivez dans Commentaire le code du motif puis son explication, par exemple « JUSTIF_ABS - bon de "
            "livraison manquant » ; ComplementStatut seul ne suffit pas."
        ),
        remedy_en=(
            "Write in Commentaire the code of the reason and then its explanation, for example “JUSTIF_ABS - bon de "
            "livraison manquant”; ComplementStatut alone is not enough."
        ),
    ),
    "EDG-S011": _error(
        title_fr="Horodatage inutilisable",
        title_en="Moment that cannot be used",
        message_fr=(
            "L’horodatage « {value} » ne peut pas être lu comme une date et une heure entre les années 2000 et 2099."
        ),
        message_en="The moment “{value}” cannot be read as a date and time between the years 2000 and 2099.",
        remedy_fr="Écrivez Horodatage sur le modèle 2026-03-05T09:00:00+01:00.",
        remedy_en="Write Horodatage after the pattern 2026-03-05T09:00:00+01:00.",
    ),
    "EDG-S012": _warning(
        title_fr="Horodatage dans le futur",
        title_en="Moment in the future",
        message_fr="L’horodatage « {value} » est postérieur au jour du dépôt ({date}).",
        message_en="The moment “{value}” is after the day of the deposit ({date}).",
        remedy_fr="Vérifiez l’horloge et le fuseau horaire de votre système ; le statut est pris en compte.",
        remedy_en="Check the clock and the time zone of your system; the status is taken.",
    ),
    "EDG-S013": _warning(
        title_fr="Code de motif inconnu",
        title_en="Unknown reason code",
        message_fr="Le texte du statut {code} cite « {value} », qui n’est pas un code de motif connu.",
        message_en="The text of status {code} names “{value}”, which is no known code of a reason.",
        remedy_fr=(
            "Commencez le commentaire par un code de la liste des motifs (par exemple SE_ERR, EJ_ERR, DOUBLE_FACT, "
            "AUTRE), suivi de votre explication."
        ),
        remedy_en=(
            "Begin the comment with a code of the list of reasons (for example SE_ERR, EJ_ERR, DOUBLE_FACT, AUTRE), "
            "followed by your explanation."
        ),
    ),
    "EDG-S014": _warning(
        title_fr="Code de motif absent",
        title_en="Reason code missing",
        message_fr="Le texte du statut {code}, « {value} », ne cite aucun code de motif.",
        message_en="The text of status {code}, “{value}”, names no code of a reason.",
        remedy_fr=(
            "Commencez le commentaire par le code du motif (AUTRE si aucun autre ne convient), suivi de votre "
            "explication, afin que le fournisseur puisse le traiter automatiquement."
        ),
        remedy_en=(
            "Begin the comment with the code of the reason (AUTRE if no other fits), followed by your explanation, so "
            "that the supplier can handle it automatically."
        ),
    ),
    "EDG-S015": _warning(
        title_fr="Pièce justificative absente sans suspension",
        title_en="Missing document without a suspension",
        message_fr=(
            "Le motif « {value} » (pièce justificative absente ou insuffisante) accompagne le statut {code}, alors "
            "qu’il va avec le statut 06 « Suspendue »."
        ),
        message_en=(
            "The reason “{value}” (supporting document missing or insufficient) comes with status {code}, while it "
            "goes with status 06 “Suspended”."
        ),
        remedy_fr=(
            "Pour recevoir la pièce manquante, suspendez la facture (06) ; après un rejet, le fournisseur doit émettre "
            "une nouvelle facture sous un nouveau numéro."
        ),
        remedy_en=(
            "To be sent the missing document, suspend the invoice (06); after a rejection its supplier must issue a "
            "new invoice under a new number."
        ),
    ),
    "EDG-S020": _error(
        title_fr="Fournisseur de la facture non identifié",
        title_en="Supplier of the invoice not identified",
        message_fr="Le statut n’identifie pas le fournisseur de la facture : Fournisseur/Identifiant est vide.",
        message_en="The status does not identify the invoice’s supplier: Fournisseur/Identifiant is empty.",
        remedy_fr="Reprenez dans Fournisseur l’identifiant et son type tels que le flux pivot les donne.",
        remedy_en="Repeat in Fournisseur the identifier and its kind as the pivot flow gives them.",
    ),
    "EDG-S021": _error(
        title_fr="Facture non désignée",
        title_en="Invoice not named",
        message_fr="Le statut ne désigne aucune facture : IdFacture est vide.",
        message_en="The status names no invoice: IdFacture is empty.",
        remedy_fr="Reprenez dans IdFacture le numéro de facture tel que le flux pivot le donne.",
        remedy_en="Repeat in IdFacture the invoice’s number as the pivot flow gives it.",
    ),
    "EDG-S022": _error(
        rule="G2.07",
        title_fr="SIRET du débiteur mal formé",
        title_en="Debtor’s SIRET malformed",
        message_fr="L’identifiant du débiteur « {value} » n’est pas un SIRET : 14 chiffres sont attendus.",
        message_en="The debtor’s identifier “{value}” is no SIRET: 14 digits are expected.",
        remedy_fr="Indiquez dans Debiteur/Identifiant le SIRET de la structure destinataire de la facture.",
        remedy_en="Give in Debiteur/Identifiant the SIRET of the structure that received the invoice.",
    ),
    "EDG-S025": _error(
        title_fr="Code d’accusé de réception hors liste",
        title_en="Receipt code outside the list",
        message_fr=(
            "IdStatut vaut « {value} », alors que l’accusé de réception d’un flux pivot est 92 (reçu) ou 94 (en "
            "erreur)."
        ),
        message_en="IdStatut is “{value}”, while the receipt of a pivot flow is 92 (received) or 94 (in error).",
        remedy_fr="Envoyez 92 si votre système a pris le flux en charge, 94 s’il n’a pas pu le traiter.",
        remedy_en="Send 92 if your system took charge of the flow, 94 if it could not process it.",
    ),
    "EDG-S026": _error(
        rule="G7.33",
        title_fr="Flux accusé mal désigné",
        title_en="Flow acknowledged by no flow identifier",
        message_fr=(
            "IdFlux vaut « {value} », qui n’est ni un identifiant de flux (25 caractères) ni un nom de flux "
            "(41 caractères)."
        ),
        message_en="IdFlux is “{value}”, which is neither a flow identifier (25 characters) nor a flow name (41).",
        remedy_fr=(
            "Reprenez dans IdFlux l’identifiant du flux FEN0036A reçu, par exemple CPP0010036000000000000004 : les 25 "
            "derniers caractères de son nom."
        ),
        remedy_en=(
            "Repeat in IdFlux the identifier of the FEN0036A flow received, for example CPP0010036000000000000004: the "
            "last 25 characters of its name."
        ),
    ),
    "EDG-S027": _warning(
        title_fr="Erreur de réception sans explication",
        title_en="Reception error without an explanation",
        message_fr="L’accusé de réception {value} signale une erreur, mais aucune ligne d’erreur ne dit laquelle.",
        message_en="Receipt {value} tells of an error, but no error line says which.",
        remedy_fr="Ajoutez dans Details une LigneErreurDetail par anomalie rencontrée, avec son code et son libellé.",
        remedy_en="Add in Details one LigneErreurDetail for each problem met, with its code and its label.",
    ),
    "EDG-S030": _error(
        title_fr="Facture inconnue parmi les vôtres",
        title_en="No such invoice among yours",
        message_fr=(
            "Aucune facture intégrée n’a le numéro « {number} » du fournisseur {supplier} parmi celles des "
            "destinataires pour lesquels vous agissez."
        ),
        message_en=(
            "No integrated invoice has the number “{number}” of supplier {supplier} among those of the recipients that "
            "you act for."
        ),
        remedy_fr=(
            "Reprenez du flux pivot le numéro, l’identifiant du fournisseur, le SIRET du débiteur et la date de la "
            "facture ; une facture rejetée à l’intégration ne reçoit pas de statut."
        ),
        remedy_en=(
            "Repeat from the pivot flow the number, the supplier’s identifier, the debtor’s SIRET and the invoice’s "
            "date; an invoice rejected at its integration takes no status."
        ),
    ),
    "EDG-S031": _error(
        title_fr="Statut posé hors de son tour",
        title_en="Status set out of turn",
        message_fr="Le statut « {value} » ne vous revient pas pour l’instant : c’est {holder} qui a la facture.",
        message_en="Status “{value}” is not yours to set at present: {holder} has the invoice.",
        remedy_fr="Attendez que la facture vous soit mise à disposition, puis envoyez de nouveau le statut.",
        remedy_en="Wait until the invoice is made available to you, then send the status again.",
    ),
    "EDG-S032": _error(
        title_fr="Plusieurs factures possibles",
        title_en="Several invoices fit",
        message_fr="Le numéro « {number} » est celui de {count} factures du fournisseur, sans qu’on sache laquelle.",
        message_en="The number “{number}” is that of {count} invoices of the supplier: it is unclear which is meant.",
        remedy_fr="Indiquez dans DateFacture la date d’émission de la facture concernée.",
        remedy_en="Give in DateFacture the issue date of the invoice concerned.",
    ),
    "EDG-S033": _error(
        title_fr="Facture close",
        title_en="Invoice closed",
        message_fr=(
            "La facture « {value} » est close (dernier statut : {state}) : refusée par un valideur ou remplacée par un "
            "dépôt plus récent, elle ne reçoit plus de statut."
        ),
        message_en=(
            "The invoice “{value}” is closed (last status: {state}): refused by a validator or replaced by a newer "
            "deposit, it takes no status any more."
        ),
        remedy_fr=(
            "Posez le statut sur la facture du dépôt plus récent, dont le numéro est le même ; après le refus d’un "
            "valideur, il n’y a rien à envoyer tant que le fournisseur n’a pas déposé de nouvelle facture."
        ),
        remedy_en=(
            "Set the status on the invoice of the newer deposit, which has the same number; after a validator’s "
            "refusal there is nothing to send until the supplier has deposited a new invoice."
        ),
    ),
    "EDG-S034": _warning(
        title_fr="Statut déjà reçu",
        title_en="Status received already",
        message_fr="Le statut « {value} » a déjà été reçu pour cette facture avec les mêmes textes : rien n’a changé.",
        message_en="Status “{value}” was already received for this invoice with the same texts: nothing changed.",
        remedy_fr="Rien n’est à faire ; vérifiez que votre système n’envoie pas deux fois les mêmes statuts.",
        remedy_en="Nothing is to be done; check that your system does not send the same statuses twice.",
    ),
    "EDG-S035": _warning(
        title_fr="Ordre de statuts inhabituel",
        title_en="Unusual order of statuses",
        message_fr="Le statut {code} suit le statut {previous}, ce qui est inhabituel ; il est pris en compte.",
        message_en="Status {code} follows status {previous}, which is unusual; it is taken.",
        remedy_fr="Vérifiez que le statut concerne bien cette facture ; aucun ordre n’est imposé.",
        remedy_en="Check that the status is about this invoice indeed; no order is imposed.",
    ),
    "EDG-S036": _warning(
        title_fr="Recyclage devenu rejet",
        title_en="Recycling turned into a rejection",
        message_fr=(
            "Le statut « {value} » (À recycler) n’est plus proposé : il a été enregistré comme 05 « Rejetée », avec "
            "votre commentaire."
        ),
        message_en=(
            "Status “{value}” (to be recycled) is no longer offered: it was recorded as 05 “Rejected”, with your "
            "comment."
        ),
        remedy_fr=(
            "Utilisez le statut 05 ; le fournisseur émet une nouvelle facture, sous un nouveau numéro, avec les bonnes "
            "données d’acheminement."
        ),
        remedy_en=(
            "Use status 05; the supplier issues a new invoice, under a new number, with the right routing data."
        ),
    ),
    "EDG-S037": _error(
        title_fr="Aucun valideur attendu",
        title_en="No validator awaited",
        message_fr="Le statut {code} est celui d’un valideur, et aucune validation n’est attendue pour cette facture.",
        message_en="Status {code} is a validator’s, and no validation is awaited for this invoice.",
        remedy_fr=(
            "Vérifiez le numéro de la facture et son cadre de facturation ; si la validation est déjà intervenue ou "
            "son délai passé, il n’y a rien à envoyer."
        ),
        remedy_en=(
            "Check the invoice’s number and its billing framework; if the validation is done already or its time is "
            "over, there is nothing to send."
        ),
    ),
    "EDG-S038": _error(
        title_fr="Décision d’un valideur attendue",
        title_en="A validator’s word awaited",
        message_fr=(
            "Le statut {code} ne peut pas être posé pour l’instant : la décision d’un valideur est attendue pour cette "
            "facture."
        ),
        message_en="Status {code} cannot be set at present: a validator’s word is awaited for this invoice.",
        remedy_fr=(
            "Envoyez d’abord la décision : 13 ou 14 pour le premier valideur, 18 ou 17 pour le second, ou 01 avec le "
            "libellé d’une étape ; l’autre statut vient après elle."
        ),
        remedy_en=(
            "Send the word first: 13 or 14 for the first validator, 18 or 17 for the second, or 01 with the label of a "
            "step; the other status comes after it."
        ),
    ),
    "EDG-S040": _error(
        title_fr="Flux accusé inconnu",
        title_en="Unknown flow acknowledged",
        message_fr="IdFlux « {value} » ne désigne aucun flux pivot qui vous ait été adressé.",
        message_en="IdFlux “{value}” names no pivot flow that was addressed to you.",
        remedy_fr="Reprenez l’identifiant du flux FEN0036A tel que son nom et son enveloppe (IdFlx) le donnent.",
        remedy_en="Repeat the identifier of the FEN0036A flow as its name and its envelope (IdFlx) give it.",
    ),
    "EDG-S041": _warning(
        title_fr="Accusé de réception déjà donné",
        title_en="Receipt given already",
        message_fr="Le flux « {value} » a déjà fait l’objet du même accusé de réception : rien n’a changé.",
        message_en="The flow “{value}” was already given the same receipt: nothing changed.",
        remedy_fr="Rien n’est à faire ; un seul accusé de réception par flux suffit.",
        remedy_en="Nothing is to be done; one receipt for each flow is enough.",
    ),
    "EDG-S042": _error(
        title_fr="Flux accusé avant sa mise à disposition",
        title_en="Flow acknowledged before it was published",
        message_fr="Le flux « {value} » vous est destiné, mais n’est pas encore mis à disposition.",
        message_en="The flow “{value}” is meant for you, but is not published yet.",
        remedy_fr="Attendez d’avoir reçu le flux, puis envoyez de nouveau son accusé de réception.",
        remedy_en="Wait until you have received the flow, then send its receipt again.",
    ),
}
