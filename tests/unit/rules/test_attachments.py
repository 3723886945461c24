"""Attachments: one change, one fault."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from edigate.domain.invoice import Attachment

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


def test_no_pdf_on_a_mixed_interface(codes: Callable[..., list[str]]) -> None:
    """An original that is no PDF warns where the interface wants one."""
    text = attached("facture.txt", base64_zip("facture.txt"))
    pdf = attached("facture.PDF", base64_zip("facture.PDF"))
    typed = Attachment("facture.txt", mime="application/PDF", encoded=text.encoded)

    assert codes({"attachments": (text,)}) == ["i131"]
    assert codes({"attachments": (typed,)}) == []
    assert codes({"attachments": (text, pdf)}) == []
    assert codes({"attachments": (text,)}, {"interface.attachment_required": False}) == []


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
    ("encoded", "expected"),
    [
        (None, ["I123"]),
        ("", ["I123"]),
        (" \n ", ["I123"]),
        (base64_zip("facture.pdf", data=b""), ["I123"]),
        (base64_zip("facture.pdf", data=bytes(1001)), ["I124"]),
        (base64_zip("facture.pdf", data=bytes(1000)), []),
        ("pas du base64 !", ["I125"]),
        (base64_zip("a.pdf", "b.pdf"), ["I127"]),
        (b64encode(b"%PDF-1.7").decode("ascii"), ["i130"]),
        (b64encode(b"du texte").decode("ascii"), ["I132"]),
        (base64_zip("dossier/facture.pdf"), []),
        (base64_zip("virus.exe"), ["I121"]),
        (base64_zip("sans-extension"), ["i126"]),
    ],
)
def test_the_content(codes: Callable[..., list[str]], encoded: str | None, expected: list[str]) -> None:
    """A content is one file that can be handed on; each mistake is told once."""
    gate: dict[str, object] = {"settings.attachment_bytes": 1000}

    assert codes({"attachments": (attached("facture.pdf", encoded),)}, gate) == expected


def test_one_extension_is_told_once(codes: Callable[..., list[str]]) -> None:
    """A program under its own name, inside and outside, is one mistake."""
    assert codes({"attachments": (attached("calcul.exe", base64_zip("calcul.exe")),)}) == ["I121"]


def test_faults_name_their_attachment(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """Each attachment is checked, and a fault says which one it is about, and the limit that it breaks."""
    sound = attached("facture.pdf", base64_zip("facture.pdf"))
    large = attached("plan.pdf", base64_zip("plan.pdf", data=bytes(1_500_001)))

    (found,) = faults({"attachments": (sound, large)}, {"settings.attachment_bytes": 1_500_000})

    assert (found.field, found.value, found.args) == ("attachments[1].content", "plan.pdf", (("limit", "1500000"),))


def test_a_content_is_read_once(codes: Callable[..., list[str]]) -> None:
    """A content, which may be large, is asked for once."""
    asked = []

    def encoded() -> str:
        asked.append(1)
        return base64_zip("facture.pdf")

    assert (codes({"attachments": (Attachment("facture.pdf", encoded=encoded),)}), len(asked)) == ([], 1)
