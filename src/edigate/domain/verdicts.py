"""What edigate decided on a flow and on each of its invoices (design §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.domain.invoice import Scheme
from edigate.domain.outcomes import Verdict
from edigate.domain.pickled import by_values

if TYPE_CHECKING:
    import datetime as dt

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Party
    from edigate.domain.reported import Receipt, ReportedStatus
    from edigate.domain.stages import Stage


@by_values
@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of a rendered piece, in memory or, past a size, in a private file of the run (`path`)."""

    data: bytes = b""
    path: str = ""
    size: int = 0


@by_values
@dataclass(frozen=True, slots=True)
class Examined:
    """One invoice as examined: what settle, the returns and the ledger need of it, never the document itself.

    `recipient` is the SIRET the invoice goes to (the State's, where its service code named it); `reader` the
    partner that gets the pivot, empty for a rejected invoice; `stage` says whose turn it is then. `entry` names the
    file inside the flow's archive, empty where the flow is the document.
    `pivot` is its CPPFacturePivotUnitaire, ready but for what only settle knows; `number_place` is where its number
    stands (path, line; in the file `number_entry`), for a duplicate that only settle can see.
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
    stage: Stage
    faults: tuple[Fault, ...]
    entry: str = ""
    market: str = ""
    engagement: str = ""
    validator: Party | None = None
    amount_due: str = ""
    currency: str = ""
    pivot: Content | None = None
    number_place: tuple[str, int | None] = ("", None)
    number_entry: str = ""

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


@by_values
@dataclass(frozen=True, slots=True)
class Examination:
    """What examining one deposit found, before the ledger's own checks (flow id, invoice numbers, what is reported on).

    A flow holds invoices, or what a partner reports: `statuses` of invoices, `receipts` of flows.
    """

    faults: tuple[Fault, ...] = ()
    invoices: tuple[Examined, ...] = ()
    statuses: tuple[ReportedStatus, ...] = ()
    receipts: tuple[Receipt, ...] = ()
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
