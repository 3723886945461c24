"""What is taken out of the ledger in the end: whole flows whose story is over and older than a day, link texts of then.

A flow stays as long as anything of it is under way or younger, or something that stays refers to it. Hashes and digests
of the audit log stay for ever.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, exists, or_, select, update

from edigate.ledger.alerts import DELIVERY_DEAD, PIVOT_REFUSED, PIVOT_UNRECEIVED, VALIDATOR_SILENT
from edigate.ledger.deliveries import PUBLISHED
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.store import DECIDED
from edigate.ledger.subjects import INVOICE
from edigate.ledger.tables import (
    ALERT_OPEN,
    LINK_UNPURGED,
    alerts,
    deliveries,
    delivery_invoices,
    events,
    flows,
    invoices,
    links,
    reported,
    runs,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Column, Connection, RowMapping, Table

PAGE = 50
LINKS = 200
UNDER_WAY, AWAITED, ALERTED, YOUNGER, REFERRED = "under_way", "awaited", "alerted", "younger", "referred"
_ABOUT_INVOICES = frozenset({VALIDATOR_SILENT})
_ABOUT_DELIVERIES = frozenset({DELIVERY_DEAD, PIVOT_REFUSED, PIVOT_UNRECEIVED})
_NAMING = frozenset({"subject", "flow", "flows", "run", "invoice", "invoices", "delivery", "deliveries", "file"})


class Place(NamedTuple):
    """Where a walk through the flows has come to."""

    received_at: str = ""
    flow: str = ""


@dataclass(slots=True)
class Page:
    """Some flows that were received before the day, and all that the ledger holds of them.

    `kept` says of those that stay why, by flow id; the others may go.
    """

    flows: list[RowMapping]
    runs: list[RowMapping] = field(default_factory=list)
    invoices: list[RowMapping] = field(default_factory=list)
    statuses: list[RowMapping] = field(default_factory=list)
    reported: list[RowMapping] = field(default_factory=list)
    deliveries: list[RowMapping] = field(default_factory=list)
    held: list[RowMapping] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def going(self) -> list[RowMapping]:
        """The flows that may go."""
        return [flow for flow in self.flows if flow["id"] not in self.kept]

    @property
    def end(self) -> Place:
        """Where the next page begins."""
        return Place(self.flows[-1]["received_at"], self.flows[-1]["id"])


class Gone(NamedTuple):
    """What a rehearsal takes for purged already: flow and invoice ids."""

    flows: set[str]
    invoices: set[int]


def page(connection: Connection, before: str, after: Place, gone: Gone) -> Page | None:
    """The next decided flows that were received before a time, and which of them must stay; None past the last."""
    query = select(flows.c.id, flows.c.received_at, flows.c.archived, flows.c.size, flows.c.state).where(
        flows.c.received_at < before,
        flows.c.received_at >= after.received_at,
        or_(flows.c.received_at > after.received_at, flows.c.id > after.flow),
    )
    rows = connection.execute(query.order_by(flows.c.received_at, flows.c.id).limit(PAGE)).mappings().all()
    if not rows:
        return None
    found = _filled(connection, Page(list(rows)))
    for flow, reason in _reasons_to_stay(connection, found, before, gone):
        found.kept.setdefault(flow, reason)
    return found


def _filled(connection: Connection, found: Page) -> Page:
    ids = [flow["id"] for flow in found.flows]
    found.runs = list(where_in(connection, _RUNS, runs.c.flow, ids))
    found.invoices = list(where_in(connection, _INVOICES, invoices.c.flow, ids))
    numbers = {row["id"] for row in found.invoices}
    found.statuses = list(where_in(connection, _STATUSES, statuses.c.invoice, numbers))
    found.reported = list(where_in(connection, _REPORTED, reported.c.flow, ids))
    reports = where_in(connection, select(deliveries), deliveries.c.run, {run["id"] for run in found.runs})
    found.held = list(where_in(connection, _HELD, delivery_invoices.c.invoice, numbers))
    others = {row["told_in"] for row in found.statuses if row["told_in"]} | {row["delivery"] for row in found.held}
    named = where_in(connection, select(deliveries), deliveries.c.id, others)
    found.deliveries = [*reports, *named]
    return found


_RUNS = select(runs.c.id, runs.c.flow, runs.c.state, runs.c.decided_at)
_INVOICES = select(invoices.c.id, invoices.c.flow, invoices.c.due_at)
_STATUSES = select(statuses.c.id, statuses.c.invoice, statuses.c.at, statuses.c.told_in)
_HELD = select(delivery_invoices.c.delivery, delivery_invoices.c.invoice)
_REPORTED = select(reported.c.flow, reported.c.kind, reported.c.subject)


def _reasons_to_stay(connection: Connection, found: Page, before: str, gone: Gone) -> Iterator[tuple[str, str]]:
    """Each flow that must stay, with why."""
    flow_of_run = {run["id"]: run["flow"] for run in found.runs}
    flow_of = {row["id"]: row["flow"] for row in found.invoices}
    yield from ((flow["id"], UNDER_WAY) for flow in found.flows if flow["state"] != DECIDED)
    for run in found.runs:
        if run["state"] != DECIDED:
            yield run["flow"], UNDER_WAY
        elif run["decided_at"] >= before:
            yield run["flow"], YOUNGER
    yield from ((row["flow"], AWAITED) for row in found.invoices if row["due_at"])
    yield from ((flow_of[row["invoice"]], YOUNGER) for row in found.statuses if row["at"] >= before)
    stays = {row["id"]: reason for row in found.deliveries if (reason := _delivery_stays(row, before))}
    yield from ((flow_of_run[row["run"]], stays[row["id"]]) for row in found.deliveries
                if row["id"] in stays and row["run"] in flow_of_run)  # fmt: skip
    yield from ((flow_of[row["invoice"]], stays[row["told_in"]]) for row in found.statuses if row["told_in"] in stays)
    yield from ((flow_of[row["invoice"]], stays[row["delivery"]]) for row in found.held if row["delivery"] in stays)
    yield from _alerted(connection, found, flow_of, flow_of_run)
    yield from _referred(connection, found, flow_of, gone)


def _delivery_stays(row: RowMapping, before: str) -> str:
    if row["state"] != PUBLISHED:
        return "" if row["dead_at"] and row["dead_at"] < before else UNDER_WAY
    if row["receipt_due_at"]:
        return AWAITED
    return YOUNGER if max(row["published_at"], row["receipt_at"] or "") >= before else ""


def _alerted(
    connection: Connection, found: Page, flow_of: dict[int, str], flow_of_run: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Open alerts are few; one of a kind not known here may be about an invoice or about a delivery."""
    opened = connection.execute(select(alerts.c.kind, alerts.c.subject).where(ALERT_OPEN)).all()
    on_invoices = {row.subject for row in opened if row.kind not in _ABOUT_DELIVERIES}
    on_deliveries = {row.subject for row in opened if row.kind not in _ABOUT_INVOICES}
    yield from ((row["flow"], ALERTED) for row in found.invoices if row["id"] in on_invoices)
    yield from ((flow_of[row["invoice"]], ALERTED) for row in found.held if row["delivery"] in on_deliveries)
    yield from ((flow_of[row["invoice"]], ALERTED) for row in found.statuses if row["told_in"] in on_deliveries)
    yield from ((flow_of_run[row["run"]], ALERTED) for row in found.deliveries
                if row["id"] in on_deliveries and row["run"] in flow_of_run)  # fmt: skip


def _referred(connection: Connection, found: Page, flow_of: dict[int, str], gone: Gone) -> Iterator[tuple[str, str]]:
    """Invoices that others complete, and reports on what is still there: their stories are told together."""
    query = select(invoices.c.id, invoices.c.completes, invoices.c.flow)
    for row in where_in(connection, query, invoices.c.completes, flow_of):
        if row["id"] not in gone.invoices and row["flow"] != flow_of[row["completes"]]:
            yield flow_of[row["completes"]], REFERRED
    spoken_of = {row["subject"] for row in found.reported if row["kind"] == INVOICE and row["subject"]}
    there = {row["id"] for row in where_in(connection, select(invoices.c.id), invoices.c.id, spoken_of)}
    there -= gone.invoices
    acknowledged = {row["subject"] for row in found.reported if row["kind"] != INVOICE and row["subject"]}
    pivots = {row["id"] for row in where_in(connection, select(deliveries.c.id), deliveries.c.id, acknowledged)}
    if gone.flows:  # in a rehearsal no delivery goes: what it holds decides
        pivots = set(_with_invoices(connection, pivots, gone.invoices))
    for row in found.reported:
        if row["subject"] in (there if row["kind"] == INVOICE else pivots):
            yield row["flow"], REFERRED


def _with_invoices(connection: Connection, pivots: Collection[int], gone: Collection[int]) -> Iterator[int]:
    query = select(delivery_invoices.c.delivery, delivery_invoices.c.invoice)
    for row in where_in(connection, query, delivery_invoices.c.delivery, pivots):
        if row["invoice"] not in gone:
            yield row["delivery"]


def remove(connection: Connection, found: Page, now: str) -> Counter[str]:
    """Take the flows of a page that may go out of the ledger, with all that is about them alone. Returns counts."""
    going = {flow["id"] for flow in found.going}
    run_ids = {run["id"] for run in found.runs if run["flow"] in going}
    invoice_ids = {row["id"] for row in found.invoices if row["flow"] in going}
    counts = Counter(
        flows=len(going),
        bytes=sum(flow["size"] for flow in found.going),
        invoices=_delete(connection, invoices, invoices.c.id, invoice_ids),
        statuses=_delete(connection, statuses, statuses.c.invoice, invoice_ids),
        reported=_delete(connection, reported, reported.c.flow, going),
    )
    touched = {row["delivery"] for row in found.held if row["invoice"] in invoice_ids}
    touched |= {row["told_in"] for row in found.statuses if row["invoice"] in invoice_ids}
    emptied = _emptied(
        connection, [row for row in found.deliveries if row["id"] in touched or row["run"] in run_ids], now
    )
    counts["deliveries"] = len(emptied)
    _delete(connection, delivery_invoices, delivery_invoices.c.delivery, {row["id"] for row in emptied})
    _delete(connection, deliveries, deliveries.c.id, {row["id"] for row in emptied})
    _delete(connection, runs, runs.c.flow, going)
    _delete(connection, flows, flows.c.id, going)
    _forget(connection, going | run_ids | {row["name"] for row in emptied})
    _forget_alerts(connection, _ABOUT_INVOICES, invoice_ids)
    _forget_alerts(connection, _ABOUT_DELIVERIES, {row["id"] for row in emptied})
    return counts


def _emptied(connection: Connection, touched: Sequence[RowMapping], now: str) -> list[RowMapping]:
    """The deliveries that hold nothing any more; the others are noted as thinned out: they cannot be rendered again."""
    by_id = {row["id"]: row for row in touched}
    pivot_holds = exists().where(delivery_invoices.c.delivery == deliveries.c.id,
                                 invoices.c.id == delivery_invoices.c.invoice)  # fmt: skip
    query = select(deliveries.c.id).where(or_(pivot_holds, exists().where(statuses.c.told_in == deliveries.c.id)))
    full = {row["id"] for row in where_in(connection, query, deliveries.c.id, by_id)}
    for ids in chunks(sorted(full)):
        connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(purged_at=now))
    return [row for key, row in by_id.items() if key not in full]


def _delete(connection: Connection, table: Table, column: Column[Any], values: Collection[Any]) -> int:
    return sum(connection.execute(delete(table).where(column.in_(ids))).rowcount for ids in chunks(sorted(values)))


def _forget(connection: Connection, subjects: Collection[str]) -> None:
    _delete(connection, events, events.c.subject, subjects)


def _forget_alerts(connection: Connection, kinds: Collection[str], subjects: Collection[int]) -> None:
    """Alerts of these kinds about what has gone, with their events: those are known by their subject's number."""
    for ids in chunks(sorted(subjects)):
        connection.execute(delete(alerts).where(alerts.c.kind.in_(kinds), alerts.c.subject.in_(ids)))
    query = select(events.c.id, events.c.event, events.c.details)
    told = where_in(connection, query, events.c.subject, {str(subject) for subject in subjects})
    _delete(connection, events, events.c.id, {row["id"] for row in told if _kind(row) in kinds})


def _kind(event: RowMapping) -> str:
    return str(json.loads(event["details"]).get("kind") or event["event"])


def purge_links(connection: Connection, before: str, after: tuple[str, int]) -> tuple[int, tuple[str, int] | None]:
    """Take the texts of links older than a time whose subjects have all gone; digests and hashes stay.

    Looks at the next links after a time and id. Returns how many it took, and where the next look begins.
    """
    query = (
        select(links.c.id, links.c.at, links.c.entries)
        .where(LINK_UNPURGED, links.c.at < before, links.c.at >= after[0])
        .where(or_(links.c.at > after[0], links.c.id > after[1]))
        .order_by(links.c.at, links.c.id)
        .limit(LINKS)
    )
    rows = connection.execute(query).all()
    if not rows:
        return 0, None
    names = {row.id: set(_names(row.entries)) for row in rows}
    there = _there(connection, set().union(*names.values()))
    old = [key for key, named in names.items() if not named & there]
    for ids in chunks(old):
        connection.execute(update(links).where(links.c.id.in_(ids)).values(entries=None))
    return len(old), (rows[-1].at, rows[-1].id)


def _names(entries: str) -> Iterator[str]:
    """What the entries of a link are about, as they name it."""
    for line in entries.split("\n"):
        for key, value in json.loads(line).items():
            if key in _NAMING:
                yield from map(str, value if isinstance(value, list) else [value])


def _there(connection: Connection, names: Collection[str]) -> set[str]:
    """Those of the names that something in the ledger still has; a number may be an invoice's or a delivery's."""
    found: set[str] = set()
    for column in (flows.c.id, runs.c.id, deliveries.c.name):
        found |= {row[column.name] for row in where_in(connection, select(column), column, names)}
    numbers = {int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < len(str(1 << 62))}
    for column in (invoices.c.id, deliveries.c.id):
        found |= {str(row["id"]) for row in where_in(connection, select(column), column, numbers)}
    return found


def still_archived(connection: Connection, places: Collection[str]) -> set[str]:
    """Those of the places in the archive that a flow still has."""
    query = select(flows.c.archived)
    by_hash = {place.rpartition("/")[2] for place in places}
    return {row["archived"] for row in where_in(connection, query, flows.c.sha256, by_hash)} & set(places)


def directories_used(connection: Connection) -> set[str]:
    """Every version of the directory that a run refers to."""
    return set(connection.execute(select(runs.c.directory_version).distinct()).scalars())
