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
_DELIVERY = f"{_TRANSACTION}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_TRANSACTION}/ram:ApplicableHeaderTradeSettlement"
_ORGANIZATION = "ram:SpecifiedLegalOrganization"
_GROSS = "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice"
_NET = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
_ACCOUNT = "ram:PayeePartyCreditorFinancialAccount"
_DELIVERED = "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"
_REFERENCED_ON = "ram:FormattedIssueDateTime/qdt:DateTimeString"
_ADDRESS_PATH = "ram:PostalTradeAddress"
_CONTACT_PATH = "ram:DefinedTradeContact"
_LINE_SETTLEMENT = "ram:SpecifiedLineTradeSettlement"

_ADDRESS: Members = {
    "lines": ("ram:LineOne", "ram:LineTwo", "ram:LineThree"),
    "postcode": "ram:PostcodeCode",
    "city": "ram:CityName",
    "country": "ram:CountryID",
}
_CONTACT: Members = {
    "name": "ram:PersonName",
    "department": "ram:DepartmentName",
    "phone": "ram:TelephoneUniversalCommunication/ram:CompleteNumber",
    "fax": "ram:FaxUniversalCommunication/ram:CompleteNumber",
    "mail": "ram:EmailURIUniversalCommunication/ram:URIID",
}
_SITE: Members = {
    "identifier": ("ram:ID", "ram:GlobalID"),
    "name": "ram:Name",
    "address": Group(_ADDRESS_PATH, _ADDRESS),
}
_ALLOWANCE: Members = {
    "indicator": ("ram:ChargeIndicator/udt:Indicator", "ram:ChargeIndicator/udt:IndicatorString"),
    "amount": "ram:ActualAmount",
    "base": "ram:BasisAmount",
    "code": "ram:ReasonCode",
    "reason": "ram:Reason",
}
_PARTY: Members = {
    "identifier": (f"{_ORGANIZATION}/ram:ID", "ram:GlobalID", "ram:ID"),
    "name": "ram:Name",
    "country": (f"{_ADDRESS_PATH}/ram:CountryID", f"{_ORGANIZATION}/{_ADDRESS_PATH}/ram:CountryID"),
    "vat_number": "ram:SpecifiedTaxRegistration/ram:ID",
    "service_name": f"{_CONTACT_PATH}/ram:DepartmentName",
    "trade_name": f"{_ORGANIZATION}/ram:TradingBusinessName",
    "note": "ram:Description",
    "endpoint": "ram:URIUniversalCommunication/ram:URIID",
    "legal_address": Group(_ADDRESS_PATH, _ADDRESS),
    "trade_address": Group(f"{_ORGANIZATION}/{_ADDRESS_PATH}", _ADDRESS),
    "contact": Group(_CONTACT_PATH, _CONTACT),
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
    "tax": "ram:TypeCode",
}
_LINE: Members = {
    "number": "ram:AssociatedDocumentLineDocument/ram:LineID",
    "status": "ram:AssociatedDocumentLineDocument/ram:LineStatusCode",
    "substatus": "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode",
    "notes": "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content",
    "product": ("ram:SpecifiedTradeProduct/ram:GlobalID", "ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
    "name": "ram:SpecifiedTradeProduct/ram:Name",
    "description": "ram:SpecifiedTradeProduct/ram:Description",
    "gross_price": f"{_GROSS}/ram:ChargeAmount",
    "gross_basis": f"{_GROSS}/ram:BasisQuantity",
    "allowance": f"{_GROSS}/ram:AppliedTradeAllowanceCharge",
    "price_allowance": f"{_GROSS}/ram:AppliedTradeAllowanceCharge/ram:ActualAmount",
    "net_price": f"{_NET}/ram:ChargeAmount",
    "net_basis": f"{_NET}/ram:BasisQuantity",
    "quantity": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
    "delivery_date": f"ram:SpecifiedLineTradeDelivery/{_DELIVERED}",
    "site": Group("ram:SpecifiedLineTradeDelivery/ram:ShipToTradeParty", _SITE),
    "vat_rate": f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
    "allowances": Group(f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE),
    "net_amount": f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
}
_PERIOD: Members = {
    "start": "ram:StartDateTime/udt:DateTimeString",
    "end": "ram:EndDateTime/udt:DateTimeString",
    "description": "ram:Description",
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
    "lines": Group(f"{_TRANSACTION}/ram:IncludedSupplyChainTradeLineItem", _LINE, many=True),
    "service": f"{_AGREEMENT}/ram:BuyerReference",
    "supplier": Group(f"{_AGREEMENT}/ram:SellerTradeParty", _PARTY),
    "recipient": Group(f"{_AGREEMENT}/ram:BuyerTradeParty", _PARTY),
    "engagement": f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    "engagement_date": f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/{_REFERENCED_ON}",
    "contracts": Group(
        f"{_AGREEMENT}/ram:ContractReferencedDocument",
        {"id": "ram:IssuerAssignedID", "type": "ram:ReferenceTypeCode", "date": _REFERENCED_ON},
    ),
    "attachments": Group(f"{_AGREEMENT}/ram:AdditionalReferencedDocument", _REFERENCE),
    "site": Group(f"{_DELIVERY}/ram:ShipToTradeParty", _SITE),
    "delivery_date": f"{_DELIVERY}/{_DELIVERED}",
    "currency": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
    "tax_currency": f"{_SETTLEMENT}/ram:TaxCurrencyCode",
    "allowances": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE),
    "supplier_service": f"{_SETTLEMENT}/ram:InvoiceIssuerReference",
    "validator": Group(f"{_SETTLEMENT}/ram:InvoiceeTradeParty", _PARTY),
    "payee": Group(f"{_SETTLEMENT}/ram:PayeeTradeParty", _PARTY),
    "payment": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans", _PAYMENT),
    "vat": Group(f"{_SETTLEMENT}/ram:ApplicableTradeTax", _VAT_ROW),
    "period": Group(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod", _PERIOD),
    "due_date": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString",
    "totals": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation", _TOTALS),
    "preceding": Group(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument", {"id": "ram:IssuerAssignedID"}),
}
