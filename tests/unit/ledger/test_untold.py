"""Which alerts are still to be told: by each way once opened and once closed, found without reading all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from edigate.engine import gauges, watch
from edigate.ledger import alerts
from edigate.ledger.database import writing
from edigate.ledger.untold import By, mark_told, state, untold
from tests.unit.engine.conftest import gate  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from edigate.engine.gate import Gate

NOW = "2026-01-01T00:00:00.000000Z"
SMALL = {"partners", "servers", "ways", "notes"}


def raise_one(ledger: Engine, partner: str) -> None:
    """Open an alert."""
    with writing(ledger) as connection:
        alerts.open_one(connection, alerts.WAY_OPEN, 0, partner, "", NOW)


def settle(ledger: Engine, partner: str) -> None:
    """Close it."""
    with writing(ledger) as connection:
        alerts.close(connection, alerts.WAY_OPEN, 0, NOW, partner)


def tell(ledger: Engine, by: By) -> list[tuple[str, str]]:
    """Tell what is to be told by one way: of whom, and what."""
    with writing(ledger) as connection:
        found = untold(connection, by, 100)
        mark_told(connection, by, found)
    return [(alert["partner"], state(alert)) for alert in found]


@pytest.mark.parametrize("by", By)
def test_each_way_tells_each_change_once(ledger: Engine, by: By) -> None:
    """What one way told, the others still have to tell."""
    raise_one(ledger, "A")
    raise_one(ledger, "B")
    assert tell(ledger, by) == [("A", "opened"), ("B", "opened")]
    assert tell(ledger, by) == []
    settle(ledger, "A")
    for other in By:
        expected = [("A", "closed")] if other is by else [("A", "closed"), ("B", "opened")]
        assert tell(ledger, other) == expected
        assert tell(ledger, other) == []


def test_what_changes_while_it_is_told_is_told_again(ledger: Engine) -> None:
    """An alert that closes between reading and noting was told as opened only."""
    raise_one(ledger, "A")
    with ledger.connect() as connection:
        found = untold(connection, By.MAIL, 100)
    settle(ledger, "A")
    with writing(ledger) as connection:
        mark_told(connection, By.MAIL, found)
    assert tell(ledger, By.MAIL) == [("A", "closed")]


def test_no_more_are_told_at_once_than_asked_for(ledger: Engine) -> None:
    """The oldest first."""
    for partner in "ABC":
        raise_one(ledger, partner)
    with ledger.connect() as connection:
        assert [alert["partner"] for alert in untold(connection, By.POST, 2)] == ["A", "B"]


def plans(ledger: Engine, do: Callable[[], object]) -> list[str]:
    """How SQLite looks for what the statements ask."""
    statements: list[tuple[str, Any]] = []

    def keep(*told: Any) -> None:  # noqa: ANN401 - as SQLAlchemy tells it
        statements.append((str(told[2]), told[3]))

    event.listen(ledger, "before_cursor_execute", keep)
    do()
    event.remove(ledger, "before_cursor_execute", keep)
    assert statements
    with ledger.connect() as connection:
        raw = connection.connection.cursor()
        return [
            row[3]
            for said, values in statements
            if said.lower().startswith("select")
            for row in raw.execute(f"explain query plan {said}", values)
        ]


def scans(found: list[str]) -> set[str]:
    """The tables that are read from end to end, not by an index of what is under way."""
    partial = ("runs_to_do", "deliveries_to_do", "alerts_open", "alerts_untold")
    return {
        plan.split()[1]
        for plan in found
        if plan.startswith("SCAN") and not any(name in plan for name in partial) and "CONSTANT" not in plan
    }


def test_finding_them_does_not_read_all_alerts_there_ever_were(ledger: Engine) -> None:
    """An index holds those alone."""

    def ask() -> None:
        with ledger.connect() as connection:
            untold(connection, By.MAIL, 100)

    found = plans(ledger, ask)
    assert any("alerts_untold" in plan for plan in found)
    assert scans(found) == set()


@pytest.mark.parametrize("do", [watch.look, gauges.read], ids=["watching", "metrics"])
def test_looking_every_minute_reads_no_table_that_grows(gate: Gate, do: Callable[[Gate], object]) -> None:  # noqa: F811
    """Neither watching nor a scrape goes through flows, deliveries or alerts of the past."""
    found = plans(gate.ledger, lambda: do(gate))
    assert {name for name in scans(found) if not name.startswith(("(", "anon"))} <= SMALL
