"""Bytes to a tree, safely: the only place where an XML parser is built."""

from __future__ import annotations

import re
import threading
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from lxml import etree

from edigate.domain.faults import Fault, Refusal, fault
from edigate.parsers import _prolog, _xml_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

MAX_DEPTH = 256  # libxml2's own limit, which its huge mode raises
MAX_MARKS = 8_000_000  # signs that begin a tag or give an attribute: a gigabyte of tree at most
# libxml2 stops at so many bytes of text, counted in UTF-8, where one byte of the file can become three.
LONGEST_TEXT = 10_000_000
HUGE_FROM = LONGEST_TEXT // 3

# A document that is judged while it is read is fed in small pieces: they are what tells a mistake's line.
PIECE = 1024
_HEAD = 65_536
LONGEST_PROLOG = 16 * _HEAD  # of a document that is read piece by piece
# No DTD, no entity, no network; what is no element leaves the tree. Whoever sets `collect_ids` to False has libxml2
# load the external subset all the same.
_SAFE: Mapping[str, Any] = MappingProxyType(
    {
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "resolve_entities": False,
        "no_network": True,
        "remove_comments": True,
        "remove_pis": True,
    }
)
_Parser = TypeVar("_Parser", etree.XMLParser, etree.XMLPullParser)
_NO_SUCH_ROOT = "SCHEMAV_CVC_ELT_1"
_WIDE: Mapping[bytes, str] = MappingProxyType({b"<\0": "utf-16-le", b"\0<": "utf-16-be"})

_START = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe(?:\0\0)?|\xfe\xff|\0\0\xfe\xff)?[\0\t\n\r ]*")
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PK\x07\x08", "zip"))
_NEITHER = re.compile(rb"<[!?]")  # element nor text: comments, sections of text, instructions
_BEFORE_RETURN = re.compile(rb">[\t\n\r ]+\r")
_TOO_DEEP = etree.XPath("boolean(/" + "*/" * MAX_DEPTH + "*)")


class _Nowhere(etree.Resolver):
    """Answers for whatever a document names: nothing is opened, nobody is asked, and each address is as any other."""

    def resolve(self, system_url: str, public_id: str, context: object = None) -> object:  # noqa: ARG002 - lxml's
        """An empty text; what lxml calls an empty answer leaves the address to libxml2."""
        return self.resolve_string("", context, base_url=None)


def build(
    *, huge: bool = False, blanks: bool = True, resolver: etree.Resolver | None = None
) -> etree.XMLParser:  # fmt: skip
    """A parser that loads no DTD, replaces no entity, opens no file and never reaches the network.

    `huge` lifts libxml2's limits on depth and text, which the caller then keeps itself; `resolver` is asked for
    every file that a schema names. Comments and processing instructions leave the tree; lines stay right. Without
    `blanks` so does the white space between elements, unless something that is no element stands beside it.
    """
    return _fenced(etree.XMLParser(**_SAFE, huge_tree=huge, remove_blank_text=not blanks), resolver or _Nowhere())


def _fenced(parser: _Parser, resolver: etree.Resolver) -> _Parser:
    parser.resolvers.add(resolver)
    return parser


class _Parsers(threading.local):
    """Each thread's own: a parser locks itself while it works, and a new one costs a quarter of a parse."""

    def __init__(self) -> None:
        self.by_kind = {
            (huge, blanks): build(huge=huge, blanks=blanks) for huge in (False, True) for blanks in (False, True)
        }


_PARSERS = _Parsers()


def kind_of(content_start: bytes) -> str:
    """What the first bytes of a file announce: xml, gzip, zip, pdf, empty or other (reference §4.2).

    XML begins with `<` after a byte order mark and blanks, in UTF-8, UTF-16 or UTF-32; a start made of blanks and
    zero bytes alone is empty.
    """
    if content_start.startswith(b"<"):
        return "xml"
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


def read(content: bytes, *, max_bytes: int, blanks: bool = True) -> etree._Element:
    """The root of a well-formed document, or a Refusal whose fault says what stands in the way, and where.

    Without `blanks` the tree may lack the white space that only lays a document out: half of its nodes.
    EDG-F101 not well-formed, EDG-F102 wrong or unknown encoding, EDG-F103 document type declaration, EDG-F104 past
    a limit of the parser: `max_bytes`, 256 levels, number of tags.
    """
    _stop_on_size(content, max_bytes)
    found = _xml_faults.at_sight(content)
    if found:
        raise Refusal(found)
    huge = len(content) > HUGE_FROM
    try:
        root = etree.fromstring(content, _PARSERS.by_kind[huge, blanks or not _is_plain(content)])
    except etree.XMLSyntaxError as error:
        raise Refusal(_xml_faults.explained(content, error)) from None
    _stop_on_tree(root, huge=huge)
    return root


def _is_plain(content: bytes) -> bool:
    """Whether blanks that begin a text are never taken for layout, as they are beside a comment and before a return.

    Most documents have no `!` at all, and no `?` but those of the XML declaration: that is seen in no time. Returns
    are the ends of lines elsewhere: only blank lines have blanks before them.
    """
    if not content.startswith(b"<") or content[1:2] in {b"\0", b"!"}:
        return False
    if b"\r" in content and _BEFORE_RETURN.search(content):
        return False
    declaration = content.find(b"?>") if content.startswith(b"<?xml") else 0
    return (b"!" not in content and content.find(b"?", declaration + 2) < 0) or _NEITHER.search(content, 1) is None


def _stop_on_size(content: bytes, max_bytes: int) -> None:
    if len(content) > max_bytes:
        raise Refusal(fault("EDG-F104", value=len(content), reason=f"more than {max_bytes} bytes"))
    if len(content) > HUGE_FROM and content.count(b"<") + content.count(b"=") > MAX_MARKS:
        raise Refusal(fault("EDG-F104", reason=f"more than {MAX_MARKS} tags and attributes"))


def _stop_on_tree(root: etree._Element, *, huge: bool) -> None:
    """What only the parsed document shows: a DTD that was not seen before, and depth in huge mode."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal(fault("EDG-F103"))
    if huge and _TOO_DEEP(root):
        raise Refusal(fault("EDG-F104", reason=f"elements nested more than {MAX_DEPTH} levels deep"))


class Source(Protocol):
    """What a document is read from, piece by piece."""

    def read(self, size: int, /) -> bytes:
        """So many bytes or fewer; none at the end."""


def stream(
    source: Source,
    *,
    root: str,
    records: Collection[str],
    schema: etree.XMLSchema,
    named: Callable[[etree._Element], str] = lambda _: "",
) -> Iterator[etree._Element]:
    """The elements of these names in a document of any size, each whole when it is given and emptied afterwards.

    The schema judges the document as it passes: what is given is valid, what follows it may not be.
    libxml2's limits on depth and texts hold. Refusals: EDG-F101 not well-formed, EDG-F102 wrong or unknown encoding,
    EDG-F103 document type declaration, EDG-F104 past a limit, EDG-F105 another root, EDG-F110 against the schema, with
    the line of the piece in which that showed and, as its value, what `named` calls the record in error.
    """
    # Beside a schema libxml2 says nothing of what is not well-formed, so a reader without tree goes before.
    before = _fenced(etree.XMLParser(target=cast("Any", _Nothing()), **_SAFE), _Nowhere())
    parser = _fenced(etree.XMLPullParser(events=("end",), tag=(root, *records), schema=schema, **_SAFE), _Nowhere())
    line, tree, head = 1, None, _whole_prolog(source)
    try:
        for piece in _pieces(head, source, records):
            before.feed(piece)
            parser.feed(piece)
            ended = _ended(parser)
            tree = ended[0].getroottree() if tree is None and ended else tree
            if parser.feed_error_log:
                value = _open_record(tree, records, named)
                raise Refusal(_against(parser.feed_error_log[0], root, value).placed("", line))
            for element in ended:
                if element.getparent() is not None:
                    yield element
                    _forget(element)
            line += piece.count(b"\n")
    except etree.XMLSyntaxError as error:
        raise Refusal(_xml_faults.explained_far_down(head, error, at_end=False)) from None
    _finish(before, parser, root, head)


def _open_record(
    tree: etree._ElementTree | None, records: Collection[str], named: Callable[[etree._Element], str]
) -> str:
    """The record in hand: pieces end where records do, and those of before are empty."""
    if tree is None:
        return ""
    return next((named(element) for element in tree.iter(*records) if len(element) or element.text), "")


def _against(entry: etree._LogEntry, root: str, value: str) -> Fault:
    reason = " ".join((entry.message or "").split())
    if entry.type_name == _NO_SUCH_ROOT:
        return fault("EDG-F105", value=reason.split("'")[1], expected=root, takers="")
    return fault("EDG-F110", value=value, reason=reason)


class _Nothing:
    """What becomes of a document that is only looked at: lxml leaves out what its target has no method for."""

    def close(self) -> None:
        """Nothing was made."""


def _whole_prolog(source: Source) -> bytes:
    """The document's beginning up to its root at least, unless that has a document type declaration."""
    head = block = source.read(_HEAD)
    while block and not _prolog.look(head).ended and len(head) < LONGEST_PROLOG:
        block = source.read(_HEAD)
        head += block
    if found := _xml_faults.at_sight(head):
        raise Refusal(found)
    if block and not _prolog.look(head).ended:
        raise Refusal(fault("EDG-F104", reason=f"no element in the first {len(head)} bytes"))
    return head


def _pieces(block: bytes, source: Source, records: Iterable[str]) -> Iterator[bytes]:
    """The document in small pieces that end where records do."""
    wide = _WIDE.get(block.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")[:2], "ascii")
    ends = re.compile(b"|".join(re.escape(f"</{name}>".encode(wide)) for name in records))
    while block:
        cuts = (0, *(end.end() for end in ends.finditer(block)), len(block))
        for begin, end in pairwise(cuts):
            for start in range(begin, end, PIECE):
                yield block[start : min(start + PIECE, end)]
        block = source.read(_HEAD)


def _ended(parser: etree.XMLPullParser) -> list[etree._Element]:
    events = cast("Any", parser.read_events())
    return [element for _, element in events]


def _finish(before: etree.XMLParser, parser: etree.XMLPullParser, root: str, head: bytes) -> None:
    try:
        before.close()
    except etree.XMLSyntaxError as error:
        raise Refusal(_xml_faults.explained_far_down(head, error, at_end=True)) from None
    try:
        found = parser.close()
    except etree.XMLSyntaxError:  # what has no tree keeps no text, and takes one that is endless
        raise Refusal(fault("EDG-F104", reason=f"a text of more than {LONGEST_TEXT} bytes")) from None
    if found.getroottree().docinfo.internalDTD is not None:
        raise Refusal(fault("EDG-F103"))
    if found.tag != root:
        raise Refusal(fault("EDG-F105", value=found.tag, expected=root, takers="").placed("", 1))


def _forget(element: etree._Element) -> None:
    """Give back the memory of an element that was used, and of those before it."""
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
