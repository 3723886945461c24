"""The directory flow F14, read as a stream: full, or differential on top of the version in force (reference §12.4).

How the flow is read: MotifPresence S takes an instance away, C and P bring it as it is now, whether it is new or not.
A structure is an establishment with DonneesB2G, or one of a public unit (TypeEntite P); it is public unless its unit
is known to be private. An establishment of a unit that is inactive or taken away is inactive, whatever its own Statut,
which counts again once the unit is back. A service is a routing code qualified 0224 of a structure. What the flow does
not carry stays as it was: the forms of a structure's numbers, and the suppliers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.explain import explain
from edigate.domain.faults import Refusal
from edigate.domain.wording import printable
from edigate.ledger.directory.continuity import stop_on_gap, stop_on_nothing, stop_on_older
from edigate.ledger.directory.making import FORMS, TABLES, carry, copy, counts, new_version, state
from edigate.ledger.directory.records import BadDirectory, Imported
from edigate.parsers import _xml

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lxml import etree

ROOT = "AnnuaireConsultationF14"
SCHEMA_KEY = "annuaire-f14"
SERVICE_QUALIFIER = "0224"
_SIREN_LENGTH = 9
_IDENTIFY = ("IdSIREN", "IdSIRET", "IdRoutage", "IdInstance")
_LONGEST_NAME = 40
_ENCODING, _AGAINST = "EDG-F102", "EDG-F110"
_TRUE = frozenset({"true", "1"})
_B2G = ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement")
_WITHOUT_B2G = (False, False, False, False, False, True)

_STRUCTURE = """insert into structure(siret, name, active, public, engagement_required, service_required,
    engagement_or_service_required, moa, moa_only, payment_status_fed_back) values (?,?,?,?,?,?,?,?,?,?)
    on conflict(siret) do update set name = excluded.name, active = excluded.active, public = excluded.public,
    engagement_required = excluded.engagement_required, service_required = excluded.service_required,
    engagement_or_service_required = excluded.engagement_or_service_required, moa = excluded.moa,
    moa_only = excluded.moa_only, payment_status_fed_back = excluded.payment_status_fed_back"""
_SERVICE = """insert into service(siret, code, name, active, engagement_required)
    select ?,?,?,?,? where exists (select 1 from main.structure where siret = ?)
    on conflict(siret, code) do update set name = excluded.name, active = excluded.active,
    engagement_required = excluded.engagement_required"""
_UNIT = """insert into unit(siren, public, active) values (?,?,?)
    on conflict(siren) do update set public = excluded.public, active = excluded.active"""
# A unit that is taken away: nothing is said of its kind.
_UNIT_GONE = "insert into unit(siren, active) values (?, 0) on conflict(siren) do "
# In a full flow two instances of one key are both there: the active one is meant.
_ACTIVE_FIRST = " where excluded.active >= active"
_PUBLIC = """update structure set public = (select public from main.unit where siren = substr(structure.siret, 1, 9))
    where exists (select 1 from main.unit where siren = substr(structure.siret, 1, 9) and public <> structure.public)"""
_OPEN_SHUT = "update structure set active = 1 where siret in (select siret from main.shut)"
_FIND_SHUT = """insert into shut select siret from main.structure where active and exists
    (select 1 from main.unit where siren = substr(structure.siret, 1, 9) and not unit.active)"""
_SHUT = "update structure set active = 0 where siret in (select siret from main.shut)"


@dataclass(slots=True)
class _Reading:
    """A flow being read into a new version; `head` fills until TypeFlux has come."""

    connection: sqlite3.Connection
    base: Path | None
    force: bool
    head: dict[str, str] = field(default_factory=dict)
    left_aside: int = 0

    @property
    def differential(self) -> bool:
        """Whether the flow only says what changed."""
        return self.head.get("TypeFlux") == "D"


def import_f14(
    source: _xml.Source, folder: Path, version: str, schema: etree.XMLSchema, *, base: Path | None, force: bool = False
) -> Imported:
    """Read a directory flow into a new snapshot, which appears only when complete.

    `base` is the version in force. Raises BadDirectory for a flow that is no valid F14, and unless `force` for a
    differential that does not continue the version in force, for a full flow that is older than it, and for one that
    leaves no structure; then nothing is left behind.
    """
    with new_version(folder, version, base) as connection:
        reading = _Reading(connection, base, force)
        try:
            for element in _xml.stream(source, root=ROOT, records=_READERS, schema=schema, named=_named):
                _READERS[element.tag](reading, element)
        except Refusal as refusal:
            raise _refused(refusal) from None
        _finish(reading)
        produced = reading.head["HorodateProduction"]
        return Imported(
            version,
            *counts(connection),
            source="f14",
            before=base.stem if base else "",
            produced=produced,
            left_aside=reading.left_aside,
        )


def _named(element: etree._Element) -> str:
    """A record by what identifies it, as far as it has been read."""
    told = ((name, (element.findtext(name) or "").strip()) for name in _IDENTIFY)
    listed = ", ".join(f"{name} {printable(text[:_LONGEST_NAME])}" for name, text in told if text)
    return f"{element.tag} ({listed})" if listed else ""


def _refused(refusal: Refusal) -> BadDirectory:
    fault = refusal.faults[0]
    told, dit = explain(fault, "en"), explain(fault, "fr")
    english, french = told.message, dit.message
    if fault.code == _ENCODING:
        english, french = f"{english} {told.remedy}", f"{french} {dit.remedy}"
    if fault.line is not None:
        record = f", {fault.value}" if fault.code == _AGAINST and fault.value else ""
        english = f"line {fault.line} or soon after it{record}: {english}"
        french = f"ligne {fault.line} ou peu après{record} : {french}"
    return BadDirectory(english=english, french=french)


def _finish(reading: _Reading) -> None:
    connection, base = reading.connection, reading.base
    for query in (_PUBLIC, _FIND_SHUT, _SHUT):
        connection.execute(query)
    if not reading.force:
        stop_on_nothing(connection)
    if base is not None and not reading.differential:
        carry(connection, "structure", FORMS)
        copy(connection, "supplier")
    state(
        connection,
        {
            "source": "f14",
            "kind": reading.head["TypeFlux"],
            "produced": reading.head["HorodateProduction"],
            "base": base.stem if base else "",
        },
    )


def _read_head(reading: _Reading, element: etree._Element) -> None:
    reading.head[element.tag] = (element.text or "").strip()
    if element.tag != "TypeFlux":
        return
    if not reading.force:
        (stop_on_gap if reading.differential else stop_on_older)(reading.head, reading.base)
    if reading.differential and reading.base is not None:
        copy(reading.connection, *TABLES)
        reading.connection.execute(_OPEN_SHUT)
        reading.connection.execute("delete from main.shut")


def _texts(element: etree._Element) -> dict[str, str]:
    return {child.tag: (child.text or "").strip() for child in element}


def _read_unit(reading: _Reading, element: etree._Element) -> None:
    unit = _texts(element)
    if unit["MotifPresence"] == "S":
        query = _UNIT_GONE + ("update set active = 0" if reading.differential else "nothing")
        reading.connection.execute(query, (unit["IdSIREN"],))
        return
    values = (unit["IdSIREN"], unit["TypeEntite"] == "P", unit["Statut"] == "A")
    reading.connection.execute(_UNIT if reading.differential else _UNIT + _ACTIVE_FIRST, values)


def _read_structure(reading: _Reading, element: etree._Element) -> None:
    row = _texts(element)
    siret, stated = row["IdSIRET"], element.find("DonneesB2G")
    public = _is_public(reading, siret)
    if row["MotifPresence"] == "S" or (stated is None and not public):
        _remove_structure(reading, siret)
        reading.left_aside += row["MotifPresence"] != "S"
        return
    flags = _WITHOUT_B2G if stated is None else _flags(_texts(stated))
    values = (siret, row["Nom"], row["Statut"] == "A", public is not False, *flags)
    reading.connection.execute(_STRUCTURE if reading.differential else _STRUCTURE + _ACTIVE_FIRST, values)


def _flags(stated: Mapping[str, str]) -> tuple[bool, ...]:
    return tuple(stated[name] in _TRUE for name in _B2G)


def _is_public(reading: _Reading, siret: str) -> bool | None:
    """What is known of its unit's kind; units come first in the flow."""
    query = "select public from main.unit where siren = ?"
    found = reading.connection.execute(query, (siret[:_SIREN_LENGTH],)).fetchone()
    return None if found is None or found[0] is None else bool(found[0])


def _remove_structure(reading: _Reading, siret: str) -> None:
    if reading.differential:
        reading.connection.execute("delete from main.structure where siret = ?", (siret,))
        reading.connection.execute("delete from main.service where siret = ?", (siret,))


def _read_service(reading: _Reading, element: etree._Element) -> None:
    row, code = _texts(element), element.find("IdRoutage")
    if code is None or (code.get("qualifiant") or "").strip() != SERVICE_QUALIFIER:
        reading.left_aside += 1
        return
    key = (row["IdSIRET"], row["IdRoutage"])
    if row["MotifPresence"] == "S":
        if reading.differential:
            reading.connection.execute("delete from main.service where siret = ? and code = ?", key)
        return
    flags = (row["Statut"] == "A", row.get("EngagementJuridique") in _TRUE)
    query = _SERVICE if reading.differential else _SERVICE + _ACTIVE_FIRST
    done = reading.connection.execute(query, (*key, row["Nom"], *flags, row["IdSIRET"]))
    reading.left_aside += not done.rowcount


def _pass_over(_reading: _Reading, _element: etree._Element) -> None:
    """Platforms and address lines lead to other gates; they are read only to be let go of."""


_READERS: Mapping[str, Callable[[_Reading, etree._Element], None]] = MappingProxyType(
    {
        "HorodateProduction": _read_head,
        "DernierHorodateProduction": _read_head,
        "TypeFlux": _read_head,
        "UniteLegale": _read_unit,
        "Etablissement": _read_structure,
        "CodeRoutage": _read_service,
        "IdPlateformeReception": _pass_over,
        "LigneAnnuaire": _pass_over,
    }
)
