"""One flow in full, for people and as JSON: its decisions, invoices, reported statuses and files."""

from typing import Any, NamedTuple

from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, lifecycle, rows, shown_faults
from edigate.cli.invoice_story import invoice_facts, invoice_json
from edigate.cli.messages import colon, t
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.faults_json import load
from edigate.ledger.states import RECEIPT


class Story(NamedTuple):
    """All that the ledger holds of one flow."""

    flow: RowMapping
    runs: list[RowMapping]
    invoices: list[RowMapping]
    reported: list[RowMapping]
    deliveries: list[RowMapping]

    @property
    def present(self) -> frozenset[int]:
        """The decisions on invoices that no later run replaced."""
        return frozenset({row["position"]: row["id"] for row in self.invoices}.values())


def story_of(connection: Connection, flow: RowMapping) -> Story:
    """What the ledger holds of this one."""
    key = flow["id"]
    return Story(
        flow,
        queries.runs_of(connection, key),
        queries.invoices_of(connection, key),
        queries.reported_of(connection, key),
        queries.deliveries_of(connection, key),
    )


def story_json(story: Story) -> dict[str, Any]:
    """All of it, as JSON has it."""
    present = story.present
    return {
        **rows.flow_json(story.flow),
        "archive": _archived(story.flow),
        "runs": [_run_json(run) for run in story.runs],
        "invoices": [invoice_json(row) | {"present": row["id"] in present} for row in story.invoices],
        "reported": [rows.reported_json(row) for row in story.reported],
        "deliveries": [rows.delivery_json(row) for row in story.deliveries],
    }


def _archived(flow: RowMapping) -> str:
    """Where the deposited file lies, below the gate's folder."""
    return f"archive/{flow['archived']}"


def _run_json(run: RowMapping) -> dict[str, Any]:
    waits = {"reason": run["hold_reason"], "detail": run["hold_detail"], "again_at": run["due_at"]}
    return {
        **rows.picked(run, "id", "number", "parent", "state", "verdict", "requested_by", "reason", "decided_at"),
        **rows.picked(run, "directory_version", "edigate_version", "wants_report"),
        "waits": waits if run["state"] == "held" else None,
        "faults": [shown_faults.fault_json(fault) for fault in load(run["faults"])],
    }


def print_story(gate: Gate, story: Story) -> None:
    """All of it, for people."""
    flow, present = story.flow, story.present
    title = Text(printable(flow["name"]), style="bold")
    common.out().print(title.append("  ").append_text(rows.coloured(rows.state_of(flow))))
    rows.print_facts(
        (
            (t("ledger id", "registre"), flow["id"]),
            (t("flow id", "identifiant"), flow["flow_id"]),
            (t("partner", "partenaire"), flow["partner"]),
            (t("received", "reçu"), rows.local(gate, flow["received_at"])),
            (t("size", "taille"), t("{size} bytes", "{size} octets", size=flow["size"])),
            ("SHA-256", flow["sha256"]),
            ("archive", _archived(flow)),
        )
    )
    for run in story.runs:
        _print_run(gate, run)
    for invoice in story.invoices:
        _print_invoice(invoice, present=invoice["id"] in present)
    _print_reported(story.reported)
    _print_deliveries(gate, story.deliveries)


def _print_run(gate: Gate, run: RowMapping) -> None:
    state = run["verdict"] or run["state"]
    head = Text(t("\nRun {number}: ", "\nDécision {number} : ", number=run["number"]), style="bold")
    common.out().print(head.append_text(rows.coloured(state)))
    rows.print_facts(
        (
            (t("  decided", "  décidée"), rows.local(gate, run["decided_at"])),
            (t("  replay of", "  rejeu de"), run["parent"]),
            (t("  asked by", "  demandée par"), run["requested_by"]),
            (t("  because", "  motif"), run["reason"]),
            (t("  directory", "  annuaire"), run["directory_version"]),
            (t("  report", "  compte rendu"), "" if run["wants_report"] else t("not wanted", "non voulu")),
        )
    )
    if run["state"] == "held":
        rows.print_hold(gate, run)
    shown_faults.print_faults(load(run["faults"]))


def _print_invoice(invoice: RowMapping, *, present: bool) -> None:
    head = Text(t("\nInvoice {number}  ", "\nFacture {number}  ", number=printable(invoice["number"])), style="bold")
    head.append_text(rows.of_invoice(invoice["verdict"]))
    if not present:
        head.append(t("  (an earlier decision)", "  (décision antérieure)"), style="dim")
    common.out().print(head)
    rows.print_facts(invoice_facts(invoice, indent="  "))
    shown_faults.print_faults(load(invoice["faults"]))


def _print_reported(lines: list[RowMapping]) -> None:
    """What a partner reported, line by line: of which invoice or pivot, and whether it was taken in."""
    if lines:
        rows.say()
        rows.say(t("Reported", "Déclaré"), style="bold")
    for line in lines:
        supplier = (
            t(" of {supplier}", " de {supplier}", supplier=printable(line["supplier"])) if line["supplier"] else ""
        )
        told = f"  {line['position']}. {printable(line['names'])}{supplier}{colon()} {printable(_said(line)) or '?'}  "
        common.out().print(Text(told).append_text(rows.coloured(line["verdict"])))
        rows.print_facts(((t("    said", "    dit"), line["said"]),))
        shown_faults.print_faults(load(line["faults"]), indent=4)


def _said(line: RowMapping) -> str:
    """The status and, where it has words of its own, the step."""
    if line["kind"] == RECEIPT:
        return lifecycle.receipt_status(line["code"])
    return lifecycle.status(line["code"], line["label"]) if line["code"] else line["label"]


def _print_deliveries(gate: Gate, files: list[RowMapping]) -> None:
    if not files:
        return
    rows.say()
    rows.say(t("Files", "Fichiers"), style="bold")
    at = t("At", "Le")
    columns: tuple[rows.Column, ...] = (
        (t("File", "Fichier"), lambda row: row["name"]),
        (t("What", "Quoi"), lambda row: rows.word(row["kind"])),
        (t("State", "État"), lambda row: rows.coloured(row["state"])),
        (at, lambda row: rows.minute(gate, row["published_at"])),
    )
    rows.print_table(columns, files, spare=(at,))
