"""What a receipt does to its pivot: noted, offered once more, or shown to operators (reference §6.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edigate.domain.faults import fault, warning
from edigate.domain.reported import in_place
from edigate.domain.statuses import FlowStatus

if TYPE_CHECKING:
    from edigate.domain.faults import Fault
    from edigate.domain.reported import Receipt


@dataclass(frozen=True, slots=True)
class Pivot:
    """A pivot when its receipt comes in: `receipt` is the code that it has, `offers` how often it was renewed.

    `renewing`: it is to be offered once more, which has not come about yet.
    """

    delivery: int
    partner: str
    published: bool
    receipt: str = ""
    offers: int = 0
    renewing: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What the gate says to one receipt: faults; whether the pivot is offered once more, or an operator alerted."""

    receipt: Receipt
    faults: tuple[Fault, ...]
    delivery: int | None = None
    noted: bool = False
    offers_again: bool = False
    alerts: bool = False

    @property
    def accepted(self) -> bool:
        """Whether no fault blocks it."""
        return not any(found.blocks for found in self.faults)


def acknowledge(receipt: Receipt, pivot: Pivot | None) -> ReceiptAnswer:
    """Judge the receipt of a pivot; one that was refused is offered once more, and refused again it is an alert."""
    found = _acknowledged(receipt, pivot)
    return replace(found, faults=in_place(found.faults, receipt))


def _acknowledged(receipt: Receipt, pivot: Pivot | None) -> ReceiptAnswer:
    if pivot is None:
        # What is no flow's identifier is not unknown as well: that is one mistake.
        malformed = any(found.field == "receipt.flow_id" for found in receipt.faults)
        unknown = () if malformed else (fault("EDG-S040", "receipt.flow_id", receipt.flow_id),)
        return ReceiptAnswer(receipt, (*receipt.faults, *unknown))
    if not pivot.published:
        early = fault("EDG-S042", "receipt.flow_id", receipt.flow_id)
        return ReceiptAnswer(receipt, (*receipt.faults, early), pivot.delivery)
    found = ReceiptAnswer(receipt, receipt.faults, pivot.delivery)
    if not found.accepted:
        return found
    refused = receipt.code == FlowStatus.REFUSED_BY_RECIPIENT
    if pivot.receipt == receipt.code and (pivot.renewing or not refused):
        return replace(found, faults=(*found.faults, warning("EDG-S041", "receipt.flow_id", receipt.flow_id)))
    return replace(found, noted=True, offers_again=refused and pivot.offers == 0, alerts=refused and pivot.offers > 0)
