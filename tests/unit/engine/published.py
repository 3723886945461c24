"""Files that a gate has published, for tests of what becomes of them in the outboxes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.handover import hand_over
from edigate.ledger.tables import deliveries, links
from tests.unit.engine.steps import a_pool, book

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate


def some_files(gate: Gate) -> list[Path]:
    """Book two sound flows and hand out what comes of them: a pivot of SEI001, reports and a life cycle of JMRPOR."""
    with closing(a_pool(gate)) as pool:
        book(gate, None, None)
        _, pivots = settle(gate, list(examine(gate, pool, take_due(gate, pool))))
        hand_over(gate, pool, pivots)
    return sorted(gate.places.outbox.glob("*/[!.]*"))


def hand_out_again(gate: Gate) -> None:
    """Place and publish what was offered again."""
    with closing(a_pool(gate)) as pool:
        hand_over(gate, pool, {})


def gone(gate: Gate) -> dict[str, str]:
    """How each delivery left the outbox, by its name; an empty word for one that did not."""
    with gate.ledger.connect() as connection:
        rows = connection.execute(select(deliveries.c.name, deliveries.c.gone_how, deliveries.c.gone_at)).all()
    assert all(bool(row.gone_how) == bool(row.gone_at) for row in rows)
    return {row.name: row.gone_how for row in rows}


def noted(gate: Gate, event: str) -> int:
    """How often the audit log has this event."""
    with gate.ledger.connect() as connection:
        entries = connection.execute(select(links.c.entries)).scalars()
        return sum((text or "").count(f'"event":"{event}"') for text in entries)
