"""Every row of the mapping tables (reference §11.1, §11.2) is read into the one invoice model, from where it says."""

from __future__ import annotations

import datetime as dt
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.domain.invoice import Period, Site
from edigate.parsers import PARSERS
from edigate.xsd.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from edigate.domain.invoice import Invoice

DOCUMENTS = Path(__file__).parent / "documents"
SHARED = Path(os.environ.get("EDIGATE_SHARED", Path(__file__).parents[3].parent / "shared"))
REFERENCE = SHARED / "reference" / "chorus-pro-edi.md"
CREDIT_NOTE_WORDS = (
    ("Invoice-2", "CreditNote-2"),
    ("<Invoice ", "<CreditNote "),
    ("</Invoice>", "</CreditNote>"),
    ("InvoiceLine", "CreditNoteLine"),
    ("InvoiceTypeCode", "CreditNoteTypeCode"),
    ("InvoicedQuantity", "CreditedQuantity"),
    (">380<", ">381<"),
)
SCHEMAS = {"cii": "cii", "ubl": "ubl-invoice", "credit-note": "ubl-creditnote"}
D = Decimal
DAY = dt.date


class Datum(NamedTuple):
    """One datum: its path below the root, where the model has it, and what the rich document says there.

    `without` names elements to take away first. `stays`: what the model says then, where that is the same.
    """

    path: str
    attribute: str
    value: object
    without: str = ""
    stays: bool = False


def below(head: str, *data: tuple[str, str, object]) -> tuple[Datum, ...]:
    """Data whose paths begin alike."""
    return tuple(Datum(f"{head}/{path}" if path else head, attribute, value) for path, attribute, value in data)


TRADE = "SupplyChainTradeTransaction"
AGREEMENT = f"{TRADE}/ApplicableHeaderTradeAgreement"
SETTLEMENT = f"{TRADE}/ApplicableHeaderTradeSettlement"
ITEM = f"{TRADE}/IncludedSupplyChainTradeLineItem"
SELLER, BUYER = f"{AGREEMENT}/SellerTradeParty", f"{AGREEMENT}/BuyerTradeParty"
ORGANIZATION = "SpecifiedLegalOrganization"

# One entry for each row of §11.1, in its order.
CII: dict[str, tuple[Datum, ...]] = {
    "cadre": below("ExchangedDocumentContext", ("BusinessProcessSpecifiedDocumentContextParameter/ID", "cadre", "A9")),
    "profile": below(
        "ExchangedDocumentContext", ("GuidelineSpecifiedDocumentContextParameter/ID", "profile", "urn:a-profile")
    ),
    "document": below(
        "ExchangedDocument",
        ("ID", "number", "R-2026-7"),
        ("TypeCode", "type_code", "380"),
        ("IssueDateTime/DateTimeString", "issue_date", DAY(2026, 2, 27)),
        ("IncludedNote/Content", "notes", ("Travaux d’hiver",)),
    ),
    "line": below(ITEM, ("", "lines[0].number", "10")),
    "line.document": below(
        f"{ITEM}/AssociatedDocumentLineDocument",
        ("LineID", "lines[0].number", "10"),
        ("LineStatusCode", "lines[0].status", "Fourniture"),
        ("LineStatusReasonCode", "lines[0].substatus", "DETAIL"),
        ("LineStatusReasonCode", "lines[0].kind", "DETAIL"),
        ("IncludedNote/Content", "lines[0].notes", ("Livré en deux fois",)),
    ),
    "line.product": below(
        f"{ITEM}/SpecifiedTradeProduct",
        ("GlobalID", "lines[0].product", "SEL-25"),
        ("Name", "lines[0].name", "Sel de déneigement"),
        ("Description", "lines[0].description", "Sacs de 25 kg"),
    ),
    "line.gross_price": below(
        f"{ITEM}/SpecifiedLineTradeAgreement/GrossPriceProductTradePrice",
        ("ChargeAmount", "lines[0].gross_price", D("25.50")),
        ("AppliedTradeAllowanceCharge", "lines[0].has_allowance", True),
        ("AppliedTradeAllowanceCharge/ActualAmount", "lines[0].price_allowance", D("0.50")),
    ),
    "line.net_price": below(
        f"{ITEM}/SpecifiedLineTradeAgreement/NetPriceProductTradePrice",
        ("ChargeAmount", "lines[0].net_price", D("25.00")),
        ("ChargeAmount", "lines[0].unit_price", D("25.00")),
    ),
    "line.delivery": below(
        f"{ITEM}/SpecifiedLineTradeDelivery",
        ("BilledQuantity", "lines[0].quantity", D(4)),
        ("ShipToTradeParty/GlobalID", "lines[0].site", Site("DEPOT-3")),
        (
            "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
            "lines[0].delivery_date",
            DAY(2026, 2, 20),
        ),
        ("ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString", "delivery_date", DAY(2026, 2, 20)),
    ),
    "line.settlement": below(
        f"{ITEM}/SpecifiedLineTradeSettlement",
        ("ApplicableTradeTax/RateApplicablePercent", "lines[0].vat_rate", D("20.00")),
        ("SpecifiedTradeAllowanceCharge/ChargeIndicator/IndicatorString", "lines[0].allowances[0].is_charge", True),
        ("SpecifiedTradeAllowanceCharge/ActualAmount", "lines[0].allowances[0].amount", D("2.00")),
        ("SpecifiedTradeAllowanceCharge/BasisAmount", "lines[0].allowances[0].base", D("40.00")),
        ("SpecifiedTradeAllowanceCharge/ReasonCode", "lines[0].allowances[0].code", "FC"),
        ("SpecifiedTradeAllowanceCharge/Reason", "lines[0].allowances[0].reason", "Transport"),
        (
            "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
            "lines[0].net_amount",
            D("102.00"),
        ),
    ),
    "service": below(AGREEMENT, ("BuyerReference", "recipient.service", "VOIRIE")),
    "supplier": below(
        SELLER, ("Name", "supplier.name", "Carrières du Plateau"), ("Description", "supplier.note", "Agréée 2026")
    ),
    "supplier.organization": below(
        f"{SELLER}/{ORGANIZATION}",
        ("ID", "supplier.identifier", "81034732800017"),
        ("ID/@schemeID", "supplier.raw_scheme", "0002"),
        ("TradingBusinessName", "supplier.trade_name", "Plateau Sel"),
        ("PostalTradeAddress/LineOne", "supplier.trade_address.lines", ("3 quai du Nord",)),
        ("PostalTradeAddress/PostcodeCode", "supplier.trade_address.postcode", "05100"),
        ("PostalTradeAddress/CityName", "supplier.trade_address.city", "Briançon"),
        ("PostalTradeAddress/CountryID", "supplier.trade_address.country", "FR"),
    ),
    "supplier.contact": below(
        f"{SELLER}/DefinedTradeContact",
        ("PersonName", "supplier.contact.name", "Anne Vial"),
        ("DepartmentName", "supplier.contact.department", "Ventes"),
        ("DepartmentName", "supplier.service_name", "Ventes"),
        ("TelephoneUniversalCommunication/CompleteNumber", "supplier.contact.phone", "0400000001"),
        ("FaxUniversalCommunication/CompleteNumber", "supplier.contact.fax", "0400000002"),
        ("EmailURIUniversalCommunication/URIID", "supplier.contact.mail", "ventes@plateau.example"),
    ),
    "supplier.address": below(
        f"{SELLER}/PostalTradeAddress",
        ("PostcodeCode", "supplier.legal_address.postcode", "97410"),
        ("LineOne", "supplier.legal_address.lines", ("1 chemin des Roches", "Bâtiment C")),
        ("CityName", "supplier.legal_address.city", "Saint-Pierre"),
        ("CountryID", "supplier.legal_address.country", "RE"),
        ("CountryID", "supplier.country", "RE"),
    ),
    "supplier.vat": below(
        f"{SELLER}/SpecifiedTaxRegistration",
        ("ID", "supplier.vat_number", "FR60810347328"),
        ("ID/@schemeID", "supplier.vat_number", "FR60810347328"),
    ),
    "recipient": below(
        BUYER,
        ("Name", "recipient.name", "Syndicat des routes"),
        ("Description", "recipient.note", "Guichet 4"),
        (f"{ORGANIZATION}/ID", "recipient.identifier", "75356054900010"),
        (f"{ORGANIZATION}/ID/@schemeID", "recipient.raw_scheme", "1"),
        ("DefinedTradeContact/PersonName", "recipient.contact.name", "Luc Roy"),
        ("DefinedTradeContact/DepartmentName", "recipient.service_name", "Routes et ponts"),
        ("PostalTradeAddress/LineOne", "recipient.legal_address.lines", ("2 place du Pont",)),
        ("SpecifiedTaxRegistration/ID", "recipient.vat_number", "FR12753560549"),
    ),
    "engagement": below(
        f"{AGREEMENT}/BuyerOrderReferencedDocument",
        ("IssuerAssignedID", "engagement", "EJ-77"),
        ("FormattedIssueDateTime/DateTimeString", "engagement_date", DAY(2025, 12, 1)),
    ),
    "contract": below(
        f"{AGREEMENT}/ContractReferencedDocument",
        ("IssuerAssignedID", "market", "M-2"),
        ("IssuerAssignedID", "contracts[0].identifier", "M-2"),
        ("ReferenceTypeCode", "contracts[0].kind", "BC"),
        ("FormattedIssueDateTime/DateTimeString", "contracts[0].date", DAY(2025, 11, 15)),
    ),
    "attachments": below(
        f"{AGREEMENT}/AdditionalReferencedDocument",
        ("IssuerAssignedID", "attachments[0].name", "facture.pdf"),
        ("Name", "attachments[0].declared_type", "ZZZ"),
        ("AttachmentBinaryObject/@mimeCode", "attachments[0].mime", "application/pdf"),
        ("AttachmentBinaryObject", "attachments[0].encoded", "UEsDB"),
    ),
    "site": below(
        f"{TRADE}/ApplicableHeaderTradeDelivery/ShipToTradeParty",
        ("ID", "site.identifier", "COL-9"),
        ("Name", "site.name", "Centre du col"),
        ("PostalTradeAddress/LineOne", "site.address.lines", ("Route du col",)),
        ("PostalTradeAddress/PostcodeCode", "site.address.postcode", "05480"),
        ("PostalTradeAddress/CityName", "site.address.city", "Villar"),
        ("PostalTradeAddress/CountryID", "site.address.country", "IT"),
    ),
    "currency": below(SETTLEMENT, ("InvoiceCurrencyCode", "currency", "CHF")),
    "supplier.service": below(SETTLEMENT, ("InvoiceIssuerReference", "supplier.service", "CARRIERE")),
    "validator": below(
        f"{SETTLEMENT}/InvoiceeTradeParty",
        ("Name", "validator.name", "Bureau d’études"),
        (f"{ORGANIZATION}/ID", "validator.identifier", "24590041000292"),
        (f"{ORGANIZATION}/ID/@schemeID", "validator.raw_scheme", "1"),
        ("DefinedTradeContact/PersonName", "validator.contact.name", "Zoé Blanc"),
        ("PostalTradeAddress/CityName", "validator.legal_address.city", "Lille"),
    ),
    "payee": below(
        f"{SETTLEMENT}/PayeeTradeParty",
        (f"{ORGANIZATION}/ID", "payee.identifier", "BE0429958042"),
        ("Name", "payee.name", "Affacturage des Alpes"),
        ("DefinedTradeContact/PersonName", "payee.contact.name", "Max Noir"),
        ("PostalTradeAddress/CountryID", "payee.legal_address.country", "LU"),
    ),
    "payment": below(
        f"{SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans",
        ("TypeCode", "payment.code", "42"),
        ("Information", "payment.note", "Rappeler le numéro"),
        ("PayeePartyCreditorFinancialAccount/IBANID", "payment.account", "FR7699999000010000012345693"),
        ("PayeePartyCreditorFinancialAccount/AccountName", "payment.account_name", "Compte affacturé"),
        ("PayeeSpecifiedCreditorFinancialInstitution/BICID", "payment.institution", "ESSAFRPPXXX"),
    ),
    "vat": below(
        f"{SETTLEMENT}/ApplicableTradeTax",
        ("CalculatedAmount", "vat[0].amount", D("20.60")),
        ("ExemptionReason", "vat[0].exemption_reason", "Sel de mer"),
        ("BasisAmount", "vat[0].base", D("103.00")),
        ("CategoryCode", "vat[0].category", "S"),
        ("DueDateTypeCode", "vat[0].due_date_code", "72"),
        ("RateApplicablePercent", "vat[0].rate", D("20.0")),
    ),
    "period": below(
        f"{SETTLEMENT}/BillingSpecifiedPeriod",
        ("", "period", Period(DAY(2026, 1, 1), DAY(2026, 1, 31), "Hiver")),
        ("Description", "period.description", "Hiver"),
        ("StartDateTime/DateTimeString", "period.start", DAY(2026, 1, 1)),
        ("EndDateTime/DateTimeString", "period.end", DAY(2026, 1, 31)),
    ),
    "allowances": below(
        f"{SETTLEMENT}/SpecifiedTradeAllowanceCharge",
        ("ChargeIndicator/Indicator", "allowances[0].is_charge", True),
        ("BasisAmount", "allowances[0].base", D("50.00")),
        ("ActualAmount", "allowances[0].amount", D("5.00")),
        ("ReasonCode", "allowances[0].code", "ABL"),
        ("Reason", "allowances[0].reason", "Emballage"),
    ),
    "due_date": below(
        SETTLEMENT,
        ("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString", "payment.due_date", DAY(2026, 3, 31)),
    ),
    "totals": below(
        f"{SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation",
        ("LineTotalAmount", "totals.lines", D("102.00")),
        ("ChargeTotalAmount", "totals.charges", D("5.00")),
        ("AllowanceTotalAmount", "totals.allowances", D("4.00")),
        ("TaxBasisTotalAmount", "totals.without_tax", D("103.00")),
        ("TaxTotalAmount", "totals.tax", D("20.60")),
        ("GrandTotalAmount", "totals.with_tax", D("123.60")),
        ("TotalPrepaidAmount", "totals.prepaid", D("15.50")),
        ("DuePayableAmount", "totals.due", D("108.10")),
    ),
    "preceding": below(SETTLEMENT, ("InvoiceReferencedDocument/IssuerAssignedID", "preceding", ("R-2025-9",))),
}

SUPPLIER, CUSTOMER = "AccountingSupplierParty", "AccountingCustomerParty"
PARTY = f"{SUPPLIER}/Party"
CONTRACT = "ContractDocumentReference"
ACCOUNT = "PaymentMeans/PayeeFinancialAccount"
SUBTOTAL = "TaxTotal/TaxSubtotal"
FILE = "AdditionalDocumentReference"
CONTENT = f"{FILE}/Attachment/EmbeddedDocumentBinaryObject"
CADRE = "UBLExtensions/UBLExtension/ExtensionContent/FactureExtension/CategoryCode"

# One entry for each row of §11.2, in its order.
UBL: dict[str, tuple[Datum, ...]] = {
    "cadre": (Datum(CADRE, "cadre", "A9"),),
    "document": (
        Datum("ID", "number", "R-2026-7"),
        Datum("IssueDate", "issue_date", DAY(2026, 2, 27)),
        Datum("InvoiceTypeCode", "type_code", "380"),
        Datum("DocumentCurrencyCode", "currency", "CHF"),
    ),
    "notes": (Datum("Note", "notes", ("Travaux d’hiver", "Deuxième passage")),),
    "supplier": below(
        PARTY,
        ("PartyIdentification/ID", "supplier.identifier", "81034732800017"),
        ("PartyIdentification/ID/@schemeName", "supplier.raw_scheme", "1"),
        ("PartyName/Name", "supplier.trade_name", "Plateau Sel"),
        ("PostalAddress/StreetName", "supplier.trade_address.lines", ("3 quai du Nord",)),
        ("PostalAddress/PostalZone", "supplier.trade_address.postcode", "05100"),
        ("PostalAddress/CityName", "supplier.trade_address.city", "Briançon"),
        ("PostalAddress/Country/IdentificationCode", "supplier.trade_address.country", "FR"),
        ("PartyLegalEntity/RegistrationName", "supplier.name", "Carrières du Plateau"),
        ("PartyLegalEntity/CompanyID", "supplier.registration", "810347328"),
        (
            "PartyLegalEntity/RegistrationAddress/AdditionalStreetName",
            "supplier.legal_address.lines",
            ("1 chemin des Roches", "Bâtiment C"),
        ),
        ("PartyLegalEntity/RegistrationAddress/PostalZone", "supplier.legal_address.postcode", "97410"),
        ("PartyLegalEntity/RegistrationAddress/CityName", "supplier.legal_address.city", "Saint-Pierre"),
        ("PartyLegalEntity/RegistrationAddress/Country/IdentificationCode", "supplier.country", "RE"),
        ("PartyLegalEntity/RegistrationAddress/Country/IdentificationCode", "supplier.legal_address.country", "RE"),
        ("PartyTaxScheme/CompanyID", "supplier.vat_number", "FR60810347328"),
        ("PartyTaxScheme/TaxScheme/TaxTypeCode", "supplier.vat_regime", "TVA ENCAISSEMENT"),
        ("PartyTaxScheme/TaxScheme/TaxTypeCode", "vat[0].due_date_code", "TVA ENCAISSEMENT"),
        ("Contact/Name", "supplier.contact.name", "Anne Vial"),
        ("Contact/Telephone", "supplier.contact.phone", "0400000001"),
        ("Contact/Telefax", "supplier.contact.fax", "0400000002"),
        ("Contact/ElectronicMail", "supplier.contact.mail", "ventes@plateau.example"),
        ("Contact/Note", "supplier.note", "Agréée 2026"),
    ),
    "validator": below(
        f"{PARTY}/AgentParty",
        ("PartyIdentification/ID", "validator.identifier", "24590041000292"),
        ("PartyLegalEntity/RegistrationName", "validator.name", "Bureau d’études"),
        ("Contact/Name", "validator.contact.name", "Zoé Blanc"),
    ),
    "recipient": below(
        f"{CUSTOMER}/Party",
        ("PartyIdentification/ID", "recipient.identifier", "75356054900010"),
        ("PartyIdentification/ID/@schemeName", "recipient.raw_scheme", "1"),
    ),
    "service": (
        Datum(f"{CUSTOMER}/AccountingContact/ID", "recipient.service", "VOIRIE"),
        Datum(f"{CUSTOMER}/AccountingContact/Name", "recipient.service_name", "Routes et ponts"),
        Datum(f"{SUPPLIER}/AccountingContact/ID", "supplier.service", "CARRIERE"),
        Datum(f"{SUPPLIER}/AccountingContact/Name", "supplier.service_name", "Ventes"),
    ),
    "engagement": (
        Datum("OrderReference/ID", "engagement", "EJ-77"),
        Datum("OrderReference/IssueDate", "engagement_date", DAY(2025, 12, 1)),
        Datum("OrderReference/OrderTypeCode", "engagement_kind", "Engagement"),
        Datum(f"{CONTRACT}[3]/ID", "engagement", "BC-5", without="OrderReference"),
        Datum(f"{CONTRACT}[3]/IssueDate", "engagement_date", DAY(2025, 12, 24), without="OrderReference"),
        Datum(f"{CONTRACT}[3]/DocumentTypeCode", "engagement_kind", "Bon de commande", without="OrderReference"),
    ),
    "contract": (
        Datum(f"{CONTRACT}[1]/ID", "market", "M-2"),
        Datum(f"{CONTRACT}[1]/ID", "contracts[0].identifier", "M-2"),
        Datum(f"{CONTRACT}[1]/DocumentTypeCode", "contracts[0].kind", "BC"),
        Datum(f"{CONTRACT}[1]/IssueDate", "contracts[0].date", DAY(2025, 11, 15)),
        Datum(f"{CONTRACT}[2]/ID", "contracts[1].identifier", "C-1"),
        Datum(f"{CONTRACT}[2]/DocumentTypeCode", "contracts[1].kind", "CT"),
    ),
    "attachments": (
        Datum(f"{FILE}/ID", "attachments[0].name", "facture.pdf"),
        Datum(f"{FILE}/DocumentTypeCode", "attachments[0].mime", "application/pdf"),
        Datum(f"{FILE}/DocumentType", "attachments[0].declared_type", "01"),
        Datum(f"{CONTENT}/@mimeCode", "attachments[0].mime", "application/zip", without=f"{FILE}/DocumentTypeCode"),
        Datum(CONTENT, "attachments[0].encoded", "UEsDB"),
    ),
    "payee": below(
        "PayeeParty",
        ("PartyIdentification/ID", "payee.identifier", "BE0429958042"),
        ("PartyName/Name", "payee.trade_name", "Alpes Factor"),
        ("PartyLegalEntity/RegistrationName", "payee.name", "Affacturage des Alpes"),
    ),
    "payment": (
        Datum("PaymentMeans/PaymentMeansCode", "payment.code", "42"),
        Datum("PaymentMeans/PaymentDueDate", "payment.due_date", DAY(2026, 3, 31)),
        Datum("PaymentMeans/PaymentChannelCode", "payment.account_kind", "RIB"),
        Datum(f"{ACCOUNT}/ID", "payment.account", "999990000100000123456-93"),
        Datum(f"{ACCOUNT}/Name", "payment.account_name", "Compte affacturé"),
        Datum(f"{ACCOUNT}/PaymentNote", "payment.note", "Rappeler le numéro"),
        Datum(f"{ACCOUNT}/FinancialInstitutionBranch/ID", "payment.institution", "ESSAFRPPXXX"),
    ),
    "vat": (
        Datum("TaxTotal/TaxAmount", "totals.tax", D("20.60")),
        Datum(f"{SUBTOTAL}/TaxableAmount", "vat[0].base", D("103.00")),
        Datum(f"{SUBTOTAL}/TaxAmount", "vat[0].amount", D("20.60")),
        Datum(f"{SUBTOTAL}/Percent", "vat[0].rate", D("20.0")),
        Datum(f"{SUBTOTAL}/TaxCategory/ID", "vat[0].category", "S"),
        Datum(f"{SUBTOTAL}/TaxCategory/TaxExemptionReason", "vat[0].exemption_reason", "Sel de mer"),
        Datum(f"{SUBTOTAL}/TaxCategory/TaxScheme/TaxTypeCode", "vat[0].tax", "TVA"),
    ),
    "totals": below(
        "LegalMonetaryTotal",
        ("LineExtensionAmount", "totals.lines", D("102.00")),
        ("TaxExclusiveAmount", "totals.without_tax", D("103.00")),
        ("TaxInclusiveAmount", "totals.with_tax", D("123.60")),
        ("PrepaidAmount", "totals.prepaid", D("15.50")),
        ("AllowanceTotalAmount", "totals.allowances", D("4.00")),
        ("ChargeTotalAmount", "totals.charges", D("5.00")),
        ("PayableAmount", "totals.due", D("108.10")),
    ),
    "lines": below(
        "InvoiceLine",
        ("ID", "lines[0].number", "10"),
        ("Note", "lines[0].notes", ("Livré en deux fois",)),
        ("InvoicedQuantity", "lines[0].quantity", D(4)),
        ("LineExtensionAmount", "lines[0].net_amount", D("102.00")),
        ("Delivery/ActualDeliveryDate", "lines[0].delivery_date", DAY(2026, 2, 20)),
        ("Delivery/DeliveryLocation/ID", "lines[0].site", Site("DEPOT-3")),
        ("AllowanceCharge/ChargeIndicator", "lines[0].allowances[0].is_charge", True),
        ("AllowanceCharge/Amount", "lines[0].allowances[0].amount", D("2.00")),
        ("AllowanceCharge/AllowanceChargeReason", "lines[0].allowances[0].reason", "Transport"),
        ("Item/Name", "lines[0].name", "Sel de déneigement"),
        ("Item/Description", "lines[0].description", "Sacs de 25 kg"),
        ("Item/StandardItemIdentification/ID", "lines[0].product", "SEL-25"),
        ("Item/ClassifiedTaxCategory/Percent", "lines[0].vat_rate", D("20.00")),
        ("Item/AdditionalItemProperty/Name", "lines[0].kind", "DETAIL"),
        ("Item/AdditionalItemProperty/Value", "lines[0].kind", "DETAIL"),
        ("Price/PriceAmount", "lines[0].net_price", D("250.00")),
        ("Price/BaseQuantity", "lines[0].price_base", D(10)),
        ("Price/BaseQuantity", "lines[0].unit_price", D("25.00")),
        ("Price/AllowanceCharge/BaseAmount", "lines[0].gross_price", D("255.00")),
        ("Price/AllowanceCharge/Amount", "lines[0].price_allowance", D("5.00")),
    ),
    "peppol": (
        Datum(f"{CUSTOMER}/Party/EndpointID", "recipient.endpoint", "0009:11000201100044"),
        Datum(f"{CUSTOMER}/Party/PartyLegalEntity/CompanyID", "recipient.registration", "53514650090018"),
        Datum(
            f"{CUSTOMER}/Party/PartyLegalEntity/CompanyID",
            "recipient.identifier",
            "53514650090018",
            without=f"{CUSTOMER}/Party/PartyIdentification",
        ),
    ),
}
# What the tables have no row for, and UBL says elsewhere than CII.
UBL_BESIDE: dict[str, tuple[Datum, ...]] = {
    "profile": (Datum("CustomizationID", "profile", "urn:a-profile"),),
    "preceding": (Datum("BillingReference/InvoiceDocumentReference/ID", "preceding", ("R-2025-9",)),),
    "site": below(
        "Delivery/DeliveryLocation",
        ("ID", "site.identifier", "COL-9"),
        ("Name", "site.name", "Centre du col"),
        ("Address/AddressLine/Line", "site.address.lines", ("Route du col",)),
        ("Address/CityName", "site.address.city", "Villar"),
    ),
    "period": below(
        "InvoicePeriod",
        ("StartDate", "period.start", DAY(2026, 1, 1)),
        ("EndDate", "period.end", DAY(2026, 1, 31)),
        ("Description", "period.description", "Hiver"),
    ),
    "allowances": below(
        "AllowanceCharge",
        ("ChargeIndicator", "allowances[0].is_charge", True),
        ("BaseAmount", "allowances[0].base", D("50.00")),
        ("Amount", "allowances[0].amount", D("5.00")),
        ("AllowanceChargeReasonCode", "allowances[0].code", "ABL"),
        ("AllowanceChargeReason", "allowances[0].reason", "Emballage"),
    ),
}
ROWS = {"cii": CII, "ubl": UBL | UBL_BESIDE, "credit-note": UBL | UBL_BESIDE}
EVERY = [pytest.param(syntax, row, id=f"{syntax}: {row}") for syntax, rows in ROWS.items() for row in rows]


def rich(syntax: str) -> _Element:
    """The document of a syntax that has every datum."""
    text = (DOCUMENTS / f"rich-{'cii' if syntax == 'cii' else 'ubl'}.xml").read_text(encoding="utf-8")
    return etree.fromstring(translated(syntax, text).encode())


def translated(syntax: str, text: str) -> str:
    """The words of a credit note, where it is one."""
    for invoice, credit_note in CREDIT_NOTE_WORDS if syntax == "credit-note" else ():
        text = text.replace(invoice, credit_note)
    return text


def data(syntax: str, row: str) -> Iterator[Datum]:
    """The data of a row; a credit note says its type by its root too."""
    for datum in ROWS[syntax][row]:
        path = translated(syntax, datum.path)
        is_type = syntax == "credit-note" and datum.attribute == "type_code"
        yield datum._replace(path=path, value="381", stays=True) if is_type else datum._replace(path=path)


def said(invoice: Invoice, attribute: str) -> object:
    """What the model has there, of a content its beginning; None where it has no such row."""
    value: Any = invoice
    for name, index in re.findall(r"([a-z_]+)|([0-9]+)", attribute):
        if value is None or (index and int(index) >= len(value)):
            return None
        value = value[int(index)] if index else getattr(value, name)
    return (value() or "")[:5] if callable(value) else value


def parsed(syntax: str, root: _Element) -> Invoice:
    """The one invoice of a document."""
    (invoice,) = PARSERS["cii" if syntax == "cii" else "ubl"].parse(root)
    return invoice


def take_away(root: _Element, path: str) -> None:
    """Remove the first element, or the attribute, at a path; it must be there."""
    way, _, attribute = path.partition("/@")
    element = root.find("/".join(f"{{*}}{step}" for step in way.split("/")))
    assert element is not None, path
    if attribute:
        del element.attrib[attribute]
        return
    above = element.getparent()
    assert above is not None
    above.remove(element)


@pytest.mark.parametrize(("syntax", "row"), EVERY)
def test_every_datum_is_read_from_its_place(syntax: str, row: str) -> None:
    """The model says what the document says there, and no longer does once that is taken away."""
    for datum in data(syntax, row):
        root = rich(syntax)
        if datum.without:
            take_away(root, datum.without)
        assert said(parsed(syntax, root), datum.attribute) == datum.value, datum.path
        take_away(root, datum.path)
        assert (said(parsed(syntax, root), datum.attribute) == datum.value) is datum.stays, datum.path


@pytest.mark.parametrize("syntax", SCHEMAS)
def test_the_documents_with_every_datum_are_valid(syntax: str) -> None:
    """What is read here is what the syntax allows."""
    shelf = Shelf(schema_folder(), clock=lambda: 0.0)

    assert shelf.faults(rich(syntax), SCHEMAS[syntax]) == ()


# --- the reference's own tables --------------------------------------------------------------------------------------

# Words in the tables' paths that are values or remarks; names are of letters, with a capital first.
NO_NAMES = {"CT", "BC", "VA", "ZZZ", "CII", "MIME", "ZIP", "IBAN", "SIRET", "TVA", "DEBIT", "TYPE", "LIGNE", "DETAIL"}
NO_NAMES |= {"REGROUPEMENT", "INFORMATION", "Facture", "Engagement", "Bon", "Marché", "Contrat"}
NAME = re.compile(r"(…?)\b([A-Z]\w*[A-Za-z])\b(…?)|@([a-zA-Z]+)")


def table(section: str, column: int) -> list[str]:
    """The paths of the table's rows."""
    text = REFERENCE.read_text(encoding="utf-8").partition(f"\n### {section} ")[2].partition("\n### ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    return [row[column] for row in rows[2:]]


def lacking(paths: str, data_of_row: tuple[Datum, ...]) -> set[str]:
    """The names in a row's paths that no datum of ours has on its way; the reference shortens some with dots."""
    ours = {step.partition("[")[0] for datum in data_of_row for step in re.split(r"/@?", datum.path)}
    found = set()
    for before, name, after, attribute in NAME.findall(paths.replace("*", "").replace("_", " ")):
        known = any(one == name or (before and one.endswith(name)) or (after and one.startswith(name)) for one in ours)
        if attribute not in ours | {""} or (name and name not in NO_NAMES and not known):
            found.add(name or attribute)
    return found


@pytest.mark.skipif(not REFERENCE.exists(), reason="needs the reference of the shared folder (EDIGATE_SHARED)")
@pytest.mark.parametrize(("section", "column", "rows"), [("11.1", 0, CII), ("11.2", 1, UBL)], ids=["11.1", "11.2"])
def test_no_row_of_the_reference_is_forgotten(section: str, column: int, rows: dict[str, tuple[Datum, ...]]) -> None:
    """Each row of the table has its entry here, which goes through every element and attribute that the row names."""
    paths = table(section, column)

    assert len(paths) == len(rows)
    assert [lacking(*pair) for pair in zip(paths, rows.values(), strict=True)] == [set()] * len(rows)
