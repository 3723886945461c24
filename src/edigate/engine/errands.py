"""What is fetched from partners' servers and sent to them, in threads beside the batches, one errand at a time each.

Threads wait for the world here; what decides stays where it is. A server that is slow or dead holds up nobody but
itself: its errands break off, and are tried again after a pause that grows.
"""

from __future__ import annotations

import threading
import time
import traceback
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.engine.fetching import clear_away, fetch
from edigate.engine.handover import active, patience, said
from edigate.engine.sending import Stopped, send, tidy
from edigate.intake.sftp import Lane, Sights
from edigate.ledger import deliveries, host_keys, partners, servers, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import connect
from edigate.remote.trouble import RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.ledger.locks import Locks
    from edigate.remote.session import Session

log = structlog.get_logger()
Fetching: TypeAlias = Literal["always", "once", "never"]
LINGER = 15.0  # seconds that a connection is kept for files that are about to be complete
TURN = 10.0  # seconds after which an errand makes way for others that wait for a connection
PATIENCE = 5.0
ELSEWHERE = 5.0  # seconds until it is asked again whether another process still runs an errand
_LANES = {ways.FETCH: Lane.SMALL, ways.BIG: Lane.BIG}


class Errand(NamedTuple):
    """One thing to do at one partner's server: `put`, or `fetch` or `big`, the two lanes of what is fetched."""

    partner: str
    way: str


class Ended(NamedTuple):
    """What came of an errand: files handed over, and seconds until it is worth while again (None: as others say)."""

    sent: int = 0
    again_in: float | None = None


class Errands:
    """The errands of one gate; all public methods are for the thread that runs the batches."""

    def __init__(
        self,
        gate: Gate,
        wake: Callable[[], None],
        stopped: Callable[[], bool],
        *,
        locks: Locks | None = None,
        sends: bool = True,
    ) -> None:
        """`wake` is called from other threads when an errand has ended; `stopped` is asked between pieces.

        Where other processes run the same errands, `locks` says whose each is; whoever does not send only fetches.
        """
        self._gate = gate
        self._wake = wake
        self._told = stopped
        self._locks = locks
        self._sends = sends
        self._closing = threading.Event()
        quarter = max(1, gate.settings.sftp.connections // 4)
        # Big files have a quarter of the connections, so that those of a few partners leave the others some.
        self._room = {
            True: threading.Semaphore(quarter),
            False: threading.Semaphore(gate.settings.sftp.connections - quarter),
        }
        self._running: dict[Errand, Future[Ended]] = {}
        self._due: dict[Errand, float] = {}
        self._kept: set[str] = set()
        self._sights: dict[Errand, Sights] = {}
        self._sessions: set[Session] = set()
        self._looked: set[Errand] = set()
        self._first: dict[Errand, tuple[float, frozenset[str]]] = {}
        self.sent = 0

    def prepare(self) -> None:
        """Clear away what an earlier gate had handed over and had no time to."""
        for partner in self._servers():
            tidy(self._gate, partner)

    def set_off(self, fetching: Fetching) -> None:
        """Start every errand that is due and not under way; of fetching once, until there is nothing more to take."""
        self._collect()
        if fetching == "never":
            self._let_go()
            self._looked, self._first = set(), {}  # nor does a look count that is under way: more may come meanwhile
        found = self._servers()
        if not found:
            return
        for errand in self._wanted(found, fetching=fetching != "never"):
            over = fetching == "once" and errand in self._looked and errand.way != ways.PUT
            if errand not in self._running and not over and self._due[errand] <= time.monotonic():
                self._start(errand, found[errand.partner])

    def _let_go(self) -> None:
        """Leave to other processes what this one is not to fetch."""
        running = {_name(errand) for errand in self._running}
        if self._locks is not None and (idle := self._kept - running):
            self._locks.give_back(idle)
            self._kept -= idle

    def _start(self, errand: Errand, server: Server) -> None:
        future = self._running[errand] = Future()
        # No pool: its threads would keep a gate that ends waiting for a server that does not answer.
        threading.Thread(target=self._go, args=(errand, server, future), daemon=True, name="sftp").start()

    def _go(self, errand: Errand, server: Server, future: Future[Ended]) -> None:
        with self._room[errand.way == ways.BIG]:
            future.set_running_or_notify_cancel()
            ended = Ended()
            try:
                if not self._stopped():
                    ended = self._run_alone(errand, server)
            finally:
                future.set_result(ended)
                self._wake()

    def _run_alone(self, errand: Errand, server: Server) -> Ended:
        """Run it, unless another process does; one that fetches well keeps its errand: it knows what it saw there."""
        if self._locks is None:
            return self._run(errand, server)
        name = _name(errand)
        try:
            if not (self._locks.holds(name) or self._locks.take([name])):
                self._looked.add(errand)
                if errand.way != ways.PUT:
                    clear_away(self._gate, errand.partner)
                return Ended(again_in=ELSEWHERE)
            ended = self._run(errand, server)
            if errand.way == ways.PUT or ended.again_in is None:
                self._locks.give_back([name])
                self._kept.discard(name)
            else:
                self._kept.add(name)
        except SQLAlchemyError as error:
            log.error("gate.trouble", error=said(error), partner=errand.partner)
            return Ended(again_in=self._gate.settings.outbox.retry_seconds)
        return ended

    def _is_mine(self, errand: Errand) -> bool:
        """Whether this process still runs an errand alone, as far as the ledger can be asked."""
        try:
            return self._locks is None or self._locks.holds(_name(errand))
        except SQLAlchemyError:
            return False

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        self._collect()
        return bool(self._running)

    @property
    def caught_up(self) -> bool:
        """Whether all that lay on every server that is fetched from was fetched once, or could not be.

        What only seems about to be complete is waited for a while.
        """
        return all(errand in self._looked for errand in self._due if errand.way != ways.PUT)

    def next_in(self) -> float | None:
        """Seconds until the next look at a server."""
        idle = [due for errand, due in self._due.items() if errand.way != ways.PUT and errand not in self._running]
        return max(0.0, min(idle) - time.monotonic()) if idle else None

    def close(self) -> None:
        """Break off what is under way; the next gate goes on with it."""
        self._closing.set()
        until = time.monotonic() + PATIENCE
        while any(future.running() for future in self._running.values()) and time.monotonic() < until:
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
                ended = future.result()
                self.sent += ended.sent
                self._due[errand] = time.monotonic() + (ended.again_in or 0.0)

    def _wanted(self, found: Mapping[str, Server], *, fetching: bool) -> list[Errand]:
        now = stamp(self._gate.clock())
        with self._gate.ledger.connect() as connection:
            served = active(partners.load_book(connection)) & found.keys()
            open_ = {way: served - ways.closed(connection, way, now) for way in (ways.PUT, *_LANES)}
            putting = [code for code in open_[ways.PUT] if found[code].put_into]
            waiting = deliveries.with_turn(connection, putting, now) if putting and self._sends else set()
        wanted = [Errand(code, ways.PUT) for code in sorted(waiting)]
        if fetching:
            wanted += [
                Errand(code, way) for code in sorted(served) if found[code].fetch_from for way in _LANES
                if code in open_[way]
            ]  # fmt: skip
        self._due = {errand: self._due.get(errand, 0.0) for errand in wanted}
        return wanted

    def _run(self, errand: Errand, server: Server) -> Ended:
        sent, again_in = 0, None
        before = self._progress(errand)
        try:
            with self._session(server) as session:
                if errand.way == ways.PUT:
                    sent = send(self._gate, session, server, self._turn(errand), sure=lambda: self._is_mine(errand))
                else:
                    again_in = self._fetch(session, server, errand)
            self._worked(errand)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - whatever one errand met, it must not end the thread untold
            if self._progress(errand) > before:
                self._worked(errand)  # something got done on a bad line: its pauses need not grow
            again_in = self._failed(errand, error)
            self._looked.add(errand)
        return Ended(sent, again_in)

    def _progress(self, errand: Errand) -> int:
        return self._sights[errand].progress if errand in self._sights else 0

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

    def _turn(self, errand: Errand) -> Callable[[], bool]:
        """Whether an errand that begins now has to end: the gate does, or it has had its time and others wait."""
        until = time.monotonic() + TURN
        big = errand.way == ways.BIG

        def is_over() -> bool:
            others = tuple(self._running.items())
            waits = any((e.way == ways.BIG) is big and not f.running() and not f.done() for e, f in others)
            return self._stopped() or (waits and time.monotonic() > until)

        return is_over

    def _fetch(self, session: Session, server: Server, errand: Errand) -> float:
        """Look, and look again on the same connection while something is about to be complete; then in how long."""
        sights = self._sights.setdefault(errand, Sights(_LANES[errand.way]))
        is_over, idle_since = self._turn(errand), time.monotonic()

        def arrived() -> None:
            self._worked(errand)
            self._wake()

        while True:
            looked, first = self._looked, self._first
            found = fetch(self._gate, session, server, sights, stopped=is_over, arrived=arrived)
            first[errand] = last, _ = _what_is_left(found.waiting, first.get(errand))
            if found.next_in is None or time.monotonic() > last + self._gate.settings.intake.quiet_seconds + LINGER:
                looked.add(errand)
            if found.placed or found.finished:
                idle_since = time.monotonic()
            if found.next_in is None:
                return self._gate.settings.sftp.poll_seconds
            if is_over() or time.monotonic() + found.next_in > idle_since + LINGER:
                return found.next_in
            self._closing.wait(found.next_in)
            if self._servers().get(server.partner) != server:
                return 0.0

    def _worked(self, errand: Errand) -> None:
        with self._gate.ledger.connect() as connection:
            failing = errand.partner in ways.failing(connection, errand.way)
        if failing:
            written(self._gate.ledger, ways.worked, errand.partner, errand.way, stamp(self._gate.clock()))

    def _failed(self, errand: Errand, error: Exception) -> float | None:
        """Close the way for a while, unless the gate broke the errand off itself."""
        if self._stopped():
            return None
        if not isinstance(error, RemoteTrouble | OSError | SQLAlchemyError):
            log.error("gate.trouble", error="".join(traceback.format_exception(error)), partner=errand.partner)
        try:
            written(
                self._gate.ledger,
                ways.failed,
                errand.partner,
                errand.way,
                said(error),
                now=self._gate.clock(),
                patience=patience(self._gate),
            )
        except SQLAlchemyError as trouble:
            log.error("gate.trouble", error=said(trouble), partner=errand.partner)
            return self._gate.settings.outbox.retry_seconds
        return None


def _what_is_left(waiting: Iterable[str], before: tuple[float, frozenset[str]] | None) -> tuple[float, frozenset[str]]:
    """What still waits of all that did at the first look, and since when none of it came: new files come for ever."""
    left = frozenset(waiting) if before is None else before[1].intersection(waiting)
    return (time.monotonic(), left) if before is None or left != before[1] else before


def _name(errand: Errand) -> str:
    """Of its lock."""
    return f"{errand.way} {errand.partner}"
