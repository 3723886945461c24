"""The page of the metrics, from the table that they are made from."""

from __future__ import annotations

from edigate.docs.markdown import code, table
from edigate.observability.meters import COUNTED
from edigate.observability.metrics import METRICS, Metric

_PAGE = """\
# Metrics

A gate that runs (`edigate run`) serves these to Prometheus at `http://ADDRESS:PORT/metrics`, where
`watch.metrics_port` and `watch.metrics_address` say so; by default it opens no port. They begin at nothing each time
that the gate starts. Whoever reaches the port reads the codes of partners and how much they send: leave it on
`127.0.0.1`, or behind a firewall. Besides there are `process_cpu_seconds_total`, `process_resident_memory_bytes`,
`process_open_fds`, `process_max_fds`, `process_start_time_seconds` and `process_virtual_memory_bytes` of the main
process.

`deploy/` holds a Grafana dashboard and alert rules for Prometheus that use them.

## Counted from the log

{counted}

## Read from ledger and folders

They are read when they are asked for, at most every five seconds.

{read}
"""


def render() -> str:
    """The page `docs/reference/metrics.md`."""
    moved_by = {
        metric.name: [event for event, moved in COUNTED.items() if metric.name in {one.metric for one in moved}]
        for metric in METRICS
    }
    counted = (
        [*_cells(metric), " ".join(f"[`{event}`](events.md)" for event in moved_by[metric.name])]
        for metric in METRICS
        if not metric.read
    )
    read = (_cells(metric) for metric in METRICS if metric.read)
    return _PAGE.format(
        counted=table(["Metric", "Kind", "Labels", "Means", "Events"], counted),
        read=table(["Metric", "Kind", "Labels", "Means"], read),
    )


def _cells(metric: Metric) -> list[str]:
    return [code(metric.name), metric.kind.value, " ".join(map(code, metric.labels)), metric.means]
