"""Fetching deposits from a partner's SFTP server, so that none is lost and none taken twice, whatever comes between.

    fetch(gate, session, server, sights, *, stopped=…, arrived=…) -> Fetched

The way of one file, each step safe to take again:

1. want: a row with a fresh claim id, committed.
2. claim: renamed on the server to `.edigate-<claim id>`; the row is `claimed`, or `marked` where it may not be renamed.
3. fetch: into `spool/<partner>/.fetching/<claim id>/`, going on where an earlier try ended.
4. place: one local rename to `spool/<partner>/<claim id>/`, from where it is booked under its claim id.
5. finish: once the flow is in the ledger it is removed on the server and the row ends; a marked one is `kept` instead.

`fetch_steps` tells what comes next wherever a gate died on that way.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from edigate.domain.wording import printable
from edigate.engine.fetch_steps import RENAMED, Facts, Step, next_step
from edigate.intake import sftp
from edigate.ledger import fetches
from edigate.ledger.clock import moment, new_id, stamp
from edigate.ledger.database import writing
from edigate.ledger.fetches import Fetch, Sight, State
from edigate.ledger.sql import chunks
from edigate.remote.trouble import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.intake.sftp import Sights
    from edigate.remote.session import Entry, Session

log = structlog.get_logger()
BATCHES_AHEAD = 4
AT_ONCE = 32
SOON, LATER = 0.5, 2.0
GONE_KEPT = dt.timedelta(days=30)
_NOT_CLAIMED = frozenset({State.WANTED, State.GONE})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a call did: files put into the spool, files finished, names that still wait.

    `next_in` gives the seconds until another call is worth while, None where only the next poll can tell.
    """

    placed: int = 0
    finished: int = 0
    waiting: tuple[str, ...] = ()
    next_in: float | None = None


def fetch(
    gate: Gate,
    session: Session,
    server: Server,
    sights: Sights,
    *,
    stopped: Callable[[], bool] = lambda: False,
    arrived: Callable[[], None] = lambda: None,
) -> Fetched:
    """Take up what an earlier call left, fetch what is complete, and finish what is booked.

    One call at a time for each lane of a server (`sights.lane`); two lanes may run side by side. `stopped` is asked
    between pieces, `arrived` called after each file that was put into the spool. Raises RemoteTrouble where the folder
    cannot be listed or the connection breaks off; the next call goes on.
    """
    visit = _Visit(gate, session, server, sights, stopped, arrived)
    visit.desk.open()
    begun, placed = visit.desk.begun(), visit.desk.placed()
    visit.listed = sftp.look(session, server.fetch_from, sights)
    with gate.ledger.connect() as connection:
        rows = fetches.of(connection, server.partner)
        booked = fetches.booked(connection, [row.id for row in rows if row.state is not State.KEPT])
    for claim in begun - {row.id for row in rows}:
        visit.desk.discard(claim)
    if sights.lane is not sftp.Lane.BIG:
        _strays(visit, {row.id for row in rows})
    for row in _take_up(visit, rows, placed, booked):
        _bring(visit, row)
    _take_new(visit, {(row.name, row.sight) for row in rows if row.state not in RENAMED})
    _finish_booked(visit)
    return visit.fetched()


@dataclass(slots=True)
class _Visit:
    """One call of `fetch`: what it works with, and what came of it; `awaited` lie in the spool, not booked yet."""

    gate: Gate
    session: Session
    server: Server
    sights: Sights
    stopped: Callable[[], bool]
    arrived: Callable[[], None]
    listed: dict[str, Entry] = field(default_factory=dict)
    awaited: dict[str, Fetch] = field(default_factory=dict)
    placed: int = 0
    finished: int = 0
    waiting: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def desk(self) -> sftp.Desk:
        return sftp.Desk(self.gate.places.spool / self.server.partner)

    @property
    def now(self) -> str:
        return stamp(self.gate.clock())

    def path(self, name: str) -> str:
        return sftp.below(self.server.fetch_from, name)

    def sight(self, name: str) -> Sight | None:
        entry = self.listed.get(name)
        return sftp.sight_of(entry) if entry and entry.is_file else None

    def is_ours(self, size: int) -> bool:
        return self.sights.lane.takes(size, self.gate.settings.sftp.small_bytes)

    def has_room(self, size: int) -> bool:
        return shutil.disk_usage(self.desk.spool).free - size >= self.gate.settings.engine.disk_free_bytes

    def wait_for(self, name: str, pause: float | None = None) -> None:
        self.waiting.append(printable(name))
        if pause is not None:
            self.pauses.append(pause)

    def tell(self, event: str, name: str, detail: str = "", *, listed_as: str = "") -> None:
        """Log what stands in a deposit's way, once for as long as it is there."""
        if self.sights.is_news(event, listed_as or name):
            log.warning(event, partner=self.server.partner, name=printable(name), detail=detail)

    def fetched(self) -> Fetched:
        if self.awaited:
            self.pauses.append(SOON if self.placed else LATER)
        return Fetched(self.placed, self.finished, tuple(self.waiting), min(self.pauses, default=None))


def _name(row: Fetch) -> str:
    """What a row's file is called on the server."""
    return sftp.hidden(row.id) if row.state in RENAMED else row.name


def _strays(visit: _Visit, rows: set[str]) -> None:
    """See to claimed names that no row of this partner explains."""
    claims = {name.removeprefix(sftp.HIDDEN) for name in visit.listed if name.startswith(sftp.HIDDEN)} - rows
    if not claims:
        return
    with visit.gate.ledger.connect() as connection:
        claims -= fetches.known(connection, claims)
        booked = fetches.booked(connection, claims)
    for claim in sorted(claims):
        if claim in booked:
            _remove(visit, sftp.hidden(claim))
        else:
            visit.tell("sftp.stray_claim", sftp.hidden(claim))


def _take_up(visit: _Visit, rows: Iterable[Fetch], placed: set[str], booked: set[str]) -> list[Fetch]:
    """Do what the rows of this lane call for; those whose files are to be fetched are returned."""
    steps: dict[Step, list[Fetch]] = {step: [] for step in Step}
    for row in rows:
        if visit.is_ours(row.sight.size):
            named = visit.sight(row.name) == row.sight
            facts = Facts(row.id in placed, row.id in booked, visit.sight(sftp.hidden(row.id)) is not None, named)
            steps[next_step(row.state, facts)].append(row)
    visit.awaited = {row.id: row for row in steps[Step.AWAIT]}
    _end(visit, steps[Step.END], [row for row in steps[Step.NOTHING] if row.state is State.GONE])
    _lose(visit, [row for row in steps[Step.LOSE] if not _shows_itself(visit, row)])
    _keep(visit, steps[Step.KEEP])
    _finish(visit, steps[Step.FINISH])
    return _as_they_are(visit, steps[Step.FETCH])


def _shows_itself(visit: _Visit, row: Fetch) -> bool:
    """Whether a file is there though the listing, which may be older than its claim, has it not."""
    found = visit.session.stat(visit.path(_name(row)))
    return found is not None and (row.state in RENAMED or sftp.sight_of(found) == row.sight)


def _as_they_are(visit: _Visit, rows: list[Fetch]) -> list[Fetch]:
    """The rows to fetch, as claimed and with the looks that their files have on the server now."""
    claimed = [row for row in rows if row.state in _NOT_CLAIMED]
    now = visit.now
    fresh = [
        row._replace(
            state=State.CLAIMED if row.state in RENAMED else row.state, sight=visit.sight(_name(row)) or row.sight
        )
        for row in rows
    ]
    changed = {new.id: new.sight for old, new in zip(rows, fresh, strict=True) if new.sight != old.sight}
    for claim in changed:
        _start_again(visit, claim)
    if claimed or changed:
        with writing(visit.gate.ledger) as connection:
            fetches.move(connection, [row.id for row in claimed], _NOT_CLAIMED, State.CLAIMED, now)
            fetches.look_different(connection, changed, now)
    return [row for row in fresh if visit.is_ours(row.sight.size)]


def _start_again(visit: _Visit, claim: str) -> None:
    visit.desk.discard(claim)
    visit.sights.begun.discard(claim)


def _take_new(visit: _Visit, taken: set[tuple[str, Sight]]) -> None:
    """Claim and fetch what is complete, the oldest first, as far ahead of the booking as the gate's batches allow."""
    ready = deque(_complete(visit, taken))
    while ready and not visit.stopped():
        chosen = _choose(visit, ready)
        if not chosen and not _finish_booked(visit):
            break
        for row in _claim(visit, chosen):
            _bring(visit, row)
    for entry in ready:
        visit.wait_for(entry.name, SOON if visit.placed else LATER)


def _complete(visit: _Visit, taken: set[tuple[str, Sight]]) -> list[Entry]:
    """Deposits of this lane that look the same for long enough."""
    found = []
    for name, entry in visit.listed.items():
        if not sftp.may_be_deposit(name) or not visit.is_ours(entry.size):
            continue
        sight = sftp.sight_of(entry)
        if not entry.is_file:
            visit.tell("sftp.not_a_file", name)
        elif (name, sight) not in taken:
            pause = visit.sights.pause(name, sight, visit.gate.settings.intake.quiet_seconds)
            if pause:
                visit.wait_for(name, pause)
            else:
                found.append(entry)
    return sorted(found, key=lambda entry: (entry.mtime, entry.name))


def _choose(visit: _Visit, ready: deque[Entry]) -> list[Entry]:
    """Files from the front of the queue that are whole, as many as may be under way."""
    bounds = visit.gate.settings.intake
    chosen: list[Entry] = []
    count, size = len(visit.awaited), sum(row.sight.size for row in visit.awaited.values())
    while ready and len(chosen) < AT_ONCE and not visit.stopped():
        full = count >= bounds.batch_flows * BATCHES_AHEAD
        if full or (count and size + ready[0].size > bounds.batch_bytes * BATCHES_AHEAD):
            break
        entry = ready.popleft()
        if _may_be_claimed(visit, entry):
            chosen.append(entry)
            count, size = count + 1, size + entry.size
        else:
            visit.wait_for(entry.name)
    return chosen


def _may_be_claimed(visit: _Visit, entry: Entry) -> bool:
    """Whether there is room for it, in the archive too, and its end is there or awaited in vain."""
    if not visit.has_room(2 * entry.size):
        visit.tell("sftp.no_room", entry.name)
        return False
    sights, sight = visit.sights, sftp.sight_of(entry)
    broken = sights.still_for(entry.name) >= visit.gate.settings.intake.broken_after_seconds
    if sights.cut.get(entry.name) == sight:
        return broken
    try:
        whole = sftp.seems_whole(visit.session, visit.path(entry.name), entry.size, visit.desk.fetching)
    except Refused as refused:
        if not refused.missing:
            visit.tell("sftp.unreadable_file", entry.name, str(refused))
        return False
    if not whole:
        sights.cut[entry.name] = sight
    return whole or broken


def _claim(visit: _Visit, chosen: Sequence[Entry]) -> list[Fetch]:
    """Write down what is wanted, rename it on the server, and write down what came of it."""
    now = visit.now
    rows = [
        Fetch(new_id(visit.gate.clock()), visit.server.partner, entry.name, sftp.sight_of(entry), State.WANTED, now)
        for entry in chosen
    ]
    with writing(visit.gate.ledger) as connection:
        fetches.want(connection, rows)
    ends = {row.id: _renamed(visit, row) for row in rows}
    with writing(visit.gate.ledger) as connection:
        for state in (State.CLAIMED, State.MARKED):
            fetches.move(connection, [claim for claim, end in ends.items() if end is state], _NOT_CLAIMED, state)
        fetches.end(connection, [claim for claim, end in ends.items() if end is State.GONE])
    return [row._replace(state=ends[row.id]) for row in rows if ends[row.id] is not State.GONE]


def _renamed(visit: _Visit, row: Fetch) -> State:
    try:
        visit.session.rename(visit.path(row.name), visit.path(sftp.hidden(row.id)))
    except Refused as refused:
        return State.GONE if refused.missing else State.MARKED
    visit.sights.carry_over(row.name, sftp.hidden(row.id))
    return State.CLAIMED


def _bring(visit: _Visit, row: Fetch) -> None:
    """Fetch one claimed file and put it into the spool, unless something stands in the way for now."""
    name = _name(row)
    pause = visit.sights.pause(name, row.sight, visit.gate.settings.intake.quiet_seconds)
    if pause or visit.stopped() or visit.sights.is_put_off(name):
        visit.wait_for(row.name, pause or None)
        return
    try:
        target = visit.desk.path(row.id, row.name)
        if _is_here(visit, row, target):
            _place(visit, row, target)
    except Refused as refused:
        if refused.missing:
            _lose(visit, [row])
        else:
            visit.tell("sftp.unreadable_file", row.name, str(refused), listed_as=name)
            visit.sights.put_off(name)
            visit.wait_for(row.name)
    except OSError as error:
        visit.tell("sftp.unspoolable_file", row.name, error.strerror or str(error), listed_as=name)
        visit.wait_for(row.name)


def _is_here(visit: _Visit, row: Fetch, target: Path) -> bool:
    """Fetch what is missing of a file; whether all of it is here, and it is still what was seen.

    What is asked of the server afterwards also tells of a file that was written over between look and claim.
    """
    size, path, begun = row.sight.size, visit.path(_name(row)), row.id in visit.sights.begun
    if not visit.has_room(2 * size - _length(target)):
        visit.tell("sftp.no_room", row.name, listed_as=_name(row))
        visit.wait_for(row.name)
        return False
    visit.sights.begun.add(row.id)
    length = sftp.download(
        visit.session, path, target, size, begun=begun, go_on=lambda: not visit.stopped() and visit.has_room(0)
    )
    if length is None:
        visit.wait_for(row.name)
        return False
    found = visit.session.stat(path)
    if found is None:
        _lose(visit, [row])
        return False
    if length == size and sftp.sight_of(found) == row.sight:
        return True
    log.info("sftp.changed", partner=row.partner, name=printable(row.name))
    _start_again(visit, row.id)
    visit.wait_for(row.name, visit.gate.settings.intake.quiet_seconds)
    return False


def _length(target: Path) -> int:
    return target.stat().st_size if target.exists() else 0


def _place(visit: _Visit, row: Fetch, target: Path) -> None:
    """Put a file that is here into the spool; one without its end only once it was awaited long enough."""
    name, sights = _name(row), visit.sights
    whole = sights.cut.get(name) != row.sight and sftp.has_its_end(target, row.sight.size)
    if not whole:
        sights.cut[name] = row.sight
        waited = max(sights.still_for(name), (visit.gate.clock() - moment(row.at)).total_seconds())
        if waited < visit.gate.settings.intake.broken_after_seconds:
            visit.wait_for(row.name)
            return
    visit.desk.place(row.id, incomplete=not whole)
    sights.begun.discard(row.id)
    visit.awaited[row.id] = row
    visit.placed += 1
    log.info("sftp.fetched", partner=row.partner, name=printable(row.name), flow=row.id, size=row.sight.size)
    visit.arrived()


def _finish_booked(visit: _Visit) -> bool:
    """Finish what was booked since; whether there was any."""
    with visit.gate.ledger.connect() as connection:
        booked = fetches.booked(connection, set(visit.awaited))
    rows = [visit.awaited.pop(claim) for claim in sorted(booked)]
    _finish(visit, [row for row in rows if row.state in RENAMED])
    _keep(visit, [row for row in rows if row.state not in RENAMED])
    return bool(rows)


def _finish(visit: _Visit, rows: Sequence[Fetch]) -> None:
    """Remove on the server what is booked, and end its rows."""
    for some in chunks(rows, AT_ONCE):
        removed = [row for row in some if _remove(visit, _name(row))]
        for row in removed:
            _start_again(visit, row.id)
        if removed:
            with writing(visit.gate.ledger) as connection:
                fetches.end(connection, [row.id for row in removed])
                _note(visit, connection, "sftp.fetched", removed)
        visit.finished += len(removed)


def _remove(visit: _Visit, name: str) -> bool:
    if visit.sights.is_put_off(name):
        return False
    try:
        visit.session.remove(visit.path(name))
    except Refused as refused:
        if not refused.missing:
            visit.tell("sftp.unremovable_file", name, str(refused))
            visit.sights.put_off(name)
        return refused.missing
    return True


def _keep(visit: _Visit, rows: Sequence[Fetch]) -> None:
    """Remember what was taken and stays on its server."""
    if rows:
        with writing(visit.gate.ledger) as connection:
            fetches.move(connection, [row.id for row in rows], {State.MARKED}, State.KEPT)
            _note(visit, connection, "sftp.fetched", rows)
        visit.finished += len(rows)


def _lose(visit: _Visit, rows: Sequence[Fetch]) -> None:
    """Give up what is no longer there; one that was renamed may show itself again."""
    if not rows:
        return
    lost = [row for row in rows if row.state is not State.WANTED]
    for row in rows:
        _start_again(visit, row.id)
    for row in lost:
        log.warning("sftp.claim_gone", partner=row.partner, name=printable(row.name), claim=row.id)
    with writing(visit.gate.ledger) as connection:
        fetches.move(connection, [row.id for row in rows if row.state in RENAMED], RENAMED, State.GONE, visit.now)
        fetches.end(connection, [row.id for row in rows if row.state not in RENAMED])
        _note(visit, connection, "sftp.claim_gone", lost)


def _end(visit: _Visit, over: Sequence[Fetch], gone: Sequence[Fetch]) -> None:
    """End rows of files that stayed on their server and are there no more, and of those that went long ago."""
    month_ago = stamp(visit.gate.clock() - GONE_KEPT)
    ids = [row.id for row in (*over, *(row for row in gone if row.at < month_ago))]
    if ids:
        with writing(visit.gate.ledger) as connection:
            fetches.end(connection, ids)
            _note(visit, connection, "sftp.fetched", [row for row in over if row.state is State.MARKED])


def _note(visit: _Visit, connection: Connection, event: str, rows: Iterable[Fetch]) -> None:
    fetches.note(connection, event, rows, visit.server.address, visit.now)
