"""A4 sheets of headings and tables as a PDF; the same content gives the same bytes, and takes time in its length.

Everything is a table: rows break between pages where they must, and their header is repeated. What stands on a page
is written as PDF operators right away, in the order in which it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._faces import face_for
from edigate.emitters._letters import PLACEHOLDER, broken, is_usual, tamed
from edigate.emitters._pdf_file import About, document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.emitters._faces import Face

__all__ = ["About", "Block", "Column", "Heading", "Table", "pdf"]

_WIDTH, _HEIGHT = 595.28, 841.89
_MARGIN, _FOOT = 40.0, 52.0
_INNER = _WIDTH - 2 * _MARGIN
_PADDING, _LEADING = 3.0, 1.25
_BLACK, _GREY, _SHADE, _RULE = "0 g", "0.4 g", "0.92 g", "0.75 G"
_SMALL, _BODY, _TITLE = 7.0, 8.0, 10.0
_STEP = _BODY * _LEADING
_HEADER = _SMALL * _LEADING + 2 * _PADDING
_TOP = _HEIGHT - _MARGIN
# What must fit below a heading, so that it does not stand alone at the foot of a page.
_KEPT_TOGETHER = 54.0
_CELL_CHARACTERS = 2_000
_TITLE_CHARACTERS = 120
# Some seven hundred pages: more would be read by nobody, and cost what smaller invoices wait for.
_MOST_ROWS = 20_000
_MISSING = (
    f"Le signe {PLACEHOLDER} tient lieu d’un caractère que ce document ne sait pas écrire ; l’original le contient."
)
# Every page begins with this: how thick rules are, and how far below the one before the next line of a cell is.
_BEGINNING = f"0.5 w {_RULE} {_STEP:g} TL"


class Column(NamedTuple):
    """A column of a table: `share` is its part of the width, next to the others' shares."""

    title: str
    share: float
    right: bool = False
    bold: bool = False
    grey: bool = False


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


Block = Heading | Table


class _Place(NamedTuple):
    """Where the cells of a column stand: from `left` to `right`, their texts being `room` thousandths wide at most.

    `style` are the operators for its letters, `start` is `left` as they have it, empty where texts end on the right.
    """

    left: float
    right: float
    room: float
    bold: bool
    style: str
    start: str


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

    def room(self) -> float:
        """How much of the page is left for what has a padding above and below."""
        return self.y - _FOOT - 2 * _PADDING


def pdf(about: About, foot: str, blocks: Sequence[Block]) -> bytes:
    """The blocks one below the other, with `foot` and the number of the page at the foot of each."""
    unusual: list[str] = []
    foot = _one_line(foot, unusual)
    tame = [_tamed(block, unusual) for block in blocks]
    face = face_for(unusual)
    if unusual:
        foot, tame = face.written(foot), _with_note([_written(block, face) for block in tame])
    sheets = _Sheets(face)
    for block, following in zip_longest(tame, tame[1:]):
        _draw(sheets, block, following)
    _close(sheets, foot)
    pages = ["\n".join(page).encode(face.encoding) for page in sheets.pages]
    shown = About(_one_line(about.title), _one_line(about.author), _one_line(about.subject), about.day)
    return document(shown, (_WIDTH, _HEIGHT), [weight.objects for weight in face.weights], pages)


def _tamed(block: Block, unusual: list[str]) -> Block:
    """The block with tame texts; those that had unusual characters are added to the list."""
    if isinstance(block, Heading):
        return Heading(_one_line(block.text, unusual), block.size)
    if not _are_usual([column.title for column in block.columns], _TITLE_CHARACTERS):
        columns = tuple(column._replace(title=_one_line(column.title, unusual)) for column in block.columns)
        block = replace(block, columns=columns)
    if len(block.rows) <= _MOST_ROWS and _are_usual(list(chain.from_iterable(block.rows)), block.limit):
        return block
    rows = [[tamed(cell, block.limit) for cell in row] for row in block.rows[:_MOST_ROWS]]
    unusual += (cell for row in rows for cell in row if not is_usual(cell))
    return replace(block, rows=[*rows, *_of_more_rows(block)])


def _are_usual(texts: Sequence[str], limit: int) -> bool:
    """Whether all of the texts are tame and short enough."""
    whole = "\n".join(texts)
    return is_usual(whole) and (len(whole) <= limit or max(map(len, texts)) <= limit)


def _of_more_rows(table: Table) -> Iterator[list[str]]:
    """A last row that tells how many were left out."""
    more = len(table.rows) - _MOST_ROWS
    if more > 0:
        said = f"[…] {more} lignes de plus dans le document d’origine."
        widest = max(range(len(table.columns)), key=lambda position: table.columns[position].share)
        yield ["" if position != widest else said for position in range(len(table.columns))]


def _one_line(text: str, unusual: list[str] | None = None) -> str:
    line = tamed(text, _TITLE_CHARACTERS).replace("\n", " ")
    if unusual is not None and not is_usual(line):
        unusual.append(line)
    return line


def _written(block: Block, face: Face) -> Block:
    """The block as the typeface can write it."""
    if isinstance(block, Heading):
        return Heading(face.written(block.text), block.size)
    columns = tuple(column._replace(title=face.written(column.title)) for column in block.columns)
    return replace(block, columns=columns, rows=[[face.written(cell) for cell in row] for row in block.rows])


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield block.text
    else:
        yield from (column.title for column in block.columns)
        yield from chain.from_iterable(block.rows)


def _with_note(blocks: list[Block]) -> list[Block]:
    """The blocks, and what their placeholders mean where there is one."""
    if not any(PLACEHOLDER in text for block in blocks for text in _texts(block)):
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
    step = heading.size * _LEADING
    lines = broken(heading.text, sheets.face.weights[1].wide, _INNER * 1000 / heading.size)
    if sheets.y - _FOOT < len(lines) * step + below:
        sheets.turn()
    style = _style(heading.size, bold=True)
    for line in lines:
        sheets.y -= step
        _text(sheets, f"{_MARGIN:g}", sheets.y, line, style)
    sheets.y -= _PADDING + heading.size * (_LEADING - 1)


def _table(sheets: _Sheets, table: Table) -> None:
    places = _places(table.columns, table.indent)
    header = any(column.title for column in table.columns)
    if sheets.y - _FOOT < _KEPT_TOGETHER:
        sheets.turn()
    if header:
        _header(sheets, table)
    for row in table.rows:
        lines = _lines(sheets.face, places, row)
        count = max(map(len, lines))
        if count * _STEP > sheets.room():
            _torn(sheets, table, lines, header=header)
        else:
            _cells(sheets, places, lines)
            sheets.y -= count * _STEP + 2 * _PADDING
        if table.ruled:
            sheets.pages[-1].append(f"{places[0].left:.2f} {sheets.y:.2f} m {places[-1].right:.2f} {sheets.y:.2f} l S")
    sheets.y -= table.gap


@lru_cache(maxsize=256)
def _places(columns: tuple[Column, ...], indent: float) -> tuple[_Place, ...]:
    """Where each column stands: the same for every invoice in a currency."""
    shares = sum(column.share for column in columns)
    left, found = _MARGIN + indent * _INNER, []
    for column in columns:
        right = left + column.share / shares * (1 - indent) * _INNER
        room = (right - left - 2 * _PADDING) * 1000 / _BODY
        start = "" if column.right else f"{left + _PADDING:.2f}"
        found.append(_Place(left, right, room, column.bold, _style(_BODY, column.bold, column.grey), start))
        left = right
    return tuple(found)


def _style(size: float, bold: bool = False, grey: bool = False) -> str:  # noqa: FBT001, FBT002 - as a Column has them
    return f"{_GREY if grey else _BLACK} /F{bold + 1} {size:g} Tf"


def _lines(face: Face, places: Sequence[_Place], row: Sequence[str]) -> list[list[str]]:
    weights = face.weights
    return [broken(cell, weights[place.bold].wide, place.room) for cell, place in zip(row, places, strict=True)]


def _height(face: Face, table: Table) -> float:
    """What the rows of a table without a header take of a page, or a page."""
    places = _places(table.columns, table.indent)
    counts = (max(map(len, _lines(face, places, row))) for row in table.rows)
    return min(sum(count * _STEP + 2 * _PADDING for count in counts), _TOP - 2 * _FOOT)


def _header(sheets: _Sheets, table: Table) -> None:
    places = _places(table.columns, table.indent)
    left, right = places[0].left, places[-1].right
    sheets.y -= _HEADER
    sheets.pages[-1].append(f"{_SHADE} {left:.2f} {sheets.y:.2f} {right - left:.2f} {_HEADER:.2f} re f")
    sheets.style = ""
    baseline = sheets.y + _PADDING + _SMALL * (_LEADING - 1)
    for column, place in zip(table.columns, places, strict=True):
        start = place.start or _right(place, sheets.face.weights[1].wide(column.title), _SMALL)
        _text(sheets, start, baseline, column.title, _style(_SMALL, bold=True))


def _torn(sheets: _Sheets, table: Table, lines: list[list[str]], *, header: bool) -> None:
    """A row for which there is no room: it goes to the next page, whole if it fits there."""
    places = _places(table.columns, table.indent)
    count, done = max(map(len, lines)), 0
    if count * _STEP < _TOP - _FOOT - _KEPT_TOGETHER:
        _turn(sheets, table, header=header)
    while done < count:
        fitting = int(sheets.room() / _STEP)
        if fitting < 1:
            _turn(sheets, table, header=header)
            continue
        until = min(done + fitting, count)
        _cells(sheets, places, [cell[done:until] for cell in lines])
        sheets.y -= (until - done) * _STEP + 2 * _PADDING
        done = until


def _turn(sheets: _Sheets, table: Table, *, header: bool) -> None:
    sheets.turn()
    if header:
        _header(sheets, table)


def _cells(sheets: _Sheets, places: Sequence[_Place], cells: Sequence[list[str]]) -> None:
    """The lines of each cell of a row, one cell after the other, as they are read."""
    page, weights = sheets.pages[-1], sheets.face.weights
    top = sheets.y - _PADDING - _BODY
    y = f"{top:.2f}"
    for place, lines in zip(places, cells, strict=True):
        if not any(lines):
            continue
        if place.style != sheets.style:
            sheets.style = place.style
            page.append(place.style)
        weight = weights[place.bold]
        if place.start:
            page.append(f"BT {place.start} {y} Td{weight.shown(lines)} ET")
            continue
        for position, line in enumerate(lines):
            start = _right(place, weight.wide(line), _BODY)
            page.append(f"BT {start} {top - position * _STEP:.2f} Td{weight.shown((line,))} ET")


def _right(place: _Place, wide: float, size: float) -> str:
    """Where a text begins that ends on the right of its column."""
    return f"{place.right - _PADDING - wide * size / 1000:.2f}"


def _text(sheets: _Sheets, x: str, y: float, text: str, style: str) -> None:
    """A line of text on its own, its base line at `y`."""
    if not text:
        return
    if style != sheets.style:
        sheets.style = style
        sheets.pages[-1].append(style)
    shown = sheets.face.weights["/F2" in style].shown((text,))
    sheets.pages[-1].append(f"BT {x} {y:.2f} Td{shown} ET")


def _close(sheets: _Sheets, foot: str) -> None:
    """Write the feet, now that the number of pages is known."""
    style, pages = _style(_SMALL, grey=True), sheets.pages
    wide = sheets.face.weights[0].wide
    for number, page in enumerate(pages, start=1):
        sheets.pages, sheets.style = [page], ""
        said = f"Page {number} / {len(pages)}"
        _text(sheets, f"{_MARGIN:g}", _FOOT / 2, foot, style)
        _text(sheets, f"{_WIDTH - _MARGIN - wide(said) * _SMALL / 1000:.2f}", _FOOT / 2, said, style)
    sheets.pages = pages
