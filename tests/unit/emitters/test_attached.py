"""PJ: which file is the original invoice, what each is called, and that its content is a ZIP the recipient can open."""

from __future__ import annotations

import base64
import io
import os
import sys
import tracemalloc
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edigate.catalogue import interfaces
from edigate.domain.attachments import NAME_LENGTH
from edigate.domain.invoice import Attachment, Invoice, Party, Scheme, Syntax
from edigate.emitters.attached import attached, distinct
from edigate.emitters.pivot import Addressing

if TYPE_CHECKING:
    from edigate.domain.interfaces import Interface

STRUCTURED = interfaces()["FSO1106A"]
WORKS = interfaces()["FSO1130A"]
MIXED = interfaces()["FSO1116A"]
MIXTE = interfaces()["FSO1113A"]
FACTUR_X = interfaces()["FSO1117A"]
ADDRESSING = Addressing("53514650090018", "Commune de l’annuaire")
READABLE = "FAC81034732800017F1_lisible.pdf"
SOURCE = "<?xml version='1.0' encoding='ISO-8859-1'?><facture>été</facture>".encode("latin-1")
PDF = b"%PDF-1.4\n%%EOF\n"


class Piece(NamedTuple):
    """One PJ as a recipient reads it; `inner` is the one file of the ZIP, by name and content."""

    name: str | None
    original_name: str | None
    category: str | None
    kind: str | None
    mime: str | None
    inner: tuple[str, bytes] | None
    content: str | None


def pieces(
    *attachments: Attachment,
    interface: Interface = MIXED,
    number: str = "F1",
    identifier: str = "81034732800017",
    source: bytes = SOURCE,
) -> list[Piece]:
    """Write the attachments of an invoice and read them back, checking that they are counted from 1."""
    supplier = Party(identifier, Scheme.SIRET)
    invoice = Invoice(Syntax.CII, number=number, supplier=supplier, attachments=attachments)
    root = etree.fromstring(b"".join((b"<R>", *attached(invoice, source, interface, ADDRESSING).pieces, b"</R>")))
    assert [piece.get("NumOrdre") for piece in root] == [str(order) for order in range(1, len(root) + 1)]
    return [read(piece) for piece in root]


def read(piece: etree._Element) -> Piece:
    """Read one PJ."""
    content = piece.findtext("Contenu")
    return Piece(
        name=piece.findtext("NomPJ"),
        original_name=piece.findtext("NomPJOrigine"),
        category=piece.findtext("CategoriePJ"),
        kind=piece.findtext("TypePJ"),
        mime=piece.findtext("MimeTypePJ"),
        inner=opened(content) if content else None,
        content=content,
    )


def opened(content: str) -> tuple[str, bytes]:
    """Take the one file out of a base64 ZIP."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(content, validate=True))) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name)


def zip_text(name: str, data: bytes, width: int = 0) -> str:
    """Make the base64 of a ZIP with one file, in lines of `width` where it is given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, data)
    text = base64.b64encode(target.getvalue()).decode()
    return "\r\n".join(text[at : at + width] for at in range(0, len(text), width)) if width else text


def attachment(
    name: str = "facture.pdf", mime: str = "", declared: str = "", encoded: str | None = "", inner: str = ""
) -> Attachment:
    """Make an attachment, a ZIP with a small PDF in it unless `encoded` says otherwise."""
    text = zip_text(inner or name, PDF) if encoded == "" else encoded
    return Attachment(name, declared, mime, lambda: text)


# --- the original ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interface", [STRUCTURED, WORKS])
def test_the_original_of_a_structured_flow_is_the_document_itself(interface: Interface) -> None:
    """On E1 and E4 interfaces the XML, byte for byte, is the first piece, then comes a readable PDF."""
    found = pieces(interface=interface)

    assert [piece[:5] for piece in found] == [
        ("FAC81034732800017F1.xml", None, None, "01", "application/xml"),
        (READABLE, None, "Facture PDF", "02", "application/pdf"),
    ]
    assert found[0].inner == ("FAC81034732800017F1.xml", SOURCE)


def test_the_readable_pdf_shows_the_invoice() -> None:
    """It opens as a PDF, with the number and, for want of the document's, the recipient's name in the directory."""
    name, content = pieces(interface=STRUCTURED)[1].inner or ("", b"")

    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert name == READABLE
    assert "Facture n° F1" in text
    assert "Commune de l’annuaire" in text


def test_a_deposited_pdf_is_the_original() -> None:
    """On a Factur-X interface the PDF, byte for byte, is the first piece; nothing else is made readable."""
    found = pieces(attachment("a.pdf", declared="01"), interface=FACTUR_X, source=PDF)

    assert [piece[:5] for piece in found] == [
        ("FAC81034732800017F1.pdf", None, None, "01", "application/pdf"),
        ("a.pdf", None, None, "02", "application/pdf"),
    ]
    assert found[0].inner == ("FAC81034732800017F1.pdf", PDF)


def test_the_original_of_one_invoice_of_several() -> None:
    """A CPPFactureMixte holds several invoices: the original of each is its own attachment, not the document."""
    found = pieces(attachment("a.pdf", declared="01"), attachment("b.csv"), interface=MIXTE)

    assert [(piece.name, piece.kind) for piece in found] == [("a.pdf", "01"), ("b.csv", "02")]


@pytest.mark.parametrize("identifier", ["81034732800017", "DE123456789012345678901234567890", "ÖÄ 1/2"])
def test_what_the_gate_names_fits(identifier: str) -> None:
    """However long identifier and number are, the names say what the files are, within the length of the format."""
    original, readable = pieces(interface=STRUCTURED, number="N" * 20, identifier=identifier)

    for name, end in ((original.name, ".xml"), (readable.name, "_lisible.pdf")):
        assert name is not None
        assert len(name) <= NAME_LENGTH
        assert name.startswith("FAC")
        assert name.endswith(end)
        assert name.isascii()


def test_attachments_of_a_structured_flow_complete_it() -> None:
    """On an E1 interface every attachment is complementary, even one declared as the invoice."""
    found = pieces(attachment("a.pdf", declared="01"), attachment("b.pdf"), interface=STRUCTURED)

    assert [(piece.name, piece.kind) for piece in found] == [
        ("FAC81034732800017F1.xml", "01"),
        (READABLE, "02"),
        ("a.pdf", "02"),
        ("b.pdf", "02"),
    ]


def test_a_number_makes_a_tame_file_name() -> None:
    """Spaces, slashes and signs of an invoice number become underscores in the name of its file."""
    assert pieces(interface=STRUCTURED, number="F 1/2+é")[0].name == "FAC81034732800017F_1_2__.xml"


@pytest.mark.parametrize(
    ("attachments", "main"),
    [
        ((attachment("a.pdf"), attachment("b.pdf", declared="01")), "b.pdf"),
        ((attachment("a.pdf"), attachment("b.xml", declared="1", inner="b.xml")), "b.xml"),
        ((attachment("a.csv"), attachment("b", mime="application/pdf")), "b"),
        ((attachment("a.csv"), attachment("b", mime="APPLICATION/PDF")), "b"),
        ((attachment("a.csv"), attachment("b.PDF", mime="text/plain")), "b.PDF"),
        ((attachment("a.csv"), attachment("b.zip", mime="application/zip", inner="x.pdf")), "b.zip"),
        ((attachment("a.csv"), attachment("b.csv", mime="text/csv", inner="x.PDF")), "b.csv"),
        ((attachment("a.csv"), attachment("b.png")), "a.csv"),
        ((attachment("a.pdf", declared="02"), attachment("b.pdf", declared="02")), "a.pdf"),
    ],
)
def test_the_original_of_a_mixed_flow_is_one_of_the_attachments(attachments: tuple[Attachment, ...], main: str) -> None:
    """The one declared so, else the first PDF by type, name or name in its ZIP, else the first of all."""
    found = pieces(*attachments)

    others = [piece.name for piece in found[1:] if piece.name != READABLE]
    assert found[0].name == main
    assert others == [given.name for given in attachments if given.name != main]
    assert {piece.kind for piece in found[1:]} == {"02"}


@pytest.mark.parametrize(
    ("original", "readable"),
    [
        (attachment("a.pdf"), False),
        (attachment("a.zip", mime="application/zip", inner="x.pdf"), False),
        (attachment("a.bin", mime="application/pdf"), False),
        (attachment("a.tif", mime="image/tiff"), True),
        (attachment("a.xml", declared="01", inner="a.xml"), True),
        (attachment("a.pdf", mime="application/pdf", encoded=zip_text("a.docx", b"PK")), True),
        (attachment("a.pdf", encoded=base64.b64encode(b"PK").decode()), True),
    ],
)
def test_what_can_be_read_already_is_not_made_readable(original: Attachment, *, readable: bool) -> None:
    """A mixed flow whose original is no PDF gets a readable one as a structured flow does; one that is gets no copy."""
    assert [piece.name for piece in pieces(original)] == [original.name, *([READABLE] if readable else [])]


def test_what_only_says_that_it_is_a_pdf_is_not_the_original() -> None:
    """Of two that are called PDF, the one that is a PDF stands for the invoice."""
    found = pieces(attachment("a.pdf", encoded=zip_text("a.pdf", b"PK")), attachment("b.pdf"))

    assert [(piece.name, piece.kind) for piece in found] == [("b.pdf", "01"), ("a.pdf", "02")]


def test_the_others_keep_their_order() -> None:
    """The original comes first; what completes it follows as in the document."""
    found = pieces(attachment("a.csv"), attachment("b.pdf"), attachment("c.csv"))

    assert [piece.name for piece in found] == ["b.pdf", "a.csv", "c.csv"]


def test_a_mixed_flow_without_attachment_hands_on_the_document() -> None:
    """The format wants one piece at least: with nothing attached, the data stand for the original."""
    assert [(piece.kind, piece.mime) for piece in pieces()] == [("01", "application/xml"), ("02", "application/pdf")]


# --- contents --------------------------------------------------------------------------------------------------------


def test_a_zip_is_handed_on_as_it_came() -> None:
    """The base64 of a ZIP is not touched, but for white space."""
    text = zip_text("PJP.pdf", PDF)

    found = pieces(attachment("aa.pdf", encoded=f"\n\t{zip_text('PJP.pdf', PDF, 76)} "))

    assert found[0].content == text
    assert found[0].inner == ("PJP.pdf", PDF)


def test_a_bare_file_is_put_in_a_zip() -> None:
    """A recipient finds a ZIP whatever the depositor sent, the same bytes every time."""
    bare = base64.encodebytes(PDF * 50).decode()

    found = pieces(attachment("plan.pdf", encoded=bare))

    assert found[0].inner == ("plan.pdf", PDF * 50)
    assert pieces(attachment("plan.pdf", encoded=bare)) == found


def test_an_attachment_without_content_is_named_only() -> None:
    """A file that the document only refers to has no Contenu."""
    found = pieces(attachment(), attachment("annexe.pdf", encoded=None))

    assert (found[1].name, found[1].content) == ("annexe.pdf", None)


def test_a_large_attachment_is_copied_a_few_times_at_most() -> None:
    """What a large attachment costs is a small multiple of its own size."""
    text = zip_text("gros.pdf", os.urandom(15_000_000))
    invoice = Invoice(Syntax.CII, attachments=(attachment("gros.pdf", encoded=text),))
    tracemalloc.start()
    total = sum(len(part) for part in attached(invoice, SOURCE, MIXED, ADDRESSING).pieces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total > 20_000_000
    assert peak < 3.2 * len(text)


# --- types and labels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_attachment", "mime"),
    [
        (attachment("a.pdf", mime="application/pdf"), "application/pdf"),
        (attachment("a.pdf", mime="image/tiff"), "image/tiff"),
        (attachment("a.pdf", mime="application/zip"), "application/pdf"),
        (attachment("a.zip", mime="application/zip", inner="b.png"), "image/png"),
        (attachment("a.csv", inner="b"), "text/csv"),
        (attachment("a.ods", inner="b.inconnu"), "application/vnd.oasis.opendocument.spreadsheet"),
        (attachment("a", mime="application/octet-stream", inner="b"), "application/octet-stream"),
        (attachment("a.txt", encoded=None), "text/plain"),
        (attachment("a", encoded=None), "application/octet-stream"),
    ],
)
def test_the_type_is_that_of_the_file_not_of_its_zip(given_attachment: Attachment, mime: str) -> None:
    """A declared type that speaks of the ZIP, or of nothing, gives way to the names' extensions."""
    assert pieces(given_attachment)[0].mime == mime


@pytest.mark.parametrize(
    ("declared", "category"),
    [
        ("Bon de livraison", "Bon de livraison"),
        ("x" * 51, "x" * 50),
        ("", None),
        ("01", None),
        ("02", None),
        ("ZZZ", None),
    ],
)
def test_a_category_is_written_where_the_document_tells_one(declared: str, category: str | None) -> None:
    """Codes that say 01, 02 or nothing are no category."""
    assert pieces(attachment(), attachment("b.pdf", declared=declared), interface=STRUCTURED)[3].category == category


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_long_name_is_cut_before_its_extension() -> None:
    """A complementary file keeps its extension, and as much of its own name as the format takes is told beside."""
    name = f"{'releve-' * 8}.xlsx"

    found = pieces(attachment(), attachment(name), interface=STRUCTURED)[3]

    assert found.name == f"{name[:45]}.xlsx"
    assert found.original_name == name[:50]


def test_the_original_has_no_other_name() -> None:
    """NomPJOrigine is for complementary files only."""
    name = f"{'facture-' * 8}.pdf"

    found = pieces(attachment(name))[0]

    assert (found.name, found.original_name) == (f"{name[:46]}.pdf", None)


def test_a_name_that_fits_is_told_once() -> None:
    """Without a change, NomPJ says it all."""
    assert pieces(attachment(), attachment("b.pdf"))[1].original_name is None


def test_two_files_of_one_name_are_told_apart() -> None:
    """The second gets a number, and its own name beside."""
    found = pieces(attachment("a.pdf"), attachment("a.pdf"), attachment("A.PDF"))

    assert [(piece.name, piece.original_name) for piece in found] == [
        ("a.pdf", None),
        ("a_2.pdf", "a.pdf"),
        ("A_3.PDF", "A.PDF"),
    ]


def test_an_attachment_cannot_take_the_originals_name() -> None:
    """A file called like the one the gate makes of the document is renamed, not the document."""
    found = pieces(attachment("FAC81034732800017F1.xml"), interface=STRUCTURED)

    assert [piece.name for piece in found] == ["FAC81034732800017F1.xml", READABLE, "FAC81034732800017F1_2.xml"]


@pytest.mark.parametrize(
    ("names", "told_apart"),
    [
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        ([".pdf", ".pdf"], [".pdf", ".pdf_2"]),
        ([f"a.{'x' * 48}"] * 2, [f"a.{'x' * 48}", f"a.{'x' * 46}_2"]),
        (["a.pdf", "a_2.pdf", "a.pdf"], ["a.pdf", "a_2.pdf", "a_3.pdf"]),
        ([f"{'x' * 60}1.pdf", f"{'x' * 60}2.pdf"], [f"{'x' * 46}.pdf", f"{'x' * 44}_2.pdf"]),
    ],
)
def test_a_number_stands_before_the_extension(names: list[str], told_apart: list[str]) -> None:
    """Names that become one by being cut are told apart too, within the length of the format."""
    assert list(distinct(names)) == told_apart


def test_many_names_that_are_cut_alike_are_numbered_at_once() -> None:
    """Where a number takes the place of what told two names apart, no number is tried for each of them anew."""
    names = [f"{'x' * 40}{number:06}.pdf" for number in range(500)]
    calls: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, _: calls.update([frame.f_code.co_name]) if event == "call" else None)
    try:
        found = list(distinct([*names, *names]))
    finally:
        sys.setprofile(None)

    assert found[:500] == names
    assert found[500:502] == [f"{'x' * 40}0000_2.pdf", f"{'x' * 40}0000_3.pdf"]
    assert sum(calls.values()) < 20 * len(names)


@given(st.lists(st.text("aA_2.é", min_size=1, max_size=60), max_size=30))
def test_no_two_names_are_one(names: list[str]) -> None:
    """Whatever the names, each comes out once, never longer than the format takes."""
    found = list(distinct(names))

    assert len({name.casefold() for name in found}) == len(names)
    assert all(0 < len(name) <= NAME_LENGTH for name in found)


def test_hostile_names_stay_texts() -> None:
    """Markup and forbidden characters in names, types and labels cannot break the document."""
    bad = "]]><a b='\"'>&\x00\ud800.pdf"
    shown = "]]><a b='\"'>&" + r"\x00\ud800" + ".pdf"

    found = pieces(attachment(), attachment(bad, mime=bad, declared=bad, inner="x.pdf"))[1]

    assert (found.name, found.category, found.mime) == (shown, shown, shown)
