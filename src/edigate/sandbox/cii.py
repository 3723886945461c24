"""Writes a draft as a Cross Industry Invoice, datum by datum where the reference has it (§7.5, §11.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.sandbox.drafts import Draft, DraftAttachment, DraftLine, VatSum, sums_of
from edigate.sandbox.markup import Node, branch, document, leaf

if TYPE_CHECKING:
    import datetime as dt

_STANDARD = "urn:un:unece:uncefact:data:standard"
_NAMESPACES = (
    ("xmlns:rsm", f"{_STANDARD}:CrossIndustryInvoice:100"),
    ("xmlns:qdt", f"{_STANDARD}:QualifiedDataType:100"),
    ("xmlns:ram", f"{_STANDARD}:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:udt", f"{_STANDARD}:UnqualifiedDataType:100"),
)
_ON_PAYMENT, _ON_DEBIT = "72", "5"


def cii(draft: Draft) -> bytes:
    """Write the draft as a Cross Industry Invoice; a credit note is one whose `type_code` is 381."""
    children = (_context(draft), _heading(draft), _transaction(draft))
    root = Node("rsm:CrossIndustryInvoice", children=children, attributes=_NAMESPACES)
    return document(root, draft.encoding, draft.stylesheet)


def _context(draft: Draft) -> Node:
    cadre = branch("ram:BusinessProcessSpecifiedDocumentContextParameter", leaf("ram:ID", draft.cadre))
    return branch("rsm:ExchangedDocumentContext", cadre, keep=True)


def _heading(draft: Draft) -> Node:
    return branch(
        "rsm:ExchangedDocument",
        leaf("ram:ID", draft.number),
        leaf("ram:TypeCode", draft.type_code),
        _date("ram:IssueDateTime", draft.issue_date),
        *(branch("ram:IncludedNote", leaf("ram:Content", note)) for note in draft.notes),
    )


def _transaction(draft: Draft) -> Node:
    return branch(
        "rsm:SupplyChainTradeTransaction",
        *(_line(draft, number, line) for number, line in enumerate(draft.lines, start=1)),
        _agreement(draft),
        branch("ram:ApplicableHeaderTradeDelivery", keep=True),
        _settlement(draft),
    )


def _line(draft: Draft, number: int, line: DraftLine) -> Node:
    return branch(
        "ram:IncludedSupplyChainTradeLineItem",
        branch("ram:AssociatedDocumentLineDocument", leaf("ram:LineID", number)),
        branch("ram:SpecifiedTradeProduct", leaf("ram:GlobalID", line.product), leaf("ram:Name", line.name)),
        _prices(draft, line),
        branch(
            "ram:SpecifiedLineTradeDelivery",
            leaf("ram:BilledQuantity", line.quantity),
            branch("ram:ActualDeliverySupplyChainEvent", _date("ram:OccurrenceDateTime", draft.delivery_date)),
        ),
        branch(
            "ram:SpecifiedLineTradeSettlement",
            branch("ram:ApplicableTradeTax", leaf("ram:RateApplicablePercent", line.vat_rate)),
            branch("ram:SpecifiedTradeSettlementLineMonetarySummation", leaf("ram:LineTotalAmount", line.amount)),
        ),
    )


def _prices(draft: Draft, line: DraftLine) -> Node:
    gross = leaf("ram:ChargeAmount", line.unit_price if draft.gross_prices else "", currencyID=draft.currency)
    net = leaf("ram:ChargeAmount", line.price_with_tax if draft.gross_prices else line.unit_price)
    return branch(
        "ram:SpecifiedLineTradeAgreement",
        branch("ram:GrossPriceProductTradePrice", gross),
        branch("ram:NetPriceProductTradePrice", net),
    )


def _agreement(draft: Draft) -> Node:
    kind = draft.market_kind if draft.market else ""
    return branch(
        "ram:ApplicableHeaderTradeAgreement",
        leaf("ram:BuyerReference", draft.service),
        _seller(draft),
        _party("ram:BuyerTradeParty", draft.recipient_name, draft.recipient_siret, draft.recipient_scheme),
        branch("ram:BuyerOrderReferencedDocument", leaf("ram:IssuerAssignedID", draft.engagement)),
        branch(
            "ram:ContractReferencedDocument",
            leaf("ram:IssuerAssignedID", draft.market),
            leaf("ram:ReferenceTypeCode", kind),
        ),
        *map(_attachment, draft.attachments),
        keep=True,
    )


def _seller(draft: Draft) -> Node:
    return _party(
        "ram:SellerTradeParty",
        draft.supplier_name,
        draft.supplier_id,
        draft.supplier_scheme,
        branch("ram:PostalTradeAddress", leaf("ram:CountryID", draft.supplier_country)),
        branch("ram:SpecifiedTaxRegistration", leaf("ram:ID", draft.supplier_vat, schemeID="VA")),
    )


def _party(tag: str, name: str, identifier: str, scheme: str, *more: Node) -> Node:
    organization = branch("ram:SpecifiedLegalOrganization", leaf("ram:ID", identifier, schemeID=scheme))
    return branch(tag, leaf("ram:Name", name), organization, *more)


def _attachment(attachment: DraftAttachment) -> Node:
    return branch(
        "ram:AdditionalReferencedDocument",
        leaf("ram:IssuerAssignedID", attachment.name),
        leaf("ram:Name", "ZZZ"),
        leaf("ram:AttachmentBinaryObject", attachment.encoded, mimeCode=attachment.mime),
    )


def _settlement(draft: Draft) -> Node:
    return branch(
        "ram:ApplicableHeaderTradeSettlement",
        leaf("ram:InvoiceCurrencyCode", draft.currency),
        _party("ram:InvoiceeTradeParty", draft.validator_name, draft.validator_siret, "1"),
        _party("ram:PayeeTradeParty", draft.payee_name, draft.payee_siret, "1"),
        _payment(draft),
        *(_vat(draft, row) for row in sums_of(draft).vat),
        branch("ram:SpecifiedTradePaymentTerms", _date("ram:DueDateDateTime", draft.due_date)),
        _totals(draft),
        branch("ram:InvoiceReferencedDocument", leaf("ram:IssuerAssignedID", draft.origin_invoice)),
    )


def _payment(draft: Draft) -> Node:
    holder = (draft.payee_name or draft.supplier_name) if draft.iban else ""
    return branch(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        leaf("ram:TypeCode", draft.payment_code),
        branch(
            "ram:PayeePartyCreditorFinancialAccount",
            leaf("ram:IBANID", draft.iban),
            leaf("ram:AccountName", holder),
        ),
    )


def _vat(draft: Draft, row: VatSum) -> Node:
    return branch(
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", row.amount),
        leaf("ram:ExemptionReason", "" if row.rate else draft.exemption_reason),
        leaf("ram:BasisAmount", row.base),
        leaf("ram:CategoryCode", row.category),
        leaf("ram:DueDateTypeCode", _ON_PAYMENT if draft.vat_on_payment else _ON_DEBIT),
        leaf("ram:RateApplicablePercent", row.rate),
    )


def _totals(draft: Draft) -> Node:
    sums = sums_of(draft)
    return branch(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        leaf("ram:LineTotalAmount", sums.without_tax),
        leaf("ram:ChargeTotalAmount", "0.00"),
        leaf("ram:AllowanceTotalAmount", "0.00"),
        leaf("ram:TaxBasisTotalAmount", sums.without_tax),
        leaf("ram:TaxTotalAmount", sums.tax),
        leaf("ram:GrandTotalAmount", sums.with_tax),
        leaf("ram:TotalPrepaidAmount", draft.prepaid),
        leaf("ram:DuePayableAmount", sums.due),
    )


def _date(tag: str, day: dt.date | None) -> Node:
    return branch(tag, leaf("udt:DateTimeString", f"{day:%Y%m%d}" if day else ""))
