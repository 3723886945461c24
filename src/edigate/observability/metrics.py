"""The metrics that Prometheus may fetch from a running gate: one table, from which they are made and documented."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a metric is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """One metric; `read` marks those that are read from ledger and folders when they are asked for."""

    name: str
    kind: Kind
    means: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    read: bool = False


def _counter(name: str, means: str, *labels: str) -> Metric:
    return Metric(name, Kind.COUNTER, means, labels)


def _read(name: str, means: str, *labels: str) -> Metric:
    return Metric(name, Kind.GAUGE, means, labels, read=True)


_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_LONG = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
_MANY = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)

# fmt: off
METRICS: tuple[Metric, ...] = (
    _counter("edigate_flows_booked_total", "Deposits that are safe in archive and ledger.", "partner"),
    _counter("edigate_received_bytes_total", "Their bytes.", "partner"),
    _counter("edigate_flows_decided_total", "Verdicts on flows, replays included.", "verdict", "interface"),
    _counter("edigate_invoices_decided_total", "Invoices decided on: `integrated` or `rejected`.", "verdict"),
    _counter("edigate_flows_held_total", "Times that a flow was held, by the reason.", "reason"),
    _counter("edigate_worker_deaths_total", "Worker processes that ended over a flow."),
    _counter("edigate_deliveries_published_total", "Files handed to partners.", "kind", "partner"),
    _counter("edigate_published_bytes_total", "Their bytes.", "partner"),
    _counter("edigate_delivery_failures_total", "Tries to hand a file over that failed.", "partner"),
    _counter("edigate_deliveries_dead_total", "Files set aside as dead letters.", "partner"),
    _counter("edigate_way_failures_total", "Failures on the way to a partner (`put`) or from it (`fetch`).",
             "partner", "way"),
    _counter("edigate_sftp_fetched_total", "Files fetched from partners' servers.", "partner"),
    _counter("edigate_sftp_fetched_bytes_total", "Their bytes.", "partner"),
    _counter("edigate_sftp_uploaded_total", "Files uploaded to partners' servers.", "partner"),
    _counter("edigate_sftp_uploaded_bytes_total", "Their bytes.", "partner"),
    _counter("edigate_alerts_raised_total", "Alerts that were opened.", "kind"),
    _counter("edigate_troubles_total", "What stood in the gate's way, by the word of the log.", "event"),
    Metric("edigate_step_seconds", Kind.HISTOGRAM, "Time of a step of a batch.", ("step",), _SHORT),
    Metric("edigate_batch_seconds", Kind.HISTOGRAM, "Time of a batch, from its examination to its hand-over.", (),
           _SHORT),
    Metric("edigate_batch_flows", Kind.HISTOGRAM, "Flows in a batch.", (), _MANY),
    Metric("edigate_report_seconds", Kind.HISTOGRAM, "Time from the claim of a deposit to the hand-over of its report.",
           (), _LONG),
    Metric("edigate_last_batch_timestamp_seconds", Kind.GAUGE, "When the last batch was done (Unix time)."),
    _read("edigate_build_info", "Always 1; the version stands in the label.", "version"),
    _read("edigate_inbox_files", "Files in partners' inboxes, those that are still arriving included."),
    _read("edigate_spool_files", "Files claimed and not booked yet."),
    _read("edigate_runs_waiting", "Runs without a decision: `due` or `held`.", "state"),
    _read("edigate_oldest_waiting_seconds",
          "How long the oldest deposit waits that is neither decided nor held, in an inbox or in the ledger."),
    _read("edigate_deliveries_waiting", "Files planned and not handed over, dead letters apart.", "partner"),
    _read("edigate_dead_letters", "Files that were set aside.", "partner"),
    _read("edigate_way_open", "1 while a way (`put` or `fetch`) fails so often that an alert was raised, else 0.",
          "partner", "way"),
    _read("edigate_alerts_open", "Alerts that are open.", "kind"),
    _read("edigate_balance_uneven", "1 while the balance does not come out, else 0."),
    _read("edigate_disk_free_bytes", "Room on the disk that a folder of the gate lies on.", "folder"),
    _read("edigate_ledger_bytes", "Size of the embedded ledger, its write-ahead log included."),
    _read("edigate_unread_metrics", "Groups of these figures that could not be read just now: 0, or see the log."),
)
# fmt: on
