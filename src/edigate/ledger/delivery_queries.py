"""What people ask about one outgoing file: which one is meant, and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.ledger.queries import INVOICES, is_id
from edigate.ledger.tables import deliveries, delivery_invoices, flows, invoices, runs, statuses

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping


def find_deliveries(connection: Connection, named: str) -> list[RowMapping]:
    """The outgoing file that a person means, by its name or by its ledger id."""
    ways = [deliveries.c.name == named]
    if is_id(named):
        ways.append(deliveries.c.id == int(named))
    for way in ways:
        found = list(connection.execute(select(deliveries).where(way)).mappings())
        if found:
            return found
    return []


def invoices_in(connection: Connection, delivery: int) -> list[RowMapping]:
    """The invoices of a pivot, in order."""
    query = (
        INVOICES.join(delivery_invoices, delivery_invoices.c.invoice == invoices.c.id)
        .where(delivery_invoices.c.delivery == delivery)
        .order_by(delivery_invoices.c.position)
    )
    return list(connection.execute(query).mappings())


def statuses_in(connection: Connection, delivery: int) -> list[RowMapping]:
    """The statuses that a life cycle tells, in order, with the numbers of their invoices."""
    query = (
        select(statuses, invoices.c.number, invoices.c.supplier)
        .join(invoices, invoices.c.id == statuses.c.invoice)
        .where(statuses.c.told_in == delivery)
        .order_by(statuses.c.id)
    )
    return list(connection.execute(query).mappings())


def flow_of_run(connection: Connection, run: str | None) -> RowMapping | None:
    """The flow that a run decided on."""
    query = select(flows).join(runs, runs.c.flow == flows.c.id).where(runs.c.id == run)
    return connection.execute(query).mappings().first()
