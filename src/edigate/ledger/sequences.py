"""Numbers that are given once: they may have gaps and are never used again (design §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from edigate.ledger.tables import sequences

if TYPE_CHECKING:
    from sqlalchemy import Connection

INVOICES = "invoices"
DELIVERIES = "deliveries"


def take(connection: Connection, key: str, count: int) -> range:
    """The next `count` numbers of a sequence, from 1."""
    if count == 0:
        return range(0)
    first = connection.execute(select(sequences.c.next).where(sequences.c.key == key)).scalar()
    if first is None:
        first = 1
        connection.execute(insert(sequences).values(key=key, next=first + count))
    else:
        connection.execute(update(sequences).where(sequences.c.key == key).values(next=first + count))
    return range(first, first + count)


def jump(connection: Connection, key: str, to: int) -> None:
    """Let a sequence go on from this number; never back."""
    first = connection.execute(select(sequences.c.next).where(sequences.c.key == key)).scalar()
    if first is None:
        connection.execute(insert(sequences).values(key=key, next=to))
    elif first < to:
        connection.execute(update(sequences).where(sequences.c.key == key).values(next=to))
