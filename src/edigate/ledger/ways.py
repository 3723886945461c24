"""How it stands with the ways to partners: after a failure nothing is tried before a while, longer each time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from edigate.ledger import afterwards, alerts, journal, states
from edigate.ledger.clock import moment, stamp
from edigate.ledger.tables import ways

if TYPE_CHECKING:
    from sqlalchemy import Connection

PUT, FETCH, BIG = states.PUT, states.FETCH, states.BIG
LONGEST_PAUSE = dt.timedelta(hours=1)
_FAILING = select(ways.c.partner).where(ways.c.way == bindparam("of"))
_CLOSED = _FAILING.where(ways.c.open_until > bindparam("now"), ways.c.open_until <= bindparam("latest"))


class Patience(NamedTuple):
    """The first pause after a failure, in seconds, and how many failures in a row raise an alert."""

    first: float
    alert_after: int


def pause_after(failures: int, first_seconds: float) -> dt.timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to an hour."""
    return min(dt.timedelta(seconds=first_seconds * (1 << min(failures - 1, 16))), LONGEST_PAUSE)


def latest(now: str) -> str:
    """The latest time that a pause which began by now may end at: a clock that ran ahead may have set a later one."""
    return stamp(moment(now) + LONGEST_PAUSE)


def failed(
    connection: Connection, partner: str, way: str, error: str, *, now: dt.datetime, patience: Patience
) -> dt.datetime:
    """Count a failure on a way, with an alert once it has failed too often. Returns when to try it again."""
    chosen = (ways.c.partner == partner) & (ways.c.way == way)
    before = connection.execute(select(ways.c.failures, ways.c.failing_since).where(chosen)).first()
    failures = (before.failures if before else 0) + 1
    again = now + pause_after(failures, patience.first)
    values = {
        "failures": failures, "last_error": error, "open_until": stamp(again),
        "failing_since": (before.failing_since if before else None) or stamp(now),
    }  # fmt: skip
    if before:
        connection.execute(update(ways).where(chosen).values(**values))
    else:
        connection.execute(insert(ways), [values | {"partner": partner, "way": way}])
    afterwards.say(connection, _log().error, "way.failed", partner=partner, way=way, error=error, again_at=stamp(again))
    journal.note(connection, "way.failed", partner, at=stamp(now), way=way, failures=failures, error=error)
    if failures >= patience.alert_after:
        alerts.open_one(connection, alerts.WAY_OPEN, 0, partner, error, stamp(now))
    return again


def worked(connection: Connection, partner: str, way: str, now: str) -> None:
    """Something went through: whatever failed before is over."""
    chosen = (ways.c.partner == partner) & (ways.c.way == way)
    if not connection.execute(delete(ways).where(chosen)).rowcount:
        return
    afterwards.say(connection, _log().info, "way.works", partner=partner, way=way)
    if not connection.execute(select(ways.c.way).where(ways.c.partner == partner)).first():
        alerts.close(connection, alerts.WAY_OPEN, 0, now, partner)
    journal.note(connection, "way.works", partner, at=now, way=way)


def failing(connection: Connection, way: str) -> set[str]:
    """The partners to whom the last try on this way failed."""
    return set(connection.execute(_FAILING, {"of": way}).scalars())


def closed(connection: Connection, way: str, now: str) -> set[str]:
    """The partners to whom nothing is tried on this way now."""
    return set(connection.execute(_CLOSED, {"of": way, "now": now, "latest": latest(now)}).scalars())


def try_now(connection: Connection) -> None:
    """Forget the pauses: whoever starts a gate may have mended what stood in the way."""
    connection.execute(update(ways).values(open_until=None))


def next_due(connection: Connection, now: str) -> str | None:
    """When the next way is to be tried again, after now."""
    return connection.execute(select(func.min(ways.c.open_until)).where(ways.c.open_until > now)).scalar()


def _log() -> Any:  # noqa: ANN401 - structlog gives no type either
    import structlog  # noqa: PLC0415 - commands that only ask the ledger do without

    return structlog.get_logger()
