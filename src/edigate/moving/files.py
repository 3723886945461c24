"""Deposits and directories copied to another storage: each is there as its hash says, or is told to be missing.

What is there already is only read and compared. Nothing is taken away where it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from edigate.engine.deposits import SYNCING_THREADS
from edigate.ledger import snapshots
from edigate.ledger.tables import flows
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.ledger.archive import Archive
    from edigate.ledger.payloads import Payloads
    from edigate.moving.ledgers import Progress

STEP = "archive"
_AT_ONCE = 256


@dataclass(slots=True)
class Files:
    """Deposits: all of them with their bytes, those that were `copied` now; those that are `altered` or `missing`."""

    files: int = 0
    bytes: int = 0
    copied: int = 0
    altered: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    directories: list[str] = field(default_factory=list)


def survey(source: Archive, ledger: Connection) -> Files:
    """What there is to be copied, without reading it, and what the ledger knows and is not there."""
    found = Files()
    for place in source.places():
        found.files += 1
        found.bytes += source.seen(place).size
    found.missing = [place for place in _known(ledger) if not _is_there(source, place)]
    return found


def _known(ledger: Connection) -> Iterator[str]:
    """Every place that the ledger knows, in pages that each begin after the last one."""
    query = select(flows.c.archived).distinct().order_by(flows.c.archived).limit(_AT_ONCE)
    last = ""
    while page := ledger.execute(query.where(flows.c.archived > last)).scalars().all():
        yield from page
        last = page[-1]


def _is_there(source: Archive, place: str) -> bool:
    try:
        source.seen(place)
    except FileNotFoundError:
        return False
    return True


def copy_archive(folder: Path, source: Archive, target: Archive, found: Files, told: Progress) -> None:
    """Have every deposit of an archive in a folder in another one, too. Raises OSError, Unmovable."""
    done = 0
    target.tidy()
    with ThreadPoolExecutor(SYNCING_THREADS) as threads:
        for part in _parts(source.places()):
            for one in threads.map(lambda place: _bring(folder, place, target), part):
                found.copied += one.new
                found.altered += [] if one.sound else [one.place]
                done += one.size
            if (day := _day(part[0])) is not None:
                _seal(target, day)
            told(STEP, done, max(done, found.bytes))


def _parts(places: Iterable[str]) -> Iterator[list[str]]:
    """Places of one day together, so many at once."""
    for _, group in groupby(places, key=lambda place: place.partition("/")[0]):
        while part := list(islice(group, _AT_ONCE)):
            yield part


class _Brought(NamedTuple):
    """A deposit that is there now, newly or as before; one that is not `sound` is not what its name says."""

    place: str
    size: int = 0
    new: bool = False
    sound: bool = True


def _bring(folder: Path, place: str, target: Archive) -> _Brought:
    """Have one deposit there, and read it there."""
    sha256, day = place.rpartition("/")[2], _day(place)
    if day is None:
        return _Brought(place, sound=False)
    with suppress(FileNotFoundError):
        there, size = target.digest(place)
        if there == sha256:
            return _Brought(place, size)
    with (folder / place).open("rb", buffering=0) as file:
        # What is not what its name says may be another deposit of the day, in whose place it would be kept.
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            return _Brought(place, sound=False)
        file.seek(0)
        _, read, size = target.keep(file.fileno(), day)
    if read != sha256 or target.digest(place) != (sha256, size):
        raise Unmovable(Cause.DIFFERENT, place)
    return _Brought(place, size, new=True)


def _day(place: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(place.partition("/")[0])
    except ValueError:
        return None


def _seal(target: Archive, day: dt.date) -> None:
    with suppress(FileNotFoundError):  # nothing of the day is what it should be
        target.seal(day)


def copy_directories(folder: Path, storage: Payloads) -> list[str]:
    """Share every version of the directory; which they are. Raises OSError."""
    there = {key for key, _ in storage.keys(snapshots.SHARED)}
    found = snapshots.versions(folder)
    for version in found:
        if snapshots.shared_key(folder, version) not in there:
            snapshots.share(storage, folder, version)
    return found
