"""Errors that are foreseen, in words: what is wrong, where, what to do, and the exit status it makes."""

import errno
import os
import re
import shlex
import sqlite3
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

from edigate.cli.common import Failure, Misuse, find_root
from edigate.cli.messages import language, t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
_FRENCH_FRAME: "Mapping[str, str]" = MappingProxyType(
    {
        "DEFAULT_STRING": "[défaut : {}]",
        "ENVVAR_STRING": "[variable : {}]",
        "REQUIRED_LONG_STRING": "[obligatoire]",
        "COMMANDS_PANEL_TITLE": "Commandes",
        "ERRORS_PANEL_TITLE": "Erreur",
    }
)
# What typer says of a wrong command line, by pattern, in French.
_FRENCH_USAGE: "Mapping[str, str]" = MappingProxyType(
    {
        r"No such command (.+?)\. Did you mean (.+)\?": r"Commande inconnue : \1. Vouliez-vous dire \2 ?",
        r"No such command (.+)\.": r"Commande inconnue : \1.",
        r"No such option: (\S+)": r"Option inconnue : \1",
        r"\(Possible options?: (.+)\)": r"(options possibles : \1)",
        r"Did you mean (.+)\?": r"Vouliez-vous dire \1 ?",
        r"Missing argument (.+)\.": r"Argument manquant : \1.",
        r"Missing option (.+)\.": r"Option manquante : \1.",
        r"Missing command\.": "Commande manquante.",
        r"Option (\S+) requires an argument\.": r"L'option \1 attend une valeur.",
        r"Option (\S+) does not take a value\.": r"L'option \1 n'attend pas de valeur.",
        r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)": r"Arguments en trop : \1",
        r"Invalid value for (.+?): ": r"Valeur refusée pour \1 : ",
        r"Invalid value: ": "Valeur refusée : ",
        r"(\S+) is not one of (.+)\.": r"\1 n'est aucune des valeurs \2.",
        r"Input should be a valid (?:integer|number).*": "il faut un nombre.",
        r"Input should be greater than or equal to (\S+)": r"il faut au moins \1.",
        r"is no day: write (.+) or (.+)\.": r"n'est pas un jour : écrivez \1 ou \2.",
        r"Value (\S+) is not a valid int(?:eger)?\.": r"\1 n'est pas un nombre entier.",
        r"Value (\S+) is not a valid (.+)\.": r"\1 ne convient pas (\2).",
    }
)
_FORMATS = re.compile(r"does not match the formats? .+")
_REMEDIES: "Mapping[int, tuple[str, str]]" = MappingProxyType(
    {
        errno.EACCES: (
            "Permission is missing: give it to this account, or run as the gate's own account.",
            "Les droits manquent : donnez-les à ce compte, ou lancez la commande avec le compte de la passerelle.",
        ),
        errno.EROFS: (
            "The file system is read-only: mount it for writing, or use a gate elsewhere.",
            "Le système de fichiers est en lecture seule : montez-le en écriture, ou utilisez une autre passerelle.",
        ),
        errno.ENOSPC: (
            "The disk is full: make room, then start again; nothing that was deposited is lost.",
            "Le disque est plein : faites de la place, puis recommencez ; rien de ce qui a été déposé n'est perdu.",
        ),
        errno.EDQUOT: (
            "The quota is used up: make room, then start again; nothing that was deposited is lost.",
            "Le quota est épuisé : faites de la place, puis recommencez ; rien de ce qui a été déposé n'est perdu.",
        ),
        errno.ENOENT: ("Look at the spelling.", "Vérifiez l'orthographe."),
        errno.ENOTDIR: ("A folder is expected there.", "Un dossier est attendu à cet endroit."),
        errno.EISDIR: ("A file is expected there.", "Un fichier est attendu à cet endroit."),
        errno.EXDEV: (
            "inbox, outbox, spool and archive must lie on one file system.",
            "inbox, outbox, spool et archive doivent être sur le même système de fichiers.",
        ),
    }
)
_REMEDIES_OF_LEDGER: "Mapping[str, tuple[str, str]]" = MappingProxyType(
    {
        "locked": (
            "Another process has been writing in it for long: wait until it is done, then try again.",
            "Un autre processus y écrit depuis longtemps : attendez qu'il ait fini, puis recommencez.",
        ),
        "readonly": (
            "Give this account the right to write in the gate's folder, or run as the gate's own account.",
            "Donnez à ce compte le droit d'écrire dans le dossier de la passerelle, ou utilisez le compte de celle-ci.",
        ),
        "unable to open": (
            "Give this account the right to read and write in the gate's folder.",
            "Donnez à ce compte le droit de lire et d'écrire dans le dossier de la passerelle.",
        ),
        "edigate migrate": (
            "Finish the move by calling edigate migrate again, or give it up: edigate migrate --give-up.",
            "Terminez le déplacement en relançant edigate migrate, ou renoncez-y : edigate migrate --give-up.",
        ),
        "full": (
            "The disk is full: make room, then start again; nothing that was deposited is lost.",
            "Le disque est plein : faites de la place, puis recommencez ; rien de ce qui a été déposé n'est perdu.",
        ),
        "malformed": (
            "ledger.sqlite is damaged: end the gate, copy its folder, and restore a backup: docs/backup.md.",
            "ledger.sqlite est abîmé : arrêtez la passerelle, copiez-le, restaurez une sauvegarde : docs/backup.md.",
        ),
        "not a database": (
            "ledger.sqlite is damaged, or is no ledger: keep a copy, and restore a backup: docs/backup.md.",
            "ledger.sqlite est abîmé, ou d'un autre genre : copiez-le et restaurez une sauvegarde : docs/backup.md.",
        ),
        "disk i/o error": (
            "The disk is full or does not answer as it should: make room, or see to it, then start again.",
            "Le disque est plein ou répond mal : faites de la place ou vérifiez son état, puis recommencez.",
        ),
    }
)
_FRENCH_REASONS: "Mapping[str, str]" = MappingProxyType(
    {
        "above": "il faut plus que {gt}",
        "least": "il faut au moins {ge}",
        "most": "il faut au plus {le}",
        "choice": "il faut {expected}",
        "application_code": 'écrivez six majuscules ou chiffres entre guillemets, par exemple "CPP001"',
        "file_mode": 'écrivez les droits en octal et entre guillemets, par exemple "0640"',
        "scanner_address": (
            "écrivez un chemin entier ou hôte:port entre guillemets, par exemple"
            ' "/run/clamav/clamd.ctl" ou "127.0.0.1:3310"'
        ),
        "web_address": (
            'écrivez une adresse qui commence par http:// ou https://, par exemple "https://example.org/hook"'
        ),
        "web_login": (
            "un compte et un mot de passe devant @ ne sont pas transmis ; retirez-les, ce qui est secret peut suivre"
            " le nom de la machine"
        ),
        "ledger_address": (
            'écrivez une adresse qui commence par postgresql://, par exemple "postgresql://edigate@db/edigate"'
        ),
        "storage_relative": (
            'écrivez un chemin entier ou une adresse entre guillemets, par exemple "/mnt/edigate"'
            ' ou "s3://seau/edigate"'
        ),
        "storage_unknown": "{protocol}:// n'est pas un stockage accessible d'ici ; s3:// en est un",
        "storage_extra": "{protocol}:// demande {needed}, qui n'est pas installé ici : pip install {needed}",
        "storage_login": (
            "les accès ne s'écrivent pas ici ; retirez ce qui précède @ et servez-vous de ~/.aws ou d'AWS_ACCESS_KEY_ID"
        ),
        "storage_nowhere": 'dites où dans le stockage, par exemple "s3://seau/edigate"',
        "siret": 'écrivez quatorze chiffres entre guillemets, par exemple "11000201100044"',
        "text": "il faut un texte, entre guillemets",
        "number": "il faut un nombre",
        "whole": "il faut un nombre entier",
        "truth": "il faut true ou false",
        "table": "il faut une table de réglages",
        "zone": 'écrivez le nom d\'un fuseau horaire, par exemple "Europe/Paris"',
    }
)


def word_the_frame() -> None:
    """Give typer's help its own words in French."""
    if language() == "fr":
        from typer import rich_utils  # noqa: PLC0415 - loaded only where there are words to change

        for name, text in _FRENCH_FRAME.items():
            setattr(rich_utils, name, text)


def tell(error: Exception) -> int | None:
    """Say what went wrong on standard error; returns the exit status, None for what nobody foresaw."""
    if isinstance(error, typer.Abort):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _close_quietly()
        return FAILED
    if isinstance(error, typer.TyperException):
        return _tell_misuse(error)
    failure = error if isinstance(error, Failure) else _foreseen(error)
    if failure is None:
        return None
    sys.stderr.write(f"edigate: {failure.message}\n")
    if failure.remedy:
        sys.stderr.write(f"{failure.remedy}\n")
    return failure.status


def _close_quietly() -> None:
    """Whoever read our output has gone: Python must not complain when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_misuse(error: Any) -> int:  # noqa: ANN401 - typer keeps the classes of its errors to itself
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{error.message}\n")
        return MISUSED
    sys.stderr.write(f"edigate: {_in_language(error.format_message())}\n")
    context = getattr(error, "ctx", None)
    if context is not None:
        sys.stderr.write(f"{t('See:', 'Voir :')} {context.command_path} --help\n")
    return int(error.exit_code)


def _in_language(message: str) -> str:
    message = _FORMATS.sub("is no day: write 2026-03-02, 02/03/2026 or 2026-03-02T14:30.", message)
    message = message.replace("Value error, ", "")
    if language() == "fr":
        for pattern, french in _FRENCH_USAGE.items():
            message = re.sub(pattern, french, message)
    return message


def _foreseen(error: Exception) -> Failure | None:
    if type(error).__name__ == "Unreachable":  # of ledger.archive, not imported for --help
        return _of_storage(error)
    if isinstance(error, OSError):
        return _of_system(error)
    cause = getattr(error, "orig", error)
    if isinstance(cause, sqlite3.Error):
        return _of_ledger(str(cause))
    if type(cause).__module__.startswith("psycopg"):
        return _of_server(cause)
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        return _of_scarcity()
    worded = _WORDED.get(type(error).__name__)
    return worded(error) if worded else None


def _of_system(error: OSError) -> Failure:
    place = os.fsdecode(error.filename) if error.filename else str(find_root() or "")
    code = errno.EACCES if error.errno == errno.EPERM else error.errno
    reason = error.strerror or str(error)
    remedy = _REMEDIES.get(code or 0)
    return Failure(f"{place}: {reason}" if place else reason, t(*remedy) if remedy else "")


def _of_storage(error: Exception) -> Failure:
    return Failure(
        t("What keeps the deposits does not answer: {error}.", "Ce qui garde les dépôts ne répond pas : {error}.",
          error=error),
        t("Mend the way to storage.url (mount, network, rights); nothing is lost, what needs it waits.",
          "Rétablissez l'accès à storage.url (montage, réseau, droits) ; rien n'est perdu, ce qui en dépend attend."),
    )  # fmt: skip


def _of_ledger(reason: str) -> Failure:
    remedy = next((words for key, words in _REMEDIES_OF_LEDGER.items() if key in reason.lower()), None)
    return Failure(
        t("The ledger cannot be used: {reason}.", "Le registre ne peut pas être utilisé : {reason}.", reason=reason),
        t(*remedy) if remedy else "",
    )


def _of_server(error: Any) -> Failure:  # noqa: ANN401 - psycopg.Error
    from edigate.cli.server_words import of_server  # noqa: PLC0415 - loaded only where there are words to say

    return of_server(error)


def _of_unfit(error: Any) -> Failure:  # noqa: ANN401 - ledger.database.LedgerUnfit
    from edigate.cli.server_words import of_unfit  # noqa: PLC0415 - as above

    return of_unfit(error)


def _of_lock(error: Any) -> Failure:  # noqa: ANN401 - engine.lock.Held, not imported for --help
    return Failure(
        t("{folder}: another gate holds this folder (process {holder}).",
          "{folder} : une autre passerelle occupe ce dossier (processus {holder}).",
          folder=error.folder, holder=error.holder),
        t("End it first, or use another folder.", "Arrêtez-la d'abord, ou utilisez un autre dossier."),
    )  # fmt: skip


def _of_restored(error: Any) -> Failure:  # noqa: ANN401 - engine.restored.Restored
    return Failure(
        t("{folder}: this gate was restored from a backup of {at}; it does nothing before somebody has decided what"
          " becomes of what it may have handed out since.",
          "{folder} : cette passerelle a été rendue d'une sauvegarde du {at} ; elle ne fait rien avant qu'on ait décidé"
          " du sort de ce qu'elle a pu remettre depuis.",
          folder=error.folder, at=error.made_at),
        t("Look with edigate restored show, then decide with edigate restored accept.",
          "Regardez avec edigate restored show, puis décidez avec edigate restored accept."),
    )  # fmt: skip


def _of_roles(_error: Any) -> Failure:  # noqa: ANN401 - engine.engines.AllRolesTogether
    return Failure(
        t("This gate's ledger lies in its folder: one process does everything, and has no use for --roles.",
          "Le registre de cette passerelle est dans son dossier : un seul processus fait tout, sans --roles."),
        t("Leave --roles out, or move the ledger to PostgreSQL first: docs/scaling.md.",
          "Retirez --roles, ou déplacez d'abord le registre vers PostgreSQL : docs/scaling.md."),
    )  # fmt: skip


def _of_outbox(error: Any) -> Failure:  # noqa: ANN401 - engine.delivering.NotShared
    return Failure(
        t("{folder} is not the outbox that this gate delivers to from elsewhere: what lies there tells what was"
          " handed out, so that there must be only one.",
          "{folder} n'est pas la boîte d'envoi où cette passerelle remet depuis d'autres machines : son contenu dit ce"
          " qui a été remis, il ne peut y en avoir qu'une.",
          folder=error.folder),
        t("Mount the shared folder there, or run without the role deliver: docs/scaling.md.",
          "Montez-y le dossier partagé, ou lancez sans le rôle deliver : docs/scaling.md."),
    )  # fmt: skip


def _of_taken_ledger(_error: Any) -> Failure:  # noqa: ANN401 - founding.LedgerTaken
    return Failure(
        t("The database in [ledger] url holds a ledger already. Nothing was changed.",
          "La base dans [ledger] url contient déjà un registre. Rien n'a été modifié."),
        t("Name an empty database; for one more machine of the same gate, copy its edigate.toml: docs/scaling.md.",
          "Nommez une base vide ; pour une machine de plus de la même passerelle, copiez son edigate.toml :"
          " docs/scaling.md."),
    )  # fmt: skip


def _of_lost_ledger(error: Any) -> Failure:  # noqa: ANN401 - app.LedgerLost
    if not error.embedded:
        return Failure(
            t("{folder}: the database in [ledger] url holds no ledger, while this gate has deposits or a ledger of its"
              " own. An empty one would begin every number anew and use names a second time: none was made.",
              "{folder} : la base dans [ledger] url ne contient aucun registre, alors que cette passerelle a des"
              " dépôts ou un registre à elle. Un registre vide reprendrait tous les numéros au début et donnerait des"
              " noms une seconde fois : rien n'a été créé.", folder=error.folder),
            t("Move the ledger there with edigate migrate, correct [ledger] url, or restore the database:"
              " docs/scaling.md.",
              "Déplacez-y le registre avec edigate migrate, corrigez [ledger] url, ou restaurez la base :"
              " docs/scaling.md."),
        )  # fmt: skip
    return Failure(
        t("{folder}: ledger.sqlite is missing, while archive/ holds deposits. An empty ledger in its place would begin"
          " every number anew and use names a second time: none was made.",
          "{folder} : ledger.sqlite manque, alors qu'archive/ contient des dépôts. Un registre vide à sa place"
          " reprendrait tous les numéros au début et donnerait des noms une seconde fois : rien n'a été créé.",
          folder=error.folder),
        t("Restore a backup: docs/backup.md. Where there is none, give up the past on purpose:"
          " edigate init --new-ledger {folder}",
          "Restaurez une sauvegarde : docs/backup.md. S'il n'y en a pas, renoncez au passé en connaissance de cause :"
          " edigate init --new-ledger {folder}", folder=shlex.quote(str(error.folder))),
    )  # fmt: skip


def _of_closed(error: Any) -> Failure:  # noqa: ANN401 - ledger.closing.Closed
    return Failure(
        t("This gate's ledger is on its way to {to}: it is closed until the move is finished.",
          "Le registre de cette passerelle est en route vers {to} : il est fermé jusqu'à la fin du déplacement.",
          to=error.to),
        t("Finish the move: edigate migrate --ledger {to}; or give it up: edigate migrate --give-up.",
          "Terminez le déplacement : edigate migrate --ledger {to} ; ou renoncez-y : edigate migrate --give-up.",
          to=error.to),
    )  # fmt: skip


def _of_settings(error: Any) -> Failure:  # noqa: ANN401 - config.BadSettings
    return Misuse(settings_in_words(error))


def settings_in_words(error: Any) -> str:  # noqa: ANN401 - config.BadSettings
    """Every mistake in the settings, in the language spoken."""
    if language() == "fr" and error.problems:
        return "\n".join(_problem_in_french(problem) for problem in error.problems)
    return str(error)


def _problem_in_french(problem: Any) -> str:  # noqa: ANN401 - config.Problem
    if problem.kind == "unreadable":
        return f"{problem.where} : ne peut pas être lu : {problem.reason}"
    if problem.kind == "unknown":
        like = f"vouliez-vous dire {problem.like} ?" if problem.like else "la liste est dans docs/reference/settings.md"
        return f"{problem.where} : {problem.key} n'est pas un réglage ; {like}"
    known = _FRENCH_REASONS.get(problem.kind)
    reason = known.format_map(problem.limits).replace(" or ", " ou ") if known else problem.reason
    return f"{problem.where} : {problem.key} = {problem.value!r} : {reason}"


def _of_scarcity() -> Failure:
    return Failure(
        t("The machine gives this process too little memory, or too few threads.",
          "La machine donne à ce processus trop peu de mémoire, ou trop peu de fils d'exécution."),
        t("Raise its limits (ulimit -a, the service's MemoryMax and TasksMax), then start again; nothing is lost.",
          "Relevez ses limites (ulimit -a, MemoryMax et TasksMax du service), puis recommencez ; rien n'est perdu."),
    )  # fmt: skip


def _of_processes(_error: Exception) -> Failure:
    return Failure(
        t("A worker process was ended from outside.", "Un processus de travail a été arrêté de l'extérieur."),
        t("The machine may be short of memory: free some, or give fewer files at once, then try again.",
          "La mémoire manque peut-être : libérez-en, ou donnez moins de fichiers à la fois, puis recommencez."),
    )  # fmt: skip


def _as_it_says(error: Exception) -> Failure:
    return Failure(str(error))


# By name: to import these classes takes half a second, which only who meets them has paid already.
_WORDED: "Mapping[str, Callable[[Any], Failure]]" = MappingProxyType(
    {
        "BadSettings": _of_settings,
        "Closed": _of_closed,
        "Held": _of_lock,
        "LedgerLost": _of_lost_ledger,
        "LedgerTaken": _of_taken_ledger,
        "LedgerUnfit": _of_unfit,
        "Restored": _of_restored,
        "NotShared": _of_outbox,
        "AllRolesTogether": _of_roles,
        "SchemaMissing": _as_it_says,
        "BadDirectory": _as_it_says,
        "CatalogueError": _as_it_says,
        "CannotStart": _as_it_says,
        "BrokenProcessPool": _of_processes,
    }
)
