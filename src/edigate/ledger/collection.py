"""Published files that still lie in the outbox, as far as the ledger knows, and how they went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, select, update

from edigate.ledger import journal
from edigate.ledger.sql import where_in
from edigate.ledger.tables import DELIVERY_ON_OFFER, deliveries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection, RowMapping

COLLECTED, PURGED = "collected", "purged"
EVENTS = {COLLECTED: "delivery.collected", PURGED: "delivery.purged"}
_COLUMNS = (
    deliveries.c.id, deliveries.c.partner, deliveries.c.name, deliveries.c.size, deliveries.c.state,
    deliveries.c.published_at, deliveries.c.uploaded_at, deliveries.c.gone_at, deliveries.c.gone_how,
)  # fmt: skip


class Offered(NamedTuple):
    """A published file as it was offered last; an offer made anew has another time."""

    id: int
    partner: str
    name: str
    size: int
    published_at: str


def on_offer(connection: Connection, partner: str) -> Iterator[Offered]:
    """What a partner may still find in its outbox, in the order of planning."""
    columns = (deliveries.c[name] for name in Offered._fields)
    query = select(*columns).where(DELIVERY_ON_OFFER, deliveries.c.partner == partner).order_by(deliveries.c.id)
    return (Offered(*row) for row in connection.execute(query))


def offered(row: RowMapping) -> Offered:
    """A published delivery as an offer."""
    return Offered(*(row[name] for name in Offered._fields))


def partners_on_offer(connection: Connection) -> list[str]:
    """Whom published files may still lie there for; one look-up for each, however many there are."""
    query = select(func.min(deliveries.c.partner)).where(DELIVERY_ON_OFFER)
    found: list[str] = []
    partner = connection.execute(query).scalar()
    while partner is not None:
        found.append(partner)
        partner = connection.execute(query.where(deliveries.c.partner > partner)).scalar()
    return found


def named(connection: Connection, names: Collection[str]) -> dict[str, RowMapping]:
    """The deliveries of these names."""
    return {row["name"]: row for row in where_in(connection, select(*_COLUMNS), deliveries.c.name, names)}


def mark_gone(connection: Connection, files: Iterable[Offered], how: str, now: str) -> list[Offered]:
    """Note that they left the outbox, in table and audit log; returns all but those offered anew meanwhile."""
    chosen = (
        (deliveries.c.id == bindparam("b_id"))
        & (deliveries.c.published_at == bindparam("b_published_at"))
        & DELIVERY_ON_OFFER
    )
    change = update(deliveries).where(chosen).values(gone_at=now, gone_how=how)
    gone = [
        file
        for file in files
        if connection.execute(change, {"b_id": file.id, "b_published_at": file.published_at}).rowcount
    ]
    for file in gone:
        journal.note(connection, EVENTS[how], file.name, at=now, partner=file.partner, delivery=file.id)
    return gone
