"""What a verification or a check found, in words: what is wrong there, and what to do, in both languages."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.audit.findings import Finding


class Words(NamedTuple):
    """What was found, and what to do."""

    said_en: str
    said_fr: str
    to_do_en: str
    to_do_fr: str


_COMPARE = (
    (
        "Keep a copy of the gate's folder as it is; compare this place with the last backup to see what it was and"
        " since when it is not."
    ),
    (
        "Gardez une copie du dossier de la passerelle en l'état ; comparez cet endroit à la dernière sauvegarde pour"
        " voir ce qu'il était et depuis quand il ne l'est plus."
    ),
)
_RESTORE = (
    "Put the file back from a backup: its name is its SHA-256, so that any copy can be checked.",
    "Remettez le fichier d'une sauvegarde : son nom est son SHA-256, toute copie se vérifie donc.",
)
_HEAD = (
    (
        "Was the ledger restored from a backup older than this head? Then keep the head with the record of that."
        " Otherwise the chain was cut off or written anew since: keep everything as it is, and compare with backups."
    ),
    (
        "Le registre a-t-il été restauré d'une sauvegarde plus ancienne que cette tête ? Alors gardez-la avec le"
        " procès-verbal. Sinon la chaîne a été coupée ou réécrite depuis : gardez tout en l'état et comparez aux"
        " sauvegardes."
    ),
)
_LOST = (
    "If the restore was right, put the head away with the record of it: what it vouched for is in no ledger any more.",
    (
        "Si la restauration était justifiée, rangez la tête avec son procès-verbal : ce dont elle répond n'est plus"
        " dans aucun registre."
    ),
)
_NO_HEAD = (
    (
        "Was the key made just now? Then make a head: edigate audit head. Otherwise compare with heads kept elsewhere"
        " (--heads) and with backups: without a signed head the chain can have been written anew."
    ),
    (
        "La clé vient-elle d'être faite ? Alors faites une tête : edigate audit head. Sinon comparez aux têtes gardées"
        " ailleurs (--heads) et aux sauvegardes : sans tête signée, la chaîne a pu être réécrite."
    ),
)
_CLOCK = (
    "If the machine's clock was wrong then, keep the record of that; otherwise compare with backups and kept heads.",
    (
        "Si l'horloge de la machine était fausse, gardez-en la trace ; sinon comparez aux sauvegardes et aux têtes"
        " gardées."
    ),
)
_PURGE = (
    (
        "Was retention.years lengthened after that purge, before a head was signed? Otherwise compare with the last"
        " backup: somebody may cover what was deleted."
    ),
    (
        "retention.years a-t-il été allongé après cette purge, avant toute tête signée ? Sinon comparez à la dernière"
        " sauvegarde : quelqu'un couvre peut-être une suppression."
    ),
)
_KEY = (
    "If it is an earlier key of this gate, name its public key too, with --key; otherwise somebody else signed.",
    "Si c'est une ancienne clé de cette passerelle, nommez aussi sa clé publique avec --key ; sinon, un tiers a signé.",
)
_ASK = (
    "Ask whoever gave you the file for a new one; with --key give the gate's public key as you know it.",
    (
        "Redemandez le fichier à qui vous l'a donné ; avec --key, donnez la clé publique de la passerelle que vous"
        " connaissez."
    ),
)

# fmt: off
FINDINGS: Mapping[str, Words] = MappingProxyType(
    {
        "link.gap": Words(
            "links {first} to {last} are missing",
            "les maillons {first} à {last} manquent", *_COMPARE),
        "link.previous": Words(
            "it does not follow link {before}: that one was altered, exchanged or put in",
            "il ne suit pas le maillon {before} : celui-ci a été modifié, échangé ou inséré", *_COMPARE),
        "link.hash": Words(
            "its hash is not that of its number, time and digests ({at}): one of them was altered",
            "son empreinte n'est pas celle de son numéro, de son heure et de ses condensats ({at}) : l'un d'eux a été"
            " modifié", *_COMPARE),
        "link.count": Words(
            "it has {entries} entries and {digests} digests: entries were taken out or put in",
            "il a {entries} écritures et {digests} condensats : des écritures ont été ôtées ou insérées", *_COMPARE),
        "link.entry": Words(
            "its entry {entry} was altered ({at})",
            "son écriture {entry} a été modifiée ({at})", *_COMPARE),
        "link.order": Words(
            "its entries bear another place among the links of all chains than it has ({at}): it was moved",
            "ses écritures portent une autre place que la sienne parmi les maillons de toutes les chaînes ({at}) : il a"
            " été déplacé", *_COMPARE),
        "link.purged": Words(
            "its entries were taken out, and no purge is noted that went so far ({at})",
            "ses écritures ont été ôtées sans qu'une purge allant jusque-là soit notée ({at})", *_COMPARE),
        "entry.strange": Words(
            "an entry ({event}) does not say what such an entry says: {error}",
            "une écriture ({event}) ne dit pas ce que dit une telle écriture : {error}", *_COMPARE),
        "head.unreadable": Words(
            "this is no head: {error}",
            "ce n'est pas une tête : {error}", *_COMPARE),
        "head.signature": Words(
            "the head of {at} does not bear its key's signature: head, key or signature was altered",
            "la tête du {at} ne porte pas la signature de sa clé : tête, clé ou signature a été modifiée", *_COMPARE),
        "head.key": Words(
            "the head of {at} is signed by another key: {key}",
            "la tête du {at} est signée par une autre clé : {key}", *_KEY),
        "head.unsigned": Words(
            "the head of {at} bears no signature, though earlier ones do",
            "la tête du {at} ne porte pas de signature, alors que de plus anciennes en portent", *_COMPARE),
        "head.ahead": Words(
            "the head {head} of {at} names this link, and the chain ends at {end}: its tail was cut off",
            "la tête {head} du {at} nomme ce maillon, et la chaîne finit à {end} : sa fin a été coupée", *_HEAD),
        "head.missing": Words(
            "the head {head} of {at} names this link, which is not there",
            "la tête {head} du {at} nomme ce maillon, qui n'est pas là", *_COMPARE),
        "head.hash": Words(
            "the head {head} of {at} gives this link another hash: the chain was written anew",
            "la tête {head} du {at} donne à ce maillon une autre empreinte : la chaîne a été réécrite", *_HEAD),
        "head.lost": Words(
            "the head {head} of {at} names a link that was given up when the ledger was restored; {actor} noted that on"
            " {restored_at}",
            "la tête {head} du {at} nomme un maillon abandonné lors d'une restauration du registre, notée par {actor}"
            " le {restored_at}", *_LOST),
        "head.none": Words(
            "there is a key, the chain began at {at}, and no head is signed: they were deleted, or none was ever made",
            "il y a une clé, la chaîne commence au {at}, et aucune tête n'est signée : on les a supprimées, ou aucune"
            " n'a jamais été faite", *_NO_HEAD),
        "link.writer": Words(
            "no part of edigate writes under this name ({at}): somebody put the link in",
            "aucune partie d'edigate n'écrit sous ce nom ({at}) : quelqu'un a inséré le maillon", *_COMPARE),
        "link.time": Words(
            "its time, {at}, does not fit {other}: the clock was wrong by days, or the link was back-dated",
            "il porte l'heure {at}, qui ne va pas avec {other} : l'horloge s'est trompée de jours, ou le maillon a été"
            " antidaté", *_CLOCK),
        "entry.again": Words(
            "it claims {row} again, which never changes: it was {log} before",
            "il affirme de nouveau {row}, qui ne change jamais : c'était {log} auparavant", *_COMPARE),
        "purge.young": Words(
            "a purge of {at} says that it took what is older than {before}: {years} years are kept",
            "une purge du {at} dit avoir pris ce qui précède {before} : on garde {years} ans", *_PURGE),
        "purge.flow": Words(
            "a purge says that it took flow {flow}, which is of {at}: only what was older than {before} might go",
            "une purge dit avoir pris le flux {flow}, qui est du {at} : seul ce qui précède {before} pouvait partir",
            *_COMPARE),
        "purge.alone": Words(
            "flow {flow} is said to be purged ({at}), and no purge that may take it is noted with that",
            "le flux {flow} est dit purgé ({at}), sans purge notée avec lui qui puisse le prendre", *_COMPARE),
        "events.more": Words(
            "the last purge left {left} events from before {before}, and there are {count}: some were put in",
            "la dernière purge a laissé {left} événements d'avant {before}, et il y en a {count} : on en a inséré",
            *_COMPARE),
        "row.state": Words(
            "its state, {state}, does not fit what is proven of it",
            "son état, {state}, ne va pas avec ce qui en est prouvé", *_COMPARE),
        "row.altered": Words(
            "the row is not what the log says it is: {log} in the log, {row} in the row",
            "la ligne n'est pas ce que dit le journal : {log} au journal, {row} dans la ligne", *_COMPARE),
        "row.missing": Words(
            "the log has it ({at}) and the ledger does not: the row was deleted, or its key altered",
            "le journal l'a ({at}) et le registre non : la ligne a été supprimée, ou sa clé modifiée", *_COMPARE),
        "row.inserted": Words(
            "the ledger has it ({at}) and the log does not: the row was put in, or its key altered",
            "le registre l'a ({at}) et le journal non : la ligne a été insérée, ou sa clé modifiée", *_COMPARE),
        "archive.missing": Words(
            "the file of flow {flow} is missing",
            "le fichier du flux {flow} manque", *_RESTORE),
        "archive.unreadable": Words(
            "the file of flow {flow} cannot be read: {error}",
            "le fichier du flux {flow} ne peut pas être lu : {error}", *_RESTORE),
        "archive.unreachable": Words(
            "the archive does not answer, its files were not looked at: {error}",
            "l'archive ne répond pas, ses fichiers n'ont pas été vus : {error}",
            "See to the way to storage.url (mount, network, rights), then verify again.",
            "Rétablissez l'accès à storage.url (montage, réseau, droits), puis vérifiez de nouveau."),
        "archive.altered": Words(
            "the file of flow {flow} was altered: its SHA-256 is now {found}",
            "le fichier du flux {flow} a été modifié : son SHA-256 est maintenant {found}", *_RESTORE),
        "export.file": Words(
            "its SHA-256 is not that of the manifest: the file was altered",
            "son SHA-256 n'est pas celui du manifeste : le fichier a été modifié", *_ASK),
        "export.missing": Words(
            "the manifest names it and the ZIP does not hold it",
            "le manifeste le nomme et le ZIP ne le contient pas", *_ASK),
        "export.stray": Words(
            "the ZIP holds it and the manifest does not name it",
            "le ZIP le contient et le manifeste ne le nomme pas", *_ASK),
        "export.unreadable": Words(
            "it cannot be read: {error}",
            "il ne peut pas être lu : {error}", *_ASK),
        "export.unknown": Words(
            "what a story holds is fixed, and these are too many or missing: {names}",
            "ce que contient une piste est fixé, et ceux-ci sont de trop ou manquent : {names}", *_ASK),
        "export.text": Words(
            "it is not the text that belongs to this story",
            "ce n'est pas le texte qui va avec cette piste", *_ASK),
        "export.unproven": Words(
            "no entry of the log proves it",
            "aucune écriture du journal ne le prouve", *_ASK),
        "export.differs": Words(
            "it is not what the log says: {log} in the log, {row} here",
            "il n'est pas ce que dit le journal : {log} au journal, {row} ici", *_ASK),
        "export.absent": Words(
            "the log has it and the file does not",
            "le journal l'a et le fichier non", *_ASK),
        "export.unsigned": Words(
            "no signed head comes after it: nobody vouches for this part of the chain",
            "aucune tête signée ne la suit : personne ne répond de cette partie de la chaîne",
            "Ask for a new file once the gate has a key (edigate audit key) and has made a head.",
            "Redemandez le fichier quand la passerelle aura une clé (edigate audit key) et fait une tête."),
    }
)
# fmt: on


def said(finding: Finding, language: str) -> str:
    """What was found, in `en` or `fr`."""
    words = FINDINGS[finding.kind]
    return (words.said_fr if language == "fr" else words.said_en).format(**finding.values)


def to_do(kind: str, language: str) -> str:
    """What to do about findings of a kind."""
    words = FINDINGS[kind]
    return words.to_do_fr if language == "fr" else words.to_do_en
