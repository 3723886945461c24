"""Small facts about the gate itself, by key: versions of partners and directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from edigate.ledger.tables import notes

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIRECTORY_VERSION = "directory_version"


def read(connection: Connection, key: str) -> str | None:
    """The value of a key."""
    return connection.execute(select(notes.c.value).where(notes.c.key == key)).scalar()


def write(connection: Connection, key: str, value: str) -> None:
    """Set the value of a key."""
    connection.execute(delete(notes).where(notes.c.key == key))
    connection.execute(insert(notes).values(key=key, value=value))


def bump(connection: Connection, key: str) -> None:
    """Count a key up by one."""
    write(connection, key, str(int(read(connection, key) or "0") + 1))
