"""Drop folders: which files are complete, and their claim by rename into the spool (design §2, step 1)."""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from edigate.intake.wholeness import is_being_written, is_whole
from edigate.ledger.clock import new_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator

TEMPORARY_ENDINGS = (".part", ".tmp", ".filepart")
INCOMPLETE = "-incomplete"
FETCHING = ".fetching"  # in a partner's spool: what is not whole yet


@dataclass(frozen=True, slots=True)
class Sight:
    """What a file looked like."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Sight:
        """What a file's status says of it."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in an inbox that cannot be taken: `reason` is a word of `observability.events`."""

    path: Path
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that can be claimed while it looks like this; `incomplete` where it never got whole in the set time."""

    partner: str
    path: Path
    sight: Sight
    incomplete: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return self.sight.size


@dataclass(frozen=True, slots=True)
class _Quiet:
    partner: str
    path: Path
    sight: Sight
    broken: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A file in the spool, under its claim id."""

    id: str
    partner: str
    path: Path
    incomplete: bool = False


@dataclass(slots=True)
class Look:
    """One look through the inboxes."""

    ready: list[Ready] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    next_in: float | None = None


class Inbox:
    """The folders `inbox/<application code>/`, and what was seen of the files in them."""

    def __init__(self, root: Path, *, quiet_seconds: float, broken_after_seconds: float) -> None:
        """`root` is the gate's `inbox`."""
        self.root = root
        self._quiet = quiet_seconds
        self._broken_after = broken_after_seconds
        self._seen: dict[Path, tuple[Sight, float]] = {}
        self._cut: dict[Path, Sight] = {}
        self._renamed: set[Path] = set()
        self._news: deque[Path] = deque()

    def arrived_by_rename(self, path: Path) -> None:
        """Remember a file that was seen to arrive by rename: it needs no quiet period. Any thread may call."""
        self._news.append(path)

    def look(self, partners: Collection[str], at_most: int) -> Look:
        """Every file that is there: ready (at most so many, the partners in turn), still waiting, or trouble."""
        found = Look()
        while self._news:
            self._renamed.add(self._news.popleft())
        seen: dict[Path, tuple[Sight, float]] = {}
        quiet: dict[str, list[_Quiet]] = {}
        for partner, entry in self._entries(partners, found):
            self._consider(partner, entry, found, seen, quiet.setdefault(partner, []))
        self._seen = seen
        self._cut = {path: sight for path, sight in self._cut.items() if path in seen}
        for file in chain.from_iterable(zip_longest(*quiet.values())):
            if file is not None and len(found.ready) < at_most:
                self._open(file, found)
        # What is ready goes, and another file may come under its name.
        self._renamed &= seen.keys() - {ready.path for ready in found.ready}
        return found

    def _entries(self, partners: Collection[str], found: Look) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for folder in sorted(os.scandir(self.root), key=lambda e: e.name):
            if folder.name.startswith("."):
                continue
            if not folder.is_dir(follow_symlinks=False):
                found.troubles.append(Trouble(Path(folder.path), "inbox.stray_file"))
            elif folder.name not in partners:
                found.troubles.append(Trouble(Path(folder.path), "inbox.no_partner"))
            else:
                yield from self._files(folder.name, Path(folder.path), found)

    @staticmethod
    def _files(partner: str, folder: Path, found: Look) -> Iterator[tuple[str, os.DirEntry[str]]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            found.troubles.append(Trouble(folder, "inbox.unreadable_folder", str(error)))
            return
        for entry in entries:
            if not entry.name.startswith(".") and not entry.name.lower().endswith(TEMPORARY_ENDINGS):
                yield partner, entry

    def _consider(
        self,
        partner: str,
        entry: os.DirEntry[str],
        found: Look,
        seen: dict[Path, tuple[Sight, float]],
        quiet: list[_Quiet],
    ) -> None:
        path = Path(entry.path)
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        except OSError as error:
            found.troubles.append(Trouble(path, "inbox.unreadable_file", error.strerror or str(error)))
            return
        if not stat.S_ISREG(status.st_mode):
            found.troubles.append(Trouble(path, "inbox.not_a_file"))
            return
        sight = Sight.of(status)
        still_for = self._still_for(path, sight, seen)
        quiet_left = 0.0 if path in self._renamed else self._quiet - still_for
        if quiet_left > 0:
            found.waiting.append(path)
            found.next_in = min(quiet_left, found.next_in or quiet_left)
            return
        quiet.append(_Quiet(partner, path, sight, broken=still_for >= self._broken_after))

    def _still_for(self, path: Path, sight: Sight, seen: dict[Path, tuple[Sight, float]]) -> float:
        """Seconds without a change: by what was seen, and by the time of its last change where that is in the past."""
        now = time.monotonic()
        before = self._seen.get(path)
        since = before[1] if before and before[0] == sight else now
        seen[path] = (sight, since)
        return max(now - since, time.time() - sight.mtime_ns / 1e9)

    def _open(self, file: _Quiet, found: Look) -> None:
        try:
            descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return
        except OSError as error:
            found.troubles.append(Trouble(file.path, "inbox.unreadable_file", error.strerror or str(error)))
            return
        try:
            whole = not is_being_written(descriptor) and self._is_whole(descriptor, file)
        except OSError as error:
            found.troubles.append(Trouble(file.path, "inbox.unreadable_file", error.strerror or str(error)))
            return
        finally:
            os.close(descriptor)
        if whole or file.broken:
            found.ready.append(Ready(file.partner, file.path, file.sight, incomplete=not whole))
        else:
            found.waiting.append(file.path)

    def _is_whole(self, descriptor: int, file: _Quiet) -> bool:
        """Whether its end is there; a large archive that is cut short is not read again until it has changed."""
        if self._cut.get(file.path) == file.sight:
            return False
        whole = is_whole(descriptor, file.sight.size)
        if not whole:
            self._cut[file.path] = file.sight
        return whole


def claim(ready: Ready, spool: Path, now: dt.datetime) -> Claim | None:
    """Rename a file into `spool/<partner>/<claim id>/`; None where it has gone or changed meanwhile.

    Raises OSError where the folder cannot be written to.
    """
    if not _looks_as_before(ready):
        return None
    claim_id = new_id(now)
    folder = spool / ready.partner / (claim_id + INCOMPLETE * ready.incomplete)
    folder.mkdir(parents=True)
    try:
        ready.path.rename(folder / ready.path.name)
    except FileNotFoundError:
        folder.rmdir()
        return None
    except OSError:
        folder.rmdir()
        raise
    return Claim(claim_id, ready.partner, folder / ready.path.name, ready.incomplete)


def _looks_as_before(ready: Ready) -> bool:
    try:
        return Sight.of(ready.path.lstat()) == ready.sight
    except FileNotFoundError:
        return False


def claimed(spool: Path) -> Iterator[Claim]:
    """Whatever lies in the spool, in the order of its claims; empty claim folders are taken away."""
    folders = [
        folder
        for partner in sorted(spool.iterdir())
        if not partner.name.startswith(".") and partner.is_dir()
        for folder in partner.iterdir()
        if not folder.name.startswith(".") and folder.is_dir()
    ]
    for folder in sorted(folders, key=lambda f: f.name):
        files = list(folder.iterdir())
        if not files:
            folder.rmdir()
        for file in files:
            yield Claim(
                folder.name.removesuffix(INCOMPLETE), folder.parent.name, file, folder.name.endswith(INCOMPLETE)
            )


def let_go(claim: Claim) -> None:
    """Empty the spool of a claim that is booked."""
    claim.path.unlink(missing_ok=True)
    claim.path.parent.rmdir()


def printable(path: Path) -> str:
    """A file's name as text that any place can hold: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")
