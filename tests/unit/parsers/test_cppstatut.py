"""CPPStatut is read into what it reports, every row of its format, and each field is found again (reference §7.2)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.parsers import cppstatut

SAMPLES = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[3].parent / "shared") / "samples" / "chorus"
PARIS = ZoneInfo("Europe/Paris")
WINTER = dt.timezone(dt.timedelta(hours=1))

ENVELOPE = """\
<Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres>
<ParametreIndiv NumOrdre="0001"><Code>DtPrd</Code><Valeurparametre>2026-03-05</Valeurparametre></ParametreIndiv>
<ParametreIndiv NumOrdre="0002"><Code>IdFlx</Code><Valeurparametre>SEI0011301000000000000007</Valeurparametre>
</ParametreIndiv></Parametres>
<Partenaires><Recepteur><Id>CPP001</Id></Recepteur><Emetteur><Id>SEI001</Id></Emetteur></Partenaires>
</EnveloppeUnitaire></Enveloppe>"""
STATUS = """\
<CPPFactureStatutUnitaire NumOrdre="1">
<Fournisseur><TypeIdentifiant>1</TypeIdentifiant><Identifiant> 90112233300015 </Identifiant>
<RaisonSociale>Ateliers du Lac</RaisonSociale><CodePays>FR</CodePays></Fournisseur>
<Debiteur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>90445566400014</Identifiant>
<Nom>Ville d’Essai</Nom><CodeService>VOIRIE</CodeService><NomService>Voirie</NomService></Debiteur>
<DonneesStatut>
<IdStatut>06</IdStatut>
<ComplementStatut>Suspendue</ComplementStatut>
<Commentaire>JUSTIF_ABS - plan manquant</Commentaire>
<Horodatage>2026-03-05T09:00:00+01:00</Horodatage>
<Producteur Id="90445566400014"/>
<IdFacture>F-2026/7</IdFacture>
<DateFacture>2026-03-01</DateFacture>
<IdMandatDP>M778</IdMandatDP>
</DonneesStatut></CPPFactureStatutUnitaire>"""
RECEIPT = """\
<CPPFluxStatutUnitaire NumOrdre="1"><DonneesStatut>
<IdStatut>94</IdStatut>
<ComplementStatut>Erreur réception</ComplementStatut>
<Commentaire>Le flux ne peut pas être traité</Commentaire>
<Note>Voir le détail</Note>
<Horodatage>2026-03-05T09:00:00Z</Horodatage>
<IdProducteur>SEI00100</IdProducteur>
<Producteur/>
<IdFlux>CPP0010036000000000000004</IdFlux>
<Details NbLignesErreur="2">
<LigneErreurDetail IdLigne="1"><NatureErreur>TECHNIQUE</NatureErreur><CodeErreur>E1</CodeErreur>
<LibelleErreur>Montant illisible</LibelleErreur><DescriptionErreur>facture F1</DescriptionErreur></LigneErreurDetail>
<LigneErreurDetail><NatureErreur>APPLICATIVE</NatureErreur><CodeErreur>E2</CodeErreur>
<LibelleErreur>Tiers inconnu</LibelleErreur></LigneErreurDetail>
</Details></DonneesStatut></CPPFluxStatutUnitaire>"""
SOUND_STATUS = ReportedStatus(
    position=1,
    code="06",
    number="F-2026/7",
    supplier="90112233300015",
    supplier_scheme=Scheme.SIRET,
    recipient="90445566400014",
    label="Suspendue",
    comment="JUSTIF_ABS - plan manquant",
    reason="JUSTIF_ABS",
    at=dt.datetime(2026, 3, 5, 9, tzinfo=WINTER),
    raw_at="2026-03-05T09:00:00+01:00",
    issue_date=dt.date(2026, 3, 1),
    producer="90445566400014",
    mandate="M778",
)
SOUND_RECEIPT = Receipt(
    position=1,
    code="94",
    flow_id="CPP0010036000000000000004",
    label="Erreur réception",
    comment="Le flux ne peut pas être traité",
    at=dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC),
    raw_at="2026-03-05T09:00:00Z",
    lines=(
        ReportedLine("TECHNIQUE", "E1", "Montant illisible", "facture F1"),
        ReportedLine("APPLICATIVE", "E2", "Tiers inconnu"),
    ),
)


def opened(*units: str) -> etree._Element:
    """A document of these units, of statuses or of receipts as the first one says."""
    group = "CPPFluxStatuts" if units[0].startswith("<CPPFlux") else "CPPFactureStatuts"
    return etree.fromstring(f"<CPPStatut>\n{ENVELOPE}\n<{group}>\n{''.join(units)}</{group}>\n</CPPStatut>")


def without(unit: str, tag: str) -> str:
    """The unit without the first element of this name."""
    root = etree.fromstring(unit)
    element = next(root.iter(tag))
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    return etree.tostring(root, encoding="unicode")


def line_of(element: etree._Element) -> int | None:
    """The line that an element begins on."""
    return cast("int | None", element.sourceline)


def status(unit: str) -> ReportedStatus:
    """The one status of a document of this unit."""
    (one,) = cppstatut.statuses(opened(unit))
    return one


def test_the_examples_here_are_valid() -> None:
    """What these tests call sound is sound by the format's schema."""
    schema = etree.XMLSchema(etree.parse(schema_folder() / "CPPStatut_V1_19.xsd"))
    schema.assertValid(opened(STATUS, STATUS))
    schema.assertValid(opened(RECEIPT))


def test_every_datum_of_a_status_is_read() -> None:
    """One sound status, datum by datum."""
    root = opened(STATUS)
    assert not cppstatut.is_receipts(root)
    assert cppstatut.parse(root) == (SOUND_STATUS,)


def test_every_datum_of_a_receipt_is_read() -> None:
    """One sound receipt, datum by datum, with its error lines in order."""
    root = opened(RECEIPT)
    assert cppstatut.is_receipts(root)
    assert cppstatut.parse(root) == (SOUND_RECEIPT,)


def test_several_units_are_counted_from_1() -> None:
    """Each unit knows its place in the document."""
    second = STATUS.replace("F-2026/7", "F-2026/8")
    found = cppstatut.statuses(opened(STATUS, second))
    assert [(one.position, one.number) for one in found] == [(1, "F-2026/7"), (2, "F-2026/8")]
    assert [one.position for one in cppstatut.receipts(opened(RECEIPT, RECEIPT, RECEIPT))] == [1, 2, 3]


def test_a_document_that_reports_nothing_gives_nothing() -> None:
    """Neither an empty document nor a strange one makes the reader fail."""
    assert cppstatut.parse(etree.fromstring("<CPPStatut/>")) == ()
    assert cppstatut.parse(etree.fromstring("<CPPStatut><CPPFluxStatuts/></CPPStatut>")) == ()
    bare = "<CPPStatut><CPPFactureStatuts><CPPFactureStatutUnitaire/></CPPFactureStatuts></CPPStatut>"
    assert cppstatut.parse(etree.fromstring(bare)) == (ReportedStatus(1, "", "", ""),)


@pytest.mark.parametrize(
    ("tag", "fields"),
    [
        ("IdStatut", {"code": ""}),
        ("ComplementStatut", {"label": ""}),
        ("Commentaire", {"comment": "", "reason": ""}),
        ("Horodatage", {"at": None, "raw_at": ""}),
        ("Producteur", {"producer": ""}),
        ("IdFacture", {"number": ""}),
        ("DateFacture", {"issue_date": None}),
        ("IdMandatDP", {"mandate": ""}),
        ("TypeIdentifiant", {"supplier_scheme": None}),
        ("Identifiant", {"supplier": ""}),
        ("Fournisseur", {"supplier": "", "supplier_scheme": None}),
        ("Debiteur", {"recipient": ""}),
    ],
)
def test_a_row_of_a_status_that_is_missing_is_empty(tag: str, fields: dict[str, object]) -> None:
    """§7.2.2: what an element says is empty without it, and nothing else changes."""
    found = status(without(STATUS, tag))
    expected = {name: getattr(SOUND_STATUS, name) for name in ReportedStatus.__slots__} | fields
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("tag", "fields"),
    [
        ("IdStatut", {"code": ""}),
        ("ComplementStatut", {"label": ""}),
        ("Commentaire", {"comment": ""}),
        ("Note", {}),
        ("Horodatage", {"at": None, "raw_at": ""}),
        ("IdProducteur", {}),
        ("Producteur", {}),
        ("IdFlux", {"flow_id": ""}),
        ("Details", {"lines": ()}),
    ],
)
def test_a_row_of_a_receipt_that_is_missing_is_empty(tag: str, fields: dict[str, object]) -> None:
    """§7.2.1: what an element says is empty without it, and nothing else changes."""
    (found,) = cppstatut.receipts(opened(without(RECEIPT, tag)))
    expected = {name: getattr(SOUND_RECEIPT, name) for name in Receipt.__slots__} | fields
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("NatureErreur", ReportedLine("", "E1", "Montant illisible", "facture F1")),
        ("CodeErreur", ReportedLine("TECHNIQUE", "", "Montant illisible", "facture F1")),
        ("LibelleErreur", ReportedLine("TECHNIQUE", "E1", "", "facture F1")),
        ("DescriptionErreur", ReportedLine("TECHNIQUE", "E1", "Montant illisible")),
    ],
)
def test_a_row_of_an_error_line_that_is_missing_is_empty(tag: str, line: ReportedLine) -> None:
    """§7.2.1: an error line is told with what it has."""
    (found,) = cppstatut.receipts(opened(without(RECEIPT, tag)))
    assert found.lines[0] == line


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        *((raw, "07") for raw in ("7", "07", "007", "+7", " 07 ", f"{'0' * 9999}7")),
        *(("0", "00"), ("123", "123")),
        *((raw, "") for raw in ("", "x", "-7", "7.0", "٠٧")),
    ],
    ids=lambda text: text[-4:],
)
def test_a_code_has_two_digits(raw: str, code: str) -> None:
    """§7: the format lets a number be written with or without leading zeros; what is no number is none."""
    assert status(STATUS.replace("<IdStatut>06<", f"<IdStatut>{raw}<")).code == code


@pytest.mark.parametrize(("raw", "scheme"), [*((s.value, s) for s in Scheme), ("01", Scheme.SIRET), ("8", None)])
def test_a_kind_of_supplier_is_read(raw: str, scheme: Scheme | None) -> None:
    """§7.2.2: TypeIdentifiant 1 to 7, with or without leading zeros."""
    changed = STATUS.replace("<TypeIdentifiant>1<", f"<TypeIdentifiant>{raw}<", 1)
    assert status(changed).supplier_scheme is scheme


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-03-05T09:00:00+01:00", dt.datetime(2026, 3, 5, 9, tzinfo=WINTER)),
        ("2026-03-05T09:00:00Z", dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)),
        ("2026-03-05T09:00:00", dt.datetime(2026, 3, 5, 9, tzinfo=PARIS)),
        ("2026-07-05T09:00:00", dt.datetime(2026, 7, 5, 7, tzinfo=dt.UTC)),
        ("2026-03-05T09:00:00.5Z", dt.datetime(2026, 3, 5, 9, 0, 0, 500_000, tzinfo=dt.UTC)),
        ("2026-03-05T09:00:00.123456789Z", dt.datetime(2026, 3, 5, 9, 0, 0, 123_456, tzinfo=dt.UTC)),
        ("2026-02-28T24:00:00Z", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("2026-02-28T24:00:00.000", dt.datetime(2026, 3, 1, tzinfo=PARIS)),
        ("2026-03-05T09:00:00-14:00", dt.datetime(2026, 3, 5, 23, tzinfo=dt.UTC)),
        ("12026-03-05T09:00:00Z", None),
        ("-0044-03-15T09:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T24:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-02-30T09:00:00Z", None),
        ("2026-02-28T24:00:01Z", None),
        ("2026-03-05T09:00:00+24:00", None),
        ("2026-03-05", None),
        ("2026-03-05 09:00:00", None),
        ("", None),
    ],
)
def test_a_moment_is_read_as_the_format_writes_it(raw: str, moment: dt.datetime | None) -> None:
    """An xs:dateTime, French local time where it has no zone; None where it names no moment that a clock reaches."""
    found = status(STATUS.replace("2026-03-05T09:00:00+01:00", raw))
    assert (found.at, found.raw_at) == (moment, raw)


def test_a_moment_without_a_zone_is_of_the_zone_given() -> None:
    """A gate elsewhere reads moments without a zone as its own."""
    zone = ZoneInfo("Indian/Reunion")
    root = opened(RECEIPT.replace("09:00:00Z", "09:00:00"), RECEIPT)
    assert [one.at for one in cppstatut.receipts(root, zone)] == [
        dt.datetime(2026, 3, 5, 5, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC),
    ]


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-03-01", dt.date(2026, 3, 1)),
        ("2026-03-01Z", dt.date(2026, 3, 1)),
        ("2026-03-01+02:00", dt.date(2026, 3, 1)),
        ("2026-02-30", None),
        ("12026-03-01", None),
        ("01/03/2026", None),
    ],
)
def test_an_invoices_date_is_a_day_whatever_its_zone(raw: str, day: dt.date | None) -> None:
    """An xs:date may have a zone, which the invoice's own has not."""
    assert status(STATUS.replace("<DateFacture>2026-03-01", f"<DateFacture>{raw}")).issue_date == day


@pytest.mark.parametrize("field", [field for field in FIELDS if field.startswith(("status.", "receipt."))])
def test_each_field_has_its_place(field: str) -> None:
    """A field is found at the element that holds it, with the line of that element and the number of its unit."""
    unit = STATUS if field.startswith("status.") else RECEIPT
    root = opened(unit, unit)
    path, line = cppstatut.locate(root, 2, field)
    (element,) = root.findall("./" + path.removeprefix("/CPPStatut/"))
    assert line == line_of(element)
    assert "Unitaire[2]/" in path
    assert "Unitaire/" in cppstatut.locate(opened(unit), 1, field)[0]


@pytest.mark.parametrize(
    ("tag", "field", "rest", "nearest"),
    [
        ("Commentaire", "status.comment", "DonneesStatut/Commentaire", "DonneesStatut"),
        ("Fournisseur", "status.supplier", "Fournisseur/Identifiant", "CPPFactureStatutUnitaire"),
    ],
)
def test_a_missing_field_is_placed_where_it_belongs(tag: str, field: str, rest: str, nearest: str) -> None:
    """Its path is where the format has it, its line that of the nearest element there is."""
    root = opened(without(STATUS, tag))
    path, line = cppstatut.locate(root, 1, field)
    assert path == f"/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire/{rest}"
    assert line == line_of(next(root.iter(nearest)))


def test_what_has_no_place_is_placed_above() -> None:
    """A field that the format does not know is placed at its unit, a unit that is not there at the root."""
    root = opened(STATUS)
    unit = "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire"
    assert cppstatut.locate(root, 1, "document")[0] == unit
    assert cppstatut.locate(root, 2, "status.code") == cppstatut.locate(root, 0, "status.code") == ("/CPPStatut", 1)


def test_a_published_status_is_read() -> None:
    """The real-shaped sample tells that the service of an invoice was done."""
    (found,) = cppstatut.statuses(sample("Example01-FactureStatut-ok.xml"))
    assert (found.code, found.number, found.label) == ("07", "Example01", "Service fait")
    assert found.at == dt.datetime(2018, 12, 18, 15, 51, 55, tzinfo=dt.UTC)
    assert (found.issue_date, found.supplier_scheme) == (dt.date(2018, 6, 13), Scheme.SIRET)


def test_a_published_receipt_is_read() -> None:
    """The real-shaped sample tells that a flow was received, at a moment without a zone."""
    (found,) = cppstatut.receipts(sample("Example04-FactureStatut-ko.xml"))
    assert (found.code, found.flow_id, found.lines) == ("92", "1000000000", ())
    assert found.at == dt.datetime(2018, 2, 22, 15, 6, 38, tzinfo=dt.UTC)


def sample(name: str) -> etree._Element:
    """The root of a published CPPStatut."""
    path = SAMPLES / "statut" / name
    if not path.is_file():
        pytest.skip("needs the samples of the shared folder (EDIGATE_SHARED)")
    return etree.parse(path).getroot()
