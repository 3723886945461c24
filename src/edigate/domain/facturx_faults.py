"""Faults of a PDF that should embed an invoice, by code (reference §7.7; the words are edigate's own)."""

from __future__ import annotations

from functools import partial

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

_technical = partial(FaultRow, nature=Nature.TECHNIQUE)
_advice = partial(FaultRow, nature=Nature.TECHNIQUE, severity=Severity.WARNING)

FACTURX_FAULTS: dict[str, FaultRow] = {
    "EDG-F060": _technical(
        rule="IRR_SYNTAX",
        title_fr="PDF endommagé",
        title_en="Damaged PDF",
        message_fr="Le fichier PDF ne peut pas être lu tel quel : {reason}.",
        message_en="The PDF file cannot be read as it is: {reason}.",
        remedy_fr=(
            "Produisez de nouveau le PDF et vérifiez qu’il n’a été ni tronqué ni modifié pendant son transfert ; il "
            "n’est pas réparé, car une réparation pourrait en changer le contenu."
        ),
        remedy_en=(
            "Produce the PDF again and check that it was neither cut short nor altered on its way; it is not repaired, "
            "since a repair could change what it holds."
        ),
    ),
    "EDG-F061": _technical(
        rule="IRR_TYPE_F",
        title_fr="PDF chiffré",
        title_en="Encrypted PDF",
        message_fr="Le fichier PDF est chiffré ou protégé par un mot de passe, ce que PDF/A interdit.",
        message_en="The PDF file is encrypted or protected by a password, which PDF/A forbids.",
        remedy_fr="Produisez le PDF sans chiffrement, sans mot de passe et sans restriction d’usage.",
        remedy_en="Produce the PDF without encryption, password or restriction of use.",
    ),
    "EDG-F062": _technical(
        rule="IRR_TYPE_F",
        title_fr="PDF sans déclaration PDF/A-3",
        title_en="PDF does not declare itself PDF/A-3",
        message_fr="Les métadonnées XMP du PDF manquent ou ne disent pas qu’il est un PDF/A-3, comme Factur-X l’exige.",
        message_en="The PDF’s XMP metadata are missing or do not say that it is a PDF/A-3, as Factur-X requires.",
        remedy_fr="Produisez le PDF au format PDF/A-3, avec sa déclaration (partie 3) dans les métadonnées XMP.",
        remedy_en="Produce the PDF as PDF/A-3, with its declaration (part 3) in the XMP metadata.",
    ),
    "EDG-F063": _technical(
        rule="IRR_SYNTAX",
        title_fr="Métadonnées XMP illisibles",
        title_en="Unreadable XMP metadata",
        message_fr=(
            "Les métadonnées XMP du PDF ne peuvent pas être lues ({reason}), si bien que rien ne dit qu’il est un "
            "PDF/A-3."
        ),
        message_en="The PDF’s XMP metadata cannot be read ({reason}), so that nothing says that it is a PDF/A-3.",
        remedy_fr="Produisez de nouveau le PDF avec des métadonnées XMP en XML bien formé, sans DTD.",
        remedy_en="Produce the PDF again with XMP metadata in well-formed XML, without a DTD.",
    ),
    "EDG-F064": _technical(
        rule="IRR_TYPE_F",
        title_fr="PDF/A d’une autre partie que 3",
        title_en="PDF/A of another part than 3",
        message_fr="Le PDF se déclare PDF/A-{value}, alors que Factur-X exige PDF/A-3.",
        message_en="The PDF declares itself PDF/A-{value}, while Factur-X requires PDF/A-3.",
        remedy_fr="Produisez le PDF au format PDF/A-3 (a, b ou u).",
        remedy_en="Produce the PDF as PDF/A-3 (a, b or u).",
    ),
    "EDG-F065": _technical(
        rule="IRR_TYPE_F",
        title_fr="PDF sans fichier embarqué",
        title_en="PDF that embeds no file",
        message_fr=(
            "Le PDF n’embarque aucun fichier : ni les fichiers associés de son catalogue ni son arbre des fichiers "
            "embarqués n’en citent."
        ),
        message_en=(
            "The PDF embeds no file: neither the associated files of its catalogue nor its tree of embedded files "
            "lists one."
        ),
        remedy_fr=(
            "Sur cette interface, déposez un Factur-X : un PDF/A-3 qui embarque les données de la facture sous le nom "
            "« factur-x.xml »."
        ),
        remedy_en=(
            "On this interface, deposit a Factur-X: a PDF/A-3 that embeds the data of the invoice under the name "
            "“factur-x.xml”."
        ),
    ),
    "EDG-F066": _technical(
        rule="IRR_NOM_F",
        title_fr="Fichier embarqué d’un autre nom que Factur-X",
        title_en="Embedded file of another name than Factur-X",
        message_fr=(
            "Le PDF n’embarque aucun fichier nommé « factur-x.xml », seul nom des données d’un Factur-X ; il contient "
            "« {value} »."
        ),
        message_en=(
            "The PDF embeds no file named “factur-x.xml”, the one name for the data of a Factur-X; it holds “{value}”."
        ),
        remedy_fr=(
            "Embarquez les données de la facture, au format CII, sous le nom exact « factur-x.xml » ; les noms "
            "« zugferd-invoice.xml » et « xrechnung.xml » sont ceux d’autres formats."
        ),
        remedy_en=(
            "Embed the data of the invoice, in CII, under the exact name “factur-x.xml”; the names "
            "“zugferd-invoice.xml” and “xrechnung.xml” are those of other formats."
        ),
    ),
    "EDG-F067": _technical(
        rule="IRR_TYPE_F",
        title_fr="Commande Order-X au lieu d’une facture",
        title_en="Order-X instead of an invoice",
        message_fr="Le PDF embarque « {value} », les données d’une commande au format Order-X, et aucune facture.",
        message_en="The PDF embeds “{value}”, the data of an order in Order-X, and no invoice.",
        remedy_fr="Déposez la facture elle-même, un Factur-X qui embarque « factur-x.xml ».",
        remedy_en="Deposit the invoice itself, a Factur-X that embeds “factur-x.xml”.",
    ),
    "EDG-F068": _technical(
        rule="IRR_TYPE_F",
        title_fr="Relation du fichier embarqué non admise",
        title_en="Relationship of the embedded file not allowed",
        message_fr=(
            "Le PDF dit que la relation de « factur-x.xml » avec lui (AFRelationship) est : {value} ; les données d’une"
            " facture y sont Data, Source ou Alternative."
        ),
        message_en=(
            "The PDF says that the relationship of “factur-x.xml” to it (AFRelationship) is: {value}; the data of an "
            "invoice are Data, Source or Alternative there."
        ),
        remedy_fr=(
            "Donnez au fichier embarqué la relation Data, Source ou Alternative (Data pour les profils MINIMUM et "
            "BASIC WL)."
        ),
        remedy_en=(
            "Give the embedded file the relationship Data, Source or Alternative (Data for the profiles MINIMUM and "
            "BASIC WL)."
        ),
    ),
    "EDG-F069": _technical(
        rule="IRR_TYPE_F",
        title_fr="Plusieurs « factur-x.xml » différents",
        title_en="Several different “factur-x.xml”",
        message_fr=(
            "Le PDF embarque {value} fichiers différents du nom de « factur-x.xml » : rien ne dit lequel est la "
            "facture."
        ),
        message_en="The PDF embeds {value} different files named “factur-x.xml”: nothing says which is the invoice.",
        remedy_fr="N’embarquez qu’un seul fichier de ce nom.",
        remedy_en="Embed one file of this name only.",
    ),
    "EDG-F070": _technical(
        rule="IRR_VIDE_F",
        title_fr="« factur-x.xml » vide",
        title_en="Empty “factur-x.xml”",
        message_fr="Le fichier « factur-x.xml » embarqué dans le PDF est vide.",
        message_en="The file “factur-x.xml” embedded in the PDF is empty.",
        remedy_fr="Produisez de nouveau le PDF avec les données de la facture.",
        remedy_en="Produce the PDF again with the data of the invoice.",
    ),
    "EDG-F071": _technical(
        rule="IRR_TAILLE_F",
        title_fr="« factur-x.xml » trop volumineux",
        title_en="“factur-x.xml” too large",
        message_fr="Le fichier « factur-x.xml » embarqué dans le PDF dépasse, décompressé, {limit}.",
        message_en="The file “factur-x.xml” embedded in the PDF exceeds, once decompressed, {limit}.",
        remedy_fr="Allégez les pièces jointes de la facture, ou répartissez-la en plusieurs factures.",
        remedy_en="Make the attachments of the invoice lighter, or divide it into several invoices.",
    ),
    "EDG-F072": _technical(
        rule="IRR_SYNTAX",
        title_fr="« factur-x.xml » impossible à extraire",
        title_en="“factur-x.xml” cannot be extracted",
        message_fr="Le contenu du fichier « factur-x.xml » ne peut pas être extrait du PDF : {reason}.",
        message_en="The content of the file “factur-x.xml” cannot be extracted from the PDF: {reason}.",
        remedy_fr=(
            "Produisez de nouveau le PDF ; le fichier peut y être embarqué sans compression, ou avec le filtre "
            "FlateDecode."
        ),
        remedy_en=(
            "Produce the PDF again; the file may be embedded there without compression, or with the filter FlateDecode."
        ),
    ),
    "EDG-F073": _advice(
        title_fr="« factur-x.xml » cité à un seul endroit",
        title_en="“factur-x.xml” listed in one place only",
        message_fr=(
            "Le fichier « factur-x.xml » est bien embarqué, mais « {value} » du PDF ne le cite pas, alors que Factur-X "
            "veut qu’il soit parmi les fichiers associés (AF) et parmi les fichiers embarqués (EmbeddedFiles)."
        ),
        message_en=(
            "The file “factur-x.xml” is embedded, but “{value}” of the PDF does not list it, while Factur-X wants it "
            "among the associated files (AF) and among the embedded files (EmbeddedFiles)."
        ),
        remedy_fr="Citez le fichier aux deux endroits : certains lecteurs ne le cherchent que dans l’un.",
        remedy_en="List the file in both places: some readers look for it in one of them only.",
    ),
    "EDG-F074": _advice(
        title_fr="Nom de fichier des métadonnées discordant",
        title_en="File name of the metadata differs",
        message_fr=(
            "Les métadonnées XMP nomment les données de la facture « {value} » (DocumentFileName), alors que le fichier"
            " embarqué s’appelle « {expected} »."
        ),
        message_en=(
            "The XMP metadata name the data of the invoice “{value}” (DocumentFileName), while the embedded file is "
            "called “{expected}”."
        ),
        remedy_fr="Inscrivez dans les métadonnées XMP le nom du fichier embarqué.",
        remedy_en="Put the name of the embedded file into the XMP metadata.",
    ),
    "EDG-F075": _advice(
        title_fr="Profil des métadonnées discordant",
        title_en="Profile of the metadata differs",
        message_fr=(
            "Les métadonnées XMP annoncent le profil « {value} » (ConformanceLevel), alors que la facture embarquée "
            "déclare le profil « {expected} »."
        ),
        message_en=(
            "The XMP metadata announce the profile “{value}” (ConformanceLevel), while the embedded invoice declares "
            "the profile “{expected}”."
        ),
        remedy_fr=(
            "Inscrivez le même profil dans les métadonnées XMP et dans la facture ; celui de la facture a été retenu."
        ),
        remedy_en="Put the same profile into the XMP metadata and into the invoice; the invoice’s own was taken.",
    ),
    "EDG-F076": _advice(
        title_fr="Métadonnées sans description Factur-X",
        title_en="Metadata without a description of Factur-X",
        message_fr=(
            "Les métadonnées XMP ne décrivent pas le Factur-X (DocumentType, DocumentFileName, Version et "
            "ConformanceLevel)."
        ),
        message_en=(
            "The XMP metadata do not describe the Factur-X (DocumentType, DocumentFileName, Version and "
            "ConformanceLevel)."
        ),
        remedy_fr=(
            "Ajoutez cette description aux métadonnées XMP : sans elle, certains lecteurs ne reconnaissent pas un "
            "Factur-X."
        ),
        remedy_en="Add this description to the XMP metadata: without it some readers do not recognise a Factur-X.",
    ),
    "EDG-F077": _advice(
        title_fr="PDF irrégulier",
        title_en="Irregular PDF",
        message_fr="Le fichier PDF peut être lu, mais s’écarte de la norme : {reason}.",
        message_en="The PDF file can be read but departs from the standard: {reason}.",
        remedy_fr="Signalez-le à l’éditeur du logiciel qui produit ce PDF : d’autres lecteurs pourraient le refuser.",
        remedy_en="Tell the maker of the software that produces this PDF: other readers may refuse it.",
    ),
}
