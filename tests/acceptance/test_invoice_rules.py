"""Each rule on an invoice, by an invoice that keeps it or breaks it: one deposit each (reference §7.7, §8.4, §8.5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from edigate.sandbox import structures as people
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftLine
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import MIXED, PDF, STRUCTURED, Case, fresh_number, work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

UBL, FACTURX = "FSO1100A", "FSO1117A"
TOMORROW = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=2)
CENTURY_BEFORE = dt.date(1999, 12, 31)
GERMAN, SHORT_BY_A_DIGIT = "DE89370400440532013000", "FR769999900001000001234569"
LONG, TOO_LONG = "x" * 1025, ("EDG-I056",)


class Rule(NamedTuple):
    """An invoice: what its draft says, its errors and warnings, what its recipient reads, what is replaced in it."""

    said: Mapping[str, object]
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    shown: Mapping[str, str | None] = {}
    interface: str = STRUCTURED
    swap: tuple[tuple[str, str], ...] = ()


BUILD: Mapping[str, Callable[[Draft], bytes]] = {
    STRUCTURED: cii,
    MIXED: cii,
    FACTURX: cii,
    UBL: ubl_invoice,
}


def document(rule: Rule) -> bytes:
    """The document of a rule, under a number of its own unless the rule says one."""
    draft = replace(Draft(fresh_number()), **rule.said)  # type: ignore[arg-type]
    if rule.interface == MIXED:
        draft = replace(draft, attachments=(PDF,))
    build = ubl_credit_note if rule.interface == UBL and draft.type_code == "381" else BUILD[rule.interface]
    content = build(draft)
    for old, new in rule.swap:
        assert old.encode() in content, old
        content = content.replace(old.encode(), new.encode(), 1)
    return facturx_pdf(content) if rule.interface == FACTURX else content


def of(scheme: str, identifier: str, country: str = "FR") -> Mapping[str, object]:
    """A supplier by kind and identifier."""
    return {"supplier_scheme": scheme, "supplier_id": identifier, "supplier_country": country}


def paid_by(code: str, **said: object) -> Mapping[str, object]:
    """An invoice with a payment mode."""
    return {"payment_code": code, **said}


def taxed(rate: str, category: str) -> Mapping[str, object]:
    """An invoice of one line at a rate."""
    return {"lines": (DraftLine(vat_rate=Decimal(rate), category=category),)}


def mode(code: str) -> Mapping[str, str | None]:
    """The payment mode that the recipient reads."""
    return {"DonneesFacture/ModePaiement/Code": code}


def kind(code: str) -> Mapping[str, str | None]:
    """The type that the recipient reads."""
    return {"DonneesFacture/Type": code}


PRICE = "DonneesFacture/Lignes/Ligne/PrixUnitaire"
END_OF_CONTEXT, END_OF_BUYER = "</rsm:ExchangedDocumentContext>", "</ram:BuyerTradeParty>"
BASIC = (
    "<ram:GuidelineSpecifiedDocumentContextParameter>"
    "<ram:ID>urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic</ram:ID>"
    "</ram:GuidelineSpecifiedDocumentContextParameter>"
)
NO_VAT_NUMBER = '<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">aucun</ram:ID></ram:SpecifiedTaxRegistration>'
NAMED = "Fournisseur/ReferenceBancaire/RaisonSocialeEncaisseur"

RULES: Mapping[str, Rule] = {
    # Number (rule G1.05)
    "number-of-20-with-every-mark": Rule({"number": "FAC-2025_01+2/3 B 0X"}),
    "number-as-aife-advises": Rule({"number": "M2B004217_0000000042"}),
    "number-missing": Rule(
        {"number": ""}, ("EDG-I001",), swap=(("<rsm:ExchangedDocument>", "<rsm:ExchangedDocument><ram:ID/>"),)
    ),
    "number-of-21": Rule({"number": "N" * 21}, ("EDG-I002",)),
    "number-with-an-accent": Rule({"number": "FACTURÉ-1"}, ("EDG-I003",)),
    "number-with-two-spaces": Rule({"number": "FAC  1"}, ("EDG-I004",)),
    # Type, dates, currency
    "type-380": Rule({}, shown=kind("380")),
    "type-381": Rule({"type_code": "381"}, shown=kind("381")),
    "type-384-in-cii": Rule({"type_code": "384"}, ("EDG-I011",)),
    "type-384-in-factur-x": Rule({"type_code": "384"}, shown=kind("380"), interface=FACTURX),
    "type-386-in-factur-x": Rule({"type_code": "386"}, shown=kind("380"), interface=FACTURX),
    **{
        f"type-{code}-in-factur-x": Rule({"type_code": code}, ("EDG-I011",), interface=FACTURX)
        for code in ("261", "389", "751", "501", "473", "502")
    },
    "credit-note-without-its-origin": Rule({"type_code": "381"}, shown={"DonneesFacture/IdFactureOrigine": None}),
    "credit-note-with-its-origin": Rule(
        {"type_code": "381", "origin_invoice": "AV-1"}, shown={"DonneesFacture/IdFactureOrigine": "AV-1"}
    ),
    "credit-note-in-ubl": Rule({"type_code": "381"}, shown=kind("381"), interface=UBL),
    "negative-invoice": Rule({"lines": (DraftLine(unit_price=Decimal(-100)),)}, shown=kind("380")),
    "issued-after-its-deposit": Rule({"issue_date": TOMORROW}, ("EDG-I022",)),
    "issued-before-2000": Rule({"issue_date": CENTURY_BEFORE}, ("EDG-I023",)),
    "currency-of-serbia": Rule({"currency": "RSD"}, shown={"DonneesFacture/Devise": "RSD"}),
    "currency-left-out": Rule(
        {},
        shown={"DonneesFacture/Devise": "EUR"},
        swap=(("<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>", ""),),
    ),
    "currency-that-is-none": Rule({"currency": "EURO"}, ("EDG-I030",)),
    "currency-of-another-amount": Rule(
        {},
        ("EDG-I031",),
        interface=UBL,
        swap=(('<cbc:PayableAmount currencyID="EUR"', '<cbc:PayableAmount currencyID="USD"'),),
    ),
    # Parties
    "supplier-by-siret": Rule(of("1", "81034732800017"), shown={"Fournisseur/TypeIdentifiant": "1"}),
    "supplier-by-siret-0002": Rule(of("0002", "81034732800017"), shown={"Fournisseur/TypeIdentifiant": "1"}),
    "supplier-of-the-union": Rule(of("2", "BE0429958042", "BE"), shown={"Fournisseur/TypeIdentifiant": "2"}),
    "supplier-outside-the-union": Rule(
        of("ETR", "KRSAMSUNGMOBILEPHO", "KR"), shown={"Fournisseur/TypeIdentifiant": "3"}
    ),
    "supplier-by-ridet": Rule(of("RIDET", "1234567890", "NC"), shown={"Fournisseur/TypeIdentifiant": "4"}),
    "supplier-of-tahiti": Rule(of("5", "350041679", "PF"), shown={"Fournisseur/TypeIdentifiant": "5"}),
    "supplier-being-registered": Rule(of("6", "EN-COURS-1"), shown={"Fournisseur/TypeIdentifiant": "6"}),
    "supplier-is-a-person": Rule(of("7", "DUPONT"), shown={"Fournisseur/TypeIdentifiant": "7"}),
    "supplier-is-a-post-office": Rule(of("1", "35600000000010")),
    "supplier-of-no-kind": Rule(of("9", "81034732800017"), ("EDG-I041",)),
    "siret-of-13-digits": Rule(of("1", "8103473280001"), ("EDG-I042",)),
    "siret-with-a-wrong-key": Rule(of("1", "81034732800018"), ("EDG-I043",)),
    "vat-number-with-a-wrong-key": Rule(of("2", "BE0429958043", "BE"), ("EDG-I044",)),
    "outside-the-union-and-french": Rule(of("ETR", "FRSAMSUNG", "KR"), ("EDG-I045",)),
    "ridet-of-8": Rule(of("4", "12345678", "NC"), ("EDG-I046",)),
    "tahiti-of-8": Rule(of("5", "35004167", "PF"), ("EDG-I047",)),
    "identifier-of-18": Rule(of("6", "X" * 18)),
    "identifier-of-19": Rule(of("6", "X" * 19), ("EDG-I048",)),
    "name-of-99": Rule({"supplier_name": "N" * 99}),
    "name-of-100": Rule({"supplier_name": "N" * 100}, ("EDG-I050",)),
    "recipient-with-a-wrong-key": Rule({"recipient_siret": "53514650090019"}, ("EDG-I063",)),
    "recipient-by-a-vat-number": Rule({"recipient_scheme": "2", "recipient_siret": "BE0429958042"}, ("EDG-I061",)),
    # Validators
    **{
        f"validator-missing-{cadre}": Rule({"cadre": cadre}, ("EDG-I160",))
        for cadre in ("A9", "A10", "A12", "A13", "A14")
    },
    **{f"validator-expected-{cadre}": Rule({"cadre": cadre}, (), ("EDG-I161",)) for cadre in ("A4", "A7")},
    "validator-not-asked-A22": Rule({"cadre": "A22"}),
    "validator-with-a-wrong-key": Rule({"cadre": "A9", "validator_siret": "24590041000293"}, ("EDG-I162",)),
    # Payment
    **{
        f"payment-{code}": Rule(paid_by(code), shown=mode(code))
        for code in ("10", "20", "30", "31", "42", "48", "49", "97")
    },
    **{f"payment-{code}-becomes-a-transfer": Rule(paid_by(code), shown=mode("30")) for code in ("01", "58", "59")},
    "payment-missing": Rule(paid_by("", iban=""), ("EDG-I080",)),
    "payment-57": Rule(paid_by("57"), ("EDG-I081",)),
    "payment-of-a-credit-note": Rule(paid_by("48", type_code="381"), shown=mode("48")),
    "transfer-without-an-account": Rule(paid_by("42", iban=""), (), ("EDG-I082",)),
    "card-without-an-account": Rule(paid_by("48", iban="")),
    "account-abroad": Rule({"iban": GERMAN}, shown={"Fournisseur/ReferenceBancaire/Compte": GERMAN}),
    "account-with-a-wrong-key": Rule({"iban": SHORT_BY_A_DIGIT + "4"}, ("EDG-I083",)),
    "account-of-31-characters": Rule({"iban": "MT84MALT011000012345MTLCAST001S"}, ("EDG-I084",)),
    "factor": Rule({"payee_siret": people.FACTOR, "payee_name": "Comptoir Rivoire"}, shown={NAMED: "Comptoir Rivoire"}),
    "paid-before": Rule(paid_by("48", cadre="A2", prepaid=Decimal(120))),
    "paid-before-and-still-due": Rule(paid_by("48", cadre="A2"), ("EDG-I090",)),
    # VAT
    **{f"category-{category}": Rule(taxed("0", category)) for category in ("E", "AE", "K", "G", "O", "Z")},
    "category-S": Rule(taxed("20", "S")),
    "category-M": Rule(taxed("20", "M")),
    "rate-15": Rule(taxed("15.00", "S"), shown={"DonneesFacture/TVAs/TVA/Taux": "15.00"}),
    "gross-price-alone-in-cii": Rule({"gross_prices": True}, (), ("EDG-I108",), {PRICE: "100.00"}, MIXED),
    "gross-price-alone-in-factur-x": Rule({"gross_prices": True}, (), ("EDG-I108",), interface=FACTURX),
    "net-price-in-factur-x": Rule({}, shown={PRICE: "100.00"}, interface=FACTURX),
    # Amounts
    "amount-with-a-comma": Rule({}, ("EDG-F108",), swap=((">120.00</ram:GrandTotal", ">120,00</ram:GrandTotal"),)),
    "amount-with-thousands": Rule({}, ("EDG-F108",), swap=((">120.00</ram:GrandTotal", ">1 120.00</ram:GrandTotal"),)),
    "quantity-of-6-decimals": Rule({}, swap=((">1</ram:BilledQuantity>", ">1.000001</ram:BilledQuantity>"),)),
    "quantity-of-7-decimals": Rule(
        {}, ("EDG-I109",), swap=((">1</ram:BilledQuantity>", ">1.0000001</ram:BilledQuantity>"),)
    ),
    "base-of-20-digits": Rule(
        {}, ("EDG-I110",), swap=((">100.00</ram:BasisAmount", ">12345678901234567890</ram:BasisAmount"),)
    ),
    "price-below-zero": Rule({"lines": (DraftLine(unit_price=Decimal("-3.50"), quantity=Decimal(-2)),)}),
    "lines-and-basis": Rule({}, ("EDG-I103",), swap=((">100.00</ram:TaxBasisTotal", ">101.00</ram:TaxBasisTotal"),)),
    "basis-and-tax": Rule({"stated_total": Decimal("121.00")}, ("EDG-I104",)),
    "total-and-due": Rule({}, ("EDG-I105",), swap=((">120.00</ram:DuePayable", ">119.00</ram:DuePayable"),)),
    "due-within-a-cent": Rule({}, swap=((">120.00</ram:DuePayable", ">120.01</ram:DuePayable"),)),
    "sum-of-lines": Rule(
        {},
        (),
        ("EDG-I106",),
        swap=(("<ram:LineTotalAmount>100.00", "<ram:LineTotalAmount>90.00"),),
    ),
    "sum-of-vat-rows": Rule(
        {}, (), ("EDG-I107",), swap=((">20.00</ram:CalculatedAmount", ">19.00</ram:CalculatedAmount"),)
    ),
    # Limits that Factur-X itself states for Chorus Pro
    "factur-x-number-of-21": Rule({"number": "N" * 21}, ("EDG-I002",), interface=FACTURX),
    "factur-x-service-of-101": Rule({"service": "S" * 101}, ("EDG-I073",), interface=FACTURX),
    "factur-x-name-of-100": Rule({"supplier_name": "N" * 100}, ("EDG-I050",), interface=FACTURX),
    "factur-x-long-note-is-handed-on": Rule({"notes": (LONG,)}, (), TOO_LONG, interface=FACTURX),
    "factur-x-long-reason-is-handed-on": Rule(
        {**taxed("0", "E"), "exemption_reason": LONG}, (), TOO_LONG, interface=FACTURX
    ),
    "factur-x-article-of-41-is-handed-on": Rule(
        {"lines": (DraftLine(product="P" * 41),)},
        (),
        TOO_LONG,
        shown={"DonneesFacture/Lignes/Ligne/ReferenceProduit": "P" * 41},
        interface=FACTURX,
    ),
    "factur-x-quantity-of-11-digits-is-handed-on": Rule(
        {"lines": (DraftLine(quantity=Decimal("12345.678901"), unit_price=Decimal(1)),)},
        (),
        TOO_LONG,
        interface=FACTURX,
    ),
    "long-note-in-cii": Rule({"notes": (LONG,)}, (), TOO_LONG),
    "long-note-in-ubl": Rule({"notes": (LONG,)}, (), TOO_LONG, interface=UBL),
    "factur-x-transfer-58": Rule(paid_by("58"), shown=mode("30"), interface=FACTURX),
    "factur-x-debit-49": Rule(paid_by("49"), shown=mode("49"), interface=FACTURX),
    "factur-x-basic": Rule(
        {},
        (),
        ("EDG-F075",),
        interface=FACTURX,
        swap=((END_OF_CONTEXT, BASIC + END_OF_CONTEXT),),
    ),
    "factur-x-vat-number-of-the-buyer": Rule(
        {},
        interface=FACTURX,
        swap=((END_OF_BUYER, NO_VAT_NUMBER + END_OF_BUYER),),
    ),
}


class Judged(NamedTuple):
    """What became of every document, and every pivot unit by number."""

    seen: Mapping[str, Seen]
    units: Mapping[str, _Element]


@pytest.fixture(scope="module")
def judged(make_site: MakeSite) -> Judged:
    """All of them, in one round of a fresh gate."""
    site = make_site()
    seen = work_off(site, {key: Case(document(rule), rule.interface) for key, rule in RULES.items()})
    units = {number: unit for partner in ("SEI001", "POR001") for number, unit in site.collect(partner).units.items()}
    return Judged(seen, units)


@pytest.mark.parametrize("key", RULES)
def test_a_rule_decides_by_itself(judged: Judged, key: str) -> None:
    """What breaks one rule has that fault and no other; what keeps it is integrated, as its recipient reads."""
    rule, outcome = RULES[key], judged.seen[key].outcome

    assert outcome.errors == list(rule.errors)
    assert outcome.warnings == list(rule.warnings)
    if not rule.errors:
        unit = judged.units[outcome.invoices[0].number]
        assert {path: unit.findtext(path) for path in rule.shown} == dict(rule.shown)
