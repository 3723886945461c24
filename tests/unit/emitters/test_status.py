"""CPPStatut: reports on flows and statuses of invoices, valid and saying all they were given."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.domain.explain import explain
from edigate.domain.faults import Fault, fault
from edigate.domain.invoice import Party, Scheme
from edigate.domain.statuses import FLOW_LABELS, INVOICE_LABELS, FlowStatus, InvoiceStatus
from edigate.emitters.status import (
    About,
    ErrorLine,
    FlowReport,
    StatusEntry,
    can_be_told,
    error_line,
    flow_report,
    life_cycle,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from edigate.emitters.envelope import Header

    Read = Callable[[bytes], _Element]

FLOW = "CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut"
INVOICE = "CPPFactureStatuts/CPPFactureStatutUnitaire"
LINE = ErrorLine("FONCTIONNELLE", "EDG-I002", "Le numéro est trop long.", "facture F1 / fournisseur 81034732800017")
SUPPLIER = Party("81034732800017", Scheme.SIRET, name="Atelier du Pré", country="FR")
ENTRY = StatusEntry(
    supplier=SUPPLIER,
    recipient_siret="53514650090018",
    recipient_name="Commune d’essai",
    service="SERV1",
    service_name="Service des achats",
    status=InvoiceStatus.DEPOSITED,
    label=INVOICE_LABELS[InvoiceStatus.DEPOSITED],
    comment="Dépôt n° 7",
    at=dt.datetime(2026, 7, 1, 10, 15, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    number="F2026-1",
    issue_date=dt.date(2026, 6, 30),
)
# Every row of the table that an entry can fill, with where it is found.
ENTRY_PLACES = {
    "Fournisseur/TypeIdentifiant": "1",
    "Fournisseur/Identifiant": "81034732800017",
    "Fournisseur/RaisonSociale": "Atelier du Pré",
    "Fournisseur/CodePays": "FR",
    "Debiteur/TypeIdentifiant": "1",
    "Debiteur/Identifiant": "53514650090018",
    "Debiteur/Nom": "Commune d’essai",
    "Debiteur/CodeService": "SERV1",
    "Debiteur/NomService": "Service des achats",
    "DonneesStatut/IdStatut": "01",
    "DonneesStatut/ComplementStatut": "Déposée",
    "DonneesStatut/Commentaire": "Dépôt n° 7",
    "DonneesStatut/Horodatage": "2026-07-01T10:15:30+02:00",
    "DonneesStatut/IdFacture": "F2026-1",
    "DonneesStatut/DateFacture": "2026-06-30",
}
ENTRY_OPTIONS = {
    "recipient_name": "Debiteur/Nom",
    "service": "Debiteur/CodeService",
    "service_name": "Debiteur/NomService",
    "label": "DonneesStatut/ComplementStatut",
    "comment": "DonneesStatut/Commentaire",
    "issue_date": "DonneesStatut/DateFacture",
}


# --- flows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", FlowStatus)
def test_a_report_says_the_status_and_its_label(header: Header, read_status: Read, status: FlowStatus) -> None:
    """Every status of a flow can be reported; its label is the complement."""
    root = read_status(flow_report(header, FlowReport(status, "JMRPOR1116000000000000007")))

    assert root.get("Version") == "V1_19"
    assert root.find("CPPFluxStatuts").get("compteur") == "1"  # type: ignore[union-attr]
    assert root.findtext(f"{FLOW}/IdStatut") == status.value
    assert root.findtext(f"{FLOW}/ComplementStatut") == FLOW_LABELS[status]
    assert root.findtext(f"{FLOW}/IdFlux") == "JMRPOR1116000000000000007"
    assert root.findtext(f"{FLOW}/Horodatage") == "2026-03-02T00:30:15+01:00"


def test_a_success_has_no_error_lines(header: Header, read_status: Read) -> None:
    """A flow received whole (90) has neither details nor comment."""
    root = read_status(flow_report(header, FlowReport(FlowStatus.RECEIVED, "JMRPOR1116000000000000007")))

    assert root.find(f"{FLOW}/Details") is None
    assert root.find(f"{FLOW}/Commentaire") is None


@pytest.mark.parametrize("status", [FlowStatus.REFUSED, FlowStatus.PARTIAL])
def test_error_lines_are_numbered_and_counted(header: Header, read_status: Read, status: FlowStatus) -> None:
    """A refusal (93) and a partial integration (96) hold their lines, in order, from 1."""
    lines = (LINE, replace(LINE, code="EDG-I003", description=""))

    root = read_status(flow_report(header, FlowReport(status, "F", comment="2 erreurs", lines=lines)))

    details = root.find(f"{FLOW}/Details")
    assert details is not None
    assert details.get("NbLignesErreur") == "2"
    assert root.findtext(f"{FLOW}/Commentaire") == "2 erreurs"
    assert [(row.get("IdLigne"), *(cell.text for cell in row)) for row in details] == [
        ("1", LINE.nature, LINE.code, LINE.label, LINE.description),
        ("2", LINE.nature, "EDG-I003", LINE.label),
    ]


def test_a_complement_is_held_to_forty_characters(header: Header, read_status: Read) -> None:
    """What is said beside the status is cut to what the format takes."""
    root = read_status(flow_report(header, FlowReport(FlowStatus.REFUSED, "F", complement="é" * 41)))

    assert root.findtext(f"{FLOW}/ComplementStatut") == "é" * 40


def test_the_label_of_an_error_is_never_cut(header: Header, read_status: Read) -> None:
    """However long the sentence, the sender gets it whole."""
    line = replace(LINE, label="x" * 5000)

    root = read_status(flow_report(header, FlowReport(FlowStatus.REFUSED, "F", lines=(line,))))

    assert root.findtext(f"{FLOW}/Details/LigneErreurDetail/LibelleErreur") == "x" * 5000


def test_any_file_name_can_be_reported(header: Header, read_status: Read) -> None:
    """A name with bytes that are no text, control characters and markup is shown, and the report stays valid."""
    root = read_status(flow_report(header, FlowReport(FlowStatus.REFUSED, "fact\udce9 <1>\x07&.xml")))

    assert root.findtext(f"{FLOW}/IdFlux") == r"fact\udce9 <1>\x07&.xml"


# --- error lines -----------------------------------------------------------------------------------------------------


def test_an_error_line_says_everything_about_a_fault() -> None:
    """Invoice, supplier, file, rule, field, path, line, value and remedy, in this order."""
    found = replace(fault("EDG-I002", "number", "F" * 21), entry="lot/1.xml").placed("/Invoice/cbc:ID", 12)
    words = explain(found, "fr")

    line = error_line(found, words, About("F" * 21, "81034732800017"))

    assert (line.nature, line.code, line.label) == ("FONCTIONNELLE", "EDG-I002", words.message)
    assert line.description == (
        f"facture {'F' * 21} / fournisseur 81034732800017 ; fichier lot/1.xml ; règle G1.05 ; champ {words.field} ; "
        f"chemin /Invoice/cbc:ID ; ligne 12 ; valeur {'F' * 21} ; remède : {words.remedy}"
    )


def test_an_error_line_speaks_one_language() -> None:
    """A partner that reads English gets its labels in English, too."""
    found = fault("EDG-I002", "number", "F" * 21).placed("/Invoice/cbc:ID", 12)
    words = explain(found, "en")

    line = error_line(found, words, About("F" * 21, "81034732800017"), "en")

    assert line.description == (
        f"invoice {'F' * 21} / supplier 81034732800017 ; rule G1.05 ; field {words.field} ; path /Invoice/cbc:ID ; "
        f"line 12 ; value {'F' * 21} ; remedy: {words.remedy}"
    )


@pytest.mark.parametrize(
    ("about", "language", "start"),
    [
        (About("F-1", "8103", "status", 3), "fr", "statut n° 3 du flux / facture F-1 / fournisseur 8103 ; champ Code"),
        (About("F-1", "8103", "status", 3), "en", "status 3 of the flow / invoice F-1 / supplier 8103 ; field Code"),
        (About("CPP1", "", "receipt", 2), "fr", "accusé n° 2 du flux / flux CPP1 ; champ Code"),
        (About("CPP1", "", "receipt", 2), "en", "receipt 2 of the flow / flow CPP1 ; field Code"),
        (About("", "", "receipt", 2), "en", "receipt 2 of the flow ; field Code"),
    ],
)
def test_an_error_line_says_which_status_or_receipt_it_is_about(about: About, language: str, start: str) -> None:
    """By its place in the flow; a receipt names a flow, not an invoice."""
    found = fault("EDG-S001", "status.code", "57")

    assert error_line(found, explain(found, language), about, language).description.startswith(start)


@pytest.mark.parametrize(
    ("number", "supplier", "start"),
    [("F1", "", "facture F1 ; "), ("", "8103", "fournisseur 8103 ; "), ("", "", "règle IRR_VIDE ; ")],
)
def test_an_error_line_leaves_out_what_is_empty(number: str, supplier: str, start: str) -> None:
    """A flow-level fault names no invoice; nothing says "ligne" or "valeur" without one."""
    found = Fault("EDG-F011")
    words = explain(found, "fr")

    line = error_line(found, words, About(number, supplier))

    assert line.nature == "TECHNIQUE"
    assert line.description.startswith(start)
    assert line.description.endswith(f"règle IRR_VIDE ; remède : {words.remedy}")


def test_an_error_line_of_hostile_values_can_be_reported(header: Header, read_status: Read) -> None:
    """Values quoted from a document cannot break the report."""
    found = fault("EDG-I003", "number", "<F\x00>", characters="]]>&\ud800").placed("/a['\x01']", None)

    line = error_line(found, explain(found, "fr"), About("]]><x>\x02", "&\udfff"))
    root = read_status(flow_report(header, FlowReport(FlowStatus.REFUSED, "F", lines=(line,))))

    description = root.findtext(f"{FLOW}/Details/LigneErreurDetail/DescriptionErreur")
    assert description is not None
    assert description.startswith(r"facture ]]><x>\x02 / fournisseur &\udfff ; ")
    assert r"valeur <F\x00>" in description


# --- invoices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "value"), ENTRY_PLACES.items())
def test_every_datum_of_a_status_has_its_place(header: Header, read_status: Read, place: str, value: str) -> None:
    """What an entry holds is found where the format has it."""
    root = read_status(life_cycle(header, [ENTRY]))

    assert root.findtext(f"{INVOICE}/{place}") == value


@pytest.mark.parametrize(("field", "place"), ENTRY_OPTIONS.items())
def test_an_optional_datum_is_left_out_when_missing(header: Header, read_status: Read, field: str, place: str) -> None:
    """An entry without it is valid, and has no empty element."""
    entry = ENTRY._replace(**{field: None if field == "issue_date" else ""})  # type: ignore[arg-type]

    assert read_status(life_cycle(header, [entry])).find(f"{INVOICE}/{place}") is None


def test_entries_are_numbered_and_counted(header: Header, read_status: Read) -> None:
    """One life-cycle flow tells several statuses, every code with a known meaning among them, in the order given."""
    entries = [ENTRY._replace(status=status, label=INVOICE_LABELS[status]) for status in InvoiceStatus]

    root = read_status(life_cycle(header, entries))

    assert root.find("CPPFactureStatuts").get("compteur") == "17"  # type: ignore[union-attr]
    found = [(unit.get("NumOrdre"), unit.findtext("DonneesStatut/IdStatut")) for unit in root.iterfind(INVOICE)]
    codes = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "17", "18", "37"]
    assert found == [(str(order), code) for order, code in enumerate(codes, start=1)]


@pytest.mark.parametrize("scheme", Scheme)
def test_every_kind_of_supplier_can_be_told(header: Header, read_status: Read, scheme: Scheme) -> None:
    """TypeIdentifiant is the kind of the supplier's identifier."""
    entry = ENTRY._replace(supplier=replace(SUPPLIER, scheme=scheme))

    root = read_status(life_cycle(header, [entry]))

    assert root.findtext(f"{INVOICE}/Fournisseur/TypeIdentifiant") == scheme.value


@pytest.mark.parametrize(
    ("supplier", "country"),
    [
        (Party("81034732800017", Scheme.SIRET, name="A"), "FR"),
        (Party("EL094259216", Scheme.EU_VAT, name="A"), "GR"),
        (Party("KRSAMSUNG", Scheme.NON_EU, name="A"), "KR"),
        (Party("1234567890", Scheme.RIDET, name="A"), "NC"),
        (Party("A12345678", Scheme.TAHITI, name="A"), "PF"),
        (Party("EN COURS", Scheme.PENDING, name="A"), "FR"),
        (Party("DUPONT", Scheme.PERSON, name="A", country="BE"), "BE"),
        (Party("81034732800017", Scheme.SIRET, name="A", country="Wonderland"), "FR"),
    ],
)
def test_the_country_is_the_documents_or_the_identifiers(
    header: Header, read_status: Read, supplier: Party, country: str
) -> None:
    """A document that names no country of the world gets the one its identifier tells."""
    root = read_status(life_cycle(header, [ENTRY._replace(supplier=supplier)]))

    assert root.findtext(f"{INVOICE}/Fournisseur/CodePays") == country


def test_a_rejected_invoice_is_told_without_a_service_code_that_is_too_long(header: Header, read_status: Read) -> None:
    """Status 37 of an invoice refused for its service code of 101 characters is valid: the code is left out."""
    entry = ENTRY._replace(status=InvoiceStatus.NOT_INTEGRATED, service="S" * 101)

    root = read_status(life_cycle(header, [entry]))

    assert root.find(f"{INVOICE}/Debiteur/CodeService") is None


def test_hostile_texts_stay_texts(header: Header, read_status: Read) -> None:
    """Markup and forbidden characters in any text of an entry cannot break the document."""
    bad = "]]><x a='\"'>&amp;\x00\x0b\ud800\ufffe"
    entry = ENTRY._replace(
        supplier=Party(bad, Scheme.PERSON, name=bad),
        recipient_name=bad,
        service=bad,
        service_name=bad,
        label=bad,
        comment=bad,
        number=bad,
    )

    root = read_status(life_cycle(header, [entry]))

    shown = "]]><x a='\"'>&amp;" + r"\x00\x0b\ud800\ufffe"
    for place in (*ENTRY_OPTIONS.values(), "Fournisseur/RaisonSociale", "DonneesStatut/IdFacture"):
        if not place.endswith("DateFacture"):
            assert root.findtext(f"{INVOICE}/{place}") == shown


@pytest.mark.parametrize(
    ("supplier", "siret", "number", "told"),
    [
        (SUPPLIER, "53514650090018", "F1", True),
        (replace(SUPPLIER, scheme=None), "53514650090018", "F1", False),
        (replace(SUPPLIER, identifier=""), "53514650090018", "F1", False),
        (replace(SUPPLIER, identifier=" "), "53514650090018", "F1", False),
        (replace(SUPPLIER, name=""), "53514650090018", "F1", False),
        (SUPPLIER, "5351465009001", "F1", False),
        (SUPPLIER, "535146500900180", "F1", False),
        (SUPPLIER, "", "F1", False),
        (SUPPLIER, "53514650090018", " ", False),
    ],
)
def test_only_an_invoice_with_the_mandatory_parts_can_be_told(
    supplier: Party, siret: str, number: str, *, told: bool
) -> None:
    """Kind, identifier and name of the supplier, a recipient of 14 characters, and a number."""
    assert can_be_told(supplier, siret, number) is told


def test_a_supplier_without_a_kind_is_no_entry(header: Header) -> None:
    """Asking for what cannot be told is an error of the gate's own, not an invalid document."""
    with pytest.raises(ValueError, match="without a kind"):
        life_cycle(header, [ENTRY._replace(supplier=replace(SUPPLIER, scheme=None))])


def test_the_same_values_give_the_same_bytes(header: Header) -> None:
    """Rendering twice, as after a crash, changes nothing."""
    report = FlowReport(FlowStatus.PARTIAL, "F", lines=(LINE,))

    assert flow_report(header, report) == flow_report(header, report)
    assert life_cycle(header, [ENTRY]) == life_cycle(header, [ENTRY])
