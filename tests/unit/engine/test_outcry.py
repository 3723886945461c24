"""A ledger that cannot be written is told all the same: once, and once more when it can."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from edigate.engine import telling
from edigate.engine.outcry import LOOKED, Outcry
from edigate.ledger import notes
from edigate.ledger.clock import stamp
from tests.listeners import Webhook
from tests.unit.engine.test_local import with_settings
from tests.unit.engine.test_telling import open_alert

if TYPE_CHECKING:
    from edigate.engine.gate import Gate


def let_write(gate: Gate, *, allowed: bool) -> None:
    """Have SQLite itself refuse to write, as on a disk that was remounted read-only; or let it again."""

    def tell(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"pragma query_only={'off' if allowed else 'on'}")

    event.listen(gate.ledger, "checkout", tell)


def said(outcry: Outcry, gate: Gate) -> list[str]:
    """The events of one look."""
    with capture_logs() as logs:
        outcry(gate)
    return [entry["event"] for entry in logs]


def test_a_ledger_that_can_be_written_is_not_spoken_of(gate: Gate) -> None:
    """That it was looked at is written into it."""
    assert said(Outcry(), gate) == []
    with gate.ledger.connect() as connection:
        assert str(notes.read(connection, LOOKED)) <= stamp(gate.clock())


def test_one_that_cannot_is_told_once_and_its_end_once(gate: Gate) -> None:
    """However long it lasts; and again the next time."""
    hook, outcry = Webhook(), Outcry()
    gate = with_settings(gate, "watch", webhook=hook.address)
    with hook.listening():
        for _ in range(2):
            let_write(gate, allowed=False)
            assert said(outcry, gate) == ["alert.opened"]
            assert said(outcry, gate) == []
            let_write(gate, allowed=True)
            assert said(outcry, gate) == ["alert.over"]
            assert said(outcry, gate) == []

    told = [alert for posted in hook.posted for alert in posted["alerts"]]
    assert [(one["kind"], one["state"]) for one in told] == [
        ("ledger.unwritable", "opened"), ("ledger.unwritable", "closed"),
    ] * 2  # fmt: skip
    assert "readonly" in told[0]["detail"]
    assert "ledger.sqlite" in told[0]["remedy"]


def test_a_way_that_is_down_is_tried_again(gate: Gate) -> None:
    """The log is not told twice for it."""
    hook, outcry = Webhook(), Outcry()
    gate = with_settings(gate, "watch", webhook=hook.address)
    let_write(gate, allowed=False)
    assert said(outcry, gate) == ["alert.opened", "alert.untold"]
    with hook.listening():
        assert said(outcry, gate) == []
        assert said(outcry, gate) == []
    assert len(hook.posted) == 1


def test_somebody_who_writes_for_long_is_no_alarm(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge or a backup may hold the lock."""
    monkeypatch.setattr("edigate.ledger.database.BUSY_SECONDS", 0)
    holding = sqlite3.connect(gate.places.ledger, isolation_level=None)
    holding.execute("begin immediate")

    def impatient(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("pragma busy_timeout=50")

    event.listen(gate.ledger, "checkout", impatient)
    outcry = Outcry()
    with capture_logs() as logs, pytest.raises(OperationalError):
        outcry(gate)
    holding.close()
    assert logs == []
    assert said(outcry, gate) == []


def test_alerts_are_not_told_again_and_again_while_that_cannot_be_noted(gate: Gate) -> None:
    """They wait until the ledger can keep that they were told."""
    open_alert(gate)
    let_write(gate, allowed=False)
    for _ in range(3):
        with capture_logs() as logs, pytest.raises(OperationalError):
            telling.tell(gate)
        assert logs == []
    let_write(gate, allowed=True)
    with capture_logs() as logs:
        telling.tell(gate)
        telling.tell(gate)
    assert [entry["event"] for entry in logs] == ["alert.opened"]
