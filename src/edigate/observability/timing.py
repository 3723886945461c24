"""How long steps take, told as events for the metrics to count; below the level that is logged they cost little."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger()


@dataclass(slots=True)
class Timing:
    """What is being timed; `worth` goes false where it turned out that there was nothing to do."""

    worth: bool = True


@contextmanager
def timed(step: str) -> Iterator[Timing]:
    """Tell how long a step took, also where it failed."""
    started, timing = time.perf_counter(), Timing()
    try:
        yield timing
    finally:
        if timing.worth:
            log.debug("step.done", step=step, seconds=round(time.perf_counter() - started, 6))
