"""Rows of files that lie on another server, or in another folder, than the one a partner's deposits come from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from edigate.domain.wording import printable
from edigate.engine.fetch_steps import RENAMED
from edigate.intake import sftp
from edigate.ledger import fetches
from edigate.ledger.database import written
from edigate.ledger.fetches import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from edigate.engine.fetch_visit import Visit
    from edigate.ledger.fetches import Fetch

log = structlog.get_logger()
_UNDER_WAY = frozenset({State.WANTED, State.CLAIMED, State.MARKED})


def lying_here(visit: Visit, rows: Sequence[Fetch], safe: Collection[str]) -> list[Fetch]:
    """The rows that hold for the folder looked at; those of files that are elsewhere and not `safe` are told of."""
    there = [row for row in rows if row.source != visit.source]
    moved = [row.id for row in there if row.state in RENAMED and sftp.hidden(row.id) in visit.listed]
    if moved:
        written(visit.gate.ledger, fetches.found_at, moved, visit.source)
    for row in there:
        if row.state in _UNDER_WAY and row.id not in safe and row.id not in moved:
            _tell(visit, row)
    return [
        row._replace(source=visit.source) if row.id in moved else row
        for row in rows
        if row.source == visit.source or row.id in moved
    ]


def _tell(visit: Visit, row: Fetch) -> None:
    """Log, once for each start of a gate, that a file which was claimed waits for its server."""
    told = visit.sights.elsewhere
    if visit.is_ours(row.sight.size) and row.id not in told:
        told.add(row.id)
        log.warning(
            "sftp.claim_elsewhere",
            partner=row.partner,
            name=printable(row.name),
            claim=row.id,
            detail=printable(row.source),
        )
