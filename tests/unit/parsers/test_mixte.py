"""Each invoice of a CPPFactureMixte is read by itself, and each of its fields is found in its own unit."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from lxml import etree

from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Attachment, Contract, Invoice, Party, Payment, Scheme, Syntax, Totals, VatRow
from edigate.parsers import PARSERS, mixte
from edigate.parsers._xml import read
from edigate.sandbox.documents import Draft, DraftAttachment, cpp_mixte

if TYPE_CHECKING:
    from lxml.etree import _Element

PROJECT = Path(__file__).parents[3]
DOCUMENT = Path(__file__).parent / "documents" / "mixte.xml"
SCHEMA = PROJECT / "schemas" / "CPPFactureMixte_V1_14.xsd"
SAMPLES = Path(os.environ.get("EDIGATE_SHARED") or PROJECT.parent / "shared") / "samples" / "chorus" / "mixte"
D = Decimal
UNITS = "/CPPFactureMixte/CPPFactures/CPPFactureMixteUnitaire"

# Each field of the second invoice: what it says, and where below its unit.
FULL: dict[str, tuple[object, str]] = {
    "number": (" M-2025/1114", "DonneesFacture/Id"),
    "type_code": ("381", "DonneesFacture/Type"),
    "issue_date": (dt.date(2025, 3, 15), "DonneesFacture/DateEmissionFacture"),
    "currency": ("XPF", "DonneesFacture/Devise"),
    "cadre": ("A9", "DonneesFacture/Cadre"),
    "supplier.identifier": ("1234567890", "Fournisseur/Identifiant"),
    "supplier.scheme": (Scheme.RIDET, "Fournisseur/TypeIdentifiant"),
    "supplier.name": ("Comptoir du Lagon", "Fournisseur/RaisonSociale"),
    "supplier.country": ("NC", "Fournisseur/CodePays"),
    "recipient.identifier": ("75356054900010", "Debiteur/Identifiant"),
    "recipient.scheme": (Scheme.SIRET, "Debiteur/TypeIdentifiant"),
    "recipient.name": ("Syndicat des routes", "Debiteur/Nom"),
    "service": ("ROADS", "Debiteur/CodeService"),
    "validator.identifier": ("BE0429958042", "Valideur/Identifiant"),
    "validator.scheme": (Scheme.EU_VAT, "Valideur/TypeIdentifiant"),
    "validator.name": ("Titulaire", "Valideur/RaisonSociale"),
    "engagement": ("EJ-77", "DonneesFacture/Engagement/NumeroEngagement"),
    "market": ("MARKET-2", "DonneesFacture/Engagement/NumeroMarche"),
    "preceding[0]": ("M-2025/1113", "DonneesFacture/IdFactureOrigine"),
    "payment.code": ("01", "DonneesFacture/ModePaiement/Code"),
    "payment.account": ("FR7699999000010000012345693", "Fournisseur/ReferenceBancaire/Compte"),
    "totals.without_tax": (D("150.00"), "DonneesFacture/Montants/MontantHT"),
    "totals.with_tax": (D("177.50"), "DonneesFacture/Montants/MontantTTC"),
    "totals.due": (D("170.25"), "DonneesFacture/Montants/MontantNetAPayer"),
    "vat[1].rate": (D("15.0"), "DonneesFacture/TVAS/TVA[2]/Taux"),
    "vat[1].base": (D("50.00"), "DonneesFacture/TVAS/TVA[2]/BaseHt"),
    "vat[1].amount": (D("7.50"), "DonneesFacture/TVAS/TVA[2]/MontantTVA"),
    "attachments[0].name": ("plan.png", "PJ[1]/NomPJ"),
    "attachments[0].mime": ("image/png", "PJ[1]/MimeTypePJ"),
    "attachments[0].declared_type": ("02", "PJ[1]/TypePJ"),
    "attachments[0].content": ("UEsD BBQA", "PJ[1]/Contenu"),
}


def full() -> _Element:
    """The document of two invoices, the second with every row of the format."""
    return etree.parse(DOCUMENT).getroot()


def second() -> Invoice:
    """That second invoice."""
    return mixte.parse(full())[1]


def said(invoice: Invoice, field: str) -> object:
    """What an invoice says in the field that faults call so."""
    value: Any = invoice.recipient if field == "service" else invoice
    for name, index in re.findall(r"([a-z_]+)|([0-9]+)", field):
        value = value[int(index)] if index else getattr(value, "encoded" if name == "content" else name)
    return value() if callable(value) else value


def node(root: _Element, path: str) -> _Element:
    """The element on a path from the root."""
    found = root.find(path.removeprefix("/CPPFactureMixte/"))
    assert found is not None, path
    return found


def line_of(element: _Element) -> int | None:
    """The line an element begins on; the stubs give it no type."""
    return cast("int | None", element.sourceline)


def test_the_document_is_sound() -> None:
    """What these tests start from is valid."""
    schema = etree.XMLSchema(file=str(SCHEMA))
    assert schema.validate(full()), schema.error_log


def test_it_is_one_of_the_parsers() -> None:
    """The catalogue calls it mixte; its root leads to its schema, and its numbers are found one per invoice."""
    assert PARSERS["mixte"].ROOTS == {"CPPFactureMixte": "cppfacturemixte"}
    assert [number.text for number in full().findall(PARSERS["mixte"].NUMBER)] == ["M-2025/1113", " M-2025/1114"]


def test_every_invoice_of_a_document_is_read() -> None:
    """In the order of the document, and nothing of one is in the other."""
    one, other = mixte.parse(full())
    assert (one.number, other.number) == ("M-2025/1113", " M-2025/1114")
    assert (one.validator, one.vat, one.engagement, one.preceding) == (None, (), "", ())
    assert one.payment == Payment("48")
    assert one.totals == Totals(without_tax=D(10), with_tax=D(10), due=D(0))
    assert one.attachments == (Attachment("facture.pdf", "01", "application/pdf"),)


@pytest.mark.parametrize("field", FULL)
def test_a_field_is_read_and_found_in_its_invoice(field: str) -> None:
    """The value is the second invoice's, and the place is the path, with its unit's index, and line of its element."""
    root = full()
    value, path = FULL[field]
    assert said(second(), field) == value
    whole = f"{UNITS}[2]/{path}"
    assert mixte.locate_in(root, 2)(field) == (whole, line_of(node(root, whole)))


@pytest.mark.parametrize("field", FULL)
def test_a_missing_field_is_placed_where_it_belongs(field: str) -> None:
    """Without its element the place keeps the path and takes the line of what is above; nothing else changes place."""
    root = full()
    path = f"{UNITS}[2]/{FULL[field][1]}"
    above = node(root, path.rpartition("/")[0])
    above.remove(node(root, path))
    other = f"{UNITS}[1]/DonneesFacture/Id"
    assert mixte.locate_in(root, 2)(field) == (path, line_of(above))
    assert mixte.locate_in(root, 1)("number") == (other, line_of(node(root, other)))


def test_a_lone_invoice_has_no_index() -> None:
    """As elsewhere in paths, a number tells siblings apart and nothing else."""
    root = full()
    root[1].remove(root[1][1])
    number, name = f"{UNITS}/DonneesFacture/Id", f"{UNITS}/PJ/NomPJ"
    assert mixte.locate(root, "number") == (number, line_of(node(root, number)))
    assert mixte.locate_in(root)("attachments[0].name") == (name, line_of(node(root, name)))


def test_what_the_format_does_not_have_is_placed_at_the_invoice() -> None:
    """Lines and a payee's identifier have no element: their place is the unit's, or that of what is nearest."""
    locate = mixte.locate_in(full(), 2)
    for field in ("document", "lines[0].quantity", "payee.identifier", "totals.nothing", "no such field"):
        path, line = locate(field)
        assert path in {f"{UNITS}[2]", f"{UNITS}[2]/DonneesFacture/Montants"}
        assert line is not None
    assert locate("vat[1].category")[0] == f"{UNITS}[2]/DonneesFacture/TVAS/TVA[2]"
    assert locate("attachments[2].name")[0] == f"{UNITS}[2]/PJ[3]/NomPJ"


@pytest.mark.parametrize("position", [0, 3, -1])
def test_an_invoice_that_is_not_there_raises_nothing(position: int) -> None:
    """Its fields are placed where an invoice has them."""
    path, line = mixte.locate_in(full(), position)("number")
    assert path.startswith("/CPPFactureMixte/CPPFactures")
    assert line is not None


def test_every_field_has_a_place() -> None:
    """Whatever a rule may point at."""
    for position in (1, 2):
        locate = mixte.locate_in(full(), position)
        for field in FIELDS:
            path, line = locate(field.replace("[]", "[0]"))
            assert path.startswith(f"{UNITS}[{position}]")
            assert line is not None


def test_what_no_fault_points_at_is_read_too() -> None:
    """Syntax, names of service, bank and payee, kinds of attachment in the order of the document."""
    invoice = second()
    assert (invoice.syntax, invoice.raw_issue_date) == (Syntax.CPP_MIXTE, "2025-03-15+01:00")
    assert invoice.supplier == Party("1234567890", Scheme.RIDET, "04", "Comptoir du Lagon", "NC")
    assert invoice.recipient.service_name == "Roads and bridges"
    assert invoice.validator == Party("BE0429958042", Scheme.EU_VAT, "2", "Titulaire", "BE")
    assert invoice.payment == Payment(
        "01", "FR7699999000010000012345693", "IBAN", "Affacturage du Lagon", "CCBPFRPPVER"
    )
    assert invoice.contracts == (Contract("MARKET-2", "BC"),)
    assert invoice.vat == (VatRow(D(20), D(100), D(20)), VatRow(D(15), D(50), D("7.5")))
    assert [(one.name, one.declared_type) for one in invoice.attachments] == [
        ("plan.png", "02"),
        ("facture_2.pdf", "01"),
    ]
    assert (invoice.lines, invoice.totals.tax, invoice.totals.prepaid) == ((), None, None)


@pytest.mark.parametrize(("written", "scheme"), [
    *((str(scheme.value), scheme) for scheme in Scheme),
    ("007", Scheme.PERSON), ("+3", Scheme.NON_EU), (" 5 ", Scheme.TAHITI), ("8", None), ("ETR", None), ("", None),
])  # fmt: skip
def test_the_kind_of_an_identifier_is_a_number(written: str, scheme: Scheme | None) -> None:
    """1 to 7, whatever zeros stand before; anything else is kept as it is and is no kind."""
    root = full()
    root.findall(".//Fournisseur/TypeIdentifiant")[1].text = written
    supplier = mixte.parse(root)[1].supplier
    assert (supplier.scheme, supplier.raw_scheme) == (scheme, written.strip())


@pytest.mark.parametrize(
    ("kind", "account", "expected"),
    [
        ("RIB", "20041010050500013M02606", "RIB"),
        ("RIB", "FR7699999000010000012345693", "RIB"),
        ("IBAN", "20041010050500013M02606", "IBAN"),
        (None, "20041010050500013M02606", "RIB"),
        (None, "FR7699999000010000012345693", "IBAN"),
    ],
)
def test_the_kind_of_an_account(kind: str | None, account: str, expected: str) -> None:
    """The attribute says it; without one its form does."""
    root = full()
    (bank,) = root.findall(".//ReferenceBancaire")
    bank[0].text = account
    del bank.attrib["Type"]
    if kind:
        bank.set("Type", kind)
    assert mixte.parse(root)[1].payment.account_kind == expected


@pytest.mark.parametrize("day", ["2025-03-14", "2025-03-14Z", "2025-03-14-12:00"])
def test_a_date_may_have_a_time_zone(day: str) -> None:
    """XSD dates may have one; the day is the one written."""
    root = full()
    root.findall(".//DateEmissionFacture")[0].text = day
    assert mixte.parse(root)[0].issue_date == dt.date(2025, 3, 14)


def test_a_day_that_does_not_exist_is_kept_as_text() -> None:
    """So that a rule can quote it."""
    root = full()
    root.findall(".//DateEmissionFacture")[0].text = "2025-02-30"
    invoice = mixte.parse(root)[0]
    assert (invoice.issue_date, invoice.raw_issue_date) == (None, "2025-02-30")


@pytest.mark.parametrize(
    "document", ["<x/>", "<CPPFactureMixte/>", "<CPPFactureMixte><CPPFactures/></CPPFactureMixte>"]
)
def test_a_document_without_invoices_has_none(document: str) -> None:
    """Nothing is made up, and every field still has a place."""
    root = etree.fromstring(document)
    assert mixte.parse(root) == ()
    for field in FIELDS:
        path, line = mixte.locate(root, field.replace("[]", "[0]"))
        assert path.startswith(f"/{root.tag}")
        assert line == 1


def test_a_content_larger_than_any_text_node_usually_is() -> None:
    """Twelve million characters come through whole."""
    content = os.urandom(9_000_000)
    draft = Draft("F-1", attachments=(DraftAttachment("f.pdf", "application/pdf", content, zipped=False),))
    document = cpp_mixte(draft, replace(draft, number="F-2", attachments=()))
    invoices = mixte.parse(read(document, max_bytes=100_000_000))
    assert [invoice.number for invoice in invoices] == ["F-1", "F-2"]
    assert invoices[0].attachments[0].encoded() == draft.attachments[0].encoded


def test_the_flow_that_circulates_is_read() -> None:
    """Its data are those that the reference tells of it."""
    files = sorted(SAMPLES.glob("*.xml"))
    if not files:
        pytest.skip("no sample in shared/samples/chorus/mixte: set EDIGATE_SHARED")
    for file in files:
        root = read(file.read_bytes(), max_bytes=100_000_000)
        (invoice,) = mixte.parse(root)
        assert (invoice.number, invoice.type_code, invoice.cadre) == ("FAC19-2512", "380", "A1")
        assert (invoice.payment.code, invoice.market, invoice.engagement) == ("01", "175191/0/175191", "3004564")
        assert invoice.totals == Totals(without_tax=D("828.43"), with_tax=D("873.99"), due=D("873.99"))
        assert invoice.vat == (VatRow(D("5.5"), D("828.43"), D("45.56")),)
        (attached,) = invoice.attachments
        assert (len(attached.name), attached.declared_type, attached.mime) == (50, "01", "application/pdf")
        assert (attached.encoded() or "").startswith("UEsDB")
