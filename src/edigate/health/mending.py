"""Mending what the doctor found, each thing with its entry in the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from edigate.health import ledger_file, ledger_server
from edigate.health.kinds import KINDS
from edigate.ledger import events
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing

if TYPE_CHECKING:
    from edigate.engine.gate import Places
    from edigate.health.findings import Finding
    from edigate.ledger.clock import Clock

log = structlog.get_logger()
EVENT = "doctor.repaired"


def may_mend(finding: Finding, *, alone: bool) -> bool:
    """Whether anything can be done about it now; `alone`, that no gate is at work and none can begin."""
    return finding.mend is not None and (alone or not KINDS[finding.kind].locked)


def mend(places: Places, finding: Finding, clock: Clock, actor: str) -> str:
    """Mend it and say so in the log and in the event log. Returns why it could not be done, empty where it was."""
    if finding.mend is None:
        return finding.kind
    try:
        finding.mend()
        _record(places, finding, stamp(clock()), actor)
    except (OSError, SQLAlchemyError) as error:
        return ledger_file.reason(error)
    log.info(EVENT, kind=finding.kind, place=finding.place, count=finding.count)
    return ""


def _record(places: Places, finding: Finding, now: str, actor: str) -> None:
    if not ledger_server.is_current(places):
        return
    ledger = open_ledger(ledger_server.address(places) or places.ledger, create=False)
    try:
        with writing(ledger) as connection:
            facts = {"kind": finding.kind, "count": finding.count, "examples": list(finding.examples)}
            events.record(connection, EVENT, actor, finding.place or finding.kind, at=now, **facts)
    finally:
        ledger.dispose()
