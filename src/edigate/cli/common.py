"""What every command shares: the gate's folder, the two streams, JSON, and the errors that are foreseen."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from edigate.cli.messages import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.table import Table

    from edigate.engine.gate import Gate

SETTINGS_FILE = "edigate.toml"
WIDTH_IN_A_PIPE = 160
_chosen: ContextVar[Path | None] = ContextVar("gate", default=None)
_alone: ContextVar[bool] = ContextVar("alone", default=False)


class Failure(Exception):
    """What the user asked for cannot be done: what is wrong, and what to do about it."""

    status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        """Both in the language spoken; they are shown on standard error."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Misuse(Failure):
    """The command line itself is wrong."""

    status = 2


def own_the_process() -> None:
    """Say that the process lives for one command; no cycles are looked for until what it needs is loaded."""
    _alone.set(True)
    gc.disable()


def settle_what_is_loaded() -> None:
    """Leave what is loaded to the end of the process, which then need not take it apart: a tenth of a short command."""
    if _alone.get():
        gc.freeze()
        gc.enable()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Load something: Ctrl-C, which a library may lose meanwhile, waits; KeyboardInterrupt is raised at the end."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def choose_gate(folder: Path | None) -> None:
    """Remember what `--gate` says; None lets `root` look for a gate."""
    _chosen.set(folder)


def find_root() -> Path | None:
    """The gate's folder: the one that `--gate` names, else the nearest from here upwards that holds an edigate.toml."""
    if chosen := _chosen.get():
        return chosen
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / SETTINGS_FILE).is_file()), None)


def root() -> Path:
    """The gate's folder; raises Failure where there is no gate."""
    found = find_root()
    if found is None:
        raise Failure(
            t("There is no gate here: neither {here} nor a folder above it holds an {file}.",
              "Il n'y a pas de passerelle ici : ni {here} ni un dossier au-dessus ne contient de {file}.",
              here=Path.cwd(), file=SETTINGS_FILE),
            t("Go to a gate's folder, name it with --gate DIR, or make one with: edigate init DIR",
              "Allez dans son dossier, nommez-le avec --gate DOSSIER, ou créez une passerelle : edigate init DOSSIER"),
        )  # fmt: skip
    if not (found / SETTINGS_FILE).is_file():
        raise Failure(
            t("There is no gate in {folder}: it holds no {file}.",
              "Il n'y a pas de passerelle dans {folder} : il ne contient pas de {file}.",
              folder=found, file=SETTINGS_FILE),
            t("Name another folder, or make a gate there with: edigate init {folder}",
              "Nommez un autre dossier, ou créez-y une passerelle : edigate init {folder}", folder=found),
        )  # fmt: skip
    return found


def open_here() -> Gate:
    """The gate in the folder that `root` finds, put together."""
    from edigate.app import open_gate  # noqa: PLC0415 - half a second that --help does not pay

    settle_what_is_loaded()
    return open_gate(root())


def actor() -> str:
    """Who is at the keyboard, for the event log."""
    import getpass  # noqa: PLC0415 - only commands that write need it

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def from_here(path: Path) -> Path:
    """A path as a person in this folder would type it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def program() -> str:
    """How this command was called, for commands to try next."""
    import shutil  # noqa: PLC0415 - only where commands are shown

    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m edigate"
    return called.name if shutil.which(called.name) else str(from_here(called))


def out() -> Console:
    """Where results go: standard output."""
    return _console(sys.stdout)


def err() -> Console:
    """Where messages go: standard error."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    """Colours only on a terminal; in a pipe lines are not folded at 80 columns unless COLUMNS says so."""
    from rich.console import Console  # noqa: PLC0415 - see open_here

    wide = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH_IN_A_PIPE
    return Console(file=stream, width=wide, highlight=False, soft_wrap=False, emoji=False)


def table(*columns: str, title: str = "") -> Table:
    """An empty table with these headings, folded rather than cut where the terminal is narrow."""
    from rich import box  # noqa: PLC0415 - see open_here
    from rich.table import Table  # noqa: PLC0415

    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def print_json(value: object) -> None:
    """JSON alone on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
