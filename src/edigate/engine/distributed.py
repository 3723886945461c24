"""The engine of a ledger on PostgreSQL: any number of processes, on any number of machines, each with its roles.

* `intake` claims what is dropped in this machine's inboxes, fetches from partners' servers, and books it; the
  transaction that books a deposit also asks for its decision, as a job.
* `work` takes jobs, a batch of runs each, and decides: the same steps as everywhere, examine and settle. What two of
  them may both want, a number or a flow id, the ledger gives to one.
* `deliver` places and publishes, partner by partner, whoever has the partner's lock; so his files keep their order.

A process that dies leaves nothing but what others take up: its jobs once its heartbeat has stopped, its locks as soon
as its connection has gone. Whatever it had begun they find in the ledger, as the next gate would on a single machine.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
import traceback
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psycopg
import structlog
from procrastinate.exceptions import ProcrastinateException
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine import delivering, heard, job_runner
from edigate.engine.arrivals import Arrivals
from edigate.engine.aside import sweep
from edigate.engine.chores import chores_of
from edigate.engine.decisions import pass_time
from edigate.engine.handover import said
from edigate.engine.lock import held
from edigate.engine.metering import measured
from edigate.engine.once_only import once_only
from edigate.engine.pool import Pool
from edigate.engine.restored import refuse_if_restored
from edigate.engine.roles import ALL, Role
from edigate.engine.settings_log import note_settings
from edigate.engine.stopping import told_to_end
from edigate.engine.tally import Tally
from edigate.engine.upkeep import CHORES, Chore, do_once, kept_up
from edigate.engine.worker import Charge
from edigate.intake.folder import Look
from edigate.intake.watch import watching
from edigate.ledger import jobs, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.folders import make_folder
from edigate.ledger.locks import Locks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from edigate.engine.errands import Errands, Fetching
    from edigate.engine.gate import Gate
    from edigate.pipeline.settle import Decision

log = structlog.get_logger()
PAUSE_AFTER_TROUBLE = 5.0
IDLE_SECONDS = 1.0
GATHERING = 0.02


class Distributed:
    """One process of a gate, at work in its roles; its folder is this machine's."""

    def __init__(
        self, gate: Gate, roles: Collection[Role] = ALL, *, progress: Callable[[Tally, int], None] | None = None
    ) -> None:
        """`progress` is called after every batch with the tally and how many files are known to be waiting here."""
        self.gate = gate
        self.tally = Tally()
        self._roles = frozenset(roles)
        self._progress = progress
        self._stopped = threading.Event()
        self._turn = threading.Lock()
        self._locks = Locks(gate.ledger, heartbeat=gate.settings.engine.heartbeat_seconds)
        self._work = gate.places.work / f"{os.getpid()}-{os.urandom(4).hex()}"
        self._arrivals = Arrivals(gate, self.tally)
        self._again = self._work / "again"
        self._workers = Pool(Charge.of(gate, self._work), gate.settings.engine.workers)
        self._renderer = Pool(Charge.of(gate, self._again), 1)
        self._decider = job_runner.Decider(gate, self._workers, self._work, self._count)
        self._news = threading.Event()
        self._stop_worker: Callable[[], None] | None = None
        self._errands: dict[Role, Errands] = {}

    def stop(self) -> None:
        """Finish what is in hand, then end. A signal handler's thread may call it."""
        self._stopped.set()
        self._news.set()
        if self._stop_worker:
            self._stop_worker()

    def run_once(self, *, chores: Sequence[Chore] = ()) -> Tally:
        """Do what there is to do in these roles, waiting one quiet period for what is still settling, then the chores.

        Raises engine.lock.Held.
        """
        with self._at_work():
            patience = time.monotonic() + self.gate.settings.intake.quiet_seconds + 0.2
            while not self._stopped.is_set():
                look, taken = self._take_in("once") if Role.INTAKE in self._roles else (Look(), False)
                if self._decide_and_deliver() or taken or self._is_elsewhere:
                    self._stopped.wait(GATHERING)
                    continue
                self.tally.waiting = [str(path) for path in look.waiting]
                if look.next_in is None or time.monotonic() + look.next_in > patience:
                    break
                self._stopped.wait(look.next_in + 0.01)
            do_once(self.gate, chores_of(self._roles, self._locks, chores))
        return self.tally

    def work_off_due(self) -> Tally:
        """Do what jobs ask for and hand over what comes of it; no new deposit is taken. Others may be at work, too."""
        self._roles -= {Role.INTAKE}
        with self._at_work():
            while (self._decide_and_deliver() or self._is_elsewhere) and not self._stopped.is_set():
                self._stopped.wait(GATHERING)
        return self.tally

    def run(self) -> Tally:
        """Work until stopped by `stop`, SIGTERM or SIGINT. Raises engine.lock.Held."""
        gate = self.gate
        with ExitStack() as stack:
            stack.enter_context(self._at_work())
            stack.enter_context(measured(gate))
            stack.enter_context(kept_up(gate, chores_of(self._roles, self._locks, CHORES)))
            if Role.INTAKE in self._roles:
                stack.enter_context(watching(gate.inbox, self._news.set))
            if Role.DELIVER in self._roles:
                stack.enter_context(once_only(gate))
            log.info("gate.started", folder=str(gate.places.root), roles=",".join(sorted(self._roles)))
            lives = {Role.INTAKE: self._live_intake, Role.WORK: self._live_work, Role.DELIVER: self._live_deliver}
            threads = [
                threading.Thread(target=self._live, args=(lives[role],), name=role) for role in sorted(self._roles)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            log.info("gate.stopped", booked=self.tally.booked, published=self.tally.published)
        return self.tally

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """End on a signal only between batches, hold what is this machine's own, and leave no process behind."""
        gate = self.gate
        with ExitStack() as stack:
            stack.enter_context(told_to_end(self.stop, gate.settings.engine.stop_seconds))
            if Role.INTAKE in self._roles:
                stack.enter_context(held(gate.places.lock))
            self._prepare()
            try:
                yield
            finally:
                for errands in self._errands.values():
                    errands.close()
                    self.tally.published += errands.sent
                self._workers.close()
                self._renderer.close()
                self._locks.close()
                shutil.rmtree(self._work, ignore_errors=True)

    def _prepare(self) -> None:
        refuse_if_restored(self.gate)
        places = self.gate.places
        for folder in (places.inbox, places.outbox, places.spool, self._again, self.gate.archive.folder()):
            if folder is not None:
                make_folder(folder)
        _tidy(places.work)
        if Role.DELIVER in self._roles:
            delivering.require_outbox(self.gate)
            delivering.tidy(self.gate, self._locks)
        written(self.gate.ledger, lambda connection: note_settings(self.gate, connection))

    def _live(self, life: Callable[[], None]) -> None:
        """Live on after whatever comes, until told to end."""
        while not self._stopped.is_set():
            try:
                life()
            except Exception as error:  # noqa: BLE001 - whatever came, the next time it may not
                log.error("gate.trouble", error=_told(error), again_in=PAUSE_AFTER_TROUBLE)
                self._stopped.wait(PAUSE_AFTER_TROUBLE)

    def _live_intake(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            look, taken = self._take_in("always")
            pauses = [0.0 if look.partial and taken else self.gate.settings.intake.rescan_seconds]
            if look.next_in is not None:
                pauses.append(look.next_in)
            if (errands := self._errands.get(Role.INTAKE)) and (next_in := errands.next_in()) is not None:
                pauses.append(next_in)
            self._news.wait(min(pauses))
            self._stopped.wait(GATHERING)

    def _live_work(self) -> None:
        self._workers.start()

        def started(stop: Callable[[], None]) -> None:
            self._stop_worker = stop
            if self._stopped.is_set():
                stop()

        heartbeat = self.gate.settings.engine.heartbeat_seconds
        asyncio.run(
            job_runner.serve(job_runner.app_of(self.gate, self._decider), heartbeat=heartbeat, started=started),
        )
        if not self._stopped.is_set():
            self._stopped.wait(PAUSE_AFTER_TROUBLE)  # the ledger went away; the worker has told of it

    def _live_deliver(self) -> None:
        with jobs.announcements(self.gate.ledger) as wait:
            while not self._stopped.is_set():
                if not self._deliver():
                    wait(IDLE_SECONDS)

    def _take_in(self, fetching: Fetching) -> tuple[Look, bool]:
        """Claim and book all that is ready here, and fetch; what was found, and whether anything was booked."""
        self._set_off(Role.INTAKE, "never" if self._arrivals.full else fetching)
        errands, began = self._errands.get(Role.INTAKE), stamp(self.gate.clock())
        fetched = not self._arrivals.full and (errands is None or errands.caught_up)
        look = self._arrivals.look()
        before = self.tally.booked
        booked = -1
        while (self._arrivals.backlog or booked != self.tally.booked) and not self._stopped.is_set():
            booked = self.tally.booked
            self._arrivals.take_in()
        left = look.partial or self._arrivals.shut or self._arrivals.backlog or self._stopped.is_set()
        if fetched and not left:
            heard.say(self.gate, began)
        return look, self.tally.booked > before

    def _decide_and_deliver(self) -> bool:
        """Do the jobs that are there, then deliver, each if it is a role of this process; whether anything was done."""
        before, passed, delivered = self.tally.verdicts.total(), 0, 0
        if Role.WORK in self._roles:
            heartbeat = self.gate.settings.engine.heartbeat_seconds
            asyncio.run(job_runner.work_off(job_runner.app_of(self.gate, self._decider), heartbeat=heartbeat))
            passed = pass_time(self.gate, heard.time_to_call(self.gate))
        if Role.DELIVER in self._roles:
            delivered = self._deliver()
        return bool(delivered or passed or self.tally.verdicts.total() > before)

    def _deliver(self) -> int:
        self._set_off(Role.DELIVER, "never")
        try:
            published = delivering.deliver(self.gate, self._renderer, self._locks)
        finally:
            sweep(self._again, lambda _: True)
        with self._turn:
            self.tally.published += published
        return published

    def _set_off(self, role: Role, fetching: Fetching) -> None:
        """Start what is to be done at partners' servers; a gate without any does not even load what speaks to them."""
        if role not in self._errands:
            with self.gate.ledger.connect() as connection:
                if not servers.load(connection):
                    return
            from edigate.engine.errands import Errands  # noqa: PLC0415 - 0.2 s and an SSH library

            self._errands[role] = Errands(
                self.gate, self._news.set, self._stopped.is_set, locks=self._locks, sends=role is Role.DELIVER
            )
            if role is Role.DELIVER:
                self._errands[role].prepare()
        self._errands[role].set_off(fetching)

    @property
    def _is_elsewhere(self) -> bool:
        return any(errands.busy for errands in self._errands.values())

    def _count(self, decisions: Sequence[Decision], held_back: int) -> None:
        with self._turn:
            self.tally.count(tuple(decisions))
            self.tally.held += held_back
        if self._progress:
            self._progress(self.tally, len(self._arrivals.backlog))


def _told(error: Exception) -> str:
    """What the world says of itself in its own words; of what nobody foresaw, where it came from, too."""
    if isinstance(error, ProcrastinateException) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    if isinstance(error, psycopg.Error):
        return str(error) or repr(error)
    known = isinstance(error, OSError | SQLAlchemyError)
    return said(error) if known else "".join(traceback.format_exception(error))


def _tidy(work: Path) -> None:
    """Take away the private files of processes of this machine that have ended."""
    for folder in work.iterdir():
        try:
            os.kill(int(folder.name.partition("-")[0]), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue  # somebody else's, at work
