"""The event log: who changed what, and when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import insert

from edigate.ledger.tables import events

if TYPE_CHECKING:
    from sqlalchemy import Connection


def record(connection: Connection, event: str, actor: str, subject: str, *, at: str, **details: object) -> None:
    """Add one entry; `event` is a word of `observability.events`, `details` become JSON."""
    text = json.dumps(details, ensure_ascii=False, sort_keys=True)
    connection.execute(insert(events).values(at=at, event=event, actor=actor, subject=subject, details=text))
