"""What a VAT row tells without saying it, and the regime that all rows tell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from edigate.domain.invoice import Invoice, Party, Syntax, VatRow
from edigate.domain.vat import VatRegime, amount_of, rate_of, regime_of

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


@pytest.mark.parametrize(
    ("rows", "supplier", "regime"),
    [
        ((), "TVA ENCAISSEMENT", VatRegime.SANS_TVA),
        (("",), "", VatRegime.TVA_SUR_DEBIT),
        (("5",), "", VatRegime.TVA_SUR_DEBIT),
        (("72",), "", VatRegime.TVA_SUR_ENCAISSEMENT),
        (("", "432"), "", VatRegime.TVA_SUR_ENCAISSEMENT),
        (("TVA DEBIT",), "", VatRegime.TVA_SUR_DEBIT),
        (("",), "TVA encaissement", VatRegime.TVA_SUR_ENCAISSEMENT),
    ],
)
def test_the_regime_is_what_the_recap_tells(rows: tuple[str, ...], supplier: str, regime: VatRegime) -> None:
    """No recap is no VAT; else VAT is due on payment where a row or the supplier's entry says so."""
    vat = tuple(VatRow(D(20), D(100), D(20), due_date_code=code) for code in rows)

    assert regime_of(Invoice(Syntax.CII, supplier=Party(vat_regime=supplier), vat=vat)) is regime


def test_a_reason_for_exemption_comes_before_the_due_date() -> None:
    """One row with a reason makes the regime EXONERATION."""
    vat = (VatRow(D(20), D(100), D(20), due_date_code="72"), VatRow(exemption_reason="Article 261"))

    assert regime_of(Invoice(Syntax.CII, vat=vat)) is VatRegime.EXONERATION
