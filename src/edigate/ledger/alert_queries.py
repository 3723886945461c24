"""What people ask about alerts: each with the invoice or the pivot that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from edigate.ledger.alerts import VALIDATOR_SILENT
from edigate.ledger.queries import newest
from edigate.ledger.sql import where_in
from edigate.ledger.tables import ALERT_OPEN, alerts, deliveries, invoices

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, RowMapping

_OF_INVOICE = alerts.c.kind == VALIDATOR_SILENT
_ALERTS = (
    select(alerts, deliveries.c.name, invoices.c.number, invoices.c.supplier)
    .outerjoin(deliveries, and_(~_OF_INVOICE, deliveries.c.id == alerts.c.subject))
    .outerjoin(invoices, and_(_OF_INVOICE, invoices.c.id == alerts.c.subject))
)


def list_alerts(connection: Connection, *, everything: bool = False, limit: int = 0) -> list[RowMapping]:
    """Alerts that are open, or closed ones too, oldest first.

    With what each is about: `number` and `supplier` of an invoice, or `name` of a pivot.
    """
    if everything:
        return newest(connection, _ALERTS, alerts.c.id, limit)
    # Sorted here: asked for the order, SQLite would walk all the alerts in it.
    found = sorted(connection.execute(_ALERTS.where(ALERT_OPEN)).mappings(), key=lambda row: row["id"])
    return found[-limit:]


def count_alerts(connection: Connection, *, everything: bool = False) -> int:
    """How many alerts are open, or were ever raised."""
    query = select(func.count()).select_from(alerts)
    return connection.execute(query if everything else query.where(ALERT_OPEN)).scalar_one()


def alert_of(connection: Connection, key: int) -> RowMapping | None:
    """The alert with this ledger id."""
    return connection.execute(_ALERTS.where(alerts.c.id == key)).mappings().first()


def alerts_of(connection: Connection, keys: Collection[int]) -> list[RowMapping]:
    """The alerts with these ledger ids, in their order."""
    return list(where_in(connection, _ALERTS, alerts.c.id, keys))


def open_about_partners(connection: Connection, kind: str, subject: int = 0) -> set[str]:
    """The partners for whom an alert of this kind is open, "" where it is about the gate itself.

    `subject` is below 0 for those of one machine of many.
    """
    query = select(alerts.c.partner).where(ALERT_OPEN, alerts.c.kind == kind, alerts.c.subject == subject)
    return set(connection.execute(query).scalars())


def alerts_about(connection: Connection, kinds: Collection[str], subject: int) -> list[RowMapping]:
    """The open alerts of these kinds on an invoice or a pivot."""
    query = _ALERTS.where(alerts.c.kind.in_(kinds), alerts.c.subject == subject, alerts.c.closed_at.is_(None))
    return list(connection.execute(query.order_by(alerts.c.id)).mappings())
