"""What became of the flows of a demonstration, and where their returns and pivots lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.ledger.sql import where_in
from edigate.ledger.tables import deliveries, delivery_invoices, invoices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from edigate.domain.faults import Fault
    from edigate.pipeline.settle import Decision
    from edigate.sandbox.flows import DemoFlow


@dataclass(frozen=True, slots=True)
class Outcome:
    """One flow: what was decided, its first fault, the names of its report and of the pivots that hold its invoices."""

    flow: DemoFlow
    decision: Decision
    fault: Fault | None
    report: str
    pivots: tuple[str, ...]


def outcomes(connection: Connection, flows: Sequence[DemoFlow], decisions: Sequence[Decision]) -> Iterator[Outcome]:
    """The flows that were decided, in the order in which they were dropped."""
    by_name = {decision.case.name: decision for decision in decisions}
    ours = [(flow, by_name[flow.name]) for flow in flows if flow.name in by_name]
    runs = {decision.case.run for _, decision in ours}
    reports = {
        row["run"]: row["name"]
        for row in where_in(connection, select(deliveries.c.run, deliveries.c.name), deliveries.c.run, runs)
    }
    pivots: dict[str, list[str]] = {}
    for row in where_in(connection, _PIVOTS, invoices.c.run, runs):
        pivots.setdefault(row["run"], []).append(row["name"])
    for flow, decision in ours:
        run = decision.case.run
        names = tuple(dict.fromkeys(pivots.get(run, ())))
        yield Outcome(flow, decision, _first_fault(decision), reports.get(run, ""), names)


_PIVOTS = (
    select(invoices.c.run, deliveries.c.name)
    .join(delivery_invoices, delivery_invoices.c.invoice == invoices.c.id)
    .join(deliveries, deliveries.c.id == delivery_invoices.c.delivery)
    .order_by(deliveries.c.id)
)


def _first_fault(decision: Decision) -> Fault | None:
    found = (*decision.faults, *(fault for i in decision.invoices for fault in i.invoice.faults))
    return next((fault for fault in found if fault.blocks), None) or next(iter(found), None)
