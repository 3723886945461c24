"""Partners as the ledger keeps them; every change gives them a version, by which a running gate knows of it."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import delete, insert, select

from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.ledger import notes
from edigate.ledger.events import record
from edigate.ledger.tables import partners

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine, RowMapping

VERSION = "partners_version"
_ALL = select(partners).order_by(partners.c.code)
_SETS = ("deposits", "receives", "sirets")
_books: WeakKeyDictionary[Engine, tuple[str | None, PartnerBook]] = WeakKeyDictionary()


def load_book(connection: Connection) -> PartnerBook:
    """All partners, in the order of their codes; the same book until one is changed, as every step asks for it."""
    now = notes.read(connection, VERSION)  # first: what is changed meanwhile is then read again
    known = _books.get(connection.engine)
    if known is None or now is None or known[0] != now:
        book = PartnerBook(tuple(_partner(row) for row in connection.execute(_ALL).mappings()))
        known = _books[connection.engine] = (now, book)
    return known[1]


def save(connection: Connection, partner: Partner, *, actor: str, at: str) -> None:
    """Write a new or changed partner, and what changed into the event log."""
    old = connection.execute(_ALL.where(partners.c.code == partner.code)).mappings().one_or_none()
    before = _partner(old) if old else None
    connection.execute(delete(partners).where(partners.c.code == partner.code))
    connection.execute(insert(partners), [_row(partner)])
    notes.write(connection, VERSION, secrets.token_hex(8))  # never that of a change that was taken back
    change = {"before": _row(before) if before else None, "after": _row(partner)}
    record(connection, "partner.changed" if before else "partner.added", actor, partner.code, at=at, **change)


def changed(details: str) -> dict[str, dict[str, Any] | None]:
    """What the event log says of a change, before and after, with lists for the sets."""
    return {side: values and values | _sets(values) for side, values in json.loads(details).items()}


def _partner(row: RowMapping) -> Partner:
    sets = {key: frozenset(codes) for key, codes in _sets(row).items()}
    return Partner(**{**row, **sets, "role": Role(row["role"])})


def _sets(row: Mapping[Any, Any]) -> dict[str, list[str]]:
    return {key: json.loads(row[key]) for key in _SETS}


def _row(partner: Partner) -> dict[str, object]:
    values = asdict(partner) | {"role": partner.role.value}
    return values | {key: json.dumps(sorted(values[key])) for key in _SETS}
