"""Counted and read figures together, as Prometheus fetches them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import start_http_server
from prometheus_client.core import GaugeMetricFamily

from edigate.engine.gauges import Recent
from edigate.observability.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.engine.gate import Gate
    from edigate.observability.meters import Meters


class Figures:
    """The figures that are read, in the shape that prometheus_client collects."""

    def __init__(self, gate: Gate) -> None:
        """Of this gate."""
        self._recent = Recent(gate)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every metric that is read, with its figures."""
        families = {
            metric.name: GaugeMetricFamily(metric.name, metric.means, labels=metric.labels)
            for metric in METRICS
            if metric.read
        }
        for reading in self._recent.readings():
            families[reading.metric].add_metric(reading.labels, float(reading.value))
        yield from families.values()


@contextmanager
def served(gate: Gate, meters: Meters) -> Iterator[None]:
    """Answer on the port of the settings as long as the context lasts. Raises OSError where it cannot be had."""
    meters.registry.register(Figures(gate))
    watch = gate.settings.watch
    server, thread = start_http_server(watch.metrics_port, watch.metrics_address, meters.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
