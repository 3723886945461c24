"""Texts as a PDF can print them: tamed, in a typeface that has their characters, broken into lines of a width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACEHOLDER = "\N{REPLACEMENT CHARACTER}"
"""Stands for what the typeface does not have."""

WINDOWS = "cp1252"
"""What the fonts that every reader of PDF has can write."""

# Anything else is looked at: printable Latin-1 without its soft hyphen, and what French adds to it.
_UNUSUAL = re.compile("[^\n\x20-\x7e\xa0-\xac\xae-\xffŒœ€’‘“”–—…]")
_PORTION = 1_000
_UNBREAKABLE_SPACES = frozenset("\N{FIGURE SPACE}\N{NARROW NO-BREAK SPACE}")
_ESCAPES = str.maketrans(
    {char: f"\\{char}" for char in "()\\"}
    | {bytes([code]).decode(WINDOWS, "ignore") or chr(code): f"\\{code:03o}" for code in range(0x80, 0x100)}
)


class Face(NamedTuple):
    """A typeface: reportlab's names of its two weights, and each character's width in thousandths of the size.

    `embedded` tells a font that goes into the document from one that every reader of PDF has.
    """

    names: tuple[str, str]
    widths: tuple[Mapping[str, float], Mapping[str, float]]
    embedded: bool


def tamed(text: str, limit: int) -> str:
    """The text's first `limit` characters without what steers a terminal or a reader: controls, directions, markup.

    Lines end in one way, blanks are spaces or no-break spaces, and what was left out of a long text is counted.
    """
    rest = len(text) - limit
    text = text if rest <= 0 else f"{text[:limit]} […] ({rest} caractères de plus dans le document d’origine)"
    if text.isascii() and text.isprintable():
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNUSUAL.sub(_tamed, _composed(plain))


def drawable(text: str, face: Face) -> str:
    """The tamed text with a placeholder for each character that the typeface does not have."""
    if not face.embedded:
        return text
    known = face.widths[0]
    return "".join(char if char in known or char == "\n" else PLACEHOLDER for char in text)


def escaped(text: str) -> str:
    """The text of a typeface that is not embedded, as a literal string of PDF holds it."""
    return text.translate(_ESCAPES)


def width(text: str, widths: Mapping[str, float], size: float) -> float:
    """How wide the text is, in points."""
    return sum(map(widths.__getitem__, text)) * size / 1000


def broken(text: str, widths: Mapping[str, float], size: float, room: float) -> list[str]:
    """The text in lines no wider than `room` points, broken at spaces, inside a word where it alone is wider."""
    thousandths = room * 1000 / size
    return [line for part in text.split("\n") for line in _filled(part, widths, thousandths)]


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


def _filled(text: str, widths: Mapping[str, float], room: float) -> list[str]:
    get = widths.__getitem__
    if sum(map(get, text)) <= room:
        return [text]
    lines: list[str] = []
    line, used, space = "", 0.0, get(" ")
    for word, wide in _words(text, widths, room):
        if line and used + space + wide > room:
            lines.append(line)
            line, used = word, wide
        else:
            line, used = (f"{line} {word}", used + space + wide) if line else (word, wide)
    return [*lines, line]


def _words(text: str, widths: Mapping[str, float], room: float) -> Iterator[tuple[str, float]]:
    """Each word with its width; one that is too wide comes in pieces."""
    for word in text.split(" "):
        wide = sum(map(widths.__getitem__, word))
        if wide <= room:
            yield word, wide
            continue
        start, used = 0, 0.0
        for position, char in enumerate(word):
            if used + widths[char] > room and position > start:
                yield word[start:position], used
                start, used = position, 0.0
            used += widths[char]
        yield word[start:], used
