"""A claimed file's way from its server into the spool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from edigate.domain.wording import printable
from edigate.engine.fetch_ends import lose, start_again
from edigate.engine.fetch_visit import SOON, server_name
from edigate.intake import sftp
from edigate.ledger.clock import moment
from edigate.remote.trouble import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.fetch_visit import Visit
    from edigate.ledger.fetches import Fetch

log = structlog.get_logger()


def bring(visit: Visit, row: Fetch) -> None:
    """Fetch one claimed file and put it into the spool, unless something stands in the way for now."""
    name = server_name(row)
    pause = visit.sights.pause(name, row.sight, visit.gate.settings.intake.quiet_seconds)
    if pause or visit.stopped() or visit.sights.is_put_off(name):
        visit.wait_for(row.name, pause or (SOON if visit.stopped() else None))
        return
    try:
        target = visit.desk.path(row.id, row.name)
        if _is_here(visit, row, target):
            _place(visit, row, target)
    except Refused as refused:
        if refused.missing:
            lose(visit, [row])
        else:
            visit.tell("sftp.unreadable_file", row.name, str(refused), listed_as=name)
            visit.sights.put_off(name)
            visit.wait_for(row.name)
    except OSError as error:
        visit.tell("sftp.unspoolable_file", row.name, error.strerror or str(error), listed_as=name)
        visit.wait_for(row.name)


def _is_here(visit: Visit, row: Fetch, target: Path) -> bool:
    """Fetch what is missing of a file; whether all of it is here, and it is still what was seen.

    What is asked of the server afterwards also tells of a file that was written over between look and claim.
    """
    size, path, begun = row.sight.size, visit.path(server_name(row)), row.id in visit.sights.begun
    if not visit.has_room(2 * size - _length(target)):
        visit.tell("sftp.no_room", row.name, listed_as=server_name(row))
        visit.wait_for(row.name)
        return False
    visit.sights.begun.add(row.id)
    length = sftp.download(visit.session, path, target, size, begun=begun, go_on=lambda: _goes_on(visit))
    if length is None:
        visit.wait_for(row.name, SOON if visit.stopped() else None)
        return False
    found = visit.session.stat(path)
    if found is None:
        lose(visit, [row])
        return False
    if length == size and sftp.sight_of(found) == row.sight:
        return True
    log.info("sftp.changed", partner=row.partner, name=printable(row.name))
    start_again(visit, row.id)
    visit.wait_for(row.name, visit.gate.settings.intake.quiet_seconds)
    return False


def _goes_on(visit: Visit) -> bool:
    """Whether to fetch more of a file, of which there is more than before."""
    visit.sights.got_on()
    return not visit.stopped() and visit.has_room(0)


def _length(target: Path) -> int:
    return target.stat().st_size if target.exists() else 0


def _place(visit: Visit, row: Fetch, target: Path) -> None:
    """Put a file that is here into the spool; one without its end only once it was awaited long enough."""
    name, sights = server_name(row), visit.sights
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
    visit.sights.got_on()
    visit.arrived()
