"""What a partner may report, and how: statuses of invoices, receipts of flows (reference §6.4, §7.2, §10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from edigate.domain.faults import Fault, fault, warning
from edigate.domain.identifiers import is_siret
from edigate.domain.names import parse_name
from edigate.domain.partners import Role
from edigate.domain.portal_statuses import mistaken_for
from edigate.domain.reasons import MISSING_DOCUMENT, unknown_code_in
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.domain.statuses import STATUSES, FlowStatus, InvoiceStatus, step_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

_BY_RECIPIENT = frozenset(
    {
        InvoiceStatus.MADE_AVAILABLE,
        InvoiceStatus.TO_RECYCLE,
        InvoiceStatus.REJECTED,
        InvoiceStatus.SUSPENDED,
        InvoiceStatus.SERVICE_DONE,
        InvoiceStatus.PAYMENT_ORDERED,
        InvoiceStatus.WITH_ACCOUNTANT,
        InvoiceStatus.BOOKED,
        InvoiceStatus.PAID,
    }
)
_BY_PORTAL = _BY_RECIPIENT | {
    InvoiceStatus.DEPOSITED,
    InvoiceStatus.COMPLETED,
    InvoiceStatus.VALIDATED_1,
    InvoiceStatus.REFUSED_1,
    InvoiceStatus.REFUSED_2,
    InvoiceStatus.VALIDATED_2,
}
MAY_SET: Mapping[Role, frozenset[InvoiceStatus]] = MappingProxyType(
    {Role.DEPOSITOR: frozenset(), Role.RECIPIENT: _BY_RECIPIENT, Role.PORTAL: _BY_PORTAL}
)
"""What a partner of each role may report, besides the codes without a known meaning (reference §6.4, §10.6, §14)."""

EXPLAINED = frozenset({InvoiceStatus.TO_RECYCLE, InvoiceStatus.REJECTED, InvoiceStatus.SUSPENDED})
"""Statuses that tell the supplier why, in a comment that begins with a reason (reference §10.5, rule G7.25)."""

_YEARS = range(2000, 2100)
_FLOW_ID_LENGTH = 25
_ANY_NAME = "FEN0036A_ABC123_"


@dataclass(frozen=True, slots=True)
class StatusContext:
    """Who reported, and when: `role` of the sender, `received_on` the day of the deposit in `zone`."""

    role: Role
    received_on: dt.date
    zone: dt.tzinfo


StatusRule: TypeAlias = Callable[[ReportedStatus, StatusContext], Iterable[Fault]]
ReceiptRule: TypeAlias = Callable[[Receipt, StatusContext], Iterable[Fault]]


def check_status(status: ReportedStatus, context: StatusContext) -> tuple[Fault, ...]:
    """Every fault and warning of one status, in the order of the rules; path and line are for the parser to add."""
    return tuple(found for rule in STATUS_RULES for found in rule(status, context))


def check_receipt(receipt: Receipt, context: StatusContext) -> tuple[Fault, ...]:
    """Every fault and warning of one receipt, in the order of the rules; path and line are for the parser to add."""
    return tuple(found for rule in RECEIPT_RULES for found in rule(receipt, context))


def the_code_is_of_the_list(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """A status has a code of 01 to 41."""
    if status.code not in STATUSES:
        yield fault("EDG-S001", "status.code", status.code)


def the_status_is_the_senders_to_set(status: ReportedStatus, context: StatusContext) -> Iterator[Fault]:
    """A recipient reports 03 to 11, the portal 12, 13, 14, 17 and 18 too, and 01 for a step; nobody else reports."""
    row = STATUSES.get(status.code)
    if row is None or (row.known and status.code in MAY_SET[context.role]):
        return
    if row.known or context.role is Role.DEPOSITOR:
        holder, sender = row.set_by.value, context.role.value
        yield fault("EDG-S002", "status.code", status.code, code=status.code, holder=holder, sender=sender)


def the_status_has_a_known_meaning(status: ReportedStatus, context: StatusContext) -> Iterator[Fault]:
    """A code without a known meaning is told, unless it is told as one of the portal's numbering."""
    row = STATUSES.get(status.code)
    if row is not None and not row.known and not any(the_code_is_of_the_edi_numbering(status, context)):
        yield warning("EDG-S003", "status.code", status.code)


def the_code_is_of_the_edi_numbering(status: ReportedStatus, context: StatusContext) -> Iterator[Fault]:
    """A code that is not the sender's to set, and would be in the portal's own numbering, looks like one of that."""
    allowed = MAY_SET[context.role]
    meant = mistaken_for(status.code)
    if status.code in STATUSES and status.code not in allowed and meant in {*allowed, InvoiceStatus.COMPLETED}:
        portal, code = status.code, status.code
        yield warning("EDG-S004", "status.code", status.code, portal=portal, code=code, meant=meant)


def a_step_is_named(status: ReportedStatus, context: StatusContext) -> Iterator[Fault]:
    """The portal sends 01 only to announce a step that has no code, which its label names."""
    announces = status.code == InvoiceStatus.DEPOSITED and context.role is Role.PORTAL
    if announces and step_of(status.label) is None:
        yield fault("EDG-S005", "status.label", status.label, label=status.label)


def a_refusal_is_commented(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """A comment goes with 04, 05 and 06."""
    if status.code in EXPLAINED and not status.comment.strip():
        yield fault("EDG-S010", "status.comment", status.comment, code=status.code)


def the_moment_can_be_read(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """A status has a moment of this century."""
    yield from _unreadable(status.at, status.raw_at, "status.at")


def the_moment_is_not_in_the_future(status: ReportedStatus, context: StatusContext) -> Iterator[Fault]:
    """A status is not set after the day it is deposited."""
    yield from _future(status.at, status.raw_at, "status.at", context)


def a_refusal_has_a_known_reason(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """The text of a refusal or suspension names a reason of the list."""
    if status.code not in EXPLAINED or status.reason:
        return
    unknown = unknown_code_in(status.label, status.comment)
    if unknown:
        yield warning("EDG-S013", "status.comment", unknown, code=status.code)
    elif status.comment.strip():
        yield warning("EDG-S014", "status.comment", status.comment, code=status.code)


def a_missing_document_suspends(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """The reason that a supporting document is missing goes with a suspension, not with a rejection."""
    if status.reason == MISSING_DOCUMENT and status.code in EXPLAINED - {InvoiceStatus.SUSPENDED}:
        yield warning("EDG-S015", "status.comment", status.reason, code=status.code)


def the_supplier_is_identified(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """A status identifies the invoice's supplier."""
    if not status.supplier:
        yield fault("EDG-S020", "status.supplier")


def the_invoice_is_named(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """A status names the invoice by its number."""
    if not status.number:
        yield fault("EDG-S021", "status.number")


def the_debtor_is_a_siret(status: ReportedStatus, _context: StatusContext) -> Iterator[Fault]:
    """The invoice's debtor is named by a SIRET."""
    if not is_siret(status.recipient):
        yield fault("EDG-S022", "status.recipient", status.recipient)


def a_receipt_is_92_or_94(receipt: Receipt, _context: StatusContext) -> Iterator[Fault]:
    """A recipient received the flow (92) or could not take it (94); the other codes are the gate's."""
    if receipt.code not in {FlowStatus.RECEIVED_BY_RECIPIENT, FlowStatus.REFUSED_BY_RECIPIENT}:
        yield fault("EDG-S025", "receipt.code", receipt.code)


def a_receipt_names_a_flow(receipt: Receipt, _context: StatusContext) -> Iterator[Fault]:
    """A receipt names its flow by the 25 characters of its identifier, or by its whole name."""
    text = receipt.flow_id
    if parse_name(_ANY_NAME + text if len(text) == _FLOW_ID_LENGTH else text) is None:
        yield fault("EDG-S026", "receipt.flow_id", receipt.flow_id)


def an_error_is_explained(receipt: Receipt, _context: StatusContext) -> Iterator[Fault]:
    """A 94 says in error lines what was wrong."""
    if receipt.code == FlowStatus.REFUSED_BY_RECIPIENT and not receipt.lines:
        yield warning("EDG-S027", "receipt.lines", receipt.code)


def the_receipts_moment_can_be_read(receipt: Receipt, _context: StatusContext) -> Iterator[Fault]:
    """A receipt has a moment of this century."""
    yield from _unreadable(receipt.at, receipt.raw_at, "receipt.at")


def the_receipts_moment_is_not_in_the_future(receipt: Receipt, context: StatusContext) -> Iterator[Fault]:
    """A receipt is not given after the day it is deposited."""
    yield from _future(receipt.at, receipt.raw_at, "receipt.at", context)


def _unreadable(at: dt.datetime | None, raw: str, field: str) -> Iterator[Fault]:
    if at is None or at.year not in _YEARS:
        yield fault("EDG-S011", field, raw)


def _future(at: dt.datetime | None, raw: str, field: str, context: StatusContext) -> Iterator[Fault]:
    readable = at if at is not None and at.year in _YEARS else None
    if readable is not None and readable.astimezone(context.zone).date() > context.received_on:
        yield warning("EDG-S012", field, raw, date=context.received_on)


STATUS_RULES: tuple[StatusRule, ...] = (
    the_code_is_of_the_list,
    the_status_is_the_senders_to_set,
    the_status_has_a_known_meaning,
    the_code_is_of_the_edi_numbering,
    a_step_is_named,
    a_refusal_is_commented,
    a_refusal_has_a_known_reason,
    a_missing_document_suspends,
    the_moment_can_be_read,
    the_moment_is_not_in_the_future,
    the_supplier_is_identified,
    the_invoice_is_named,
    the_debtor_is_a_siret,
)
RECEIPT_RULES: tuple[ReceiptRule, ...] = (
    a_receipt_is_92_or_94,
    a_receipt_names_a_flow,
    an_error_is_explained,
    the_receipts_moment_can_be_read,
    the_receipts_moment_is_not_in_the_future,
)
