"""The supplier's VAT regime, and what rows leave out that is zero by its nature (reference §7.3, §8.4)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edigate.domain.invoice import Invoice, VatRow


class VatRegime(StrEnum):
    """Whether the supplier owes VAT, and if so from when on."""

    SANS_TVA = "SANS_TVA"
    EXONERATION = "EXONERATION"
    TVA_SUR_DEBIT = "TVA_SUR_DEBIT"
    TVA_SUR_ENCAISSEMENT = "TVA_SUR_ENCAISSEMENT"


UNTAXED = frozenset({"AE", "E", "G", "K", "O", "Z"})
"""Categories that bear no tax: reverse charge, exempt, export, intra-Community, out of scope, zero rate."""

_ZERO = Decimal(0)
_ON_PAYMENT_CODES = frozenset({"72", "432"})  # UNTDID 2475 in CII, its like of UNTDID 2005 in UBL
_ON_PAYMENT_WORD = "ENCAISSEMENT"


def regime_of(invoice: Invoice) -> VatRegime:
    """The regime that the recap tells: none without rows, exempt with a reason, else what is said of the due date.

    VAT is due on debit unless a row, or the supplier's own entry in UBL, says that it is on payment.
    """
    if not invoice.vat:
        return VatRegime.SANS_TVA
    if any(row.exemption_reason for row in invoice.vat):
        return VatRegime.EXONERATION
    said = (invoice.supplier.vat_regime, *(row.due_date_code for row in invoice.vat))
    return VatRegime.TVA_SUR_ENCAISSEMENT if any(map(_is_on_payment, said)) else VatRegime.TVA_SUR_DEBIT


def _is_on_payment(said: str) -> bool:
    return said in _ON_PAYMENT_CODES or _ON_PAYMENT_WORD in said.upper()


def rate_of(row: VatRow) -> Decimal | None:
    """The row's rate in percent; 0 where it is left out and no tax is due; None where it cannot be told."""
    untaxed = row.category in UNTAXED or row.amount == 0
    return _ZERO if row.rate is None and untaxed else row.rate


def amount_of(row: VatRow) -> Decimal | None:
    """The row's tax; 0 where it is left out and no tax is due; None where it cannot be told."""
    untaxed = row.category in UNTAXED or row.rate == 0
    return _ZERO if row.amount is None and untaxed else row.amount
