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

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Every sender has these `seconds`, and more with each byte that is explained to him."""
        self._seconds = seconds
        self._clock = clock
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._sender = ""

    def begin_batch(self) -> None:
        """Forget what was spent."""
        self._spent.clear()

    def serve(self, sender: str) -> None:
        """The documents that follow are his."""
        self._sender = sender

    def deadline(self, size: float) -> float | None:
        """Until when a document of this size may be explained; None where nothing is left for its sender."""
        left = self._seconds + size * _SECONDS_PER_BYTE - self._spent[self._sender]
        return self._clock() + min(left, self._seconds) if left > 0 else None

    def charge(self, began: float, size: float) -> None:
        """Count an explanation that began then and has ended."""
        spent = self._spent[self._sender] + self._clock() - began - size * _SECONDS_PER_BYTE
        self._spent[self._sender] = max(0.0, spent)
