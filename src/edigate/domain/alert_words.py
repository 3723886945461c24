"""Alerts in words: what happened and what to do about it, in both languages; {detail} and the others are filled in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.domain.wording import printable

if TYPE_CHECKING:
    from collections.abc import Mapping


class Words(NamedTuple):
    """What happened, and what to do."""

    said_en: str
    said_fr: str
    to_do_en: str
    to_do_fr: str


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "pivot.refused": Words(
            said_en="{partner} could not take the pivot {name}, though it was offered again.",
            said_fr="{partner} n'a pas pu prendre le pivot {name}, pourtant présenté de nouveau.",
            to_do_en="Ask {partner} what stands in its way; then offer it once more: edigate deliveries resend {name}"
            " --reason TEXT",
            to_do_fr="Demandez à {partner} ce qui l'en empêche, puis présentez-le encore une fois : edigate deliveries"
            " resend {name} --reason TEXTE",
        ),
        "pivot.unreceived": Words(
            said_en="No receipt of the pivot {name} has come from {partner} in time, though it was offered again.",
            said_fr="{partner} n'a pas accusé réception du pivot {name} dans le délai, pourtant présenté de nouveau.",
            to_do_en="See with {partner} whether it collects its files; the alert closes when the receipt comes. To"
            " offer the file once more: edigate deliveries resend {name} --reason TEXT",
            to_do_fr="Voyez avec {partner} s'il relève ses fichiers ; l'alerte se clôt à l'arrivée de l'accusé. Pour"
            " le présenter encore une fois : edigate deliveries resend {name} --reason TEXTE",
        ),
        "validator.silent": Words(
            said_en="The validator of invoice {number} of {supplier} has not had its say in time; for a co-contractor,"
            " silence passes nothing on.",
            said_fr="Le valideur de la facture {number} de {supplier} ne s'est pas prononcé dans le délai ; pour un"
            " cotraitant, le silence ne transmet rien.",
            to_do_en="Remind the validator, whom `edigate invoices show {subject}` names; the alert closes when it has"
            " validated or refused.",
            to_do_fr="Relancez le valideur, que nomme `edigate invoices show {subject}` ; l'alerte se clôt quand il a"
            " validé ou refusé.",
        ),
        "delivery.dead": Words(
            said_en="The file {name} for {partner} was set aside as a dead letter; the files behind it go on.",
            said_fr="Le fichier {name} pour {partner} a été mis de côté (lettre morte) ; les suivants partent.",
            to_do_en="See why (`edigate deliveries show {name}`), mend it, then offer the file again: edigate"
            " deliveries resend {name} --reason TEXT",
            to_do_fr="Voyez pourquoi (`edigate deliveries show {name}`), corrigez, puis présentez-le de nouveau :"
            " edigate deliveries resend {name} --reason TEXTE",
        ),
        "way.open": Words(
            said_en="The way to {partner}, or from it, has failed several times in a row; the gate goes on trying,"
            " after longer pauses.",
            said_fr="Le chemin vers {partner}, ou depuis {partner}, a échoué plusieurs fois de suite ; la passerelle"
            " réessaie, de plus en plus rarement.",
            to_do_en="Try it: `edigate partners test {partner}`. Of the gate's own folders, see to rights and disk; of"
            " its server, call {partner}. The alert closes when something goes through.",
            to_do_fr="Essayez-le : `edigate partners test {partner}`. Pour les dossiers de la passerelle, voyez les"
            " droits et le disque ; pour son serveur, appelez {partner}. L'alerte se clôt dès que quelque chose passe.",
        ),
        "flows.stuck": Words(
            said_en="Deposits of {partner} have been waiting for too long without a decision.",
            said_fr="Des dépôts de {partner} attendent une décision depuis trop longtemps.",
            to_do_en="Those that are held tell why: `edigate held list`. Otherwise see whether the gate runs, and what"
            " its log says (`edigate doctor`). The alert closes when they are decided.",
            to_do_fr="Les flux mis en attente disent pourquoi : `edigate held list`. Sinon, voyez si la passerelle"
            " tourne et ce que dit son journal (`edigate doctor`). L'alerte se clôt quand ils sont décidés.",
        ),
        "disk.low": Words(
            said_en="A disk of the gate is nearly full; when it is, nothing more is taken in.",
            said_fr="Un disque de la passerelle est presque plein ; une fois plein, plus rien n'est pris.",
            to_do_en="Make room, or make the disk larger: what waits in the outbox to be collected, what `edigate"
            " purge` may take away, other programs' files. The gate goes on by itself.",
            to_do_fr="Faites de la place, ou agrandissez le disque : fichiers de outbox/ qui attendent d'être relevés,"
            " ce que `edigate purge` peut retirer, fichiers d'autres programmes. La passerelle reprend d'elle-même.",
        ),
        "audit.head_unsent": Words(
            said_en="A head of the audit log could not be signed or kept elsewhere.",
            said_fr="Une tête du journal d'audit n'a pas pu être signée ou gardée ailleurs.",
            to_do_en="See to audit.key_file, audit.heads_folder and audit.heads_url, then try it: `edigate audit"
            " head`. Heads that were not sent go with the next one; the alert closes then.",
            to_do_fr="Voyez audit.key_file, audit.heads_folder et audit.heads_url, puis essayez : `edigate audit"
            " head`. Les têtes non envoyées partent avec la suivante ; l'alerte se clôt alors.",
        ),
        "ledger.unwritable": Words(
            said_en="The ledger cannot be written: the gate decides nothing and hands nothing over until it can.",
            said_fr="Le registre ne peut pas être écrit : la passerelle ne décide et ne remet plus rien d'ici là.",
            to_do_en="See to the disk (full, read-only, failing) and to the rights on ledger.sqlite and the gate's"
            " folder; where the ledger is on PostgreSQL, to that server. Deposits stay where they are; the"
            " gate goes on by itself.",
            to_do_fr="Voyez le disque (plein, en lecture seule, en panne) et les droits sur ledger.sqlite et le"
            " dossier de la passerelle ; si le registre est sur PostgreSQL, voyez ce serveur. Les dépôts restent où ils"
            " sont ; la passerelle reprend d'elle-même.",
        ),
        "balance.uneven": Words(
            said_en="The balance does not come out: deposits, decisions and reports do not agree.",
            said_fr="La balance n'est pas juste : dépôts, décisions et comptes rendus ne concordent pas.",
            to_do_en="See on which day and of whom: `edigate balance`; then `edigate doctor`. Keep a copy of the"
            " gate's folder before you change anything. The alert closes when the balance comes out.",
            to_do_fr="Voyez quel jour et chez qui : `edigate balance`, puis `edigate doctor`. Gardez une copie du"
            " dossier de la passerelle avant de rien changer. L'alerte se clôt quand la balance est juste.",
        ),
    }
)


def said(alert: Mapping[Any, Any], language: str) -> str:
    """What happened, in `en` or `fr`; a kind that is not known is its own word."""
    words = WORDS.get(str(alert["kind"]))
    return _filled((words.said_fr if language == "fr" else words.said_en), alert) if words else str(alert["kind"])


def to_do(alert: Mapping[Any, Any], language: str) -> str:
    """What an operator does about it."""
    words = WORDS.get(str(alert["kind"]))
    return _filled((words.to_do_fr if language == "fr" else words.to_do_en), alert) if words else ""


def _filled(text: str, alert: Mapping[Any, Any]) -> str:
    keys = ("partner", "name", "number", "supplier", "subject")
    return text.format(**{key: printable(str(alert[key] or "?")) for key in keys})
