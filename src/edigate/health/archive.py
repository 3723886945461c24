"""The archive: every flow's file is there as it was deposited, and nothing besides."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from edigate.engine.purging import FILES as PURGED_FILES
from edigate.health.findings import Several
from edigate.health.patient import at_one_moment
from edigate.health.spool import oldest_claim
from edigate.ledger import notes
from edigate.ledger.archive import ARRIVING
from edigate.ledger.clock import moment, stamp
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.tables import flows, links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.health.findings import Finding
    from edigate.health.patient import Patient

_WRITE = 0o222


def archive(patient: Patient) -> Iterator[Finding]:
    """Every flow's file is there, of its size and, looked at deeply, of its hash; nobody may write to it."""
    missing, wrong = Several("archive.missing"), Several("archive.wrong_size")
    altered, writable = Several("archive.altered"), Several("archive.writable")
    open_ones: list[Path] = []
    with at_one_moment(patient.gate) as connection:
        total = connection.execute(select(func.count()).select_from(flows)).scalar_one()
        query = select(flows.c.id, flows.c.archived, flows.c.size).execution_options(yield_per=500)
        for done, row in enumerate(connection.execute(query), start=1):
            path = patient.places.archive / row.archived
            patient.progress(done, total)
            try:
                status = path.stat()
                if status.st_size != row.size:
                    wrong.add(row.archived)
                elif patient.deep and _hash(path) != path.name:
                    altered.add(row.archived)
            except OSError:
                missing.add(f"{row.archived} ({row.id})")
                continue
            if status.st_mode & _WRITE:
                writable.add(row.archived)
                open_ones.append(path)
    for found in (missing, wrong, altered):
        yield from found.findings()
    yield from writable.findings(lambda: _close(open_ones))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _close(paths: Sequence[Path]) -> None:
    for path in paths:
        path.chmod(path.stat().st_mode & 0o777 & ~_WRITE)


def orphans(patient: Patient) -> Iterator[Finding]:
    """Every file of the archive is some flow's, or will be, or is about to be purged; the others are only listed.

    Those from before the ledger begins tell that another one was lost.
    """
    found, before = Several("archive.orphans"), Several("ledger.begun_anew")
    begun = oldest_claim(patient.places.spool)
    first = _beginning(patient)
    for day in _folders(patient.places.archive):
        names = [entry.name for entry in os.scandir(day)]
        with patient.gate.ledger.connect() as connection:
            for some in chunks(names):
                known = _known(connection, day.name, some)
                for name in some:
                    if name not in known and _is_left(patient, day / name, begun):
                        (before if _is_older(day / name, first) else found).add(patient.below(day / name))
    yield from (replace(one, value=stamp(first)) for one in before.findings())
    yield from found.findings()


def _beginning(patient: Patient) -> dt.datetime:
    """When the first thing happened that the ledger knows of."""
    with patient.gate.ledger.connect() as connection:
        firsts = [connection.execute(select(func.min(column))).scalar() for column in (links.c.at, flows.c.received_at)]
    known = [moment(one) for one in firsts if one]
    return min(known, default=patient.gate.clock())


def _is_older(path: Path, first: dt.datetime) -> bool:
    """By the day that it was kept under, whose name is in the gate's own time, or by when it came into its place."""
    surely = (first - dt.timedelta(days=1)).date().isoformat()
    return path.parent.name < surely or path.lstat().st_ctime < first.timestamp()


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.name != ARRIVING and path.is_dir()) if root.is_dir() else []


def _known(connection: Connection, day: str, names: Sequence[str]) -> set[str]:
    query = select(flows.c.archived)
    rows = where_in(connection, query, flows.c.sha256, [name for name in names if name.isascii()])
    purged = set(json.loads(notes.read(connection, PURGED_FILES) or "[]"))
    booked = {row["archived"] for row in rows}
    return {name for name in names if f"{day}/{name}" in purged | booked}


def _is_left(patient: Patient, path: Path, begun: float) -> bool:
    """Whether it is not one that a gate has in hand, or had when it was cut off: it will copy and book it again."""
    try:
        return patient.settled(path) and path.lstat().st_ctime < begun
    except FileNotFoundError:
        return False


def leftovers(patient: Patient) -> Iterator[Finding]:
    """No copy was begun and not ended, but by a gate that is at work."""
    folder = patient.places.archive / ARRIVING
    found = Several("archive.leftovers", patient.below(folder))
    if folder.is_dir() and not patient.holder:
        for path in sorted(folder.iterdir()):
            found.add(patient.below(path))
    yield from found.findings(mend=_emptying(folder))


def _emptying(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder)
