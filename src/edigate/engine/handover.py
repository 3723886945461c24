"""Steps 5 to 7 of a flow's way: place, publish, tell.

Every file is placed in the gate's own outbox. What goes to a partner's server is sent on from there (`engine.sending`).
"""

from __future__ import annotations

import datetime as dt
import errno
import sqlite3
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.domain.names import LIFE_CYCLE, RECEIPT
from edigate.engine import put_by
from edigate.engine.decisions import validators_until
from edigate.engine.deposits import SYNCING_THREADS
from edigate.engine.rendering import NotRendered, Renderers
from edigate.ledger import afterwards, deliveries, journal, partners, proof, servers, ways
from edigate.ledger.archive import Unreachable
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.syncing import shared_sync
from edigate.remote.trouble import RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping
    from structlog.typing import FilteringBoundLogger

    from edigate.domain.partners import PartnerBook
    from edigate.domain.servers import Server
    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool
    from edigate.ledger.syncing import SharedSync

log = structlog.get_logger()
Sure: TypeAlias = "Callable[[], bool]"
"""Asked before files are shown, and before it is noted what was placed or shown: whether their partners are still this
process's to serve. Raises Unreachable where the outbox is not there."""
PORTION = 1000
"""Files that are placed or published at once: a partner's backlog may be as long as it likes."""
OF_THE_FILE = {errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST, errno.ENAMETOOLONG}


def alone() -> bool:
    """What is sure where nobody else may serve a partner."""
    return True


def hand_over(
    gate: Gate,
    pool: Pool,
    pivots: Mapping[int, Content],
    only: Collection[str] | None = None,
    *,
    sure: Sure = alone,
) -> int:
    """Place and publish all that is planned or placed, then tell the life cycles that came of it. Returns how many.

    For these partners `only`, where they are given: others are served elsewhere.
    """
    published = place_and_publish(gate, pool, pivots, only, sure=sure)
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
    tellable = tellable_among(book, only)
    code = gate.settings.gate.code
    planned = written(gate.ledger, deliveries.plan_life_cycles, tellable, code, stamp(gate.clock()))
    return published + (place_and_publish(gate, pool, {}, only, sure=sure) if planned else 0)


def tellable_among(book: PartnerBook, only: Collection[str] | None = None) -> list[str]:
    """The partners that life cycles are told to."""
    served = active(book, only)
    return [p.code for p in book.partners if p.code in served and p.life_cycle and LIFE_CYCLE in p.receives]


def place_and_publish(
    gate: Gate,
    pool: Pool,
    pivots: Mapping[int, Content],
    only: Collection[str] | None = None,
    *,
    sure: Sure = alone,
) -> int:
    """Steps 5 and 6 for every delivery that is due. Returns how many were published."""
    place(gate, pool, pivots, only, sure=sure)
    return publish(gate, only, sure=sure)


def place(
    gate: Gate,
    pool: Pool,
    pivots: Mapping[int, Content],
    only: Collection[str] | None = None,
    *,
    sure: Sure = alone,
) -> None:
    """Render what is planned from the ledger's rows, write it under hidden names, sync, commit; a portion at a time."""
    last = 0
    while rows := _place_some(gate, pool, pivots, only, last, sure):
        last = rows[-1]["id"]
        if len(rows) < PORTION:
            return


def _place_some(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content], only: Collection[str] | None, after: int, sure: Sure
) -> list[RowMapping]:
    """Place the first of what is planned after this one; what was to be placed."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        remote = served_remotely(servers.load(connection))
        now = stamp(gate.clock())
        here = active(book, only) - (ways.closed(connection, ways.PUT, now) - remote)
        rows = deliveries.to_do(connection, deliveries.PLANNED, here, now, PORTION, after=after)
        if not rows:
            return []
        renderers = Renderers(gate, pool, book, pivots, connection, rows)
    with shared_sync(gate.places.root, len(rows), relaxed=gate.settings.engine.relaxed) as shared:
        staged, failed = _write(gate, rows, renderers, shared)
    if not sure():
        return []
    written(gate.ledger, _placed, gate, staged, failed)
    if gate.settings.ledger.url:
        put_by.forget(gate, [row for row, _, _ in staged])
    return rows


def _placed(
    connection: Connection, gate: Gate, staged: Sequence[tuple[RowMapping, int, str]], failed: Sequence[Failure]
) -> None:
    placed = deliveries.mark_placed(connection, [(row["id"], size, sha256) for row, size, sha256 in staged])
    proof.placed(connection, placed, at=stamp(gate.clock()))
    planned = deliveries.planned_of(connection, [failure.row["id"] for failure in failed])
    # What is no longer planned was placed by whoever serves its partner by now: nothing of it failed.
    note_failures(gate, connection, [failure for failure in failed if failure.row["id"] in planned])


def _write(
    gate: Gate, rows: Sequence[RowMapping], renderers: Renderers, shared: SharedSync
) -> tuple[list[tuple[RowMapping, int, str]], list[Failure]]:
    """Have these files on the disk under their hidden names; those that are, with size and SHA-256, and the others."""
    failed = _each_partner(gate.outbox.prepare, rows)
    unready = {failure.row["id"] for failure in failed}
    covered = _covered(gate, shared, {row["partner"] for row in rows})
    together: list[RowMapping] = []
    apart: list[RowMapping] = []
    for row in rows:
        if row["id"] not in unready:
            (together if row["partner"] in covered else apart).append(row)
    results = [_stage(gate, row, renderers, synced=False) for row in together]
    if len(apart) > 1:
        with ThreadPoolExecutor(SYNCING_THREADS) as threads:
            results += threads.map(lambda row: _stage(gate, row, renderers, synced=True), apart)
    else:
        results += [_stage(gate, row, renderers, synced=True) for row in apart]
    failed += [result for result in results if isinstance(result, Failure)]
    staged = [result for result in results if not isinstance(result, Failure)]
    unsealed = _sealed(gate.outbox.seal, [row for row, _, _ in staged], covered, shared)
    lost = {failure.row["id"] for failure in unsealed}
    return [one for one in staged if one[0]["id"] not in lost], [*failed, *unsealed]


def _covered(gate: Gate, shared: SharedSync, partners: Iterable[str]) -> set[str]:
    """The partners whose outboxes are synced with all else that a batch writes; a folder that is gone is not."""
    covered = set()
    for partner in partners:
        with suppress(OSError):
            if shared.covers(gate.outbox.root / partner):
                covered.add(partner)
    return covered


def _sealed(
    step: Callable[[str], None], rows: Sequence[RowMapping], covered: Collection[str], shared: SharedSync
) -> list[Failure]:
    """Sync what was written of these rows: each partner's folder by itself, or all together; those that are not."""
    together = [row for row in rows if row["partner"] in covered]
    failures = _each_partner(step, [row for row in rows if row["partner"] not in covered])
    try:
        if together:
            shared.run()
    except OSError as error:
        failures += [Failure(row, error) for row in together]
    return failures


def served_remotely(found: Mapping[str, Server]) -> set[str]:
    """The partners whose files are uploaded to servers of their own."""
    return {partner for partner, server in found.items() if server.put_into}


def active(book: PartnerBook, only: Collection[str] | None = None) -> set[str]:
    """The partners that files are handed to, among these `only` where they are given."""
    return {p.code for p in book.partners if p.active and (only is None or p.code in only)}


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery that could not be placed or published, and why.

    `own` is a failure of this file and not of the way to its partner; `hopeless` one that no other try will mend.
    """

    row: RowMapping
    error: Exception
    own: bool = False
    hopeless: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is one of the tries that a file has; an archive that is out of reach is nothing of the file's."""
        return self.own and not isinstance(self.error, Unreachable)

    @property
    def said(self) -> str:
        """The reason, for the ledger and whoever looks."""
        return said(self.error)


def said(error: Exception) -> str:
    """What an error says to people: in its own words where it is of the world, as it is written where it is ours."""
    foreseen = isinstance(error, OSError | RemoteTrouble | SQLAlchemyError | sqlite3.Error)
    if isinstance(error, SQLAlchemyError):
        error = getattr(error, "orig", None) or error
    return (str(error) if foreseen else "") or repr(error)


def _stage(gate: Gate, row: RowMapping, renderers: Renderers, *, synced: bool) -> tuple[RowMapping, int, str] | Failure:
    try:
        size, sha256 = gate.outbox.stage(row["partner"], row["id"], renderers.pieces(row), synced=synced)
    except (NotRendered, Unreachable, SQLAlchemyError, MemoryError) as error:
        return Failure(row, error, own=True)
    except OSError as error:
        return Failure(row, error)
    except Exception as error:  # noqa: BLE001 - one file that cannot be rendered must not keep the others back
        return Failure(row, error, own=True, hopeless=True)
    return row, size, sha256


def _each_partner(step: Callable[[str], None], rows: Iterable[RowMapping]) -> list[Failure]:
    """Take a step for each partner of these rows; the rows of those for whom it failed."""
    by_partner: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        by_partner[row["partner"]].append(row)
    failures = []
    for partner, own in by_partner.items():
        try:
            step(partner)
        except OSError as error:
            failures += [Failure(row, error) for row in own]
    return failures


def publish(gate: Gate, only: Collection[str] | None = None, *, sure: Sure = alone) -> int:
    """Rename what is placed to its final name, sync the folders, commit. Returns how many.

    Each partner's in the order of planning: what fails keeps those behind it waiting, until it goes or is set aside.
    """
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        closed = ways.closed(connection, ways.PUT, stamp(gate.clock()))
        here = active(book, only) - served_remotely(servers.load(connection)) - closed
    count = 0
    while True:
        with gate.ledger.connect() as connection:
            now = stamp(gate.clock())
            rows = deliveries.to_do(connection, deliveries.PLACED, here, now, PORTION)
            going = deliveries.going(connection, rows, here, now)
        free = _left_by_servers(gate, going)
        if free and not sure():
            return count
        done = _publish_these(gate, book, free, sure) if free else set()
        count += len(done)
        if len(rows) < PORTION:
            return count
        with gate.ledger.connect() as connection:
            # Those one of whose files stays have had their turn: what is behind it must not pass it.
            stopped = {row["partner"] for row in going if row["id"] not in done}
            here = deliveries.with_turn(connection, here - stopped, stamp(gate.clock()))


def _publish_these(gate: Gate, book: PartnerBook, rows: Sequence[RowMapping], sure: Sure) -> set[int]:
    """The same for these files; those that went, as far as it is for this process to say so."""
    partners_of = {row["partner"] for row in rows}
    with shared_sync(gate.places.root, len(partners_of), relaxed=gate.settings.engine.relaxed) as shared:
        renamed, vanished, failures = _rename(gate, rows)
        failures += _sealed(gate.outbox.settle, renamed, _covered(gate, shared, partners_of), shared)
    unsettled = {failure.row["id"] for failure in failures}
    done = [row for row in renamed if row["id"] not in unsettled]
    if not sure():
        return set()
    written(gate.ledger, _published, gate, book, done, failures, vanished)
    tell_published(done)
    return {row["id"] for row in done}


def _published(
    connection: Connection,
    gate: Gate,
    book: PartnerBook,
    done: Sequence[RowMapping],
    failures: Sequence[Failure],
    vanished: Sequence[Failure],
) -> None:
    deliveries.mark_not_renamed(connection, [row["id"] for row in done if row["uploaded_at"]])
    published(gate, connection, book, done)
    deliveries.mark_vanished(connection, [failure.row["id"] for failure in vanished])
    note_failures(gate, connection, [*failures, *vanished])


def _left_by_servers(gate: Gate, rows: Iterable[RowMapping]) -> list[RowMapping]:
    """Without what may just be renamed on a server that was taken away from its partner, and what comes after it."""
    now = gate.clock()
    since = stamp(now - dt.timedelta(seconds=2 * gate.settings.sftp.silence_seconds))
    left, stopped = [], set()
    for row in rows:
        if row["uploaded_at"] and since <= row["uploaded_at"] <= stamp(now):
            stopped.add(row["partner"])
        if row["partner"] not in stopped:
            left.append(row)
    return left


def published(gate: Gate, connection: Connection, book: PartnerBook, rows: Sequence[RowMapping]) -> None:
    """Commit that these files stand under their names; the ways to their partners work."""
    deliveries.mark_published(connection, [row["id"] for row in rows], _times(gate, book), stamp(gate.clock()))
    for partner in {row["partner"] for row in rows} & ways.failing(connection, ways.PUT):
        ways.worked(connection, partner, ways.PUT, stamp(gate.clock()))


def tell_published(rows: Iterable[RowMapping], *, at: str = "outbox") -> None:
    """Log what was handed over: in the gate's own `outbox`, or at a partner's `server`."""
    _tell(log.bind(), rows, at)


def _tell(log: FilteringBoundLogger, rows: Iterable[RowMapping], at: str) -> None:
    for row in rows:
        log.info(
            "delivery.published", partner=row["partner"], kind=row["kind"], file=row["name"], size=row["size"],
            run=row["run"], at=at,
        )  # fmt: skip


def _times(gate: Gate, book: PartnerBook) -> deliveries.Times:
    """By when validators have their say on what is published now, and receipts are to come."""
    hours = gate.settings.life_cycle.receipt_hours
    receipt = stamp(gate.clock() + dt.timedelta(hours=hours))
    awaited = [p.code for p in book.partners if hours and RECEIPT in p.deposits]
    return deliveries.Times(validators_until(gate), dict.fromkeys(awaited, receipt))


def _rename(gate: Gate, rows: Iterable[RowMapping]) -> tuple[list[RowMapping], list[Failure], list[Failure]]:
    """What now stands under its name; what was removed with its whole staging folder; what could not be renamed.

    After a failure the partner's others are left for another round.
    """
    renamed, vanished, failures = [], [], []
    stopped: set[str] = set()
    for row in rows:
        if row["partner"] in stopped:
            continue
        try:
            gate.outbox.publish(row["partner"], row["id"], row["name"])
            renamed.append(row)
        except FileNotFoundError as error:
            vanished.append(Failure(row, error))
        except OSError as error:
            stopped.add(row["partner"])
            failures.append(Failure(row, error, own=error.errno in OF_THE_FILE))
    return renamed, vanished, failures


def patience(gate: Gate) -> ways.Patience:
    """How failures on the ways to partners are borne."""
    return ways.Patience(gate.settings.outbox.retry_seconds, gate.settings.outbox.breaker_failures)


def note_failures(gate: Gate, connection: Connection, failures: Iterable[Failure]) -> None:
    """Keep what failed and when it is tried again: the file itself, set aside after so many tries, or its way."""
    settings, now = gate.settings.outbox, gate.clock()
    again: dict[str, dt.datetime] = {}
    for failure in failures:
        row, partner, said = failure.row, failure.row["partner"], failure.said
        tries = row["failures"] + 1
        if failure.hopeless or (failure.counts and tries >= settings.tries):
            deliveries.set_aside(connection, row, said, stamp(now))
            afterwards.say(
                connection, log.error, "delivery.dead", partner=partner, file=row["name"], error=said, tries=tries
            )
            continue
        if failure.own:
            next_try = now + ways.pause_after(tries, settings.retry_seconds)
            deliveries.mark_failed(connection, row["id"], said, stamp(next_try))
            journal.note(connection, "delivery.failed", row["name"], at=stamp(now), delivery=row["id"], error=said)
        else:
            if partner not in again:
                again[partner] = ways.failed(connection, partner, ways.PUT, said, now=now, patience=patience(gate))
            deliveries.mark_kept_back(connection, row["id"], said, stamp(again[partner]))
        afterwards.say(connection, log.error, "delivery.failed", partner=partner, file=row["name"], error=said)
