"""The way back from a field to its place in the document: XPath with the prefixes people know, and line."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from edigate.parsers import _read
from edigate.parsers._tree import PREFIXES, Found, clark

if TYPE_CHECKING:
    from lxml.etree import _Element

_PREFIX_OF = {uri: prefix for prefix, uri in PREFIXES.items()}

Place: TypeAlias = tuple[str, int | None]
Locate: TypeAlias = Callable[[str], Place]


class Spot(NamedTuple):
    """Where a datum is, or, without `element`, the way from `base` to where it should be."""

    element: _Element | None
    base: _Element
    path: str
    attribute: str = ""


Spots: TypeAlias = Mapping[str, Callable[[Found], Spot]]
Rows: TypeAlias = Mapping[str, Callable[[Found], Sequence[Found]]]

_FIELD = re.compile(r"(?P<group>[a-z_]+)(?:\[(?P<index>[0-9]{1,9})\])?(?:\.(?P<rest>.+))?", re.ASCII)


def spot(found: Found, key: str) -> Spot:
    """The spot of a key: the first element that holds text, or else the preferred path."""
    return at(found, key, found.first(key))


def at(found: Found, key: str, element: _Element | None, attribute: str = "") -> Spot:
    """The spot of a key whose element was chosen; None means that the document has none fit for it."""
    path = found.shape.paths[key][0]
    return Spot(element, found.element, f"{found.at}/{path}" if found.at else path, attribute)


def value(where: Spot) -> str:
    """The text at a spot, empty where there is none."""
    if where.element is None:
        return ""
    if where.attribute:
        return where.element.get(where.attribute, "").strip(_read.XML_SPACE)
    return _read.text(where.element)


def locator(found: Found, spots: Spots, rows: Rows) -> Locate:
    """A function from field keys to (path, line), which counts the siblings of each element only once.

    `spots` overrides the table for single fields, `rows` says which rows an index counts where not all do, or not
    each element once; of elements that repeat without being rows, an index counts those that hold text;
    a field that the syntax does not know is placed at the root.
    """
    positions = functools.cache(_positions)

    @functools.cache
    def counted(group: str) -> Sequence[Found]:
        return rows[group](found) if group in rows else _rows(found, group)

    def locate(field_key: str) -> Place:
        return _place(_spot(found, field_key, spots, counted), positions)

    return locate


def _spot(found: Found, field_key: str, spots: Spots, counted: Callable[[str], Sequence[Found]]) -> Spot:
    if field_key in spots:
        return spots[field_key](found)
    match = _FIELD.fullmatch(field_key)
    group, index, rest = match.group("group", "index", "rest") if match else ("", None, None)
    if group not in found.shape.groups and (index is None or group not in found.shape.paths):
        return _in_row(found, group)
    rows, position = counted(group), int(index or 0)
    if group in found.shape.paths:
        return _in_row(rows[position], "") if position < len(rows) else _in_row(found, group)
    # The place of a row that is not there comes after all that are, counted or not.
    row = rows[position] if position < len(rows) else found.row(group, max(position, len(found.rows.get(group, ()))))
    special = spots.get(f"{group}[].{rest}" if rest else f"{group}[]") if index is not None else None
    if special:
        return special(row)
    return _spot(row, rest, {}, functools.partial(_rows, row)) if rest else _in_row(row, "")


def _rows(found: Found, group: str) -> Sequence[Found]:
    """The rows of a group, or the elements of a key that hold text."""
    if group in found.shape.paths:
        return [Found(element, found.shape) for element in found.every(group) if _read.text(element)]
    return found.rows.get(group, ())


def _in_row(row: Found, key: str) -> Spot:
    if key in row.shape.paths:
        return spot(row, key)
    return Spot(None, row.element, row.at) if row.at else Spot(row.element, row.element, "")


def _place(where: Spot, positions: Callable[[_Element], Mapping[_Element, int]]) -> Place:
    element, rest = (where.element, []) if where.element is not None else _nearest(where.base, where.path)
    steps = [_path(element, positions), *rest]
    if where.attribute:
        steps.append(f"@{where.attribute}")
    return "/".join(steps), cast("int | None", element.sourceline)


def _nearest(base: _Element, path: str) -> tuple[_Element, list[str]]:
    """The last element that exists on the way, and the steps that are missing."""
    steps = path.split("/")
    for depth, step in enumerate(steps):
        child = None if step.endswith("]") else base.find(clark(step))
        if child is None:
            return base, steps[depth:]
        base = child
    return base, []


def _path(element: _Element, positions: Callable[[_Element], Mapping[_Element, int]]) -> str:
    steps = []
    here: _Element | None = element
    while here is not None:
        parent = here.getparent()
        index = positions(parent).get(here) if parent is not None else None
        steps.append(f"{_name(here)}[{index}]" if index else _name(here))
        here = parent
    return "/" + "/".join(reversed(steps))


def _positions(parent: _Element) -> Mapping[_Element, int]:
    """The number from 1 of each child that has siblings of its name."""
    alike: dict[str, list[_Element]] = {}
    for child in parent.iterchildren("*"):
        alike.setdefault(child.tag, []).append(child)
    several = (siblings for siblings in alike.values() if len(siblings) > 1)
    return {child: number for siblings in several for number, child in enumerate(siblings, 1)}


def _name(element: _Element) -> str:
    uri, _, local = element.tag.rpartition("}")
    prefix = _PREFIX_OF.get(uri[1:]) or element.prefix
    return f"{prefix}:{local}" if prefix else local
