"""Deposits are taken in beside what is decided: a batch ahead of the workers at most, and not at once after trouble."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future

    from edigate.engine.arrivals import Arrivals


class TakingIn:
    """What takes in, in a thread of its own.

    It is `wanted` until nothing was found, `under_way` while it is at it, and `ahead` by so many deposits that the
    workers have not been given.
    """

    def __init__(self, arrivals: Arrivals, batch: int) -> None:
        """`batch` is how far ahead it may be and still begin."""
        self._arrivals = arrivals
        self._batch = batch
        self._beside: ThreadPoolExecutor | None = None
        self._rests_until: float | None = None
        self.wanted = True
        self.ahead = 0
        self.under_way: Future[int] | None = None

    @property
    def rests_for(self) -> float | None:
        """How many seconds it is left alone yet, until it begins again; None where it is not."""
        return None if self._rests_until is None else max(0.0, self._rests_until - time.monotonic())

    def rest(self, seconds: float) -> None:
        """Leave it alone for so long."""
        self._rests_until = time.monotonic() + seconds

    def begin(self, *, looking: bool) -> None:
        """Take in the next batch, if there is need of it; inboxes are looked through only if `looking` is allowed."""
        if self.wanted and not self.under_way and self.ahead < self._batch and not self.rests_for:
            self._rests_until = None
            self._beside = self._beside or ThreadPoolExecutor(1, thread_name_prefix="take-in")
            self.under_way = self._beside.submit(self._arrivals.take_in, looking=looking)

    def end(self) -> None:
        """Wait for what is under way. After nothing, no more is wanted until somebody says so. Raises what it met."""
        under_way, self.under_way = self.under_way, None
        self.wanted = False
        taken = under_way.result() if under_way else 0
        self.ahead += taken
        self.wanted = taken > 0

    def given(self, count: int, *, left: bool) -> None:
        """The workers were given so many; where nothing is `left` that they could be given, it is not ahead at all."""
        self.ahead = max(0, self.ahead - count) if left else 0

    def close(self) -> None:
        """Wait until the thread is done; the next beginning has a new one."""
        if self._beside:
            self._beside.shutdown()
            self._beside = None
