"""How two versions of the directory differ, compared by SQLite with both attached."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from edigate.ledger.directory.making import FORMS
from edigate.ledger.directory.snapshot import SCHEMA, read_only

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Kind(StrEnum):
    """What changed about a structure, one of its services, or the record of a supplier."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    CLOSED = "closed"
    REOPENED = "reopened"
    NO_LONGER_PUBLIC = "no_longer_public"
    PUBLIC = "public"
    ENGAGEMENT_REQUIRED = "engagement_required"
    ENGAGEMENT_OPTIONAL = "engagement_optional"
    SERVICE_REQUIRED = "service_required"
    SERVICE_OPTIONAL = "service_optional"
    EITHER_REQUIRED = "either_required"
    EITHER_OPTIONAL = "either_optional"
    MOA_ONLY = "moa_only"
    NO_LONGER_MOA_ONLY = "no_longer_moa_only"
    SERVICE_FORM = "service_form"
    ENGAGEMENT_FORM = "engagement_form"
    FORM_HINT = "form_hint"
    SERVICE_ADDED = "service_added"
    SERVICE_REMOVED = "service_removed"
    SERVICE_CLOSED = "service_closed"
    SERVICE_REOPENED = "service_reopened"
    SERVICE_ENGAGEMENT_REQUIRED = "service_engagement_required"
    SERVICE_ENGAGEMENT_OPTIONAL = "service_engagement_optional"
    SUPPLIER_APPEARED = "supplier_appeared"
    SUPPLIER_VANISHED = "supplier_vanished"
    SUPPLIER_CLOSED = "supplier_closed"
    SUPPLIER_REOPENED = "supplier_reopened"
    SUPPLIER_ACCOUNTS = "supplier_accounts"


STRICTER = frozenset(
    {
        Kind.VANISHED, Kind.CLOSED, Kind.NO_LONGER_PUBLIC, Kind.ENGAGEMENT_REQUIRED, Kind.SERVICE_REQUIRED,
        Kind.EITHER_REQUIRED, Kind.MOA_ONLY, Kind.SERVICE_FORM, Kind.ENGAGEMENT_FORM, Kind.SERVICE_REMOVED,
        Kind.SERVICE_CLOSED, Kind.SERVICE_ENGAGEMENT_REQUIRED, Kind.SUPPLIER_VANISHED, Kind.SUPPLIER_CLOSED,
        Kind.SUPPLIER_ACCOUNTS,
    }
)  # fmt: skip
"""The changes by which invoices may be refused that were taken before."""

OF_SUPPLIERS = frozenset(
    {
        Kind.SUPPLIER_APPEARED, Kind.SUPPLIER_VANISHED, Kind.SUPPLIER_CLOSED, Kind.SUPPLIER_REOPENED,
        Kind.SUPPLIER_ACCOUNTS,
    }
)  # fmt: skip
"""The changes of suppliers' records; all others are of structures and services."""

NEW = frozenset({Kind.APPEARED, Kind.SUPPLIER_APPEARED})
"""What is new, of which a whole directory brings hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one structure, or of the supplier whose identifier `siret` then is.

    `service` is a code where it is about one; `before` and `after` are forms, or accounts with blanks between them.
    """

    kind: Kind
    siret: str
    name: str
    service: str = ""
    before: str = ""
    after: str = ""


class _Flag(NamedTuple):
    """A column, and what it means when it came to be set or to be empty."""

    column: str
    now_set: Kind
    now_empty: Kind


_FLAGS = (
    _Flag("active", Kind.REOPENED, Kind.CLOSED),
    _Flag("public", Kind.PUBLIC, Kind.NO_LONGER_PUBLIC),
    _Flag("engagement_required", Kind.ENGAGEMENT_REQUIRED, Kind.ENGAGEMENT_OPTIONAL),
    _Flag("service_required", Kind.SERVICE_REQUIRED, Kind.SERVICE_OPTIONAL),
    _Flag("engagement_or_service_required", Kind.EITHER_REQUIRED, Kind.EITHER_OPTIONAL),
    _Flag("moa_only", Kind.MOA_ONLY, Kind.NO_LONGER_MOA_ONLY),
)
_SERVICE_FLAGS = (
    _Flag("active", Kind.SERVICE_REOPENED, Kind.SERVICE_CLOSED),
    _Flag("engagement_required", Kind.SERVICE_ENGAGEMENT_REQUIRED, Kind.SERVICE_ENGAGEMENT_OPTIONAL),
)
_SUPPLIER_FLAGS = (_Flag("active", Kind.SUPPLIER_REOPENED, Kind.SUPPLIER_CLOSED),)
_FORM_KINDS = dict(zip(FORMS, (Kind.SERVICE_FORM, Kind.ENGAGEMENT_FORM, Kind.FORM_HINT), strict=True))


def changes(before: Path, after: Path) -> Iterator[Change]:
    """Everything that differs between two snapshots, as a stream: structures by SIRET, then services, then suppliers.

    Services of a structure that appeared or vanished are not told one by one.
    """
    with closing(sqlite3.connect(read_only(after), uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("attach ? as old", (read_only(before),))
        for table in ("structure", "supplier"):
            _make_alike(connection, table)
        yield from _comings_and_goings(connection, "structure", "siret", (Kind.VANISHED, Kind.APPEARED))
        yield from _changed_structures(connection)
        yield from _changed_services(connection)
        kinds = (Kind.SUPPLIER_VANISHED, Kind.SUPPLIER_APPEARED)
        yield from _comings_and_goings(connection, "supplier", "identifier", kinds)
        yield from _changed_suppliers(connection)


def _make_alike(connection: sqlite3.Connection, table: str) -> None:
    """Views `a_<table>` (before) and `b_<table>` (after) with all columns, whatever a snapshot of before lacks."""
    wanted = sqlite3.connect(":memory:")
    with closing(wanted):
        wanted.executescript(SCHEMA)
        columns = [row[1] for row in wanted.execute(f"pragma table_info({table})")]
    for side, database in (("a", "old"), ("b", "main")):
        there = {row[1] for row in connection.execute(f"pragma {database}.table_info({table})")}
        listed = ", ".join(column if column in there else f"'' as {column}" for column in columns)
        connection.execute(f"create temp view {side}_{table} as select {listed} from {database}.{table}")


def _comings_and_goings(
    connection: sqlite3.Connection, table: str, key: str, kinds: tuple[Kind, Kind]
) -> Iterator[Change]:
    for kind, one, other in zip(kinds, "ab", "ba", strict=True):
        query = f"select {key}, name from {one}_{table} where {key} not in (select {key} from {other}_{table})"
        for row in connection.execute(f"{query} order by {key}"):
            yield Change(kind, row[key], row["name"])


def _changed_structures(connection: sqlite3.Connection) -> Iterator[Change]:
    columns = (*(flag.column for flag in _FLAGS), *FORMS)
    query = f"select b.siret, b.name, {_both(columns)} from a_structure a join b_structure b using(siret)"
    for row in connection.execute(f"{query} where {_differ(columns)} order by b.siret"):
        for kind in _turned(row, _FLAGS):
            yield Change(kind, row["siret"], row["name"])
        for column, kind in _FORM_KINDS.items():
            if row[f"a_{column}"] != row[f"b_{column}"]:
                yield Change(kind, row["siret"], row["name"], before=row[f"a_{column}"], after=row[f"b_{column}"])


def _changed_services(connection: sqlite3.Connection) -> Iterator[Change]:
    for kind, one, other in ((Kind.SERVICE_REMOVED, "old", "main"), (Kind.SERVICE_ADDED, "main", "old")):
        query = (
            f"select o.siret, b.name, o.code from {one}.service o join a_structure a using(siret) "
            f"join b_structure b using(siret) left join {other}.service n using(siret, code) where n.siret is null"
        )
        for row in connection.execute(f"{query} order by o.siret, o.code"):
            yield Change(kind, row["siret"], row["name"], row["code"])
    columns = tuple(flag.column for flag in _SERVICE_FLAGS)
    query = (
        f"select b.siret, s.name, b.code, {_both(columns)} from old.service a join main.service b using(siret, code) "
        f"left join b_structure s on s.siret = b.siret where {_differ(columns)} order by b.siret, b.code"
    )
    for row in connection.execute(query):
        for kind in _turned(row, _SERVICE_FLAGS):
            yield Change(kind, row["siret"], row["name"] or "", row["code"])


def _changed_suppliers(connection: sqlite3.Connection) -> Iterator[Change]:
    columns = ("active", "accounts")
    query = f"select b.identifier, b.name, {_both(columns)} from a_supplier a join b_supplier b using(identifier)"
    for row in connection.execute(f"{query} where {_differ(columns)} order by b.identifier"):
        for kind in _turned(row, _SUPPLIER_FLAGS):
            yield Change(kind, row["identifier"], row["name"])
        before, after = row["a_accounts"], row["b_accounts"]
        if set(before.split()) != set(after.split()):
            yield Change(Kind.SUPPLIER_ACCOUNTS, row["identifier"], row["name"], before=before, after=after)


def _both(columns: Sequence[str]) -> str:
    return ", ".join(f"{side}.{column} as {side}_{column}" for column in columns for side in "ab")


def _differ(columns: Sequence[str]) -> str:
    return " or ".join(f"a.{column} <> b.{column}" for column in columns)


def _turned(row: sqlite3.Row, flags: Sequence[_Flag]) -> Iterator[Kind]:
    for flag in flags:
        before, after = bool(row[f"a_{flag.column}"]), bool(row[f"b_{flag.column}"])
        if before != after:
            yield flag.now_set if after else flag.now_empty
