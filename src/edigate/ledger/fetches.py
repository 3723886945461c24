"""Files of partners' servers in the ledger: what the gate wants, has claimed, or has taken where it may not claim.

    wanted ──► claimed ──► (the row ends: the flow is booked, the file removed)
      │  ▲ ▲      │
      │  │ └──────┤
      │  └────── gone           what was claimed is no longer there; it counts again if it shows itself
      └──► marked ──► kept      no renames on that server: the file stays, and its row as long as it is listed
              │       │  ▲
              └────► away       it was taken and is no longer listed; it is the same file if it shows itself again

A row holds for one folder of one server, its `source`. Every move names the states it expects.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, select, update

from edigate.ledger import journal
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.tables import fetches, flows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

_FIRST_SURROGATE, _NO_ASCII = 0xDC00, 0x80
_NO_UTF8 = re.compile(r"[\x00\udc80-\udcff%]")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")


class State(StrEnum):
    """How far the gate got with a file of a server."""

    WANTED = "wanted"
    CLAIMED = "claimed"
    MARKED = "marked"
    KEPT = "kept"
    AWAY = "away"
    GONE = "gone"


class Sight(NamedTuple):
    """What a file on a server looks like: bytes, and seconds since 1970 by the server's clock."""

    size: int
    mtime: int


class Fetch(NamedTuple):
    """One file of a partner's server; `source` is server and folder, `id` becomes the id of its flow.

    `at` is when it last began to look like this, or went away.
    """

    id: str
    partner: str
    source: str
    name: str
    sight: Sight
    state: State
    at: str


def of(connection: Connection, partner: str) -> list[Fetch]:
    """The partner's rows, on whatever server and folder, in the order of their claims; but those `away`."""
    chosen = (fetches.c.partner == partner) & fetches.c.state.in_(
        [state.value for state in State if state != State.AWAY]
    )
    return [_fetch(row) for row in connection.execute(select(fetches).where(chosen).order_by(fetches.c.id)).mappings()]


def away(connection: Connection, partner: str, names: Iterable[str]) -> list[Fetch]:
    """The partner's rows of files that were taken and went, those of these names: there may be very many others."""
    chosen = select(fetches).where(fetches.c.partner == partner, fetches.c.state == State.AWAY.value)
    if connection.execute(chosen.limit(1)).first() is None:
        return []
    return [_fetch(row) for row in where_in(connection, chosen, fetches.c.name, {_encoded(name) for name in names})]


def gone_since(connection: Connection, partner: str, source: str, before: str) -> list[Fetch]:
    """The partner's rows of files in this folder that went so long ago."""
    went = fetches.c.state.in_([State.GONE.value, State.AWAY.value]) & (fetches.c.at < before)
    rows = connection.execute(select(fetches).where(fetches.c.partner == partner, fetches.c.source == source, went))
    return [_fetch(row) for row in rows.mappings()]


def known(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the claims that have a row, whosever they are."""
    return {row["id"] for row in where_in(connection, select(fetches.c.id), fetches.c.id, ids)}


def booked(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the claims that are flows: safe in archive and ledger."""
    return {row["id"] for row in where_in(connection, select(flows.c.id), flows.c.id, ids)}


def want(connection: Connection, wanted: Sequence[Fetch]) -> None:
    """Write down what is about to be claimed."""
    rows = [
        {
            "id": f.id, "partner": f.partner, "source": f.source, "name": _encoded(f.name), "size": f.sight.size,
            "mtime": f.sight.mtime, "state": State.WANTED.value, "at": f.at,
        }
        for f in wanted
    ]  # fmt: skip
    if rows:
        connection.execute(insert(fetches), rows)


def move(connection: Connection, ids: Iterable[str], before: Collection[State], after: State, at: str = "") -> None:
    """Move rows that are in one of the states expected, and set their time where one is given; others stay."""
    expected = [state.value for state in before]
    values = {"state": after.value} | ({"at": at} if at else {})
    for some in chunks(sorted(ids)):
        chosen = fetches.c.id.in_(some) & fetches.c.state.in_(expected)
        connection.execute(update(fetches).where(chosen).values(**values))


def look_different(connection: Connection, changed: Mapping[str, Sight], at: str) -> None:
    """Write down that claimed files are no longer what they were when they were seen."""
    for claim, sight in changed.items():
        values = {"size": sight.size, "mtime": sight.mtime, "at": at}
        connection.execute(update(fetches).where(fetches.c.id == claim).values(**values))


def found_at(connection: Connection, ids: Iterable[str], source: str) -> None:
    """Write down that claimed files lie in this folder of this server now."""
    for some in chunks(sorted(ids)):
        connection.execute(update(fetches).where(fetches.c.id.in_(some)).values(source=source))


def end(connection: Connection, ids: Iterable[str]) -> None:
    """Forget rows that there is nothing left to do about."""
    for some in chunks(sorted(ids)):
        connection.execute(delete(fetches).where(fetches.c.id.in_(some)))


def note(connection: Connection, event: str, files: Iterable[Fetch], server: str, at: str) -> None:
    """Have the audit log say what became of these files of a server, each under the id of its claim and flow."""
    for file in files:
        facts = {"server": server, "name": _encoded(file.name), "size": file.sight.size, "mtime": file.sight.mtime}
        journal.note(connection, event, file.id, at=at, partner=file.partner, **facts)


def _fetch(row: RowMapping) -> Fetch:
    sight, state = Sight(row["size"], row["mtime"]), State(row["state"])
    return Fetch(row["id"], row["partner"], row["source"], _decoded(row["name"]), sight, state, row["at"])


def _encoded(name: str) -> str:
    """As text that a ledger can hold: bytes that are no UTF-8, NUL and the percent sign become `%` and two digits."""
    return _NO_UTF8.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", name)


def _decoded(text: str) -> str:
    return _ESCAPE.sub(_byte, text)


def _byte(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code if code < _NO_ASCII else _FIRST_SURROGATE + code)
