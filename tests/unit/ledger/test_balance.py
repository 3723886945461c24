"""Days and sums of the balance."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from edigate.ledger import balance as books
from edigate.ledger import tables
from edigate.ledger.database import open_ledger, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

ZONE = ZoneInfo("Europe/Paris")
# 28 March 2026 has 24 hours in Paris, the 29th 23: summer time begins.
TIMES = (
    "2026-03-28T22:59:59.999999Z",
    "2026-03-28T23:00:00.000000Z",
    "2026-03-29T21:59:59.999999Z",
    "2026-04-02T10:00:00.000000Z",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    """One flow of ABC123 at each of the times, decided and reported."""
    engine = open_ledger(tmp_path / "ledger.sqlite")
    with writing(engine) as connection:
        for number, received_at in enumerate(TIMES):
            for table, row in _rows(f"f{number}", received_at, number).items():
                connection.execute(insert(tables.metadata.tables[table]), [row])
    yield engine
    engine.dispose()


def _rows(flow: str, received_at: str, number: int) -> dict[str, dict[str, Any]]:
    run = f"{flow}-1"
    return {
        "flows": {
            "id": flow, "partner": "ABC123", "name": flow, "sha256": "", "size": 1, "archived": "",
            "received_at": received_at, "state": "decided", "verdict": "rejected", "reserved": False, "run": run,
        },
        "runs": {
            "id": run, "flow": flow, "number": 1, "state": "decided", "due_at": received_at, "verdict": "rejected",
        },
        "deliveries": {
            "id": number, "kind": "report", "partner": "ABC123", "interface": "X", "name": f"n{number}", "run": run,
            "state": "placed" if number else "published", "planned_at": received_at,
        },
    }  # fmt: skip


def test_days_are_the_gates_own(ledger: Engine) -> None:
    """A deposit counts on the day of the gate's zone, over a change of the clocks too; idle days have no line."""
    with ledger.connect() as connection:
        lines = list(books.balance(connection, ZONE))

    assert [(line.day, line.deposited) for line in lines] == [
        (dt.date(2026, 3, 28), 1), (dt.date(2026, 3, 29), 2), (dt.date(2026, 4, 2), 1)
    ]  # fmt: skip
    assert all(line.even for line in lines)


def test_a_report_on_its_way_is_neither_lost_nor_published(ledger: Engine) -> None:
    """Expected reports are published or under way."""
    with ledger.connect() as connection:
        total = books.total(books.balance(connection, ZONE))

    assert (total.expected, total.published, total.under_way, total.even) == (4, 1, 3, True)


def test_bounds_and_partner_leave_out_the_rest(ledger: Engine) -> None:
    """Only the days asked for, and only the partner asked for."""
    with ledger.connect() as connection:
        lines = list(
            books.balance(connection, ZONE, since="2026-03-28T23:00:00.000000Z", until="2026-03-29T22:00:00.000000Z")
        )
        nobody = list(books.balance(connection, ZONE, partner="NEW001"))

    assert [line.day for line in lines] == [dt.date(2026, 3, 29)]
    assert nobody == []


def test_an_empty_ledger_is_even(tmp_path: Path) -> None:
    """No deposit, no line, and a total of noughts."""
    engine = open_ledger(tmp_path / "empty.sqlite")
    with engine.connect() as connection:
        assert list(books.balance(connection, ZONE)) == []
        assert books.arriving(connection, tmp_path / "no spool") == {}
    engine.dispose()

    assert books.total([]).even is True
