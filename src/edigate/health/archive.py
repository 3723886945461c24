"""The archive: every flow's file is there as it was deposited, and nothing besides."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from edigate.engine.purging import FILES as PURGED_FILES
from edigate.health.findings import Finding, Several
from edigate.health.patient import at_one_moment
from edigate.health.spool import oldest_claim
from edigate.ledger import notes
from edigate.ledger.archive import ARRIVING, Folder, Unreachable
from edigate.ledger.clock import moment, stamp
from edigate.ledger.looking import each
from edigate.ledger.sql import where_in
from edigate.ledger.storage import ARCHIVE
from edigate.ledger.tables import flows, links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Row

    from edigate.health.patient import Patient
    from edigate.ledger.archive import Archive

AT_ONCE = 500


def archive(patient: Patient) -> Iterator[Finding]:
    """Every flow's file is there, of its size and, looked at deeply, of its hash; nobody may write to it."""
    try:
        yield from _files(patient)
    except Unreachable as error:
        yield Finding("archive.unreachable", patient.gate.settings.storage.url, str(error))


def _files(patient: Patient) -> Iterator[Finding]:
    gone: dict[str, str] = {}
    missing, wrong = Several("archive.missing"), Several("archive.wrong_size")
    altered, writable = Several("archive.altered"), Several("archive.writable")
    kept, open_ones = patient.gate.archive, list[str]()
    with at_one_moment(patient.gate) as connection:
        total = connection.execute(select(func.count()).select_from(flows)).scalar_one()
        query = select(flows.c.id, flows.c.archived, flows.c.size).execution_options(yield_per=500)
        looked = each(kept, connection.execute(query), lambda row: _look(kept, row, deep=patient.deep))
        for done, (row, seen) in enumerate(looked, start=1):
            patient.progress(done, total)
            if isinstance(seen, OSError):
                gone[row.id] = row.archived
                continue
            if seen.size != row.size:
                wrong.add(row.archived)
            elif seen.altered:
                altered.add(row.archived)
            if seen.writable:
                writable.add(row.archived)
                open_ones.append(row.archived)
    with patient.gate.ledger.connect() as connection:  # a purge may have taken flow and file since
        for flow in (found["id"] for found in where_in(connection, select(flows.c.id), flows.c.id, gone)):
            missing.add(f"{gone[flow]} ({flow})")
    for several in (missing, wrong, altered):
        yield from several.findings()
    yield from writable.findings(lambda: _close(kept, open_ones))


class _Looked(NamedTuple):
    size: int
    writable: bool
    altered: bool


def _look(kept: Archive, row: Row[Any, Any, Any], *, deep: bool) -> _Looked:
    seen = kept.seen(row.archived)
    altered = deep and seen.size == row.size and kept.digest(row.archived)[0] != row.archived.rpartition("/")[2]
    return _Looked(seen.size, seen.writable, altered)


def _close(kept: Archive, places: Sequence[str]) -> None:
    for place in places:
        kept.protect(place)


def orphans(patient: Patient) -> Iterator[Finding]:
    """Every file of the archive is some flow's, or will be, or is about to be purged; the others are only listed.

    Those from before the ledger begins tell that another one was lost.
    """
    with suppress(Unreachable):  # which the check of what must be there tells
        yield from _orphans(patient)


def _orphans(patient: Patient) -> Iterator[Finding]:
    found, before = Several("archive.orphans"), Several("ledger.begun_anew")
    begun = oldest_claim(patient.places.spool)
    first = _beginning(patient)
    for place, since in _unknown(patient):
        if patient.settled_since(since) and since < begun:
            (before if _is_older(place, since, first) else found).add(_shown(patient, place))
    yield from (replace(one, value=stamp(first)) for one in before.findings())
    yield from found.findings()


def _shown(patient: Patient, place: str) -> str:
    root = patient.gate.archive.folder()
    return patient.below(root / place) if root else f"{patient.gate.settings.storage.url}/{ARCHIVE}/{place}"


def _beginning(patient: Patient) -> dt.datetime:
    """When the first thing happened that the ledger knows of."""
    with patient.gate.ledger.connect() as connection:
        firsts = [connection.execute(select(func.min(column))).scalar() for column in (links.c.at, flows.c.received_at)]
    known = [moment(one) for one in firsts if one]
    return min(known, default=patient.gate.clock())


def _is_older(place: str, since: float, first: dt.datetime) -> bool:
    """By the day that it was kept under, whose name is in the gate's own time, or by when it came into its place."""
    surely = (first - dt.timedelta(days=1)).date().isoformat()
    return place.partition("/")[0] < surely or since < first.timestamp()


def _unknown(patient: Patient) -> Iterator[tuple[str, float]]:
    """Places of the archive that the ledger does not know, and since when each is as it is.

    One may be a file that a gate has in hand, or had when it was cut off: it will copy and book it again.
    """
    kept = patient.gate.archive
    places = kept.places()
    while some := list(islice(places, AT_ONCE)):
        with patient.gate.ledger.connect() as connection:
            known = _known(connection, some)
        for place in some:
            if place not in known:
                with suppress(FileNotFoundError):
                    yield place, kept.seen(place).since


def _known(connection: Connection, places: Sequence[str]) -> set[str]:
    names = {place.rpartition("/")[2] for place in places}
    rows = where_in(connection, select(flows.c.archived), flows.c.sha256, [name for name in names if name.isascii()])
    purged = set(json.loads(notes.read(connection, PURGED_FILES) or "[]"))
    return purged | {row["archived"] for row in rows}


def leftovers(patient: Patient) -> Iterator[Finding]:
    """No copy was begun and not ended, but by a gate that is at work."""
    if not isinstance(patient.archive, Folder):
        return
    folder = patient.archive.root / ARRIVING
    found = Several("archive.leftovers", patient.below(folder))
    if folder.is_dir() and not patient.holder and patient.archive.ours:
        for path in sorted(folder.iterdir()):
            found.add(patient.below(path))
    yield from found.findings(mend=_emptying(folder))


def _emptying(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder)
