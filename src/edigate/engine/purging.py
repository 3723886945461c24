"""Retention: flows and their files, texts of the audit log and directories that are older than the settings keep them.

Each transaction takes a bounded number of flows and notes which files of the archive they leave without an owner. Those
are removed after the commit, and by the next purge where the process ended between the two.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from edigate.engine.lock import Held, held
from edigate.engine.restored import refuse_if_restored
from edigate.ledger import events, journal, notes, retention, snapshots
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import written
from edigate.ledger.notes import DIRECTORY_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate
    from edigate.ledger.retention import Gone, Page, Place

log = structlog.get_logger()
EVENT = "retention.purged"
FILES, LAST = "retention.files", "retention.last"
YEAR = dt.timedelta(days=365.25)
SETTLED = dt.timedelta(days=2)
LONGEST_BREATH = 1.0
CHORE_PACE, CHORE_SECONDS = 3_600.0, 60.0
NONE_GONE = retention.Gone(set(), set())


class Busy(Exception):
    """A backup or another purge is under way on this gate."""


class TooYoung(Exception):
    """What is to be purged is younger than the settings keep; carries the first day that they would let go."""

    def __init__(self, latest: dt.datetime) -> None:
        """`latest` is the latest time that may be given."""
        super().__init__(f"the settings keep everything from {latest:%Y-%m-%d} on")
        self.latest = latest


@dataclass(slots=True)
class Tally:
    """What a purge took, or would take: counts, the first and last time of deposit; `kept` counts reasons to stay."""

    before: str
    counts: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""
    directories: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, page: Page) -> None:
        """Widen the span by the flows of a page that go."""
        for flow in page.going:
            self.first = min(self.first or flow["received_at"], flow["received_at"])
            self.last = max(self.last, flow["received_at"])


@contextmanager
def undisturbed(gate: Gate) -> Iterator[None]:
    """No purge while a backup copies the archive, nor the other way round. Raises Busy."""
    try:
        with held(gate.places.root / "archive.lock"):
            yield
    except Held as error:
        raise Busy(str(error.folder)) from None


def limit(gate: Gate) -> dt.datetime:
    """The time from which on the settings keep everything."""
    return gate.clock() - gate.settings.retention.years * YEAR


def purge(
    gate: Gate,
    before: dt.datetime,
    *,
    actor: str,
    dry_run: bool = False,
    seconds: float = float("inf"),
    progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Take away what is older than a time, or only count it. Raises TooYoung, Busy, engine.restored.Restored.

    After so many `seconds` of taking away it leaves the rest for the next time.
    """
    if before > (latest := limit(gate)):
        raise TooYoung(latest)
    tally = Tally(stamp(before))
    if dry_run:
        _rehearse(gate, tally, progress)
        tally.directories = _old_directories(gate, before)
        return tally
    refuse_if_restored(gate)
    with undisturbed(gate):
        _remove_files(gate)
        while _pass(gate, tally, actor, seconds, progress):
            pass
        _purge_links(gate, tally, actor)
        tally.directories = _old_directories(gate, before)
        for version in tally.directories:
            (gate.places.directory / f"{version}.sqlite").unlink(missing_ok=True)
            snapshots.forget_shared(gate.storage, version)
    return tally


def purge_on(gate: Gate) -> None:
    """The chore: purge what has grown too old, for a while; where a backup is under way, the next time does."""
    with suppress(Busy):
        purge(gate, limit(gate), actor="gate", seconds=CHORE_SECONDS)


def _pass(gate: Gate, tally: Tally, actor: str, seconds: float, progress: Callable[[Tally], None]) -> bool:
    """One walk through the old flows; whether another may find more, since what referred to some has gone."""
    place, took = retention.Place(), False
    tally.kept = Counter()
    while page := _look(gate, tally.before, place):
        begun = time.monotonic()
        if page.going:
            took = True
            _take(gate, tally, place, actor)
            _remove_files(gate)
            # The gate's own batches get their turn: SQLite knows no queue of writers.
            time.sleep(min(time.monotonic() - begun, LONGEST_BREATH))
            tally.seconds += time.monotonic() - begun
        if tally.seconds > seconds:
            return False
        place = page.end
        tally.kept.update(page.kept.values())
        progress(tally)
    return took and bool(tally.kept[retention.REFERRED])


def _look(gate: Gate, before: str, place: Place, gone: Gone | None = None) -> Page | None:
    with gate.ledger.connect() as connection:
        return retention.page(connection, before, place, gone or NONE_GONE)


def _take(gate: Gate, tally: Tally, place: Place, actor: str) -> None:
    """One transaction: what may still go of a page, which files it leaves, and the event that says so."""
    now = stamp(gate.clock())

    def take(connection: Connection) -> tuple[Page, dict[str, int]] | None:
        page = retention.page(connection, tally.before, place, NONE_GONE)
        if page is None or not page.going:
            return None
        counts = retention.remove(connection, page, now)
        places = json.loads(notes.read(connection, FILES) or "[]")
        notes.write(connection, FILES, json.dumps([*places, *sorted({flow["archived"] for flow in page.going})]))
        so_far = json.loads(notes.read(connection, LAST) or "{}").get("before", "")
        notes.write(connection, LAST, json.dumps({"at": now, "before": max(so_far, tally.before)}))
        for flow in page.going:
            journal.note(connection, "flow.purged", flow["id"], at=now)
        received = [flow["received_at"] for flow in page.going]
        events.record(
            connection, EVENT, actor, "retention", at=now, before=tally.before, years=gate.settings.retention.years,
            first=min(received), last=max(received), **counts,
        )  # fmt: skip
        return page, counts

    if taken := written(gate.ledger, take):
        tally.add(taken[0])
        tally.counts += taken[1]


def _remove_files(gate: Gate) -> None:
    """Remove the files of the archive that purged flows left; one of the last days waits for the next purge.

    There a deposit of the same content may just be arriving that the ledger does not know yet.
    """
    with gate.ledger.connect() as connection:
        places = json.loads(notes.read(connection, FILES) or "[]")
        kept = retention.still_archived(connection, places)
    if not places:
        return
    settled = (gate.clock() - SETTLED).astimezone(gate.zone).date().isoformat()
    waiting = [place for place in places if place[: len(settled)] >= settled]
    for place in set(places) - kept - set(waiting):
        gate.archive.remove(place)
    written(gate.ledger, notes.write, FILES, json.dumps(waiting))


def _purge_links(gate: Gate, tally: Tally, actor: str) -> None:
    """Take texts of old links, then note how many events of then are left: there can only be fewer.

    The number is noted with each step, so that it is there whenever the process ends.
    """
    place: tuple[str, int] | None = ("", 0)
    while place:
        begun = time.monotonic()
        took, place = written(gate.ledger, _purge_some_links, gate, tally.before, place, actor)
        tally.counts["links"] += took
        time.sleep(min(time.monotonic() - begun, LONGEST_BREATH) if took else 0)


def _purge_some_links(
    connection: Connection, gate: Gate, before: str, place: tuple[str, int], actor: str
) -> tuple[int, tuple[str, int] | None]:
    took, end = retention.purge_links(connection, before, place)
    if took:
        events.record(
            connection, EVENT, actor, "audit", at=stamp(gate.clock()), before=before,
            years=gate.settings.retention.years, links=took, events=events.count_before(connection, before),
        )  # fmt: skip
    return took, end


def _rehearse(gate: Gate, tally: Tally, progress: Callable[[Tally], None]) -> None:
    """Count what a purge would take, pass by pass, without writing."""
    gone = retention.Gone(set(), set())
    before = -1
    while before < len(gone.flows):
        before = len(gone.flows)
        tally.kept = Counter()
        place = retention.Place()
        while page := _look(gate, tally.before, place, gone):
            place = page.end
            _count(page, tally, gone)
            progress(tally)


def _count(page: Page, tally: Tally, gone: Gone) -> None:
    tally.kept.update(page.kept.values())
    tally.add(page)
    fresh = {flow["id"]: flow for flow in page.going if flow["id"] not in gone.flows}
    own = {row["id"] for row in page.invoices if row["flow"] in fresh}
    tally.counts.update(
        flows=len(fresh),
        bytes=sum(flow["size"] for flow in fresh.values()),
        invoices=len(own),
        statuses=sum(row["invoice"] in own for row in page.statuses),
        reported=sum(row["flow"] in fresh for row in page.reported),
    )
    gone.flows.update(fresh)
    gone.invoices.update(own)


def _old_directories(gate: Gate, before: dt.datetime) -> list[str]:
    """Versions of the directory from before that time which are not in force and which no run refers to."""
    with gate.ledger.connect() as connection:
        used = retention.directories_used(connection) | {notes.read(connection, DIRECTORY_VERSION)}
    limit_ = f"{before.astimezone(dt.UTC):%Y%m%dT%H%M%S%fZ}"
    return [
        version for version in snapshots.versions(gate.places.directory) if version < limit_ and version not in used
    ]


def last(connection: Connection) -> dt.datetime | None:
    """The latest time up to which flows were ever purged; None where none were."""
    text = notes.read(connection, LAST)
    return moment(json.loads(text)["before"]) if text else None
