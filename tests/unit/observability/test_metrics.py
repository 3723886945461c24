"""The metrics: made from one table, moved by events, named as Prometheus wants."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import structlog

from edigate.observability import logs
from edigate.observability.events import EVENTS
from edigate.observability.meters import COUNTED, Meters
from edigate.observability.metrics import METRICS, Kind
from edigate.observability.timing import timed

log = structlog.get_logger()
BY_NAME = {metric.name: metric for metric in METRICS}


@pytest.fixture
def meters() -> Meters:
    """Fresh ones, that know one interface."""
    return Meters({"FSO1106A"})


def told(meters: Meters, event: str, **fields: object) -> None:
    """Let an event be counted."""
    meters.count(None, "info", {"event": event, **fields})


def value(meters: Meters, sample: str, **labels: str) -> float | None:
    """A sample as Prometheus would read it."""
    return meters.registry.get_sample_value(sample, labels)


def test_names_are_those_that_prometheus_asks_for() -> None:
    """One prefix, no name twice, counters end in _total and nothing else does."""
    assert len(BY_NAME) == len(METRICS)
    for metric in METRICS:
        assert re.fullmatch(r"edigate_[a-z_]+[a-z]", metric.name)
        assert metric.name.endswith("_total") is (metric.kind is Kind.COUNTER)
        assert bool(metric.buckets) is (metric.kind is Kind.HISTOGRAM)


def test_every_metric_that_is_counted_has_an_event_that_moves_it() -> None:
    """And every event that moves one is in the list of events."""
    moved = {one.metric for counted in COUNTED.values() for one in counted}
    assert moved == {metric.name for metric in METRICS if not metric.read}
    assert COUNTED.keys() <= EVENTS.keys()


def test_a_decision_counts_its_flow_and_its_invoices(meters: Meters) -> None:
    """By verdict and interface; invoices by their own verdict."""
    told(meters, "flow.decided", verdict="partial", interface="FSO1106A", integrated=3, rejected=1)
    told(meters, "flow.decided", verdict="partial", interface="FSO1106A", integrated=1, rejected=1)

    assert value(meters, "edigate_flows_decided_total", verdict="partial", interface="FSO1106A") == 2
    assert value(meters, "edigate_invoices_decided_total", verdict="integrated") == 4
    assert value(meters, "edigate_invoices_decided_total", verdict="rejected") == 2


@pytest.mark.parametrize("interface", ["FSO9999A", "", None])
def test_names_that_a_depositor_makes_up_become_no_labels(meters: Meters, interface: str | None) -> None:
    """Ten thousand made-up names of flows are one series and not ten thousand."""
    told(meters, "flow.decided", verdict="inadmissible", interface=interface, integrated=0, rejected=0)

    assert value(meters, "edigate_flows_decided_total", verdict="inadmissible", interface="other") == 1


def test_bytes_are_added_up(meters: Meters) -> None:
    """Of what comes in and of what goes out, by partner."""
    told(meters, "flow.booked", partner="JMRPOR", flow="x", size=1000)
    told(meters, "flow.booked", partner="JMRPOR", flow="y", size=24)
    told(meters, "delivery.published", partner="SEI001", kind="pivot", file="z", size=7, run=None, at="outbox")

    assert value(meters, "edigate_received_bytes_total", partner="JMRPOR") == 1024
    assert value(meters, "edigate_published_bytes_total", partner="SEI001") == 7
    assert value(meters, "edigate_sftp_uploaded_total", partner="SEI001") is None


def test_what_goes_to_a_server_is_counted_as_uploaded_too(meters: Meters) -> None:
    """And what was fetched from one."""
    told(meters, "delivery.published", partner="SEI001", kind="pivot", file="z", size=7, run=None, at="server")
    told(meters, "sftp.fetched", partner="JMRPOR", name="f", flow="i", size=9)

    assert value(meters, "edigate_sftp_uploaded_total", partner="SEI001") == 1
    assert value(meters, "edigate_sftp_uploaded_bytes_total", partner="SEI001") == 7
    assert value(meters, "edigate_sftp_fetched_bytes_total", partner="JMRPOR") == 9


def test_the_time_to_a_report_is_that_since_the_claim(meters: Meters) -> None:
    """The claim's id tells its time; replays and other files have none."""
    claim = f"{int((time.time() - 30) * 1000):012x}{'0' * 16}"
    for run in (f"{claim}-1", f"{claim}-2", None):
        told(meters, "delivery.published", partner="A", kind="report", file="f", size=1, run=run, at="outbox")

    assert value(meters, "edigate_report_seconds_count") == 1
    assert value(meters, "edigate_report_seconds_sum") == pytest.approx(30, abs=5)


def test_a_step_is_timed_unless_there_was_nothing_to_do(meters: Meters) -> None:
    """What failed is timed, too."""
    structlog.reset_defaults()
    with logs.overheard(meters.count, level="error"):
        with timed("examine"):
            pass
        with timed("claim") as timing:
            timing.worth = False
        with pytest.raises(ZeroDivisionError), timed("settle"):
            _ = 1 // 0

    assert value(meters, "edigate_step_seconds_count", step="examine") == 1
    assert value(meters, "edigate_step_seconds_count", step="settle") == 1
    assert value(meters, "edigate_step_seconds_count", step="claim") is None


def test_what_is_not_logged_is_counted_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The level of the log decides on what is written alone, before, meanwhile and after."""
    heard: list[str] = []

    def hear(_logger: object, _method: str, event: Any) -> Any:  # noqa: ANN401 - structlog's own signature
        heard.append(event["event"])
        return event

    logs.configure(fmt="json", level="warning")
    with logs.overheard(hear, level="warning"):
        log.debug("step.done")
        log.info("flow.decided")
        log.warning("flow.held")
    log.info("flow.decided")
    structlog.reset_defaults()

    assert heard == ["step.done", "flow.decided", "flow.held"]
    assert re.findall(r'"event": "([a-z.]+)"', capsys.readouterr().err) == ["flow.held"]
