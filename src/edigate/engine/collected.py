"""Published files in the outboxes: noted as collected when they have gone, and purged when nobody comes for them.

A file is only ever removed where it is a delivery of the gate's own, by its name and size.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from edigate.engine.delivering import NOTE, require_there
from edigate.intake.folder import Sight
from edigate.ledger import collection, notes
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import stamp
from edigate.ledger.collection import COLLECTED, EVENTS, PURGED
from edigate.ledger.database import written
from edigate.ledger.sql import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from edigate.engine.gate import Gate
    from edigate.ledger.collection import Offered

log = structlog.get_logger()
PACE = 60.0
AT_ONCE = 2_000


def look_after(gate: Gate) -> None:
    """Note which published files have left the outboxes, and purge those that lay there too long.

    Costs a listing of each folder and the rows of what is still there, however much was collected before. Raises
    Unreachable where the outbox is not there itself.
    """
    with gate.ledger.connect() as connection:
        codes = collection.partners_on_offer(connection)
        mark = notes.read(connection, NOTE)
    for partner in codes:
        with gate.ledger.connect() as connection:
            offered = list(collection.on_offer(connection, partner))
        # Listed after the ledger was read: what it says is published was there before.
        names = _names(gate.places.outbox / partner)
        require_there(gate, mark)
        for gone in chunks([file for file in offered if file.name not in names], AT_ONCE):
            note_collected(gate, gone)
        _purge(gate, partner, [file for file in offered if file.name in names])
        _finish_purge(gate, partner, names - {file.name for file in offered})


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for entry in os.scandir(folder) if not entry.name.startswith(".")}
    except FileNotFoundError:
        return set()


def note_collected(gate: Gate, files: Iterable[Offered]) -> None:
    """Write down that their partner has them."""
    now = stamp(gate.clock())
    gone = written(gate.ledger, collection.mark_gone, list(files), COLLECTED, now)
    for file in gone:
        log.info(EVENTS[COLLECTED], partner=file.partner, file=file.name)


def _purge(gate: Gate, partner: str, files: Iterable[Offered]) -> None:
    """Write down first, then remove: otherwise a gate that dies between would take a purged file for collected."""
    days = gate.settings.outbox.purge_days
    if not days:
        return
    before = stamp(gate.clock() - dt.timedelta(days=days))
    folder = gate.places.outbox / partner
    old = [file for file in files if file.published_at < before and sight_of(folder / file.name, file.size)]
    for some in chunks(old, AT_ONCE):
        gone = written(gate.ledger, collection.mark_gone, some, PURGED, stamp(gate.clock()))
        remove(folder, {file.name: file.size for file in gone})
        for file in gone:
            log.info(EVENTS[PURGED], partner=partner, file=file.name, days=days)


def _finish_purge(gate: Gate, partner: str, names: set[str]) -> None:
    """Remove what a gate that died had written down as purged, and had no time to remove."""
    if not names:
        return
    with gate.ledger.connect() as connection:
        rows = collection.named(connection, names).values()
    left = {row["name"]: row["size"] for row in rows if row["partner"] == partner and row["gone_how"] == PURGED}
    remove(gate.places.outbox / partner, left)


def sight_of(path: Path, size: int) -> Sight | None:
    """What a file looks like; None where there is no regular file of that size."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return Sight.of(status) if stat.S_ISREG(status.st_mode) and status.st_size == size else None


def remove(folder: Path, sizes: Mapping[str, int]) -> None:
    """Take files of these names and sizes out of a partner's outbox, for good."""
    for name, size in sizes.items():
        if sight_of(folder / name, size):
            (folder / name).unlink(missing_ok=True)
    if sizes:
        with suppress(FileNotFoundError):
            sync_folder(folder)
