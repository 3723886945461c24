"""Which alerts are still to be told, opened or closed, by each way of telling."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select, update

from edigate.ledger.alert_queries import alerts_of
from edigate.ledger.sql import chunks
from edigate.ledger.tables import ALERT_UNTOLD, alerts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

OPENED, CLOSED = "opened", "closed"
_STATE = case((alerts.c.closed_at.is_(None), OPENED), else_=CLOSED)


class By(StrEnum):
    """The ways of telling, each with its column in the ledger."""

    LOG = "logged"
    POST = "posted"
    MAIL = "mailed"


def state(alert: Mapping[Any, Any]) -> str:
    """What there is to tell of an alert."""
    return CLOSED if alert["closed_at"] else OPENED


def untold(connection: Connection, by: By, at_most: int) -> list[RowMapping]:
    """Alerts that were opened or closed since they were last told this way, oldest first.

    One that came and went between two looks is told once, as closed.
    """
    query = select(alerts.c.id).where(ALERT_UNTOLD, alerts.c[by] != _STATE).order_by(alerts.c.id).limit(at_most)
    return alerts_of(connection, connection.execute(query).scalars().all())


def mark_told(connection: Connection, by: By, told: Sequence[RowMapping]) -> None:
    """Note what was told of each of these; what has changed since is told next time."""
    for what in (OPENED, CLOSED):
        for ids in chunks([alert["id"] for alert in told if state(alert) == what]):
            connection.execute(update(alerts).where(alerts.c.id.in_(ids)).values({by.value: what}))
