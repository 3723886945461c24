"""What the format pages say beside their tables: least CII, UBL of clients and of the portal (reference §7.5, §7.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lxml import etree

from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.ubl import ubl_invoice
from tests.acceptance.gates import MIXED, PDF, Case, fresh_number, work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

UBL, UBL_MINIMAL = "FSO1100A", "FSO1110A"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
SPACES = {"ram": RAM, "udt": UDT, "cac": CAC, "cbc": CBC}


class Form(NamedTuple):
    """A document as it was made and then changed, with what becomes of it and what its recipient reads."""

    interface: str
    build: Callable[[Draft], bytes]
    said: Mapping[str, object] = {}
    gone: tuple[str, ...] = ()
    texts: Mapping[str, str] = {}
    behind: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    shown: Mapping[str, str | None] = {}


LEAST_CII = (
    "//ram:InvoiceCurrencyCode",
    "//ram:SpecifiedTradeProduct",
    "//ram:IncludedSupplyChainTradeLineItem//ram:ApplicableTradeTax",
    "//ram:BuyerTradeParty/ram:Name",
    "//ram:SellerTradeParty/ram:PostalTradeAddress",
    "//ram:ChargeTotalAmount",
    "//ram:AllowanceTotalAmount",
    "//ram:TotalPrepaidAmount",
)
ZEROS = {
    "//cac:InvoiceLine/cbc:InvoicedQuantity": "0",
    "//cac:InvoiceLine/cbc:LineExtensionAmount": "0.00",
    "//cac:InvoiceLine//cbc:PriceAmount": "0.00",
}
# What a minimal UBL of clients leaves out.
NOT_MINIMAL = (
    "//cac:PaymentMeans",
    "//cac:PartyTaxScheme",
    "//cac:PartyName",
    "//cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
    "//cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount",
    "//cac:LegalMonetaryTotal/cbc:ChargeTotalAmount",
    "//cac:LegalMonetaryTotal/cbc:PrepaidAmount",
    "//cac:InvoiceLine/cac:Item/*[position()>1]",
)
OF_THE_PORTAL = (
    (
        "//cbc:UBLVersionID",
        (
            '<cbc:CustomizationID schemeName="OPERATOR" schemeAgencyName="AIFE">1</cbc:CustomizationID>'
            "<cbc:ProfileID>FEN0105A</cbc:ProfileID>"
        ),
    ),
    ("//cbc:DocumentCurrencyCode", "<cbc:LineCountNumeric>1</cbc:LineCountNumeric>"),
    (
        "//cbc:LineCountNumeric",
        (
            "<cac:OrderReference><cbc:ID>EJ-2015</cbc:ID><cbc:CustomerReference>ligne 4</cbc:CustomerReference>"
            "<cbc:OrderTypeCode>Engagement</cbc:OrderTypeCode></cac:OrderReference>"
        ),
    ),
    (
        "//cac:PayeeFinancialAccount/cbc:ID",
        (
            "<cbc:PaymentNote>Compte courant</cbc:PaymentNote>"
            "<cac:FinancialInstitutionBranch><cbc:ID>ESSAFRPPXXX</cbc:ID></cac:FinancialInstitutionBranch>"
        ),
    ),
)
DATA = "DonneesFacture"

FORMS: Mapping[str, Form] = {
    "cii-with-the-least": Form(
        MIXED,
        cii,
        {"gross_prices": True, "payment_code": "48"},
        LEAST_CII,
        shown={f"{DATA}/Devise": "EUR", "Fournisseur/CodePays": "FR", "Debiteur/Nom": "Régie des eaux du Val-Clair"},
    ),
    **{
        f"cii-without-{path.rpartition(':')[2]}": Form(MIXED, cii, gone=(path,), errors=errors)
        for path, errors in {
            "//ram:LineID": (),
            "//ram:DueDateTypeCode": (),
            "//ram:GlobalID": (),
            "//ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans": ("EDG-I080",),
            "//ram:BuyerTradeParty/ram:SpecifiedLegalOrganization": ("EDG-I060",),
            "//ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID": ("EDG-I040",),
            "//ram:SellerTradeParty/ram:Name": ("EDG-I049",),
            "//ram:TaxBasisTotalAmount": ("EDG-I100",),
            "//ram:GrandTotalAmount": ("EDG-I101",),
            "//ram:DuePayableAmount": ("EDG-I102",),
            "//ram:AdditionalReferencedDocument": ("EDG-I120",),
        }.items()
    },
    "cii-dates-with-their-format": Form(
        MIXED, cii, texts={"//udt:DateTimeString/@format": "102"}, shown={f"{DATA}/DateEmissionFacture": "2025-03-14"}
    ),
    "cii-dates-without-a-format": Form(MIXED, cii, shown={f"{DATA}/DateEmissionFacture": "2025-03-14"}),
    "ubl-minimal-of-clients": Form(
        UBL_MINIMAL,
        ubl_invoice,
        {"stylesheet": "FSO1110A.xsl", "engagement": "EJ-1"},
        NOT_MINIMAL,
        ZEROS,
        shown={f"{DATA}/ModePaiement/Code": "30", f"{DATA}/Engagement/NumeroEngagement": "EJ-1"},
    ),
    "ubl-minimal-without-a-line": Form(UBL_MINIMAL, ubl_invoice, gone=("//cac:InvoiceLine",), errors=("EDG-F107",)),
    "ubl-minimal-without-its-tax": Form(
        UBL_MINIMAL, ubl_invoice, gone=("//cac:TaxTotal/cbc:TaxAmount",), errors=("EDG-F107",)
    ),
    "ubl-minimal-without-a-tax-total": Form(UBL_MINIMAL, ubl_invoice, gone=("//cac:TaxTotal",)),
    "ubl-of-the-portal": Form(
        UBL,
        ubl_invoice,
        {"stylesheet": "FSO1100A.xsl"},
        behind=OF_THE_PORTAL,
        shown={
            f"{DATA}/Cadre": "A1",
            f"{DATA}/Engagement/NumeroEngagement": "EJ-2015",
            "Fournisseur/ReferenceBancaire/Etablissement": "ESSAFRPPXXX",
        },
    ),
    "ubl-with-a-sheet-of-its-own": Form(UBL, ubl_invoice, {"stylesheet": "https://example.org/ours.xsl"}),
}


def document(form: Form) -> bytes:
    """The document after its changes, what stands before its root kept."""
    draft = replace(Draft(fresh_number(), attachments=(PDF,)), **form.said)  # type: ignore[arg-type]
    root = etree.fromstring(form.build(draft))
    for path in form.gone:
        for element in every(root, path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    for path, text in form.texts.items():
        place, _, attribute = path.partition("/@")
        for element in every(root, place):
            if attribute:
                element.set(attribute, text)
            else:
                element.text = text
    for path, markup in form.behind:
        around = etree.fromstring(f'<x xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{markup}</x>')
        for element in reversed(around):
            every(root, path)[0].addnext(element)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def every(root: _Element, path: str) -> list[_Element]:
    """What stands at a path: something must."""
    found = root.xpath(path, namespaces=SPACES)
    assert isinstance(found, list)
    assert found, path
    return found  # type: ignore[return-value]


class Taken(NamedTuple):
    """What became of every document, and every pivot unit by number."""

    seen: Mapping[str, Seen]
    units: Mapping[str, _Element]


@pytest.fixture(scope="module")
def taken(make_site: MakeSite) -> Taken:
    """All of them, in one round of a fresh gate."""
    site = make_site()
    seen = work_off(site, {key: Case(document(form), form.interface) for key, form in FORMS.items()})
    return Taken(seen, site.collect("SEI001").units)


@pytest.mark.parametrize("key", FORMS)
def test_a_document_of_this_form(taken: Taken, key: str) -> None:
    """It is integrated with what its recipient reads, or lacks something that the format wants."""
    form, outcome = FORMS[key], taken.seen[key].outcome

    assert outcome.errors == list(form.errors)
    if not form.errors:
        unit = taken.units[outcome.invoices[0].number]
        assert {path: unit.findtext(path) for path in form.shown} == dict(form.shown)
