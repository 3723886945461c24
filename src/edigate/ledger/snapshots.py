"""The versions of the directory that lie in its folder: their names sort by time, and only the last ones are kept.

Where a gate has several machines, a version is shared before it is put in force, under its name and SHA-256; a machine
fetches one that it lacks.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from edigate.ledger.archive import ARRIVING, Unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.ledger.payloads import Payloads

SHARED = "directory"
_VERSION = re.compile(r"[0-9]{8}T[0-9]{12}Z")
_COUNTS = """select (select count(*) from structure), (select count(*) from structure where active),
    (select count(*) from service), (select count(*) from supplier)"""


def versions(folder: Path, *, hidden: bool = False) -> list[str]:
    """Every version that is there, the oldest first; files of other names are nobody's business here.

    `hidden` counts those that are being made, too, or that a crash left half made.
    """
    stems = (path.stem.removeprefix(".") if hidden else path.stem for path in folder.glob("*.sqlite"))
    return sorted({stem for stem in stems if _VERSION.fullmatch(stem)})


def forget_old(folder: Path, *, in_force: str, keep: int) -> list[str]:
    """Remove all but the last few, which an examination under way may still read; returns what was removed."""
    old = [version for version in versions(folder)[:-keep] if version != in_force]
    for version in old:
        (folder / f"{version}.sqlite").unlink(missing_ok=True)
    return old


def counts(folder: Path, version: str) -> dict[str, int]:
    """How much a version holds."""
    with closing(sqlite3.connect(f"file:{folder / version}.sqlite?mode=ro&immutable=1", uri=True)) as connection:
        found = connection.execute(_COUNTS).fetchone()
    return dict(zip(("structures", "active_structures", "services", "suppliers"), found, strict=True))


def share(storage: Payloads, folder: Path, version: str) -> None:
    """Put a version where other machines find it. Raises OSError."""
    key = shared_key(folder, version)
    with (folder / f"{version}.sqlite").open("rb") as file:
        storage.put(key, file)


def shared_key(folder: Path, version: str) -> str:
    """What a version is shared under. Raises OSError."""
    with (folder / f"{version}.sqlite").open("rb") as file:
        return f"{SHARED}/{version}-{hashlib.file_digest(file, 'sha256').hexdigest()}.sqlite"


def bring(storage: Payloads, folder: Path, version: str) -> Path:
    """The file of a version, fetched where it is not in the folder but shared. Raises Unreachable, or other OSErrors.

    One that is nowhere is not there afterwards either.
    """
    path = folder / f"{version}.sqlite"
    if path.exists():
        return path
    for key in _shared(storage, version):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{ARRIVING}-{os.urandom(8).hex()}"
        try:
            _fetch(storage, key, temporary)
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
    return path


def forget_shared(storage: Payloads, version: str) -> None:
    """Take a version away from where machines share it. Raises OSError."""
    for key in _shared(storage, version):
        storage.remove(key)


def _shared(storage: Payloads, version: str) -> list[str]:
    return [key for key, _ in storage.keys(SHARED) if key.startswith(f"{SHARED}/{version}-")]


def _fetch(storage: Payloads, key: str, target: Path) -> None:
    digest = hashlib.sha256()
    with target.open("xb") as file:
        for piece in storage.pieces(key):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if f"-{digest.hexdigest()}.sqlite" not in key:
        raise Unreachable(errno.EIO, "damaged", key)
