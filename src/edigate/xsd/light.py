"""Documents without the weight of what is attached to them, while libxml2 judges them.

It takes as long to see that a megabyte is base64 as for all else it does with a document of that size; what is base64
beyond doubt stands back for a word of it meanwhile. Only where schemas say base64 and nothing more, as the official do.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from edigate.domain.base64_ends import ends_whole
from edigate.parsers._tree import clark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

HEAVY = 1 << 16
_TAGS = (clark("cbc:EmbeddedDocumentBinaryObject"), clark("ram:AttachmentBinaryObject"), "Contenu")
_WORD = "AAAA"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_PADDING = (b"", b"=", b"==")
_BLANK = " \t\r\n"


def heavy(root: _Element) -> list[_Element]:
    """The contents of a document that are heavy."""
    return [element for element in root.iter(*_TAGS) if _is_heavy(element)]


@contextmanager
def lightened(contents: Iterable[_Element]) -> Iterator[None]:
    """Put stand-ins in the places of heavy contents, and these back again afterwards."""
    pairs = [(element, _stand_in(element)) for element in contents]
    for element, other in pairs:
        _exchange(element, other)
    try:
        yield
    finally:
        for element, other in pairs:
            _exchange(other, element)


def _is_heavy(element: _Element) -> bool:
    text = element.text
    if text is None or len(text) < HEAVY or len(text) % 4 or not text.isascii() or element.getparent() is None:
        return False
    if len(element) or (element.tail or "").strip(_BLANK):  # what stands behind it would leave the document with it
        return False
    encoded = text.encode("ascii")
    padding = encoded.translate(None, _ALPHABET)
    return padding in _PADDING and encoded.endswith(padding) and ends_whole(encoded)


def _stand_in(element: _Element) -> _Element:
    namespaces = cast("dict[str, str]", element.nsmap)  # as the stubs want it: the default has no prefix
    other = element.makeelement(element.tag, _attributes(element), namespaces)
    other.text = _WORD
    return other


def _attributes(element: _Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _exchange(element: _Element, other: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, other)
