"""What a sheet is made of: headings and tables, and their texts made fit to be printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._letters import PLACEHOLDER, is_usual, tamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.emitters._faces import Face

_TITLE = 10.0
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


def tame(block: Block, unusual: list[str]) -> Block:
    """The block with its texts tamed and cut; those with unusual characters are added to the list."""
    if isinstance(block, Heading):
        return Heading(one_line(block.text, unusual), block.size)
    if not _are_usual([column.title for column in block.columns], _TITLE_CHARACTERS):
        columns = tuple(column._replace(title=one_line(column.title, unusual)) for column in block.columns)
        block = replace(block, columns=columns)
    if len(block.rows) <= _MOST_ROWS and _are_usual(list(chain.from_iterable(block.rows)), block.limit):
        return block
    rows = [[tamed(cell, block.limit) for cell in row] for row in block.rows[:_MOST_ROWS]]
    unusual += (cell for row in rows for cell in row if not is_usual(cell))
    return replace(block, rows=[*rows, *_of_more_rows(block)])


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
    return [*found, Table((Column("", 1, grey=True),), [[_MISSING]], ruled=False)]


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


def _written(block: Block, face: Face) -> Block:
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
