"""Documents with thousands of elements in a row, refused by the mistakes in the first of them.

For each mistake lxml has libxml2 count the siblings before it: where tens of thousands of lines are wrong alike, that
takes minutes. So the first of them are judged alone; the others only where those have few mistakes or none, and where
they are a hundred thousand, again some of them at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """The children of an element, of which those from `begin` to `end` are alike."""

    parent: etree._Element
    children: Sequence[etree._Element]
    begin: int
    end: int

    def keep(self, begin: int, end: int) -> None:
        """Leave of those that are alike the ones between these places alone."""
        self.parent[self.begin :] = [*self.children[begin:end], *self.children[self.end :]]


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
    rows = [_row(element) for element in root.iter() if len(element) > MOST]
    try:
        found = next((log for log in _logs(root, schema, rows) if _weighs(log) >= enough), [])
        found = found[:enough]
        elements = [complaints.element(root, entry) for entry in found]
    finally:
        for row in rows:
            row.keep(row.begin, row.end)
    path = root.getroottree().getpath
    return [
        _Complaint(entry.type_name, entry.line, path(element), entry.message)
        for entry, element in zip(found, elements, strict=True)
    ]


def _row(parent: etree._Element) -> _Row:
    children = list(parent)
    alike = children[MOST - 1].tag
    begin = next((at for at in range(MOST - 1, 0, -1) if children[at - 1].tag != alike), 0)
    end = next((at for at in range(MOST, len(children)) if children[at].tag != alike), len(children))
    return _Row(parent, children, begin, end)


def _logs(root: etree._Element, schema: etree.XMLSchema, rows: Sequence[_Row]) -> Iterator[list[complaints.Entry]]:
    """What is said of the beginnings of all rows together, then of very long ones' parts, the others cut short."""
    for row in rows:
        row.keep(row.begin, MOST)
    if rows:
        yield _log(root, schema)
    for row in rows:
        for start in range(MOST, row.end if row.end > _VERY_MANY else 0, _AT_ONCE):
            row.keep(start, min(start + _AT_ONCE, row.end))
            yield _log(root, schema)
        row.keep(row.begin, MOST)


def _log(root: etree._Element, schema: etree.XMLSchema) -> list[complaints.Entry]:
    return [] if schema.validate(root) else complaints.entries(schema)


def _weighs(log: Sequence[complaints.Entry]) -> int:
    return sum(_OF_KEYS not in entry.type_name for entry in log)
