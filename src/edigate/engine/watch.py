"""What a running gate looks for now and then: alerts that are opened once, and closed by themselves when it is over."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sqlalchemy import and_, func, or_, select

from edigate.engine import machine, waiting
from edigate.ledger import alert_queries, alerts, notes, weighing
from edigate.ledger.alerts import BALANCE_UNEVEN, DISK_LOW, FLOWS_STUCK
from edigate.ledger.balance import balance, strays
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import reading, written
from edigate.ledger.store import DUE, HELD
from edigate.ledger.tables import RUN_TO_DO, flows, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate

Check: TypeAlias = "Callable[[Gate, Connection, bool], Iterable[Found]]"

LOOKED_AT = 10_000
LEAST_ROOM = 2.0
ENOUGH_ROOM = 2.2
BALANCE_SECONDS = 900.0
CHECKED = "balance_checked_at"
RECENT = dt.timedelta(days=2)
ALL_EVERY = dt.timedelta(days=1)
ALL_EVERY_WHILE_UNEVEN = dt.timedelta(hours=1)
MEGABYTE = 1_000_000


class Found(NamedTuple):
    """Something to see to: about a partner, or "" for the gate itself, with the figures."""

    partner: str
    detail: str


def look(gate: Gate) -> None:
    """Open an alert for whatever a check finds, and close those of what it finds no longer.

    Where machines share a ledger, each opens and closes its own alerts of what only it can see.
    """
    here = machine.subject(gate)
    for kind, check in CHECKS_OF_MANY if here else CHECKS:
        about = 0 if check in OF_THE_LEDGER else here
        with gate.ledger.connect() as connection:
            before = alert_queries.open_about_partners(connection, kind, about)
            found = dict(check(gate, connection, bool(before)))
        if about:
            found = {partner: machine.with_name(gate, detail) for partner, detail in found.items()}
        settle(gate, kind, before, found, about)


def settle(gate: Gate, kind: str, before: set[str], found: Mapping[str, str], about: int = 0) -> None:
    """Write what has changed, if anything has."""
    if before == found.keys():
        return
    now = stamp(gate.clock())

    def write(connection: Connection) -> None:
        for partner, detail in found.items():
            alerts.open_one(connection, kind, about, partner, detail, now)
        for partner in before - found.keys():
            alerts.close(connection, kind, about, now, partner)

    written(gate.ledger, write)


def stuck(gate: Gate, connection: Connection, _already: bool) -> Iterator[Found]:  # noqa: FBT001 - every check's shape
    """Partners with deposits that have waited too long: held, due, or not even taken in."""
    return _by_partner([*_undecided(gate, connection), *_untaken(gate)])


def undecided(gate: Gate, connection: Connection, _already: bool) -> Iterator[Found]:  # noqa: FBT001 - see stuck
    """The same, but only what the ledger has."""
    return _by_partner(_undecided(gate, connection))


def untaken(gate: Gate, _: Connection, _already: bool) -> Iterator[Found]:  # noqa: FBT001 - see stuck
    """The same, but only what this machine has not taken in."""
    return _by_partner(_untaken(gate))


def _by_partner(late: Iterable[tuple[str, int, str]]) -> Iterator[Found]:
    counts: defaultdict[str, int] = defaultdict(int)
    since: dict[str, str] = {}
    for partner, count, first in late:
        counts[partner] += count
        since[partner] = min(first, since.get(partner, first))
    for partner, count in counts.items():
        yield Found(partner, f"{count}, the first since {since[partner][:16]}Z")


def _undecided(gate: Gate, connection: Connection) -> Iterator[tuple[str, int, str]]:
    """Partner, number and oldest time of the runs in the ledger; of a great many only the first are looked at."""
    limit = stamp(gate.clock() - dt.timedelta(minutes=gate.settings.watch.stuck_minutes))
    first = (
        select(runs.c.flow, runs.c.state, runs.c.due_at)
        .where(RUN_TO_DO)
        .order_by(runs.c.due_at)
        .limit(LOOKED_AT)
        .subquery()
    )
    # A held run is due again and again; a replay that is due was asked for long after its flow came.
    late = or_(
        and_(first.c.state == DUE, first.c.due_at < limit),
        and_(first.c.state == HELD, flows.c.received_at < limit),
    )
    query = (
        select(flows.c.partner, func.count().label("number"), func.min(flows.c.received_at).label("since"))
        .join(first, first.c.flow == flows.c.id)
        .where(late)
        .group_by(flows.c.partner)
    )
    for row in connection.execute(query):
        yield row.partner, row.number, row.since


def _untaken(gate: Gate) -> Iterator[tuple[str, int, str]]:
    """Files that lie in inboxes though they should long have been taken, whole or not."""
    patience = gate.settings.intake.broken_after_seconds + gate.settings.watch.stuck_minutes * 60
    limit = time.time() - patience
    for file in waiting.in_inboxes(gate):
        if file.since < limit:
            yield file.partner, 1, stamp(dt.datetime.fromtimestamp(file.since, dt.UTC))


def low(gate: Gate, _: Connection, already: bool) -> Iterator[Found]:  # noqa: FBT001 - see stuck
    """Disks with little room left; once told, it takes a little more room to be over."""
    least = gate.settings.engine.disk_free_bytes * (ENOUGH_ROOM if already else LEAST_ROOM)
    places = gate.places
    folders = (gate.archive.folder(), places.outbox, places.inbox, places.root)
    disks = {folder.stat().st_dev: folder for folder in folders if folder}
    rooms = {folder: shutil.disk_usage(folder).free for folder in disks.values()}
    tight = [f"{folder.name}: {room // MEGABYTE} MB left" for folder, room in rooms.items() if room < least]
    if tight:
        yield Found("", ", ".join(tight))


CHECKS: tuple[tuple[str, Check], ...] = ((FLOWS_STUCK, stuck), (DISK_LOW, low))
CHECKS_OF_MANY: tuple[tuple[str, Check], ...] = ((FLOWS_STUCK, undecided), (FLOWS_STUCK, untaken), (DISK_LOW, low))
OF_THE_LEDGER = frozenset({undecided})


class Weigher:
    """Keeps the sums of what is decided and reported, so that the balance need not count it again."""

    def __init__(self) -> None:
        """Nothing was tried in vain so far."""
        self._in_vain: set[tuple[str, str]] = set()
        self._forget_at = 0.0

    def __call__(self, gate: Gate) -> None:
        """Weigh what can be weighed; what is uneven or under way is tried again only after a while."""
        if time.monotonic() >= self._forget_at:
            self._in_vain.clear()
            self._forget_at = time.monotonic() + BALANCE_SECONDS
        weighing.weigh(gate.ledger, gate.zone, gate.clock(), self._in_vain)


def check_balance(gate: Gate) -> None:
    """Whether the balance comes out: of the last days each time, of all days once a day, or while it does not."""
    now = gate.clock()
    with reading(gate.ledger) as connection:
        before = alert_queries.open_about_partners(connection, BALANCE_UNEVEN)
        last = notes.read(connection, CHECKED)
        pause = ALL_EVERY_WHILE_UNEVEN if before else ALL_EVERY
        everything = last is None or not moment(last) <= now < moment(last) + pause
        uneven = _uneven(gate, connection, "" if everything else stamp(now - RECENT))
        if everything and not (stray := strays(connection)).even:
            uneven.append(f"{stray.runs} runs without a flow, {stray.reports} reports without a decision")
    if everything:
        written(gate.ledger, notes.write, CHECKED, stamp(now))
    if uneven or everything:
        settle(gate, BALANCE_UNEVEN, before, {"": "; ".join(uneven[:3])} if uneven else {})


def _uneven(gate: Gate, connection: Connection, since: str) -> list[str]:
    lines = balance(connection, gate.zone, since=since)
    return [f"{line.day} {line.partner}" for line in lines if not line.even]
