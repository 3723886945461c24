"""Open Sans, embedded: of each weight the glyphs that a document uses, which reportlab takes out of the font's file."""

from __future__ import annotations

import struct
from copy import copy
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from reportlab.pdfbase.ttfonts import TTFontFace

from edigate.domain.deflating import deflated
from edigate.emitters._faces import Face, Weight
from edigate.emitters._letters import PLACEHOLDER
from edigate.emitters._pdf_file import stream

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = ("OpenSans-Regular", "OpenSans-Bold")
_SYMBOLIC = 4  # the flag of a font whose characters are numbered in a way of its own
_AT_ONCE = 100  # characters that one section of a character map may list
_CHARACTERS = (
    "/CIDInit/ProcSet findresource begin 12 dict begin begincmap"
    "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
    "1 begincodespacerange<0000><FFFF>endcodespacerange\n"
    "{}endcmap CMapName currentdict/CMap defineresource pop end end"
)


class _Used(dict[int, str]):
    """The characters that were written in one weight: their codes, and how a page shows each, by order of use."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = f"{len(self) + 1:04X}"
        return shown


def face() -> Face:
    """The typeface for one new document."""
    regular, bold = map(_weight, _NAMES)
    return Face((regular, bold), _written)


def _written(text: str) -> str:
    """The text with a placeholder for each character that the typeface does not have."""
    known = _font(_NAMES[0]).charWidths
    return "".join(char if ord(char) in known or char == "\n" else PLACEHOLDER for char in text)


def _weight(name: str) -> Weight:
    font, used = _font(name), _Used()
    width: Callable[[int], float] = font.charWidths.__getitem__

    def wide(text: str) -> float:
        return sum(map(width, map(ord, text)))

    def shown(text: str) -> str:
        return f"<{text.translate(used)}>"

    def objects(number: int) -> list[bytes]:
        return _objects(number, f"EDIGAT+{name}", font, list(used))

    return Weight(wide, max(font.charWidths.values()), shown, objects)


@cache
def _font(name: str) -> TTFontFace:
    return TTFontFace(BytesIO(files("ttf_opensans").joinpath("ttf", f"{name}.ttf").read_bytes()))


def _objects(number: int, name: str, font: TTFontFace, codes: list[int]) -> list[bytes]:
    """A composite font whose characters are numbered as they were used (PDF 32000-1, 9.7)."""
    program = copy(font).makeSubset(codes)  # it moves a mark in the font, which all threads have
    told = " ".join(format(number, "g") for number in font.bbox)
    widths = " ".join(format(font.charWidths[code], "g") for code in codes)
    return [
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{number + 1} 0 R]"
        f"/ToUnicode {number + 5} 0 R>>".encode(),
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor {number + 2} 0 R/W[1[{widths}]]/CIDToGIDMap {number + 4} 0 R>>".encode(),
        f"<</Type/FontDescriptor/FontName/{name}/Flags {_SYMBOLIC}/FontBBox[{told}]/ItalicAngle {font.italicAngle:g}"
        f"/Ascent {font.ascent:g}/Descent {font.descent:g}/CapHeight {font.capHeight:g}/StemV {font.stemV:g}"
        f"/FontFile2 {number + 3} 0 R>>".encode(),
        stream(deflated(program), f"/Filter/FlateDecode/Length1 {len(program)}"),
        stream(deflated(_glyphs(font, codes)), "/Filter/FlateDecode"),
        stream(deflated(_characters(codes)), "/Filter/FlateDecode"),
    ]


def _glyphs(font: TTFontFace, codes: list[int]) -> bytes:
    """Which glyph of the embedded font each character is: several may be one, which the font holds once."""
    numbers = {0: 0}
    for code in codes:
        numbers.setdefault(font.charToGlyph.get(code, 0), len(numbers))
    return struct.pack(f">{len(codes) + 1}H", 0, *(numbers[font.charToGlyph.get(code, 0)] for code in codes))


def _characters(codes: list[int]) -> bytes:
    """What readers copy and search: the text behind the glyphs."""
    rows = [f"<{number:04X}><{chr(code).encode('utf-16-be').hex()}>" for number, code in enumerate(codes, start=1)]
    parts = (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
    return _CHARACTERS.format("".join(f"{len(p)} beginbfchar {' '.join(p)} endbfchar\n" for p in parts)).encode()
