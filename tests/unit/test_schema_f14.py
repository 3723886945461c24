"""The schema of the directory says what the table of its format says (reference §12.4), row by row."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import NamedTuple

import pytest
import xmlschema
from lxml import etree

FILE = Path(__file__).parents[2] / "schemas" / "AnnuaireConsultationF14.xsd"
SCHEMA = etree.XMLSchema(etree.parse(FILE))


class Row(NamedTuple):
    """One element: where it stands, how often, a text it may hold (none where it holds elements), its qualifier."""

    path: str
    often: str
    text: str = ""
    qualifier: str = ""

    @property
    def name(self) -> str:
        """Its name alone."""
        return self.path.rpartition("/")[2]


UNIT, PLACE, CODE = "BlocUnitesLegales/UniteLegale", "BlocEtablissements/Etablissement", "BlocCodesRoutage/CodeRoutage"
PLATFORM = "BlocIdPlateformesReception/IdPlateformeReception"
LINE = "BlocLignesAnnuaire/LigneAnnuaire"


def _instance(parent: str, often: str = "1") -> tuple[Row, ...]:
    return (
        Row(f"{parent}/IdInstance", often, "41666"),
        Row(f"{parent}/MotifPresence", often, "C"),
        Row(f"{parent}/Statut", often, "A"),
    )


def _address(parent: str) -> tuple[Row, ...]:
    names = ("LigneAdresse1", "LigneAdresse2", "LigneAdresse3", "Localite", "CP", "SubdivisionPays", "CodePays")
    return tuple(Row(f"{parent}/{name}", "0..1", "là") for name in names)


ROWS = (
    Row("HorodateProduction", "1", "20310505010022"),
    Row("DernierHorodateProduction", "0..1", "20310504010022"),
    Row("TypeFlux", "1", "D"),
    Row("BlocUnitesLegales", "0..1"),
    Row(UNIT, "1..n"),
    *_instance(UNIT),
    Row(f"{UNIT}/IdSIREN", "1", "999816440", "0002"),
    Row(f"{UNIT}/Nom", "1", "Département"),
    Row(f"{UNIT}/TypeEntite", "1", "P"),
    Row(f"{UNIT}/Diffusible", "1", "O"),
    Row("BlocEtablissements", "0..1"),
    Row(PLACE, "1..n"),
    *_instance(PLACE),
    Row(f"{PLACE}/IdSIRET", "1", "99981644000013", "0009"),
    Row(f"{PLACE}/TypeEtablissement", "1", "P"),
    Row(f"{PLACE}/Nom", "1", "Hôtel du département"),
    *_address(PLACE),
    Row(f"{PLACE}/DonneesB2G", "0..1"),
    *(
        Row(f"{PLACE}/DonneesB2G/{name}", "1", "false")
        for name in ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement")
    ),
    Row(f"{PLACE}/Diffusible", "1", "O"),
    Row("BlocCodesRoutage", "0..1"),
    Row(CODE, "1..n"),
    *_instance(CODE),
    Row(f"{CODE}/IdSIRET", "1", "99981644000013", "0009"),
    Row(f"{CODE}/IdRoutage", "1", "ROUTES", "0224"),
    Row(f"{CODE}/Nom", "1", "Routes"),
    *_address(CODE),
    Row(f"{CODE}/EngagementJuridique", "0..1", "true"),
    Row("BlocIdPlateformesReception", "0..1"),
    Row(PLATFORM, "1..n"),
    Row(f"{PLATFORM}/Matricule", "1", "9999"),
    Row("BlocLignesAnnuaire", "0..1"),
    Row(LINE, "1..n"),
    *_instance(LINE, "0..1"),
    Row(f"{LINE}/Nature", "1", "D"),
    Row(f"{LINE}/DateEffet", "1"),
    Row(f"{LINE}/DateEffet/DateDebut", "1", "20310501"),
    Row(f"{LINE}/DateEffet/DateFin", "0..1", "20320501"),
    Row(f"{LINE}/DateEffet/DateFinEffective", "0..1", "99991231"),
    Row(f"{LINE}/InfoAdressage", "1"),
    Row(f"{LINE}/InfoAdressage/Identifiant", "1", "999816440_99981644000013_ROUTES"),
    Row(f"{LINE}/InfoAdressage/IdLinSIREN", "1", "999816440", "0002"),
    Row(f"{LINE}/InfoAdressage/IdLinSIRET", "0..1", "99981644000013", "0009"),
    Row(f"{LINE}/InfoAdressage/IdLinRoutage", "0..1", "ROUTES", "0224"),
    Row(f"{LINE}/InfoAdressage/Suffixe", "0..1", "ACHATS"),
    Row(f"{LINE}/IdPlateforme", "1", "9999"),
)
BY_PATH = {row.path: row for row in ROWS}
MOMENT = (("20310505010022", "20281231235959"), ("", "2031050501002", "20311305010022", "20310505250022", "2031-05-05"))
DAY = (("20310501", "99991231"), ("", "2031-05-01", "20311301", "20310532"))
LETTERS = {"O/P/M": ("OPM", "AX"), "A/I": ("AI", "PX"), "C/P/S": ("CPS", "DX"), "D/M": ("DM", "CX"),
           "P/A": ("PA", "SX"), "P/S": ("PS", "AX"), "C/D": ("CD", "SX")}  # fmt: skip


def _letters(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    good, bad = LETTERS[key]
    return tuple(good), (*bad, "", good, good[0].lower())


# By the end of a path, the first that fits holds: texts that are taken and texts that are refused.
VALUES = {
    "DernierHorodateProduction": MOMENT,
    "HorodateProduction": MOMENT,
    "TypeFlux": _letters("C/D"),
    "IdInstance": (("1", "16312308", "007"), ("", "A1", "1.5")),
    "MotifPresence": _letters("C/P/S"),
    "Statut": _letters("A/I"),
    "TypeEntite": _letters("P/A"),
    "TypeEtablissement": _letters("P/S"),
    "Diffusible": _letters("O/P/M"),
    "Nature": _letters("D/M"),
    "SIREN": (("999816440",), ("", "99981644", "9998164400", "99981644A")),
    "SIRET": (("99981644000013", "00000000000000"), ("", "9998164400001", "999816440000130", "9998164400001A")),
    "IdRoutage": (("R", "r-1_2", "x" * 100, "SERVICE ACHATS"), ("", "x" * 101)),
    "IdLinRoutage": (("R", "x" * 100), ("", "x" * 101)),
    f"{CODE}/Nom": (("", "x" * 100, "é" * 100), ("x" * 101,)),
    "Identifiant": (("x" * 125,), ("x" * 126,)),
    "DateDebut": DAY,
    "DateFin": DAY,
    "DateFinEffective": DAY,
    "IdPlateforme": (("9999", "0017"), ("", "999", "99999", "A999")),
    "Matricule": (("9999", "9998", "9997"), ("", "999", "99999", "A999")),
    **dict.fromkeys(
        ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement"),
        (("true", "false", "1", "0"), ("", "oui", "TRUE", "2")),
    ),
}


def document(*, full: bool = True) -> etree._Element:
    """A document with every row of the table, or only with those of rows that must be there."""
    root = etree.Element("AnnuaireConsultationF14")
    for row in ROWS:
        parent = root.find(row.path.rpartition("/")[0]) if "/" in row.path else root
        if parent is None or (row.often.startswith("0") and not full):
            continue
        element = etree.SubElement(parent, row.name)
        element.text = row.text or None
        if row.qualifier:
            element.set("qualifiant", row.qualifier)
    return root


def at(root: etree._Element, path: str) -> etree._Element:
    """The element of a row."""
    found = root.find(path)
    assert found is not None, path
    return found


def up(element: etree._Element) -> etree._Element:
    """Its parent."""
    parent = element.getparent()
    assert parent is not None
    return parent


def rule_of(path: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What the table says of the texts of a row."""
    return next((rule for end, rule in VALUES.items() if path.endswith(end)), None)


def test_the_full_and_the_least_document_are_valid() -> None:
    """Everything that may be there, and only what must be."""
    assert SCHEMA.validate(document()), SCHEMA.error_log
    assert SCHEMA.validate(document(full=False)), SCHEMA.error_log


@pytest.mark.parametrize("path", BY_PATH)
def test_what_must_be_there(path: str) -> None:
    """Without an element the document is valid exactly where the row says 0..1."""
    root = document()
    element = at(root, path)
    up(element).remove(element)

    # A platform without its Matricule would be empty here; it is given something else.
    if path.endswith("Matricule"):
        etree.SubElement(at(root, PLATFORM), "Nom").text = "Plateforme"

    assert SCHEMA.validate(root) is BY_PATH[path].often.startswith("0")


@pytest.mark.parametrize("path", BY_PATH)
def test_what_may_be_repeated(path: str) -> None:
    """An element may stand twice exactly where the row says 1..n."""
    root = document()
    element = at(root, path)
    element.addnext(copy.deepcopy(element))

    assert SCHEMA.validate(root) is BY_PATH[path].often.endswith("n")


@pytest.mark.parametrize("path", [path for path in BY_PATH if not path.startswith(f"{PLATFORM}/")])
def test_what_is_unknown(path: str) -> None:
    """An element that the table does not have is refused everywhere but in a platform."""
    root = document()
    at(root, path).addprevious(etree.Element("Inconnu"))

    assert not SCHEMA.validate(root)


@pytest.mark.parametrize("path", [row.path for row in ROWS if row.text and not row.path.startswith(PLATFORM)])
def test_the_order(path: str) -> None:
    """An element that stands last in its parent, after what should follow it, is refused."""
    root = document()
    element = at(root, path)
    parent = up(element)
    last = parent[-1] is element
    parent.append(element)

    assert SCHEMA.validate(root) is last


@pytest.mark.parametrize("path", [row.path for row in ROWS if row.text])
def test_values(path: str) -> None:
    """Texts keep to what the table says of them: list, length, pattern; other texts are free."""
    good, bad = rule_of(path) or (("", "x" * 500), ())
    for verdict, texts in ((True, good), (False, bad)):
        for text in texts:
            root = document()
            at(root, path).text = text
            assert SCHEMA.validate(root) is verdict, text


@pytest.mark.parametrize("end", VALUES)
def test_every_rule_on_values_is_used(end: str) -> None:
    """A rule whose row does not exist would test nothing."""
    assert any(row.text and row.path.endswith(end) for row in ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.qualifier], ids=lambda row: row.path)
def test_qualifiers(row: Row) -> None:
    """SIREN and SIRET have their one qualifier; a routing code has one, 0224 or another."""
    root = document()
    element = at(root, row.path)
    element.set("qualifiant", "0225")
    assert SCHEMA.validate(root) is row.path.endswith("Routage")
    del element.attrib["qualifiant"]
    assert not SCHEMA.validate(root)


def test_a_platform_takes_whatever_else_it_has() -> None:
    """Only the Matricule of a platform is described: it may stand among elements of any name."""
    root = document()
    matricule = at(root, f"{PLATFORM}/Matricule")
    matricule.addprevious(etree.Element("TypePlateforme"))
    matricule.addnext(etree.Element("NomCommercial"))

    assert SCHEMA.validate(root)


@pytest.mark.parametrize("root", ["AnnuaireConsultation", "{urn:example}AnnuaireConsultationF14", "UniteLegale"])
def test_the_root(root: str) -> None:
    """The root has its one name, without namespace."""
    other = document()
    other.tag = root

    assert not SCHEMA.validate(other)


def test_the_other_validator_agrees() -> None:
    """The `xmlschema` library loads the schema and judges as libxml2 does."""
    schema = xmlschema.XMLSchema(FILE)
    broken = document()
    at(broken, "TypeFlux").text = "X"

    assert schema.is_valid(document())
    assert schema.is_valid(document(full=False))
    assert not schema.is_valid(broken)
