"""Spans of time whose books came out, as the ledger keeps them: what is not in one is counted again each time.

Only a span in which every flow is decided and reported is kept. Triggers of the ledger take it away with the first
change to any of its flows, runs or reports, whoever makes it; so what is kept is what counting would find.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import exists, func, insert, select

from edigate.ledger.clock import moment, stamp
from edigate.ledger.tables import weighed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

COUNTS = tuple(column.name for column in weighed.c)[3:]
# Above every time that the ledger writes.
EVER = "9"
# A span is of one day: longer ones are looked for in vain, here and by the triggers, which need not read all then.
LONGEST = dt.timedelta(days=2)
_ALL = select(weighed.c.start, weighed.c.until, weighed.c.partner, *(weighed.c[name] for name in COUNTS)).order_by(
    weighed.c.start, weighed.c.partner
)
_SUMS = select(*(func.coalesce(func.sum(weighed.c[name]), 0) for name in ("decisions", "published")))
_TIMES = select(weighed.c.start, weighed.c.until).distinct().order_by(weighed.c.start)


class Span(NamedTuple):
    """From `start` up to `until`, which is not in it: by partner what was counted, in the order of COUNTS."""

    start: str
    until: str
    counts: dict[str, tuple[int, ...]]


def load(connection: Connection, start: str = "", until: str = EVER) -> list[Span]:
    """The spans that begin between these times, in order."""
    query = _ALL.where(weighed.c.start >= start, weighed.c.start < until)
    rows = connection.execute(query).fetchall()
    return [
        Span(start, until, {row[2]: tuple(row[3:]) for row in found})
        for (start, until), found in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def unweighed(connection: Connection, until: str = EVER) -> list[tuple[str, str]]:
    """What lies up to this time and in no span."""
    return [*gaps(((start, end) for start, end in connection.execute(_TIMES)), until=until)]


def runs_and_reports(connection: Connection) -> tuple[int, int]:
    """How many of either belong to the flows of all spans."""
    decisions, published = connection.execute(_SUMS).one()
    return decisions, published


def has_any_of(connection: Connection, start: str, until: str) -> bool:
    """Whether any span has some of the time between these two: what is in two spans would be counted twice."""
    reaches = (weighed.c.start > stamp(moment(start) - LONGEST), weighed.c.start < until, weighed.c.until > start)
    return bool(connection.execute(select(exists().where(*reaches))).scalar())


def gaps(times: Iterable[tuple[str, str]], start: str = "", until: str = EVER) -> Iterator[tuple[str, str]]:
    """What lies between these times and in none of the spans, whose own come in order.

    >>> list(gaps([("2", "3"), ("3", "5")], "1", "9"))
    [('1', '2'), ('5', '9')]
    """
    for begin, end in times:
        if start < begin:
            yield start, min(begin, until)
        start = max(start, end)
    if start < until:
        yield start, until


def keep(connection: Connection, start: str, until: str, counted: Sequence[Mapping[str, Any]]) -> None:
    """Keep a span; the transaction that it was counted in must hold the ledger's write lock."""
    connection.execute(
        insert(weighed),
        [
            {"start": start, "until": until, "partner": row["partner"]} | {name: row.get(name, 0) for name in COUNTS}
            for row in counted
        ],
    )
