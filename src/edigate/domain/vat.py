"""What a row of the VAT recap says where it leaves out what is zero by its nature (reference §7.3, §8.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edigate.domain.invoice import VatRow

UNTAXED = frozenset({"AE", "E", "G", "K", "O", "Z"})
"""Categories that bear no tax: reverse charge, exempt, export, intra-Community, out of scope, zero rate."""

_ZERO = Decimal(0)


def rate_of(row: VatRow) -> Decimal | None:
    """The row's rate in percent; 0 where it is left out and no tax is due; None where it cannot be told."""
    untaxed = row.category in UNTAXED or row.amount == 0
    return _ZERO if row.rate is None and untaxed else row.rate


def amount_of(row: VatRow) -> Decimal | None:
    """The row's tax; 0 where it is left out and no tax is due; None where it cannot be told."""
    untaxed = row.category in UNTAXED or row.rate == 0
    return _ZERO if row.amount is None and untaxed else row.amount
