"""What people ask of the ledger: nothing here writes; a look-up by name, number, hash or id goes by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select, union

from edigate.ledger.sql import where_in
from edigate.ledger.states import DECIDED, HELD, PLACED, PLANNED, PUT
from edigate.ledger.tables import (
    DELIVERY_TO_DO,
    RUN_TO_DO,
    deliveries,
    delivery_invoices,
    events,
    flows,
    invoices,
    partners,
    reported,
    runs,
    servers,
    statuses,
    ways,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Column, Connection, RowMapping, Select

FAILING = "failing"
DEAD = "dead"
_NOT_PUBLISHED = frozenset({PLANNED, PLACED, FAILING, DEAD})
_UNDECIDED = frozenset({"in_progress", HELD})
_FLOW_STATES = _UNDECIDED | {DECIDED}
_HASH_LENGTH = 64
# Above every character that a claim id, a hash or a name can have.
_LAST = "\U0010ffff"


class Wanted(NamedTuple):
    """Which rows are asked for; an empty field takes all.

    `state` is a state, a verdict or a status, `status` a status and `stage` whose turn it is; `siret` a supplier's or
    a recipient's identifier, `sha256` a hash or its beginning; `since` (included) and `until` (not included) bound the
    time of deposit, as the ledger writes times. `limit` takes the newest so many; 0 takes all.
    """

    partner: str = ""
    state: str = ""
    status: str = ""
    stage: str = ""
    kind: str = ""
    number: str = ""
    siret: str = ""
    sha256: str = ""
    since: str = ""
    until: str = ""
    limit: int = 0


def list_flows(connection: Connection, wanted: Wanted) -> list[RowMapping]:
    """Flows with their present runs (`run_number`, `hold_reason`, `hold_detail`, `due_at`), in the order of booking."""
    query = (
        select(
            flows, runs.c.number.label("run_number"), runs.c.faults, runs.c.hold_reason, runs.c.hold_detail,
            runs.c.due_at, runs.c.decided_at,
        )
        .outerjoin(runs, runs.c.id == flows.c.run)
        .where(*_flow_conditions(wanted))
    )  # fmt: skip
    return newest(connection, query, flows.c.id, wanted.limit)


def count_flows(connection: Connection, wanted: Wanted, at_most: int | None = None) -> int:
    """How many flows there are of what is wanted, whatever the limit; counted up to `at_most`."""
    return _count(connection, select(flows.c.id).where(*_flow_conditions(wanted)), at_most)


def count_invoices_of(connection: Connection, flow_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """The present invoices of flows by their verdicts, `{flow: {"integrated": 3}}`; flows without any are left out."""
    query = (
        select(invoices.c.flow, invoices.c.verdict, func.count().label("count"))
        .where(_present())
        .group_by(invoices.c.flow, invoices.c.verdict)
    )
    found: dict[str, dict[str, int]] = {}
    for row in where_in(connection, query, invoices.c.flow, set(flow_ids)):
        found.setdefault(row["flow"], {})[row["verdict"]] = row["count"]
    return found


def reported_of(connection: Connection, flow: str) -> list[RowMapping]:
    """What a partner reported in a flow, line by line, as it was judged last."""
    query = select(reported).where(reported.c.flow == flow, _last_judged())
    return list(connection.execute(query.order_by(reported.c.position)).mappings())


def count_reported_of(connection: Connection, flow_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """The lines of flows that report by their verdicts, as `count_invoices_of` has it."""
    query = (
        select(reported.c.flow, reported.c.verdict, func.count().label("count"))
        .where(_last_judged())
        .group_by(reported.c.flow, reported.c.verdict)
    )
    found: dict[str, dict[str, int]] = {}
    for row in where_in(connection, query, reported.c.flow, set(flow_ids)):
        found.setdefault(row["flow"], {})[row["verdict"]] = row["count"]
    return found


def held_because(connection: Connection, reasons: Collection[str]) -> list[str]:
    """The flows that wait for one of these reasons."""
    query = select(runs.c.flow).where(RUN_TO_DO, runs.c.state == HELD, runs.c.hold_reason.in_(reasons))
    # Sorted here: asked for the order, SQLite would walk all the runs in it.
    return sorted(flow for (flow,) in connection.execute(query))


def find_flows(connection: Connection, named: str) -> list[RowMapping]:
    """The flows that a person means: by ledger id, else flow id, else file name, else the beginning of a ledger id."""
    ways: tuple[ColumnElement[bool], ...] = (
        flows.c.id == named,
        flows.c.flow_id == named,
        flows.c.name == named,
        _begins(flows.c.id, named) if named else false(),
    )
    for way in ways:
        found = list(connection.execute(select(flows).where(way).order_by(flows.c.id)).mappings())
        if found:
            return found
    return []


def runs_of(connection: Connection, flow: str) -> list[RowMapping]:
    """The runs of a flow, the first one first."""
    query = select(runs).where(runs.c.flow == flow).order_by(runs.c.number)
    return list(connection.execute(query).mappings())


def invoices_of(connection: Connection, flow: str) -> list[RowMapping]:
    """Every decision on the invoices of a flow, by place in the flow, older decisions first."""
    query = select(invoices).where(invoices.c.flow == flow).order_by(invoices.c.position, invoices.c.id)
    return list(connection.execute(query).mappings())


def deliveries_of(connection: Connection, flow: str) -> list[RowMapping]:
    """The files that came of a flow: its reports, its pivots, the life cycles that tell of its invoices."""
    ids = union(
        select(deliveries.c.id).join(runs, runs.c.id == deliveries.c.run).where(runs.c.flow == flow),
        select(delivery_invoices.c.delivery)
        .join(invoices, invoices.c.id == delivery_invoices.c.invoice)
        .where(invoices.c.flow == flow),
        select(statuses.c.told_in).join(invoices, invoices.c.id == statuses.c.invoice).where(invoices.c.flow == flow),
    )
    return _in_order(where_in(connection, select(deliveries), deliveries.c.id, _scalars(connection, ids)))


def list_invoices(connection: Connection, wanted: Wanted) -> list[RowMapping]:
    """Present invoices with `flow_name` and `received_at`, in the order in which they were decided."""
    query = INVOICES.where(_present(), *_invoice_conditions(wanted))
    return newest(connection, query, invoices.c.id, wanted.limit)


def count_invoices(connection: Connection, wanted: Wanted, at_most: int | None = None) -> int:
    """How many invoices there are of what is wanted, whatever the limit; counted up to `at_most`."""
    query = select(invoices.c.id).join(flows, flows.c.id == invoices.c.flow)
    return _count(connection, query.where(_present(), *_invoice_conditions(wanted)), at_most)


def find_invoices(connection: Connection, named: str) -> list[RowMapping]:
    """The invoices that a person means, by number or by ledger id; of those named by number, only present ones."""
    meant = and_(invoices.c.number == named, _present())
    found = {row["id"]: row for row in connection.execute(INVOICES.where(meant)).mappings()}
    if is_id(named):
        by_id = connection.execute(INVOICES.where(invoices.c.id == int(named))).mappings()
        found |= {row["id"]: row for row in by_id}
    return [found[key] for key in sorted(found)]


def decisions_on(connection: Connection, invoice: RowMapping) -> list[RowMapping]:
    """Every decision on this place of the invoice's flow, older ones first."""
    query = select(invoices).where(invoices.c.flow == invoice["flow"], invoices.c.position == invoice["position"])
    return list(connection.execute(query.order_by(invoices.c.id)).mappings())


def history_of(connection: Connection, invoice: int) -> list[RowMapping]:
    """The statuses of an invoice in time.

    Each with the life cycle that told it (`told`, None while it is untold), and the flow that a partner reported it in
    (`source`, its name, and `source_flow`).
    """
    query = (
        select(
            statuses, deliveries.c.name.label("told"), deliveries.c.published_at.label("told_at"),
            flows.c.name.label("source"), flows.c.id.label("source_flow"),
        )
        .outerjoin(deliveries, deliveries.c.id == statuses.c.told_in)
        .outerjoin(runs, runs.c.id == statuses.c.run)
        .outerjoin(flows, flows.c.id == runs.c.flow)
        .where(statuses.c.invoice == invoice)
        .order_by(statuses.c.id)
    )  # fmt: skip
    return list(connection.execute(query).mappings())


def completed_by(connection: Connection, invoice: RowMapping) -> list[RowMapping]:
    """The later deposits of the same number that took an invoice's place."""
    meant = and_(invoices.c.number == invoice["number"], invoices.c.completes == invoice["id"])
    return list(connection.execute(INVOICES.where(meant).order_by(invoices.c.id)).mappings())


def invoice_of(connection: Connection, key: int | None) -> RowMapping | None:
    """The invoice with this ledger id."""
    return connection.execute(INVOICES.where(invoices.c.id == key)).mappings().first()


def pivots_of(connection: Connection, invoice: int) -> list[RowMapping]:
    """The pivots that carry an invoice."""
    query = (
        select(deliveries)
        .join(delivery_invoices, delivery_invoices.c.delivery == deliveries.c.id)
        .where(delivery_invoices.c.invoice == invoice)
        .order_by(deliveries.c.id)
    )
    return list(connection.execute(query).mappings())


def list_deliveries(connection: Connection, wanted: Wanted) -> list[RowMapping]:
    """Outgoing files, in the order in which they were planned; `since` and `until` bound the time of planning."""
    query = select(deliveries).where(*_delivery_conditions(wanted))
    return newest(connection, query, deliveries.c.id, wanted.limit)


def count_deliveries(connection: Connection, wanted: Wanted, at_most: int | None = None) -> int:
    """How many deliveries there are of what is wanted, whatever the limit; counted up to `at_most`."""
    return _count(connection, select(deliveries.c.id).where(*_delivery_conditions(wanted)), at_most)


def failing_ways(connection: Connection) -> list[RowMapping]:
    """The ways that failed when they were last tried, and still serve: of active partners, fetching from a server."""
    serves = or_(ways.c.way == PUT, servers.c.fetch_from != "")
    query = (
        select(ways)
        .join(partners, partners.c.code == ways.c.partner)
        .outerjoin(servers, servers.c.partner == ways.c.partner)
        .where(ways.c.failing_since.is_not(None), partners.c.active, serves)
    )
    return list(connection.execute(query.order_by(ways.c.partner, ways.c.way)).mappings())


def waiting_files(connection: Connection) -> dict[str, int]:
    """By partner: how many files are still to be handed over; dead letters are not among them."""
    chosen = DELIVERY_TO_DO & deliveries.c.dead_at.is_(None)
    query = select(deliveries.c.partner, func.count().label("files")).where(chosen).group_by(deliveries.c.partner)
    return {row.partner: row.files for row in connection.execute(query)}


def events_about(connection: Connection, subject: str) -> list[RowMapping]:
    """What the event log holds of a partner, a flow or the directory, older entries first."""
    query = select(events).where(events.c.subject == subject).order_by(events.c.id)
    return list(connection.execute(query).mappings())


INVOICES = select(invoices, flows.c.name.label("flow_name"), flows.c.received_at, flows.c.interface).join(
    flows, flows.c.id == invoices.c.flow
)


def is_id(named: str) -> bool:
    """Whether a person's word can be a number of the ledger's own."""
    return named.isascii() and named.isdigit() and len(named) < len(str(2**63))


def _flow_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    state = wanted.state
    conditions = [
        *([flows.c.partner == wanted.partner] if wanted.partner else []),
        *([flows.c.state == state] if state in _UNDECIDED else []),
        # Nearly all are: found by the index of states, they would all have to be sorted.
        *([flows.c.state.concat("") == state] if state == DECIDED else []),
        *([flows.c.state == DECIDED, flows.c.verdict == state] if state and state not in _FLOW_STATES else []),
        *_deposited(wanted),
    ]
    if wanted.number:
        conditions.append(flows.c.id.in_(select(invoices.c.flow).where(invoices.c.number == wanted.number)))
    if wanted.siret:
        conditions.append(flows.c.id.in_(select(invoices.c.flow).where(_party(wanted.siret))))
    return conditions


def _invoice_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _deposited(wanted)
    if wanted.partner:
        conditions.append(or_(invoices.c.depositor == wanted.partner, invoices.c.reader == wanted.partner))
    if wanted.state:
        column = invoices.c.status if wanted.state.isdigit() else invoices.c.verdict
        conditions.append(column == wanted.state)
    if wanted.status:
        conditions.append(invoices.c.status == wanted.status)
    if wanted.stage:
        conditions.append(invoices.c.stage == wanted.stage)
    if wanted.number:
        conditions.append(invoices.c.number == wanted.number)
    if wanted.siret:
        conditions.append(_party(wanted.siret))
    return conditions


def _deposited(wanted: Wanted) -> list[ColumnElement[bool]]:
    """By what is known of the deposit: its file and its time."""
    return [
        *([_begins(flows.c.sha256, wanted.sha256)] if wanted.sha256 else []),
        *_between(flows.c.received_at, wanted),
    ]


def _delivery_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _between(deliveries.c.planned_at, wanted)
    if wanted.partner:
        conditions.append(deliveries.c.partner == wanted.partner)
    if wanted.kind:
        conditions.append(deliveries.c.kind == wanted.kind)
    if wanted.state in _NOT_PUBLISHED:
        # The index of what is under way begins with the partner: named one by one, they let SQLite use it.
        conditions += [DELIVERY_TO_DO, deliveries.c.partner.in_(select(partners.c.code))]
    if wanted.state == FAILING:
        conditions += [deliveries.c.last_error != "", deliveries.c.dead_at.is_(None)]
    elif wanted.state == DEAD:
        conditions.append(deliveries.c.dead_at.is_not(None))
    elif wanted.state:
        conditions.append(deliveries.c.state == wanted.state)
    return conditions


def _between(column: Column[str], wanted: Wanted) -> list[ColumnElement[bool]]:
    return [
        *([column >= wanted.since] if wanted.since else []),
        *([column < wanted.until] if wanted.until else []),
    ]


def _party(siret: str) -> ColumnElement[bool]:
    return or_(invoices.c.supplier == siret, invoices.c.recipient == siret)


def _present() -> ColumnElement[bool]:
    """Whether no later run decided on the same place of the same flow again."""
    later = invoices.alias("later")
    return ~(
        select(1)
        .where(later.c.flow == invoices.c.flow, later.c.position == invoices.c.position, later.c.id > invoices.c.id)
        .exists()
    )


def _last_judged() -> ColumnElement[bool]:
    """Whether no later run judged the same line of the same flow again."""
    later = reported.alias("later_line")
    return ~(
        select(1)
        .where(later.c.flow == reported.c.flow, later.c.position == reported.c.position, later.c.id > reported.c.id)
        .exists()
    )


def _begins(column: Column[str], start: str) -> ColumnElement[bool]:
    """Whether a text begins so, as a range that an index answers."""
    if len(start) == _HASH_LENGTH:
        return column == start
    return and_(column >= start, column < start + _LAST)


def newest(connection: Connection, query: Select[Any], key: ColumnElement[Any], limit: int) -> list[RowMapping]:
    """The newest rows, the oldest of them first."""
    ordered = query.order_by(key.desc())
    rows = connection.execute(ordered.limit(limit) if limit else ordered).mappings().all()
    return list(reversed(rows))


def _count(connection: Connection, query: Select[Any], at_most: int | None) -> int:
    return connection.execute(select(func.count()).select_from(query.limit(at_most).subquery())).scalar_one()


def _scalars(connection: Connection, query: Any) -> set[int]:  # noqa: ANN401 - a union has no common type
    return {found for (found,) in connection.execute(query) if found is not None}


def _in_order(rows: Iterable[RowMapping]) -> list[RowMapping]:
    return sorted(rows, key=lambda row: row["id"])
