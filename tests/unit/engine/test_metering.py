"""The port of the metrics: what Prometheus reads from a gate at work."""

from __future__ import annotations

import shutil
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from structlog.testing import capture_logs

from edigate.domain.servers import Server
from edigate.engine import gauges, waiting
from edigate.engine.local import Local
from edigate.engine.metering import measured
from edigate.ledger import alerts, deliveries, servers, store, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries as deliveries_table
from edigate.ledger.tables import runs
from edigate.observability import logs
from edigate.observability.metrics import METRICS
from tests.at_work import at_work
from tests.ports import free_port
from tests.unit.engine.steps import book, rows, spool
from tests.unit.engine.test_local import deposit, with_settings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from edigate.engine.gate import Gate

PATIENCE = 60
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def port() -> int:
    """Where metrics are to be served."""
    return free_port()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The log as `edigate run` sets it up, saying little."""
    import structlog  # noqa: PLC0415 - put back here only

    logs.configure(fmt="json", level="error")
    yield
    structlog.reset_defaults()


def scraped(port: int) -> Samples:
    """What Prometheus gets, read by its own parser."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: Samples, name: str, **labels: str) -> float:
    """One figure."""
    return samples[name, tuple(sorted(labels.items()))]


def until(port: int, name: str, value: float, **labels: str) -> Samples:
    """Scrape until a figure is what it should be."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            samples = scraped(port)
        except OSError:
            samples = {}
        if samples.get((name, tuple(sorted(labels.items())))) == value:
            return samples
        time.sleep(0.1)
    raise AssertionError(name, labels)


def test_a_gate_at_work_counts_times_and_measures(gate: Gate, port: int) -> None:
    """Every metric of the table is there, counted though the log says errors only; after the run the port is shut."""
    gate = with_settings(with_settings(gate, "watch", metrics_port=port), "log", level="error")
    for number in range(3):
        deposit(gate, number)
    deposit(gate, 9, b"<broken/>")
    with at_work(Local(gate)):
        samples = until(port, "edigate_batch_flows_sum", 4)
        assert of(samples, "edigate_deliveries_published_total", partner="JMRPOR", kind="report") == 4
        assert of(samples, "edigate_flows_booked_total", partner="JMRPOR") == 4
        assert of(samples, "edigate_flows_decided_total", verdict="integrated", interface="FSO1106A") == 3
        assert of(samples, "edigate_flows_decided_total", verdict="inadmissible", interface="FSO1106A") == 1
        assert of(samples, "edigate_invoices_decided_total", verdict="integrated") == 3
        assert of(samples, "edigate_received_bytes_total", partner="JMRPOR") > 3000
        assert of(samples, "edigate_report_seconds_count") == 4
        assert {"claim", "book", "examine", "settle", "hand_over"} == {
            labels[0][1] for name, labels in samples if name == "edigate_step_seconds_count"
        }
        assert abs(of(samples, "edigate_last_batch_timestamp_seconds") - time.time()) < 60
        assert of(samples, "process_resident_memory_bytes") > 1_000_000
        names = {name for name, _ in samples}
        unlabelled = {m.name for m in METRICS if not m.labels and not m.buckets}
        assert unlabelled <= names
        assert {m.name for m in METRICS if m.read} <= names
        assert not any(name.endswith("_created") for name in names)
    with pytest.raises(URLError):
        scraped(port)


def test_no_port_is_opened_unless_it_is_asked_for(gate: Gate) -> None:
    """And the log is left as it is."""
    import structlog  # noqa: PLC0415 - see _quiet

    before, threads = structlog.get_config(), threading.active_count()
    with measured(gate):
        assert structlog.get_config() == before
        assert threading.active_count() == threads


def test_a_port_that_is_taken_does_not_keep_the_gate_from_its_work(gate: Gate, port: int) -> None:
    """It is told of."""
    other = with_settings(gate, "watch", metrics_port=port)
    with measured(gate=other), capture_logs() as said, measured(other):
        pass
    assert [(entry["event"], entry["address"]) for entry in said] == [("metrics.unserved", f"127.0.0.1:{port}")]


def readings(gate: Gate) -> dict[tuple[str, ...], float]:
    """What is read now, by metric and labels."""
    return {(one.metric, *one.labels): one.value for one in gauges.read(gate)}


def test_what_waits_is_read_from_folders_and_ledger(gate: Gate) -> None:
    """Inbox, spool, runs that are due and held, and the oldest of them all."""
    deposit(gate, 1)
    book(gate, None, None)
    spool(gate)
    with writing(gate.ledger) as connection:
        run = str(rows(gate, runs)[0]["id"])
        store.hold(connection, run, "no_directory", "", stamp(gate.clock()))
    time.sleep(0.05)
    found = readings(gate)

    assert found["edigate_inbox_files",] == 1
    assert found["edigate_spool_files",] == 1
    assert (found["edigate_runs_waiting", "due"], found["edigate_runs_waiting", "held"]) == (1, 1)
    assert 0.05 <= found["edigate_oldest_waiting_seconds",] < PATIENCE
    assert found["edigate_unread_metrics",] == 0
    assert found["edigate_ledger_bytes",] > 0


def test_a_deposit_that_is_claimed_meanwhile_hides_no_other(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate at work takes files out of the inbox that is being counted."""
    for number in range(5):
        deposit(gate, number)
    regular = waiting._counts  # noqa: SLF001 - right after this the gate takes the file

    def and_is_claimed(entry: os.DirEntry[str]) -> bool:
        found = regular(entry)
        if entry.name.endswith("2"):
            Path(entry.path).unlink()
        return found

    monkeypatch.setattr(waiting, "_counts", and_is_claimed)

    assert readings(gate)["edigate_inbox_files",] == 4


def test_deliveries_dead_letters_and_ways_are_read_by_partner(gate: Gate) -> None:
    """Partners without any are nought, and not missing."""
    deposit(gate, 1)
    deposit(gate, 2)
    Local(gate).run_once()
    now = gate.clock()
    with writing(gate.ledger) as connection:
        servers.save(connection, Server("JMRPOR", "127.0.0.1", 22, "u", fetch_from="in"), actor="t", at=stamp(now))
        connection.execute(update(deliveries_table).values(state=deliveries.PLANNED))
        row = rows(gate, deliveries_table)[0]
        deliveries.set_aside(connection, row, "refused", stamp(now))  # type: ignore[arg-type]
        for _ in range(gate.settings.outbox.breaker_failures):
            ways.failed(connection, "SEI001", ways.PUT, "no", now=now, patience=ways.Patience(1, 3))
    found = readings(gate)
    partner = str(row["partner"])

    assert found["edigate_dead_letters", partner] == 1
    waiting = sum(value for key, value in found.items() if key[0] == "edigate_deliveries_waiting")
    assert waiting == len(rows(gate, deliveries_table)) - 1
    assert found["edigate_way_open", "SEI001", "put"] == 1
    assert found["edigate_way_open", "JMRPOR", "put"] == found["edigate_way_open", "JMRPOR", "fetch"] == 0
    assert found["edigate_alerts_open", "way.open"] == found["edigate_alerts_open", "delivery.dead"] == 1
    assert found["edigate_balance_uneven",] == 0


def test_an_uneven_balance_is_a_figure(gate: Gate) -> None:
    """While its alert is open."""
    with writing(gate.ledger) as connection:
        alerts.open_one(connection, alerts.BALANCE_UNEVEN, 0, "", "", stamp(gate.clock()))
    assert readings(gate)["edigate_balance_uneven",] == 1


def test_what_cannot_be_read_does_not_hide_the_rest(gate: Gate) -> None:
    """A folder that is gone costs its own figures; how many groups are missing is a figure, too."""
    shutil.rmtree(gate.places.outbox)
    with capture_logs() as said:
        found = readings(gate)
    assert found["edigate_unread_metrics",] == 1
    assert ("edigate_runs_waiting", "due") in found
    assert ("edigate_disk_free_bytes", "outbox") not in found
    assert [entry["group"] for entry in said] == ["disk"]


def test_a_scrape_a_second_does_not_read_the_ledger_each_time(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are as old as FRESH_SECONDS at most."""
    monkeypatch.setattr(gauges, "FRESH_SECONDS", 3600.0)
    recent = gauges.Recent(gate)
    first = recent.readings()
    assert recent.readings() is first
    monkeypatch.setattr(gauges, "FRESH_SECONDS", 0.0)
    later = gauges.Recent(gate)
    assert later.readings() is not later.readings()


def test_ending_the_gate_does_not_wait_for_whoever_reads(gate: Gate, port: int) -> None:
    """A client that opened a connection and says nothing keeps no gate from ending."""
    import socket  # noqa: PLC0415 - here only

    with at_work(Local(with_settings(gate, "watch", metrics_port=port))):
        until(port, "edigate_unread_metrics", 0)
        idle = socket.create_connection(("127.0.0.1", port))
        time.sleep(0.1)
        started = time.monotonic()
    assert time.monotonic() - started < PATIENCE / 2
    idle.close()
