"""The lines of an invoice as a person reads them."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from edigate.domain.invoice import NO_SITE, Line
from edigate.emitters._french import amount, day, figure, joined, labelled, percent
from edigate.emitters._labels import LINES
from edigate.emitters._readable_parties import place
from edigate.emitters._sheet import Column, Shape, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.domain.invoice import AllowanceCharge

# What the designation of a line tells besides its name, description and reference, and nothing of it.
_rest = attrgetter(
    *("kind", "status", "substatus", "gross_price", "price_allowance", "price_base"),
    *("allowances", "delivery_date", "site", "notes"),
)
_NO_REST = _rest(Line())


@lru_cache(maxsize=64)
def _line_shape(currency: str) -> Shape:
    columns = (
        Column("N°", 6),
        Column("Désignation", 24),
        Column("Quantité", 7, right=True),
        Column(f"Prix unitaire HT ({currency})", 11, right=True),
        Column("TVA", 6, right=True),
        Column(f"Montant HT ({currency})", 11, right=True),
    )
    return Shape(columns)


def lines_table(lines: Sequence[Line], currency: str) -> Table:
    """Every line, with all that is said of it."""
    rows = [
        (
            line.number,
            _designation(line),
            figure(line.quantity),
            amount(line.unit_price),
            percent(line.vat_rate),
            amount(line.net_amount),
        )
        for line in lines
    ]
    return Table(_line_shape(currency), rows)


def _designation(line: Line) -> str:
    """What a line is for; most lines have a name and a reference only."""
    known = joined(line.name, line.description, labelled("Référence", line.product), sep="\n")
    if _rest(line) == _NO_REST:
        return known
    return joined(
        known,
        labelled("Type", _kind(line)),
        _price(line),
        *(_allowance(allowance) for allowance in line.allowances),
        _delivery(line),
        *line.notes,
        sep="\n",
    )


def _delivery(line: Line) -> str:
    site = "" if line.site == NO_SITE else joined(line.site.name, place(line.site).replace("\n", ", "))
    return labelled("Livraison", joined(day(line.delivery_date), site))


def _kind(line: Line) -> str:
    """Type, status and sub-status in words, each once, though CII tells one by the other."""
    codes = filter(None, (line.kind, line.status, line.substatus))
    return " · ".join(dict.fromkeys(LINES.get(code, code) for code in codes))


def _price(line: Line) -> str:
    """How the price came about, where it is not just the price."""
    gross_is_price = line.gross_price is None or line.gross_price == line.unit_price
    if gross_is_price and not line.price_allowance and (line.price_base is None or line.price_base == 1):
        return ""
    return joined(
        labelled("Prix brut", amount(line.gross_price)),
        labelled("remise", amount(line.price_allowance)),
        labelled("prix net", amount(line.net_price)),
        labelled("pour", figure(line.price_base), ""),
        sep=", ",
    )


def _allowance(allowance: AllowanceCharge) -> str:
    kind = "Charge" if allowance.is_charge else "Remise"
    said = joined(allowance.code, allowance.reason)
    base = f"sur {amount(allowance.base)}" if allowance.base is not None else ""
    return labelled(kind, joined(amount(allowance.amount), base, said, sep=" "))
