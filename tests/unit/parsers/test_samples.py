"""Published documents of every kind are read; AIFE's own samples say what the reference says they do."""

from __future__ import annotations

import datetime as dt
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from lxml import etree

from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Invoice, Payment, Scheme, Syntax, Totals, VatRow
from edigate.parsers import PARSERS

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edigate.parsers import Parser

SAMPLES = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[3].parent / "shared") / "samples"
FILES = tuple(
    file
    for folder in ("cii", "ubl-invoice", "ubl-creditnote", "chorus/FSO1116A")
    for file in sorted((SAMPLES / folder).glob("*"))
    if file.suffix.lower() == ".xml"
)
pytestmark = pytest.mark.skipif(not FILES, reason="needs the samples of the shared folder (EDIGATE_SHARED)")
NUMBER = "/*/*[local-name()='ID'] | /*/*[local-name()='ExchangedDocument']/*[local-name()='ID']"
LINES = "/*/*[local-name()='InvoiceLine' or local-name()='CreditNoteLine'] | /*/*/*[contains(name(), 'TradeLineItem')]"
DUE = "//*[local-name()='DuePayableAmount'] | /*/*[local-name()='LegalMonetaryTotal']/*[local-name()='PayableAmount']"


def opened(file: Path) -> tuple[_Element, Invoice]:
    """The root of a sample, and its invoice."""
    root = etree.parse(file, etree.XMLParser(huge_tree=True)).getroot()
    (invoice,) = parser_of(root).parse(root)
    return root, invoice


def parser_of(root: _Element) -> Parser:
    """The one parser that reads this root."""
    (parser,) = [parser for parser in PARSERS.values() if root.tag in parser.ROOTS]
    return parser


def aife(name: str) -> Invoice:
    """One of AIFE's FSO1116A samples."""
    return opened(SAMPLES / "chorus" / "FSO1116A" / f"FSO1116A_{name}.xml")[1]


def texts(root: _Element, path: str) -> list[str]:
    """The text of each element on a path."""
    return [str(element.text) for element in cast("list[_Element]", root.xpath(path))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_published_document_is_read(file: Path) -> None:
    """Number, lines and amount due are those of the document; every field has a place with an existing line."""
    root, invoice = opened(file)
    assert [invoice.number] == texts(root, NUMBER)
    assert len(invoice.lines) == len(texts(root, LINES))
    assert invoice.totals.due == Decimal(texts(root, DUE)[0])
    assert invoice.issue_date is not None
    locate = parser_of(root).locate_in(root)
    for field in FIELDS:
        path, line = locate(field.replace("[]", "[0]"))
        assert path.startswith(("/rsm:CrossIndustryInvoice", "/ubl:Invoice", "/cn:CreditNote"))
        assert line is not None
        assert not re.search(r"//|\[0\]", path)


def test_p02_has_every_field() -> None:
    """The richest sample, datum by datum."""
    invoice = aife("P02")
    assert invoice.syntax is Syntax.CII
    assert (invoice.number, invoice.type_code, invoice.issue_date) == ("JMRPOR1116000138", "380", dt.date(2018, 1, 1))
    assert (invoice.cadre, invoice.currency, invoice.notes) == ("A9", "EUR", ("Note",))
    supplier = invoice.supplier
    assert (supplier.identifier, supplier.scheme, supplier.name) == (
        "81034732800017",
        Scheme.SIRET,
        "PRO SHOP CONTREXEVILLE",
    )
    assert (supplier.country, supplier.vat_number, supplier.service) == ("FR", "FR60810347328", "Service")
    assert (supplier.contact.phone, supplier.contact.fax) == ("0104546573", "0104546575")
    assert supplier.contact.department == supplier.service_name == "DepartmentName"
    assert (supplier.legal_address.postcode, supplier.trade_address.city) == ("78260", "Achères")
    assert (invoice.recipient.identifier, invoice.recipient.service) == ("75356054900010", "SERV1")
    assert invoice.validator is not None
    assert (invoice.validator.identifier, invoice.validator.country) == ("24590041000292", "FR")
    assert invoice.payee is None
    assert (invoice.engagement, invoice.market, invoice.preceding) == ("CDE234", "CT12345", ("MLE_FAC001",))
    assert invoice.delivery_date == dt.date(2018, 2, 2)
    assert invoice.payment == Payment(
        "48",
        "FR7610057191370188512730284",
        "IBAN",
        "Raison Sociale encaisseur",
        "CCBPFRPPVER",
        dt.date(2018, 9, 6),
        "Notes",
    )
    assert invoice.vat == (VatRow(Decimal(20), Decimal(100), Decimal(20), "S", "Exonération", "72"),)
    (line,) = invoice.lines
    assert (line.unit_price, line.net_price, line.quantity) == (Decimal(100), Decimal(120), Decimal(1))
    assert (line.net_amount, line.vat_rate, line.product) == (Decimal(100), Decimal(20), "1234321")
    assert (line.status, line.substatus, line.site.identifier) == ("Type", "Sous type", "Achères")
    assert (invoice.contracts[0].kind, invoice.site.address.country) == ("CT", "DK")
    assert (invoice.period.start, invoice.period.end) == (dt.date(2018, 2, 2), dt.date(2018, 2, 2))
    hundred, zero = Decimal(100), Decimal(0)
    assert invoice.totals == Totals(hundred, zero, zero, hundred, Decimal(20), Decimal(120), zero, Decimal(120))
    (attachment,) = invoice.attachments
    assert (attachment.name, attachment.mime) == ("aa.pdf", "application/pdf")
    encoded = attachment.encoded()
    assert encoded is not None
    assert encoded.strip().startswith("UEsD")


def test_p40_goes_to_the_state() -> None:
    """A service and an engagement."""
    invoice = aife("P40")
    assert (invoice.recipient.identifier, invoice.recipient.scheme) == ("11000201100044", Scheme.SIRET)
    assert (invoice.recipient.service, invoice.engagement, invoice.market) == ("AAASCPV", "1501966748", "")


def test_p42_names_a_market() -> None:
    """And no engagement."""
    invoice = aife("P42")
    assert invoice.market
    assert (invoice.engagement, invoice.preceding) == ("", ())


def test_p46_has_a_siret_of_zeros() -> None:
    """The State by its service alone, without a currency code, delivered on no day."""
    invoice = aife("P46")
    assert (invoice.recipient.identifier, invoice.recipient.service) == ("00000000000000", "DSJPFGU057")
    assert (invoice.recipient.name, invoice.currency, invoice.other_currencies) == ("", "EUR", ())
    assert (invoice.delivery_date, invoice.validator) == (None, None)


def test_p92_is_a_credit_note_with_its_origin() -> None:
    """The number of the invoice it corrects, however odd."""
    invoice = aife("P92")
    assert (invoice.type_code, invoice.preceding) == ("381", ("POURQUOI_PAS",))
