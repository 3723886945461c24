"""What a VAT row tells without saying it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from edigate.domain.invoice import VatRow
from edigate.domain.vat import amount_of, rate_of

D = Decimal


@pytest.mark.parametrize(
    ("row", "rate", "amount"),
    [
        (VatRow(D(20), D(100), D(20), "S"), D(20), D(20)),
        (VatRow(None, D(100), D(20), "S"), None, D(20)),
        (VatRow(D(20), D(100), None, "S"), D(20), None),
        (VatRow(None, D(100), None, "S"), None, None),
        (VatRow(None, D(100), None, "AE"), D(0), D(0)),
        (VatRow(None, D(100), D(0), "S"), D(0), D(0)),
        (VatRow(D(0), D(100), None, "S"), D(0), D(0)),
        (VatRow(D("5.5"), D(100), D("5.5"), "E"), D("5.5"), D("5.5")),
    ],
)
def test_zero_where_no_tax_is_due(row: VatRow, rate: Decimal | None, amount: Decimal | None) -> None:
    """Rate and amount are 0 where the category or the other of the two says so, and are never guessed."""
    assert (rate_of(row), amount_of(row)) == (rate, amount)
