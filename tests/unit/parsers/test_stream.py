"""Reading a document of any size: records one by one, judged as they pass, and nothing that is dangerous."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.domain.faults import Refusal
from edigate.parsers import _xml
from tests.corpus.attacks import FILE
from tests.corpus.bait import Bait

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.domain.faults import Fault

SCHEMA = etree.XMLSchema(
    etree.fromstring(
        """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="other"/>
  <xs:element name="list"><xs:complexType><xs:sequence>
    <xs:element name="made" type="xs:date"/>
    <xs:element name="item" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="name" type="xs:string"/><xs:element name="count" type="xs:int" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
    )
)
HEAD = "<list>\n<made>2026-03-02</made>\n"
ITEM = "<item><name>é&amp;</name><count>3</count></item>\n"
LINES = 400  # of items, so that a mistake lies in a later piece than the first


def names(content: bytes) -> list[tuple[str, ...]]:
    """What is read: each record's tag and texts."""
    records = _xml.stream(io.BytesIO(content), root="list", records=("made", "item"), schema=SCHEMA)
    return [(element.tag, element.text or "", *(child.text or "" for child in element)) for element in records]


def refused(content: str | bytes) -> Fault:
    """The one fault that a document is refused for."""
    with pytest.raises(Refusal) as caught:
        names(content.encode() if isinstance(content, str) else content)
    (fault,) = caught.value.faults
    return fault


def test_records_come_whole_and_in_order() -> None:
    """Every element of the names asked for is given with all that it holds."""
    assert names(f"{HEAD}{ITEM * 2}</list>".encode()) == [
        ("made", "2026-03-02"),
        ("item", "", "é&", "3"),
        ("item", "", "é&", "3"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_an_encoding_is_no_matter(encoding: str) -> None:
    """A byte-order mark or a declaration says how the bytes are read."""
    declared = '<?xml version="1.0" encoding="iso-8859-1"?>' if encoding == "iso-8859-1" else ""

    assert len(names(f"{declared}{HEAD}{ITEM * LINES}</list>".encode(encoding))) == LINES + 1


def test_what_was_read_is_let_go() -> None:
    """No more than one record is there at a time, however many there are."""
    source = io.BytesIO(f"{HEAD}{ITEM * LINES}</list>".encode())

    left = [
        len(parent)
        for element in _xml.stream(source, root="list", records=("item",), schema=SCHEMA)
        if (parent := element.getparent()) is not None
    ]

    # The piece of the document in hand is all that stands beside the record.
    assert max(left) <= 3 + _xml.PIECE // len(ITEM)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("<item><name>a</name></itme>", "item line 403 and itme"),
        ("<item>&nobody;</item>", "nobody"),
        ("</list>", "something follows the end of the root element"),
        ("", "Premature end"),
        ("<item", "end of Start Tag"),
    ],
)
def test_what_is_not_well_formed_is_told_with_its_line(broken: str, said: str) -> None:
    """Every way to be no XML is refused where it shows, also a document that just stops."""
    fault = refused(f"{HEAD}{ITEM * LINES}{broken}" + ("</list>" if broken.startswith("</") else ""))

    assert fault.code == "EDG-F101"
    assert said in dict(fault.args)["reason"]
    assert fault.line in {LINES + 2, LINES + 3}


def test_an_empty_document_is_none() -> None:
    """Nothing is not well-formed."""
    assert refused("").code == "EDG-F101"


@pytest.mark.parametrize(
    "broken",
    ["<item><name>a</name><count>x</count></item>", "<item/>", "<thing/>", "text", '<item a="1"><name>a</name></item>'],
)
def test_what_the_schema_refuses_is_told_near_its_line(broken: str) -> None:
    """The line is that of the piece in which the mistake showed, at most a piece before it."""
    fault = refused(f"{HEAD}{ITEM * LINES}{broken}\n{ITEM * LINES}</list>")

    assert fault.code == "EDG-F110"
    assert dict(fault.args)["reason"].startswith("Element '")
    assert LINES + 2 - _xml.PIECE // len(ITEM) <= (fault.line or 0) <= LINES + 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<other/>", "EDG-F105"),
        ("<thing/>", "EDG-F105"),
        ('<list xmlns="urn:x"/>', "EDG-F105"),
        (f"<!DOCTYPE list>{HEAD}{ITEM}</list>", "EDG-F103"),
        (f"<!--{'x' * 70_000}--><!DOCTYPE list [<!ENTITY a 'b'>]>{HEAD}{ITEM}</list>", "EDG-F103"),
        (f"<!--{'x' * 700_000}--><!DOCTYPE list SYSTEM '/nowhere/missing'>{HEAD}{ITEM}</list>", "EDG-F103"),
        (f"<!--{'x' * _xml.LONGEST_PROLOG}--><!DOCTYPE list>{HEAD}{ITEM}</list>", "EDG-F104"),
        (" " * _xml.LONGEST_PROLOG + f"<!DOCTYPE list>{HEAD}{ITEM}</list>", "EDG-F104"),
        (f"{HEAD}<item><name>{'x' * 11_000_000}</name></item></list>", "EDG-F104"),
    ],
    ids=[
        "another-root",
        "unknown-root",
        "another-namespace",
        "doctype",
        "doctype-far-down",
        "doctype-further-down",
        "doctype-out-of-sight",
        "doctype-after-blanks",
        "endless-text",
    ],
)
def test_what_is_not_read_at_all(content: str, code: str) -> None:
    """Another root, a document type declaration wherever it hides, and a text past libxml2's limit."""
    assert refused(content).code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("space", ["\n", ""], ids=["lines", "one-line"])
def test_the_record_in_error_is_named(encoding: str, space: str) -> None:
    """Whatever the lines: the record that the schema refuses, among others before and after it."""
    declared = "" if encoding == "utf-8" else '<?xml version="1.0" encoding="utf-16"?>'
    items = [f"<item><name>{n}</name><count>{'x' if n == LINES else n}</count></item>" for n in range(2 * LINES)]
    content = f"{declared}<list><made>2026-03-02</made>{space}{space.join(items)}</list>".encode(encoding)

    with pytest.raises(Refusal) as caught:
        for _ in _xml.stream(io.BytesIO(content), root="list", records=("made", "item"), schema=SCHEMA, named=_name):
            pass

    assert caught.value.faults[0].value == f"item {LINES}"


def _name(element: etree._Element) -> str:
    return f"{element.tag} {element.findtext('name')}"


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (f"{HEAD}{ITEM * LINES}</list>".encode("latin-1"), "UTF-8"),
        (f'<?xml version="1.0" encoding="UTF-8"?>\n{HEAD}{ITEM}</list>'.encode("latin-1"), "UTF-8"),
        (f'<?xml version="1.0" encoding="US-ASCII"?>{HEAD}{ITEM}</list>'.encode(), "US-ASCII"),
        (f'<?xml version="1.0" encoding="UTF-16"?>{HEAD}{ITEM}</list>'.encode(), "UTF-16"),
        (f'<?xml version="1.0" encoding="UTF-88"?>{HEAD}{ITEM}</list>'.encode(), "UTF-88"),
        (f"{HEAD}{ITEM}</list>".encode("utf-16-le"), "UTF-8"),
    ],
    ids=["latin-1", "latin-1-declared-utf-8", "ascii", "utf-8-declared-utf-16", "unknown", "utf-16-undeclared"],
)
def test_a_wrong_encoding_is_told_so(content: bytes, declared: str) -> None:
    """The encoding that the document claims, not what the parser stumbled over."""
    fault = refused(content)

    assert (fault.code, dict(fault.args)["encoding"]) == ("EDG-F102", declared)


def test_an_accent_that_is_wrong_far_down(tmp_path: Path) -> None:
    """A byte that is no UTF-8 long after the beginning is placed near its line."""
    content = f"{HEAD}{ITEM.replace('é', 'e') * LINES}".encode() + f"{ITEM}</list>".encode("latin-1")
    (tmp_path / "list.xml").write_bytes(content)

    with (tmp_path / "list.xml").open("rb") as source, pytest.raises(Refusal) as caught:
        list(_xml.stream(source, root="list", records=("item",), schema=SCHEMA))

    (fault,) = caught.value.faults
    assert (fault.code, fault.line) == ("EDG-F102", LINES + 3)


@pytest.mark.parametrize("length", [70_000, 900_000])
def test_a_long_prolog_is_read(length: int) -> None:
    """Up to a bound that nobody passes; what stops within it is not finished."""
    prolog = f"<?x y?><!--{'x' * length}-->"

    assert len(names(f"{prolog}{HEAD}{ITEM * LINES}</list>".encode())) == LINES + 1
    assert refused(prolog).code == refused(prolog[:-1]).code == "EDG-F101"


def test_nothing_is_opened_wherever_a_document_is_cut(tmp_path: Path) -> None:
    """A document type declaration is seen also where it lies across two reads."""
    with Bait(tmp_path) as bait:
        declared = bait.laid(f'<!DOCTYPE list SYSTEM "{FILE}">'.encode()).decode()
        for at in range(65_536 - 12, 65_536 + 2):
            assert refused(f"{'<!---->'.ljust(at)}{declared}{HEAD}{ITEM}</list>").code == "EDG-F103"

    assert bait.touched == []


def test_entities_are_never_replaced() -> None:
    """A bomb of entities is refused before it is read."""
    bomb = "".join(f"<!ENTITY a{n + 1} '&a{n};&a{n};&a{n};&a{n};'>" for n in range(20))

    assert refused(f"<!DOCTYPE list [<!ENTITY a0 'ha'>{bomb}]>{HEAD}<item><name>&a20;</name></item></list>").code == (
        "EDG-F103"
    )
