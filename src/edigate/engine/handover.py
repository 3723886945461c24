"""Steps 5 to 7 of a flow's way: place, publish, tell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select

from edigate.domain.names import FlowName, parse_name
from edigate.domain.verdicts import Content, Verdict
from edigate.emitters import pivot
from edigate.engine.deposits import SYNCING_THREADS
from edigate.engine.pool import Died
from edigate.ledger import deliveries, partners
from edigate.ledger.archive import Altered
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.ledger.faults_json import load
from edigate.ledger.sql import where_in
from edigate.ledger.tables import flows, invoices, runs
from edigate.pipeline import returns
from edigate.routing import Addressee

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.partners import PartnerBook
    from edigate.emitters.envelope import Header
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()
CHUNK = 1 << 20
LONGEST_PAUSE = dt.timedelta(hours=1)


def hand_over(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> int:
    """Place and publish all that is planned or placed, then tell the life cycles that came of it. Returns how many."""
    published = place_and_publish(gate, pool, pivots)
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
    tellable = [p.code for p in book.partners if p.active and p.life_cycle and deliveries.LIFE_CYCLE in p.receives]
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
    written = [result for result in results if not isinstance(result, Failure)]
    failures = [*failed.values(), *(result for result in results if isinstance(result, Failure))]
    by_id = {row["id"]: row for row in rows}
    for partner in {by_id[i]["partner"] for i, _, _ in written}:
        gate.outbox.seal(partner)
    with writing(gate.ledger) as connection:
        deliveries.mark_placed(connection, written)
        _note_failures(gate, connection, failures)


class NotRendered(OSError):
    """What a delivery holds cannot be rendered now."""


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


def _stage(gate: Gate, row: RowMapping, renderers: Renderers) -> tuple[int, int, str] | Failure:
    try:
        size, sha256 = gate.outbox.stage(row["partner"], row["id"], renderers.pieces(row))
    except OSError as error:
        return Failure(row, error)
    return row["id"], size, sha256


def publish(gate: Gate) -> int:
    """Rename what is placed to its final name, sync the folders, commit. Returns how many."""
    with gate.ledger.connect() as connection:
        book = partners.load_book(connection)
        rows = deliveries.to_do(connection, deliveries.PLACED, _served(book), stamp(gate.clock()))
    done, failures = [], []
    for row in rows:
        try:
            gate.outbox.publish(row["partner"], row["id"], row["name"])
            done.append(row)
        except OSError as error:
            failures.append(Failure(row, error))
    for partner in {row["partner"] for row in done}:
        gate.outbox.settle(partner)
    if rows:
        with writing(gate.ledger) as connection:
            deliveries.mark_published(connection, [row["id"] for row in done], stamp(gate.clock()))
            _note_failures(gate, connection, failures)
    for row in done:
        log.info("delivery.published", partner=row["partner"], file=row["name"])
    return len(done)


def _served(book: PartnerBook) -> list[str]:
    return [partner.code for partner in book.partners if partner.active]


def _note_failures(gate: Gate, connection: Connection, failures: Iterable[Failure]) -> None:
    first = dt.timedelta(seconds=gate.settings.outbox.retry_seconds)
    for failure in failures:
        row = failure.row
        pause = min(first * 2 ** min(row["failures"], 16), LONGEST_PAUSE)
        deliveries.mark_failed(connection, row["id"], str(failure.error), stamp(gate.clock() + pause))
        log.error("delivery.failed", partner=row["partner"], file=row["name"], error=str(failure.error))


class Renderers:
    """All that a batch of planned deliveries is rendered from, read from the ledger at once."""

    def __init__(
        self,
        gate: Gate,
        pool: Pool,
        book: PartnerBook,
        pivots: Mapping[int, Content],
        connection: Connection,
        rows: Sequence[RowMapping],
    ) -> None:
        """Gather rows by kind; pivots that are not at hand are rendered again from the archive."""
        self._gate = gate
        self._names = {partner.code: partner.name for partner in book.partners}
        self._languages = {partner.code: partner.language for partner in book.partners}
        self._runs = _runs(connection, [r["run"] for r in rows if r["kind"] == "report"])
        self._rejected = _rejected(connection, self._runs)
        self._told = deliveries.told(connection, [r["id"] for r in rows if r["kind"] == "life_cycle"])
        self._held = deliveries.contents(connection, [r["id"] for r in rows if r["kind"] == "pivot"])
        wanted = [invoice for held in self._held.values() for invoice in held]
        self._pivots = dict(pivots) | _missing(gate, pool, connection, [i for i in wanted if i["id"] not in pivots])
        self._kinds: dict[str, Callable[[RowMapping, Header], Iterator[bytes]]] = {
            "report": self._report,
            "life_cycle": self._life_cycle,
            "pivot": self._pivot,
        }

    def pieces(self, row: RowMapping) -> Iterator[bytes]:
        """The bytes of one delivery, in order."""
        yield from self._kinds[row["kind"]](row, self._header(row))

    def _header(self, row: RowMapping) -> Header:
        name = parse_name(row["name"])
        if not isinstance(name, FlowName):
            raise TypeError(row["name"])
        return returns.header(
            name,
            gate=self._gate.settings.gate.code,
            gate_name=self._gate.settings.gate.name,
            partner_name=self._names[row["partner"]],
            produced_at=moment(row["planned_at"]).astimezone(self._gate.zone).replace(microsecond=0),
        )

    def _report(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        run = self._runs[row["run"]]
        yield returns.report(
            header,
            run,
            load(run["faults"]),
            [(invoice, load(invoice["faults"])) for invoice in self._rejected.get(run["id"], [])],
            interface=row["interface"],
            language=self._languages[row["partner"]],
        )

    def _life_cycle(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        yield returns.life_cycle(header, self._told[row["id"]], self._gate.zone)

    def _pivot(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        held = self._held[row["id"]]
        missing = [invoice["flow"] for invoice in held if invoice["id"] not in self._pivots]
        if missing:
            msg = f"the archived documents of flows {', '.join(missing)} cannot be rendered"
            raise NotRendered(msg)
        units = (
            pivot.finish(_unit(self._pivots[invoice["id"]]), order, invoice["id"])
            for order, invoice in enumerate(held, start=1)
        )
        return pivot.pivot(header, len(held), units)


def _unit(content: Content) -> bytes:
    return Path(content.path).read_bytes() if content.path else content.data


def _runs(connection: Connection, ids: Sequence[str]) -> dict[str, RowMapping]:
    query = select(runs, flows.c.name).join(flows, flows.c.id == runs.c.flow)
    return {row["id"]: row for row in where_in(connection, query, runs.c.id, set(ids))}


def _rejected(connection: Connection, ids: Iterable[str]) -> dict[str, list[RowMapping]]:
    query = select(invoices).where(invoices.c.verdict == Verdict.REJECTED.value)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in where_in(connection, query, invoices.c.run, set(ids)):
        found[row["run"]].append(row)
    return {run: sorted(rows, key=lambda row: row["position"]) for run, rows in found.items()}


def _missing(gate: Gate, pool: Pool, connection: Connection, wanted: Sequence[RowMapping]) -> dict[int, Content]:
    """Pivots rendered again from the archive: settled by a gate that died before it placed them."""
    by_flow: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for invoice in wanted:
        by_flow[invoice["flow"]].append(invoice)
    found: dict[int, Content] = {}
    for flow in where_in(connection, select(flows), flows.c.id, set(by_flow)):
        received_on = moment(flow["received_at"]).astimezone(gate.zone).date()
        whom = {i["position"]: _whom(i) for i in by_flow[flow["id"]]}
        try:
            rendered = pool.render(flow["archived"], flow["interface"], received_on, whom)
        except (Died, Altered) as error:
            log.error("gate.trouble", step="render", flow=flow["name"], error=repr(error))
            continue
        found |= {i["id"]: rendered[i["position"]] for i in by_flow[flow["id"]]}
    return found


def _whom(row: RowMapping) -> Addressee:
    return Addressee(row["recipient"], row["recipient_name"], row["service"], row["service_name"])
