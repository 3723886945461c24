"""How the supplier is to be paid (reference §8.4, rules S2.05, G1.16 and G8.20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.faults import fault, warning
from edigate.domain.identifiers import compact_account, is_iban
from edigate.domain.payments import ACCOUNT_EXPECTED, PAYMENT_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

IBAN_LENGTH = 27


def the_payment_mode_is_given(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """An invoice says its payment mode, where its interface neither leaves it open nor has one of its own."""
    needed = context.interface.payment_required and not context.interface.payment_default
    if needed and not invoice.payment.code:
        yield fault("EDG-I080", "payment.code")


def the_payment_mode_is_in_the_list(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A payment mode is one of the list S2.05."""
    if invoice.payment.code and invoice.payment.code not in PAYMENT_CODES:
        yield fault("EDG-I081", "payment.code", invoice.payment.code)


def the_payment_mode_is_that_of_the_interface(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """Where the interface sets the payment mode, a listed one beside it is told: it is not kept."""
    given, constant = invoice.payment.code, context.interface.payment_default
    if context.interface.payment_always and given in PAYMENT_CODES and given != constant:
        yield warning("EDG-I085", "payment.code", given, constant=constant)


def a_transfer_had_better_have_an_account(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An invoice to be paid to an account names that account; it is taken without."""
    if invoice.payment.code in ACCOUNT_EXPECTED and not compact_account(invoice.payment.account):
        yield warning("EDG-I082", "payment.account")


def an_iban_is_well_formed(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """An account that is not called a RIB is an IBAN of at most 27 characters, spaces aside."""
    account = compact_account(invoice.payment.account)
    if not account or invoice.payment.account_kind == "RIB":
        return
    if len(account) > IBAN_LENGTH:
        yield fault("EDG-I084", "payment.account", invoice.payment.account)
    elif not is_iban(account):
        yield fault("EDG-I083", "payment.account", invoice.payment.account)


PAYMENT_RULES: tuple[Rule, ...] = (
    the_payment_mode_is_given,
    the_payment_mode_is_in_the_list,
    the_payment_mode_is_that_of_the_interface,
    a_transfer_had_better_have_an_account,
    an_iban_is_well_formed,
)
