"""What a recipient or the portal reports in a CPPStatut: statuses of invoices, receipts of flows (reference §7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Scheme


class Spot(NamedTuple):
    """Where a field stands in its document (line from 1)."""

    field: str
    path: str
    line: int | None


@dataclass(frozen=True, slots=True)
class ReportedStatus:
    """One status of one invoice as its sender wrote it.

    `code` is of two digits in the numbering of EDI ("07" for `7` and `007`), empty where it is no number; `reason`
    the code of a reason read from the texts (reference §10.5), empty where none is known; `at` is aware, None where
    the document's cannot be read. `producer` is the attribute Id of Producteur, `mandate` IdMandatDP. `faults` are
    those that the rules on statuses find; `spots` tell where the fields stand that may be wrong by what the ledger
    knows, `entry` in which file of the flow's archive.
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
    spots: tuple[Spot, ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One error line of a receipt (reference §7.2.1)."""

    nature: str = ""
    code: str = ""
    label: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one flow at its recipient: `code`, `spots` and `entry` as above, `flow_id` the IdFlux named."""

    position: int
    code: str
    flow_id: str
    label: str = ""
    comment: str = ""
    at: dt.datetime | None = None
    raw_at: str = ""
    lines: tuple[ReportedLine, ...] = ()
    faults: tuple[Fault, ...] = ()
    spots: tuple[Spot, ...] = ()
    entry: str = ""


_MOST_LINES = 20


def words_of(receipt: Receipt) -> str:
    """What a recipient says of a flow, in one line: its comment, then its error lines, of many the first ones."""
    more = len(receipt.lines) - _MOST_LINES
    told = (receipt.comment, *map(_in_words, receipt.lines[:_MOST_LINES]), f"… (+{more})" if more > 0 else "")
    return "; ".join(filter(None, told))


def _in_words(line: ReportedLine) -> str:
    what = " ".join(filter(None, (line.nature, line.code)))
    return ": ".join(filter(None, (what, " – ".join(filter(None, (line.label, line.description))))))


def in_place(faults: Iterable[Fault], told: ReportedStatus | Receipt) -> tuple[Fault, ...]:
    """The same faults, those without a place where their fields stand; one that has a place keeps it."""
    places = {spot.field: spot for spot in told.spots}
    return tuple(
        found.placed(places[found.field].path, places[found.field].line).within(told.entry)
        if not found.path and found.field in places
        else found
        for found in faults
    )
