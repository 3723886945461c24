"""What a ledger held before it had an audit log, noted when it is brought up to date: proven from then on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.ledger import journal, proof
from edigate.ledger.journal import note
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.store import DECIDED
from edigate.ledger.tables import (
    deliveries,
    delivery_invoices,
    events,
    flows,
    invoices,
    links,
    partners,
    reported,
    runs,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Column, Connection, RowMapping, Select, Table

EVENT = "ledger.taken_over"
AT_ONCE = 500


def take_over(connection: Connection, now: str) -> int:
    """Note every row of a ledger that has no link yet, in links of bounded size. Returns how many flows there were."""
    if connection.execute(select(links.c.id).limit(1)).first():
        return 0
    ids = connection.execute(select(flows.c.id).order_by(flows.c.id)).scalars().all()
    for part in chunks(ids, AT_ONCE):
        _flows(connection, part, now)
        journal.seal(connection)
    for rows in _pages(connection, select(deliveries), deliveries.c.id):
        _deliveries(connection, rows, now)
        journal.seal(connection)
    for rows in _pages(connection, select(events), events.c.id):
        for row in rows:
            note(connection, row["event"], row["subject"], at=row["at"], actor=row["actor"],
                 details=json.loads(row["details"]))  # fmt: skip
        journal.seal(connection)
    for partner in connection.execute(select(partners).order_by(partners.c.code)).mappings():
        note(connection, "partner.taken_over", partner["code"], at=now, after=dict(partner))
    if ids:
        note(connection, EVENT, "ledger", at=now, flows=len(ids))
    journal.seal(connection)
    return len(ids)


def _pages(connection: Connection, query: Select[tuple[object]], key: Column[int]) -> Iterator[Sequence[RowMapping]]:
    last = 0
    while rows := connection.execute(query.where(key > last).order_by(key).limit(AT_ONCE)).mappings().all():
        yield rows
        last = rows[-1]["id"]


def _flows(connection: Connection, ids: Sequence[str], now: str) -> None:
    found = list(where_in(connection, select(flows), flows.c.id, ids))
    proof.booked(connection, found)
    verdicts = {row["id"]: row["verdict"] for row in found}
    judged = _by(connection, invoices, invoices.c.flow, ids, "run")
    for run in sorted(
        where_in(connection, select(runs), runs.c.flow, ids), key=lambda row: (row["flow"], row["number"])
    ):
        if run["number"] > 1:
            note(
                connection, "run.taken_over", run["flow"], at=now, run=run["id"], actor=run["requested_by"],
                reason=run["reason"],
            )  # fmt: skip
        if run["state"] == DECIDED:
            pairs = [(row, None) for row in judged.get(run["id"], [])]
            stands = run["verdict"] != verdicts[run["flow"]]
            proof.decided(connection, run["flow"], run, pairs, stands=stands, at=run["decided_at"])
    flow_of = {row["id"]: row["flow"] for rows in judged.values() for row in rows}
    entries = list(where_in(connection, select(statuses).order_by(statuses.c.id), statuses.c.invoice, flow_of))
    proof.given(connection, entries, flow_of, at=now)
    proof.tells(connection, {row["id"]: row["told_in"] for row in entries if row["told_in"]}, at=now)
    for rows in _by(connection, reported, reported.c.flow, ids, "run").values():
        proof.heard(connection, rows, at=now)


def _deliveries(connection: Connection, rows: Sequence[RowMapping], now: str) -> None:
    proof.planned(connection, rows, at=now)
    ids = [row["id"] for row in rows]
    held = list(where_in(connection, select(delivery_invoices), delivery_invoices.c.delivery, ids))
    query = select(invoices.c.id, invoices.c.flow)
    flow_of = {
        row["id"]: row["flow"] for row in where_in(connection, query, invoices.c.id, {r["invoice"] for r in held})
    }
    proof.holds(connection, held, flow_of, at=now)
    proof.placed(connection, [(r["id"], r["size"], r["sha256"]) for r in rows if r["sha256"]], at=now)
    for row in rows:
        if row["published_at"]:
            proof.published(connection, [row["id"]], at=row["published_at"])
        for _ in range(row["offers"]):
            note(connection, "delivery.offered_again", row["name"], at=now, delivery=row["id"], actor="")
        if row["receipt"]:
            note(
                connection, "delivery.receipt", row["name"], at=now, delivery=row["id"], code=row["receipt"],
                receipt_at=row["receipt_at"], actor=row["partner"],
            )  # fmt: skip


def _by(
    connection: Connection, table: Table, column: Column[str], ids: Sequence[str], key: str
) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    for row in where_in(connection, select(table).order_by(table.c.id), column, ids):
        found.setdefault(row[key], []).append(row)
    return found
