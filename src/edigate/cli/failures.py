"""Errors that are foreseen, in words: what is wrong, where, what to do, and the exit status it makes."""

from __future__ import annotations

import errno
import sqlite3
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

from edigate.cli.common import Failure
from edigate.cli.messages import language, t

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
_FRENCH_FRAME: Mapping[str, str] = MappingProxyType(
    {
        "DEFAULT_STRING": "[défaut : {}]",
        "ENVVAR_STRING": "[variable : {}]",
        "REQUIRED_LONG_STRING": "[obligatoire]",
        "COMMANDS_PANEL_TITLE": "Commandes",
        "ERRORS_PANEL_TITLE": "Erreur",
    }
)


def word_the_frame() -> None:
    """Give typer's own words for help in French."""
    if language() == "fr":
        from typer import rich_utils  # noqa: PLC0415 - only needed to be told French words

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
    _say(failure)
    return failure.status


def _say(failure: Failure) -> None:
    sys.stderr.write(f"edigate: {failure.message}\n")
    if failure.remedy:
        sys.stderr.write(f"{failure.remedy}\n")


def _close_quietly() -> None:
    """Whoever read our output has gone: nothing is left to say."""
    import os  # noqa: PLC0415 - only here

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_misuse(error: Any) -> int:  # noqa: ANN401 - typer keeps the classes of its errors to itself
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{error.message}\n")
        return MISUSED
    sys.stderr.write(f"edigate: {error.format_message()}\n")
    context = getattr(error, "ctx", None)
    if context is not None:
        sys.stderr.write(f"{t('See', 'Voir')}: {context.command_path} --help\n")
    return int(error.exit_code)


def _foreseen(error: Exception) -> Failure | None:
    if isinstance(error, OSError):
        return _of_system(error)
    name = type(error).__name__
    if name in {"BadSettings", "Held", "SchemaMissing", "BadDirectory", "CatalogueError", "CannotStart"}:
        return Failure(str(error))
    if isinstance(getattr(error, "orig", error), sqlite3.Error):
        return _of_ledger(str(getattr(error, "orig", error)))
    return None


def _of_system(error: OSError) -> Failure:
    return Failure(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))


def _of_ledger(reason: str) -> Failure:
    return Failure(
        t("The ledger cannot be used: {reason}.", "Le registre ne peut pas être utilisé : {reason}.", reason=reason)
    )


_ = errno
