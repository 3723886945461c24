"""A sandbox gate whose partners have SFTP servers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from edigate.app import open_gate
from edigate.config import FILE
from edigate.domain.servers import HostKey, Server
from edigate.engine import deposits
from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.gate import Places
from edigate.engine.handover import place
from edigate.ledger import host_keys, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.fill import install
from edigate.sandbox.flows import flow_name
from tests.ledgers import lay_ledger
from tests.unit.engine.steps import a_pool

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate
    from tests.openssh import Sshd

SETTINGS = """
[intake]
quiet_seconds = 0.1
rescan_seconds = 0.5
[engine]
workers = 1
disk_free_bytes = 0
[outbox]
retry_seconds = 0.2
tries = 3
[sftp]
poll_seconds = 0.3
connect_seconds = 30
silence_seconds = 30
"""


def a_gate(root: Path) -> Gate:
    """A sandbox gate in this folder."""
    root.mkdir(exist_ok=True)
    (root / FILE).write_text(SETTINGS, encoding="utf-8")
    lay_ledger(Places(root).ledger)
    gate = open_gate(root)
    install(gate, actor="test")
    places = gate.places
    for folder in (places.inbox, places.outbox, places.spool, places.work, places.archive):
        folder.mkdir(parents=True, exist_ok=True)
    return gate


def serve(gate: Gate, sshd: Sshd, partner: str, *, port: int = 0, fetch_from: str = "", put_into: str = "") -> Server:
    """Let the gate know a partner's server, its host keys accepted; `port` may be that of a cable that leads to it."""
    server = Server(partner, sshd.host, port or sshd.port, sshd.user, fetch_from, put_into, key_file=str(sshd.key_file))
    now = stamp(gate.clock())
    with writing(gate.ledger) as connection:
        servers.save(connection, server, actor="test", at=now)
        for line in sshd.host_public_keys:
            host_keys.accept(connection, server.address, HostKey(*line.split()), actor="test", at=now)
    for folder in filter(None, (fetch_from, put_into)):
        (sshd.root / folder).mkdir(exist_ok=True)
    return server


def placed(gate: Gate, count: int) -> dict[str, bytes]:
    """Placed deliveries of this many sound flows: what is to come to each name."""
    for number in range(1, count + 1):
        folder = gate.places.spool / "JMRPOR" / f"{number:028x}"
        folder.mkdir(parents=True)
        (folder / flow_name("FSO1106A", "JMRPOR", number)).write_bytes(cii(Draft(f"RS-{number}")))
    deposits.book(gate)
    pool = a_pool(gate)
    try:
        _, pivots = settle(gate, list(examine(gate, pool, take_due(gate, pool))))
        place(gate, pool, pivots)
    finally:
        pool.close()
    return {row["name"]: staged(gate, row["partner"], row["id"]).read_bytes() for row in rows(gate)}


def staged(gate: Gate, partner: str, delivery: int) -> Path:
    """Where a placed file lies."""
    return gate.places.outbox / partner / ".staging" / str(delivery)


def rows(gate: Gate) -> list[dict[str, Any]]:
    """The deliveries, by id."""
    with gate.ledger.connect() as connection:
        return [dict(row) for row in connection.execute(select(deliveries).order_by(deliveries.c.id)).mappings()]
