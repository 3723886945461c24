"""Faults that make a whole flow inadmissible, by code (reference §8.1, §8.2; the words are edigate's own)."""

from __future__ import annotations

from functools import partial

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature, Severity

_technical = partial(FaultRow, nature=Nature.TECHNIQUE)
_applicative = partial(FaultRow, nature=Nature.APPLICATIVE)

FLOW_FAULTS: dict[str, FaultRow] = {
    "EDG-F001": _technical(
        rule="IRR_FORM",
        title_fr="Nom de flux non conforme",
        title_en="Flow name against the naming rule",
        message_fr=(
            "Le nom de fichier « {value} » ne suit pas la règle de nommage des flux : code interface (8 caractères), "
            "code application (6) et identifiant de flux (25), séparés par « _ », sans extension."
        ),
        message_en=(
            "The file name “{value}” does not follow the naming rule of flows: interface code (8 characters), "
            "application code (6) and flow identifier (25), joined by “_”, without an extension."
        ),
        remedy_fr=(
            "Renommez le fichier sur le modèle FSO1116A_ABC123_ABC1231116000000000000001 (41 caractères : lettres "
            "majuscules et chiffres, sans extension), puis déposez-le de nouveau."
        ),
        remedy_en=(
            "Rename the file after the pattern FSO1116A_ABC123_ABC1231116000000000000001 (41 characters: capital "
            "letters and digits, no extension), then deposit it again."
        ),
    ),
    "EDG-F002": _technical(
        rule="IRR_CODE_INTER",
        title_fr="Interface inconnue",
        title_en="Unknown interface",
        message_fr="Le code interface « {value} » est bien formé, mais ne désigne aucune interface connue.",
        message_en="The interface code “{value}” is well formed but names no known interface.",
        remedy_fr=(
            "Vérifiez le code interface au début du nom (par exemple FSO1116A pour une facture CII avec l’original en "
            "pièce jointe) ; « edigate interfaces » donne la liste complète."
        ),
        remedy_en=(
            "Check the interface code at the start of the name (for example FSO1116A for a CII invoice with the "
            "original attached); “edigate interfaces” prints the whole list."
        ),
    ),
    "EDG-F003": _technical(
        rule="IRR_FORM",
        title_fr="Chiffres de l’interface discordants",
        title_en="Digits of another interface",
        message_fr=(
            "Les quatre chiffres d’interface de l’identifiant de flux (« {value} ») ne sont pas ceux du code interface"
            " par lequel le nom commence ({expected})."
        ),
        message_en=(
            "The four interface digits inside the flow identifier (“{value}”) are not those of the interface code that"
            " the name starts with ({expected})."
        ),
        remedy_fr=(
            "Reprenez dans l’identifiant de flux, juste après le code application, les quatre chiffres du code "
            "interface : 1116 pour FSO1116A."
        ),
        remedy_en=(
            "Repeat the four digits of the interface code inside the flow identifier, right after the application "
            "code: 1116 for FSO1116A."
        ),
    ),
    "EDG-F004": _technical(
        rule="IRR_CODE_APP",
        title_fr="Code application d’un autre partenaire",
        title_en="Application code of another partner",
        message_fr=(
            "Le code application « {value} », porté par le nom du fichier ou par l’identifiant de flux, n’est pas "
            "celui du déposant à qui appartient cette boîte de dépôt."
        ),
        message_en=(
            "The application code “{value}”, in the file name or in the flow identifier, is not that of the depositor "
            "who owns this inbox."
        ),
        remedy_fr=(
            "Utilisez le code application {depositor} aux deux endroits du nom, ou déposez le fichier dans la boîte du"
            " partenaire qu’il nomme."
        ),
        remedy_en=(
            "Use the application code {depositor} in both places of the name, or deposit the file in the inbox of the "
            "partner that it names."
        ),
    ),
    "EDG-F005": _technical(
        rule="IRR_CODE_APP",
        title_fr="Raccordement suspendu",
        title_en="Connection suspended",
        message_fr="Le raccordement du partenaire « {value} » est suspendu : ses dépôts ne sont plus acceptés.",
        message_en="The connection of partner “{value}” is suspended: its deposits are no longer taken.",
        remedy_fr=(
            "Prenez contact avec l’exploitant de la passerelle pour rétablir le raccordement, puis déposez le flux de "
            "nouveau."
        ),
        remedy_en="Ask the operator of the gate to restore the connection, then deposit the flow again.",
    ),
    "EDG-F006": _technical(
        rule="IRR_CODE_APP",
        title_fr="Interface hors abonnement",
        title_en="Interface not subscribed to",
        message_fr="Le raccordement de {depositor} ne comporte pas d’abonnement en émission à l’interface « {value} ».",
        message_en="The connection of {depositor} has no subscription to deposit on the interface “{value}”.",
        remedy_fr=(
            "Demandez l’abonnement à l’exploitant de la passerelle, ou déposez sur une interface à laquelle vous êtes "
            "abonné."
        ),
        remedy_en=(
            "Ask the operator of the gate for the subscription, or deposit on an interface that you are subscribed to."
        ),
    ),
    "EDG-F007": _technical(
        title_fr="Flux de retour déposé",
        title_en="Return flow deposited",
        message_fr=(
            "L’interface « {value} » est celle d’un flux de retour : la passerelle l’émet, elle ne la reçoit pas."
        ),
        message_en="The interface “{value}” is that of a return flow: the gate sends it and does not take it.",
        remedy_fr=(
            "Ne renvoyez pas les retours que vous avez collectés ; déposez vos factures sur une interface de dépôt "
            "(FSO11…) et retirez ce fichier de votre chaîne d’envoi."
        ),
        remedy_en=(
            "Do not send back the returns that you collected; deposit your invoices on a deposit interface (FSO11…) "
            "and take this file out of what you send."
        ),
    ),
    "EDG-F008": _technical(
        title_fr="Interface pas encore prise en charge",
        title_en="Interface not taken yet",
        message_fr="L’interface « {value} » existe, mais cette passerelle ne la prend pas encore en charge.",
        message_en="The interface “{value}” exists, but this gate does not take it yet.",
        remedy_fr=(
            "Déposez la facture sur une interface prise en charge (« edigate interfaces » les indique), ou "
            "transmettez-la par le portail ou par l’API de Chorus Pro."
        ),
        remedy_en=(
            "Deposit the invoice on an interface that is taken (“edigate interfaces” shows which), or send it through "
            "the Chorus Pro portal or API."
        ),
    ),
    "EDG-F009": _technical(
        title_fr="Interface retirée",
        title_en="Withdrawn interface",
        message_fr="L’interface « {value} » a été retirée par Chorus Pro et n’accepte plus de dépôt.",
        message_en="The interface “{value}” was withdrawn by Chorus Pro and takes no deposits any more.",
        remedy_fr=(
            "Produisez vos factures dans un format encore accepté et changez le code interface du nom. Interface de "
            "remplacement : {replaced_by}."
        ),
        remedy_en=(
            "Produce your invoices in a format that is still taken and change the interface code of the name. "
            "Replacement interface: {replaced_by}."
        ),
    ),
    "EDG-F010": _technical(
        rule="IRR_UNICITE",
        title_fr="Flux déjà reçu",
        title_en="Flow already received",
        message_fr=(
            "L’identifiant de flux « {value} » a déjà servi : flux {original}, reçu le {date}, résultat : {outcome}."
        ),
        message_en=(
            "The flow identifier “{value}” was used before: flow {original}, received on {date}, outcome: {outcome}."
        ),
        remedy_fr=(
            "S’il s’agit du même envoi, ne faites rien : le premier est traité et ses retours vous sont adressés. "
            "Sinon, déposez le flux de nouveau avec un numéro de séquence jamais utilisé."
        ),
        remedy_en=(
            "If it is the same sending, do nothing: the first one is dealt with and its returns are sent to you. "
            "Otherwise deposit the flow again with a sequence number never used before."
        ),
    ),
    "EDG-F011": _technical(
        rule="IRR_VIDE",
        title_fr="Flux vide",
        title_en="Empty flow",
        message_fr="Le fichier déposé est vide : il ne contient aucun octet.",
        message_en="The deposited file is empty: it holds not a single byte.",
        remedy_fr=(
            "Vérifiez que votre logiciel a bien écrit le fichier et que le transfert est allé à son terme, puis "
            "déposez-le de nouveau."
        ),
        remedy_en=(
            "Check that your software wrote the file and that the transfer went to its end, then deposit it again."
        ),
    ),
    "EDG-F012": _technical(
        rule="IRR_TAILLE",
        title_fr="Flux trop volumineux",
        title_en="Flow too large",
        message_fr="Le flux dépasse la taille permise, qui est de {limit} (taille trouvée, en octets : {value}).",
        message_en="The flow is larger than the {limit} that are allowed (size found, in bytes: {value}).",
        remedy_fr=(
            "Répartissez les factures sur plusieurs flux, de 500 factures au plus chacun, ou réduisez les pièces "
            "jointes."
        ),
        remedy_en=(
            "Spread the invoices over several flows of at most 500 invoices each, or make the attachments smaller."
        ),
    ),
    "EDG-F013": _technical(
        title_fr="Fichier jamais complet",
        title_en="File never completed",
        message_fr="Le fichier est resté incomplet pendant plus de {seconds} secondes : sa fin manque.",
        message_en="The file stayed incomplete for more than {seconds} seconds: its end is missing.",
        remedy_fr=(
            "Vérifiez que le transfert n’est pas interrompu, puis déposez le fichier entier ; l’écrire sous un nom "
            "terminé par « .part » et le renommer à la fin évite ce cas."
        ),
        remedy_en=(
            "Check that the transfer is not cut off, then deposit the whole file; writing it under a name that ends in"
            " “.part” and renaming it at the end avoids this."
        ),
    ),
    "EDG-F014": _technical(
        title_fr="Fichier illisible",
        title_en="Unreadable file",
        message_fr=(
            "Ce qui a été déposé n’est pas un fichier ordinaire lisible : c’est un dossier, un lien ou un fichier "
            "spécial, ou bien ses droits en interdisent la lecture."
        ),
        message_en=(
            "What was deposited is not a regular readable file: it is a folder, a link or a special file, or its "
            "permissions forbid reading it."
        ),
        remedy_fr="Déposez un fichier ordinaire, lisible par le compte de la passerelle.",
        remedy_en="Deposit a regular file that the account of the gate may read.",
    ),
    "EDG-F015": _technical(
        rule="IRR_TAILLE",
        title_fr="Trop de factures dans le flux",
        title_en="Too many invoices in the flow",
        message_fr="Le flux contient {value} factures, plus que les {most} permises.",
        message_en="The flow holds {value} invoices, more than the {most} allowed.",
        remedy_fr="Répartissez les factures sur plusieurs flux de {most} factures au plus.",
        remedy_en="Spread the invoices over several flows of {most} invoices at most.",
    ),
    "EDG-F016": _technical(
        rule="IRR_ANTIVIRUS",
        title_fr="Contenu dangereux",
        title_en="Dangerous content",
        message_fr="L’antivirus reconnaît « {value} » dans {infected}. Rien n’en a été remis à personne.",
        message_en="The antivirus recognises “{value}” in {infected}. Nothing of it was handed to anybody.",
        remedy_fr=(
            "Faites examiner le poste qui a produit le fichier, remplacez ce qui est infecté par une copie saine, puis "
            "déposez un flux neuf ; si vous croyez à une erreur, écrivez à l’exploitant en citant ce nom."
        ),
        remedy_en=(
            "Have the machine that made the file examined, replace what is infected with a clean copy, then deposit a "
            "new flow; if you take it for a mistake, write to the operator and give this name."
        ),
    ),
    "EDG-F020": _technical(
        rule="IRR_TYPE",
        title_fr="Contenu d’un autre type",
        title_en="Content of another type",
        message_fr="L’interface n’accepte pas ce type de contenu. Trouvé : {found}. Attendu : {expected}.",
        message_en="The interface does not take this type of content. Found: {found}. Expected: {expected}.",
        remedy_fr=(
            "Déposez {instead}, ou changez le code interface du nom pour celui qui accepte le contenu que vous avez."
        ),
        remedy_en=(
            "Deposit {instead}, or change the interface code of the name to the one that takes the content you have."
        ),
    ),
    "EDG-F021": _technical(
        severity=Severity.WARNING,
        title_fr="Compte ou numéro d’ordre inexact",
        title_en="Wrong count or order number",
        message_fr="L’attribut {attribute} vaut « {value} ». Attendu : {expected}.",
        message_en="The attribute {attribute} is “{value}”. Expected: {expected}.",
        remedy_fr=(
            "Le flux suit son cours avec tout ce qu’il contient ; vérifiez qu’il ne manque rien, et corrigez le compte "
            "ou la numérotation dans votre logiciel."
        ),
        remedy_en=(
            "The flow goes on with all that it holds; check that nothing is missing, and correct the count or the "
            "numbering in your software."
        ),
    ),
    "EDG-F022": _technical(
        severity=Severity.WARNING,
        title_fr="Émetteur de l’enveloppe différent du déposant",
        title_en="Sender of the envelope other than the depositor",
        message_fr="L’enveloppe nomme « {value} » comme émetteur, alors que le flux est déposé par {depositor}.",
        message_en="The envelope names “{value}” as its sender, while the flow is deposited by {depositor}.",
        remedy_fr=(
            "Le flux suit son cours et les retours vont à {depositor} ; indiquez ce code application dans Emetteur, ou "
            "vérifiez que le fichier est bien dans la bonne boîte de dépôt."
        ),
        remedy_en=(
            "The flow goes on and its returns go to {depositor}; give this application code in Emetteur, or check that "
            "the file is in the right inbox."
        ),
    ),
    "EDG-F101": _applicative(
        rule="IRR_SYNTAX",
        title_fr="XML mal formé",
        title_en="XML not well formed",
        message_fr="Le document n’est pas un XML bien formé : {reason}.",
        message_en="The document is not well-formed XML: {reason}.",
        remedy_fr=(
            "Corrigez le document à la ligne indiquée ; souvent une balise n’est pas fermée, un « & » n’est pas écrit "
            "« &amp; » ou le fichier est tronqué."
        ),
        remedy_en=(
            "Correct the document at the line given; often a tag is not closed, an “&” is not written “&amp;” or the "
            "file is truncated."
        ),
    ),
    "EDG-F102": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Encodage inexact",
        title_en="Wrong encoding",
        message_fr=(
            "Le document contient des octets qui n’existent pas dans l’encodage qu’il déclare ({encoding}), ou cet "
            "encodage est inconnu."
        ),
        message_en=(
            "The document holds bytes that do not exist in the encoding it declares ({encoding}), or that encoding is "
            "unknown."
        ),
        remedy_fr=(
            'Enregistrez le document en UTF-8 et déclarez encoding="UTF-8", ou déclarez l’encodage réellement employé.'
        ),
        remedy_en=(
            'Save the document as UTF-8 and declare encoding="UTF-8", or declare the encoding that it really uses.'
        ),
    ),
    "EDG-F103": _applicative(
        title_fr="Déclaration DOCTYPE interdite",
        title_en="Document type declaration forbidden",
        message_fr=(
            "Le document contient une déclaration de type (DOCTYPE) ou des entités, que la passerelle refuse pour des "
            "raisons de sécurité."
        ),
        message_en=(
            "The document has a document type declaration (DOCTYPE) or entities, which the gate refuses for security."
        ),
        remedy_fr="Supprimez la déclaration DOCTYPE et remplacez chaque entité par le texte qu’elle représente.",
        remedy_en="Remove the DOCTYPE declaration and replace every entity by the text that it stands for.",
    ),
    "EDG-F104": _applicative(
        title_fr="Document hors des limites de lecture",
        title_en="Document beyond the limits of reading",
        message_fr=(
            "Le document dépasse les limites de lecture, par la profondeur de ses éléments ou par la taille d’un texte"
            " : {reason}."
        ),
        message_en=(
            "The document goes beyond the limits of reading, by the depth of its elements or by the size of a text: "
            "{reason}."
        ),
        remedy_fr="Produisez un document de structure ordinaire ; si une pièce jointe est en cause, réduisez-la.",
        remedy_en="Produce a document of ordinary structure; if an attachment is the cause, make it smaller.",
    ),
    "EDG-F105": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Élément racine d’un autre format",
        title_en="Root element of another format",
        message_fr=(
            "Le document commence par « {value} », qui n’est pas l’élément racine des formats de cette interface. "
            "Attendu : {expected}."
        ),
        message_en=(
            "The document starts with “{value}”, which is not the root element of this interface’s formats. Expected: "
            "{expected}."
        ),
        remedy_fr="Déposez {takers}, et vérifiez l’espace de noms de la racine.",
        remedy_en="Deposit {takers}, and check the namespace of the root.",
    ),
    "EDG-F106": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Élément inattendu",
        title_en="Unexpected element",
        message_fr="L’élément « {value} » n’est pas permis à cet endroit. Attendu : {expected}.",
        message_en="The element “{value}” is not allowed in this place. Expected: {expected}.",
        remedy_fr=(
            "Supprimez cet élément ou replacez-le dans l’ordre du schéma ; vérifiez aussi l’orthographe de son nom et "
            "son espace de noms."
        ),
        remedy_en=(
            "Remove the element or move it where the schema’s order has it; check the spelling of its name and its "
            "namespace too."
        ),
    ),
    "EDG-F107": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Élément obligatoire absent",
        title_en="Required element missing",
        message_fr="Il manque un élément que le schéma rend obligatoire à cet endroit. Attendu : {expected}.",
        message_en="An element that the schema requires in this place is missing. Expected: {expected}.",
        remedy_fr="Ajoutez l’élément attendu à l’endroit indiqué, avec son contenu.",
        remedy_en="Add the expected element in the place given, with its content.",
    ),
    "EDG-F108": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Valeur hors du type",
        title_en="Value not allowed by the type",
        message_fr="La valeur « {value} » n’est pas permise par le type de cet élément : {reason}.",
        message_en="The value “{value}” is not allowed by the type of this element: {reason}.",
        remedy_fr="Écrivez la valeur sous la forme que le schéma prévoit : {asked}.",
        remedy_en="Write the value in the form that the schema has: {asked}.",
    ),
    "EDG-F109": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Attribut incorrect",
        title_en="Wrong attribute",
        message_fr="Un attribut de l’élément est incorrect, absent ou inattendu : {reason}.",
        message_en="An attribute of the element is wrong, missing or unexpected: {reason}.",
        remedy_fr="Corrigez, ajoutez ou supprimez l’attribut nommé, selon le schéma du format.",
        remedy_en="Correct, add or remove the attribute that is named, as the schema of the format says.",
    ),
    "EDG-F110": _applicative(
        rule="IRR_SYNTAX",
        title_fr="Document non conforme au schéma",
        title_en="Document against the schema",
        message_fr="Le document ne respecte pas le schéma XSD de son format : {reason}.",
        message_en="The document does not follow the XSD of its format: {reason}.",
        remedy_fr=(
            "Corrigez le document à l’endroit indiqué et validez-le avec « edigate check » avant de le déposer de "
            "nouveau."
        ),
        remedy_en=(
            "Correct the document in the place given and try it with “edigate check” before you deposit it again."
        ),
    ),
}
