"""The ledger as a file: there, of this version, sound, and its log not grown out of hand."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from edigate.app import is_ledger_lost
from edigate.health.findings import SHOWN, Finding
from edigate.ledger.database import HEAD, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.health.patient import Patient

MB = 1_000_000
LARGE_LOG = 64 * MB
_DEFECTS = 100
_DAMAGE = ("malformed", "not a database", "no such table", "no such column")


def ledger_file(patient: Patient) -> Iterator[Finding]:
    """The file opens, SQLite finds it whole, every row that another names is there."""
    path = patient.places.ledger
    shown = patient.below(path)
    if is_ledger_lost(patient.places, patient.archive):
        yield Finding("ledger.lost", shown)
        return
    if not path.exists():
        yield Finding("ledger.missing", shown)
        return
    try:
        with closing(_open(path)) as connection:
            yield from _revision(path, connection)
            yield from _soundness(connection, deep=patient.deep)
            yield from _references(connection)
    except sqlite3.DatabaseError as error:
        yield Finding("ledger.unreadable", shown, str(error))
        return
    yield from _log(patient, path.with_name(path.name + "-wal"))


def not_made(error: Exception) -> Finding:
    """Why a check was broken off: the reason alone, without the query that met it."""
    said = reason(error)
    return Finding("check.damaged" if any(sign in said for sign in _DAMAGE) else "check.failed", value=said)


def reason(error: Exception) -> str:
    """What SQLite said, or the system."""
    return str(getattr(error, "orig", None) or error)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)


def revision(path: Path) -> str:
    """Which version of edigate's tables the file holds; empty where it cannot be told."""
    try:
        with closing(_open(path)) as connection:
            return str(connection.execute("select version_num from alembic_version").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        return ""


def _revision(path: Path, connection: sqlite3.Connection) -> Iterator[Finding]:
    found = str(connection.execute("select version_num from alembic_version").fetchone()[0])
    if found < HEAD:
        yield Finding("ledger.old", value=found, mend=lambda: open_ledger(path).dispose())
    elif found > HEAD:
        yield Finding("ledger.new", value=found)


def _soundness(connection: sqlite3.Connection, *, deep: bool) -> Iterator[Finding]:
    check = "integrity_check" if deep else "quick_check"
    said = [str(row[0]) for row in connection.execute(f"pragma {check}({_DEFECTS})")]
    if said != ["ok"]:
        yield Finding("ledger.damaged", count=len(said), examples=tuple(said[:SHOWN]))


def _references(connection: sqlite3.Connection) -> Iterator[Finding]:
    """One finding for each table; SQLite does not hold the gate to them while it works."""
    counts = Counter((row[0], row[2]) for row in connection.execute("pragma foreign_key_check"))
    for (table, parent), count in sorted(counts.items()):
        yield Finding("ledger.references", f"{table} → {parent}", count=count)


def _log(patient: Patient, log: Path) -> Iterator[Finding]:
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        return
    if size > LARGE_LOG:
        mend = None if patient.opened is None else lambda: _checkpoint(patient.places.ledger)
        yield Finding("ledger.wal", patient.below(log), f"{size / MB:.0f}", mend=mend)


def _checkpoint(path: Path) -> None:
    """Work the log into the file and empty it. Raises OSError where a reader holds it."""
    with closing(_open(path)) as connection:
        busy, *_ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy:
        msg = f"{path.name}: another process reads the ledger"
        raise OSError(msg)
