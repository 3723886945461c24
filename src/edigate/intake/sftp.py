"""Deposit folders on partners' SFTP servers: which files are complete, their claim by rename, their way to the spool.

A file is fetched into `spool/<partner>/.fetching/<claim id>/<name>`, and that folder is renamed into the spool's when
it is whole, so that nobody ever finds half a file there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections import Counter
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from edigate.intake.folder import FETCHING, INCOMPLETE, TEMPORARY_ENDINGS
from edigate.intake.wholeness import HEAD, TAIL, UNPACKED_TO_SEE, is_whole
from edigate.ledger.fetches import Sight
from edigate.parsers._xml import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from edigate.remote.session import Entry, Session

HIDDEN = ".edigate-"
SYNCED = 4_000_000
LONGEST_NAME = 255
LEAST_PAUSE = 0.05
PUT_OFF = 600.0
LOOKS_IN_VAIN = 2


class Lane(StrEnum):
    """Small files and big ones may be fetched side by side, each in a session and with `Sights` of their own."""

    SMALL = "small"
    BIG = "big"
    BOTH = "both"

    def takes(self, size: int, small_bytes: int) -> bool:
        """Whether files of this size go this way."""
        return self is Lane.BOTH or (size <= small_bytes) is (self is Lane.SMALL)


class _Seen(NamedTuple):
    sight: Sight
    since: float
    still_for: float | None


class Sights:
    """What earlier looks saw on one server in one lane; whoever looks keeps it in memory.

    The server's clock counts for nothing: a file is still for as long as looks have found it unchanged. `whole` and
    `cut` are files whose end was looked at, `begun` claims that this process fetched of, `elsewhere` claims that were
    told of because they lie on another server or in another folder. `progress` grows with each thing done that need
    not be done again: a file's end seen, a claim, a piece fetched, a file placed or finished.
    """

    def __init__(self, lane: Lane = Lane.BOTH) -> None:
        """Nothing was seen so far."""
        self.lane = lane
        self.progress = 0
        self.begun: set[str] = set()
        self._source = ""
        self._forget()

    def _forget(self) -> None:
        self.cut: dict[str, Sight] = {}
        self.whole: dict[str, Sight] = {}
        self.elsewhere: set[str] = set()
        self._broken_off: Counter[tuple[str, Sight]] = Counter()
        self._seen: dict[str, _Seen] = {}
        self._told: set[tuple[str, str]] = set()
        self._put_off: dict[str, float] = {}

    def turn_to(self, source: str) -> None:
        """What is looked at next is this folder of this server; what was seen in another one counts no more."""
        if source != self._source:
            self._source = source
            self._forget()

    def see(self, entries: Iterable[Entry], began: float, ended: float) -> None:
        """Take in what a listing says that began and ended at these times of the monotonic clock."""
        seen = {}
        for entry in entries:
            sight, before = sight_of(entry), self._seen.get(entry.name)
            still = before is not None and before.sight == sight
            seen[entry.name] = (
                _Seen(sight, before.since, began - before.since) if before and still else _Seen(sight, ended, None)
            )
        self._seen = seen
        self.cut = {name: sight for name, sight in self.cut.items() if name in seen}
        self.whole = {name: sight for name, sight in self.whole.items() if name in seen}
        self._broken_off = Counter({file: count for file, count in self._broken_off.items() if file[0] in seen})
        self._told = {(event, name) for event, name in self._told if name in seen}
        self._put_off = {name: until for name, until in self._put_off.items() if until > ended}

    def pause(self, name: str, sight: Sight, quiet_seconds: float) -> float:
        """Seconds until another look may find this file complete; 0 where two looks so far apart found it the same."""
        seen = self._seen.get(name)
        if seen is None or seen.sight != sight:
            return max(quiet_seconds, LEAST_PAUSE)
        if seen.still_for is not None and seen.still_for >= quiet_seconds:
            return 0
        return max(seen.since + quiet_seconds - time.monotonic(), LEAST_PAUSE)

    def still_for(self, name: str) -> float:
        """Seconds between the first and the last look that found it as it is."""
        seen = self._seen.get(name)
        return (seen.still_for or 0) if seen else 0

    def carry_over(self, name: str, claimed: str) -> None:
        """What was seen of a file holds for it under its claimed name; what comes under its own name is another."""
        self.whole.pop(name, None)
        if seen := self._seen.pop(name, None):
            self._seen[claimed] = seen

    def got_on(self) -> None:
        """Something was done."""
        self.progress += 1

    def broke_off(self, name: str, sight: Sight) -> None:
        """The connection broke off while a file's end was looked at."""
        self._broken_off[name, sight] += 1

    def is_looked_at_in_vain(self, name: str, sight: Sight) -> bool:
        """Whether a file's end is more than the connections let through: then only what is fetched in pieces comes."""
        return self._broken_off[name, sight] >= LOOKS_IN_VAIN

    def is_news(self, event: str, name: str) -> bool:
        """Whether this was not told before of something that is still there."""
        news = (event, name) not in self._told
        self._told.add((event, name))
        return news

    def put_off(self, name: str) -> None:
        """Leave something for a while."""
        self._put_off[name] = time.monotonic() + PUT_OFF

    def is_put_off(self, name: str) -> bool:
        """Whether it is to be left."""
        return name in self._put_off


def sight_of(entry: Entry) -> Sight:
    """What a listing or a status says of a file."""
    return Sight(entry.size, entry.mtime)


def look(session: Session, folder: str, sights: Sights) -> dict[str, Entry]:
    """All that a folder holds, by name, and a look more at its files."""
    began = time.monotonic()
    entries = session.list(folder)
    sights.see(entries, began, time.monotonic())
    return {entry.name: entry for entry in entries}


def may_be_deposit(name: str) -> bool:
    """Whether a name is one that deposits have: neither hidden nor temporary, and no way out of the folder."""
    way_out = not name or "/" in name or "\0" in name
    return not way_out and not name.startswith(".") and not name.lower().endswith(TEMPORARY_ENDINGS)


def hidden(claim: str) -> str:
    """The name that a claimed file has on its server."""
    return HIDDEN + claim


def below(folder: str, name: str) -> str:
    """The path of a file in a folder of a server."""
    return f"{folder.rstrip('/')}/{name}"


def seems_whole(session: Session, path: str, size: int, work: Path) -> bool:
    """Whether the end of a file on the server is there, by its first and last bytes, put into a file in `work`.

    A gzip stream shows its end only to who reads all of it: a large one is told whole or not once it is fetched.
    """
    with tempfile.TemporaryFile(dir=work) as sample:
        at_once = HEAD + TAIL
        _copy(session, path, sample, 0, size if size <= at_once else HEAD)
        if size > at_once:
            sample.seek(0)
            if kind_of(sample.read(HEAD)) != "gzip":
                _copy(session, path, sample, size - TAIL, TAIL)
            elif size > UNPACKED_TO_SEE:
                return True
            else:
                _copy(session, path, sample, HEAD, size - HEAD)
        sample.flush()
        return is_whole(sample.fileno(), size)


def _copy(session: Session, path: str, target: BinaryIO, offset: int, length: int) -> None:
    target.seek(offset)
    with closing(session.read(path, offset)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            target.write(piece[:length])
            length -= len(piece)
            if length <= 0:
                return


class Desk(NamedTuple):
    """Where a partner's files are put together, and where they go then: `spool/<partner>`."""

    spool: Path

    @property
    def fetching(self) -> Path:
        """Files that are not whole yet, each in the folder of its claim."""
        return self.spool / FETCHING

    def open(self) -> None:
        """Make the folders."""
        self.fetching.mkdir(parents=True, exist_ok=True)

    def begun(self) -> set[str]:
        """The claims that something was fetched of."""
        return {folder.name for folder in self.fetching.iterdir()} if self.fetching.exists() else set()

    def placed(self) -> set[str]:
        """The claims that lie in the spool."""
        return {folder.name.removesuffix(INCOMPLETE) for folder in self.spool.iterdir()}

    def path(self, claim_id: str, name: str) -> Path:
        """Where a file is put together, under its own name, cut where it is longer than a file's name may be here."""
        return self.fetching / claim_id / os.fsdecode(os.fsencode(name)[:LONGEST_NAME])

    def discard(self, claim_id: str) -> None:
        """Throw away what was fetched."""
        shutil.rmtree(self.fetching / claim_id, ignore_errors=True)

    def place(self, claim_id: str, *, incomplete: bool) -> None:
        """Put a file that is fetched into the spool, where it is booked; one rename does it."""
        (self.fetching / claim_id).rename(self.spool / (claim_id + INCOMPLETE * incomplete))


def download(
    session: Session, path: str, target: Path, size: int, *, begun: bool, go_on: Callable[[], bool]
) -> int | None:
    """Fetch what is missing of a file, and sync it. Returns how long it is now, None where it was left unfinished.

    What another process began counts as far as it was synced for certain; what this one began (`begun`), as it is.
    """
    target.parent.mkdir(exist_ok=True)
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        at = _resumed(descriptor, size, begun=begun)
        if at < size and not _fetch(session, path, descriptor, at, size, go_on):
            return None
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    except BlockingIOError:
        return None
    finally:
        os.close(descriptor)


def _resumed(descriptor: int, size: int, *, begun: bool) -> int:
    there = os.fstat(descriptor).st_size
    at = there if begun else there - there % SYNCED
    at = at if at <= size else 0
    os.ftruncate(descriptor, at)
    return os.lseek(descriptor, at, os.SEEK_SET)


def _fetch(session: Session, path: str, target: int, at: int, size: int, go_on: Callable[[], bool]) -> bool:
    with closing(session.read(path, at)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(target, view) :]
            if at // SYNCED < (at + len(piece)) // SYNCED:
                os.fsync(target)
            at += len(piece)
            if at > size:
                break
            if at < size and not go_on():
                return False
    return True


def has_its_end(target: Path, size: int) -> bool:
    """Whether the end of a file that was fetched is there."""
    descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return is_whole(descriptor, size)
    finally:
        os.close(descriptor)
