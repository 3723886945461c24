"""A batch's decisions, written in one go: runs, flows, invoices, statuses, and the deliveries they call for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from edigate import __version__
from edigate.domain.explain import explain
from edigate.domain.faults import shortened
from edigate.domain.names import UNNAMED_REPORT
from edigate.domain.outcomes import Verdict
from edigate.domain.stages import Stage
from edigate.domain.statuses import COMPLETED, InvoiceStatus
from edigate.emitters.status import can_be_told
from edigate.ledger import hearing, proof, sequences
from edigate.ledger.deliveries import ForReader, PivotLimits, Plan, pivots, plan
from edigate.ledger.faults_json import dump
from edigate.ledger.parties_json import party_json
from edigate.ledger.sql import chunks, for_alike, for_each
from edigate.ledger.store import DECIDED
from edigate.ledger.tables import flows, invoices, runs, statuses
from edigate.routing import reader_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from edigate.domain.faults import Fault
    from edigate.domain.interfaces import Interface
    from edigate.domain.partners import PartnerBook
    from edigate.domain.verdicts import Content
    from edigate.pipeline.settle import Decided, Decision


# Bytes: PostgreSQL has no room for more than 2704 in an index, and one of them is of three columns.
_INDEXED = MappingProxyType({"number": 2600, "supplier": 800, "recipient": 800, "market": 800})
_ALWAYS_KEPT = min(_INDEXED.values()) // 4
"""Characters, of four bytes at most."""
_INVOICES, _STATUSES = insert(invoices), insert(statuses)
_FINISHED = update(runs).where(runs.c.id.in_(bindparam("keys", expanding=True)))
_DECIDED = update(flows).where(flows.c.id.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Terms:
    """What settling goes by: who the gate is, its partners and interfaces, how much one pivot may hold.

    `second_until` is, by cadre, until when a second validator has his say whose turn comes now.
    """

    gate: str
    book: PartnerBook
    interfaces: Mapping[str, Interface]
    pivots: PivotLimits
    second_until: Mapping[str, str]


def write(
    connection: Connection, decisions: Sequence[tuple[Decision, str]], terms: Terms, now: str
) -> dict[int, Content]:
    """Make decisions final; each comes with its depositor's code. Returns the pivots rendered, by invoice id."""
    fresh = [(d, depositor, i) for d, depositor in decisions for i in d.invoices if not i.untouched]
    ids = sequences.take(connection, sequences.INVOICES, len(fresh))
    rows = [
        _invoice(i, _sent_back(invoice, terms.book), decision, depositor, now)
        for i, (decision, depositor, invoice) in zip(ids, fresh, strict=True)
    ]
    _replace(connection, fresh, now)
    for_each(connection, _INVOICES, rows)
    finished = _finish(connection, decisions, terms, now)
    first = [
        _status(row, i.invoice.faults, now) if row["status"] else None
        for row, (_, _, i) in zip(rows, fresh, strict=True)
    ]
    for_each(connection, _STATUSES, [status for status in first if status])
    _prove(connection, finished, list(zip(rows, first, strict=True)), now)
    handed_on = hearing.write(connection, decisions, terms.second_until, now)
    given = [*_for_readers(rows, fresh), *handed_on]
    plan(connection, [*_reports(decisions, terms), *pivots(given, terms.pivots)], terms.gate, now)
    return {i: invoice.invoice.pivot for i, (_, _, invoice) in zip(ids, fresh, strict=True) if invoice.invoice.pivot}


def _prove(
    connection: Connection,
    finished: Sequence[tuple[Decision, dict[str, Any]]],
    judged: Iterable[tuple[dict[str, Any], dict[str, Any] | None]],
    now: str,
) -> None:
    by_run: dict[str, list[tuple[dict[str, Any], dict[str, Any] | None]]] = {}
    for row, status in judged:
        by_run.setdefault(row["run"], []).append((row, status))
    for decision, run in finished:
        proof.decided(connection, decision.case.flow, run, by_run.get(run["id"], []), stands=decision.stands, at=now)


def _replace(connection: Connection, fresh: Sequence[tuple[Decision, str, Decided]], now: str) -> None:
    """Let invoices that new deposits take the place of give up their numbers; one that was to be recycled stays so."""
    closed: dict[str, Any] = {"reserved": False, "stage": Stage.CLOSED.value, "due_at": None}
    completed = closed | {"status": InvoiceStatus.COMPLETED.value, "label": ""}
    for values, wanted in ((completed, True), (closed, False)):
        replaced = [d.completes for _, _, d in fresh if d.completes and (d.renvoi == COMPLETED) is wanted]
        for ids in chunks(replaced):
            connection.execute(update(invoices).where(invoices.c.id.in_(ids)).values(**values))
        stands = {key: value for key, value in values.items() if key != "due_at"}
        proof.moved(connection, dict.fromkeys(replaced, stands), at=now)


def _finish(
    connection: Connection, decisions: Sequence[tuple[Decision, str]], terms: Terms, now: str
) -> list[tuple[Decision, dict[str, Any]]]:
    """The runs with their verdicts, as they stand now, each with its decision."""
    finished = [
        {
            "state": DECIDED, "verdict": d.verdict.value, "decided_at": now,
            "directory_version": d.case.examination.directory_version, "edigate_version": __version__,
            "faults": dump(d.faults), "hold_reason": "", "hold_detail": "",
            "wants_report": _wants_report(d, depositor, terms),
        }
        for d, depositor in decisions
    ]  # fmt: skip
    for_alike(connection, _FINISHED, [(d.case.run, row) for (d, _), row in zip(decisions, finished, strict=True)])
    for_alike(connection, _DECIDED, [(d.case.flow, _flow(d)) for d, _ in decisions])
    return [(d, row | {"id": d.case.run, "flow": d.case.flow}) for (d, _), row in zip(decisions, finished, strict=True)]


def _flow(d: Decision) -> dict[str, Any]:
    """What changes of a flow: one that stands keeps its verdict and its id."""
    if d.stands:
        return {"state": DECIDED}
    reserved = d.verdict is not Verdict.INADMISSIBLE and d.case.flow_id is not None
    return {"state": DECIDED, "verdict": d.verdict.value, "reserved": reserved}


def _sent_back(decided: Decided, book: PartnerBook) -> Decided:
    """What completes an invoice, with the partner that it goes back to."""
    if decided.renvoi != COMPLETED:
        return decided
    reader = reader_at(decided.invoice.stage, decided.invoice.recipient, book)
    return decided._replace(invoice=replace(decided.invoice, reader=reader))


def _invoice(number: int, decided: Decided, decision: Decision, depositor: str, now: str) -> dict[str, Any]:
    i = decided.invoice
    integrated = decided.verdict is Verdict.INTEGRATED
    told = can_be_told(i.supplier, i.recipient, i.number)
    first = InvoiceStatus.COMPLETED if decided.renvoi == COMPLETED else InvoiceStatus.DEPOSITED
    told &= decision.verdict is not Verdict.INADMISSIBLE  # the report of the flow says it all
    status = first if integrated else InvoiceStatus.NOT_INTEGRATED if told else ""
    row = {
        "id": number, "run": decision.case.run, "flow": decision.case.flow, "depositor": depositor,
        "position": i.position, "number": i.number, "type_code": i.type_code,
        "issue_date": i.issue_date.isoformat() if i.issue_date else None, "cadre": i.cadre,
        "supplier_scheme": str(i.supplier.scheme or ""), "supplier": i.supplier.identifier,
        "supplier_name": i.supplier.name, "supplier_country": i.supplier.country, "recipient": i.recipient,
        "recipient_name": i.recipient_name, "service": i.service, "service_name": i.service_name,
        "amount_due": i.amount_due, "currency": i.currency, "reader": i.reader,
        "stage": i.stage.value if integrated else "", "entry": i.entry, "market": i.market,
        "engagement": i.engagement, "completes": decided.completes,
        "renvoi": decided.renvoi, "pivot_bytes": i.pivot.size if i.pivot else 0,
        "verdict": decided.verdict.value, "status": str(status), "key": decided.key, "reserved": integrated,
        "decided_at": now,
    }  # fmt: skip
    for name, value in row.items():
        if isinstance(value, str) and len(value) > _ALWAYS_KEPT:
            row[name] = _kept(name, value)
    return row | {"validator": party_json(i.validator), "faults": dump(i.faults)}


def _kept(name: str, value: str) -> str:
    """A text as the ledger keeps it: what is indexed is shorter."""
    most = _INDEXED.get(name)
    if most and len(value.encode(errors="surrogatepass")) > most:
        return shortened(value, most // 4)
    return shortened(value)


def _status(row: dict[str, Any], faults: Sequence[Fault], now: str) -> dict[str, Any]:
    status = {"invoice": row["id"], "depositor": row["depositor"], "status": row["status"], "comment": "", "at": now}
    if row["status"] == InvoiceStatus.NOT_INTEGRATED:
        status["comment"] = _reason([f for f in faults if f.blocks])
    return status


def _reason(faults: Sequence[Fault]) -> str:
    """Why an invoice was not integrated, in short: the report tells each fault in full."""
    first = explain(faults[0])
    others = f" (et {len(faults) - 1} autre(s) motif(s) : voir le compte-rendu)" if len(faults) > 1 else ""
    return f"{first.code} - {first.title}{others}"


def _wants_report(decision: Decision, depositor: str, terms: Terms) -> bool:
    if decision.case.reports and decision.verdict is Verdict.INTEGRATED:
        return False  # only unusable ones are answered (reference §6.1)
    partner = terms.book.get(depositor)
    return decision.verdict is not Verdict.INTEGRATED or partner is None or partner.report_on_success


def _reports(decisions: Iterable[tuple[Decision, str]], terms: Terms) -> Iterable[Plan]:
    for decision, depositor in decisions:
        if _wants_report(decision, depositor, terms):
            yield Plan("report", depositor, report_interface(decision, terms.interfaces), run=decision.case.run)


def report_interface(decision: Decision, interfaces: Mapping[str, Interface]) -> str:
    """The report that answers a flow: its interface's own, CSO0000A where its name tells none (reference §3.3)."""
    interface = interfaces.get(decision.case.interface or "")
    return (interface.report if interface else "") or UNNAMED_REPORT


def _for_readers(rows: Sequence[dict[str, Any]], fresh: Sequence[tuple[Decision, str, Decided]]) -> Iterator[ForReader]:
    for row, (_, _, decided) in zip(rows, fresh, strict=True):
        if row["reader"] and row["reserved"] and decided.invoice.pivot is not None:
            yield ForReader(row["reader"], row["id"], row["pivot_bytes"])
