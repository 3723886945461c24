"""What is taken of reportlab: its canvas, and the typefaces. Imported where a PDF is made, since that takes time.

Helvetica, which every reader of PDF has, writes what Western European languages need. Open Sans knows all of Latin,
Greek and Cyrillic; no typeface here knows Arabic, Hebrew, the scripts of India or those of East Asia.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from reportlab import rl_config
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from edigate.emitters._letters import WINDOWS, Face

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAKER = "edigate"
# Base 85 is for printers of another age: a fourth more bytes, and a third of the time.
rl_config.useA85 = 0


def canvas(target: BytesIO, width: float, height: float) -> Canvas:
    """An empty document in French; neither clock nor chance has a part in it."""
    made = Canvas(target, pagesize=(width, height), pageCompression=1, invariant=1, lang="fr")
    made.setCreator(_MAKER)
    made.setProducer(_MAKER)
    return made


def face_for(texts: Iterable[str]) -> Face:
    """Helvetica where it has every character of these tamed texts, small and quick; else Open Sans, embedded."""
    try:
        "".join(texts).encode(WINDOWS)
    except UnicodeEncodeError:
        return _open_sans()
    return _helvetica()


@cache
def _helvetica() -> Face:
    names = ("Helvetica", "Helvetica-Bold")
    return Face(names, (_standard_widths(names[0]), _standard_widths(names[1])), embedded=False)


@cache
def _open_sans() -> Face:
    names = ("OpenSans-Regular", "OpenSans-Bold")
    return Face(names, (_embedded_widths(names[0]), _embedded_widths(names[1])), embedded=True)


def _standard_widths(name: str) -> Mapping[str, float]:
    by_code = getFont(name).widths
    return MappingProxyType(
        {char: by_code[code] for code in range(0x20, 0x100) if (char := bytes([code]).decode(WINDOWS, "ignore"))}
    )


def _embedded_widths(name: str) -> Mapping[str, float]:
    """The widths of a font that is made known to reportlab on the way."""
    content = files("ttf_opensans").joinpath("ttf", f"{name}.ttf").read_bytes()
    font = TTFont(name, BytesIO(content))
    registerFont(font)
    return MappingProxyType({chr(code): wide for code, wide in font.face.charWidths.items()})
