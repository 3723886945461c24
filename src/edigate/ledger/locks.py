"""Who may do what only one at a time may: locks of the ledger that end with whoever holds them.

On PostgreSQL they are advisory locks of one session: a process that dies, or that is cut off for longer than a
connection bears, holds none any more. Nor does one that is stopped: it has to show signs of life, or the server ends
the session. The folder of an embedded ledger is held by one gate, which may do everything.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection, Engine, TextClause

_TAKE = text("select pg_try_advisory_lock(:space, :key)")
_GIVE_BACK = text("select pg_advisory_unlock(:space, :key)")
_ASK = text("select true")
_LASTING = text("select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'")
"""PostgreSQL 17 and later end the session of a transaction that lasts longer, where a role or a database says so."""
_SPACE = 0xED1
DEAD_AFTER = 3
"""So many heartbeats without a sign of life, and a process counts as dead."""


class Locks:
    """The locks of one process, on a connection of their own. Any thread may call."""

    def __init__(self, engine: Engine, *, heartbeat: float | None = None) -> None:
        """Nothing is held, and no connection open.

        With a `heartbeat`, in seconds, the server gives everything to others once this process is stopped.
        """
        self._engine = engine
        self._heartbeat = heartbeat
        self._shared = engine.dialect.name == "postgresql"
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._turn = threading.RLock()
        self._over = threading.Event()

    def take(self, names: Iterable[str], *, at_most: int | None = None) -> set[str]:
        """Take those that nobody holds, up to so many; what this process holds already is no longer free either.

        Raises SQLAlchemyError where the ledger is out of reach; then nothing is held any more.
        """
        taken: set[str] = set()
        with self._turn:
            for name in names:
                if at_most is not None and len(taken) >= at_most:
                    break
                if name not in self._held and self._got(_TAKE, name):
                    self._held.add(name)
                    taken.add(name)
        return taken

    def give_back(self, names: Collection[str]) -> None:
        """Let others have these."""
        with self._turn:
            for name in names:
                if name in self._held and self._got(_GIVE_BACK, name):
                    self._held.discard(name)

    def holds(self, *names: str) -> bool:
        """Whether they are held for certain: the connection is asked, which loses every lock when it breaks."""
        with self._turn:
            return self._held.issuperset(names) and (not self._shared or self._asked(_ASK))

    def close(self) -> None:
        """Let others have all."""
        with self._turn:
            self._held.clear()
            self._over.set()
            if self._connection is not None:
                with suppress(SQLAlchemyError):
                    self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def _got(self, statement: TextClause, name: str) -> bool:
        return not self._shared or self._asked(statement, space=_SPACE, key=_key(name))

    def _asked(self, statement: TextClause, **values: int) -> bool:
        try:
            return bool(self._open().execute(statement, values).scalar())
        except SQLAlchemyError:
            self.close()
            raise

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            if self._heartbeat:
                self._bear_stopping(self._connection, self._heartbeat)
        return self._connection

    def _bear_stopping(self, connection: Connection, heartbeat: float) -> None:
        """Have the server end the session unless it hears of this process now and then.

        PostgreSQL 13 does so in a transaction only: this one changes nothing, and each heartbeat lets go what it saw.
        """
        connection.execute(text(f"set idle_in_transaction_session_timeout = {int(DEAD_AFTER * heartbeat * 1000)}"))
        connection.execute(_LASTING)
        connection.execute(text("set application_name = 'edigate locks'"))
        connection.execute(text("begin isolation level read committed, read only"))
        self._over = threading.Event()
        threading.Thread(target=self._beat, args=(heartbeat, self._over), daemon=True, name="locks").start()

    def _beat(self, heartbeat: float, over: threading.Event) -> None:
        while not over.wait(heartbeat):
            with self._turn, suppress(SQLAlchemyError):  # then nothing is held, and whoever asks learns it
                if not over.is_set():
                    self._asked(_ASK)


def _key(name: str) -> int:
    """A lock's number, of 31 bits: names that share one only wait for each other."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 1
