"""The ledger that was left behind: kept beside the gate's files, under a name by which no gate opens it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from edigate.ledger.archive import sync_folder
from edigate.ledger.closing import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Places

MOVED = ".moved"
_MOST, _PATIENCE = 1_000, 0.5
_BESIDE = ("-wal", "-shm")


def is_there(places: Places) -> bool:
    """Whether a ledger lies in the gate's folder; an empty file is none."""
    return places.ledger.exists() and places.ledger.stat().st_size > 0


def put(places: Places) -> Path:
    """Rename a closed ledger, with all that was written to it inside; where it is now."""
    with closing(sqlite3.connect(places.ledger, isolation_level=None, timeout=_PATIENCE)) as session:
        session.execute("pragma wal_checkpoint(truncate)")
        with suppress(sqlite3.OperationalError):  # somebody still reads in it
            session.execute("pragma journal_mode=delete")
    kept = next(path for path in _names(places) if not path.exists())
    places.ledger.rename(kept)
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            places.ledger.with_name(places.ledger.name + ending).rename(f"{kept}{ending}")
    sync_folder(places.root)
    return kept


def newest(places: Places) -> Path | None:
    """The one that was put there last; None for none."""
    return next((path for path in reversed(_names(places)) if path.exists()), None)


def _names(places: Places) -> list[Path]:
    return [places.root / f"{places.ledger.name}{MOVED}{number or ''}" for number in range(_MOST)]


def mark_in(kept: Path) -> dict[str, Any] | None:
    """What was written into it when it was closed."""
    with closing(sqlite3.connect(f"file:{quote(str(kept))}?mode=ro", uri=True)) as session:
        row = session.execute("select value from notes where key = ?", [KEY]).fetchone()
    return dict(json.loads(row[0])) if row else None
