"""CPPStatut V1_19 as partners send it, statuses of invoices (FSO1301A), receipts of flows (FSO1300A) (§7.2)."""

from __future__ import annotations

import datetime as dt
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from edigate.domain.invoice import Scheme
from edigate.domain.reasons import reason_in
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.parsers import _read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

ROOTS: Mapping[str, str] = MappingProxyType({"CPPStatut": "cppstatut"})
PARIS = ZoneInfo("Europe/Paris")

_RECEIPTS = "CPPFluxStatuts/CPPFluxStatutUnitaire"
_STATUSES = "CPPFactureStatuts/CPPFactureStatutUnitaire"

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "status.code": "DonneesStatut/IdStatut",
        "status.label": "DonneesStatut/ComplementStatut",
        "status.comment": "DonneesStatut/Commentaire",
        "status.at": "DonneesStatut/Horodatage",
        "status.producer": "DonneesStatut/Producteur",
        "status.number": "DonneesStatut/IdFacture",
        "status.issue_date": "DonneesStatut/DateFacture",
        "status.mandate": "DonneesStatut/IdMandatDP",
        "status.supplier_scheme": "Fournisseur/TypeIdentifiant",
        "status.supplier": "Fournisseur/Identifiant",
        "status.recipient": "Debiteur/Identifiant",
        "receipt.code": "DonneesStatut/IdStatut",
        "receipt.label": "DonneesStatut/ComplementStatut",
        "receipt.comment": "DonneesStatut/Commentaire",
        "receipt.at": "DonneesStatut/Horodatage",
        "receipt.flow_id": "DonneesStatut/IdFlux",
        "receipt.lines": "DonneesStatut/Details",
    }
)
"""Where each field of a unit stands below it."""

_NUMBER = re.compile(r"\+?0*([0-9]+)", re.ASCII)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_MIDNIGHT_AFTER = "24:00:00"


def is_receipts(root: _Element) -> bool:
    """Whether a CPPStatut holds statuses of flows rather than of invoices."""
    return root.find("CPPFluxStatuts") is not None


def parse(root: _Element, zone: dt.tzinfo = PARIS) -> tuple[ReportedStatus, ...] | tuple[Receipt, ...]:
    """What a CPPStatut reports; a moment without a zone is of this one, nothing raises."""
    return receipts(root, zone) if is_receipts(root) else statuses(root, zone)


def statuses(root: _Element, zone: dt.tzinfo = PARIS) -> tuple[ReportedStatus, ...]:
    """The statuses of invoices, counted from 1; what is missing or unreadable is empty or None."""
    return tuple(_status(unit, position, zone) for position, unit in enumerate(root.iterfind(_STATUSES), start=1))


def receipts(root: _Element, zone: dt.tzinfo = PARIS) -> tuple[Receipt, ...]:
    """The receipts of flows, counted from 1; what is missing or unreadable is empty or None."""
    return tuple(_receipt(unit, position, zone) for position, unit in enumerate(root.iterfind(_RECEIPTS), start=1))


def locate(root: _Element, position: int, field: str) -> tuple[str, int | None]:
    """The path and line of a field of one unit (counted from 1).

    Where it is missing: the path where it belongs, and the line of the nearest element that exists. An unknown field
    is placed at the unit, a unit that is not there at the root.
    """
    return locate_in(root)(position, field)


def locate_in(root: _Element) -> Callable[[int, str], tuple[str, int | None]]:
    """`locate` for many fields of a document, whose units it counts once."""
    kind = _RECEIPTS if is_receipts(root) else _STATUSES
    units = root.findall(kind)

    def place(position: int, field: str) -> tuple[str, int | None]:
        if not 1 <= position <= len(units):
            return f"/{root.tag}", cast("int | None", root.sourceline)
        index = f"[{position}]" if len(units) > 1 else ""
        steps = tuple(filter(None, PLACES.get(field, "").split("/")))
        nearest = _nearest(units[position - 1], steps)
        return "/".join((f"/{root.tag}/{kind}{index}", *steps)), cast("int | None", nearest.sourceline)

    return place


def _nearest(element: _Element, steps: tuple[str, ...]) -> _Element:
    """The last element that exists on the way."""
    for step in steps:
        child = element.find(step)
        if child is None:
            break
        element = child
    return element


def _status(unit: _Element, position: int, zone: dt.tzinfo) -> ReportedStatus:
    label, comment = _text(unit, "status.label"), _text(unit, "status.comment")
    producer = unit.find(PLACES["status.producer"])
    raw_at = _text(unit, "status.at")
    return ReportedStatus(
        position=position,
        code=_code(_text(unit, "status.code")),
        number=_text(unit, "status.number"),
        supplier=_text(unit, "status.supplier"),
        supplier_scheme=_scheme(_text(unit, "status.supplier_scheme")),
        recipient=_text(unit, "status.recipient"),
        label=label,
        comment=comment,
        reason=reason_in(label, comment),
        at=moment(raw_at, zone),
        raw_at=raw_at,
        issue_date=_day(_text(unit, "status.issue_date")),
        producer="" if producer is None else producer.get("Id", "").strip(_read.XML_SPACE),
        mandate=_text(unit, "status.mandate"),
    )


def _receipt(unit: _Element, position: int, zone: dt.tzinfo) -> Receipt:
    raw_at = _text(unit, "receipt.at")
    lines = unit.iterfind(f"{PLACES['receipt.lines']}/LigneErreurDetail")
    return Receipt(
        position=position,
        code=_code(_text(unit, "receipt.code")),
        flow_id=_text(unit, "receipt.flow_id"),
        label=_text(unit, "receipt.label"),
        comment=_text(unit, "receipt.comment"),
        at=moment(raw_at, zone),
        raw_at=raw_at,
        lines=tuple(_line(line) for line in lines),
    )


def _line(line: _Element) -> ReportedLine:
    parts = ("NatureErreur", "CodeErreur", "LibelleErreur", "DescriptionErreur")
    return ReportedLine(*(_read.text(line.find(part)) for part in parts))


def _text(unit: _Element, field: str) -> str:
    return _read.text(unit.find(PLACES[field]))


def _code(raw: str) -> str:
    """Two digits at least: the format lets `7` and `007` stand for `07` (reference §7)."""
    match = _NUMBER.fullmatch(raw)
    return match[1].zfill(2) if match else ""


def _scheme(raw: str) -> Scheme | None:
    match = _NUMBER.fullmatch(raw)
    return Scheme(match[1]) if match and match[1] in set(Scheme) else None


def _day(raw: str) -> dt.date | None:
    """An xs:date, whose zone says nothing about an invoice's day."""
    match = _DAY.fullmatch(raw)
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def moment(raw: str, zone: dt.tzinfo) -> dt.datetime | None:
    """An xs:dateTime, in `zone` where it says none; None for other forms, and for years that no clock here reaches."""
    match = _MOMENT.fullmatch(raw)
    if match is None:
        return None
    day, time, fraction, said = match.group("day", "time", "fraction", "zone")
    ends_day = time == _MIDNIGHT_AFTER and not (fraction or "").strip("0")
    microseconds = f"{fraction or '':0<6.6}"
    try:
        read = dt.datetime.fromisoformat(f"{day}T{'00:00:00' if ends_day else time}.{microseconds}{said or '+00:00'}")
        read += dt.timedelta(days=ends_day)
    except (ValueError, OverflowError):
        return None
    if not dt.MINYEAR < read.year < dt.MAXYEAR:
        return None
    return read if said else read.replace(tzinfo=zone)
