"""What recipients get as attached files: the original first, each in a ZIP of its own (reference §7.3, §13)."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pypdf
import pytest

from edigate.sandbox.attached import tiny_pdf, zip_of
from edigate.sandbox.drafts import DraftAttachment
from edigate.sandbox.structures import SUPPLIER
from edigate.sandbox.ubl import ubl_invoice
from tests.acceptance.gates import MIXED, STRUCTURED, Case, fresh_number, mixed, sound, work_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen, Site

UBL_STRUCTURED, UBL_MIXED = "FSO1100A", "FSO1110A"
INVOICE = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
SLIP = DraftAttachment("bon.pdf", "application/pdf", tiny_pdf("Bon"))
TABLE = DraftAttachment("heures.csv", "text/csv", b"jour;heures\n1;7\n")
IMAGE = DraftAttachment("plan.PNG", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
LONG = replace(SLIP, name="releve_des_heures_de_la_deuxieme_tranche_du_chantier.pdf")
RAW = replace(INVOICE, zipped=False)
WORD = DraftAttachment(
    "lettre.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    zip_of("word/document.xml", b"<document/>"),
)
PROGRAM = DraftAttachment("calcul.exe", "application/octet-stream", b"MZ")


class Piece(NamedTuple):
    """One PJ of a pivot, unpacked."""

    name: str
    kind: str
    mime: str
    deposited: str
    content: bytes


def pieces(site: Site, number: str, reader: str = "SEI001") -> list[Piece]:
    """The attached files of an invoice, as its recipient finds them."""
    return [
        Piece(
            piece.findtext("NomPJ", ""),
            piece.findtext("TypePJ", ""),
            piece.findtext("MimeTypePJ", ""),
            piece.findtext("NomPJOrigine", ""),
            unpacked(piece.findtext("Contenu", "")),
        )
        for piece in site.collect(reader).units[number].iterfind("PJ")
    ]


def unpacked(encoded: str) -> bytes:
    """The one file of a ZIP in base64."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded, validate=True))) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


def handed_on(site: Site, interface: str, *attachments: DraftAttachment) -> list[Piece]:
    """What the recipient gets of these files."""
    number = fresh_number()
    build = (ubl_invoice,) if interface in {UBL_STRUCTURED, UBL_MIXED} else ()
    outcome = site.decide(sound(*build, number=number, attachments=attachments), interface)
    assert outcome.errors == []
    return pieces(site, number)


@pytest.mark.parametrize("interface", [MIXED, UBL_MIXED])
def test_the_original_of_a_mixed_flow_is_its_attachment(site: Site, interface: str) -> None:
    """Type 01, and the very bytes of the PDF; nothing else is added."""
    found = handed_on(site, interface, INVOICE)

    assert found == [Piece("facture.pdf", "01", "application/pdf", "", INVOICE.content)]


@pytest.mark.parametrize("interface", [STRUCTURED, UBL_STRUCTURED])
def test_the_original_of_a_structured_flow_is_the_document_itself(site: Site, interface: str) -> None:
    """Type 01, named by supplier and number, byte for byte as deposited, in its own encoding; then a readable PDF."""
    number = fresh_number()
    build = (ubl_invoice,) if interface == UBL_STRUCTURED else ()
    content = sound(*build, number=number, supplier_name="Étanchéité", encoding="ISO-8859-15")
    site.decide(content, interface)

    original, readable = pieces(site, number)
    assert original == Piece(f"FAC{SUPPLIER}{number}.xml", "01", "application/xml", "", content)
    assert readable[:4] == (f"FAC{SUPPLIER}{number}_lisible.pdf", "02", "application/pdf", "")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(readable.content)).pages)
    assert number in text
    assert "Étanchéité" in text


@pytest.mark.parametrize("interface", [STRUCTURED, UBL_STRUCTURED])
def test_what_a_structured_flow_attaches_is_complementary(site: Site, interface: str) -> None:
    """The XML first, and the readable PDF, then what came with it, in its order, even a PDF."""
    found = handed_on(site, interface, SLIP, TABLE, IMAGE)

    assert [(piece.kind, piece.mime) for piece in found] == [
        ("01", "application/xml"), ("02", "application/pdf"),
        ("02", "application/pdf"), ("02", "text/csv"), ("02", "image/png"),
    ]  # fmt: skip
    assert [(piece.name, piece.content) for piece in found[2:]] == [
        (given.name, given.content) for given in (SLIP, TABLE, IMAGE)
    ]


def test_the_first_pdf_of_a_mixed_flow_is_the_original(site: Site) -> None:
    """Wherever it stands: it comes first, the others keep their order."""
    found = handed_on(site, MIXED, TABLE, SLIP, IMAGE, INVOICE)

    assert [(piece.name, piece.kind) for piece in found] == [
        ("bon.pdf", "01"), ("heures.csv", "02"), ("plan.PNG", "02"), ("facture.pdf", "02"),
    ]  # fmt: skip


def test_ubl_may_say_which_one_is_the_original(site: Site) -> None:
    """DocumentType 01 counts before the order does."""
    found = handed_on(site, UBL_MIXED, SLIP, TABLE, INVOICE)

    assert [(piece.name, piece.kind) for piece in found] == [
        ("facture.pdf", "01"), ("bon.pdf", "02"), ("heures.csv", "02"),
    ]  # fmt: skip


@pytest.mark.parametrize("interface", [MIXED, UBL_MIXED])
def test_a_bare_file_is_put_in_a_zip(site: Site, interface: str) -> None:
    """The recipient always finds a ZIP; the depositor is not bothered, the ledger has a warning."""
    found = handed_on(site, interface, RAW)

    assert found == [Piece("facture.pdf", "01", "application/pdf", "", RAW.content)]
    assert site.outcomes()[-1].warnings == ["EDG-I130"]
    assert site.collect().reports[-1].lines == ()


@pytest.mark.parametrize("inner", ["../../heures.csv", "/heures.csv", "C:\\temp\\heures.csv", "mars/heures.csv"])
def test_no_folder_of_a_zip_reaches_the_recipient(site: Site, inner: str) -> None:
    """The file stands in the recipient's ZIP under its own name; the ledger has a warning that cites the one found."""
    number = fresh_number()
    leading = replace(TABLE, content=zip_of(inner, TABLE.content), zipped=False)
    outcome = site.decide(sound(number=number, attachments=(INVOICE, leading)), MIXED)

    piece = site.collect("SEI001").units[number].findall("PJ")[1]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(piece.findtext("Contenu", "")))) as archive:
        assert [(name, archive.read(name)) for name in archive.namelist()] == [("heures.csv", TABLE.content)]
    assert outcome.warnings == ["EDG-I126"]


def test_a_document_that_is_a_zip_itself_arrives_whole(site: Site) -> None:
    """A docx, wrapped or bare, is not taken for the ZIP around a file."""
    found = handed_on(site, MIXED, INVOICE, WORD)

    assert found[1].content == WORD.content


def test_a_long_name_is_cut_to_50_characters_with_its_extension(site: Site) -> None:
    """As much of the deposited name as the format holds goes beside it; the ledger has a warning, the report none."""
    found = handed_on(site, MIXED, INVOICE, LONG)

    assert found[1].name == f"{LONG.name[:46]}.pdf"
    assert len(found[1].name) == 50
    assert found[1].deposited == LONG.name[:50]
    assert site.outcomes()[-1].warnings == ["EDG-I122"]
    assert site.collect().reports[-1].lines == ()


def test_no_two_files_have_one_name(site: Site) -> None:
    """Three of one name, whatever its capitals, are told apart."""
    found = handed_on(site, MIXED, INVOICE, SLIP, replace(SLIP, name="BON.pdf"), replace(INVOICE, name="bon.pdf"))

    names = [piece.name.casefold() for piece in found]
    assert len(set(names)) == 4
    assert [piece.content for piece in found] == [INVOICE.content, SLIP.content, SLIP.content, INVOICE.content]


def test_a_large_attachment_arrives_byte_for_byte(site: Site) -> None:
    """Twenty megabytes that cannot be compressed."""
    large = DraftAttachment("scan.tif", "image/tiff", bytes(range(256)) * 80_000, zipped=False)

    found = handed_on(site, MIXED, INVOICE, large)

    assert found[1].content == large.content


def damaged(attachment: DraftAttachment) -> bytes:
    """The ZIP of a file with one wrong byte in what it packs."""
    data = bytearray(zip_of(attachment.name, attachment.content))
    data[len(data) // 2] ^= 1
    return bytes(data)


REFUSED: Mapping[str, tuple[bytes, list[str]]] = {
    "none": (sound(), ["EDG-I120"]),
    "extension": (sound(attachments=(INVOICE, PROGRAM)), ["EDG-I121"]),
    "inner-extension": (
        sound(attachments=(INVOICE, replace(SLIP, content=zip_of("calcul.exe", b"MZ"), zipped=False))), ["EDG-I121"]
    ),
    "no-extension": (sound(attachments=(INVOICE, replace(SLIP, name="bon"))), ["EDG-I121"]),
    "empty": (sound(attachments=(INVOICE, replace(TABLE, content=b""))), ["EDG-I123"]),
    "not-base64": (mixed().replace(INVOICE.encoded.encode()[:40], b"*" * 40), ["EDG-I125"]),
    "slash": (sound(attachments=(INVOICE, replace(SLIP, name="../bon.pdf"))), ["EDG-I128"]),
    "no-pdf-in-the-zip": (sound(attachments=(replace(RAW, content=b"not a PDF at all", zipped=True),)), ["EDG-I132"]),
    "no-pdf-inside": (sound(attachments=(replace(RAW, content=b"not a PDF at all"),)), ["EDG-I132"]),
    "word-in-a-pdf": (
        sound(attachments=(replace(INVOICE, content=zip_of("facture.docx", WORD.content), zipped=False),)),
        ["EDG-I132"],
    ),
    "zipped-twice": (
        sound(attachments=(replace(INVOICE, content=zip_of("facture.pdf", zip_of("facture.pdf", INVOICE.content))),)),
        ["EDG-I132"],
    ),
    "wrong-byte": (
        sound(attachments=(INVOICE, replace(SLIP, content=damaged(SLIP), zipped=False))), ["EDG-I127"]
    ),
    "two-in-a-zip": (
        sound(attachments=(INVOICE, replace(SLIP, name="bons.zip", content=b"PK\x03\x04 broken", zipped=False))),
        ["EDG-I127"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(make_site: MakeSite) -> dict[str, Seen]:
    """Every case, deposited in one round."""
    return work_off(make_site(), {key: Case(content, MIXED) for key, (content, _) in REFUSED.items()})


@pytest.mark.parametrize("key", REFUSED)
def test_an_unfit_attachment_rejects_its_invoice(refused: dict[str, Seen], key: str) -> None:
    """Its own fault and no other, as a functional line."""
    seen = refused[key]

    assert (seen.outcome.verdict, seen.outcome.errors) == ("rejected", REFUSED[key][1])
    assert seen.report.codes == REFUSED[key][1]
    assert {line.nature for line in seen.report.lines} == {"FONCTIONNELLE"}


def test_a_size_is_told_in_the_readers_units(make_site: MakeSite) -> None:
    """The limit in Mo for French readers, in MB for English ones."""
    site = make_site("[limits]\nattachment_bytes = 2000000\n")
    large = DraftAttachment("scan.tif", "image/tiff", bytes(2_000_001))
    site.change("ABC123", language="en")
    site.deposit(sound(attachments=(INVOICE, large)), MIXED)
    site.deposit(sound(attachments=(INVOICE, large)), MIXED, partner="ABC123")

    site.round()

    (french,), (english,) = (site.collect(partner).reports[0].lines for partner in ("JMRPOR", "ABC123"))
    assert french.code == english.code == "EDG-I124"
    assert "2\u00a0Mo" in french.label + french.description
    assert "2 MB" in english.label + english.description
