"""Old generations of a backup, and what only they had, taken away."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from edigate.backup import manifest as manifests
from edigate.backup.copying import known_places, places
from edigate.backup.manifest import ARCHIVE, DIRECTORY, LEDGER

if TYPE_CHECKING:
    from pathlib import Path


def forget(backup: Path, keep: int) -> list[str]:
    """Take away all but the last generations, and what only they had; returns the names of those that went."""
    found = manifests.generations(backup)
    old, kept = found[:-keep], found[-keep:]
    for generation in old:
        hidden = generation.with_name(f".{generation.name}")
        generation.rename(hidden)
        shutil.rmtree(hidden)
    _forget_files(backup, kept)
    return [generation.name for generation in old]


def _forget_files(backup: Path, kept: list[Path]) -> None:
    """What no generation's ledger knows has been purged; what is younger than the oldest may still be of use."""
    made = [manifests.read(generation) for generation in kept]
    oldest = min(one.day for one in made)
    directories = {name for one in made for name in one.directories}
    for path in (backup / DIRECTORY).glob("*.sqlite"):
        if path.name not in directories:
            path.unlink()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table known (place text primary key) without rowid")
        for generation in kept:
            rows = ((place,) for place, _ in known_places(generation / LEDGER))
            connection.executemany("insert or ignore into known values (?)", rows)
        for place in list(places(backup / ARCHIVE)):
            known = connection.execute("select 1 from known where place = ?", (place,)).fetchone()
            if not known and place[: len(oldest)] < oldest:
                (backup / ARCHIVE / place).unlink()
                with suppress(OSError):
                    (backup / ARCHIVE / place).parent.rmdir()
