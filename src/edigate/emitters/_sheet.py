"""A4 sheets of headings and tables as a PDF; the same content gives the same bytes, and takes time in its length.

Everything is a table: rows break between pages where they must, and their header is repeated. Rows are written as PDF
operators first, in the order in which they are read, and find their pages then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters import _typeset
from edigate.emitters._blocks import (
    OF_GREY_TEXT,
    Block,
    Column,
    Heading,
    Shape,
    Table,
    are_tame,
    one_line,
    tame,
    written,
)
from edigate.emitters._faces import face_for
from edigate.emitters._letters import broken
from edigate.emitters._pdf_file import About, document
from edigate.emitters._typeset import (
    BODY,
    HEIGHT,
    LEADING,
    MARGIN,
    PADDING,
    SMALL,
    STEP,
    WIDTH,
    Layout,
    layout_of,
    layout_within,
    marks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.emitters._faces import Face

__all__ = ["OF_GREY_TEXT", "About", "Block", "Column", "Heading", "Shape", "Table", "pdf"]

_FOOT = 52
_TOP = HEIGHT - MARGIN
_HEADER = SMALL * LEADING + 2 * PADDING
_SHADED = f"{_HEADER} re f"
# How far below the top of a row, and of a header, its first letters stand.
_IN_ROW, _IN_HEADER = PADDING + BODY, PADDING + SMALL
# What must fit below a heading, so that it does not stand alone at the foot of a page.
_KEPT_TOGETHER = 54
# A row that is lower than this goes to the next page rather than being torn.
_HIGHEST_WHOLE = _TOP - _FOOT - _KEPT_TOGETHER + 2 * PADDING
# Every page begins with this: how thick rules are and how grey, and how far apart the lines of a cell are.
_BEGINNING = f"0.5 w 0.75 G {STEP} TL"
_SHADE = "0.92 g"
_AT_FOOT = f"BT 0 {_FOOT / 2:g} Td"


class _Laid(NamedTuple):
    """A table in its typeface: each row as operators with its height, and how much must stand where it begins."""

    table: Table
    layout: Layout
    rows: Sequence[tuple[str, int]]
    beginning: float


@dataclass(slots=True)
class _Sheets:
    """Where drawing has come to: the operators of each page, the last one's at the end; `y` is counted from below."""

    y: float = _TOP
    pages: list[list[str]] = field(default_factory=lambda: [[_BEGINNING]])

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([_BEGINNING])
        self.y = _TOP

    def put(self, texts: str, letters: float, height: float) -> None:
        """Draw texts whose first letters stand so far below, and go on below them."""
        self.pages[-1].append(f"BT 0 {self.y - letters:.2f} Td\n{texts}\nET")
        self.y -= height


def pdf(about: About, foot: str, blocks: Sequence[Block]) -> bytes:
    """The blocks one below the other, with `foot` and the number of the page at the foot of each."""
    unusual: list[str] = []
    if not are_tame((foot, about.title, about.author, about.subject), blocks):
        title, author, subject = (one_line(text, []) for text in (about.title, about.author, about.subject))
        about = About(title, author, subject, about.day)
        foot, blocks = one_line(foot, unusual), [tame(block, unusual) for block in blocks]
    face = face_for(unusual)
    if unusual:
        foot, blocks = face.written(foot), written(blocks, face)
    pages = [page.encode("latin-1") for page in _pages(foot, blocks, face)]
    return document(about, (WIDTH, HEIGHT), face.weights, pages)


def _pages(foot: str, blocks: Sequence[Block], face: Face) -> list[str]:
    sheets = _Sheets()
    own: dict[Shape, Layout] = {}
    laid = [block if isinstance(block, Heading) else _laid(block, face, own) for block in blocks]
    for block, following in zip_longest(laid, laid[1:]):
        if isinstance(block, Heading):
            _heading(sheets, block, following, face)
        else:
            _table(sheets, block)
    count = len(sheets.pages)
    for number, page in enumerate(sheets.pages, start=1):
        page.append(f"{_AT_FOOT}\n{_typeset.foot(foot, f'Page {number} / {count}', face)}\nET")
    return ["\n".join(page) for page in sheets.pages]


def _laid(table: Table, face: Face, own: dict[Shape, Layout]) -> _Laid:
    shape = table.shape
    layout = layout_of(shape, face) if shape.lasting and face.lasting else layout_within(own, shape, face)
    rows = _typeset.rows(layout, table.rows)
    return _Laid(table, layout, rows, _beginning(shape, layout, rows))


def _heading(sheets: _Sheets, heading: Heading, following: Heading | _Laid | None, face: Face) -> None:
    """A heading, on a page that has room for what is below it to begin."""
    drawn = _typeset.lasting_heading if face.lasting else _typeset.heading
    texts, letters, height = drawn(heading.text, heading.size, face)
    if sheets.y - _FOOT < height + (following.beginning if isinstance(following, _Laid) else _KEPT_TOGETHER):
        sheets.turn()
    sheets.put(texts, letters, height)


def _beginning(shape: Shape, layout: Layout, rows: Sequence[tuple[str, int]]) -> float:
    """How much of a table stands where it begins: all of a whole one, else its first row, unless that is torn."""
    first = 0
    for _, height in rows if shape.whole else rows[:1]:
        first += height
    whole = first + _HEADER if layout.titles else first
    return whole if first < _HIGHEST_WHOLE and whole > _KEPT_TOGETHER else _KEPT_TOGETHER


def _table(sheets: _Sheets, laid: _Laid) -> None:
    table, layout, rows, beginning = laid
    if sheets.y - _FOOT < beginning:
        sheets.turn()
    _begin(sheets, layout)
    ruled, left, right = table.shape.ruled, layout.left, layout.right
    page, y = sheets.pages[-1], sheets.y
    _, begin = marks(y)
    for cells, (texts, height) in zip(table.rows, rows, strict=True):
        if height <= y - _FOOT:
            page.append(f"{begin}\n{texts}\nET")
            y -= height
        else:
            sheets.y = y
            _torn(sheets, layout, cells)
            page, y = sheets.pages[-1], sheets.y
        end, begin = marks(y)
        if ruled:
            page.append(f"{left} {end} m {right} {end} l S")
    sheets.y = y - table.shape.gap


def _begin(sheets: _Sheets, layout: Layout) -> None:
    """What a table, or its part on a page, begins with."""
    page = sheets.pages[-1]
    if layout.titles:
        end, _ = marks(sheets.y - _HEADER)
        page.append(f"{_SHADE} {layout.left} {end} {layout.wide} {_SHADED}")
        sheets.put(layout.titles, _IN_HEADER, _HEADER)
    if layout.style:
        page.append(layout.style)


def _torn(sheets: _Sheets, layout: Layout, cells: Sequence[str]) -> None:
    """A row for which there is no room: it goes to the next page, whole if it fits there."""
    lines = [broken(cell, place.weight, place.room) for cell, place in zip(cells, layout.places, strict=True)]
    count, done = max(map(len, lines)), 0
    if count * STEP + 2 * PADDING < _HIGHEST_WHOLE:
        _turn(sheets, layout)
    while done < count:
        fitting = int((sheets.y - _FOOT - 2 * PADDING) / STEP)
        if fitting < 1:
            _turn(sheets, layout)
            continue
        until = min(done + fitting, count)
        texts = _typeset.part(layout, [cell[done:until] for cell in lines])
        sheets.put(texts, _IN_ROW, (until - done) * STEP + 2 * PADDING)
        done = until


def _turn(sheets: _Sheets, layout: Layout) -> None:
    sheets.turn()
    _begin(sheets, layout)
