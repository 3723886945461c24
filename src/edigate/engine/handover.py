"""Steps 5 to 7 of a flow's way: place, publish, tell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from edigate.domain.names import LIFE_CYCLE, RECEIPT
from edigate.engine.decisions import validators_until
from edigate.engine.deposits import SYNCING_THREADS
from edigate.engine.rendering import Renderers
from edigate.ledger import deliveries, partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.partners import PartnerBook
    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()
LONGEST_PAUSE = dt.timedelta(hours=1)


def hand_over(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> int:
    """Place and publish all that is planned or placed, then tell the life cycles that came of it. Returns how many."""
    published = place_and_publish(gate, pool, pivots)
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
    tellable = [p.code for p in book.partners if p.active and p.life_cycle and LIFE_CYCLE in p.receives]
    with writing(gate.ledger) as connection:
        planned = deliveries.plan_life_cycles(connection, tellable, gate.settings.gate.code, stamp(gate.clock()))
    return published + (place_and_publish(gate, pool, {}) if planned else 0)


def place_and_publish(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> int:
    """Steps 5 and 6 for every delivery that is due. Returns how many were published."""
    place(gate, pool, pivots)
    return publish(gate)


def place(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """Render what is planned from the ledger's rows, write it under hidden names, sync, commit."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        rows = deliveries.to_do(connection, deliveries.PLANNED, _served(book), stamp(gate.clock()))
        if not rows:
            return
        renderers = Renderers(gate, pool, book, pivots, connection, rows)
    failed = _prepare(gate, rows)
    with ThreadPoolExecutor(SYNCING_THREADS) as threads:
        results = list(
            threads.map(lambda row: _stage(gate, row, renderers), (r for r in rows if r["id"] not in failed))
        )
    failures = [*failed.values(), *(result for result in results if isinstance(result, Failure))]
    staged = [result for result in results if not isinstance(result, Failure)]
    unsealed = _each_partner(gate.outbox.seal, [row for row, _, _ in staged])
    lost = {failure.row["id"] for failure in unsealed}
    with writing(gate.ledger) as connection:
        deliveries.mark_placed(connection, [(row["id"], *rest) for row, *rest in staged if row["id"] not in lost])
        _note_failures(gate, connection, [*failures, *unsealed])


class Failure:
    """A delivery that could not be placed or published, and why."""

    def __init__(self, row: RowMapping, error: Exception) -> None:
        """Keep the delivery's row and the error."""
        self.row = row
        self.error = error


def _prepare(gate: Gate, rows: Sequence[RowMapping]) -> dict[int, Failure]:
    failed: dict[int, Failure] = {}
    for partner in sorted({row["partner"] for row in rows}):
        try:
            gate.outbox.prepare(partner)
        except OSError as error:
            failed |= {row["id"]: Failure(row, error) for row in rows if row["partner"] == partner}
    return failed


def _stage(gate: Gate, row: RowMapping, renderers: Renderers) -> tuple[RowMapping, int, str] | Failure:
    try:
        size, sha256 = gate.outbox.stage(row["partner"], row["id"], renderers.pieces(row))
    except Exception as error:  # noqa: BLE001 - one file that cannot be rendered must not keep the others back
        return Failure(row, error)
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


def publish(gate: Gate) -> int:
    """Rename what is placed to its final name, sync the folders, commit. Returns how many."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        rows = deliveries.to_do(connection, deliveries.PLACED, _served(book), stamp(gate.clock()))
    if not rows:
        return 0
    renamed, vanished, failures = _rename(gate, rows)
    failures += _each_partner(gate.outbox.settle, renamed)
    unsettled = {failure.row["id"] for failure in failures}
    done = [row for row in renamed if row["id"] not in unsettled]
    with writing(gate.ledger) as connection:
        deliveries.mark_published(connection, [row["id"] for row in done], _times(gate, book), stamp(gate.clock()))
        deliveries.mark_vanished(connection, [failure.row["id"] for failure in vanished])
        _note_failures(gate, connection, [*failures, *vanished])
    for row in done:
        log.info("delivery.published", partner=row["partner"], file=row["name"])
    return len(done)


def _times(gate: Gate, book: PartnerBook) -> deliveries.Times:
    """By when validators have their say on what is published now, and receipts are to come."""
    hours = gate.settings.life_cycle.receipt_hours
    receipt = stamp(gate.clock() + dt.timedelta(hours=hours))
    awaited = [p.code for p in book.partners if hours and RECEIPT in p.deposits]
    return deliveries.Times(validators_until(gate), dict.fromkeys(awaited, receipt))


def _rename(gate: Gate, rows: Iterable[RowMapping]) -> tuple[list[RowMapping], list[Failure], list[Failure]]:
    """What now stands under its name; what was removed with its whole staging folder; what could not be renamed."""
    renamed, vanished, failures = [], [], []
    for row in rows:
        try:
            gate.outbox.publish(row["partner"], row["id"], row["name"])
            renamed.append(row)
        except FileNotFoundError as error:
            vanished.append(Failure(row, error))
        except OSError as error:
            failures.append(Failure(row, error))
    return renamed, vanished, failures


def _served(book: PartnerBook) -> list[str]:
    return [partner.code for partner in book.partners if partner.active]


def _note_failures(gate: Gate, connection: Connection, failures: Iterable[Failure]) -> None:
    first = dt.timedelta(seconds=gate.settings.outbox.retry_seconds)
    for failure in failures:
        row = failure.row
        pause = min(first * 2 ** min(row["failures"], 16), LONGEST_PAUSE)
        said = str(failure.error) if isinstance(failure.error, OSError) else repr(failure.error)
        deliveries.mark_failed(connection, row["id"], said, stamp(gate.clock() + pause))
        log.error("delivery.failed", partner=row["partner"], file=row["name"], error=said)
