"""Which suppliers use which structures, or send at all: by the invoices integrated since a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from edigate.ledger.sql import where_in
from edigate.ledger.tables import invoices

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection

# From one recipient to the next by their index: as many steps as there are recipients, however many invoices.
_RECIPIENTS = text(
    "with recursive step(siret) as (select min(recipient) from invoices union all "
    "select (select min(recipient) from invoices where recipient > step.siret) from step where step.siret is not null) "
    "select siret from step where siret is not null"
)


_HOW_MUCH = (func.max(invoices.c.supplier_name), func.count(), func.max(invoices.c.decided_at))


@dataclass(frozen=True, slots=True)
class Use:
    """How one supplier uses a service of a structure; `last` is a time of the ledger.

    An empty code: no service was named, or it does not matter; an empty SIRET: all structures together.
    """

    siret: str
    service: str
    supplier: str
    supplier_name: str
    invoices: int
    last: str


def recipients(connection: Connection) -> frozenset[str]:
    """Every structure that the ledger has an invoice for."""
    return frozenset(connection.execute(_RECIPIENTS).scalars())


def uses_of(connection: Connection, sirets: Collection[str], since: str) -> dict[str, list[Use]]:
    """Who used these structures since a time of the ledger, by structure, then by supplier's identifier."""
    by = (invoices.c.recipient, invoices.c.service, invoices.c.supplier)
    query = select(*by, *_HOW_MUCH).where(*_counted(since)).group_by(*by)
    query = query.order_by(invoices.c.recipient, invoices.c.supplier, invoices.c.service)
    found: dict[str, list[Use]] = {}
    for row in where_in(connection, query, invoices.c.recipient, sirets):
        use = Use(*row.values())
        found.setdefault(use.siret, []).append(use)
    return found


def deposits_of(connection: Connection, suppliers: Collection[str], since: str) -> dict[str, Use]:
    """What these suppliers sent since a time of the ledger, to whatever structure, by supplier's identifier."""
    query = select(invoices.c.supplier, *_HOW_MUCH).where(*_counted(since)).group_by(invoices.c.supplier)
    rows = where_in(connection, query, invoices.c.supplier, suppliers)
    return {use.supplier: use for use in (Use("", "", *row.values()) for row in rows)}


def _counted(since: str) -> tuple[ColumnElement[bool], ...]:
    return invoices.c.verdict == "integrated", invoices.c.decided_at >= since
