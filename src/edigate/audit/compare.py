"""Claims of the audit log against those of the ledger's rows, side by side in a database of their own on disk.

It is as large as the ledger may be, and memory is not: SQLite keeps it in a file without a name, which ends with it.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from edigate.audit.claims import AT_MOST, COUNTED, GONE, POLICIES, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.audit.claims import Claim

AT_ONCE = 5_000
_TABLES = """
create table claimed (
    kind text, key text, value text, count int, owner text, at text, again text, primary key (kind, key)
) without rowid;
create table found (kind text, key text, value text, count int, at text, primary key (kind, key)) without rowid;
create table purged (flow text primary key, before text, place text) without rowid;
create table textless (at text, place text);
create table holds (delivery text, flow text, primary key (delivery, flow)) without rowid;
"""
# The first claim stays where another may not differ; `again` is then the place of the other one.
_DIFFERS = """
(:policy = 2 or (value is not excluded.value and (:policy = 1 or (:policy = 3 and exists (
    select 1 from claimed p where p.kind = 'deliveries published' and p.key = excluded.key)))))
"""
_CLAIM = f"""
insert into claimed values (:kind, :key, :value, 1, :owner, :at, '')
on conflict do update set
    again = case when again = '' and {_DIFFERS} then :place else again end,
    owner = case when {_DIFFERS} then owner else excluded.owner end,
    value = case when {_DIFFERS} then value else excluded.value end
"""  # noqa: S608 - parts of the statement itself
_COUNT = """
insert into claimed values (:kind, :key, :value, 1, :owner, :at, '') on conflict do update set count = count + 1
"""
_AGAIN = "select kind, key, value, again from claimed where again != '' order by 1, 2"
_TOO_YOUNG = """
select p.place, p.flow, max(c.at), p.before from purged p join claimed c on c.owner = p.flow
where c.kind in ('flows', 'runs') and c.at >= p.before group by p.flow order by p.flow
"""
_FOUND = "insert into found values (?, ?, ?, 1, ?) on conflict do update set count = count + 1"
_ALTERED = """
select f.kind, f.key, c.value, f.value from found f join claimed c using (kind, key)
where f.value != c.value or f.count > c.count or (f.count < c.count and c.kind != :at_most) order by 1, 2
"""
_INSERTED = """
select f.kind, f.key, f.value, f.at from found f left join claimed c using (kind, key)
where c.kind is null order by 1, 2
"""
# A delivery goes once every flow that it held something of has gone. What it held stands in the link that it was
# planned in: where retention has purged that one, later links do not tell whether it has to be there.
_MISSING = """
select c.kind, c.key, c.value, c.at from claimed c left join found f using (kind, key)
where f.kind is null and c.value is not :gone and c.kind != :at_most
and not exists (select 1 from purged p where p.flow = c.owner)
and not (
    c.owner like '#%'
    and exists (select 1 from holds h join purged using (flow) where h.delivery = c.owner)
    and not exists (select 1 from holds h left join purged p using (flow) where h.delivery = c.owner and p.flow is null)
)
and not (c.kind = 'events' and c.at < :forgotten)
and not (
    :horizon != '' and c.kind like 'deliveries %'
    and not exists (select 1 from claimed b where b.kind = 'deliveries' and b.key = c.key)
)
order by 1, 2
"""


class Difference(NamedTuple):
    """Two values, or one and the time that its row bears."""

    kind: str
    key: str
    one: str
    other: str


class Claims:
    """Two heaps of claims."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Begin with none."""
        self.horizon = ""
        """Of rows from before this time the entries may have been purged."""
        self._database = database
        self._forgotten = ""
        self._waiting: dict[str, list[tuple[object, ...] | dict[str, object]]] = {}
        database.executescript(_TABLES)

    def claim(self, one: Claim, place: str) -> None:
        """What the log says at a place."""
        policy = int(POLICIES.get(one.kind, Policy.CHANGES))
        values = one._asdict() | {"value": _value(one), "policy": policy, "place": place}
        self._put(_COUNT if one.kind in COUNTED else _CLAIM, values)

    def found(self, one: Claim) -> None:
        """What a row says."""
        self._put(_FOUND, (one.kind, one.key, _value(one), str(one.at or "")))

    def purged(self, flow: str, before: str, place: str) -> None:
        """Retention took all of this flow, which was older than a time."""
        self._put("insert or ignore into purged values (?, ?, ?)", (flow, before, place))

    def purged_too_young(self) -> list[tuple[str, str, str, str]]:
        """Place of the purge, flow, when it was booked or decided, the time before which was purged.

        Such flows are then taken for not purged.
        """
        self._flush()
        found = self._database.execute(_TOO_YOUNG).fetchall()
        self._database.executemany("delete from purged where flow = ?", [(flow,) for _, flow, _, _ in found])
        return found

    def again(self) -> Iterator[Difference]:
        """What never changes and was claimed another time: key, the first value, the place of the other claim."""
        yield from self._differences(_AGAIN)

    def holds(self, delivery: int, flow: str) -> None:
        """A delivery is about this flow, and perhaps others."""
        self._put("insert or ignore into holds values (?, ?)", (f"#{delivery}", flow))

    def forgotten(self, before: str) -> None:
        """Retention took what the event log had of flows from before this time."""
        self._forgotten = max(self._forgotten, before)

    def textless(self, place: str, at: str) -> None:
        """The entries of a link are gone, by retention or otherwise."""
        self._put("insert into textless values (?, ?)", (at, place))

    def textless_since(self, purged_before: str) -> Iterator[tuple[str, str]]:
        """Place and time of such links that no purge explains. What those were about that one does is not known."""
        self._flush()
        query = "select coalesce(max(at), '') from textless where at < ?"
        ((self.horizon,),) = self._database.execute(query, (purged_before,)).fetchall()
        yield from self._database.execute("select place, at from textless where at >= ?", (purged_before,))

    def altered(self) -> Iterator[Difference]:
        """Rows that are not what the log says: key, the log's value, the row's."""
        yield from self._differences(_ALTERED)

    def inserted(self) -> Iterator[Difference]:
        """Rows that the log knows nothing of: key, value, the row's time."""
        yield from self._differences(_INSERTED)

    def missing(self) -> Iterator[Difference]:
        """Rows that the log says are there: key, value, the entry's time."""
        yield from self._differences(_MISSING)

    def _put(self, statement: str, values: tuple[object, ...] | dict[str, object]) -> None:
        waiting = self._waiting.setdefault(statement, [])
        waiting.append(values)
        if len(waiting) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        for statement, rows in self._waiting.items():
            self._database.executemany(statement, rows)
            rows.clear()

    def _differences(self, query: str) -> Iterator[Difference]:
        self._flush()
        values = {"gone": GONE, "forgotten": self._forgotten, "horizon": self.horizon, "at_most": AT_MOST}
        yield from (Difference(*row) for row in self._database.execute(query, values))


def _value(claim: Claim) -> str:
    # A row that is counted has no value of its own, and must not look like one that has gone.
    return claim.value or ("-" if claim.kind in COUNTED else GONE)


@contextmanager
def claims() -> Iterator[Claims]:
    """Room for claims, which goes with the context."""
    database = sqlite3.connect("", isolation_level=None)  # without a name: on disk, but in nobody's way
    database.execute("pragma synchronous = off")
    database.execute("begin")
    try:
        yield Claims(database)
    finally:
        database.close()
