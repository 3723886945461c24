"""What lies in partners' outboxes: which files are new, and what they say, as their partner's software reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lxml.etree import _Element


class Told(NamedTuple):
    """A status: of an invoice, or of a whole flow where there is no number."""

    number: str
    code: str
    label: str
    comment: str = ""


class Unit(NamedTuple):
    """An invoice of a pivot: its number, what a new deposit of it is called, its validation cycle, its attachments."""

    number: str
    renvoi: str
    cycle: tuple[Told, ...]
    pieces: tuple[str, ...]


class Arrival(NamedTuple):
    """One file that a partner finds."""

    partner: str
    name: str
    told: tuple[Told, ...]
    units: tuple[Unit, ...]

    @property
    def flow_id(self) -> str:
        """The flow id that its name ends with."""
        return self.name[-25:]


class Seen(NamedTuple):
    """A file as it lay there; one that is put there again is another."""

    partner: str
    name: str
    file: int
    changed: int


def look(outbox: Path, partners: Iterable[str]) -> frozenset[Seen]:
    """All that lies there for these partners."""
    return frozenset(
        Seen(partner, path.name, (stat := path.stat()).st_ino, stat.st_mtime_ns)
        for partner in partners
        for path in (outbox / partner).glob("[!.]*")
    )


def new_ones(outbox: Path, before: frozenset[Seen], after: frozenset[Seen]) -> tuple[Arrival, ...]:
    """What came in between, by partner and name."""
    return tuple(_read(outbox, seen) for seen in sorted(after - before))


def _read(outbox: Path, seen: Seen) -> Arrival:
    root = etree.parse(outbox / seen.partner / seen.name, etree.XMLParser(huge_tree=True)).getroot()
    told = tuple(map(_told, root.iterfind("*/*/DonneesStatut")))
    return Arrival(seen.partner, seen.name, told, tuple(map(_unit, root.iterfind("CPPFactures/*"))))


def _told(data: _Element) -> Told:
    return Told(*(data.findtext(tag, "") for tag in ("IdFacture", "IdStatut", "ComplementStatut", "Commentaire")))


def _unit(unit: _Element) -> Unit:
    number = unit.findtext("DonneesFacture/Id", "")
    cycle = tuple(
        Told(number, step.findtext("CodeStatut", ""), step.findtext("ComplementStatut", ""))
        for step in unit.iterfind("CycleDeValidation/ValidationUnitaire")
    )
    pieces = tuple(piece.findtext("NomPJ", "") for piece in unit.iterfind("PJ"))
    return Unit(number, unit.findtext("DonneesFacture/Renvoi", ""), cycle, pieces)
