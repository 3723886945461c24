"""The readable PDF: everything that an invoice says, whatever it says, in the same bytes every time."""

from __future__ import annotations

import datetime as dt
import gc
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from itertools import count, pairwise
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edigate.domain import invoice as model
from edigate.domain.cadres import CADRES
from edigate.domain.invoice import (
    Address,
    AllowanceCharge,
    Attachment,
    Contact,
    Contract,
    Invoice,
    Line,
    Party,
    Payment,
    Period,
    Scheme,
    Site,
    Syntax,
    Totals,
    VatRow,
)
from edigate.domain.payments import PAYMENT_CODES
from edigate.emitters._faces import Face, face_for
from edigate.emitters._french import amount, figure
from edigate.emitters._labels import PAYMENTS, SCHEMES
from edigate.emitters._open_sans import _font
from edigate.emitters._sheet import About, Column, Shape, Table, pdf
from edigate.emitters._typeset import Layout, layout_of
from edigate.emitters.pivot import Addressing
from edigate.emitters.readable import invoice_pdf
from tests.effort import calls

ADDRESSING = Addressing("53514650090018", "Commune de l’annuaire", "SERV1", "Service de l’annuaire")
INVOICE = Invoice(
    Syntax.UBL_INVOICE,
    number="F2026-1",
    type_code="380",
    issue_date=dt.date(2026, 2, 27),
    currency="EUR",
    cadre="A1",
    notes=("Première note", "Seconde note\nsur deux lignes"),
    supplier=Party(
        "81034732800017",
        Scheme.SIRET,
        name="Atelier du Pré",
        vat_number="FR60810347328",
        legal_address=Address(("1 rue du Pré", "Bâtiment B"), "44000", "Nantes", "FR"),
        contact=Contact("Ève Martin", "Comptabilité", "0102030405", "", "compta@example.org"),
    ),
    recipient=Party("53514650090018", Scheme.SIRET, service="SERV1"),
    engagement="EJ 42",
    contracts=(Contract("M-2026/1", "BC", dt.date(2026, 1, 5)),),
    preceding=("F2025-9",),
    delivery_date=dt.date(2026, 2, 20),
    period=Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
    payment=Payment("30", "FR7630006000011234567890189", due_date=dt.date(2026, 3, 27)),
    vat=(VatRow(Decimal(20), Decimal("1234.5"), Decimal("246.90"), "S", due_date_code="72"),),
    lines=(
        Line(
            "1",
            "REF1",
            "Pose de clôture",
            unit_price=Decimal("12.345"),
            quantity=Decimal("100.000"),
            net_amount=Decimal("1234.5"),
            vat_rate=Decimal("20.00"),
            allowances=(AllowanceCharge(amount=Decimal(3), reason="Fidélité"),),
        ),
    ),
    totals=Totals(
        without_tax=Decimal("1234.5"), tax=Decimal("246.9"), with_tax=Decimal("1481.4"), due=Decimal("1481.4")
    ),
    attachments=(Attachment("bon.pdf", "Bon de livraison", "application/pdf"),),
)
# What is told in another way, or steers how the rest is told.
TOLD_OTHERWISE = {
    ("Invoice", "syntax"),
    ("Invoice", "raw_issue_date"),  # the date itself, where it can be read
    ("Invoice", "market"),  # the first of the contracts
    ("Party", "raw_scheme"),  # the scheme, where it is known
    ("Line", "has_allowance"),
    ("Totals", "untotalled"),
    ("Attachment", "encoded"),
}


def pages(document: bytes) -> list[str]:
    """The text of each page, blanks of any kind as one space."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def read(invoice: Invoice, addressing: Addressing = ADDRESSING) -> str:
    """The text of the whole document."""
    return " ".join(pages(invoice_pdf(invoice, addressing)))


# --- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "Facture n° F2026-1",
        "SIRET : 81034732800017",
        "N° de TVA : FR60810347328",
        "1 rue du Pré Bâtiment B 44000 Nantes FR",
        "Contact : Ève Martin – Comptabilité Téléphone : 0102030405 Courriel : compta@example.org",
        "Commune de l’annuaire",
        "Date d’émission 27/02/2026",
        "A1 – Dépôt par un fournisseur d’une facture",
        "EJ 42",
        "M-2026/1 · marché · 05/01/2026",
        "F2025-9",
        "20/02/2026",
        "du 01/02/2026 au 28/02/2026",
        "Pose de clôture",
        "Référence : REF1",
        "Remise : 3,00 Fidélité",
        "100 12,345 20 % 1 234,50",
        "20 % S – taux applicable 72 – à l’encaissement",
        "Net à payer 1 481,40 EUR",
        "30 – Virement",
        "FR7630006000011234567890189",
        "Échéance 27/03/2026",
        "Première note Seconde note sur deux lignes",
        "bon.pdf Bon de livraison application/pdf",
        "Page 1 / 1",
    ],
)
def test_a_datum_stands_with_its_label(said: str) -> None:
    """Codes come with their French label, days and numbers as French readers write them."""
    assert said in read(INVOICE)


def is_record(kind: Any) -> bool:  # noqa: ANN401 - a type, or what stands for one
    """Whether a type is one of the model's records, frozen or tuples with names."""
    return is_dataclass(kind) or hasattr(kind, "_fields")


def told(kind: Any) -> list[str]:  # noqa: ANN401 - as above
    """The fields of a record that are printed as they are."""
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return [name for name in names if (kind.__name__, name) not in TOLD_OTHERWISE]


def filled(kind: Any, number: count[int]) -> Any:  # noqa: ANN401 - whatever the model is made of
    """A value of this type unlike all others; of what may be missing, the value that is there."""
    if isinstance(kind, UnionType):
        return filled(next(arm for arm in get_args(kind) if arm is not type(None)), number)
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0], number),)
    if is_record(kind):
        return made(kind, number)
    scalars: dict[type, Callable[[int], object]] = {
        str: lambda position: f"mot{position:04}x",
        Decimal: lambda position: Decimal(position) + Decimal("0.25"),
        dt.date: lambda position: dt.date(1901, 1, 1) + dt.timedelta(days=400 * (position - 1000)),
        bool: lambda _: True,
        Scheme: lambda _: Scheme.SIRET,
    }
    return scalars[kind](next(number))


def made(kind: Any, number: count[int]) -> Any:  # noqa: ANN401 - as above
    """A record of the model with all its fields filled."""
    hints = get_type_hints(kind, {**vars(model), "dt": dt, "Decimal": Decimal, "Callable": Callable})
    given = {name: filled(hints[name], number) for name in told(kind)}
    return kind(Syntax.CII, **given) if kind is Invoice else kind(**given)


def leaves(value: Any) -> list[str]:  # noqa: ANN401 - as above
    """Every value in a record, as the document writes it."""
    if is_record(type(value)):
        return [leaf for name in told(type(value)) for leaf in leaves(getattr(value, name))]
    if isinstance(value, tuple):
        return [leaf for item in value for leaf in leaves(item)]
    if isinstance(value, Decimal):
        return [f"{value:,f}".replace(",", " ").replace(".", ",")]
    if isinstance(value, dt.date):
        return [f"{value:%d/%m/%Y}"]
    return [value] if isinstance(value, str) and not isinstance(value, Scheme) else []


def test_every_field_of_the_model_is_printed() -> None:
    """An invoice with each of its fields filled is told whole: a field that the model gains must be printed too."""
    full = made(Invoice, count(1001))
    text = read(full)

    words = leaves(full)
    assert len(words) > 100
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("cadre", CADRES)
def test_a_cadre_has_its_label(cadre: str) -> None:
    """Each cadre is told by its code and what it is."""
    assert f"{cadre} – {CADRES[cadre].label_fr}" in read(replace(INVOICE, cadre=cadre))


@pytest.mark.parametrize(
    ("code", "title"),
    [("380", "Facture"), ("381", "Avoir"), ("384", "Facture rectificative"), ("999", "Facture")],
)
def test_the_title_says_the_kind(code: str, title: str) -> None:
    """A credit note is not called an invoice."""
    assert read(replace(INVOICE, type_code=code)).startswith(f"{title} n° F2026-1")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("380", "données de la facture électronique déposée, qui l’accompagne et fait seule foi ; il ne la remplace"),
        ("381", "données de l’avoir électronique déposé, qui l’accompagne et fait seul foi ; il ne le remplace pas"),
        ("396", "données de l’avoir électronique déposé"),
    ],
)
def test_what_counts_is_called_what_it_is(code: str, said: str) -> None:
    """The reader is told which document counts: the invoice, or the credit note."""
    text = read(replace(INVOICE, type_code=code))

    assert said in text
    assert ("de la facture électronique" in text) is (code == "380")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("1", kind="REGROUPEMENT"), "Type : ligne de regroupement, hors total"),
        (Line("1", kind="REGROUPEMENT", status="Lot 2", substatus="GROUP"), "de regroupement, hors total · Lot 2"),
        (Line("1", kind="INFORMATION"), "Type : ligne d’information, hors total"),
        (Line("1", kind="DETAIL", substatus="DETAIL"), "Type : ligne de détail"),
        (Line("1", kind="AUTRE"), "Type : AUTRE"),
    ],
)
def test_a_type_of_line_is_told_in_words(line: Line, said: str) -> None:
    """Each once, though CII has a code for what UBL names; what is of no list stays as it is."""
    text = read(replace(INVOICE, lines=(line,)))

    assert said in text
    assert not re.search("REGROUPEMENT|GROUP|INFORMATION|DETAIL", text)


@pytest.mark.parametrize(
    ("regime", "said"),
    [
        ("TVA DEBIT", "Régime de TVA : TVA sur les débits"),
        ("tva encaissement", "Régime de TVA : TVA sur les encaissements"),
        ("Franchise", "Régime de TVA : Franchise"),
    ],
)
def test_a_regime_is_told_in_words(regime: str, said: str) -> None:
    """What UBL's code for the supplier's VAT means; what is no code stays as it is."""
    assert said in read(replace(INVOICE, supplier=replace(INVOICE.supplier, vat_regime=regime)))


def test_a_type_of_attachment_is_told_in_words() -> None:
    """01 and 02 are the original and what completes it."""
    attachments = (Attachment("a.pdf", "01", "application/pdf"), Attachment("b.csv", "02", "text/csv"))

    text = read(replace(INVOICE, attachments=attachments))

    assert "a.pdf document d’origine application/pdf" in text
    assert "b.csv pièce complémentaire text/csv" in text


@pytest.mark.parametrize("issued", [dt.date(2026, 2, 27), dt.date(987, 1, 2)])
def test_what_readers_of_pdf_show_beside_the_pages(issued: dt.date) -> None:
    """Title, author and subject are the invoice's, the maker is the gate, the day is that of the invoice."""
    document = invoice_pdf(replace(INVOICE, issue_date=issued), ADDRESSING)
    said = pypdf.PdfReader(io.BytesIO(document)).metadata

    assert said is not None
    assert (said.title, said.author) == ("Facture n° F2026-1", "Atelier du Pré")
    assert said.subject == (
        f"Facture électronique sous une forme lisible du {issued:%d/%m}/{issued.year:04} pour Commune de l’annuaire"
    )
    assert (said.creator, said.producer) == ("edigate", "edigate")
    assert said.creation_date_raw == said.modification_date_raw == f"D:{issued.year:04}{issued:%m%d}000000Z"


def test_labels_cover_the_codes() -> None:
    """Every kind of identifier and every payment mode that is taken has a label."""
    assert set(SCHEMES) == set(Scheme)
    assert set(PAYMENTS) == PAYMENT_CODES


def test_a_recipient_that_routing_replaced_is_told() -> None:
    """Where the invoice goes elsewhere than its document says, both are there."""
    text = read(INVOICE, Addressing("11000201100044", "État", "S2", "Service payeur"))

    assert "SIRET : 53514650090018" in text
    assert "Transmise à : 11000201100044 – État" in text


def test_a_sparse_invoice_has_no_empty_part() -> None:
    """What the document does not say leaves neither heading nor label."""
    text = read(Invoice(Syntax.CII, number="F1", supplier=Party(name="Seul"), totals=Totals(due=Decimal(1))))

    for label in ("Lignes", "TVA", "Paiement", "Notes", "Pièces jointes", "Contact", "Période", "Valideur", "Remises"):
        assert label not in text


# --- pages -----------------------------------------------------------------------------------------------------------


def test_lines_go_on_with_their_header() -> None:
    """A long table has its header on each page, every line once and in its order, and pages are counted."""
    lines = tuple(INVOICE.lines[0]._replace(number=f"n{number:04}") for number in range(300))

    found = pages(invoice_pdf(replace(INVOICE, lines=lines), ADDRESSING))

    assert len(found) > 5
    for number, page in enumerate(found, start=1):
        assert f"Page {number} / {len(found)}" in page
        assert "Désignation Quantité" in page or number >= len(found) - 1
    text = " ".join(found)
    places = [text.index(line.number) for line in lines]
    assert places == sorted(places)
    assert all(text.count(line.number) == 1 for line in lines)


def test_the_totals_stand_on_one_page() -> None:
    """Wherever the lines end on their page, the totals and their heading are not torn apart."""
    one = Decimal(100)
    totals = Totals(one, one, one, one, one, one, one, one, one)
    turned = 0
    for number in range(60):
        lines = INVOICE.lines * number
        found = pages(invoice_pdf(replace(INVOICE, lines=lines, totals=totals), ADDRESSING))
        (page,) = (page for page in found if "Totaux" in page)
        assert re.search("Totaux Somme des lignes HT .* Net à payer [0-9]+,00 EUR", page)
        turned += page.startswith("Totaux")
    assert turned


def test_what_a_table_begins_with_stands_below_its_heading() -> None:
    """Neither a heading nor the titles of columns are the last on a page, however high the row below them is."""
    tall = "\n".join(f"ligne {number}" for number in range(12))
    turned = set()
    for number in range(45):
        vat = (INVOICE.vat[0]._replace(exemption_reason=tall),)
        found = pages(invoice_pdf(replace(INVOICE, lines=INVOICE.lines * number, vat=vat, notes=(tall,)), ADDRESSING))
        for page, following in pairwise(found):
            body = page.partition("Facture n° F2026-1 · Atelier")[0].rstrip()
            assert not body.endswith(("Récapitulatif de TVA", "TVA (EUR)", "Notes"))
            turned |= {begin for begin in ("Récapitulatif de TVA", "Notes") if following.startswith(begin)}
    assert len(turned) == 2


@pytest.mark.parametrize("name", ["ENTREPRISE GÉNÉRALE DE MAÇONNERIE " * 3, "W" * 99, "Ž" * 99])
def test_the_foot_leaves_room_for_the_number_of_the_page(name: str) -> None:
    """A long name ends before it, and says so."""
    (page,) = pages(invoice_pdf(replace(INVOICE, supplier=replace(INVOICE.supplier, name=name)), ADDRESSING))

    foot = page[page.rindex("Facture n° F2026-1") :]
    assert re.fullmatch("Facture n° F2026-1 · .*… ?Page 1 / 1", foot)
    regular, _ = face_for([foot]).weights
    assert regular.wide(foot) * 7 / 1000 < 595 - 2 * 40


def test_a_text_longer_than_a_page_is_told_whole() -> None:
    """A note of three pages breaks between its lines and loses none."""
    note = "\n".join(f"ligne{number:03}." for number in range(200))

    found = pages(invoice_pdf(replace(INVOICE, notes=(note,)), ADDRESSING))

    assert len(found) > 2
    assert all(f"ligne{number:03}." in " ".join(found) for number in range(200))


def test_effort_grows_with_the_number_of_lines() -> None:
    """Ten times the lines take about ten times as much, far from the square of it."""

    def effort(number: int) -> int:
        return calls(invoice_pdf, replace(INVOICE, lines=INVOICE.lines * number), ADDRESSING)

    effort(10)
    assert effort(2_000) < 11 * effort(200)


def test_very_many_lines_are_cut_and_counted() -> None:
    """Past 20,000 lines the document says how many more the original has."""
    invoice = replace(INVOICE, lines=(Line("1"),) * 20_003)

    assert "[…] 3 lignes de plus dans le document d’origine." in pages(invoice_pdf(invoice, ADDRESSING))[-2]


@pytest.mark.parametrize("text", ["\n" * 1_900 + "x", "é " * 950])
def test_pages_are_bounded_whatever_lines_hold(text: str) -> None:
    """Lines that take a page each, be they empty, are cut as very many are; those before them are all there."""
    lines = tuple(Line(f"n{number}", name=text) for number in range(3_000))

    document = pypdf.PdfReader(io.BytesIO(invoice_pdf(replace(INVOICE, lines=lines), ADDRESSING)))

    assert len(document.pages) < 2_500
    end = " ".join(word for page in document.pages[-60:] for word in page.extract_text().split())
    cut = re.search(".*n([0-9]+) .*\\[…\\] ([0-9]+) lignes de plus dans le document d’origine", end)
    assert cut
    assert int(cut[1]) + 1 + int(cut[2]) == len(lines)


@pytest.mark.parametrize(
    "invoice",
    [
        replace(INVOICE, number="Київ"),
        replace(INVOICE, number="Київ", currency="Ж"),
        replace(INVOICE, number="F\t1"),
        replace(INVOICE, currency="E\tR"),
    ],
    ids=["embedded", "embedded titles", "tamed text", "tamed titles"],
)
def test_what_no_other_document_can_use_goes_with_its_own(invoice: Invoice) -> None:
    """Neither a typeface, nor a table's shape, nor what is drawn for it is remembered past the document."""
    for other in (INVOICE, invoice):
        invoice_pdf(other, ADDRESSING)
    gc.freeze()  # whatever there is by now is not gone through
    try:
        invoice_pdf(invoice, ADDRESSING)
        gc.collect()

        assert [one for one in gc.get_objects() if isinstance(one, Face | Shape | Layout)] == []
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("number", ["F1", "F\t1"])
def test_a_table_in_the_lasting_typeface_is_laid_out_once(number: str) -> None:
    """Also where a text must be tamed: the shape stays the one that every invoice has."""
    shape = Shape((Column("Titre", 1),))
    document = pdf(About("a", "b", "c", None), "foot", [Table(shape, [[number]])])
    before = layout_of.cache_info()

    assert pdf(About("a", "b", "c", None), "foot", [Table(shape, [[number]])]) == document
    after = layout_of.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)


# --- the same bytes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Atelier du Pré", "Ελληνική Łódź"])
def test_the_same_invoice_gives_the_same_bytes(name: str) -> None:
    """In this process, and in others with other hash seeds and time zones."""
    invoice = replace(INVOICE, supplier=replace(INVOICE.supplier, name=name))
    first = invoice_pdf(invoice, ADDRESSING)
    program = (
        "import sys, datetime, dataclasses\n"
        "from decimal import Decimal\n"
        "from edigate.domain.invoice import *\n"
        "from edigate.domain.invoice import AllowanceCharge, Contact, Contract, Period\n"
        "from edigate.emitters.pivot import Addressing\n"
        "from edigate.emitters.readable import invoice_pdf\n"
        f"sys.stdout.buffer.write(invoice_pdf({invoice!r}, {ADDRESSING!r}))\n"
    )
    for number in range(1, len(Scheme) + 1):
        program = program.replace(f"<Scheme.{Scheme(str(number)).name}: '{number}'>", f"Scheme('{number}')")
    program = program.replace("<Syntax.UBL_INVOICE: 'ubl-invoice'>", "Syntax('ubl-invoice')")

    for seed, zone in (("1", "UTC"), ("2", "Pacific/Noumea")):
        path = str(Path(model.__file__).parents[2])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": path}
        other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        assert other.stdout == first
    assert invoice_pdf(invoice, ADDRESSING) == first


def test_one_invoice_leaves_no_trace_in_the_next() -> None:
    """What was embedded for one document is not in another."""
    first = invoice_pdf(INVOICE, ADDRESSING)
    greek = replace(INVOICE, number="Ω")
    embedded = invoice_pdf(greek, ADDRESSING)
    invoice_pdf(replace(INVOICE, number="Київ"), ADDRESSING)

    assert invoice_pdf(INVOICE, ADDRESSING) == first
    assert invoice_pdf(greek, ADDRESSING) == embedded


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Atelier du Pré (suite)", "Ελληνική \\ Łódź"])
@pytest.mark.parametrize("lines", [1, 300])
def test_the_file_is_as_the_standard_wants_it(name: str, lines: int) -> None:
    """A strict reader finds nothing to mend: objects, their places, streams, on one page or many, with either font."""
    invoice = replace(INVOICE, supplier=replace(INVOICE.supplier, name=name), lines=INVOICE.lines * lines)

    with pikepdf.open(io.BytesIO(invoice_pdf(invoice, ADDRESSING))) as document:
        assert document.check_pdf_syntax() == []
        assert document.Root.Lang == "fr"
        assert len(document.pages) == len({page.obj.objgen for page in document.pages})
        assert all(page.mediabox == [0, 0, Decimal("595.28"), Decimal("841.89")] for page in document.pages)


def test_a_font_is_embedded_where_helvetica_does_not_do() -> None:
    """Western European letters are left to every reader's own font; others come with theirs, and little else of it."""
    greek = replace(INVOICE, supplier=replace(INVOICE.supplier, name="Ελληνική"))
    plain, embedded = invoice_pdf(INVOICE, ADDRESSING), invoice_pdf(greek, ADDRESSING)

    assert len(plain) < 5_000
    assert len(embedded) < 40_000
    with pikepdf.open(io.BytesIO(plain)) as document:
        assert [font.BaseFont for font in fonts(document)] == ["/Helvetica", "/Helvetica-Bold"]
    with pikepdf.open(io.BytesIO(embedded)) as document:
        programs = [font.DescendantFonts[0].FontDescriptor.FontFile2 for font in fonts(document)]
        assert [program.read_bytes()[:4] for program in programs] == [b"\0\1\0\0"] * 2


def test_a_document_leaves_the_embedded_font_as_it_was() -> None:
    """Threads that write documents at a time share it, the mark of where it is read included."""
    invoice = replace(INVOICE, number="Київ", notes=("Łódź",))
    invoice_pdf(invoice, ADDRESSING)
    fonts = [_font("OpenSans-Regular"), _font("OpenSans-Bold")]
    before = [dict(vars(font)) for font in fonts]

    invoice_pdf(replace(invoice, number="Ąž"), ADDRESSING)

    assert [vars(font) for font in fonts] == before


def test_characters_that_look_alike_are_copied_as_they_are() -> None:
    """A Greek alpha, a Latin A and a Cyrillic one may be one shape, and a no-break space is none: each stays itself."""
    said = "AΑА\u00a0Ω\u2126 Kκκ"
    document = invoice_pdf(replace(INVOICE, supplier=replace(INVOICE.supplier, name=said)), ADDRESSING)

    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)
    assert "AΑА\u00a0ΩΩ Kκκ" in text  # the sign for ohm is an omega in composed form


def fonts(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The fonts of the first page."""
    return [font for _, font in sorted(document.pages[0].resources.Font.items())]


# --- whatever it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Škoda ™ ‰",
        "Ελληνική Εταιρεία Α.Ε.",
        "Spółka z Łodzi",
        "ТОВ «Київ»",
        "Công ty Việt Nam",
        "Großhändler Şişli",
        "Œuvres",
    ],
)
def test_letters_of_europe_are_printed(name: str) -> None:
    """Latin of any language, Greek and Cyrillic come out as they went in, without a placeholder."""
    text = read(replace(INVOICE, supplier=replace(INVOICE.supplier, name=name)))

    assert name in text
    assert "\ufffd" not in text


@pytest.mark.parametrize("name", ["חברה", "شركة", "株式会社", "हिन्दी", "\U0001f600", "\x00", "\x1b[31m", "\ud800"])
def test_what_cannot_be_printed_is_marked(name: str) -> None:
    """Other scripts, controls and lone surrogates become a sign, which the document explains; nothing raises."""
    text = read(replace(INVOICE, supplier=replace(INVOICE.supplier, name=f"avant{name}apres")))

    assert "avant\ufffd" in text
    assert "Le signe \ufffd tient lieu" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "hostile",
    [
        "<b>gras</b>&amp;<font color='red'>",
        r"(Tj) \) ET Q BT /F1 99 Tf",
        "endstream endobj trailer %%EOF",
        "{{7*7}} ${x} %(x)s %s {0}",
        "<script>alert(1)</script>",
        "file:///etc/passwd",
        "deux\nlignes\r\nou\u2028trois",
    ],
)
def test_markup_is_text(hostile: str) -> None:
    """Nothing that a text holds is obeyed: it is printed as it is, wherever it stands."""
    party = Party(hostile, name=hostile, legal_address=Address((hostile,)), contact=Contact(hostile))
    invoice = replace(
        INVOICE, number=hostile, supplier=party, notes=(hostile,), currency=hostile, lines=(Line(hostile),)
    )

    text = read(invoice)

    assert text.count(" ".join(hostile.split())) >= 6


def test_a_title_stays_on_its_line() -> None:
    """A currency of several lines, or wider than the page, neither ends the title of a column nor what follows it."""
    for currency in ("EU\nR", "W" * 90):
        text = read(replace(INVOICE, currency=currency))

        assert f"Montant HT ({currency.replace(chr(10), ' ')})" in text
        assert "Pose de clôture" in text


def test_directions_cannot_be_turned() -> None:
    """Characters that would have digits read from right to left are left out."""
    assert "montant 100,00 EUR" in read(replace(INVOICE, notes=("montant \u202e100,00\u202c EUR\u200b",)))


def test_a_huge_note_is_cut_and_counted() -> None:
    """A megabyte of text is cut, says so, and takes no more effort than a tenth of it."""
    tenth, huge = (replace(INVOICE, notes=("mot " * 25_000 * n, "é\u0301\u0316" * 10_000 * n)) for n in (1, 10))
    invoice_pdf(tenth, ADDRESSING)

    assert calls(invoice_pdf, huge, ADDRESSING) < 1.1 * calls(invoice_pdf, tenth, ADDRESSING)
    assert "caractères de plus dans le document d’origine)" in read(huge)


def test_a_word_wider_than_its_column_is_broken() -> None:
    """A word of 900 letters stays within the page, whole."""
    found = read(replace(INVOICE, lines=(Line("1", name="W" * 900),)))

    assert found.count("W") == 900


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1E+3"), "1 000,00"),
        (Decimal("-0.5"), "-0,50"),
        (Decimal("1234567890.123456"), "1 234 567 890,123456"),
        (Decimal("1E+999999"), "1E+999999"),
        (Decimal("1E-999999"), "1E-999999"),
    ],
)
def test_numbers(value: Decimal, written: str) -> None:
    """Amounts are never rounded, and no number is longer than a line can be."""
    assert written in read(replace(INVOICE, lines=(Line("1", net_amount=value),)))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_is_written_as_french_readers_do(value: Decimal) -> None:
    """In groups of three, with a comma, however many digits it has."""
    grouped = f"{value:,f}".replace(",", "\xa0").replace(".", ",")

    assert amount(value) == grouped
    assert figure(value) == grouped.rstrip("0").rstrip(",")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=300), st.decimals(allow_nan=False), st.integers(0, 40))
def test_nothing_raises(text: str, number: Decimal, lines: int) -> None:
    """Any text and any number, in every kind of field, gives a PDF with pages."""
    line = Line(text, text, text, number, unit_price=number, quantity=number, net_amount=number, vat_rate=number)
    invoice = replace(
        INVOICE,
        number=text,
        cadre=text,
        currency=text,
        notes=(text, text),
        supplier=Party(text, name=text, note=text),
        site=Site(text, text),
        lines=(line,) * lines,
        payment=Payment(text, text, text),
        attachments=(Attachment(text, text, text),),
    )

    assert pages(invoice_pdf(invoice, Addressing(text, text)))
