"""The worker processes; when one dies, what it was at is known, and the others' work is given out again."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from edigate.engine import worker

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edigate.domain.verdicts import Content, Examination
    from edigate.engine.worker import Charge, Share, Waits
    from edigate.routing import Addressee

STARTS = 5
_PRELOAD = ["edigate.engine.worker"]


class Died(Exception):
    """A worker died; `suspects` are the runs that were being examined then."""

    def __init__(self, suspects: frozenset[str]) -> None:
        """Name the runs."""
        super().__init__(", ".join(sorted(suspects)))
        self.suspects = suspects


class CannotStart(Exception):
    """Workers die as they start."""


class Pool:
    """Processes that are started when first needed and again after a death."""

    def __init__(self, charge: Charge, count: int) -> None:
        """`count` processes; 0 means one per core."""
        self.count = count or os.cpu_count() or 1
        self._charge = charge
        self._executor: ProcessPoolExecutor | None = None

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def start(self) -> ProcessPoolExecutor:
        """The processes, up and answering. Raises CannotStart."""
        for _ in range(STARTS):
            if self._executor is not None:
                return self._executor
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(_PRELOAD)
            executor = ProcessPoolExecutor(self.count, context, worker.start, (self._charge,))
            try:
                executor.submit(worker.ready).result()
            except BrokenProcessPool:
                executor.shutdown()
            else:
                self._executor = executor
        if self._executor is None:
            msg = "worker processes cannot be started; what they said stands above"
            raise CannotStart(msg)
        return self._executor

    def examine(self, shares: Sequence[Share]) -> list[tuple[str, Examination | Waits]]:
        """What was found of every item of every share. Raises Died; nothing of the batch counts then."""
        futures = [self._submit(worker.examine_share, share) for share in shares]
        return [found for future in futures for found in self._result(future)]

    def render(
        self, archived: str, interface: str, received_on: dt.date, whom: dict[int, Addressee]
    ) -> dict[int, Content]:
        """Pivots rendered again. Raises Died."""
        rendered: dict[int, Content] = self._result(
            self._submit(worker.render_share, archived, interface, received_on, whom)
        )
        return rendered

    def _submit(self, function: Any, *args: object) -> Future[Any]:  # noqa: ANN401 - any function of the worker
        try:
            return self.start().submit(function, *args)
        except BrokenProcessPool as error:
            raise self._buried() from error

    def _result(self, future: Future[Any]) -> Any:  # noqa: ANN401 - whatever the function gives
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise self._buried() from error

    def _buried(self) -> Died:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None
        suspects = set()
        for note in self._charge.work.glob("*.current"):
            suspects.add(note.read_text(encoding="ascii").strip())
            note.unlink()
        return Died(frozenset(suspects - {""}))
