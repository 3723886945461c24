"""What a reported status does to its invoice: whose turn it is, and what follows (reference §10.1–§10.6, §14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.cadres import CADRES
from edigate.domain.faults import Fault, fault, warning
from edigate.domain.lifecycle_order import odd
from edigate.domain.partners import PartnerBook, Role
from edigate.domain.reported import in_place
from edigate.domain.stages import Stage, stage_after_validators
from edigate.domain.statuses import STATUSES, InvoiceStatus, StepLabel, step_of
from edigate.routing import reader_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from edigate.domain.partners import Partner
    from edigate.domain.reported import ReportedStatus

_ACCEPTS = frozenset({InvoiceStatus.VALIDATED_1, InvoiceStatus.VALIDATED_2})
_REFUSES = frozenset({InvoiceStatus.REFUSED_1, InvoiceStatus.REFUSED_2})
_VALIDATORS = _ACCEPTS | _REFUSES
_SECOND = frozenset({InvoiceStatus.VALIDATED_2, InvoiceStatus.REFUSED_2})
_LATE = frozenset({StepLabel.LATE_1, StepLabel.LATE_2})
_WHAT_IS_SAID = frozenset({"status.code", "status.label"})
_MOVES = {StepLabel.AVAILABLE_TO_MOE: Stage.MOE, StepLabel.AVAILABLE_TO_MOA: Stage.MOA}


class Said(NamedTuple):
    """What one status of an invoice says, and of when."""

    code: str
    label: str
    comment: str
    at: dt.datetime | None = None

    @property
    def words(self) -> tuple[str, str, str]:
        """The same of any moment."""
        return self[:3]


NOTHING = Said("", "", "")


@dataclass(frozen=True, slots=True)
class Subject:
    """An integrated invoice as it stands when a status comes in.

    `current` is false once its number went to a newer deposit or was freed; `last` is the last status it was given;
    `second_validator` says that the portal announced one. `reader` is the partner who got its pivot.
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
    supplier_scheme: str = ""
    label: str = ""
    last: Said = NOTHING


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


@dataclass(frozen=True, slots=True)
class Terms:
    """What statuses are judged by: who stands for whom now, and whether 04 counts as 05."""

    book: PartnerBook
    recycle_is_rejection: bool = True


NOBODY_CONNECTED = Terms(PartnerBook())


def second_named(statuses: Iterable[ReportedStatus]) -> frozenset[tuple[str, str]]:
    """The invoices, by number and supplier, of which one flow names a second validator, or gives his word."""
    return frozenset(
        (status.number, status.supplier)
        for status in statuses
        if status.code in _SECOND or step_of(status.label) is StepLabel.AVAILABLE_TO_VALIDATOR_2
    )


def answer(
    reported: ReportedStatus,
    candidates: Sequence[Subject],
    sender: Partner,
    terms: Terms,
    *,
    told: Mapping[int, Container[Said]] = MappingProxyType({}),
    second: bool = False,
) -> Answer:
    """Judge one status of one of these invoices, which share the number and the supplier that it names.

    `told` are the statuses that each of them was given, by its id; `second` tells that the same flow names a second
    validator of it, be it afterwards.
    """
    found = _answer(reported, candidates, sender, terms, told, second=second)
    return replace(found, faults=in_place(found.faults, reported))


def _answer(
    reported: ReportedStatus,
    candidates: Sequence[Subject],
    sender: Partner,
    terms: Terms,
    told: Mapping[int, Container[Said]],
    *,
    second: bool,
) -> Answer:
    found = _subject(reported, candidates, sender)
    if not isinstance(found, Subject):
        return Answer(reported, (*reported.faults, found))
    faults = (*reported.faults, *_turn(reported, found, sender, terms.book))
    if any(f.blocks for f in faults):
        return Answer(reported, faults, found.id)
    code, comment = reported.code, reported.comment
    if code == InvoiceStatus.TO_RECYCLE and terms.recycle_is_rejection:
        code, comment = InvoiceStatus.REJECTED.value, f"À recycler (04) : {comment}"
        faults = (*faults, warning("EDG-S036", "status.code", reported.code))
    said = Said(code, reported.label, comment, reported.at)
    # The same words of another moment, after others: the invoice has come back to where it was.
    if said in told.get(found.id, ()) or said.words == found.last.words:
        return Answer(reported, (*faults, warning("EDG-S034", "status.code", code)), found.id, untouched=True)
    if step_of(reported.label) is None and odd(found.status, code):
        faults = (*faults, warning("EDG-S035", "status.code", code, previous=found.status, code=code))
    waiting = replace(found, second_validator=found.second_validator or second)
    return Answer(reported, faults, found.id, _given_to_reader(_change(said, waiting), terms.book))


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
        current = [s for s in current if s.supplier_scheme == (reported.supplier_scheme or "")] or current
    if len(current) > 1:
        return fault("EDG-S032", "status.number", reported.number, number=reported.number, count=len(current))
    if not mine:
        return fault(
            "EDG-S030", "status.number", reported.number, number=reported.number, supplier=reported.supplier or "—"
        )
    return current[0] if current else max(mine, key=lambda subject: subject.id)


def _turn(reported: ReportedStatus, subject: Subject, sender: Partner, book: PartnerBook) -> Iterator[Fault]:
    """Whether it is the sender's to say, and now (reference §14, §10.6).

    Of what is no status for anybody to say, whose turn it is would say nothing.
    """
    if subject.stage is Stage.CLOSED or not subject.current:
        yield fault("EDG-S033", "status.number", reported.number, state=subject.status)
    elif any(found.blocks and found.field in _WHAT_IS_SAID for found in reported.faults):
        return
    elif not _has_it(subject, sender, book):
        yield fault("EDG-S031", "status.code", reported.code, holder=subject.stage.value)
    elif reported.code in _VALIDATORS and not subject.stage.validates:
        yield fault("EDG-S037", "status.code", reported.code, code=reported.code)
    elif subject.stage.validates and not _fits_validation(reported):
        yield fault("EDG-S038", "status.code", reported.code, code=reported.code)


def _has_it(subject: Subject, sender: Partner, book: PartnerBook) -> bool:
    """Whether the sender stands for those whose turn it is, as partners are connected now.

    The portal stands for a recipient who is not connected, and for one who was not when it got the pivot.
    """
    if subject.stage is not Stage.RECIPIENT:
        return sender.role is Role.PORTAL
    if sender.role is Role.RECIPIENT:
        return subject.recipient in sender.sirets
    return sender.role is Role.PORTAL and (subject.reader == sender.code or not book.connected(subject.recipient))


def _fits_validation(reported: ReportedStatus) -> bool:
    return reported.code in _VALIDATORS or step_of(reported.label) is not None


def _change(said: Said, subject: Subject) -> Change:
    step = step_of(said.label)
    after = replace(subject, last=said)
    if STATUSES[said.code].known:
        after = replace(after, status=said.code, label=said.label)
    change = Change(subject, after, *said.words)
    if said.code in _VALIDATORS or (subject.stage.validates and step in _LATE):
        return _validated(change)
    if subject.stage is Stage.VALIDATOR_1 and step is StepLabel.AVAILABLE_TO_VALIDATOR_2:
        return replace(change, after=replace(change.after, second_validator=True))
    if step in _MOVES and subject.stage in {Stage.MOE, Stage.MOA}:
        return replace(change, after=replace(change.after, stage=_MOVES[step]))
    return change


def _given_to_reader(change: Change, book: PartnerBook) -> Change:
    """The same, with the partner who has the invoice then; raises Hold where nobody can be given it."""
    after = change.after
    if after.stage in {change.before.stage, Stage.CLOSED}:
        return change
    return replace(change, after=replace(after, reader=reader_at(after.stage, after.recipient, book)))


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
    return change.code not in _SECOND


def out_of_time(subject: Subject, book: PartnerBook) -> Change | None:
    """What the end of a validator's time does: the request goes on; None where silence passes nothing on.

    Raises Hold where nobody can be given it.
    """
    if not subject.stage.validates or not CADRES[subject.cadre].goes_on_unvalidated:
        return None
    label = StepLabel.LATE_1 if subject.stage is Stage.VALIDATOR_1 else StepLabel.LATE_2
    # No code of its own is known (reference §10.6).
    said = Said(InvoiceStatus.DEPOSITED.value, label.value, "")
    after = replace(subject, label=said.label, last=said)
    return _given_to_reader(_validated(Change(subject, after, *said.words)), book)
