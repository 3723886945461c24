"""Counting the events of the log for Prometheus: which event moves which metric, and the metrics themselves."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from edigate.observability.metrics import METRICS, Kind, Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from structlog.typing import EventDict, WrappedLogger

_CLAIM_TIME = 12  # the digits of a claim id that tell its time (ledger.clock.new_id)
_OTHER = "other"


class Counting(NamedTuple):
    """A metric that an event moves, by how much (None for not at all), and labels that its fields do not give."""

    metric: str
    amount: Callable[[EventDict], float | None]
    labels: Mapping[str, str] = MappingProxyType({})


def _one(_: EventDict) -> float:
    return 1


def _field(name: str) -> Callable[[EventDict], float | None]:
    return lambda event: event.get(name)


def _at_server(amount: Callable[[EventDict], float | None]) -> Callable[[EventDict], float | None]:
    return lambda event: amount(event) if event.get("at") == "server" else None


def _now(_: EventDict) -> float:
    return time.time()


def _since_claim(event: EventDict) -> float | None:
    """Seconds since the claim of the deposit that a report is about; None for other files and for replays."""
    run = event.get("run") or ""
    if not run.endswith("-1"):
        return None
    return max(0.0, time.time() - int(run[:_CLAIM_TIME], 16) / 1000)


def _invoices(verdict: str) -> Counting:
    return Counting("edigate_invoices_decided_total", _field(verdict), MappingProxyType({"verdict": verdict}))


_TROUBLES = (
    "gate.trouble", "gate.chore_failed", "inbox.stray_file", "inbox.no_partner", "inbox.not_a_file",
    "inbox.unreadable_file", "inbox.unreadable_folder", "inbox.unclaimable_file", "inbox.hollow_file",
    "spool.unbookable_file", "archive.unreachable",
    "sftp.changed", "sftp.claim_gone", "sftp.claim_elsewhere", "sftp.stray_claim", "sftp.not_a_file",
    "sftp.unreadable_file", "sftp.unremovable_file", "sftp.unspoolable_file", "sftp.no_room",
)  # fmt: skip
COUNTED: Mapping[str, tuple[Counting, ...]] = MappingProxyType(
    {
        "flow.booked": (
            Counting("edigate_flows_booked_total", _one),
            Counting("edigate_received_bytes_total", _field("size")),
        ),
        "flow.decided": (
            Counting("edigate_flows_decided_total", _one),
            _invoices("integrated"),
            _invoices("rejected"),
        ),
        "flow.held": (Counting("edigate_flows_held_total", _one),),
        "worker.died": (Counting("edigate_worker_deaths_total", _one),),
        "delivery.published": (
            Counting("edigate_deliveries_published_total", _one),
            Counting("edigate_published_bytes_total", _field("size")),
            Counting("edigate_report_seconds", _since_claim),
            Counting("edigate_sftp_uploaded_total", _at_server(_one)),
            Counting("edigate_sftp_uploaded_bytes_total", _at_server(_field("size"))),
        ),
        "sftp.fetched": (
            Counting("edigate_sftp_fetched_total", _one),
            Counting("edigate_sftp_fetched_bytes_total", _field("size")),
        ),
        "delivery.failed": (Counting("edigate_delivery_failures_total", _one),),
        "delivery.dead": (Counting("edigate_deliveries_dead_total", _one),),
        "way.failed": (Counting("edigate_way_failures_total", _one),),
        "alert.opened": (Counting("edigate_alerts_raised_total", _one),),
        "step.done": (Counting("edigate_step_seconds", _field("seconds")),),
        "batch.done": (
            Counting("edigate_batch_seconds", _field("seconds")),
            Counting("edigate_batch_flows", _field("flows")),
            Counting("edigate_last_batch_timestamp_seconds", _now),
        ),
        **{event: (Counting("edigate_troubles_total", _one),) for event in _TROUBLES},
    }
)


class Meters:
    """The metrics of one gate at work, in a registry of their own."""

    def __init__(self, interfaces: Collection[str]) -> None:
        """`interfaces` are those that a label may name: names of files are somebody else's, and unbounded."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._interfaces = interfaces
        self._labels = {metric.name: metric.labels for metric in METRICS}
        self._made = {metric.name: _made(metric, self.registry) for metric in METRICS if not metric.read}
        self._moves: dict[tuple[str, ...], Callable[[float], None]] = {}

    def count(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """A processor of the log: count what the event tells, and hand it on unchanged."""
        for counting in COUNTED.get(event["event"], ()):
            amount = counting.amount(event)
            if amount is not None:
                labels = [self._label(label, event, counting) for label in self._labels[counting.metric]]
                self._move((counting.metric, *labels))(amount)
        return event

    def _label(self, label: str, event: EventDict, counting: Counting) -> str:
        value = str(counting.labels.get(label) or event.get(label) or _OTHER)
        return value if label != "interface" or value in self._interfaces else _OTHER

    def _move(self, key: tuple[str, ...]) -> Callable[[float], None]:
        """What adds to, sets or observes one series; kept, as finding it takes longer than moving it."""
        found = self._moves.get(key)
        if found is None:
            made = self._made[key[0]]
            series = made.labels(*key[1:]) if len(key) > 1 else made
            found = self._moves[key] = getattr(series, _VERBS[type(made)])
        return found


def _made(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    if metric.kind is Kind.HISTOGRAM:
        return Histogram(metric.name, metric.means, metric.labels, buckets=metric.buckets, registry=registry)
    kind = Counter if metric.kind is Kind.COUNTER else Gauge
    return kind(metric.name, metric.means, metric.labels, registry=registry)


_VERBS: Mapping[type, str] = MappingProxyType({Counter: "inc", Gauge: "set", Histogram: "observe"})
