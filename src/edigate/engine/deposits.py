"""Steps 1 and 2 of a flow's way: claim what is complete, book whatever lies in the spool."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from edigate.domain.interfaces import Carries
from edigate.domain.names import parse_name
from edigate.intake import folder
from edigate.intake.folder import Trouble
from edigate.ledger import store
from edigate.ledger.archive import Unreachable, sync_folder
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.syncing import shared_sync

if TYPE_CHECKING:
    import datetime as dt
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from edigate.engine.gate import Gate
    from edigate.intake.folder import Claim, Ready
    from edigate.ledger.syncing import SharedSync

log = structlog.get_logger()
SYNCING_THREADS = 8
_NO_FILE = "no regular file"
UNREACHABLE = "archive.unreachable"
BATCHES_AT_ONCE = 4
_BLOCK = 512  # bytes, of st_blocks
_HOLLOW = 100  # times what it takes on the disk, and more than any file system packs: a file is made of holes


def logged(trouble: Trouble) -> None:
    """Log what stands in a deposit's way."""
    log.warning(trouble.reason, path=str(trouble.path), detail=trouble.detail)


def claim(gate: Gate, ready: deque[Ready], tell: Callable[[Trouble], None] = logged) -> int:
    """Claim complete files from the front of the queue, within the batch's bounds. Returns how many were claimed.

    A file that cannot be claimed leaves the queue too: the next look finds it again.
    """
    bounds, spool = gate.settings.intake, gate.places.spool
    taken, total = 0, 0
    while ready:
        if taken and (taken >= bounds.batch_flows or total + ready[0].size > bounds.batch_bytes):
            break
        file = ready.popleft()
        try:
            if _is_hollow(gate, file):
                tell(Trouble(file.path, "inbox.hollow_file", f"{file.size}"))
                continue
            claimed = folder.claim(file, spool, gate.clock())
        except OSError as error:
            tell(Trouble(file.path, "inbox.unclaimable_file", error.strerror or str(error)))
            continue
        if claimed:
            taken, total = taken + 1, total + file.size
    return taken


def _is_hollow(gate: Gate, file: Ready) -> bool:
    """Whether a file is larger than any flow may be and takes next to nothing: to read it may take days.

    Any other that is too large is read at the pace at which it was brought, archived and refused.
    """
    return file.size > gate.settings.limits.flow_bytes and os.lstat(file.path).st_blocks * _BLOCK * _HOLLOW < file.size


def book(gate: Gate, tell: Callable[[Trouble], None] = logged) -> int:
    """Enter what lies in the spool, oldest first, and empty it. Returns how many; what fails is tried again.

    Some batches at once, however much was fetched from servers meanwhile.
    """
    at_most = BATCHES_AT_ONCE * gate.settings.intake.batch_flows
    claims = list(islice(_of_open_inboxes(gate, folder.claimed(gate.places.spool), tell), at_most))
    if not claims:
        return 0
    now = gate.clock()
    try:
        with shared_sync(gate.places.root, len(claims), relaxed=gate.settings.engine.relaxed) as shared:
            booked = _keep_all(gate, claims, now, shared, tell)
    except Unreachable as error:
        tell(Trouble(Path(gate.places.spool), UNREACHABLE, str(error)))
        return 0
    if not booked:
        return 0
    written(gate.ledger, store.book, [booking for _, booking in booked], gate.settings.engine.job_flows)
    told = log.bind()  # which is when it is looked up what is logged
    for claimed, booking in booked:
        folder.let_go(claimed)
        told.debug("flow.booked", partner=claimed.partner, flow=booking.name, size=booking.size)
    return len(booked)


def _of_open_inboxes(gate: Gate, claims: Iterable[Claim], tell: Callable[[Trouble], None]) -> Iterator[Claim]:
    """Without those of partners whose inboxes cannot be opened, and so not be synced: they keep nobody else back."""
    opens: dict[str, bool] = {}
    for claimed in claims:
        partner = claimed.partner
        if partner not in opens:
            opens[partner] = _carried_out(_open, gate.places.inbox / partner, tell)
        if opens[partner]:
            yield claimed


def _open(inbox: Path) -> None:
    os.close(os.open(inbox, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))


def _carried_out(step: Callable[[Path], None], inbox: Path, tell: Callable[[Trouble], None]) -> bool:
    """Whether a step went well with an inbox, or there is none any more; what stood in the way is told."""
    try:
        step(inbox)
    except FileNotFoundError:
        return True
    except OSError as error:
        tell(Trouble(inbox, "inbox.unreadable_folder", error.strerror or str(error)))
        return False
    return True


def _keep_all(
    gate: Gate, claims: Sequence[Claim], now: dt.datetime, shared: SharedSync, tell: Callable[[Trouble], None]
) -> list[tuple[Claim, store.Booking]]:
    """Have these files in the archive, on the disk, and out of the inboxes there. Raises OSError.

    Those of an inbox that cannot be synced are left out.
    """
    day = now.astimezone(gate.zone).date()
    keep = partial(_keep, gate, at=stamp(now), day=day, tell=tell)
    home = gate.archive.folder()
    if home and shared.covers(home):
        kept = [keep(claimed, synced=False) for claimed in claims]
    else:
        with ThreadPoolExecutor(SYNCING_THREADS) as threads:
            kept = list(threads.map(partial(keep, synced=True), claims))
        if any(kept):
            gate.archive.seal(day)
    booked = [pair for pair in kept if pair]

    def settle(inbox: Path) -> None:
        if not shared.covers(inbox):
            sync_folder(inbox)

    # What is booked must not come back to the inbox with a power cut: it would be another deposit then. Nor must it be
    # in neither place, should that come before it is booked.
    if not shared.covers(gate.places.spool):
        for place in {place for claimed, _ in booked for place in _in_spool(gate, claimed)}:
            sync_folder(place)
    partners = {claimed.partner for claimed, _ in booked}
    settled = {partner for partner in partners if _carried_out(settle, gate.places.inbox / partner, tell)}
    booked = [(claimed, booking) for claimed, booking in booked if claimed.partner in settled]
    if booked:
        shared.run()
    return booked


def _in_spool(gate: Gate, claimed: Claim) -> Iterator[Path]:
    """The folders on the way to a claim, the spool among them."""
    return takewhile(lambda place: place != gate.places.root, Path(claimed.path).parents)


def _keep(
    gate: Gate, claimed: Claim, *, at: str, day: dt.date, tell: Callable[[Trouble], None], synced: bool
) -> tuple[Claim, store.Booking] | None:
    name = folder.printable(claimed.name)
    path = claimed.path if gate.settings.intake.link else ""
    try:
        # Whatever took the file's place just before it was claimed: a link is not followed, a pipe not waited for.
        source = os.open(claimed.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(source).st_mode):
                raise OSError(_NO_FILE)
            archived, sha256, size = gate.archive.keep(source, day, synced=synced, path=path)
        finally:
            os.close(source)
    except Unreachable:  # the others need not be tried
        raise
    except OSError as error:
        tell(Trouble(Path(claimed.path), "spool.unbookable_file", error.strerror or str(error)))
        return None
    parsed = parse_name(name)
    interface = gate.interfaces.get(parsed.interface) if parsed and parsed.interface else None
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
        received_at=at,
        in_turn=interface is not None and interface.carries is not Carries.INVOICES,
    )
    return claimed, booking
