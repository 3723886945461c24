"""The typefaces of a sheet: Helvetica where it has every character, which is small and quick; else Open Sans.

Every reader of PDF has Helvetica, which writes what Western European languages need. Open Sans goes into the document
and knows all of Latin, Greek and Cyrillic; no typeface here knows Arabic, Hebrew, the scripts of India or East Asia.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters import _helvetica

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_WINDOWS = "cp1252"
# How wide each character is fits into a byte when it is told in four thousandths of the size. Rounding up makes a text
# two percent wider at most, figures are exact, and adding bytes up is the quickest that Python can do.
_STEP = 4


class Weight(NamedTuple):
    """One weight of a typeface, in one document.

    `wide` tells how wide a text is, in thousandths of its size, `widest` is its widest character; `shown` is a text as
    operators have it, whose characters are bytes then; `objects` gives the font as objects of a document, the first of
    which gets this number.
    """

    wide: Callable[[str], float]
    widest: float
    shown: Callable[[str], str]
    objects: Callable[[int], list[bytes]]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A typeface: regular and bold; `written` leaves what it lacks as placeholders.

    A `lasting` one is the same for every document, so that what is drawn in it is worth remembering.
    """

    weights: tuple[Weight, Weight]
    written: Callable[[str], str]
    lasting: bool = False


def face_for(texts: Iterable[str]) -> Face:
    """The typeface for a document, by those of its tamed texts that have unusual characters."""
    try:
        _encoded("".join(texts))
    except UnicodeEncodeError:
        from edigate.emitters._open_sans import face  # noqa: PLC0415 - takes 60 ms, which few processes need to spend

        return face()
    return _of_every_reader()


@cache
def _of_every_reader() -> Face:
    regular = _weight("Helvetica", _helvetica.REGULAR)
    return Face((regular, _weight("Helvetica-Bold", _helvetica.BOLD)), str, lasting=True)


def _weight(name: str, widths: Sequence[int]) -> Weight:
    steps = bytes(_helvetica.FIRST) + bytes(-(-width // _STEP) for width in widths)
    font = f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()

    def wide(text: str) -> float:
        return _STEP * sum(_encoded(text).translate(steps))

    return Weight(wide, _STEP * max(steps), _shown, lambda _: [font])


def _encoded(text: str) -> bytes:
    try:
        return text.encode("latin-1")  # many times as quick as the other, and nearly always enough
    except UnicodeEncodeError:
        return text.encode(_WINDOWS)


def _shown(text: str) -> str:
    if "(" in text or ")" in text or "\\" in text:
        text = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({_encoded(text).decode('latin-1')})"
