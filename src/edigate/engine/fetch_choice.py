"""Which files of a partner's server are claimed next: complete, the oldest first, a few at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.intake import sftp
from edigate.remote.trouble import Refused, Unreachable

if TYPE_CHECKING:
    from collections import deque

    from edigate.engine.fetch_visit import Visit
    from edigate.ledger.fetches import Sight
    from edigate.remote.session import Entry

BATCHES_AHEAD = 4
AT_ONCE = 4  # so few that a connection that breaks off soon has something to fetch


def complete(visit: Visit, taken: set[tuple[str, Sight]]) -> list[Entry]:
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


def choose(visit: Visit, ready: deque[Entry]) -> list[Entry]:
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


def _may_be_claimed(visit: Visit, entry: Entry) -> bool:
    """Whether there is room for it, in the archive too, and its end is there or awaited in vain."""
    if not visit.has_room(2 * entry.size):
        visit.tell("sftp.no_room", entry.name)
        return False
    sights, sight = visit.sights, sftp.sight_of(entry)
    broken = sights.still_for(entry.name) >= visit.gate.settings.intake.broken_after_seconds
    if sights.cut.get(entry.name) == sight:
        return broken
    if sights.whole.get(entry.name) == sight or sights.is_looked_at_in_vain(entry.name, sight):
        return True
    try:
        whole = _seems_whole(visit, entry.name, sight)
    except Refused as refused:
        if not refused.missing:
            visit.tell("sftp.unreadable_file", entry.name, str(refused))
        return False
    return whole or broken


def _seems_whole(visit: Visit, name: str, sight: Sight) -> bool:
    """Whether a file's end is there, which no later look at the same file asks for again."""
    try:
        whole = sftp.seems_whole(visit.session, visit.path(name), sight.size, visit.desk.fetching)
    except Unreachable:
        visit.sights.broke_off(name, sight)
        raise
    (visit.sights.whole if whole else visit.sights.cut)[name] = sight
    visit.sights.got_on()
    return whole
