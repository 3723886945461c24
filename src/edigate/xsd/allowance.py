"""How long one sender's mistakes may be explained in one batch, so that a flood of them does not keep others waiting.

An explanation takes a few milliseconds; one that is made to be slow may take all its seconds, and a batch hold many.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Some four times what an ordinary document with mistakes takes.
_SECONDS_PER_BYTE = 1e-6


class Allowance:
    """Seconds of explanation left to whoever sent the documents in hand."""

    def __init__(self, seconds: float) -> None:
        """Every sender has these `seconds`, and more with each byte that is explained to him."""
        self._seconds = seconds
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._sender = ""

    def begin_batch(self) -> None:
        """Forget what was spent."""
        self._spent.clear()

    def serve(self, sender: str) -> None:
        """The documents that follow are his."""
        self._sender = sender

    def left(self, size: float) -> float:
        """How many seconds a document of this size may be explained; none or fewer where its sender has had his."""
        return min(self._seconds + size * _SECONDS_PER_BYTE - self._spent[self._sender], self._seconds)

    def charge(self, seconds: float, size: float) -> None:
        """Count an explanation that took so long."""
        spent = self._spent[self._sender] + seconds - size * _SECONDS_PER_BYTE
        self._spent[self._sender] = max(0.0, spent)


class Timer:
    """Time that runs from when it is first looked at: loading what explains is not the sender's affair."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Late after so many seconds."""
        self.seconds = seconds
        self._clock = clock
        self._began: float | None = None

    def is_late(self) -> bool:
        """Whether its time is over."""
        return self.elapsed() > self.seconds

    def elapsed(self) -> float:
        """Seconds since it was first looked at."""
        now = self._clock()
        self._began = now if self._began is None else self._began
        return now - self._began
