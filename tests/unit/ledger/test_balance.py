"""Days and sums of the balance."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from edigate.ledger import balance as books
from edigate.ledger import tables
from edigate.ledger.database import writing
from tests.ledgers import new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

PATIENCE = 30
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
    engine = new_ledger(tmp_path / "ledger.sqlite")
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
    engine = new_ledger(tmp_path / "empty.sqlite")
    with engine.connect() as connection:
        assert list(books.balance(connection, ZONE)) == []
        assert books.arriving(connection, tmp_path / "no spool") == {}
    engine.dispose()

    assert books.total([]).even is True


def test_claims_may_go_while_they_are_counted(ledger: Engine, tmp_path: Path) -> None:
    """Beside a gate at work, which makes and empties claims all the time, the count is only ever of what it saw."""
    spool, over = tmp_path / "spool", threading.Event()

    def work() -> None:
        while not over.is_set():
            for number in range(20):
                folder = spool / "ABC123" / f"c{number}"
                folder.mkdir(parents=True)
                (folder / "x.xml").touch()
            shutil.rmtree(spool)

    gate = threading.Thread(target=work)
    gate.start()
    counts, until = [0], time.monotonic() + PATIENCE
    try:
        with ledger.connect() as connection:
            while len(counts) < 300 or (max(counts) == 0 and time.monotonic() < until):
                counts.append(books.arriving(connection, spool).get("ABC123", 0))
    finally:
        over.set()
        gate.join()

    assert max(counts) > 0
    assert max(counts) <= 20


def test_reports_are_found_by_their_runs(ledger: Engine) -> None:
    """Not by their partner: that would be all its files for each of its flows, hours where there are many."""
    statements: list[tuple[str, Any]] = []
    event.listen(ledger, "before_cursor_execute", lambda *told: statements.append((told[2], told[3])))
    with ledger.connect() as connection:
        list(books.balance(connection, ZONE))
        books.strays(connection)
        raw = connection.connection.cursor()
        plans = [row[3] for said, values in statements for row in raw.execute(f"explain query plan {said}", values)]

    assert any("deliveries_by_run" in plan for plan in plans)
    assert not any("deliveries_by_partner" in plan for plan in plans)
