"""Partners as the ledger keeps them; every change bumps a version that a running gate looks at each round."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.ledger import notes
from edigate.ledger.events import record
from edigate.ledger.tables import partners

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

VERSION = "partners_version"
REMEMBERED = 4096  # partners as they were last read: every step of a batch asks for all of them
_ALL = select(partners).order_by(partners.c.code)
_SETS = ("deposits", "receives", "sirets")


def load_book(connection: Connection) -> PartnerBook:
    """All partners, in the order of their codes."""
    return PartnerBook(tuple(_partner(*row) for row in connection.execute(_ALL)))


def save(connection: Connection, partner: Partner, *, actor: str, at: str) -> None:
    """Write a new or changed partner, and what changed into the event log."""
    before = next((p for p in load_book(connection).partners if p.code == partner.code), None)
    connection.execute(delete(partners).where(partners.c.code == partner.code))
    connection.execute(insert(partners), [_row(partner)])
    notes.bump(connection, VERSION)
    change = {"before": _row(before) if before else None, "after": _row(partner)}
    record(connection, "partner.changed" if before else "partner.added", actor, partner.code, at=at, **change)


def changed(details: str) -> dict[str, dict[str, Any] | None]:
    """What the event log says of a change, before and after, with lists for the sets."""
    return {side: values and values | _sets(values) for side, values in json.loads(details).items()}


def version(connection: Connection) -> str:
    """Which state of the partners this is."""
    return notes.read(connection, VERSION) or "0"


@lru_cache(maxsize=REMEMBERED)
def _partner(*row: Any) -> Partner:  # noqa: ANN401 - as the table has them
    values: dict[str, Any] = dict(zip(partners.c.keys(), row, strict=True))
    sets = {key: frozenset(codes) for key, codes in _sets(values).items()}
    return Partner(**values | sets | {"role": Role(values["role"])})


def _sets(row: Mapping[Any, Any]) -> dict[str, list[str]]:
    return {key: json.loads(row[key]) for key in _SETS}


def _row(partner: Partner) -> dict[str, object]:
    values = asdict(partner) | {"role": partner.role.value}
    return values | {key: json.dumps(sorted(values[key])) for key in _SETS}
