"""Steps 3 and 4 of a flow's way: examine what is due in the workers, settle it in one transaction."""

from __future__ import annotations

import datetime as dt
import pickle
import sqlite3
import traceback
from dataclasses import replace
from functools import lru_cache
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from edigate.domain.cadres import CADRES
from edigate.domain.outcomes import Verdict
from edigate.engine.aside import room_in
from edigate.engine.pool import Broke, CannotStart, Died
from edigate.engine.worker import Item, Share, Waits
from edigate.ledger import deadlines, journal, notes, partners, settlement, store
from edigate.ledger.clock import moment, stamp, system_clock
from edigate.ledger.database import written
from edigate.ledger.deliveries import PivotLimits
from edigate.observability.timing import timed
from edigate.pipeline.answers import Terms as JudgedBy
from edigate.pipeline.examine import Part
from edigate.pipeline.settle import Case, decide

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping
    from structlog.typing import FilteringBoundLogger

    from edigate.domain.partners import PartnerBook
    from edigate.domain.verdicts import Content, Examination
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool
    from edigate.pipeline.settle import Decision

    Pair = tuple[RowMapping, Examination | Waits]
    """A run, and what was found of it."""
    Piece = list[Pair]

log = structlog.get_logger()
LONE_DEATHS = 2
LONE_KILLS = 5
ATTEMPTS = 20
CLOCKS = dt.timedelta(seconds=1)
"""How far those of a gate's machines may differ."""
SHARES_PER_WORKER = 4
_PRIMARY = 0xFF  # of a code of SQLite's; the rest says more of it
# After one of these a flow that is alone is tried again, not held at once.
_TRIED_AGAIN = (OperationalError, InterfaceError, OSError, MemoryError)
# Every worker that shares an archive unpacks all of it: a twentieth of the work on a document without attachments.
MOST_AMONG = 4
FEW = 8
SHARED_FROM = 20_000  # packed: five hundred invoices that are much alike may be no more than 50 kB


def take_due(
    gate: Gate, pool: Pool, only: Collection[str] | None = None, but: Collection[str] = ()
) -> list[RowMapping]:
    """The runs of the next batch, their attempts counted: fresh ones together, one that was tried before alone.

    Of these runs `only`, where they are given: the others are decided elsewhere. None of those in `but`, which are
    under way already: one that must be tried alone waits until there are none.

    The order of booking is kept: what comes after a run that must be tried alone waits for it, as it may repeat it.
    """
    bounds, now = gate.settings.intake, gate.clock()
    pause = dt.timedelta(seconds=gate.settings.engine.held_retry_seconds)
    latest = stamp(now + pause)
    if only is not None:  # the clock of whoever named them may be ahead of this machine's
        now += min(CLOCKS, pause / 2)
    with gate.ledger.connect() as connection:
        rows = store.due(
            connection, stamp(now), at_most=store.Bounds(bounds.batch_flows, bounds.batch_bytes), latest=latest,
            only=only, but=but,
        )  # fmt: skip
    batch = list(takewhile(lambda row: not row["attempts"], rows)) or ([] if but else rows[:1])
    if batch:
        if not but:
            pool.start()  # before the attempt is counted: a gate that ends meanwhile did not end over these flows
        written(gate.ledger, store.count_attempts, [row["run"] for row in batch])
    return batch


def examine(gate: Gate, pool: Pool, batch: Sequence[RowMapping]) -> Iterator[Pair]:
    """What the workers find, in the order of the batch, as soon as they have found it.

    Runs over which a worker died, and those behind them, are left due: to be tried alone, or held in the end.
    """
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        directory = notes.read(connection, notes.DIRECTORY_VERSION)
    if directory is None:
        yield from ((row, Waits("no_directory", "")) for row in batch)
        return
    if batch[0]["attempts"] >= ATTEMPTS:
        yield from ((row, Waits("gate_died", str(row["attempts"]))) for row in batch)
        return
    left = {row["run"]: row for row in batch}
    parts = list(_parts([_item(gate, row) for row in batch], pool.count))
    pickled, room = _pickled(book), room_in(len(parts))
    try:
        for run, found in pool.examine([Share(pickled, directory, part, room) for part in parts]):
            yield left.pop(run), found
    except Died as died:
        yield from _after_death(gate, left, died, alone=len(batch) == 1)
    except Broke as broke:
        if len(batch) == 1:
            yield batch[0], Waits("internal_error", str(broke))


def in_pieces(gate: Gate, pool: Pool, batch: Sequence[RowMapping]) -> Generator[Piece, None, None]:
    """What `examine` finds, in pieces that are settled each by itself, as soon as one is whole.

    One has as many invoices as a batch may have flows, or little more: what a transaction settles does not grow with
    what archives hold.
    """
    piece: Piece = []
    count = 0
    for row, found in examine(gate, pool, batch):
        piece.append((row, found))
        count += 1 if isinstance(found, Waits) else max(1, len(found.invoices), len(found.statuses))
        if count >= gate.settings.intake.batch_flows:
            yield piece
            piece, count = [], 0
    if piece:
        yield piece


def next_of(pieces: Iterator[Piece]) -> Piece:
    """The next one, waited for; empty where there is none any more."""
    with timed("examine") as waiting:
        piece = next(pieces, [])
        waiting.worth = bool(piece)
    return piece


@lru_cache(maxsize=1)
def _pickled(book: PartnerBook) -> bytes:
    return pickle.dumps(book)


def _item(gate: Gate, row: RowMapping) -> Item:
    received_on = moment(row["received_at"]).astimezone(gate.zone).date()
    return Item(row["run"], row["archived"], row["name"], row["partner"], received_on, row["size"], row["incomplete"])


def _parts(items: Sequence[Item], workers: int) -> Iterator[tuple[Item, ...]]:
    """Several runs to a share; where there are few, what may be a large archive is shared out among the workers.

    Only so many of those are as there are workers, the last: before them there is enough to do for all.
    """
    among = min(workers, MOST_AMONG) if len(items) < workers * FEW else 1
    size = max(1, -(-len(items) // (workers * SHARES_PER_WORKER)))
    large = [item.run for item in items if among > 1 and item.size >= SHARED_FROM][-workers:]
    for shared, stretch in groupby(items, key=lambda item: item.run in large):
        some = tuple(stretch)
        if shared:
            yield from ((replace(item, part=Part(number, among)),) for item in some for number in range(among))
        else:
            yield from (some[start : start + size] for start in range(0, len(some), size))


def _after_death(gate: Gate, left: dict[str, RowMapping], died: Died, *, alone: bool) -> Iterator[Pair]:
    """In company a death proves nothing: suspects are tried alone, the others together again; alone it counts.

    A worker that somebody else killed says less of the document than one that ended by itself.
    """
    log.warning("worker.died", runs=len(died.suspects), killed=died.killed)
    counts = alone and left.keys() <= died.suspects and died.begun
    innocent = [run for run in left if run not in died.suspects]
    written(gate.ledger, _count, innocent, list(left) if counts else [])
    for run in died.suspects & left.keys():
        log.warning("flow.alone", run=run)
    enough = LONE_KILLS if died.killed else LONE_DEATHS
    if counts and all(row["deaths"] + 1 >= enough for row in left.values()):
        yield from ((row, Waits("worker_died", "")) for row in left.values())


def _count(connection: Connection, innocent: Sequence[str], dead: Sequence[str]) -> None:
    store.forget_attempts(connection, innocent)
    store.count_death(connection, dead)


def of_the_world(error: Exception) -> bool:
    """Whether an error says nothing of the flows at hand: the disk, the ledger's file, workers that do not start.

    Where SQLite cannot carry out a statement it may well be over what it is about.
    """
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY != sqlite3.SQLITE_ERROR
    return isinstance(error, OSError | CannotStart)


def pass_time(gate: Gate, until: str | None = None) -> int:
    """Carry out the deadlines that have come, `until` now or before: validators' and receipts'. Returns how many.

    What came before a deadline is heard before it: time stands still at the oldest deposit that is not decided.
    """
    now = stamp(gate.clock()) if until is None else min(until, stamp(gate.clock()))
    with gate.ledger.connect() as connection:
        now = min(now, store.waiting_since(connection) or now)
        if not deadlines.any_due(connection, now):
            return 0
    return written(gate.ledger, _pass_time, gate, now)


def _pass_time(connection: Connection, gate: Gate, now: str) -> int:
    book, limits = partners.load_book(connection), _pivot_limits(gate)
    terms = deadlines.Terms(gate.settings.gate.code, book, limits, validators_until(gate))
    return deadlines.pass_time(connection, terms, now)


def validators_until(gate: Gate) -> dict[str, str]:
    """By cadre: until when a validator has his say whose time begins now."""
    settings, now = gate.settings.life_cycle, gate.clock()
    days = {True: settings.subcontracting_days, False: settings.co_contracting_days}
    by = {key: stamp(now + dt.timedelta(days=count)) for key, count in days.items()}
    return {cadre.code: by[cadre.goes_on_unvalidated] for cadre in CADRES.values() if cadre.waits}


def _pivot_limits(gate: Gate) -> PivotLimits:
    return PivotLimits(gate.settings.pivots.invoices, gate.settings.pivots.bytes)


def settle(gate: Gate, examined: Sequence[Pair]) -> tuple[tuple[Decision, ...], dict[int, Content]]:
    """Make the batch's decisions final, in the order of booking. Returns them and the pivots, by invoice id.

    A flow that is alone and cannot be settled for a reason of its own is held: it must neither pass nor be refused, nor
    keep the others back.
    """
    try:
        decisions, pivots, held = written(gate.ledger, _settle, gate, examined)
    except _TRIED_AGAIN:
        raise
    except Exception as error:
        # A server also ends the session of a process that was stopped within its transaction.
        if len(examined) != 1 or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise
        waits = Waits("internal_error", traceback.format_exc())
        decisions, pivots, held = written(gate.ledger, _settle, gate, [(examined[0][0], waits)])
    for row, found in held:
        log.warning("flow.held", flow=row["name"], reason=found.reason, detail=found.detail)
    _tell(log.bind(), decisions)
    return tuple(decisions), pivots


def _tell(log: FilteringBoundLogger, decisions: Iterable[Decision]) -> None:
    """Log what was decided; the logger is bound once for all, since that is when it is looked up what is logged."""
    for decision in decisions:
        verdicts = [one.verdict for one in decision.invoices if not one.untouched]
        log.info(
            "flow.decided", flow=decision.case.name, run=decision.case.run, verdict=decision.verdict.value,
            interface=decision.case.interface, integrated=verdicts.count(Verdict.INTEGRATED),
            rejected=verdicts.count(Verdict.REJECTED),
        )  # fmt: skip


def _settle(
    connection: Connection, gate: Gate, examined: Sequence[Pair]
) -> tuple[list[Decision], dict[int, Content], list[tuple[RowMapping, Waits]]]:
    """Decisions, pivots and what is held. A number that another transaction reserved meanwhile is found in the next."""
    now = stamp(gate.clock())
    cases: list[tuple[Case, str]] = []
    held: list[tuple[RowMapping, Waits]] = []
    decisions: list[Decision] = []
    pivots: dict[int, Content] = {}
    book = partners.load_book(connection)
    undecided = store.undecided(connection, [row["run"] for row, _ in examined])
    for row, found in sorted(examined, key=lambda pair: pair[0]["run"]):
        if row["run"] not in undecided:
            continue
        if isinstance(found, Waits):
            _hold(gate, connection, row, found)
            held.append((row, found))
        else:
            cases.append((_case(row, found, book), row["partner"]))
    code, limits = gate.settings.gate.code, _pivot_limits(gate)
    terms = settlement.Terms(code, book, gate.interfaces, limits, validators_until(gate))
    # A status may free the number that the next flow uses: each stretch of one kind sees what came before it.
    for _, stretch in groupby(cases, key=lambda pair: pair[0].reports):
        decided = _decide(gate, connection, list(stretch), terms, now)
        decisions += decided[0]
        pivots |= decided[1]
    return decisions, pivots, held


def _decide(
    gate: Gate, connection: Connection, cases: Sequence[tuple[Case, str]], terms: settlement.Terms, now: str
) -> tuple[tuple[Decision, ...], dict[int, Content]]:
    alone = [case for case, _ in cases]
    judged_by = JudgedBy(terms.book, gate.settings.life_cycle.recycle_is_rejection)
    decisions = decide(alone, store.taken(connection, alone), gate.zone, judged_by)
    depositors = [depositor for _, depositor in cases]
    return decisions, settlement.write(connection, list(zip(decisions, depositors, strict=True)), terms, now)


def _case(row: RowMapping, found: Examination, book: PartnerBook) -> Case:
    return Case(
        row["run"], row["flow"], row["name"], row["received_at"], row["flow_id"], row["interface"], found,
        book.get(row["partner"]),
    )  # fmt: skip


def _hold(gate: Gate, connection: Connection, row: RowMapping, found: Waits) -> None:
    pause = dt.timedelta(seconds=gate.settings.engine.held_retry_seconds)
    again = stamp(gate.clock() + pause)
    store.hold(connection, row["run"], found.reason, found.detail, again, job_at=system_clock() + pause)
    journal.note(connection, "flow.held", row["flow"], at=stamp(gate.clock()), run=row["run"], reason=found.reason)
