"""Outgoing files in the ledger: planned with name and contents, placed, published; and the life cycle not yet told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from edigate.domain.names import LIFE_CYCLE, PIVOT, outgoing
from edigate.domain.stages import Stage
from edigate.domain.statuses import STATUSES, FlowStatus, InvoiceStatus, Setter, StepLabel
from edigate.ledger import alerts, jobs, proof, sequences, states, ways
from edigate.ledger.sql import among, chunks, for_alike, for_each, where_in
from edigate.ledger.tables import DELIVERY_TO_DO, NUMBER, deliveries, delivery_invoices, invoices, runs, statuses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row, RowMapping, Select

PLANNED, PLACED, PUBLISHED = states.PLANNED, states.PLACED, states.PUBLISHED
STATUSES_IN_A_FLOW = 5_000
_HANDED = (
    "id", "kind", "partner", "interface", "name", "run", "planned_at", "size", "sha256", "failures", "offers",
    "uploaded_at", "uploaded_to",
)  # fmt: skip
_DELIVERIES, _HELD, _STATUSES = insert(deliveries), insert(delivery_invoices), insert(statuses)
_TELL = update(statuses).where(statuses.c.id.in_(bindparam("keys", expanding=True)))
_STAND = update(invoices).where(invoices.c.id.in_(bindparam("keys", expanding=True)))
_ONE = deliveries.c.id == bindparam("b_id")
_PLACED = update(deliveries).where(_ONE, deliveries.c.state == PLANNED)
_AS_BEFORE = update(deliveries).where(
    _ONE, deliveries.c.state == PLACED, deliveries.c.uploaded_at == bindparam("b_marked")
)
_PUBLISH = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)), deliveries.c.state == PLACED)
    .values(state=PUBLISHED, published_at=bindparam("now"), next_try_at=None, last_error="")
    .returning(deliveries.c.id, deliveries.c.kind, deliveries.c.partner)
)
_AWAITED = update(deliveries).where(_ONE, deliveries.c.receipt != FlowStatus.RECEIVED_BY_RECIPIENT)
_PLANNED = select(deliveries.c.id).where(deliveries.c.state == PLANNED)
_STAGES = select(invoices.c.id, invoices.c.stage, invoices.c.flow)
_UNTOLD = (
    select(statuses.c.depositor, statuses.c.id, invoices.c.flow)
    .join(invoices, invoices.c.id == statuses.c.invoice)
    .where(statuses.c.told_in.is_(None), among(statuses.c.depositor, "partners"))
    .order_by(statuses.c.depositor, statuses.c.id)
)
_TO_TELL = (
    select(statuses.c.depositor).where(statuses.c.told_in.is_(None), among(statuses.c.depositor, "partners")).distinct()
)
_PAUSING = (deliveries.c.next_try_at > bindparam("now")) & (deliveries.c.next_try_at <= bindparam("latest"))
_ALIVE = and_(
    DELIVERY_TO_DO,
    deliveries.c.dead_at.is_(None),
    among(deliveries.c.partner, "partners"),
)
_READY = and_(_ALIVE, or_(deliveries.c.next_try_at.is_(None), ~_PAUSING))
_TO_DO = (
    select(*(deliveries.c[name] for name in _HANDED))
    .where(_READY, deliveries.c.state == bindparam("state"))
    .order_by(deliveries.c.id)
    .limit(bindparam("at_most", type_=NUMBER))
)
_PARTNERS = select(deliveries.c.partner).where(_READY).distinct()
_FIRSTS = select(deliveries.c.partner, func.min(deliveries.c.id).label("id")).group_by(deliveries.c.partner)
_FIRST_PLACED = _FIRSTS.where(_READY, deliveries.c.state == PLACED)
_STOPS = _FIRSTS.where(_ALIVE, or_(deliveries.c.state == PLANNED, _PAUSING))
_ANY = (1 << 63) - 1
_AVAILABLE = (
    select(
        invoices.c.id, invoices.c.flow, invoices.c.depositor, invoices.c.stage, invoices.c.cadre, invoices.c.status,
        invoices.c.label,
    )
    .join(delivery_invoices, delivery_invoices.c.invoice == invoices.c.id)
    .where(
        delivery_invoices.c.delivery.in_(bindparam("pivots", expanding=True)),
        delivery_invoices.c.stage == invoices.c.stage,
        invoices.c.announced != invoices.c.stage,
    )
    .order_by(invoices.c.id)
)  # fmt: skip
BY_RECIPIENT = frozenset(code for code, row in STATUSES.items() if row.set_by is Setter.RECIPIENT)


class Told(NamedTuple):
    """A status as it is told: the code, and the label of a step that has no code of its own (reference §10.6)."""

    status: str
    label: str = ""


AVAILABLE: Mapping[Stage, Told] = MappingProxyType(
    {
        Stage.VALIDATOR_1: Told(InvoiceStatus.DEPOSITED.value, StepLabel.AVAILABLE_TO_VALIDATOR_1.value),
        Stage.VALIDATOR_2: Told(InvoiceStatus.DEPOSITED.value, StepLabel.AVAILABLE_TO_VALIDATOR_2.value),
        Stage.MOE: Told(InvoiceStatus.MADE_AVAILABLE.value, StepLabel.AVAILABLE_TO_MOE.value),
        Stage.MOA: Told(InvoiceStatus.MADE_AVAILABLE.value, StepLabel.AVAILABLE_TO_MOA.value),
        Stage.RECIPIENT: Told(InvoiceStatus.MADE_AVAILABLE.value),
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One file to be: a report of a run, a pivot of invoices, or a life cycle."""

    kind: str
    partner: str
    interface: str
    run: str | None = None
    invoices: tuple[int, ...] = ()


class ForReader(NamedTuple):
    """An invoice that a reader is to get, and the size of its pivot."""

    reader: str
    invoice: int
    size: int


@dataclass(frozen=True, slots=True)
class PivotLimits:
    """How much one pivot holds at most; an invoice that is bigger goes alone."""

    invoices: int
    bytes: int


def pivots(wanted: Iterable[ForReader], limits: PivotLimits) -> Iterator[Plan]:
    """One pivot per reader with its invoices in their order, cut by number and size."""
    open_plans: dict[str, tuple[list[int], int]] = {}
    for reader, invoice, size in wanted:
        held, total = open_plans.setdefault(reader, ([], 0))
        if held and (len(held) >= limits.invoices or total + size > limits.bytes):
            yield Plan("pivot", reader, PIVOT, invoices=tuple(held))
            held, total = [], 0
        held.append(invoice)
        open_plans[reader] = (held, total + size)
    for reader, (held, _) in open_plans.items():
        yield Plan("pivot", reader, PIVOT, invoices=tuple(held))


def plan(connection: Connection, plans: Sequence[Plan], gate: str, now: str) -> list[int]:
    """Give each file its id, its sequence and its name, and write what it holds. Returns the ids."""
    if not plans:
        return []
    ids = list(sequences.take(connection, sequences.DELIVERIES, len(plans)))
    names = _names(connection, plans, gate)
    rows = [
        {
            "id": i, "kind": p.kind, "partner": p.partner, "interface": p.interface, "name": name, "run": p.run,
            "state": PLANNED, "planned_at": now,
        }
        for i, p, name in zip(ids, plans, names, strict=True)
    ]  # fmt: skip
    for_each(connection, _DELIVERIES, rows)
    proof.planned(connection, rows, at=now)
    held = [
        {"delivery": i, "position": position, "invoice": invoice}
        for i, p in zip(ids, plans, strict=True)
        for position, invoice in enumerate(p.invoices, start=1)
    ]
    if held:
        stages, flow_of = _stages_and_flows(connection, {row["invoice"] for row in held})
        rows = [row | {"stage": stages[row["invoice"]]} for row in held]
        for_each(connection, _HELD, rows)
        proof.holds(connection, rows, flow_of, at=now)
    jobs.announce(connection)
    return ids


def _stages_and_flows(connection: Connection, ids: Collection[int]) -> tuple[dict[int, str], dict[int, str]]:
    found = list(where_in(connection, _STAGES, invoices.c.id, ids))
    return {row["id"]: row["stage"] for row in found}, {row["id"]: row["flow"] for row in found}


def _names(connection: Connection, plans: Sequence[Plan], gate: str) -> list[str]:
    digits = [p.interface[3:7] for p in plans]
    numbers = {key: iter(sequences.take(connection, f"flow-{key}", digits.count(key))) for key in sorted(set(digits))}
    return [str(outgoing(p.interface, p.partner, gate, next(numbers[p.interface[3:7]]))) for p in plans]


def plan_life_cycles(connection: Connection, tellable: Collection[str], gate: str, now: str) -> list[int]:
    """A life-cycle flow for each depositor with statuses not yet told; `tellable` are the partners that take them.

    Whoever gets very many gets them in several flows, since each is rendered in memory.
    """
    rows = connection.execute(_UNTOLD, {"partners": tellable}).all()
    groups = [
        (depositor, part)
        for depositor, group in groupby(rows, key=lambda row: row.depositor)
        for part in chunks([row.id for row in group], STATUSES_IN_A_FLOW)
    ]
    ids = plan(connection, [Plan("life_cycle", depositor, LIFE_CYCLE) for depositor, _ in groups], gate, now)
    told_in = {status: i for i, (_, group) in zip(ids, groups, strict=True) for status in group}
    for_alike(connection, _TELL, [(status, {"told_in": i}) for status, i in told_in.items()])
    proof.tells_of(connection, told_in, {row.id: row.flow for row in rows}, at=now)
    return ids


def to_do(
    connection: Connection,
    state: str,
    partners: Collection[str],
    now: str,
    at_most: int = _ANY,
    *,
    after: int = 0,
) -> list[RowMapping]:
    """Deliveries in this state to partners that may be served, whose time for another try has come; in their order."""
    query = _TO_DO.where(deliveries.c.id > after) if after else _TO_DO
    values = {"state": state, "at_most": at_most, **_for(partners, now)}
    return list(connection.execute(query, values).mappings().all())


def _for(partners: Collection[str], now: str) -> dict[str, Any]:
    return {"partners": partners, "now": now, "latest": ways.latest(now)}


def partners_to_do(connection: Connection, partners: Collection[str], now: str) -> set[str]:
    """Those of these partners who have files planned or placed whose time has come."""
    return set(connection.execute(_PARTNERS, _for(partners, now)).scalars())


def partners_to_tell(connection: Connection, partners: Collection[str]) -> set[str]:
    """Those of these partners who have statuses that no life cycle tells yet."""
    return set(connection.execute(_TO_TELL, {"partners": partners}).scalars())


def count_to_do(connection: Connection) -> int:
    """How many files are planned or placed, and no dead letters."""
    chosen = DELIVERY_TO_DO & deliveries.c.dead_at.is_(None)
    return connection.execute(select(func.count()).select_from(deliveries).where(chosen)).scalar_one()


def in_turn(connection: Connection, partners: Collection[str], now: str, at_most: int = _ANY) -> list[RowMapping]:
    """What is placed and may go now: each partner's in order, up to the first that is not placed or waits.

    A dead letter keeps nothing back.
    """
    return going(connection, to_do(connection, PLACED, partners, now, at_most), partners, now)


def going(connection: Connection, rows: Iterable[RowMapping], partners: Collection[str], now: str) -> list[RowMapping]:
    """Those of the files placed for these partners that nothing before them keeps waiting."""
    stop = _stops(connection, partners, now)
    return [row for row in rows if row["partner"] not in stop or row["id"] < stop[row["partner"]]]


def with_turn(connection: Connection, partners: Collection[str], now: str) -> set[str]:
    """Those of these partners for whom something may go now."""
    stop = _stops(connection, partners, now)
    first = _first(connection, _FIRST_PLACED, partners, now)
    return {partner for partner, number in first.items() if partner not in stop or number < stop[partner]}


def _stops(connection: Connection, partners: Collection[str], now: str) -> dict[str, int]:
    """By partner: the first file that keeps those behind it waiting."""
    return _first(connection, _STOPS, partners, now)


def _first(connection: Connection, query: Select[Any], partners: Collection[str], now: str) -> dict[str, int]:
    return {row.partner: row.id for row in connection.execute(query, _for(partners, now))}


def mark_placed(connection: Connection, written: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """From planned to placed, with size and SHA-256. Returns those that were planned still."""
    planned = planned_of(connection, [i for i, _, _ in written])
    placed = [one for one in written if one[0] in planned]
    rows = [
        {"b_id": i, "state": PLACED, "size": size, "sha256": sha256, "uploaded_at": None, "uploaded_to": ""}
        for i, size, sha256 in placed
    ]
    for_each(connection, _PLACED, rows)
    return placed


def planned_of(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of these files that are planned still."""
    return {row["id"] for row in where_in(connection, _PLANNED, deliveries.c.id, ids)}


@dataclass(frozen=True, slots=True)
class Times:
    """When what is published falls due: the end of a validator's time by cadre, the receipts awaited by partner."""

    validators: Mapping[str, str]
    receipts: Mapping[str, str]


def mark_published(connection: Connection, ids: Sequence[int], times: Times, now: str) -> None:
    """From placed to published; the invoices of a pivot are then available to whoever it is for."""
    for chunk in chunks(ids):
        found = sorted(connection.execute(_PUBLISH, {"ids": chunk, "now": now}).all())
        moved = [row for row in found if row.kind == "pivot"]
        proof.published(connection, [row.id for row in found], at=now)
        awaited = [
            {"b_id": row.id, "receipt_due_at": times.receipts[row.partner]}
            for row in moved
            if row.partner in times.receipts
        ]
        for_each(connection, _AWAITED, awaited)
        if moved:
            _make_available(connection, [row.id for row in moved], times, now)


def _make_available(connection: Connection, pivots: Sequence[int], times: Times, now: str) -> None:
    """Announce each invoice once at each stage, if it is still there; a validator's time begins.

    An invoice whose recipient has spoken is where he says: nothing is announced to its supplier after that.
    """
    rows = connection.execute(_AVAILABLE, {"pivots": pivots}).all()
    for_alike(connection, _STAND, [(row.id, _standing(row, times)) for row in rows])
    told = [(row, AVAILABLE[Stage(row.stage)]) for row in rows if row.status not in BY_RECIPIENT]
    entries = [
        {"invoice": row.id, "depositor": row.depositor, "status": one.status, "at": now}
        | {"label": one.label, "comment": ""}
        for row, one in told
    ]
    for_each(connection, _STATUSES, entries)
    proof.available(connection, zip((row.flow for row, _ in told), entries, strict=True), at=now)


def _standing(row: Row[*tuple[Any, ...]], times: Times) -> dict[str, Any]:
    stage = Stage(row.stage)
    status, label = (row.status, row.label) if row.status in BY_RECIPIENT else AVAILABLE[stage]
    due_at = times.validators.get(row.cadre) if stage.validates else None
    return {"announced": row.stage, "due_at": due_at, "status": status, "label": label}


def published_of(connection: Connection, ids: Collection[int]) -> list[int]:
    """Those of these files that are published."""
    query = select(deliveries.c.id, deliveries.c.state)
    return [row["id"] for row in where_in(connection, query, deliveries.c.id, ids) if row["state"] == PUBLISHED]


def mark_uploaded(connection: Connection, ids: Sequence[int], place: str, now: str) -> set[int]:
    """What lies whole at this place of a server, under a hidden name, is about to be renamed there. Returns what is."""
    taken: set[int] = set()
    for chunk in chunks(ids):
        chosen = deliveries.c.id.in_(chunk) & (deliveries.c.state == PLACED)
        taken |= set(connection.execute(select(deliveries.c.id).where(chosen)).scalars())
        connection.execute(update(deliveries).where(chosen).values(uploaded_at=now, uploaded_to=place))
    return taken


def mark_not_renamed(connection: Connection, ids: Sequence[int]) -> None:
    """What was about to be renamed on a server was not, for certain."""
    for chunk in chunks(ids):
        chosen = deliveries.c.id.in_(chunk) & (deliveries.c.state == PLACED)
        connection.execute(update(deliveries).where(chosen).values(uploaded_at=None, uploaded_to=""))


def take_mark_back(connection: Connection, rows: Iterable[RowMapping], marked: str) -> None:
    """What was marked as uploaded at that moment, and by nobody since, is again as these rows of before have it."""
    before = [
        {"b_id": row["id"], "b_marked": marked, "uploaded_at": row["uploaded_at"], "uploaded_to": row["uploaded_to"]}
        for row in rows
    ]
    for_each(connection, _AS_BEFORE, before)


def mark_kept_back(connection: Connection, delivery: int, error: str, try_again_at: str) -> None:
    """Keep the reason why the way to its partner failed and when to try again; the file itself is not to blame."""
    values = {"last_error": error, "next_try_at": try_again_at}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery, DELIVERY_TO_DO).values(**values))


def mark_failed(connection: Connection, delivery: int, error: str, try_again_at: str) -> None:
    """Count a failure of the file itself, with its reason and when to try again; the state stays what it was."""
    values = {"failures": deliveries.c.failures + 1, "last_error": error, "next_try_at": try_again_at}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery, DELIVERY_TO_DO).values(**values))


def set_aside(connection: Connection, row: RowMapping, error: str, now: str) -> None:
    """Make a dead letter of a file: it is not tried again and keeps nothing back, until somebody offers it again."""
    values = {"failures": deliveries.c.failures + 1, "last_error": error, "next_try_at": None, "dead_at": now}
    moved = connection.execute(update(deliveries).where(deliveries.c.id == row["id"], DELIVERY_TO_DO).values(**values))
    if moved.rowcount:
        alerts.open_one(connection, alerts.DELIVERY_DEAD, row["id"], row["partner"], error, now)


def revive(connection: Connection, delivery: int, now: str) -> bool:
    """Let a dead letter be tried again, from the step that it had come to here."""
    chosen = (deliveries.c.id == delivery) & deliveries.c.dead_at.is_not(None)
    values = {
        "failures": 0, "last_error": "", "next_try_at": None, "dead_at": None, "uploaded_at": None, "uploaded_to": "",
    }  # fmt: skip
    if not connection.execute(update(deliveries).where(chosen).values(**values)).rowcount:
        return False
    alerts.close(connection, alerts.DELIVERY_DEAD, delivery, now)
    return True


def mark_vanished(connection: Connection, ids: Sequence[int]) -> None:
    """Back from placed to planned: what was placed has gone with its folder, and is rendered again."""
    for chunk in chunks(ids):
        chosen = deliveries.c.id.in_(chunk) & (deliveries.c.state == PLACED)
        connection.execute(update(deliveries).where(chosen).values(state=PLANNED))


def try_now(connection: Connection) -> None:
    """Forget the pauses after failures: whoever starts a gate may have mended what stood in the way."""
    chosen = DELIVERY_TO_DO & deliveries.c.next_try_at.is_not(None)
    connection.execute(update(deliveries).where(chosen).values(next_try_at=None))


def next_due(connection: Connection, now: str) -> str | None:
    """When the next delivery that failed is to be tried again, after now."""
    chosen = DELIVERY_TO_DO & (deliveries.c.next_try_at > now)
    return connection.execute(select(func.min(deliveries.c.next_try_at)).where(chosen)).scalar()


def contents(connection: Connection, pivots: Collection[int]) -> dict[int, list[RowMapping]]:
    """The invoices of each pivot, in order."""
    return _grouped(where_in(connection, _CONTENTS, delivery_invoices.c.delivery, pivots), "delivery", "place")


_SHOWN = (
    "id", "flow", "position", "number", "supplier", "supplier_name", "recipient", "recipient_name", "service",
    "service_name", "cadre", "validator", "completes", "renvoi",
)  # fmt: skip
_NAMED = (
    "id", "supplier", "supplier_scheme", "supplier_name", "supplier_country", "recipient", "recipient_name", "service",
    "service_name", "number", "issue_date",
)  # fmt: skip
_CONTENTS = select(
    delivery_invoices.c.delivery, delivery_invoices.c.position.label("place"),
    delivery_invoices.c.stage.label("at_stage"), *(invoices.c[name] for name in _SHOWN),
).join(invoices, invoices.c.id == delivery_invoices.c.invoice)  # fmt: skip
_TOLD = (
    select(
        statuses.c.told_in, statuses.c.id.label("place"), statuses.c.status.label("told"), statuses.c.comment,
        statuses.c.at, statuses.c.label.label("told_label"), statuses.c.producer, statuses.c.mandate, runs.c.parent,
        *(invoices.c[name] for name in _NAMED),  # most of an invoice's columns are not told
    )
    .join(invoices, invoices.c.id == statuses.c.invoice)
    .outerjoin(runs, runs.c.id == invoices.c.run)
)  # fmt: skip


def told(connection: Connection, life_cycles: Collection[int]) -> dict[int, list[RowMapping]]:
    """The statuses each life-cycle flow tells, in order, with what names their invoices and the run theirs repeats."""
    return _grouped(where_in(connection, _TOLD, statuses.c.told_in, life_cycles), "told_in", "place")


def _grouped(rows: Iterable[RowMapping], key: str, order: str) -> dict[int, list[RowMapping]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return {k: sorted(group, key=lambda row: row[order]) for k, group in groups.items()}
