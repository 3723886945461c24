"""What is written into the ledger as flows go their way; every step moves a state it expects, in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, exists, func, insert, or_, select, update

from edigate.domain.statuses import InvoiceStatus
from edigate.ledger import jobs, proof, states, subjects
from edigate.ledger.events import record
from edigate.ledger.sql import chunks, for_each, where_in
from edigate.ledger.tables import FLOW_ID_TAKEN, KEY_TAKEN, NUMBER, RUN_TO_DO, flows, invoices, runs, statuses
from edigate.pipeline.settle import Case, Original, Taken, key_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection, RowMapping

HOLD_RESTORED = "restored"
IN_PROGRESS, DECIDED, HELD, DUE = states.IN_PROGRESS, states.DECIDED, states.HELD, states.DUE
_NEVER = "9"
_FLOWS, _RUNS = insert(flows), insert(runs)
_FLOW = select(flows.c.id)
_UNDECIDED = select(runs.c.id).where(RUN_TO_DO)
_WAITING_SINCE = select(func.min(runs.c.due_at)).where(RUN_TO_DO, runs.c.state == DUE)
_ATTEMPT = update(runs).where(runs.c.id.in_(bindparam("ids", expanding=True))).values(attempts=runs.c.attempts + 1)


class Booking(NamedTuple):
    """One claimed file, safe in the archive; `in_turn` where it must be decided after what its partner sent before."""

    claim: str
    partner: str
    name: str
    flow_id: str | None
    interface: str | None
    sha256: str
    size: int
    archived: str
    incomplete: bool
    received_at: str
    in_turn: bool = False


class Bounds(NamedTuple):
    """How much a batch holds at most."""

    flows: int
    bytes: int


def book(connection: Connection, bookings: Iterable[Booking], together: int = jobs.FLOWS) -> None:
    """Enter deposits under their claim ids with their first runs; one that is there already is left as it is.

    On a shared ledger so many are decided `together`.
    """
    rows = list(bookings)
    if not rows:
        return
    there = {row["id"] for row in where_in(connection, _FLOW, flows.c.id, {b.claim for b in rows})}
    rows = [b for b in rows if b.claim not in there]
    if not rows:
        return
    fresh = [
        {
            "id": b.claim, "partner": b.partner, "name": b.name, "flow_id": b.flow_id, "interface": b.interface,
            "sha256": b.sha256, "size": b.size, "archived": b.archived, "incomplete": b.incomplete,
            "received_at": b.received_at, "state": IN_PROGRESS, "reserved": False, "run": f"{b.claim}-1",
        }
        for b in rows
    ]  # fmt: skip
    for_each(connection, _FLOWS, fresh)
    proof.booked(connection, fresh)
    for_each(
        connection,
        _RUNS,
        [
            {"id": f"{b.claim}-1", "flow": b.claim, "number": 1, "state": DUE, "due_at": b.received_at, "attempts": 0}
            for b in rows
        ],
    )
    wanted = (jobs.Wanted(f"{b.claim}-1", b.size, f"from {b.partner}" if b.in_turn else "") for b in rows)
    jobs.decide(connection, wanted, together=together)


def due(
    connection: Connection,
    now: str,
    *,
    at_most: Bounds,
    latest: str = _NEVER,
    only: Collection[str] | None = None,
    but: Collection[str] = (),
) -> list[RowMapping]:
    """Runs to examine now, oldest first, with their flows: bounded in number and bytes; a big one comes alone.

    Of these runs `only`, where they are given, and none of those in `but`.

    Only held ones wait for their time, and none past `latest`: that was set by a clock that ran ahead. What was held
    when the gate came out of a backup waits until it is released.
    """
    query = _COME if only is None else _COME.where(runs.c.id.in_(only))
    values = {"now": now, "latest": latest, "at_most": at_most.flows + len(but)}
    taken: list[str] = []
    total = 0
    for run, size in connection.execute(query, values).all():
        if run in but:
            continue
        total += size
        if taken and (total > at_most.bytes or len(taken) >= at_most.flows):
            break
        taken.append(run)
    rows = {row["run"]: row for row in where_in(connection, _WITH_FLOWS, runs.c.id, taken)}
    return [rows[run] for run in taken if run in rows]


# Most of them may be under way already: only the rows of those that are taken are read whole.
_COME = (
    select(runs.c.id, flows.c.size)
    .join(flows, runs.c.flow == flows.c.id)
    .where(
        RUN_TO_DO,
        or_(
            runs.c.state == DUE,
            runs.c.due_at <= bindparam("now"),
            (runs.c.due_at > bindparam("latest")) & (runs.c.hold_reason != HOLD_RESTORED),
        ),
    )
    .order_by(runs.c.due_at, runs.c.id)
    .limit(bindparam("at_most", type_=NUMBER))
)
_WITH_FLOWS = select(
    runs.c.id.label("run"), runs.c.number, runs.c.attempts, runs.c.deaths, runs.c.state.label("run_state"),
    runs.c.parent, flows.c.id.label("flow"), flows.c.partner, flows.c.name, flows.c.flow_id, flows.c.interface,
    flows.c.size, flows.c.archived, flows.c.incomplete, flows.c.received_at,
).join(flows, runs.c.flow == flows.c.id)  # fmt: skip


def count_to_do(connection: Connection) -> int:
    """How many runs are due or held."""
    return connection.execute(select(func.count()).select_from(runs).where(RUN_TO_DO)).scalar_one()


def waiting_since(connection: Connection) -> str | None:
    """When the oldest run came that nobody has looked at yet; held ones may wait for long."""
    return connection.execute(_WAITING_SINCE).scalar()


def count_attempts(connection: Connection, run_ids: Sequence[str]) -> None:
    """Count an attempt of each run before it starts (design §2, step 3)."""
    for ids in chunks(run_ids):
        connection.execute(_ATTEMPT, {"ids": ids})


def forget_attempts(connection: Connection, run_ids: Sequence[str], before: int = 0) -> None:
    """Take back an attempt that was cut short over something else; so many were counted `before`."""
    for ids in chunks(run_ids):
        connection.execute(update(runs).where(runs.c.id.in_(ids), RUN_TO_DO).values(attempts=before))


def count_death(connection: Connection, run_ids: Sequence[str]) -> None:
    """Note that a worker died over these runs."""
    connection.execute(update(runs).where(runs.c.id.in_(run_ids)).values(deaths=runs.c.deaths + 1))


def undecided(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Those of the runs that still wait for a decision."""
    return {row["id"] for row in where_in(connection, _UNDECIDED, runs.c.id, run_ids)}


def hold(
    connection: Connection, run: str, reason: str, detail: str, try_again_at: str, *, job_at: dt.datetime | None = None
) -> None:
    """Let a run wait, and its flow with it; it is due again, as if for the first time, at the time given.

    `job_at` is that time by the system's clock, for whoever is to decide on a shared ledger; None is for nobody.
    """
    values = {
        "state": HELD, "hold_reason": reason, "hold_detail": detail, "due_at": try_again_at, "attempts": 0, "deaths": 0,
    }  # fmt: skip
    moved = connection.execute(update(runs).where(runs.c.id == run, RUN_TO_DO).values(**values))
    if moved.rowcount:
        connection.execute(update(flows).where(flows.c.run == run).values(state=HELD))
        if job_at:
            jobs.decide(connection, [jobs.Wanted(run)], at=job_at)


def taken(connection: Connection, cases: Sequence[Case]) -> Taken:
    """What the ledger already holds of these cases' flow ids and invoice keys."""
    found = Taken()
    for row in where_in(connection, _FLOW_IDS, flows.c.flow_id, {c.flow_id for c in cases if c.flow_id}):
        found.flow_ids[row["flow_id"]] = Original(row["id"], row["name"], row["received_at"], row["verdict"])
    keys = {key_text(i) for c in cases for i in c.examination.invoices if i.accepted}
    for row in where_in(connection, _KEYS, invoices.c.key, {key for key in keys if key}):
        found.keys[row["key"]] = Original(
            row["flow"], row["name"], row["received_at"], row["verdict"], row["id"], row["recipient"], row["status"],
            row["cadre"], row["stage"], position=row["position"], entry=row["entry"], type_code=row["type_code"],
            burnt=row["burnt"],
        )  # fmt: skip
    replayed = {case.flow for case in cases if case.repeats}
    for row in where_in(connection, _INTEGRATED, invoices.c.flow, replayed):
        found.integrated.add((row["flow"], row["position"]))
    subjects.find(connection, cases, found)
    return found


_FLOW_IDS = select(flows.c.id, flows.c.flow_id, flows.c.name, flows.c.received_at, flows.c.verdict).where(FLOW_ID_TAKEN)
_REJECTED = exists().where(statuses.c.invoice == invoices.c.id, statuses.c.status == InvoiceStatus.REJECTED.value)
_KEYS = (
    select(
        invoices.c.key, invoices.c.flow, flows.c.name, flows.c.received_at, invoices.c.verdict, invoices.c.id,
        invoices.c.recipient, invoices.c.status, invoices.c.cadre, invoices.c.stage, invoices.c.position,
        invoices.c.entry, invoices.c.type_code, _REJECTED.label("burnt"),
    )
    .join(flows, flows.c.id == invoices.c.flow)
    .where(KEY_TAKEN)
)  # fmt: skip
_INTEGRATED = select(invoices.c.flow, invoices.c.position).where(invoices.c.verdict == "integrated")


def request_run(connection: Connection, flow: str, *, by: str, reason: str, now: str) -> str | None:
    """Ask for a new run of a decided flow, child of its last one; None where one is under way."""
    last = connection.execute(
        select(runs.c.id, runs.c.number, runs.c.state).where(runs.c.flow == flow).order_by(runs.c.number.desc())
    ).first()
    if last is None or last.state != DECIDED:
        return None
    run = f"{flow}-{last.number + 1}"
    row = {
        "id": run, "flow": flow, "number": last.number + 1, "parent": last.id, "state": DUE, "requested_by": by,
        "reason": reason, "due_at": now, "attempts": 0,
    }  # fmt: skip
    connection.execute(insert(runs), [row])
    connection.execute(update(flows).where(flows.c.id == flow).values(state=IN_PROGRESS, run=run))
    record(connection, "replay.requested", by, flow, at=now, run=run, reason=reason)
    jobs.decide(connection, [jobs.Wanted(run)])
    return run


def release(connection: Connection, flow_ids: Collection[str] | None, now: str) -> int:
    """Let held flows be tried again now, with their deaths forgotten; all of them for None. Returns how many."""
    chosen = RUN_TO_DO & (runs.c.state == HELD)
    if flow_ids is not None:
        chosen &= runs.c.flow.in_(flow_ids)
    # Sorted here: asked for the order, SQLite would walk all the runs in it.
    released = sorted(connection.execute(select(runs.c.id).where(chosen)).scalars())
    for ids in chunks(released):
        connection.execute(update(runs).where(runs.c.id.in_(ids)).values(due_at=now, attempts=0, deaths=0))
    jobs.decide(connection, map(jobs.Wanted, released))
    return len(released)


def next_due(connection: Connection, now: str) -> str | None:
    """When the next run that waits is due, after now."""
    return connection.execute(select(func.min(runs.c.due_at)).where(RUN_TO_DO, runs.c.due_at > now)).scalar()
