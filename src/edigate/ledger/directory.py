"""Directory snapshots: one read-only SQLite file a version, imported from CSV as a stream."""

from __future__ import annotations

import csv
import os
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

from edigate.domain.directory import Service, Structure, Supplier
from edigate.domain.identifiers import is_siret
from edigate.ledger.archive import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COLUMNS = (
    "kind", "siret", "name", "active", "public", "engagement_required", "service_required",
    "engagement_or_service_required", "moa", "moa_only", "payment_status_fed_back", "service_code", "service_name",
    "service_form", "engagement_form", "form_hint",
)  # fmt: skip
REQUIRED = ("kind", "siret")
_FLAGS = COLUMNS[3:11]
_DEFAULTS = {"active": True, "public": True, "payment_status_fed_back": True}
_WORDS = {"true": True, "1": True, "oui": True, "yes": True, "false": False, "0": False, "non": False, "no": False}
_SCHEMA = """
create table structure(siret text primary key, name text, active int, public int, engagement_required int,
    service_required int, engagement_or_service_required int, moa int, moa_only int, payment_status_fed_back int,
    service_form text, engagement_form text, form_hint text)
    without rowid;
create table service(siret text, code text, name text, active int, engagement_required int,
    primary key(siret, code)) without rowid;
create table supplier(identifier text primary key, name text, active int) without rowid;
"""


class BadDirectory(ValueError):
    """The file is no directory; the message names line, column and value."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import read."""

    version: str
    structures: int
    services: int
    suppliers: int


class Snapshot:
    """One version of the directory, open for reading by one process."""

    def __init__(self, path: Path) -> None:
        """Open the snapshot; raises sqlite3.OperationalError where there is none."""
        self.version = path.stem
        self._connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.structure = lru_cache(maxsize=10_000)(self._structure)
        self.service = lru_cache(maxsize=10_000)(self._service)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _structure(self, siret: str) -> Structure | None:
        """The structure with this SIRET."""
        row = self._connection.execute("select * from structure where siret = ?", (siret,)).fetchone()
        return _structure(row) if row else None

    def _service(self, siret: str, code: str) -> Service | None:
        """The service with this code of that structure."""
        row = self._connection.execute("select * from service where siret = ? and code = ?", (siret, code)).fetchone()
        return Service(row[0], row[1], row[2], *map(bool, row[3:])) if row else None

    def supplier(self, identifier: str) -> Supplier | None:
        """The supplier with this identifier."""
        query = "select identifier, name, active from supplier where identifier = ?"
        row = self._connection.execute(query, (identifier,)).fetchone()
        return Supplier(row[0], row[1], bool(row[2])) if row else None

    def services_of(self, siret: str) -> tuple[Service, ...]:
        """All services of a structure, by code."""
        rows = self._connection.execute("select * from service where siret = ? order by code", (siret,))
        return tuple(Service(row[0], row[1], row[2], *map(bool, row[3:])) for row in rows)

    def structures(self) -> Iterator[Structure]:
        """All structures, by SIRET."""
        for row in self._connection.execute("select * from structure order by siret"):
            yield _structure(row)


def _structure(row: Sequence[Any]) -> Structure:
    return Structure(row[0], row[1], *map(bool, row[2:10]), *row[10:])


def import_csv(source: TextIO, folder: Path, version: str) -> Imported:
    """Read a whole CSV directory into a new snapshot `folder/<version>.sqlite`, which appears only when complete.

    Raises BadDirectory for the first row that cannot be read; then nothing is left behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{version}-{os.getpid()}.sqlite"
    temporary.unlink(missing_ok=True)
    connection = sqlite3.connect(temporary)
    try:
        connection.executescript("pragma journal_mode=off; pragma synchronous=off;" + _SCHEMA)
        counts = _fill(connection, source)
        connection.commit()
    except BaseException:
        connection.close()
        temporary.unlink(missing_ok=True)
        raise
    connection.close()
    _publish(temporary, folder / f"{version}.sqlite")
    return Imported(version, **counts)


def _publish(temporary: Path, final: Path) -> None:
    descriptor = os.open(temporary, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    temporary.rename(final)
    sync_folder(final.parent)  # before the ledger says that this version is in force


def _fill(connection: sqlite3.Connection, source: TextIO) -> dict[str, int]:
    reader = csv.DictReader(source)
    unknown = set(reader.fieldnames or ()) - set(COLUMNS)
    missing = set(REQUIRED) - set(reader.fieldnames or ())
    if unknown or missing:
        what = f"unknown columns {sorted(unknown)}" if unknown else f"missing columns {sorted(missing)}"
        msg = f"line 1: {what}; a directory has the columns {', '.join(COLUMNS)}"
        raise BadDirectory(msg)
    counts = {"structures": 0, "services": 0, "suppliers": 0}
    for number, row in enumerate(reader, start=2):
        kind = (row["kind"] or "").strip()
        writer = _WRITERS.get(kind)
        if writer is None:
            msg = f"line {number}: kind {kind!r} is not one of {', '.join(_WRITERS)}"
            raise BadDirectory(msg)
        try:
            writer(connection, row, number)
        except sqlite3.IntegrityError:
            msg = f"line {number}: {kind} {row['siret']} {row.get('service_code') or ''} stands twice".replace(
                "  ", " "
            )
            raise BadDirectory(msg) from None
        counts[f"{kind}s"] += 1
    return counts


def _text(row: dict[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _flag(row: dict[str, str], column: str, number: int) -> bool:
    word = _text(row, column).lower()
    if not word:
        return _DEFAULTS.get(column, False)
    if word not in _WORDS:
        msg = f"line {number}, column {column}: {word!r} is neither true nor false"
        raise BadDirectory(msg)
    return _WORDS[word]


def _siret(row: dict[str, str], number: int) -> str:
    siret = _text(row, "siret").replace(" ", "")
    if not is_siret(siret):
        msg = f"line {number}, column siret: {siret!r} is not a SIRET, which has 14 digits"
        raise BadDirectory(msg)
    return siret


def _write_structure(connection: sqlite3.Connection, row: dict[str, str], number: int) -> None:
    flags = [_flag(row, column, number) for column in _FLAGS]
    forms = (_text(row, column) for column in COLUMNS[13:])
    values = (_siret(row, number), _text(row, "name"), *flags, *forms)
    connection.execute("insert into structure values (?,?,?,?,?,?,?,?,?,?,?,?,?)", values)


def _write_service(connection: sqlite3.Connection, row: dict[str, str], number: int) -> None:
    code = _text(row, "service_code")
    if not code:
        msg = f"line {number}: a service without service_code"
        raise BadDirectory(msg)
    flags = (_flag(row, "active", number), _flag(row, "engagement_required", number))
    values = (_siret(row, number), code, _text(row, "service_name") or _text(row, "name"), *flags)
    connection.execute("insert into service values (?,?,?,?,?)", values)


def _write_supplier(connection: sqlite3.Connection, row: dict[str, str], number: int) -> None:
    values = (_text(row, "siret"), _text(row, "name"), _flag(row, "active", number))
    connection.execute("insert into supplier values (?,?,?)", values)


_WRITERS = {"structure": _write_structure, "service": _write_service, "supplier": _write_supplier}
