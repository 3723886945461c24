"""What an operator must see to: open until what it is about is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from edigate.ledger import events, journal
from edigate.ledger.tables import ALERT_OPEN, alerts

if TYPE_CHECKING:
    from sqlalchemy import Connection

BALANCE_UNEVEN = "balance.uneven"
DELIVERY_DEAD = "delivery.dead"
DISK_LOW = "disk.low"
FLOWS_STUCK = "flows.stuck"
HEAD_UNSENT = "audit.head_unsent"
LEDGER_UNWRITABLE = "ledger.unwritable"
PIVOT_REFUSED = "pivot.refused"
PIVOT_UNRECEIVED = "pivot.unreceived"
VALIDATOR_SILENT = "validator.silent"
WAY_OPEN = "way.open"


def open_one(connection: Connection, kind: str, subject: int, partner: str, detail: str, now: str) -> bool:
    """Raise an alert, with its event; one that is open already is left as it is. Returns whether it is new."""
    there = select(alerts.c.id).where(
        alerts.c.kind == kind, alerts.c.subject == subject, alerts.c.partner == partner, ALERT_OPEN
    )
    if connection.execute(there).first():
        return False
    row = {"at": now, "kind": kind, "subject": subject, "partner": partner, "detail": detail}
    connection.execute(insert(alerts), [row])
    events.record(connection, kind, "gate", str(subject), at=now, partner=partner, detail=detail)
    return True


def still_open(connection: Connection, kind: str) -> list[tuple[int, str]]:
    """The subjects of the open alerts of a kind, with since when."""
    query = select(alerts.c.subject, alerts.c.at).where(alerts.c.kind == kind, ALERT_OPEN)
    return [(row.subject, row.at) for row in connection.execute(query)]


def close(connection: Connection, kind: str, subject: int, now: str, partner: str = "") -> None:
    """What the alert is about was settled; `partner` where it is about him and no subject of the ledger."""
    chosen = (alerts.c.kind == kind) & (alerts.c.subject == subject) & alerts.c.closed_at.is_(None)
    if partner:
        chosen &= alerts.c.partner == partner
    if connection.execute(update(alerts).where(chosen).values(closed_at=now)).rowcount:
        journal.note(connection, "alert.settled", str(subject), at=now, kind=kind, partner=partner)
