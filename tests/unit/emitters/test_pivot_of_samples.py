"""AIFE's own flows come out as valid pivots that hold every datum their source had, read here without the parser."""

from __future__ import annotations

import base64
import datetime as dt
import io
import os
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lxml import etree

from edigate.catalogue import interfaces
from edigate.emitters.pivot import Addressing, Known, finish, pivot, unit
from edigate.parsers import cii

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from edigate.emitters.envelope import Header

    Read = Callable[[bytes], _Element]

SHARED = Path(os.environ.get("EDIGATE_SHARED", Path(__file__).parents[3].parent / "shared"))
FOLDER = SHARED / "samples" / "chorus" / "FSO1116A"
SAMPLES = sorted(path.name for path in FOLDER.glob("*.xml"))
MIXED, STRUCTURED = interfaces()["FSO1116A"], interfaces()["FSO1106A"]
UNIT = "CPPFactures/CPPFacturePivotUnitaire"
DATA = "DonneesFacture"
NAMESPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
TRANSACTION = "rsm:SupplyChainTradeTransaction"
AGREEMENT = f"{TRANSACTION}/ram:ApplicableHeaderTradeAgreement"
SETTLEMENT = f"{TRANSACTION}/ram:ApplicableHeaderTradeSettlement"
SELLER = f"{AGREEMENT}/ram:SellerTradeParty"
BUYER = f"{AGREEMENT}/ram:BuyerTradeParty"
MEANS = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans"
SUMS = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
LINES = f"{TRANSACTION}/ram:IncludedSupplyChainTradeLineItem"
LINE_AGREEMENT = "ram:SpecifiedLineTradeAgreement"
LINE_SETTLEMENT = "ram:SpecifiedLineTradeSettlement"
DAY = "udt:DateTimeString"

pytestmark = pytest.mark.skipif(not SAMPLES, reason="needs the AIFE flows of the shared folder (EDIGATE_SHARED)")

# Where the reference's mapping (§11.1) finds a text, and where the pivot has it.
TEXTS = {
    "Fournisseur/Identifiant": f"{SELLER}/ram:SpecifiedLegalOrganization/ram:ID",
    "Fournisseur/RaisonSociale": f"{SELLER}/ram:Name",
    "Fournisseur/ReferenceBancaire/Compte": f"{MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
    "Fournisseur/ReferenceBancaire/Etablissement": f"{MEANS}/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID",
    "Debiteur/Nom": f"{BUYER}/ram:Name",
    f"{DATA}/Id": "rsm:ExchangedDocument/ram:ID",
    f"{DATA}/IdFactureOrigine": f"{SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
    f"{DATA}/Type": "rsm:ExchangedDocument/ram:TypeCode",
    f"{DATA}/Cadre": ("rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"),
    f"{DATA}/ModePaiement/Code": f"{MEANS}/ram:TypeCode",
    f"{DATA}/Engagement/NumeroEngagement": f"{AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    f"{DATA}/Engagement/NumeroMarche": f"{AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID",
    "PJ/NomPJ": f"{AGREEMENT}/ram:AdditionalReferencedDocument/ram:IssuerAssignedID",
}
CURRENCY = f"{SETTLEMENT}/ram:InvoiceCurrencyCode"
ISSUED = f"rsm:ExchangedDocument/ram:IssueDateTime/{DAY}"
DELIVERED = f"ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{DAY}"
AMOUNTS = {
    f"{DATA}/Montants/MontantHT": f"{SUMS}/ram:TaxBasisTotalAmount",
    f"{DATA}/Montants/MontantTTC": f"{SUMS}/ram:GrandTotalAmount",
    f"{DATA}/Montants/MontantNetAPayer": f"{SUMS}/ram:DuePayableAmount",
}
VAT_ROW = {
    "Taux": "ram:RateApplicablePercent",
    "BaseHt": "ram:BasisAmount",
    "MontantTVA": "ram:CalculatedAmount",
}
LINE = {
    "ReferenceProduit": "ram:SpecifiedTradeProduct/ram:GlobalID",
    "PrixUnitaire": f"{LINE_AGREEMENT}/ram:GrossPriceProductTradePrice/ram:ChargeAmount",
    "Quantite": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
    "MontantHT": f"{LINE_SETTLEMENT}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
    "TauxTVA": f"{LINE_SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
}


class Rendered(NamedTuple):
    """One sample: its tree, the same without the parser's help, and its CPPFacturePivotUnitaire."""

    content: bytes
    source: _Element
    unit: _Element


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> bytes:
    """Each of AIFE's flows."""
    name: str = request.param
    return (FOLDER / name).read_bytes()


@pytest.fixture
def mixed(sample: bytes, header: Header, read_pivot: Read) -> Rendered:
    """Each flow, deposited where the original comes as an attachment."""
    return rendered(sample, header, read_pivot, "FSO1116A")


def rendered(content: bytes, header: Header, read_pivot: Read, interface: str) -> Rendered:
    """Read a document, write its pivot and read that."""
    source = etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))
    (invoice,) = cii.parse(source)
    recipient = invoice.recipient
    addressing = Addressing(recipient.identifier, "", recipient.service)
    started = unit(invoice, addressing, dt.date(2026, 3, 2), content, interfaces()[interface])
    root = read_pivot(b"".join(pivot(header, 1, [finish(started, 1, Known(1))])))
    found = root.find(UNIT)
    assert found is not None
    return Rendered(content, source, found)


def said(source: _Element, path: str) -> str | None:
    """What the source says first at a path; None where it says nothing."""
    return (source.findtext(path, "", NAMESPACES) or "").strip() or None


def number(text: str | None) -> Decimal | None:
    """A figure, to be compared by its value."""
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("place", "path"), TEXTS.items())
def test_a_text_of_the_source_is_in_the_pivot(mixed: Rendered, place: str, path: str) -> None:
    """A text is the source's own, and absent where the source has none."""
    assert mixed.unit.findtext(place) == said(mixed.source, path)


def test_the_currency_is_the_sources(mixed: Rendered) -> None:
    """Without one, the format's own default holds."""
    assert mixed.unit.findtext(f"{DATA}/Devise") == (said(mixed.source, CURRENCY) or "EUR")


def test_the_dates_are_the_sources(mixed: Rendered) -> None:
    """The day of issue, and the day of delivery: of the whole, else the one that all lines give, else that of issue."""
    whole = said(mixed.source, f"{TRANSACTION}/ram:ApplicableHeaderTradeDelivery/{DELIVERED}")
    of_lines = {
        said(row, f"ram:SpecifiedLineTradeDelivery/{DELIVERED}") for row in mixed.source.iterfind(LINES, NAMESPACES)
    }
    of_all_lines = of_lines.pop() if len(of_lines) == 1 else None
    delivered = whole or of_all_lines or said(mixed.source, ISSUED)

    found = [mixed.unit.findtext(f"{DATA}/{place}") for place in ("DateEmissionFacture", "DateLivraison")]

    assert [day and day.replace("-", "") for day in found] == [said(mixed.source, ISSUED), delivered]


@pytest.mark.parametrize(("place", "path"), AMOUNTS.items())
def test_an_amount_of_the_source_is_in_the_pivot(mixed: Rendered, place: str, path: str) -> None:
    """Totals are the source's, digit by digit."""
    assert mixed.unit.findtext(place) == said(mixed.source, path)


def test_every_vat_row_is_in_the_pivot(mixed: Rendered) -> None:
    """The recap is whole and in order; a figure that an untaxed row leaves out is zero."""
    rows = mixed.source.findall(f"{SETTLEMENT}/ram:ApplicableTradeTax", NAMESPACES)
    expected = [{cell: number(said(row, path)) or Decimal(0) for cell, path in VAT_ROW.items()} for row in rows]

    found = [{cell.tag: number(cell.text) for cell in row} for row in mixed.unit.iterfind(f"{DATA}/TVAs/TVA")]

    assert found == expected


def test_every_line_is_in_the_pivot(mixed: Rendered) -> None:
    """Lines are whole and in order, the price being the one without tax."""
    expected = []
    for row in mixed.source.iterfind(LINES, NAMESPACES):
        line: dict[str, str | Decimal | None] = {
            cell: number(said(row, path)) for cell, path in LINE.items() if cell != "ReferenceProduit"
        }
        line["ReferenceProduit"] = said(row, LINE["ReferenceProduit"])
        expected.append({cell: value for cell, value in line.items() if value is not None})

    found = [
        {cell.tag: cell.text if cell.tag == "ReferenceProduit" else number(cell.text) for cell in row}
        for row in mixed.unit.iterfind(f"{DATA}/Lignes/Ligne")
    ]

    assert found == expected


def test_the_attached_original_is_handed_on(mixed: Rendered) -> None:
    """The PDF of a mixed flow is the first piece, byte for byte."""
    path = f"{AGREEMENT}/ram:AdditionalReferencedDocument/ram:AttachmentBinaryObject"
    deposited = (said(mixed.source, path) or "").encode()

    assert mixed.unit.findtext("PJ/TypePJ") == "01"
    assert mixed.unit.findtext("PJ/MimeTypePJ") == "application/pdf"
    assert (mixed.unit.findtext("PJ/Contenu") or "").encode() == b"".join(deposited.split())


def test_a_structured_flow_hands_on_itself(sample: bytes, header: Header, read_pivot: Read) -> None:
    """The same document on the structured interface comes with its own XML as the original, two PDFs beside."""
    found = rendered(sample, header, read_pivot, "FSO1106A").unit

    with zipfile.ZipFile(io.BytesIO(base64.b64decode(found.findtext("PJ/Contenu") or ""))) as archive:
        (name,) = archive.namelist()
        assert archive.read(name) == sample
    assert name == found.findtext("PJ/NomPJ")
    assert [piece.findtext("TypePJ") for piece in found.iterfind("PJ")] == ["01", "02", "02"]
