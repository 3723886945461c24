"""Fetching deposits from a partner's SFTP server, so that none is lost and none taken twice, whatever comes between.

    fetch(gate, session, server, sights, *, stopped=…, arrived=…) -> Fetched

The way of one file, each step safe to take again:

1. want: a row with a fresh claim id, committed.
2. claim: renamed on the server to `.edigate-<claim id>`; the row is `claimed`, or `marked` where it may not be renamed.
3. fetch: into `spool/<partner>/.fetching/<claim id>/`, going on where an earlier try ended.
4. place: one local rename to `spool/<partner>/<claim id>/`, from where it is booked under its claim id.
5. finish: once the flow is in the ledger it is removed on the server and the row ends; a marked one is `kept` instead.

A row holds for the folder of the server where its file lies. Whatever a connection got done that breaks off soon, if
only a look at one file's end, the next one need not do again.

`fetch_steps` tells what comes next wherever a gate died on that way.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from edigate.engine.fetch_choice import choose, complete
from edigate.engine.fetch_ends import finish, finish_booked, forget, keep, lose, part, remove, start_again
from edigate.engine.fetch_files import bring
from edigate.engine.fetch_sources import lying_here
from edigate.engine.fetch_steps import RENAMED, TAKEN, Facts, Step, next_step
from edigate.engine.fetch_visit import LATER, SOON, Fetched, Visit, server_name
from edigate.intake import sftp
from edigate.ledger import fetches
from edigate.ledger.clock import new_id
from edigate.ledger.database import written
from edigate.ledger.fetches import Fetch, Sight, State
from edigate.remote.trouble import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate
    from edigate.intake.sftp import Sights
    from edigate.remote.session import Entry, Session

_NOT_CLAIMED = frozenset({State.WANTED, State.GONE})


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
    cannot be listed or the connection breaks off; the next call goes on, and `sights.progress` tells whether this one
    got anything done.
    """
    visit = Visit(gate, session, server, sights, stopped, arrived)
    visit.desk.open()
    clear_away(gate, server.partner)
    sights.turn_to(visit.source)
    placed = visit.desk.placed()
    visit.listed = sftp.look(session, server.fetch_from, sights)
    with gate.ledger.connect() as connection:
        rows = fetches.of(connection, server.partner) + fetches.away(connection, server.partner, visit.listed)
        booked = fetches.booked(connection, [row.id for row in rows if row.state not in TAKEN])
    rows = lying_here(visit, rows, placed | booked)
    if sights.lane is not sftp.Lane.BIG:
        _strays(visit, {row.id for row in rows})
    for row in _take_up(visit, rows, placed, booked):
        bring(visit, row)
    _take_new(visit, {(row.name, row.sight) for row in rows if row.state not in RENAMED})
    finish_booked(visit)
    return visit.fetched()


def clear_away(gate: Gate, partner: str) -> None:
    """Throw away what was begun here of a partner's files and is of no use any more: another machine fetched them."""
    desk = sftp.Desk(gate.places.spool / partner)
    begun = desk.begun()
    if begun:
        with gate.ledger.connect() as connection:
            done = (begun - fetches.known(connection, begun)) | fetches.booked(connection, begun)
        for claim in done:
            desk.discard(claim)


def _strays(visit: Visit, rows: set[str]) -> None:
    """See to claimed names that no row of this partner explains."""
    claims = {name.removeprefix(sftp.HIDDEN) for name in visit.listed if name.startswith(sftp.HIDDEN)} - rows
    if not claims:
        return
    with visit.gate.ledger.connect() as connection:
        claims -= fetches.known(connection, claims)
        booked = fetches.booked(connection, claims)
    for claim in sorted(claims):
        if claim in booked:
            remove(visit, sftp.hidden(claim))
        else:
            visit.tell("sftp.stray_claim", sftp.hidden(claim))


def _take_up(visit: Visit, rows: Iterable[Fetch], placed: set[str], booked: set[str]) -> list[Fetch]:
    """Do what the rows of this lane call for; those whose files are to be fetched are returned."""
    steps: dict[Step, list[Fetch]] = {step: [] for step in Step}
    for row in rows:
        if visit.is_ours(row.sight.size):
            named = visit.sight(row.name) == row.sight
            facts = Facts(row.id in placed, row.id in booked, visit.sight(sftp.hidden(row.id)) is not None, named)
            steps[next_step(row.state, facts)].append(row)
    visit.awaited = {row.id: row for row in steps[Step.AWAIT]}
    lose(visit, [row for row in steps[Step.LOSE] if not _shows_itself(visit, row)])
    keep(visit, steps[Step.KEEP])
    part(visit, steps[Step.PART])
    finish(visit, steps[Step.FINISH])
    to_fetch = _as_they_are(visit, steps[Step.FETCH])
    forget(visit)
    return to_fetch


def _shows_itself(visit: Visit, row: Fetch) -> bool:
    """Whether a file is there though the listing, which may be older than its claim, has it not."""
    found = visit.session.stat(visit.path(server_name(row)))
    return found is not None and (row.state in RENAMED or sftp.sight_of(found) == row.sight)


def _as_they_are(visit: Visit, rows: list[Fetch]) -> list[Fetch]:
    """The rows to fetch, as claimed and with the looks that their files have on the server now."""
    claimed = [row for row in rows if row.state in _NOT_CLAIMED]
    now = visit.now
    fresh = [
        row._replace(
            state=State.CLAIMED if row.state in RENAMED else row.state, sight=visit.sight(server_name(row)) or row.sight
        )
        for row in rows
    ]
    changed = {new.id: new.sight for old, new in zip(rows, fresh, strict=True) if new.sight != old.sight}
    for claim in changed:
        start_again(visit, claim)
    if claimed or changed:

        def take_up(connection: Connection) -> None:
            fetches.move(connection, [row.id for row in claimed], _NOT_CLAIMED, State.CLAIMED, now)
            fetches.look_different(connection, changed, now)

        written(visit.gate.ledger, take_up)
    return [row for row in fresh if visit.is_ours(row.sight.size)]


def _take_new(visit: Visit, taken: set[tuple[str, Sight]]) -> None:
    """Claim and fetch what is complete, the oldest first, as far ahead of the booking as the gate's batches allow."""
    ready = deque(complete(visit, taken))
    while ready and not visit.stopped():
        chosen = choose(visit, ready)
        if not chosen and not finish_booked(visit):
            break
        for row in _claim(visit, chosen):
            bring(visit, row)
    for entry in ready:
        visit.wait_for(entry.name, SOON if visit.placed else LATER)


def _claim(visit: Visit, chosen: Sequence[Entry]) -> list[Fetch]:
    """Write down what is wanted, rename it on the server, and write down what came of it."""
    now = visit.now
    rows = [
        Fetch(new_id(visit.gate.clock()), visit.server.partner, visit.source, entry.name, sight, State.WANTED, now)
        for entry, sight in ((entry, sftp.sight_of(entry)) for entry in chosen)
    ]
    written(visit.gate.ledger, fetches.want, rows)
    ends = {row.id: _renamed(visit, row) for row in rows}

    def claimed(connection: Connection) -> None:
        for state in (State.CLAIMED, State.MARKED):
            fetches.move(connection, [claim for claim, end in ends.items() if end is state], _NOT_CLAIMED, state)
        fetches.end(connection, [claim for claim, end in ends.items() if end is State.GONE])

    written(visit.gate.ledger, claimed)
    visit.sights.got_on()
    return [row._replace(state=ends[row.id]) for row in rows if ends[row.id] is not State.GONE]


def _renamed(visit: Visit, row: Fetch) -> State:
    try:
        visit.session.rename(visit.path(row.name), visit.path(sftp.hidden(row.id)))
    except Refused as refused:
        visit.sights.whole.pop(row.name, None)
        return State.GONE if refused.missing else State.MARKED
    visit.sights.carry_over(row.name, sftp.hidden(row.id))
    return State.CLAIMED
