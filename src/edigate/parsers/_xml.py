"""Bytes to a tree, safely: the only place where an XML parser is built."""

from __future__ import annotations

import re
import threading

from lxml import etree

from edigate.domain.faults import Refusal, fault
from edigate.parsers import _xml_faults

MAX_DEPTH = 256  # libxml2's own limit, which its huge mode raises
MAX_MARKS = 8_000_000  # signs that begin a tag or give an attribute: a gigabyte of tree at most
# libxml2 stops at 10 million bytes of text, counted in UTF-8, where one byte of the file can become three.
HUGE_FROM = 10_000_000 // 3

_START = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe(?:\0\0)?|\xfe\xff|\0\0\xfe\xff)?[\0\t\n\r ]*")
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PK\x07\x08", "zip"))
_TOO_DEEP = etree.XPath("boolean(/" + "*/" * MAX_DEPTH + "*)")


def build(*, huge: bool = False, resolver: etree.Resolver | None = None) -> etree.XMLParser:
    """A parser that loads no DTD, replaces no entity and never reaches the network.

    `huge` lifts libxml2's limits on depth and text, which the caller then keeps itself; `resolver` is asked for
    every file that a schema names. Comments and processing instructions leave the tree; lines stay right.
    """
    parser = etree.XMLParser(
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=huge,
    )
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
