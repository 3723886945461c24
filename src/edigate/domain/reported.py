"""What a recipient or the portal reports in a CPPStatut: statuses of invoices, receipts of flows (reference §7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Scheme


@dataclass(frozen=True, slots=True)
class ReportedStatus:
    """One status of one invoice as its sender wrote it.

    `code` is of two digits in the numbering of EDI ("07" for `7` and `007`), empty where it is no number; `reason`
    the code of a reason read from the texts (reference §10.5), empty where none is known; `at` is aware, None where
    the document's cannot be read. `producer` is the attribute Id of Producteur, `mandate` IdMandatDP. `faults` are
    those that the rules on statuses find.
    """

    position: int
    code: str
    number: str
    supplier: str
    supplier_scheme: Scheme | None = None
    recipient: str = ""
    label: str = ""
    comment: str = ""
    reason: str = ""
    at: dt.datetime | None = None
    raw_at: str = ""
    issue_date: dt.date | None = None
    producer: str = ""
    mandate: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One error line of a receipt (reference §7.2.1)."""

    nature: str = ""
    code: str = ""
    label: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one flow at its recipient: `code` as above, `flow_id` the IdFlux that it names."""

    position: int
    code: str
    flow_id: str
    label: str = ""
    comment: str = ""
    at: dt.datetime | None = None
    raw_at: str = ""
    lines: tuple[ReportedLine, ...] = ()
    faults: tuple[Fault, ...] = ()
