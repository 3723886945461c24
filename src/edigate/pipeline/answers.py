"""What a reported status does to its invoice, and a receipt to its pivot: whose turn it is, and what follows.

Sources: reference §6.4, §10.1, §10.4, §10.6, §14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.domain.faults import fault, warning
from edigate.domain.lifecycle_order import odd
from edigate.domain.partners import Role
from edigate.domain.stages import Stage, stage_after_validators
from edigate.domain.statuses import STATUSES, InvoiceStatus, StepLabel, step_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edigate.domain.faults import Fault
    from edigate.domain.partners import Partner
    from edigate.domain.reported import Receipt, ReportedStatus

_ACCEPTS = frozenset({InvoiceStatus.VALIDATED_1, InvoiceStatus.VALIDATED_2})
_REFUSES = frozenset({InvoiceStatus.REFUSED_1, InvoiceStatus.REFUSED_2})
_VALIDATORS = _ACCEPTS | _REFUSES
_LATE = frozenset({StepLabel.LATE_1, StepLabel.LATE_2})
_MOVES = {StepLabel.AVAILABLE_TO_MOE: Stage.MOE, StepLabel.AVAILABLE_TO_MOA: Stage.MOA}
REFUSED_BY_RECIPIENT = "94"


@dataclass(frozen=True, slots=True)
class Subject:
    """An integrated invoice as it stands when a status comes in.

    `current` is false once its number went to a newer deposit or was freed; `told` are the statuses it has, as
    (code, label, comment); `second_validator` says that the portal announced one.
    """

    id: int
    number: str
    supplier: str
    recipient: str
    issue_date: dt.date | None
    cadre: str
    stage: Stage
    status: str
    reader: str
    current: bool = True
    second_validator: bool = False
    told: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an invoice: the status that is written down and told, and the invoice after it.

    `hands_on`: its next reader gets its pivot; `frees_number`: its number may be used again.
    """

    before: Subject
    after: Subject
    code: str
    label: str
    comment: str
    hands_on: bool = False
    frees_number: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate says to one reported status: faults, and the change unless one of them blocks it.

    `untouched` means that the same status was taken in before, by an earlier run of the same flow or from another one.
    """

    reported: ReportedStatus
    faults: tuple[Fault, ...]
    subject: int | None = None
    change: Change | None = None
    untouched: bool = False

    @property
    def accepted(self) -> bool:
        """Whether no fault blocks it."""
        return not any(found.blocks for found in self.faults)


def answer(
    reported: ReportedStatus, candidates: Sequence[Subject], sender: Partner, *, recycle_is_rejection: bool
) -> Answer:
    """Judge one status of one of these invoices, which share the number and the supplier that it names."""
    found = _subject(reported, candidates, sender)
    if not isinstance(found, Subject):
        return Answer(reported, (*reported.faults, found))
    faults = (*reported.faults, *_turn(reported, found, sender))
    if any(f.blocks for f in faults):
        return Answer(reported, faults, found.id)
    code, comment = reported.code, reported.comment
    if code == InvoiceStatus.TO_RECYCLE and recycle_is_rejection:
        code, comment = InvoiceStatus.REJECTED.value, f"À recycler (04) : {comment}"
        faults = (*faults, warning("EDG-S036", "status.code", reported.code))
    if (code, reported.label, comment) in found.told:
        return Answer(reported, (*faults, warning("EDG-S034", "status.code", code)), found.id, untouched=True)
    if odd(found.status, code):
        faults = (*faults, warning("EDG-S035", "status.code", code, previous=found.status, code=code))
    return Answer(reported, faults, found.id, _change(reported, found, code, comment))


def _subject(reported: ReportedStatus, candidates: Sequence[Subject], sender: Partner) -> Subject | Fault:
    """The invoice that is meant, among those the sender may know of: of its recipients, or any for the portal."""
    days = {None, reported.issue_date} if reported.issue_date else None
    mine = [
        subject
        for subject in candidates
        if (sender.role is Role.PORTAL or subject.recipient in sender.sirets)
        and (not reported.recipient or reported.recipient == subject.recipient)
        and (days is None or subject.issue_date in days)
    ]
    current = [subject for subject in mine if subject.current]
    if len(current) > 1:
        return fault("EDG-S032", "status.number", reported.number, number=reported.number, count=len(current))
    if not mine:
        return fault(
            "EDG-S030", "status.number", reported.number, number=reported.number, supplier=reported.supplier or "—"
        )
    return current[0] if current else max(mine, key=lambda subject: subject.id)


def _turn(reported: ReportedStatus, subject: Subject, sender: Partner) -> Iterator[Fault]:
    """Whether it is the sender's to say, and now (reference §14, §10.6)."""
    if subject.stage is Stage.CLOSED or not subject.current:
        yield fault("EDG-S033", "status.number", reported.number, state=subject.status)
        return
    has_it = subject.reader == sender.code
    if subject.stage is Stage.RECIPIENT:
        has_it |= sender.role is Role.RECIPIENT and subject.recipient in sender.sirets
    if not has_it:
        yield fault("EDG-S031", "status.code", reported.code, holder=subject.stage.value)
    elif reported.code in _VALIDATORS and not subject.stage.validates:
        yield fault("EDG-S037", "status.code", reported.code, code=reported.code)
    elif subject.stage.validates and not _fits_validation(reported):
        yield fault("EDG-S031", "status.code", reported.code, holder=subject.stage.value)


def _fits_validation(reported: ReportedStatus) -> bool:
    return reported.code in _VALIDATORS or step_of(reported.label) is not None


def _change(reported: ReportedStatus, subject: Subject, code: str, comment: str) -> Change:
    step = step_of(reported.label)
    told = subject.told | {(code, reported.label, comment)}
    status = code if STATUSES[code].known else subject.status
    after = replace(subject, status=status, told=told)
    if code in _VALIDATORS or (subject.stage.validates and step in _LATE):
        return _validated(Change(subject, after, code, reported.label, comment))
    if subject.stage is Stage.VALIDATOR_1 and step is StepLabel.AVAILABLE_TO_VALIDATOR_2:
        after = replace(after, second_validator=True)
    elif step in _MOVES and subject.stage in {Stage.MOE, Stage.MOA}:
        after = replace(after, stage=_MOVES[step])
    return Change(subject, after, code, reported.label, comment)


def _validated(change: Change) -> Change:
    """A validator's word, or his time that is over: the second one's turn, the reader's, or the end (reference §14)."""
    cadre = CADRES[change.before.cadre]
    refused = change.code in _REFUSES
    if (refused or change.code not in _ACCEPTS) and not cadre.goes_on_unvalidated:
        if not refused:
            return change  # the silence of a group's leader passes nothing on
        return replace(change, after=replace(change.after, stage=Stage.CLOSED, current=False), frees_number=True)
    if change.before.stage is Stage.VALIDATOR_1 and change.before.second_validator and _is_first(change):
        return replace(change, after=replace(change.after, stage=Stage.VALIDATOR_2))
    return replace(change, after=replace(change.after, stage=stage_after_validators(cadre.code)), hands_on=True)


def _is_first(change: Change) -> bool:
    """Whether it is the first validator's word or time."""
    return change.code not in {InvoiceStatus.VALIDATED_2, InvoiceStatus.REFUSED_2}


def out_of_time(subject: Subject) -> Change | None:
    """What the end of a validator's time does: the request goes on; None where silence passes nothing on."""
    if not subject.stage.validates or not CADRES[subject.cadre].goes_on_unvalidated:
        return None
    label = StepLabel.LATE_1 if subject.stage is Stage.VALIDATOR_1 else StepLabel.LATE_2
    code = InvoiceStatus.DEPOSITED.value  # no code of its own is known (reference §10.6)
    after = replace(subject, told=subject.told | {(code, label.value, "")})
    return _validated(Change(subject, after, code, label.value, ""))


@dataclass(frozen=True, slots=True)
class Pivot:
    """A pivot when its receipt comes in: `receipt` is the code that it has, `offers` how often it was renewed."""

    delivery: int
    partner: str
    published: bool
    receipt: str = ""
    offers: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What the gate says to one receipt: faults; whether the pivot is offered once more, or an operator alerted."""

    receipt: Receipt
    faults: tuple[Fault, ...]
    delivery: int | None = None
    noted: bool = False
    offers_again: bool = False
    alerts: bool = False

    @property
    def accepted(self) -> bool:
        """Whether no fault blocks it."""
        return not any(found.blocks for found in self.faults)


def acknowledge(receipt: Receipt, pivot: Pivot | None) -> ReceiptAnswer:
    """Judge the receipt of a pivot; one that was refused is offered once more, and refused again it is an alert."""
    if pivot is None:
        return ReceiptAnswer(receipt, (*receipt.faults, fault("EDG-S040", "receipt.flow_id", receipt.flow_id)))
    if not pivot.published:
        early = fault("EDG-S042", "receipt.flow_id", receipt.flow_id)
        return ReceiptAnswer(receipt, (*receipt.faults, early), pivot.delivery)
    found = ReceiptAnswer(receipt, receipt.faults, pivot.delivery)
    if not found.accepted:
        return found
    refused = receipt.code == REFUSED_BY_RECIPIENT
    if pivot.receipt == receipt.code and not refused:
        return replace(found, faults=(*found.faults, warning("EDG-S041", "receipt.flow_id", receipt.flow_id)))
    return replace(found, noted=True, offers_again=refused and pivot.offers == 0, alerts=refused and pivot.offers > 0)
