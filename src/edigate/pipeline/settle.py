"""The final decision on a batch, in the order of booking: flow ids and invoice numbers are taken, rivals lose.

Statuses are answered by `answers`, receipts by `receipts`, in the same order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.faults import Fault, fault
from edigate.domain.names import parse_name
from edigate.domain.outcomes import Verdict
from edigate.domain.stages import Stage
from edigate.domain.statuses import COMPLETED, RECYCLED, InvoiceStatus
from edigate.domain.verdicts import Examination, Examined, verdict_of
from edigate.pipeline.answers import NOBODY_CONNECTED, Answer, answer, second_named
from edigate.pipeline.receipts import ReceiptAnswer, acknowledge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edigate.domain.partners import Partner
    from edigate.pipeline.answers import Said, Subject, Terms
    from edigate.pipeline.receipts import Pivot

# The statuses that wait for a new deposit of the same number, and what the pivot then calls it (reference §7.3).
RENVOIS = {InvoiceStatus.SUSPENDED.value: COMPLETED, InvoiceStatus.TO_RECYCLE.value: RECYCLED}


class Original(NamedTuple):
    """What holds a flow id or an invoice number: the flow's file name, when it came, what became of it.

    Of an invoice also its id, its recipient, its present status (the code of the EDI numbering), its cadre, stage and
    type, and where it stands in its flow; `burnt`: it was rejected (05) at some time, so that its number is never taken
    again.
    """

    flow: str
    name: str
    date: str
    outcome: str
    invoice: int = 0
    recipient: str = ""
    status: str = ""
    cadre: str = ""
    stage: str = ""
    type_code: str = ""
    burnt: bool = False
    position: int = 0
    entry: str = ""


@dataclass(slots=True)
class Taken:
    """What the ledger holds of the batch's flow ids and invoice keys; grows as the batch is decided.

    `integrated` are the invoices (flow, position) that an earlier run of the same flow has integrated, `heard` the
    lines (flow, position) of partners' reports that one took in. `subjects` are the invoices reported on, by number
    and supplier, `told` the statuses that each was given; `pivots` those acknowledged, by flow id.
    """

    flow_ids: dict[str, Original] = field(default_factory=dict)
    keys: dict[str, Original] = field(default_factory=dict)
    integrated: set[tuple[str, int]] = field(default_factory=set)
    heard: set[tuple[str, int]] = field(default_factory=set)
    subjects: dict[tuple[str, str], list[Subject]] = field(default_factory=dict)
    told: dict[int, set[Said]] = field(default_factory=dict)
    pivots: dict[str, Pivot] = field(default_factory=dict)


class Case(NamedTuple):
    """One run to decide: its flow, the flow id and interface where its name has them, and what examining found."""

    run: str
    flow: str
    name: str
    received_at: str
    flow_id: str | None
    interface: str | None
    examination: Examination
    depositor: Partner | None = None

    @property
    def reports(self) -> bool:
        """Whether it holds what a partner reports, rather than invoices."""
        return bool(self.examination.statuses or self.examination.receipts)

    @property
    def repeats(self) -> bool:
        """Whether it is a replay: every first run is numbered 1."""
        return not self.run.endswith("-1")


class Decided(NamedTuple):
    """One invoice's outcome; `untouched` means that an earlier run had integrated it and nothing is done again.

    `completes` is the invoice that it takes the place of, `renvoi` the pivot's word for that (reference §7.3).
    """

    invoice: Examined
    key: str | None
    verdict: Verdict
    untouched: bool = False
    completes: int | None = None
    renvoi: str = ""


class Decision(NamedTuple):
    """One flow's outcome; `stands` means that it is refused now, but an earlier run integrated invoices of it."""

    case: Case
    verdict: Verdict
    faults: tuple[Fault, ...]
    invoices: tuple[Decided, ...]
    stands: bool = False
    answers: tuple[Answer, ...] = ()
    receipts: tuple[ReceiptAnswer, ...] = ()


def key_text(invoice: Examined) -> str | None:
    """The invoice's unique key as one text: issuer, year, number."""
    key = invoice.key
    return "|".join(map(str, key)) if key else None


def decide(
    cases: Iterable[Case], taken: Taken, zone: dt.tzinfo = dt.UTC, terms: Terms = NOBODY_CONNECTED
) -> tuple[Decision, ...]:
    """Decide every case in order; what one takes, the next one finds taken. Days are told as they are in `zone`."""
    return tuple(_decide(case, taken, zone, terms) for case in cases)


def _decide(case: Case, taken: Taken, zone: dt.tzinfo, terms: Terms) -> Decision:
    faults = case.examination.faults
    holder = taken.flow_ids.get(case.flow_id) if case.flow_id else None
    if case.examination.admissible and holder and holder.flow != case.flow:
        faults = (*faults, _duplicate("EDG-F010", "flow_id", case.flow_id or "", holder, zone))
    if any(f.blocks for f in faults):
        return _inadmissible(case, faults, taken)
    if case.reports:
        decision = _hear(case, faults, taken, terms)
    else:
        invoices = tuple(_decide_invoice(invoice, case, taken, zone) for invoice in case.examination.invoices)
        decision = Decision(case, _verdict(invoice.verdict for invoice in invoices), faults, invoices)
    if case.flow_id:
        taken.flow_ids[case.flow_id] = Original(case.flow, case.name, case.received_at, decision.verdict)
    return decision


def _inadmissible(case: Case, faults: tuple[Fault, ...], taken: Taken) -> Decision:
    """Nothing of it is taken; where its documents were looked into, its parts' own faults are told all the same."""
    found = Examination() if case.examination.admissible else case.examination
    invoices = tuple(Decided(i, key_text(i), Verdict.REJECTED) for i in found.invoices if not i.accepted)
    answers = tuple(one for status in found.statuses if not (one := Answer(status, status.faults)).accepted)
    receipts = tuple(
        told for receipt in found.receipts if not (told := ReceiptAnswer(receipt, receipt.faults)).accepted
    )
    stands = any(flow == case.flow for held in (taken.integrated, taken.heard) for flow, _ in held)
    return Decision(case, Verdict.INADMISSIBLE, faults, invoices, stands, answers, receipts)


def _verdict(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    accepted = found.count(Verdict.INTEGRATED)
    return verdict_of(admissible=True, accepted=accepted, rejected=len(found) - accepted)


def _decide_invoice(invoice: Examined, case: Case, taken: Taken, zone: dt.tzinfo) -> Decided:
    key = key_text(invoice)
    if (case.flow, invoice.position) in taken.integrated:
        return Decided(invoice, key, Verdict.INTEGRATED, untouched=True)
    holder = taken.keys.get(key) if key else None
    renvoi = RENVOIS.get(holder.status, "") if holder and not holder.burnt else ""
    if holder and invoice.accepted:
        found = _rival(invoice, holder, renvoi, case.flow, zone)
        if found:
            placed = found.placed(*invoice.number_place) if found.field == "number" else found
            faults = (*invoice.faults, placed.within(invoice.number_entry))
            invoice = replace(invoice, faults=faults, reader="", pivot=None)
    if not invoice.accepted:
        return Decided(invoice, key, Verdict.REJECTED)
    if key:
        outcome = Verdict.INTEGRATED
        first = InvoiceStatus.COMPLETED if renvoi == COMPLETED else InvoiceStatus.DEPOSITED
        taken.keys[key] = Original(
            case.flow, case.name, case.received_at, outcome, recipient=invoice.recipient,
            status=first.value, position=invoice.position, entry=invoice.entry,
        )  # fmt: skip
    if holder is None:
        return Decided(invoice, key, Verdict.INTEGRATED)
    if renvoi == COMPLETED:
        # Back to whoever suspended it: its validators had their say (reference §10.1).
        invoice = replace(invoice, stage=Stage(holder.stage))
    return Decided(invoice, key, Verdict.INTEGRATED, completes=holder.invoice, renvoi=renvoi)


def _rival(invoice: Examined, holder: Original, renvoi: str, flow: str, zone: dt.tzinfo) -> Fault | None:
    """What stands against a number that is taken: nothing where the invoice that has it waits to be replaced (§8.4).

    It stays the same invoice, cadre and type; a suspended one is completed for the same recipient, while one that is
    to be recycled had the wrong recipient.
    """
    if not renvoi and holder.flow == flow:
        return fault("EDG-I154", "number", invoice.number, first=f"{holder.position} {holder.entry}".rstrip())
    if not renvoi:
        return _duplicate("EDG-I150", "number", invoice.number, holder, zone)
    fixed = [("cadre", invoice.cadre, holder.cadre), ("type_code", invoice.type_code, holder.type_code)]
    if renvoi == COMPLETED:
        fixed.append(("recipient.identifier", invoice.recipient, holder.recipient))
    for field_key, given, expected in fixed:
        if given != expected:
            return fault("EDG-I153", field_key, given, original=holder.name, expected=expected, state=holder.status)
    return None


def _hear(case: Case, faults: tuple[Fault, ...], taken: Taken, terms: Terms) -> Decision:
    """Answer what a partner reports; a line that an earlier run took in is left as it is."""
    if case.depositor is None:
        msg = f"flow {case.name} has no depositor"
        raise ValueError(msg)
    answers = tuple(_answers(case, case.depositor, taken, terms))
    receipts = tuple(_receipts(case, taken))
    accepted = [*(one.accepted for one in answers), *(one.accepted for one in receipts)]
    verdict = _verdict(Verdict.INTEGRATED if one else Verdict.REJECTED for one in accepted)
    return Decision(case, verdict, faults, (), answers=answers, receipts=receipts)


def _answers(case: Case, sender: Partner, taken: Taken, terms: Terms) -> Iterator[Answer]:
    seconds = second_named(case.examination.statuses)
    for status in case.examination.statuses:
        if (case.flow, status.position) in taken.heard:
            yield Answer(status, _told(status.faults), untouched=True)
            continue
        key = (status.number, status.supplier)
        found = answer(status, taken.subjects.get(key, ()), sender, terms, told=taken.told, second=key in seconds)
        if change := found.change:
            taken.told.setdefault(change.after.id, set()).add(change.after.last)
            taken.subjects[key] = [change.after if s.id == change.after.id else s for s in taken.subjects[key]]
        yield found


def _receipts(case: Case, taken: Taken) -> Iterator[ReceiptAnswer]:
    for receipt in case.examination.receipts:
        if (case.flow, receipt.position) in taken.heard:
            yield ReceiptAnswer(receipt, _told(receipt.faults))
            continue
        key = flow_id_of(receipt.flow_id)
        found = acknowledge(receipt, taken.pivots.get(key))
        if found.noted:
            pivot = taken.pivots[key]
            offers = pivot.offers + found.offers_again
            taken.pivots[key] = replace(pivot, receipt=receipt.code, offers=offers, renewing=found.offers_again)
        yield found


def _told(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """What is left to say of a line that was taken in: nothing refuses it afterwards."""
    return tuple(fault for fault in faults if not fault.blocks)


def flow_id_of(named: str) -> str:
    """The flow id where a receipt gives it, or the whole name of the file."""
    name = parse_name(named)
    return name.flow_id if name else named


def _duplicate(code: str, where: str, value: str, holder: Original, zone: dt.tzinfo) -> Fault:
    day = dt.datetime.fromisoformat(holder.date).astimezone(zone).date()
    args = {"flow": holder.name, "original": holder.name, "date": day, "outcome": holder.outcome}
    if holder.status:
        args["state"] = holder.status
    return fault(code, where, value, **args)
