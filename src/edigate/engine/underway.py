"""The batches that the workers have: the next ones are examined while what became of the last is settled."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.decisions import in_pieces, next_of, of_the_world, take_due
from edigate.engine.pool import CannotStart
from edigate.engine.worker import Waits
from edigate.ledger import store
from edigate.ledger.database import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import RowMapping

    from edigate.domain.verdicts import Examination
    from edigate.engine.decisions import Piece
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()
AT_ONCE = 4  # one is settled, and while that takes the workers must not run out of others
AT_WORKERS = 2  # while the last of one batch is examined, whoever is free begins with the next


class Found(NamedTuple):
    """What the workers found of a batch's runs, and how many bytes of pivots lie in memory with it."""

    pairs: Piece
    kept: int


class Batch(NamedTuple):
    """Runs that were taken, in the order of booking, and what the workers will have found of them.

    One of many invoices is settled in pieces, each a batch; only the last of them is the `end`.
    """

    rows: Sequence[RowMapping]
    found: Future[Found]
    end: bool = True

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
        self._beside = ThreadPoolExecutor(AT_WORKERS, thread_name_prefix="examine")
        self._batches: list[Batch] = []  # another one at each change: whoever goes through it needs no lock
        self._changing = threading.Lock()
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
            sum(batch.end for batch in self._batches) >= AT_ONCE
            or any(row["attempts"] for batch in self._batches for row in batch.rows)
            or sum(batch.size for batch in self._batches) > self._gate.settings.intake.batch_bytes
        )

    def fill(self) -> int:
        """Give the workers what is due, as long as there is room. Returns how many runs that was."""
        taken = 0
        while not self.full and (rows := take_due(self._gate, self._pool, but=self.runs)):
            batch = Batch(rows, Future())
            with self._changing:
                self._batches = [*self._batches, batch]
            self._beside.submit(self._examine, batch)
            taken += len(rows)
        return taken

    def _examine(self, batch: Batch) -> None:
        """Have it examined, and what is found of it told piece by piece."""
        if not batch.found.set_running_or_notify_cancel():
            return
        pairs: Piece = []
        try:
            with closing(in_pieces(self._gate, self._pool, batch.rows)) as pieces:
                while piece := next_of(pieces):
                    pairs += piece
                    if len(pairs) < len(batch.rows) and (rest := self._parted(batch, len(pairs))):
                        batch.found.set_result(_found(pairs))
                        batch, pairs = rest, []
        except BaseException as error:  # noqa: BLE001 - whoever settles it is told
            batch.found.set_exception(error)
        else:
            batch.found.set_result(_found(pairs))

    def _parted(self, batch: Batch, count: int) -> Batch | None:
        """Make two of a batch, the first of so many runs; returns the other, None where it is being given back."""
        first = batch._replace(rows=batch.rows[:count], end=False)
        rest = Batch(batch.rows[count:], Future(), batch.end)
        rest.found.set_running_or_notify_cancel()
        with self._changing:
            if all(one is not batch for one in self._batches):
                return None
            self._batches = [new for one in self._batches for new in ((first, rest) if one is batch else (one,))]
        return rest

    def leave(self) -> tuple[Sequence[RowMapping], Piece]:
        """Wait for the first batch; its rows, and what was found of them. It stays among `runs` until `forget`.

        Where something is left to be tried again, those behind it are given back: they may repeat it.
        """
        found = self._batches[0].found.result().pairs
        batch = self._batches[0]  # it may have been parted meanwhile
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
        self._pop(0)

    def _pop(self, at: int) -> Batch:
        with self._changing:
            batch = self._batches[at]
            self._batches = [one for one in self._batches if one is not batch]
        return batch

    def abandon(self) -> None:
        """Give up all that is under way, so that it is taken again from the start; wait until nobody is at it.

        Only over a batch to blame, which is the first, an attempt stays counted: it will be tried run by run.
        """
        blamed, self._blamed = self._blamed, False
        self._give_back(int(blamed))
        if self._batches:
            with suppress(Exception):
                self._pop(0).found.result()

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
            batch = self._pop(-1)
            if not batch.found.cancel():
                with suppress(Exception):
                    batch.found.result()
            given_back.append(batch)
        if given_back:
            with suppress(SQLAlchemyError), writing(self._gate.ledger) as connection:
                for batch in given_back:
                    runs, before = [row["run"] for row in batch.rows], batch.rows[0]["attempts"]
                    store.forget_attempts(connection, runs, before)


def _found(pairs: Piece) -> Found:
    return Found(pairs, sum(_in_memory(found) for _, found in pairs))


def _in_memory(found: Examination | Waits) -> int:
    if isinstance(found, Waits):
        return 0
    return sum(len(one.pivot.data) for one in found.invoices if one.pivot)
