"""What a ledger holds, table by table, as rows that both databases give alike in one order; and what proves them equal.

Rows come as a stream: neither side ever has more of them in memory than it reads ahead.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BigInteger, Boolean, Column, Table

from edigate.ledger import closing as shut
from edigate.ledger.journal import FIRST, link_body, link_hash
from edigate.ledger.tables import links, metadata, notes, sequences, weighed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Sequence

    import psycopg
    from sqlalchemy import Connection

    Row = Sequence[Any]
    Rows = Generator[tuple[Any, ...], None, None]

MOVED = "moved"
"""The note by which a ledger on PostgreSQL tells where it came from."""
STRIDE = 1_000
# Weighed spans are counted anew; PostgreSQL has sequences of its own.
TABLES: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table not in {weighed, sequences})
# What others said, which nothing proves: there, PostgreSQL has a mark in place of a zero byte, as in all that comes.
_HEARSAY = frozenset({"last_error", "hold_detail", "detail"})
_OWN = (shut.KEY, MOVED, "jobs_schema")
_ONLY = {notes.name: f"where key not in ({', '.join(repr(key) for key in _OWN)})"}
_ZERO = "\\u0000"


class ZeroByte(Exception):
    """A text holds a zero byte, which PostgreSQL keeps in no text; the message names its table and its key."""


class Digest:
    """Counts rows and hashes them, in their order."""

    def __init__(self, table: Table) -> None:
        """Of no row yet."""
        self.rows = 0
        self._table = table
        self._hash = hashlib.sha256()

    def add(self, row: Row) -> None:
        """One more. Raises ZeroByte."""
        line = _encode(row)
        if _ZERO in line and any(isinstance(value, str) and "\0" in value for value in row):
            msg = f"{self._table.name} {_key(self._table, row)}"
            raise ZeroByte(msg)
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        self.rows += 1

    def __eq__(self, other: object) -> bool:
        """Whether both saw the same rows in the same order."""
        return isinstance(other, Digest) and (self.rows, self.text) == (other.rows, other.text)

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """What was seen until now, as 64 digits."""
        return self._hash.hexdigest()


_encode = json.JSONEncoder(separators=(",", ":")).encode


def _key(table: Table, row: Row) -> str:
    return " ".join(str(row[place]) for place, column in enumerate(table.columns) if column.primary_key)


class Chains:
    """The audit log's chains, walked while the rows of `links` go by."""

    def __init__(self) -> None:
        """At their beginning."""
        self.ends: dict[str, tuple[int, str]] = {}
        self.broken: list[str] = []

    def add(self, row: Row) -> None:
        """The next link of its writer, which must follow on the one before and be what its hash says."""
        link = dict(zip((column.name for column in links.columns), row, strict=True))
        writer = link["writer"]
        number, previous = self.ends.get(writer, (0, FIRST))
        body = link_body(writer, link["number"], link["at"], link["digests"].split(" "))
        sound = (link["number"], link["previous"]) == (number + 1, previous)
        if not sound or link_hash(link["previous"], body) != link["hash"]:
            self.broken.append(f"{writer}:{link['number']}")
        self.ends[writer] = (link["number"], link["hash"])


def count(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: connection.exec_driver_sql(_query(table, "count(*)")).scalar_one() for table in TABLES}


def embedded_rows(connection: Connection, table: Table) -> Rows:
    """The rows of an embedded ledger, as PostgreSQL will have them."""
    session = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    others = [(place, change) for place, column in enumerate(table.columns) if (change := _change(column)) is not None]
    with closing(session.cursor()) as cursor:
        cursor.execute(f"{_query(table, _names(table))} {_order(table)}")
        while found := cursor.fetchmany(STRIDE):
            for row in found:
                yield _changed(row, others) if others else row


def _change(column: Column[Any]) -> Callable[[Any], Any] | None:
    """What values of a column are over there, if anything else."""
    if isinstance(column.type, Boolean):
        return bool
    return _marked if column.name in _HEARSAY else None


def _marked(said: str) -> str:
    return said.replace("\0", "\ufffd")


def _changed(row: Row, others: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for place, change in others:
        if values[place] is not None:
            values[place] = change(values[place])
    return tuple(values)


def pour(session: psycopg.Connection, table: Table, rows: Rows, told: Callable[[int], None]) -> Digest:
    """Put rows into a table of PostgreSQL. Raises ZeroByte, and what the driver raises."""
    from psycopg.types.string import StrDumper  # noqa: PLC0415 - of an extra, which whoever is to be told so lacks

    digest = Digest(table)
    statement = f'copy "{table.name}" ({_names(table)}) from stdin'
    with closing(rows), session.cursor() as cursor:
        cursor.adapters.register_dumper(str, StrDumper)  # a quick one: no zero byte comes so far
        with cursor.copy(statement.encode()) as copy:
            for row in rows:
                digest.add(row)
                copy.write_row(row)
                if digest.rows % STRIDE == 0:
                    told(digest.rows)
    return digest


def server_rows(session: psycopg.Connection, table: Table) -> Rows:
    """The rows that PostgreSQL has, in the same order."""
    statement = f"copy ({_query(table, _names(table))} {_order(table)}) to stdout"
    with session.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types([_type(column) for column in table.columns])
        yield from copy.rows()


def digest_of(table: Table, rows: Rows, told: Callable[[int], None], chains: Chains) -> Digest:
    """The digest of these rows; links are walked, too."""
    digest = Digest(table)
    with closing(rows):
        for row in rows:
            digest.add(row)
            if table is links:
                chains.add(row)
            if digest.rows % STRIDE == 0:
                told(digest.rows)
    return digest


def _query(table: Table, what: str) -> str:
    return f'select {what} from "{table.name}" {_ONLY.get(table.name, "")}'


def _order(table: Table) -> str:
    return f"order by {', '.join(_quoted(column) for column in table.primary_key)}"


def _names(table: Table) -> str:
    return ", ".join(_quoted(column) for column in table.columns)


def _quoted(column: Column[Any]) -> str:
    return f'"{column.name}"'


def _type(column: Column[Any]) -> str:
    if isinstance(column.type, Boolean):
        return "bool"
    return "int8" if isinstance(column.type, BigInteger) else "text"
