"""The versions of the directory that lie in its folder: their names sort by time, and only the last ones are kept."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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
