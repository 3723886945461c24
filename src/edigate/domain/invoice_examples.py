"""Why an invoice must say what it must, with examples (reference §8.4, §8.5, §9, §12.3; invented people)."""

from __future__ import annotations

from edigate.domain.example_rows import Example

INVOICE_EXAMPLES: dict[str, Example] = {
    "EDG-I001": Example(
        why_fr=(
            "Le numéro est ce par quoi le destinataire, son comptable et vous désignez la même facture, du dépôt au "
            "paiement."
        ),
        why_en="By its number the recipient, the accountant and you mean the same invoice, from deposit to payment.",
        wrong="<ram:ID/>",
        right="<ram:ID>F2026-0042</ram:ID>",
    ),
    "EDG-I002": Example(
        why_fr=(
            "Les systèmes du secteur public, jusqu’au comptable, réservent 20 caractères au numéro : coupé, il "
            "pourrait devenir celui d’une autre facture."
        ),
        why_en=(
            "The systems of the public sector, down to the accountant’s, keep 20 characters for the number: cut, it "
            "could become that of another invoice."
        ),
        wrong="<ram:ID>F2026-AGENCE-NANTES-0042</ram:ID>",
        right="<ram:ID>F2026-NTE-0042</ram:ID>",
    ),
    "EDG-I003": Example(
        why_fr=(
            "Le numéro passe par des noms de fichiers, des bordereaux et d’anciens systèmes où d’autres signes sont "
            "perdus ou ont un sens."
        ),
        why_en=(
            "The number goes through file names, slips and old systems in which other signs are lost or mean something."
        ),
        wrong="<ram:ID>F2026.0042</ram:ID>",
        right="<ram:ID>F2026-0042</ram:ID>",
    ),
    "EDG-I004": Example(
        why_fr="Une espace en trop ne se voit pas, mais fait deux numéros de ce qu’un lecteur prend pour un seul.",
        why_en="An extra space is not seen, yet makes two numbers of what a reader takes for one.",
        wrong="<ram:ID>F2026  0042</ram:ID>",
        right="<ram:ID>F2026 0042</ram:ID>",
    ),
    "EDG-I010": Example(
        why_fr="Sans type, on ne sait si le montant est dû au fournisseur ou par lui.",
        why_en="Without a type nobody knows whether the amount is owed to the supplier or by it.",
        wrong="<ram:TypeCode/>",
        right="<ram:TypeCode>380</ram:TypeCode>",
    ),
    "EDG-I011": Example(
        why_fr=(
            "Les logiciels des destinataires ne connaissent que la facture et l’avoir ; un autre type n’y aurait pas "
            "de traitement."
        ),
        why_en=(
            "The recipients’ software knows invoices and credit notes only; another type would have no treatment there."
        ),
        wrong="<ram:TypeCode>389</ram:TypeCode>",
        right="<ram:TypeCode>380</ram:TypeCode>",
    ),
    "EDG-I012": Example(
        why_fr="Un document qui dit deux choses serait payé par un système et déduit par un autre.",
        why_en="A document that says two things would be paid by one system and deducted by another.",
        wrong="<cbc:CreditNoteTypeCode>380</cbc:CreditNoteTypeCode>",
        right="<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
    ),
    "EDG-I020": Example(
        why_fr="De la date d’émission dépendent l’année du numéro, l’exercice comptable et le taux de TVA.",
        why_en="The year of the number, the fiscal year and the rate of VAT depend on the issue date.",
        wrong=("<ram:IssueDateTime>\n  <udt:DateTimeString/>\n</ram:IssueDateTime>"),
        right=("<ram:IssueDateTime>\n  <udt:DateTimeString>20260302</udt:DateTimeString>\n</ram:IssueDateTime>"),
    ),
    "EDG-I021": Example(
        why_fr=(
            "02/03/2026 est le 2 mars pour les uns et le 3 février pour les autres ; le format imposé n’a qu’une "
            "lecture."
        ),
        why_en=(
            "02/03/2026 is the 2nd of March to some and the 3rd of February to others; the required form has one "
            "reading."
        ),
        wrong="<udt:DateTimeString>02/03/2026</udt:DateTimeString>",
        right="<udt:DateTimeString>20260302</udt:DateTimeString>",
    ),
    "EDG-I022": Example(
        why_fr="Le délai de paiement court de la réception : une facture datée du lendemain n’est pas encore émise.",
        why_en="The time for payment runs from reception: an invoice dated tomorrow is not issued yet.",
        wrong="<udt:DateTimeString>20260402</udt:DateTimeString>",
        right="<udt:DateTimeString>20260302</udt:DateTimeString>",
    ),
    "EDG-I023": Example(
        why_fr="Une année impossible est une faute de frappe, qui rangerait la facture dans un exercice inexistant.",
        why_en=(
            "An impossible year is a slip of the pen that would file the invoice in a fiscal year which does not exist."
        ),
        wrong="<udt:DateTimeString>19260302</udt:DateTimeString>",
        right="<udt:DateTimeString>20260302</udt:DateTimeString>",
    ),
    "EDG-I030": Example(
        why_fr=(
            "Le code de la devise, seul, dit en quelle monnaie payer ; un symbole ou un nom ne se lit pas de même "
            "partout."
        ),
        why_en="The currency’s code alone says in which money to pay; a symbol or a name is not read alike everywhere.",
        wrong="<ram:InvoiceCurrencyCode>EURO</ram:InvoiceCurrencyCode>",
        right="<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>",
    ),
    "EDG-I031": Example(
        why_fr=(
            "Le flux pivot n’a qu’une devise pour tous les montants : les autres y seraient lus comme si c’était la "
            "même."
        ),
        why_en="The pivot has one currency for all amounts: others would be read there as if they were in it.",
        wrong='<ram:GrandTotalAmount currencyID="USD">120.00</ram:GrandTotalAmount>',
        right='<ram:GrandTotalAmount currencyID="EUR">120.00</ram:GrandTotalAmount>',
    ),
    "EDG-I040": Example(
        why_fr="Le destinataire paie une personne identifiée ; un nom seul peut en désigner plusieurs.",
        why_en="The recipient pays someone identified; a name alone can mean several.",
        wrong='<ram:ID schemeID="1"/>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I041": Example(
        why_fr=(
            "Le type dit dans quel registre chercher l’identifiant : 9 chiffres sont un SIREN, un RIDET ou un numéro "
            "TAHITI."
        ),
        why_en="The kind says in which register to look: 9 digits are a SIREN, a RIDET or a TAHITI number.",
        wrong='<ram:ID schemeID="9">99980137600016</ram:ID>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I042": Example(
        why_fr="Le SIRET désigne l’établissement qui facture et sera payé, que le SIREN seul laisse dans le vague.",
        why_en="The SIRET means the establishment that invoices and is to be paid, which the SIREN alone leaves open.",
        wrong='<ram:ID schemeID="1">999801376</ram:ID>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I043": Example(
        why_fr=(
            "La clé révèle un chiffre faux ou deux chiffres inversés avant que la facture ne soit rattachée à une "
            "autre entreprise."
        ),
        why_en="The check digit shows a wrong or swapped digit before the invoice is tied to another company.",
        wrong='<ram:ID schemeID="1">99980137600061</ram:ID>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I044": Example(
        why_fr=(
            "Chaque pays donne à ses numéros une forme et une clé, par lesquelles le destinataire vérifie le "
            "fournisseur étranger."
        ),
        why_en=(
            "Each country gives its numbers a form and a check digit, by which the recipient verifies a supplier "
            "abroad."
        ),
        wrong='<ram:ID schemeID="2">BE 0429.958.042</ram:ID>',
        right='<ram:ID schemeID="2">BE0429958042</ram:ID>',
    ),
    "EDG-I045": Example(
        why_fr=(
            "Hors de l’Union il n’est pas de registre commun : pays et nom forment l’identifiant, toujours de la même "
            "façon pour se retrouver."
        ),
        why_en=(
            "Outside the Union there is no common register: country and name make the identifier, always in one way so "
            "as to be found again."
        ),
        wrong='<ram:ID schemeID="ETR">123456789</ram:ID>',
        right='<ram:ID schemeID="ETR">KRHANBITELECTRONIC</ram:ID>',
    ),
    "EDG-I046": Example(
        why_fr="Le RIDET identifie l’établissement calédonien dans le registre du territoire.",
        why_en="The RIDET identifies the establishment in New Caledonia’s own register.",
        wrong='<ram:ID schemeID="RIDET">0 123 456</ram:ID>',
        right='<ram:ID schemeID="RIDET">1234567890</ram:ID>',
    ),
    "EDG-I047": Example(
        why_fr="Le numéro TAHITI identifie l’entreprise polynésienne dans le registre du pays.",
        why_en="The TAHITI number identifies the company in French Polynesia’s own register.",
        wrong='<ram:ID schemeID="5">35-0041</ram:ID>',
        right='<ram:ID schemeID="5">350041679</ram:ID>',
    ),
    "EDG-I048": Example(
        why_fr=(
            "Les fiches des fournisseurs réservent 18 caractères à l’identifiant : plus long, il ne s’y retrouverait "
            "pas."
        ),
        why_en="The records of suppliers keep 18 characters for the identifier: a longer one would not be found there.",
        wrong='<ram:ID schemeID="ETR">KRHANBITELECTRONICSCOMPANY</ram:ID>',
        right='<ram:ID schemeID="ETR">KRHANBITELECTRONIC</ram:ID>',
    ),
    "EDG-I049": Example(
        why_fr=(
            "Le nom permet à l’acheteur et au comptable de vérifier d’un coup d’œil que l’identifiant est bien celui "
            "du fournisseur."
        ),
        why_en="By the name buyer and accountant see at a glance that the identifier is that of the supplier.",
        wrong="<ram:Name/>",
        right="<ram:Name>Bâtiments Kerouan</ram:Name>",
    ),
    "EDG-I050": Example(
        why_fr=(
            "Le champ du nom s’arrête à 99 caractères chez les destinataires ; coupé au hasard, il pourrait nommer "
            "quelqu’un d’autre."
        ),
        why_en=(
            "The field for the name ends at 99 characters with the recipients; cut anywhere, it might name somebody "
            "else."
        ),
        wrong=(
            "<ram:Name>Société anonyme coopérative ouvrière de production des bâtiments et travaux publics "
            "Kerouan, agence de Nantes</ram:Name>"
        ),
        right="<ram:Name>SCOP Bâtiments Kerouan, agence de Nantes</ram:Name>",
    ),
    "EDG-I051": Example(
        why_fr=(
            "La passerelle est réglée pour n’accepter que les fournisseurs référencés : ceux dont quelqu’un a vérifié "
            "l’existence."
        ),
        why_en="The gate is set to take registered suppliers only: those whose existence someone has verified.",
        wrong='<ram:ID schemeID="1">99982603600017</ram:ID>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I052": Example(
        why_fr=(
            "Le flux pivot exige un pays ; faute de le savoir, le destinataire lirait la France, avec ses règles de "
            "TVA."
        ),
        why_en="The pivot requires a country; for want of one the recipient would read France, with its rules of VAT.",
        wrong=(
            "<ram:SellerTradeParty>\n"
            "  <ram:Name>Anne Corvin</ram:Name>\n"
            "  <ram:SpecifiedLegalOrganization>\n"
            '    <ram:ID schemeID="7">CORVINANNE</ram:ID>\n'
            "  </ram:SpecifiedLegalOrganization>\n"
            "</ram:SellerTradeParty>"
        ),
        right=(
            "<ram:SellerTradeParty>\n"
            "  <ram:Name>Anne Corvin</ram:Name>\n"
            "  <ram:SpecifiedLegalOrganization>\n"
            '    <ram:ID schemeID="7">CORVINANNE</ram:ID>\n'
            "  </ram:SpecifiedLegalOrganization>\n"
            "  <ram:PostalTradeAddress>\n"
            "    <ram:CountryID>FR</ram:CountryID>\n"
            "  </ram:PostalTradeAddress>\n"
            "</ram:SellerTradeParty>"
        ),
    ),
    "EDG-I053": Example(
        why_fr="Une fiche close est celle d’un établissement fermé ou repris : payer sur elle serait payer à côté.",
        why_en=(
            "A closed record is that of an establishment shut down or taken over: paying by it would pay the wrong one."
        ),
        wrong='<ram:ID schemeID="1">99982740600011</ram:ID>',
        right='<ram:ID schemeID="1">99980137600016</ram:ID>',
    ),
    "EDG-I054": Example(
        why_fr=(
            "Un changement de coordonnées bancaires glissé dans une facture est la fraude la plus courante ; la fiche "
            "fait barrage."
        ),
        why_en="New bank details slipped into an invoice are the commonest fraud; the record stands against it.",
        wrong="<ram:IBANID>FR1499999000020000098765452</ram:IBANID>",
        right="<ram:IBANID>FR7699999000010000012345693</ram:IBANID>",
    ),
    "EDG-I056": Example(
        why_fr=(
            "Un texte plus long que prévu peut être coupé sur l’écran d’un destinataire, ou faire refuser un jour la "
            "facture : mieux vaut le savoir d’avance."
        ),
        why_en=(
            "A text longer than foreseen may be cut on a recipient’s screen, or have the invoice refused some day: it "
            "is better to know beforehand."
        ),
        wrong="<ram:GlobalID>CATALOGUE-2026-FOURNITURES-PAPIER-A4-80G-BLANC</ram:GlobalID>",
        right="<ram:GlobalID>FOURN-PAPIER-A4-80G-BLANC</ram:GlobalID>",
    ),
    "EDG-I060": Example(
        why_fr=(
            "Le SIRET décide du système, de l’annuaire et du comptable auxquels la facture parvient ; le nom n’y "
            "suffit pas."
        ),
        why_en="The SIRET decides which system, directory entry and accountant the invoice reaches; the name does not.",
        wrong='<ram:ID schemeID="1"/>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I061": Example(
        why_fr="Toutes les structures publiques ont un SIRET, et l’annuaire n’a pas d’autre clé.",
        why_en="Every public structure has a SIRET, and the directory has no other key.",
        wrong='<ram:ID schemeID="2">BE0429958042</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I062": Example(
        why_fr=(
            "Le SIREN désigne toute la collectivité ; ce sont les cinq derniers chiffres du SIRET qui disent quel "
            "établissement paie."
        ),
        why_en="The SIREN means the whole authority; the last five digits of the SIRET say which establishment pays.",
        wrong='<ram:ID schemeID="1">999820558</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I063": Example(
        why_fr=(
            "Un chiffre faux peut donner le SIRET d’une autre collectivité, qui rejetterait la facture des semaines "
            "plus tard."
        ),
        why_en="A wrong digit can make the SIRET of another authority, which would reject the invoice weeks later.",
        wrong='<ram:ID schemeID="1">99982055800061</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I064": Example(
        why_fr="L’annuaire dit à qui remettre la facture ; une structure qu’il ne connaît pas n’a pas de boîte.",
        why_en="The directory says to whom the invoice is handed; a structure it does not know has no mailbox.",
        wrong='<ram:ID schemeID="1">99982603600017</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I065": Example(
        why_fr="Une structure fermée ou fusionnée ne traite plus de factures : celle-ci attendrait sans fin.",
        why_en="A structure that was closed or merged processes no invoices any more: this one would wait without end.",
        wrong='<ram:ID schemeID="1">99982192900018</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I066": Example(
        why_fr=(
            "Ce canal est celui des acheteurs publics ; une entreprise n’y a ni obligation de recevoir ni moyen de "
            "répondre."
        ),
        why_en=(
            "This channel is that of public buyers; a company has neither a duty to receive here nor a way to answer."
        ),
        wrong='<ram:ID schemeID="1">99982329700018</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I067": Example(
        why_fr=(
            "Le SIRET à zéros tient lieu de celui de l’État : c’est alors le code service qui désigne le vrai "
            "destinataire."
        ),
        why_en="The SIRET of zeros stands for the State’s: the service code then names the real recipient.",
        wrong="<ram:BuyerReference>ACHATS</ram:BuyerReference>",
        right="<ram:BuyerReference>AAASCPV</ram:BuyerReference>",
    ),
    "EDG-I068": Example(
        why_fr="Une maîtrise d’ouvrage suit des chantiers ; elle n’a pas de service qui liquide des factures simples.",
        why_en="A contracting authority follows works; it has no service that settles ordinary invoices.",
        wrong='<ram:ID schemeID="1">99980959300018</ram:ID>',
        right='<ram:ID schemeID="1">99982055800016</ram:ID>',
    ),
    "EDG-I069": Example(
        why_fr=(
            "L’acheteur a déclaré la forme de ses codes : un code d’une autre forme vient d’ailleurs, souvent d’un "
            "libellé."
        ),
        why_en=(
            "The buyer stated the form of its codes: a code of another form comes from elsewhere, often from a label."
        ),
        wrong="<ram:BuyerReference>Culture</ram:BuyerReference>",
        right="<ram:BuyerReference>CULTURE</ram:BuyerReference>",
    ),
    "EDG-I070": Example(
        why_fr=(
            "Dans une grande collectivité, le SIRET ne dit pas quel service a commandé : sans code, la facture "
            "n’arrive sur le bureau de personne."
        ),
        why_en=(
            "In a large authority the SIRET does not say which service ordered: without a code the invoice lands on "
            "nobody’s desk."
        ),
        wrong="<ram:BuyerReference/>",
        right="<ram:BuyerReference>CULTURE</ram:BuyerReference>",
    ),
    "EDG-I071": Example(
        why_fr="Un code que l’acheteur n’a pas publié ne mène à aucun de ses services.",
        why_en="A code that the buyer has not published leads to none of its services.",
        wrong="<ram:BuyerReference>Culture</ram:BuyerReference>",
        right="<ram:BuyerReference>CULTURE</ram:BuyerReference>",
    ),
    "EDG-I072": Example(
        why_fr="Un service fermé n’a plus d’agents pour attester le service fait.",
        why_en="A closed service has nobody left to certify that the work was done.",
        wrong="<ram:BuyerReference>ARCHIVES</ram:BuyerReference>",
        right="<ram:BuyerReference>CULTURE</ram:BuyerReference>",
    ),
    "EDG-I073": Example(
        why_fr=(
            "Le champ du code tient en 100 caractères chez les destinataires ; plus long, c’est un libellé ou une "
            "adresse."
        ),
        why_en=(
            "The field for the code holds 100 characters with the recipients; what is longer is a label or an address."
        ),
        wrong=(
            "<ram:BuyerReference>CULTURE - Direction de la culture et du patrimoine, bureau des bibliothèques, "
            "2e étage, à l’attention du service des achats</ram:BuyerReference>"
        ),
        right="<ram:BuyerReference>CULTURE</ram:BuyerReference>",
    ),
    "EDG-I074": Example(
        why_fr=(
            "L’engagement réserve les crédits : l’acheteur retrouve par lui la commande et peut mandater sans chercher."
        ),
        why_en="The engagement sets the money aside: by it the buyer finds the order and can pay without searching.",
        wrong=("<ram:BuyerOrderReferencedDocument>\n  <ram:IssuerAssignedID/>\n</ram:BuyerOrderReferencedDocument>"),
        right=(
            "<ram:BuyerOrderReferencedDocument>\n"
            "  <ram:IssuerAssignedID>EJ-2026-118</ram:IssuerAssignedID>\n"
            "</ram:BuyerOrderReferencedDocument>"
        ),
    ),
    "EDG-I075": Example(
        why_fr=(
            "Ce service rapproche ses factures de ses commandes par ce numéro, même là où le reste de la structure ne "
            "le fait pas."
        ),
        why_en=(
            "This service matches invoices with orders by this number, even where the rest of the structure does not."
        ),
        wrong=("<ram:BuyerOrderReferencedDocument>\n  <ram:IssuerAssignedID/>\n</ram:BuyerOrderReferencedDocument>"),
        right=(
            "<ram:BuyerOrderReferencedDocument>\n"
            "  <ram:IssuerAssignedID>EJ-2026-118</ram:IssuerAssignedID>\n"
            "</ram:BuyerOrderReferencedDocument>"
        ),
    ),
    "EDG-I076": Example(
        why_fr="L’un ou l’autre mène la facture à celui qui a commandé ; sans aucun des deux, elle reste à l’accueil.",
        why_en="Either leads the invoice to whoever ordered; without both it stays at the front desk.",
        wrong=("<ram:BuyerOrderReferencedDocument>\n  <ram:IssuerAssignedID/>\n</ram:BuyerOrderReferencedDocument>"),
        right=(
            "<ram:BuyerOrderReferencedDocument>\n"
            "  <ram:IssuerAssignedID>EJ-2026-118</ram:IssuerAssignedID>\n"
            "</ram:BuyerOrderReferencedDocument>"
        ),
    ),
    "EDG-I077": Example(
        why_fr="Le champ tient en 50 caractères chez les destinataires, qui cherchent la commande par le numéro exact.",
        why_en="The field holds 50 characters with the recipients, who look the order up by its exact number.",
        wrong=(
            "<ram:IssuerAssignedID>Bon de commande EJ-2026-118 du 12 janvier 2026, notifié par "
            "courriel</ram:IssuerAssignedID>"
        ),
        right="<ram:IssuerAssignedID>EJ-2026-118</ram:IssuerAssignedID>",
    ),
    "EDG-I078": Example(
        why_fr="Le champ tient en 50 caractères chez les destinataires, qui cherchent le marché par le numéro exact.",
        why_en="The field holds 50 characters with the recipients, who look the contract up by its exact number.",
        wrong=(
            "<ram:IssuerAssignedID>Marché M2025-07, lot 3, réhabilitation de la salle des fêtes</ram:IssuerAssignedID>"
        ),
        right="<ram:IssuerAssignedID>M2025-07</ram:IssuerAssignedID>",
    ),
    "EDG-I079": Example(
        why_fr=(
            "L’acheteur a déclaré la forme de ses engagements : un numéro d’une autre forme est celui de votre devis "
            "ou de votre commande."
        ),
        why_en=(
            "The buyer stated the form of its engagements: a number of another form is that of your own quotation or "
            "order."
        ),
        wrong="<ram:IssuerAssignedID>BC-118</ram:IssuerAssignedID>",
        right="<ram:IssuerAssignedID>202618</ram:IssuerAssignedID>",
    ),
    "EDG-I080": Example(
        why_fr="Le comptable public doit savoir s’il vire, prélève ou n’a rien à faire ; le flux pivot l’exige.",
        why_en="The public accountant must know whether to transfer, to debit or to do nothing; the pivot requires it.",
        wrong="<ram:TypeCode/>",
        right="<ram:TypeCode>30</ram:TypeCode>",
    ),
    "EDG-I081": Example(
        why_fr=(
            "Un code hors liste n’est compris d’aucun comptable ; la norme européenne en connaît d’autres, qui n’ont "
            "pas cours ici."
        ),
        why_en=(
            "No accountant understands a code outside the list; the European standard has others, which do not hold "
            "here."
        ),
        wrong="<ram:TypeCode>ZZZ</ram:TypeCode>",
        right="<ram:TypeCode>30</ram:TypeCode>",
    ),
    "EDG-I082": Example(
        why_fr=(
            "Avec l’IBAN, le comptable vérifie les coordonnées qu’il détient ; sans lui, un ancien compte peut être "
            "crédité."
        ),
        why_en="With the IBAN the accountant verifies the details on file; without it an old account may be paid.",
        wrong="<ram:IBANID/>",
        right="<ram:IBANID>FR7699999000010000012345693</ram:IBANID>",
    ),
    "EDG-I083": Example(
        why_fr="La clé protège d’une faute de frappe qui ferait revenir le virement, ou le ferait arriver ailleurs.",
        why_en="The check digits guard against a slip that would send the transfer back, or elsewhere.",
        wrong="<ram:IBANID>FR7699999000010000012345639</ram:IBANID>",
        right="<ram:IBANID>FR7699999000010000012345693</ram:IBANID>",
    ),
    "EDG-I084": Example(
        why_fr=(
            "Le champ des destinataires est fait pour les IBAN français, de 27 caractères ; un plus long y serait "
            "coupé."
        ),
        why_en="The recipients’ field is made for French IBANs of 27 characters; a longer one would be cut there.",
        wrong="<ram:IBANID>MT31KERO99999000010000012345693</ram:IBANID>",
        right="<ram:IBANID>FR7699999000010000012345693</ram:IBANID>",
    ),
    "EDG-I085": Example(
        why_fr=(
            "Les frais de justice sont toujours payés par virement : le dire évite d’attendre un chèque qui ne viendra "
            "pas."
        ),
        why_en=(
            "Justice costs are always paid by transfer: being told so saves waiting for a cheque that will not come."
        ),
        wrong="<cbc:PaymentMeansCode>20</cbc:PaymentMeansCode>",
        right="<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>",
    ),
    "EDG-I090": Example(
        why_fr="Une facture déjà réglée, par carte d’achat par exemple, serait payée une seconde fois.",
        why_en="An invoice already settled, by purchasing card for example, would be paid a second time.",
        wrong=(
            "<ram:TotalPrepaidAmount>0.00</ram:TotalPrepaidAmount>\n<ram:DuePayableAmount>120.00</ram:DuePayableAmount>"
        ),
        right=(
            "<ram:TotalPrepaidAmount>120.00</ram:TotalPrepaidAmount>\n<ram:DuePayableAmount>0.00</ram:DuePayableAmount>"
        ),
    ),
    "EDG-I100": Example(
        why_fr="L’acheteur qui récupère la TVA impute le montant hors taxes à son budget.",
        why_en="A buyer who recovers VAT books the total without tax on its budget.",
        wrong="<!-- ram:TaxBasisTotalAmount -->",
        right="<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>",
    ),
    "EDG-I101": Example(
        why_fr="Le montant avec taxes est celui que l’acheteur mandate et que le comptable vérifie.",
        why_en="The total with tax is what the buyer orders to be paid and the accountant verifies.",
        wrong="<!-- ram:GrandTotalAmount -->",
        right="<ram:GrandTotalAmount>120.00</ram:GrandTotalAmount>",
    ),
    "EDG-I102": Example(
        why_fr="Le net à payer est la somme qui sera virée : personne ne la calcule à votre place.",
        why_en="The amount due is what will be transferred: nobody computes it for you.",
        wrong="<!-- ram:DuePayableAmount -->",
        right="<ram:DuePayableAmount>120.00</ram:DuePayableAmount>",
    ),
    "EDG-I103": Example(
        why_fr=(
            "Un total qui ne découle pas des lignes oblige l’acheteur à suspendre la facture pour savoir lequel est "
            "juste."
        ),
        why_en=(
            "A total that does not follow from the lines makes the buyer suspend the invoice to learn which is right."
        ),
        wrong="<ram:TaxBasisTotalAmount>90.00</ram:TaxBasisTotalAmount>",
        right="<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>",
    ),
    "EDG-I104": Example(
        why_fr=(
            "L’acheteur et l’administration fiscale recalculent ce total : une différence vaut rejet ou redressement."
        ),
        why_en="Buyer and tax office compute this total again: a difference means rejection or reassessment.",
        wrong="<ram:GrandTotalAmount>125.00</ram:GrandTotalAmount>",
        right="<ram:GrandTotalAmount>120.00</ram:GrandTotalAmount>",
    ),
    "EDG-I105": Example(
        why_fr="C’est la somme qui sera virée ; un acompte oublié serait payé deux fois.",
        why_en="This is what will be transferred; a prepayment left out would be paid twice.",
        wrong="<ram:DuePayableAmount>100.00</ram:DuePayableAmount>",
        right="<ram:DuePayableAmount>120.00</ram:DuePayableAmount>",
    ),
    "EDG-I106": Example(
        why_fr="L’acheteur rapproche la facture de sa commande ligne à ligne ; l’écart lui fera poser une question.",
        why_en="The buyer matches the invoice with the order line by line; the gap will make it ask.",
        wrong="<ram:LineTotalAmount>80.00</ram:LineTotalAmount>",
        right="<ram:LineTotalAmount>100.00</ram:LineTotalAmount>",
    ),
    "EDG-I107": Example(
        why_fr=(
            "Le récapitulatif par taux est ce que la comptabilité enregistre ; un écart d’arrondi se produit, un plus "
            "grand interroge."
        ),
        why_en=(
            "The recap by rate is what goes into the books; a gap of rounding happens, a larger one raises questions."
        ),
        wrong="<ram:CalculatedAmount>19.00</ram:CalculatedAmount>",
        right="<ram:CalculatedAmount>20.00</ram:CalculatedAmount>",
    ),
    "EDG-I108": Example(
        why_fr="Sans la remise, rien n’explique pourquoi le prix brut et le prix net diffèrent, ni s’ils diffèrent.",
        why_en="Without the allowance nothing explains why gross and net price differ, or whether they do.",
        wrong=(
            "<ram:GrossPriceProductTradePrice>\n"
            "  <ram:ChargeAmount>110.00</ram:ChargeAmount>\n"
            "</ram:GrossPriceProductTradePrice>"
        ),
        right=(
            "<ram:GrossPriceProductTradePrice>\n"
            "  <ram:ChargeAmount>110.00</ram:ChargeAmount>\n"
            "  <ram:AppliedTradeAllowanceCharge>\n"
            "    <ram:ChargeIndicator>\n"
            "      <udt:Indicator>false</udt:Indicator>\n"
            "    </ram:ChargeIndicator>\n"
            "    <ram:ActualAmount>10.00</ram:ActualAmount>\n"
            "  </ram:AppliedTradeAllowanceCharge>\n"
            "</ram:GrossPriceProductTradePrice>"
        ),
    ),
    "EDG-I109": Example(
        why_fr="Les systèmes des destinataires gardent 6 décimales : au-delà, chacun arrondirait à sa façon.",
        why_en="The recipients’ systems keep 6 decimals: beyond that each would round in its own way.",
        wrong="<ram:BilledQuantity>1.33333333</ram:BilledQuantity>",
        right="<ram:BilledQuantity>1.333333</ram:BilledQuantity>",
    ),
    "EDG-I110": Example(
        why_fr="Le format des échanges réserve 19 positions à un nombre ; plus long, il déborderait ou serait coupé.",
        why_en="The exchange formats keep 19 positions for a number; a longer one would overflow or be cut.",
        wrong="<ram:BilledQuantity>12345678901234567890</ram:BilledQuantity>",
        right="<ram:BilledQuantity>12345</ram:BilledQuantity>",
    ),
    "EDG-I111": Example(
        why_fr=(
            "Taux, base et montant vont ensemble dans les écritures et dans le flux pivot : il n’en manque jamais un."
        ),
        why_en="Rate, base and amount go together in the books and in the pivot: none of them is ever missing.",
        wrong="<!-- ram:RateApplicablePercent -->",
        right="<ram:RateApplicablePercent>20</ram:RateApplicablePercent>",
    ),
    "EDG-I112": Example(
        why_fr=(
            "Sans montant total de TVA, le récapitulatif est tout ce qui relie les deux totaux ; un écart fait douter "
            "de la somme à payer."
        ),
        why_en=(
            "Without a total of VAT the recap is all that ties the two totals together; a gap casts doubt on the sum "
            "to be paid."
        ),
        wrong="<MontantTTC>1234.00</MontantTTC>",
        right="<MontantTTC>120.00</MontantTTC>",
    ),
    "EDG-I120": Example(
        why_fr=(
            "Un flux mixte ne porte que les données utiles à l’intégration : c’est la pièce jointe qui est la facture."
        ),
        why_en="A mixed flow carries only the data that are needed to take it in: the attachment is the invoice.",
        wrong="<!-- ram:AdditionalReferencedDocument -->",
        right=(
            "<ram:AdditionalReferencedDocument>\n"
            "  <ram:IssuerAssignedID>facture.pdf</ram:IssuerAssignedID>\n"
            "  <ram:Name>ZZZ</ram:Name>\n"
            "  <ram:AttachmentBinaryObject "
            'mimeCode="application/pdf">UEsDBBQAAAAIAAAAIQAUUP+nEAAAAA4AAAALAAAAZmFjdHVyZS5wZGZTDXBx0zXUM+dSdfV34'
            "wIAUEsBAhQDFAAAAAgAAAAhABRQ/6cQAAAADgAAAAsAAAAAAAAAAAAAAIABAAAAAGZhY3R1cmUucGRmUEsFBgAAAAABAAEAOQAAA"
            "DkAAAAAAA==</ram:AttachmentBinaryObject>\n"
            "</ram:AdditionalReferencedDocument>"
        ),
    ),
    "EDG-I121": Example(
        why_fr=(
            "Les postes des agents n’ouvrent que des formats connus ; un programme joint serait arrêté par leur "
            "sécurité."
        ),
        why_en="The clerks’ machines open known formats only; an attached program would be stopped by their security.",
        wrong="<ram:IssuerAssignedID>facture.exe</ram:IssuerAssignedID>",
        right="<ram:IssuerAssignedID>facture.pdf</ram:IssuerAssignedID>",
    ),
    "EDG-I122": Example(
        why_fr="Le flux pivot réserve 50 caractères au nom : le choisir vous-même vaut mieux que de le laisser couper.",
        why_en="The pivot keeps 50 characters for the name: choosing it yourself is better than having it cut.",
        wrong=(
            "<ram:IssuerAssignedID>Facture F2026-0042 du 2 mars 2026 - fournitures de bureau.pdf</ram:IssuerAssignedID>"
        ),
        right="<ram:IssuerAssignedID>facture.pdf</ram:IssuerAssignedID>",
    ),
    "EDG-I123": Example(
        why_fr="Une pièce jointe vide est une pièce oubliée ; le destinataire suspendrait la facture pour la réclamer.",
        why_en="An empty attachment is a forgotten one; the recipient would suspend the invoice to ask for it.",
        wrong="facture.pdf       0",
        right="facture.pdf   18423",
    ),
    "EDG-I124": Example(
        why_fr="Chaque pièce est copiée, archivée dix ans et ouverte sur le poste d’un agent.",
        why_en="Each attachment is copied, kept for ten years and opened on a clerk’s machine.",
        wrong="facture.pdf   120000000",
        right="facture.pdf       18423",
    ),
    "EDG-I125": Example(
        why_fr=(
            "Le base64 est ce qui permet à un fichier de voyager dans du XML ; un signe étranger, et le fichier est "
            "perdu."
        ),
        why_en="Base64 is what lets a file travel inside XML; one stray sign, and the file is lost.",
        wrong=(
            "data:text/plain;base64,UEsDBBQAAAAIAAAAIQAUUP+nEAAAAA4AAAALAAAAZmFjdHVyZS5wZGZTDXBx0zXUM+dSdfV3"
            "4wIAUEsBAhQDFAAAAAgAAAAhABRQ/6cQAAAADgAAAAsAAAAAAAAAAAAAAIABAAAAAGZhY3R1cmUucGRmUEsFBgAAAAABAAEAOQAA"
            "ADkAAAAAAA=="
        ),
        right=(
            "UEsDBBQAAAAIAAAAIQAUUP+nEAAAAA4AAAALAAAAZmFjdHVyZS5wZGZTDXBx0zXUM+dSdfV34wIAUEsBAhQDFAAAAAgAAAAhABRQ"
            "/6cQAAAADgAAAAsAAAAAAAAAAAAAAIABAAAAAGZhY3R1cmUucGRmUEsFBgAAAAABAAEAOQAAADkAAAAAAA=="
        ),
    ),
    "EDG-I126": Example(
        why_fr="Le destinataire cherche la pièce par le nom que la facture cite ; dans le ZIP il en verra un autre.",
        why_en=(
            "The recipient looks for the attachment by the name that the invoice cites; in the ZIP it will see another."
        ),
        wrong="facture.pdf: ZIP (scan0001.pdf)",
        right="facture.pdf: ZIP (facture.pdf)",
    ),
    "EDG-I127": Example(
        why_fr="Une pièce jointe est un seul fichier, que le destinataire ouvre sans mot de passe ni tri.",
        why_en="An attachment is one file, which the recipient opens without a password and without sorting.",
        wrong="facture.pdf: ZIP (facture.pdf, annexe.pdf)",
        right="facture.pdf: ZIP (facture.pdf)",
    ),
    "EDG-I128": Example(
        why_fr=(
            "Certains signes sont interdits dans les noms de fichiers ou y désignent un dossier : la pièce ne pourrait "
            "être enregistrée."
        ),
        why_en="Some signs are forbidden in file names or mean a folder there: the attachment could not be saved.",
        wrong="<ram:IssuerAssignedID>facture 03/2026.pdf</ram:IssuerAssignedID>",
        right="<ram:IssuerAssignedID>facture.pdf</ram:IssuerAssignedID>",
    ),
    "EDG-I129": Example(
        why_fr="Sans nom, le poste du destinataire ne sait ni enregistrer la pièce, ni avec quoi l’ouvrir.",
        why_en="Without a name the recipient’s machine knows neither how to save the attachment nor what opens it.",
        wrong="<ram:IssuerAssignedID/>",
        right="<ram:IssuerAssignedID>facture.pdf</ram:IssuerAssignedID>",
    ),
    "EDG-I130": Example(
        why_fr="Le flux pivot porte chaque pièce dans un ZIP ; la faire vous-même garantit que rien n’y est touché.",
        why_en="The pivot carries each attachment in a ZIP; making it yourself makes sure that nothing is touched.",
        wrong="facture.pdf: %PDF-1.7",
        right="facture.pdf: ZIP (facture.pdf)",
    ),
    "EDG-I131": Example(
        why_fr=(
            "Le PDF est ce que le comptable archive et ce que le juge regarde ; un tableur se modifie et ne s’affiche "
            "pas partout de même."
        ),
        why_en=(
            "The PDF is what the accountant archives and a judge looks at; a spreadsheet can be changed and does not "
            "look the same everywhere."
        ),
        wrong="facture.csv text/csv",
        right="facture.pdf application/pdf",
    ),
    "EDG-I132": Example(
        why_fr="Un fichier qui n’est pas ce que son nom dit ne s’ouvre pas, et la facture d’origine manque.",
        why_en="A file that is not what its name says does not open, and the original invoice is missing.",
        wrong="facture.pdf: {\\rtf1}",
        right="facture.pdf: %PDF-1.7",
    ),
    "EDG-I133": Example(
        why_fr=(
            "Certains logiciels choisissent l’application par le type déclaré, d’autres par l’extension : ils doivent "
            "s’accorder."
        ),
        why_en=(
            "Some programs choose the application by the declared type, others by the extension: the two must agree."
        ),
        wrong="facture.pdf image/png",
        right="facture.pdf application/pdf",
    ),
    "EDG-I134": Example(
        why_fr=(
            "Le destinataire comptabilise la pièce 01 et ne fait que lire les autres : la passerelle ne peut pas "
            "deviner laquelle fait foi."
        ),
        why_en=(
            "The recipient books attachment 01 and only reads the others: the gate cannot guess which one is the "
            "invoice."
        ),
        wrong="<cbc:DocumentType>02</cbc:DocumentType>",
        right="<cbc:DocumentType>01</cbc:DocumentType>",
    ),
    "EDG-I140": Example(
        why_fr="Le cadre dit qui facture et qui doit valider : il décide du chemin de la facture.",
        why_en="The cadre says who invoices and who must validate: it decides which way the invoice goes.",
        wrong="<ram:ID>B1</ram:ID>",
        right="<ram:ID>A1</ram:ID>",
    ),
    "EDG-I141": Example(
        why_fr="Le décompte final d’un sous-traitant n’existe plus : ses demandes suivent toutes le même chemin.",
        why_en="A subcontractor’s final statement is no more: all its requests go the same way.",
        wrong="<ram:ID>A11</ram:ID>",
        right="<ram:ID>A10</ram:ID>",
    ),
    "EDG-I142": Example(
        why_fr=(
            "Ces étapes demandent de choisir une pièce du dossier et de la valider : cela se fait à l’écran, pas par "
            "lots."
        ),
        why_en=(
            "These steps mean choosing a document of the file and validating it: that is done on a screen, not in "
            "batches."
        ),
        wrong="<ram:ID>A16</ram:ID>",
        right="<ram:ID>A4</ram:ID>",
    ),
    "EDG-I143": Example(
        why_fr=(
            "L’état d’acompte est établi à partir du décompte que la maîtrise d’œuvre a vérifié, ce que l’EDI ne sait "
            "pas relier."
        ),
        why_en=(
            "An instalment statement is made from the statement that the project manager verified, which EDI cannot "
            "tie to it."
        ),
        wrong="<ram:ID>A5</ram:ID>",
        right="<ram:ID>A4</ram:ID>",
    ),
    "EDG-I144": Example(
        why_fr="Le décompte tacite vaut par la pièce restée sans réponse : sans le lien vers elle, il n’a pas d’effet.",
        why_en=(
            "A tacit statement stands on the document that was left unanswered: without the link to it, it has no "
            "effect."
        ),
        wrong="<ram:ID>A23</ram:ID>",
        right="<ram:ID>A22</ram:ID>",
    ),
    "EDG-I145": Example(
        why_fr="C’est la maîtrise d’ouvrage qui établit cette pièce, à partir de celle du fournisseur.",
        why_en="It is the contracting authority that makes this document, from that of the supplier.",
        wrong="<ram:ID>A25</ram:ID>",
        right="<ram:ID>A8</ram:ID>",
    ),
    "EDG-I146": Example(
        why_fr="Les mémoires vont aux greffes, par une interface dont le format a les rubriques qu’il leur faut.",
        why_en="Justice-cost statements go to the courts, over an interface whose format has what they need.",
        wrong="<ram:ID>A3</ram:ID>",
        right="<ram:ID>A1</ram:ID>",
    ),
    "EDG-I147": Example(
        why_fr=(
            "Une demande de remboursement de taxe n’est pas une facture : elle va à l’administration, avec ses propres "
            "pièces."
        ),
        why_en=(
            "A request for reimbursement of a tax is no invoice: it goes to the administration, with papers of its own."
        ),
        wrong="<ram:ID>A21</ram:ID>",
        right="<ram:ID>A1</ram:ID>",
    ),
    "EDG-I148": Example(
        why_fr=(
            "Les pièces de travaux ont leurs interfaces depuis 2024, afin de rester sur ce canal quand les autres le "
            "quitteront."
        ),
        why_en=(
            "Works documents have interfaces of their own since 2024, to stay on this channel when the others leave it."
        ),
        wrong="<ram:ID>A4</ram:ID>",
        right="<ram:ID>A1</ram:ID>",
    ),
    "EDG-I149": Example(
        why_fr="Sur une interface de travaux, la facture irait à la maîtrise d’œuvre, qui n’a pas à la connaître.",
        why_en="Over a works interface the invoice would go to the project manager, whom it does not concern.",
        wrong="<aife:CategoryCode>A1</aife:CategoryCode>",
        right="<aife:CategoryCode>A4</aife:CategoryCode>",
    ),
    "EDG-I150": Example(
        why_fr=(
            "Deux factures d’un même numéro la même année seraient payées deux fois, ou l’une prise pour la copie de "
            "l’autre."
        ),
        why_en="Two invoices of one number in one year would be paid twice, or one taken for a copy of the other.",
        wrong=("2026-03-02 F2026-0042\n2026-03-09 F2026-0042"),
        right=("2026-03-02 F2026-0042\n2026-03-09 F2026-0043"),
    ),
    "EDG-I151": Example(
        why_fr="Cette interface mène aux greffes, qui ne liquident que des frais de justice.",
        why_en="This interface leads to the courts, which settle justice costs only.",
        wrong="<aife:CategoryCode>A1</aife:CategoryCode>",
        right="<aife:CategoryCode>A3</aife:CategoryCode>",
    ),
    "EDG-I152": Example(
        why_fr=(
            "Rattacher, c’est désigner une pièce déjà déposée ; les formats EDI n’ont pas de place pour dire laquelle."
        ),
        why_en="Associating means naming a document already deposited; the EDI formats have no place to say which.",
        wrong="EDI A8: association",
        right="EDI A8: initial",
    ),
    "EDG-I153": Example(
        why_fr=(
            "Compléter, c’est ajouter ce qui manquait : avec un autre destinataire, un autre cadre ou un autre type, "
            "ce serait une autre facture, que personne n’aurait validée."
        ),
        why_en=(
            "To complete is to add what was missing: with another recipient, cadre or type it would be another "
            "invoice, which nobody has validated."
        ),
        wrong=("2026-03-02 F2026-0042 99982055800016\n2026-03-09 F2026-0042 99981644000013"),
        right=("2026-03-02 F2026-0042 99982055800016\n2026-03-09 F2026-0042 99982055800016"),
    ),
    "EDG-I154": Example(
        why_fr="Un flux qui répète une facture la ferait payer deux fois ; la première du flux garde son numéro.",
        why_en="A flow that repeats an invoice would have it paid twice; the first one of the flow keeps its number.",
        wrong="mars.tar.gz: a.xml F2026-0042, b.xml F2026-0042",
        right="mars.tar.gz: a.xml F2026-0042, b.xml F2026-0043",
    ),
    "EDG-I160": Example(
        why_fr=(
            "Le titulaire ou le mandataire doit approuver avant que l’acheteur ne paie : sans son identifiant, "
            "personne n’est prévenu."
        ),
        why_en=(
            "The main contractor or the leader of the group must approve before the buyer pays: without the identifier "
            "nobody is told."
        ),
        wrong="<!-- ram:InvoiceeTradeParty -->",
        right=(
            "<ram:InvoiceeTradeParty>\n"
            "  <ram:Name>Travaux généraux Sauvebrun</ram:Name>\n"
            "  <ram:SpecifiedLegalOrganization>\n"
            '    <ram:ID schemeID="1">99980548400014</ram:ID>\n'
            "  </ram:SpecifiedLegalOrganization>\n"
            "</ram:InvoiceeTradeParty>"
        ),
    ),
    "EDG-I161": Example(
        why_fr=(
            "La maîtrise d’œuvre vérifie les quantités d’un décompte ; nommée, elle le reçoit sans que l’acheteur "
            "doive le lui transmettre."
        ),
        why_en=(
            "The project manager verifies the quantities of a statement; once named, it gets it without the buyer "
            "having to pass it on."
        ),
        wrong="<!-- ram:InvoiceeTradeParty -->",
        right=(
            "<ram:InvoiceeTradeParty>\n"
            "  <ram:Name>Atelier d’architecture Lisière</ram:Name>\n"
            "  <ram:SpecifiedLegalOrganization>\n"
            '    <ram:ID schemeID="1">99980685400017</ram:ID>\n'
            "  </ram:SpecifiedLegalOrganization>\n"
            "</ram:InvoiceeTradeParty>"
        ),
    ),
    "EDG-I162": Example(
        why_fr=(
            "Le valideur est prévenu par son identifiant : faux, la demande attendrait la fin du délai sans être vue."
        ),
        why_en=(
            "The validator is told by the identifier: where it is wrong, the request would wait out its time unseen."
        ),
        wrong='<ram:ID schemeID="1">999805484</ram:ID>',
        right='<ram:ID schemeID="1">99980548400014</ram:ID>',
    ),
    "EDG-I170": Example(
        why_fr=(
            "Le destinataire retrouve la facture que l’avoir corrige par son numéro exact, de 20 caractères au plus."
        ),
        why_en=(
            "The recipient finds the invoice that a credit note corrects by its exact number, of 20 characters at most."
        ),
        wrong="<ram:IssuerAssignedID>Facture F2025-0917 du 12/11/2025</ram:IssuerAssignedID>",
        right="<ram:IssuerAssignedID>F2025-0917</ram:IssuerAssignedID>",
    ),
}
