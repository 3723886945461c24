"""Where a Cross Industry Invoice has each datum (reference §11.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.parsers._tree import Group

if TYPE_CHECKING:
    from edigate.parsers._tree import Members

_CONTEXT = "rsm:ExchangedDocumentContext"
_DOCUMENT = "rsm:ExchangedDocument"
_TRANSACTION = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_TRANSACTION}/ram:ApplicableHeaderTradeAgreement"
_SETTLEMENT = f"{_TRANSACTION}/ram:ApplicableHeaderTradeSettlement"
_ORGANIZATION = "ram:SpecifiedLegalOrganization"
_GROSS = "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice"
_NET = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
_ACCOUNT = "ram:PayeePartyCreditorFinancialAccount"
_DELIVERED = "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"

_PARTY: Members = {
    "identifier": (f"{_ORGANIZATION}/ram:ID", "ram:GlobalID", "ram:ID"),
    "name": "ram:Name",
    "country": ("ram:PostalTradeAddress/ram:CountryID", f"{_ORGANIZATION}/ram:PostalTradeAddress/ram:CountryID"),
    "vat_number": "ram:SpecifiedTaxRegistration/ram:ID",
    "service_name": "ram:DefinedTradeContact/ram:DepartmentName",
}
_PAYMENT: Members = {
    "code": "ram:TypeCode",
    "account": (f"{_ACCOUNT}/ram:IBANID", f"{_ACCOUNT}/ram:ProprietaryID"),
    "iban": f"{_ACCOUNT}/ram:IBANID",
    "account_name": f"{_ACCOUNT}/ram:AccountName",
    "institution": "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID",
    "note": "ram:Information",
}
_TOTALS: Members = {
    "lines": "ram:LineTotalAmount",
    "charges": "ram:ChargeTotalAmount",
    "allowances": "ram:AllowanceTotalAmount",
    "without_tax": "ram:TaxBasisTotalAmount",
    "tax": "ram:TaxTotalAmount",
    "with_tax": "ram:GrandTotalAmount",
    "prepaid": "ram:TotalPrepaidAmount",
    "rounding": "ram:RoundingAmount",
    "due": "ram:DuePayableAmount",
}
_VAT_ROW: Members = {
    "rate": "ram:RateApplicablePercent",
    "base": "ram:BasisAmount",
    "amount": "ram:CalculatedAmount",
    "category": "ram:CategoryCode",
    "exemption_reason": "ram:ExemptionReason",
    "due_date_code": "ram:DueDateTypeCode",
}
_LINE: Members = {
    "number": "ram:AssociatedDocumentLineDocument/ram:LineID",
    "status": "ram:AssociatedDocumentLineDocument/ram:LineStatusCode",
    "reason": "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode",
    "product": ("ram:SpecifiedTradeProduct/ram:GlobalID", "ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
    "name": "ram:SpecifiedTradeProduct/ram:Name",
    "gross_price": f"{_GROSS}/ram:ChargeAmount",
    "gross_basis": f"{_GROSS}/ram:BasisQuantity",
    "allowance": f"{_GROSS}/ram:AppliedTradeAllowanceCharge",
    "net_price": f"{_NET}/ram:ChargeAmount",
    "net_basis": f"{_NET}/ram:BasisQuantity",
    "quantity": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
    "delivery_date": f"ram:SpecifiedLineTradeDelivery/{_DELIVERED}",
    "vat_rate": "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent",
    "net_amount": (
        "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    ),
}
_REFERENCE: Members = {
    "name": "ram:IssuerAssignedID",
    "declared_type": "ram:Name",
    "content": "ram:AttachmentBinaryObject",
}
TABLE: Members = {
    "cadre": f"{_CONTEXT}/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
    "profile": f"{_CONTEXT}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
    "number": f"{_DOCUMENT}/ram:ID",
    "type_code": f"{_DOCUMENT}/ram:TypeCode",
    "issue_date": (
        f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTimeString",
        f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTime",
    ),
    "notes": f"{_DOCUMENT}/ram:IncludedNote/ram:Content",
    "lines": Group(f"{_TRANSACTION}/ram:IncludedSupplyChainTradeLineItem", _LINE),
    "service": f"{_AGREEMENT}/ram:BuyerReference",
    "supplier": Group(f"{_AGREEMENT}/ram:SellerTradeParty", _PARTY),
    "recipient": Group(f"{_AGREEMENT}/ram:BuyerTradeParty", _PARTY),
    "engagement": f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    "contracts": Group(
        f"{_AGREEMENT}/ram:ContractReferencedDocument",
        {"id": "ram:IssuerAssignedID", "type": "ram:ReferenceTypeCode"},
    ),
    "attachments": Group(f"{_AGREEMENT}/ram:AdditionalReferencedDocument", _REFERENCE),
    "delivery_date": f"{_TRANSACTION}/ram:ApplicableHeaderTradeDelivery/{_DELIVERED}",
    "currency": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
    "tax_currency": f"{_SETTLEMENT}/ram:TaxCurrencyCode",
    "allowances_or_charges": f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge",
    "supplier_service": f"{_SETTLEMENT}/ram:InvoiceIssuerReference",
    "validator": Group(f"{_SETTLEMENT}/ram:InvoiceeTradeParty", _PARTY),
    "payee": Group(f"{_SETTLEMENT}/ram:PayeeTradeParty", _PARTY),
    "payment": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans", _PAYMENT),
    "vat": Group(f"{_SETTLEMENT}/ram:ApplicableTradeTax", _VAT_ROW),
    "due_date": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString",
    "totals": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation", _TOTALS),
    "preceding": Group(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument", {"id": "ram:IssuerAssignedID"}),
}
