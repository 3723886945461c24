"""A gate and a partner's folder on a real OpenSSH server, from which the gate fetches."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from edigate.app import open_gate
from edigate.domain.servers import HostKey, Server
from edigate.engine import deposits
from edigate.engine.fetching import fetch
from edigate.intake.folder import claimed
from edigate.intake.sftp import HIDDEN, Lane, Sights
from edigate.ledger import balance
from edigate.ledger.clock import system_clock
from edigate.ledger.tables import fetches, flows, links
from edigate.remote.connection import Times
from edigate.remote.login import Login
from edigate.remote.session import connect

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from edigate.engine.fetch_visit import Fetched
    from edigate.engine.gate import Gate
    from edigate.ledger.clock import Clock
    from edigate.remote.session import Session
    from tests.openssh import Sshd

PARTNER = "JMRPOR"
WHOLE = b"<a>x</a>"
TIMES = Times(connect=60, silence=60)


class Deposit(NamedTuple):
    """A flow as the ledger and the archive have it."""

    name: str
    content: bytes
    incomplete: bool = False


def log_in(sshd: Sshd, port: int = 0) -> AbstractContextManager[Session]:
    """A session on the server, `port` being another way to it."""
    keys = [HostKey(*line.split()) for line in sshd.host_public_keys]
    server = Server(PARTNER, sshd.host, port or sshd.port, sshd.user)
    return connect(server, keys, Login(sshd.user, sshd.key_file), TIMES)


class Site:
    """One gate and one partner's server, whose folder is `folder`."""

    def __init__(self, root: Path, sshd: Sshd, folder: Path, *, port: int = 0, clock: Clock = system_clock) -> None:
        """Open the gate in this folder; `port` is another way to the server, as through a proxy."""
        self.root, self.sshd, self.folder = root, sshd, folder
        folder.mkdir(exist_ok=True)
        self.server = Server(PARTNER, sshd.host, port or sshd.port, sshd.user, str(folder))
        self._open, self._clock = ExitStack(), clock
        self._session: Session | None = None
        self.start()

    def start(self, lane: Lane = Lane.BOTH, *, keep: bool = False) -> None:
        """Have the gate started anew: what earlier looks saw is forgotten, and the session but where it is kept."""
        session = self._session if keep else None
        self.close()
        self._session = session
        self.gate: Gate = open_gate(self.root, clock=self._clock)
        for place in (self.gate.places.spool, self.gate.places.archive):
            place.mkdir(exist_ok=True)
        self._open.callback(self.gate.ledger.dispose)
        self.sights = Sights(lane)

    def close(self) -> None:
        """Let go of server and ledger."""
        self._session = None
        self._open.close()

    def connect(self) -> Session:
        """A session of its own; the last one made is what `call` uses."""
        self._session = self._open.enter_context(log_in(self.sshd, self.server.port))
        return self._session

    def use(self, session: Session) -> None:
        """Work with somebody else's session."""
        self._session = session

    def call(self, *, stopped: bool = False) -> Fetched:
        """One look and what comes of it."""
        session = self._session or self.connect()
        return fetch(self.gate, session, self.server, self.sights, stopped=lambda: stopped)

    def again(self) -> None:
        """Have the next call use a new session."""
        self._session = None

    def book(self) -> int:
        """Book what lies in the spool."""
        return deposits.book(self.gate)

    def settle(self, calls: int = 4) -> None:
        """Look, fetch and book until nothing moves any more."""
        for _ in range(calls):
            self.call()
            self.book()

    def drop(self, name: str | bytes, content: bytes = WHOLE, *, mtime: int | None = None) -> Path:
        """A file of the partner, whole at once."""
        path = self.folder / os.fsdecode(name)
        path.write_bytes(content)
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path

    def left(self) -> list[str]:
        """What lies in the partner's folder, claims as `HIDDEN` alone."""
        return sorted(HIDDEN if path.name.startswith(HIDDEN) else path.name for path in self.folder.iterdir())

    def deposits(self) -> list[Deposit]:
        """The flows with their content, in the order of their claims."""
        with self.gate.ledger.connect() as connection:
            rows = connection.execute(select(flows).order_by(flows.c.id)).mappings().all()
        archive = self.gate.places.archive
        return [Deposit(row["name"], (archive / row["archived"]).read_bytes(), row["incomplete"]) for row in rows]

    def names(self) -> list[str]:
        """The names of the flows."""
        return [deposit.name for deposit in self.deposits()]

    def rows(self) -> list[tuple[str, str]]:
        """Name and state of each file that the ledger still knows."""
        with self.gate.ledger.connect() as connection:
            rows = connection.execute(select(fetches.c.name, fetches.c.state).order_by(fetches.c.id))
            return [(row.name, row.state) for row in rows]

    def noted(self) -> str:
        """The entries of the audit log."""
        with self.gate.ledger.connect() as connection:
            return "\n".join(connection.execute(select(links.c.entries).order_by(links.c.id)).scalars())

    def spooled(self) -> int:
        """How many files await their booking."""
        with self.gate.ledger.connect() as connection:
            arriving = balance.arriving(connection, self.gate.places.spool)
        count = len(list(claimed(self.gate.places.spool)))
        assert arriving == ({PARTNER: count} if count else {})
        return count

    def half_fetched(self) -> list[int]:
        """The sizes of what was fetched in part."""
        return [path.stat().st_size for path in (self.root / "spool" / PARTNER / ".fetching").glob("*/*")]
