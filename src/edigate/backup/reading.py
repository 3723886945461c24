"""What files say that nobody has judged: partners' statuses and receipts, and what the gate itself once handed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.faults import Fault, Refusal
from edigate.parsers import cppstatut
from edigate.parsers._xml import kind_of, read
from edigate.pipeline.documents import ARCHIVES
from edigate.unpacking import Limits, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from edigate.domain.settings import RuleSettings

_HEAD, _MARK = 65_536, b"CPPStatut"
_SENDER = "Enveloppe/EnveloppeUnitaire/Partenaires/Emetteur/Id"
_SUPPLIER = "Fournisseur/Identifiant"


class Named(NamedTuple):
    """An invoice as documents name it."""

    number: str
    supplier: str


@dataclass(slots=True)
class Heard:
    """What partners say that they have: flow ids of pivots, each with who says so, and invoices, the same."""

    pivots: set[tuple[str, str]] = field(default_factory=set)
    invoices: set[tuple[str, Named]] = field(default_factory=set)

    def take(self, root: _Element, partner: str) -> None:
        """Add what a CPPStatut says; without a partner its sender is who its envelope names."""
        sender = partner or (root.findtext(_SENDER) or "").strip()
        if cppstatut.is_receipts(root):
            units = root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut")
            self.pivots |= {(sender, (unit.findtext("IdFlux") or "").strip()) for unit in units}
        else:
            self.invoices |= {(sender, named) for named, _ in told(root)}


def told(root: _Element) -> Iterator[tuple[Named, str]]:
    """The invoices of a CPPStatut, each with its status."""
    for unit in root.iterfind("CPPFactureStatuts/CPPFactureStatutUnitaire"):
        number, status = (unit.findtext(f"DonneesStatut/{tag}", "").strip() for tag in ("IdFacture", "IdStatut"))
        yield Named(number, unit.findtext(_SUPPLIER, "").strip()), status


def reported(root: _Element) -> str:
    """The flow that a report of the gate's is about, as it names it."""
    return root.findtext("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut/IdFlux", "").strip()


def held(root: _Element) -> list[Named]:
    """The invoices of a pivot, in order."""
    return [
        Named(unit.findtext("DonneesFacture/Id", "").strip(), unit.findtext(_SUPPLIER, "").strip())
        for unit in root.iterfind("CPPFactures/CPPFacturePivotUnitaire")
    ]


def statuses_in(path: Path, settings: RuleSettings) -> Iterator[_Element]:
    """Every CPPStatut in a file, alone or in an archive; none where it is anything else, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            kind = kind_of(head)
            file.seek(0)
            if kind == "xml" and _MARK in head:
                yield read(file.read(), max_bytes=settings.document_bytes)
            elif kind in ARCHIVES:
                for piece in unpack(file, kind, Limits.of(settings), "xml"):
                    if isinstance(piece, Fault) or _MARK not in piece.content[:_HEAD]:
                        return  # an archive of statuses holds nothing else, and one of invoices may be large
                    yield read(piece.content, max_bytes=settings.document_bytes)
    except (Refusal, OSError):
        return


def own(path: Path, most: int) -> _Element | None:
    """A file that the gate handed over; None where it cannot be read."""
    try:
        return read(path.read_bytes(), max_bytes=most)
    except (Refusal, OSError):
        return None
