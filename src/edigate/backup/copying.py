"""Files copied so that nothing half made ever bears its name: hashed on the way, synced, then renamed."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from edigate.backup.manifest import Sum
from edigate.ledger.archive import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
ARRIVING = ".arriving"


def copy(source: Path, target: Path, *, mode: int = 0o440) -> Sum:
    """Copy a file to where nothing is yet, or over what is there; its folder must be synced by `sync` in the end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f"{ARRIVING}-{os.urandom(8).hex()}"
    try:
        found = _poured(source, temporary, mode)
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return found


def _poured(source: Path, target: Path, mode: int) -> Sum:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
    with source.open("rb") as origin, open(descriptor, "wb") as copied:  # noqa: PTH123 - an open descriptor
        while chunk := origin.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            copied.write(chunk)
        copied.flush()
        os.fsync(copied.fileno())
    return Sum(size, digest.hexdigest())


def sum_of(path: Path) -> Sum:
    """Size and hash of a file."""
    with path.open("rb") as file:
        return Sum(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def places(archive: Path, since: str = "") -> Iterator[str]:
    """Every file of an archive as `<day>/<sha256>`, day by day from `since` on; what is being copied into it is not."""
    if not archive.is_dir():
        return
    for day in sorted(
        entry.name for entry in os.scandir(archive) if entry.is_dir() and entry.name[0] != "." and entry.name >= since
    ):
        for entry in sorted(os.scandir(archive / day), key=lambda found: found.name):
            if not entry.name.startswith("."):
                yield f"{day}/{entry.name}"


def sync_tree(folder: Path) -> None:
    """Make the names in a folder and in all below it durable."""
    for path in (folder, *(below for below in folder.rglob("*") if below.is_dir())):
        sync_folder(path)


def read_only(ledger: Path) -> sqlite3.Connection:
    """A ledger that nobody writes to."""
    return sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro&immutable=1", uri=True)


def known_places(ledger: Path) -> Iterator[tuple[str, int]]:
    """Every place in the archive that a ledger knows, with the size of the file there."""
    with closing(read_only(ledger)) as connection:
        yield from connection.execute("select archived, max(size) from flows group by archived order by archived")
