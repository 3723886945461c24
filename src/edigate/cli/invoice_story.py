"""One invoice in full, for people and as JSON: whose turn it is, its statuses, pivots, completions and faults."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import alerts_shown, common, lifecycle, rows, shown_faults
from edigate.cli.messages import colon, language, t
from edigate.domain.cadres import CADRES
from edigate.domain.stages import Stage
from edigate.domain.statuses import RECYCLED
from edigate.domain.wording import pick, printable
from edigate.engine.gate import Gate
from edigate.ledger import alert_queries, queries
from edigate.ledger.faults_json import load
from edigate.ledger.states import NOT_TOLD

_ROOM = 28
"""What words in the history fold to before its last column goes below the table."""


def invoice_json(invoice: rows.Row) -> dict[str, Any]:
    """What the ledger holds of an invoice, with its faults."""
    return {
        **rows.picked(
            invoice, "id", "flow", "run", "position", "entry", "number", "type_code", "issue_date", "cadre", "market",
            "engagement", "depositor",
        ),
        "supplier": {
            "scheme": invoice["supplier_scheme"], "identifier": invoice["supplier"],
            "name": invoice["supplier_name"], "country": invoice["supplier_country"],
        },
        "recipient": {
            "siret": invoice["recipient"], "name": invoice["recipient_name"],
            "service": invoice["service"], "service_name": invoice["service_name"],
        },
        "validator": lifecycle.validator_json(invoice),
        **rows.picked(
            invoice, "second_validator", "amount_due", "currency", "reader", "stage", "due_at", "verdict", "status",
            "label", "completes", "renvoi", "decided_at",
        ),
        "faults": [shown_faults.fault_json(fault) for fault in load(invoice["faults"])],
    }  # fmt: skip


def listed_json(invoice: RowMapping) -> dict[str, Any]:
    """The same with the flow that it came in."""
    return invoice_json(invoice) | rows.picked(invoice, "flow_name", "received_at")


def story_json(connection: Connection, invoice: RowMapping) -> dict[str, Any]:
    """All of one invoice, as JSON has it."""
    decisions = queries.decisions_on(connection, invoice)
    pivots = queries.pivots_of(connection, invoice["id"])
    return listed_json(invoice) | {
        "history": [_entry_json(entry) for entry in queries.history_of(connection, invoice["id"])],
        "pivots": [rows.delivery_json(row) for row in pivots],
        "other_decisions": [invoice_json(row) for row in decisions if row["id"] != invoice["id"]],
        "completed_by": [
            rows.picked(row, "id", "flow", "flow_name", "received_at")
            for row in queries.completed_by(connection, invoice)
        ],
        "alerts": [alerts_shown.alert_json(alert) for alert in _alerts(connection, invoice, pivots)],
    }


def _entry_json(entry: RowMapping) -> dict[str, Any]:
    return {
        **rows.picked(entry, "status", "label", "at", "comment", "reason", "actor", "producer", "mandate"),
        **rows.picked(entry, "source", "source_flow"),
        **rows.picked(entry, "told", "told_at"),
        "withheld": entry["told_in"] == NOT_TOLD,
    }


def _alerts(connection: Connection, invoice: RowMapping, pivots: list[RowMapping]) -> list[RowMapping]:
    found = alert_queries.alerts_about(connection, alerts_shown.ON_INVOICES, invoice["id"])
    for pivot in pivots:
        found += alert_queries.alerts_about(connection, alerts_shown.ON_PIVOTS, pivot["id"])
    return found


def invoice_facts(invoice: rows.Row, indent: str = "") -> Iterator[tuple[str, object]]:
    """What a person wants to know of an invoice, but for its history and its faults."""
    cadre = CADRES.get(invoice["cadre"])
    label = pick((cadre.label_fr, cadre.label_en), language()) if cadre else ""
    recipient = f"{invoice['recipient']} {invoice['recipient_name']}".strip()
    service = f"{invoice['service']} {invoice['service_name']}".strip()
    status = lifecycle.status(invoice["status"], invoice["label"]) if invoice["status"] else ""
    yield t(f"{indent}ledger id", f"{indent}registre"), invoice["id"]
    yield t(f"{indent}file", f"{indent}fichier"), invoice["entry"]
    yield f"{indent}date", invoice["issue_date"]
    yield f"{indent}cadre", f"{invoice['cadre']} {label}".strip()
    yield t(f"{indent}supplier", f"{indent}fournisseur"), f"{invoice['supplier']} {invoice['supplier_name']}".strip()
    yield t(f"{indent}recipient", f"{indent}destinataire"), recipient
    yield f"{indent}service", service
    yield t(f"{indent}market", f"{indent}marché"), invoice["market"]
    yield t(f"{indent}engagement", f"{indent}engagement"), invoice["engagement"]
    yield t(f"{indent}validator", f"{indent}valideur"), lifecycle.validator(invoice)
    yield t(f"{indent}due", f"{indent}à payer"), f"{invoice['amount_due']} {invoice['currency']}".strip()
    yield t(f"{indent}turn", f"{indent}à qui"), _turn(invoice)
    yield t(f"{indent}status", f"{indent}statut"), status


def _turn(invoice: rows.Row) -> str:
    """Whose turn it is, and which partner acts for them."""
    if invoice["stage"] == Stage.CLOSED.value:
        return f"{lifecycle.turn(invoice['stage'])}{colon()} {lifecycle.why_closed(invoice)}"
    reader = f"({invoice['reader']})" if invoice["reader"] else ""
    return f"{lifecycle.turn(invoice['stage'])} {reader}".strip()


def print_story(connection: Connection, gate: Gate, invoice: RowMapping) -> None:
    """All of one invoice, for people."""
    head = Text(f"{printable(invoice['number'])}  ", style="bold")
    common.out().print(head.append_text(rows.of_invoice(invoice["verdict"])))
    pivots = queries.pivots_of(connection, invoice["id"])
    rows.print_facts(
        (
            *invoice_facts(invoice),
            (t("until", "jusqu'au"), rows.local(gate, invoice["due_at"])),
            (t("flow", "flux"), f"{invoice['flow_name']} ({invoice['flow']}, {invoice['position']})"),
            (t("received", "reçue"), rows.local(gate, invoice["received_at"])),
            (t("decided", "décidée"), rows.local(gate, invoice["decided_at"])),
            *_completions(connection, gate, invoice),
            *((t("pivot", "pivot"), _file(gate, row)) for row in pivots),
        )
    )
    _print_history(gate, queries.history_of(connection, invoice["id"]))
    shown_faults.print_faults(load(invoice["faults"]))
    alerts_shown.print_open(_alerts(connection, invoice, pivots))
    _print_other_decisions(connection, gate, invoice)


def _completions(connection: Connection, gate: Gate, invoice: RowMapping) -> Iterator[tuple[str, object]]:
    """The earlier deposit of the number that it takes the place of, and the later one that takes its own."""
    before = queries.invoice_of(connection, invoice["completes"])
    if before:
        recycles = invoice["renvoi"] == RECYCLED
        yield t("recycles", "recycle") if recycles else t("completes", "complète"), _deposit(gate, before)
    for after in queries.completed_by(connection, invoice):
        recycled = after["renvoi"] == RECYCLED
        name = t("recycled by", "recyclée par") if recycled else t("completed by", "complétée par")
        yield name, _deposit(gate, after)


def _deposit(gate: Gate, row: RowMapping) -> str:
    return f"{row['id']} ({row['flow_name']}, {rows.local(gate, row['received_at'])})"


def _file(gate: Gate, delivery: RowMapping) -> str:
    """Where a pivot lies, how far it has come, what its recipient said, how often it was offered again."""
    offered = lifecycle.offers(delivery)
    parts = (
        rows.word(delivery["state"]),
        lifecycle.receipt(gate, delivery),
        t("offered again {count}", "présenté de nouveau {count}", count=offered) if offered else "",
    )
    told = ", ".join(part for part in parts if part)
    return f"outbox/{delivery['partner']}/{delivery['name']} ({told})"


def _print_history(gate: Gate, entries: list[RowMapping]) -> None:
    if not entries:
        return
    status, told, why = t("Status", "Statut"), t("Told in", "Transmis dans"), t("Words", "Commentaire")
    who = t("Reported by", "Posé par")
    commented = any(row["comment"] or row["reason"] for row in entries)
    columns: tuple[rows.Column, ...] = (
        (status, lambda row: lifecycle.status(row["status"], row["label"])),
        (t("Since", "Depuis"), lambda row: rows.local(gate, row["at"])),
        *([(who, _actor)] if any(row["actor"] for row in entries) else []),
        *([(why, _words)] if commented else []),
        (told, _told),
    )
    folds = (why, status) if commented else (status,)
    dropped = rows.print_table(columns, entries, fold=folds, spare=(told,), room=_ROOM)
    for row in entries:
        if dropped:
            rows.say(t("  {status} told in: {file}", "  {status} transmis dans : {file}",
                       status=row["status"], file=_told(row)), style="dim")  # fmt: skip
        if row["source"]:
            rows.say(t("  {status} was reported in {flow}", "  {status} a été posé dans {flow}",
                       status=row["status"], flow=row["source"]), style="dim")  # fmt: skip


def _actor(row: RowMapping) -> str:
    return " / ".join(part for part in (row["actor"], row["producer"]) if part)


def _words(row: RowMapping) -> str:
    """Comment and reason, the reason first."""
    return " – ".join(
        part for part in (lifecycle.reason(row["reason"]) if row["reason"] else "", row["comment"]) if part
    )


def _told(row: RowMapping) -> str:
    if row["told_in"] == NOT_TOLD:
        return t("nobody: its meaning is unknown", "personne : son sens est inconnu")
    return row["told"] or t("not told yet", "pas encore transmis")


def _print_other_decisions(connection: Connection, gate: Gate, invoice: RowMapping) -> None:
    for other in queries.decisions_on(connection, invoice):
        if other["id"] != invoice["id"]:
            rows.say(
                t("Another decision: {verdict} on {at} (edigate invoices show {id})",
                  "Autre décision : {verdict} le {at} (edigate invoices show {id})",
                  verdict=rows.word(other["verdict"]), at=rows.local(gate, other["decided_at"]), id=other["id"]),
                style="dim",
            )  # fmt: skip
