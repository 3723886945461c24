"""An embedded ledger that is on its way to another database: closed, so that nothing is written that would stay behind.

Triggers refuse every change, whoever asks: also a command that had the file open before. Whoever moves the ledger opens
it again where that failed; where it was cut short, the ledger stays closed until the move is finished or given up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, text

from edigate.ledger import notes
from edigate.ledger.tables import metadata
from edigate.ledger.tables import notes as facts

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY = "moving"
REFUSED = "this ledger has moved, or is about to: edigate migrate"
_CHANGES = ("insert", "update", "delete")


class Closed(Exception):
    """The ledger of this gate is on its way elsewhere; carries where to."""

    def __init__(self, to: str) -> None:
        """`to` is an address without a password."""
        super().__init__(f"{REFUSED} ({to})")
        self.to = to


def mark_of(connection: Connection) -> dict[str, Any] | None:
    """What was written when the ledger was closed: `id` of the move, `to` where, `at` when; None for an open one."""
    found = notes.read(connection, KEY)
    return json.loads(found) if found is not None else None


def close(connection: Connection, mark: dict[str, Any]) -> None:
    """Let nobody change anything once this transaction is committed."""
    notes.write(connection, KEY, json.dumps(mark, sort_keys=True))
    for table in metadata.tables:
        for change in _CHANGES:
            connection.execute(
                text(
                    f'create trigger "{_name(table, change)}" before {change} on "{table}"'
                    f" begin select raise(abort, '{REFUSED}'); end"
                )
            )


def reopen(connection: Connection) -> None:
    """Undo `close`, if it was."""
    for table in metadata.tables:
        for change in _CHANGES:
            connection.execute(text(f'drop trigger if exists "{_name(table, change)}"'))
    connection.execute(delete(facts).where(facts.c.key == KEY))


def refuse_if_closed(connection: Connection) -> None:
    """Raise Closed where the ledger is."""
    if (mark := mark_of(connection)) is not None:
        raise Closed(mark["to"])


def _name(table: str, change: str) -> str:
    return f"closed_{table}_{change}"
