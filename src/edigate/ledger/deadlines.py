"""What the passing of time does: validators who let theirs go by, pivots whose receipt does not come (design §2, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from edigate.ledger import alerts, hearing, subjects
from edigate.ledger.deliveries import plan
from edigate.ledger.tables import INVOICE_DUE, RECEIPT_DUE, deliveries, invoices
from edigate.pipeline.answers import out_of_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edigate.domain.partners import PartnerBook


def any_due(connection: Connection, now: str) -> bool:
    """Whether the time of anything has come."""
    soonest = next_due(connection, "")
    return soonest is not None and soonest <= now


def next_due(connection: Connection, now: str) -> str | None:
    """When the next deadline after `now` is."""
    found = [
        connection.execute(select(func.min(invoices.c.due_at)).where(INVOICE_DUE, invoices.c.due_at > now)).scalar(),
        connection.execute(
            select(func.min(deliveries.c.receipt_due_at)).where(RECEIPT_DUE, deliveries.c.receipt_due_at > now)
        ).scalar(),
    ]
    return min((time for time in found if time), default=None)


def pass_time(connection: Connection, book: PartnerBook, gate: str, now: str) -> int:
    """Carry out what is due; each thing once. Returns how much that was."""
    return _validators(connection, book, gate, now) + _receipts(connection, now)


def _validators(connection: Connection, book: PartnerBook, gate: str, now: str) -> int:
    query = select(invoices).where(INVOICE_DUE, invoices.c.due_at <= now).order_by(invoices.c.id)
    due = {subject.id: subject for subject in subjects.subjects(connection, connection.execute(query).mappings().all())}
    if not due:
        return 0
    connection.execute(update(invoices).where(invoices.c.id.in_(due)).values(due_at=None))
    changes = [change for change in map(out_of_time, due.values()) if change]
    moved = {change.after.id for change in changes}
    for subject in due.values():
        if subject.id not in moved and subject.stage.validates:
            alerts.open_one(connection, alerts.VALIDATOR_SILENT, subject.id, subject.reader, subject.number, now)
    hearing.move(connection, changes, book, now)
    hearing.tell(
        connection,
        [{"invoice": c.after.id, "status": c.code, "label": c.label, "comment": c.comment, "at": now} for c in changes],
    )
    plan(connection, hearing.plans(connection, changes), gate, now)
    return len(due)


def _receipts(connection: Connection, now: str) -> int:
    """A pivot without its receipt is offered once more, then it is an alert (reference §6.4)."""
    query = select(deliveries).where(RECEIPT_DUE, deliveries.c.receipt_due_at <= now).order_by(deliveries.c.id)
    due = connection.execute(query).mappings().all()
    for row in due:
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(receipt_due_at=None))
        if row["offers"] or not hearing.offer_again(connection, row["id"]):
            alerts.open_one(connection, alerts.PIVOT_UNRECEIVED, row["id"], row["partner"], row["name"], now)
    return len(due)
