"""An embedded ledger copied into an empty one on PostgreSQL, in one transaction: all of it is there, or nothing.

What was copied is read back and compared before the commit, row by row through its digest.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from edigate.domain.interfaces import Carries
from edigate.engine.delivering import NOTE as OUTBOX
from edigate.ledger import events, jobs, notes, sequences, store
from edigate.ledger.clock import moment
from edigate.ledger.tables import RUN_TO_DO, flows, runs
from edigate.moving.contents import MOVED, TABLES, Chains, count, digest_of, embedded_rows, pour, server_rows
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import psycopg
    from sqlalchemy import Connection, RowMapping

    from edigate.domain.interfaces import Interface

    Progress = Callable[[str, int, int], None]

EVENT = "ledger.moved"
_EVERY = ", ".join(table.name for table in TABLES)
_PATIENT = "set local idle_in_transaction_session_timeout = 0"


@dataclass(slots=True)
class Copied:
    """What came to be in the new ledger: rows by table with their digests, chains by writer, runs that have a job."""

    tables: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    chains: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    runs: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """One move: its id, whose, by whom, when, where to; `outbox` is the mark of the folder that goes on being it."""

    id: str
    gate: str
    actor: str
    at: str
    to: str
    outbox: str = ""


def require_sound(source: Connection) -> None:
    """Raise Unmovable where rows refer to others that are missing, which PostgreSQL refuses."""
    found = source.exec_driver_sql("pragma foreign_key_check").first()
    if found is not None:
        raise Unmovable(Cause.DANGLING, f"{found[0]} → {found[2]}")


def moved_here(target: Connection) -> dict[str, Any] | None:
    """What the ledger on a server tells of the move that it came by: `move` and `copied`; None for any other."""
    found = notes.read(target, MOVED)
    return json.loads(found) if found is not None else None


def require_empty(target: Connection) -> None:
    """Raise Unmovable where anything is in this ledger."""
    filled = [name for name, rows in count(target).items() if rows]
    if filled:
        raise Unmovable(Cause.ANOTHER_LEDGER, ", ".join(filled))


def copy(
    source: Connection, target: Connection, move: Move, interfaces: Mapping[str, Interface], told: Progress
) -> Copied:
    """Fill an empty ledger, within the transaction that has just begun there. Raises Unmovable, ZeroByte."""
    session = cast("psycopg.Connection", target.connection.dbapi_connection)
    # Before anything is read: nobody can have put anything in since.
    target.exec_driver_sql(f"lock table {_EVERY} in exclusive mode")
    target.exec_driver_sql(_PATIENT)
    require_empty(target)
    copied, totals, chains = Copied(), count(source), Chains()
    for table in TABLES:
        poured = pour(session, table, embedded_rows(source, table), _telling(told, table.name, 0, totals))
        read = server_rows(session, table)
        found = digest_of(table, read, _telling(told, table.name, poured.rows, totals), chains)
        if found != poured:
            raise Unmovable(Cause.DIFFERENT, table.name)
        copied.tables[table.name], copied.digests[table.name] = found.rows, found.text
        target.exec_driver_sql(f"analyze {table.name}")
    copied.chains = {writer: number for writer, (number, _) in chains.ends.items()}
    copied.broken = chains.broken
    _set_numbers(source, target)
    copied.runs = _ask_for(target, interfaces)
    _sign(target, move, copied, chains)
    return copied


def _telling(told: Progress, name: str, before: int, totals: Mapping[str, int]) -> Callable[[int], None]:
    """Tells of a table's rows, each of which is written and then read again."""
    return lambda rows: told(name, before + rows, 2 * totals[name])


def _set_numbers(source: Connection, target: Connection) -> None:
    """No number and no id that was ever given is given again."""
    wanted = sequences.reached(source)
    for key, number in wanted.items():
        sequences.jump(target, key, number)
    with target.engine.connect() as apart:  # this transaction does not see the sequences made since it began
        reached = sequences.reached(apart)
    if behind := [key for key, number in wanted.items() if reached.get(key, 0) < number]:
        raise Unmovable(Cause.DIFFERENT, ", ".join(behind))
    for table in TABLES:
        if (column := table.autoincrement_column) is not None:
            target.exec_driver_sql(
                f"select setval(pg_get_serial_sequence('{table.name}', '{column.name}'), max({column.name}))"
                f" from {table.name} having max({column.name}) is not null"
            )


def _ask_for(target: Connection, interfaces: Mapping[str, Interface]) -> int:
    """Give every run that waits a job: those that are held at their time. Returns how many that are."""
    query = (
        select(
            runs.c.id, runs.c.number, runs.c.state, runs.c.due_at, runs.c.hold_reason, flows.c.partner, flows.c.size,
            flows.c.interface,
        )
        .join(flows, flows.c.id == runs.c.flow)
        .where(RUN_TO_DO)
        .order_by(runs.c.due_at, runs.c.id)
    )  # fmt: skip
    found = target.execute(query).mappings().all()
    jobs.decide(target, [_wanted(row, interfaces) for row in found if row["state"] == store.DUE])
    held = [row for row in found if row["state"] == store.HELD and row["hold_reason"] != store.HOLD_RESTORED]
    for at, together in groupby(held, key=lambda row: row["due_at"]):
        jobs.decide(target, [jobs.Wanted(row["id"], row["size"]) for row in together], at=moment(at))
    return len(found)


def _wanted(row: RowMapping, interfaces: Mapping[str, Interface]) -> jobs.Wanted:
    """As when it was booked, or asked for again: what a partner reports keeps its turn."""
    interface = interfaces.get(row["interface"] or "")
    in_turn = row["number"] == 1 and interface is not None and interface.carries is not Carries.INVOICES
    return jobs.Wanted(row["id"], row["size"], f"from {row['partner']}" if in_turn else "")


def _sign(target: Connection, move: Move, copied: Copied, chains: Chains) -> None:
    """Say in the new ledger where it is from; its audit log names the ends of the chains that it goes on from."""
    ends = {writer: {"number": number, "hash": hash_} for writer, (number, hash_) in chains.ends.items()}
    told = {"to": move.to, "rows": sum(copied.tables.values()), "digests": copied.digests, "ends": ends}
    events.record(target, EVENT, move.actor, move.gate, at=move.at, **told)
    if move.outbox:
        notes.write(target, OUTBOX, move.outbox)
    notes.write(target, MOVED, json.dumps({"move": asdict(move), "copied": asdict(copied)}, sort_keys=True))
