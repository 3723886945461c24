"""Reading bytes: what is taken in any encoding, what is refused, and what the sender is told about it."""

from __future__ import annotations

import csv
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from edigate.domain.faults import Fault, Refusal
from edigate.parsers import _prolog, _xml
from tests.corpus.attacks import ELSEWHERE, FILE
from tests.corpus.bait import Bait
from tests.effort import EVEN, calls, growth

SHARED = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[3].parent / "shared")
VERDICTS = SHARED / "samples" / "verdicts.csv"
LIMIT = 100_000_000

INVOICE = "<note>\r\n  <to>Café de l’Écluse</to>\r\n  <due>12,50 €</due>\r\n</note>\r\n"


def refused(content: bytes, max_bytes: int = LIMIT) -> Fault:
    """The one fault a document is refused for."""
    with pytest.raises(Refusal) as caught:
        _xml.read(content, max_bytes=max_bytes)
    (fault,) = caught.value.faults
    return fault


def args(fault: Fault) -> dict[str, str]:
    """The arguments of a fault by name."""
    return dict(fault.args)


# --- encodings -------------------------------------------------------------------------------------------------------


def declared(encoding: str) -> str:
    """The invoice with a declaration; what an old encoding cannot say is left out."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\r\n{INVOICE}'


@pytest.mark.parametrize(
    "content",
    [
        INVOICE.encode(),
        declared("UTF-8").encode("utf-8-sig"),
        declared("UTF-16").encode("utf-16"),
        declared("UTF-16").encode("utf-16-le"),
        declared("UTF-16").encode("utf-16-be"),
        declared("ISO-8859-15").replace("’", "'").encode("iso8859-15"),
        declared("windows-1252").encode("cp1252"),
        declared("US-ASCII").encode("ascii", "xmlcharrefreplace"),
    ],
    ids=["plain", "utf8-bom", "utf16", "utf16-le", "utf16-be", "latin9", "cp1252", "ascii"],
)
def test_a_document_is_read_in_the_encoding_it_declares(content: bytes) -> None:
    """Its text is the same in each, and CRLF ends lines as LF does."""
    root = _xml.read(content, max_bytes=LIMIT)

    assert root.findtext("to", "").replace("'", "’") == "Café de l’Écluse"
    assert root.findtext("due") == "12,50 €"
    assert root.text == "\n  "


def test_f102_latin1_bytes_that_claim_to_be_utf8() -> None:
    """EDG-F102 names the encoding and shows the byte, with its own line and column."""
    fault = refused(declared("UTF-8").replace("’", "'").replace("€", "").encode("latin-1"))

    assert (fault.code, fault.line, fault.value) == ("EDG-F102", 3, r"<to>Caf\xe9 de l'\xc9cluse</to>")
    assert args(fault) == {"encoding": "UTF-8", "column": "10"}


def test_f102_bytes_without_a_declaration() -> None:
    """EDG-F102: without a declaration or a byte order mark a document is UTF-8."""
    fault = refused(b"<a>\xe9t\xe9</a>")

    assert (fault.code, args(fault)["encoding"]) == ("EDG-F102", "UTF-8")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b'<?xml version="1.0" encoding="klingon"?>\n<a/>', "klingon"),
        (b'<?xml version="1.0" encoding="UTF-16"?>\n<a/>', "UTF-16"),
        (b'<?xml version="1.0" encoding="US-ASCII"?><a>\xe9</a>', "US-ASCII"),
        ("<a>no declaration, no mark</a>".encode("utf-16-le"), "UTF-8"),
    ],
    ids=["unknown", "utf16-in-name-only", "ascii", "utf16-without-a-sign"],
)
def test_f102_names_the_encoding_at_fault(content: bytes, encoding: str) -> None:
    """EDG-F102 whether the encoding does not exist or is not that of the bytes."""
    fault = refused(content)

    assert (fault.code, args(fault)["encoding"], fault.line) == ("EDG-F102", encoding, 1)


@pytest.mark.parametrize(
    "encoding",
    ["UTF-7", "HZ", "ISO-2022-JP", "JAVA", "C99", "SCSU", "idna", "punycode", "undefined", "unicode_escape", "zlib"],
)
@pytest.mark.parametrize("content", [b"<a>x</a>", b"<a>\x01\xff-9999</a>", b"<a>+ADw-b/+AD4-</a>"])
def test_f102_an_encoding_in_which_markup_could_hide(encoding: str, content: bytes) -> None:
    """Whether libxml2 knows it or Python does: what was read would not be what is seen in the bytes."""
    fault = refused(f'<?xml version="1.0"\n encoding="{encoding}"?>'.encode() + content)

    assert (fault.code, args(fault)["encoding"], fault.line) == ("EDG-F102", encoding, 2)


@pytest.mark.parametrize("encoding", ["punycode", "idna", "undefined"])
def test_a_name_that_only_python_knows_is_never_looked_up(encoding: str) -> None:
    """Python's own decoders raise what no other does, or take a time that grows with the square of the size."""

    def content(size: int) -> bytes:
        return f'<?xml version="1.0" encoding="{encoding}'.encode() + b"/x'?><a>" + b"x-" * size + b"\x01</a>"

    assert refused(content(10)).code in {"EDG-F101", "EDG-F102"}
    assert calls(refused, content(5_000)) == calls(refused, content(500))


@pytest.mark.parametrize(
    "encoding", ["utf8", "UTF-16LE", "ISO-8859-1", "ISO8859-15", "latin1", "CP1252", "windows-1250", "IBM850", "ascii"]
)
def test_the_usual_names_of_encodings_are_known(encoding: str) -> None:
    """With and without hyphens, in capitals or not."""
    codec = "latin-1" if encoding == "ISO8859-15" else encoding
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>x</a>'.encode(codec)

    assert _xml.read(content, max_bytes=LIMIT).text == "x"


# --- not well-formed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "value", "reason"),
    [
        (b"<a>\n<b>Dupont & fils</b></a>", 2, "<b>Dupont & fils</b></a>", "'&' begins no entity (write '&amp;')"),
        (b"<a>&nbsp;</a>", 1, "<a>&nbsp;</a>", "Entity 'nbsp' not defined"),
        (b"<a/>\n<b/>", 2, "<b/>", "something follows the end of the root element"),
        (b"<a>\n<b>\n</a>", 3, "</a>", "Opening and ending tag mismatch: b line 2 and a"),
        (b"Facture F-1", 1, "Facture F-1", "no element found"),
        (b"", 1, "", "no element found"),
        (b'\n<?xml version="1.0"?>\n<a/>', 2, '<?xml version="1.0"?>', "something stands before the XML declaration"),
        (b"<a>\x01</a>", 1, "<a>\ufffd</a>", "a character that XML does not allow"),
        (b"<x:a/>", 1, "<x:a/>", "Namespace prefix x on a is not defined"),
        ("<a>\n&</a>".encode("utf-16"), 2, "", "'&' begins no entity (write '&amp;')"),
        (b'<a b="1" b="2"/>', 1, '<a b="1" b="2"/>', "Attribute b redefined"),
    ],
)
def test_f101_says_what_is_not_well_formed(content: bytes, line: int, value: str, reason: str) -> None:
    """EDG-F101 has the line, the text around the place, and a reason in words."""
    fault = refused(content)

    assert (fault.code, fault.line, fault.value) == ("EDG-F101", line, value)
    assert args(fault)["reason"] == reason
    assert int(args(fault)["column"]) > 0


@pytest.mark.parametrize("end", [b"</Cit", b"</City>\n<Line id=", b"<!-- to be", b"caf\xc3"])
def test_f101_says_that_a_document_stops_before_its_end(end: bytes) -> None:
    """EDG-F101: a file cut anywhere is told apart from one that is wrong, even within a character."""
    fault = refused(b"<Invoice>\n<City>Rennes" + end)

    assert fault.code == "EDG-F101"
    assert args(fault)["reason"].startswith("the document stops before its end")


# --- hostile input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY n "F-1">]>',
        '<!DOCTYPE a [<!ENTITY n SYSTEM "http://127.0.0.1:9/n">]>',
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY n "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_f103_a_document_type_declaration_is_refused(doctype: str, encoding: str) -> None:
    """EDG-F103 whatever it declares, on its line, after comments and instructions, in any encoding."""
    text = f'<?xml version="1.0" encoding="{encoding[:6].strip("-")}"?>\n<!-- > -->\n<?go?> {doctype}<a>&n;</a>'

    fault = refused(text.encode(encoding))

    assert (fault.code, fault.line) == ("EDG-F103", 3)
    assert fault.value.startswith("<!DOCTYPE a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize(
    "before",
    [
        "<!-- " + "x" * 70_000 + " -->",
        "<?x?>" + " \n" * 50_000,
        "<?x " + "<y" * 50_000 + "?>",
        "<!-- <a> - -->\n" * 10_000,
    ],
    ids=["comment", "blanks", "instruction", "comments"],
)
def test_f103_a_declaration_far_down(before: str, encoding: str) -> None:
    """EDG-F103 however long what stands before it is, on its line, with its own words."""
    fault = refused(f"{before}<!DOCTYPE a [<!ENTITY n 'F-1'>]><a>&n;</a>".encode(encoding))

    assert (fault.code, fault.value, fault.line) == ("EDG-F103", "<!DOCTYPE a", before.count("\n") + 1)


@pytest.mark.parametrize("big", [False, True], ids=["little-endian", "big-endian"])
def test_f103_a_declaration_behind_characters_that_look_like_markup(big: bool) -> None:  # noqa: FBT001 - a table
    """EDG-F103: halves of two characters that look like a comment's end together do not end it."""
    lure = "\u2d00\u2d00\u3e00<a>" if big else "\u2d2d\u3e00<a> \u002d\u2d00\u2d00\u3e00"
    document = f"\ufeff<!-- {lure} --><!DOCTYPE a SYSTEM '/nowhere/missing'><a/>"

    assert refused(document.encode("utf-16-be" if big else "utf-16-le")).value.startswith("<!DOCTYPE a SYSTEM")


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0"{" " * 70_000}encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<a/>'.encode(),
        f'<?xml version="1.0"{" " * 70_000}encoding="HZ"?><a/>'.encode("utf-16"),
    ],
    ids=["narrow", "wide"],
)
def test_f102_an_encoding_that_is_declared_far_away(content: bytes) -> None:
    """EDG-F102 however wide the XML declaration is."""
    assert refused(content).code == "EDG-F102"


DECLARATIONS = (
    f'SYSTEM "{FILE}"',
    f'PUBLIC "-//X//EN" "{FILE}"',
    f'SYSTEM "{ELSEWHERE}/subset"',
    'SYSTEM "/nowhere/missing"',
    f'[<!ENTITY % p SYSTEM "{FILE}"> %p;]',
    f'[<!ENTITY % p SYSTEM "{ELSEWHERE}/parameter"> %p;]',
    '[<!ENTITY % p SYSTEM "/nowhere/missing"> %p;]',
    f'[<!ENTITY x SYSTEM "{FILE}">]',
    f'[<!ENTITY x SYSTEM "{ELSEWHERE}/entity">]',
)
LOADING: dict[str, Any] = {"load_dtd": True, "resolve_entities": True, "no_network": False}


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("how", [{}, LOADING], ids=["as-it-is", "as-if-it-loaded"])
def test_a_parser_opens_nothing_even_of_what_nobody_looked_at(
    declared: str, how: dict[str, Any], tmp_path: Path
) -> None:
    """Neither by itself nor, were it to load what a document names, by asking: every address is an empty text."""
    with Bait(tmp_path) as bait:
        parser = _xml.build() if not how else _xml._fenced(etree.XMLParser(**how), _xml._Nowhere())  # noqa: SLF001 - alone
        used = "&x;" if "ENTITY x" in declared else ""
        root = etree.fromstring(bait.laid(f"<!DOCTYPE a {declared}><a>{used}</a>".encode()), parser)

    assert bait.touched == []
    assert root.getroottree().docinfo.internalDTD is not None
    assert not root.text


def test_a_prolog_of_many_comments_is_read_once() -> None:
    """The look for a declaration does not try comments in every combination, which would never end."""
    assert _xml.read(b"<!--a-->" * 8_000 + b"<a/>", max_bytes=LIMIT).tag == "a"


@pytest.mark.parametrize("piece", ["<!---->", "<?x?>", "\n", "<!-- ", "\u2d00\u2d00\u3e00"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_prolog_takes_a_time_that_grows_as_it_does(piece: str, encoding: str) -> None:
    """Whatever it is made of, and whether it ends or not."""
    assert growth(_prolog.look, lambda size: f"<!-- -->{piece * size}".encode(encoding), 8_000) < EVEN


def nested(levels: int, filler: int = 0) -> bytes:
    """A document of so many levels, with text in the middle."""
    return b"<a>" * levels + b"x" * filler + b"</a>" * levels


@pytest.mark.parametrize("filler", [0, _xml.HUGE_FROM], ids=["small", "huge"])
def test_f104_elements_nested_too_deep(filler: int) -> None:
    """EDG-F104 past 256 levels, also where the parser's own limit is lifted for a large document."""
    assert len(_xml.read(nested(_xml.MAX_DEPTH, filler), max_bytes=LIMIT)) == 1

    fault = refused(nested(_xml.MAX_DEPTH + 1, filler))

    assert fault.code == "EDG-F104"
    assert "256" in args(fault)["reason"]


def test_f104_a_document_past_the_limit_of_bytes() -> None:
    """EDG-F104 before a byte is parsed, with the size found and the limit."""
    fault = refused(b"<a>12345</a>", max_bytes=11)

    assert (fault.code, fault.value, args(fault)["reason"]) == ("EDG-F104", "12", "more than 11 bytes")


def test_f104_more_tags_than_memory_should_hold() -> None:
    """EDG-F104 for a document that is nothing but tags: its tree would be thirty times as large."""
    assert refused(b"<a>" + b"<b/>" * (_xml.MAX_MARKS + 1) + b"</a>").code == "EDG-F104"


def test_f104_a_name_that_is_too_long() -> None:
    """EDG-F104 without the library's advice to programmers."""
    fault = refused(b"<" + b"x" * 60_000 + b"/>")

    assert (fault.code, args(fault)["reason"]) == ("EDG-F104", "Name too long: NCName")


@pytest.mark.parametrize(
    ("letter", "encoding"), [("x", "utf-8"), ("€", "iso8859-15")], ids=["12-MB", "12-MB-once-in-UTF-8"]
)
def test_a_text_of_12_megabytes_is_read(letter: str, encoding: str) -> None:
    """An attachment may pass the parser's own limit, which counts in UTF-8 whatever the file is written in."""
    length = 12_000_000 // len(letter.encode())
    head = f'<?xml version="1.0" encoding="{encoding.replace("iso8859", "ISO-8859")}"?><a>'

    root = _xml.read((head + letter * length + "</a>").encode(encoding), max_bytes=LIMIT)

    assert len(root.text or "") == length


# --- the tree --------------------------------------------------------------------------------------------------------


def test_comments_and_instructions_leave_text_whole_and_lines_right() -> None:
    """A comment amid a number does not cut it, and the elements after it stay on their lines."""
    root = _xml.read(b"<a><!-- one\ntwo -->\n<b>12<!-- x -->34</b>\n<?go\n?><c/></a>", max_bytes=LIMIT)

    assert [f"{child.tag} {child.text} {child.sourceline}" for child in root] == ["b 1234 3", "c None 5"]


@pytest.mark.parametrize(
    "inside",
    [
        " text ", "  ", "&#32;text", " <!-- one -->text", " <![CDATA[text]]> ", " <?an instruction?>text",
        "\n<!---->\n", "  \r\n  \r\ntext", "\r\n\r\ntext", " \r", "\r\ntext\r\n\r\n", "\r" * 301 + "text",
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_layout_may_be_left_out_but_no_blank_of_a_text(inside: str, encoding: str) -> None:
    """What stands between elements is no text; what stands in one is kept to the last blank, whatever is beside it."""
    content = f'<?xml version="1.0" encoding="{encoding[:6]}"?>\n<a>\n  <b>{inside}</b>\n  <c/>\n</a>'.encode(encoding)

    with_layout, without = (_xml.read(content, max_bytes=LIMIT, blanks=blanks) for blanks in (True, False))

    assert [child.text for child in without] == [child.text for child in with_layout]
    assert [child.sourceline for child in without] == [child.sourceline for child in with_layout]
    assert with_layout.text == "\n  "


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', "<?first of all?>"])
@pytest.mark.parametrize("text", ["c", "c !", "c ?", "c ?> d"])
def test_marks_in_a_text_are_no_comments(text: str, declaration: str) -> None:
    """What is written with `!` or `?` is a text as any other: the layout is left out all the same."""
    root = _xml.read(f"{declaration}<a>\n  <b>{text}</b>\n</a>".encode(), max_bytes=LIMIT, blanks=False)

    assert (root.text, root[0].text, root[0].tail) == (None, text, None)


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', "<?first of all?>"])
@pytest.mark.parametrize("aside", ["<!-- one -->", "<?one?>", "<![CDATA[one]]>"])
def test_a_blank_before_an_aside_stays_whatever_the_document_begins_with(aside: str, declaration: str) -> None:
    """The blank that a text begins with is not taken for layout."""
    content = f"{declaration}<a><b> {aside}text</b></a>".encode()

    assert _xml.read(content, max_bytes=LIMIT, blanks=False)[0].text == _xml.read(content, max_bytes=LIMIT)[0].text


def test_a_plain_document_is_read_without_its_layout() -> None:
    """Which is half of its nodes."""
    for end in (b"\n", b"\r\n"):
        root = _xml.read(b"<a>\n  <b> c </b>\n</a>".replace(b"\n", end), max_bytes=LIMIT, blanks=False)

        assert (root.text, root[0].text, root[0].tail) == (None, " c ", None)


@pytest.mark.parametrize("blanks", [b"\r\n", b" ", b"> ", b" \r \n"])
def test_blanks_without_end_are_looked_through_once(blanks: bytes) -> None:
    """However they are mixed, very many of them cost no more than reading them."""

    def look(content: bytes) -> None:
        _xml.read(content, max_bytes=LIMIT, blanks=False)

    assert growth(look, lambda size: b"<a>" + blanks * (size // len(blanks)) + b"x\r</a>", 2_000) < EVEN


def test_lines_are_right_past_65535() -> None:
    """libxml2 keeps lines in 16 bits, and elsewhere for those that do not fit."""
    root = _xml.read(b"<a>\n" + b"<b>1</b>\n" * 70_000 + b"<c><d>1</d></c>\n</a>", max_bytes=LIMIT)

    assert [f"{element.tag} {element.sourceline}" for element in root.iter("c", "d")] == ["c 70002", "d 70002"]


def test_each_thread_reads_with_a_parser_of_its_own() -> None:
    """Documents read at the same time do not mix, and none waits for another's parser."""
    found: list[tuple[int, str | None]] = []

    def work(number: int) -> None:
        found.extend((number, _xml.read(f"<a>{number}</a>".encode(), max_bytes=LIMIT).text) for _ in range(200))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 800
    assert all(text == str(number) for number, text in found)


# --- sniffing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"<?xml version='1.0'?>", "xml"),
        (b"\xef\xbb\xbf<Invoice>", "xml"),
        (b"\r\n \t<Invoice>", "xml"),
        ("<Invoice>".encode("utf-16"), "xml"),
        ("<Invoice>".encode("utf-16-le"), "xml"),
        ("\ufeff <Invoice>".encode("utf-16-be"), "xml"),
        ("<Invoice>".encode("utf-16-be"), "xml"),
        ("<Invoice>".encode("utf-32"), "xml"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"%PDF-1.7", "pdf"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\0" * 64, "empty"),
        (b"Facture F-1", "other"),
        (b"PK is not a zip", "other"),
        (b"\xff\xd8\xff\xe0", "other"),
    ],
)
def test_the_first_bytes_tell_the_kind(start: bytes, kind: str) -> None:
    """Flows arrive without extension: a byte order mark and blanks may come before `<` (reference §4.2)."""
    assert _xml.kind_of(start) == kind


# --- the shared samples ----------------------------------------------------------------------------------------------

DERIVED = {
    "declared-utf8-is-latin1.xml": "EDG-F102",
    "doctype-internal-entity.xml": "EDG-F103",
    "empty.xml": "EDG-F101",
    "not-xml.xml": "EDG-F101",
    "truncated.xml": "EDG-F101",
}


def samples() -> list[str]:
    """The derived documents that verdicts.csv speaks of."""
    if not VERDICTS.is_file():
        return []
    with VERDICTS.open(encoding="utf-8", newline="") as rows:
        return [row["path"] for row in csv.DictReader(rows) if row["path"].startswith("invalid/derived/")]


@pytest.mark.skipif(not VERDICTS.is_file(), reason=f"no shared samples: {VERDICTS} is not there")
@pytest.mark.parametrize("path", samples())
def test_shared_samples_are_read_or_refused_for_their_own_reason(path: str) -> None:
    """Each broken sample has its code; all others, in any encoding, are read."""
    content = (SHARED / "samples" / path).read_bytes()
    code = DERIVED.get(Path(path).name)

    if code:
        assert refused(content).code == code
    else:
        assert _xml.read(content, max_bytes=LIMIT).tag
