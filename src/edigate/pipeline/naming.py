"""Which business field a mistake in a document's form is about: the one that stands in the same place."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from edigate.domain.fields import FIELDS
from edigate.parsers import cppstatut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lxml.etree import _Element

    from edigate.domain.faults import Fault

    Locate: TypeAlias = Callable[[str], tuple[str, int | None]]

_SLASH = re.compile("/")
_NUMBER = re.compile(r"\[([0-9]+)\]")


def named(faults: Sequence[Fault], root: _Element, parser: Any) -> tuple[Fault, ...]:  # noqa: ANN401 - a reader's module
    """The faults with their `field`, wherever a path is that of a field or of its attribute."""
    paths = {fault.path for fault in faults if fault.path and not fault.field}
    paths |= {path.rpartition("/@")[0] for path in paths if "/@" in path}
    fields = _fields_at(paths, root, parser)
    return tuple(fault if fault.field else replace(fault, field=_field(fault.path, fields)) for fault in faults)


def _field(path: str, fields: dict[str, str]) -> str:
    return fields.get(path) or fields.get(path.rpartition("/@")[0], "")


def _fields_at(paths: set[str], root: _Element, parser: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """The field of each path that has one; looked for in the rows and invoices whose numbers the paths name."""
    numbers = sorted({1, *(int(number) for path in paths for number in _NUMBER.findall(path))})
    above = {path[:end] for path in paths for end in (*(match.start() for match in _SLASH.finditer(path)), len(path))}
    fields: dict[str, str] = {}
    for locate, known in _locators(root, parser, numbers):
        is_near = partial(_is_near, locate=cache(locate), above=above)
        for key in (key for field in known for key in _keys(field, numbers, is_near)):
            path, _ = locate(key)
            if path in paths:
                fields.setdefault(path, key)
    return fields


def _is_near(row: str, *, locate: Locate, above: set[str]) -> bool:
    """Whether any of the paths leads into this row: nothing else of it needs to be looked for."""
    return locate(row)[0] in above


def _keys(field: str, numbers: Sequence[int], is_near: Callable[[str], bool]) -> Iterator[str]:
    """The field's key, with an index for each number where it repeats, and where that row is meant."""
    if "[]" not in field:
        yield field
        return
    group = field.partition("[]")[0]
    yield from (
        field.replace("[]", f"[{number - 1}]") for number in numbers if is_near(f"{group}[{number - 1}]")
    )  # fmt: skip


def _locators(root: _Element, parser: Any, numbers: Sequence[int]) -> Iterator[tuple[Locate, Sequence[str]]]:  # noqa: ANN401
    """How to find fields in each invoice, status or receipt of these numbers, and which fields such a one has."""
    if parser is cppstatut:
        kind = "receipt." if cppstatut.is_receipts(root) else "status."
        locate = cppstatut.locate_in(root)
        known = [field for field in FIELDS if field.startswith(kind)]
        yield from ((partial(locate, number), known) for number in numbers)
        return
    count = max(len(root.findall(parser.NUMBER)), 1)
    yield from ((parser.locate_in(root, number), list(FIELDS)) for number in numbers if number <= count)
