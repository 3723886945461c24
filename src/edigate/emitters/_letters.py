"""Texts as a PDF can print them: tamed, and broken into lines of a width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edigate.emitters._faces import Weight

PLACEHOLDER = "\N{REPLACEMENT CHARACTER}"
"""Stands for what the typeface does not have."""

# Anything else is looked at: printable Latin-1 without its soft hyphen, and what French adds to it.
_UNUSUAL = re.compile("[^\n\x20-\x7e\xa0-\xac\xae-\xffŒœ€’‘“”–—…]")
_USUAL_ASCII = b"\n" + bytes(range(0x20, 0x7F))
_PORTION = 1_000
_UNBREAKABLE_SPACES = frozenset("\N{FIGURE SPACE}\N{NARROW NO-BREAK SPACE}")


def is_usual(text: str) -> bool:
    """Whether taming leaves every character of the text as it is, all of which Western European typefaces have."""
    try:
        rest = text.encode().translate(None, _USUAL_ASCII)  # a tenth of the time of a search, and leaves little to it
    except UnicodeEncodeError:
        return False
    return not rest or _UNUSUAL.search(rest.decode()) is None


def tamed(text: str, limit: int) -> str:
    """The text's first `limit` characters without what steers a terminal or a reader: controls, directions, markup.

    Lines end in one way, blanks are spaces or no-break spaces, and what was left out of a long text is counted.
    """
    rest = len(text) - limit
    text = text if rest <= 0 else f"{text[:limit]} […] ({rest} caractères de plus dans le document d’origine)"
    if is_usual(text):
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNUSUAL.sub(_tamed, _composed(plain))


def broken(text: str, weight: Weight, room: float) -> list[str]:
    """The text in lines no wider than `room`, broken at spaces, inside a word where it alone is wider."""
    lines = text.split("\n")
    if len(max(lines, key=len)) * weight.widest <= room:
        return lines
    return [part for line in lines for part in _in_parts(line, weight.wide, room)]


def _in_parts(line: str, wide: Callable[[str], float], room: float) -> list[str]:
    return [line] if wide(line) <= room else _filled(line, wide, room)


def _composed(text: str) -> str:
    """Letters and their accents as one; by portions, since what a long row of accents costs is its square."""
    portions = (text[start : start + _PORTION] for start in range(0, len(text), _PORTION))
    return "".join(normalize("NFC", portion) for portion in portions)


def _tamed(match: re.Match[str]) -> str:
    char = match[0]
    match category(char):
        case "Zs":
            return "\xa0" if char in _UNBREAKABLE_SPACES else " "
        case "Zl" | "Zp":
            return "\n"
        case "Cf":
            return ""
        case "Cc" | "Cs" | "Co" | "Cn":
            return PLACEHOLDER
    return char


def _filled(text: str, wide: Callable[[str], float], room: float) -> list[str]:
    lines: list[str] = []
    line, used, space = "", 0.0, wide(" ")
    for word, width in _words(text, wide, room):
        if line and used + space + width > room:
            lines.append(line)
            line, used = word, width
        else:
            line, used = (f"{line} {word}", used + space + width) if line else (word, width)
    return [*lines, line]


def _words(text: str, wide: Callable[[str], float], room: float) -> Iterator[tuple[str, float]]:
    """Each word with its width; one that is too wide comes in pieces."""
    for word in text.split(" "):
        width = wide(word)
        if width <= room:
            yield word, width
            continue
        start, used = 0, 0.0
        for position, char in enumerate(word):
            further = wide(char)
            if used + further > room and position > start:
                yield word[start:position], used
                start, used = position, 0.0
            used += further
        yield word[start:], used
