"""States that nothing notes by themselves, but that follow from what is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, false, func, or_, select

from edigate.domain.outcomes import Verdict
from edigate.ledger.deliveries import PLACED, PLANNED, PUBLISHED
from edigate.ledger.store import DECIDED, DUE, HELD, IN_PROGRESS
from edigate.ledger.tables import deliveries, flows, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_OTHERS = runs.alias()
_NEWEST = select(func.max(_OTHERS.c.number)).where(_OTHERS.c.flow == flows.c.id).correlate(flows).scalar_subquery()
_RUN_STATE = {DECIDED: DECIDED, HELD: HELD, DUE: IN_PROGRESS}
_FLOW_FITS = or_(*(and_(runs.c.state == run, flows.c.state == flow) for run, flow in _RUN_STATE.items()))
_RESERVES = and_(
    flows.c.verdict.is_not(None), flows.c.verdict != Verdict.INADMISSIBLE.value, flows.c.flow_id.is_not(None)
)
_FLOWS = (
    select(flows.c.id, flows.c.state)
    .outerjoin(runs, runs.c.id == flows.c.run)
    .where(
        or_(
            runs.c.id.is_(None),
            runs.c.flow != flows.c.id,
            runs.c.number != _NEWEST,
            ~_FLOW_FITS,
            and_(flows.c.reserved, ~func.coalesce(_RESERVES, false())),
            and_(~flows.c.reserved, func.coalesce(_RESERVES, false())),
        )
    )
)
_RUNS = select(runs.c.id, runs.c.state).where(
    or_(
        runs.c.state.not_in([DECIDED, DUE, HELD]),
        and_(runs.c.state == DECIDED, or_(runs.c.verdict.is_(None), runs.c.decided_at.is_(None))),
        and_(runs.c.state != DECIDED, or_(runs.c.verdict.is_not(None), runs.c.decided_at.is_not(None))),
    )
)
# What is offered again is planned or placed anew, and keeps the time at which it was published.
_DELIVERIES = select(deliveries.c.id, deliveries.c.state).where(
    or_(
        deliveries.c.state.not_in([PLANNED, PLACED, PUBLISHED]),
        and_(deliveries.c.state != PLANNED, deliveries.c.sha256.is_(None)),
        and_(deliveries.c.state == PUBLISHED, deliveries.c.published_at.is_(None)),
        and_(deliveries.c.state != PUBLISHED, deliveries.c.published_at.is_not(None), deliveries.c.offers == 0),
        and_(deliveries.c.state != PUBLISHED, deliveries.c.gone_at.is_not(None)),
    )
)
_ODD = (("flows", _FLOWS), ("runs", _RUNS), ("deliveries", _DELIVERIES))


def odd_states(connection: Connection) -> Iterator[tuple[str, str]]:
    """Place and state of each row whose state does not fit the rest of it."""
    for table, query in _ODD:
        for key, state in connection.execute(query.order_by("id")):
            yield f"{table}:{key}", str(state)
