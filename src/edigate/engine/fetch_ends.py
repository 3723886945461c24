"""How a fetch ends: finished on its server once it is booked, kept in mind, or lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import structlog

from edigate.domain.wording import printable
from edigate.engine.fetch_steps import RENAMED
from edigate.engine.fetch_visit import server_name
from edigate.ledger import fetches
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.fetches import State
from edigate.ledger.sql import chunks
from edigate.remote.trouble import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from edigate.engine.fetch_visit import Visit
    from edigate.ledger.fetches import Fetch

log = structlog.get_logger()
AT_ONCE = 32
_FORGETTING = "/"  # is put off as a file is, and is no file's name
GONE_KEPT = dt.timedelta(days=30)


def start_again(visit: Visit, claim: str) -> None:
    """Throw away what was fetched under a claim."""
    visit.desk.discard(claim)
    visit.sights.begun.discard(claim)


def finish_booked(visit: Visit) -> bool:
    """Finish what was booked since; whether there was any."""
    with visit.gate.ledger.connect() as connection:
        booked = fetches.booked(connection, set(visit.awaited))
    rows = [visit.awaited.pop(claim) for claim in sorted(booked)]
    finish(visit, [row for row in rows if row.state in RENAMED])
    keep(visit, [row for row in rows if row.state not in RENAMED])
    return bool(rows)


def finish(visit: Visit, rows: Sequence[Fetch]) -> None:
    """Remove on the server what is booked, and end its rows."""
    for some in chunks(rows, AT_ONCE):
        removed = [row for row in some if remove(visit, server_name(row))]
        for row in removed:
            start_again(visit, row.id)
        if removed:
            written(visit.gate.ledger, _ended, visit, removed)
            visit.sights.got_on()
        visit.finished += len(removed)


def _ended(connection: Connection, visit: Visit, removed: Sequence[Fetch]) -> None:
    fetches.end(connection, [row.id for row in removed])
    _note(visit, connection, "sftp.fetched", removed)


def remove(visit: Visit, name: str) -> bool:
    """Remove a file on the server; whether it is gone. Where that is refused it is tried again after a while."""
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


def keep(visit: Visit, rows: Sequence[Fetch]) -> None:
    """Remember what was taken and stays on its server, or is there again."""
    _taken(visit, rows, {State.MARKED, State.AWAY}, State.KEPT)


def part(visit: Visit, rows: Sequence[Fetch]) -> None:
    """Remember what was taken and is no longer on its server: a folder may be empty for no more than a moment."""
    _taken(visit, rows, {State.MARKED, State.KEPT}, State.AWAY)


def _taken(visit: Visit, rows: Sequence[Fetch], before: set[State], after: State) -> None:
    if rows:
        finished = [row for row in rows if row.state is State.MARKED]

        def take(connection: Connection) -> None:
            fetches.move(connection, [row.id for row in rows], before, after, visit.now)
            _note(visit, connection, "sftp.fetched", finished)

        written(visit.gate.ledger, take)
        visit.finished += len(finished)
        visit.sights.got_on()


def lose(visit: Visit, rows: Sequence[Fetch]) -> None:
    """Give up what is no longer there; one that was renamed may show itself again."""
    if not rows:
        return
    lost = [row for row in rows if row.state is not State.WANTED]
    for row in rows:
        start_again(visit, row.id)
    for row in lost:
        log.warning("sftp.claim_gone", partner=row.partner, name=printable(row.name), claim=row.id)

    def give_up(connection: Connection) -> None:
        fetches.move(connection, [row.id for row in rows if row.state in RENAMED], RENAMED, State.GONE, visit.now)
        fetches.end(connection, [row.id for row in rows if row.state not in RENAMED])
        _note(visit, connection, "sftp.claim_gone", lost)

    written(visit.gate.ledger, give_up)


def forget(visit: Visit) -> None:
    """End the rows of files that went long ago, now and then."""
    if visit.sights.is_put_off(_FORGETTING):
        return
    visit.sights.put_off(_FORGETTING)
    month_ago = stamp(visit.gate.clock() - GONE_KEPT)
    with visit.gate.ledger.connect() as connection:
        gone = fetches.gone_since(connection, visit.server.partner, visit.source, month_ago)
    ids = [row.id for row in gone if visit.is_ours(row.sight.size)]
    if ids:
        written(visit.gate.ledger, fetches.end, ids)


def _note(visit: Visit, connection: Connection, event: str, rows: Iterable[Fetch]) -> None:
    fetches.note(connection, event, rows, visit.server.address, visit.now)
