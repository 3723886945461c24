"""Delivering from a ledger on PostgreSQL: partner by partner, by whoever has the partner's lock."""

from __future__ import annotations

import errno
import os
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from edigate.engine import sending
from edigate.engine.handover import active, hand_over, tellable_among
from edigate.ledger import deliveries, notes, partners
from edigate.ledger.archive import Unreachable
from edigate.ledger.clock import stamp
from edigate.ledger.database import written

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool
    from edigate.ledger.locks import Locks

TIDY_SECONDS = 60.0
AT_ONCE = 16  # partners: others are left to other processes
MARK = ".edigate"
NOTE = "outbox"


class NotShared(Exception):
    """The outbox of this machine is not the one that this gate delivers to."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the outbox."""
        super().__init__(str(folder))
        self.folder = folder


def require_outbox(gate: Gate) -> None:
    """See that this outbox is the one folder that all who deliver share: what lies in it tells what was handed out.

    The first one marks it. Raises NotShared.
    """
    found = outbox_mark(gate.places.outbox)

    def agreed(connection: Connection) -> str:
        known = notes.read(connection, NOTE)
        if known is None:
            notes.write(connection, NOTE, found)
        return known or found

    if written(gate.ledger, agreed) != found:
        raise NotShared(gate.places.outbox)


def require_there(gate: Gate, known: str | None) -> None:
    """Raise Unreachable where the outbox has another mark than `known`, or none: a mount may go at any moment.

    The empty folder below it would take files that nobody ever sees, and seem to be one whose files all were collected.
    An embedded ledger knows of no mark.
    """
    if known is not None and not _is_there(gate, known):
        raise Unreachable(errno.ENOENT, "not the outbox that this gate's machines share", str(gate.places.outbox))


def _is_there(gate: Gate, known: str) -> bool:
    try:
        return (gate.places.outbox / MARK).read_text(encoding="ascii") == known
    except (OSError, UnicodeDecodeError):
        return False


def outbox_mark(outbox: Path) -> str:
    """What tells an outbox from any other, written into it where there is nothing yet.

    It is there whole or not at all, since an empty one would be like any other; of several processes one writes it.
    """
    mark = outbox / MARK
    with suppress(FileNotFoundError):
        if found := mark.read_text(encoding="ascii"):
            return found
        mark.unlink()
    begun = outbox / f"{MARK}-{os.urandom(6).hex()}"
    try:
        with begun.open("x", encoding="ascii") as file:
            file.write(os.urandom(16).hex())
            file.flush()
            os.fsync(file.fileno())
        _named(begun, mark)
    finally:
        begun.unlink(missing_ok=True)
    return mark.read_text(encoding="ascii")


def _named(begun: Path, mark: Path) -> None:
    """Give a file a name that nothing has yet; where two files cannot be one, the last one stays."""
    try:
        mark.hardlink_to(begun)
    except FileExistsError:
        pass
    except OSError:
        begun.rename(mark)


def tidy(gate: Gate, locks: Locks) -> None:
    """Take away what lies staged and was published: a process that was cut off goes on before it learns of that.

    Also what somebody had begun to stage: nobody else does while the lock is held. Partners who are being served are
    left for another time.
    """
    with gate.ledger.connect() as connection:
        codes = [partner.code for partner in partners.load_book(connection).partners]
    for code in codes:
        taken = locks.take([_lock(code)])  # whoever has it may be staging again what was published
        try:
            if taken:
                sending.tidy(gate, code)
                gate.outbox.clear(code)
        finally:
            locks.give_back(taken)


def deliver(gate: Gate, pool: Pool, locks: Locks) -> int:
    """Place and publish what is due, for some partners that nobody else serves just now. Returns how many files."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        ready = deliveries.partners_to_do(connection, active(book), stamp(gate.clock()))
        wanted = list(ready | deliveries.partners_to_tell(connection, tellable_among(book)))
        mark = notes.read(connection, NOTE)
    if not wanted:
        return 0
    require_there(gate, mark)
    random.shuffle(wanted)  # not everybody the same ones first
    taken = locks.take((_lock(code) for code in wanted), at_most=AT_ONCE)
    try:
        mine = {code for code in wanted if _lock(code) in taken}

        def sure() -> bool:
            require_there(gate, mark)
            return locks.holds(*taken)

        return hand_over(gate, pool, {}, only=mine, sure=sure) if mine else 0
    finally:
        locks.give_back(taken)


def _lock(partner: str) -> str:
    return f"deliver {partner}"
