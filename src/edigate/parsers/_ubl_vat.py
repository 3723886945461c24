"""The tax totals and VAT recap of a UBL document, which may have several of each (reference §11.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from edigate.domain.invoice import VatRow
from edigate.parsers import _parts, _read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from edigate.parsers._tree import Found

_SCHEMES = frozenset({"VAT", "TVA", ""})
_ZERO = Decimal(0)


def registration(party: Found) -> Found:
    """The entry of a party that has its VAT number; where none has, the place of the next one."""
    for entry in _entries(party):
        if entry.first("id") is not None:
            return entry
    return party.row("taxes", len(party.rows.get("taxes", ())))


def regime(party: Found) -> str:
    """When a party's VAT falls due, in the words of the document."""
    return next((said for entry in _entries(party) if (said := entry.text("regime"))), "")


def _entries(party: Found) -> Iterator[Found]:
    return (entry for entry in party.rows.get("taxes", ()) if entry.text("scheme") in _SCHEMES)


def recap(found: Found) -> tuple[VatRow, ...]:
    """The VAT recap; when the tax falls due is said for all rows at once."""
    counted = rows(found)
    due = (found.text("tax_point") or regime(found.row("supplier"))) if counted else ""
    return tuple(VatRow(due_date_code=due, **row.values) for row in counted)


def tax(found: Found) -> _Element | None:
    """The tax total that counts, or the first of several that do."""
    return _parts.in_currency(found.every("tax"), _parts.currency_of(found))


def _counted(found: Found) -> list[_Element]:
    """The tax totals in the currency that counts; the others are in that of the accounts."""
    amounts = found.every("tax")
    first = tax(found) if len(amounts) > 1 else None
    if first is None:
        return amounts
    return [amount for amount in amounts if amount.get("currencyID") == first.get("currencyID")]


def total(found: Found) -> Decimal | None:
    """The tax of all totals that count: UBL may have one for each kind of tax, each with rows of its own."""
    counted = _counted(found)
    if len(counted) > 1:
        with_rows = {row.element.getparent() for row in found.rows.get("vat", ())}
        counted = [amount for amount in counted if amount.getparent() in with_rows] or counted[:1]
    values = [_read.number(_read.text(amount)) for amount in counted]
    known = [value for value in values if value is not None]
    return sum(known, _ZERO) if known and len(known) == len(values) else None


def rows(found: Found) -> Sequence[Found]:
    """The rows of every tax total that counts."""
    every = found.rows.get("vat", [])
    if len(found.every("tax")) <= 1:
        return every
    counted = {amount.getparent() for amount in _counted(found)}
    return [row for row in every if row.element.getparent() in counted]
