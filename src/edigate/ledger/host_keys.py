"""The host keys that servers may show, by `host:port`: accepted, replaced with an overlap, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, or_, select, update

from edigate.domain.servers import HostKey
from edigate.ledger.events import record
from edigate.ledger.tables import host_keys

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping


class Pin(NamedTuple):
    """A host key that somebody accepted; it counts until `ends_at`, or until it is removed."""

    server: str
    key: HostKey
    accepted_at: str
    accepted_by: str
    ends_at: str | None


def counting(connection: Connection, server: str, at: str) -> list[HostKey]:
    """The keys of a server that count at this time, the newest first."""
    alive = or_(host_keys.c.ends_at.is_(None), host_keys.c.ends_at > at)
    query = select(host_keys).where(host_keys.c.server == server, alive).order_by(host_keys.c.id.desc())
    return [_pin(row).key for row in connection.execute(query).mappings()]


def pins(connection: Connection, server: str | None = None) -> list[Pin]:
    """Every pin of a server, or of all of them, those too whose time is over; in the order they were accepted."""
    query = select(host_keys).order_by(host_keys.c.server, host_keys.c.id)
    query = query if server is None else query.where(host_keys.c.server == server)
    return [_pin(row) for row in connection.execute(query).mappings()]


def accept(connection: Connection, server: str, key: HostKey, *, actor: str, at: str) -> None:
    """Let a server show this key too, from now on and without an end."""
    _put(connection, server, key, actor=actor, at=at)
    record(connection, "hostkey.accepted", actor, server, at=at, kind=key.kind, fingerprint=key.fingerprint)


def rotate(connection: Connection, server: str, key: HostKey, *, ends_at: str, actor: str, at: str) -> None:
    """Let this key count at once, and those that count now until `ends_at` only, where they do not end before."""
    before = [old for old in counting(connection, server, at) if old != key]
    later = or_(host_keys.c.ends_at.is_(None), host_keys.c.ends_at > ends_at)
    connection.execute(update(host_keys).where(host_keys.c.server == server, later).values(ends_at=ends_at))
    _put(connection, server, key, actor=actor, at=at)
    record(
        connection, "hostkey.rotated", actor, server, at=at, kind=key.kind, fingerprint=key.fingerprint,
        before=[old.fingerprint for old in before], ends_at=ends_at,
    )  # fmt: skip


def remove(connection: Connection, server: str, key: HostKey, *, actor: str, at: str) -> None:
    """Refuse a server that shows this key from now on."""
    _drop(connection, server, key)
    record(connection, "hostkey.removed", actor, server, at=at, kind=key.kind, fingerprint=key.fingerprint)


def _put(connection: Connection, server: str, key: HostKey, *, actor: str, at: str) -> None:
    _drop(connection, server, key)
    row = {"server": server, "kind": key.kind, "key": key.key, "accepted_at": at, "accepted_by": actor}
    connection.execute(insert(host_keys), [row])


def _drop(connection: Connection, server: str, key: HostKey) -> None:
    of_it = (host_keys.c.server == server, host_keys.c.kind == key.kind, host_keys.c.key == key.key)
    connection.execute(delete(host_keys).where(*of_it))


def _pin(row: RowMapping) -> Pin:
    return Pin(row["server"], HostKey(row["kind"], row["key"]), row["accepted_at"], row["accepted_by"], row["ends_at"])
