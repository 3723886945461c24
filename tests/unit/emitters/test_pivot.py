"""CPPFacturePivot: every datum of an invoice stands at its place, and nothing stands for what it lacks."""

from __future__ import annotations

import base64
import datetime as dt
import io
import tracemalloc
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from edigate.catalogue import interfaces
from edigate.domain.cadres import CADRES
from edigate.domain.invoice import Attachment, Invoice, Line, Party, Payment, Scheme, Syntax, Totals, VatRow
from edigate.domain.payments import PIVOT_LABELS
from edigate.emitters.pivot import Addressing, Known, ValidationStep, finish, pivot, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

    from edigate.domain.interfaces import Interface
    from edigate.emitters.envelope import Header

    Read = Callable[[bytes], _Element]
    Render = Callable[..., _Element]

UNIT = "CPPFactures/CPPFacturePivotUnitaire"
DATA = "DonneesFacture"
BANK = "Fournisseur/ReferenceBancaire"
LINE = f"{DATA}/Lignes/Ligne"
STRUCTURED = interfaces()["FSO1106A"]
MINIMAL_UBL = interfaces()["FSO1110A"]
RECEIVED = dt.date(2026, 3, 2)
SOURCE = b'<?xml version="1.0"?><facture>source</facture>'
ADDRESSING = Addressing("53514650090018", "Commune de l’annuaire", "SERV1", "Service de l’annuaire")
SPARSE_ADDRESSING = Addressing("53514650090018")

SPARSE = Invoice(
    Syntax.CII,
    number="F2026-1",
    type_code="380",
    issue_date=dt.date(2026, 2, 27),
    currency="EUR",
    cadre="A1",
    supplier=Party("81034732800017", Scheme.SIRET, name="Atelier du Pré"),
    recipient=Party("53514650090018", Scheme.SIRET),
    payment=Payment("30"),
    totals=Totals(without_tax=Decimal("100.00"), with_tax=Decimal("120.00"), due=Decimal("110.5")),
)
FULL = replace(
    SPARSE,
    type_code="381",
    preceding=("F2025-9", "F2025-8"),
    delivery_date=dt.date(2026, 2, 20),
    supplier=replace(SPARSE.supplier, country="RE"),
    recipient=replace(SPARSE.recipient, name="Commune du document", service="SERV1", service_name="Achats"),
    payee=Party("75356054900010", Scheme.SIRET, name="Affactureur d’essai"),
    payment=Payment("42", "FR76 3000 6000 0112 3456 7890 189", account_name="Compte du pré", institution="AGRIFRPP"),
    market="M-2026/1",
    engagement="EJ 42",
    vat=(
        VatRow(Decimal("20.00"), Decimal("100.00"), Decimal("20.00"), "S"),
        VatRow(Decimal("5.5"), Decimal(0), Decimal("0.0"), "S"),
    ),
    lines=(
        Line(
            "10",
            "REF1",
            unit_price=Decimal("10.000000"),
            quantity=Decimal("2.5"),
            net_amount=Decimal("25.00"),
            vat_rate=Decimal("20.0"),
        ),
        Line("20", unit_price=Decimal(-1), quantity=Decimal(3), net_amount=Decimal(-3)),
    ),
)

# Every row of the table, with what FULL holds there.
PLACES = {
    "Fournisseur/TypeIdentifiant": "1",
    "Fournisseur/Identifiant": "81034732800017",
    "Fournisseur/RaisonSociale": "Atelier du Pré",
    "Fournisseur/CodePays": "RE",
    f"{BANK}/Compte": "FR7630006000011234567890189",
    f"{BANK}/Etablissement": "AGRIFRPP",
    f"{BANK}/RaisonSocialeEncaisseur": "Affactureur d’essai",
    "Fournisseur/ModeEmission": "flux",
    "Debiteur/TypeIdentifiant": "1",
    "Debiteur/Identifiant": "53514650090018",
    "Debiteur/Nom": "Commune du document",
    "Debiteur/CodeService": "SERV1",
    "Debiteur/NomService": "Achats",
    f"{DATA}/Id": "F2026-1",
    f"{DATA}/IdCPRO": "77",
    f"{DATA}/Renvoi": "Recyclée",
    f"{DATA}/IdFactureOrigine": "F2025-9",
    f"{DATA}/Type": "381",
    f"{DATA}/Cadre": "A1",
    f"{DATA}/DateEmissionFacture": "2026-02-27",
    f"{DATA}/DateLivraison": "2026-02-20",
    f"{DATA}/ModePaiement/Code": "42",
    f"{DATA}/ModePaiement/Libelle": PIVOT_LABELS["42"],
    f"{DATA}/DateReception": "2026-03-02",
    f"{DATA}/Devise": "EUR",
    f"{DATA}/Montants/MontantHT": "100.00",
    f"{DATA}/Montants/MontantTTC": "120.00",
    f"{DATA}/Montants/MontantNetAPayer": "110.5",
    f"{DATA}/TVAs/TVA[1]/Taux": "20.00",
    f"{DATA}/TVAs/TVA[1]/BaseHt": "100.00",
    f"{DATA}/TVAs/TVA[1]/MontantTVA": "20.00",
    f"{DATA}/TVAs/TVA[2]/Taux": "5.5",
    f"{DATA}/TVAs/TVA[2]/BaseHt": "0",
    f"{DATA}/TVAs/TVA[2]/MontantTVA": "0.0",
    f"{DATA}/Engagement/NumeroMarche": "M-2026/1",
    f"{DATA}/Engagement/NumeroEngagement": "EJ 42",
    f"{LINE}[1]/ReferenceProduit": "REF1",
    f"{LINE}[1]/PrixUnitaire": "10.000000",
    f"{LINE}[1]/Quantite": "2.5",
    f"{LINE}[1]/MontantHT": "25.00",
    f"{LINE}[1]/TauxTVA": "20.0",
    f"{LINE}[2]/PrixUnitaire": "-1",
    f"{LINE}[2]/Quantite": "3",
    f"{LINE}[2]/MontantHT": "-3",
    "PJ/NomPJ": "FAC81034732800017F2026-1.xml",
    "PJ/TypePJ": "01",
    "PJ/MimeTypePJ": "application/xml",
}
# What SPARSE holds; all else must be absent.
MANDATORY = {
    "Fournisseur/TypeIdentifiant",
    "Fournisseur/Identifiant",
    "Fournisseur/RaisonSociale",
    "Fournisseur/CodePays",
    "Fournisseur/ModeEmission",
    "Debiteur/TypeIdentifiant",
    "Debiteur/Identifiant",
    f"{DATA}/Id",
    f"{DATA}/IdCPRO",
    f"{DATA}/Type",
    f"{DATA}/Cadre",
    f"{DATA}/DateEmissionFacture",
    f"{DATA}/DateLivraison",
    f"{DATA}/ModePaiement/Code",
    f"{DATA}/ModePaiement/Libelle",
    f"{DATA}/DateReception",
    f"{DATA}/Devise",
    f"{DATA}/Montants/MontantHT",
    f"{DATA}/Montants/MontantTTC",
    f"{DATA}/Montants/MontantNetAPayer",
    "PJ/NomPJ",
    "PJ/TypePJ",
    "PJ/MimeTypePJ",
}


@pytest.fixture
def render(header: Header, read_pivot: Read) -> Render:
    """Make the valid document of one invoice and give its CPPFacturePivotUnitaire."""

    def rendered(
        invoice: Invoice,
        addressing: Addressing = ADDRESSING,
        interface: Interface = STRUCTURED,
        renvoi: str = "",
    ) -> _Element:
        root = read_pivot(document(header, rendered_unit(invoice, addressing, interface, renvoi)))
        found = root.find(UNIT)
        assert found is not None
        return found

    return rendered


def rendered_unit(
    invoice: Invoice,
    addressing: Addressing = ADDRESSING,
    interface: Interface = STRUCTURED,
    renvoi: str = "",
) -> bytes:
    """Render one invoice as the first of its document."""
    return finish(unit(invoice, addressing, RECEIVED, SOURCE, interface), 1, Known(77, renvoi))


def document(header: Header, *units: bytes) -> bytes:
    """Join the whole document."""
    return b"".join(pivot(header, len(units), units))


# --- every datum -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "value"), PLACES.items())
def test_every_datum_has_its_place(render: Render, place: str, value: str) -> None:
    """What an invoice holds is found where the format has it, as the source wrote it."""
    assert render(FULL, renvoi="Recyclée").findtext(place) == value


@pytest.mark.parametrize("place", sorted(MANDATORY))
def test_a_sparse_invoice_has_what_is_mandatory(render: Render, place: str) -> None:
    """The least that an accepted invoice holds is enough for a valid pivot."""
    assert render(SPARSE, addressing=SPARSE_ADDRESSING).findtext(place)


@pytest.mark.parametrize("place", sorted(PLACES.keys() - MANDATORY))
def test_a_missing_datum_leaves_no_trace(render: Render, place: str) -> None:
    """What the source lacks is left out, its empty groups too."""
    found = render(SPARSE, addressing=SPARSE_ADDRESSING)

    assert found.find(place) is None
    for group in (BANK, f"{DATA}/TVAs", f"{DATA}/Engagement", f"{DATA}/Lignes", "CycleDeValidation"):
        assert found.find(group) is None


def test_the_documents_words_come_before_the_directorys(render: Render) -> None:
    """Names of structure and service are the directory's only where the document has none."""
    found = render(SPARSE)

    assert found.findtext("Debiteur/Nom") == "Commune de l’annuaire"
    assert found.findtext("Debiteur/CodeService") == "SERV1"
    assert found.findtext("Debiteur/NomService") == "Service de l’annuaire"


def test_the_recipient_is_the_one_that_routing_found(render: Render) -> None:
    """An invoice for the generic SIRET goes to the State's, under the name the document gives."""
    invoice = replace(SPARSE, recipient=Party("00000000000000", Scheme.SIRET, name="État"))

    found = render(invoice, addressing=Addressing("11000201100044", "ETAT", "SFACT"))

    assert (found.findtext("Debiteur/Identifiant"), found.findtext("Debiteur/Nom")) == ("11000201100044", "État")


@pytest.mark.parametrize(("code", "kind"), [("380", "380"), ("381", "381"), ("384", "380"), ("386", "380")])
def test_the_pivot_knows_invoices_and_credit_notes_only(render: Render, code: str, kind: str) -> None:
    """Any kind of invoice is 380."""
    assert render(replace(SPARSE, type_code=code)).findtext(f"{DATA}/Type") == kind


@pytest.mark.parametrize("cadre", sorted(CADRES.keys() - {"A11"}))
def test_every_cadre_of_the_pivot_is_written(render: Render, cadre: str) -> None:
    """The cadre is that of the document."""
    assert render(replace(SPARSE, cadre=cadre)).findtext(f"{DATA}/Cadre") == cadre


# --- payment ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PIVOT_LABELS)
def test_a_payment_mode_of_the_pivot_is_kept(render: Render, code: str) -> None:
    """Its code and label are written."""
    found = render(replace(SPARSE, payment=Payment(code)))

    assert found.findtext(f"{DATA}/ModePaiement/Code") == code
    assert found.findtext(f"{DATA}/ModePaiement/Libelle") == PIVOT_LABELS[code]


@pytest.mark.parametrize("code", ["01", "58", "59"])
def test_any_other_payment_mode_is_a_transfer(render: Render, code: str) -> None:
    """Modes that deposits may have and the pivot has not become 30 (G1.14)."""
    assert render(replace(SPARSE, payment=Payment(code))).findtext(f"{DATA}/ModePaiement/Code") == "30"


def test_an_interface_may_say_the_payment_mode(render: Render) -> None:
    """Without one, the interface's own default is written; with one, the document's."""
    default = MINIMAL_UBL._replace(payment_default="48")

    assert MINIMAL_UBL.payment_default == "30"
    for payment, expected in ((Payment(), "48"), (Payment("10"), "10")):
        started = unit(replace(SPARSE, payment=payment), ADDRESSING, RECEIVED, SOURCE, default)
        assert f"<ModePaiement><Code>{expected}</Code>".encode() in started
    assert (
        render(replace(SPARSE, payment=Payment()), interface=MINIMAL_UBL).findtext(f"{DATA}/ModePaiement/Code") == "30"
    )


@pytest.mark.parametrize("code", ["", "30", "48", "01"])
def test_a_memoire_is_always_a_transfer(render: Render, code: str) -> None:
    """Rule G8.20: whatever mode the document gives, the pivot has 30."""
    found = render(replace(SPARSE, payment=Payment(code)), interface=interfaces()["FSO1120A"])

    assert found.findtext(f"{DATA}/ModePaiement/Code") == "30"
    assert found.findtext(f"{DATA}/ModePaiement/Libelle") == PIVOT_LABELS["30"]


@pytest.mark.parametrize(("kind", "written"), [("IBAN", "IBAN"), ("RIB", "RIB")])
def test_the_kind_of_account_is_said(render: Render, kind: str, written: str) -> None:
    """Type is IBAN or RIB."""
    bank = render(replace(SPARSE, payment=Payment("30", "300060000112345678901", kind))).find(BANK)

    assert bank is not None
    assert bank.get("Type") == written


@pytest.mark.parametrize(
    ("account_name", "payee", "written"),
    [
        ("Titulaire", Party(name="Affactureur"), "Affactureur"),
        ("Titulaire", Party("99981096300010"), "Titulaire"),
        ("Titulaire", None, "Titulaire"),
        ("", Party(name="Affactureur"), "Affactureur"),
        ("", Party(), None),
        ("", None, None),
    ],
)
def test_whom_the_money_goes_to_is_the_payee_else_the_holder(
    render: Render, account_name: str, payee: Party | None, written: str | None
) -> None:
    """RaisonSocialeEncaisseur is the payee (a factor) by its name, for want of that the account's holder."""
    invoice = replace(SPARSE, payment=Payment("30", "FR76", account_name=account_name), payee=payee)

    assert render(invoice).findtext(f"{BANK}/RaisonSocialeEncaisseur") == written


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "written"),
    [("0", "0"), ("-0.10", "-0.10"), ("1E+3", "1000"), ("1E-7", "0.0000001"), ("9999999999999999999", "9" * 19)],
)
def test_a_number_is_plain(render: Render, source: str, written: str) -> None:
    """Digits are those of the source, never with an exponent."""
    totals = Totals(without_tax=Decimal(source), with_tax=Decimal(source), due=Decimal(source))

    found = render(replace(SPARSE, totals=totals)).find(f"{DATA}/Montants")

    assert found is not None
    assert {cell.text for cell in found} == {written}


def test_a_vat_row_without_tax_may_leave_out_its_zeros(render: Render) -> None:
    """An exempt row without rate and amount is written with zeros, which the format makes mandatory."""
    invoice = replace(SPARSE, vat=(VatRow(base=Decimal(100), category="E"),))

    row = render(invoice).find(f"{DATA}/TVAs/TVA")

    assert row is not None
    assert [cell.text for cell in row] == ["0", "100", "0"]


PRICE, QUANTITY, AMOUNT = Decimal("3.333333"), Decimal(3), Decimal(10)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (Line(quantity=QUANTITY, net_amount=AMOUNT), ["3.333333", "3", "10"]),
        (Line(quantity=Decimal(4), net_amount=AMOUNT), ["2.5", "4", "10"]),
        (Line(unit_price=Decimal(4), net_amount=AMOUNT), ["4", "2.5", "10"]),
        (Line(unit_price=PRICE, quantity=QUANTITY), ["3.333333", "3", "9.999999"]),
        (Line(unit_price=PRICE, quantity=PRICE), ["3.333333", "3.333333", "11.111109"]),
        (Line(unit_price=Decimal(0), quantity=Decimal(0), net_amount=Decimal(0)), ["0", "0", "0"]),
    ],
)
def test_a_number_that_a_line_lacks_is_told_by_the_two_others(render: Render, line: Line, written: list[str]) -> None:
    """Price, quantity and amount: any two make the third, to six decimals."""
    found = render(replace(SPARSE, lines=(line,))).find(LINE)

    assert found is not None
    assert [cell.text for cell in found] == written


@pytest.mark.parametrize(
    "line",
    [
        Line(),
        Line(unit_price=PRICE),
        Line(quantity=QUANTITY),
        Line(net_amount=AMOUNT),
        Line(quantity=Decimal(0), net_amount=AMOUNT),
        Line(unit_price=Decimal(0), net_amount=AMOUNT),
    ],
)
def test_a_line_that_cannot_be_told_leaves_a_gap(render: Render, line: Line) -> None:
    """It is left out, and the lines after it keep the number of their place in the document."""
    found = render(replace(SPARSE, lines=(FULL.lines[0], line, FULL.lines[1])))

    assert [row.get("NumOrdre") for row in found.iterfind(LINE)] == ["1", "3"]


@pytest.mark.parametrize("kind", ["REGROUPEMENT", "GROUP", "INFORMATION"])
def test_a_line_outside_sums_is_left_out(render: Render, kind: str) -> None:
    """Lines that gather or explain others would be counted twice by whoever adds the rows up."""
    detail = FULL.lines[0]._replace(kind="DETAIL")

    found = render(replace(SPARSE, lines=(detail._replace(kind=kind), detail)))

    assert [row.get("NumOrdre") for row in found.iterfind(LINE)] == ["2"]


def test_delivery_is_on_the_day_of_issue_unless_said(render: Render) -> None:
    """DateLivraison is by default the issue date."""
    assert render(SPARSE).findtext(f"{DATA}/DateLivraison") == "2026-02-27"


def test_an_invoice_of_lines_that_cannot_be_told_has_none(render: Render) -> None:
    """An empty Lignes is not written."""
    assert render(replace(SPARSE, lines=(Line(),))).find(f"{DATA}/Lignes") is None


# --- hostile and broken input ----------------------------------------------------------------------------------------

MARKS = "<?ledger?><?moe?><?end 9 ?>"
HOSTILE = "]]><a b='\"'>&\x00\ud800" + MARKS
SHOWN = "]]><a b='\"'>&" + r"\x00\ud800" + MARKS


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"supplier": Party(HOSTILE, Scheme.PERSON, name="A")}, "Fournisseur/Identifiant"),
        ({"supplier": Party("A", Scheme.PERSON, name=HOSTILE)}, "Fournisseur/RaisonSociale"),
        ({"recipient": Party(name=HOSTILE)}, "Debiteur/Nom"),
        ({"recipient": Party(service_name=HOSTILE)}, "Debiteur/NomService"),
        ({"payment": Payment("30", institution=HOSTILE)}, f"{BANK}/Etablissement"),
        ({"payment": Payment("30", account_name=HOSTILE)}, f"{BANK}/RaisonSocialeEncaisseur"),
        ({"payee": Party(name=HOSTILE)}, f"{BANK}/RaisonSocialeEncaisseur"),
        ({"market": HOSTILE}, f"{DATA}/Engagement/NumeroMarche"),
        ({"engagement": HOSTILE}, f"{DATA}/Engagement/NumeroEngagement"),
        ({"lines": (FULL.lines[0]._replace(product=HOSTILE),)}, f"{LINE}/ReferenceProduit"),
    ],
)
def test_hostile_texts_stay_texts(render: Render, changes: dict[str, object], place: str) -> None:
    """Markup, forbidden characters and the emitter's own marks in a text come out as text."""
    assert render(replace(SPARSE, **changes)).findtext(place) == SHOWN  # type: ignore[arg-type]


def test_a_hostile_account_loses_its_spaces_only(render: Render) -> None:
    """An account number is written without the spaces people put in it, and is a text like another."""
    found = render(replace(SPARSE, payment=Payment("30", "A <b>\t& ]]>")))

    assert found.findtext(f"{BANK}/Compte") == "A<b>&]]>"


def test_a_hostile_number_and_service_stay_texts(render: Render) -> None:
    """Number and service code cannot break the document; the file made of the number has a tame name."""
    found = render(replace(SPARSE, number="<?ledger?>/& '"), addressing=Addressing("53514650090018", service="<S>&"))

    assert found.findtext(f"{DATA}/Id") == "<?ledger?>/& '"
    assert found.findtext(f"{DATA}/IdCPRO") == "77"
    assert found.findtext("Debiteur/CodeService") == "<S>&"
    assert found.findtext("PJ/NomPJ") == "FAC81034732800017__ledger______.xml"


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"issue_date": None}, "issue date"),
        ({"totals": SPARSE.totals._replace(without_tax=None)}, "MontantHT"),
        ({"totals": SPARSE.totals._replace(with_tax=None)}, "MontantTTC"),
        ({"totals": SPARSE.totals._replace(due=None)}, "MontantNetAPayer"),
        ({"vat": (VatRow(Decimal(20), None, Decimal(2)),)}, "BaseHt"),
        ({"supplier": Party("A", None, name="A")}, "kind of identifier"),
    ],
)
def test_what_the_rules_refuse_is_no_pivot(changes: dict[str, object], missing: str) -> None:
    """Rendering an invoice that should have been refused is an error that names what is missing."""
    with pytest.raises(ValueError, match=missing):
        rendered_unit(replace(SPARSE, **changes))  # type: ignore[arg-type]


# --- documents -------------------------------------------------------------------------------------------------------


def test_a_document_holds_its_units_in_order(header: Header, read_pivot: Read) -> None:
    """Compteur counts them, NumOrdre is the place, IdCPRO the ledger's own number."""
    started = [
        unit(replace(FULL, number=number), ADDRESSING, RECEIVED, SOURCE, STRUCTURED) for number in ("F1", "F2", "F3")
    ]
    units = [finish(part, order, Known(100 + order, "Non")) for order, part in enumerate(started, start=1)]

    root = read_pivot(document(header, *units))

    assert root.get("Version") == "V2_02"
    assert root.find("CPPFactures").get("Compteur") == "3"  # type: ignore[union-attr]
    found = [
        (row.get("NumOrdre"), row.findtext(f"{DATA}/Id"), row.findtext(f"{DATA}/IdCPRO")) for row in root.iterfind(UNIT)
    ]
    assert found == [("1", "F1", "101"), ("2", "F2", "102"), ("3", "F3", "103")]


# --- what the ledger knows -------------------------------------------------------------------------------------------

STEP = ValidationStep(
    date=dt.date(2026, 3, 5),
    code="18",
    label="Validée",
    comment="Vu & <bon>",
    scheme=Scheme.SIRET,
    identifier="24590041000292",
    name="Maîtrise d’œuvre",
    country="FR",
    note="Lot 2",
)
SLIP = b"%PDF-1.7 a slip"


def finished(header: Header, read_pivot: Read, known: Known, invoice: Invoice = SPARSE) -> _Element:
    """Give the valid CPPFacturePivotUnitaire of an invoice of which the ledger knows this."""
    started = unit(invoice, ADDRESSING, RECEIVED, SOURCE, STRUCTURED)
    found = read_pivot(document(header, finish(started, 1, known))).find(UNIT)
    assert found is not None
    return found


def test_the_day_the_moe_got_it_is_written(header: Header, read_pivot: Read) -> None:
    """DateMiseADispositionMOE stands where the ledger knows it, and not else."""
    place = f"{DATA}/DateMiseADispositionMOE"

    assert finished(header, read_pivot, Known(1, moe_date=dt.date(2026, 3, 4))).findtext(place) == "2026-03-04"
    assert finished(header, read_pivot, Known(1)).find(place) is None


def test_each_validation_is_a_row(header: Header, read_pivot: Read) -> None:
    """Status, words and producer of every step, in the order given; texts that are empty leave no trace."""
    bare = ValidationStep(dt.date(2026, 3, 6), "19", identifier="X", name="", country="BE", scheme=Scheme.EU_VAT)

    rows = finished(header, read_pivot, Known(1, validation=(STEP, bare))).findall("CycleDeValidation/*")

    assert [[cell.text for cell in row.iter() if len(cell) == 0] for row in rows] == [
        ["2026-03-05", "18", "Validée", "Vu & <bon>", "1", "24590041000292", "Maîtrise d’œuvre", "FR", "Lot 2"],
        ["2026-03-06", "19", "2", "X", None, "BE"],
    ]


def test_a_person_validates_nothing() -> None:
    """The pivot has no such kind of producer: it is an error, rather than a pivot that no recipient can read."""
    started = unit(SPARSE, ADDRESSING, RECEIVED, SOURCE, STRUCTURED)

    with pytest.raises(ValueError, match="no person"):
        finish(started, 1, Known(1, validation=(replace(STEP, scheme=Scheme.PERSON),)))


def test_the_slip_is_the_last_piece(header: Header, read_pivot: Read) -> None:
    """It comes as a ZIP after the attachments, numbered on, before the cycle that it shows."""
    attachments = (Attachment("plan.pdf", mime="application/pdf"), Attachment("devis.pdf", mime="application/pdf"))

    found = finished(
        header, read_pivot, Known(1, validation=(STEP,), slip=SLIP), replace(SPARSE, attachments=attachments)
    )

    *others, slip = found.findall("PJ")
    assert [piece.get("NumOrdre") for piece in others] == [str(order) for order in range(1, len(others) + 1)]
    assert slip.get("NumOrdre") == str(len(others) + 1)
    assert [slip.findtext(place) for place in ("NomPJ", "CategoriePJ", "TypePJ", "MimeTypePJ")] == [
        "Bordereau_de_suivi.pdf",
        "Bordereau de suivi",
        "02",
        "application/pdf",
    ]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(slip.findtext("Contenu") or ""))) as archive:
        assert archive.read("Bordereau_de_suivi.pdf") == SLIP


def test_the_slip_takes_no_name_that_is_taken(header: Header, read_pivot: Read) -> None:
    """An attachment may go by the slip's name; without a slip nothing is added."""
    named = replace(SPARSE, attachments=(Attachment("BORDEREAU_de_suivi.PDF", mime="application/pdf"),))
    pieces = [piece.findtext("NomPJ") for piece in finished(header, read_pivot, Known(1), named).findall("PJ")]

    with_slip = finished(header, read_pivot, Known(1, slip=SLIP), named).findall("PJ")

    assert [piece.findtext("NomPJ") for piece in with_slip] == [*pieces, "Bordereau_de_suivi_2.pdf"]


def test_a_large_unit_is_copied_once() -> None:
    """A unit may be as large as what is attached: finishing it takes the memory of the result and no more."""
    started = unit(SPARSE, ADDRESSING, RECEIVED, SOURCE, STRUCTURED)
    large = started.replace(b"<Contenu>", b"<Contenu>" + b"A" * 20_000_000)

    tracemalloc.start()
    whole = finish(large, 1, Known(1, slip=SLIP, validation=(STEP,)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1.1 * len(whole)


@pytest.mark.parametrize("renvoi", ["", "Non", "Complétée", "Recyclée"])
def test_a_unit_says_whether_it_is_sent_anew(render: Render, renvoi: str) -> None:
    """Renvoi is what the ledger says, absent where it says nothing."""
    assert render(SPARSE, renvoi=renvoi).findtext(f"{DATA}/Renvoi", "") == renvoi


def test_a_document_is_streamed(header: Header) -> None:
    """Units are asked for one by one, as the document is written."""
    asked: list[int] = []

    def units() -> Iterator[bytes]:
        for order in (1, 2):
            asked.append(order)
            yield b"<unit/>"

    pieces = pivot(header, 2, units())

    next(pieces)
    assert asked == []
    next(pieces)
    assert asked == [1]


def test_the_same_invoice_gives_the_same_bytes() -> None:
    """Rendering twice, as after a crash, changes nothing."""
    assert rendered_unit(FULL) == rendered_unit(FULL)
