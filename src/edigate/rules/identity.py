"""The invoice's number, type and dates (reference §8.3, §8.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edigate.domain.faults import fault
from edigate.domain.invoice import Syntax

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

NUMBER_LENGTH = 20
INVOICE, CREDIT_NOTE = "380", "381"
_IN_FACTURX = ("384", "386")
YEARS = range(2000, 2100)

_FORBIDDEN_IN_NUMBER = re.compile(r"[^A-Za-z0-9 \-+_/]")


def the_number_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice has a number."""
    if not invoice.number:
        yield fault("EDG-I001", "number")


def the_number_has_at_most_20_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A number has at most 20 characters."""
    if len(invoice.number) > NUMBER_LENGTH:
        yield fault("EDG-I002", "number", invoice.number)


def the_number_has_allowed_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A number is made of unaccented letters, digits, spaces and - + _ /."""
    found = dict.fromkeys(_FORBIDDEN_IN_NUMBER.findall(invoice.number))
    if found:
        yield fault("EDG-I003", "number", invoice.number, characters=" ".join(map(_shown, found)))


def the_number_has_no_stray_space(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A number neither starts nor ends with a space, and has no two in a row."""
    if invoice.number != invoice.number.strip(" ") or "  " in invoice.number:
        yield fault("EDG-I004", "number", invoice.number)


def the_type_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice says its type; a UBL credit note says it by its root element alone."""
    if not invoice.type_code and invoice.syntax is not Syntax.UBL_CREDIT_NOTE:
        yield fault("EDG-I010", "type_code")


def the_type_is_one_that_is_taken(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """The type is 380 or 381; a Factur-X may be a corrected invoice (384) or a prepayment (386) as well."""
    allowed = (INVOICE, CREDIT_NOTE, *(_IN_FACTURX if context.interface.container == "pdf" else ()))
    if invoice.type_code and invoice.type_code not in allowed:
        yield fault("EDG-I011", "type_code", invoice.type_code, allowed=", ".join(allowed))


def the_type_fits_the_root_element(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A document whose root says that it is a credit note does not call itself an invoice.

    The other way round is allowed: AIFE's older UBL has the one root for both.
    """
    if invoice.syntax is Syntax.UBL_CREDIT_NOTE and invoice.type_code == INVOICE:
        yield fault("EDG-I012", "type_code", invoice.type_code)


def the_issue_date_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice has an issue date."""
    if invoice.issue_date is None and not invoice.raw_issue_date.strip():
        yield fault("EDG-I020", "issue_date")


def the_issue_date_can_be_read(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The issue date is a day that exists, in the syntax's own format."""
    if invoice.issue_date is None and invoice.raw_issue_date.strip():
        form = "YYYYMMDD" if invoice.syntax is Syntax.CII else "YYYY-MM-DD"
        yield fault("EDG-I021", "issue_date", invoice.raw_issue_date, format=form)


def the_issue_date_is_not_after_the_deposit(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """An invoice is not issued after the day it is deposited."""
    issued = invoice.issue_date
    if issued is not None and _in_range(issued) and issued > context.received_on:
        yield fault("EDG-I022", "issue_date", issued, deposited=context.received_on)


def the_issue_year_is_of_this_century(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The year of issue is between 2000 and 2099."""
    if invoice.issue_date is not None and not _in_range(invoice.issue_date):
        yield fault("EDG-I023", "issue_date", invoice.issue_date)


def an_origin_invoice_has_at_most_20_characters(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A reference to the invoice that this one corrects is a number, so it has at most 20 characters."""
    for index, reference in enumerate(invoice.preceding):
        if len(reference) > NUMBER_LENGTH:
            yield fault("EDG-I170", f"preceding[{index}]", reference)


def _in_range(day: dt.date) -> bool:
    return day.year in YEARS


def _shown(character: str) -> str:
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


IDENTITY_RULES: tuple[Rule, ...] = (
    the_number_is_given,
    the_number_has_at_most_20_characters,
    the_number_has_allowed_characters,
    the_number_has_no_stray_space,
    the_type_is_given,
    the_type_is_one_that_is_taken,
    the_type_fits_the_root_element,
    the_issue_date_is_given,
    the_issue_date_can_be_read,
    the_issue_date_is_not_after_the_deposit,
    the_issue_year_is_of_this_century,
    an_origin_invoice_has_at_most_20_characters,
)
