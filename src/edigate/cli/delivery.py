"""One outgoing file: which one is meant, and all that the ledger holds of it."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import alerts_shown, common, lifecycle, purged, rows
from edigate.cli.messages import t
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import alert_queries, delivery_queries, queries

AGAIN = "delivery.offered_again"
DeliveryArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("FILE", "FICHIER"),
        help=t("Its name, or its number in the list.", "Son nom, ou son numéro dans la liste."),
    ),
]


class Kind(StrEnum):
    """What a file is for."""

    REPORT = "report"
    LIFE_CYCLE = "life_cycle"
    PIVOT = "pivot"


def one(connection: Connection, named: str) -> RowMapping:
    """The delivery that is meant; raises Failure where there is none."""
    found = delivery_queries.find_deliveries(connection, named)
    if not found:
        raise common.Failure(
            t("No file {named} was ever planned: neither a name nor a number of the list.",
              "Aucun fichier {named} n'a jamais été prévu : ni nom ni numéro de la liste.", named=printable(named)),
            t("edigate deliveries list shows them; --partner, --kind and --date narrow it down.",
              "edigate deliveries list les montre ; --partner, --kind et --date affinent la recherche.")
            + purged.hint(connection),
        )  # fmt: skip
    return found[0]


def state_of(row: RowMapping) -> str:
    """How far it has come; `failing` while it is tried again, `dead` once it was set aside."""
    if row["dead_at"]:
        return queries.DEAD
    unpublished = row["state"] != "published"
    return "failing" if unpublished and row["last_error"] else str(row["state"])


def story_json(connection: Connection, row: RowMapping) -> dict[str, Any]:
    """All of one delivery, as JSON has it."""
    flow = delivery_queries.flow_of_run(connection, row["run"])
    return rows.delivery_json(row) | {
        "run": row["run"],
        "flow": rows.picked(flow, "id", "name") if flow else None,
        "invoices": [
            rows.picked(one, "id", "number", "supplier", "recipient", "status", "stage")
            for one in delivery_queries.invoices_in(connection, row["id"])
        ],
        "statuses": [
            rows.picked(one, "invoice", "number", "supplier", "status", "label", "comment", "reason", "at")
            for one in _told(connection, row)
        ],
        "offered_again": list(_events(connection, row)),
        "alerts": [alerts_shown.alert_json(alert) for alert in _alerts(connection, row)],
    }


def _told(connection: Connection, row: RowMapping) -> list[RowMapping]:
    return delivery_queries.statuses_in(connection, row["id"]) if row["kind"] == Kind.LIFE_CYCLE else []


def _alerts(connection: Connection, row: RowMapping) -> list[RowMapping]:
    return alert_queries.alerts_about(connection, alerts_shown.ON_PIVOTS, row["id"])


def _events(connection: Connection, row: RowMapping) -> Iterator[dict[str, Any]]:
    """When somebody had it offered again, who and why."""
    for event in queries.events_about(connection, row["name"]):
        if event["event"] == AGAIN:
            details = json.loads(event["details"])
            yield rows.picked(event, "at", "actor") | {
                "reason": details["reason"],
                "published_before": details["published_at"],
            }


def print_story(connection: Connection, gate: Gate, row: RowMapping) -> None:
    """All of one delivery, for people."""
    flow = delivery_queries.flow_of_run(connection, row["run"])
    head = Text(f"{row['name']}  ", style="bold")
    common.out().print(head.append_text(rows.coloured(state_of(row))))
    rows.print_facts(
        (
            (t("number", "numéro"), row["id"]),
            (t("what", "quoi"), rows.word(row["kind"])),
            (t("partner", "partenaire"), row["partner"]),
            (t("about", "au sujet de"), flow["name"] if flow else ""),
            (t("planned", "prévu"), rows.local(gate, row["planned_at"])),
            (t("published", "remis"), rows.local(gate, row["published_at"])),
            (t("offered again", "présenté de nouveau"), lifecycle.offers(row)),
            (t("receipt", "accusé"), lifecycle.receipt(gate, row)),
            (t("set aside", "mis au rebut"), rows.local(gate, row["dead_at"])),
            (t("left the outbox", "sorti du dossier"), _gone(gate, row)),
            (t("size", "taille"), t("{size} bytes", "{size} octets", size=row["size"]) if row["size"] else ""),
            ("SHA-256", row["sha256"]),
            (t("last error", "dernière erreur"), row["last_error"]),
            (t("next try", "prochain essai"), rows.local(gate, row["next_try_at"])),
        )
    )
    for event in _events(connection, row):
        rows.say(
            t("{actor} had it offered again on {at}: {reason}",
              "{actor} l'a fait présenter de nouveau le {at} : {reason}",
              actor=event["actor"], at=rows.local(gate, event["at"]), reason=event["reason"])
        )  # fmt: skip
    _print_held(connection, gate, row)
    alerts_shown.print_open(_alerts(connection, row))


def _gone(gate: Gate, row: RowMapping) -> str:
    """When it left the outbox, and how: its partner collected it, or nobody did in time."""
    return f"{rows.local(gate, row['gone_at'])} ({rows.word(row['gone_how'])})" if row["gone_at"] else ""


def _print_held(connection: Connection, gate: Gate, row: RowMapping) -> None:
    """The invoices of a pivot, the statuses of a life cycle."""
    number, supplier = t("Invoice", "Facture"), t("Supplier", "Fournisseur")
    status = t("Status", "Statut")
    if held := delivery_queries.invoices_in(connection, row["id"]):
        columns: tuple[rows.Column, ...] = (
            ("Id", lambda one: one["id"]),
            (number, lambda one: one["number"]),
            (supplier, lambda one: one["supplier"]),
            (status, lambda one: lifecycle.status(one["status"], one["label"])),
        )
        rows.print_table(columns, held, fold=status, spare=("Id",))
    if told := _told(connection, row):
        columns = (
            (number, lambda one: one["number"]),
            (supplier, lambda one: one["supplier"]),
            (status, lambda one: lifecycle.status(one["status"], one["label"])),
            (t("Since", "Depuis"), lambda one: rows.local(gate, one["at"])),
        )
        rows.print_table(columns, told, fold=status, spare=(supplier,))
