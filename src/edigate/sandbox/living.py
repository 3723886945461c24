"""Living lives: the gate's clock is told one moment after the other, and at each the gate works off what is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from edigate.engine.local import Local
from edigate.ledger.tables import alerts
from edigate.sandbox.collected import look, new_ones
from edigate.sandbox.fill import SANDBOX_PARTNERS, deposit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from edigate.config import Settings
    from edigate.engine.gate import Gate
    from edigate.sandbox.collected import Arrival
    from edigate.sandbox.enacted import Enacted, File
    from edigate.sandbox.lives import Step

_PARTNERS = tuple(partner.code for partner in SANDBOX_PARTNERS)


class Alert(NamedTuple):
    """What an operator is told."""

    kind: str
    detail: str


class Lived(NamedTuple):
    """A step that was taken: when, what was deposited, what then came into the outboxes, what an operator is told."""

    enacted: Enacted
    step: Step
    at: dt.datetime
    file: File | None
    arrivals: tuple[Arrival, ...]
    alerts: tuple[Alert, ...]


@dataclass(slots=True)
class _Hands:
    """A clock whose hands are moved."""

    at: dt.datetime

    def __call__(self) -> dt.datetime:
        """The moment it shows."""
        return self.at


def live(gate: Gate, lives: Sequence[Enacted]) -> Iterator[Lived]:
    """Take all steps of one life after the other; a signal ends it. Raises engine.lock.Held."""
    hands = _Hands(gate.clock())
    local = Local(replace(gate, clock=hands, settings=_for_one_at_a_time(gate.settings)))
    for enacted in lives:
        pivots: list[str] = []
        for place in range(len(enacted.life.steps)):
            hands.at = enacted.moment(place)
            lived = _step(gate, local, enacted, place, pivots)
            if lived is None:
                return
            pivots += [one.flow_id for one in lived.arrivals if one.units and one.flow_id not in pivots]
            yield lived


def _for_one_at_a_time(settings: Settings) -> Settings:
    """One worker is enough for one flow, and the sooner there."""
    return settings._replace(engine=settings.engine._replace(workers=1))


def _step(gate: Gate, local: Local, enacted: Enacted, place: int, pivots: Sequence[str]) -> Lived | None:
    """Take one step; None where the gate was told to end."""
    file = enacted.file(place, pivots)
    outbox, last = gate.places.outbox, _last_alert(gate)
    before = look(outbox, _PARTNERS)
    if file:
        deposit(gate, file)
    local.run_once()
    if file and (gate.places.inbox / file.partner / file.name).exists():
        return None
    found = new_ones(outbox, before, look(outbox, _PARTNERS))
    return Lived(enacted, enacted.life.steps[place], enacted.moment(place), file, found, _alerts_after(gate, last))


def _last_alert(gate: Gate) -> int:
    with gate.ledger.connect() as connection:
        return connection.execute(select(func.max(alerts.c.id))).scalar() or 0


def _alerts_after(gate: Gate, last: int) -> tuple[Alert, ...]:
    query = select(alerts.c.kind, alerts.c.detail).where(alerts.c.id > last).order_by(alerts.c.id)
    with gate.ledger.connect() as connection:
        return tuple(Alert(row.kind, row.detail) for row in connection.execute(query))
