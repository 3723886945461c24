"""AIFE's own flows pass through a sandbox gate unchanged; recipients get every datum they had (reference §19)."""

from __future__ import annotations

import base64
import datetime as dt
import io
import tarfile
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pikepdf
import pytest
from lxml import etree

from edigate.sandbox import structures as people
from tests.acceptance.gates import MIXED, SHARED, Outcome, Report, Returns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite

FACTURX = "FSO1117A"
FOLDER = SHARED / "samples" / "chorus"
PATHS: Mapping[str, Path] = {
    path.name: path for interface in (MIXED, FACTURX) for path in sorted((FOLDER / interface).glob(f"{interface}_*"))
}
ARCHIVE = "FSO1116A_P100.tar.gz"
# P01 lacks ApplicableHeaderTradeDelivery, which the official schema wants.
REFUSED = {"FSO1116A_P01.xml": ["EDG-F107"]}
TAKEN = [name for name in PATHS if name not in {*REFUSED, ARCHIVE}]

pytestmark = pytest.mark.skipif(not PATHS, reason="needs the AIFE flows of the shared folder (EDIGATE_SHARED)")

HEAD, TRADE = "ExchangedDocument", "SupplyChainTradeTransaction"
AGREED, SETTLED = f"{TRADE}/ApplicableHeaderTradeAgreement", f"{TRADE}/ApplicableHeaderTradeSettlement"
SELLER, BUYER = f"{AGREED}/SellerTradeParty", f"{AGREED}/BuyerTradeParty"
SUMS = f"{SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation"
MEANS = f"{SETTLED}/SpecifiedTradeSettlementPaymentMeans"
ATTACHED = f"{AGREED}/AdditionalReferencedDocument"
CADRE = "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID"
# Texts by where the pivot has them; amounts below are compared by value.
TEXTS: Mapping[str, str] = {
    "DonneesFacture/Id": f"{HEAD}/ID",
    "DonneesFacture/Type": f"{HEAD}/TypeCode",
    "DonneesFacture/Cadre": CADRE,
    "DonneesFacture/IdFactureOrigine": f"{SETTLED}/InvoiceReferencedDocument/IssuerAssignedID",
    "DonneesFacture/ModePaiement/Code": f"{MEANS}/TypeCode",
    "DonneesFacture/Engagement/NumeroEngagement": f"{AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID",
    "DonneesFacture/Engagement/NumeroMarche": f"{AGREED}/ContractReferencedDocument/IssuerAssignedID",
    "Fournisseur/Identifiant": f"{SELLER}/SpecifiedLegalOrganization/ID",
    "Fournisseur/RaisonSociale": f"{SELLER}/Name",
    "Fournisseur/ReferenceBancaire/Compte": f"{MEANS}/PayeePartyCreditorFinancialAccount/IBANID",
    "Fournisseur/ReferenceBancaire/Etablissement": f"{MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID",
    "Fournisseur/ReferenceBancaire/RaisonSocialeEncaisseur": f"{MEANS}/PayeePartyCreditorFinancialAccount/AccountName",
    "Debiteur/Nom": f"{BUYER}/Name",
    "Debiteur/CodeService": f"{AGREED}/BuyerReference",
    "Debiteur/NomService": f"{BUYER}/DefinedTradeContact/DepartmentName",
}
AMOUNTS: Mapping[str, str] = {
    "MontantHT": f"{SUMS}/TaxBasisTotalAmount",
    "MontantTTC": f"{SUMS}/GrandTotalAmount",
    "MontantNetAPayer": f"{SUMS}/DuePayableAmount",
}
VAT: Mapping[str, str] = {
    "Taux": "RateApplicablePercent", "BaseHt": "BasisAmount", "MontantTVA": "CalculatedAmount",
}  # fmt: skip
LINE: Mapping[str, str] = {
    "Quantite": "SpecifiedLineTradeDelivery/BilledQuantity",
    "MontantHT": "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
    "TauxTVA": "SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent",
}
# In AIFE's CII the net price has the tax in it, in its Factur-X it has not (reference §8.5).
PRICES: Mapping[str, str] = {
    MIXED: "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/ChargeAmount",
    FACTURX: "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
}
PARTNERS = {people.STATE: "ETA001", people.WITHOUT_SERVICE: "SEI001", people.WITH_SERVICE: "POR001"}
NAMES = {structure.siret: structure.name for structure in people.STRUCTURES}
SERVICES = {(service.siret, service.service_code): service.service_name for service in people.SERVICES}
TO_RECIPIENT = ("03", "Mise à disposition du destinataire")
TO_MOE, TO_MOA = ("03", "Mise à disposition MOE"), ("03", "Mise à disposition MOA")
TO_VALIDATOR = ("01", "Mise à disposition du premier valideur")
FOR_PEOPLE: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("A9", "A10", "A12", "A13", "A14"), TO_VALIDATOR),
    **dict.fromkeys(("A4", "A7"), TO_MOE),
    **dict.fromkeys(("A8", "A22"), TO_MOA),
}
KINDS = {"1": "1", "0002": "1", "2": "2", "ETR": "3", "RIDET": "4", "4": "4", "5": "5"}
ZIP_TYPE = "application/zip"


class Passed(NamedTuple):
    """One flow's way through a gate of its own; `deposited` is the file, `source` its one invoice."""

    interface: str
    deposited: bytes
    source: _Element
    outcome: Outcome
    report: Report
    told: Returns
    got: Mapping[str, Returns]

    @property
    def unit(self) -> _Element:
        """The one invoice that was handed to anybody."""
        ((unit,),) = (pivot for returns in self.got.values() for pivot in returns.pivots)
        return unit

    @property
    def cadre(self) -> str:
        """The cadre that it says, or that it has for want of one."""
        return said(self.source, CADRE) or "A1"


@pytest.fixture(scope="module")
def passed(make_site: MakeSite) -> Mapping[str, Passed]:
    """Every flow, each in a fresh gate: many of them have one number."""
    return {name: _pass(make_site, path) for name, path in PATHS.items()}


def _pass(make_site: MakeSite, path: Path) -> Passed:
    site, interface, content = make_site(), path.parent.name, path.read_bytes()
    outcome = site.decide(content, interface)
    told = site.collect()
    got = {partner: site.collect(partner) for partner in ("SEI001", "ETA001", "POR001")}
    return Passed(interface, content, _invoice(path.name, content), outcome, told.report(outcome.name), told, got)


def _invoice(name: str, content: bytes) -> _Element:
    """The document of a flow of one; nothing of an archive."""
    if name == ARCHIVE:
        return etree.Element("archive")
    if not name.endswith(".pdf"):
        return bare(content)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return bare(pdf.attachments["factur-x.xml"].get_file().read_bytes())


def bare(content: bytes) -> _Element:
    """The document without namespaces, to be read by names alone."""
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True, resolve_entities=False, remove_comments=True))
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def said(source: _Element, path: str) -> str | None:
    """What is said first at a path; None for nothing."""
    return source.findtext(path, "").strip() or None


def figures(row: _Element, paths: Mapping[str, str]) -> dict[str, Decimal | None]:
    """The figures of a row of the source, by the pivot's names."""
    texts = {name: said(row, path) for name, path in paths.items()}
    return {name: None if text is None else Decimal(text) for name, text in texts.items()}


def files(encoded: str) -> list[bytes]:
    """What lies in a ZIP in base64."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.parametrize("name", TAKEN)
def test_a_flow_of_aife_is_integrated(passed: Mapping[str, Passed], name: str) -> None:
    """Without a single error; the depositor is told 90, 01, and who has it now."""
    flow = passed[name]
    number = said(flow.source, f"{HEAD}/ID") or ""

    assert (flow.outcome.verdict, flow.outcome.errors) == ("integrated", [])
    assert (flow.report.status, flow.report.lines) == ("90", ())
    assert flow.told.labels(number) == [("01", "Déposée"), FOR_PEOPLE.get(flow.cadre, TO_RECIPIENT)]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_the_official_schema_refuses_is_inadmissible(passed: Mapping[str, Passed], name: str) -> None:
    """P01 lacks an element that the schema wants: the report says so, and nobody gets it."""
    flow = passed[name]

    assert (flow.outcome.verdict, flow.report.codes) == ("inadmissible", REFUSED[name])
    assert "ApplicableHeaderTradeDelivery" in flow.report.lines[0].label
    assert all(not returns.pivots for returns in flow.got.values())


def test_every_document_of_its_archive_is_integrated(passed: Mapping[str, Passed]) -> None:
    """P100: both invoices are told 01 and 03 and reach their recipient, with the attachments they came with."""
    flow = passed[ARCHIVE]
    with tarfile.open(fileobj=io.BytesIO(flow.deposited)) as archive:
        sources = [bare(archive.extractfile(entry).read()) for entry in archive]  # type: ignore[union-attr]
    given = {said(source, f"{HEAD}/ID"): said(source, f"{ATTACHED}/AttachmentBinaryObject") for source in sources}

    assert len(given) == 2
    assert (flow.outcome.verdict, flow.outcome.errors, flow.report.status) == ("integrated", [], "90")
    assert {number: flow.told.of(number or "") for number in given} == {number: ["01", "03"] for number in given}
    units = flow.got["SEI001"].units
    assert {number: files(unit.findtext("PJ/Contenu", "")) for number, unit in units.items()} == {
        number: files(content or "") for number, content in given.items()
    }


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_goes_to_its_first_reader(passed: Mapping[str, Passed], name: str) -> None:
    """By the recipient's SIRET, the State's where its service names it; people's documents to the portal."""
    flow = passed[name]
    buyer = said(flow.source, f"{BUYER}/SpecifiedLegalOrganization/ID") or ""
    siret = people.STATE if buyer == "0" * 14 else buyer

    holders = [partner for partner, returns in flow.got.items() if returns.pivots]

    assert holders == ["POR001" if flow.cadre in FOR_PEOPLE else PARTNERS[siret]]
    assert flow.unit.findtext("Debiteur/Identifiant") == siret


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_has_every_text(passed: Mapping[str, Passed], name: str) -> None:
    """What the source says, and nothing where it says nothing; names it leaves out are the directory's."""
    flow = passed[name]
    siret, service = flow.unit.findtext("Debiteur/Identifiant", ""), said(flow.source, TEXTS["Debiteur/CodeService"])
    expected = {place: said(flow.source, path) for place, path in TEXTS.items()}
    expected["DonneesFacture/Cadre"] = flow.cadre
    expected["Debiteur/Nom"] = expected["Debiteur/Nom"] or NAMES[siret]
    expected["Debiteur/NomService"] = expected["Debiteur/NomService"] or SERVICES.get((siret, service or ""))

    assert {place: flow.unit.findtext(place) for place in TEXTS} == expected


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_has_every_figure(passed: Mapping[str, Passed], name: str) -> None:
    """Totals, VAT recap, lines, in their order."""
    flow = passed[name]
    data = flow.unit.find("DonneesFacture")
    assert data is not None
    line = {**LINE, "PrixUnitaire": PRICES[flow.interface]}

    totals = {row.tag: Decimal(row.text or "") for row in data.iterfind("Montants/*")}
    vat = [{cell.tag: Decimal(cell.text or "") for cell in row} for row in data.iterfind("TVAs/TVA")]
    lines = [{name: figures(row, {name: name})[name] for name in line} for row in data.iterfind("Lignes/Ligne")]

    assert totals == figures(flow.source, AMOUNTS)
    # What a row leaves out is zero by its nature.
    assert vat == [
        {name: figure or Decimal(0) for name, figure in figures(row, VAT).items()}
        for row in flow.source.iterfind(f"{SETTLED}/ApplicableTradeTax")
    ]
    assert lines == [figures(row, line) for row in flow.source.iterfind(f"{TRADE}/IncludedSupplyChainTradeLineItem")]


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_has_the_kinds_and_days(passed: Mapping[str, Passed], name: str) -> None:
    """Kind of identifier and country of the supplier, currency, days of issue and of reception."""
    flow = passed[name]
    scheme = flow.source.find(f"{SELLER}/SpecifiedLegalOrganization/ID").get("schemeID", "1")  # type: ignore[union-attr]
    issued = dt.datetime.strptime(said(flow.source, f"{HEAD}/IssueDateTime/DateTimeString") or "", "%Y%m%d").date()  # noqa: DTZ007
    country = said(flow.source, f"{SELLER}/PostalTradeAddress/CountryID") or "FR"

    assert flow.unit.findtext("Fournisseur/TypeIdentifiant") == KINDS[scheme]
    assert flow.unit.findtext("Fournisseur/CodePays") == country
    assert flow.unit.findtext("Fournisseur/ModeEmission") == "flux"
    assert flow.unit.findtext("DonneesFacture/Devise") == (said(flow.source, f"{SETTLED}/InvoiceCurrencyCode") or "EUR")
    assert flow.unit.findtext("DonneesFacture/DateEmissionFacture") == issued.isoformat()
    received = dt.date.fromisoformat(flow.unit.findtext("DonneesFacture/DateReception", ""))
    assert abs(received - dt.datetime.now(tz=dt.UTC).date()) <= dt.timedelta(days=1)


@pytest.mark.parametrize("name", TAKEN)
def test_its_attachments_arrive_byte_for_byte(passed: Mapping[str, Passed], name: str) -> None:
    """The original comes first, in a ZIP: the PDF that was deposited, else the file that came with the data."""
    flow = passed[name]
    rows = flow.source.findall(ATTACHED)
    given = [files(said(row, "AttachmentBinaryObject") or "") for row in rows]
    names = [said(row, "IssuerAssignedID") for row in rows]
    original = [[flow.deposited]] if flow.interface == FACTURX else []

    pieces = flow.unit.findall("PJ")

    assert [files(piece.findtext("Contenu", "")) for piece in pieces] == [*original, *given]
    assert [piece.findtext("TypePJ") for piece in pieces] == ["01", *["02"] * (len(pieces) - 1)]
    assert [piece.findtext("NomPJ") for piece in pieces[len(original) :]] == names
    assert pieces[0].findtext("MimeTypePJ") == "application/pdf"
    for piece, row in zip(pieces[len(original) :], rows, strict=True):
        declared = row.find("AttachmentBinaryObject").get("mimeCode")  # type: ignore[union-attr]
        assert piece.findtext("MimeTypePJ") == ("application/pdf" if declared == ZIP_TYPE else declared)
