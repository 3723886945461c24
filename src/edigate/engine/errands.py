"""What is fetched from partners' servers and sent to them, in threads beside the batches, one errand at a time each.

Threads wait for the world here; what decides stays where it is. A server that is slow or dead holds up nobody but
itself: its errands break off, and are tried again after a pause that grows.
"""

from __future__ import annotations

import threading
import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.fetching import fetch
from edigate.engine.handover import active, patience
from edigate.engine.sending import Stopped, send, tidy
from edigate.intake.sftp import Lane, Sights
from edigate.ledger import deliveries, host_keys, partners, servers, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import connect
from edigate.remote.trouble import RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.remote.session import Session

log = structlog.get_logger()
Fetching: TypeAlias = Literal["always", "once", "never"]
LINGER = 15.0  # seconds that a connection is kept for files that are about to be complete
PATIENCE = 5.0


class Errand(NamedTuple):
    """One thing to do at one partner's server: `put`, or `fetch` on one of the lanes."""

    partner: str
    way: str
    lane: str = ""


class Errands:
    """The errands of one gate; all methods are for the thread that runs the batches."""

    def __init__(self, gate: Gate, wake: Callable[[], None], stopped: Callable[[], bool]) -> None:
        """`wake` is called from other threads when an errand has ended; `stopped` is asked between pieces."""
        self._gate = gate
        self._wake = wake
        self._told = stopped
        self._closing = threading.Event()
        self._threads: dict[bool, ThreadPoolExecutor] = {}
        self._running: dict[Errand, Future[int]] = {}
        self._due: dict[Errand, float] = {}
        self._sights: dict[Errand, Sights] = {}
        self._sessions: set[Session] = set()
        self._looked: set[Errand] = set()
        self.sent = 0

    def prepare(self) -> None:
        """Clear away what an earlier gate had handed over and had no time to."""
        for partner in self._servers():
            tidy(self._gate, partner)

    def set_off(self, fetching: Fetching) -> None:
        """Start every errand that is due and not under way; of fetching once, until there is nothing more to take."""
        self._collect()
        found = self._servers()
        if not found:
            return
        for errand in self._wanted(found, fetching=fetching != "never"):
            over = fetching == "once" and errand in self._looked and errand.way == ways.FETCH
            if errand not in self._running and not over and self._due.get(errand, 0.0) <= time.monotonic():
                self._running[errand] = self._threads_for(errand).submit(self._run, errand, found[errand.partner])

    def _threads_for(self, errand: Errand) -> ThreadPoolExecutor:
        """Big files have a quarter of the connections, so that those of a few partners leave the others some."""
        big = errand.lane == Lane.BIG
        if big not in self._threads:
            quarter = max(1, self._gate.settings.sftp.connections // 4)
            count = quarter if big else self._gate.settings.sftp.connections - quarter
            self._threads[big] = ThreadPoolExecutor(count, thread_name_prefix="sftp")
        return self._threads[big]

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        self._collect()
        return bool(self._running)

    @property
    def caught_up(self) -> bool:
        """Whether every server that is fetched from was looked at once, or could not be."""
        return all(errand in self._looked for errand in self._due if errand.way == ways.FETCH)

    def next_in(self) -> float | None:
        """Seconds until the next look at a server."""
        idle = [due for errand, due in self._due.items() if errand.way == ways.FETCH and errand not in self._running]
        return max(0.0, min(idle) - time.monotonic()) if idle else None

    def close(self) -> None:
        """Break off what is under way; the next gate goes on with it."""
        self._closing.set()
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + PATIENCE
        while not all(future.done() for future in self._running.values()) and time.monotonic() < until:
            for session in tuple(self._sessions):
                session.close()
            time.sleep(0.01)
        self._collect()

    def _servers(self) -> dict[str, Server]:
        with self._gate.ledger.connect() as connection:
            return servers.load(connection)

    def _collect(self) -> None:
        for errand, future in tuple(self._running.items()):
            if future.done():
                del self._running[errand]
                if not future.cancelled():
                    self.sent += future.result() if errand.way == ways.PUT else 0

    def _wanted(self, found: Mapping[str, Server], *, fetching: bool) -> list[Errand]:
        now = stamp(self._gate.clock())
        with self._gate.ledger.connect() as connection:
            served = active(partners.load_book(connection)) & found.keys()
            open_ = {way: served - ways.closed(connection, way, now) for way in (ways.PUT, ways.FETCH)}
            putting = [code for code in open_[ways.PUT] if found[code].put_into]
            waiting = {row["partner"] for row in deliveries.in_turn(connection, putting, now)} if putting else set()
        wanted = [Errand(code, ways.PUT) for code in sorted(waiting)]
        if fetching:
            sources = sorted(code for code in open_[ways.FETCH] if found[code].fetch_from)
            wanted += [Errand(code, ways.FETCH, lane) for code in sources for lane in (Lane.SMALL, Lane.BIG)]
        self._due = {errand: self._due.get(errand, 0.0) for errand in wanted}
        return wanted

    def _run(self, errand: Errand, server: Server) -> int:
        done = 0
        try:
            with self._session(server) as session:
                done = self._put(session, server) if errand.way == ways.PUT else self._fetch(session, server, errand)
            self._worked(errand)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever one errand met, it must not end the thread untold
            self._failed(errand, error)
        finally:
            self._looked.add(errand)
            self._wake()
        return done

    @contextmanager
    def _session(self, server: Server) -> Iterator[Session]:
        settings, now = self._gate.settings.sftp, stamp(self._gate.clock())
        with self._gate.ledger.connect() as connection:
            keys = host_keys.counting(connection, server.address, now)
        times = Times(settings.connect_seconds, settings.silence_seconds, settings.keep_alive_seconds)
        with connect(server, keys, login_of(server, self._gate.places.root), times) as session:
            self._sessions.add(session)
            try:
                yield session
            finally:
                self._sessions.discard(session)

    def _stopped(self) -> bool:
        return self._closing.is_set() or self._told()

    def _put(self, session: Session, server: Server) -> int:
        return send(self._gate, session, server, self._stopped)

    def _fetch(self, session: Session, server: Server, errand: Errand) -> int:
        """Look, and look again on the same connection while something is about to be complete."""
        sights = self._sights.setdefault(errand, Sights(Lane(errand.lane)))
        taken, idle_since = 0, time.monotonic()
        while not self._stopped():
            found = fetch(self._gate, session, server, sights, stopped=self._stopped, arrived=self._wake)
            self._looked.add(errand)
            taken += found.placed
            if found.placed or found.finished:
                idle_since = time.monotonic()
            pause = self._gate.settings.sftp.poll_seconds if found.next_in is None else found.next_in
            self._due[errand] = time.monotonic() + pause
            if found.next_in is None or time.monotonic() + pause > idle_since + LINGER:
                break
            self._closing.wait(pause)
        return taken

    def _worked(self, errand: Errand) -> None:
        with self._gate.ledger.connect() as connection:
            failing = errand.partner in ways.failing(connection, errand.way)
        if failing:
            with writing(self._gate.ledger) as connection:
                ways.worked(connection, errand.partner, errand.way, stamp(self._gate.clock()))

    def _failed(self, errand: Errand, error: Exception) -> None:
        """Close the way for a while, unless the gate broke the errand off itself."""
        if self._stopped():
            return
        foreseen = isinstance(error, RemoteTrouble | OSError | SQLAlchemyError)
        said = str(error) if foreseen else repr(error)
        if not foreseen:
            log.error("gate.trouble", error="".join(traceback.format_exception(error)), partner=errand.partner)
        try:
            with writing(self._gate.ledger) as connection:
                ways.failed(
                    connection, errand.partner, errand.way, said, now=self._gate.clock(), patience=patience(self._gate)
                )
        except SQLAlchemyError as trouble:
            log.error("gate.trouble", error=str(trouble), partner=errand.partner)
            self._due[errand] = time.monotonic() + self._gate.settings.outbox.retry_seconds
