"""Why a flow must be named, sent and written as it must, with examples (reference §4, §8.1; invented figures)."""

from __future__ import annotations

from edigate.domain.example_rows import Example

FLOW_EXAMPLES: dict[str, Example] = {
    "EDG-F001": Example(
        why_fr=(
            "En mode EDI, le nom est lu avant le contenu : lui seul dit le format, le raccordement et le numéro "
            "d’envoi, donc à qui répondre."
        ),
        why_en=(
            "Over EDI the name is read before the content: it alone tells format, connection and sequence, and so whom "
            "to answer."
        ),
        wrong="FSO1116A_ABC123_facture-42.xml",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F002": Example(
        why_fr=(
            "Le code interface choisit le schéma, les règles et le compte-rendu ; sans interface, rien ne dit comment "
            "lire le fichier."
        ),
        why_en=(
            "The interface code chooses schema, rules and report; without an interface nothing says how to read the "
            "file."
        ),
        wrong="FSO1199A_ABC123_ABC1231199000000000000042",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F003": Example(
        why_fr=(
            "Le compte-rendu et le cycle de vie ne citent que l’identifiant de flux : ses chiffres doivent désigner la "
            "même interface que le nom, sous peine de rapprocher le retour d’un autre envoi."
        ),
        why_en=(
            "Report and life cycle cite the flow identifier alone: its digits must mean the interface of the name, or "
            "a return is matched with another sending."
        ),
        wrong="FSO1116A_ABC123_ABC1231106000000000000042",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F004": Example(
        why_fr=(
            "Les retours vont dans la boîte du partenaire que le nom désigne : le code d’un autre les enverrait à qui "
            "n’a rien déposé."
        ),
        why_en=(
            "Returns go to the outbox of the partner that the name tells: the code of another would send them to "
            "someone who deposited nothing."
        ),
        wrong="FSO1116A_XYZ789_XYZ7891116000000000000042",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F005": Example(
        why_fr=(
            "Un raccordement est suspendu quand le partenaire ou ses clés ne sont plus sûrs : accepter ses envois "
            "engagerait ses fournisseurs."
        ),
        why_en=(
            "A connection is suspended when a partner or its keys are no longer trusted: taking its sendings would "
            "bind its suppliers."
        ),
        wrong='{"code": "ABC123", "active": false}',
        right='{"code": "ABC123", "active": true}',
    ),
    "EDG-F006": Example(
        why_fr=(
            "Un abonnement atteste que le partenaire a réussi les tests de cette interface et qu’il en attend les "
            "comptes-rendus."
        ),
        why_en="A subscription says that the partner passed the tests of this interface and awaits its reports.",
        wrong='{"code": "ABC123", "deposits": ["FSO1100A", "FSO1110A"]}',
        right='{"code": "ABC123", "deposits": ["FSO1100A", "FSO1110A", "FSO1116A"]}',
    ),
    "EDG-F007": Example(
        why_fr=(
            "Un retour redéposé n’est pas une facture : le prendre ferait répondre la passerelle à ses propres "
            "réponses."
        ),
        why_en="A return sent back is no invoice: taking it would have the gate answer its own answers.",
        wrong="CSO1116A_ABC123_ABC1231116000000000000042",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F008": Example(
        why_fr=(
            "Une interface que la passerelle ne sait pas contrôler est refusée d’emblée, plutôt qu’acceptée sans "
            "contrôle."
        ),
        why_en="An interface that the gate cannot check is refused at once rather than taken unchecked.",
        wrong='standing = "not_yet"',
        right='standing = "taken"',
    ),
    "EDG-F009": Example(
        why_fr=(
            "Les destinataires ne lisent plus les formats retirés ; l’interface de remplacement porte les mêmes "
            "données."
        ),
        why_en="Recipients no longer read withdrawn formats; the interface that replaces them carries the same data.",
        wrong="FSO1111A_ABC123_ABC1231111000000000000042",
        right="FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F010": Example(
        why_fr="Un envoi répété, après une coupure par exemple, ferait payer deux fois les mêmes factures.",
        why_en=(
            "A sending that is repeated, after a broken transfer for example, would have the same invoices paid twice."
        ),
        wrong=(
            "2026-03-02 FSO1116A_ABC123_ABC1231116000000000000042\n2026-03-09 FSO1116A_ABC123_ABC1231116000000000000042"
        ),
        right=(
            "2026-03-02 FSO1116A_ABC123_ABC1231116000000000000042\n2026-03-09 FSO1116A_ABC123_ABC1231116000000000000043"
        ),
    ),
    "EDG-F011": Example(
        why_fr=(
            "Un fichier vide trahit une panne d’écriture ou de transfert : le dire évite que le fournisseur croie ses "
            "factures envoyées."
        ),
        why_en=(
            "An empty file betrays a failure of writing or of transfer: telling so keeps the supplier from believing "
            "that the invoices were sent."
        ),
        wrong="0 FSO1116A_ABC123_ABC1231116000000000000042",
        right="18423 FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F012": Example(
        why_fr=(
            "Les systèmes des destinataires et le transport ont la même limite ; un flux plus gros y échouerait plus "
            "loin, sans explication."
        ),
        why_en=(
            "The systems of recipients and the transport have the same limit; a larger flow would fail further on, "
            "unexplained."
        ),
        wrong="1200000000 FSO1116A_ABC123_ABC1231116000000000000042",
        right="94000000 FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F013": Example(
        why_fr=(
            "Sans sa fin, un fichier ne peut être ni contrôlé ni signé ; la passerelle attend d’abord, car un "
            "transfert lent est normal."
        ),
        why_en=(
            "Without its end a file can be neither checked nor verified; the gate waits first, as a slow transfer is "
            "nothing unusual."
        ),
        wrong="…<ram:DuePayableAmount>120.",
        right="…</rsm:CrossIndustryInvoice>",
    ),
    "EDG-F014": Example(
        why_fr=(
            "Un lien ou un dossier pourrait mener la passerelle hors de la boîte de dépôt ; elle n’ouvre que ce qui y "
            "a été écrit."
        ),
        why_en="A link or a folder could lead the gate out of the inbox; it opens only what was written there.",
        wrong="lrwxrwxrwx FSO1116A_ABC123_ABC1231116000000000000042 -> /srv/export/42.xml",
        right="-rw-r----- FSO1116A_ABC123_ABC1231116000000000000042",
    ),
    "EDG-F015": Example(
        why_fr=(
            "Un flux est traité et répondu d’un bloc : au-delà de cette mesure, une seule erreur retarderait trop de "
            "factures."
        ),
        why_en=(
            "A flow is dealt with and answered as one: beyond this measure a single mistake would delay too many "
            "invoices."
        ),
        wrong="501 × <CPPFactureMixteUnitaire>",
        right="500 × <CPPFactureMixteUnitaire>",
    ),
    "EDG-F016": Example(
        why_fr=(
            "Ce que la passerelle transmet, des agents l’ouvrent : un seul document infecté atteindrait tous ses "
            "lecteurs."
        ),
        why_en="What the gate hands on is opened by people: one infected document would reach all its readers.",
        wrong="stream: Win.Macro.Facture-1 FOUND",
        right="stream: OK",
    ),
    "EDG-F020": Example(
        why_fr="Sans extension, c’est le contenu qui dit le type : il doit être celui que l’interface du nom annonce.",
        why_en=(
            "Without an extension the content tells the type: it must be the one that the interface in the name "
            "announces."
        ),
        wrong="FSO1116A_ABC123_ABC1231116000000000000042: %PDF-1.7",
        right='FSO1116A_ABC123_ABC1231116000000000000042: <?xml version="1.0" encoding="UTF-8"?>',
    ),
    "EDG-F021": Example(
        why_fr=(
            "Un compte qui ne tombe pas juste peut trahir une unité perdue en route ; ce qui est là est traité tout de "
            "même."
        ),
        why_en="A count that does not come out may betray a unit lost on the way; what is there is dealt with anyway.",
        wrong='compteur="2": 1 × <CPPFactureStatutUnitaire>',
        right='compteur="1": 1 × <CPPFactureStatutUnitaire>',
    ),
    "EDG-F022": Example(
        why_fr=(
            "Les retours vont au déposant, qui est celui de la boîte de dépôt et du nom ; une autre enveloppe fait "
            "soupçonner une erreur d’aiguillage."
        ),
        why_en=(
            "Returns go to the depositor, who is the one of inbox and name; another envelope makes one suspect a file "
            "gone astray."
        ),
        wrong="<Emetteur>\n  <Id>ABC123</Id>\n</Emetteur>",
        right="<Emetteur>\n  <Id>SEI001</Id>\n</Emetteur>",
    ),
    "EDG-F050": Example(
        why_fr=(
            "Un accusé de réception parle d’un flux, un statut d’une facture : chacun a son interface, ses règles et "
            "son compte-rendu."
        ),
        why_en=(
            "A receipt is about a flow, a status about an invoice: each has its interface, its rules and its report."
        ),
        wrong="FSO1301A_SEI001_SEI0011301000000000000042: CPPFluxStatuts",
        right="FSO1300A_SEI001_SEI0011300000000000000042: CPPFluxStatuts",
    ),
    "EDG-F101": Example(
        why_fr=(
            "Un XML mal formé n’a qu’un début de sens : tout ce qui suit la faute se lirait autrement d’un logiciel à "
            "l’autre."
        ),
        why_en=(
            "XML that is not well formed has a meaning only up to its mistake: what follows, each program would read "
            "in its own way."
        ),
        wrong="<ram:Name>Kerouan & fils</ram:Name>",
        right="<ram:Name>Kerouan &amp; fils</ram:Name>",
    ),
    "EDG-F102": Example(
        why_fr=(
            "Une lettre lue dans un autre encodage devient une autre lettre : le nom et l’adresse du fournisseur "
            "arriveraient faux."
        ),
        why_en=(
            "A letter read in another encoding is another letter: the supplier’s name and address would arrive wrong."
        ),
        wrong='encoding="UTF-8": 42 E2 74 69 6D 65 6E 74 73',
        right='encoding="UTF-8": 42 C3 A2 74 69 6D 65 6E 74 73',
    ),
    "EDG-F103": Example(
        why_fr=(
            "Une DTD peut faire lire des fichiers de la machine ou gonfler un document sans fin ; une facture n’en a "
            "jamais besoin."
        ),
        why_en=(
            "A DTD can make a machine read its own files, or blow a document up without end; an invoice never needs "
            "one."
        ),
        wrong='<!DOCTYPE n [<!ENTITY nom "Kerouan">]> … <ram:Name>&nom;</ram:Name>',
        right="<ram:Name>Kerouan</ram:Name>",
    ),
    "EDG-F104": Example(
        why_fr=(
            "Un document d’une profondeur ou d’un texte démesurés épuise la mémoire de tous ceux qui le lisent, "
            "destinataire compris."
        ),
        why_en=(
            "A document of excessive depth or text wears out the memory of everyone who reads it, the recipient "
            "included."
        ),
        wrong="300 × <ram:IncludedNote>",
        right="1 × <ram:IncludedNote>",
    ),
    "EDG-F105": Example(
        why_fr="Chaque interface promet un format au destinataire ; la racine dit lequel est dans le fichier.",
        why_en="Each interface promises the recipient a format; the root tells which one is in the file.",
        wrong='<Facture xmlns="urn:exemple:facture"/>',
        right="<rsm:CrossIndustryInvoice/>",
    ),
    "EDG-F106": Example(
        why_fr=(
            "Le schéma fixe l’ordre et le nom des éléments ; un élément déplacé serait ignoré, et la donnée perdue "
            "sans bruit."
        ),
        why_en=(
            "The schema sets order and names of the elements; a misplaced one would be passed over, and its datum lost "
            "in silence."
        ),
        wrong=(
            "<rsm:ExchangedDocument>\n"
            "  <ram:TypeCode>380</ram:TypeCode>\n"
            "  <ram:ID>F2026-0042</ram:ID>\n"
            "  <ram:IssueDateTime>\n"
            "    <udt:DateTimeString>20260302</udt:DateTimeString>\n"
            "  </ram:IssueDateTime>\n"
            "</rsm:ExchangedDocument>"
        ),
        right=(
            "<rsm:ExchangedDocument>\n"
            "  <ram:ID>F2026-0042</ram:ID>\n"
            "  <ram:TypeCode>380</ram:TypeCode>\n"
            "  <ram:IssueDateTime>\n"
            "    <udt:DateTimeString>20260302</udt:DateTimeString>\n"
            "  </ram:IssueDateTime>\n"
            "</rsm:ExchangedDocument>"
        ),
    ),
    "EDG-F107": Example(
        why_fr=(
            "Ce que le schéma exige est ce sans quoi aucun logiciel ne sait traiter la facture : ici le montant à "
            "payer."
        ),
        why_en="What the schema requires is what no software can do without: here the amount to be paid.",
        wrong=(
            "<cac:LegalMonetaryTotal>\n"
            '  <cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>\n'
            '  <cbc:TaxInclusiveAmount currencyID="EUR">120.00</cbc:TaxInclusiveAmount>\n'
            "</cac:LegalMonetaryTotal>"
        ),
        right=(
            "<cac:LegalMonetaryTotal>\n"
            '  <cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>\n'
            '  <cbc:TaxInclusiveAmount currencyID="EUR">120.00</cbc:TaxInclusiveAmount>\n'
            '  <cbc:PayableAmount currencyID="EUR">120.00</cbc:PayableAmount>\n'
            "</cac:LegalMonetaryTotal>"
        ),
    ),
    "EDG-F108": Example(
        why_fr=(
            "Montants, dates et codes sont calculés et comparés par des programmes, qui ne devinent pas une virgule ou "
            "un espace."
        ),
        why_en=(
            "Amounts, dates and codes are computed and compared by programs, which do not guess at a comma or a space."
        ),
        wrong="<ram:DuePayableAmount>120,00</ram:DuePayableAmount>",
        right="<ram:DuePayableAmount>120.00</ram:DuePayableAmount>",
    ),
    "EDG-F109": Example(
        why_fr="Un attribut dit comment lire la valeur : sans sa devise, un montant n’en est pas un.",
        why_en="An attribute says how the value is to be read: without its currency an amount is none.",
        wrong="<cbc:PayableAmount>120.00</cbc:PayableAmount>",
        right='<cbc:PayableAmount currencyID="EUR">120.00</cbc:PayableAmount>',
    ),
    "EDG-F110": Example(
        why_fr=(
            "Le schéma est le contrat commun de tous ceux qui lisent la facture ; ce qui s’en écarte n’est compris de "
            "personne à coup sûr."
        ),
        why_en=(
            "The schema is the common contract of all who read the invoice; nobody is sure to understand what departs "
            "from it."
        ),
        wrong="<ram:BuyerTradeParty>Communauté de communes du Haut-Sorbier</ram:BuyerTradeParty>",
        right=(
            "<ram:BuyerTradeParty>\n"
            "  <ram:Name>Communauté de communes du Haut-Sorbier</ram:Name>\n"
            "  <ram:SpecifiedLegalOrganization>\n"
            '    <ram:ID schemeID="1">99982055800016</ram:ID>\n'
            "  </ram:SpecifiedLegalOrganization>\n"
            "</ram:BuyerTradeParty>"
        ),
    ),
}
