"""That the ledger cannot be written: the one alert that it cannot hold, and that must be told all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from edigate.engine.telling import WAYS, told_by
from edigate.ledger import notes
from edigate.ledger.alerts import LEDGER_UNWRITABLE
from edigate.ledger.clock import stamp
from edigate.ledger.database import written

if TYPE_CHECKING:
    from edigate.engine.gate import Gate
    from edigate.engine.telling import Alert
    from edigate.ledger.untold import By

LOOKED = "looked_at"
BUSY = "database is locked"


class Outcry:
    """Tries to write, tells once by each way when that fails and when it works again; what was told is kept here."""

    def __init__(self) -> None:
        """All is well so far."""
        self._alert: Alert | None = None
        self._told: set[By] = set()

    def __call__(self, gate: Gate) -> None:
        """Look now. Raises DBAPIError where somebody else has been writing all the while, which proves nothing."""
        trouble = _trouble(gate)
        if trouble and (self._alert is None or self._alert["closed_at"]):
            self._alert, self._told = _alert(trouble, stamp(gate.clock())), set()
        elif not trouble and self._alert is not None and not self._alert["closed_at"]:
            self._alert, self._told = {**self._alert, "closed_at": stamp(gate.clock())}, set()
        if self._alert is not None:
            waiting = [way for way in WAYS if way.by not in self._told]
            self._told |= {way.by for way in waiting if told_by(gate, way, [self._alert])}


def _trouble(gate: Gate) -> str:
    try:
        written(gate.ledger, notes.write, LOOKED, stamp(gate.clock()))
    except DBAPIError as error:
        if BUSY in str(error.orig):
            raise
        return str(error.orig)
    return ""


def _alert(detail: str, now: str) -> Alert:
    """As a row of the ledger would be."""
    unknown = dict.fromkeys(("name", "number", "supplier", "closed_at"))
    return {"id": 0, "at": now, "kind": LEDGER_UNWRITABLE, "subject": 0, "partner": "", "detail": detail, **unknown}
