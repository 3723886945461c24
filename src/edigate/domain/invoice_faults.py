"""Faults of one invoice, by code (reference §8.4, §8.5, §9.3, §12.3; the words are edigate's own)."""

from __future__ import annotations

from functools import partial

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

_functional = partial(FaultRow, nature=Nature.FONCTIONNELLE)
_advice = partial(FaultRow, nature=Nature.FONCTIONNELLE, severity=Severity.WARNING)

INVOICE_FAULTS: dict[str, FaultRow] = {
    "EDG-I001": _functional(
        rule="G1.05",
        title_fr="Numéro de facture absent",
        title_en="Invoice number missing",
        message_fr="La facture n’a pas de numéro.",
        message_en="The invoice has no number.",
        remedy_fr=(
            "Renseignez le numéro de la facture : 20 caractères au plus, unique dans l’année pour votre entreprise."
        ),
        remedy_en="Give the invoice its number: at most 20 characters, unique within the year for your company.",
    ),
    "EDG-I002": _functional(
        rule="G1.05",
        title_fr="Numéro de facture trop long",
        title_en="Invoice number too long",
        message_fr="Le numéro de facture « {value} » dépasse 20 caractères.",
        message_en="The invoice number “{value}” is longer than 20 characters.",
        remedy_fr="Raccourcissez le numéro à 20 caractères au plus, dans la facture comme dans votre comptabilité.",
        remedy_en="Shorten the number to 20 characters at most, in the invoice and in your accounts alike.",
    ),
    "EDG-I003": _functional(
        rule="G1.05",
        title_fr="Caractère interdit dans le numéro de facture",
        title_en="Forbidden character in the invoice number",
        message_fr="Le numéro de facture « {value} » contient des caractères qui ne sont pas admis : « {characters} ».",
        message_en="The invoice number “{value}” holds characters that are not allowed: “{characters}”.",
        remedy_fr=(
            "N’employez que des lettres sans accent, des chiffres, l’espace et les signes « - », « _ », « + » et « / »."
        ),
        remedy_en="Use only unaccented letters, digits, the space and the signs “-”, “_”, “+” and “/”.",
    ),
    "EDG-I004": _functional(
        rule="G1.05",
        title_fr="Espaces mal placés dans le numéro de facture",
        title_en="Misplaced spaces in the invoice number",
        message_fr=(
            "Le numéro de facture « {value} » commence ou finit par une espace, en contient deux de suite, ou n’est "
            "fait que d’espaces."
        ),
        message_en=(
            "The invoice number “{value}” starts or ends with a space, has two in a row, or is made of spaces only."
        ),
        remedy_fr="Supprimez les espaces en trop et renvoyez la facture.",
        remedy_en="Remove the extra spaces and send the invoice again.",
    ),
    "EDG-I010": _functional(
        rule="G1.01",
        title_fr="Type de document absent",
        title_en="Document type missing",
        message_fr="La facture n’indique pas son type de document.",
        message_en="The invoice does not say its document type.",
        remedy_fr="Indiquez 380 pour une facture ou 381 pour un avoir.",
        remedy_en="Say 380 for an invoice or 381 for a credit note.",
    ),
    "EDG-I011": _functional(
        rule="G1.01",
        title_fr="Type de document non admis",
        title_en="Document type not allowed",
        message_fr="Le type de document « {value} » n’est pas admis ici : seuls le sont les types {allowed}.",
        message_en="The document type “{value}” is not allowed here: only the types {allowed} are.",
        remedy_fr=(
            "Indiquez 380 (facture) ou 381 (avoir). Une facture rectificative (384) ou d’acompte (386) n’est admise "
            "qu’en Factur-X ; les autres types, dont l’autofacturation, ne le sont sur aucune interface."
        ),
        remedy_en=(
            "Say 380 (invoice) or 381 (credit note). A corrected invoice (384) or a prepayment (386) is allowed in "
            "Factur-X alone; other types, self-billing among them, are allowed on no interface."
        ),
    ),
    "EDG-I012": _functional(
        title_fr="Type de document contraire à la racine",
        title_en="Document type against the root element",
        message_fr=(
            "Le type de document « {value} » ne correspond pas à l’élément racine : « Invoice » porte une facture "
            "(380), « CreditNote » un avoir (381)."
        ),
        message_en=(
            "The document type “{value}” does not fit the root element: “Invoice” carries an invoice (380), "
            "“CreditNote” a credit note (381)."
        ),
        remedy_fr="Changez le type de document, ou produisez le document avec l’autre élément racine.",
        remedy_en="Change the document type, or produce the document with the other root element.",
    ),
    "EDG-I020": _functional(
        title_fr="Date d’émission absente",
        title_en="Issue date missing",
        message_fr="La facture n’a pas de date d’émission.",
        message_en="The invoice has no issue date.",
        remedy_fr="Renseignez la date d’émission : AAAA-MM-JJ en UBL, AAAAMMJJ avec le format 102 en CII.",
        remedy_en="Give the issue date: YYYY-MM-DD in UBL, YYYYMMDD with format 102 in CII.",
    ),
    "EDG-I021": _functional(
        rule="G1.09",
        title_fr="Date d’émission illisible",
        title_en="Issue date unreadable",
        message_fr="La date d’émission « {value} » n’est pas une date au format {format}.",
        message_en="The issue date “{value}” is not a date in the format {format}.",
        remedy_fr="Écrivez une date qui existe, au format demandé, sans heure ni fuseau horaire.",
        remedy_en="Write a date that exists, in the required format, without time or time zone.",
    ),
    "EDG-I022": _functional(
        rule="G1.07",
        title_fr="Date d’émission postérieure au dépôt",
        title_en="Issue date after the deposit",
        message_fr="La date d’émission {value} est postérieure au dépôt, fait le {deposited}.",
        message_en="The issue date {value} is later than the deposit, made on {deposited}.",
        remedy_fr="Corrigez la date d’émission, ou déposez la facture à partir de cette date.",
        remedy_en="Correct the issue date, or deposit the invoice on that date or later.",
    ),
    "EDG-I023": _functional(
        rule="G1.36",
        title_fr="Année d’émission hors limites",
        title_en="Issue year out of range",
        message_fr="L’année de la date d’émission {value} n’est pas comprise entre 2000 et 2099.",
        message_en="The year of the issue date {value} is not between 2000 and 2099.",
        remedy_fr="Corrigez l’année de la date d’émission.",
        remedy_en="Correct the year of the issue date.",
    ),
    "EDG-I030": _functional(
        rule="G1.10",
        title_fr="Devise inconnue",
        title_en="Unknown currency",
        message_fr="La devise « {value} » n’est pas un code de la norme ISO 4217.",
        message_en="The currency “{value}” is not a code of ISO 4217.",
        remedy_fr="Indiquez le code de devise en trois lettres majuscules, par exemple EUR.",
        remedy_en="Give the currency as its code of three capital letters, for example EUR.",
    ),
    "EDG-I031": _functional(
        title_fr="Plusieurs devises",
        title_en="Several currencies",
        message_fr="La facture emploie plusieurs devises : {value}.",
        message_en="The invoice uses several currencies: {value}.",
        remedy_fr="Exprimez tous les montants dans la devise de la facture, ou faites une facture par devise.",
        remedy_en="Express every amount in the currency of the invoice, or make one invoice per currency.",
    ),
    "EDG-I040": _functional(
        title_fr="Identifiant du fournisseur absent",
        title_en="Supplier’s identifier missing",
        message_fr="La facture ne donne pas l’identifiant du fournisseur.",
        message_en="The invoice does not give the supplier’s identifier.",
        remedy_fr=(
            "Renseignez l’identifiant du fournisseur : son SIRET, ou pour un fournisseur étranger, calédonien ou "
            "polynésien, l’identifiant prévu pour lui."
        ),
        remedy_en=(
            "Give the supplier’s identifier: the SIRET, or for a supplier abroad, in New Caledonia or in French "
            "Polynesia the identifier meant for it."
        ),
    ),
    "EDG-I041": _functional(
        title_fr="Type d’identifiant du fournisseur inconnu",
        title_en="Kind of the supplier’s identifier unknown",
        message_fr="Le type d’identifiant du fournisseur « {value} » n’est pas connu.",
        message_en="The kind of the supplier’s identifier, “{value}”, is not known.",
        remedy_fr=(
            "Indiquez 1 (SIRET), 2 (numéro de TVA de l’Union européenne), 3 (hors Union européenne), 4 (RIDET), 5 "
            "(numéro TAHITI), 6 (en cours d’immatriculation) ou 7 (particulier)."
        ),
        remedy_en=(
            "Say 1 (SIRET), 2 (VAT number of the European Union), 3 (outside the European Union), 4 (RIDET), 5 (TAHITI"
            " number), 6 (being registered) or 7 (individual)."
        ),
    ),
    "EDG-I042": _functional(
        rule="G2.07",
        title_fr="SIRET du fournisseur mal formé",
        title_en="Supplier’s SIRET malformed",
        message_fr="Le SIRET du fournisseur « {value} » ne compte pas exactement 14 chiffres.",
        message_en="The supplier’s SIRET “{value}” is not exactly 14 digits.",
        remedy_fr="Écrivez les 14 chiffres du SIRET, sans espace ; le SIREN seul (9 chiffres) ne suffit pas.",
        remedy_en="Write the 14 digits of the SIRET without spaces; the SIREN alone (9 digits) is not enough.",
    ),
    "EDG-I043": _functional(
        title_fr="Clé du SIRET du fournisseur fausse",
        title_en="Supplier’s SIRET fails its check digit",
        message_fr="Le SIRET du fournisseur « {value} » ne satisfait pas à sa clé de contrôle (formule de Luhn).",
        message_en="The supplier’s SIRET “{value}” fails its check digit (Luhn formula).",
        remedy_fr="Vérifiez le SIRET : un chiffre est sans doute faux ou deux sont intervertis.",
        remedy_en="Check the SIRET: probably one digit is wrong or two are swapped.",
    ),
    "EDG-I044": _functional(
        title_fr="Numéro de TVA du fournisseur mal formé",
        title_en="Supplier’s VAT number malformed",
        message_fr=(
            "« {value} » n’est pas un numéro de TVA valable d’un pays de l’Union européenne autre que la France."
        ),
        message_en="“{value}” is not a valid VAT number of a country of the European Union other than France.",
        remedy_fr=(
            "Écrivez les deux lettres du pays puis le numéro, sans espace ni point, tel que l’administration de ce "
            "pays l’a attribué ; une entreprise française s’identifie par son SIRET."
        ),
        remedy_en=(
            "Write the two letters of the country and then the number, without spaces or dots, as the country’s "
            "administration gave it; a French company is identified by its SIRET."
        ),
    ),
    "EDG-I045": _functional(
        title_fr="Identifiant hors Union européenne mal formé",
        title_en="Identifier from outside the European Union malformed",
        message_fr=(
            "L’identifiant « {value} » d’un fournisseur établi hors de l’Union européenne n’est pas formé du code d’un"
            " pays hors de l’Union suivi des 16 premiers caractères de la raison sociale."
        ),
        message_en=(
            "The identifier “{value}” of a supplier outside the European Union is not the code of a country outside "
            "the Union followed by the first 16 characters of its name."
        ),
        remedy_fr=(
            "Formez-le du code du pays en deux lettres et des 16 premiers caractères de la raison sociale, sans espace"
            " et en majuscules : 18 caractères au plus."
        ),
        remedy_en=(
            "Make it of the two letters of the country and the first 16 characters of the name, without spaces and in "
            "capitals: at most 18 characters."
        ),
    ),
    "EDG-I046": _functional(
        title_fr="Numéro RIDET mal formé",
        title_en="RIDET number malformed",
        message_fr="Le numéro RIDET « {value} » ne compte pas 9 ou 10 chiffres.",
        message_en="The RIDET number “{value}” is not 9 or 10 digits.",
        remedy_fr="Écrivez le numéro RIDET (Nouvelle-Calédonie) en 9 ou 10 chiffres, sans espace ni point.",
        remedy_en="Write the RIDET number (New Caledonia) as 9 or 10 digits, without spaces or dots.",
    ),
    "EDG-I047": _functional(
        title_fr="Numéro TAHITI mal formé",
        title_en="TAHITI number malformed",
        message_fr="Le numéro TAHITI « {value} » n’est pas fait de 9 chiffres ou lettres majuscules.",
        message_en="The TAHITI number “{value}” is not made of 9 digits or capital letters.",
        remedy_fr="Écrivez le numéro TAHITI (Polynésie française) en 9 caractères, sans espace ni tiret.",
        remedy_en="Write the TAHITI number (French Polynesia) as 9 characters, without spaces or hyphens.",
    ),
    "EDG-I048": _functional(
        title_fr="Identifiant du fournisseur trop long",
        title_en="Supplier’s identifier too long",
        message_fr="L’identifiant du fournisseur « {value} » dépasse 18 caractères.",
        message_en="The supplier’s identifier “{value}” is longer than 18 characters.",
        remedy_fr="Donnez l’identifiant tel qu’il est enregistré, en 18 caractères au plus.",
        remedy_en="Give the identifier as it is registered, in 18 characters at most.",
    ),
    "EDG-I049": _functional(
        title_fr="Nom du fournisseur absent",
        title_en="Supplier’s name missing",
        message_fr="La facture ne donne pas la raison sociale du fournisseur.",
        message_en="The invoice does not give the supplier’s name.",
        remedy_fr="Renseignez la raison sociale du fournisseur, en 99 caractères au plus.",
        remedy_en="Give the supplier’s name, in 99 characters at most.",
    ),
    "EDG-I050": _functional(
        title_fr="Nom du fournisseur trop long",
        title_en="Supplier’s name too long",
        message_fr="La raison sociale du fournisseur « {value} » dépasse 99 caractères.",
        message_en="The supplier’s name “{value}” is longer than 99 characters.",
        remedy_fr="Abrégez la raison sociale à 99 caractères au plus.",
        remedy_en="Shorten the name to 99 characters at most.",
    ),
    "EDG-I051": _functional(
        title_fr="Fournisseur non référencé",
        title_en="Supplier not registered",
        message_fr="Le fournisseur « {value} » n’est pas référencé dans la passerelle.",
        message_en="The supplier “{value}” is not registered in the gate.",
        remedy_fr=(
            "Vérifiez l’identifiant ; s’il est exact, faites référencer le fournisseur par l’exploitant de la "
            "passerelle avant de renvoyer la facture."
        ),
        remedy_en=(
            "Check the identifier; if it is right, have the operator of the gate register the supplier before you send"
            " the invoice again."
        ),
    ),
    "EDG-I052": _advice(
        title_fr="Pays du fournisseur inconnu",
        title_en="Supplier’s country unknown",
        message_fr=(
            "Le pays du fournisseur ne peut être établi : la facture n’en donne aucun qui soit de la norme ISO 3166, "
            "et l’identifiant du fournisseur n’en indique pas. Le destinataire lira FR."
        ),
        message_en=(
            "The supplier’s country cannot be told: the invoice gives none that is of ISO 3166, and the supplier’s "
            "identifier tells none. The recipient will read FR."
        ),
        remedy_fr="Indiquez dans l’adresse du fournisseur son code pays en deux lettres majuscules, par exemple FR.",
        remedy_en="Give the country code in the supplier’s address, as two capital letters, for example FR.",
    ),
    "EDG-I060": _functional(
        title_fr="SIRET du destinataire absent",
        title_en="Recipient’s SIRET missing",
        message_fr="La facture ne donne pas le SIRET du destinataire.",
        message_en="The invoice does not give the recipient’s SIRET.",
        remedy_fr=(
            "Renseignez le SIRET (14 chiffres) de la structure publique à facturer ; il figure sur le bon de commande "
            "et dans l’annuaire de Chorus Pro."
        ),
        remedy_en=(
            "Give the SIRET (14 digits) of the public structure to be invoiced; it is on the purchase order and in the"
            " Chorus Pro directory."
        ),
    ),
    "EDG-I061": _functional(
        title_fr="Identifiant du destinataire qui n’est pas un SIRET",
        title_en="Recipient’s identifier is not a SIRET",
        message_fr="Le destinataire est désigné par un identifiant de type « {value} » ; seul le SIRET est admis.",
        message_en="The recipient is named by an identifier of kind “{value}”; only a SIRET is allowed.",
        remedy_fr="Désignez la structure publique par son SIRET à 14 chiffres, avec le type 1.",
        remedy_en="Name the public structure by its SIRET of 14 digits, with kind 1.",
    ),
    "EDG-I062": _functional(
        rule="G2.07",
        title_fr="SIRET du destinataire mal formé",
        title_en="Recipient’s SIRET malformed",
        message_fr="Le SIRET du destinataire « {value} » ne compte pas exactement 14 chiffres.",
        message_en="The recipient’s SIRET “{value}” is not exactly 14 digits.",
        remedy_fr="Écrivez les 14 chiffres du SIRET, sans espace ; le SIREN seul (9 chiffres) ne suffit pas.",
        remedy_en="Write the 14 digits of the SIRET without spaces; the SIREN alone (9 digits) is not enough.",
    ),
    "EDG-I063": _functional(
        title_fr="Clé du SIRET du destinataire fausse",
        title_en="Recipient’s SIRET fails its check digit",
        message_fr="Le SIRET du destinataire « {value} » ne satisfait pas à sa clé de contrôle (formule de Luhn).",
        message_en="The recipient’s SIRET “{value}” fails its check digit (Luhn formula).",
        remedy_fr=(
            "Vérifiez le SIRET sur le bon de commande ou dans l’annuaire : un chiffre est sans doute faux ou deux sont"
            " intervertis."
        ),
        remedy_en=(
            "Check the SIRET on the purchase order or in the directory: probably one digit is wrong or two are swapped."
        ),
    ),
    "EDG-I064": _functional(
        title_fr="Destinataire absent de l’annuaire",
        title_en="Recipient not in the directory",
        message_fr="Aucune structure de l’annuaire ne porte le SIRET « {value} ».",
        message_en="No structure of the directory has the SIRET “{value}”.",
        remedy_fr=(
            "Vérifiez le SIRET auprès de l’acheteur public ; c’est l’établissement qui paie qu’il faut désigner, pas "
            "toujours celui qui est livré."
        ),
        remedy_en=(
            "Check the SIRET with the public buyer; name the establishment that pays, which is not always the one that"
            " is delivered to."
        ),
    ),
    "EDG-I065": _functional(
        title_fr="Destinataire inactif",
        title_en="Recipient inactive",
        message_fr="La structure destinataire « {value} » n’est plus active dans l’annuaire.",
        message_en="The recipient structure “{value}” is no longer active in the directory.",
        remedy_fr="Demandez à l’acheteur public le SIRET de la structure qui lui a succédé.",
        remedy_en="Ask the public buyer for the SIRET of the structure that took its place.",
    ),
    "EDG-I066": _functional(
        title_fr="Destinataire qui n’est pas une structure publique",
        title_en="Recipient is not a public structure",
        message_fr=(
            "La structure « {value} » n’est pas une structure publique : elle ne reçoit pas de factures par ce canal."
        ),
        message_en="The structure “{value}” is not a public one: it gets no invoices through this channel.",
        remedy_fr=(
            "Vérifiez que le SIRET du destinataire n’est pas le vôtre ou celui d’une entreprise ; une facture entre "
            "entreprises passe par une plateforme agréée."
        ),
        remedy_en=(
            "Check that the recipient’s SIRET is not your own or that of a company; an invoice between companies goes "
            "through an accredited platform."
        ),
    ),
    "EDG-I067": _functional(
        title_fr="SIRET générique sans service de l’État",
        title_en="Generic SIRET without a service of the State",
        message_fr=(
            "Le SIRET générique « {value} » n’est admis qu’avec un code service de l’État, et la facture n’en porte "
            "pas qui soit connu et actif."
        ),
        message_en=(
            "The generic SIRET “{value}” is allowed only with a service code of the State, and the invoice has none "
            "that is known and active."
        ),
        remedy_fr=(
            "Indiquez le code du service exécutant de l’État, ou remplacez ce SIRET par celui du destinataire "
            "(11000201100044 pour l’État)."
        ),
        remedy_en=(
            "Give the code of the State’s service, or put the recipient’s own SIRET instead (11000201100044 for the "
            "State)."
        ),
    ),
    "EDG-I068": _functional(
        title_fr="Destinataire réservé aux factures de travaux",
        title_en="Recipient takes works documents only",
        message_fr=(
            "La structure « {value} » n’agit que comme maîtrise d’ouvrage (MOA) : elle ne reçoit que des pièces de "
            "facturation de travaux."
        ),
        message_en=(
            "The structure “{value}” acts only as contracting authority (MOA): it takes works documents and nothing "
            "else."
        ),
        remedy_fr=(
            "Pour une facture simple, adressez-vous à une autre structure de l’acheteur ; pour un marché de travaux, "
            "choisissez le cadre de facturation de travaux qui convient (A4, A6, A7, A8, A10, A13, A14 ou A22)."
        ),
        remedy_en=(
            "For an ordinary invoice, address another structure of the buyer; for a works contract, choose the works "
            "cadre that fits (A4, A6, A7, A8, A10, A13, A14 or A22)."
        ),
    ),
    "EDG-I070": _functional(
        title_fr="Code service obligatoire",
        title_en="Service code required",
        message_fr="Le destinataire exige un code service, et la facture n’en porte pas.",
        message_en="The recipient requires a service code, and the invoice has none.",
        remedy_fr=(
            "Demandez à l’acheteur public le code du service à facturer, ou cherchez-le dans l’annuaire de Chorus Pro."
        ),
        remedy_en=(
            "Ask the public buyer for the code of the service to be invoiced, or look it up in the Chorus Pro "
            "directory."
        ),
    ),
    "EDG-I071": _functional(
        title_fr="Code service inconnu",
        title_en="Unknown service code",
        message_fr="Le code service « {value} » n’existe pas chez ce destinataire.",
        message_en="The service code “{value}” does not exist at this recipient.",
        remedy_fr=(
            "Vérifiez le code sur le bon de commande, à la casse près, et assurez-vous que le SIRET est bien celui "
            "dont dépend ce service."
        ),
        remedy_en=(
            "Check the code on the purchase order, capitals included, and make sure that the SIRET is the one that "
            "this service belongs to."
        ),
    ),
    "EDG-I072": _functional(
        title_fr="Service inactif",
        title_en="Service inactive",
        message_fr="Le service « {value} » du destinataire n’est plus actif.",
        message_en="The recipient’s service “{value}” is no longer active.",
        remedy_fr="Demandez à l’acheteur public le code du service qui l’a remplacé.",
        remedy_en="Ask the public buyer for the code of the service that replaced it.",
    ),
    "EDG-I073": _functional(
        title_fr="Code service trop long",
        title_en="Service code too long",
        message_fr="Le code service « {value} » dépasse 100 caractères.",
        message_en="The service code “{value}” is longer than 100 characters.",
        remedy_fr="Ne donnez que le code du service, sans son libellé.",
        remedy_en="Give only the code of the service, without its name.",
    ),
    "EDG-I074": _functional(
        title_fr="Numéro d’engagement obligatoire",
        title_en="Engagement number required",
        message_fr="Le destinataire exige un numéro d’engagement juridique, et la facture n’en porte pas.",
        message_en="The recipient requires an engagement number, and the invoice has none.",
        remedy_fr=(
            "Renseignez le numéro d’engagement (numéro de bon de commande) que l’acheteur public vous a communiqué."
        ),
        remedy_en="Give the engagement number (purchase order number) that the public buyer told you.",
    ),
    "EDG-I075": _functional(
        title_fr="Numéro d’engagement obligatoire pour ce service",
        title_en="Engagement number required by this service",
        message_fr="Le service destinataire exige un numéro d’engagement juridique, et la facture n’en porte pas.",
        message_en="The recipient’s service requires an engagement number, and the invoice has none.",
        remedy_fr="Renseignez le numéro d’engagement (numéro de bon de commande) que ce service vous a communiqué.",
        remedy_en="Give the engagement number (purchase order number) that this service told you.",
    ),
    "EDG-I076": _functional(
        title_fr="Engagement ou service obligatoire",
        title_en="Engagement number or service code required",
        message_fr=(
            "Le destinataire exige un numéro d’engagement juridique ou un code service, et la facture ne porte ni l’un"
            " ni l’autre."
        ),
        message_en="The recipient requires an engagement number or a service code, and the invoice has neither.",
        remedy_fr="Renseignez au moins l’un des deux ; l’acheteur public vous dira lequel il attend.",
        remedy_en="Give at least one of the two; the public buyer will tell which one is wanted.",
    ),
    "EDG-I077": _functional(
        title_fr="Numéro d’engagement trop long",
        title_en="Engagement number too long",
        message_fr="Le numéro d’engagement « {value} » dépasse 50 caractères.",
        message_en="The engagement number “{value}” is longer than 50 characters.",
        remedy_fr="Ne donnez que le numéro, sans libellé, en 50 caractères au plus.",
        remedy_en="Give only the number, without any description, in 50 characters at most.",
    ),
    "EDG-I078": _functional(
        title_fr="Numéro de marché trop long",
        title_en="Contract number too long",
        message_fr="Le numéro de marché « {value} » dépasse 50 caractères.",
        message_en="The contract number “{value}” is longer than 50 characters.",
        remedy_fr="Ne donnez que le numéro du marché, sans libellé, en 50 caractères au plus.",
        remedy_en="Give only the number of the contract, without any description, in 50 characters at most.",
    ),
    "EDG-I080": _functional(
        title_fr="Mode de paiement absent",
        title_en="Payment mode missing",
        message_fr="La facture n’indique pas son mode de paiement, que cette interface rend obligatoire.",
        message_en="The invoice does not say its payment mode, which this interface requires.",
        remedy_fr=(
            "Indiquez le mode de paiement, par exemple 30 pour un virement, même si la norme européenne le rend "
            "facultatif."
        ),
        remedy_en=(
            "Say the payment mode, for example 30 for a credit transfer, even though the European standard makes it "
            "optional."
        ),
    ),
    "EDG-I081": _functional(
        rule="S2.05",
        title_fr="Mode de paiement non admis",
        title_en="Payment mode not allowed",
        message_fr="Le mode de paiement « {value} » ne fait pas partie des codes admis.",
        message_en="The payment mode “{value}” is not among the codes that are allowed.",
        remedy_fr=(
            "Indiquez l’un des codes 01, 10 (espèces), 20 (chèque), 30 (virement), 31 (prélèvement), 42 (versement sur"
            " un compte), 48 (carte), 49 (prélèvement automatique), 58, 59 ou 97 (report)."
        ),
        remedy_en=(
            "Say one of 01, 10 (cash), 20 (cheque), 30 (credit transfer), 31 (debit transfer), 42 (payment to an "
            "account), 48 (card), 49 (direct debit), 58, 59 or 97 (carried over)."
        ),
    ),
    "EDG-I082": _advice(
        title_fr="IBAN attendu",
        title_en="IBAN expected",
        message_fr="Le mode de paiement suppose un compte bancaire (30, 31 ou 42), et la facture n’indique pas d’IBAN.",
        message_en="The payment mode calls for a bank account (30, 31 or 42), and the invoice gives no IBAN.",
        remedy_fr=(
            "Indiquez l’IBAN à créditer ; sans lui, le paiement se fait sur les coordonnées que le comptable connaît "
            "déjà."
        ),
        remedy_en=(
            "Give the IBAN to be paid; without it payment goes to the account that the public accountant already knows."
        ),
    ),
    "EDG-I083": _functional(
        rule="G1.16",
        title_fr="IBAN incorrect",
        title_en="Wrong IBAN",
        message_fr="« {value} » n’est pas un IBAN : sa forme ou sa clé de contrôle est fausse.",
        message_en="“{value}” is not an IBAN: its form or its check digits are wrong.",
        remedy_fr="Recopiez l’IBAN du relevé d’identité bancaire, sans espace.",
        remedy_en="Copy the IBAN from the bank’s own statement of it, without spaces.",
    ),
    "EDG-I084": _functional(
        title_fr="IBAN trop long",
        title_en="IBAN too long",
        message_fr="L’IBAN « {value} » dépasse 27 caractères.",
        message_en="The IBAN “{value}” is longer than 27 characters.",
        remedy_fr=(
            "Supprimez les espaces ; si l’IBAN d’un autre pays est réellement plus long, communiquez-le au comptable "
            "et laissez ce champ vide."
        ),
        remedy_en=(
            "Remove the spaces; if the IBAN of another country really is longer, tell it to the public accountant and "
            "leave this field out."
        ),
    ),
    "EDG-I090": _functional(
        title_fr="Facture déjà payée dont le net à payer n’est pas nul",
        title_en="Already paid invoice with an amount due",
        message_fr="Le cadre A2 annonce une facture déjà payée, mais le net à payer est de {value} au lieu de 0.",
        message_en="The cadre A2 says that the invoice is already paid, but the amount due is {value} instead of 0.",
        remedy_fr=(
            "Portez la somme réglée dans le montant déjà payé, ce qui ramène le net à payer à 0, ou choisissez le "
            "cadre A1 si la facture reste à payer."
        ),
        remedy_en=(
            "Put what was paid in the prepaid amount, so that the amount due is 0, or choose the cadre A1 if the "
            "invoice is still to be paid."
        ),
    ),
    "EDG-I100": _functional(
        title_fr="Total hors taxes absent",
        title_en="Total without tax missing",
        message_fr="La facture n’indique pas son montant total hors taxes.",
        message_en="The invoice does not say its total without tax.",
        remedy_fr="Renseignez le montant total hors taxes.",
        remedy_en="Give the total without tax.",
    ),
    "EDG-I101": _functional(
        title_fr="Total toutes taxes comprises absent",
        title_en="Total with tax missing",
        message_fr="La facture n’indique pas son montant total toutes taxes comprises.",
        message_en="The invoice does not say its total with tax.",
        remedy_fr="Renseignez le montant total toutes taxes comprises.",
        remedy_en="Give the total with tax.",
    ),
    "EDG-I102": _functional(
        title_fr="Net à payer absent",
        title_en="Amount due missing",
        message_fr="La facture n’indique pas son net à payer.",
        message_en="The invoice does not say its amount due.",
        remedy_fr="Renseignez le net à payer, même s’il est nul.",
        remedy_en="Give the amount due, even where it is zero.",
    ),
    "EDG-I103": _functional(
        title_fr="Total hors taxes inexact",
        title_en="Total without tax wrong",
        message_fr=(
            "Le total hors taxes est de {value}, alors que le total des lignes plus les charges moins les remises "
            "donne {expected}."
        ),
        message_en=(
            "The total without tax is {value}, while the total of the lines plus charges minus allowances makes "
            "{expected}."
        ),
        remedy_fr="Corrigez le total hors taxes ou les montants dont il est fait ; un écart de 0,01 est toléré.",
        remedy_en="Correct the total without tax or the amounts it is made of; a difference of 0.01 is tolerated.",
    ),
    "EDG-I104": _functional(
        title_fr="Total toutes taxes comprises inexact",
        title_en="Total with tax wrong",
        message_fr=(
            "Le total toutes taxes comprises est de {value}, alors que le total hors taxes plus la TVA donne "
            "{expected}."
        ),
        message_en="The total with tax is {value}, while the total without tax plus VAT makes {expected}.",
        remedy_fr=(
            "Corrigez le total toutes taxes comprises, le total hors taxes ou la TVA ; un écart de 0,01 est toléré."
        ),
        remedy_en="Correct the total with tax, the total without tax or the VAT; a difference of 0.01 is tolerated.",
    ),
    "EDG-I105": _functional(
        title_fr="Net à payer inexact",
        title_en="Amount due wrong",
        message_fr=(
            "Le net à payer est de {value}, alors que le total toutes taxes comprises moins le montant déjà payé, "
            "arrondi compris, donne {expected}."
        ),
        message_en=(
            "The amount due is {value}, while the total with tax minus the prepaid amount, rounding included, makes "
            "{expected}."
        ),
        remedy_fr="Corrigez le net à payer ou le montant déjà payé ; un écart de 0,01 est toléré.",
        remedy_en="Correct the amount due or the prepaid amount; a difference of 0.01 is tolerated.",
    ),
    "EDG-I106": _advice(
        title_fr="Somme des lignes différente du total des lignes",
        title_en="Sum of the lines differs from their total",
        message_fr="Le total des lignes annoncé est de {value}, alors que la somme des lignes donne {expected}.",
        message_en="The stated total of the lines is {value}, while the lines add up to {expected}.",
        remedy_fr="Vérifiez les montants des lignes ; la facture est acceptée, mais le destinataire peut s’en étonner.",
        remedy_en="Check the amounts of the lines; the invoice is accepted, but the recipient may wonder.",
    ),
    "EDG-I107": _advice(
        title_fr="Somme de la TVA par taux différente du total",
        title_en="Sum of the VAT rows differs from the total",
        message_fr=(
            "Le montant total de TVA est de {value}, alors que la somme du récapitulatif par taux donne {expected}."
        ),
        message_en="The total VAT is {value}, while the rows of the VAT recap add up to {expected}.",
        remedy_fr="Vérifiez le récapitulatif de TVA ; la facture est acceptée, mais le destinataire peut s’en étonner.",
        remedy_en="Check the VAT recap; the invoice is accepted, but the recipient may wonder.",
    ),
    "EDG-I108": _advice(
        title_fr="Prix brut sans remise",
        title_en="Gross price without an allowance",
        message_fr="La ligne donne un prix brut de {value} sans la remise qui mène au prix net.",
        message_en="The line gives a gross price of {value} without the allowance that leads to the net price.",
        remedy_fr=(
            "Ajoutez la remise de prix, fût-elle de 0, ou supprimez le prix brut, sur cette ligne et sur celles qui "
            "seraient dans le même cas ; Chorus Pro refuse ce cas en Factur-X."
        ),
        remedy_en=(
            "Add the price allowance, be it 0, or leave the gross price out, on this line and on any other like it; "
            "Chorus Pro refuses this in Factur-X."
        ),
    ),
    "EDG-I109": _functional(
        title_fr="Trop de décimales",
        title_en="Too many decimals",
        message_fr="Le champ « {field} » vaut {value}, avec plus de 6 décimales.",
        message_en="The field “{field}” is {value}, with more than 6 decimals.",
        remedy_fr="Arrondissez la valeur à 6 décimales au plus.",
        remedy_en="Round the value to 6 decimals at most.",
    ),
    "EDG-I110": _functional(
        title_fr="Montant trop long",
        title_en="Amount too long",
        message_fr="Le champ « {field} » vaut {value}, ce qui dépasse 19 positions.",
        message_en="The field “{field}” is {value}, which takes more than 19 positions.",
        remedy_fr="Vérifiez la valeur ; un montant tient en 19 positions au plus, décimales comprises.",
        remedy_en="Check the value; an amount takes at most 19 positions, decimals included.",
    ),
    "EDG-I111": _functional(
        title_fr="Récapitulatif de TVA incomplet",
        title_en="VAT recap incomplete",
        message_fr="Une ligne du récapitulatif de TVA est incomplète : « {field} » manque.",
        message_en="A row of the VAT recap is incomplete: “{field}” is missing.",
        remedy_fr="Complétez chaque ligne du récapitulatif avec son taux, sa base et son montant de TVA.",
        remedy_en="Complete each row of the recap with its rate, its base and its amount of VAT.",
    ),
    "EDG-I112": _advice(
        title_fr="Total toutes taxes comprises différent du total hors taxes plus la TVA par taux",
        title_en="Total with tax differs from the total without tax plus the VAT rows",
        message_fr=(
            "Le total toutes taxes comprises est de {value}, alors que le total hors taxes plus la TVA de chaque taux "
            "donne {expected}."
        ),
        message_en="The total with tax is {value}, while the total without tax plus the VAT rows makes {expected}.",
        remedy_fr=(
            "Vérifiez le total toutes taxes comprises, le total hors taxes et la TVA de chaque taux ; la facture est "
            "acceptée, mais le destinataire peut la rejeter."
        ),
        remedy_en=(
            "Check the total with tax, the total without tax and the VAT of each rate; the invoice is accepted, but "
            "the recipient may reject it."
        ),
    ),
    "EDG-I120": _functional(
        title_fr="Facture d’origine non jointe",
        title_en="Original invoice not attached",
        message_fr=(
            "Sur cette interface, la facture d’origine accompagne les données en pièce jointe, et le document n’en "
            "contient aucune."
        ),
        message_en=(
            "On this interface the original invoice goes with the data as an attachment, and the document has none."
        ),
        remedy_fr=(
            "Joignez la facture au format PDF, en base64 d’un ZIP qui la contient seule. Seule une interface "
            "structurée (E1, ou E4 pour les travaux) du même format, si votre cadre de facturation y est admis, se "
            "passe de pièce jointe."
        ),
        remedy_en=(
            "Attach the invoice as a PDF, in base64 of a ZIP that holds nothing else. Only a structured interface (E1, "
            "or E4 for works) of the same format, if your cadre is taken there, does without an attachment."
        ),
    ),
    "EDG-I121": _functional(
        rule="G4.03",
        title_fr="Extension de pièce jointe non admise",
        title_en="Attachment extension not allowed",
        message_fr=(
            "L’extension du fichier « {value} »{within} ne fait pas partie de celles qui sont admises pour une pièce "
            "jointe."
        ),
        message_en="The extension of the file “{value}”{within} is not among those that attachments may have.",
        remedy_fr=(
            "Convertissez le fichier en PDF, ou dans un autre format admis : image (PNG, JPG, GIF, TIFF, BMP, SVG), "
            "texte (TXT, CSV, XML, HTML, RTF), bureautique (DOC, DOCX, XLS, XLSX, PPT, PPTX, ODT, ODS, ODP) ou archive "
            "(ZIP, GZ, BZ2, TGZ)."
        ),
        remedy_en=(
            "Convert the file to PDF, or to another format that is allowed: picture (PNG, JPG, GIF, TIFF, BMP, SVG), "
            "text (TXT, CSV, XML, HTML, RTF), office (DOC, DOCX, XLS, XLSX, PPT, PPTX, ODT, ODS, ODP) or archive (ZIP, "
            "GZ, BZ2, TGZ)."
        ),
    ),
    "EDG-I122": _advice(
        title_fr="Nom de pièce jointe trop long",
        title_en="Attachment name too long",
        message_fr=(
            "Le nom de la pièce jointe « {value} » dépasse 50 caractères : le destinataire la recevra sous le nom « "
            "{shortened} »."
        ),
        message_en=(
            "The name of the attachment “{value}” is longer than 50 characters: the recipient will get it under the "
            "name “{shortened}”."
        ),
        remedy_fr="Choisissez un nom de 50 caractères au plus, extension comprise, si le nom complet importe.",
        remedy_en="Choose a name of 50 characters at most, extension included, if the whole name matters.",
    ),
    "EDG-I123": _functional(
        rule="IRR_VID_PJ",
        title_fr="Pièce jointe vide",
        title_en="Attachment empty",
        message_fr="La pièce jointe « {value} » ne contient aucun octet.",
        message_en="The attachment “{value}” holds not a single byte.",
        remedy_fr="Joignez le fichier entier, ou retirez la pièce jointe.",
        remedy_en="Attach the whole file, or leave the attachment out.",
    ),
    "EDG-I124": _functional(
        rule="IRR_TAILLE_PJ",
        title_fr="Pièce jointe trop volumineuse",
        title_en="Attachment too large",
        message_fr="La pièce jointe « {value} » dépasse la taille permise, qui est de {limit}.",
        message_en="The attachment “{value}” is larger than the {limit} that are allowed.",
        remedy_fr=(
            "Réduisez la pièce jointe (numérisation moins fine, compression), ou répartissez-la en plusieurs fichiers."
        ),
        remedy_en="Make the attachment smaller (coarser scan, compression), or split it into several files.",
    ),
    "EDG-I125": _functional(
        title_fr="Contenu de pièce jointe qui n’est pas en base64",
        title_en="Attachment content is not base64",
        message_fr="Le contenu de la pièce jointe « {value} » n’est pas un texte base64 correct.",
        message_en="The content of the attachment “{value}” is not correct base64.",
        remedy_fr=(
            "Encodez en base64 le ZIP qui contient le fichier, sans préfixe ni caractère étranger, et vérifiez qu’il "
            "n’est pas tronqué."
        ),
        remedy_en=(
            "Encode the ZIP that holds the file in base64, without a prefix or stray characters, and check that it is "
            "not truncated."
        ),
    ),
    "EDG-I126": _advice(
        title_fr="Nom différent dans le ZIP",
        title_en="Another name inside the ZIP",
        message_fr=(
            "Dans le ZIP de la pièce jointe « {value} », le fichier s’appelle « {inner} » ; le destinataire l’y "
            "trouvera sous le nom « {given} »."
        ),
        message_en=(
            "In the ZIP of the attachment “{value}” the file is called “{inner}”; the recipient will find it there "
            "under the name “{given}”."
        ),
        remedy_fr=(
            "Donnez le même nom au fichier dans le ZIP et à la pièce jointe, sans dossier devant ; la pièce jointe "
            "elle-même est transmise sous son nom déclaré."
        ),
        remedy_en=(
            "Give the file inside the ZIP and the attachment the same name, without a folder before it; the attachment "
            "itself is passed on under its declared name."
        ),
    ),
    "EDG-I127": _functional(
        title_fr="ZIP de pièce jointe inexploitable",
        title_en="Attachment’s ZIP unusable",
        message_fr="Le ZIP de la pièce jointe « {value} » ne peut pas être employé : {reason}.",
        message_en="The ZIP of the attachment “{value}” cannot be used: {reason}.",
        remedy_fr=(
            "Refaites un ZIP sans mot de passe qui contient un seul fichier, sans dossier ; faites une pièce jointe "
            "par fichier."
        ),
        remedy_en=(
            "Make the ZIP again, without a password, with one file in it and no folder; make one attachment per file."
        ),
    ),
    "EDG-I128": _functional(
        rule="IRR_NOM_PJ",
        title_fr="Caractère interdit dans un nom de pièce jointe",
        title_en="Forbidden character in an attachment name",
        message_fr="Le nom de la pièce jointe « {value} » contient un caractère interdit dans un nom de fichier.",
        message_en="The name of the attachment “{value}” holds a character that is forbidden in file names.",
        remedy_fr=(
            "Renommez la pièce jointe avec des lettres, des chiffres, des points, des tirets et des traits bas ; "
            'évitez / \\ : * ? " < > | et les caractères de contrôle.'
        ),
        remedy_en=(
            'Rename the attachment with letters, digits, dots, hyphens and underscores; avoid / \\ : * ? " < > | and '
            "control characters."
        ),
    ),
    "EDG-I129": _functional(
        title_fr="Nom de pièce jointe absent",
        title_en="Attachment name missing",
        message_fr="Une pièce jointe n’a pas de nom de fichier.",
        message_en="An attachment has no file name.",
        remedy_fr="Donnez à la pièce jointe un nom de fichier avec son extension, par exemple facture.pdf.",
        remedy_en="Give the attachment a file name with its extension, for example invoice.pdf.",
    ),
    "EDG-I130": _advice(
        title_fr="Pièce jointe sans ZIP à elle",
        title_en="Attachment not in a ZIP of its own",
        message_fr=(
            "Le contenu de la pièce jointe « {value} » n’est pas dans un ZIP à lui seul : il y sera mis pour le "
            "destinataire, tel quel."
        ),
        message_en=(
            "The content of the attachment “{value}” is not in a ZIP of its own: it will be put in one for the "
            "recipient, as it is."
        ),
        remedy_fr=(
            "Placez le fichier, même s’il est lui-même une archive ou un document bureautique, dans un ZIP avant de "
            "l’encoder en base64 ; Chorus Pro l’attend ainsi."
        ),
        remedy_en=(
            "Put the file, even one that is itself an archive or an office document, in a ZIP before encoding it in "
            "base64; Chorus Pro expects it so."
        ),
    ),
    "EDG-I131": _advice(
        title_fr="Aucun PDF parmi les pièces jointes",
        title_en="No PDF among the attachments",
        message_fr=(
            "Sur cette interface, la facture d’origine est attendue en PDF, et aucune pièce jointe n’en est un : la "
            "première pièce jointe en tiendra lieu."
        ),
        message_en=(
            "On this interface the original invoice is expected as a PDF, and no attachment is one: the first "
            "attachment will stand for it."
        ),
        remedy_fr="Joignez la facture d’origine au format PDF.",
        remedy_en="Attach the original invoice as a PDF.",
    ),
    "EDG-I132": _functional(
        title_fr="Pièce jointe PDF qui n’en est pas un",
        title_en="PDF attachment that is not a PDF",
        message_fr=(
            "La pièce jointe « {value} » est annoncée comme un PDF par son nom, son type déclaré ou le nom du fichier "
            "dans son ZIP, mais son contenu n’en est pas un."
        ),
        message_en=(
            "The attachment “{value}” is said to be a PDF by its name, its declared type or the name of the file in "
            "its ZIP, but its content is not one."
        ),
        remedy_fr=(
            "Joignez un PDF véritable, dans un seul ZIP, ou donnez à la pièce jointe l’extension et le type de son "
            "contenu réel."
        ),
        remedy_en=(
            "Attach a real PDF, in one ZIP only, or give the attachment the extension and the type of what it really "
            "holds."
        ),
    ),
    "EDG-I133": _advice(
        title_fr="Type MIME contraire au nom de la pièce jointe",
        title_en="MIME type contradicts the attachment’s name",
        message_fr="La pièce jointe « {name} » est déclarée du type {value}, que son extension n’annonce pas.",
        message_en="The attachment “{name}” is declared to be of the type {value}, which its extension does not say.",
        remedy_fr=(
            "Corrigez le type déclaré ou l’extension du nom ; le destinataire reçoit l’un et l’autre tels quels, et "
            "son logiciel peut ne pas savoir ouvrir le fichier."
        ),
        remedy_en=(
            "Correct the declared type or the extension of the name; the recipient gets both as they are, and their "
            "software may not know how to open the file."
        ),
    ),
    "EDG-I140": _functional(
        rule="G1.02",
        title_fr="Cadre de facturation inconnu",
        title_en="Unknown cadre",
        message_fr="Le cadre de facturation « {value} » n’existe pas.",
        message_en="The cadre “{value}” does not exist.",
        remedy_fr=(
            "Indiquez un code de A1 à A25, par exemple A1 (facture d’un fournisseur), A2 (facture déjà payée), A9 "
            "(facture d’un sous-traitant) ou A12 (facture d’un cotraitant) ; sans code, A1 s’applique. Les codes de "
            "la réforme ne valent pas ici : au lieu de B1, S1 ou M1 indiquez A1, au lieu de B2, S2 ou M2 A2, au lieu "
            "de S3 A9, au lieu de S6 A12."
        ),
        remedy_en=(
            "Give a code from A1 to A25, for example A1 (invoice of a supplier), A2 (already paid invoice), A9 "
            "(invoice of a subcontractor) or A12 (invoice of a co-contractor); without a code A1 applies. The codes "
            "of the reform mean nothing here: give A1 instead of B1, S1 or M1, A2 instead of B2, S2 or M2, A9 instead "
            "of S3, A12 instead of S6."
        ),
    ),
    "EDG-I141": _functional(
        title_fr="Cadre A11 supprimé",
        title_en="Cadre A11 removed",
        message_fr="Le cadre A11 (projet de décompte final d’un sous-traitant) a été supprimé en 2016.",
        message_en="The cadre A11 (draft final statement of a subcontractor) was removed in 2016.",
        remedy_fr=(
            "Employez le cadre A10 (demande de paiement d’un sous-traitant dans un marché de travaux), ou A9 hors "
            "marché de travaux."
        ),
        remedy_en=(
            "Use the cadre A10 (payment request of a subcontractor under a works contract), or A9 outside works "
            "contracts."
        ),
    ),
    "EDG-I142": _functional(
        title_fr="Pièce de la MOE ou de la MOA refusée en EDI",
        title_en="Document of the MOE or MOA refused over EDI",
        message_fr=(
            "Le cadre {value} correspond à une étape de la maîtrise d’œuvre (MOE) ou de la maîtrise d’ouvrage (MOA) : "
            "ces pièces ne peuvent être ni émises ni reçues en mode EDI."
        ),
        message_en=(
            "The cadre {value} is a step of the project manager (MOE) or of the contracting authority (MOA): these "
            "documents can be neither sent nor received over EDI."
        ),
        remedy_fr=(
            "Déposez la pièce sur le portail Chorus Pro ou par son API, en la rattachant à la pièce précédente du "
            "dossier de facturation."
        ),
        remedy_en=(
            "Deposit the document on the Chorus Pro portal or through its API, associated with the previous document "
            "of the billing file."
        ),
    ),
    "EDG-I143": _functional(
        title_fr="État d’acompte refusé en EDI",
        title_en="Instalment statement refused over EDI",
        message_fr="Le cadre A5 (état d’acompte déposé par un fournisseur) n’est pas admis en mode EDI.",
        message_en="The cadre A5 (instalment statement of a supplier) is not allowed over EDI.",
        remedy_fr=(
            "Déposez l’état d’acompte sur le portail Chorus Pro ou par son API ; en EDI, un fournisseur dépose un "
            "projet de décompte mensuel (A4), ou une pièce pour le service financier (A6) si l’acheteur le demande."
        ),
        remedy_en=(
            "Deposit the instalment statement on the Chorus Pro portal or through its API; over EDI a supplier "
            "deposits a draft monthly statement (A4), or a document for the finance service (A6) if the buyer asks for"
            " it."
        ),
    ),
    "EDG-I144": _functional(
        title_fr="Décompte tacite A23 impossible en EDI",
        title_en="Tacit statement A23 impossible over EDI",
        message_fr=(
            "Le cadre A23 (décompte général et définitif tacite d’un fournisseur) n’existe que rattaché à une pièce "
            "déjà déposée, ce que le mode EDI ne permet pas."
        ),
        message_en=(
            "The cadre A23 (tacit general and definitive statement of a supplier) exists only in association with a "
            "document already deposited, which EDI does not have."
        ),
        remedy_fr=(
            "Rattachez le décompte au dossier de facturation sur le portail Chorus Pro ou par son API ; le projet de "
            "décompte général tacite qui le précède (A22) peut, lui, être déposé en EDI."
        ),
        remedy_en=(
            "Associate the statement with its billing file on the Chorus Pro portal or through its API; the tacit "
            "draft general statement before it (A22) can be deposited over EDI."
        ),
    ),
    "EDG-I145": _functional(
        title_fr="Décompte tacite A25 impossible en EDI",
        title_en="Tacit statement A25 impossible over EDI",
        message_fr=(
            "Le cadre A25 (décompte général et définitif d’une MOA, procédure tacite) n’existe que rattaché à une "
            "pièce déjà déposée, ce que le mode EDI ne permet pas."
        ),
        message_en=(
            "The cadre A25 (general and definitive statement of an MOA, tacit procedure) exists only in association "
            "with a document already deposited, which EDI does not have."
        ),
        remedy_fr=(
            "La MOA rattache le décompte au dossier de facturation sur le portail Chorus Pro ou par son API ; un "
            "fournisseur n’a pas à l’envoyer."
        ),
        remedy_en=(
            "The MOA associates the statement with its billing file on the Chorus Pro portal or through its API; it is"
            " not for a supplier to send."
        ),
    ),
    "EDG-I146": _functional(
        title_fr="Mémoire de frais de justice sur une autre interface",
        title_en="Justice-cost statement on another interface",
        message_fr="Le cadre A3 (mémoire de frais de justice) ne se dépose que sur l’interface FSO1120A.",
        message_en="The cadre A3 (justice-cost statement) is deposited on the interface FSO1120A only.",
        remedy_fr=(
            "Déposez le mémoire sur FSO1120A, au format UBL Invoice Mémoire, ou choisissez un autre cadre si le "
            "document est une facture ordinaire."
        ),
        remedy_en=(
            "Deposit the statement on FSO1120A, in the format UBL Invoice Mémoire, or choose another cadre if the "
            "document is an ordinary invoice."
        ),
    ),
    "EDG-I147": _functional(
        title_fr="Demande de remboursement A21 refusée",
        title_en="Reimbursement request A21 refused",
        message_fr=(
            "Le cadre A21 (demande de remboursement de la taxe intérieure de consommation) n’est pas accepté par cette"
            " passerelle."
        ),
        message_en="The cadre A21 (request for reimbursement of the excise on energy) is not taken by this gate.",
        remedy_fr="Déposez la demande sur le portail Chorus Pro ou par son API.",
        remedy_en="Deposit the request on the Chorus Pro portal or through its API.",
    ),
    "EDG-I148": _functional(
        title_fr="Cadre de travaux sur une interface générale",
        title_en="Works cadre on a general interface",
        message_fr="Le cadre de travaux {value} n’est pas accepté sur cette interface.",
        message_en="The works cadre {value} is not taken on this interface.",
        remedy_fr=(
            "Déposez la pièce sur une interface de travaux : FSO1130A (UBL structuré), FSO1131A (UBL mixte) ou "
            "FSO1137A (Factur-X)."
        ),
        remedy_en=(
            "Deposit the document on a works interface: FSO1130A (structured UBL), FSO1131A (mixed UBL) or FSO1137A "
            "(Factur-X)."
        ),
    ),
    "EDG-I149": _functional(
        title_fr="Cadre simple sur une interface de travaux",
        title_en="Simple cadre on a works interface",
        message_fr=(
            "Le cadre {value} n’est pas un cadre de travaux, et cette interface n’accepte que des pièces de "
            "facturation de travaux."
        ),
        message_en="The cadre {value} is not a works one, and this interface takes works documents only.",
        remedy_fr=(
            "Déposez la facture sur une interface générale (FSO1100A ou FSO1110A pour UBL, FSO1117A pour Factur-X), ou"
            " corrigez le cadre si c’est une pièce de travaux."
        ),
        remedy_en=(
            "Deposit the invoice on a general interface (FSO1100A or FSO1110A for UBL, FSO1117A for Factur-X), or "
            "correct the cadre if it is a works document."
        ),
    ),
    "EDG-I150": _functional(
        rule="G1.45",
        title_fr="Facture déjà reçue",
        title_en="Duplicate invoice",
        message_fr=(
            "La facture « {value} » de ce fournisseur a déjà été reçue cette année-là : flux {flow}, reçu le {date}, "
            "résultat : {outcome}, dernier statut : {state}."
        ),
        message_en=(
            "The invoice “{value}” of this supplier was already received for that year: flow {flow}, received on "
            "{date}, outcome: {outcome}, latest status: {state}."
        ),
        remedy_fr=(
            "Si la première a le statut 05 (rejetée), ou si c’est une autre facture, donnez un nouveau numéro et "
            "déposez de nouveau. Sinon ne faites rien : la première suit son cours ; seul le statut 06 (suspendue) se "
            "complète par un nouveau dépôt du même numéro."
        ),
        remedy_en=(
            "If the first one has status 05 (rejected), or if this is another invoice, give it a new number and "
            "deposit it again. Otherwise do nothing: the first one goes its way; only status 06 (suspended) is "
            "completed by a new deposit of the same number."
        ),
    ),
    "EDG-I153": _functional(
        title_fr="Nouveau dépôt qui change la facture",
        title_en="New deposit that changes the invoice",
        message_fr=(
            "Par son numéro la facture remplace celle du flux {original} (statut {state}), mais elle en change un "
            "élément, {field} : {value} au lieu de {expected}."
        ),
        message_en=(
            "By its number the invoice takes the place of that of flow {original} (status {state}), but it changes "
            "one of its data, {field}: {value} instead of {expected}."
        ),
        remedy_fr="Reprenez {expected}, ou donnez un nouveau numéro à la facture.",
        remedy_en="Keep {expected}, or give the invoice a new number.",
    ),
    "EDG-I154": _functional(
        rule="G1.45",
        title_fr="Facture en double dans le flux",
        title_en="Invoice twice in the flow",
        message_fr=(
            "Le numéro « {value} » de ce fournisseur figure déjà dans ce même flux, pour la même année : {first}."
        ),
        message_en=(
            "The number “{value}” of this supplier stands already in this same flow, for the same year: {first}."
        ),
        remedy_fr=(
            "S’il s’agit de la même facture, ne faites rien : l’autre suit son cours ; veillez à ce que votre logiciel "
            "ne la mette qu’une fois dans un flux. Si c’est une autre facture, donnez-lui un nouveau numéro et "
            "déposez-la dans un nouveau flux, sans celles qui sont déjà prises."
        ),
        remedy_en=(
            "If it is the same invoice, do nothing: the other one goes its way; see to it that your software puts it "
            "into a flow only once. If it is another invoice, give it a new number and deposit it in a new flow, "
            "without those that are taken already."
        ),
    ),
    "EDG-I151": _functional(
        title_fr="Autre cadre que A3 sur l’interface des mémoires",
        title_en="Other cadre than A3 on the interface of justice costs",
        message_fr=(
            "Le cadre {value} n’est pas accepté sur l’interface des mémoires de frais de justice, réservée au cadre A3."
        ),
        message_en=(
            "The cadre {value} is not taken on the interface of justice-cost statements, which is for the cadre A3 "
            "alone."
        ),
        remedy_fr=(
            "Déposez la facture sur une interface générale (FSO1100A ou FSO1110A pour UBL), ou indiquez A3 si c’est un"
            " mémoire de frais de justice."
        ),
        remedy_en=(
            "Deposit the invoice on a general interface (FSO1100A or FSO1110A for UBL), or say A3 if it is a "
            "justice-cost statement."
        ),
    ),
    "EDG-I152": _functional(
        title_fr="Rattachement à un dossier impossible en EDI",
        title_en="Association with a billing file impossible over EDI",
        message_fr=(
            "La pièce de cadre {value} est rattachée à une pièce déjà déposée, et le mode EDI n’admet aucun "
            "rattachement, seulement un dépôt initial."
        ),
        message_en=(
            "The document of cadre {value} is associated with one already deposited, and EDI has no association, only "
            "initial deposits."
        ),
        remedy_fr=(
            "Déposez la pièce en EDI comme dépôt initial, sans la rattacher, si son cadre le permet ; sinon, "
            "rattachez-la sur le portail Chorus Pro ou par son API."
        ),
        remedy_en=(
            "Deposit the document over EDI as an initial one, without associating it, if its cadre allows that; "
            "otherwise associate it on the Chorus Pro portal or through its API."
        ),
    ),
    "EDG-I160": _functional(
        title_fr="Valideur obligatoire",
        title_en="Validator required",
        message_fr=(
            "Ce cadre de facturation (A9, A10, A12, A13 ou A14) exige un valideur, et la facture n’en désigne pas."
        ),
        message_en="This cadre (A9, A10, A12, A13 or A14) requires a validator, and the invoice names none.",
        remedy_fr=(
            "Indiquez l’identifiant du valideur : le titulaire du marché pour un sous-traitant, le mandataire du "
            "groupement pour un cotraitant."
        ),
        remedy_en=(
            "Give the identifier of the validator: the main contractor for a subcontractor, the leader of the group "
            "for a co-contractor."
        ),
    ),
    "EDG-I161": _advice(
        title_fr="Valideur attendu",
        title_en="Validator expected",
        message_fr=(
            "Ce cadre de facturation (A4 ou A7) désigne d’ordinaire la maîtrise d’œuvre (MOE) comme valideur, et la "
            "facture n’en désigne pas."
        ),
        message_en=(
            "This cadre (A4 or A7) usually names the project manager (MOE) as validator, and the invoice names none."
        ),
        remedy_fr="Indiquez le SIRET de la maîtrise d’œuvre pour que le projet de décompte lui parvienne.",
        remedy_en="Give the SIRET of the project manager so that the draft statement reaches it.",
    ),
    "EDG-I162": _functional(
        title_fr="Identifiant du valideur mal formé",
        title_en="Validator’s identifier malformed",
        message_fr="L’identifiant du valideur « {value} » n’est pas bien formé pour son type.",
        message_en="The validator’s identifier “{value}” is not well formed for its kind.",
        remedy_fr=(
            "Indiquez le SIRET à 14 chiffres du valideur, sans espace, ou l’identifiant prévu pour une structure sans "
            "SIRET avec son type."
        ),
        remedy_en=(
            "Give the validator’s SIRET of 14 digits without spaces, or for a structure without a SIRET its identifier"
            " together with its kind."
        ),
    ),
    "EDG-I170": _functional(
        title_fr="Référence de la facture d’origine trop longue",
        title_en="Reference of the original invoice too long",
        message_fr="La référence de la facture d’origine « {value} » dépasse 20 caractères.",
        message_en="The reference of the original invoice “{value}” is longer than 20 characters.",
        remedy_fr="Indiquez le numéro de la facture d’origine tel qu’il a été déposé, sans date ni libellé.",
        remedy_en="Give the number of the original invoice as it was deposited, without a date or a description.",
    ),
}
