"""Weighing the books: what is decided and reported is counted once, a span of time after the other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from edigate.ledger import balance, weighed
from edigate.ledger.clock import stamp
from edigate.ledger.database import is_embedded, writing
from edigate.ledger.tables import flows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

AT_ONCE = 2000
"""Flows in a span, but for those of one instant: counting them keeps others from writing for 20 ms or so."""
SETTLED = dt.timedelta(minutes=1)
"""What came later may not all be there yet: a batch is booked with the time at which it was claimed."""


def weigh(engine: Engine, zone: dt.tzinfo, now: dt.datetime, in_vain: set[tuple[str, str]] | None = None) -> int:
    """Keep the sums of every span that comes out, each in a transaction of its own; returns how many those were.

    A span is a day's flows, or so many of them that they are worth it. One that holds anything uneven or under way is
    added to `in_vain`, and those that are there already are not tried.
    """
    if not is_embedded(engine):  # only there triggers see to it that nothing kept is ever untrue
        return 0
    tried = set() if in_vain is None else in_vain
    latest = stamp(now - SETTLED)
    with engine.connect() as connection:
        gaps = weighed.unweighed(connection, until=latest)
    kept = 0
    for gap in gaps:
        for span in _spans(engine, zone, *gap):
            if span in tried or span[1] == latest:
                continue
            with writing(engine) as connection:
                if _came_out(connection, *span):
                    kept += 1
                else:
                    tried.add(span)
    return kept


def _spans(engine: Engine, zone: dt.tzinfo, start: str, until: str) -> Iterator[tuple[str, str]]:
    """The time between two others, where there are flows, in pieces of one day and not too many flows."""
    while True:
        with engine.connect() as connection:
            first = _first(connection, start, until)
            if first is None:
                return
            midnight, next_midnight = balance.day_of(first, zone)
            begin, end = max(start, midnight), min(until, next_midnight)
            end = min(end, _after_so_many(connection, begin))
        yield begin, end
        start = end


def _first(connection: Connection, start: str, until: str) -> str | None:
    query = select(func.min(flows.c.received_at)).where(flows.c.received_at >= start, flows.c.received_at < until)
    return connection.execute(query).scalar()


def _after_so_many(connection: Connection, start: str) -> str:
    """The time of the first flow that is one too many; flows of one instant are not parted."""
    query = select(flows.c.received_at).where(flows.c.received_at >= start).order_by(flows.c.received_at)
    found = connection.execute(query.offset(AT_ONCE).limit(1)).scalar()
    if found is not None and found == _first(connection, start, weighed.EVER):
        found = connection.execute(select(func.min(flows.c.received_at)).where(flows.c.received_at > found)).scalar()
    return found or weighed.EVER


def _came_out(connection: Connection, start: str, until: str) -> bool:
    """Count a span now that nobody else can write, and keep it if it comes out and nothing of it is under way."""
    if weighed.has_any_of(connection, start, until):  # somebody else was quicker, though with other spans maybe
        return True
    counted = balance.count(connection, start, until)
    if not all(balance.is_over(row) for row in counted):
        return False
    if counted:
        weighed.keep(connection, start, until, counted)
    return True
