"""The local engine: rounds of batches in one process with its workers, once or for as long as it is let run."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError

from edigate.engine import deposits
from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.handover import hand_over
from edigate.engine.lock import held
from edigate.engine.pool import Pool
from edigate.engine.worker import Charge
from edigate.intake.watch import watching
from edigate.ledger import partners

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.intake.folder import Look, Ready, Trouble
    from edigate.pipeline.settle import Decision

log = structlog.get_logger()
LOOK_AHEAD = 4
PAUSE_AFTER_TROUBLE = 5.0
GATHERING = 0.05


@dataclass(slots=True)
class Tally:
    """What a run of the gate did; `troubles` are what stood in its inboxes' way, each once."""

    booked: int = 0
    published: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    decisions: list[Decision] = field(default_factory=list)
    held: int = 0
    waiting: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


class Local:
    """One gate at work on its folder."""

    def __init__(self, gate: Gate, *, progress: Callable[[Tally, int], None] | None = None) -> None:
        """`progress` is called after every batch with the tally and how many files are known to be waiting."""
        self.gate = gate
        self.tally = Tally()
        self._progress = progress
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._backlog: deque[Ready] = deque()
        self._troubled: set[tuple[str, str]] = set()
        settings = gate.settings
        charge = Charge(
            archive=gate.places.archive,
            directory=gate.places.directory,
            work=gate.places.work,
            interfaces=dict(gate.interfaces),
            schemas=gate.schemas,
            site_schemas=dict(gate.site_schemas),
            rules=settings.for_rules(),
            seconds=settings.engine.examine_seconds,
        )
        self._pool = Pool(charge, settings.engine.workers)

    def stop(self) -> None:
        """Finish the batch in hand, then end."""
        self._stop.set()
        self._wake.set()

    def run_once(self) -> Tally:
        """Work off what is there, waiting one quiet period for what is still settling. Raises engine.lock.Held."""
        with held(self.gate.places.lock):
            self._prepare()
            try:
                patience = time.monotonic() + self.gate.settings.intake.quiet_seconds + 0.2
                while not self._stop.is_set():
                    look = self._work_off()
                    if look.next_in is None or time.monotonic() + look.next_in > patience:
                        break
                    self._stop.wait(look.next_in + 0.01)
                self.tally.waiting = [str(path) for path in look.waiting]
            finally:
                self._pool.close()
        return self.tally

    def work_off_due(self) -> Tally:
        """Decide on what is due and hand over what comes of it; no new deposit is taken. Raises engine.lock.Held."""
        with held(self.gate.places.lock):
            self._prepare()
            try:
                while self._batch():
                    pass
            finally:
                self._pool.close()
        return self.tally

    def run(self) -> Tally:
        """Watch and work until stopped by `stop`, SIGTERM or SIGINT. Raises engine.lock.Held."""
        with held(self.gate.places.lock):
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.stop())
            self._prepare()
            log.info("gate.started", folder=str(self.gate.places.root))
            try:
                with watching(self.gate.inbox, self._wake.set):
                    self._pool.start()
                    while not self._stop.is_set():
                        self._cycle()
            finally:
                self._pool.close()
            log.info("gate.stopped", booked=self.tally.booked, published=self.tally.published)
        return self.tally

    def _cycle(self) -> None:
        self._wake.clear()
        try:
            look = self._work_off()
            pause = min(look.next_in or self._pause(), self._pause())
        except (OSError, OperationalError) as error:
            log.error("gate.trouble", error=str(error), again_in=PAUSE_AFTER_TROUBLE)
            pause = PAUSE_AFTER_TROUBLE
        self._wake.wait(pause)
        self._stop.wait(GATHERING)  # a file that grows wakes the gate at every write

    def _pause(self) -> float:
        return self.gate.settings.intake.rescan_seconds

    def _prepare(self) -> None:
        places = self.gate.places
        shutil.rmtree(places.work, ignore_errors=True)
        for folder in (places.inbox, places.outbox, places.spool, places.work, places.archive):
            folder.mkdir(parents=True, exist_ok=True)

    def _work_off(self) -> Look:
        """Batches until nothing is ready and nothing is due; the last look tells what still waits."""
        while True:
            look = self._look()
            booked = self.tally.booked
            progressed = True
            while (self._backlog or progressed) and not self._stop.is_set():
                progressed = self._batch()
            if self.tally.booked == booked or self._stop.is_set():
                return look

    def _look(self) -> Look:
        with self.gate.ledger.connect() as connection:
            book = partners.load_book(connection)
        known = {partner.code for partner in book.partners}
        for code in known:
            (self.gate.places.inbox / code).mkdir(exist_ok=True)
        look = self.gate.inbox.look(known, self.gate.settings.intake.batch_flows * LOOK_AHEAD)
        self._backlog = deque(look.ready)
        for trouble in look.troubles:
            self._tell(trouble)
        return look

    def _tell(self, trouble: Trouble) -> None:
        """Log what stands in a deposit's way, once, and keep it for whoever asks in the end."""
        if (str(trouble.path), trouble.reason) not in self._troubled:
            self._troubled.add((str(trouble.path), trouble.reason))
            self.tally.troubles.append(trouble)
            deposits.logged(trouble)

    def _batch(self) -> bool:
        """One batch through all the steps; whether anything was done."""
        taken = deposits.claim(self.gate, self._backlog, self._tell)
        self.tally.booked += deposits.book(self.gate, self._tell)
        batch = take_due(self.gate, self._pool)
        decisions: tuple[Decision, ...] = ()
        pivots: dict[int, Content] = {}
        if batch:
            examined = examine(self.gate, self._pool, batch)
            decisions, pivots = settle(self.gate, examined)
            self.tally.held += len(examined) - len(decisions)
        published = hand_over(self.gate, self._pool, pivots)
        self.tally.published += published
        self.tally.verdicts.update(decision.verdict.value for decision in decisions)
        self.tally.decisions.extend(decisions)
        if self._progress:
            self._progress(self.tally, len(self._backlog))
        return bool(taken or batch or published)
