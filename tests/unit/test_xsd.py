"""The shelf's verdicts and explanations, on a small schema of its own and on the shared samples."""

from __future__ import annotations

import base64
import csv
import inspect
import itertools
import os
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from edigate.domain.explain import explain
from edigate.domain.faults import Fault, Refusal
from edigate.domain.settings import RuleSettings
from edigate.parsers import _xml
from edigate.sandbox.documents import Draft, ubl_invoice
from edigate.xsd import Limits, Shelf
from tests.effort import Effort

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("EDIGATE_SHARED") or ROOT.parent / "shared")
VERDICTS = SHARED / "samples" / "verdicts.csv"
OWN = ROOT / "schemas"

ORDER = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:order" xmlns="urn:order"
           elementFormDefault="qualified">
  <xs:element name="order"><xs:complexType><xs:sequence>
    <xs:element name="id"><xs:simpleType><xs:restriction base="xs:string">
      <xs:maxLength value="3"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="day" type="xs:date" minOccurs="0"/>
    <xs:element name="note" type="xs:string" minOccurs="0" maxOccurs="2"/>
    <xs:element name="line" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="amount"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">
        <xs:attribute name="currency" use="required"><xs:simpleType><xs:restriction base="xs:token">
          <xs:enumeration value="EUR"/><xs:enumeration value="XPF"/></xs:restriction></xs:simpleType></xs:attribute>
      </xs:extension></xs:simpleContent></xs:complexType></xs:element>
      <xs:element name="group" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element ref="nest" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:choice><xs:element name="paid" type="xs:boolean"/><xs:element name="due" type="xs:decimal"/></xs:choice>
    <xs:element name="end" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="nest"><xs:complexType><xs:sequence>
    <xs:element ref="nest" minOccurs="0"/><xs:element name="number" type="xs:int" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
LINE = '<line><amount currency="EUR">1</amount></line>'
UBL = b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
WIDE = b"<cbc:Wrong/>" * 30_000
MANY = (b"<cac:InvoiceLine>" + b"<cbc:Wrong/>" * 5 + b"</cac:InvoiceLine>") * 4_900
ATTRIBUTES = b"<cac:InvoiceLine " + b" ".join(b"a%d='1'" % n for n in range(4_000)) + b"/>"
LONG = b"<cac:InvoiceLine a='" + b"x" * 4_000_000 + b"' " + b" ".join(b"a%d='1'" % n for n in range(90)) + b"/>"
NAMESPACES = (
    b"<cac:InvoiceLine " + b" ".join(b"xmlns:p%d='urn:p%d'" % (n, n) for n in range(4_000)) + b">"
    + b"<p3999:a/>" * 4_000 + b"</cac:InvoiceLine>"
)  # fmt: skip
SOUND = f"<id>A1</id>\n<day>2026-01-31</day>\n{LINE}\n<due>1</due>"


def order(content: str = SOUND) -> etree._Element:
    """An order whose content begins on its second line."""
    return _xml.read(f'<order xmlns="urn:order">\n{content}\n</order>'.encode(), max_bytes=1_000_000)


def shelf_of(tmp_path: Path, limits: Limits | None = None) -> Shelf:
    """A shelf whose CII is the schema of an order."""
    path = tmp_path / "order.xsd"
    path.write_text(ORDER, encoding="utf-8")
    return Shelf(OWN, {"cii": path}, clock=time.process_time, limits=limits or Limits())


@pytest.fixture(params=["explained", "in libxml2's words"])
def shelf(tmp_path: Path, request: pytest.FixtureRequest) -> Shelf:
    """The same document explained, and as it is when it is too large for that."""
    return shelf_of(tmp_path, Limits(size=2_000_000 if request.param == "explained" else 0))


@pytest.fixture
def explained(tmp_path: Path) -> Shelf:
    """A shelf that explains every refused document."""
    return shelf_of(tmp_path)


def shape(fault: Fault) -> tuple[str, int | None, str, str]:
    """What both explainers must agree on: code, line, path, value."""
    return (fault.code, fault.line, fault.path, fault.value)


def arg(fault: Fault, name: str) -> str:
    """One argument of a fault."""
    return dict(fault.args)[name]


def test_a_valid_document_has_no_fault(shelf: Shelf) -> None:
    """Nothing is found where nothing is wrong."""
    assert shelf.faults(order(), "cii") == ()


def test_the_size_of_a_document_changes_nothing_of_what_is_said_of_it(shelf: Shelf) -> None:
    """A small one is judged at once, others as if they held very much; the faults are the same."""
    wrong = order(SOUND.replace("<day>", "<colour/><day>"))

    assert shelf.faults(wrong, "cii", size=1_000) == shelf.faults(wrong, "cii", size=1_000_000) != ()
    assert shelf.faults(order(), "cii", size=1_000) == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            SOUND.replace("<id>", "\n<id>", 1).replace("<day>", "<colour/><day>"),
            ("EDG-F106", 4, "/order/colour", "colour"),
            id="F106-unknown",
        ),
        pytest.param(
            SOUND.replace(LINE, f"{LINE}<day>2026-01-31</day>").replace("<day>2026-01-31</day>", "", 1),
            ("EDG-F106", 4, "/order/day", "day"),
            id="F106-misplaced",
        ),
        pytest.param(
            SOUND.replace(LINE, "<note/><note/><note/>" + LINE),
            ("EDG-F106", 4, "/order/note[3]", "note"),
            id="F106-too-many",
        ),
        pytest.param(
            SOUND.replace(LINE, f'{LINE}\n<x:day xmlns:x="urn:x"/>'),
            ("EDG-F106", 5, "/order/x:day", "x:day"),
            id="F106-of-another-namespace",
        ),
        pytest.param(SOUND.replace("<id>A1</id>\n", ""), ("EDG-F107", 2, "/order/id", ""), id="F107-before-another"),
        pytest.param(
            f"<id>A1</id>{LINE}<line/><due>1</due>",
            ("EDG-F107", 2, "/order/line[2]/amount", ""),
            id="F107-in-an-empty-one",
        ),
        pytest.param(
            SOUND.replace("2026-01-31", "2026-02-30"),
            ("EDG-F108", 3, "/order/day", "2026-02-30"),
            id="F108-of-a-type",
        ),
        pytest.param(SOUND.replace("A1", "A123"), ("EDG-F108", 2, "/order/id", "A123"), id="F108-of-a-facet"),
        pytest.param(
            SOUND.replace(LINE, LINE + LINE.replace("EUR", "GBP")),
            ("EDG-F109", 4, "/order/line[2]/amount/@currency", "GBP"),
            id="F109-wrong",
        ),
        pytest.param(
            SOUND.replace(' currency="EUR"', ""),
            ("EDG-F109", 4, "/order/line/amount/@currency", ""),
            id="F109-missing",
        ),
        pytest.param(
            SOUND.replace("<id>", '<id rank="7">'), ("EDG-F109", 2, "/order/id/@rank", "7"), id="F109-unexpected"
        ),
        pytest.param(
            SOUND.replace("<id>", '<id x:rank="7" xmlns:x="urn:x">'),
            ("EDG-F109", 2, "/order/id/@x:rank", "7"),
            id="F109-of-another-namespace",
        ),
        pytest.param(SOUND.replace(LINE, f"text{LINE}"), ("EDG-F110", 1, "/order", "text"), id="F110-text-between"),
        pytest.param(SOUND.replace("A1", "<b/>"), ("EDG-F110", 2, "/order/id", ""), id="F110-element-in-a-text"),
    ],
)
def test_one_mistake_is_one_fault(shelf: Shelf, content: str, expected: tuple[str, int, str, str]) -> None:
    """Code, line, path and value are the same whoever explains: EDG-F106, F107, F108, F109, F110."""
    faults = shelf.faults(order(content), "cii")

    assert [shape(fault) for fault in faults] == [expected]
    assert "{urn" not in str(faults)


FILES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="files"><xs:complexType><xs:sequence>
    <xs:element name="file"><xs:complexType><xs:simpleContent><xs:extension base="xs:base64Binary">
      <xs:attribute name="name"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
    <xs:element name="size" type="xs:decimal" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
BYTES = base64.b64encode(bytes(range(250)) * 8).decode("ascii")


@pytest.mark.parametrize("size", [2_000_000, 0])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BYTES[:100] + BYTES[101:], "base64.length"),
        (BYTES.rstrip("=")[:-1], "base64.length"),
        (f"data:application/pdf;base64,{BYTES}", "base64.prefix"),
        (BYTES.replace("+", "-").replace("/", "_"), "base64.of_addresses"),
        (f"{BYTES[:200]}={BYTES[201:]}", "base64.other"),
    ],
)
def test_damaged_base64_is_told_for_what_it_is(tmp_path: Path, size: int, text: str, reason: str) -> None:
    """EDG-F108 says what ails base64, shows its start only, and asks for base64 rather than for an amount or a date."""
    path = tmp_path / "files.xsd"
    path.write_text(FILES, encoding="utf-8")
    shelf = Shelf(OWN, {"cii": path}, clock=time.process_time, limits=Limits(size=size))

    (found,) = shelf.faults(_xml.read(f"<files><file>{text}</file></files>".encode(), max_bytes=1_000_000), "cii")

    assert (found.code, arg(found, "reason"), len(found.value)) == ("EDG-F108", reason, 40)
    for language, amount in (("fr", "décimal"), ("en", "decimal")):
        said = explain(found, language)
        assert "base64" in said.message
        assert "base64" in said.remedy
        assert amount not in said.remedy


def test_a_value_that_only_speaks_of_base64_is_told_as_any_other(tmp_path: Path) -> None:
    """EDG-F108 of an amount asks for an amount, whatever stands in its place."""
    path = tmp_path / "files.xsd"
    path.write_text(FILES, encoding="utf-8")
    shelf = Shelf(OWN, {"cii": path}, clock=time.process_time, limits=Limits())
    document = _xml.read(b"<files><file>QUJD</file><size>xs:base64Binary</size></files>", max_bytes=1_000_000)

    (found,) = shelf.faults(document, "cii")

    assert (found.value, arg(found, "asked")) == ("xs:base64Binary", "schema.value")
    assert "decimal point" in explain(found, "en").remedy


def test_f106_names_all_that_may_stand_there(shelf: Shelf) -> None:
    """EDG-F106 has the optional elements too, not only the next that is required."""
    (fault,) = shelf.faults(order(SOUND.replace("<day>", "<colour/><day>")), "cii")

    assert arg(fault, "expected") == "day, note, line"


def test_f106_after_the_first_mistake_still_says_what_may_stand_there(explained: Shelf) -> None:
    """EDG-F106 for a second element out of place, of which libxml2 says nothing, lists what the schema has next."""
    content = f"<id>A1</id><colour/>{LINE}<due>1</due>\n<size/>"

    faults = explained.faults(order(content), "cii")

    assert [(fault.value, arg(fault, "expected")) for fault in faults] == [
        ("colour", "day, note, line"),
        ("size", "end"),
    ]


def test_f107_names_every_choice(explained: Shelf) -> None:
    """EDG-F107 for a choice names what may be chosen, and stands where the next element was found."""
    (fault,) = explained.faults(order(SOUND.replace("<due>1</due>", "<end/>")), "cii")

    assert shape(fault) == ("EDG-F107", 5, "/order/paid", "")
    assert arg(fault, "expected") == "paid, due"


def test_an_unknown_element_in_the_stead_of_a_required_one_is_two_mistakes(explained: Shelf) -> None:
    """A misspelled name is told as both: EDG-F106 for what is there, EDG-F107 for what is not."""
    faults = explained.faults(order(SOUND.replace("id>", "identifier>")), "cii")

    assert [(fault.code, fault.path) for fault in faults] == [
        ("EDG-F106", "/order/identifier"),
        ("EDG-F107", "/order/id"),
    ]


def test_all_mistakes_are_told_at_once(explained: Shelf) -> None:
    """Mistakes in values, attributes and order are so many faults, in the order of the lines."""
    line = '<line><amount currency="GBP">1,50</amount>\n<colour/></line>'

    faults = explained.faults(order(f"<id>A123</id><day>2026-13-01</day>\n{line}\n<end/>"), "cii")

    assert [(fault.code, fault.line) for fault in faults] == [
        ("EDG-F108", 2),
        ("EDG-F108", 2),
        ("EDG-F109", 3),
        ("EDG-F108", 3),
        ("EDG-F106", 4),
        ("EDG-F107", 5),
    ]


@pytest.mark.parametrize("size", [0, 2_000_000], ids=["libxml2", "explained"])
def test_no_more_faults_than_the_limit(tmp_path: Path, size: int) -> None:
    """A document with a thousand mistakes names the first fifty."""
    shelf = shelf_of(tmp_path, Limits(size=size))
    wrong = order(SOUND.replace(LINE, LINE.replace("1<", "x<") * 1_000))

    faults = shelf.faults(wrong, "cii")

    assert [fault.path for fault in faults] == [f"/order/line[{number}]/amount" for number in range(1, 51)]


def test_a_late_explanation_keeps_what_was_found(tmp_path: Path) -> None:
    """Past its time the explanation ends with the mistakes found so far: the refusal does not depend on it."""
    shelf_of(tmp_path)
    limits = Limits(seconds=10)  # and each element takes one
    ticking = Shelf(OWN, {"cii": tmp_path / "order.xsd"}, clock=itertools.count().__next__, limits=limits)

    faults = ticking.faults(order(SOUND.replace(LINE, LINE.replace("1<", "x<") * 20)), "cii")

    assert 1 < len(faults) < 10
    assert [fault.path for fault in faults] == [f"/order/line[{n}]/amount" for n in range(1, len(faults) + 1)]


def test_an_explanation_that_is_late_before_its_first_mistake_leaves_it_to_libxml2(tmp_path: Path) -> None:
    """The library is stopped amid what is sound, not only between mistakes; libxml2's words are there in any case."""
    shelf_of(tmp_path)
    limits = Limits(seconds=10)
    ticking = Shelf(OWN, {"cii": tmp_path / "order.xsd"}, clock=itertools.count().__next__, limits=limits)
    sound = LINE * 20

    faults = ticking.faults(order(SOUND.replace(LINE, sound + LINE.replace("1<", "x<"))), "cii")

    assert [(fault.code, fault.path) for fault in faults] == [("EDG-F108", "/order/line[21]/amount")]


@pytest.mark.parametrize(
    ("wrong", "most"),
    [(WIDE, 70_000), (MANY, 400_000), (ATTRIBUTES, 12_500), (LONG, 12_500), (NAMESPACES, 12_500)],
    ids=["wide", "many", "attributes", "long", "namespaces"],
)
def test_a_document_that_is_slow_to_explain_is_refused_in_time(wrong: bytes, most: int) -> None:
    """It is small enough, yet would take seconds, for each mistake goes through all that is near it.

    The shelf's clock counts calls, as many as a second has microseconds.
    """
    content = ubl_invoice(Draft("F-1")).replace(b"<cac:InvoiceLine>", wrong + b"<cac:InvoiceLine>", 1)
    root = _xml.read(content, max_bytes=10_000_000)
    effort = Effort()
    shelf = Shelf(OWN, clock=lambda: effort.calls / 1e6, limits=Limits.of(RuleSettings(explained_seconds=0.1)))
    shelf.faults(_xml.read(b"<Invoice xmlns='%s'/>" % UBL, max_bytes=1_000), "ubl-invoice")  # compiles, once
    with effort:
        faults = shelf.faults(root, "ubl-invoice")

    assert effort.calls < most
    assert faults[0].code in {"EDG-F106", "EDG-F107", "EDG-F109"}


@pytest.mark.parametrize("before", ["a", "ab", "abc"])
@pytest.mark.parametrize("size", [0, 2_000_000], ids=["libxml2", "explained"])
def test_a_long_name_of_many_bytes_is_refused_as_any_other(before: str, size: int) -> None:
    """The path that libxml2 gives ends amid a character, and cannot be read as a text: its beginning says enough."""
    name = f"cbc:{before}{'愼' * 100}"
    content = ubl_invoice(Draft("F-1")).replace(b"<cac:InvoiceLine>", f"<{name}/><cac:InvoiceLine>".encode(), 1)
    root = _xml.read(content, max_bytes=100_000)
    (fault,) = Shelf(OWN, clock=time.process_time, limits=Limits(size=size)).faults(root, "ubl-invoice")

    assert fault.code == "EDG-F106"
    assert fault.path.startswith("/ubl:Invoice")


def test_the_limits_of_an_explanation_are_those_of_the_site() -> None:
    """Size and time are settings."""
    limits = Limits.of(RuleSettings(explained_bytes=7, explained_seconds=0.25))

    assert (limits.size, limits.seconds) == (7, 0.25)


def test_attributes_of_xml_itself_are_told_by_their_whole_names(shelf: Shelf) -> None:
    """Their prefix is bound in every document, and declared in none."""
    (fault,) = shelf.faults(order(SOUND.replace("<id>", '<id xml:lang="fr">')), "cii")

    assert (fault.code, fault.path, fault.value) == ("EDG-F109", "/order/id/@xml:lang", "fr")


def test_long_values_are_cut(shelf: Shelf) -> None:
    """A refused attachment is not repeated in the report."""
    (fault,) = shelf.faults(order(SOUND.replace("A1", "A" * 50_000)), "cii")

    assert fault.value.endswith("A…")
    assert len(fault.value) == 200
    assert len(arg(fault, "reason")) <= 200


def test_a_deeply_nested_document_is_explained_all_the_same(explained: Shelf) -> None:
    """As deep as the parser allows, a document overflows no stack."""
    content = "<nest>" * 252 + "<number>x</number>" + "</nest>" * 252
    (fault,) = explained.faults(order(SOUND.replace("</line>", f"<group>{content}</group></line>")), "cii")

    assert (fault.code, fault.value, fault.path.count("/nest")) == ("EDG-F108", "x", 252)


def test_a_document_that_cannot_be_explained_is_refused_in_libxml2s_words(explained: Shelf) -> None:
    """Where the library gives up, here for want of stack, libxml2's own complaint is the fault."""
    content = "<nest>" * 252 + "<number>x</number>" + "</nest>" * 252
    root = order(SOUND.replace("</line>", f"<group>{content}</group></line>"))
    explained.faults(order(SOUND.replace("A1", "A123")), "cii")
    usual = sys.getrecursionlimit()

    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    try:
        (fault,) = explained.faults(root, "cii")
    finally:
        sys.setrecursionlimit(usual)

    assert (fault.code, fault.value) == ("EDG-F108", "x")
    assert arg(fault, "reason") == "'x' is not a valid value of the atomic type 'xs:int'."


def test_a_schema_that_cannot_be_explained_still_refuses(tmp_path: Path) -> None:
    """What libxml2 compiled decides, even if the explainer cannot load the schema: here it is gone by then."""
    shelf = shelf_of(tmp_path)
    assert shelf.faults(order(), "cii") == ()
    (tmp_path / "order.xsd").unlink()

    (fault,) = shelf.faults(order(SOUND.replace("A1", "A123")), "cii")

    assert (fault.code, fault.value) == ("EDG-F108", "A123")


def test_paths_use_the_usual_prefixes_whatever_the_document_uses() -> None:
    """A UBL document with prefixes of its own gets the paths that everybody knows."""
    ubl = "urn:oasis:names:specification:ubl:schema:xsd:"
    content = f'<Invoice xmlns="{ubl}Invoice-2" xmlns:b="{ubl}CommonBasicComponents-2">\n<b:ID>1</b:ID></Invoice>'
    shelf = Shelf(OWN, clock=time.process_time)

    faults = shelf.faults(_xml.read(content.encode(), max_bytes=1_000), "ubl-invoice")

    assert [(fault.code, fault.path, arg(fault, "expected")) for fault in faults] == [
        ("EDG-F107", "/ubl:Invoice/cbc:IssueDate", "cbc:IssueDate")
    ]


def test_f110_a_root_of_the_other_ubl_kind() -> None:
    """EDG-F110: both UBL kinds are compiled together, yet neither passes for the other."""
    root = etree.Element("{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote")
    (fault,) = Shelf(OWN, clock=time.process_time).faults(root, "ubl-invoice")

    assert (fault.code, fault.path) == ("EDG-F110", "/cn:CreditNote")


def test_f110_a_root_that_the_schema_does_not_know(shelf: Shelf) -> None:
    """EDG-F110 for any other root."""
    (fault,) = shelf.faults(_xml.read(b'<bill xmlns="urn:order"/>', max_bytes=100), "cii")

    assert (fault.code, fault.path) == ("EDG-F110", "/bill")


def test_a_document_cannot_bring_its_own_schema(shelf: Shelf, tmp_path: Path) -> None:
    """What a document says of schema locations is not looked at."""
    (tmp_path / "lax.xsd").write_text(
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:lax"><element name="lax"/></schema>',
        encoding="utf-8",
    )
    hint = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:lax lax.xsd"'
    root = _xml.read(f'<lax xmlns="urn:lax" {hint}/>'.encode(), max_bytes=1_000)

    assert [fault.code for fault in shelf.faults(root, "cii")] == ["EDG-F110"]


# --- the shared samples ----------------------------------------------------------------------------------------------

KEYS = {"CII": "cii", "UBL-Invoice": "ubl-invoice", "UBL-CreditNote": "ubl-creditnote"}


def samples() -> list[tuple[str, str, str]]:
    """Path, schema key and verdict of every XML document of the three formats."""
    if not VERDICTS.is_file():
        return []
    with VERDICTS.open(encoding="utf-8", newline="") as rows:
        return [
            (row["path"], KEYS[row["format"]], row["xsd"])
            for row in csv.DictReader(rows)
            if row["format"] in KEYS and row["path"].lower().endswith(".xml")
        ]


def official_verdict(shelf: Shelf, content: bytes, key: str) -> str:
    """The verdict in the words of verdicts.csv."""
    try:
        root = _xml.read(content, max_bytes=100_000_000)
    except Refusal as refusal:
        return "refused" if refusal.faults[0].code == "EDG-F103" else "failed"
    return "failed" if shelf.faults(root, key) else "ok"


@pytest.fixture(scope="module")
def official() -> Shelf:
    """The schemas as a gate has them."""
    return Shelf(OWN, clock=time.process_time)


@pytest.mark.skipif(not VERDICTS.is_file(), reason=f"no shared samples: {VERDICTS} is not there")
@pytest.mark.parametrize(("path", "key", "verdict"), samples(), ids=[path for path, _, _ in samples()])
def test_verdicts_on_the_shared_samples(official: Shelf, path: str, key: str, verdict: str) -> None:
    """Every document gets the verdict that the official schema gives it."""
    assert official_verdict(official, (SHARED / "samples" / path).read_bytes(), key) == verdict


CHORUS = {
    "FSO1116A/FSO1116A_P01.xml": ("cii", ["ram:ApplicableHeaderTradeDelivery"]),
    "FSO1116A/FSO1116A_P02.xml": ("cii", []),
    "pivot/facture_1221.xml": ("cppfacturepivot", []),
    "statut/Example01-FactureStatut-ok.xml": ("cppstatut", []),
}


@pytest.mark.skipif(not VERDICTS.is_file(), reason=f"no shared samples: {VERDICTS} is not there")
@pytest.mark.parametrize("path", CHORUS)
def test_verdicts_on_official_flows(official: Shelf, path: str) -> None:
    """EDG-F107 names the delivery part that P01 lacks; the others are valid."""
    key, missing = CHORUS[path]
    root = _xml.read((SHARED / "samples" / "chorus" / path).read_bytes(), max_bytes=100_000_000)

    assert [arg(fault, "expected") for fault in official.faults(root, key)] == missing
