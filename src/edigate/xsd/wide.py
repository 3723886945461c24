"""Documents with thousands of elements in a row, refused by the mistakes in the first of them.

For each mistake lxml has libxml2 count the siblings before it: where tens of thousands of lines are wrong alike, that
takes minutes. So the first of them are judged alone; the others only where those have few mistakes or none, and where
they are more than fifty thousand, again some of them at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

from edigate.xsd import complaints

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 5_000
_AT_ONCE, _VERY_MANY = 20_000, 50_000
_OF_KEYS = "_IDC"  # these can come of what is left out
_COUNT = etree.XPath("count(//*)")


class _Row(NamedTuple):
    """Children of one element that follow each other and are alike, by their places among all of them."""

    begin: int
    end: int


class _Parent(NamedTuple):
    """An element with very many children, which are in these rows."""

    element: etree._Element
    children: Sequence[etree._Element]
    rows: Sequence[_Row]

    def keep(self, only: _Row | None = None, part: _Row | None = None) -> None:
        """Leave no more than the beginning of each row, of one row `only` this part."""
        shown = (
            part if part and row is only else row._replace(end=min(row.end, row.begin + MOST)) for row in self.rows
        )
        self.element[:] = [child for row in shown for child in self.children[row.begin : row.end]]


@dataclass(slots=True)
class _Complaint:
    """An entry of a log, with its path in the whole document."""

    type_name: str
    line: int
    path: str | None
    message: str


def beginning(root: etree._Element, schema: etree.XMLSchema, enough: int) -> list[complaints.Entry]:
    """What the schema says of the document without what follows so many alike: nothing where that is not `enough`.

    The document is whole again afterwards.
    """
    if cast("float", _COUNT(root)) <= MOST:
        return []
    parents = [_parent(element) for element in root.iter() if len(element) > MOST]
    try:
        found = next((log for log in _logs(root, schema, parents) if _weighs(log) >= enough), [])[:enough]
        elements = [complaints.element(root, entry) for entry in found]
    finally:
        for parent in parents:
            parent.element[:] = parent.children
    path = root.getroottree().getpath
    return [
        _Complaint(entry.type_name, entry.line, path(element), entry.message)
        for entry, element in zip(found, elements, strict=True)
    ]


def log(root: etree._Element, schema: etree.XMLSchema) -> list[complaints.Entry]:
    """What the schema says of a document as it is, nothing of a valid one."""
    return [] if schema.validate(root) else complaints.entries(schema)


def _parent(element: etree._Element) -> _Parent:
    children = list(element)
    edges = [0, *(at for at in range(1, len(children)) if children[at].tag != children[at - 1].tag), len(children)]
    return _Parent(element, children, [_Row(begin, end) for begin, end in pairwise(edges)])


def _logs(
    root: etree._Element, schema: etree.XMLSchema, parents: Sequence[_Parent]
) -> Iterator[list[complaints.Entry]]:
    """What is said of the beginnings of all rows together, then of very long ones' parts, the others cut short."""
    for parent in parents:
        parent.keep()
    if parents:
        yield log(root, schema)
    for parent in parents:
        for row in parent.rows:
            for begin in range(row.begin + MOST, row.end if row.end - row.begin > _VERY_MANY else 0, _AT_ONCE):
                parent.keep(row, _Row(begin, min(begin + _AT_ONCE, row.end)))
                yield log(root, schema)
        parent.keep()


def _weighs(log: Sequence[complaints.Entry]) -> int:
    return sum(_OF_KEYS not in entry.type_name for entry in log)
