"""The local engine: rounds of batches in one process with its workers, once or for as long as it is let run."""

from __future__ import annotations

import math
import queue
import shutil
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.arrivals import Arrivals
from edigate.engine.aside import sweep
from edigate.engine.cycles import seldom_looked_for
from edigate.engine.decisions import pass_time, settle
from edigate.engine.handover import hand_over, publish, said
from edigate.engine.lock import held
from edigate.engine.metering import measured
from edigate.engine.once_only import once_only
from edigate.engine.pool import CannotStart, Pool
from edigate.engine.restored import refuse_if_restored
from edigate.engine.settings_log import note_settings
from edigate.engine.stopping import told_to_end
from edigate.engine.taking_in import TakingIn
from edigate.engine.tally import Tally
from edigate.engine.underway import Underway
from edigate.engine.upkeep import do_once, kept_up
from edigate.engine.worker import Charge
from edigate.intake.folder import Look, claimed
from edigate.intake.watch import watching
from edigate.ledger import deadlines, deliveries, servers, store, ways
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.ledger.folders import make_folder
from edigate.observability.timing import timed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from sqlalchemy import RowMapping

    from edigate.domain.verdicts import Content
    from edigate.engine.errands import Errands, Fetching
    from edigate.engine.gate import Gate
    from edigate.engine.upkeep import Chore
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
        self._underway: Underway
        self._caught_up = False
        self._failed: Exception | None = None
        self._round_began: dt.datetime | None = None
        self._errands: Errands | None = None
        self._fetching: Fetching = "always"
        self._arrivals = Arrivals(gate, self.tally, found=self._wake_workers)
        self._taking = TakingIn(self._arrivals, gate.settings.intake.batch_flows)
        self._pool = Pool(Charge.of(gate, gate.places.work), gate.settings.engine.workers)

    def stop(self) -> None:
        """Finish the batch in hand, then end. A signal handler may call it: it takes no lock."""
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        if self._wakes.empty():
            self._wakes.put(None)

    def _wake_workers(self) -> None:
        self._underway.wake()

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
            while not self._stopped:
                self._work_off()
                if not self._at_servers():
                    break
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
        with told_to_end(self.stop, seconds), held(self.gate.places.lock), seldom_looked_for():
            self._underway = Underway(self.gate, self._pool)
            self._prepare()
            try:
                yield
            finally:
                self._underway.close()
                self._taking.close()
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
            _tell(error)
            pause = 0.0
            self._sit_out(PAUSE_AFTER_TROUBLE)
        until = time.monotonic() + GATHERING
        self._wait(pause)
        if not self._stopped:
            time.sleep(max(0.0, until - time.monotonic()))  # a file that grows wakes the gate at every write

    def _sit_out(self, seconds: float) -> None:
        """Wait for so long, whatever wakes the gate meanwhile but the word to end."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        with suppress(queue.Empty):
            self._wakes.get(timeout=seconds)

    def _pause(self, look: Look) -> float:
        """Until the next rescan, the end of a quiet period, or the hour of something that waits in the ledger.

        What has become due since the last round began may have come too late for it.
        """
        now = self.gate.clock()
        with self.gate.ledger.connect() as connection:
            since = stamp(self._round_began or now)
            due = [part.next_due(connection, since) for part in (store, deliveries, deadlines, ways)]
        pauses = [max(0.0, (moment(time) - now).total_seconds()) for time in due if time]
        if self._errands and (next_in := self._errands.next_in()) is not None:
            pauses.append(next_in)
        if (rest := self._taking.rests_for) is not None:
            pauses.append(rest)
        elif look.next_in is not None:
            pauses.append(look.next_in)
        return min([self.gate.settings.intake.rescan_seconds, *pauses])

    def _prepare(self) -> None:
        refuse_if_restored(self.gate)
        places = self.gate.places
        shutil.rmtree(places.work, ignore_errors=True)
        own = () if self.gate.settings.storage.url else (places.archive,)
        for folder in (places.inbox, places.outbox, places.spool, places.work, *own):
            make_folder(folder)
        self.gate.archive.tidy()
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
        """Take away what a batch set aside that is done with; what failed to be handed over is rendered again."""
        runs = self._underway.runs
        sweep(self.gate.places.work, lambda run: run not in runs)

    def _work_off(self) -> Look:
        """Rounds until nothing is ready, under way or due; the last look tells what still waits."""
        self._set_off()
        self._taking.wanted = True
        try:
            while not self._stopped and self._round():
                pass
            self._finish()
        except BaseException:
            self._abandon()
            raise
        if self._failed:
            raise self._failed
        return self._arrivals.last or Look()

    def _round(self) -> bool:
        """Take in and examine beside each other, decide on the batch that is examined; whether there was anything."""
        self._round_began = self.gate.clock()
        self._feed()
        first = self._underway.first
        under_way: list[Future[Any]] = [future for future in (self._taking.under_way, first and first.found) if future]
        wait(under_way, return_when=FIRST_COMPLETED)
        self._take_what_is_done()
        if first and first.found.done():
            self._decide(self._feed)
            self._taking.wanted = True
        if under_way and (first or self._taking.wanted):
            return True
        return bool(self._decide() or self._catch_up())

    def _feed(self) -> None:
        """Give the workers what is booked, and have more taken in."""
        self._take_what_is_done()
        self._taking.given(self._underway.fill(), left=self._underway.full)
        if not self._stopped:
            self._taking.begin(looking=self._fetching != "never")

    def _catch_up(self) -> int:
        """Let time be called from now on, once; returns what was done at that.

        All that came while no gate was at work is decided first, here and at the servers that can be reached: a word
        may lie there.
        """
        if self._caught_up or self._is_shut or (self._errands and not self._errands.caught_up):
            return 0
        self._caught_up = True
        return self._decide()

    @property
    def _is_shut(self) -> bool:
        """Whether something may lie in the inboxes that is not taken in."""
        return self._arrivals.shut or self._taking.rests_for is not None

    def _take_what_is_done(self) -> None:
        if self._taking.under_way and self._taking.under_way.done():
            self._take()

    def _take(self) -> None:
        """What was taken in waits for the workers. What stood in its way keeps nothing back that was taken in before.

        A gate that runs tries again after a pause; a single round goes on with what it has, and fails in the end.
        """
        try:
            self._taking.end()
        except Exception as error:  # noqa: BLE001 - whatever it met, the next time it may not
            if self._fetching == "always":
                _tell(error)
                self._taking.rest(PAUSE_AFTER_TROUBLE)
            else:
                self._failed = error
                self._taking.rest(math.inf)
        if self._is_shut:  # it may be a word that comes before a deadline: time is called once it was heard
            self._caught_up = False

    def _finish(self) -> None:
        """What was taken in is in hand: it is not left undecided."""
        if self._taking.under_way:
            self._take()
        while self._underway.first or self._taking.ahead:
            taken = self._underway.fill() if self._taking.ahead else 0
            if not taken and not self._underway.first:
                break
            self._taking.given(taken, left=True)
            self._decide()

    def _abandon(self) -> None:
        """Have nobody at anything any more; it is taken up again from what the ledger says."""
        if self._taking.under_way:
            self._take()
        self._taking.given(0, left=False)
        self._underway.abandon()
        with suppress(OSError):
            self._sweep()  # it may be what the disk is full of

    def _decide(self, between: Callable[[], None] = lambda: None) -> int:
        """Settle what is examined, and hand over what comes of it or is due. Returns how many runs and files it was.

        `between` the two is for giving more to those who work beside it; where something was left to be tried again,
        what comes behind that waits for it, and nothing is given.
        """
        began = time.perf_counter()
        passed = pass_time(self.gate) if self._caught_up else 0
        batch: Sequence[RowMapping] = ()
        decisions: tuple[Decision, ...] = ()
        pivots: dict[int, Content] = {}
        if self._underway.first:
            with self._underway.blamed():
                batch, examined = self._underway.leave()
                with timed("settle"):
                    decisions, pivots = settle(self.gate, examined)
            self.tally.held += len(examined) - len(decisions)
            if len(examined) == len(batch):
                between()
        with timed("hand_over") as handing:
            published = hand_over(self.gate, self._pool, pivots)
            handing.worth = bool(published)
        if batch:
            self._underway.forget()
            seconds = round(time.perf_counter() - began, 6)
            log.debug("batch.done", flows=len(batch), decided=len(decisions), seconds=seconds)
        self.tally.published += published
        self.tally.count(decisions)
        self._sweep()
        self._set_off()
        if self._progress:
            self._progress(self.tally, len(self._arrivals.backlog))
        return len(batch) + published + passed


def _tell(error: Exception) -> None:
    """Log what a round met, after which there is a pause."""
    known = isinstance(error, OSError | SQLAlchemyError)
    told = said(error) if known else "".join(traceback.format_exception(error))
    log.error("gate.trouble", error=told, again_in=PAUSE_AFTER_TROUBLE)
