"""The rules an invoice must meet: RULES is their table of contents, in the order in which faults are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.rules.amounts import AMOUNT_RULES
from edigate.rules.attachments import ATTACHMENT_RULES
from edigate.rules.channel import CHANNEL_RULES
from edigate.rules.currency import CURRENCY_RULES
from edigate.rules.identity import IDENTITY_RULES
from edigate.rules.lengths import LENGTH_RULES
from edigate.rules.parties import PARTY_RULES
from edigate.rules.payment import PAYMENT_RULES
from edigate.rules.recipient import RECIPIENT_RULES

if TYPE_CHECKING:
    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.rules.context import Context, Rule

RULES: tuple[Rule, ...] = (
    *IDENTITY_RULES,
    *CURRENCY_RULES,
    *CHANNEL_RULES,
    *PARTY_RULES,
    *RECIPIENT_RULES,
    *PAYMENT_RULES,
    *AMOUNT_RULES,
    *ATTACHMENT_RULES,
    *LENGTH_RULES,
)


def check(invoice: Invoice, context: Context) -> tuple[Fault, ...]:
    """Every fault and warning the rules find, in the order of the rules; path and line are for the parser to add."""
    return tuple(found for rule in RULES for found in rule(invoice, context))
