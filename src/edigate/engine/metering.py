"""The port of the metrics: events are counted and figures served while a gate is at work, if a port is set."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.engine.gate import Gate

log = structlog.get_logger()


@contextmanager
def measured(gate: Gate) -> Iterator[None]:
    """Count what the log tells and serve it to Prometheus; a port that is taken is told of, and the gate works on."""
    if not gate.settings.watch.metrics_port:
        yield
        return
    from edigate.engine import figures  # noqa: PLC0415 - prometheus_client, which few gates need
    from edigate.observability.logs import overheard  # noqa: PLC0415
    from edigate.observability.meters import Meters  # noqa: PLC0415

    meters = Meters(gate.interfaces)
    with ExitStack() as stack:
        stack.enter_context(overheard(meters.count, level=gate.settings.log.level))
        try:
            stack.enter_context(figures.served(gate, meters))
        except OSError as error:
            watch = gate.settings.watch
            log.error("metrics.unserved", address=f"{watch.metrics_address}:{watch.metrics_port}", error=str(error))
        yield
