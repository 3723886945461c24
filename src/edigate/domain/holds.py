"""Why a flow waits: each reason in French and English, with what is to be done (reasons are kept across versions)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.wording import pick

if TYPE_CHECKING:
    from collections.abc import Mapping


class HoldRow(NamedTuple):
    """One reason; the remedy is for the gate's operator."""

    why_fr: str
    why_en: str
    remedy_fr: str
    remedy_en: str


# fmt: off
HOLD_REASONS: Mapping[str, HoldRow] = MappingProxyType({
    "no_directory": HoldRow(
        "Aucun annuaire n’a été importé : destinataires et services ne peuvent pas être vérifiés.",
        "No directory has been imported: recipients and services cannot be checked.",
        "Importez un annuaire : edigate directory import FICHIER. Le flux est alors repris aussitôt.",
        "Import a directory: edigate directory import FILE. The flow is then tried again at once."),
    "no_partner": HoldRow(
        "Le déposant n’est plus dans la table des partenaires.",
        "The depositor is no longer in the table of partners.",
        "Ajoutez-le de nouveau (edigate partners add CODE) : le flux est alors repris aussitôt.",
        "Add it again (edigate partners add CODE): the flow is then tried again at once."),
    "no_portal": HoldRow(
        "Ni partenaire raccordé pour le destinataire, ni partenaire portail : la facture n’aurait pas de lecteur.",
        "Neither a partner connected for the recipient nor a portal partner: the invoice would have no reader.",
        "Ajoutez un partenaire portail (edigate partners add CODE --role portal) ou raccordez le destinataire.",
        "Add a portal partner (edigate partners add CODE --role portal), or connect the recipient."),
    "archive_altered": HoldRow(
        "Le fichier archivé manque ou n’est plus celui qui a été déposé.",
        "The archived file is missing, or no longer what was deposited.",
        "Remettez dans l’archive le fichier d’une sauvegarde ; edigate flows show dit où il doit se trouver.",
        "Put the original back into the archive from a backup; edigate flows show says where it must lie."),
    "archive_unreachable": HoldRow(
        "L’archive ne répond pas : le fichier déposé ne peut pas être lu en ce moment.",
        "The archive does not answer: the deposited file cannot be read just now.",
        "Rétablissez l’accès à storage.url (montage, réseau, droits) ; le flux est ensuite repris de lui-même.",
        "Mend the way to storage.url (mount, network, rights); the flow is then tried again by itself."),
    "internal_error": HoldRow(
        "L’examen a rencontré une erreur du programme ; rien n’a été décidé.",
        "The examination met an error of the program itself; nothing was decided.",
        "Signalez-la avec le détail ci-dessous et, si possible, le document ; après mise à jour, relancez le flux.",
        "Report it with the detail below and, if you can, the document; after an upgrade, release the flow."),
    "worker_died": HoldRow(
        "Le document a fait tomber deux fois le processus qui l’examinait, ou dépassé le temps permis.",
        "The document ended the process that examined it twice, or outlasted the time allowed.",
        "Augmentez engine.examine_seconds ou la mémoire si le document est très grand, puis relancez le flux.",
        "Raise engine.examine_seconds or the memory if the document is very large, then release the flow."),
    "no_memory": HoldRow(
        "L’examen du document demande plus de mémoire qu’un processus n’en a le droit.",
        "The examination of the document needs more memory than a process may take.",
        "Si le document est légitime, augmentez engine.worker_bytes, puis relancez le flux.",
        "If the document is a legitimate one, raise engine.worker_bytes, then release the flow."),
    "no_room": HoldRow(
        "Le disque n’a pas de place pour ce que l’examen tire du flux, et la mémoire ne peut pas le contenir.",
        "The disk has no room for what the examination takes out of the flow, and memory cannot hold it.",
        "Libérez de la place sur le disque de la passerelle ; le flux est ensuite repris de lui-même.",
        "Make room on the gate’s disk; the flow is then tried again by itself."),
    "antivirus_silent": HoldRow(
        "L’antivirus ne répond pas, ou pas à temps : le flux n’a pas pu être vérifié.",
        "The antivirus does not answer, or not in time: the flow could not be checked.",
        "Vérifiez que clamd tourne et que antivirus.socket le désigne ; le flux est ensuite repris de lui-même.",
        "See that clamd runs and that antivirus.socket names it; the flow is then tried again by itself."),
    "antivirus_limit": HoldRow(
        "L’antivirus n’examine pas de contenu aussi grand : le flux n’a pas été vérifié en entier.",
        "The antivirus does not look through so large a content: the flow was not checked as a whole.",
        "Augmentez StreamMaxLength, MaxFileSize et MaxScanSize dans clamd.conf, relancez clamd, puis le flux.",
        "Raise StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf, restart clamd, then release the flow."),
    "antivirus_error": HoldRow(
        "L’antivirus a répondu par une erreur : le flux n’a pas pu être vérifié.",
        "The antivirus answered with an error: the flow could not be checked.",
        "Lisez le détail ci-dessous et le journal de clamd ; une fois la cause levée, le flux est repris de lui-même.",
        "Read the detail below and clamd’s log; once its cause is gone, the flow is tried again by itself."),
    "restored": HoldRow(
        "La passerelle est issue d’une sauvegarde où ce flux n’était pas décidé ; il a pu l’être et être rendu depuis.",
        "The gate came out of a backup in which this flow was not decided; it may have been, and answered, since.",
        "Demandez au déposant s’il a eu un compte rendu ; sinon, relancez le flux : edigate held release.",
        "Ask the depositor whether a report has come; if none has, release the flow: edigate held release."),
    "gate_died": HoldRow(
        "La passerelle s’est arrêtée plusieurs fois pendant l’examen de ce flux.",
        "The gate ended several times while it examined this flow.",
        "Cherchez dans le journal pourquoi elle s’arrête (mémoire, disque), puis relancez le flux.",
        "Look in the log for why it ends (memory, disk), then release the flow."),
})
# fmt: on


class HoldWords(NamedTuple):
    """A reason in one language."""

    why: str
    remedy: str


def explain_hold(reason: str, language: str = "fr") -> HoldWords:
    """Why a flow waits and what to do, in French or, for "en", in English; a reason unknown here shows as it is."""
    row = HOLD_REASONS.get(reason)
    if row is None:
        return HoldWords(
            reason, pick(("Relancez le flux : edigate held release.", "Release it: edigate held release."), language)
        )
    return HoldWords(pick((row.why_fr, row.why_en), language), pick((row.remedy_fr, row.remedy_en), language))
