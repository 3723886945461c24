"""What became of the flows of a demonstration, and where their returns and pivots lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from edigate.ledger.sql import where_in
from edigate.ledger.tables import deliveries, delivery_invoices, invoices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from edigate.domain.faults import Fault
    from edigate.pipeline.settle import Decision
    from edigate.sandbox.flows import DemoFlow


class Found(NamedTuple):
    """A fault and whose it is: the file of an archive, or the invoice of several; empty where there is but one."""

    where: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Outcome:
    """One flow: what was decided, why, the names of its report and of the pivots that hold its invoices.

    `faults` are those that refuse something, or where nothing is refused those that warn.
    """

    flow: DemoFlow
    decision: Decision
    faults: tuple[Found, ...]
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
        yield Outcome(flow, decision, _faults(decision), reports.get(run, ""), names)


_PIVOTS = (
    select(invoices.c.run, deliveries.c.name)
    .join(delivery_invoices, delivery_invoices.c.invoice == invoices.c.id)
    .join(deliveries, deliveries.c.id == delivery_invoices.c.delivery)
    .order_by(deliveries.c.id)
)


def _faults(decision: Decision) -> tuple[Found, ...]:
    several = len(decision.invoices) > 1
    found = [Found(fault.entry, fault) for fault in decision.faults]
    for judged in decision.invoices:
        one = judged.invoice
        found += [Found(one.entry or (one.number if several else ""), fault) for fault in one.faults]
    return tuple(one for one in found if one.fault.blocks) or tuple(found)
