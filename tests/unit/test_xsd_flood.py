"""Refused documents by the hundred: what is sound in them is passed by, and no sender takes all the time there is."""

from __future__ import annotations

import copy
import random
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.parsers import _xml
from edigate.sandbox.documents import Draft, DraftAttachment, cii, cpp_mixte, sample_lines, ubl_credit_note, ubl_invoice
from edigate.xsd import Limits, Shelf, wide
from edigate.xsd.allowance import Allowance, Timer
from edigate.xsd.judged import Judged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lxml.etree import _Element

    from edigate.domain.faults import Fault

ATTACHED = (DraftAttachment("plan.pdf", "application/pdf", b"%PDF-1.7"),)
DRAFT = Draft("F-1", lines=sample_lines(3), attachments=ATTACHED)
DOCUMENTS = {
    "ubl-invoice": ubl_invoice(DRAFT),
    "ubl-creditnote": ubl_credit_note(Draft("F-2", type_code="381", lines=sample_lines(2))),
    "cii": cii(DRAFT),
    "cppfacturemixte": cpp_mixte(DRAFT, DRAFT),
}
SEEDS = range(60)


@pytest.fixture(scope="module")
def compiled() -> Shelf:
    """The official schemas, compiled once."""
    return Shelf(schema_folder(), clock=time.process_time, limits=Limits())


@pytest.fixture
def shelf(compiled: Shelf) -> Shelf:
    """With all the time that there is."""
    compiled.allowance.begin_batch()
    return compiled


def spoilt(content: bytes, chance: random.Random) -> _Element:
    """The document with one to four things done to it at random."""
    root = _xml.read(content, max_bytes=10_000_000)
    for _ in range(chance.randint(1, 4)):
        elements = list(root.iter("*"))[1:]
        element = chance.choice(elements)
        parent = cast("_Element", element.getparent())
        chance.choice((_gone, _renamed, _worthless, _twice, _misplaced, _attributed))(element, parent, elements, chance)
    return _xml.read(etree.tostring(root), max_bytes=10_000_000)


def _gone(element: _Element, parent: _Element, _elements: list[_Element], _chance: random.Random) -> None:
    parent.remove(element)


def _renamed(element: _Element, _parent: _Element, elements: list[_Element], chance: random.Random) -> None:
    element.tag = chance.choice([element.tag + "X", "{urn:x}y", chance.choice(elements).tag])


def _worthless(element: _Element, _parent: _Element, _elements: list[_Element], chance: random.Random) -> None:
    element.text = chance.choice(["", "twelve", "12,5"])


def _twice(element: _Element, parent: _Element, _elements: list[_Element], chance: random.Random) -> None:
    parent.insert(chance.randint(0, len(parent)), copy.deepcopy(element))


def _misplaced(_element: _Element, parent: _Element, elements: list[_Element], chance: random.Random) -> None:
    parent.insert(chance.randint(0, len(parent)), copy.deepcopy(chance.choice(elements)))


def _attributed(element: _Element, _parent: _Element, _elements: list[_Element], chance: random.Random) -> None:
    element.set(chance.choice(["colour", "currencyID"]), chance.choice(["", "EUR"]))


def explained_whole(shelf: Shelf, root: _Element, key: str, patch: pytest.MonkeyPatch) -> tuple[Fault, ...]:
    """The faults that the explainer finds when nothing is passed by."""
    with patch.context() as context:
        context.setattr(Judged, "is_sound", lambda *_: False)
        return shelf.faults(root, key)


@pytest.mark.parametrize("key", DOCUMENTS)
def test_nothing_is_missed_for_what_is_passed_by(shelf: Shelf, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of documents spoilt at random, the same faults are told as if all of each were explained."""
    for seed in SEEDS:
        root = spoilt(DOCUMENTS[key], random.Random(seed))
        assert shelf.faults(root, key) == explained_whole(shelf, root, key, monkeypatch), seed


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("ubl-invoice", b"<cbc:IssueDate>", b"<cbc:Colour/><cbc:IssueDate>"),
        ("ubl-invoice", b"<cac:Item>", b"<cac:Item><cbc:Colour/>"),
        ("cii", b"<ram:LineTotalAmount>", b"<ram:LineTotalAmount>x"),
    ],
)
def test_only_the_surroundings_of_a_mistake_are_gone_through(
    shelf: Shelf, key: str, right: bytes, wrong: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a document of a hundred lines with one mistake, the explainer looks into few elements."""
    build = cii if key == "cii" else ubl_invoice
    content = build(Draft("F-1", lines=sample_lines(100)))
    looked_into: list[object] = []
    is_sound: Callable[..., bool] = Judged.is_sound

    def noted(judged: Judged, element: _Element, declared: object) -> bool:
        found = is_sound(judged, element, declared)
        looked_into.extend([] if found else [element])
        return found

    monkeypatch.setattr(Judged, "is_sound", noted)
    faults = shelf.faults(_xml.read(content.replace(right, wrong, 1), max_bytes=1_000_000), key)

    assert len(faults) == 1
    assert 0 < len(looked_into) < 12


def test_a_sender_who_has_taken_his_time_is_told_the_parsers_messages() -> None:
    """Another one has his own, and the next batch begins anew; what his documents weigh is given to him besides."""
    allowance = Allowance(5)
    allowance.serve("A")
    for left in (5, 2, -1):
        assert allowance.left(0) == left
        allowance.charge(3, 0)
    assert allowance.left(50_000_000) == 5
    allowance.serve("B")
    assert allowance.left(0) == 5
    allowance.serve("A")
    assert allowance.left(0) < 0
    allowance.begin_batch()
    assert allowance.left(0) == 5


def test_time_begins_when_it_is_first_asked_for() -> None:
    """What is loaded before takes nothing of it."""
    hours = iter([100.0, 104.0, 106.0])
    timer = Timer(5, lambda: next(hours))
    assert [timer.is_late() for _ in range(3)] == [False, False, True]


def test_a_refusal_does_not_depend_on_the_time_that_is_left() -> None:
    """The same document is refused for the same mistake, in other words."""
    content = DOCUMENTS["cii"].replace(b"<ram:TypeCode>380", b"<ram:Colour/><ram:TypeCode>380", 1)
    root = _xml.read(content, max_bytes=1_000_000)
    patient = Shelf(schema_folder(), clock=time.process_time, limits=Limits())
    hurried = Shelf(schema_folder(), clock=time.process_time, limits=Limits(seconds=0))

    (told,), (short,) = patient.faults(root, "cii"), hurried.faults(root, "cii")

    assert (told.code, told.path, told.line) == (short.code, short.path, short.line)


def test_time_that_is_not_needed_is_not_saved_up() -> None:
    """Many quick explanations do not pay for one that never ends."""
    allowance = Allowance(5)
    for _ in range(1_000):
        allowance.charge(0, 1_000_000)
    assert allowance.left(0) == 5


@pytest.mark.parametrize(
    ("key", "row", "right", "wrong"),
    [
        ("ubl-invoice", b"cac:InvoiceLine", b"<cbc:InvoicedQuantity>", b"<cbc:InvoicedQuantity>n"),
        ("cii", b"ram:IncludedSupplyChainTradeLineItem", b"<ram:LineTotalAmount>", b"<ram:LineTotalAmount>n"),
    ],
)
def test_thousands_of_wrong_lines_are_refused_by_the_first(
    shelf: Shelf, key: str, row: bytes, right: bytes, wrong: bytes
) -> None:
    """The others are not judged, each is told in its own place; what was left out meanwhile stands where it stood."""
    build = cii if key == "cii" else ubl_invoice
    content = build(Draft("F-1", lines=sample_lines(12_000))).replace(right, wrong)
    root = _xml.read(content, max_bytes=100_000_000)
    written = etree.tostring(root)
    faults = shelf.faults(root, key)

    told: Any = shelf.compiled(key).error_log
    assert len(told) <= wide.MOST + 1
    assert [fault.path.split(row.decode())[1].partition("/")[0] for fault in faults[:50] if row.decode() in fault.path][
        :40
    ] == [f"[{number}]" for number in range(1, 41)]
    assert len(faults) == 50
    assert etree.tostring(root) == written


WRONG, SOUND = b'<cbc:Description x=""/>', b"<cbc:Description/>"


@pytest.mark.parametrize(
    ("before", "most"), [(0, wide.MOST), (5_500, 20_000), (60_000, 20_000)], ids=["at once", "later", "far down"]
)
def test_thousands_of_mistakes_far_from_the_root_are_refused_by_the_first(shelf: Shelf, before: int, most: int) -> None:
    """In whichever element they stand in a row, and however many sound ones stand before them."""
    many = SOUND * before + WRONG * 60_000
    content = ubl_invoice(Draft("F-1", lines=sample_lines(2))).replace(b"<cac:Item>", b"<cac:Item>" + many, 1)
    root = _xml.read(content, max_bytes=100_000_000)
    written = etree.tostring(root)
    faults = shelf.faults(root, "ubl-invoice")

    log: Any = shelf.compiled("ubl-invoice").error_log
    assert len(log) <= most
    where = "/ubl:Invoice/cac:InvoiceLine[1]/cac:Item/cbc:Description"
    assert [fault.path for fault in faults] == [f"{where}[{before + number}]/@x" for number in range(1, 51)]
    assert etree.tostring(root) == written


def test_thousands_of_mistakes_behind_thousands_of_other_elements_are_refused_by_the_first(shelf: Shelf) -> None:
    """Each row of what is alike is cut short for itself."""
    content = ubl_invoice(Draft("F-1"))
    for many, where in (
        (b"<cbc:Note/>" * 5_500, b"<cbc:DocumentCurrencyCode>"),
        (b"<cac:AdditionalDocumentReference/>" * 9_000, b"<cac:AccountingSupplierParty>"),
    ):
        content = content.replace(where, many + where)
    faults = shelf.faults(_xml.read(content, max_bytes=100_000_000), "ubl-invoice")

    log: Any = shelf.compiled("ubl-invoice").error_log
    assert (len(log) <= wide.MOST + 9, len(faults)) == (True, 50)


@pytest.mark.parametrize("place", [5, 5_900])
def test_one_wrong_line_among_thousands_is_found_wherever_it_is(shelf: Shelf, place: int) -> None:
    """Before or after those that are judged first; a sound document of as many lines is valid."""
    content = ubl_invoice(Draft("F-1", lines=sample_lines(6_000)))
    assert shelf.faults(_xml.read(content, max_bytes=100_000_000), "ubl-invoice") == ()

    head, *lines = content.split(b"<cbc:InvoicedQuantity>")
    lines[place] = b"n" + lines[place]
    (fault,) = shelf.faults(
        _xml.read(b"<cbc:InvoicedQuantity>".join([head, *lines]), max_bytes=100_000_000), "ubl-invoice"
    )

    assert fault.path == f"/ubl:Invoice/cac:InvoiceLine[{place + 1}]/cbc:InvoicedQuantity"


HEAVY = DraftAttachment("plan.bin", "application/pdf", bytes(range(256)) * 400, zipped=False)


@pytest.mark.parametrize(("key", "build"), [("ubl-invoice", ubl_invoice), ("cii", cii)])
@pytest.mark.parametrize(
    ("right", "wrong", "codes"),
    [
        (b"", b"", []),
        (b"AAECAwQF", b"AAE CAwQF\r\n", []),
        (b"AAECAwQF", b"AAECAw$F", ["EDG-F108"]),
        (b"AAECAwQF", b"AAECAwQ", ["EDG-F108"]),
        (b"AAECAwQF", b"A=ECAwQF", ["EDG-F108"]),
        (b"=</", b"</", ["EDG-F108"]),
        (b"/w==</", b"/wA=</", []),
        (b"/w==</", b"/wAA</", []),
        (b"/w==</", b"/x==</", ["EDG-F108"]),
        (b"/w==</", b"/wB=</", ["EDG-F108"]),
        (b"BinaryObject>", b"BinaryObject>\r\n\t ", []),
        (b"BinaryObject>", b"BinaryObject>no text here", ["EDG-F110"]),
    ],
)
def test_a_heavy_content_is_judged_as_any_other(
    shelf: Shelf, key: str, build: Callable[[Draft], bytes], right: bytes, wrong: bytes, codes: list[str]
) -> None:
    """It is base64 or the document is refused; whatever stood in its place meanwhile, it is back there."""
    content = build(Draft("F-1", attachments=(HEAVY, HEAVY))).replace(right, wrong, 1)
    root = _xml.read(content, max_bytes=10_000_000)
    written = etree.tostring(root)

    faults = shelf.faults(root, key)

    assert [fault.code for fault in faults] == codes
    assert etree.tostring(root) == written


def test_a_mistake_beside_a_heavy_content_has_its_line(shelf: Shelf) -> None:
    """Of an attribute of that very element, and of what comes after it."""
    content = ubl_invoice(Draft("F-1", attachments=(HEAVY,)))
    lines = content.replace(b' mimeCode="application/pdf"', b"", 1).replace(b"<cbc:PriceAmount ", b"<cbc:Price ", 1)
    wrong = lines.replace(b"</cbc:PriceAmount>", b"</cbc:Price>", 1)
    faults = shelf.faults(_xml.read(wrong, max_bytes=10_000_000), "ubl-invoice")

    at = [
        wrong[: wrong.index(what)].count(b"\n") + 1 for what in (b"<cbc:EmbeddedDocumentBinaryObject", b"<cbc:Price ")
    ]
    assert [(fault.code, fault.line) for fault in faults][:2] == [("EDG-F109", at[0]), ("EDG-F106", at[1])]


def test_a_sites_own_schema_sees_contents_whole(tmp_path: Path) -> None:
    """It may want more of them than that they are base64."""
    schema = tmp_path / "own.xsd"
    schema.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="d"><xs:complexType><xs:sequence>'
        '<xs:element name="Contenu"><xs:simpleType><xs:restriction base="xs:base64Binary"><xs:length value="3"/>'
        "</xs:restriction></xs:simpleType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>",
        encoding="utf-8",
    )
    own = Shelf(schema_folder(), {"cppfacturemixte": schema}, clock=time.process_time)
    root = _xml.read(b"<d><Contenu>" + b"AAAA" * 50_000 + b"</Contenu></d>", max_bytes=1_000_000)

    assert [fault.code for fault in own.faults(root, "cppfacturemixte")] == ["EDG-F108"]
