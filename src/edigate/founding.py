"""Making a gate in a folder: its settings file, worded from the models that read it, its folders and its ledger."""

from __future__ import annotations

import json
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING

from edigate import config
from edigate.app import open_gate
from edigate.config import FILE, TABLES, keys_of
from edigate.domain.names import LIFE_CYCLE, PIVOT, UNNAMED_REPORT
from edigate.engine.gate import Places
from edigate.ledger import events, sequences
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate

_HEAD = """\
Settings of this gate. A key behind a # shows the default: take the # away to change it.
Every setting can also be given in the environment, where it wins: EDIGATE_INTAKE__QUIET_SECONDS=5.
All of them are explained in docs/reference/settings.md. A gate that runs reads them when it starts.
"""
_WIDTH = 118
NUMBERS_PER_SECOND = 1_000
"""More than any gate gives out: what a lost ledger gave is below the seconds since 1970 times this."""


class GateExists(Exception):
    """The folder holds a gate already; the message names its settings file, or its ledger."""


class LedgerTaken(Exception):
    """The database that the settings name holds a ledger already."""


def found(root: Path, code: str) -> Gate:
    """Make a gate with this application code; raises GateExists and LedgerTaken.

    Nothing is left of one that cannot be made whole.
    """
    root.mkdir(parents=True, exist_ok=True)
    settings = root / FILE
    try:
        file = settings.open("x", encoding="utf-8")
    except FileExistsError:
        raise GateExists(str(settings)) from None
    try:
        with file:
            file.write(settings_text(code))
        _refuse_if_there(root)
        gate = open_gate(root)
        for folder in (gate.places.inbox, gate.places.outbox):
            make_passable(folder)
    except BaseException:
        settings.unlink()
        raise
    return gate


def begin_anew(root: Path, code: str, actor: str) -> Gate:
    """Make a new ledger for a gate that has lost its own, and give up its past; the settings stay where there are any.

    Numbers begin past all that the lost ledger can have given out. Raises GateExists and LedgerTaken where
    there is a ledger.
    """
    places = Places(root)
    if places.ledger.exists() and places.ledger.stat().st_size:
        raise GateExists(str(places.ledger))
    root.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), (root / FILE).open("x", encoding="utf-8") as file:
        file.write(settings_text(code))
    _refuse_if_there(root)
    gate = open_gate(root, new_ledger=True)
    now = gate.clock()
    codes = {row.report for row in gate.interfaces.values() if row.report} | {PIVOT, LIFE_CYCLE, UNNAMED_REPORT}
    first = int(now.timestamp()) * NUMBERS_PER_SECOND
    with writing(gate.ledger) as connection:
        for key in (sequences.INVOICES, sequences.DELIVERIES, *sorted(f"flow-{name[3:7]}" for name in codes)):
            sequences.jump(connection, key, first)
        events.record(connection, "ledger.begun_anew", actor, gate.settings.gate.code, at=stamp(now), first=first)
    for folder in (gate.places.inbox, gate.places.outbox):
        make_passable(folder)
    return gate


def _refuse_if_there(root: Path) -> None:
    """A server's database that holds a ledger belongs to a gate: of this one nobody knows yet."""
    url = config.load(root).ledger.url
    if url:
        with suppress(FileNotFoundError):
            open_ledger(url, create=False).dispose()
            raise LedgerTaken


def make_passable(folder: Path) -> None:
    """Whatever the umask, partners get through to their own folders, which have permissions of their own."""
    if not folder.is_dir():
        folder.mkdir()
        folder.chmod(0o751)


def settings_text(code: str) -> str:
    """The settings file of a new gate: every table, every key with its meaning and its default."""
    tables = (_table(name, code) for name in TABLES)
    return "\n".join([*_comment(_HEAD), "", *("\n".join(table) for table in tables)])


def shown(default: object) -> str:
    """A default as TOML writes it."""
    return json.dumps(default, ensure_ascii=False)


def _table(name: str, code: str) -> Iterator[str]:
    yield from _comment(TABLES[name].__doc__ or "")
    yield f"[{name}]"
    for key in keys_of(name).values():
        yield from _comment(key.description)
        yield f"code = {shown(code)}" if (name, key.name) == ("gate", "code") else f"#{key.name} = {shown(key.default)}"
    yield ""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, _WIDTH)]
