"""What deliveries are made of: reports, life cycles and pivots as bytes, from the ledger's rows and the archive."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from edigate.domain.cadres import CADRES
from edigate.domain.names import FlowName, parse_name
from edigate.domain.outcomes import Verdict
from edigate.emitters import pivot
from edigate.emitters.status import About
from edigate.engine import put_by
from edigate.engine.aside import IN_SHARE
from edigate.engine.pool import Broke, CannotStart, Died
from edigate.ledger import deliveries
from edigate.ledger.archive import Altered
from edigate.ledger.clock import moment
from edigate.ledger.faults_json import load
from edigate.ledger.parties_json import party
from edigate.ledger.sql import where_in
from edigate.ledger.subjects import RECEIPT
from edigate.ledger.tables import flows, invoices, reported, runs, statuses
from edigate.pipeline import returns, validation
from edigate.pipeline.returns import Refused
from edigate.routing import Addressee

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.partners import PartnerBook
    from edigate.domain.verdicts import Content
    from edigate.emitters.envelope import Header
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool

log = structlog.get_logger()
_ALL_WELL = Verdict.INTEGRATED.value  # of a run that refuses nothing
_RUNS = select(runs.c.id, runs.c.parent, runs.c.verdict, runs.c.faults, flows.c.name).join(
    flows, flows.c.id == runs.c.flow
)
_REFUSED = tuple(
    (table, select(table).where(table.c.verdict == Verdict.REJECTED.value)) for table in (invoices, reported)
)


class NotRendered(OSError):
    """What a delivery holds cannot be rendered now."""


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
        """Gather rows by kind."""
        self._gate = gate
        self._pool = pool
        self._turn = threading.Lock()
        self._names = {partner.code: partner.name for partner in book.partners}
        self._languages = {partner.code: partner.language for partner in book.partners}
        self._runs = _runs(connection, [r["run"] for r in rows if r["kind"] == "report"])
        self._refused = _refused(connection, [i for i, run in self._runs.items() if run["verdict"] != _ALL_WELL])
        self._told = deliveries.told(connection, [r["id"] for r in rows if r["kind"] == "life_cycle"])
        self._held = deliveries.contents(connection, [r["id"] for r in rows if r["kind"] == "pivot"])
        self._validated = _histories(connection, [i for held in self._held.values() for i in held if _waited(i)])
        self._pivots = pivots
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
            produced_at=returns.local(row["planned_at"], self._gate.zone),
        )

    def _report(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        run = self._runs[row["run"]]
        yield returns.report(
            header,
            run,
            load(run["faults"]),
            self._refused.get(run["id"], []),
            interface=row["interface"],
            language=self._languages[row["partner"]],
        )

    def _life_cycle(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        yield returns.life_cycle(header, self._told[row["id"]], self._gate.zone)

    def _pivot(self, row: RowMapping, header: Header) -> Iterator[bytes]:
        held = self._held[row["id"]]
        missing = [invoice for invoice in held if invoice["id"] not in self._pivots]
        if missing and (found := put_by.pieces(self._gate, row)) is not None:
            return found
        pivots = {**self._pivots, **self._again(missing)} if missing else self._pivots
        planned_at = moment(row["planned_at"])
        units = (
            pivot.finish(_unit(pivots[invoice["id"]]), order, self._known(invoice, planned_at))
            for order, invoice in enumerate(held, 1)
        )
        return pivot.pivot(header, len(held), units)

    def _known(self, invoice: RowMapping, planned_at: dt.datetime) -> pivot.Known:
        told = self._validated.get(invoice["id"], [])
        return validation.known(invoice, party(invoice["validator"]), told, planned_at, self._gate.zone)

    def _again(self, wanted: Sequence[RowMapping]) -> dict[int, Content]:
        """Pivots rendered again from the archive: settled by a gate that ended, or for a partner not served then."""
        with self._turn, self._gate.ledger.connect() as connection:
            found = _rendered(self._gate, self._pool, connection, wanted)
        lacking = sorted({invoice["flow"] for invoice in wanted if invoice["id"] not in found})
        if lacking:
            msg = f"the archived documents of flows {', '.join(lacking)} cannot be rendered"
            raise NotRendered(msg)
        return found


def _waited(invoice: RowMapping) -> bool:
    """Whether validators were asked before its pivot was planned."""
    return bool(invoice["validator"]) and CADRES[invoice["cadre"]].waits


def _histories(connection: Connection, rows: Iterable[RowMapping]) -> dict[int, list[RowMapping]]:
    """The statuses of invoices in order, with those of the invoices that they complete before their own."""
    return {row["id"]: list(_statuses(connection, row)) for row in rows}


def _statuses(connection: Connection, invoice: RowMapping) -> Iterator[RowMapping]:
    if invoice["completes"] is not None:
        before = connection.execute(select(invoices).where(invoices.c.id == invoice["completes"])).mappings().one()
        yield from _statuses(connection, before)
    query = select(statuses).where(statuses.c.invoice == invoice["id"]).order_by(statuses.c.id)
    yield from connection.execute(query).mappings()


def _unit(content: Content) -> bytes:
    return Path(content.path).read_bytes() if content.path else content.data


def _runs(connection: Connection, ids: Sequence[str]) -> dict[str, RowMapping]:
    return {row["id"]: row for row in where_in(connection, _RUNS, runs.c.id, set(ids))}


def _refused(connection: Connection, ids: Collection[str]) -> dict[str, list[Refused]]:
    """By run, in order: its rejected invoices, or what a partner reported in vain."""
    found: defaultdict[str, list[Refused]] = defaultdict(list)
    for (table, query), about in zip(_REFUSED, (_invoice, _reported), strict=True):
        rows = where_in(connection, query, table.c.run, ids)
        for row in sorted(rows, key=lambda row: row["position"]):
            found[row["run"]].append(Refused(about(row), load(row["faults"])))
    return found


def _invoice(row: RowMapping) -> About:
    return About(row["number"], row["supplier"])


def _reported(row: RowMapping) -> About:
    kind = "receipt" if row["kind"] == RECEIPT else "status"
    return About(row["names"], row["supplier"], kind, row["position"])


def _rendered(gate: Gate, pool: Pool, connection: Connection, wanted: Sequence[RowMapping]) -> dict[int, Content]:
    by_flow: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for invoice in wanted:
        by_flow[invoice["flow"]].append(invoice)
    found: dict[int, Content] = {}
    room = IN_SHARE
    for flow in where_in(connection, select(flows), flows.c.id, set(by_flow)):
        received_on = moment(flow["received_at"]).astimezone(gate.zone).date()
        whom = {i["position"]: _whom(i) for i in by_flow[flow["id"]]}
        try:
            units = pool.render(flow["archived"], flow["interface"], received_on, whom, room)
        except (Died, Broke, CannotStart) as error:
            with suppress(Altered):
                gate.archive.head(flow["archived"])  # where it is out of reach, that is why, and it says so
            log.error("gate.trouble", step="render", flow=flow["name"], error=str(error))
            continue
        room -= sum(len(unit.data) for unit in units.values())
        found |= {i["id"]: units[i["position"]] for i in by_flow[flow["id"]] if i["position"] in units}
    return found


def _whom(row: RowMapping) -> Addressee:
    return Addressee(row["recipient"], row["recipient_name"], row["service"], row["service_name"])
