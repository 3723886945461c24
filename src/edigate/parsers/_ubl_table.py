"""Where a UBL Invoice has each datum, and what a CreditNote calls by other names (reference §11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.parsers._tree import Group

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
    "lines": ("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line"),
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
    "amount": "cbc:Amount",
    "base": "cbc:BaseAmount",
    "code": "cbc:AllowanceChargeReasonCode",
    "reason": "cbc:AllowanceChargeReason",
}
_PERIOD: Members = {"start": "cbc:StartDate", "end": "cbc:EndDate", "description": "cbc:Description"}
_PARTY: Members = {
    "identifier": ("cac:PartyIdentification/cbc:ID", f"{_LEGAL}/cbc:CompanyID"),
    "identification": "cac:PartyIdentification/cbc:ID",
    "name": (f"{_LEGAL}/cbc:RegistrationName", "cac:PartyName/cbc:Name"),
    "country": (f"{_LEGAL}/cac:RegistrationAddress/{_COUNTRY}", f"cac:PostalAddress/{_COUNTRY}"),
    "trade_name": "cac:PartyName/cbc:Name",
    "registration": f"{_LEGAL}/cbc:CompanyID",
    "note": "cac:Contact/cbc:Note",
    "endpoint": "cbc:EndpointID",
    "legal_address": Group(f"{_LEGAL}/cac:RegistrationAddress", _ADDRESS),
    "trade_address": Group("cac:PostalAddress", _ADDRESS),
    "contact": Group("cac:Contact", _CONTACT),
    "taxes": Group(
        "cac:PartyTaxScheme",
        {"id": "cbc:CompanyID", "scheme": "cac:TaxScheme/cbc:ID", "regime": "cac:TaxScheme/cbc:TaxTypeCode"},
    ),
}
_PAYMENT: Members = {
    "code": "cbc:PaymentMeansCode",
    "channel": "cbc:PaymentChannelCode",
    "due_date": "cbc:PaymentDueDate",
    "account": f"{_ACCOUNT}/cbc:ID",
    "account_name": f"{_ACCOUNT}/cbc:Name",
    "institution": (
        f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cbc:ID",
        f"{_ACCOUNT}/cac:FinancialInstitutionBranch/cac:FinancialInstitution/cbc:ID",
    ),
    "note": (f"{_ACCOUNT}/cbc:PaymentNote", "cbc:InstructionNote"),
}
_TOTALS: Members = {
    "lines": "cbc:LineExtensionAmount",
    "charges": "cbc:ChargeTotalAmount",
    "allowances": "cbc:AllowanceTotalAmount",
    "without_tax": "cbc:TaxExclusiveAmount",
    "with_tax": "cbc:TaxInclusiveAmount",
    "prepaid": "cbc:PrepaidAmount",
    "rounding": "cbc:PayableRoundingAmount",
    "due": "cbc:PayableAmount",
}
_VAT_ROW: Members = {
    "rate": ("cbc:Percent", "cac:TaxCategory/cbc:Percent"),
    "base": "cbc:TaxableAmount",
    "amount": "cbc:TaxAmount",
    "category": "cac:TaxCategory/cbc:ID",
    "exemption_reason": "cac:TaxCategory/cbc:TaxExemptionReason",
    "tax": ("cac:TaxCategory/cac:TaxScheme/cbc:TaxTypeCode", "cac:TaxCategory/cac:TaxScheme/cbc:ID"),
}
_LINE: Members = {
    "number": "cbc:ID",
    "product": (f"{_ITEM}/cac:StandardItemIdentification/cbc:ID", f"{_ITEM}/cac:SellersItemIdentification/cbc:ID"),
    "name": f"{_ITEM}/cbc:Name",
    "description": f"{_ITEM}/cbc:Description",
    "notes": "cbc:Note",
    "gross_price": "cac:Price/cac:AllowanceCharge/cbc:BaseAmount",
    "price_allowance": "cac:Price/cac:AllowanceCharge/cbc:Amount",
    "net_price": "cac:Price/cbc:PriceAmount",
    "basis": "cac:Price/cbc:BaseQuantity",
    "quantity": "cbc:InvoicedQuantity",
    "net_amount": "cbc:LineExtensionAmount",
    "vat_rate": f"{_ITEM}/cac:ClassifiedTaxCategory/cbc:Percent",
    "delivery_date": "cac:Delivery/cbc:ActualDeliveryDate",
    "site": Group("cac:Delivery", _DELIVERY),
    "allowances": Group("cac:AllowanceCharge", _ALLOWANCE),
    "properties": Group(f"{_ITEM}/cac:AdditionalItemProperty", {"name": "cbc:Name", "value": "cbc:Value"}),
}
_REFERENCE: Members = {
    "name": "cbc:ID",
    "declared_type": "cbc:DocumentType",
    "mime": "cbc:DocumentTypeCode",
    "content": "cac:Attachment/cbc:EmbeddedDocumentBinaryObject",
}
TABLE: Members = {
    "extensions": _EXTENSION,
    "cadre": f"{_EXTENSION}/aife:FactureExtension/aife:CategoryCode",
    "profile": "cbc:CustomizationID",
    "process": "cbc:ProfileID",
    "number": "cbc:ID",
    "type_code": "cbc:InvoiceTypeCode",
    "issue_date": "cbc:IssueDate",
    "due_date": "cbc:DueDate",
    "notes": "cbc:Note",
    "currency": "cbc:DocumentCurrencyCode",
    "tax_currency": "cbc:TaxCurrencyCode",
    "allowances": Group("cac:AllowanceCharge", _ALLOWANCE),
    "buyer_reference": "cbc:BuyerReference",
    "tax_point": "cac:InvoicePeriod/cbc:DescriptionCode",
    "period": Group("cac:InvoicePeriod", _PERIOD),
    "order": "cac:OrderReference/cbc:ID",
    "order_date": "cac:OrderReference/cbc:IssueDate",
    "order_kind": "cac:OrderReference/cbc:OrderTypeCode",
    "contracts": Group(
        "cac:ContractDocumentReference",
        {"id": "cbc:ID", "type": ("cbc:DocumentTypeCode", "cbc:DocumentType"), "date": "cbc:IssueDate"},
    ),
    "attachments": Group("cac:AdditionalDocumentReference", _REFERENCE),
    "supplier": Group(f"{_SUPPLIER}/cac:Party", _PARTY),
    "supplier_service": f"{_SUPPLIER}/cac:AccountingContact/cbc:ID",
    "supplier_service_name": f"{_SUPPLIER}/cac:AccountingContact/cbc:Name",
    "validator": Group(f"{_SUPPLIER}/cac:Party/cac:AgentParty", _PARTY),
    "recipient": Group(f"{_CUSTOMER}/cac:Party", _PARTY),
    "service": f"{_CUSTOMER}/cac:AccountingContact/cbc:ID",
    "service_name": f"{_CUSTOMER}/cac:AccountingContact/cbc:Name",
    "payee": Group("cac:PayeeParty", _PARTY),
    "delivery_date": "cac:Delivery/cbc:ActualDeliveryDate",
    "site": Group("cac:Delivery", _DELIVERY),
    "payment": Group("cac:PaymentMeans", _PAYMENT),
    "tax": "cac:TaxTotal/cbc:TaxAmount",
    "vat": Group("cac:TaxTotal/cac:TaxSubtotal", _VAT_ROW),
    "totals": Group("cac:LegalMonetaryTotal", _TOTALS),
    "preceding": Group("cac:BillingReference/cac:InvoiceDocumentReference", {"id": "cbc:ID"}),
    "lines": Group("cac:InvoiceLine", _LINE, many=True),
}
CREDIT_NOTE_TABLE: Members = {
    **TABLE,
    "type_code": "cbc:CreditNoteTypeCode",
    "lines": Group("cac:CreditNoteLine", {**_LINE, "quantity": "cbc:CreditedQuantity"}, many=True),
}
