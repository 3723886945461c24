"""The local engine: rounds of batches in one process with its workers, once or for as long as it is let run."""

from __future__ import annotations

import queue
import shutil
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.arrivals import Arrivals
from edigate.engine.decisions import examine, pass_time, settle, take_due
from edigate.engine.handover import hand_over, publish, said
from edigate.engine.lock import held
from edigate.engine.metering import measured
from edigate.engine.once_only import once_only
from edigate.engine.pool import CannotStart, Pool
from edigate.engine.restored import refuse_if_restored
from edigate.engine.settings_log import note_settings
from edigate.engine.stopping import told_to_end
from edigate.engine.tally import Tally
from edigate.engine.upkeep import do_once, kept_up
from edigate.engine.worker import NOTE, Charge
from edigate.intake.folder import claimed
from edigate.intake.watch import watching
from edigate.ledger import archive, deadlines, deliveries, servers, store, ways
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.observability.timing import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edigate.domain.verdicts import Content
    from edigate.engine.errands import Errands, Fetching
    from edigate.engine.gate import Gate
    from edigate.engine.upkeep import Chore
    from edigate.intake.folder import Look
    from edigate.pipeline.settle import Decision

log = structlog.get_logger()
PAUSE_AFTER_TROUBLE = 5.0
GATHERING = 0.05
AT_SERVERS = 1.0


class Local:
    """One gate at work on its folder."""

    def __init__(self, gate: Gate, *, progress: Callable[[Tally, int], None] | None = None) -> None:
        """`progress` is called after every batch with the tally and how many files are known to be waiting."""
        self.gate = gate
        self.tally = Tally()
        self._progress = progress
        self._stopped = False
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._ahead = 0
        self._caught_up = False
        self._errands: Errands | None = None
        self._fetching: Fetching = "always"
        self._arrivals = Arrivals(gate, self.tally)
        self._pool = Pool(Charge.of(gate, gate.places.work), gate.settings.engine.workers)

    def stop(self) -> None:
        """Finish the batch in hand, then end. A signal handler may call it: it takes no lock."""
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        if self._wakes.empty():
            self._wakes.put(None)

    def run_once(self, *, chores: Sequence[Chore] = ()) -> Tally:
        """Work off what is there, waiting one quiet period for what is still settling, then do the chores.

        Raises engine.lock.Held.
        """
        self._fetching = "once"
        with self._at_work():
            patience = time.monotonic() + self.gate.settings.intake.quiet_seconds + 0.2
            while not self._stopped:
                elsewhere = self._is_elsewhere
                look = self._work_off()
                self.tally.waiting = [
                    str(path) for path in (*look.waiting, *(file.path for file in self._arrivals.backlog))
                ]
                if elsewhere or self._is_elsewhere:
                    self._wait(AT_SERVERS)
                    continue
                if look.next_in is None or time.monotonic() + look.next_in > patience:
                    break
                self._wait(look.next_in + 0.01)
            do_once(self.gate, chores)
        return self.tally

    def work_off_due(self) -> Tally:
        """Decide on what is due and hand over what comes of it; no new deposit is taken. Raises engine.lock.Held."""
        self._fetching = "never"
        with self._at_work():
            while (self._batch() or self._at_servers()) and not self._stopped:
                pass
        return self.tally

    def run(self) -> Tally:
        """Watch and work until stopped by `stop`, SIGTERM or SIGINT. Raises engine.lock.Held."""
        gate = self.gate
        with self._at_work(), measured(gate), watching(gate.inbox, self._wake), kept_up(gate), once_only(gate):
            log.info("gate.started", folder=str(self.gate.places.root))
            with suppress(CannotStart):  # a batch tries again, and tells what stands in the way
                self._pool.start()
            while not self._stopped:
                self._cycle()
            log.info("gate.stopped", booked=self.tally.booked, published=self.tally.published)
        return self.tally

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Hold the folder, end on a signal only between batches, and leave no process behind."""
        seconds = self.gate.settings.engine.stop_seconds
        with told_to_end(self.stop, seconds), held(self.gate.places.lock):
            self._prepare()
            try:
                yield
            finally:
                if self._errands:
                    self._errands.close()
                    self.tally.published += self._errands.sent
                self._pool.close()
                self._sweep()

    def _set_off(self) -> None:
        """Start what is to be done at partners' servers; a gate without any does not even load what speaks to them."""
        if self._errands is None:
            with self.gate.ledger.connect() as connection:
                if not servers.load(connection):
                    return
            from edigate.engine.errands import Errands  # noqa: PLC0415 - 0.2 s and an SSH library

            self._errands = Errands(self.gate, self._wake, lambda: self._stopped)
            self._errands.prepare()
        self._errands.set_off("never" if self._arrivals.full else self._fetching)

    def _at_servers(self) -> bool:
        """Whether anything is under way at partners' servers, after waiting for a while."""
        self._set_off()
        if self._is_elsewhere:
            self._wait(AT_SERVERS)
            return True
        return False

    @property
    def _is_elsewhere(self) -> bool:
        return self._errands is not None and self._errands.busy

    def _cycle(self) -> None:
        while not self._wakes.empty():
            self._wakes.get()
        try:
            look = self._work_off()
            pause = self._pause(look)
        except Exception as error:  # noqa: BLE001 - whatever one round met, the next one may not; attempts are counted
            known = isinstance(error, OSError | SQLAlchemyError)
            log.error(
                "gate.trouble", error=said(error) if known else traceback.format_exc(), again_in=PAUSE_AFTER_TROUBLE
            )
            pause = 0.0
            self._sit_out(PAUSE_AFTER_TROUBLE)
        self._wait(pause)
        if not self._stopped:
            time.sleep(GATHERING)  # a file that grows wakes the gate at every write

    def _sit_out(self, seconds: float) -> None:
        """Wait for so long, whatever wakes the gate meanwhile but the word to end."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        with suppress(queue.Empty):
            self._wakes.get(timeout=seconds)

    def _pause(self, look: Look) -> float:
        """Until the next rescan, the end of a quiet period, or the hour of something that waits in the ledger."""
        now = self.gate.clock()
        with self.gate.ledger.connect() as connection:
            due = [part.next_due(connection, stamp(now)) for part in (store, deliveries, deadlines, ways)]
        pauses = [(moment(time) - now).total_seconds() for time in due if time]
        if self._errands and (next_in := self._errands.next_in()) is not None:
            pauses.append(next_in)
        if look.next_in is not None:
            pauses.append(look.next_in)
        return min([self.gate.settings.intake.rescan_seconds, *pauses])

    def _prepare(self) -> None:
        refuse_if_restored(self.gate)
        places = self.gate.places
        shutil.rmtree(places.work, ignore_errors=True)
        for folder in (places.inbox, places.outbox, places.spool, places.work, places.archive):
            folder.mkdir(parents=True, exist_ok=True)
        archive.tidy(places.archive)
        self._tell_unfinished()
        with writing(self.gate.ledger) as connection:
            deliveries.try_now(connection)
            ways.try_now(connection)
            note_settings(self.gate, connection)
        publish(self.gate)  # its recipient may have it, and have answered, though the last gate had no time to say so

    def _tell_unfinished(self) -> None:
        """Log what an earlier gate left, which this one goes on with."""
        claims = sum(1 for _ in claimed(self.gate.places.spool))
        with self.gate.ledger.connect() as connection:
            runs, files = store.count_to_do(connection), deliveries.count_to_do(connection)
        if claims or runs or files:
            log.info("gate.recovered", claims=claims, runs=runs, files=files)

    def _sweep(self) -> None:
        """Take away what a batch set aside; what failed to be handed over is rendered again."""
        for path in self.gate.places.work.iterdir():
            if path.suffix != NOTE:
                path.unlink(missing_ok=True)

    def _work_off(self) -> Look:
        """Batches until nothing is ready and nothing is due; the last look tells what still waits."""
        while True:
            self._set_off()
            look = self._arrivals.look()
            booked = self.tally.booked
            progressed = True
            while (self._arrivals.backlog or progressed) and not self._stopped:
                progressed = self._batch()
            if self._stopped and self._ahead:
                self._decide()  # what was taken in is in hand: it is not left undecided
            if self.tally.booked == booked or self._stopped:
                return look

    def _batch(self) -> bool:
        """One batch through all the steps; whether anything was done.

        Time is called only once all that came while no gate was at work is decided, here and at the servers that can be
        reached: a word may lie there.
        """
        booked = self.tally.booked
        with ThreadPoolExecutor(1) as beside:
            taken = beside.submit(self._arrivals.take_in)
            decided = self._decide()
            self._ahead = taken.result()
        if self._ahead or decided or self.tally.booked > booked:
            return True
        if self._caught_up or not self._arrivals.looked or self._arrivals.full:
            return False
        if self._errands and not self._errands.caught_up:
            return False
        self._caught_up = True
        return bool(self._decide())

    def _decide(self) -> int:
        """Decide on what is due, and hand over what comes of it. Returns how many runs and files that was."""
        began = time.perf_counter()
        passed = pass_time(self.gate) if self._caught_up else 0
        batch = take_due(self.gate, self._pool)
        decisions: tuple[Decision, ...] = ()
        pivots: dict[int, Content] = {}
        if batch:
            with timed("examine"):
                examined = examine(self.gate, self._pool, batch)
            with timed("settle"):
                decisions, pivots = settle(self.gate, examined)
            self.tally.held += len(examined) - len(decisions)
        with timed("hand_over") as handing:
            published = hand_over(self.gate, self._pool, pivots)
            handing.worth = bool(published)
        if batch:
            seconds = round(time.perf_counter() - began, 6)
            log.debug("batch.done", flows=len(batch), decided=len(decisions), seconds=seconds)
        self.tally.published += published
        self.tally.count(decisions)
        self._sweep()
        self._set_off()
        if self._progress:
            self._progress(self.tally, len(self._arrivals.backlog))
        return len(batch) + published + passed
