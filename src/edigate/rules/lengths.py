"""Texts and quantities as long as the notes of Factur-X say that Chorus Pro takes them, or else told (reference §7.7).

Nothing is refused for its length here: the limits are notes of the standard about Chorus Pro, and whether Chorus
refuses what is longer, cuts it or takes it is not known. The limits that do refuse have rules of their own (number,
service code, supplier's name, amounts); payment terms are no part of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.faults import warning
from edigate.rules.amounts import DECIMALS, POSITIONS, plain, positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

TEXT_LENGTH = 1024
NAME_LENGTH = 99
ARTICLE_LENGTH = 40
SITE_LENGTH = 20
QUANTITY_DIGITS = 10


class Limit(NamedTuple):
    """How many characters a field may have; its key (of `domain.fields`) is also the way to its texts in the model."""

    field: str
    texts: Callable[[Invoice], Sequence[str]]
    most: int


LIMITS: tuple[Limit, ...] = (
    Limit("notes[]", lambda invoice: invoice.notes, TEXT_LENGTH),
    Limit("recipient.name", lambda invoice: (invoice.recipient.name,), NAME_LENGTH),
    Limit("validator.name", lambda invoice: (invoice.validator.name,) if invoice.validator else (), NAME_LENGTH),
    Limit("payee.name", lambda invoice: (invoice.payee.name,) if invoice.payee else (), NAME_LENGTH),
    Limit("site.identifier", lambda invoice: (invoice.site.identifier,), SITE_LENGTH),
    Limit("allowances[].reason", lambda invoice: [one.reason for one in invoice.allowances], TEXT_LENGTH),
    Limit("vat[].exemption_reason", lambda invoice: [row.exemption_reason for row in invoice.vat], TEXT_LENGTH),
    Limit("lines[].notes[]", lambda invoice: [note for line in invoice.lines for note in line.notes], TEXT_LENGTH),
    Limit("lines[].product", lambda invoice: [line.product for line in invoice.lines], ARTICLE_LENGTH),
    Limit("lines[].site.identifier", lambda invoice: [line.site.identifier for line in invoice.lines], SITE_LENGTH),
    Limit(
        "lines[].allowances[].reason",
        lambda invoice: [one.reason for line in invoice.lines for one in line.allowances],
        TEXT_LENGTH,
    ),
)


def a_text_had_better_be_as_short_as_chorus_takes_it(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A text has at most as many characters as LIMITS gives its field; told once, of the first text of the field."""
    for field, texts, most in LIMITS:
        found = texts(invoice)
        if found and max(map(len, found)) > most:
            every = _placed(invoice, field.split("."))
            place, text = next((place, text) for place, text in every if len(text) > most)
            yield warning("EDG-I056", place, text, found=len(text), most=most, unit="characters")


def a_quantity_had_better_have_at_most_10_digits(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A quantity has at most 10 digits, idle zeros aside; told once, of the first that no other rule refuses."""
    for index, line in enumerate(invoice.lines):
        if line.quantity is not None and len(str(line.quantity)) > QUANTITY_DIGITS:
            whole, decimals = positions(line.quantity)
            if QUANTITY_DIGITS < whole + decimals <= POSITIONS and decimals <= DECIMALS:
                digits, shown = whole + decimals, plain(line.quantity)
                yield warning(
                    "EDG-I056", f"lines[{index}].quantity", shown, found=digits, most=QUANTITY_DIGITS, unit="digits"
                )
                return


def _placed(record: object, steps: Sequence[str], at: str = "") -> Iterator[tuple[str, str]]:
    """Every text that a field's key leads to, with the key as faults carry it."""
    if not steps:
        yield at, str(record)
        return
    name, several, _ = steps[0].partition("[]")
    value, place = getattr(record, name), f"{at}.{name}".lstrip(".")
    parts = [(f"{place}[{index}]", one) for index, one in enumerate(value)] if several else [(place, value)]
    for inner, part in parts:
        yield from _placed(part, steps[1:], inner)


LENGTH_RULES: tuple[Rule, ...] = (
    a_text_had_better_be_as_short_as_chorus_takes_it,
    a_quantity_had_better_have_at_most_10_digits,
)
