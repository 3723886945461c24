"""The archive: every deposited file, byte for byte, by day and hash; written once, never changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

HEAD = 4096
CHUNK = 1 << 20
MODE = 0o440
ARRIVING = ".arriving"


class Altered(Exception):
    """An archived file is missing or no longer what was deposited."""


def keep(source: int, root: Path, day: dt.date) -> tuple[str, str, int]:
    """Copy an open file (descriptor at its start) into the archive and sync it.

    Returns its place below `root`, its SHA-256 and its size. The folder of the day is synced by `seal`, once a batch.
    """
    folder = root / day.isoformat()
    arriving = root / ARRIVING
    for path in (folder, arriving):
        path.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    temporary = arriving / os.urandom(12).hex()
    target = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_EXCL, MODE)
    try:
        while chunk := os.read(source, CHUNK):
            digest.update(chunk)
            size += len(chunk)
            _write(target, chunk)
        os.fsync(target)
    except BaseException:
        temporary.unlink()
        raise
    finally:
        os.close(target)
    sha256 = digest.hexdigest()
    temporary.rename(folder / sha256)
    return f"{day.isoformat()}/{sha256}", sha256, size


def seal(root: Path, day: dt.date) -> None:
    """Sync the folder of a day and its parent, after which what was kept there outlives a power cut."""
    sync_folder(root / day.isoformat())
    sync_folder(root)


def tidy(root: Path) -> None:
    """Take away what a gate that ended had begun to copy."""
    shutil.rmtree(root / ARRIVING, ignore_errors=True)


def recall(root: Path, archived: str) -> bytes:
    """What was deposited. Raises Altered where the archive no longer holds it as it was."""
    try:
        content = (root / archived).read_bytes()
    except OSError as error:
        raise Altered(archived) from error
    if hashlib.sha256(content).hexdigest() != archived.rpartition("/")[2]:
        raise Altered(archived)
    return content


def holds_any(root: Path) -> bool:
    """Whether any deposit was ever kept there, and not purged since."""
    days = (day for day in root.iterdir() if day.name != ARRIVING and day.is_dir()) if root.is_dir() else ()
    return any(True for day in days for _ in day.iterdir())


@dataclass(frozen=True, slots=True)
class Archived:
    """A deposit in the archive, as an examination reads it; `place` is below `root`."""

    root: Path
    place: str

    def head(self) -> bytes:
        """The first bytes, which `read` and `open` verify with the others. Raises Altered."""
        try:
            with (self.root / self.place).open("rb") as file:
                return file.read(HEAD)
        except OSError as error:
            raise Altered(self.place) from error

    def read(self) -> bytes:
        """What was deposited. Raises Altered where the archive no longer holds it as it was."""
        return recall(self.root, self.place)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The same as a file at its start, read through once before, since it may not fit into memory."""
        try:
            file = (self.root / self.place).open("rb")
        except OSError as error:
            raise Altered(self.place) from error
        with file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.place.rpartition("/")[2]:
                raise Altered(self.place)
            file.seek(0)
            yield file


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(target: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(target, view) :]
