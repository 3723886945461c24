"""What was reported, written in one go: lines with their faults, statuses, invoices that move on, receipts, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from edigate.domain.names import PIVOT
from edigate.domain.stages import Stage
from edigate.domain.statuses import STATUSES, FlowStatus
from edigate.ledger import alerts
from edigate.ledger.clock import stamp
from edigate.ledger.deliveries import PLANNED, PUBLISHED, Plan
from edigate.ledger.faults_json import dump
from edigate.ledger.sql import where_in
from edigate.ledger.subjects import INVOICE, RECEIPT
from edigate.ledger.tables import deliveries, invoices, reported, statuses
from edigate.routing import reader_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from edigate.domain.partners import PartnerBook
    from edigate.pipeline.answers import Answer, Change, ReceiptAnswer
    from edigate.pipeline.settle import Decision


# In place of a life-cycle flow: a code of no known meaning is stored, and told to nobody (reference §18).
NOT_TOLD = 0


def write(connection: Connection, decisions: Sequence[tuple[Decision, str]], book: PartnerBook, now: str) -> list[Plan]:
    """Make answers final. Returns the pivots they call for: of invoices that go on to their next reader."""
    rows = [row for decision, _ in decisions for row in _lines(decision)]
    if not rows:
        return []
    connection.execute(insert(reported), rows)
    heard = [
        (decision, sender, found, found.change)
        for decision, sender in decisions
        for found in decision.answers
        if found.change
    ]
    move(connection, [change for *_, change in heard], book, now)
    entries = [_status(decision, sender, found, change, now) for decision, sender, found, change in heard]
    tell(connection, entries)
    for decision, sender in decisions:
        for receipt in decision.receipts:
            if receipt.noted:
                _acknowledge(connection, receipt, sender, now)
    return plans(connection, [change for *_, change in heard])


def _lines(decision: Decision) -> Iterator[dict[str, Any]]:
    run, flow = decision.case.run, decision.case.flow
    for found in decision.answers:
        one = found.reported
        yield {
            "run": run, "flow": flow, "position": one.position, "kind": INVOICE, "code": one.code, "names": one.number,
            "supplier": one.supplier, "verdict": _verdict(found), "subject": found.subject,
            "faults": dump(found.faults),
        }  # fmt: skip
    for told in decision.receipts:
        yield {
            "run": run, "flow": flow, "position": told.receipt.position, "kind": RECEIPT, "code": told.receipt.code,
            "names": told.receipt.flow_id, "supplier": "", "verdict": _verdict(told), "subject": told.delivery,
            "faults": dump(told.faults),
        }  # fmt: skip


def _verdict(found: Answer | ReceiptAnswer) -> str:
    return "integrated" if found.accepted else "rejected"


def _status(decision: Decision, sender: str, found: Answer, change: Change, now: str) -> dict[str, Any]:
    one = found.reported
    return {
        "invoice": change.after.id, "status": change.code, "label": change.label, "comment": change.comment,
        # A time to come would sort after what really follows.
        "at": min(stamp(one.at), now) if one.at else now,
        "reason": one.reason, "actor": sender, "producer": one.producer, "mandate": one.mandate,
        "run": decision.case.run, "told_in": None if STATUSES[change.code].known else NOT_TOLD,
    }  # fmt: skip


def tell(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Add statuses to their invoices' histories, to be told to those who deposited them."""
    if not entries:
        return
    query = select(invoices.c.id, invoices.c.depositor)
    depositors = {
        row["id"]: row["depositor"]
        for row in where_in(connection, query, invoices.c.id, {entry["invoice"] for entry in entries})
    }
    blank = {
        "label": "",
        "comment": "",
        "reason": "",
        "actor": "",
        "producer": "",
        "mandate": "",
        "run": None,
        "told_in": None,
    }
    connection.execute(
        insert(statuses), [blank | entry | {"depositor": depositors[entry["invoice"]]} for entry in entries]
    )


def move(connection: Connection, changes: Iterable[Change], book: PartnerBook, now: str) -> None:
    """Bring invoices to the stage their changes lead to; who holds a number no more gives it back."""
    moved = list(changes)
    for stays in (True, False):
        rows = [_invoice(change, book) for change in moved if (change.after.stage is change.before.stage) is stays]
        if rows:
            time_is_over: dict[str, Any] = {} if stays else {"due_at": None}
            connection.execute(update(invoices).where(invoices.c.id == bindparam("b_id")).values(**time_is_over), rows)
    for change in moved:
        if change.before.stage.validates and change.after.stage is not change.before.stage:
            alerts.close(connection, alerts.VALIDATOR_SILENT, change.after.id, now)


def _invoice(change: Change, book: PartnerBook) -> dict[str, Any]:
    return {
        "b_id": change.after.id, "status": change.after.status, "label": change.label,
        "stage": change.after.stage.value, "second_validator": change.after.second_validator,
        "reserved": change.after.current, "reader": _reader(change, book),
    }  # fmt: skip


def _reader(change: Change, book: PartnerBook) -> str:
    if change.after.stage in {change.before.stage, Stage.CLOSED}:
        return change.before.reader
    return reader_at(change.after.stage, change.after.recipient, book)


def plans(connection: Connection, changes: Iterable[Change]) -> list[Plan]:
    """A pivot for each reader that invoices go on to."""
    ids = [change.after.id for change in changes if change.hands_on]
    query = select(invoices.c.id, invoices.c.reader)
    readers: dict[str, list[int]] = {}
    for row in sorted(where_in(connection, query, invoices.c.id, set(ids)), key=lambda row: row["id"]):
        readers.setdefault(row["reader"], []).append(row["id"])
    return [Plan("pivot", reader, PIVOT, invoices=tuple(held)) for reader, held in readers.items()]


def _acknowledge(connection: Connection, told: ReceiptAnswer, sender: str, now: str) -> None:
    chosen = deliveries.c.id == told.delivery
    at = min(stamp(told.receipt.at), now) if told.receipt.at else now
    connection.execute(
        update(deliveries).where(chosen).values(receipt=told.receipt.code, receipt_at=at, receipt_due_at=None)
    )
    if told.delivery is None:
        return
    alerts.close(connection, alerts.PIVOT_UNRECEIVED, told.delivery, now)
    if told.receipt.code == FlowStatus.RECEIVED_BY_RECIPIENT:
        alerts.close(connection, alerts.PIVOT_REFUSED, told.delivery, now)
    if told.offers_again:
        offer_again(connection, told.delivery)
    if told.alerts:
        alerts.open_one(connection, alerts.PIVOT_REFUSED, told.delivery, sender, told.receipt.comment, now)


def offer_again(connection: Connection, delivery: int) -> bool:
    """Let a published file be placed and published once more, under the same name with the same bytes."""
    chosen = (deliveries.c.id == delivery) & (deliveries.c.state == PUBLISHED)
    values = {"state": PLANNED, "offers": deliveries.c.offers + 1, "receipt_due_at": None, "next_try_at": None}
    return connection.execute(update(deliveries).where(chosen).values(**values)).rowcount == 1
