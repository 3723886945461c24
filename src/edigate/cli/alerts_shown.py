"""Alerts in words, with what to do: on what is being shown, as JSON, or in one line."""

from typing import Any

from sqlalchemy import Connection, RowMapping

from edigate.cli import rows
from edigate.cli.messages import language, t
from edigate.domain import alert_words
from edigate.ledger import alert_queries
from edigate.ledger.alerts import DELIVERY_DEAD, PIVOT_REFUSED, PIVOT_UNRECEIVED, VALIDATOR_SILENT

ON_PIVOTS = (DELIVERY_DEAD, PIVOT_REFUSED, PIVOT_UNRECEIVED)
ON_INVOICES = (VALIDATOR_SILENT,)


def alert_json(alert: rows.Row) -> dict[str, Any]:
    """An alert with what it is about and what to do, in the language spoken."""
    return rows.picked(
        alert, "id", "at", "kind", "subject", "partner", "name", "number", "supplier", "detail", "closed_at"
    ) | {"message": said(alert), "remedy": to_do(alert)}


def said(alert: rows.Row) -> str:
    """What happened."""
    return alert_words.said(alert, language())


def to_do(alert: rows.Row) -> str:
    """What an operator does about it."""
    return alert_words.to_do(alert, language())


def print_open(found: list[RowMapping]) -> None:
    """The open alerts on what is being shown."""
    for alert in found:
        rows.say(
            t("Alert {id}: {said}", "Alerte {id} : {said}", id=alert["id"], said=said(alert)), style="yellow"
        )  # fmt: skip
        rows.say(f"  {to_do(alert)}")


def mention(connection: Connection) -> str:
    """One line where alerts are open, for whoever looks at something else; empty where none is."""
    count = alert_queries.count_alerts(connection)
    if not count:
        return ""
    return t("Open alerts: {count}; what happened and what to do: edigate alerts list",
             "Alertes ouvertes : {count} ; ce qui arrive et que faire : edigate alerts list", count=count)  # fmt: skip
