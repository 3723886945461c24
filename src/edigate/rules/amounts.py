"""Amounts: there, of a size that fits, and adding up (reference §8.4, §8.5)."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from edigate.domain.faults import LONGEST_TEXT, fault, warning
from edigate.domain.invoice import OUTSIDE_SUMS, Syntax
from edigate.domain.vat import amount_of, rate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import AllowanceCharge, Invoice, Totals
    from edigate.rules.context import Context, Rule

_ZERO = Decimal(0)
TOLERANCE = Decimal("0.01")
DECIMALS = 6
POSITIONS = 19
PAID_CADRE = "A2"
_SURELY_FIT = len("0.123456")  # as a number with all of its decimals and one more digit

# Numbers with limits: how their fields are told, their names, and how a record gives all of its own at once.
_NUMBERS = tuple(
    (field, names, attrgetter(*names))
    for field, names in (
        (
            "totals.{1}",
            ("lines", "allowances", "charges", "without_tax", "tax", "with_tax", "prepaid", "rounding", "due"),
        ),
        ("vat[{0}].{1}", ("rate", "base", "amount")),
        ("lines[{0}].{1}", ("gross_price", "net_price", "quantity", "net_amount", "vat_rate")),
    )
)


def a_paid_invoice_has_nothing_due(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """In the cadre A2, already paid, the amount due is 0."""
    if _is_due_though_paid(invoice):
        yield fault("EDG-I090", "totals.due", plain(invoice.totals.due))


def the_total_without_tax_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice has a total without tax."""
    if invoice.totals.without_tax is None:
        yield fault("EDG-I100", "totals.without_tax")


def the_total_with_tax_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice has a total with tax."""
    if invoice.totals.with_tax is None:
        yield fault("EDG-I101", "totals.with_tax")


def the_amount_due_is_given(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice has an amount due."""
    if invoice.totals.due is None:
        yield fault("EDG-I102", "totals.due")


def the_total_without_tax_adds_up(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """The total without tax is that of the lines, plus charges, minus allowances, where both totals are there."""
    totals = invoice.totals
    right = _right_without_tax(totals, whole=_whole(context))
    return _compared(fault, "EDG-I103", "totals.without_tax", totals.without_tax, right)


def the_total_with_tax_adds_up(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """The total with tax is the one without, plus the tax, where all three are there."""
    totals = invoice.totals
    right = _right_with_tax(totals, whole=_whole(context))
    return _compared(fault, "EDG-I104", "totals.with_tax", totals.with_tax, right)


def the_amount_due_adds_up(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """The amount due is the total with tax, minus what was prepaid, plus the rounding, where both totals are there.

    CPPFactureMixte has no place for what was prepaid: there the amount due may be any.
    """
    if invoice.syntax is Syntax.CPP_MIXTE or _is_due_though_paid(invoice):
        return ()
    right = _right_due(invoice.totals, whole=_whole(context))
    return _compared(fault, "EDG-I105", "totals.due", invoice.totals.due, right)


def the_lines_had_better_add_up(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """The lines' amounts make their total, where each has one; those of AIFE's flow P20 do not."""
    if the_total_without_tax_adds_up(invoice, context):
        return ()
    amounts = [line.net_amount for line in invoice.lines if line.kind not in OUTSIDE_SUMS]
    return _compared_sum("EDG-I106", "totals.lines", invoice.totals.lines, amounts)


def the_vat_rows_had_better_add_up(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """The rows of the VAT recap make its total, where each has an amount; those of AIFE's flow P17 do not."""
    if the_total_with_tax_adds_up(invoice, context):
        return ()
    return _compared_sum("EDG-I107", "totals.tax", invoice.totals.tax, [row.amount for row in invoice.vat])


def the_total_with_tax_had_better_be_that_of_the_vat_rows(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The total with tax is the one without, plus the VAT rows, where the tax is stated nowhere else.

    So in CPPFactureMixte, which has no place for the total tax and for what else a total may hold: it only warns.
    """
    totals, amounts = invoice.totals, [row.amount for row in invoice.vat]
    known = [amount for amount in amounts if amount is not None]
    if totals.tax is None and totals.without_tax is not None and known and len(known) == len(amounts):
        right = (totals.without_tax + sum(known, _ZERO),)
        yield from _compared(warning, "EDG-I112", "totals.with_tax", totals.with_tax, right)


def a_gross_price_had_better_have_an_allowance(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A gross price comes with the allowance that leads to the net one; told once, of the first such line.

    Chorus Pro refuses the contrary in Factur-X (reference §8.4), while all of AIFE's own CII flows and some of its
    Factur-X do it.
    """
    for index, line in enumerate(invoice.lines):
        if line.gross_price is not None and not line.has_allowance:
            yield warning("EDG-I108", f"lines[{index}].gross_price", plain(line.gross_price))
            return


def a_number_has_at_most_6_decimals_and_19_positions(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An amount, price, quantity or rate has at most 6 decimals and 19 digits in all, idle zeros aside."""
    for field, value in _long_numbers(invoice):
        whole, decimals = positions(value)
        if decimals > DECIMALS:
            yield fault("EDG-I109", field, plain(value))
        elif whole + decimals > POSITIONS:
            yield fault("EDG-I110", field, plain(value))


def no_number_is_longer_than_anybody_reads(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A number that no limit of Chorus Pro is known for has at most 1000 digits before and after its point.

    What belongs to a price or to an allowance is told as that is.
    """
    for field, value in _further_numbers(invoice):
        if max(positions(value)) > LONGEST_TEXT:
            yield fault("EDG-I110", field, plain(value))


def a_vat_row_is_complete(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A row of the VAT recap has the pivot's three: rate, base and amount, but for those that its kind tells."""
    for index, row in enumerate(invoice.vat):
        known = {"rate": rate_of(row), "base": row.base, "amount": amount_of(row)}
        for name, value in known.items():
            if value is None:
                yield fault("EDG-I111", f"vat[{index}].{name}")


def _is_due_though_paid(invoice: Invoice) -> bool:
    return invoice.cadre == PAID_CADRE and bool(invoice.totals.due)


def _whole(context: Context) -> bool:
    """Whether a sum is compared only where each of its terms is stated, rounding apart.

    So in Factur-X: MINIMUM has no place for lines, charges, allowances and prepaid amounts, be there any or not, and
    some of AIFE's own leave them out. Elsewhere what is added or taken off counts as none where it is left out.
    """
    return context.interface.container == "pdf"


def _right_without_tax(totals: Totals, *, whole: bool) -> tuple[Decimal, ...]:
    """What the total without tax may be; nothing where a term of it is not known."""
    if totals.lines is None or totals.untotalled or (whole and None in {totals.charges, totals.allowances}):
        return ()
    return (totals.lines + (totals.charges or _ZERO) - (totals.allowances or _ZERO),)


def _right_with_tax(totals: Totals, *, whole: bool) -> tuple[Decimal, ...]:
    if totals.tax is None:
        return ()
    right = _versions(totals.without_tax, _right_without_tax(totals, whole=whole))
    return tuple(base + totals.tax for base in right)


def _right_due(totals: Totals, *, whole: bool) -> tuple[Decimal, ...]:
    if whole and totals.prepaid is None:
        return ()
    due = (totals.rounding or _ZERO) - (totals.prepaid or _ZERO)
    return tuple(total + due for total in _versions(totals.with_tax, _right_with_tax(totals, whole=whole)))


def _versions(stated: Decimal | None, right: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """An amount as stated and, where that is wrong, as it should be: one mistake is told once, not in every sum."""
    if stated is None:
        return ()
    return (stated,) if _fits(stated, right) else (stated, *right)


def _fits(stated: Decimal, right: tuple[Decimal, ...]) -> bool:
    """Whether it is as near to one of these as rounding explains; most are one of them."""
    return not right or stated in right or any(abs(stated - amount) <= TOLERANCE for amount in right)


def _compared(
    make: Callable[..., Fault], code: str, field: str, stated: Decimal | None, right: tuple[Decimal, ...]
) -> tuple[Fault, ...]:
    """A fault where what is stated, if anything, is none of what is right, if that can be told."""
    if stated is None or _fits(stated, right):
        return ()
    return (make(code, field, plain(stated), expected=plain(right[-1])),)


def _compared_sum(
    code: str, field: str, stated: Decimal | None, amounts: Sequence[Decimal | None]
) -> tuple[Fault, ...]:
    """A warning where amounts that are all known do not make their stated sum."""
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts):
        return ()
    return _compared(warning, code, field, stated, (sum(known, _ZERO),))


def _long_numbers(invoice: Invoice) -> Iterator[tuple[str, Decimal]]:
    """The numbers of the invoice that may have too many digits, with their fields."""
    parts: tuple[Sequence[object], ...] = ((invoice.totals,), invoice.vat, invoice.lines)
    for (field, names, numbers), records in zip(_NUMBERS, parts, strict=True):
        for index, record in enumerate(records):
            for at, value in enumerate(numbers(record)):
                if value is not None and _may_be_long(value):
                    yield field.format(index, names[at]), value


def _may_be_long(value: Decimal) -> bool:
    """Whether a number can have more than 6 decimals or 19 digits: not in 8 characters that are all there is to it."""
    text = str(value)
    return len(text) > _SURELY_FIT or "E" in text


def _further_numbers(invoice: Invoice) -> Iterator[tuple[str, Decimal]]:
    """The long ones of the numbers that no limit is known for, each with the field of a fault that is nearest to it."""
    yield from _of_allowances(invoice.allowances, "")
    for index, line in enumerate(invoice.lines):
        for value in (line.price_allowance, line.price_base):
            if value is not None and _may_be_long(value):
                yield f"lines[{index}].net_price", value
        if line.allowances:
            yield from _of_allowances(line.allowances, f"lines[{index}].")


def _of_allowances(allowances: Sequence[AllowanceCharge], of: str) -> Iterator[tuple[str, Decimal]]:
    for at, one in enumerate(allowances):
        for value in (one.amount, one.base):
            if value is not None and _may_be_long(value):
                yield f"{of}allowances[{at}].amount", value


def positions(value: Decimal) -> tuple[int, int]:
    """Digits before and after the point, without the zeros that say nothing."""
    whole, _, decimals = plain(value).lstrip("-").partition(".")
    return len(whole.lstrip("0")), len(decimals.rstrip("0"))


def plain(value: Decimal | None) -> str:
    """The number without exponent, as documents write it."""
    return f"{value:f}"


AMOUNT_RULES: tuple[Rule, ...] = (
    the_total_without_tax_is_given,
    the_total_with_tax_is_given,
    the_amount_due_is_given,
    a_paid_invoice_has_nothing_due,
    the_total_without_tax_adds_up,
    the_total_with_tax_adds_up,
    the_amount_due_adds_up,
    the_lines_had_better_add_up,
    the_vat_rows_had_better_add_up,
    the_total_with_tax_had_better_be_that_of_the_vat_rows,
    a_gross_price_had_better_have_an_allowance,
    a_number_has_at_most_6_decimals_and_19_positions,
    no_number_is_longer_than_anybody_reads,
    a_vat_row_is_complete,
)
