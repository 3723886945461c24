"""Why a status or receipt must say what it must, with examples (reference §7.2, §10; invented people)."""

from __future__ import annotations

from edigate.domain.example_rows import Example

STATUS_EXAMPLES: dict[str, Example] = {
    "EDG-S001": Example(
        why_fr="Le fournisseur lit le statut par son code ; un code hors liste ne lui dirait rien.",
        why_en="The supplier reads a status by its code; one outside the list would tell nothing.",
        wrong="<IdStatut>57</IdStatut>",
        right="<IdStatut>07</IdStatut>",
    ),
    "EDG-S002": Example(
        why_fr="Chaque étape engage celui qui la franchit : un destinataire ne valide pas à la place du titulaire.",
        why_en="Each step binds whoever takes it: a recipient does not validate in a main contractor’s stead.",
        wrong="<IdStatut>13</IdStatut>",
        right="<IdStatut>07</IdStatut>",
    ),
    "EDG-S003": Example(
        why_fr="Le fournisseur ne doit pas recevoir un statut que personne ne sait lui expliquer.",
        why_en="A supplier must not get a status that nobody can explain.",
        wrong="<IdStatut>33</IdStatut>",
        right="<IdStatut>07</IdStatut>",
    ),
    "EDG-S004": Example(
        why_fr=(
            "Le portail numérote ses statuts autrement : pris pour un code EDI, son numéro dirait autre chose au "
            "fournisseur."
        ),
        why_en=(
            "The portal numbers its statuses otherwise: taken for an EDI code, its number would tell the supplier "
            "something else."
        ),
        wrong="<IdStatut>16</IdStatut>",
        right="<IdStatut>06</IdStatut>",
    ),
    "EDG-S005": Example(
        why_fr="Les étapes propres au portail n’ont pas de code EDI : sans leur libellé, l’annonce ne dit rien.",
        why_en="The portal’s own steps have no EDI code: without their label the announcement says nothing.",
        wrong="<ComplementStatut>Étape suivante</ComplementStatut>",
        right="<ComplementStatut>Validation 1 hors délai</ComplementStatut>",
    ),
    "EDG-S010": Example(
        why_fr="Le fournisseur ne peut corriger ou compléter que ce qu’on lui explique ; sans motif, il téléphonera.",
        why_en=(
            "A supplier can only correct or complete what is explained; without a reason there will be a telephone "
            "call."
        ),
        wrong="<Commentaire/>",
        right="<Commentaire>JUSTIF_ABS - bon de livraison manquant</Commentaire>",
    ),
    "EDG-S011": Example(
        why_fr=(
            "Le délai de paiement se calcule sur ces dates : une date impossible fausserait l’histoire de la facture."
        ),
        why_en=(
            "Times for payment are computed from these dates: an impossible one would falsify the invoice’s history."
        ),
        wrong="<Horodatage>1926-03-02T09:00:00+01:00</Horodatage>",
        right="<Horodatage>2026-03-02T09:00:00+01:00</Horodatage>",
    ),
    "EDG-S012": Example(
        why_fr="Un statut daté de demain passerait, dans l’histoire de la facture, après ceux qui le suivront.",
        why_en="A status dated tomorrow would stand, in the invoice’s history, behind those that follow it.",
        wrong="<Horodatage>2026-04-02T09:00:00+01:00</Horodatage>",
        right="<Horodatage>2026-03-02T09:00:00+01:00</Horodatage>",
    ),
    "EDG-S013": Example(
        why_fr="Le logiciel du fournisseur trie les refus par leur code ; un code inconnu est lu comme du texte.",
        why_en="The supplier’s software sorts refusals by their code; an unknown one is read as mere text.",
        wrong="<Commentaire>LIVR_ABS - bon de livraison manquant</Commentaire>",
        right="<Commentaire>JUSTIF_ABS - bon de livraison manquant</Commentaire>",
    ),
    "EDG-S014": Example(
        why_fr=(
            "Le code permet au fournisseur de traiter les cas courants sans qu’une personne lise chaque commentaire."
        ),
        why_en="By the code a supplier handles common cases without a person who reads each comment.",
        wrong="<Commentaire>Bon de livraison manquant</Commentaire>",
        right="<Commentaire>JUSTIF_ABS - bon de livraison manquant</Commentaire>",
    ),
    "EDG-S015": Example(
        why_fr=(
            "Suspendre laisse le fournisseur compléter la même facture ; rejeter l’oblige à en refaire une pour un "
            "papier."
        ),
        why_en=(
            "A suspension lets the supplier complete the same invoice; a rejection means a new one for the sake of a "
            "paper."
        ),
        wrong=("<IdStatut>05</IdStatut>\n<Commentaire>JUSTIF_ABS - bon de livraison manquant</Commentaire>"),
        right=("<IdStatut>06</IdStatut>\n<Commentaire>JUSTIF_ABS - bon de livraison manquant</Commentaire>"),
    ),
    "EDG-S020": Example(
        why_fr="Deux fournisseurs peuvent avoir le même numéro de facture : c’est leur identifiant qui les distingue.",
        why_en="Two suppliers may have the same invoice number: their identifiers tell them apart.",
        wrong="<Identifiant/>",
        right="<Identifiant>99980137600016</Identifiant>",
    ),
    "EDG-S021": Example(
        why_fr="Sans numéro, le statut ne peut être inscrit dans l’histoire d’aucune facture.",
        why_en="Without a number the status cannot be written into any invoice’s history.",
        wrong="<IdFacture/>",
        right="<IdFacture>F2026-0042</IdFacture>",
    ),
    "EDG-S022": Example(
        why_fr="Le SIRET du débiteur prouve que le statut vient bien de celui qui a reçu la facture.",
        why_en="The debtor’s SIRET proves that the status comes from whoever received the invoice.",
        wrong="<Identifiant>9998205580001X</Identifiant>",
        right="<Identifiant>99982055800016</Identifiant>",
    ),
    "EDG-S025": Example(
        why_fr="Un accusé de réception dit si le flux est arrivé : reçu ou en erreur, il n’y a rien d’autre à en dire.",
        why_en="A receipt says whether the flow arrived: received or in error, there is nothing else to say of it.",
        wrong="<IdStatut>90</IdStatut>",
        right="<IdStatut>92</IdStatut>",
    ),
    "EDG-S026": Example(
        why_fr="Un accusé de réception ne vaut que pour le flux qu’il nomme ; les autres restent attendus.",
        why_en="A receipt holds only for the flow that it names; the others are still awaited.",
        wrong="<IdFlux>0036-42</IdFlux>",
        right="<IdFlux>CPP0010036000000000000042</IdFlux>",
    ),
    "EDG-S027": Example(
        why_fr=(
            "L’erreur doit être corrigée quelque part : sans un mot sur elle, le flux est présenté de nouveau à "
            "l’identique."
        ),
        why_en="The error must be mended somewhere: without a word on it the flow is offered again just the same.",
        wrong="<!-- Details -->",
        right=(
            '<Details NbLignesErreur="1">\n'
            '  <LigneErreurDetail IdLigne="1">\n'
            "    <NatureErreur>TECHNIQUE</NatureErreur>\n"
            "    <CodeErreur>E042</CodeErreur>\n"
            "    <LibelleErreur>PJ illisible</LibelleErreur>\n"
            "  </LigneErreurDetail>\n"
            "</Details>"
        ),
    ),
    "EDG-S030": Example(
        why_fr="Un statut ne s’inscrit que dans une histoire qui existe, celle d’une facture que vous avez reçue.",
        why_en="A status is written only into a history that exists, that of an invoice which you received.",
        wrong="<IdFacture>F2026-42</IdFacture>",
        right="<IdFacture>F2026-0042</IdFacture>",
    ),
    "EDG-S031": Example(
        why_fr=(
            "Tant que le valideur a la facture, le destinataire ne l’a pas : son statut devancerait un accord qui peut "
            "être refusé."
        ),
        why_en=(
            "As long as a validator has the invoice the recipient has not: its status would outrun a consent that may "
            "be refused."
        ),
        wrong="A9: 01, 07",
        right="A9: 01, 13, 03, 07",
    ),
    "EDG-S032": Example(
        why_fr="Un numéro peut revenir d’une année à l’autre : la date dit laquelle des factures avance.",
        why_en="A number may come back from one year to the next: the date says which of the invoices goes on.",
        wrong="<!-- DateFacture -->",
        right="<DateFacture>2026-03-02</DateFacture>",
    ),
    "EDG-S033": Example(
        why_fr=(
            "Une facture qu’un valideur a arrêtée n’est pas due : un statut de paiement posé sur elle tromperait le "
            "fournisseur."
        ),
        why_en=(
            "An invoice that a validator stopped is not owed: a status of payment on it would mislead the supplier."
        ),
        wrong="A12: 01, 14, 07",
        right="A12: 01, 13, 03, 07",
    ),
    "EDG-S034": Example(
        why_fr="Un statut répété n’apprend rien au fournisseur, et lui coûte un message à traiter.",
        why_en="A repeated status tells the supplier nothing and costs a message to be handled.",
        wrong="01, 03, 07, 07",
        right="01, 03, 07, 08",
    ),
    "EDG-S035": Example(
        why_fr=(
            "Aucun ordre n’est imposé, mais un retour en arrière est souvent un statut posé sur la mauvaise facture."
        ),
        why_en="No order is imposed, but a step back is often a status set on the wrong invoice.",
        wrong="01, 03, 11, 07",
        right="01, 03, 07, 11",
    ),
    "EDG-S036": Example(
        why_fr="Depuis 2026, une erreur d’acheminement se règle par une nouvelle facture : l’ancienne n’attend plus.",
        why_en="Since 2026 a misrouted invoice is settled by a new one: the old one waits no more.",
        wrong="<IdStatut>04</IdStatut>",
        right="<IdStatut>05</IdStatut>",
    ),
    "EDG-S037": Example(
        why_fr="Une validation que rien n’attend a sans doute été donnée pour une autre facture.",
        why_en="A validation that nothing awaits was probably meant for another invoice.",
        wrong="A1: 01, 13",
        right="A9: 01, 13",
    ),
    "EDG-S038": Example(
        why_fr="Tant que le valideur n’a rien dit, nul ne sait si la facture ira plus loin : ce qui suit attend.",
        why_en="Before the validator has spoken nobody knows whether the invoice goes on: what follows must wait.",
        wrong="A12: 01, 07",
        right="A12: 01, 13, 03, 07",
    ),
    "EDG-S040": Example(
        why_fr="Accuser réception d’un flux, c’est dire qu’on l’a : il faut qu’il vous ait été remis.",
        why_en="To acknowledge a flow is to say that you have it: it must have been handed to you.",
        wrong="<IdFlux>CPP0010036000000000009999</IdFlux>",
        right="<IdFlux>CPP0010036000000000000042</IdFlux>",
    ),
    "EDG-S041": Example(
        why_fr=(
            "Un second accusé de réception ne change rien, et peut cacher que le flux a été intégré deux fois chez "
            "vous."
        ),
        why_en="A second receipt changes nothing, and may hide that the flow was taken in twice on your side.",
        wrong="CPP0010036000000000000042: 92, 92",
        right="CPP0010036000000000000042: 92",
    ),
    "EDG-S042": Example(
        why_fr="Un accusé de réception donné d’avance ne prouverait pas que le flux est arrivé.",
        why_en="A receipt given beforehand would not prove that the flow arrived.",
        wrong=("09:00 FSO1300A 92\n10:00 FEN0036A"),
        right=("10:00 FEN0036A\n11:00 FSO1300A 92"),
    ),
}
