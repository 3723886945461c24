"""The invoice's one currency (reference §8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iso4217 import Currency

from edigate.domain.faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

# fmt: off
_WITHDRAWN = frozenset({
    "ANG", "BGN", "BYR", "CUC", "EEK", "HRK", "LTL", "LVL", "MRO", "SKK", "SLL", "STD", "VEF", "ZMK", "ZWL",
})
# fmt: on
"""Codes withdrawn since 2009, which older invoices rightly have."""

CURRENCIES = frozenset(currency.value for currency in Currency) | _WITHDRAWN


def the_currency_is_of_iso_4217(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """The currency is a code of ISO 4217; without one it is the euro."""
    if invoice.currency and invoice.currency not in CURRENCIES:
        yield fault("EDG-I030", "currency", invoice.currency)


def there_is_one_currency(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """All amounts of an invoice are in its currency; nothing is said beside one that is none."""
    if invoice.other_currencies and not any(the_currency_is_of_iso_4217(invoice, context)):
        yield fault("EDG-I031", "currency", ", ".join(filter(None, (invoice.currency, *invoice.other_currencies))))


CURRENCY_RULES: tuple[Rule, ...] = (the_currency_is_of_iso_4217, there_is_one_currency)
