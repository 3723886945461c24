"""What a UBL Invoice or CreditNote means where Chorus Pro's reading differs from the obvious one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from edigate.domain.invoice import Invoice, Party, Scheme, Syntax
from edigate.parsers import ubl
from tests.unit.parsers.changing import root_of, tail

FULL = (Path(__file__).parent / "documents" / "ubl.xml").read_text(encoding="utf-8")
EXTENSION_START = '<aife:FactureExtension xmlns:aife="urn:AIFE:Facture:Extension">'
EXTENSION = FULL[FULL.index(EXTENSION_START) : FULL.index("</ext:ExtensionContent>")]
SUPPLIER_ID = '<cbc:ID schemeName="1">81034732800017</cbc:ID>'
RECIPIENT_ID = '<cbc:ID schemeName="1">75356054900010</cbc:ID>'
RECIPIENT_NAME = "<cbc:RegistrationName>Syndicat des routes</cbc:RegistrationName>"
SUPPLIER_NAME = "<cbc:RegistrationName>Carrières du Plateau</cbc:RegistrationName>"
SERVICE = "<cbc:ID>ROADS</cbc:ID>"
ORDER = "<cac:OrderReference>\n  <cbc:ID>EJ-77</cbc:ID>\n </cac:OrderReference>"
CUSTOMIZATION = "<cbc:CustomizationID>urn:a-profile</cbc:CustomizationID>"
CURRENCY = "<cbc:DocumentCurrencyCode>CHF</cbc:DocumentCurrencyCode>"
FILE_ID = "<cbc:ID>plan.pdf</cbc:ID>"


def parsed(*changes: tuple[str, str]) -> Invoice:
    """The invoice of the changed document."""
    (invoice,) = ubl.parse(root_of(FULL, *changes))
    return invoice


def contract(identifier: str, kind: str) -> str:
    """A reference to a contract, an engagement or whatever its kind says."""
    code = f"<cbc:DocumentTypeCode>{kind}</cbc:DocumentTypeCode>" if kind else ""
    return f"<cac:ContractDocumentReference><cbc:ID>{identifier}</cbc:ID>{code}</cac:ContractDocumentReference>"


def with_contracts(*contracts: str) -> tuple[str, str]:
    """The change that puts these references in the place of the document's own."""
    start = FULL.index("<cac:ContractDocumentReference>")
    end = FULL.rindex("</cac:ContractDocumentReference>") + len("</cac:ContractDocumentReference>")
    return FULL[start:end], "".join(contracts)


def test_what_faults_do_not_point_at_is_read_too() -> None:
    """Profile, notes, services, delivery, details of payment, of VAT and of lines."""
    invoice = parsed()
    assert (invoice.syntax, invoice.profile) == (Syntax.UBL_INVOICE, "urn:a-profile")
    assert invoice.raw_issue_date == "2025-03-14"
    assert invoice.notes == ("First remark", "Second remark")
    assert (invoice.supplier.service, invoice.supplier.service_name) == ("QUARRY", "Sales")
    assert invoice.recipient.service_name == "Roads and bridges"
    assert invoice.payee == Party("BE0429958042", Scheme.EU_VAT, "2", "Affacturage")
    assert invoice.delivery_date == dt.date(2025, 3, 1)
    assert (invoice.payment.account_kind, invoice.payment.account_name) == ("IBAN", "Compte courant")
    assert (invoice.payment.institution, invoice.payment.due_date) == ("CCBPFRPPVER", dt.date(2025, 4, 13))
    assert invoice.payment.note == "Quote the number"
    assert [row.exemption_reason for row in invoice.vat] == ["Out of scope", ""]
    assert [row.due_date_code for row in invoice.vat] == ["TVA DEBIT", "TVA DEBIT"]
    assert [line.kind for line in invoice.lines] == ["REGROUPEMENT", ""]
    assert (invoice.lines[1].product, invoice.lines[1].name) == ("GRAVEL-20", "Gravel")
    assert (invoice.lines[1].unit_price, invoice.lines[1].has_allowance) == (Decimal("41.50"), True)
    assert invoice.attachments[0].declared_type == "02"
    assert invoice.other_currencies == ()


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ("Lot 1§Lot 2", ("Lot 1", "Lot 2", "Second remark")),
        ("Lot 1 §\n§ Lot 2§", ("Lot 1", "Lot 2", "Second remark")),
        ("Selon § 33 du contrat", ("Selon § 33 du contrat", "Second remark")),
        ("§", ("Second remark",)),
    ],
)
def test_one_element_may_hold_several_notes(said: str, notes: tuple[str, ...]) -> None:
    """They are parted at `§`, but for one that cites a paragraph by its number."""
    change = ("First remark", said)
    assert parsed(change).notes == notes
    places = [tail(ubl.locate(root_of(FULL, change), f"notes[{index}]")[0], 1) for index in range(len(notes))]
    assert places == ["cbc:Note[1]"] * (len(notes) - 1) + ["cbc:Note[2]"]


def test_the_regime_is_said_without_a_number_too() -> None:
    """A tax entry of the supplier needs no VAT number to say when the tax falls due."""
    invoice = parsed(("<cbc:CompanyID>FR60810347328</cbc:CompanyID>", ""))

    assert (invoice.supplier.vat_number, invoice.supplier.vat_regime) == ("", "TVA DEBIT")
    assert {row.due_date_code for row in invoice.vat} == {"TVA DEBIT"}


PROFILE_A9 = (CUSTOMIZATION, f"{CUSTOMIZATION}<cbc:ProfileID>A9</cbc:ProfileID>")


@pytest.mark.parametrize(
    ("changes", "cadre", "place"),
    [
        ([], "A4", "aife:FactureExtension/aife:CategoryCode"),
        ([(EXTENSION, "<CategoryCode>A7</CategoryCode>")], "A7", "ext:ExtensionContent/ubl:CategoryCode"),
        ([(EXTENSION, '<CategoryCode xmlns="">A7</CategoryCode>')], "A7", "ext:ExtensionContent/CategoryCode"),
        ([(EXTENSION, '<x:CategoryCode xmlns:x="urn:x">A7</x:CategoryCode>')], "A7", "x:CategoryCode"),
        ([PROFILE_A9], "A4", "aife:FactureExtension/aife:CategoryCode"),
        ([(EXTENSION, "<Other/>"), PROFILE_A9], "A9", "/ubl:Invoice/cbc:ProfileID"),
        ([(">A4<", "> <"), PROFILE_A9], "A9", "/ubl:Invoice/cbc:ProfileID"),
        ([(EXTENSION, ""), (CUSTOMIZATION, "<cbc:ProfileID>FEN0105A</cbc:ProfileID>")], "A1", "aife:CategoryCode"),
        ([(EXTENSION, ""), (CUSTOMIZATION, "<cbc:ProfileID>urn:B1</cbc:ProfileID>")], "A1", "aife:CategoryCode"),
        ([(EXTENSION, ""), (CUSTOMIZATION, "<cbc:ProfileID>S1</cbc:ProfileID>")], "S1", "/ubl:Invoice/cbc:ProfileID"),
        ([(CUSTOMIZATION, "<cbc:ProfileID>S1</cbc:ProfileID>")], "A4", "aife:FactureExtension/aife:CategoryCode"),
        ([(">A4<", ">Z9<")], "Z9", "aife:FactureExtension/aife:CategoryCode"),
    ],
)
def test_the_cadre_is_in_an_extension_or_a_profile(changes: list[tuple[str, str]], cadre: str, place: str) -> None:
    """A CategoryCode of any namespace in an extension; a ProfileID in the form of a cadre, old or new; else A1."""
    root = root_of(FULL, *changes)
    assert ubl.parse(root)[0].cadre == cadre
    assert ubl.locate(root, "cadre")[0].endswith(place)


@pytest.mark.parametrize("code", ["B1", "S1", "M1", "B2", "S2", "S3", "B4", "M4", "S5", "S6", "B7", "S8", "M9"])
def test_a_code_of_the_reform_is_no_cadre_and_no_a1_either(code: str) -> None:
    """Read as it stands, so that the channel refuses it: B2 is already paid, S3 and S6 have a validator."""
    assert parsed((EXTENSION, ""), (CUSTOMIZATION, f"<cbc:ProfileID>{code}</cbc:ProfileID>")).cadre == code


def test_a_missing_cadre_is_placed_in_the_extension() -> None:
    """The whole way that the syntax has for it, from the nearest element that is there."""
    root = root_of(FULL, (EXTENSION, ""))
    path, line = ubl.locate(root, "cadre")
    assert path == (
        "/ubl:Invoice/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/aife:FactureExtension/aife:CategoryCode"
    )
    assert line == 8


def test_a_credit_note_without_type_is_a_credit_note() -> None:
    """The root says it: 381."""
    document = (
        FULL.replace("<Invoice", "<CreditNote")
        .replace("</Invoice", "</CreditNote")
        .replace("schema:xsd:Invoice-2", "schema:xsd:CreditNote-2")
    )
    (invoice,) = ubl.parse(etree.fromstring(document.encode()))
    assert (invoice.syntax, invoice.type_code) == (Syntax.UBL_CREDIT_NOTE, "381")
    assert parsed(("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "")).type_code == ""


@pytest.mark.parametrize(
    ("identification", "company", "identifier", "scheme", "place"),
    [
        ('schemeName="4">X', "", "X", Scheme.RIDET, "cac:PartyIdentification/cbc:ID/@schemeName"),
        ('schemeID="0009">X', "", "X", Scheme.SIRET, "cac:PartyIdentification/cbc:ID/@schemeID"),
        ('schemeID="0088" schemeName="1">X', "", "X", Scheme.SIRET, "cac:PartyIdentification/cbc:ID/@schemeName"),
        ('schemeName="99">X', 'schemeID="0009">C', "X", None, "cac:PartyIdentification/cbc:ID/@schemeName"),
        ('schemeID="0088">X', 'schemeID="0009">C', "C", Scheme.SIRET, "cac:PartyLegalEntity/cbc:CompanyID/@schemeID"),
        ('schemeID="0224">X', ">81034732800017", "81034732800017", Scheme.SIRET, "cbc:CompanyID/@schemeID"),
        (">X", 'schemeID="0002">810347328', "810347328", Scheme.SIRET, "cbc:CompanyID/@schemeID"),
        (">X", "", "X", None, "cac:PartyIdentification/cbc:ID/@schemeName"),
        (">", "", "", None, "cac:PartyIdentification/cbc:ID/@schemeName"),
    ],
)
def test_a_party_goes_by_its_best_identifier(
    identification: str, company: str, identifier: str, scheme: Scheme | None, place: str
) -> None:
    """An identification of Chorus's kind settles it; else the first of a known kind, then a SIREN, then any."""
    name = f"{SUPPLIER_NAME}<cbc:CompanyID {company}</cbc:CompanyID>" if company else SUPPLIER_NAME
    root = root_of(FULL, (SUPPLIER_ID, f"<cbc:ID {identification}</cbc:ID>"), (SUPPLIER_NAME, name))
    supplier = ubl.parse(root)[0].supplier
    assert (supplier.identifier, supplier.scheme) == (identifier, scheme)
    assert ubl.locate(root, "supplier.scheme")[0].endswith(place)


def test_the_trade_name_stands_in_for_a_missing_legal_one() -> None:
    """And the commercial address for the legal one; both are then the place."""
    root = root_of(FULL, (SUPPLIER_NAME, ""), ("<cbc:IdentificationCode>FR</cbc:IdentificationCode>", ""))
    supplier = ubl.parse(root)[0].supplier
    assert (supplier.name, supplier.country) == ("Plateau", "BE")
    assert tail(ubl.locate(root, "supplier.name")[0]) == "cac:PartyName/cbc:Name"


def test_a_tax_scheme_that_is_not_vat_gives_no_vat_number() -> None:
    """A registration whose scheme says nothing is one for VAT, as Chorus has it."""
    root = root_of(FULL, ("<cbc:TaxTypeCode>TVA DEBIT</cbc:TaxTypeCode>", "<cbc:ID>LOC</cbc:ID>"))
    assert ubl.parse(root)[0].supplier.vat_number == ""


REFERENCE = "<cbc:BuyerReference>{}</cbc:BuyerReference>"


@pytest.mark.parametrize(
    ("changes", "service", "place"),
    [
        ([(CURRENCY, CURRENCY + REFERENCE.format("OTHER"))], "ROADS", "cac:AccountingContact/cbc:ID"),
        ([(SERVICE, ""), (CURRENCY, CURRENCY + REFERENCE.format("OTHER"))], "OTHER", "/ubl:Invoice/cbc:BuyerReference"),
        ([(SERVICE, ""), (CURRENCY, CURRENCY + REFERENCE.format("EJ-77"))], "", "cac:AccountingContact/cbc:ID"),
        (
            [
                (SERVICE, ""),
                (CURRENCY, CURRENCY + REFERENCE.format("OTHER")),
                (RECIPIENT_ID, RECIPIENT_ID.replace('schemeName="1">75356054900010', 'schemeID="0224">BRIDGES')),
            ],
            "BRIDGES",
            "cac:PartyIdentification/cbc:ID",
        ),
    ],
)
def test_the_service_is_looked_for_in_three_places(changes: list[tuple[str, str]], service: str, place: str) -> None:
    """The accounting contact, an identifier of scheme 0224, then BT-10 unless it repeats the engagement."""
    root = root_of(FULL, *changes)
    assert ubl.parse(root)[0].recipient.service == service
    assert ubl.locate(root, "service")[0].endswith(place)


@pytest.mark.parametrize(
    ("contracts", "ordered", "engagement", "market"),
    [
        ([contract("E", "Engagement"), contract("M", "Contrat")], False, "E", "M"),
        ([contract("E", "Bon de commande")], False, "E", ""),
        ([contract("E", "Engagement"), contract("M", "")], True, "EJ-77", "M"),
        ([contract("X", ""), contract("M", "Marché public")], True, "EJ-77", "M"),
        ([contract("X", "Convention"), contract("Y", "")], False, "", "X"),
        ([contract("", "Marché public"), contract("Y", "")], True, "EJ-77", "Y"),
        ([], False, "", ""),
    ],
)
def test_contract_references_are_engagements_or_markets(
    contracts: list[str], engagement: str, market: str, *, ordered: bool
) -> None:
    """One that calls itself an engagement is it when there is no order, and never the market."""
    changes = [with_contracts(*contracts)]
    invoice = parsed(*changes if ordered else [*changes, (ORDER, "")])
    assert (invoice.engagement, invoice.market) == (engagement, market)


def test_an_engagement_in_a_contract_reference_is_found_there() -> None:
    """Its place, and that of the market which is missing beside it."""
    root = root_of(FULL, with_contracts(contract("E", "Engagement")), (ORDER, ""))
    assert tail(ubl.locate(root, "engagement")[0]) == "cac:ContractDocumentReference/cbc:ID"
    assert tail(ubl.locate(root, "market")[0]) == "cac:ContractDocumentReference[2]/cbc:ID"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-14", dt.date(2025, 3, 14)),
        ("2025-03-14Z", None),
        ("20250314", None),
        ("2025-02-30", None),
        ("0000-01-01", None),
    ],
)
def test_a_date_is_written_with_dashes_and_no_time_zone(written: str, read: dt.date | None) -> None:
    """What is not in the form of G1.09 is kept as it was written."""
    invoice = parsed((">2025-03-14<", f">{written}<"))
    assert (invoice.raw_issue_date, invoice.issue_date) == (written, read)


def test_a_delivery_date_may_come_from_a_line() -> None:
    """The header's first, else the first that a line has."""
    header = "<cbc:ActualDeliveryDate>2025-03-01</cbc:ActualDeliveryDate>"
    name = '<cbc:LineExtensionAmount currencyID="CHF">269.75</cbc:LineExtensionAmount>'
    line = f"{name}<cac:Delivery>{header.replace('03-01', '02-02')}</cac:Delivery>"
    assert parsed((name, line)).delivery_date == dt.date(2025, 3, 1)
    assert parsed((name, line), (header, "")).delivery_date == dt.date(2025, 2, 2)


@pytest.mark.parametrize(
    ("channel", "account", "kind"),
    [
        ("IBAN", "nonsense", "IBAN"),
        ("IBAN", "10057191370188512730284", "IBAN"),
        ("RIB", "10057191370188512730284", "RIB"),
        ("rib", "nonsense", "RIB"),
        ("", "10057191370188512730284", "RIB"),
        ("", "nonsense", "IBAN"),
    ],
)
def test_an_account_is_what_its_channel_says(channel: str, account: str, kind: str) -> None:
    """Without a channel it is a RIB only if it has the form of one."""
    invoice = parsed((">IBAN<", f">{channel}<"), (">FR7610057191370188512730284<", f">{account}<"))
    assert (invoice.payment.account, invoice.payment.account_kind) == (account, kind)


def test_the_due_date_of_the_document_stands_in() -> None:
    """Where the payment means has none."""
    due = "<cbc:PaymentDueDate>2025-04-13</cbc:PaymentDueDate>"
    kind = "<cbc:InvoiceTypeCode>"
    changed = parsed((due, ""), (kind, f"<cbc:DueDate>2025-05-01</cbc:DueDate>{kind}"))
    assert changed.payment.due_date == dt.date(2025, 5, 1)


def test_a_second_tax_total_is_in_the_currency_of_the_accounts() -> None:
    """Its amount and its rows do not count, and its declared currency is no second one of the invoice."""
    accounts = (
        '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">57</cbc:TaxAmount><cac:TaxSubtotal>'
        '<cbc:TaxAmount currencyID="EUR">57</cbc:TaxAmount></cac:TaxSubtotal></cac:TaxTotal>\n <cac:TaxTotal>\n'
    )
    declared = f"{CURRENCY}<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>"
    root = root_of(FULL, (" <cac:TaxTotal>\n", accounts), (CURRENCY, declared))
    (invoice,) = ubl.parse(root)
    assert (invoice.totals.tax, invoice.other_currencies) == (Decimal("53.96"), ())
    assert [row.amount for row in invoice.vat] == [Decimal(0), Decimal("53.95")]
    assert ubl.locate(root, "totals.tax")[0] == "/ubl:Invoice/cac:TaxTotal[2]/cbc:TaxAmount"
    assert ubl.locate(root, "vat[1].rate")[0] == "/ubl:Invoice/cac:TaxTotal[2]/cac:TaxSubtotal[2]/cbc:Percent"
    assert parsed((" <cac:TaxTotal>\n", accounts)).other_currencies == ("EUR",)


@pytest.mark.parametrize(
    ("rows", "tax"),
    [
        ('<cac:TaxSubtotal><cbc:TaxAmount currencyID="CHF">7.5</cbc:TaxAmount></cac:TaxSubtotal>', Decimal("61.46")),
        ("", Decimal("53.96")),
    ],
)
def test_tax_totals_of_several_taxes_are_added_up(rows: str, tax: Decimal) -> None:
    """Those of one currency, each with rows of its own; one without rows repeats what another one details."""
    other = f'<cac:TaxTotal><cbc:TaxAmount currencyID="CHF">7.5</cbc:TaxAmount>{rows}</cac:TaxTotal>\n <cac:TaxTotal>\n'
    assert parsed((" <cac:TaxTotal>\n", other)).totals.tax == tax


def test_amounts_in_other_currencies_are_told_but_not_those_of_extensions() -> None:
    """What an extension holds is not the invoice's."""
    foreign = f'<x:Amount xmlns:x="urn:x" currencyID="USD">1</x:Amount>{EXTENSION}'
    assert parsed((EXTENSION, foreign)).other_currencies == ()
    assert parsed(('currencyID="CHF">300.75<', 'currencyID="USD">300.75<')).other_currencies == ("USD",)


def test_a_rate_may_stand_in_the_category() -> None:
    """EN 16931 has it there, AIFE beside it."""
    root = root_of(
        FULL,
        ("<cbc:Percent>19.6</cbc:Percent>", ""),
        ("<cbc:ID>S</cbc:ID>", "<cbc:ID>S</cbc:ID><cbc:Percent>5.5</cbc:Percent>"),
    )
    assert ubl.parse(root)[0].vat[1].rate == Decimal("5.5")
    assert tail(ubl.locate(root, "vat[1].rate")[0]) == "cac:TaxCategory/cbc:Percent"


def test_the_point_in_time_of_tax_goes_before_the_regime() -> None:
    """BT-8, where the document gives it, says when the tax is due."""
    period = "<cac:InvoicePeriod><cbc:DescriptionCode>432</cbc:DescriptionCode></cac:InvoicePeriod>"
    assert parsed((ORDER, period + ORDER)).vat[0].due_date_code == "432"


@pytest.mark.parametrize(
    ("price", "unit_price"),
    [
        ('<cbc:PriceAmount currencyID="CHF">41.50</cbc:PriceAmount>', "41.50"),
        ('<cbc:PriceAmount currencyID="CHF">41.50</cbc:PriceAmount><cbc:BaseQuantity>10</cbc:BaseQuantity>', "4.15"),
    ],
)
def test_the_unit_price_is_that_of_one(price: str, unit_price: str) -> None:
    """A price for several is divided."""
    assert parsed(('<cbc:PriceAmount currencyID="CHF">41.50</cbc:PriceAmount>', price)).lines[1].unit_price == Decimal(
        unit_price
    )


@pytest.mark.parametrize(
    ("changes", "name", "mime", "places"),
    [
        ([], "plan.pdf", "application/pdf", ("cbc:ID", "cbc:DocumentTypeCode")),
        (
            [(FILE_ID, "<cbc:ID>annex 1</cbc:ID>")],
            "other.pdf",
            "application/pdf",
            ("/@filename", "cbc:DocumentTypeCode"),
        ),
        (
            [(FILE_ID, "<cbc:ID>annex 1</cbc:ID>"), (' filename="other.pdf"', "")],
            "annex 1",
            "application/pdf",
            ("cbc:ID", "cbc:DocumentTypeCode"),
        ),
        ([(">application/pdf<", ">916<")], "plan.pdf", "application/zip", ("cbc:ID", "/@mimeCode")),
    ],
)
def test_name_and_type_of_a_file_are_where_aife_or_en_16931_has_them(
    changes: list[tuple[str, str]], name: str, mime: str, places: tuple[str, str]
) -> None:
    """The reference when it is a file's name, the type code when it is a MIME type; else the content's attributes."""
    root = root_of(FULL, *changes)
    (attachment,) = ubl.parse(root)[0].attachments
    assert (attachment.name, attachment.mime) == (name, mime)
    locate = ubl.locate_in(root)
    assert locate("attachments[0].name")[0].endswith(places[0])
    assert locate("attachments[0].mime")[0].endswith(places[1])


def test_a_document_of_nothing_is_an_empty_invoice() -> None:
    """The root alone has the defaults and no more."""
    root = etree.fromstring(FULL.encode())
    for child in list(root):
        root.remove(child)
    assert ubl.parse(root) == (Invoice(syntax=Syntax.UBL_INVOICE, currency="EUR", cadre="A1"),)
