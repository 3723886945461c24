"""Bytes to a tree, safely: the only place where an XML parser is built."""

from __future__ import annotations

import re
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

from lxml import etree

from edigate.domain.faults import Refusal, fault
from edigate.parsers import _xml_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_DEPTH = 256  # libxml2's own limit, which its huge mode raises
MAX_MARKS = 8_000_000  # signs that begin a tag or give an attribute: a gigabyte of tree at most
# libxml2 stops at 10 million bytes of text, counted in UTF-8, where one byte of the file can become three.
HUGE_FROM = 10_000_000 // 3

# A document that is judged while it is read is fed in small pieces: they are what tells a mistake's line.
PIECE = 1024
_HEAD = 65_536
# No DTD, no entity, no network; what is no element leaves the tree.
_SAFE: Mapping[str, Any] = MappingProxyType(
    {
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "resolve_entities": False,
        "no_network": True,
        "remove_comments": True,
        "remove_pis": True,
        "collect_ids": False,
    }
)
_PLACE = re.compile(r",? line \d+, column \d+$")

_START = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe(?:\0\0)?|\xfe\xff|\0\0\xfe\xff)?[\0\t\n\r ]*")
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PK\x07\x08", "zip"))
_TOO_DEEP = etree.XPath("boolean(/" + "*/" * MAX_DEPTH + "*)")


def build(*, huge: bool = False, resolver: etree.Resolver | None = None) -> etree.XMLParser:
    """A parser that loads no DTD, replaces no entity and never reaches the network.

    `huge` lifts libxml2's limits on depth and text, which the caller then keeps itself; `resolver` is asked for
    every file that a schema names. Comments and processing instructions leave the tree; lines stay right.
    """
    parser = etree.XMLParser(**_SAFE, huge_tree=huge)
    if resolver is not None:
        parser.resolvers.add(resolver)
    return parser


class _Parsers(threading.local):
    """Each thread's own pair: a parser locks itself while it works, and a new one costs a quarter of a parse."""

    def __init__(self) -> None:
        self.plain = build()
        self.huge = build(huge=True)


_PARSERS = _Parsers()


def kind_of(content_start: bytes) -> str:
    """What the first bytes of a file announce: xml, gzip, zip, pdf, empty or other (reference §4.2).

    XML begins with `<` after a byte order mark and blanks, in UTF-8, UTF-16 or UTF-32; a start made of blanks and
    zero bytes alone is empty.
    """
    for magic, kind in _MAGIC:
        if content_start.startswith(magic):
            return kind
    start = _START.match(content_start)
    at = start.end() if start else 0
    if at == len(content_start):
        return "empty"
    if content_start.startswith(b"<", at):
        return "xml"
    return "pdf" if content_start.startswith(b"%PDF", at) else "other"


def read(content: bytes, *, max_bytes: int) -> etree._Element:
    """The root of a well-formed document, or a Refusal whose fault says what stands in the way, and where.

    EDG-F101 not well-formed, EDG-F102 wrong or unknown encoding, EDG-F103 document type declaration, EDG-F104 past
    a limit of the parser: `max_bytes`, 256 levels, number of tags.
    """
    _stop_on_size(content, max_bytes)
    found = _xml_faults.doctype(content)
    if found:
        raise Refusal(found)
    huge = len(content) > HUGE_FROM
    try:
        root = etree.fromstring(content, _PARSERS.huge if huge else _PARSERS.plain)
    except etree.XMLSyntaxError as error:
        raise Refusal(_xml_faults.explained(content, error)) from None
    _stop_on_tree(root, huge=huge)
    return root


def _stop_on_size(content: bytes, max_bytes: int) -> None:
    if len(content) > max_bytes:
        raise Refusal(fault("EDG-F104", value=len(content), reason=f"more than {max_bytes} bytes"))
    if len(content) > HUGE_FROM and content.count(b"<") + content.count(b"=") > MAX_MARKS:
        raise Refusal(fault("EDG-F104", reason=f"more than {MAX_MARKS} tags and attributes"))


def _stop_on_tree(root: etree._Element, *, huge: bool) -> None:
    """What only the parsed document shows: a DTD in an encoding that hides it, and depth in huge mode."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal(fault("EDG-F103"))
    if huge and _TOO_DEEP(root):
        raise Refusal(fault("EDG-F104", reason=f"elements nested more than {MAX_DEPTH} levels deep"))


class Source(Protocol):
    """What a document is read from, piece by piece."""

    def read(self, size: int, /) -> bytes:
        """So many bytes or fewer; none at the end."""


def stream(source: Source, *, root: str, records: Iterable[str], schema: etree.XMLSchema) -> Iterator[etree._Element]:
    """The elements of these names in a document of any size, each whole when it is given and emptied afterwards.

    The schema judges the document as it passes: what is given is valid, what follows it may not be.
    libxml2's limits on depth and texts hold. Refusals: EDG-F101 not well-formed, EDG-F103 document type declaration,
    EDG-F105 another root, EDG-F110 against the schema, with the line of the piece in which that showed.
    """
    # Beside a schema libxml2 says nothing of what is not well-formed, so a reader without tree goes before.
    before = etree.XMLParser(target=cast("Any", _Nothing()), **_SAFE)
    parser = etree.XMLPullParser(events=("end",), tag=(root, *records), schema=schema, **_SAFE)
    line = 1
    for piece in _pieces(source):
        _feed(before, piece)
        _feed(parser, piece)
        if parser.feed_error_log:
            raise Refusal(fault("EDG-F110", reason=_words(parser.feed_error_log[0].message)).placed("", line))
        for element in _ended(parser):
            if element.getparent() is not None:
                yield element
                _forget(element)
        line += piece.count(b"\n")
    _finish(before, parser, root)


class _Nothing:
    """What becomes of a document that is only looked at: lxml leaves out what its target has no method for."""

    def close(self) -> None:
        """Nothing was made."""


def _pieces(source: Source) -> Iterator[bytes]:
    """The document in small pieces, unless it begins with a document type declaration."""
    block = source.read(_HEAD)
    if found := _xml_faults.doctype(block):
        raise Refusal(found)
    while block:
        for start in range(0, len(block), PIECE):
            yield block[start : start + PIECE]
        block = source.read(_HEAD)


def _feed(parser: etree.XMLParser, piece: bytes) -> None:
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None


def _ended(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    events = cast("Any", parser.read_events())
    return (element for _, element in events)


def _finish(before: etree.XMLParser, parser: etree.XMLPullParser, root: str) -> None:
    try:
        before.close()
        found = parser.close()
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None
    if found.getroottree().docinfo.internalDTD is not None:
        raise Refusal(fault("EDG-F103"))
    if found.tag != root:
        raise Refusal(fault("EDG-F105", value=found.tag, expected=root, takers="").placed("", 1))


def _not_well_formed(error: etree.XMLSyntaxError) -> Refusal:
    line, column = error.position
    reason = _PLACE.sub("", _words(error.msg))
    return Refusal(fault("EDG-F101", reason=reason, column=column).placed("", max(line, 1)))


def _forget(element: etree._Element) -> None:
    """Give back the memory of an element that was used, and of those before it."""
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _words(message: str | None) -> str:
    return " ".join((message or "").split())
