"""Statements about more values than one statement takes, or about many rows at once."""

from __future__ import annotations

import json
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Text, TypeDecorator, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Connection, Dialect, Insert, RowMapping, Select, Update
    from sqlalchemy.sql.compiler import SQLCompiler

CHUNK = 500
T = TypeVar("T")
_CHUNK: BindParameter[Any] = bindparam("chunk", expanding=True)


class _Texts(TypeDecorator[Any]):
    """Texts that go to the driver as one value, an array in JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 - SQLAlchemy's own words
        """The array."""
        return json.dumps(list(value))


class _Members(GenericFunction[Any]):
    """What an array in JSON holds, a row for each."""

    name = "members"
    inherit_cache = True


@compiles(_Members, "sqlite")
def _members_in_sqlite(members: _Members, compiler: SQLCompiler, **terms: object) -> str:
    return f"json_each({compiler.process(members.clauses, **terms)})"


@compiles(_Members, "postgresql")
def _members_in_postgresql(members: _Members, compiler: SQLCompiler, **terms: object) -> str:
    return f"json_array_elements_text(cast({compiler.process(members.clauses, **terms)} as json))"


def among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the texts that are given under this name: as many as one likes, in the same words."""
    return column.in_(select(_Members(bindparam(name, type_=_Texts())).table_valued("value").c.value))


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in runs of at most so many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def where_in(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[RowMapping]:
    """The query's rows whose column is one of the values, in as many statements as that takes.

    The query should be a constant, since it is put into words once.
    """
    for chunk in chunks(sorted(values)):
        yield from connection.execute(_chosen(query, column), {_CHUNK.key: chunk}).mappings().all()


@lru_cache(maxsize=256)
def _chosen(query: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
    return query.where(column.in_(_CHUNK))


def for_each(connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry a statement out for each of these rows, all of which name the same columns; there may be none.

    What `Connection.execute` does without its look at every value: drivers take the ledger's kinds as they are. The
    statement should be a constant, since it is put into words once.
    """
    if rows:
        words, values = _in_words(statement, connection.dialect, tuple(rows[0]))
        connection.exec_driver_sql(words, [values(row) for row in rows])


def for_alike(
    connection: Connection, statement: Update, changes: Iterable[tuple[int | str, Mapping[str, Any]]]
) -> None:
    """Carry an update out for each of these keys, with what changes there: at once where that is the same.

    The statement is about the keys that its expanding parameter `keys` gives.
    """
    alike: dict[tuple[tuple[str, Any], ...], list[int | str]] = {}
    for key, values in changes:
        alike.setdefault(tuple(values.items()), []).append(key)
    for change, keys in alike.items():
        for chunk in chunks(keys):
            connection.execute(statement, {"keys": chunk, **dict(change)})


@lru_cache(maxsize=256)
def _in_words(
    statement: Insert | Update, dialect: Dialect, columns: tuple[str, ...]
) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    """The statement as the driver gets it, and what makes of a row the values that go with it."""
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    given = {name: value for name, value in compiled.params.items() if name not in columns}
    given |= {column.key: cast("Any", column.default).arg for column in compiled.insert_prefetch}
    if compiled.positiontup is None:
        return compiled.string, lambda row: {**given, **row}
    in_order = itemgetter(*compiled.positiontup)
    if not given:
        return compiled.string, in_order
    return compiled.string, lambda row: in_order({**given, **row})
