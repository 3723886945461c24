"""What edigate decided on a flow and on each of its invoices (design §2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edigate.domain.invoice import Scheme

if TYPE_CHECKING:
    import datetime as dt

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Party


class Verdict(StrEnum):
    """The outcome of a flow; an invoice is integrated or rejected only."""

    INTEGRATED = "integrated"
    PARTIAL = "partial"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of a rendered piece, in memory or, past a size, in a private file of the run (`path`)."""

    data: bytes = b""
    path: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """One invoice as examined: what settle, the returns and the ledger need of it, never the document itself.

    `recipient` is the SIRET the invoice goes to (the State's, where its service code named it); `reader` the
    partner that gets the pivot, empty for a rejected invoice; `waits` says that a validator must see it first.
    `pivot` is its CPPFacturePivotUnitaire, ready but for what only settle knows; `number_place` is where its number
    stands (path, line), for a duplicate that only settle can see.
    """

    position: int
    number: str
    type_code: str
    issue_date: dt.date | None
    cadre: str
    supplier: Party
    recipient: str
    recipient_name: str
    service: str
    service_name: str
    reader: str
    waits: bool
    faults: tuple[Fault, ...]
    amount_due: str = ""
    currency: str = ""
    pivot: Content | None = None
    number_place: tuple[str, int | None] = ("", None)

    @property
    def accepted(self) -> bool:
        """Whether no fault blocks it."""
        return not any(fault.blocks for fault in self.faults)

    @property
    def key(self) -> tuple[str, int, str] | None:
        """What is unique in the gate: issuer (SIREN, or kind and identifier), year, number (reference §8.4)."""
        supplier = self.supplier
        if self.issue_date is None or not self.number or not supplier.identifier:
            return None
        # A TAHITI number may have the nine digits of somebody else's SIREN.
        is_siret = supplier.scheme is Scheme.SIRET
        issuer = supplier.identifier[:9] if is_siret else f"{supplier.scheme or ''}:{supplier.identifier}"
        return (issuer, self.issue_date.year, self.number)


@dataclass(frozen=True, slots=True)
class Examination:
    """What examining one deposit found, before the ledger's own checks (flow id, invoice numbers)."""

    faults: tuple[Fault, ...] = ()
    invoices: tuple[Examined, ...] = ()
    directory_version: str = ""

    @property
    def admissible(self) -> bool:
        """Whether no fault of the flow itself blocks it."""
        return not any(fault.blocks for fault in self.faults)


def verdict_of(*, admissible: bool, accepted: int, rejected: int) -> Verdict:
    """The flow's verdict by its invoices (design §2)."""
    if not admissible:
        return Verdict.INADMISSIBLE
    if rejected == 0:
        return Verdict.INTEGRATED
    return Verdict.PARTIAL if accepted else Verdict.REJECTED
