"""A4 sheets of headings and tables as a PDF; the same content gives the same bytes, and takes time in its length.

Everything is a table: rows break between pages where they must, and their header is repeated. What stands on a page
is written as PDF operators right away, cell by cell, in the order in which it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._blocks import Block, Column, Heading, Table, one_line, tame, written
from edigate.emitters._faces import face_for
from edigate.emitters._letters import broken
from edigate.emitters._pdf_file import About, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.emitters._faces import Face, Weight

__all__ = ["About", "Block", "Column", "Heading", "Table", "pdf"]

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _FOOT = 40.0, 52.0
_INNER = _WIDTH - 2 * _MARGIN
_PADDING, _LEADING = 3.0, 1.25
_BLACK, _GREY, _SHADE, _RULE = "0 g", "0.4 g", "0.92 g", "0.75 G"
_SMALL, _BODY = 7.0, 8.0
_STEP = _BODY * _LEADING
_HEADER = _SMALL * _LEADING + 2 * _PADDING
_TOP = _HEIGHT - _MARGIN
_ON_THE_LEFT = f"{_MARGIN:g}"
# What must fit below a heading, so that it does not stand alone at the foot of a page.
_KEPT_TOGETHER = 54.0
# Every page begins with this: how thick rules are, and how far below the one before the next line of a cell is.
_BEGINNING = f"0.5 w {_RULE} {_STEP:g} TL"


class _Place(NamedTuple):
    """Where the cells of a column stand: up to `right`, their texts being `room` thousandths wide at most.

    `start` is where texts begin, as operators have it, empty where they end on the right; `style` the operators for
    their letters, of which `bold` is the weight.
    """

    start: str
    right: float
    room: float
    bold: bool
    style: str


class _Layout(NamedTuple):
    """Where a table stands: its columns, the rule below a row with a gap for its height, and which header it has."""

    places: tuple[_Place, ...]
    rule: str
    titled: bool


@dataclass(slots=True)
class _Sheets:
    """Where drawing has come to: the operators of each page, the last one's at the end; `y` is counted from below.

    `style` is that of the page's last text.
    """

    face: Face
    y: float = _TOP
    style: str = ""
    pages: list[list[str]] = field(default_factory=lambda: [[_BEGINNING]])

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([_BEGINNING])
        self.y, self.style = _TOP, ""


def pdf(about: About, foot: str, blocks: Sequence[Block]) -> bytes:
    """The blocks one below the other, with `foot` and the number of the page at the foot of each."""
    unusual: list[str] = []
    foot = one_line(foot, unusual)
    tamed: Sequence[Block] = [tame(block, unusual) for block in blocks]
    face = face_for(unusual)
    if unusual:
        foot, tamed = face.written(foot), written(tamed, face)
    sheets = _Sheets(face)
    for block, following in zip_longest(tamed, tamed[1:]):
        _draw(sheets, block, following)
    _close(sheets, foot)
    pages = [face.encoded("\n".join(page)) for page in sheets.pages]
    title, author, subject = (one_line(text, []) for text in (about.title, about.author, about.subject))
    return document(About(title, author, subject, about.day), (_WIDTH, _HEIGHT), face.weights, pages)


def _draw(sheets: _Sheets, block: Block, following: Block | None) -> None:
    if isinstance(block, Heading):
        table = following if isinstance(following, Table) and following.whole else None
        _heading(sheets, block, _height(sheets.face, table) + block.size if table else _KEPT_TOGETHER)
    else:
        _table(sheets, block)


def _heading(sheets: _Sheets, heading: Heading, below: float) -> None:
    """A heading, on a page that has room for so much below it."""
    step, bold = heading.size * _LEADING, sheets.face.weights[True]
    lines = broken(heading.text, bold.wide, _INNER * 1000 / heading.size)
    if sheets.y - _FOOT < len(lines) * step + below:
        sheets.turn()
    _styled(sheets, _style(heading.size, bold=True))
    for line in lines:
        sheets.y -= step
        sheets.pages[-1].append(f"BT {_ON_THE_LEFT} {sheets.y:.2f} Td{bold.shown(line)}Tj ET")
    sheets.y -= _PADDING + heading.size * (_LEADING - 1)


def _table(sheets: _Sheets, table: Table) -> None:
    layout = _layout(table.columns, table.indent)
    if sheets.y - _FOOT < _KEPT_TOGETHER:
        sheets.turn()
    if layout.titled:
        _header(sheets, table, layout)
    for row in table.rows:
        if not _row(sheets, layout, row):
            _torn(sheets, table, layout, row)
        if table.ruled:
            sheets.pages[-1].append(layout.rule.replace("y", f"{sheets.y:.2f}"))
    sheets.y -= table.gap


@lru_cache(maxsize=256)
def _layout(columns: tuple[Column, ...], indent: float) -> _Layout:
    """The same for every invoice in a currency."""
    shares = sum(column.share for column in columns)
    first = left = _MARGIN + indent * _INNER
    places = []
    for column in columns:
        right = left + column.share / shares * (1 - indent) * _INNER
        start = "" if column.right else f"{left + _PADDING:.2f}"
        room = (right - left - 2 * _PADDING) * 1000 / _BODY
        places.append(_Place(start, right, room, column.bold, _style(_BODY, bold=column.bold, grey=column.grey)))
        left = right
    return _Layout(tuple(places), f"{first:.2f} y m {left:.2f} y l S", any(column.title for column in columns))


@lru_cache(maxsize=16)
def _style(size: float, *, bold: bool = False, grey: bool = False) -> str:
    return f"{_GREY if grey else _BLACK} /F{bold + 1} {size:g} Tf"


def _styled(sheets: _Sheets, style: str) -> None:
    if style != sheets.style:
        sheets.style = style
        sheets.pages[-1].append(style)


def _row(sheets: _Sheets, layout: _Layout, row: Sequence[str]) -> bool:
    """Draw a row, unless the page has no room for it; tell which."""
    drawn, style, count = [], sheets.style, 1
    y = f"{sheets.y - _PADDING - _BODY:.2f}"
    for cell, (start, right, room, bold, its_style) in zip(row, layout.places, strict=True):
        if not cell:
            continue
        weight = sheets.face.weights[bold]
        if style != its_style:
            style = its_style
            drawn.append(style)
        # That a short text fits is seen without measuring it.
        if "\n" in cell or (len(cell) * weight.widest > room and weight.wide(cell) > room):
            lines = broken(cell, weight.wide, room)
            count = max(count, len(lines))
            drawn += _several(lines, (start, right), sheets.y - _PADDING - _BODY, weight)
        elif start:
            drawn.append(f"BT {start} {y} Td{weight.shown(cell)}Tj ET")
        else:
            drawn.append(f"BT {_before(right, weight.wide(cell))} {y} Td{weight.shown(cell)}Tj ET")
    height = count * _STEP + 2 * _PADDING
    if height > sheets.y - _FOOT:
        return False
    sheets.pages[-1] += drawn
    sheets.y, sheets.style = sheets.y - height, style
    return True


def _several(lines: Sequence[str], between: tuple[str, float], y: float, weight: Weight) -> list[str]:
    """The lines of a cell, one below the other; they begin on the left, or end on the right where that has no start."""
    start, right = between
    if start:
        return [f"BT {start} {y:.2f} Td{'Tj T*'.join(map(weight.shown, lines))}Tj ET"]
    return [
        f"BT {_before(right, weight.wide(line))} {y - position * _STEP:.2f} Td{weight.shown(line)}Tj ET"
        for position, line in enumerate(lines)
    ]


def _before(right: float, wide: float, size: float = _BODY) -> str:
    """Where a text begins that ends at this padding."""
    return f"{right - _PADDING - wide * size / 1000:.2f}"


def _lines(face: Face, layout: _Layout, row: Sequence[str]) -> list[list[str]]:
    return [
        broken(cell, face.weights[place.bold].wide, place.room) for cell, place in zip(row, layout.places, strict=True)
    ]


def _height(face: Face, table: Table) -> float:
    """What the rows of a table without a header take of a page, or a page."""
    layout = _layout(table.columns, table.indent)
    counts = (max(map(len, _lines(face, layout, row))) for row in table.rows)
    return min(sum(count * _STEP + 2 * _PADDING for count in counts), _TOP - 2 * _FOOT)


def _header(sheets: _Sheets, table: Table, layout: _Layout) -> None:
    left, bold = _MARGIN + table.indent * _INNER, sheets.face.weights[True]
    page, right = sheets.pages[-1], layout.places[-1].right
    sheets.y -= _HEADER
    page.append(f"{_SHADE} {left:.2f} {sheets.y:.2f} {right - left:.2f} {_HEADER:.2f} re f")
    sheets.style = ""  # the shade is the colour of letters, too
    _styled(sheets, _style(_SMALL, bold=True))
    y = f"{sheets.y + _PADDING + _SMALL * (_LEADING - 1):.2f}"
    for column, place in zip(table.columns, layout.places, strict=True):
        if column.title:
            start = place.start or _before(place.right, bold.wide(column.title), _SMALL)
            page.append(f"BT {start} {y} Td{bold.shown(column.title)}Tj ET")


def _torn(sheets: _Sheets, table: Table, layout: _Layout, row: Sequence[str]) -> None:
    """A row for which there is no room: it goes to the next page, whole if it fits there."""
    lines = _lines(sheets.face, layout, row)
    count, done = max(map(len, lines)), 0
    if count * _STEP < _TOP - _FOOT - _KEPT_TOGETHER:
        _turn(sheets, table, layout)
    while done < count:
        fitting = int((sheets.y - _FOOT - 2 * _PADDING) / _STEP)
        if fitting < 1:
            _turn(sheets, table, layout)
            continue
        until = min(done + fitting, count)
        _part(sheets, layout, [cell[done:until] for cell in lines])
        sheets.y -= (until - done) * _STEP + 2 * _PADDING
        done = until


def _part(sheets: _Sheets, layout: _Layout, cells: Sequence[Sequence[str]]) -> None:
    """So many lines of each cell of a row as fit on the page."""
    for lines, place in zip(cells, layout.places, strict=True):
        if any(lines):
            _styled(sheets, place.style)
            weight, y = sheets.face.weights[place.bold], sheets.y - _PADDING - _BODY
            sheets.pages[-1] += _several(lines, (place.start, place.right), y, weight)


def _turn(sheets: _Sheets, table: Table, layout: _Layout) -> None:
    sheets.turn()
    if layout.titled:
        _header(sheets, table, layout)


def _close(sheets: _Sheets, foot: str) -> None:
    """Write the feet, now that the number of pages is known."""
    regular, style, y = sheets.face.weights[False], _style(_SMALL, grey=True), f"{_FOOT / 2:g}"
    for number, page in enumerate(sheets.pages, start=1):
        said = f"Page {number} / {len(sheets.pages)}"
        start = _before(_WIDTH - _MARGIN + _PADDING, regular.wide(said), _SMALL)
        page.append(style)
        page.append(f"BT {_ON_THE_LEFT} {y} Td{regular.shown(foot)}Tj ET")
        page.append(f"BT {start} {y} Td{regular.shown(said)}Tj ET")
