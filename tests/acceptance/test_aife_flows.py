"""AIFE's own flows pass through a sandbox gate unchanged; recipients get every datum they had (reference §19)."""

from __future__ import annotations

import base64
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lxml import etree

from edigate.sandbox import structures as people
from tests.acceptance.gates import MIXED, SHARED, Outcome, Report, Returns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite

FOLDER = SHARED / "samples" / "chorus" / MIXED
ALL = sorted(path.name for path in FOLDER.glob("FSO1116A_P*"))
REFUSED = {"FSO1116A_P01.xml": ["EDG-F107"], "FSO1116A_P100.tar.gz": ["EDG-F020"]}
TAKEN = [name for name in ALL if name not in REFUSED]

pytestmark = pytest.mark.skipif(not ALL, reason="needs the AIFE flows of the shared folder (EDIGATE_SHARED)")

HEAD, TRADE = "ExchangedDocument", "SupplyChainTradeTransaction"
AGREED, SETTLED = f"{TRADE}/ApplicableHeaderTradeAgreement", f"{TRADE}/ApplicableHeaderTradeSettlement"
SELLER, BUYER = f"{AGREED}/SellerTradeParty", f"{AGREED}/BuyerTradeParty"
SUMS = f"{SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation"
MEANS = f"{SETTLED}/SpecifiedTradeSettlementPaymentMeans"
ATTACHED = f"{AGREED}/AdditionalReferencedDocument"
# Texts by where the pivot has them; amounts below are compared by value.
TEXTS: Mapping[str, str] = {
    "DonneesFacture/Id": f"{HEAD}/ID",
    "DonneesFacture/Type": f"{HEAD}/TypeCode",
    "DonneesFacture/Cadre": "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID",
    "DonneesFacture/IdFactureOrigine": f"{SETTLED}/InvoiceReferencedDocument/IssuerAssignedID",
    "DonneesFacture/ModePaiement/Code": f"{MEANS}/TypeCode",
    "DonneesFacture/Engagement/NumeroEngagement": f"{AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID",
    "DonneesFacture/Engagement/NumeroMarche": f"{AGREED}/ContractReferencedDocument/IssuerAssignedID",
    "Fournisseur/Identifiant": f"{SELLER}/SpecifiedLegalOrganization/ID",
    "Fournisseur/RaisonSociale": f"{SELLER}/Name",
    "Fournisseur/ReferenceBancaire/Compte": f"{MEANS}/PayeePartyCreditorFinancialAccount/IBANID",
    "Fournisseur/ReferenceBancaire/Etablissement": f"{MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID",
    "Debiteur/Nom": f"{BUYER}/Name",
    "Debiteur/CodeService": f"{AGREED}/BuyerReference",
    "PJ/NomPJ": f"{ATTACHED}/IssuerAssignedID",
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
    "PrixUnitaire": "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/ChargeAmount",
    "Quantite": "SpecifiedLineTradeDelivery/BilledQuantity",
    "MontantHT": "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
    "TauxTVA": "SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent",
}
PARTNERS = {people.STATE: "ETA001", people.WITHOUT_SERVICE: "SEI001", people.WITH_SERVICE: "POR001"}
NAMES = {structure.siret: structure.name for structure in people.STRUCTURES}
FOR_PEOPLE = frozenset({"A4", "A7", "A8", "A9", "A10", "A12", "A13", "A14", "A22"})
KINDS = {"1": "1", "0002": "1", "2": "2", "ETR": "3", "RIDET": "4", "4": "4", "5": "5"}


class Passed(NamedTuple):
    """One flow's way through a gate of its own."""

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


@pytest.fixture(scope="module")
def passed(make_site: MakeSite) -> Mapping[str, Passed]:
    """Every flow, each in a fresh gate: many of them have one number."""
    return {name: _pass(make_site, name) for name in ALL}


def _pass(make_site: MakeSite, name: str) -> Passed:
    site = make_site()
    content = (FOLDER / name).read_bytes()
    outcome = site.decide(content, MIXED)
    told = site.collect()
    source = bare(content) if name.endswith(".xml") else etree.Element("archive")
    got = {partner: site.collect(partner) for partner in ("SEI001", "ETA001", "POR001")}
    return Passed(source, outcome, told.report(outcome.name), told, got)


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


@pytest.mark.parametrize("name", TAKEN)
def test_a_flow_of_aife_is_integrated(passed: Mapping[str, Passed], name: str) -> None:
    """Without a single error; the depositor is told 90, 01 and, unless a validator is to see it, 03."""
    flow = passed[name]
    number = said(flow.source, f"{HEAD}/ID") or ""
    waits = said(flow.source, TEXTS["DonneesFacture/Cadre"]) in {"A9", "A12"}

    assert (flow.outcome.verdict, flow.outcome.errors) == ("integrated", [])
    assert (flow.report.status, flow.report.lines) == ("90", ())
    assert flow.told.statuses == [(number, "01"), (number, "03")][: 1 if waits else 2]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_the_official_schema_or_the_interface_refuses_is_inadmissible(
    passed: Mapping[str, Passed], name: str
) -> None:
    """P01 lacks an element, P100 is an archive."""
    flow = passed[name]

    assert (flow.outcome.verdict, flow.report.codes) == ("inadmissible", REFUSED[name])
    assert all(not returns.pivots for returns in flow.got.values())


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_goes_to_its_first_reader(passed: Mapping[str, Passed], name: str) -> None:
    """By the recipient's SIRET, the State's where its service names it; people's documents to the portal."""
    flow = passed[name]
    buyer = said(flow.source, f"{BUYER}/SpecifiedLegalOrganization/ID") or ""
    siret = people.STATE if buyer == "0" * 14 else buyer
    cadre = said(flow.source, TEXTS["DonneesFacture/Cadre"])

    holders = [partner for partner, returns in flow.got.items() if returns.pivots]

    assert holders == ["POR001" if cadre in FOR_PEOPLE else PARTNERS[siret]]
    assert flow.unit.findtext("Debiteur/Identifiant") == siret


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_has_every_text(passed: Mapping[str, Passed], name: str) -> None:
    """What the source says, and nothing where it says nothing; a recipient without a name has the directory's."""
    flow = passed[name]
    expected = {place: said(flow.source, path) for place, path in TEXTS.items()}
    expected["Debiteur/Nom"] = expected["Debiteur/Nom"] or NAMES[flow.unit.findtext("Debiteur/Identifiant", "")]

    assert {place: flow.unit.findtext(place) for place in TEXTS} == expected


@pytest.mark.parametrize("name", TAKEN)
def test_its_pivot_has_every_figure(passed: Mapping[str, Passed], name: str) -> None:
    """Totals, VAT recap, lines, in their order."""
    flow = passed[name]
    data = flow.unit.find("DonneesFacture")
    assert data is not None

    totals = {row.tag: Decimal(row.text or "") for row in data.iterfind("Montants/*")}
    vat = [{cell.tag: Decimal(cell.text or "") for cell in row} for row in data.iterfind("TVAs/TVA")]
    lines = [{name: figures(row, {name: name})[name] for name in LINE} for row in data.iterfind("Lignes/Ligne")]

    assert totals == figures(flow.source, AMOUNTS)
    # What a row leaves out is zero by its nature.
    assert vat == [
        {name: figure or Decimal(0) for name, figure in figures(row, VAT).items()}
        for row in flow.source.iterfind(f"{SETTLED}/ApplicableTradeTax")
    ]
    assert lines == [figures(row, LINE) for row in flow.source.iterfind(f"{TRADE}/IncludedSupplyChainTradeLineItem")]


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
def test_its_attachment_arrives_byte_for_byte(passed: Mapping[str, Passed], name: str) -> None:
    """The original invoice comes first, as a ZIP with the very file that was deposited."""
    flow = passed[name]
    given = [said(row, "AttachmentBinaryObject") or "" for row in flow.source.iterfind(ATTACHED)]

    pieces = flow.unit.findall("PJ")

    assert [piece.findtext("TypePJ") for piece in pieces] == ["01", *["02"] * (len(given) - 1)]
    assert [files(piece.findtext("Contenu", "")) for piece in pieces] == [files(content) for content in given]
    assert pieces[0].findtext("MimeTypePJ") == "application/pdf"


def files(encoded: str) -> list[bytes]:
    """What lies in a ZIP in base64."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))) as archive:
        return [archive.read(name) for name in archive.namelist()]
