"""How pivots come from the workers to their gate: in memory as long as there is room, the others in private files.

What a gate has in memory does not grow with what archives unpack to.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from edigate.domain.faults import Hold
from edigate.domain.verdicts import Content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IN_MEMORY = 256_000  # of one pivot
IN_SHARE = 8_000_000
IN_BATCH = 64_000_000
NOTE = ".current"
_numbers = count()


def room_in(shares: int) -> int:
    """Bytes that each of so many shares of a batch may have in memory."""
    return min(IN_SHARE, IN_BATCH // max(1, shares))


@dataclass(slots=True)
class Aside:
    """Where a worker leaves the pivots of one share: in memory as long as there is `room`, then in files in `work`.

    So many bytes of the disk it will `spare`: what is found must be settled, too.
    """

    work: Path
    room: int
    spare: int = 0

    def keep(self, of: str, content: Content, position: int) -> Content:
        """A pivot of a run, or of an archived flow, as it is handed on. Raises Hold where neither has room."""
        if content.size <= min(IN_MEMORY, self.room):
            return self._in_memory(content)
        # A name of its own each time: a delivery may still be read from what was rendered for another one.
        path = self.work / f"{of}-{position}-{os.getpid()}-{next(_numbers)}"
        try:
            self._write(path, content)
        except OSError as error:
            with suppress(OSError):
                path.unlink()
            if content.size <= self.room:
                return self._in_memory(content)
            reason = "no_room"
            raise Hold(reason, error.strerror or str(error)) from None
        return Content(path=str(path), size=content.size)

    def _write(self, path: Path, content: Content) -> None:
        disk = os.statvfs(self.work)
        if disk.f_bavail * disk.f_frsize < content.size + self.spare:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.write_bytes(content.data)

    def _in_memory(self, content: Content) -> Content:
        self.room -= content.size
        return content


def sweep(work: Path, done: Callable[[str], bool]) -> None:
    """Take away what workers set aside of runs, or of archived flows, that are done with."""
    for entry in os.scandir(work):
        if entry.is_file() and not entry.name.endswith(NOTE) and done(entry.name.rsplit("-", 3)[0]):
            (work / entry.name).unlink(missing_ok=True)
