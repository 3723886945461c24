"""Numbers that are given once: they may have gaps and are never used again (design §2).

SQLite keeps them in a table. PostgreSQL has sequences of its own, for which no transaction waits for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, text, update

from edigate.ledger.sql import for_each
from edigate.ledger.tables import sequences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

INVOICES = "invoices"
DELIVERIES = "deliveries"
_NEXT = select(sequences.c.next).where(sequences.c.key == bindparam("of"))
_TAKEN = update(sequences).where(sequences.c.key == bindparam("of"))
_MADE = "sequences"
_MAKING = 0x6564_6967_7365_7100
_PREFIX = "numbers "


def take(connection: Connection, key: str, count: int) -> Sequence[int]:
    """The next `count` numbers of a sequence, from 1, in their order."""
    if count == 0:
        return range(0)
    if connection.dialect.name == "postgresql":
        query = text("select nextval(cast(:name as regclass)) from generate_series(1, :count)")
        values = {"name": _native(connection, key), "count": count}
        return sorted(connection.execute(query, values).scalars())
    first = connection.execute(_NEXT, {"of": key}).scalar()
    if first is None:
        first = 1
        connection.execute(insert(sequences).values(key=key, next=first + count))
    else:
        for_each(connection, _TAKEN, [{"of": key, "next": first + count}])
    return range(first, first + count)


def jump(connection: Connection, key: str, to: int) -> None:
    """Let a sequence go on from this number; never back."""
    if connection.dialect.name == "postgresql":
        name = _native(connection, key)
        query = f"select setval(cast(:name as regclass), :to, false) from {name} where last_value < :to"  # noqa: S608
        connection.execute(text(query), {"name": name, "to": to})
        return
    first = connection.execute(select(sequences.c.next).where(sequences.c.key == key)).scalar()
    if first is None:
        connection.execute(insert(sequences).values(key=key, next=to))
    elif first < to:
        connection.execute(update(sequences).where(sequences.c.key == key).values(next=to))


def reached(connection: Connection) -> Mapping[str, int]:
    """By key, the number that each sequence gives next."""
    if connection.dialect.name != "postgresql":
        return {row.key: row.next for row in connection.execute(select(sequences))}
    query = text(
        "select sequencename from pg_sequences where schemaname = current_schema and starts_with(sequencename, :begins)"
    )
    names = connection.execute(query, {"begins": _PREFIX}).scalars().all()
    ends = (
        (name, connection.execute(text(f'select last_value, is_called from "{name}"')).one())  # noqa: S608
        for name in names
    )
    return {name.removeprefix(_PREFIX): last + called for name, (last, called) in ends}


def _native(connection: Connection, key: str) -> str:
    """The quoted name of PostgreSQL's own sequence, made where this session has not seen it yet.

    On another connection: it is there for everybody at once, whatever becomes of this transaction.
    """
    made: set[str] = connection.info.setdefault(_MADE, set())
    name = f'"{_PREFIX}{key}"'
    if key not in made:
        with connection.engine.connect() as apart:
            apart.exec_driver_sql("begin")
            apart.exec_driver_sql(f"select pg_advisory_xact_lock({_MAKING})")
            apart.exec_driver_sql(f"create sequence if not exists {name}")
            apart.exec_driver_sql("commit")
        made.add(key)
    return name
