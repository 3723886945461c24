"""Steps 1 and 2 of a flow's way: claim what is complete, book whatever lies in the spool."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from edigate.domain.names import parse_name
from edigate.intake import folder
from edigate.intake.folder import Trouble
from edigate.ledger import archive, store
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing

if TYPE_CHECKING:
    import datetime as dt
    from collections import deque
    from collections.abc import Callable

    from edigate.engine.gate import Gate
    from edigate.intake.folder import Claim, Ready

log = structlog.get_logger()
SYNCING_THREADS = 8
_NO_FILE = "no regular file"
BATCHES_AT_ONCE = 4


def logged(trouble: Trouble) -> None:
    """Log what stands in a deposit's way."""
    log.warning(trouble.reason, path=str(trouble.path), detail=trouble.detail)


def claim(gate: Gate, ready: deque[Ready], tell: Callable[[Trouble], None] = logged) -> int:
    """Claim complete files from the front of the queue, within the batch's bounds. Returns how many were claimed.

    A file that cannot be claimed leaves the queue too: the next look finds it again.
    """
    bounds = gate.settings.intake
    taken, total = 0, 0
    while ready:
        if taken and (taken >= bounds.batch_flows or total + ready[0].size > bounds.batch_bytes):
            break
        file = ready.popleft()
        try:
            claimed = folder.claim(file, gate.places.spool, gate.clock())
        except OSError as error:
            tell(Trouble(file.path, "inbox.unclaimable_file", error.strerror or str(error)))
            continue
        if claimed:
            taken, total = taken + 1, total + file.size
    return taken


def book(gate: Gate, tell: Callable[[Trouble], None] = logged) -> int:
    """Enter what lies in the spool, oldest first, and empty it. Returns how many; what fails is tried again.

    Some batches at once, however much was fetched from servers meanwhile.
    """
    claims = list(islice(folder.claimed(gate.places.spool), BATCHES_AT_ONCE * gate.settings.intake.batch_flows))
    if not claims:
        return 0
    now = gate.clock()
    day = now.astimezone(gate.zone).date()
    with ThreadPoolExecutor(SYNCING_THREADS) as threads:
        booked = [pair for pair in threads.map(lambda c: _keep(gate, c, now, day, tell), claims) if pair]
    if not booked:
        return 0
    archive.seal(gate.places.archive, day)
    for partner in sorted({claimed.partner for claimed, _ in booked}):
        # What is booked must not come back to the inbox with a power cut: it would be another deposit then.
        with suppress(FileNotFoundError):
            sync_folder(gate.places.inbox / partner)
    with writing(gate.ledger) as connection:
        store.book(connection, [booking for _, booking in booked])
    for claimed, booking in booked:
        folder.let_go(claimed)
        log.debug("flow.booked", partner=claimed.partner, flow=booking.name, size=booking.size)
    return len(booked)


def _keep(
    gate: Gate, claimed: Claim, now: dt.datetime, day: dt.date, tell: Callable[[Trouble], None]
) -> tuple[Claim, store.Booking] | None:
    name = folder.printable(claimed.path)
    try:
        # Whatever took the file's place just before it was claimed: a link is not followed, a pipe not waited for.
        source = os.open(claimed.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(source).st_mode):
                raise OSError(_NO_FILE)
            archived, sha256, size = archive.keep(source, gate.places.archive, day)
        finally:
            os.close(source)
    except OSError as error:
        tell(Trouble(claimed.path, "spool.unbookable_file", error.strerror or str(error)))
        return None
    parsed = parse_name(name)
    booking = store.Booking(
        claim=claimed.id,
        partner=claimed.partner,
        name=name,
        flow_id=parsed.flow_id if parsed else None,
        interface=parsed.interface if parsed else None,
        sha256=sha256,
        size=size,
        archived=archived,
        incomplete=claimed.incomplete,
        received_at=stamp(now),
    )
    return claimed, booking
