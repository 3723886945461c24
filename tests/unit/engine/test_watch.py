"""What the gate looks for beside its batches: each alert is opened once, and closes by itself when it is over."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections import namedtuple
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, select, update

from edigate.domain.alert_words import WORDS
from edigate.engine import watch
from edigate.engine.local import Local
from edigate.ledger import alerts as alert_book
from edigate.ledger import notes, store
from edigate.ledger.alerts import BALANCE_UNEVEN, DISK_LOW, FLOWS_STUCK
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import alerts, flows, runs
from edigate.observability.events import EVENTS
from edigate.sandbox.flows import flow_name
from tests.unit.engine.steps import book, spool
from tests.unit.engine.test_local import deposit, with_settings

if TYPE_CHECKING:
    import pytest

    from edigate.engine.gate import Gate

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil names it


def later(gate: Gate, **by: float) -> Gate:
    """The gate at a later time."""
    moment = gate.clock() + dt.timedelta(**by)
    return replace(gate, clock=lambda: moment)


def raised(gate: Gate, kind: str) -> list[tuple[str, bool]]:
    """Alerts of a kind: of whom, and whether open; in their order."""
    query = select(alerts.c.partner, alerts.c.closed_at).where(alerts.c.kind == kind).order_by(alerts.c.id)
    with gate.ledger.connect() as connection:
        return [(row.partner, row.closed_at is None) for row in connection.execute(query)]


def test_every_kind_of_alert_has_its_words_and_its_event() -> None:
    """In both languages, with what to do."""
    kinds = {value for name, value in vars(alert_book).items() if name.isupper() and isinstance(value, str)}
    assert kinds == WORDS.keys()
    assert kinds <= EVENTS.keys()
    for words in WORDS.values():
        assert all(words)
        assert words.said_en != words.said_fr


def test_nothing_is_raised_of_a_gate_that_is_well(gate: Gate) -> None:
    """Neither before nor after a round."""
    deposit(gate, 1)
    Local(gate).run_once()
    watch.look(gate)
    watch.check_balance(gate)
    with gate.ledger.connect() as connection:
        assert connection.execute(select(alerts)).all() == []


def test_a_flow_that_is_not_decided_in_time_is_told_once_until_it_is(gate: Gate) -> None:
    """One alert of its partner, however often the gate looks; closed when it is decided."""
    book(gate, None, None)
    watch.look(gate)
    assert raised(gate, FLOWS_STUCK) == []

    late = later(gate, minutes=31)
    for _ in range(3):
        watch.look(late)
    assert raised(gate, FLOWS_STUCK) == [("JMRPOR", True)]
    with gate.ledger.connect() as connection:
        assert connection.execute(select(alerts.c.detail)).scalar_one().startswith("2, the first since 20")

    Local(gate).run_once()
    watch.look(late)
    assert raised(gate, FLOWS_STUCK) == [("JMRPOR", False)]


def test_the_time_is_a_setting(gate: Gate) -> None:
    """Minutes after which a flow counts as stuck."""
    book(gate, None)
    patient = with_settings(later(gate, minutes=31), "watch", stuck_minutes=60)
    watch.look(patient)
    assert raised(gate, FLOWS_STUCK) == []


def test_a_flow_that_is_held_is_stuck_though_it_is_due_again_and_again(gate: Gate) -> None:
    """Its own time of coming counts."""
    book(gate, None)
    with writing(gate.ledger) as connection:
        (run,) = connection.execute(select(runs.c.id)).scalars()
        store.hold(connection, run, "no_directory", "", stamp(later(gate, minutes=40).clock()))
    watch.look(gate)
    assert raised(gate, FLOWS_STUCK) == []
    watch.look(later(gate, minutes=31))
    assert raised(gate, FLOWS_STUCK) == [("JMRPOR", True)]


def test_a_replay_of_an_old_flow_is_not_stuck_at_once(gate: Gate) -> None:
    """It has waited since somebody asked for it."""
    deposit(gate, 1)
    Local(gate).run_once()
    late = later(gate, days=3)
    with writing(gate.ledger) as connection:
        (flow,) = connection.execute(select(flows.c.id)).scalars()
        assert store.request_run(connection, flow, by="op", reason="", now=stamp(late.clock()))
    watch.look(late)
    assert raised(gate, FLOWS_STUCK) == []
    watch.look(later(late, minutes=31))
    assert raised(gate, FLOWS_STUCK) == [("JMRPOR", True)]


def test_a_file_that_is_never_taken_is_stuck_too(gate: Gate) -> None:
    """One that lies in an inbox though it should long have been taken, whole or not; hidden names are not looked at."""
    gate = with_settings(gate, "intake", broken_after_seconds=60)
    inbox = gate.places.inbox / "JMRPOR"
    (inbox / ".hidden").write_bytes(b"x")
    (inbox / "growing.part").write_bytes(b"x")
    (inbox / "left").write_bytes(b"x")
    (inbox / "folder").mkdir()
    os.utime(inbox / "left", (0, 0))  # a copy keeps the time of its content: that is not when it came
    watch.look(gate)
    assert raised(gate, FLOWS_STUCK) == []

    impatient = with_settings(with_settings(gate, "watch", stuck_minutes=0.001), "intake", broken_after_seconds=0.05)
    time.sleep(0.2)
    watch.look(impatient)
    assert raised(gate, FLOWS_STUCK) == [("JMRPOR", True)]
    with gate.ledger.connect() as connection:
        assert connection.execute(select(alerts.c.detail)).scalar_one().startswith("1, ")


def test_a_disk_that_fills_up_is_told_and_is_over_with_a_little_more_room(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under twice what stops the gate; it does not come and go with every file."""
    least = gate.settings.engine.disk_free_bytes

    def free(times: float) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, int(least * times)))
        watch.look(gate)

    free(2.1)
    assert raised(gate, DISK_LOW) == []
    free(1.9)
    free(1.5)
    free(2.1)
    assert raised(gate, DISK_LOW) == [("", True)]
    free(2.3)
    assert raised(gate, DISK_LOW) == [("", False)]
    free(0.5)
    assert raised(gate, DISK_LOW) == [("", False), ("", True)]


def unbalance(gate: Gate, flow: str, verdict: str) -> None:
    """Let a flow and its run disagree, or agree again."""
    with writing(gate.ledger) as connection:
        connection.execute(update(flows).where(flows.c.name == flow).values(verdict=verdict))


def test_a_balance_that_does_not_come_out_is_told_until_it_does(gate: Gate) -> None:
    """With the day and the partner; an older day keeps it open though the last days are even."""
    name = deposit(gate, 1)
    Local(gate).run_once()
    watch.check_balance(gate)
    unbalance(gate, name, "rejected")
    watch.check_balance(gate)
    watch.check_balance(gate)
    assert raised(gate, BALANCE_UNEVEN) == [("", True)]
    with gate.ledger.connect() as connection:
        assert connection.execute(select(alerts.c.detail)).scalar_one().endswith(" JMRPOR")

    watch.check_balance(later(gate, days=5))
    watch.check_balance(later(gate, days=5, minutes=15))
    assert raised(gate, BALANCE_UNEVEN) == [("", True)]

    unbalance(gate, name, "integrated")
    watch.check_balance(later(gate, days=5, minutes=30))
    assert raised(gate, BALANCE_UNEVEN) == [("", True)], "all days are checked once an hour only"
    watch.check_balance(later(gate, days=5, hours=2))
    assert raised(gate, BALANCE_UNEVEN) == [("", False)]


def test_a_balance_is_of_one_moment(gate: Gate) -> None:
    """A partner whose first flow of the day is decided while the flows and the decisions are counted is on no line."""
    name = flow_name("FSO1116A", "ABC123", 1)
    (gate.places.inbox / "ABC123" / name).write_bytes(b"%PDF-1.4\n%%EOF")
    Local(gate).run_once()
    left = [deposit(gate, 1)]

    def decided_meanwhile(*told: Any) -> None:  # noqa: ANN401 - as SQLAlchemy tells it
        if left and "AS misreported" in told[2]:
            left.pop()
            Local(gate).run_once()

    event.listen(gate.ledger, "before_cursor_execute", decided_meanwhile)
    watch.check_balance(gate)

    assert not left
    assert raised(gate, BALANCE_UNEVEN) == []


def test_older_days_are_checked_once_a_day(gate: Gate) -> None:
    """What was changed behind the gate's back long after its day is found within a day."""
    name = deposit(gate, 1)
    Local(gate).run_once()
    week = later(gate, days=7)
    watch.check_balance(week)
    unbalance(gate, name, "rejected")
    watch.check_balance(later(week, hours=12))
    assert raised(gate, BALANCE_UNEVEN) == []
    watch.check_balance(later(week, hours=25))
    assert raised(gate, BALANCE_UNEVEN) == [("", True)]


def test_runs_without_a_flow_are_an_uneven_balance(gate: Gate) -> None:
    """They stand on no line of it."""
    deposit(gate, 1)
    Local(gate).run_once()
    with writing(gate.ledger) as connection:
        connection.execute(update(runs).values(flow="gone"))
        notes.write(connection, watch.CHECKED, stamp(later(gate, days=-2).clock()))
    watch.check_balance(gate)
    assert raised(gate, BALANCE_UNEVEN) == [("", True)]


def test_a_clock_that_was_set_back_lets_all_days_be_checked(gate: Gate) -> None:
    """A time in the future is no time since."""
    with writing(gate.ledger) as connection:
        notes.write(connection, watch.CHECKED, stamp(later(gate, days=400).clock()))
    watch.check_balance(gate)
    with gate.ledger.connect() as connection:
        assert (
            notes.read(connection, watch.CHECKED)
            == stamp(gate.clock())[:10] + str(notes.read(connection, watch.CHECKED))[10:]
        )


def test_what_lies_in_the_spool_is_no_uneven_balance(gate: Gate) -> None:
    """It was claimed and is not deposited yet."""
    spool(gate)
    watch.check_balance(gate)
    assert raised(gate, BALANCE_UNEVEN) == []
