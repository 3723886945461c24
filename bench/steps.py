"""A stopwatch around the engine's steps, put there from outside: the engine itself measures nothing."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from functools import wraps
from typing import TYPE_CHECKING, Any

from edigate.engine import deposits, handover, local, pool, underway
from edigate.intake import folder

if TYPE_CHECKING:
    from collections.abc import Callable

# Step, and where its function is looked up when it is called. A step that runs inside another is not counted twice:
# `start` is the starting of the workers, which the first batch waits for; what `hand_over` does besides placing and
# publishing is `tell`, and the life cycle's own files count under `place` and `publish`.
WATCHED: tuple[tuple[str, object, str], ...] = (
    ("claim", folder.Inbox, "look"),
    ("claim", deposits, "claim"),
    ("book", deposits, "book"),
    ("examine", underway, "take_due"),
    ("examine", underway, "next_of"),
    ("start", pool.Pool, "start"),
    ("settle", local, "settle"),
    ("place", handover, "place"),
    ("publish", handover, "publish"),
    ("tell", local, "hand_over"),
)


class Stopwatch:
    """Seconds by step, and the instants between which the gate was at work."""

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.began: float | None = None
        self.ended = 0.0
        self._own = threading.local()

    def begin(self) -> None:
        """Count from now on, whatever was measured before."""
        self.seconds.clear()
        self.began = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """From the beginning, or the first look for files, to the end of the last publishing that did something."""
        return self.ended - (self.began or 0.0)

    def around(self, step: str, function: Callable[..., Any], after: Callable[[], None]) -> Callable[..., Any]:
        """The function, measured; `after` is called when it has ended well."""

        @wraps(function)
        def timed(*args: object, **options: object) -> object:
            inner = self._own.__dict__.setdefault("inner", [])
            began = time.perf_counter()
            self.began = self.began or began
            inner.append(0.0)
            try:
                result = function(*args, **options)
            finally:
                now = time.perf_counter()
                self.seconds[step] += now - began - inner.pop()
                if inner:
                    inner[-1] += now - began
            if step == "publish" and result:
                self.ended = now
            after()
            return result

        return timed


def watch(after_start: Callable[[], None] = lambda: None) -> Stopwatch:
    """Measure every step of this process from now on; `after_start` is called whenever workers are up."""
    stopwatch = Stopwatch()
    for step, owner, name in WATCHED:
        after = after_start if step == "start" else (lambda: None)
        setattr(owner, name, stopwatch.around(step, getattr(owner, name), after))
    return stopwatch
