"""Documents such as AIFE describes its sample flows, made here, pass as minimal CII and as Factur-X (reference §19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lxml import etree

from edigate.sandbox import structures as people
from edigate.sandbox.attached import tiny_pdf, zip_of
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment, DraftLine
from edigate.sandbox.facturx import facturx_pdf
from tests.acceptance.gates import MIXED, PDF, Case, fresh_number, work_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

FACTURX = "FSO1117A"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STATE = {"recipient_siret": people.STATE, "service": "AAASCPV", "engagement": "1501966748"}
ZERO = Decimal(0)

Edit = Callable[["_Element"], None]


class Like(NamedTuple):
    """One description: what the draft says, what the draft cannot say, what the recipient reads, and the warnings."""

    said: Mapping[str, object]
    edits: tuple[Edit, ...] = ()
    shown: Mapping[str, str | None] = {}
    warned: frozenset[str] = frozenset()


def the(root: _Element, path: str) -> _Element:
    """The one element at a path of business names."""
    (found,) = root.iterfind(".//" + "/".join(f"{{{RAM}}}{step}" for step in path.split("/")))
    return found


def made(markup: str) -> _Element:
    """An element of a few business elements."""
    return etree.fromstring(markup.replace(">", f' xmlns:ram="{RAM}" xmlns:udt="{UDT}">', 1))


def gone(path: str) -> Edit:
    """Take an element away."""

    def edit(root: _Element) -> None:
        element = the(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def text(path: str, value: str) -> Edit:
    """Say something else at a path."""

    def edit(root: _Element) -> None:
        the(root, path).text = value

    return edit


def after(path: str, *markups: str) -> Edit:
    """Add elements behind the one at a path."""

    def edit(root: _Element) -> None:
        for markup in reversed(markups):
            the(root, path).addnext(made(markup))

    return edit


def totals(**amounts: str) -> Edit:
    """State other totals; an empty one is left out."""

    def edit(root: _Element) -> None:
        for name, amount in amounts.items():
            path = f"SpecifiedTradeSettlementHeaderMonetarySummation/{name}Amount"
            (text(path, amount) if amount else gone(path))(root)

    return edit


def allowance(*, charge: bool, amount: str) -> str:
    """An allowance or a charge of the header, with its base and reason."""
    return (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator>"
        f"<udt:Indicator>{str(charge).lower()}</udt:Indicator></ram:ChargeIndicator>"
        f"<ram:BasisAmount>700.00</ram:BasisAmount><ram:ActualAmount>{amount}</ram:ActualAmount>"
        "<ram:Reason>Geste commercial</ram:Reason></ram:SpecifiedTradeAllowanceCharge>"
    )


def gross_with_allowance(root: _Element) -> None:
    """Give every line the gross price that AIFE's Factur-X have, which is none, less an allowance of none."""
    for net in root.iter(f"{{{RAM}}}NetPriceProductTradePrice"):
        markup = (
            "<ram:GrossPriceProductTradePrice><ram:ChargeAmount>0</ram:ChargeAmount><ram:AppliedTradeAllowanceCharge>"
            "<ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator>"
            "<ram:ActualAmount>0</ram:ActualAmount></ram:AppliedTradeAllowanceCharge></ram:GrossPriceProductTradePrice>"
        )
        net.addprevious(made(markup))


def gross_alone(root: _Element) -> None:
    """Give every line a gross price without an allowance."""
    for net in root.iter(f"{{{RAM}}}NetPriceProductTradePrice"):
        net.addprevious(
            made(
                "<ram:GrossPriceProductTradePrice><ram:ChargeAmount>0</ram:ChargeAmount>"
                "</ram:GrossPriceProductTradePrice>"
            )
        )


def two_sites(root: _Element) -> None:
    """Have every line delivered somewhere else."""
    for site, quantity in enumerate(list(root.iter(f"{{{RAM}}}BilledQuantity"))):
        quantity.addnext(made(f"<ram:ShipToTradeParty><ram:GlobalID>S{site}</ram:GlobalID></ram:ShipToTradeParty>"))


def scheme(party: str, value: str) -> Edit:
    """Say another kind of a party's identifier."""

    def edit(root: _Element) -> None:
        the(root, f"{party}/SpecifiedLegalOrganization/ID").set("schemeID", value)

    return edit


def bare(name: str, mime: str, content: bytes) -> DraftAttachment:
    """A file that is put in the document as it is."""
    return DraftAttachment(name, mime, content, zipped=False)


def address(street: str, country: str) -> str:
    """A postal address."""
    return (
        f"<ram:PostalTradeAddress><ram:PostcodeCode>98713</ram:PostcodeCode><ram:LineOne>{street}</ram:LineOne>"
        f"<ram:CityName>Papeete</ram:CityName><ram:CountryID>{country}</ram:CountryID></ram:PostalTradeAddress>"
    )


def untaxed(category: str) -> Mapping[str, object]:
    """Say that everything is of a category that bears no tax."""
    return {"lines": (DraftLine(vat_rate=ZERO, category=category),), "exemption_reason": "Exonération"}


def validated(cadre: str, **said: object) -> Mapping[str, object]:
    """Say a cadre whose document somebody on the portal sees first."""
    return {"cadre": cadre, "validator_siret": people.VALIDATOR, "validator_name": "Métropole", **said}


SUPPLIER, DATA = "Fournisseur", "DonneesFacture"
SUMS = f"{DATA}/Montants"
LINE_TOTALS, VAT_TOTALS = frozenset({"EDG-I106"}), frozenset({"EDG-I107"})
ANOTHER_NAME_INSIDE = frozenset({"EDG-I126"})
CHARGE, DEDUCTION = allowance(charge=True, amount="-10.00"), allowance(charge=False, amount="-5.00")
SELLER_ID = "SellerTradeParty/SpecifiedLegalOrganization/ID"
VAT_ROW = "ApplicableHeaderTradeSettlement/ApplicableTradeTax"
ACCOUNT = "PayeePartyCreditorFinancialAccount/IBANID"
CADRE = "BusinessProcessSpecifiedDocumentContextParameter"
TWO_LINES = (DraftLine(), DraftLine(quantity=Decimal(-1), unit_price=Decimal("30.00"), product="REF-002"))

LIKE: Mapping[str, Like] = {
    "P01-no-cadre-is-A1": Like({}, (gone(CADRE),), {f"{DATA}/Cadre": "A1"}),
    "P01-no-name-of-the-recipient": Like({"recipient_name": ""}, shown={"Debiteur/Nom": "Régie des eaux du Val-Clair"}),
    "P02-contract-of-a-subcontractor": Like(
        validated("A9", market="CT12345", market_kind="CT", engagement="CDE234"),
        shown={f"{DATA}/Engagement/NumeroMarche": "CT12345", f"{DATA}/Engagement/NumeroEngagement": "CDE234"},
    ),
    "P03-tahiti-two-addresses": Like(
        {"supplier_scheme": "5", "supplier_id": "350041679", "supplier_country": "PF"},
        (after(SELLER_ID, address("Quai des goélettes", "PF")),),
        {f"{SUPPLIER}/TypeIdentifiant": "5", f"{SUPPLIER}/Identifiant": "350041679", f"{SUPPLIER}/CodePays": "PF"},
    ),
    "P04-vat-number-of-the-union": Like(
        {"supplier_scheme": "2", "supplier_id": "BE0429958042", "supplier_country": "BE"},
        shown={f"{SUPPLIER}/TypeIdentifiant": "2", f"{SUPPLIER}/CodePays": "BE"},
    ),
    "P05-exempt": Like(untaxed("E"), shown={f"{DATA}/TVAs/TVA/Taux": "0", f"{SUMS}/MontantTTC": "100.00"}),
    "P05-a-reason-beside-a-rate": Like(
        {}, (after(f"{VAT_ROW}/CalculatedAmount", "<ram:ExemptionReason>N</ram:ExemptionReason>"),)
    ),
    "P08-a-negative-line": Like({"lines": TWO_LINES}, shown={f"{DATA}/Lignes/Ligne[2]/Quantite": "-1"}),
    "P09-a-header-allowance": Like(
        {},
        (
            after(VAT_ROW, allowance(charge=False, amount="50.00")),
            totals(
                AllowanceTotal="50.00", TaxBasisTotal="50.00", TaxTotal="10.00", GrandTotal="60.00", DuePayable="60.00"
            ),
        ),
        {f"{SUMS}/MontantHT": "50.00"},
        VAT_TOTALS,
    ),
    "P10-a-negative-amount-due": Like({"prepaid": Decimal(140)}, shown={f"{SUMS}/MontantNetAPayer": "-20.00"}),
    "P13-cash": Like({"payment_code": "10"}, shown={f"{DATA}/ModePaiement/Code": "10"}),
    "P13-cash-and-an-empty-account": Like({"payment_code": "10"}, (text(ACCOUNT, ""),)),
    "P17-negative-totals": Like(
        {"lines": (DraftLine(unit_price=Decimal("-100.00")),)},
        (text(f"{VAT_ROW}/CalculatedAmount", "20.00"),),
        {f"{SUMS}/MontantTTC": "-120.00"},
        VAT_TOTALS,
    ),
    "P18-compensation": Like({"payment_code": "97"}, shown={f"{DATA}/ModePaiement/Code": "97"}),
    "P19-dinars": Like({"currency": "RSD"}, shown={f"{DATA}/Devise": "RSD"}),
    "P20-three-rates": Like(
        {"lines": (DraftLine(), DraftLine(vat_rate=Decimal("15.00")), DraftLine(vat_rate=ZERO, category="E"))},
        shown={f"{DATA}/TVAs/TVA[3]/Taux": "20"},
    ),
    "P21-a-letter-under-a-zips-name": Like(
        {"attachments": (PDF, bare("PJ1.zip", DOCX, zip_of("lettre.docx", b"PK")))},
        shown={"PJ[last()]/NomPJ": "PJ1.zip", "PJ[last()]/MimeTypePJ": DOCX},
        warned=ANOTHER_NAME_INSIDE,
    ),
    "P23-a-subcontractor": Like(validated("A9"), shown={f"{DATA}/Cadre": "A9"}),
    "P31-negative-charge-allowance-and-price": Like(
        {"lines": (DraftLine(unit_price=Decimal("-100.00")),)},
        (
            after(VAT_ROW, CHARGE, DEDUCTION),
            totals(
                ChargeTotal="-10",
                AllowanceTotal="-5",
                TaxBasisTotal="-105",
                TaxTotal="-21",
                GrandTotal="-126",
                DuePayable="-126",
            ),
        ),
        {f"{SUMS}/MontantHT": "-105"},
        VAT_TOTALS,
    ),
    "P31-no-total-of-its-allowances": Like(
        {},
        (
            after(VAT_ROW, DEDUCTION),
            totals(AllowanceTotal="", TaxBasisTotal="95", TaxTotal="19", GrandTotal="114", DuePayable="114"),
        ),
        {f"{SUMS}/MontantHT": "95"},
        VAT_TOTALS,
    ),
    "P40-the-state": Like(STATE, shown={"Debiteur/CodeService": "AAASCPV", "Debiteur/Identifiant": people.STATE}),
    "P42-a-market": Like({"market": "BC12345"}, shown={f"{DATA}/Engagement/NumeroMarche": "BC12345"}),
    "P46-a-service-of-the-state-alone": Like(
        {"recipient_siret": "0" * 14, "service": "DSJPFGU057", "engagement": "1501966748"},
        shown={"Debiteur/Identifiant": people.STATE, "Debiteur/CodeService": "DSJPFGU057"},
    ),
    "P47-a-factor": Like(
        {"payee_siret": people.FACTOR, "payee_name": "Comptoir Rivoire", "payment_code": "30"},
        shown={f"{SUPPLIER}/ReferenceBancaire/RaisonSocialeEncaisseur": "Comptoir Rivoire"},
    ),
    "P48-two-delivery-sites": Like(
        {"lines": (DraftLine(), DraftLine(product="REF-002"))},
        (
            two_sites,
            totals(TaxTotal="35.00", GrandTotal="235.00", DuePayable="235.00"),
        ),
        {f"{DATA}/Lignes/Ligne[2]/ReferenceProduit": "REF-002"},
        VAT_TOTALS,
    ),
    "P53-a-market-of-the-state": Like(
        {**STATE, "service": "AMMHERME01", "market": "0123456789"},
        shown={"Debiteur/CodeService": "AMMHERME01", f"{DATA}/Engagement/NumeroMarche": "0123456789"},
    ),
    "P55-a-payee-and-an-account": Like(
        {"payment_code": "42", "payee_siret": people.SUPPLIER_2},
        shown={f"{DATA}/ModePaiement/Code": "42"},
    ),
    "P57-outside-the-union-with-a-validator": Like(
        validated("A13", supplier_scheme="ETR", supplier_id="KRSAMSUNGMOBILEPHO", supplier_country="KR"),
        shown={f"{SUPPLIER}/TypeIdentifiant": "3", f"{DATA}/Cadre": "A13"},
    ),
    "P58-ridet-with-a-validator": Like(
        validated("A14", supplier_scheme="RIDET", supplier_id="1234567890", supplier_country="NC"),
        shown={f"{SUPPLIER}/TypeIdentifiant": "4", f"{DATA}/Cadre": "A14"},
    ),
    "P58-a-ridet-is-the-validator": Like(
        validated("A14", validator_siret="1234567890"),
        (scheme("InvoiceeTradeParty", "RIDET"),),
    ),
    "P59-E": Like(untaxed("E"), (gone(f"{VAT_ROW}/ExemptionReason"),), {f"{DATA}/TVAs/TVA/MontantTVA": "0.00"}),
    "P60-AE": Like(untaxed("AE"), shown={f"{DATA}/TVAs/TVA/MontantTVA": "0.00"}),
    "P61-K": Like(untaxed("K"), shown={f"{DATA}/TVAs/TVA/MontantTVA": "0.00"}),
    "P74-A4": Like(validated("A4"), shown={f"{DATA}/Cadre": "A4"}),
    "P75-A7": Like(validated("A7"), shown={f"{DATA}/Cadre": "A7"}),
    "P76-A10": Like(validated("A10"), shown={f"{DATA}/Cadre": "A10"}),
    "P77-A22-and-no-validator": Like({"cadre": "A22"}, shown={f"{DATA}/Cadre": "A22"}),
    "P83-paid-before": Like({"cadre": "A2", "prepaid": Decimal(120)}, shown={f"{SUMS}/MontantNetAPayer": "0.00"}),
    "P84-goods-and-services": Like({"lines": (DraftLine(category="M"),)}, shown={f"{DATA}/TVAs/TVA/Taux": "20"}),
    "P85-one-attachment-more": Like(
        {"attachments": (PDF, bare("PJ2.zip", "application/zip", zip_of("plan.pdf", tiny_pdf("Plan"))))},
        shown={"PJ[last()]/NomPJ": "PJ2.zip", "PJ[last()]/MimeTypePJ": "application/pdf"},
        warned=ANOTHER_NAME_INSIDE,
    ),
    "P86-market-and-engagement": Like(
        {"market": "BC12345", "engagement": "CDE234"},
        shown={f"{DATA}/Engagement/NumeroMarche": "BC12345", f"{DATA}/Engagement/NumeroEngagement": "CDE234"},
    ),
    "P87-A9": Like(validated("A9", validator_siret=people.SUPPLIER), shown={f"{DATA}/Cadre": "A9"}),
    "P88-A12": Like(validated("A12"), shown={f"{DATA}/Cadre": "A12"}),
    "P92-a-credit-note-with-its-origin": Like(
        {"type_code": "381", "origin_invoice": "MLE_FAC001"},
        shown={f"{DATA}/Type": "381", f"{DATA}/IdFactureOrigine": "MLE_FAC001"},
    ),
    "P93-a-credit-note-whose-origin-is-empty": Like(
        {"type_code": "381"},
        (
            after(
                "SpecifiedTradeSettlementHeaderMonetarySummation",
                "<ram:InvoiceReferencedDocument></ram:InvoiceReferencedDocument>",
            ),
            text(f"{VAT_ROW}/CalculatedAmount", "0"),
        ),
        {f"{DATA}/IdFactureOrigine": None},
        VAT_TOTALS,
    ),
    "P95-a-credit-note-with-market-and-engagement": Like(
        {"type_code": "381", "market": "BC12345", "engagement": "CDE234"}, shown={f"{DATA}/Type": "381"}
    ),
    "P96-a-credit-note-to-the-state": Like({"type_code": "381", **STATE}, shown={"Debiteur/Identifiant": people.STATE}),
    "P97-a-credit-note-to-a-service-under-contract": Like(
        {
            "type_code": "381",
            "recipient_siret": people.WITH_SERVICE,
            "service": "SERV1",
            "market": "CT12345",
            "market_kind": "CT",
        },
        shown={f"{DATA}/Engagement/NumeroMarche": "CT12345", "Debiteur/CodeService": "SERV1"},
    ),
    "lines-that-do-not-add-up": Like(
        {},
        (text("SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", "15"),),
        {f"{DATA}/Lignes/Ligne/MontantHT": "15"},
        LINE_TOTALS,
    ),
}
OF_CII: tuple[Edit, ...] = (gone("InvoiceCurrencyCode"),)


def as_cii(like: Like) -> bytes:
    """A minimal CII as AIFE's: gross prices without an allowance, the currency left out where it is the euro."""
    draft = drafted(like, gross_prices=True)
    edits = like.edits if like.said.get("currency") else (*OF_CII, *like.edits)
    return edited(cii(draft), *edits)


def as_facturx(like: Like, prices: Edit) -> bytes:
    """A Factur-X as AIFE's, with gross prices; the PDF is the original, other files are in the data."""
    attachments: tuple[DraftAttachment, ...] = like.said.get("attachments", ())  # type: ignore[assignment]
    return facturx_pdf(edited(cii(drafted(like, attachments=attachments[1:])), prices, *like.edits))


def drafted(like: Like, **said: object) -> Draft:
    """The draft, under a number of its own."""
    usual = Draft(fresh_number(), payment_code="48", attachments=(PDF,))
    return replace(usual, **{**like.said, **said})  # type: ignore[arg-type]


def edited(document: bytes, *edits: Edit) -> bytes:
    """The document after some changes."""
    root = etree.fromstring(document)
    for edit in edits:
        edit(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


class Passage(NamedTuple):
    """What became of every document, and every pivot unit by number."""

    seen: Mapping[str, Seen]
    units: Mapping[str, _Element]


@pytest.fixture(scope="module")
def passage(make_site: MakeSite) -> Passage:
    """All of them in one round of a fresh gate, as each has a number of its own."""
    site = make_site()
    cases = {f"{MIXED}-{name}": Case(as_cii(like), MIXED) for name, like in LIKE.items()}
    for prices in (gross_with_allowance, gross_alone):
        cases |= {
            f"{FACTURX}-{prices.__name__}-{name}": Case(as_facturx(like, prices), FACTURX)
            for name, like in LIKE.items()
        }
    seen = work_off(site, cases)
    units = {
        number: unit
        for partner in ("SEI001", "ETA001", "POR001")
        for number, unit in site.collect(partner).units.items()
    }
    return Passage(seen, units)


@pytest.mark.parametrize("name", LIKE)
@pytest.mark.parametrize(
    ("kind", "gross"),
    [
        (MIXED, {"EDG-I108"}),
        (f"{FACTURX}-gross_with_allowance", set()),
        (f"{FACTURX}-gross_alone", {"EDG-I108"}),
    ],
)
def test_a_document_like_aifes_is_integrated(passage: Passage, kind: str, gross: set[str], name: str) -> None:
    """Without an error, with no other warnings than its oddity calls for; the recipient reads what is special in it."""
    like, seen = LIKE[name], passage.seen[f"{kind}-{name}"]
    (invoice,) = seen.outcome.invoices

    assert (seen.outcome.verdict, seen.outcome.errors, seen.report.status) == ("integrated", [], "90")
    assert set(invoice.warnings) == like.warned | gross
    unit = passage.units[invoice.number]
    assert {path: unit.findtext(path) for path in like.shown} == dict(like.shown)
