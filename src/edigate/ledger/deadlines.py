"""What the passing of time does: validators who let theirs go by, pivots whose receipt does not come (design §2, 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update

from edigate.domain.faults import Hold
from edigate.ledger import alerts, hearing, journal, subjects
from edigate.ledger.deliveries import pivots, plan
from edigate.ledger.sql import CHUNK
from edigate.ledger.tables import INVOICE_DUE, RECEIPT_DUE, deliveries, invoices
from edigate.pipeline.answers import out_of_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from edigate.domain.partners import PartnerBook
    from edigate.ledger.deliveries import PivotLimits
    from edigate.pipeline.answers import Change, Subject

_NEXT_INVOICE = select(func.min(invoices.c.due_at)).where(INVOICE_DUE, invoices.c.due_at > bindparam("now"))
_NEXT_RECEIPT = select(func.min(deliveries.c.receipt_due_at)).where(
    RECEIPT_DUE, deliveries.c.receipt_due_at > bindparam("now")
)


def any_due(connection: Connection, now: str) -> bool:
    """Whether the time of anything has come."""
    soonest = next_due(connection, "")
    return soonest is not None and soonest <= now


def next_due(connection: Connection, now: str) -> str | None:
    """When the next deadline after `now` is."""
    found = [connection.execute(query, {"now": now}).scalar() for query in (_NEXT_INVOICE, _NEXT_RECEIPT)]
    return min((time for time in found if time), default=None)


@dataclass(frozen=True, slots=True)
class Terms:
    """What time is called by: who the gate is, its partners, how much a pivot holds; as in settling."""

    gate: str
    book: PartnerBook
    pivots: PivotLimits
    second_until: Mapping[str, str]


def pass_time(connection: Connection, terms: Terms, now: str) -> int:
    """Carry out what is due, each thing once, a batch at a time. Returns how much that was."""
    return _validators(connection, terms, now) + _receipts(connection, now)


def _validators(connection: Connection, terms: Terms, now: str) -> int:
    query = select(invoices).where(INVOICE_DUE, invoices.c.due_at <= now).order_by(invoices.c.due_at, invoices.c.id)
    rows = connection.execute(query.limit(CHUNK)).mappings().all()
    due = {subject.id: subject for subject in subjects.subjects(connection, rows)}
    if not due:
        return 0
    for row in rows:
        journal.note(connection, "deadline.passed", row["flow"], at=now, invoice=row["id"], due_at=row["due_at"])
    connection.execute(update(invoices).where(invoices.c.id.in_(due)).values(due_at=None))
    changes = [change for subject in due.values() if (change := _out_of_time(connection, subject, terms, now))]
    hearing.move(connection, changes, terms.second_until, now)
    hearing.tell(
        connection,
        [{"invoice": c.after.id, "status": c.code, "label": c.label, "comment": c.comment, "at": now} for c in changes],
        now,
    )
    plan(connection, list(pivots(hearing.handed_on(connection, changes), terms.pivots)), terms.gate, now)
    return len(due)


def _out_of_time(connection: Connection, subject: Subject, terms: Terms, now: str) -> Change | None:
    """What a validator's silence does; where nothing goes on by it, somebody is told."""
    try:
        change = out_of_time(subject, terms.book)
    except Hold:
        change = None
    if change is None and subject.stage.validates:
        alerts.open_one(connection, alerts.VALIDATOR_SILENT, subject.id, subject.reader, subject.number, now)
    return change


def _receipts(connection: Connection, now: str) -> int:
    """A pivot without its receipt is offered once more, then it is an alert (reference §6.4)."""
    query = select(deliveries).where(RECEIPT_DUE, deliveries.c.receipt_due_at <= now).order_by(deliveries.c.id)
    due = connection.execute(query.limit(CHUNK)).mappings().all()
    for row in due:
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(receipt_due_at=None))
        journal.note(
            connection, "deadline.passed", row["name"], at=now, delivery=row["id"], due_at=row["receipt_due_at"]
        )
        if row["offers"] or not hearing.offer_again(connection, row["id"]):
            alerts.open_one(connection, alerts.PIVOT_UNRECEIVED, row["id"], row["partner"], row["name"], now)
        else:
            journal.note(connection, "delivery.offered_again", row["name"], at=now, delivery=row["id"], actor="gate")
    return len(due)
