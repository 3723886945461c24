"""One look at a partner's server: what the steps of fetching work with, and what came of it."""

from __future__ import annotations

import posixpath
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from edigate.domain.wording import printable
from edigate.engine.fetch_steps import RENAMED
from edigate.intake import sftp
from edigate.ledger.clock import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.intake.sftp import Sights
    from edigate.ledger.fetches import Fetch, Sight
    from edigate.remote.session import Entry, Session

log = structlog.get_logger()
SOON, LATER = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a call did: files put into the spool, files finished, names that still wait.

    `next_in` gives the seconds until another call is worth while, None where only the next poll can tell.
    """

    placed: int = 0
    finished: int = 0
    waiting: tuple[str, ...] = ()
    next_in: float | None = None


@dataclass(slots=True)
class Visit:
    """One call of `fetch`: what it works with, and what came of it; `awaited` lie in the spool, not booked yet."""

    gate: Gate
    session: Session
    server: Server
    sights: Sights
    stopped: Callable[[], bool]
    arrived: Callable[[], None]
    listed: dict[str, Entry] = field(default_factory=dict)
    awaited: dict[str, Fetch] = field(default_factory=dict)
    placed: int = 0
    finished: int = 0
    waiting: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def desk(self) -> sftp.Desk:
        """The partner's part of the spool."""
        return sftp.Desk(self.gate.places.spool / self.server.partner)

    @property
    def now(self) -> str:
        """The time as the ledger writes it."""
        return stamp(self.gate.clock())

    @property
    def source(self) -> str:
        """Server and folder, as the rows of their files have them; whoever logs in there."""
        return f"{self.server.address.lower()}/{posixpath.normpath(self.server.fetch_from)}"

    def path(self, name: str) -> str:
        """Where a file of this name lies on the server."""
        return sftp.below(self.server.fetch_from, name)

    def sight(self, name: str) -> Sight | None:
        """What the listing says of a file; None where it has none of this name."""
        entry = self.listed.get(name)
        return sftp.sight_of(entry) if entry and entry.is_file else None

    def is_ours(self, size: int) -> bool:
        """Whether files of this size go this lane."""
        return self.sights.lane.takes(size, self.gate.settings.sftp.small_bytes)

    def has_room(self, size: int) -> bool:
        """Whether the disk can take so many bytes and keep what is to stay free."""
        return shutil.disk_usage(self.desk.spool).free - size >= self.gate.settings.engine.disk_free_bytes

    def wait_for(self, name: str, pause: float | None = None) -> None:
        """Leave a file for now; another look is worth while after `pause`, or at the next poll."""
        self.waiting.append(printable(name))
        if pause is not None:
            self.pauses.append(pause)

    def tell(self, event: str, name: str, detail: str = "", *, listed_as: str = "") -> None:
        """Log what stands in a deposit's way, once for as long as it is there."""
        if self.sights.is_news(event, listed_as or name):
            log.warning(event, partner=self.server.partner, name=printable(name), detail=detail)

    def fetched(self) -> Fetched:
        """What came of it."""
        if self.awaited:
            self.pauses.append(SOON if self.placed else LATER)
        return Fetched(self.placed, self.finished, tuple(self.waiting), min(self.pauses, default=None))


def server_name(row: Fetch) -> str:
    """What a row's file is called on the server."""
    return sftp.hidden(row.id) if row.state in RENAMED else row.name
