"""Small facts about the gate itself, by key: versions of partners and directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from edigate.ledger.tables import notes

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

DIRECTORY_VERSION = "directory_version"
_READ = select(notes.c.value).where(notes.c.key == bindparam("of"))


def read(connection: Connection, key: str) -> str | None:
    """The value of a key."""
    return connection.execute(_READ, {"of": key}).scalar()


def under(connection: Connection, prefix: str) -> list[tuple[str, str]]:
    """The keys that begin with a prefix, with their values."""
    query = select(notes.c.key, notes.c.value).where(notes.c.key.startswith(prefix, autoescape=True))
    return [(row.key, row.value) for row in connection.execute(query)]


def write(connection: Connection, key: str, value: str) -> None:
    """Set the value of a key."""
    connection.execute(delete(notes).where(notes.c.key == key))
    connection.execute(insert(notes).values(key=key, value=value))


def forget(connection: Connection, keys: Collection[str]) -> None:
    """Take keys away."""
    connection.execute(delete(notes).where(notes.c.key.in_(keys)))
