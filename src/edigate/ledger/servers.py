"""Partners' SFTP servers as the ledger keeps them; a running gate looks at them each round."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from edigate.domain.servers import Server
from edigate.ledger.events import record
from edigate.ledger.tables import servers

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ALL = select(servers).order_by(servers.c.partner)


def load(connection: Connection) -> dict[str, Server]:
    """The servers, by the code of their partner."""
    return {row["partner"]: Server(**row) for row in connection.execute(_ALL).mappings()}


def save(connection: Connection, server: Server, *, actor: str, at: str) -> None:
    """Write a partner's new or changed server, and the change into the event log."""
    _forget(connection, server.partner)
    connection.execute(insert(servers), [asdict(server)])
    record(connection, "server.changed", actor, server.partner, at=at, **asdict(server))


def remove(connection: Connection, partner: str, *, actor: str, at: str) -> None:
    """Let the partner use the gate's own folders again."""
    _forget(connection, partner)
    record(connection, "server.removed", actor, partner, at=at)


def _forget(connection: Connection, partner: str) -> None:
    connection.execute(delete(servers).where(servers.c.partner == partner))
