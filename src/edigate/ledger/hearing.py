"""What was reported, written in one go: lines with their faults, statuses, invoices that move on, receipts, alerts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from edigate.domain.faults import shortened
from edigate.domain.reported import words_of
from edigate.domain.statuses import STATUSES, FlowStatus
from edigate.ledger import alerts, journal, proof, states
from edigate.ledger.clock import stamp
from edigate.ledger.deliveries import PLANNED, PUBLISHED, ForReader
from edigate.ledger.faults_json import dump
from edigate.ledger.sql import where_in
from edigate.ledger.subjects import INVOICE, RECEIPT
from edigate.ledger.tables import deliveries, invoices, reported, statuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from edigate.pipeline.answers import Answer, Change
    from edigate.pipeline.receipts import ReceiptAnswer
    from edigate.pipeline.settle import Decision


# In place of a life-cycle flow: a code of no known meaning is stored, and told to nobody (reference §18).
NOT_TOLD = states.NOT_TOLD


def write(
    connection: Connection, decisions: Sequence[tuple[Decision, str]], second_until: Mapping[str, str], now: str
) -> list[ForReader]:
    """Make answers final. Returns the invoices that go on to their next readers."""
    rows = [_short(row) for decision, _ in decisions for row in _lines(decision)]
    if not rows:
        return []
    connection.execute(insert(reported), rows)
    proof.heard(connection, rows, at=now)
    heard = [
        (decision, sender, found, found.change)
        for decision, sender in decisions
        for found in decision.answers
        if found.change
    ]
    moved = whole([change for *_, change in heard])
    move(connection, moved, second_until, now)
    entries = [_status(decision, sender, found, change, now) for decision, sender, found, change in heard]
    tell(connection, entries, now)
    for decision, sender in decisions:
        for receipt in decision.receipts:
            if receipt.noted:
                _acknowledge(connection, receipt, sender, now)
    return handed_on(connection, moved)


def _lines(decision: Decision) -> Iterator[dict[str, Any]]:
    run, flow = decision.case.run, decision.case.flow
    for found in decision.answers:
        one = found.reported
        yield {
            "run": run, "flow": flow, "position": one.position, "kind": INVOICE, "code": one.code,
            "label": one.label, "said": one.comment, "names": one.number, "supplier": one.supplier,
            "verdict": _verdict(found), "subject": found.subject, "faults": dump(found.faults),
        }  # fmt: skip
    for told in decision.receipts:
        yield {
            "run": run, "flow": flow, "position": told.receipt.position, "kind": RECEIPT, "code": told.receipt.code,
            "label": told.receipt.label, "said": words_of(told.receipt), "names": told.receipt.flow_id,
            "supplier": "", "verdict": _verdict(told), "subject": told.delivery, "faults": dump(told.faults),
        }  # fmt: skip


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Without what is longer in one place than anybody reads; faults have been shortened when they were found."""
    return {name: shortened(v) if isinstance(v, str) and name != "faults" else v for name, v in row.items()}


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


def tell(connection: Connection, entries: Sequence[dict[str, Any]], now: str) -> None:
    """Add statuses to their invoices' histories, to be told to those who deposited them."""
    if not entries:
        return
    query = select(invoices.c.id, invoices.c.depositor, invoices.c.flow)
    about = {
        row["id"]: row for row in where_in(connection, query, invoices.c.id, {entry["invoice"] for entry in entries})
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
    rows = [blank | entry | {"depositor": about[entry["invoice"]]["depositor"]} for entry in entries]
    connection.execute(insert(statuses), rows)
    proof.given(connection, rows, {invoice: row["flow"] for invoice, row in about.items()}, at=now)


def whole(changes: Iterable[Change]) -> list[Change]:
    """One change per invoice, of all that befell it: from where it stood before the first to where the last left it."""
    found: dict[int, Change] = {}
    for change in changes:
        first = found.get(change.after.id)
        found[change.after.id] = (
            replace(change, before=first.before, hands_on=first.hands_on or change.hands_on) if first else change
        )
    return list(found.values())


def move(connection: Connection, changes: Iterable[Change], second_until: Mapping[str, str], now: str) -> None:
    """Bring invoices to the stage their changes lead to; who holds a number no more gives it back."""
    moved = list(changes)
    stays = [_invoice(change) for change in moved if not _leaves(change)]
    leaves = [
        _invoice(change) | {"due_at": second_until.get(change.after.cadre) if change.after.stage.validates else None}
        for change in moved
        if _leaves(change)
    ]
    for rows in (stays, leaves):
        if rows:
            connection.execute(update(invoices).where(invoices.c.id == bindparam("b_id")), rows)
    proof.moved(connection, {row["b_id"]: _standing(row) for row in (*stays, *leaves)}, at=now)
    for change in moved:
        if change.before.stage.validates and _leaves(change):
            alerts.close(connection, alerts.VALIDATOR_SILENT, change.after.id, now)


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("status", "label", "stage", "reader", "reserved")}


def _leaves(change: Change) -> bool:
    return change.after.stage is not change.before.stage


def _invoice(change: Change) -> dict[str, Any]:
    after = change.after
    return {
        "b_id": after.id, "status": after.status, "label": after.label, "stage": after.stage.value,
        "second_validator": after.second_validator, "reserved": after.current, "reader": after.reader,
    }  # fmt: skip


def handed_on(connection: Connection, changes: Iterable[Change]) -> list[ForReader]:
    """The invoices whose changes bring them to another reader, who is to get their pivots."""
    ids = {change.after.id for change in changes if change.hands_on}
    query = select(invoices.c.id, invoices.c.reader, invoices.c.pivot_bytes)
    rows = sorted(where_in(connection, query, invoices.c.id, ids), key=lambda row: row["id"])
    return [ForReader(row["reader"], row["id"], row["pivot_bytes"]) for row in rows]


def _acknowledge(connection: Connection, told: ReceiptAnswer, sender: str, now: str) -> None:
    chosen = deliveries.c.id == told.delivery
    at = min(stamp(told.receipt.at), now) if told.receipt.at else now
    connection.execute(
        update(deliveries).where(chosen).values(receipt=told.receipt.code, receipt_at=at, receipt_due_at=None)
    )
    if told.delivery is None:
        return
    journal.note(
        connection, "delivery.receipt", str(told.delivery), at=now, delivery=told.delivery, code=told.receipt.code,
        receipt_at=at, actor=sender,
    )  # fmt: skip
    alerts.close(connection, alerts.PIVOT_UNRECEIVED, told.delivery, now)
    if told.receipt.code == FlowStatus.RECEIVED_BY_RECIPIENT:
        alerts.close(connection, alerts.PIVOT_REFUSED, told.delivery, now)
        _keep_back(connection, told.delivery)
    if told.offers_again and offer_again(connection, told.delivery):
        journal.note(
            connection, "delivery.offered_again", str(told.delivery), at=now, delivery=told.delivery, actor="gate"
        )
    if told.alerts:
        alerts.open_one(connection, alerts.PIVOT_REFUSED, told.delivery, sender, words_of(told.receipt), now)


def offer_again(connection: Connection, delivery: int) -> bool:
    """Let a published file be placed and published once more, under the same name with the same bytes."""
    chosen = (deliveries.c.id == delivery) & (deliveries.c.state == PUBLISHED)
    values = {
        "state": PLANNED, "offers": deliveries.c.offers + 1, "receipt_due_at": None, "next_try_at": None,
        "uploaded_at": None, "gone_at": None, "gone_how": "", "failures": 0, "last_error": "",
    }  # fmt: skip
    return connection.execute(update(deliveries).where(chosen).values(**values)).rowcount == 1


def _keep_back(connection: Connection, delivery: int) -> None:
    """A pivot that was received after all is not offered once more, unless that is under way."""
    renewed = (deliveries.c.id == delivery) & (deliveries.c.state == PLANNED) & deliveries.c.published_at.is_not(None)
    connection.execute(update(deliveries).where(renewed).values(state=PUBLISHED))
