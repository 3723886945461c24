"""What the EDI channel takes: which cadres, on which interfaces, and with a validator or not (reference §9.2, §9.3).

A cadre that EDI never takes is refused as such, whatever the interface; any other by the interface it came on.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES, Cadre, CadreKind, Need, Operation
from edigate.domain.faults import Fault, fault, warning
from edigate.domain.interfaces import CadreClass, Interface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edigate.domain.invoice import Invoice
    from edigate.domain.settings import RuleSettings
    from edigate.rules.context import Context, Rule

# Kinds of cadre on classes of interface that do not carry them.
_MISPLACED: Mapping[tuple[CadreKind, CadreClass], str] = MappingProxyType(
    {
        (CadreKind.JUSTICE, CadreClass.GENERAL): "EDG-I146",
        (CadreKind.JUSTICE, CadreClass.WORKS): "EDG-I146",
        (CadreKind.SIMPLE, CadreClass.JUSTICE): "EDG-I151",
        (CadreKind.REIMBURSEMENT, CadreClass.JUSTICE): "EDG-I151",
        (CadreKind.WORKS, CadreClass.JUSTICE): "EDG-I151",
        (CadreKind.SIMPLE, CadreClass.WORKS): "EDG-I149",
        (CadreKind.REIMBURSEMENT, CadreClass.WORKS): "EDG-I149",
    }
)
_VALIDATOR: Mapping[Need, tuple[Callable[..., Fault], str]] = MappingProxyType(
    {Need.REQUIRED: (fault, "EDG-I160"), Need.EXPECTED: (warning, "EDG-I161")}
)


def decide(cadre_code: str, interface: Interface, operation: Operation, settings: RuleSettings) -> Fault | None:
    """Why EDI refuses this operation on this cadre over this interface, or None where it takes it.

    EDI has no association at all: the matrix has no "yes" in that column. An interface that carries no cadre
    (a status flow) is refused nothing for its own sake.
    """
    cadre = CADRES.get(cadre_code)
    code = "EDG-I140" if cadre is None else _refusal(cadre, interface, operation, settings)
    return fault(code, "cadre", cadre_code) if code else None


def the_channel_takes_the_cadre(invoice: Invoice, context: Context) -> Iterator[Fault]:
    """The cadre exists, and may be deposited over EDI on this interface."""
    refusal = decide(invoice.cadre, context.interface, Operation.INITIAL, context.settings)
    if refusal is not None:
        yield refusal


def a_validator_is_named_where_the_cadre_has_one(invoice: Invoice, _context: Context) -> Iterator[Fault]:
    """A subcontractor's or co-contractor's document names its validator; a draft statement had better do so."""
    cadre = CADRES.get(invoice.cadre)
    named = invoice.validator is not None and invoice.validator.identifier
    if cadre is not None and cadre.validator and not named:
        make, code = _VALIDATOR[cadre.validator]
        yield make(code, "validator.identifier")


def _refusal(cadre: Cadre, interface: Interface, operation: Operation, settings: RuleSettings) -> str:
    """The code of the first reason that applies, from the cadre to the interface; empty where none does."""
    if cadre.fault:
        return cadre.fault
    if cadre.kind is CadreKind.REIMBURSEMENT and not settings.take_a21:
        return "EDG-I147"
    if operation is Operation.ASSOCIATION:
        return "EDG-I152"
    if cadre.works and interface.cadres is CadreClass.GENERAL and not settings.works_on_general_interfaces:
        return "EDG-I148"
    return _MISPLACED.get((cadre.kind, interface.cadres), "") if interface.cadres else ""


CHANNEL_RULES: tuple[Rule, ...] = (the_channel_takes_the_cadre, a_validator_is_named_where_the_cadre_has_one)
