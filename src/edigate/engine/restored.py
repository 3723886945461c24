"""A gate whose ledger came out of a backup: it works nothing off before somebody has seen what it no longer knows.

Nor does one whose ledger is on its way elsewhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from edigate.ledger import closing, notes

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate

RESTORED = "restored"


class Restored(Exception):
    """The gate in this folder was restored, and nobody has decided yet what becomes of what it had under way."""

    def __init__(self, folder: Path, made_at: str) -> None:
        """`made_at` is the time of the backup, as the ledger writes times."""
        super().__init__(
            f"{folder}: this gate was restored from a backup of {made_at}; look at what it may have handed out since"
            " (edigate restored show), then decide on it (edigate restored accept)"
        )
        self.folder = folder
        self.made_at = made_at


def refuse_if_restored(gate: Gate) -> None:
    """Raise Restored while the gate waits for `edigate restored accept`, closing.Closed while its ledger is moved."""
    with gate.ledger.connect() as connection:
        closing.refuse_if_closed(connection)
        mark = mark_of(connection)
    if mark is not None:
        raise Restored(gate.places.root, mark["made_at"])


def mark_of(connection: Connection) -> dict[str, Any] | None:
    """What the restore wrote into the ledger: `made_at`, `restored_at` and the manifest's `head`; None where none is.

    `evidence` grows with each look: what partners collect meanwhile is still known to have gone.
    """
    text = notes.read(connection, RESTORED)
    return json.loads(text) if text is not None else None


def write_mark(connection: Connection, mark: dict[str, Any]) -> None:
    """Mark the ledger as restored."""
    notes.write(connection, RESTORED, json.dumps(mark, ensure_ascii=False, sort_keys=True))
