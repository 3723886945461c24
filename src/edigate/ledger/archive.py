"""The archive: every deposited file, byte for byte, by day and hash; written once, never changed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from stat import S_ISREG
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, TypeVar

from edigate.intake.leases import open_for_writing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

HEAD = 1 << 16
SHOWN = 4096  # of a head, to tell what a deposit is
CHUNK = 1 << 20
MODE = 0o440
ARRIVING = ".arriving"
_WRITE = 0o222
_NEW = os.O_CREAT | os.O_WRONLY | os.O_EXCL | os.O_CLOEXEC
_NO_FILE = "no regular file"
_AWAY = frozenset({errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH})
T = TypeVar("T")


class Altered(Exception):
    """An archived file is missing or no longer what was deposited."""


class Unreachable(OSError):
    """What keeps deposits does not answer: whether they are there is not known, and asking again later will tell."""


class Seen(NamedTuple):
    """A file of the archive as it lies there; `since` is when it came there or was last touched, by the clock there."""

    size: int
    since: float
    writable: bool = False


class Archive(Protocol):
    """Where deposits are kept. A place is `<day>/<sha256>`, the same in every kind of archive."""

    def keep(self, source: int, day: dt.date, *, synced: bool = True, path: str = "") -> tuple[str, str, int]:
        """Take an open file (descriptor at its start) into the archive; durable once `seal` returned.

        Not `synced` is one that is synced with all of its batch, where the archive is a folder (`syncing`). Without its
        `path` it is copied; with it, it may become the archive's own where nobody else can write to it any more.
        Returns its place, its SHA-256 and its size. Threads may keep at once. Raises OSError.
        """

    def folder(self) -> Path | None:
        """Where it is, if it is a folder. Raises Unreachable."""

    def seal(self, day: dt.date) -> None:
        """Make what was kept under a day durable. Raises OSError."""

    def tidy(self) -> None:
        """Take away what a gate that ended had begun to copy."""

    def head(self, place: str) -> bytes:
        """The first bytes, which `recall` and `open` verify with the others. Raises Altered, Unreachable."""

    def recall(self, place: str) -> bytes:
        """What was deposited. Raises Altered where the archive no longer holds it as it was; Unreachable."""

    def open(self, place: str) -> AbstractContextManager[BinaryIO]:
        """The same as a file at its start, read through once before, since it may not fit into memory."""

    def digest(self, place: str) -> tuple[str, int]:
        """SHA-256 and size of what lies there, whatever it is. Raises OSError."""

    def seen(self, place: str) -> Seen:
        """What lies there, not read. Raises OSError."""

    def protect(self, place: str) -> None:
        """Let nobody write to it any more."""

    def remove(self, place: str) -> None:
        """Take a file away, if it is still there."""

    def places(self, since: str = "") -> Iterator[str]:
        """Every file there, day by day from `since` (YYYY-MM-DD) on; what is being copied into it is not."""

    def holds_any(self) -> bool:
        """Whether any deposit was ever kept there, and not purged since."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An archive in a folder: that of the gate itself, or one that several machines share.

    One that is not `ours` is never made here: that of a disk which is not mounted would be an empty folder.
    """

    root: Path
    ours: bool = True

    def keep(self, source: int, day: dt.date, *, synced: bool = True, path: str = "") -> tuple[str, str, int]:
        """Copy or link an open file and sync it; its name is durable once `seal` synced the folder of the day."""
        of_day = day.isoformat()
        status = os.fstat(source)
        if path and _nobody_writes(source, status):
            sha256, size = _read(source, status.st_size)
            if synced:
                os.fsync(source)
            if self._named(path, of_day, sha256, size, synced=synced):
                return f"{of_day}/{sha256}", sha256, size
            os.lseek(source, 0, os.SEEK_SET)
        sha256, size = self._copied(source, status.st_size, of_day, synced=synced)
        return f"{of_day}/{sha256}", sha256, size

    def _copied(self, source: int, expected: int, day: str, *, synced: bool) -> tuple[str, int]:
        target, temporary = self._begin()
        try:
            _require_room(target, expected)
            sha256, size = _read(source, expected, target)
            if synced:
                os.fsync(target)
            if not self._named(temporary, day, sha256, size, synced=synced):
                os.fsync(target)
                self._into(day, partial(os.rename, temporary, f"{self.root}/{day}/{sha256}"))
        finally:
            os.close(target)
            with suppress(FileNotFoundError):  # it was renamed
                os.unlink(temporary)
        return sha256, size

    def _begin(self) -> tuple[int, str]:
        """A new file under a name of its own, where half-made ones lie."""
        path = f"{self.root}/{ARRIVING}/{os.urandom(12).hex()}"
        return self._into(ARRIVING, partial(os.open, path, _NEW, MODE)), path

    def _named(self, path: str, day: str, sha256: str, size: int, *, synced: bool) -> bool:
        """Give a file its name in the archive, or leave what has it there and is whole; whether it came to that.

        What has it may be booked since long: nothing that is not on the disk itself may take its place.
        """
        target = f"{self.root}/{day}/{sha256}"
        try:
            self._into(day, partial(os.link, path, target, follow_symlinks=False))
        except FileExistsError:
            return _is_whole(target, sha256, size, synced=synced)
        except OSError:
            return False
        return True

    def _into(self, name: str, step: Callable[[], T]) -> T:
        """Take a step that needs a folder, made where it is missing. Raises Unreachable where the archive is away."""
        try:
            return step()
        except FileNotFoundError:
            if not self.ours:
                _require(self.root)
            (self.root / name).mkdir(parents=True, exist_ok=True)
        return step()

    def folder(self) -> Path:
        """Where it is. Raises Unreachable."""
        if not self.ours:
            _require(self.root)
        return self.root

    def found(self) -> None:
        """Make it, for a gate that is new."""
        self.root.mkdir(exist_ok=True)

    def seal(self, day: dt.date) -> None:
        """Sync the folder of a day and its parent, after which what was kept there outlives a power cut."""
        sync_folder(self.root / day.isoformat())
        sync_folder(self.root)

    def tidy(self) -> None:
        """Take away what a gate that ended had begun to copy."""
        shutil.rmtree(self.root / ARRIVING, ignore_errors=True)

    def head(self, place: str) -> bytes:
        """The first bytes. Raises Altered."""
        try:
            return _content(f"{self.root}/{place}", HEAD)
        except OSError as error:
            raise self._lost(place, error) from error

    def recall(self, place: str) -> bytes:
        """What was deposited. Raises Altered."""
        try:
            content = _content(f"{self.root}/{place}")
        except OSError as error:
            raise self._lost(place, error) from error
        if not _is(content, place):
            raise Altered(place)
        return content

    @contextmanager
    def open(self, place: str) -> Iterator[BinaryIO]:
        """The same as a file at its start. Raises Altered."""
        try:
            file = (self.root / place).open("rb")
        except OSError as error:
            raise self._lost(place, error) from error
        with file:
            if hashlib.file_digest(file, "sha256").hexdigest() != place.rpartition("/")[2]:
                raise Altered(place)
            file.seek(0)
            yield file

    def _lost(self, place: str, error: OSError) -> Altered | Unreachable:
        """What it means that a file cannot be read: of a folder that is elsewhere, that it may be out of reach."""
        return Unreachable(error.errno, error.strerror, str(self.root)) if self._is_away(error) else Altered(place)

    def _is_away(self, error: OSError) -> bool:
        return not self.ours and (error.errno in _AWAY or not self.root.is_dir())

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self._is_away(error):
                raise Unreachable(error.errno, error.strerror, str(self.root)) from error
            raise

    def digest(self, place: str) -> tuple[str, int]:
        """SHA-256 and size of what lies there. Raises OSError."""
        path = self.root / place
        with self._reached():
            if not S_ISREG(path.stat().st_mode):  # to read a pipe may take for ever
                raise OSError(_NO_FILE)
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()

    def seen(self, place: str) -> Seen:
        """What lies there. Raises OSError."""
        with self._reached():
            status = (self.root / place).stat()
        return Seen(status.st_size, status.st_ctime, bool(status.st_mode & _WRITE))

    def protect(self, place: str) -> None:
        """Let nobody write to it any more."""
        path = self.root / place
        path.chmod(path.stat().st_mode & 0o777 & ~_WRITE)

    def remove(self, place: str) -> None:
        """Take a file away, if it is still there, and the folder of its day with the last one."""
        path = self.root / place
        path.unlink(missing_ok=True)
        with suppress(OSError):  # the folder of the day holds others, or has gone
            path.parent.rmdir()

    def places(self, since: str = "") -> Iterator[str]:
        """Every file there, day by day. Raises Unreachable."""
        self.folder()
        for day in self._days():
            if day >= since:
                yield from (f"{day}/{name}" for name in sorted(self._of_day(day)))

    def holds_any(self) -> bool:
        """Whether any deposit was ever kept there, and not purged since. Raises Unreachable."""
        if not self.ours:
            _require(self.root.parent)  # a gate that is new has no archive yet
        return any(self._of_day(day) for day in self._days())

    def _of_day(self, day: str) -> list[str]:
        try:
            return os.listdir(self.root / day)
        except FileNotFoundError:  # a purge has just taken the last one, unless all of it has gone
            self.folder()
            return []

    def _days(self) -> list[str]:
        if not self.root.is_dir():
            return []
        return sorted(entry.name for entry in os.scandir(self.root) if entry.name != ARRIVING and entry.is_dir())


@dataclass(slots=True)
class Archived:
    """A deposit in an archive, as an examination reads it: once, where its first bytes are all of it."""

    archive: Archive
    place: str
    _start: bytes | None = None

    def head(self) -> bytes:
        """The first bytes, which `read` and `open` verify with the others. Raises Altered."""
        self._start = self.archive.head(self.place)
        return self._start[:SHOWN]

    def read(self) -> bytes:
        """What was deposited. Raises Altered where the archive no longer holds it as it was."""
        if self._start is not None and _is(self._start, self.place):
            return self._start
        return self.archive.recall(self.place)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The same as a file at its start, read through once before, since it may not fit into memory."""
        return self.archive.open(self.place)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require(folder: Path) -> None:
    if not folder.is_dir():
        raise Unreachable(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))


def _require_room(target: int, size: int) -> None:
    """Raise OSError where a copy would not fit: to find that out at its end leaves nobody any room meanwhile."""
    disk = os.fstatvfs(target)
    if disk.f_blocks and disk.f_bavail * disk.f_frsize < size:  # what no disk is behind may tell nothing
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _nobody_writes(source: int, status: os.stat_result) -> bool:
    """Whether a file is the gate's alone, and nobody can write to it, now that nobody may.

    Who has it open, or comes by another name of it, would have to be the gate's own account.
    """
    if (status.st_uid, status.st_gid, status.st_nlink) != (os.geteuid(), os.getegid(), 1):
        return False
    os.fchmod(source, MODE)
    return open_for_writing(source) is False


def _is(content: bytes, place: str) -> bool:
    return hashlib.sha256(content).hexdigest() == place.rpartition("/")[2]


def _is_whole(path: str, sha256: str, size: int, *, synced: bool) -> bool:
    """Whether a file holds this and nobody may write to it; synced if wanted: who kept it may have ended before."""
    try:
        there = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        status = os.fstat(there)
        if not S_ISREG(status.st_mode) or status.st_mode & _WRITE or status.st_size != size:
            return False
        if _read(there, size)[0] != sha256:
            return False
        if synced:
            os.fsync(there)
    except OSError:
        return False
    finally:
        os.close(there)
    return True


def _content(path: str, most: int | None = None) -> bytes:
    """What a file holds, or its first bytes: a fourth of the time that a file object takes about a small one."""
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(source).st_size
        left = size if most is None else min(size, most)
        pieces = []
        while left > 0 and (piece := os.read(source, left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(source)


def _read(source: int, expected: int, target: int | None = None) -> tuple[str, int]:
    """SHA-256 and size of what an open file holds from here on, written to another one.

    It is read to its end, whatever is `expected`: room for much more than that takes longer to get than to fill.
    """
    digest = hashlib.sha256()
    size, room = 0, min(CHUNK, expected + 1)
    while chunk := os.read(source, room):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            write_whole(target, chunk)
    return digest.hexdigest(), size


def write_whole(target: int, content: bytes) -> None:
    """Write all of this to an open file, in as many pieces as the kernel takes it."""
    written = os.write(target, content)
    while written < len(content):
        written += os.write(target, memoryview(content)[written:])
