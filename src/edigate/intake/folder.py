"""Drop folders: which files are complete, and their claim by rename into the spool (design §2, step 1)."""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from edigate.intake.wholeness import is_being_written, is_whole
from edigate.ledger.clock import new_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping

TEMPORARY_ENDINGS = (".part", ".tmp", ".filepart")
INCOMPLETE = "-incomplete"
OF = "="  # in a partner's spool, between a claim and the name of its file
LONGEST_NAME = 255
COSTS = 100  # a folder that still holds what was seen is looked through again after so many times as long as that took
FETCHING = ".fetching"  # in a partner's spool: what is not whole yet


class Sight(NamedTuple):
    """What a file looked like."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Sight:
        """What a file's status says of it."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class Trouble(NamedTuple):
    """Something in an inbox that cannot be taken: `reason` is a word of `observability.events`."""

    path: Path
    reason: str
    detail: str = ""


class Ready(NamedTuple):
    """A file that can be claimed while it looks like this; `incomplete` where it never got whole in the set time."""

    partner: str
    path: Path
    sight: Sight
    incomplete: bool = False

    @property
    def size(self) -> int:
        """In bytes."""
        return self.sight.size


class _Quiet(NamedTuple):
    partner: str
    path: str
    sight: Sight
    broken: bool


class Claim(NamedTuple):
    """A file in the spool, under its claim id: as `<id>=<name>`, or in a folder `<id>` where that would be too long."""

    id: str
    partner: str
    path: str
    name: str
    incomplete: bool = False


@dataclass(slots=True)
class Look:
    """One look through the inboxes; `partial` where more may lie there, be it ready or not seen yet."""

    ready: list[Ready] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    next_in: float | None = None
    partial: bool = False


@dataclass(slots=True)
class _Seen:
    """What was last seen of one partner's folder: every file, and since when it looks like that; `at` that instant.

    `rest` are those that are quiet and not opened yet: as long as there are any, the folder is not looked through again
    before `until`.
    """

    at: float
    until: float = 0.0
    files: dict[str, tuple[Sight, float]] = field(default_factory=dict)
    rest: deque[_Quiet] = field(default_factory=deque)
    waiting: list[Path] = field(default_factory=list)
    quiet_at: float | None = None


class Inbox:
    """The folders `inbox/<application code>/`, and what was seen of the files in them."""

    def __init__(self, root: Path, *, quiet_seconds: float, broken_after_seconds: float) -> None:
        """`root` is the gate's `inbox`."""
        self.root = root
        self._quiet = quiet_seconds
        self._broken_after = broken_after_seconds
        self._seen: dict[str, _Seen] = {}
        self._cut: dict[str, Sight] = {}
        self._renamed: dict[str, Sight] = {}
        self._news: deque[tuple[str, Sight]] = deque()

    def arrived_by_rename(self, path: Path) -> None:
        """Remember a file that was seen to arrive by rename: it needs no quiet period as long as it looks like this.

        Any thread may call.
        """
        with suppress(OSError):  # it has gone: what comes under its name is another file
            self._news.append((str(path), Sight.of(os.lstat(path))))

    def look(self, partners: Collection[str], at_most: int) -> Look:
        """What is there: ready (at most so many, the partners in turn), still waiting, or trouble.

        A folder that holds very much is not looked through each time, but at once with what was seen there before.
        """
        found = Look()
        while self._news:
            path, sight = self._news.popleft()
            self._renamed[path] = sight
        before = self._seen
        self._seen = {folder.name: self._look_into(folder, found) for folder in self._folders(partners, found)}
        self._renamed = {path: sight for path, sight in self._renamed.items() if self._may_lie(path, before)}
        for seen in self._seen.values():
            found.waiting += seen.waiting
            if seen.quiet_at is not None:
                quiet_in = max(0.0, seen.quiet_at - time.monotonic())
                found.next_in = min(quiet_in, found.next_in if found.next_in is not None else quiet_in)
        self._open_in_turn(found, at_most)
        return found

    def _open_in_turn(self, found: Look, at_most: int) -> None:
        in_turn = deque(seen for seen in self._seen.values() if seen.rest)
        while in_turn and len(found.ready) < at_most:
            seen = in_turn.popleft()
            file = seen.rest.popleft()
            self._open(file, seen, found)
            if seen.rest:
                in_turn.append(seen)
        found.partial = found.partial or bool(in_turn)
        # What is ready goes, and another file may come under its name.
        if self._renamed:
            for ready in found.ready:
                self._renamed.pop(str(ready.path), None)

    def _folders(self, partners: Collection[str], found: Look) -> Iterator[os.DirEntry[str]]:
        for folder in sorted(os.scandir(self.root), key=lambda e: e.name):
            if folder.name.startswith("."):
                continue
            if not folder.is_dir(follow_symlinks=False):
                found.troubles.append(Trouble(Path(folder.path), "inbox.stray_file"))
            elif folder.name not in partners:
                found.troubles.append(Trouble(Path(folder.path), "inbox.no_partner"))
            else:
                yield folder

    def _look_into(self, folder: os.DirEntry[str], found: Look) -> _Seen:
        """One partner's folder, looked through again where nothing is left of the last time, or that was long ago."""
        began = time.monotonic()
        before = self._seen.get(folder.name) or _Seen(began)
        if before.rest and began < before.until:
            found.partial = True
            return before
        seen, by_the_wall = _Seen(began), time.time()
        for entry in self._files(folder.path, found):
            if trouble := self._consider(entry, folder.name, by_the_wall, before, seen):
                found.troubles.append(trouble)
        for path in before.files.keys() - seen.files.keys():
            self._cut.pop(path, None)
        now = time.monotonic()
        seen.until = now + COSTS * (now - began)
        return seen

    def _may_lie(self, path: str, before: Mapping[str, _Seen]) -> bool:
        """Whether a file may still be in its folder: it was seen there, or that was not looked through this time."""
        partner = os.path.basename(os.path.dirname(path))
        seen = self._seen.get(partner)
        return seen is not None and (path in seen.files or seen is before.get(partner))

    @staticmethod
    def _files(folder: str, found: Look) -> Iterator[os.DirEntry[str]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            found.troubles.append(Trouble(Path(folder), "inbox.unreadable_folder", str(error)))
            return
        for entry in entries:
            if not entry.name.startswith(".") and not entry.name.lower().endswith(TEMPORARY_ENDINGS):
                yield entry

    def _consider(
        self, entry: os.DirEntry[str], partner: str, by_the_wall: float, before: _Seen, seen: _Seen
    ) -> Trouble | None:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            return Trouble(Path(entry.path), "inbox.unreadable_file", error.strerror or str(error))
        if not stat.S_ISREG(status.st_mode):
            return Trouble(Path(entry.path), "inbox.not_a_file")
        path, sight = entry.path, Sight.of(status)
        last = before.files.get(path)
        since = last[1] if last and last[0] == sight else seen.at
        seen.files[path] = (sight, since)
        # By what was seen, and by the time of its last change where that is in the past.
        still_for = max(seen.at - since, by_the_wall - sight.mtime_ns / 1e9)
        quiet_left = 0.0 if self._renamed.get(path) == sight else self._quiet - still_for
        if quiet_left > 0:
            seen.waiting.append(Path(path))
            quiet_at = seen.at + quiet_left
            seen.quiet_at = min(quiet_at, seen.quiet_at or quiet_at)
        else:
            seen.rest.append(_Quiet(partner, path, sight, broken=still_for >= self._broken_after))
        return None

    def _open(self, file: _Quiet, seen: _Seen, found: Look) -> None:
        try:
            descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return
        except OSError as error:
            found.troubles.append(Trouble(Path(file.path), "inbox.unreadable_file", error.strerror or str(error)))
            return
        try:
            whole = not is_being_written(descriptor) and self._is_whole(descriptor, file)
        except OSError as error:
            found.troubles.append(Trouble(Path(file.path), "inbox.unreadable_file", error.strerror or str(error)))
            return
        finally:
            os.close(descriptor)
        if whole or file.broken:
            found.ready.append(Ready(file.partner, Path(file.path), file.sight, incomplete=not whole))
        else:
            seen.waiting.append(Path(file.path))
            found.waiting.append(Path(file.path))

    def _is_whole(self, descriptor: int, file: _Quiet) -> bool:
        """Whether its end is there; a large archive that is cut short is not read again until it has changed."""
        if self._cut.get(file.path) == file.sight:
            return False
        whole = is_whole(descriptor, file.sight.size)
        if not whole:
            self._cut[file.path] = file.sight
        return whole


def claim(ready: Ready, spool: Path, now: dt.datetime) -> Claim | None:
    """Rename a file into `spool/<partner>/`, under a claim of its own; None where it has gone or changed meanwhile.

    Raises OSError where the folder cannot be written to.
    """
    if not _looks_as_before(ready):
        return None
    claim_id, name = new_id(now), ready.path.name
    entry = claim_id + INCOMPLETE * ready.incomplete
    folder = f"{spool}/{ready.partner}"
    if len(os.fsencode(name)) + len(entry) + len(OF) > LONGEST_NAME:
        folder, target = f"{folder}/{entry}", name
    else:
        target = entry + OF + name
    path = f"{folder}/{target}"
    if not _moved(str(ready.path), folder, path):
        return None
    return Claim(claim_id, ready.partner, path, name, ready.incomplete)


def _moved(source: str, folder: str, target: str) -> bool:
    """Rename a file into a folder, which is made where it is missing; whether the file was still there."""
    for _ in range(2):
        try:
            os.rename(source, target)
        except FileNotFoundError:
            if os.path.isdir(folder):
                return False
            os.makedirs(folder, exist_ok=True)
        else:
            return True
    return False


def _looks_as_before(ready: Ready) -> bool:
    try:
        return Sight.of(os.lstat(ready.path)) == ready.sight
    except FileNotFoundError:
        return False


def claimed(spool: Path) -> Iterator[Claim]:
    """Whatever lies in the spool, in the order of its claims; empty claim folders are taken away."""
    found = [
        (entry.name, partner.name, entry)
        for partner in os.scandir(spool)
        if not partner.name.startswith(".") and partner.is_dir()
        for entry in os.scandir(partner.path)
        if not entry.name.startswith(".")
    ]
    for _, partner, entry in sorted(found, key=lambda one: one[:2]):
        told, is_file, name = entry.name.partition(OF)
        if is_file:
            yield Claim(told.removesuffix(INCOMPLETE), partner, entry.path, name, told.endswith(INCOMPLETE))
        elif entry.is_dir():
            yield from _in_folder(entry.path, told, partner)


def _in_folder(folder: str, told: str, partner: str) -> Iterator[Claim]:
    files = list(os.scandir(folder))
    if not files:
        os.rmdir(folder)
    for file in files:
        yield Claim(told.removesuffix(INCOMPLETE), partner, file.path, file.name, told.endswith(INCOMPLETE))


def let_go(claim: Claim) -> None:
    """Empty the spool of a claim that is booked."""
    with suppress(FileNotFoundError):
        os.unlink(claim.path)
    if claim.path.endswith(f"/{claim.name}"):
        os.rmdir(os.path.dirname(claim.path))


def printable(name: str) -> str:
    """A file's name as text that any place can hold: bytes that are no UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
