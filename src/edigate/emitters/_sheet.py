"""A4 sheets of headings and tables as a PDF; the same content gives the same bytes, and takes time in its length.

reportlab makes the document; what stands on a page is written to it as PDF operators, at a third of the cost of its
own calls. Everything is a table: rows break between pages where they must, and their header is repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._letters import PLACEHOLDER, broken, drawable, escaped, tamed, width

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from reportlab.pdfgen.canvas import Canvas

    from edigate.emitters._letters import Face

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _FOOT = 40.0, 52.0
_INNER = _WIDTH - 2 * _MARGIN
_PADDING, _LEADING = 3.0, 1.25
_BLACK, _GREY, _SHADE, _RULE = "0 g", "0.4 g", "0.92 g", "0.75 G"
_SMALL, _BODY, _TITLE = 7.0, 8.0, 10.0
# What must fit below a heading, so that it does not stand alone at the foot of a page.
_KEPT_TOGETHER = 54.0
_CELL_CHARACTERS = 2_000
_TITLE_CHARACTERS = 120
# Some seven hundred pages: more would be read by nobody, and cost what smaller invoices wait for.
_MOST_ROWS = 20_000
_MISSING = (
    f"Le signe {PLACEHOLDER} tient lieu d’un caractère que ce document ne sait pas écrire ; l’original le contient."
)


class Column(NamedTuple):
    """A column of a table: `share` is its part of the width, next to the others' shares."""

    title: str
    share: float
    right: bool = False
    bold: bool = False
    grey: bool = False


class About(NamedTuple):
    """What a reader of PDF shows of a document besides its pages."""

    title: str
    author: str
    subject: str
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line on its own above what it is about; `size` in points."""

    text: str
    size: float = _TITLE


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, a cell's own line ends kept; the header is left out where no column has a title.

    A cell shows its first `limit` characters; `ruled` draws a line below each row, `gap` is the space below the table,
    `indent` the share of the width that stays free on its left. Of very many rows the first ones are shown. A `whole`
    one goes to the next page with the heading above it, where this page has no room for all of it.
    """

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]]
    ruled: bool = True
    gap: float = 10.0
    limit: int = _CELL_CHARACTERS
    indent: float = 0.0
    whole: bool = False

    @property
    def left(self) -> float:
        """Where it begins."""
        return _MARGIN + self.indent * _INNER


Block = Heading | Table


@dataclass(slots=True)
class _Sheets:
    """Where drawing has come to: the operators of each page, the last one's at the end; `y` is counted from below."""

    canvas: Canvas
    face: Face
    resources: tuple[str, str]
    y: float = _HEIGHT - _MARGIN
    pages: list[list[str]] = field(default_factory=lambda: [[]])

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([])
        self.y = _HEIGHT - _MARGIN

    def text(self, x: float, y: float, text: str, style: _Style) -> None:
        """Put a line of text on the page, its base line at `y`."""
        if text:
            self.pages[-1].append(_operators(self, x, y, text, style))


class _Style(NamedTuple):
    size: float
    bold: bool = False
    grey: bool = False


def pdf(about: About, foot: str, blocks: Sequence[Block]) -> bytes:
    """The blocks one below the other, with `foot` and the number of the page at the foot of each."""
    from edigate.emitters import _faces  # noqa: PLC0415 - reportlab takes 60 ms, which few processes need to spend

    blocks = [_tamed(block) for block in blocks]
    foot = _one_line(foot)
    face = _faces.face_for((foot, *(text for block in blocks for text in _texts(block))))
    target = BytesIO()
    canvas = _faces.canvas(target, _WIDTH, _HEIGHT)
    canvas.setTitle(_one_line(about.title))
    canvas.setAuthor(_one_line(about.author))
    canvas.setSubject(_one_line(about.subject))
    if about.day:
        canvas.setDateFormatter(partial(_midnight, about.day))
    sheets = _Sheets(canvas, face, (_resource(canvas, face.names[0]), _resource(canvas, face.names[1])))
    shown = _with_note(blocks, face)
    for block, following in zip_longest(shown, shown[1:]):
        _draw(sheets, block, following)
    _close(sheets, drawable(foot, face))
    canvas.save()
    return target.getvalue()


def _midnight(day: dt.date, *_now: int) -> str:
    return f"D:{day.year:04}{day.month:02}{day.day:02}000000Z"


def _tamed(block: Block) -> Block:
    if isinstance(block, Heading):
        return Heading(tamed(block.text, _TITLE_CHARACTERS), block.size)
    columns = tuple(column._replace(title=_one_line(column.title)) for column in block.columns)
    rows = [[tamed(cell, block.limit) for cell in row] for row in block.rows[:_MOST_ROWS]]
    more = len(block.rows) - len(rows)
    if more:
        said = f"[…] {more} lignes de plus dans le document d’origine."
        widest = max(range(len(block.columns)), key=lambda position: block.columns[position].share)
        rows.append(["" if position != widest else said for position in range(len(block.columns))])
    return replace(block, columns=columns, rows=rows)


def _one_line(text: str) -> str:
    return tamed(text, _TITLE_CHARACTERS).replace("\n", " ")


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield block.text
    else:
        yield from (column.title for column in block.columns)
        for row in block.rows:
            yield from row


def _with_note(blocks: list[Block], face: Face) -> list[Block]:
    """The blocks, and what their placeholders mean where there is one."""
    if not face.embedded or not any(PLACEHOLDER in drawable(text, face) for block in blocks for text in _texts(block)):
        return blocks
    return [*blocks, Table((Column("", 1, grey=True),), [[_MISSING]], ruled=False)]


def _draw(sheets: _Sheets, block: Block, following: Block | None) -> None:
    if isinstance(block, Heading):
        table = following if isinstance(following, Table) and following.whole else None
        _heading(sheets, block, _height(sheets.face, table) + block.size if table else _KEPT_TOGETHER)
    else:
        _table(sheets, block)


def _heading(sheets: _Sheets, heading: Heading, below: float) -> None:
    """A heading, on a page that has room for so much below it."""
    size = heading.size
    widths = sheets.face.widths[1]
    lines = broken(drawable(heading.text, sheets.face), widths, size, _INNER)
    if sheets.y - _FOOT < len(lines) * size * _LEADING + below:
        sheets.turn()
    for line in lines:
        sheets.y -= size * _LEADING
        sheets.text(_MARGIN, sheets.y, line, _Style(size, bold=True))
    sheets.y -= _PADDING + size * (_LEADING - 1)


def _table(sheets: _Sheets, table: Table) -> None:
    wide = _widths(table)
    if sheets.y - _FOOT < _KEPT_TOGETHER:
        sheets.turn()
    _header(sheets, table, wide)
    for row in table.rows:
        _row(sheets, table, wide, _lines(sheets.face, table, wide, row))
    sheets.y -= table.gap


def _widths(table: Table) -> list[float]:
    shares = sum(column.share for column in table.columns)
    room = (1 - table.indent) * _INNER
    return [column.share / shares * room for column in table.columns]


def _lines(face: Face, table: Table, wide: list[float], row: Sequence[str]) -> list[list[str]]:
    return [
        broken(drawable(cell, face), face.widths[column.bold], _BODY, room - 2 * _PADDING)
        for cell, column, room in zip(row, table.columns, wide, strict=True)
    ]


def _height(face: Face, table: Table) -> float:
    """What the rows of a table without a header take of a page, or a page."""
    wide = _widths(table)
    counts = (max(map(len, _lines(face, table, wide, row))) for row in table.rows)
    return min(sum(count * _BODY * _LEADING + 2 * _PADDING for count in counts), _HEIGHT - _MARGIN - 2 * _FOOT)


def _header(sheets: _Sheets, table: Table, wide: list[float]) -> None:
    if not any(column.title for column in table.columns):
        return
    height = _SMALL * _LEADING + 2 * _PADDING
    sheets.y -= height
    sheets.pages[-1].append(f"{_SHADE} {table.left:.2f} {sheets.y:.2f} {sum(wide):.2f} {height:.2f} re f")
    baseline = sheets.y + _PADDING + _SMALL * (_LEADING - 1)
    titles = [drawable(column.title, sheets.face) for column in table.columns]
    _cells(sheets, table, wide, titles, baseline, _Style(_SMALL, bold=True))


def _row(sheets: _Sheets, table: Table, wide: list[float], cells: list[list[str]]) -> None:
    """One row; what does not fit goes to the next page, whole if it fits there."""
    step = _BODY * _LEADING
    count, done = max(map(len, cells)), 0
    room = sheets.y - _FOOT - 2 * _PADDING
    if count * step > room and count * step < _HEIGHT - _MARGIN - _FOOT - _KEPT_TOGETHER:
        _turn(sheets, table, wide)
    while done < count:
        fitting = int((sheets.y - _FOOT - 2 * _PADDING) / step)
        if fitting < 1:
            _turn(sheets, table, wide)
            continue
        until = min(done + fitting, count)
        top = sheets.y - _PADDING
        for position in range(done, until):
            line = [cell[position] if position < len(cell) else "" for cell in cells]
            _cells(sheets, table, wide, line, top - (position - done) * step - _BODY, None)
        sheets.y = top - (until - done) * step - _PADDING
        done = until
    if table.ruled:
        rule = f"{table.left:.2f} {sheets.y:.2f} m {_WIDTH - _MARGIN:.2f} {sheets.y:.2f} l S"
        sheets.pages[-1].append(f"0.5 w {_RULE} {rule}")


def _turn(sheets: _Sheets, table: Table, wide: list[float]) -> None:
    sheets.turn()
    _header(sheets, table, wide)


def _cells(sheets: _Sheets, table: Table, wide: list[float], texts: list[str], y: float, style: _Style | None) -> None:
    """One line of a row, at `y`; each cell in its column's own style unless another is given."""
    left = table.left
    for column, room, text in zip(table.columns, wide, texts, strict=True):
        own = style or _Style(_BODY, column.bold, column.grey)
        indent = _PADDING
        if column.right and text:
            indent = room - _PADDING - width(text, sheets.face.widths[own.bold], own.size)
        sheets.text(left + indent, y, text, own)
        left += room


def _close(sheets: _Sheets, foot: str) -> None:
    """Write the feet, now that the number of pages is known, and hand every page over."""
    style = _Style(_SMALL, grey=True)
    count, pages = len(sheets.pages), sheets.pages
    for number, page in enumerate(pages, start=1):
        sheets.pages = [page]
        said = f"Page {number} / {count}"
        sheets.text(_MARGIN, _FOOT / 2, foot, style)
        right = _WIDTH - _MARGIN - width(said, sheets.face.widths[0], _SMALL)
        sheets.text(right, _FOOT / 2, said, style)
        sheets.canvas.addLiteral("\n".join(page))
        sheets.canvas.showPage()


def _operators(sheets: _Sheets, x: float, y: float, text: str, style: _Style) -> str:
    colour = _GREY if style.grey else _BLACK
    if sheets.face.embedded:
        # Only reportlab knows in which of the subsets that it embeds a character will be.
        words = sheets.canvas.beginText(x, y)
        words.setFont(sheets.face.names[style.bold], style.size)
        words.textOut(text)
        return f"{colour} {words.getCode()}"
    font = sheets.resources[style.bold]
    return f"{colour} BT {font} {style.size:g} Tf {x:.2f} {y:.2f} Td ({escaped(text)}) Tj ET"


def _resource(canvas: Canvas, font: str) -> str:
    """What a page calls this font."""
    words = canvas.beginText()
    words.setFont(font, 1)
    found = re.search(r"(/\S+) \S+ Tf", words.getCode())
    return found[1] if found else ""
