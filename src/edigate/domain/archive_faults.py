"""Faults of archives and of the files in them, by code (reference §4.2, §4.3, §8.2; the words are edigate's own)."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.fault_rows import FaultRow
from edigate.domain.faults import Nature

if TYPE_CHECKING:
    from collections.abc import Mapping

_technical = partial(FaultRow, nature=Nature.TECHNIQUE)

ARCHIVE_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "empty": ("un contenu vide", "nothing"),
        "archive.symlink": ("un lien symbolique", "a symbolic link"),
        "archive.hard_link": ("un lien physique", "a hard link"),
        "archive.device": ("un périphérique", "a device"),
        "archive.fifo": ("un tube nommé", "a named pipe"),
        "archive.sparse": ("un fichier creux", "a sparse file"),
        "archive.special": ("une entrée d’un type spécial", "an entry of a special type"),
        "archive.crc": ("la somme de contrôle ne correspond pas aux données", "the checksum does not match the data"),
        "archive.deflate": ("les données compressées sont illisibles", "the packed data cannot be read"),
        "archive.gzip_header": ("l’en-tête gzip est illisible", "the gzip header cannot be read"),
        "archive.members": (
            "le fichier gzip est fait d’un nombre excessif de parties",
            "the gzip file is made of far too many parts",
        ),
        "archive.tar_header": ("un en-tête tar est illisible", "a tar header cannot be read"),
        "archive.pax": ("un en-tête étendu (pax) est illisible", "an extended (pax) header cannot be read"),
        "archive.extensions": (
            "les en-têtes étendus d’une entrée sont trop longs ou trop nombreux",
            "the extended headers of an entry are too long or too many",
        ),
        "archive.after_gzip": ("après la fin du flux gzip", "behind the end of the gzip stream"),
        "archive.after_tar": ("après la fin de l’archive tar", "behind the end of the tar archive"),
        "archive.before_zip": ("avant l’archive ZIP", "before the ZIP archive"),
        "archive.between": ("entre deux fichiers de l’archive ZIP", "between two files of the ZIP archive"),
        "archive.after_zip": ("après l’archive ZIP", "behind the ZIP archive"),
        "archive.directory": (
            "le répertoire central ne correspond pas à ce que sa fin en dit",
            "the central directory is not what its end says of it",
        ),
        "archive.local_header": (
            "aucun en-tête local lisible n’est à la place que le répertoire donne",
            "no readable local header stands in the place that the directory gives",
        ),
        "archive.local_name": ("l’en-tête local porte un autre nom", "the local header has another name"),
        "archive.local_method": (
            "l’en-tête local dit une autre compression",
            "the local header says another compression",
        ),
        "archive.local_flags": (
            "l’en-tête local dit autre chose du chiffrement",
            "the local header says otherwise of encryption",
        ),
        "archive.local_size": (
            "l’en-tête local donne une autre taille ou une autre somme de contrôle",
            "the local header gives another size or another checksum",
        ),
        "archive.descriptor": (
            "le descripteur qui suit les données ne dit pas ce que dit le répertoire",
            "the descriptor behind the data does not say what the directory says",
        ),
        "archive.packed_size": (
            "les données débordent sur le répertoire central",
            "the data run into the central directory",
        ),
        "archive.overlap": (
            "le fichier partage des octets avec un autre fichier de l’archive",
            "the file shares bytes with another file of the archive",
        ),
        "archive.size": (
            "le contenu n’a pas la taille que le répertoire donne",
            "the content does not have the size that the directory gives",
        ),
        "archive.volumes": ("une archive en plusieurs volumes", "an archive in several volumes"),
        "archive.method": (
            "une autre méthode de compression que « deflate »",
            "another compression method than “deflate”",
        ),
        "archive.no_name": ("il ne nomme aucun fichier", "it names no file"),
        "archive.undecodable": ("il n’est pas écrit en UTF-8", "it is not written in UTF-8"),
        "archive.unprintable": (
            "il contient des caractères de contrôle ou invisibles",
            "it holds control characters or invisible ones",
        ),
        "archive.absolute": ("il commence à la racine du disque (« / »)", "it starts at the root of the disk (“/”)"),
        "archive.parent": ("il remonte dans les dossiers (« .. »)", "it climbs up the folders (“..”)"),
        "archive.backslash": ("il contient une barre oblique inverse", "it holds a backslash"),
        "archive.drive": ("il commence par une lettre de lecteur", "it starts with a drive letter"),
        "archive.long": ("il dépasse 255 caractères", "it is longer than 255 characters"),
    }
)
"""What the arguments `found`, `reason` and `where` of these faults say: French, English."""


ARCHIVE_FAULTS: dict[str, FaultRow] = {
    "EDG-F030": _technical(
        rule="IRR_EXTRAC",
        title_fr="Contenu compressé sans archive",
        title_en="Compressed content that is no archive",
        message_fr="Le contenu gzip devrait être une archive tar, mais c’est {found}.",
        message_en="The gzip content should be a tar archive but is {found}.",
        remedy_fr=(
            "Déposez un document unique sans le compresser ; réunissez plusieurs documents dans une archive tar, "
            "compressée ensuite par gzip (« tar -czf »)."
        ),
        remedy_en=(
            "Deposit a single document without compressing it; put several documents into a tar archive that is then "
            "compressed with gzip (“tar -czf”)."
        ),
    ),
    "EDG-F031": _technical(
        rule="IRR_EXTRAC",
        title_fr="Archive tronquée",
        title_en="Archive cut short",
        message_fr="La fin de l’archive manque : les données s’arrêtent à l’octet {value}.",
        message_en="The end of the archive is missing: the data stop at byte {value}.",
        remedy_fr=(
            "Vérifiez que l’archive a été écrite et transférée jusqu’au bout, puis déposez de nouveau le fichier "
            "entier."
        ),
        remedy_en="Check that the archive was written and transferred to its end, then deposit the whole file again.",
    ),
    "EDG-F032": _technical(
        rule="IRR_EXTRAC",
        title_fr="Archive abîmée",
        title_en="Damaged archive",
        message_fr="L’archive ne peut pas être extraite : {reason} (valeur ou octet en cause : {value}).",
        message_en="The archive cannot be extracted: {reason} (value or byte at fault: {value}).",
        remedy_fr=(
            "Vérifiez que le transfert se fait en mode binaire et que le fichier n’a pas été modifié, puis recréez "
            "l’archive et déposez-la de nouveau."
        ),
        remedy_en=(
            "Check that the transfer is binary and that the file was not changed, then make the archive again and "
            "deposit it again."
        ),
    ),
    "EDG-F033": _technical(
        rule="IRR_EXTRAC",
        title_fr="Octets étrangers à l’archive",
        title_en="Bytes that do not belong to the archive",
        message_fr="Le fichier contient autre chose que l’archive, {where}, à partir de l’octet {value}.",
        message_en="The file holds something else than the archive, {where}, from byte {value} on.",
        remedy_fr="Supprimez ce qui n’appartient pas à l’archive, ou recréez-la à partir des fichiers d’origine.",
        remedy_en="Remove what does not belong to the archive, or make the archive again from the original files.",
    ),
    "EDG-F034": _technical(
        rule="IRR_EXTRAC",
        title_fr="Archive ZIP contradictoire",
        title_en="Contradictory ZIP archive",
        message_fr="L’archive ZIP se contredit : {reason} (valeur trouvée : {value}).",
        message_en="The ZIP archive contradicts itself: {reason} (value found: {value}).",
        remedy_fr=(
            "Recréez l’archive ZIP en une fois avec un outil courant, à partir des fichiers d’origine, puis déposez le "
            "flux de nouveau."
        ),
        remedy_en=(
            "Make the ZIP archive again in one go with a common tool, from the original files, then deposit the flow "
            "again."
        ),
    ),
    "EDG-F035": _technical(
        rule="IRR_EXTRAC",
        title_fr="Fichier chiffré dans l’archive",
        title_en="Encrypted file in the archive",
        message_fr="Le fichier « {value} » de l’archive est chiffré ou protégé par un mot de passe.",
        message_en="The file “{value}” of the archive is encrypted or protected by a password.",
        remedy_fr="Recréez l’archive sans mot de passe ; le transport du flux assure déjà sa confidentialité.",
        remedy_en="Make the archive again without a password; the transport of the flow keeps it confidential already.",
    ),
    "EDG-F036": _technical(
        rule="IRR_EXTRAC",
        title_fr="Variante de ZIP non prise en charge",
        title_en="Variant of ZIP that is not supported",
        message_fr="L’archive emploie une variante du ZIP qui n’est pas lue : {reason} (valeur trouvée : {value}).",
        message_en="The archive uses a variant of the ZIP format that is not read: {reason} (value found: {value}).",
        remedy_fr="Recréez l’archive en un seul fichier, avec la compression « deflate » ou sans compression.",
        remedy_en="Make the archive again as one file, with the compression “deflate” or without compression.",
    ),
    "EDG-F037": _technical(
        rule="IRR_TYPE_F",
        title_fr="Entrée qui n’est pas un fichier",
        title_en="Entry that is not a file",
        message_fr="L’archive contient {found} à la place d’un fichier ordinaire.",
        message_en="The archive holds {found} in the place of a regular file.",
        remedy_fr="Ne mettez dans l’archive que des fichiers ordinaires ; « tar -czhf » résout les liens.",
        remedy_en="Put regular files only into the archive; “tar -czhf” resolves links.",
    ),
    "EDG-F038": _technical(
        rule="IRR_NOM_F",
        title_fr="Nom de fichier interdit dans l’archive",
        title_en="File name that is not allowed in an archive",
        message_fr="Le nom « {value} » d’un fichier de l’archive n’est pas permis : {reason}.",
        message_en="The name “{value}” of a file of the archive is not allowed: {reason}.",
        remedy_fr=(
            "Donnez au fichier un nom simple, de lettres, chiffres, points, tirets et soulignés, et placez-le à la "
            "racine de l’archive."
        ),
        remedy_en=(
            "Give the file a plain name of letters, digits, dots, hyphens and underscores, and put it at the root of "
            "the archive."
        ),
    ),
    "EDG-F039": _technical(
        rule="IRR_NOM_F",
        title_fr="Fichier dans un dossier de l’archive",
        title_en="File in a folder of the archive",
        message_fr="Le fichier « {value} » est dans un dossier ; les fichiers doivent être à la racine de l’archive.",
        message_en="The file “{value}” is in a folder; files must be at the root of the archive.",
        remedy_fr=(
            "Créez l’archive depuis le dossier qui contient les fichiers, sans ce dossier (« tar -czf archive -C "
            "dossier . »)."
        ),
        remedy_en=(
            "Make the archive inside the folder that holds the files, without that folder (“tar -czf archive -C folder "
            ".”)."
        ),
    ),
    "EDG-F040": _technical(
        rule="IRR_NOM_F",
        title_fr="Nom de fichier en double dans l’archive",
        title_en="File name that stands twice in the archive",
        message_fr=(
            "Le nom du fichier « {value} » est déjà celui d’un autre fichier de l’archive, « {other} », aux dossiers "
            "et aux majuscules près."
        ),
        message_en=(
            "The name of the file “{value}” is already that of another file of the archive, “{other}”, but for folders "
            "and capitals."
        ),
        remedy_fr="Donnez à chaque fichier de l’archive un nom qui lui est propre, ou retirez la copie.",
        remedy_en="Give each file of the archive a name of its own, or remove the copy.",
    ),
    "EDG-F041": _technical(
        rule="IRR_VIDE_F",
        title_fr="Fichier vide dans l’archive",
        title_en="Empty file in the archive",
        message_fr="Le fichier de l’archive est vide ou ne contient que des blancs.",
        message_en="The file of the archive is empty or holds nothing but blanks.",
        remedy_fr="Vérifiez que votre logiciel a bien écrit ce fichier, ou retirez-le de l’archive.",
        remedy_en="Check that your software wrote this file, or take it out of the archive.",
    ),
    "EDG-F042": _technical(
        rule="IRR_TAILLE_F",
        title_fr="Fichier trop volumineux dans l’archive",
        title_en="File too large in the archive",
        message_fr=(
            "Le fichier de l’archive dépasse la taille permise, qui est de {limit} une fois extrait (taille trouvée, "
            "en octets : {value})."
        ),
        message_en=(
            "The file of the archive is larger than the {limit} that are allowed once unpacked (size found, in bytes: "
            "{value})."
        ),
        remedy_fr="Réduisez les pièces jointes de ce document, ou répartissez ses factures sur plusieurs documents.",
        remedy_en="Make the attachments of this document smaller, or spread its invoices over several documents.",
    ),
    "EDG-F043": _technical(
        rule="IRR_TYPE_F",
        title_fr="Fichier d’un autre type dans l’archive",
        title_en="File of another type in the archive",
        message_fr="L’interface n’accepte pas ce type de fichier. Trouvé : {found}. Attendu : {expected}.",
        message_en="The interface does not take this type of file. Found: {found}. Expected: {expected}.",
        remedy_fr=(
            "Ne laissez dans l’archive que les documents de l’interface et leurs signatures ; joignez les autres "
            "fichiers aux factures comme pièces jointes."
        ),
        remedy_en=(
            "Leave nothing in the archive but the documents of the interface and their signatures; attach other files "
            "to the invoices."
        ),
    ),
    "EDG-F044": _technical(
        rule="IRR_TAILLE",
        title_fr="Trop d’entrées dans l’archive",
        title_en="Too many entries in the archive",
        message_fr="L’archive contient au moins {value} entrées, pour {most} permises ; la lecture s’est arrêtée là.",
        message_en="The archive holds at least {value} entries where {most} are allowed; the reading stopped there.",
        remedy_fr="Retirez de l’archive ce qui n’est ni document ni signature, ou répartissez-la sur plusieurs flux.",
        remedy_en="Take out of the archive what is neither document nor signature, or spread it over several flows.",
    ),
    "EDG-F045": _technical(
        rule="IRR_TAILLE",
        title_fr="Trop de factures dans l’archive",
        title_en="Too many invoices in the archive",
        message_fr=(
            "L’archive contient au moins {value} documents d’une facture ou plus, pour {most} factures permises dans "
            "le flux ; la lecture s’est arrêtée là."
        ),
        message_en=(
            "The archive holds at least {value} documents of one invoice or more, where {most} invoices are allowed in "
            "the flow; the reading stopped there."
        ),
        remedy_fr="Répartissez les factures sur plusieurs flux de {most} factures au plus.",
        remedy_en="Spread the invoices over several flows of {most} invoices at most.",
    ),
    "EDG-F046": _technical(
        rule="IRR_TAILLE",
        title_fr="Archive trop volumineuse une fois extraite",
        title_en="Archive too large once unpacked",
        message_fr=(
            "Le contenu de l’archive dépasse la taille permise, qui est de {limit} une fois extrait ; la lecture s’est "
            "arrêtée après {value} octets."
        ),
        message_en=(
            "The content of the archive is larger than the {limit} that are allowed once unpacked; the reading stopped "
            "after {value} bytes."
        ),
        remedy_fr="Répartissez les documents sur plusieurs flux, ou réduisez leurs pièces jointes.",
        remedy_en="Spread the documents over several flows, or make their attachments smaller.",
    ),
    "EDG-F047": _technical(
        rule="IRR_EXTRAC",
        title_fr="Archive au taux de compression suspect",
        title_en="Archive of a suspicious compression ratio",
        message_fr=(
            "L’archive s’étend à plus de {value} fois sa taille compressée, pour {most} fois permises ; la lecture "
            "s’est arrêtée là."
        ),
        message_en=(
            "The archive unpacks to more than {value} times its packed size where {most} times are allowed; the "
            "reading stopped there."
        ),
        remedy_fr=(
            "Retirez des documents et des pièces jointes ce qui est fait de longues suites d’un même octet, ou déposez "
            "les documents un à un sans les compresser."
        ),
        remedy_en=(
            "Remove from documents and attachments what is made of long runs of one byte, or deposit the documents one "
            "by one without compressing them."
        ),
    ),
    "EDG-F048": _technical(
        rule="IRR_TYPE_F",
        title_fr="Archive dans l’archive",
        title_en="Archive in the archive",
        message_fr="Le fichier de l’archive est lui-même {found} ; niveaux d’archive permis : {most}.",
        message_en="The file of the archive is itself {found}; levels of archives that are allowed: {most}.",
        remedy_fr="Extrayez l’archive intérieure et placez ses fichiers directement à la racine de l’archive déposée.",
        remedy_en="Unpack the inner archive and put its files directly at the root of the archive that you deposit.",
    ),
    "EDG-F049": _technical(
        rule="IRR_VIDE",
        title_fr="Archive sans document",
        title_en="Archive without a document",
        message_fr="L’archive ne contient aucun document (entrées : {value}, dont signatures : {signatures}).",
        message_en="The archive holds no document (entries: {value}, signatures among them: {signatures}).",
        remedy_fr="Mettez dans l’archive les documents de l’interface, à côté de leurs signatures s’il y en a.",
        remedy_en="Put the documents of the interface into the archive, beside their signatures if there are any.",
    ),
}
