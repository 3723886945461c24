"""The final decision on a batch, in the order of booking: flow ids and invoice numbers are taken, rivals lose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edigate.domain.faults import Fault, fault
from edigate.domain.verdicts import Examined, Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edigate.domain.verdicts import Examination


@dataclass(frozen=True, slots=True)
class Original:
    """What holds a flow id or an invoice number: the flow's file name, when it came, what became of it."""

    flow: str
    name: str
    date: str
    outcome: str


@dataclass(slots=True)
class Taken:
    """What the ledger holds of the batch's flow ids and invoice keys; grows as the batch is decided.

    `integrated` are the invoices (flow, position) that an earlier run of the same flow has integrated.
    """

    flow_ids: dict[str, Original] = field(default_factory=dict)
    keys: dict[str, Original] = field(default_factory=dict)
    integrated: set[tuple[str, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Case:
    """One run to decide: its flow, the flow id and interface where its name has them, and what examining found."""

    run: str
    flow: str
    name: str
    received_at: str
    flow_id: str | None
    interface: str | None
    examination: Examination


@dataclass(frozen=True, slots=True)
class Decided:
    """One invoice's outcome; `untouched` means that an earlier run had integrated it and nothing is done again."""

    invoice: Examined
    key: str | None
    verdict: Verdict
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One flow's outcome; `stands` means that it is refused now, but an earlier run integrated invoices of it."""

    case: Case
    verdict: Verdict
    faults: tuple[Fault, ...]
    invoices: tuple[Decided, ...]
    stands: bool = False


def key_text(invoice: Examined) -> str | None:
    """The invoice's unique key as one text: issuer, year, number."""
    return "|".join(map(str, invoice.key)) if invoice.key else None


def decide(cases: Iterable[Case], taken: Taken, zone: dt.tzinfo = dt.UTC) -> tuple[Decision, ...]:
    """Decide every case in order; what one takes, the next one finds taken. Days are told as they are in `zone`."""
    return tuple(_decide(case, taken, zone) for case in cases)


def _decide(case: Case, taken: Taken, zone: dt.tzinfo) -> Decision:
    faults = case.examination.faults
    holder = taken.flow_ids.get(case.flow_id) if case.flow_id else None
    if case.examination.admissible and holder and holder.flow != case.flow:
        faults = (*faults, _duplicate("EDG-F010", "flow_id", case.flow_id or "", holder, zone))
    if any(f.blocks for f in faults):
        stands = any(flow == case.flow for flow, _ in taken.integrated)
        return Decision(case, Verdict.INADMISSIBLE, faults, (), stands)
    invoices = tuple(_decide_invoice(invoice, case, taken, zone) for invoice in case.examination.invoices)
    accepted = sum(invoice.verdict is Verdict.INTEGRATED for invoice in invoices)
    verdict = verdict_of(admissible=True, accepted=accepted, rejected=len(invoices) - accepted)
    if case.flow_id:
        taken.flow_ids[case.flow_id] = Original(case.flow, case.name, case.received_at, verdict)
    return Decision(case, verdict, faults, invoices)


def _decide_invoice(invoice: Examined, case: Case, taken: Taken, zone: dt.tzinfo) -> Decided:
    key = key_text(invoice)
    if (case.flow, invoice.position) in taken.integrated:
        return Decided(invoice, key, Verdict.INTEGRATED, untouched=True)
    holder = taken.keys.get(key) if key else None
    if holder and invoice.accepted:
        found = _duplicate("EDG-I150", "number", invoice.number, holder, zone).placed(*invoice.number_place)
        invoice = replace(invoice, faults=(*invoice.faults, found), reader="", pivot=None)
    if not invoice.accepted:
        return Decided(invoice, key, Verdict.REJECTED)
    if key:
        taken.keys[key] = Original(case.flow, case.name, case.received_at, Verdict.INTEGRATED)
    return Decided(invoice, key, Verdict.INTEGRATED)


def _duplicate(code: str, where: str, value: str, holder: Original, zone: dt.tzinfo) -> Fault:
    day = dt.datetime.fromisoformat(holder.date).astimezone(zone).date()
    args = {"flow": holder.name, "original": holder.name, "date": day, "outcome": holder.outcome}
    return fault(code, where, value, **args)
