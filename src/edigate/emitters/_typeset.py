"""Headings and the rows of tables as PDF operators, which leave open how high on a page they stand.

So most of what comes again is written once. The way to each text begins at the left edge of the page, and leads back.
"""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from edigate.emitters._letters import broken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from functools import _lru_cache_wrapper

    from edigate.emitters._blocks import Shape
    from edigate.emitters._faces import Face, Weight

WIDTH, HEIGHT, MARGIN = 595.28, 841.89, 40
PADDING, SMALL, BODY = 3, 7, 8
LEADING = 1.25
"""How far below each other lines are, in their size."""
STEP = 10
"""How far below each other the lines of a cell are."""
_INNER = WIDTH - 2 * MARGIN
_APART = 3000  # thousandths that keep the sides of the foot apart, and an ellipsis between them
_BELOW = " T*\n"
_BLACK, _GREY = "0 g", "0.4 g"
# A third of what stands on a sheet are labels; rates, quantities, units and names come again as well. Long texts seldom
# do, and would take much memory.
_REMEMBERED, _LONG = 512, 200


class Place(NamedTuple):
    """Where the cells of a column stand, whose texts have `room` thousandths: those of up to `sure` characters fit.

    `moves` lead to where texts begin and back, None where they end on the `right`. `style` is the operators for the
    letters, empty where all columns have the same.
    """

    moves: tuple[str, str] | None
    right: float
    room: float
    sure: int
    style: str
    weight: Weight


class Layout(NamedTuple):
    """A shape in a typeface: where its columns are, and what writes a cell of each, as operators and a count of lines.

    `cells` remember what they wrote. `titles` is the operators for the header, `style` those for all letters below it;
    either may be empty.
    """

    places: tuple[Place, ...]
    cells: tuple[_lru_cache_wrapper[tuple[str, int]], ...]
    left: str
    right: str
    wide: str
    titles: str
    style: str


def style(size: float, *, bold: bool = False, grey: bool = False) -> str:
    """The operators for letters of this kind."""
    return f"{_GREY if grey else _BLACK} /F{bold + 1} {size:g} Tf"


_STYLE_OF_FEET = style(SMALL, grey=True)


@lru_cache(maxsize=4096)
def marks(y: float) -> tuple[str, str]:
    """Where one row ends, and what leads to the first letters of the next one."""
    return f"{y:.2f}", f"BT 0 {y - PADDING - BODY:.2f} Td"


@lru_cache(maxsize=64)
def layout_of(shape: Shape, face: Face) -> Layout:
    """The same for every invoice in a currency: both are to be lasting."""
    return _layout(shape, face)


def layout_within(own: dict[Shape, Layout], shape: Shape, face: Face) -> Layout:
    """The same where this document alone has the shape or the typeface: it is kept with those, which go with it."""
    if shape not in own:
        own[shape] = _layout(shape, face)
    return own[shape]


def _layout(shape: Shape, face: Face) -> Layout:
    columns, edges = shape.columns, _edges(shape)
    styles = [style(BODY, bold=column.bold, grey=column.grey) for column in columns]
    in_one = len(set(styles)) == 1
    places = []
    for column, its_style, (left, right) in zip(columns, styles, pairwise(edges), strict=True):
        weight, room = face.weights[column.bold], (right - left - 2 * PADDING) * 1000 / BODY
        moves = None if column.right else _moves(left + PADDING)
        its_own = "" if in_one else f"{its_style} "
        places.append(Place(moves, right - PADDING, room, int(room / weight.widest), its_own, weight))
    return Layout(
        tuple(places),
        tuple([lru_cache(_REMEMBERED)(partial(_cell, place)) for place in places]),
        f"{edges[0]:.2f}",
        f"{edges[-1]:.2f}",
        f"{edges[-1] - edges[0]:.2f}",
        _titles(shape, places, face.weights[True]),
        styles[0] if in_one else "",
    )


def _edges(shape: Shape) -> list[float]:
    """Where columns begin and end."""
    shares = sum(column.share for column in shape.columns)
    edges = [MARGIN + shape.indent * _INNER]
    for column in shape.columns:
        edges.append(edges[-1] + column.share / shares * (1 - shape.indent) * _INNER)
    return edges


def _titles(shape: Shape, places: Sequence[Place], bold: Weight) -> str:
    said = [
        _text(column.title, place.moves or _before(place.right, bold.wide(column.title), SMALL), bold)
        for column, place in zip(shape.columns, places, strict=True)
        if column.title
    ]
    return "\n".join([style(SMALL, bold=True), *said]) if said else ""


def heading(text: str, size: float, face: Face) -> tuple[str, float, float]:
    """A heading: operators, how far below its top the first letters stand, and how high it is."""
    bold = face.weights[True]
    lines = [bold.shown(line) for line in broken(text, bold, _INNER * 1000 / size)]
    step = size * LEADING
    drawn = f"Tj 0 {-step:g} Td".join(lines)
    height = len(lines) * step + PADDING + size * (LEADING - 1)
    return f"{style(size, bold=True)} {MARGIN} 0 Td{drawn}Tj", step, height


lasting_heading = lru_cache(maxsize=64)(heading)
"""The same in a lasting typeface."""


def rows(layout: Layout, table: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    """The rows of a table: operators, and how high each is."""
    cells, written = layout.cells, []
    for row in table:
        drawn, most = [], 1
        for text, cell in zip(row, cells, strict=True):
            if text:
                operators, lines = cell(text) if len(text) < _LONG else cell.__wrapped__(text)
                drawn.append(operators)
                if lines > 1:
                    most = max(most, lines)
        written.append(("\n".join(drawn), most * STEP + 2 * PADDING))
    return written


def part(layout: Layout, cells: Sequence[Sequence[str]]) -> str:
    """The operators for some lines of each cell of a row."""
    return "\n".join([_several(place, lines) for place, lines in zip(layout.places, cells, strict=True) if any(lines)])


def foot(text: str, said: str, face: Face) -> str:
    """What stands on the left and on the right at the foot of a page; on the left, as much as there is room for."""
    regular = face.weights[False]
    wide = regular.wide(said)
    begin, *rest = broken(text, regular, _INNER * 1000 / SMALL - wide - _APART)
    on_the_left = _text(f"{begin} …" if rest else begin, _moves(MARGIN), regular)
    on_the_right = _text(said, _before(WIDTH - MARGIN, wide, SMALL), regular)
    return f"{_STYLE_OF_FEET}\n{on_the_left}\n{on_the_right}"


def _cell(place: Place, text: str) -> tuple[str, int]:
    """A cell that is not empty: operators, and how many lines it has."""
    moves, right, room, sure, its_style, weight = place
    if "\n" not in text:
        wide = weight.wide(text) if moves is None or len(text) > sure else 0.0
        if wide <= room:
            return its_style + _text(text, moves or _before(right, wide), weight), 1
    lines = broken(text, weight, room)
    return _several(place, lines), len(lines)


def _several(place: Place, lines: Sequence[str]) -> str:
    """The lines of a cell, one below the other."""
    moves, right, _, _, its_style, weight = place
    texts = [_text(line, moves or _before(right, weight.wide(line)), weight) for line in lines]
    return f"{its_style}{_BELOW.join(texts)} 0 {(len(lines) - 1) * STEP} Td"


def _text(text: str, moves: tuple[str, str], weight: Weight) -> str:
    there, back = moves
    return f"{there}{weight.shown(text)}{back}"


def _before(right: float, wide: float, size: float = BODY) -> tuple[str, str]:
    """The moves to where a text begins that ends on the right, and back."""
    return _moves(right - wide * size / 1000)


@lru_cache(maxsize=4096)
def _moves(x: float) -> tuple[str, str]:
    """The moves from the left edge to there, and back after a text."""
    return f"{x:.2f} 0 Td", f"Tj {-x:.2f} 0 Td"
