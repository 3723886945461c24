"""What arrives in the inboxes: looked for, claimed and booked, a batch at a time, as long as the disk has room."""

from __future__ import annotations

import os
import shutil
from collections import deque
from typing import TYPE_CHECKING

import structlog

from edigate.engine import deposits
from edigate.intake.folder import Trouble
from edigate.ledger import partners
from edigate.observability.timing import timed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edigate.engine.gate import Gate
    from edigate.engine.tally import Tally
    from edigate.intake.folder import Look, Ready

log = structlog.get_logger()
LOOK_AHEAD = 2
PAUSE_WHILE_FULL = 5.0


class Arrivals:
    """The inboxes of one gate: the `last` look, its `backlog` still to be claimed, and whether the disk is `full`.

    `away` is an archive that did not take what was to be booked the last time.
    """

    def __init__(self, gate: Gate, tally: Tally, found: Callable[[], None] = lambda: None) -> None:
        """Count, and keep troubles, in this tally; `found` is called when something is there to be claimed."""
        self._gate = gate
        self._tally = tally
        self._found = found
        self._troubled: set[tuple[str, str]] = set()
        self.backlog: deque[Ready] = deque()
        self.last: Look | None = None
        self.full = False
        self.away = False

    @property
    def shut(self) -> bool:
        """Whether something may lie there, or in the spool, that is not taken in."""
        return not self.last or self.full or self.away

    def look(self) -> Look:
        """Look through the inboxes, and remember what is ready; nothing is, where the disk has no room for it."""
        with self._gate.ledger.connect() as connection:
            book = partners.load_book(connection)
        known = {partner.code for partner in book.partners}
        for code in sorted(known - self._there()):
            self._open_inbox(self._gate.places.inbox / code)
        look = self._gate.inbox.look(known, self._gate.settings.intake.batch_flows * LOOK_AHEAD)
        self.backlog = deque(look.ready)
        if not self._has_room():
            look.waiting += [file.path for file in self.backlog]
            look.next_in = PAUSE_WHILE_FULL
            self.backlog.clear()
        self.last = look
        for trouble in look.troubles:
            self._tell(trouble)
        return look

    def _has_room(self) -> bool:
        """Whether the disk has room for more deposits; it is told when that changes."""
        needed = self._gate.settings.engine.disk_free_bytes
        free = shutil.disk_usage(self._gate.places.root).free
        if (free < needed) is not self.full:
            self.full = not self.full
            if self.full:
                self._tally.troubles.append(Trouble(self._gate.places.root, "disk.low", f"{free} < {needed}"))
                log.warning("disk.low", free=free, needed=needed)
            else:
                log.info("disk.enough", free=free)
        return not self.full

    def _there(self) -> set[str]:
        """What stands among the inboxes: to ask for each of thousands takes longer than to look into it."""
        try:
            return {entry.name for entry in os.scandir(self._gate.places.inbox)}
        except OSError:
            return set()

    def _open_inbox(self, folder: Path) -> None:
        try:
            self._gate.access.make_folder(folder)
        except FileExistsError:
            return  # a file in its place, which the look tells of
        except OSError as error:
            self._tell(Trouble(folder, "inbox.unreadable_folder", error.strerror or str(error)))

    def _tell(self, trouble: Trouble) -> None:
        """Log what stands in a deposit's way, once, and keep it for whoever asks in the end."""
        self.away = self.away or trouble.reason == deposits.UNREACHABLE
        if (str(trouble.path), trouble.reason) not in self._troubled:
            self._troubled.add((str(trouble.path), trouble.reason))
            self._tally.troubles.append(trouble)
            deposits.logged(trouble)

    def take_in(self, *, looking: bool = False) -> int:
        """Claim and book the next batch, after a look where nothing is left of the last one and `looking` is allowed.

        Any one thread may call it, while what came before is decided. Returns how many were claimed or booked.
        """
        if looking and not self.backlog:
            self.look()
        if self.full:
            return 0
        if self.backlog:
            self._found()
        with timed("claim") as claiming:
            taken = deposits.claim(self._gate, self.backlog, self._tell)
            claiming.worth = bool(taken)
        self.away = False
        with timed("book") as booking:
            booked = deposits.book(self._gate, self._tell)
            booking.worth = bool(booked)
        if booked:
            self._troubled.discard((str(self._gate.places.spool), deposits.UNREACHABLE))
        self._tally.booked += booked
        return max(taken, booked)
