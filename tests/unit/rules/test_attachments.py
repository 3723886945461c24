"""Attachments: one change, one fault."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from edigate.domain.attachments import MIME_TYPES
from edigate.domain.explain import explain
from edigate.domain.invoice import Attachment, Syntax

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault


def base64_zip(*names: str, data: bytes = b"%PDF-1.7") -> str:
    """The base64 of a ZIP with these files."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return b64encode(target.getvalue()).decode("ascii")


def attached(name: str, encoded: str | None) -> Attachment:
    """An attachment with this content."""
    return Attachment(name, encoded=lambda: encoded)


def test_no_attachment_on_a_mixed_interface(codes: Callable[..., list[str]]) -> None:
    """The original invoice must come along where the interface says so, and only there."""
    structured: dict[str, object] = {"interface.attachment_required": False}

    assert (codes({"attachments": ()}), codes({"attachments": ()}, structured)) == (["I120"], [])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_remedy_for_no_attachment_sends_nobody_to_another_rejection(
    faults: Callable[..., tuple[Fault, ...]], language: str
) -> None:
    """No interface is named as a way out: which one takes the document hangs on format and cadre."""
    (found,) = faults({"attachments": ()})

    assert re.findall(r"FSO\d{4}A", explain(found, language).remedy) == []


def test_no_pdf_on_a_mixed_interface(codes: Callable[..., list[str]]) -> None:
    """An original that is no PDF warns where the interface wants one."""
    text = attached("facture.txt", base64_zip("facture.txt"))
    pdf = attached("facture.PDF", base64_zip("facture.PDF"))
    typed = Attachment("facture.zip", mime="application/PDF", encoded=text.encoded)

    assert codes({"attachments": (text,)}) == ["i131"]
    assert "i131" not in codes({"attachments": (typed,)})
    assert codes({"attachments": (text, pdf)}) == []
    assert codes({"attachments": (text,)}, {"interface.attachment_required": False}) == []


@pytest.mark.parametrize("syntax", [Syntax.UBL_INVOICE, Syntax.UBL_CREDIT_NOTE, Syntax.CPP_MIXTE])
@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("01",), []),
        (("1",), []),
        (("02", "01"), []),
        (("02",), ["i134"]),
        (("",), ["i134"]),
        (("01", "02", "01"), ["i134"]),
    ],
)
def test_one_attachment_is_declared_the_original(
    codes: Callable[..., list[str]], syntax: Syntax, types: tuple[str, ...], expected: list[str]
) -> None:
    """Where the syntax tells types, none or two of type 01 warn on a mixed interface, and only there."""
    pdf = base64_zip("a.pdf")
    given = tuple(Attachment("a.pdf", declared, encoded=lambda: pdf) for declared in types)

    changes: dict[str, object] = {"attachments": given, "syntax": syntax}
    if syntax is Syntax.UBL_CREDIT_NOTE:
        changes["type_code"] = "381"

    assert codes(changes) == expected
    assert codes(changes, {"interface.attachment_required": False}) == []
    assert codes({"attachments": given, "syntax": Syntax.CII}) == []


@pytest.mark.parametrize(("types", "place", "number"), [(("02", "02"), 0, "0"), (("02", "01", "01"), 2, "2")])
def test_an_original_too_many_or_too_few_is_placed(
    faults: Callable[..., tuple[Fault, ...]], types: tuple[str, ...], place: int, number: str
) -> None:
    """The second one is pointed at, or the first attachment where none is declared; their number is said."""
    pdf = base64_zip("a.pdf")
    given = tuple(Attachment("a.pdf", declared, encoded=lambda: pdf) for declared in types)

    (found,) = faults({"attachments": given, "syntax": Syntax.UBL_INVOICE})

    assert (found.field, found.value) == (f"attachments[{place}].declared_type", number)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", ["I129"]),
        ("  ", ["I129"]),
        ("facture.exe", ["I121"]),
        ("facture", ["I121"]),
        ("fac/ture.pdf", ["I128"]),
        ("fac\\ture.pdf", ["I128"]),
        ("fac\u202eture.pdf", ["I128"]),
        ("a" * 47 + ".pdf", ["i122"]),
        ("autre.pdf", ["i126"]),
    ],
)
def test_the_name(codes: Callable[..., list[str]], name: str, expected: list[str]) -> None:
    """A name that is at fault is not also compared with the one inside the ZIP."""
    assert codes({"attachments.0.name": name}) == expected


def test_a_name_of_50_characters(codes: Callable[..., list[str]]) -> None:
    """A name of 50 characters is whole."""
    name = "a" * 46 + ".pdf"

    assert codes({"attachments": (attached(name, base64_zip(name)),)}) == []


def test_a_long_name_is_told_what_becomes_of_it(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A name that is cut is shown as the recipient gets it."""
    name = "a" * 60 + ".pdf"

    (found,) = faults({"attachments": (attached(name, base64_zip(name)),)})

    assert (found.code, found.args) == ("EDG-I122", (("shortened", "a" * 46 + ".pdf"),))


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        (base64_zip("a.pdf", "b.pdf"), "it holds several files instead of one."),
        (b64encode(b"PK\x03\x04...").decode("ascii"), "it cannot be read."),
        (
            base64_zip("facture.pdf").replace("lUERGLTEuN1B", "lUERGLTEuO1B"),
            "its content is damaged (wrong size or checksum).",
        ),
    ],
)
def test_a_zip_that_cannot_be_used_says_why(
    faults: Callable[..., tuple[Fault, ...]], encoded: str, reason: str
) -> None:
    """One reason, the one that holds."""
    (found,) = faults({"attachments": (attached("facture.pdf", encoded),)})

    assert explain(found, "en").message == f"The ZIP of the attachment “facture.pdf” cannot be used: {reason}"


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (None, ["I123"]),
        ("", ["I123"]),
        (" \n ", ["I123"]),
        (base64_zip("facture.pdf", data=b""), ["I123"]),
        (base64_zip("facture.pdf", data=bytes(1001)), ["I124"]),
        (base64_zip("facture.pdf", data=b"%PDF-1.7".ljust(1000)), []),
        (base64_zip("facture.pdf", data=b"du texte"), ["I132"]),
        (base64_zip("facture", data=b"du texte"), ["I132"]),
        (base64_zip("facture.txt", data=b"du texte"), ["I132"]),
        (base64_zip("facture.txt"), ["i126"]),
        (base64_zip("facture.docx", data=b"PK\x03\x04"), ["I132"]),
        (base64_zip("virus.exe", data=b"MZ"), ["I121"]),
        ("pas du base64 !", ["I125"]),
        (base64_zip("a.pdf", "b.pdf"), ["I127"]),
        (b64encode(b"%PDF-1.7").decode("ascii"), ["i130"]),
        (b64encode(b"du texte").decode("ascii"), ["I132"]),
        (base64_zip("dossier/facture.pdf"), ["i126"]),
        (base64_zip("virus.exe"), ["I121"]),
        (base64_zip("v1.2/virus.exe. "), ["I121"]),
        (base64_zip("sans-extension"), ["i126"]),
    ],
)
def test_the_content(codes: Callable[..., list[str]], encoded: str | None, expected: list[str]) -> None:
    """A content is one file that can be handed on; each mistake is told once."""
    gate: dict[str, object] = {"settings.attachment_bytes": 1000}

    assert codes({"attachments": (attached("facture.pdf", encoded),)}, gate) == expected


@pytest.mark.parametrize(
    ("inner", "given"), [("../../plan.pdf", "plan.pdf"), ("scan.pdf", "scan.pdf"), ("C:plan.pdf", "C_plan.pdf")]
)
def test_another_name_in_the_zip_is_told(faults: Callable[..., tuple[Fault, ...]], inner: str, given: str) -> None:
    """The warning says what the file is called in its ZIP, as found, and what it will be called."""
    (found,) = faults({"attachments": (attached("facture.pdf", base64_zip(inner)),)})

    assert explain(found, "en").message == (
        f"In the ZIP of the attachment “facture.pdf” the file is called “{inner}”; the recipient will find it there "
        f"under the name “{given}”."
    )


def test_a_name_in_the_zip_that_will_change_is_told_of_a_long_name_too(codes: Callable[..., list[str]]) -> None:
    """That a name is too long does not hide that the file inside will be called otherwise."""
    name = "a" * 47 + ".pdf"

    assert codes({"attachments": (attached(name, base64_zip(f"d/{name}")),)}) == ["i122", "i126"]


def test_an_extension_inside_is_told_with_both_names(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A file that the document does not name is told by its own name and that of the attachment."""
    pdf = attached("facture.pdf", base64_zip("facture.pdf"))

    (inside,) = faults({"attachments": (pdf, attached("plans.zip", base64_zip("a.dwg")))})
    (itself,) = faults({"attachments": (pdf, attached("a.dwg", base64_zip("a.dwg")))})

    assert explain(inside, "en").message == (
        "The extension of the file “a.dwg” (in the ZIP of the attachment “plans.zip”) is not among those that "
        "attachments may have."
    )
    assert explain(itself, "en").message == (
        "The extension of the file “a.dwg” is not among those that attachments may have."
    )


@pytest.mark.parametrize("name", ["plans.zip", "lettre.docx"])
def test_a_bare_archive_is_not_said_to_be_no_zip(faults: Callable[..., tuple[Fault, ...]], name: str) -> None:
    """A file that is itself a ZIP is told that it has none of its own around it, and that it gets one as it is."""
    pdf = attached("facture.pdf", base64_zip("facture.pdf"))

    (found,) = faults({"attachments": (pdf, attached(name, base64_zip("a.xml", "b.xml")))})

    assert found.code == "EDG-I130"
    assert explain(found, "en").message == (
        f"The content of the attachment “{name}” is not in a ZIP of its own: it will be put in one for the recipient, "
        "as it is."
    )
    assert "n’est pas un ZIP" not in explain(found).message


def test_one_extension_is_told_once(codes: Callable[..., list[str]]) -> None:
    """A program under its own name, inside and outside, is one mistake."""
    assert codes({"attachments": (attached("calcul.exe", base64_zip("calcul.exe")),)}) == ["I121"]


def test_faults_name_their_attachment(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """Each attachment is checked, and a fault says which one it is about, and the limit that it breaks."""
    sound = attached("facture.pdf", base64_zip("facture.pdf"))
    large = attached("plan.pdf", base64_zip("plan.pdf", data=b"%PDF".ljust(1_500_001)))

    (found,) = faults({"attachments": (sound, large)}, {"settings.attachment_bytes": 1_500_000})

    assert (found.field, found.value, found.args) == ("attachments[1].content", "plan.pdf", (("limit", "1500000"),))


def test_a_content_is_read_once(codes: Callable[..., list[str]]) -> None:
    """A content, which may be large, is asked for once."""
    asked = []

    def encoded() -> str:
        asked.append(1)
        return base64_zip("facture.pdf")

    assert (codes({"attachments": (Attachment("facture.pdf", encoded=encoded),)}), len(asked)) == ([], 1)


# Every extension of G4.03 with a type that its senders declare.
ALLOWED = {
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "FAX": "image/g3fax",
    "ODT": "application/vnd.oasis.opendocument.text",
    "PPT": "application/vnd.ms-powerpoint",
    "TIFF": "image/tiff",
    "XLS": "application/vnd.ms-excel",
    "BZ2": "application/x-bzip2",
    "GZ": "application/gzip",
    "JPEG": "image/jpeg",
    "P7S": "application/pkcs7-signature",
    "RTF": "application/rtf",
    "TXT": "text/plain",
    "XML": "application/xml",
    "CSV": "text/csv",
    "GZIP": "application/gzip",
    "JPG": "image/jpeg",
    "PDF": "application/pdf",
    "SVG": "image/svg+xml",
    "XHTML": "application/xhtml+xml",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "DOC": "application/msword",
    "HTM": "text/html",
    "ODP": "application/vnd.oasis.opendocument.presentation",
    "PNG": "image/png",
    "TGZ": "application/gzip",
    "XLC": "application/vnd.ms-excel",
    "ZIP": "application/zip",
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "HTML": "text/html",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet",
    "PPS": "application/vnd.ms-powerpoint",
    "TIF": "image/tiff",
    "XLM": "application/vnd.ms-excel",
    "PPTX": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
PLAIN: dict[str, object] = {"interface.attachment_required": False}


@pytest.mark.parametrize(("extension", "mime"), ALLOWED.items(), ids=ALLOWED)
def test_an_allowed_extension(codes: Callable[..., list[str]], extension: str, mime: str) -> None:
    """A file of each extension of the list passes without a word, in capitals or not, in a ZIP or bare."""
    for name in (f"PIECE.{extension}", f"piece.{extension.lower()}"):
        given = Attachment(name, mime=mime, encoded=attached(name, base64_zip(name)).encoded)
        assert codes({"attachments": (given,)}, PLAIN) == []
    bare = attached(f"p.{extension}", b64encode(b"%PDF-1.7").decode("ascii"))
    assert codes({"attachments": (bare,)}, PLAIN) == (["I127"] if extension == "ZIP" else ["i130"])


def test_no_other_extension_is_allowed() -> None:
    """The list is the whole list."""
    assert {extension.lower() for extension in ALLOWED} == set(MIME_TYPES)


@pytest.mark.parametrize("extension", ["exe", "bat", "js", "tar", "7z", "rar", "mp4", "eml", "msg", "json", "pdfx", ""])
def test_another_extension(codes: Callable[..., list[str]], extension: str) -> None:
    """What is not on the list is refused, whatever the type says."""
    name = f"piece.{extension}"
    given = Attachment(name, mime="application/pdf", encoded=attached(name, base64_zip(name)).encoded)

    assert codes({"attachments": (given,)}, PLAIN) == ["I121"]


@pytest.mark.parametrize(
    ("name", "mime", "expected"),
    [
        ("facture.pdf", "image/tiff", ["i133"]),
        ("facture.pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ["i133"]),
        ("facture.pdf", "pdf", ["i133"]),
        ("facture.pdf", "Application/PDF; name=facture.pdf", []),
        ("facture.pdf", "application/zip", []),
        ("facture.pdf", "application/octet-stream", []),
        ("facture.pdf", "", []),
        ("PJ1.zip", "application/msword", []),
        ("heures.csv", "text/plain", []),
        ("heures.xml", "text/xml", []),
        ("photo.jpg", "image/jpg", []),
        ("photo.jpg", "image/png", ["i133"]),
    ],
)
def test_the_declared_type(codes: Callable[..., list[str]], name: str, mime: str, expected: list[str]) -> None:
    """A type that is not the extension's is told; one that speaks of the ZIP, or a usual other name of it, is not."""
    given = Attachment(name, mime=mime, encoded=attached(name, base64_zip(name)).encoded)

    assert codes({"attachments": (given,)}, PLAIN) == expected


def test_a_contradicted_type_is_told_with_the_name(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """The fault points at the type and says which file it is about."""
    given = Attachment("plan.pdf", mime="image/png", encoded=attached("plan.pdf", base64_zip("plan.pdf")).encoded)

    (found,) = faults({"attachments": (given,)})

    assert (found.field, found.value, found.args) == ("attachments[0].mime", "image/png", (("name", "plan.pdf"),))
