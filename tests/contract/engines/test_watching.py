"""What several machines of a gate tell of: each of itself, once, and of a server that is away, too."""

from __future__ import annotations

import logging
import shutil
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from edigate.engine import watch
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger import alert_queries
from edigate.ledger.alerts import DISK_LOW, FLOWS_STUCK, LEDGER_UNWRITABLE
from edigate.ledger.tables import alerts
from tests import postgres
from tests.acceptance.gates import DEPOSITOR, Site
from tests.at_work import at_work
from tests.contract.engines.test_roles import other_machine
from tests.listeners import Webhook
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

PATIENCE = 60.0


def open_ones(site: Site) -> list[tuple[str, str]]:
    """Kind and partner of every alert that is open."""
    with site.gate.ledger.connect() as connection:
        return sorted((row["kind"], row["partner"]) for row in alert_queries.list_alerts(connection))


def ever_raised(site: Site) -> int:
    """How many alerts there ever were."""
    with site.gate.ledger.connect() as connection:
        return len(connection.execute(select(alerts.c.id)).all())


def two_machines(site: Site, tmp_path: Path) -> Site:
    """The other one; both have been at work."""
    elsewhere = other_machine(site, tmp_path / "other")
    for machine in (site, elsewhere):
        Distributed(machine.gate, {Role.INTAKE}).run_once()
    return elsewhere


def until(holds: Callable[[], Any]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_machine_does_not_settle_what_only_another_one_sees(site: Site, tmp_path: Path) -> None:
    """A disk that is nearly full and a deposit that nobody takes are alerts of their machine, until it sees the end."""
    elsewhere = two_machines(site, tmp_path)
    here = with_settings(site.gate, "engine", disk_free_bytes=shutil.disk_usage(site.root).free)
    site.deposit(b"", name="forgotten")
    settled = with_settings(with_settings(here, "intake", broken_after_seconds=0), "watch", stuck_minutes=0)
    time.sleep(0.05)
    for _ in range(3):
        watch.look(settled)
        watch.look(elsewhere.gate)
        assert open_ones(site) == [(DISK_LOW, ""), (FLOWS_STUCK, DEPOSITOR)]
    assert ever_raised(site) == 2
    watch.look(site.gate)
    assert open_ones(site) == []
    elsewhere.close()


def test_what_the_ledger_has_is_one_alert_whoever_sees_it(site: Site, tmp_path: Path) -> None:
    """A flow that is booked and not decided is every machine's, and any of them settles it."""
    elsewhere = two_machines(site, tmp_path)
    site.deposit(b"<nothing/>")
    Distributed(site.gate, {Role.INTAKE}).run_once()
    for gate in (site.gate, elsewhere.gate, site.gate):
        watch.look(with_settings(gate, "watch", stuck_minutes=0))
    assert open_ones(site) == [(FLOWS_STUCK, DEPOSITOR)]
    assert ever_raised(site) == 1
    site.round()
    watch.look(elsewhere.gate)
    assert open_ones(site) == []
    elsewhere.close()


def test_a_server_that_is_away_is_told_though_nothing_can_be_written(
    site: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """By the webhook, once, and once more when it is back; the libraries add no lines of their own to the log."""
    caplog.set_level(logging.WARNING)
    server, hook = postgres.server(), Webhook()
    gate = with_settings(site.gate, "watch", webhook=hook.address, every_seconds=0.2)

    def told() -> list[tuple[str, str]]:
        return [(one["kind"], one["state"]) for post in hook.posted for one in post["alerts"]]

    with hook.listening(), at_work(Distributed(gate)):
        try:
            until(lambda: "gate.started" in capfd.readouterr().out)
            server.stop()
            until(told)
            time.sleep(1)
        finally:
            server.start()
        until(lambda: len(told()) > 1)
    assert told() == [(LEDGER_UNWRITABLE, "opened"), (LEDGER_UNWRITABLE, "closed")]
    assert caplog.records == []
    assert "Traceback" not in capfd.readouterr().out
