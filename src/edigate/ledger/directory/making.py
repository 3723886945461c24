"""Making a new version: in a hidden file, from nothing or from the version in force, shown only when complete."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from edigate.ledger.archive import sync_folder
from edigate.ledger.directory.records import BadDirectory
from edigate.ledger.directory.snapshot import SCHEMA, read_only
from edigate.ledger.folders import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMS = ("service_form", "engagement_form", "form_hint")
ACCOUNTS = ("accounts",)
STRUCTURES = ("structure", "service", "unit", "shut", "fact")
TABLES = (*STRUCTURES, "supplier")
_FAST = "pragma journal_mode=off; pragma synchronous=off;"


@contextmanager
def new_version(folder: Path, version: str, base: Path | None = None) -> Iterator[sqlite3.Connection]:
    """An empty snapshot to fill, with `base` attached as `old`; it appears as `folder/<version>.sqlite` in the end.

    Whatever is raised meanwhile leaves nothing behind. Raises BadDirectory where the version is there, or being made.
    """
    make_folder(folder)
    temporary, final = folder / f".{version}.sqlite", folder / f"{version}.sqlite"
    _reserve(temporary, final)
    try:
        with closing(sqlite3.connect(temporary.absolute().as_uri(), uri=True)) as connection:
            connection.executescript(_FAST + SCHEMA)
            if base is not None:
                connection.execute("attach ? as old", (read_only(base),))
            yield connection
            connection.commit()
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _publish(temporary, final)


def _reserve(temporary: Path, final: Path) -> None:
    """Who makes the hidden file makes the version; looked at afterwards, what is published is never written over."""
    try:
        temporary.touch(exist_ok=False)
        if not final.exists():
            return
        temporary.unlink()
    except FileExistsError:
        pass
    raise BadDirectory(
        english=f"version {final.stem} of the directory is there already, or being made: start again",
        french=f"la version {final.stem} de l'annuaire existe déjà, ou est en cours de création : recommencez",
    )


def _publish(temporary: Path, final: Path) -> None:
    descriptor = os.open(temporary, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    temporary.rename(final)
    sync_folder(final.parent)  # before the ledger says that this version is in force


def copy(connection: sqlite3.Connection, *tables: str) -> None:
    """Take these tables over from `old` as they are; columns that it lacks have their defaults."""
    for table in tables:
        shared = ", ".join(sorted(_columns(connection, "main", table) & _columns(connection, "old", table)))
        if shared:
            connection.execute(f"insert into main.{table}({shared}) select {shared} from old.{table}")


def carry(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> None:
    """Take over what `old` says in these columns of the rows that both have."""
    if not set(columns) <= _columns(connection, "old", table):
        return
    key, listed = {"structure": "siret", "supplier": "identifier"}[table], ", ".join(columns)
    stated = " or ".join(f"{column} <> ''" for column in columns)
    connection.execute(
        f"update main.{table} set ({listed}) = (select {listed} from old.{table} o where o.{key} = main.{table}.{key}) "
        f"where {key} in (select {key} from old.{table} where {stated})"
    )


def state(connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
    """Write down what the version is made from."""
    connection.executemany("insert or replace into fact values (?, ?)", facts.items())


def counts(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """How many structures, services and suppliers the version holds."""
    structures, services, suppliers = (
        connection.execute(f"select count(*) from main.{table}").fetchone()[0]
        for table in ("structure", "service", "supplier")
    )
    return structures, services, suppliers


def _columns(connection: sqlite3.Connection, database: str, table: str) -> set[str]:
    """The columns of a table; none where it is not there."""
    return {row[1] for row in connection.execute(f"pragma {database}.table_info({table})")}
