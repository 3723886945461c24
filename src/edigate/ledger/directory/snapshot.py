"""Reading a snapshot: look-ups by key in one SQLite file that never changes."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from edigate.domain.directory import Service, Structure, Supplier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# `unit` holds what a directory flow says of legal units, `shut` the structures that are inactive only because their
# unit is, `fact` what the version was made from.
SCHEMA = """
create table structure(siret text primary key, name text, active int, public int, engagement_required int,
    service_required int, engagement_or_service_required int, moa int, moa_only int, payment_status_fed_back int,
    service_form text not null default '', engagement_form text not null default '',
    form_hint text not null default '') without rowid;
create table service(siret text, code text, name text, active int, engagement_required int,
    primary key(siret, code)) without rowid;
create table supplier(identifier text primary key, name text, active int, accounts text not null default '')
    without rowid;
create table unit(siren text primary key, public int, active int not null default 1) without rowid;
create table shut(siret text primary key) without rowid;
create table fact(key text primary key, value text) without rowid;
"""
_ACCOUNTS = 3


def read_only(path: Path) -> str:
    """A snapshot's file as SQLite opens it: nobody writes to it any more."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


class Snapshot:
    """One version of the directory, open for reading by one process."""

    def __init__(self, path: Path) -> None:
        """Open the snapshot; raises sqlite3.OperationalError where there is none."""
        self.version = path.stem
        self._connection = sqlite3.connect(read_only(path), uri=True, check_same_thread=False)
        self.structure = lru_cache(maxsize=10_000)(self._structure)
        self.service = lru_cache(maxsize=10_000)(self._service)
        self.supplier = lru_cache(maxsize=10_000)(self._supplier)

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

    def _supplier(self, identifier: str) -> Supplier | None:
        """The supplier with this identifier; snapshots of before had no accounts."""
        row = self._connection.execute("select * from supplier where identifier = ?", (identifier,)).fetchone()
        if row is None:
            return None
        accounts = row[_ACCOUNTS].split() if len(row) > _ACCOUNTS else ()
        return Supplier(row[0], row[1], bool(row[2]), frozenset(accounts))

    def services_of(self, siret: str) -> tuple[Service, ...]:
        """All services of a structure, by code."""
        rows = self._connection.execute("select * from service where siret = ? order by code", (siret,))
        return tuple(Service(row[0], row[1], row[2], *map(bool, row[3:])) for row in rows)

    def structures(self) -> Iterator[Structure]:
        """All structures, by SIRET."""
        for row in self._connection.execute("select * from structure order by siret"):
            yield _structure(row)


def _structure(row: Sequence[Any]) -> Structure:
    flags: Sequence[Any] = [bool(value) for value in row[2:10]]
    return Structure(row[0], row[1], *flags, *row[10:])


def facts(path: Path) -> dict[str, str]:
    """What a version was made from: source, produced, kind, base; nothing is known of snapshots of before."""
    connection = sqlite3.connect(read_only(path), uri=True)
    try:
        if not connection.execute("select 1 from sqlite_master where name = 'fact'").fetchone():
            return {}
        return dict(connection.execute("select key, value from fact"))
    finally:
        connection.close()
