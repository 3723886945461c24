"""The batches that the workers have: the next one waits for them while what became of the last is settled."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.decisions import examine, of_the_world, take_due
from edigate.engine.pool import CannotStart
from edigate.engine.worker import Waits
from edigate.ledger import store
from edigate.ledger.database import writing
from edigate.observability.timing import timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import RowMapping

    from edigate.domain.verdicts import Examination
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()
AT_ONCE = 3  # one is settled, one examined, one waits for the workers


class Found(NamedTuple):
    """What the workers found of a batch's runs, and how many bytes of pivots lie in memory with it."""

    pairs: list[tuple[RowMapping, Examination | Waits]]
    kept: int


class Batch(NamedTuple):
    """Runs that were taken, in the order of booking, and what the workers will have found of them."""

    rows: Sequence[RowMapping]
    found: Future[Found]

    @property
    def size(self) -> int:
        """Bytes, of what was deposited and, once it is examined, of what lies in memory of it."""
        examined = self.found.done() and not self.found.cancelled() and not self.found.exception()
        deposited: int = sum(row["size"] for row in self.rows)
        return deposited + (self.found.result().kept if examined else 0)


class Underway:
    """Batches one after the other at the workers, at most `AT_ONCE`; they leave in the order in which they came."""

    def __init__(self, gate: Gate, pool: Pool) -> None:
        """Nothing is taken before `fill`."""
        self._gate = gate
        self._pool = pool
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="examine")
        self._batches: deque[Batch] = deque()
        self._woken = False
        self._blamed = False

    def wake(self) -> None:
        """Have the workers started by the time when the first batch is there; any thread may say so."""
        if not self._woken:
            self._woken = True
            self._beside.submit(self._start)

    def _start(self) -> None:
        with suppress(CannotStart):  # whoever takes a batch tries again, and tells what stands in the way
            self._pool.start()

    @property
    def first(self) -> Batch | None:
        """The batch that leaves next."""
        return self._batches[0] if self._batches else None

    @property
    def runs(self) -> frozenset[str]:
        """What is under way."""
        return frozenset(row["run"] for batch in self._batches for row in batch.rows)

    @property
    def full(self) -> bool:
        """Whether no more is taken for now: nothing overtakes a run that is tried alone, and memory has its bounds."""
        return (
            len(self._batches) >= AT_ONCE
            or any(row["attempts"] for batch in self._batches for row in batch.rows)
            or sum(batch.size for batch in self._batches) > self._gate.settings.intake.batch_bytes
        )

    def fill(self) -> int:
        """Give the workers what is due, as long as there is room. Returns how many runs that was."""
        taken = 0
        while not self.full and (rows := take_due(self._gate, self._pool, but=self.runs)):
            self._batches.append(Batch(rows, self._beside.submit(_examined, self._gate, self._pool, rows)))
            taken += len(rows)
        return taken

    def leave(self) -> tuple[Sequence[RowMapping], list[tuple[RowMapping, Examination | Waits]]]:
        """Wait for the first batch; its rows, and what was found of them. It stays among `runs` until `forget`.

        Where something is left to be tried again, those behind it are given back: they may repeat it.
        """
        batch = self._batches[0]
        found = batch.found.result().pairs
        if len(found) < len(batch.rows):
            self._give_back(1)
        return batch.rows, found

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """What is raised in this context, unless it is of the world, may be over the first batch."""
        try:
            yield
        except Exception as error:
            self._blamed = not of_the_world(error)
            raise

    def forget(self) -> None:
        """The first batch is settled and handed over."""
        self._batches.popleft()

    def abandon(self) -> None:
        """Give up all that is under way, so that it is taken again from the start; wait until nobody is at it.

        Only over a batch to blame, which is the first, an attempt stays counted: it will be tried run by run.
        """
        blamed, self._blamed = self._blamed, False
        self._give_back(int(blamed))
        if self._batches:
            with suppress(Exception):
                self._batches.popleft().found.result()

    def close(self) -> None:
        """Abandon all, and take nothing any more."""
        self.abandon()
        self._beside.shutdown()

    def _give_back(self, kept: int) -> None:
        """Only the first so many stay; the others' attempts are taken back, since it was not over them that this ends.

        Where that cannot be written they are tried alone, which is slow, and no worse.
        """
        given_back: list[Batch] = []
        while len(self._batches) > kept:
            batch = self._batches.pop()
            if not batch.found.cancel():
                with suppress(Exception):
                    batch.found.result()
            given_back.append(batch)
        if given_back:
            with suppress(SQLAlchemyError), writing(self._gate.ledger) as connection:
                for batch in given_back:
                    runs, before = [row["run"] for row in batch.rows], batch.rows[0]["attempts"]
                    store.forget_attempts(connection, runs, before)


def _examined(gate: Gate, pool: Pool, rows: Sequence[RowMapping]) -> Found:
    with timed("examine"):
        pairs = examine(gate, pool, rows)
    return Found(pairs, sum(_in_memory(found) for _, found in pairs))


def _in_memory(found: Examination | Waits) -> int:
    if isinstance(found, Waits):
        return 0
    return sum(len(one.pivot.data) for one in found.invoices if one.pivot)
