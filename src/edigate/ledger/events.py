"""The event log: who changed what, and when; for screens, which ask by subject. The audit log proves the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from edigate.ledger import journal
from edigate.ledger.tables import events

if TYPE_CHECKING:
    from sqlalchemy import Connection


def record(connection: Connection, event: str, actor: str, subject: str, *, at: str, **details: object) -> None:
    """Add one entry; `event` is a word of `observability.events`, `details` become JSON."""
    text = json.dumps(details, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(events).values(at=at, event=event, actor=actor, subject=subject, details=text))
    journal.note(connection, event, subject, at=at, actor=actor, details=details)


def count_before(connection: Connection, time: str) -> int:
    """How many events there are from before a time."""
    return connection.execute(select(func.count()).select_from(events).where(events.c.at < time)).scalar_one()
