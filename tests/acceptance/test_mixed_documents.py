"""FSO1113A: one CPPFactureMixte of several invoices, each judged and handed on by itself (reference §7.4)."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.mixte import cpp_mixte
from tests.acceptance.gates import PDF, SHARED, fresh_number

if TYPE_CHECKING:
    from lxml.etree import _Element

    from tests.acceptance.gates import Site

INTERFACE = "FSO1113A"
CONNECTED = "SEI001"
UNITS = "/CPPFactureMixte/CPPFactures/CPPFactureMixteUnitaire"
PLAN = DraftAttachment("plan.pdf", "application/pdf", tiny_pdf("Plan"))
SAMPLES = SHARED / "samples" / "chorus" / "mixte"


def draft(**changes: object) -> Draft:
    """A sound draft with its original attached and a fresh number."""
    return replace(Draft(fresh_number(), attachments=(PDF,)), **changes)  # type: ignore[arg-type]


def unzipped(piece: _Element) -> tuple[str, bytes]:
    """The one file in a PJ of the pivot."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(piece.findtext("Contenu", "")))) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name)


def test_every_invoice_of_a_document_is_handed_on(site: Site) -> None:
    """Three invoices of one flow are integrated, and their recipient gets three, with the data of each."""
    drafts = [
        draft(engagement="EJ-1"),
        draft(type_code="381", origin_invoice="AT-0", payment_code="58"),
        draft(market="M-3"),
    ]
    name = site.deposit(cpp_mixte(*drafts), INTERFACE)
    site.round()

    assert site.outcome(name).errors == []
    assert site.collect().report(name).status == "90"
    units = site.collect(CONNECTED).units
    assert list(units) == [one.number for one in drafts]
    first, second, third = (units[one.number].find("DonneesFacture") for one in drafts)
    assert first is not None
    assert second is not None
    assert third is not None
    assert [first.findtext(f"Montants/{tag}") for tag in ("MontantHT", "MontantTTC", "MontantNetAPayer")] == [
        *("100.00", "120.00", "120.00")
    ]
    assert first.findtext("Engagement/NumeroEngagement") == "EJ-1"
    assert first.findtext("TVAs/TVA/BaseHt") == "100.00"
    assert (second.findtext("Type"), second.findtext("IdFactureOrigine")) == ("381", "AT-0")
    assert second.findtext("ModePaiement/Code") == "30"
    assert third.findtext("Engagement/NumeroMarche") == "M-3"


def test_the_piece_of_type_01_is_the_original(site: Site) -> None:
    """Wherever it stands among the pieces, it comes first in the pivot, with the file that was deposited."""
    one = draft(attachments=(PLAN, PDF))
    site.decide(cpp_mixte(one), INTERFACE)

    main, other = site.collect(CONNECTED).units[one.number].findall("PJ")
    assert (main.findtext("TypePJ"), main.findtext("NomPJ")) == ("01", "facture.pdf")
    assert unzipped(main) == ("facture.pdf", PDF.content)
    assert (other.findtext("TypePJ"), unzipped(other)) == ("02", ("plan.pdf", PLAN.content))


def test_a_wrong_invoice_does_not_stop_the_others(site: Site) -> None:
    """Partial integration, 96: each line of the report says which invoice it is about, and where in the document."""
    good, worse, bad = draft(), draft(supplier_id="81034732800018"), draft(cadre="A15")
    name = site.deposit(cpp_mixte(good, worse, bad), INTERFACE)
    site.round()

    outcome, told = site.outcome(name), site.collect()
    assert [(one.number, one.verdict, one.errors) for one in outcome.invoices] == [
        (good.number, "integrated", []),
        (worse.number, "rejected", ["EDG-I043"]),
        (bad.number, "rejected", ["EDG-I142"]),
    ]
    report = told.report(name)
    assert report.status == "96"
    for line, number, place in zip(
        report.lines,
        (worse.number, bad.number),
        (f"{UNITS}[2]/Fournisseur/Identifiant", f"{UNITS}[3]/DonneesFacture/Cadre"),
        strict=True,
    ):
        assert number in line.description
        assert place in line.description
    assert list(site.collect(CONNECTED).units) == [good.number]


def test_the_same_number_twice_in_a_document_is_taken_once(site: Site) -> None:
    """The second is a duplicate of the first."""
    one = draft()
    outcome = site.decide(cpp_mixte(one, one), INTERFACE)
    assert [invoice.errors for invoice in outcome.invoices] == [[], ["EDG-I154"]]


def test_a_count_and_a_sender_that_are_not_so_are_kept_and_not_reported(site: Site) -> None:
    """The flow is integrated whole, and the gate's own screen tells what is odd about it."""
    content = cpp_mixte(draft()).replace(b'Compteur="1"', b'Compteur="2"')
    outcome = site.decide(content.replace(b"<Id>JMRPOR</Id>", b"<Id>ABC123</Id>"), INTERFACE)
    assert (outcome.verdict, outcome.warnings) == ("integrated", ["EDG-F022", "EDG-F021"])
    (report,) = site.collect().reports
    assert (report.status, report.lines) == ("90", ())


def test_an_invoice_without_its_piece_is_refused_by_the_schema(site: Site) -> None:
    """A PJ is mandatory in the format, so the flow is inadmissible; one without content is a fault of its invoice."""
    assert site.decide(cpp_mixte(draft(), draft(attachments=())), INTERFACE).faults == ["EDG-F107"]
    empty = DraftAttachment("facture.pdf", "application/pdf", b"", zipped=False, type_code="01")
    assert site.decide(cpp_mixte(draft(attachments=(empty,))), INTERFACE).errors == ["EDG-I123"]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"cadre": "A2", "prepaid": 120, "payment_code": "48"}, []),
        ({"prepaid": 20}, []),
        ({"cadre": "A11"}, ["EDG-I141"]),
        ({"cadre": "A3"}, ["EDG-I146"]),
        ({"cadre": "A9", "validator_siret": structures.LEAD_CONTRACTOR}, []),
        ({"cadre": "A9"}, ["EDG-I160"]),
        ({"engagement": "E" * 51}, ["EDG-I077"]),
        ({"service": "NONE"}, ["EDG-I071"]),
    ],
)
def test_the_rules_are_those_of_every_format(site: Site, changes: dict[str, object], errors: list[str]) -> None:
    """Cadres, validators, references, the directory; as what was prepaid cannot be said, any amount may be due."""
    assert site.decide(cpp_mixte(draft(**changes)), INTERFACE).errors == errors


def test_another_format_is_no_mixed_document(site: Site) -> None:
    """FSO1113A takes CPPFactureMixte, and FSO1116A does not."""
    assert site.decide(cpp_mixte(draft()), "FSO1116A").faults == ["EDG-F105"]


def test_the_flow_that_circulates_goes_through(site: Site) -> None:
    """As it is: the sandbox lists the SIRET that hides its real ones, so that its check digit only warns."""
    files = sorted(SAMPLES.glob("*.xml"))
    if not files:
        pytest.skip("no sample in shared/samples/chorus/mixte: set EDIGATE_SHARED")
    outcome = site.decide(files[0].read_bytes(), INTERFACE)

    assert (outcome.errors, outcome.verdict) == ([], "integrated")
    assert {"EDG-I043", "EDG-I063"} <= set(outcome.warnings)
    unit = site.collect("POR001").units["FAC19-2512"]
    assert unit.findtext("PJ/TypePJ") == "01"
    assert unit.findtext("PJ/NomPJ") == "facture_client_format_portrait_(avec_sous-_tat.pdf"
    assert unzipped(unit.findall("PJ")[0])[1].startswith(b"%PDF")
