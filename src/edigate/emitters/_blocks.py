"""What a sheet is made of: headings and tables, and their texts made fit to be printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._letters import PLACEHOLDER, is_usual, tamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.emitters._faces import Face

_TITLE = 10.0
_CELL_CHARACTERS = 2_000
_TITLE_CHARACTERS = 120
# Some seven hundred pages, and twice as many more of texts that take several lines of their rows, empty ones too: more
# would be read by nobody, and cost what smaller invoices wait for.
_MOST_ROWS = 20_000
_MOST_FURTHER_LINES = 100_000
_IN_A_LINE = 40  # characters, more or less
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


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How a table looks; every one made is one of its own, so that what is drawn for it once is found again at once.

    The header is left out where no column has a title. A cell shows its first `limit` characters; `ruled` draws a line
    below each row, `gap` is the space below the table, `indent` the share of the width that stays free on its left. A
    `whole` one goes to the next page with the heading above it, where this page has no room for all of it. One that is
    not `lasting` was made for one document.
    """

    columns: tuple[Column, ...]
    ruled: bool = True
    gap: float = 10.0
    limit: int = _CELL_CHARACTERS
    indent: float = 0.0
    whole: bool = False
    lasting: bool = True


class Heading(NamedTuple):
    """A line on its own above what it is about; `size` in points."""

    text: str
    size: float = _TITLE


class Table(NamedTuple):
    """Rows of cells, a cell's own line ends kept; of very many rows the first ones are shown."""

    shape: Shape
    rows: Sequence[Sequence[str]]


Block = Heading | Table

OF_GREY_TEXT = Shape((Column("", 1, grey=True),), ruled=False)
"""A text on its own, which stands back."""


def are_tame(lines: Sequence[str], blocks: Sequence[Block]) -> bool:
    """Whether taming leaves all of these texts as they are, and Western European typefaces can write them."""
    titles = list(lines)
    cells: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            titles.append(block.text)
        elif _is_plain(block.shape) and len(block.rows) <= _MOST_ROWS:
            for row in block.rows:
                cells += row
        else:
            return False
    return _are_titles(titles) and _are_usual(cells, _CELL_CHARACTERS)


def tame(block: Block, unusual: list[str]) -> Block:
    """The block with its texts tamed and cut; those with unusual characters are added to the list."""
    if isinstance(block, Heading):
        return Heading(one_line(block.text, unusual), block.size)
    shape, rows = block
    titles = [one_line(column.title, unusual) for column in shape.columns]
    shown: list[Sequence[str]] = []
    further = 0
    for row in rows[:_MOST_ROWS]:
        cells = [tamed(cell, shape.limit) for cell in row]
        further += max(map(_further_lines, cells))
        if further > _MOST_FURTHER_LINES:
            break
        shown.append(cells)
    unusual += [cell for row in shown for cell in row if not is_usual(cell)]
    return Table(_titled(shape, titles), [*shown, *_of_more_rows(block, len(shown))])


def one_line(text: str, unusual: list[str]) -> str:
    """The text tamed, cut as a title is, and on one line; added to the list where it has unusual characters."""
    line = tamed(text, _TITLE_CHARACTERS).replace("\n", " ")
    if not is_usual(line):
        unusual.append(line)
    return line


def written(blocks: Sequence[Block], face: Face) -> Sequence[Block]:
    """The blocks as the typeface can write them, and what their placeholders mean where there is one."""
    found = [_written(block, face) for block in blocks]
    if not any(PLACEHOLDER in text for block in found for text in _texts(block)):
        return found
    return [*found, Table(OF_GREY_TEXT, [[_MISSING]])]


@lru_cache(maxsize=256)
def _is_plain(shape: Shape) -> bool:
    """Whether the titles of its columns are tame, and its cells may be as long as any."""
    return shape.limit >= _CELL_CHARACTERS and _are_titles([column.title for column in shape.columns])


def _are_titles(texts: Sequence[str]) -> bool:
    """Whether all of the texts are tame, each on one line and short enough."""
    return "\n" not in "".join(texts) and _are_usual(texts, _TITLE_CHARACTERS)


def _are_usual(texts: Sequence[str], limit: int) -> bool:
    """Whether all of the texts are tame and short enough, and have few enough lines together."""
    whole = "\n".join(texts)
    return (
        is_usual(whole)
        and (len(whole) <= limit or max(map(len, texts)) <= limit)
        and (len(whole) <= _MOST_FURTHER_LINES or _further_lines(whole) - len(texts) < _MOST_FURTHER_LINES)
    )


def _further_lines(text: str) -> int:
    """How many lines a text takes beside its first one, more or less."""
    return text.count("\n") + len(text) // _IN_A_LINE


def _of_more_rows(table: Table, shown: int) -> Iterator[list[str]]:
    """A last row that tells how many were left out."""
    more = len(table.rows) - shown
    if more > 0:
        said = f"[…] {more} lignes de plus dans le document d’origine."
        columns = table.shape.columns
        widest = max(range(len(columns)), key=lambda position: columns[position].share)
        yield ["" if position != widest else said for position in range(len(columns))]


def _written(block: Block, face: Face) -> Block:
    if isinstance(block, Heading):
        return Heading(face.written(block.text), block.size)
    shape = _titled(block.shape, [face.written(column.title) for column in block.shape.columns])
    return Table(shape, [[face.written(cell) for cell in row] for row in block.rows])


def _titled(shape: Shape, titles: Sequence[str]) -> Shape:
    """The shape with these titles: itself where it has them, so that what is drawn for it is found."""
    if titles == [column.title for column in shape.columns]:
        return shape
    columns = [column._replace(title=title) for column, title in zip(shape.columns, titles, strict=True)]
    return replace(shape, columns=tuple(columns), lasting=False)


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield block.text
    else:
        yield from (column.title for column in block.shape.columns)
        yield from chain.from_iterable(block.rows)
