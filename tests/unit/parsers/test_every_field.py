"""Every field that a fault can point at is read from where its syntax has it, and found again there."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
from lxml import etree

from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Scheme
from edigate.parsers import PARSERS

if TYPE_CHECKING:
    from lxml.etree import _Element

    from edigate.domain.invoice import Invoice
    from edigate.parsers import Parser

DOCUMENTS = Path(__file__).parent / "documents"
SYNTAXES = ("cii", "ubl", "credit-note")
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "ubl": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cn": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "aife": "urn:AIFE:Facture:Extension",
}
CREDIT_NOTE_WORDS = (
    ("Invoice-2", "CreditNote-2"),
    ("<Invoice", "<CreditNote"),
    ("</Invoice", "</CreditNote"),
    ("InvoiceLine>", "CreditNoteLine>"),
    ("InvoiceTypeCode>", "CreditNoteTypeCode>"),
    ("InvoicedQuantity>", "CreditedQuantity>"),
    (">380<", ">381<"),
)
PARTY_ID = "cac:PartyIdentification/cbc:ID"


class Case(NamedTuple):
    """A field's value in the full documents, and its path below the root in CII and in UBL."""

    value: object
    cii: str
    ubl: str


def shortened(**words: str) -> MappingProxyType[str, str]:
    """Words for paths that recur, which paths name in braces."""
    return MappingProxyType(words)


CII = shortened(
    document="rsm:ExchangedDocument",
    delivery="rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery",
    agreement="rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement",
    settlement="rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement",
    line="rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem[2]",
    sums="ram:SpecifiedTradeSettlementHeaderMonetarySummation",
    line_sums="ram:SpecifiedTradeSettlementLineMonetarySummation",
    means="ram:SpecifiedTradeSettlementPaymentMeans[1]",
    id="ram:SpecifiedLegalOrganization/ram:ID",
    file="ram:AdditionalReferencedDocument[2]",
    place="ram:ShipToTradeParty/ram:ID",
    extra="ram:SpecifiedTradeAllowanceCharge[2]/ram:Reason",
)
UBL = shortened(
    supplier="cac:AccountingSupplierParty/cac:Party",
    customer="cac:AccountingCustomerParty",
    id=PARTY_ID,
    country="cac:Country/cbc:IdentificationCode",
    tax="cac:TaxTotal/cac:TaxSubtotal[2]",
    sums="cac:LegalMonetaryTotal",
    line="cac:InvoiceLine[2]",
    file="cac:AdditionalDocumentReference[2]",
    place="cac:Delivery/cac:DeliveryLocation/cbc:ID",
    extra="cac:AllowanceCharge[2]/cbc:AllowanceChargeReason",
    named="cac:PartyLegalEntity/cbc:RegistrationName",
)
CASES = {
    "number": Case("M-2025/0042", "{document}/ram:ID", "cbc:ID"),
    "type_code": Case("380", "{document}/ram:TypeCode", "cbc:InvoiceTypeCode"),
    "issue_date": Case(dt.date(2025, 3, 14), "{document}/ram:IssueDateTime/udt:DateTimeString", "cbc:IssueDate"),
    "currency": Case("CHF", "{settlement}/ram:InvoiceCurrencyCode", "cbc:DocumentCurrencyCode"),
    "cadre": Case(
        "A4",
        "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
        "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/aife:FactureExtension/aife:CategoryCode",
    ),
    "notes[1]": Case("Second remark", "{document}/ram:IncludedNote[2]/ram:Content", "cbc:Note[2]"),
    "supplier.identifier": Case("81034732800017", "{agreement}/ram:SellerTradeParty/{id}", "{supplier}/{id}"),
    "supplier.scheme": Case(
        Scheme.SIRET, "{agreement}/ram:SellerTradeParty/{id}/@schemeID", "{supplier}/{id}/@schemeName"
    ),
    "supplier.name": Case(
        "Carrières du Plateau",
        "{agreement}/ram:SellerTradeParty/ram:Name",
        "{supplier}/cac:PartyLegalEntity/cbc:RegistrationName",
    ),
    "supplier.country": Case(
        "FR",
        "{agreement}/ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID",
        "{supplier}/cac:PartyLegalEntity/cac:RegistrationAddress/{country}",
    ),
    "supplier.vat_number": Case(
        "FR60810347328",
        "{agreement}/ram:SellerTradeParty/ram:SpecifiedTaxRegistration[2]/ram:ID",
        "{supplier}/cac:PartyTaxScheme[2]/cbc:CompanyID",
    ),
    "recipient.identifier": Case("75356054900010", "{agreement}/ram:BuyerTradeParty/{id}", "{customer}/cac:Party/{id}"),
    "recipient.scheme": Case(
        Scheme.SIRET, "{agreement}/ram:BuyerTradeParty/{id}/@schemeID", "{customer}/cac:Party/{id}/@schemeName"
    ),
    "recipient.name": Case(
        "Syndicat des routes",
        "{agreement}/ram:BuyerTradeParty/ram:Name",
        "{customer}/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
    ),
    "service": Case("ROADS", "{agreement}/ram:BuyerReference", "{customer}/cac:AccountingContact/cbc:ID"),
    "engagement": Case(
        "EJ-77", "{agreement}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", "cac:OrderReference/cbc:ID"
    ),
    "market": Case(
        "MARKET-2",
        "{agreement}/ram:ContractReferencedDocument/ram:IssuerAssignedID",
        "cac:ContractDocumentReference[2]/cbc:ID",
    ),
    "validator.identifier": Case(
        "24590041000292", "{settlement}/ram:InvoiceeTradeParty/{id}", "{supplier}/cac:AgentParty/{id}"
    ),
    "validator.scheme": Case(
        Scheme.SIRET,
        "{settlement}/ram:InvoiceeTradeParty/{id}/@schemeID",
        "{supplier}/cac:AgentParty/{id}/@schemeName",
    ),
    "payee.identifier": Case("BE0429958042", "{settlement}/ram:PayeeTradeParty/{id}", "cac:PayeeParty/{id}"),
    "validator.name": Case(
        "Bureau d’études", "{settlement}/ram:InvoiceeTradeParty/ram:Name", "{supplier}/cac:AgentParty/{named}"
    ),
    "payee.name": Case("Affacturage", "{settlement}/ram:PayeeTradeParty/ram:Name", "cac:PayeeParty/{named}"),
    "site.identifier": Case("YARD-1", "{delivery}/{place}", "{place}"),
    "allowances[1].reason": Case("Carriage", "{settlement}/{extra}", "{extra}"),
    "allowances[1].amount": Case(
        Decimal("5.01"),
        "{settlement}/ram:SpecifiedTradeAllowanceCharge[2]/ram:ActualAmount",
        "cac:AllowanceCharge[2]/cbc:Amount",
    ),
    "payment.code": Case("30", "{settlement}/{means}/ram:TypeCode", "cac:PaymentMeans[1]/cbc:PaymentMeansCode"),
    "payment.account": Case(
        "FR7610057191370188512730284",
        "{settlement}/{means}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
        "cac:PaymentMeans[1]/cac:PayeeFinancialAccount/cbc:ID",
    ),
    "totals.lines": Case(
        Decimal("269.76"), "{settlement}/{sums}/ram:LineTotalAmount", "{sums}/cbc:LineExtensionAmount"
    ),
    "totals.allowances": Case(
        Decimal("4.02"), "{settlement}/{sums}/ram:AllowanceTotalAmount", "{sums}/cbc:AllowanceTotalAmount"
    ),
    "totals.charges": Case(
        Decimal("5.01"), "{settlement}/{sums}/ram:ChargeTotalAmount", "{sums}/cbc:ChargeTotalAmount"
    ),
    "totals.without_tax": Case(
        Decimal("270.75"), "{settlement}/{sums}/ram:TaxBasisTotalAmount", "{sums}/cbc:TaxExclusiveAmount"
    ),
    "totals.tax": Case(Decimal("53.96"), "{settlement}/{sums}/ram:TaxTotalAmount", "cac:TaxTotal/cbc:TaxAmount"),
    "totals.with_tax": Case(
        Decimal("324.71"), "{settlement}/{sums}/ram:GrandTotalAmount", "{sums}/cbc:TaxInclusiveAmount"
    ),
    "totals.prepaid": Case(Decimal("24.00"), "{settlement}/{sums}/ram:TotalPrepaidAmount", "{sums}/cbc:PrepaidAmount"),
    "totals.rounding": Case(
        Decimal("0.04"), "{settlement}/{sums}/ram:RoundingAmount", "{sums}/cbc:PayableRoundingAmount"
    ),
    "totals.due": Case(Decimal("300.75"), "{settlement}/{sums}/ram:DuePayableAmount", "{sums}/cbc:PayableAmount"),
    "vat[1].rate": Case(
        Decimal("19.6"), "{settlement}/ram:ApplicableTradeTax[2]/ram:RateApplicablePercent", "{tax}/cbc:Percent"
    ),
    "vat[1].base": Case(
        Decimal("269.74"), "{settlement}/ram:ApplicableTradeTax[2]/ram:BasisAmount", "{tax}/cbc:TaxableAmount"
    ),
    "vat[1].amount": Case(
        Decimal("53.95"), "{settlement}/ram:ApplicableTradeTax[2]/ram:CalculatedAmount", "{tax}/cbc:TaxAmount"
    ),
    "vat[1].category": Case(
        "S", "{settlement}/ram:ApplicableTradeTax[2]/ram:CategoryCode", "{tax}/cac:TaxCategory/cbc:ID"
    ),
    "vat[0].exemption_reason": Case(
        "Out of scope",
        "{settlement}/ram:ApplicableTradeTax[1]/ram:ExemptionReason",
        "cac:TaxTotal/cac:TaxSubtotal[1]/cac:TaxCategory/cbc:TaxExemptionReason",
    ),
    "lines[1].notes[0]": Case(
        "Washed", "{line}/ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content", "{line}/cbc:Note"
    ),
    "lines[1].product": Case(
        "GRAVEL-20",
        "{line}/ram:SpecifiedTradeProduct/ram:GlobalID",
        "{line}/cac:Item/cac:StandardItemIdentification/cbc:ID",
    ),
    "lines[1].site.identifier": Case("PIT-2", "{line}/ram:SpecifiedLineTradeDelivery/{place}", "{line}/{place}"),
    "lines[1].allowances[1].reason": Case(
        "Short way", "{line}/ram:SpecifiedLineTradeSettlement/{extra}", "{line}/{extra}"
    ),
    "lines[1].allowances[1].amount": Case(
        Decimal("1.00"),
        "{line}/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[2]/ram:ActualAmount",
        "{line}/cac:AllowanceCharge[2]/cbc:Amount",
    ),
    "lines[1].number": Case("L-2", "{line}/ram:AssociatedDocumentLineDocument/ram:LineID", "{line}/cbc:ID"),
    "lines[1].gross_price": Case(
        Decimal("49.80"),
        "{line}/ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount",
        "{line}/cac:Price/cac:AllowanceCharge/cbc:BaseAmount",
    ),
    "lines[1].net_price": Case(
        Decimal("41.50"),
        "{line}/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
        "{line}/cac:Price/cbc:PriceAmount",
    ),
    "lines[1].quantity": Case(
        Decimal("6.5"), "{line}/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", "{line}/cbc:InvoicedQuantity"
    ),
    "lines[1].net_amount": Case(
        Decimal("269.75"),
        "{line}/ram:SpecifiedLineTradeSettlement/{line_sums}/ram:LineTotalAmount",
        "{line}/cbc:LineExtensionAmount",
    ),
    "lines[1].vat_rate": Case(
        Decimal("20.00"),
        "{line}/ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent",
        "{line}/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
    ),
    "attachments[0].name": Case("plan.pdf", "{agreement}/{file}/ram:IssuerAssignedID", "{file}/cbc:ID"),
    "attachments[0].mime": Case(
        "application/pdf", "{agreement}/{file}/ram:AttachmentBinaryObject/@mimeCode", "{file}/cbc:DocumentTypeCode"
    ),
    "attachments[0].declared_type": Case("02", "{agreement}/{file}/ram:Name", "{file}/cbc:DocumentType"),
    "attachments[0].content": Case(
        "UEsD BBQA",
        "{agreement}/{file}/ram:AttachmentBinaryObject",
        "{file}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject",
    ),
    "preceding[0]": Case(
        "M-2024/0999",
        "{settlement}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
        "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
    ),
}
# What a field says without its node: a default, or the same, as 14 digits without a scheme are a SIRET.
WITHOUT = {"cadre": "A1", "currency": "EUR", **{key: case.value for key, case in CASES.items() if "scheme" in key}}
# These have a second place to look at; tests of their own say which.
ELSEWHERE = {"supplier.name", "supplier.country", "supplier.vat_number", "market"}
ELSEWHERE |= {"attachments[0].name", "attachments[0].mime", "preceding[0]", "notes[1]", "lines[1].notes[0]"}


def document(syntax: str) -> bytes:
    """The full document of a syntax."""
    text = (DOCUMENTS / f"{syntax.replace('credit-note', 'ubl')}.xml").read_text(encoding="utf-8")
    for invoice, credit_note in CREDIT_NOTE_WORDS if syntax == "credit-note" else ():
        text = text.replace(invoice, credit_note)
    return text.encode()


def opened(syntax: str) -> tuple[Parser, _Element]:
    """The parser of a syntax, and the root of its full document."""
    return PARSERS["cii" if syntax == "cii" else "ubl"], etree.fromstring(document(syntax))


def case_of(syntax: str, field: str) -> tuple[object, str]:
    """The field's value and its whole path in one syntax."""
    case = CASES[field]
    if syntax == "cii":
        # CII says only that the reference is a file.
        value = "ZZZ" if field == "attachments[0].declared_type" else case.value
        return value, f"/rsm:CrossIndustryInvoice/{case.cii.format_map(CII)}"
    path = case.ubl.format_map(UBL)
    if syntax == "ubl":
        return case.value, f"/ubl:Invoice/{path}"
    for invoice, credit_note in CREDIT_NOTE_WORDS:
        path = f"{path}>".replace(invoice, credit_note)[:-1].replace("cac:InvoiceLine[", "cac:CreditNoteLine[")
    return "381" if field == "type_code" else case.value, f"/cn:CreditNote/{path}"


def said(invoice: Invoice, field: str) -> object:
    """What the invoice says in the field that faults call so; None for an absent party too."""
    value: Any = invoice.recipient if field == "service" else invoice
    for name, index in re.findall(r"([a-z_]+)|([0-9]+)", field):
        if value is None:
            return None
        value = value[int(index)] if index else getattr(value, "encoded" if name == "content" else name)
    return value() if callable(value) else value


def node(root: _Element, path: str) -> tuple[_Element, str]:
    """The one element on a path, and the attribute at its end if there is one."""
    way, _, attribute = path.partition("/@")
    (element,) = cast("list[_Element]", root.xpath(way, namespaces=NAMESPACES))
    return element, attribute


def line_of(element: _Element) -> int | None:
    """The line an element begins on; the stubs give it no type."""
    return cast("int | None", element.sourceline)


def test_every_field_has_its_case() -> None:
    """The table of this file covers each field of an invoice that a fault can point at."""
    of_invoices = {field for field in FIELDS if not field.startswith(("status.", "receipt."))} - {"document"}
    assert {re.sub(r"\[[0-9]+\]", "[]", field) for field in CASES} == of_invoices


@pytest.mark.parametrize(("syntax", "field"), list(product(SYNTAXES, CASES)))
def test_a_field_is_read_and_found(syntax: str, field: str) -> None:
    """The value is the document's, and the place is the path and line of the node that holds it."""
    parser, root = opened(syntax)
    value, path = case_of(syntax, field)
    assert said(parser.parse(root)[0], field) == value
    element, attribute = node(root, path)
    assert element.get(attribute) if attribute else element.text
    assert parser.locate(root, field) == (path, line_of(element))
    assert parser.locate_in(root)(field) == (path, line_of(element))


@pytest.mark.parametrize(("syntax", "field"), list(product(SYNTAXES, sorted(CASES.keys() - ELSEWHERE))))
def test_a_missing_field_is_placed_where_it_belongs(syntax: str, field: str) -> None:
    """Without its node the field is empty; its place keeps the path and takes the line of what is above."""
    parser, root = opened(syntax)
    _, path = case_of(syntax, field)
    element, attribute = node(root, path)
    above = element if attribute else element.getparent()
    assert above is not None
    if attribute:
        del element.attrib[attribute]
    else:
        above.remove(element)
    assert said(parser.parse(root)[0], field) in nothing(syntax, field)
    assert parser.locate(root, field) == (path, line_of(above))


@pytest.mark.parametrize(("syntax", "field"), list(product(SYNTAXES, sorted(CASES.keys() - ELSEWHERE))))
def test_an_empty_node_counts_as_absent(syntax: str, field: str) -> None:
    """Emptied, or left with white space, it reads as if it were missing, and is itself the place."""
    for blank in ("", " \n "):
        parser, root = opened(syntax)
        _, path = case_of(syntax, field)
        element, attribute = node(root, path)
        if attribute:
            element.set(attribute, blank)
        else:
            element.text = blank
        assert said(parser.parse(root)[0], field) in (*nothing(syntax, field), blank if field == "number" else None)
        assert parser.locate(root, field) == (path, line_of(element))


def nothing(syntax: str, field: str) -> tuple[object, ...]:
    """What a field without a value may say."""
    default = "381" if (syntax, field) == ("credit-note", "type_code") else WITHOUT.get(field, "")
    return (default,) if default else ("", None)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_whole_groups_are_placed_where_they_belong(syntax: str) -> None:
    """In a document that is nothing but its root, every field has its path, and the root's line."""
    parser, root = opened(syntax)
    for child in list(root):
        root.remove(child)
    for field in CASES:
        path, line = parser.locate(root, field)
        plain = re.sub(r"\[[0-9]\]", "", case_of(syntax, field)[1])
        assert line == line_of(root)
        if field not in {"attachments[0].mime", *WITHOUT}:
            assert re.sub(r"\[[0-9]\]", "", path) == plain


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("field", ["document", "", "no such field", "nothing[3].at_all", "lines[x]"])
def test_what_is_no_field_is_placed_at_the_root(syntax: str, field: str) -> None:
    """The document itself, and a key that the syntax does not know, are the root element."""
    parser, root = opened(syntax)
    tag = {"cii": "/rsm:CrossIndustryInvoice", "ubl": "/ubl:Invoice", "credit-note": "/cn:CreditNote"}[syntax]
    assert parser.locate(root, field) == (tag, line_of(root))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_rows_are_placed_as_a_whole_and_past_the_end(syntax: str) -> None:
    """A row without a key is its element; one past the last has the number it would get, and the line above."""
    parser, root = opened(syntax)
    line = case_of(syntax, "lines[1].number")[1].partition("[2]")[0]
    element, _ = node(root, f"{line}[2]")
    above = element.getparent()
    assert above is not None
    assert parser.locate(root, "lines[1]") == (f"{line}[2]", line_of(element))
    assert parser.locate(root, "lines[4]") == (f"{line}[5]", line_of(above))
    assert parser.locate(root, "lines[4].quantity")[0].startswith(f"{line}[5]/")
    # The first of the two references is no attachment, so the second attachment would be the third reference.
    assert parser.locate(root, "attachments")[0].endswith("Reference[2]" if syntax != "cii" else "Document[2]")
    assert parser.locate(root, "attachments[1]")[0].endswith("Reference[3]" if syntax != "cii" else "Document[3]")
