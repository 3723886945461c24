"""One flow's story as the ledger and its audit log have it: rows, the files that came of it, links and heads."""

from __future__ import annotations

import datetime as dt
import json
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from edigate.audit.rows import SHOWN
from edigate.ledger import heads, queries
from edigate.ledger.clock import moment, stamp
from edigate.ledger.journal import is_writer, link_body
from edigate.ledger.sql import where_in
from edigate.ledger.tables import (
    delivery_invoices,
    events,
    flows,
    invoices,
    links,
    reported,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping

    from edigate.ledger.heads import Head

LINKS_AT_ONCE = 50
EARLIER = dt.timedelta(days=1)  # a link's time is not before its flow's, but for a clock that was set back
# What is said of a delivery without saying what it holds; what people said of it may be about others' invoices.
OF_DELIVERIES = frozenset(
    {
        "delivery.planned", "delivery.placed", "delivery.published", "delivery.receipt", "delivery.offered_again",
        "deadline.passed",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """`rows` are those of each table that are about the flow; `shared` are deliveries that hold others' things too."""

    flow: RowMapping
    rows: dict[str, list[dict[str, Any]]]
    deliveries: list[RowMapping]
    shared: frozenset[int]

    @property
    def delivery_ids(self) -> set[int]:
        """The files that came of it."""
        return {row["id"] for row in self.deliveries}


class Link(NamedTuple):
    """A link with entries of the flow: those in full, by their place among the digests."""

    writer: str
    number: int
    at: str
    previous: str
    hash: str
    digests: tuple[str, ...]
    entries: dict[int, str]


@dataclass(slots=True)
class Segment:
    """A part of a chain that ends at a head: links of the flow, and the bodies of those between, by number."""

    links: list[Link]
    head: Head | None
    bodies: dict[int, str] = field(default_factory=dict)


def story(connection: Connection, flow: RowMapping) -> Story:
    """What the ledger has of a flow."""
    ids = [flow["id"]]
    judged = queries.invoices_of(connection, flow["id"])
    numbers = {row["id"] for row in judged}
    found = queries.deliveries_of(connection, flow["id"])
    held = list(where_in(connection, select(delivery_invoices), delivery_invoices.c.invoice, numbers))
    rows = {
        "flows": list(where_in(connection, select(flows), flows.c.id, ids)),
        "runs": queries.runs_of(connection, flow["id"]),
        "invoices": judged,
        "statuses": list(where_in(connection, select(statuses), statuses.c.invoice, numbers)),
        "reported": list(where_in(connection, select(reported), reported.c.flow, ids)),
        "deliveries": found,
        "delivery_invoices": held,
        "events": list(where_in(connection, select(events), events.c.subject, ids)),
    }
    plain = {name: [{key: row[key] for key in SHOWN[name]} for row in some] for name, some in rows.items()}
    return Story(flow, plain, list(found), frozenset(_shared(connection, flow["id"], found)))


def _shared(connection: Connection, flow: str, found: Sequence[RowMapping]) -> Iterator[int]:
    ids = {row["id"] for row in found}
    own_run = {row["id"] for row in queries.runs_of(connection, flow)}
    yield from (row["id"] for row in found if row["run"] and row["run"] not in own_run)
    yield from (row["id"] for row in found if row["purged_at"])  # what it held of others has gone from the ledger
    held = select(delivery_invoices.c.delivery, invoices.c.flow).join(
        invoices, invoices.c.id == delivery_invoices.c.invoice, isouter=True
    )
    for row in where_in(connection, held, delivery_invoices.c.delivery, ids):
        if row["flow"] != flow:
            yield row["delivery"]
    told = select(statuses.c.told_in, invoices.c.flow).join(invoices, invoices.c.id == statuses.c.invoice, isouter=True)
    for row in where_in(connection, told, statuses.c.told_in, ids):
        if row["flow"] != flow:
            yield row["told_in"]


def is_about(entry: dict[str, Any], flow: str, ids: Collection[int]) -> bool:
    """Whether an entry may be shown to whoever the flow is from: it is about that, or about a file of it."""
    if entry["subject"] == flow or entry.get("flow") == flow:
        return True
    return entry["event"] in OF_DELIVERIES and entry.get("delivery") in ids and "details" not in entry


def links_about(connection: Connection, told: Story) -> Iterator[Link]:
    """The links with entries about a flow, each chain's in order."""
    flow, ids = told.flow["id"], told.delivery_ids
    since = stamp(moment(told.flow["received_at"]) - EARLIER)
    wanted = re.compile("|".join([flow, rf'"delivery":(?:{"|".join(map(str, sorted(ids)))})\b'] if ids else [flow]))
    query = (
        select(links).where(links.c.at >= since, links.c.entries.is_not(None)).order_by(links.c.writer, links.c.number)
    )
    for row in connection.execute(query.execution_options(yield_per=LINKS_AT_ONCE)).mappings():
        if not is_writer(row["writer"], embedded=connection.dialect.name == "sqlite"):
            continue
        if wanted.search(row["entries"]) and (link := _link(row, flow, ids)).entries:
            yield link


def _link(row: RowMapping, flow: str, ids: Collection[int]) -> Link:
    own = {
        place: text for place, text in enumerate(row["entries"].split("\n")) if is_about(json.loads(text), flow, ids)
    }
    return Link(
        row["writer"], row["number"], row["at"], row["previous"], row["hash"], tuple(row["digests"].split(" ")), own
    )


def segments(connection: Connection, found: Sequence[Link]) -> list[Segment]:
    """The links, each on its way to the next signed head; past the last of them, to one without a signature."""
    by_end: dict[tuple[str, int], Segment] = {}
    for writer, own in groupby(found, key=lambda link: link.writer):
        known = list(_known(connection, writer))
        signed = sorted((pair for pair in known if pair[1].signature), key=lambda pair: pair[0])
        unsigned = sorted((pair for pair in known if not pair[1].signature), key=lambda pair: pair[0])
        for link in own:
            number, head = _next(signed, link.number) or _next(unsigned, link.number) or (0, None)
            by_end.setdefault((writer, number), Segment([], head)).links.append(link)
    for (_, end), segment in by_end.items():
        segment.bodies = dict(_bodies(connection, segment, end))
    return list(by_end.values())


def _known(connection: Connection, writer: str) -> Iterator[tuple[int, Head]]:
    """The heads that name a link of this writer's; what is none cannot vouch for anything."""
    for _, head in heads.all_of(connection):
        try:
            yield heads.parse(head.text).writers[writer].number, head
        except (ValueError, TypeError, KeyError, RecursionError):
            continue


def _next(known: Sequence[tuple[int, Head]], number: int) -> tuple[int, Head] | None:
    place = bisect_left(known, number, key=lambda pair: pair[0])
    return known[place] if place < len(known) else None


def _bodies(connection: Connection, segment: Segment, end: int) -> Iterator[tuple[int, str]]:
    own, writer = {link.number for link in segment.links}, segment.links[0].writer
    query = (
        select(links.c.number, links.c.at, links.c.digests)
        .where(links.c.writer == writer, links.c.number > min(own), links.c.number <= max(end, *own))
        .order_by(links.c.number)
    )
    for row in connection.execute(query.execution_options(yield_per=LINKS_AT_ONCE)):
        if row.number not in own:
            yield row.number, link_body(writer, row.number, row.at, row.digests.split(" "))
