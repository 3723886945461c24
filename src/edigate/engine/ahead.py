"""Pivots rendered ahead: whoever settled them has their parts at hand, whoever delivers them would render them again.

They are put by in what the machines share (`engine.put_by`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from edigate.engine import put_by
from edigate.engine.rendering import Renderers
from edigate.ledger import deliveries, partners
from edigate.ledger.sql import where_in
from edigate.ledger.tables import DELIVERY_TO_DO, delivery_invoices
from edigate.ledger.tables import deliveries as deliveries_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()


def leave(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """Leave the planned pivots of which these are the parts, by invoice id, where every deliverer finds them.

    Whatever stands in the way is only told: they can be rendered again.
    """
    if not pivots:
        return
    try:
        with gate.ledger.connect() as connection:
            rows = _planned(connection, pivots)
            renderers = Renderers(gate, pool, partners.load_book(connection), pivots, connection, rows)
        with ThreadPoolExecutor(put_by.THREADS) as threads:
            list(threads.map(lambda row: put_by.put(gate, row, renderers.pieces(row)), rows))
    except Exception as error:  # noqa: BLE001 - the batch is decided, whatever becomes of what was to save time
        log.warning("gate.trouble", step="ahead", error=str(error))


def _planned(connection: Connection, pivots: Mapping[int, Content]) -> list[RowMapping]:
    """The planned pivots all of whose invoices are at hand: others would have to be rendered from the archive here."""
    query = select(delivery_invoices.c.delivery)
    ids = {row["delivery"] for row in where_in(connection, query, delivery_invoices.c.invoice, set(pivots))}
    d = deliveries_table.c
    planned = select(deliveries_table).where(DELIVERY_TO_DO, d.state == deliveries.PLANNED, d.kind == "pivot")
    rows = {row["id"]: row for row in where_in(connection, planned, d.id, ids)}
    held = deliveries.contents(connection, list(rows))
    return [rows[id_] for id_ in sorted(rows) if all(invoice["id"] in pivots for invoice in held[id_])]
