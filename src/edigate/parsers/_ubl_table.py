"""Where a UBL Invoice has each datum, and what a CreditNote calls by other names (reference §11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.parsers._tree import Group, kept, number

if TYPE_CHECKING:
    from edigate.parsers._tree import Members

_SUPPLIER = "cac:AccountingSupplierParty"
_CUSTOMER = "cac:AccountingCustomerParty"
_LEGAL = "cac:PartyLegalEntity"
_COUNTRY = "cac:Country/cbc:IdentificationCode"
_ACCOUNT = "cac:PayeeFinancialAccount"
_ITEM = "cac:Item"
_EXTENSION = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent"

_ADDRESS: Members = {
    "lines": kept("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line"),
    "postcode": "cbc:PostalZone",
    "city": "cbc:CityName",
    "country": _COUNTRY,
}
_CONTACT: Members = {
    "name": "cbc:Name",
    "department": (),  # UBL's contact has none
    "phone": "cbc:Telephone",
    "fax": "cbc:Telefax",
    "mail": "cbc:ElectronicMail",
}
_DELIVERY: Members = {
    "identifier": "cac:DeliveryLocation/cbc:ID",
    "name": ("cac:DeliveryLocation/cbc:Name", "cac:DeliveryParty/cac:PartyName/cbc:Name"),
    "address": Group("cac:DeliveryLocation/cac:Address", _ADDRESS),
}
_ALLOWANCE: Members = {
    "indicator": "cbc:ChargeIndicator",
    "amount": number("cbc:Amount"),
    "base": number("cbc:BaseAmount"),
    "code": "cbc:AllowanceChargeReasonCode",
    "reason": "cbc:AllowanceChargeReason",
}
_PERIOD: Members = {"start": kept("cbc:StartDate"), "end": kept("cbc:EndDate"), "description": "cbc:Description"}
_PARTY: Members = {
    "identifier": kept("cac:PartyIdentification/cbc:ID", f"{_LEGAL}/cbc:CompanyID"),
    "identification": kept("cac:PartyIdentification/cbc:ID"),
    "name": (f"{_LEGAL}/cbc:RegistrationName", "cac:PartyName/cbc:Name"),
    "country": (f"{_LEGAL}/cac:RegistrationAddress/{_COUNTRY}", f"cac:PostalAddress/{_COUNTRY}"),
    "trade_name": "cac:PartyName/cbc:Name",
    "registration": f"{_LEGAL}/cbc:CompanyID",
    "company": kept(f"{_LEGAL}/cbc:CompanyID"),
    "note": "cac:Contact/cbc:Note",
    "endpoint": kept("cbc:EndpointID"),
    "legal_address": Group(f"{_LEGAL}/cac:RegistrationAddress", _ADDRESS),
    "trade_address": Group("cac:PostalAddress", _ADDRESS),
    "contact": Group("cac:Contact", _CONTACT),
    "taxes": Group(
        "cac:PartyTaxScheme",
        {"id": kept("cbc:CompanyID"), "scheme": "cac:TaxScheme/cbc:ID", "regime": "cac:TaxScheme/cbc:TaxTypeCode"},
    ),
}
_PAYMENT: Members = {
    "code": "cbc:PaymentMeansCode",
    "channel": "cbc:PaymentChannelCode",
    "due_date": kept("cbc:PaymentDueDate"),
    "account": f"{_ACCOUNT}/cbc:ID",
    "account_name": f"{_ACCOUNT}/cbc:Name",
    "institution": (
        f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cbc:ID",
        f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cac:FinancialInstitution/cbc:ID",
    ),
    "note": (f"{_ACCOUNT}/cbc:PaymentNote", "cbc:InstructionNote"),
}
_TOTALS: Members = {
    "lines": number("cbc:LineExtensionAmount"),
    "charges": number("cbc:ChargeTotalAmount"),
    "allowances": number("cbc:AllowanceTotalAmount"),
    "without_tax": number("cbc:TaxExclusiveAmount"),
    "with_tax": number("cbc:TaxInclusiveAmount"),
    "prepaid": number("cbc:PrepaidAmount"),
    "rounding": number("cbc:PayableRoundingAmount"),
    "due": number("cbc:PayableAmount"),
}
_VAT_ROW: Members = {
    "rate": number("cbc:Percent", "cac:TaxCategory/cbc:Percent"),
    "base": number("cbc:TaxableAmount"),
    "amount": number("cbc:TaxAmount"),
    "category": "cac:TaxCategory/cbc:ID",
    "exemption_reason": "cac:TaxCategory/cbc:TaxExemptionReason",
    "tax": ("cac:TaxCategory/cac:TaxScheme/cbc:TaxTypeCode", "cac:TaxCategory/cac:TaxScheme/cbc:ID"),
}
_LINE: Members = {
    "number": "cbc:ID",
    "product": (f"{_ITEM}/cac:StandardItemIdentification/cbc:ID", f"{_ITEM}/cac:SellersItemIdentification/cbc:ID"),
    "name": f"{_ITEM}/cbc:Name",
    "description": f"{_ITEM}/cbc:Description",
    "notes": kept("cbc:Note"),
    "gross_price": number("cac:Price/cac:AllowanceCharge/cbc:BaseAmount"),
    "price_allowance": number("cac:Price/cac:AllowanceCharge/cbc:Amount"),
    "net_price": number("cac:Price/cbc:PriceAmount"),
    "price_base": number("cac:Price/cbc:BaseQuantity"),
    "quantity": number("cbc:InvoicedQuantity"),
    "net_amount": number("cbc:LineExtensionAmount"),
    "vat_rate": number(f"{_ITEM}/cac:ClassifiedTaxCategory/cbc:Percent"),
    "delivery_date": kept("cac:Delivery/cbc:ActualDeliveryDate"),
    "site": Group("cac:Delivery", _DELIVERY),
    "allowances": Group("cac:AllowanceCharge", _ALLOWANCE),
    "properties": Group(f"{_ITEM}/cac:AdditionalItemProperty", {"name": "cbc:Name", "value": "cbc:Value"}),
}
_REFERENCE: Members = {
    "name": kept("cbc:ID"),
    "declared_type": "cbc:DocumentType",
    "mime": kept("cbc:DocumentTypeCode"),
    "content": kept("cac:Attachment/cbc:EmbeddedDocumentBinaryObject"),
}
TABLE: Members = {
    "extensions": kept(_EXTENSION),
    "cadre": kept(f"{_EXTENSION}/aife:FactureExtension/aife:CategoryCode"),
    "profile": "cbc:CustomizationID",
    "process": kept("cbc:ProfileID"),
    "number": kept("cbc:ID"),
    "type_code": "cbc:InvoiceTypeCode",
    "issue_date": kept("cbc:IssueDate"),
    "due_date": kept("cbc:DueDate"),
    "notes": kept("cbc:Note"),
    "currency": "cbc:DocumentCurrencyCode",
    "tax_currency": "cbc:TaxCurrencyCode",
    "allowances": Group("cac:AllowanceCharge", _ALLOWANCE),
    "buyer_reference": kept("cbc:BuyerReference"),
    "tax_point": "cac:InvoicePeriod/cbc:DescriptionCode",
    "period": Group("cac:InvoicePeriod", _PERIOD),
    "order": kept("cac:OrderReference/cbc:ID"),
    "order_date": kept("cac:OrderReference/cbc:IssueDate"),
    "order_kind": "cac:OrderReference/cbc:OrderTypeCode",
    "contracts": Group(
        "cac:ContractDocumentReference",
        {"id": kept("cbc:ID"), "type": ("cbc:DocumentTypeCode", "cbc:DocumentType"), "date": kept("cbc:IssueDate")},
    ),
    "attachments": Group("cac:AdditionalDocumentReference", _REFERENCE),
    "supplier": Group(f"{_SUPPLIER}/cac:Party", _PARTY),
    "supplier_service": f"{_SUPPLIER}/cac:AccountingContact/cbc:ID",
    "supplier_service_name": f"{_SUPPLIER}/cac:AccountingContact/cbc:Name",
    "validator": Group(f"{_SUPPLIER}/cac:Party/cac:AgentParty", _PARTY),
    "recipient": Group(f"{_CUSTOMER}/cac:Party", _PARTY),
    "service": kept(f"{_CUSTOMER}/cac:AccountingContact/cbc:ID"),
    "service_name": f"{_CUSTOMER}/cac:AccountingContact/cbc:Name",
    "payee": Group("cac:PayeeParty", _PARTY),
    "delivery_date": kept("cac:Delivery/cbc:ActualDeliveryDate"),
    "site": Group("cac:Delivery", _DELIVERY),
    "payment": Group("cac:PaymentMeans", _PAYMENT),
    "tax": kept("cac:TaxTotal/cbc:TaxAmount"),
    "vat": Group("cac:TaxTotal/cac:TaxSubtotal", _VAT_ROW),
    "totals": Group("cac:LegalMonetaryTotal", _TOTALS),
    "preceding": Group("cac:BillingReference/cac:InvoiceDocumentReference", {"id": kept("cbc:ID")}),
    "lines": Group("cac:InvoiceLine", _LINE, many=True),
}
CREDIT_NOTE_TABLE: Members = {
    **TABLE,
    "type_code": "cbc:CreditNoteTypeCode",
    "lines": Group("cac:CreditNoteLine", {**_LINE, "quantity": number("cbc:CreditedQuantity")}, many=True),
}
