"""Records without texts that nobody reads to the end: what is judged, kept, compared and told is never of megabytes."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from edigate.domain.faults import LONGEST_TEXT, shortened
from edigate.domain.invoice import Party
from edigate.domain.reported import ReportedLine

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")
LONGEST_COMMENT = 10_000
"""Characters of a comment, which is told on: more than a person writes."""


def brief(record: Record) -> Record:
    """The record with each of its texts shortened, and those of the parties and error lines in it."""
    changed = {}
    for name in _names(type(record)):
        value = getattr(record, name)
        if type(value) is str and len(value) <= LONGEST_TEXT:  # nearly all
            continue
        short = _brief(name, value)
        if short is not value:
            changed[name] = short
    return replace(record, **changed) if changed else record


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _brief(name: str, value: object) -> object:
    if type(value) is str:  # the words of a StrEnum are our own
        return shortened(value, LONGEST_COMMENT if name == "comment" else LONGEST_TEXT)
    if isinstance(value, Party):
        return brief(value)
    if isinstance(value, tuple) and value and isinstance(value[0], ReportedLine):
        return tuple(map(brief, value))
    return value
