"""Where a Cross Industry Invoice has each datum (reference §11.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.parsers._tree import Group, kept, number

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
    "lines": kept("ram:LineOne", "ram:LineTwo", "ram:LineThree"),
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
    "amount": number("ram:ActualAmount"),
    "base": number("ram:BasisAmount"),
    "code": "ram:ReasonCode",
    "reason": "ram:Reason",
}
_PARTY: Members = {
    "identifier": kept(f"{_ORGANIZATION}/ram:ID", "ram:GlobalID", "ram:ID"),
    "name": "ram:Name",
    "country": (f"{_ADDRESS_PATH}/ram:CountryID", f"{_ORGANIZATION}/{_ADDRESS_PATH}/ram:CountryID"),
    "vat_number": kept("ram:SpecifiedTaxRegistration/ram:ID"),
    "service_name": f"{_CONTACT_PATH}/ram:DepartmentName",
    "trade_name": f"{_ORGANIZATION}/ram:TradingBusinessName",
    "note": "ram:Description",
    "endpoint": kept("ram:URIUniversalCommunication/ram:URIID"),
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
    "lines": number("ram:LineTotalAmount"),
    "charges": number("ram:ChargeTotalAmount"),
    "allowances": number("ram:AllowanceTotalAmount"),
    "without_tax": number("ram:TaxBasisTotalAmount"),
    "tax": kept("ram:TaxTotalAmount"),
    "with_tax": number("ram:GrandTotalAmount"),
    "prepaid": number("ram:TotalPrepaidAmount"),
    "rounding": number("ram:RoundingAmount"),
    "due": number("ram:DuePayableAmount"),
}
_VAT_ROW: Members = {
    "rate": number("ram:RateApplicablePercent"),
    "base": number("ram:BasisAmount"),
    "amount": number("ram:CalculatedAmount"),
    "category": "ram:CategoryCode",
    "exemption_reason": "ram:ExemptionReason",
    "due_date_code": "ram:DueDateTypeCode",
    "tax": "ram:TypeCode",
}
_LINE: Members = {
    "number": "ram:AssociatedDocumentLineDocument/ram:LineID",
    "status": "ram:AssociatedDocumentLineDocument/ram:LineStatusCode",
    "substatus": "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode",
    "notes": kept("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content"),
    "product": ("ram:SpecifiedTradeProduct/ram:GlobalID", "ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
    "name": "ram:SpecifiedTradeProduct/ram:Name",
    "description": "ram:SpecifiedTradeProduct/ram:Description",
    "gross_price": number(f"{_GROSS}/ram:ChargeAmount"),
    "gross_basis": kept(f"{_GROSS}/ram:BasisQuantity"),
    "allowance": kept(f"{_GROSS}/ram:AppliedTradeAllowanceCharge"),
    "price_allowance": number(f"{_GROSS}/ram:AppliedTradeAllowanceCharge/ram:ActualAmount"),
    "net_price": number(f"{_NET}/ram:ChargeAmount"),
    "net_basis": kept(f"{_NET}/ram:BasisQuantity"),
    "quantity": number("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
    "delivery_date": kept(f"ram:SpecifiedLineTradeDelivery/{_DELIVERED}"),
    "site": Group("ram:SpecifiedLineTradeDelivery/ram:ShipToTradeParty", _SITE),
    "vat_rate": number(f"{_LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent"),
    "allowances": Group(f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE),
    "net_amount": number(f"{_LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
}
_PERIOD: Members = {
    "start": kept("ram:StartDateTime/udt:DateTimeString"),
    "end": kept("ram:EndDateTime/udt:DateTimeString"),
    "description": "ram:Description",
}
_REFERENCE: Members = {
    "name": kept("ram:IssuerAssignedID"),
    "declared_type": "ram:Name",
    "content": kept("ram:AttachmentBinaryObject"),
}
TABLE: Members = {
    "cadre": f"{_CONTEXT}/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
    "profile": f"{_CONTEXT}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
    "number": kept(f"{_DOCUMENT}/ram:ID"),
    "type_code": f"{_DOCUMENT}/ram:TypeCode",
    "issue_date": kept(
        f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTimeString",
        f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTime",
    ),
    "notes": kept(f"{_DOCUMENT}/ram:IncludedNote/ram:Content"),
    "lines": Group(f"{_TRANSACTION}/ram:IncludedSupplyChainTradeLineItem", _LINE, many=True),
    "service": kept(f"{_AGREEMENT}/ram:BuyerReference"),
    "supplier": Group(f"{_AGREEMENT}/ram:SellerTradeParty", _PARTY),
    "recipient": Group(f"{_AGREEMENT}/ram:BuyerTradeParty", _PARTY),
    "engagement": f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    "engagement_date": kept(f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/{_REFERENCED_ON}"),
    "contracts": Group(
        f"{_AGREEMENT}/ram:ContractReferencedDocument",
        {"id": kept("ram:IssuerAssignedID"), "type": "ram:ReferenceTypeCode", "date": kept(_REFERENCED_ON)},
    ),
    "attachments": Group(f"{_AGREEMENT}/ram:AdditionalReferencedDocument", _REFERENCE),
    "site": Group(f"{_DELIVERY}/ram:ShipToTradeParty", _SITE),
    "delivery_date": kept(f"{_DELIVERY}/{_DELIVERED}"),
    "currency": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
    "tax_currency": f"{_SETTLEMENT}/ram:TaxCurrencyCode",
    "allowances": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge", _ALLOWANCE),
    "supplier_service": f"{_SETTLEMENT}/ram:InvoiceIssuerReference",
    "validator": Group(f"{_SETTLEMENT}/ram:InvoiceeTradeParty", _PARTY),
    "payee": Group(f"{_SETTLEMENT}/ram:PayeeTradeParty", _PARTY),
    "payment": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans", _PAYMENT),
    "vat": Group(f"{_SETTLEMENT}/ram:ApplicableTradeTax", _VAT_ROW),
    "period": Group(f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod", _PERIOD),
    "due_date": kept(f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString"),
    "totals": Group(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation", _TOTALS),
    "preceding": Group(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument", {"id": kept("ram:IssuerAssignedID")}),
}
