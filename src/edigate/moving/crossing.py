"""The ledger's way from one database to the other: the old one is closed, the new one filled, nothing is in two places.

Where filling fails, the old one is opened again; where it was cut short, it stays closed until the next call.
"""

from __future__ import annotations

from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from edigate import catalogue
from edigate.engine.delivering import outbox_mark
from edigate.founding import make_passable
from edigate.ledger import closing as closed_ledgers
from edigate.ledger import store
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.locks import Locks
from edigate.moving import ledgers
from edigate.moving.contents import TABLES, Chains, ZeroByte, count, digest_of, embedded_rows
from edigate.moving.ledgers import Copied, Move
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from edigate.engine.gate import Places
    from edigate.moving.ledgers import Progress

_NAME = "move"


def meet(source: Engine, url: str, to: str) -> None:
    """Raise Unmovable, or what the databases raise, where it is known by now that the ledger cannot go there.

    Nothing is made there; `to` is the address without its password.
    """
    with source.connect() as connection:
        mark = closed_ledgers.mark_of(connection)
        if mark is None:
            ledgers.require_sound(connection)
    if mark is not None and mark["to"] != to:
        raise Unmovable(Cause.BEGUN_ELSEWHERE, mark["to"])
    with suppress(FileNotFoundError):  # a database without any ledger is what is wanted
        target = open_ledger(url, create=False)
        try:
            with target.connect() as connection:
                _found(connection, mark)
        finally:
            target.dispose()


def _found(target: Connection, mark: dict[str, Any] | None) -> Copied | None:
    """What is there of this move; None for an empty ledger. Raises Unmovable for any other."""
    found = ledgers.moved_here(target)
    if found is not None:
        return recognised(found, mark)
    ledgers.require_empty(target)
    return None


def recognised(found: dict[str, Any], mark: dict[str, Any] | None) -> Copied:
    """What an earlier call brought over. Raises Unmovable where it was somebody else's."""
    if mark is None or found["move"]["id"] != mark["id"]:
        raise Unmovable(Cause.ANOTHER_LEDGER, f"{found['move']['gate']}, {found['move']['at']}")
    return Copied(**found["copied"])


def survey(source: Engine, told: Progress) -> Copied:
    """Count all that would go, reading it as if it did. Raises Unmovable."""
    copied, chains = Copied(), Chains()
    with source.connect() as connection, _zero_bytes_told():
        totals = count(connection)
        for table in TABLES:

            def advance(rows: int, name: str = table.name) -> None:
                told(name, rows, totals[name])

            copied.tables[table.name] = digest_of(table, embedded_rows(connection, table), advance, chains).rows
        copied.runs = store.count_to_do(connection)
    copied.broken = chains.broken
    copied.chains = {writer: number for writer, (number, _) in chains.ends.items()}
    return copied


def bring_over(source: Engine, url: str, places: Places, new: Move, told: Progress) -> Copied:
    """Have the whole ledger in the new place, and the old one closed. Raises Unmovable; what the databases raise."""
    with source.connect() as connection:
        mark = closed_ledgers.mark_of(connection)
    target = open_ledger(url)
    try:
        with closing(Locks(target)) as locks:
            if not locks.take([_NAME]):
                raise Unmovable(Cause.AT_WORK, new.to)
            with target.connect() as connection:
                found = _found(connection, mark)
            return found or _fill(source, target, places, mark, new, told)
    finally:
        target.dispose()


def _fill(
    source: Engine, target: Engine, places: Places, mark: dict[str, Any] | None, new: Move, told: Progress
) -> Copied:
    """Close the old ledger and fill the new one; where that fails, the old one is opened again.

    Whether a commit that failed was done after all nobody knows: then it stays closed until the next call finds out.
    """
    make_passable(places.outbox)
    mark = mark or {"id": new.id, "to": new.to, "at": new.at}
    signed = Move(mark["id"], new.gate, new.actor, mark["at"], new.to, outbox_mark(places.outbox))
    _close(source, mark)
    complete = False
    try:
        with source.connect() as old, writing(target) as connection, _zero_bytes_told():
            copied = ledgers.copy(old, connection, signed, catalogue.interfaces(), told)
            complete = True
    except BaseException:
        if not complete:
            with writing(source) as old:
                closed_ledgers.reopen(old)
        raise
    return copied


def _close(source: Engine, mark: dict[str, Any]) -> None:
    with writing(source) as connection:
        if closed_ledgers.mark_of(connection) is None:
            closed_ledgers.close(connection, mark)


@contextmanager
def _zero_bytes_told() -> Iterator[None]:
    try:
        yield
    except ZeroByte as error:
        raise Unmovable(Cause.ZERO_BYTE, str(error)) from None
