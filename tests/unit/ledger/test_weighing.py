"""Weighed books: what was counted once is never told once it is no longer so."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError

from edigate.ledger import balance as books
from edigate.ledger import tables, weighed, weighing
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing
from tests.ledgers import new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

PARIS, CALCUTTA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")
NOW = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
PARTNERS = ("ABC123", "JMRPOR")
FLOWS = 60
# Whatever a gate may do to books that were weighed, and what only a hand in the ledger can do to them.
CHANGES: dict[str, str] = {
    "a flow more": "insert into flows select 'new', partner, name, null, interface, sha256, size, archived, incomplete,"
    " received_at, 'in_progress', null, 0, 'new-1' from flows where id = :flow",
    "a flow less": "delete from flows where id = :flow",
    "a replay": "update flows set state = 'in_progress', run = :flow || '-2' where id = :flow",
    "another verdict": "update flows set verdict = 'rejected' where id = :flow",
    "another partner": "update flows set partner = 'SEI001' where id = :flow",
    "another day": "update flows set received_at = '2026-03-09T10:00:00.000000Z' where id = :flow",
    "another id": "update flows set id = 'other' where id = :flow",
    "a second decision": "insert into runs select id || 'b', flow, 2, parent, state, requested_by, reason, due_at,"
    " attempts, deaths, hold_reason, hold_detail, verdict, decided_at, directory_version, edigate_version, faults,"
    " wants_report from runs where flow = :flow",
    "a decision less": "delete from runs where flow = :flow",
    "a decision taken back": "update runs set state = 'due' where flow = :flow",
    "a decision of another verdict": "update runs set verdict = 'partial' where flow = :flow",
    "a decision that wants no report": "update runs set wants_report = 0 where flow = :flow",
    "a decision on another flow": "update runs set flow = 'f1', number = 7 where flow = :flow",
    "a report more": "insert into deliveries (id, kind, partner, interface, name, run, state, planned_at, failures,"
    " last_error, offers, receipt, uploaded_to, gone_how) values (900, 'report', 'ABC123', 'X', 'second',"
    " :flow || '-1', 'planned', '', 0, '', 0, '', '', '')",
    "a report less": "delete from deliveries where run = :flow || '-1'",
    "a report to do again": "update deliveries set state = 'placed' where run = :flow || '-1'",
    "a report to another partner": "update deliveries set partner = 'SEI001' where run = :flow || '-1'",
    "a report of nothing": "update deliveries set run = null where run = :flow || '-1'",
    "a report that is a pivot": "update deliveries set kind = 'pivot' where run = :flow || '-1'",
    "a pivot that is a report": "update deliveries set kind = 'report', run = :flow || '-1' where id = 800",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of flows of two partners over some days of March, decided and reported, and one pivot."""
    chance, path = random.Random(7), tmp_path_factory.mktemp("kept") / "ledger.sqlite"
    engine = new_ledger(path)
    with writing(engine) as connection:
        for number in range(FLOWS):
            at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(hours=chance.uniform(0, 24 * 7))
            _add(connection, number, stamp(at))
        pivot = {"id": 800, "kind": "pivot", "partner": "SEI001", "interface": "X", "name": "pivot"}
        connection.execute(insert(tables.deliveries), [pivot | {"state": "published", "planned_at": ""}])
    engine.dispose()
    return path


@pytest.fixture
def ledger(kept: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of it."""
    engine = open_ledger(shutil.copy(kept, tmp_path / "ledger.sqlite"))
    yield engine
    engine.dispose()


def _add(connection: Connection, number: int, at: str) -> None:
    flow, run, partner = f"f{number}", f"f{number}-1", PARTNERS[number % 2]
    rows: dict[str, dict[str, Any]] = {
        "flows": {
            "id": flow, "partner": partner, "name": flow, "sha256": "", "size": 1, "archived": "", "received_at": at,
            "state": "decided", "verdict": "integrated", "reserved": False, "run": run,
        },
        "runs": {"id": run, "flow": flow, "number": 1, "state": "decided", "due_at": at, "verdict": "integrated"},
        "deliveries": {
            "id": number, "kind": "report", "partner": partner, "interface": "X", "name": f"n{number}", "run": run,
            "state": "published", "planned_at": at,
        },
    }  # fmt: skip
    for table, row in rows.items():
        connection.execute(insert(tables.metadata.tables[table]), [row])


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("at_once", [5, 2000])
def test_no_change_is_hidden_by_what_was_counted_before(
    ledger: Engine, change: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After any change the balance is what counting every flow gives, before and after it is weighed again."""
    monkeypatch.setattr(weighing, "AT_ONCE", at_once)
    assert weighing.weigh(ledger, PARIS, NOW) > 0
    for flow in ("f3", "f20", "f41"):
        with ledger.connect() as connection:
            before = _true(connection, PARIS)
            connection.execute(text("begin"))
            connection.execute(text(CHANGES[change]), {"flow": flow})
            assert _true(connection, PARIS) != before
            connection.execute(text("rollback"))

    with writing(ledger) as connection:
        connection.execute(text(CHANGES[change]), {"flow": "f20"})
    weighing.weigh(ledger, PARIS, NOW)
    with ledger.connect() as connection:
        _true(connection, PARIS)


def _true(connection: Connection, zone: dt.tzinfo) -> tuple[list[books.Line], books.Strays]:
    """The books as they are told; they must be as they are counted."""
    told = list(books.balance(connection, zone)), books.strays(connection)
    assert told == (list(books.balance(connection, zone, anew=True)), books.strays(connection, anew=True))
    return told


def test_any_number_of_changes_leaves_the_books_true(ledger: Engine) -> None:
    """Changes one on top of the other, with and without weighing in between, for one partner and for some days too."""
    chance = random.Random(20260321)
    for _ in range(60):
        with ledger.connect() as connection:
            query = text(chance.choice([*CHANGES.values()]))
            with suppress(IntegrityError):  # a second row of the same key is refused, as it should be
                connection.execute(query, {"flow": f"f{chance.randrange(FLOWS)}"})
        if chance.random() < 0.4:
            weighing.weigh(ledger, PARIS, NOW)
        with ledger.connect() as connection:
            _true(connection, PARIS)
            some = partial(
                books.balance, connection, PARIS, partner="ABC123",
                since="2026-03-03T12:00:00.000000Z", until="2026-03-06T23:30:00.000000Z",
            )  # fmt: skip
            assert [*some()] == [*some(anew=True)]


def test_days_are_the_gates_own_also_when_its_zone_is_changed(ledger: Engine) -> None:
    """Spans that straddle a midnight of the new zone are counted again."""
    weighing.weigh(ledger, CALCUTTA, NOW)

    with ledger.connect() as connection:
        _true(connection, PARIS)


def test_what_was_weighed_is_not_looked_at_again(ledger: Engine) -> None:
    """Only spans are read: flows are asked for, for what came outside of them, and there are none."""
    weighing.weigh(ledger, PARIS, NOW)
    with ledger.connect() as connection:
        spans = weighed.load(connection)
        found = [books.count(connection, *gap) for gap in weighed.unweighed(connection)]

        assert sum(sum(counts[0] for counts in span.counts.values()) for span in spans) == FLOWS
        assert not any(found)
        assert weighing.weigh(ledger, PARIS, NOW) == 0


def test_what_is_under_way_is_not_weighed(ledger: Engine) -> None:
    """A day with a flow that is held, or a report not yet published, stays to be counted, and is tried again later."""
    with writing(ledger) as connection:
        connection.execute(text("update flows set state = 'held' where id = 'f20'"))
        connection.execute(text("update deliveries set state = 'placed' where id = 41"))
    in_vain: set[tuple[str, str]] = set()
    weighing.weigh(ledger, PARIS, NOW, in_vain)
    with ledger.connect() as connection:
        spans = weighed.load(connection)
        for flow in ("f20", "f41"):
            at = connection.execute(text("select received_at from flows where id = :id"), {"id": flow}).scalar_one()
            assert [span for span in spans if span.start <= at < span.until] == []
            assert [span for span in in_vain if span[0] <= at < span[1]] != []

    assert weighing.weigh(ledger, PARIS, NOW, in_vain) == 0


def test_the_last_minutes_are_left_until_there_is_a_days_worth(ledger: Engine) -> None:
    """New flows are counted each time until they are enough, or their day is over: spans must not become many."""
    with ledger.connect() as connection:
        last = connection.execute(text("select max(received_at) from flows")).scalar_one()
    weighing.weigh(ledger, PARIS, dt.datetime.fromisoformat(last) + dt.timedelta(minutes=10))
    with ledger.connect() as connection:
        spans = weighed.load(connection)
        assert spans
        assert spans[-1].until <= last


def test_flows_of_one_instant_are_weighed_together(ledger: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is booked with one time: it is not parted, however large it is."""
    monkeypatch.setattr(weighing, "AT_ONCE", 5)
    with writing(ledger) as connection:
        for number in range(100, 120):
            _add(connection, number, "2026-03-04T00:00:00.000000Z")
    weighing.weigh(ledger, PARIS, NOW)

    with ledger.connect() as connection:
        _true(connection, PARIS)
        assert [books.count(connection, *gap) for gap in weighed.unweighed(connection)] == [[], []]


def test_a_weighed_ledger_is_only_counted_through_indexes(ledger: Engine) -> None:
    """Runs and reports are counted in an index of them; rows of other tables are only read outside of spans."""
    weighing.weigh(ledger, PARIS, NOW)
    asked: list[tuple[str, Any]] = []
    event.listen(ledger, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    with ledger.connect() as connection:
        list(books.balance(connection, PARIS))
        books.strays(connection)
        raw: Any = connection.connection.driver_connection
        steps = [row[3] for said, values in asked for row in raw.execute(f"explain query plan {said}", values)]

    others = tables.metadata.tables.keys() - {"weighed"}
    scans = {step for step in steps if step.startswith("SCAN ") and step.split()[1] in others}
    assert {step.partition(" INDEX ")[0] for step in scans if step != "SCAN deliveries USING INDEX reports"} == {
        "SCAN runs USING COVERING"
    }


def _weighed(connection: Connection, start: str, until: str) -> None:
    weighed.keep(connection, start, until, books.count(connection, start, until))


# Spans that have a flow at noon, and those beside it that have not.
NOON = "2026-03-04T12:00:00.000000Z"
DAY = ("2026-03-03T23:00:00.000000Z", "2026-03-04T23:00:00.000000Z")
BEFORE, AFTERNOON, AFTER = ("2026-03-04T09:00:00.000000Z", NOON), (NOON, DAY[1]), (NOON[:-2] + "1Z", DAY[1])
AROUND = ("2026-03-04T11:00:00.000000Z", "2026-03-04T13:00:00.000000Z")


@pytest.mark.parametrize(
    ("first", "second"),
    [(DAY, AFTERNOON), (DAY, AROUND), (AROUND, AFTERNOON), (AROUND, DAY), (AFTERNOON, AROUND), (DAY, DAY)],
)
def test_two_that_weigh_at_once_count_nothing_twice(
    ledger: Engine, first: tuple[str, str], second: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has chosen a span while it was in none finds it in another one, however the two of them overlap."""
    with writing(ledger) as connection:
        for number, at in enumerate((AROUND[0], NOON), 100):
            _add(connection, number, at)
    monkeypatch.setattr(weighing, "_spans", lambda *_: iter([first, second]))
    weighing.weigh(ledger, PARIS, NOW)

    with ledger.connect() as connection:
        assert [span[:2] for span in weighed.load(connection)] == [first]
        _true(connection, PARIS)


def test_spans_that_only_touch_are_both_kept(ledger: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends where the other begins has nothing of it."""
    with writing(ledger) as connection:
        for number, at in enumerate((AROUND[0], NOON), 100):
            _add(connection, number, at)
    monkeypatch.setattr(weighing, "_spans", lambda *_: iter([AFTERNOON, BEFORE]))
    weighing.weigh(ledger, PARIS, NOW)

    with ledger.connect() as connection:
        assert [span[:2] for span in weighed.load(connection)] == [BEFORE, AFTERNOON]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_takes_away_every_span_that_it_touches(ledger: Engine, change: str) -> None:
    """Of spans that overlap, as a hand in the ledger may leave them, none goes on to tell what is no longer so."""
    with writing(ledger) as connection:
        _add(connection, 100, NOON)
        for span in (DAY, AROUND, AFTERNOON, BEFORE, AFTER):
            _weighed(connection, *span)
        connection.execute(text(CHANGES[change]), {"flow": "f100"})

        assert [span[:2] for span in weighed.load(connection)] == [BEFORE, AFTER]
