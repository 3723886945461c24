"""What a Cross Industry Invoice means where Chorus Pro's reading differs from the obvious one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from edigate.domain.invoice import Invoice, Party, Scheme, Syntax
from edigate.parsers import cii
from tests.unit.parsers.changing import root_of, tail

FULL = (Path(__file__).parent / "documents" / "cii.xml").read_text(encoding="utf-8")
SUPPLIER_ID = '<ram:ID schemeID="1">81034732800017</ram:ID>'
BUYER_ID = '<ram:ID schemeID="0002">75356054900010</ram:ID>'
DATE = '<udt:DateTimeString format="102">20250314</udt:DateTimeString>'
MARKET = """<ram:ContractReferencedDocument>
    <ram:IssuerAssignedID>MARKET-2</ram:IssuerAssignedID>
    <ram:ReferenceTypeCode>BC</ram:ReferenceTypeCode>
   </ram:ContractReferencedDocument>"""
GROSS = '<ram:ChargeAmount currencyID="CHF">49.80</ram:ChargeAmount>'
NET = "<ram:ChargeAmount>41.50</ram:ChargeAmount>"
IBAN = "<ram:IBANID>FR7610057191370188512730284</ram:IBANID>"
TAX_TOTAL = "<ram:TaxTotalAmount>53.96</ram:TaxTotalAmount>"
CURRENCY = "<ram:InvoiceCurrencyCode>CHF</ram:InvoiceCurrencyCode>"


def parsed(*changes: tuple[str, str]) -> Invoice:
    """The invoice of the changed document."""
    (invoice,) = cii.parse(root_of(FULL, *changes))
    return invoice


def test_what_faults_do_not_point_at_is_read_too() -> None:
    """Profile, notes, services, delivery, details of payment, of VAT and of lines."""
    invoice = parsed()
    assert (invoice.syntax, invoice.profile, invoice.raw_issue_date) == (Syntax.CII, "urn:a-profile", "20250314")
    assert invoice.notes == ("First remark", "Second remark")
    assert (invoice.supplier.service, invoice.supplier.service_name) == ("QUARRY", "Sales")
    assert (invoice.recipient.service_name, invoice.recipient.raw_scheme) == ("Roads and bridges", "0002")
    assert invoice.payee == Party("BE0429958042", Scheme.EU_VAT, "2", "Affacturage")
    assert invoice.delivery_date == dt.date(2025, 3, 1)
    assert (invoice.payment.account_kind, invoice.payment.account_name) == ("IBAN", "Compte courant")
    assert (invoice.payment.institution, invoice.payment.due_date) == ("CCBPFRPPVER", dt.date(2025, 4, 13))
    assert invoice.payment.note == "Quote the number"
    assert [row.exemption_reason for row in invoice.vat] == ["Out of scope", ""]
    assert [row.due_date_code for row in invoice.vat] == ["", "72"]
    assert [line.kind for line in invoice.lines] == ["REGROUPEMENT", "Works"]
    assert (invoice.lines[1].product, invoice.lines[1].name) == ("GRAVEL-20", "Gravel")
    assert invoice.attachments[0].declared_type == "ZZZ"
    assert invoice.other_currencies == ()


@pytest.mark.parametrize(
    ("raw", "scheme"),
    [
        ("1", Scheme.SIRET),
        ("0002", Scheme.SIRET),
        ("0009", Scheme.SIRET),
        ("2", Scheme.EU_VAT),
        ("0223", Scheme.EU_VAT),
        ("3", Scheme.NON_EU),
        ("ETR", Scheme.NON_EU),
        ("0227", Scheme.NON_EU),
        ("4", Scheme.RIDET),
        ("RIDET", Scheme.RIDET),
        ("0228", Scheme.RIDET),
        ("5", Scheme.TAHITI),
        ("TAHITI", Scheme.TAHITI),
        ("0229", Scheme.TAHITI),
        ("6", Scheme.PENDING),
        ("7", Scheme.PERSON),
        ("0226", Scheme.PERSON),
        ("8", None),
        ("0088", None),
        ("siret", None),
    ],
)
def test_a_scheme_means_a_kind_of_identifier(raw: str, scheme: Scheme | None) -> None:
    """Each code of AIFE's and each of the reform's has its kind; any other has none and is kept as it is."""
    supplier = parsed((SUPPLIER_ID, f'<ram:ID schemeID="{raw}">X1</ram:ID>')).supplier
    assert (supplier.identifier, supplier.scheme, supplier.raw_scheme) == ("X1", scheme, raw)


@pytest.mark.parametrize(("identifier", "scheme"), [("81034732800017", Scheme.SIRET), ("8103473280001", None)])
def test_without_scheme_only_fourteen_digits_are_a_siret(identifier: str, scheme: Scheme | None) -> None:
    """An identifier whose attribute is missing is a SIRET when it looks like one, else of no kind."""
    supplier = parsed((SUPPLIER_ID, f"<ram:ID>{identifier}</ram:ID>")).supplier
    assert (supplier.identifier, supplier.scheme, supplier.raw_scheme) == (identifier, scheme, "")


LEGAL, GLOBAL, OWN = "ram:SpecifiedLegalOrganization/ram:ID", "ram:SellerTradeParty/ram:GlobalID", "ram:ID"
SIREN = '<ram:ID schemeID="0002">810347328</ram:ID>'
GLN = '<ram:GlobalID schemeID="0088">G</ram:GlobalID>'


@pytest.mark.parametrize(
    ("legal", "others", "identifier", "place"),
    [
        ("", '<ram:GlobalID schemeID="0009">G</ram:GlobalID>', "G", GLOBAL),
        ("", f"<ram:ID>81034732800025</ram:ID>{GLN}", "81034732800025", OWN),
        ("", f"<ram:ID>I</ram:ID>{GLN}", "G", GLOBAL),
        ("", "<ram:ID>I</ram:ID>", "I", OWN),
        (SIREN, '<ram:GlobalID schemeID="0009">81034732800017</ram:GlobalID>', "81034732800017", GLOBAL),
        (SIREN, GLN, "810347328", LEGAL),
        (SUPPLIER_ID, '<ram:GlobalID schemeID="0009">81034732800025</ram:GlobalID>', "81034732800017", LEGAL),
        ('<ram:ID schemeID="9">L</ram:ID>', GLN, "L", LEGAL),
        ('<ram:ID schemeID="1"> </ram:ID>', GLN, "G", GLOBAL),
        ("", '<ram:GlobalID schemeID="0224">SERVICE</ram:GlobalID>', "", LEGAL),
    ],
)
def test_a_party_goes_by_its_best_identifier(legal: str, others: str, identifier: str, place: str) -> None:
    """Legal registration, then global, then own identifier; of a known kind if there is one; never a service code."""
    name = "<ram:Name>Carrières du Plateau</ram:Name>"
    root = root_of(FULL, (SUPPLIER_ID, legal), (name, others + name))
    assert cii.parse(root)[0].supplier.identifier == identifier
    seller = "ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/"
    path = cii.locate(root, "supplier.identifier")[0]
    assert path.partition(seller)[2] == place.removeprefix("ram:SellerTradeParty/")


def test_the_service_can_be_an_identifier_of_the_buyer() -> None:
    """Without BuyerReference, the buyer's identifier of scheme 0224 is the service; with it, it is not."""
    name = "<ram:Name>Syndicat des routes</ram:Name>"
    service = '<ram:GlobalID schemeID="0224">BRIDGES</ram:GlobalID>'
    both = (name, service + name)
    assert parsed(both).recipient.service == "ROADS"
    root = root_of(FULL, both, ("<ram:BuyerReference>ROADS</ram:BuyerReference>", ""))
    recipient = cii.parse(root)[0].recipient
    assert (recipient.service, recipient.identifier) == ("BRIDGES", "75356054900010")
    assert tail(cii.locate(root, "service")[0]) == "ram:BuyerTradeParty/ram:GlobalID"


@pytest.mark.parametrize(
    ("kinds", "market", "index"),
    [
        (("CT", "BC"), "M1", "[2]"),
        (("XX", "CT"), "M1", "[2]"),
        (("XX", ""), "M0", "[1]"),
        (("BC", "BC"), "M0", "[1]"),
        (("CT",), "M0", ""),
    ],
)
def test_a_market_comes_before_a_contract(kinds: tuple[str, ...], market: str, index: str) -> None:
    """BC first, then CT, then whatever comes first."""
    references = "".join(
        f"<ram:ContractReferencedDocument><ram:IssuerAssignedID>M{position}</ram:IssuerAssignedID>"
        f"<ram:ReferenceTypeCode>{kind}</ram:ReferenceTypeCode></ram:ContractReferencedDocument>"
        for position, kind in enumerate(kinds)
    )
    root = root_of(FULL, (MARKET, references))
    assert cii.parse(root)[0].market == market
    assert tail(cii.locate(root, "market")[0]) == f"ram:ContractReferencedDocument{index}/ram:IssuerAssignedID"


def test_the_address_of_the_organisation_stands_in_for_a_missing_country() -> None:
    """The legal address comes first, the commercial one second."""
    assert parsed(("<ram:CountryID>FR</ram:CountryID>", "")).supplier.country == "BE"


def test_only_a_vat_registration_gives_the_vat_number() -> None:
    """A tax number of another kind is none, and the place is the one where the VAT number should be."""
    root = root_of(FULL, ('<ram:ID schemeID="VA">FR60810347328</ram:ID>', '<ram:ID schemeID="FC">9</ram:ID>'))
    assert cii.parse(root)[0].supplier.vat_number == ""


def test_an_invoice_without_cadre_or_currency_is_a1_in_euros() -> None:
    """Both have a default; what the invoice says in their place is left to the rules."""
    invoice = parsed(("<ram:ID>A4</ram:ID>", ""), (CURRENCY, ""), (' currencyID="CHF"', ""))
    assert (invoice.cadre, invoice.currency, invoice.other_currencies) == ("A1", "EUR", ())
    assert parsed(("<ram:ID>A4</ram:ID>", "<ram:ID>S1</ram:ID>")).cadre == "S1"


@pytest.mark.parametrize(
    ("written", "raw", "read"),
    [
        ("<udt:DateTimeString>20250314</udt:DateTimeString>", "20250314", dt.date(2025, 3, 14)),
        ('<udt:DateTimeString format="102">2025-03-14</udt:DateTimeString>', "2025-03-14", None),
        ('<udt:DateTimeString format="203">20250314</udt:DateTimeString>', "20250314", None),
        ('<udt:DateTimeString format="102">20250230</udt:DateTimeString>', "20250230", None),
        ("<udt:DateTimeString>٢٠٢٥٠٣١٤</udt:DateTimeString>", "٢٠٢٥٠٣١٤", None),
        ("<udt:DateTime>2025-03-14T00:00:00</udt:DateTime>", "2025-03-14T00:00:00", None),
        ("", "", None),
    ],
)
def test_a_date_is_eight_digits_of_format_102(written: str, raw: str, read: dt.date | None) -> None:
    """The format may go unsaid; what is not in it, or is no day, is kept as it was written."""
    invoice = parsed((DATE, written))
    assert (invoice.raw_issue_date, invoice.issue_date) == (raw, read)


AMOUNT = "<ram:LineTotalAmount>269.75</ram:LineTotalAmount>"
OTHER_AMOUNT = (AMOUNT, AMOUNT.replace("269.75", "1.00"))
ALLOWANCE = (
    "<ram:AppliedTradeAllowanceCharge><ram:ActualAmount>8.30</ram:ActualAmount></ram:AppliedTradeAllowanceCharge>"
)


@pytest.mark.parametrize(
    ("changes", "unit_price", "has_allowance"),
    [
        ([], "41.50", False),
        ([(AMOUNT, AMOUNT.replace("269.75", "323.70"))], "49.80", False),
        ([OTHER_AMOUNT], "49.80", False),
        ([(GROSS, GROSS + ALLOWANCE)], "41.50", True),
        ([(GROSS, "")], "41.50", False),
        ([(NET, "")], "49.80", False),
        ([(NET, ""), (GROSS, GROSS + ALLOWANCE)], "49.80", True),
        ([OTHER_AMOUNT, (GROSS, f"{GROSS}<ram:BasisQuantity>100</ram:BasisQuantity>")], "0.4980", False),
        ([OTHER_AMOUNT, (GROSS, f"{GROSS}<ram:BasisQuantity>7</ram:BasisQuantity>")], "7.114286", False),
        ([OTHER_AMOUNT, (GROSS, f"{GROSS}<ram:BasisQuantity>0</ram:BasisQuantity>")], "49.80", False),
        ([(GROSS, ""), (NET, f"{NET}<ram:BasisQuantity>10</ram:BasisQuantity>")], "4.150", False),
    ],
)
def test_the_unit_price_is_the_one_without_tax(
    changes: list[tuple[str, str]], unit_price: str, *, has_allowance: bool
) -> None:
    """The one that makes the line's amount; else gross, where no allowance makes it another price; of one unit."""
    line = parsed(*changes).lines[1]
    assert line.unit_price == Decimal(unit_price)
    assert line.has_allowance is has_allowance


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("<ram:IBANID>not an IBAN</ram:IBANID>", "IBAN"),
        ("<ram:ProprietaryID>10057191370188512730284</ram:ProprietaryID>", "RIB"),
        ("<ram:ProprietaryID>FR7610057191370188512730284</ram:ProprietaryID>", "IBAN"),
        ("", "IBAN"),
    ],
)
def test_a_proprietary_account_is_a_rib_unless_it_is_an_iban(account: str, kind: str) -> None:
    """IBANID is taken at its word, however malformed."""
    assert parsed((IBAN, account)).payment.account_kind == kind


def test_the_tax_total_is_the_one_in_the_invoice_currency() -> None:
    """A second one, in the currency of the accounts, is no second currency of the invoice."""
    two = (
        '<ram:TaxTotalAmount currencyID="EUR">57</ram:TaxTotalAmount>'
        '<ram:TaxTotalAmount currencyID="CHF">53.96</ram:TaxTotalAmount>'
    )
    declared = f"<ram:TaxCurrencyCode>EUR</ram:TaxCurrencyCode>{CURRENCY}"
    root = root_of(FULL, (TAX_TOTAL, two), (CURRENCY, declared))
    invoice = cii.parse(root)[0]
    assert (invoice.totals.tax, invoice.other_currencies) == (Decimal("53.96"), ())
    assert tail(cii.locate(root, "totals.tax")[0], 1) == "ram:TaxTotalAmount[2]"
    assert parsed((TAX_TOTAL, two)).other_currencies == ("EUR",)
    assert parsed((GROSS, GROSS.replace("CHF", "EUR")), (CURRENCY, declared)).other_currencies == ()


def test_header_amounts_in_other_currencies_are_told() -> None:
    """Each currency of the header once, in the order of the document; what a line price says is left out (P19)."""
    due = "<ram:DuePayableAmount>300.75</ram:DuePayableAmount>"
    invoice = parsed(
        (GROSS, GROSS.replace("CHF", "USD")),
        (TAX_TOTAL, TAX_TOTAL.replace("Amount>5", 'Amount currencyID="CHF">5')),
        (due, due.replace("Amount>3", 'Amount currencyID="GBP">3')),
    )
    assert invoice.other_currencies == ("GBP",)


@pytest.mark.parametrize(
    ("reference", "name", "place"),
    [
        ("plan.pdf", "plan.pdf", "ram:IssuerAssignedID"),
        ("annex 1", "other.pdf", "ram:AttachmentBinaryObject/@filename"),
        ("", "other.pdf", "ram:AttachmentBinaryObject/@filename"),
    ],
)
def test_a_file_is_named_by_its_reference_or_its_content(reference: str, name: str, place: str) -> None:
    """The reference when it is a file's name, as AIFE has it; else the content's own attribute."""
    root = root_of(FULL, (">plan.pdf<", f">{reference}<"))
    assert cii.parse(root)[0].attachments[0].name == name
    assert cii.locate(root, "attachments[0].name")[0].endswith(place)


def test_a_reference_that_claims_to_be_a_file_counts_without_content() -> None:
    """So its emptiness can be told; one that names a tender counts not at all."""
    start, end = FULL.index("<ram:AttachmentBinaryObject"), FULL.index("</ram:AttachmentBinaryObject>")
    invoice = parsed((FULL[start : end + len("</ram:AttachmentBinaryObject>")], ""))
    (attachment,) = invoice.attachments
    assert (attachment.name, attachment.mime, attachment.encoded()) == ("plan.pdf", "", None)


def test_a_number_keeps_its_spaces_and_a_comment_does_not_cut_a_text() -> None:
    """Rule G1.05 judges the spaces of a number; other texts lose the white space around them."""
    invoice = parsed(
        (">M-2025/0042<", "> M-1  2 <"),
        (">Carrières du Plateau<", ">\n  Carrières <!-- and -->du Plateau\t<"),
        (">ROADS<", ">\u00a0ROADS<"),
    )
    assert invoice.number == " M-1  2 "
    assert invoice.supplier.name == "Carrières du Plateau"
    assert invoice.recipient.service == "\u00a0ROADS"


def test_an_empty_note_is_none_and_does_not_count() -> None:
    """The first note of the invoice is found where it is, behind the empty one."""
    change = ("First remark", " ")
    assert parsed(change).notes == ("Second remark",)
    assert tail(cii.locate(root_of(FULL, change), "notes[0]")[0]) == "ram:IncludedNote[2]/ram:Content"
    assert tail(cii.locate(root_of(FULL, change), "notes[1]")[0]) == "ram:IncludedNote[2]/ram:Content"


def test_an_amount_that_is_no_decimal_is_none() -> None:
    """Nothing is guessed from an amount with a comma, and nothing raises."""
    assert parsed((">300.75<", ">300,75<")).totals.due is None


def test_a_document_of_nothing_is_an_empty_invoice() -> None:
    """The root alone has the defaults and no more."""
    root = etree.fromstring(FULL.encode())
    for child in list(root):
        root.remove(child)
    assert cii.parse(root) == (Invoice(syntax=Syntax.CII, currency="EUR", cadre="A1"),)


@pytest.mark.parametrize("stated", [True, False])
def test_allowances_of_the_header_without_their_total_are_noticed(*, stated: bool) -> None:
    """Then the header's totals cannot be added up; where both totals are stated they can."""
    allowance = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ActualAmount>4.02</ram:ActualAmount>"
        "</ram:SpecifiedTradeAllowanceCharge>"
    )
    summation = "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    changes = [(summation, allowance + summation)]
    if not stated:
        changes.append(("<ram:AllowanceTotalAmount>4.02</ram:AllowanceTotalAmount>", ""))
    assert parsed(*changes).totals.untotalled is not stated
