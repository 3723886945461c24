"""Queries over more values than one statement takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select

CHUNK = 500
T = TypeVar("T")


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in runs of at most so many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def where_in(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[RowMapping]:
    """The query's rows whose column is one of the values, in as many statements as that takes."""
    for chunk in chunks(sorted(values)):
        yield from connection.execute(query.where(column.in_(chunk))).mappings()
