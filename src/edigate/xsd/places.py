"""Where an element stands, in words: prefixed names, paths, lines, and the text found there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from edigate.parsers._tree import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TEXT = 200  # what is quoted of a value; an attachment may stand there
_MAX_REASON = 1_000

_PREFIX_OF = {"http://www.w3.org/XML/1998/namespace": "xml", **{uri: prefix for prefix, uri in PREFIXES.items()}}
_CLARK = re.compile(r"\{[^{}\s']*\}[\w.-]+")
_LONG_QUOTE = re.compile(r"('[^']{80})[^']+'")
_WEIGHT = etree.XPath("string-length(/) + 50 * count(//*)")
_ATTRIBUTES = etree.XPath("//@*", smart_strings=False)


def name(tag: str, near: etree._Element) -> str:
    """A tag with its usual prefix, or that of the document where `near` stands."""
    uri, _, local = tag.rpartition("}")
    uri = uri.removeprefix("{")
    prefix = _PREFIX_OF.get(uri) or next((own for own, bound in near.nsmap.items() if own and bound == uri), "")
    return f"{prefix}:{local}" if prefix else local


def names(tags: Iterable[str], near: etree._Element) -> str:
    """Several tags as one text."""
    return ", ".join(name(tag, near) for tag in tags)


def prefixed(sentence: str, near: etree._Element) -> str:
    """A sentence of a validator with prefixes for its `{namespace}`s; what it quotes at length is cut, it is not."""
    quoting = _LONG_QUOTE.sub(r"\1…'", sentence)
    return short(_CLARK.sub(lambda match: name(match[0], near), quoting), _MAX_REASON)


def short(text: str, longest: int = MAX_TEXT) -> str:
    """One line of a text, cut where it becomes too long to quote; control characters do not pass."""
    one = "".join(character if character.isprintable() else " " for character in text[: 2 * longest])
    one = " ".join(one.split())
    return one if len(one) <= longest else one[: longest - 1] + "…"


def path(element: etree._Element) -> str:
    """The XPath of an element: prefixed names, numbers from 1 where siblings share a name."""
    steps = [_step(element), *(_step(ancestor) for ancestor in element.iterancestors())]
    return "/" + "/".join(reversed(steps))


def line(element: etree._Element) -> int | None:
    """The line an element begins on, from 1."""
    return cast("int | None", element.sourceline)


def place(element: etree._Element) -> tuple[str, int | None]:
    """Path and line, as a fault is placed."""
    return path(element), line(element)


def found(element: etree._Element, longest: int = MAX_TEXT) -> str:
    """The first text of an element itself that is not blank, cut where it is longer."""
    texts = (element.text, *(child.tail for child in element))
    return short(next((text for text in texts if text and not text.isspace()), ""), longest)


def weight(root: etree._Element) -> float:
    """About how many bytes a document has, attributes aside, from what is in its tree."""
    size = _WEIGHT(root)
    return size if isinstance(size, float) else 0.0


def weight_of_attributes(root: etree._Element) -> int:
    """How many characters the attributes of a document have."""
    return sum(len(value) for value in cast("list[str]", _ATTRIBUTES(root)))


def _step(element: etree._Element) -> str:
    if element.getparent() is None:
        return name(element.tag, element)
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    alone = before == 0 and next(iter(element.itersiblings(element.tag)), None) is None
    return name(element.tag, element) if alone else f"{name(element.tag, element)}[{before + 1}]"
