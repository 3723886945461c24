"""`edigate invoices`: what was invoiced, how it was decided, and what its depositor was told."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, rows
from edigate.cli.messages import language, t
from edigate.cli.options import Json
from edigate.domain.cadres import CADRES
from edigate.domain.statuses import INVOICE_LABELS, InvoiceStatus
from edigate.domain.wording import pick, printable
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.faults_json import load

app = typer.Typer(
    no_args_is_help=True,
    help=t("List the invoices received, and show one.", "Lister les factures reçues, en montrer une."),
)
StateOption = Annotated[
    filters.InvoiceState | None, typer.Option("--state", help=t("Verdict, or status.", "Verdict, ou statut."))
]
InvoiceArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("INVOICE", "FACTURE"),
        help=t("Its number, or its ledger id.", "Son numéro, ou son identifiant dans le registre."),
    ),
]


@app.command(
    "list", help=t("List invoices, in the order of their decision.", "Lister les factures, dans l'ordre des décisions.")
)
def list_(
    *,
    partner: filters.PartnerOption = "",
    state: StateOption = None,
    number: filters.NumberOption = "",
    siret: filters.SiretOption = "",
    date: filters.DateOption = None,
    since: filters.SinceOption = None,
    until: filters.UntilOption = None,
    sha256: filters.HashOption = "",
    limit: filters.LimitOption = None,
    as_json: Json = False,
) -> None:
    """List the invoices that the filters leave; `--partner` takes those deposited by it and those handed to it."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        wanted = filters.wanted(
            connection,
            partner=partner,
            state=state,
            number=number,
            siret=siret,
            sha256=sha256,
            bounds=filters.span(gate, date, since, until),
            limit=filters.limit_of(limit, as_json=as_json),
        )
        found = queries.list_invoices(connection, wanted)
        total = queries.count_invoices(connection, wanted) if wanted.limit else len(found)
    if as_json:
        common.print_json([_listed_json(invoice) for invoice in found])
        return
    if found:
        _print_list(gate, found)
    else:
        rows.note(t("No invoice is like that.", "Aucune facture ne correspond."))
    rows.left_out(len(found), total)


@app.command(
    "show",
    help=t("Show an invoice: its statuses, its pivot, its faults.", "Montrer une facture : statuts, pivot, anomalies."),
)
def show(invoice: InvoiceArgument, as_json: Json = False) -> None:
    """Show all that the ledger holds of an invoice; several of one number are listed, JSON has each in full."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        found = queries.find_invoices(connection, invoice)
        if not found:
            raise common.Failure(
                t("No invoice {named}: neither a number nor a ledger id.",
                  "Aucune facture {named} : ni numéro ni identifiant du registre.", named=printable(invoice)),
                t("edigate invoices list shows them; --siret, --partner and --date narrow it down.",
                  "edigate invoices list les montre ; --siret, --partner et --date affinent la recherche."),
            )  # fmt: skip
        if as_json:
            common.print_json([_told(connection, row) for row in found])
        elif len(found) > 1:
            _print_list(gate, found)
            rows.note(t("Several answer to {named}: name one by its id in the first column.",
                        "Plusieurs répondent à {named} : désignez-en une par son identifiant, première colonne.",
                        named=invoice))  # fmt: skip
        else:
            _print_invoice(connection, gate, found[0])


def _print_list(gate: Gate, found: list[RowMapping]) -> None:
    number = t("Number", "Numéro")
    columns: tuple[rows.Column, ...] = (
        (t("Id", "Id"), lambda row: row["id"]),
        (t("Received", "Reçue"), lambda row: rows.local(gate, row["received_at"])[:10]),
        (number, lambda row: row["number"]),
        ("Cadre", lambda row: row["cadre"]),
        (t("Supplier", "Fournisseur"), lambda row: row["supplier"]),
        (t("Recipient", "Destinataire"), lambda row: row["recipient"]),
        (t("Reader", "Lecteur"), lambda row: row["reader"]),
        (t("State", "État"), lambda row: rows.coloured(row["verdict"])),
        ("", lambda row: row["status"]),
    )
    rows.print_table(columns, found, fold=number, spare=(t("Reader", "Lecteur"), t("Received", "Reçue"), "Cadre"))


def invoice_json(invoice: rows.Row) -> dict[str, Any]:
    """What the ledger holds of an invoice, with its faults."""
    return {
        **rows.picked(
            invoice, "id", "flow", "run", "position", "number", "type_code", "issue_date", "cadre", "depositor",
        ),
        "supplier": {
            "scheme": invoice["supplier_scheme"], "identifier": invoice["supplier"],
            "name": invoice["supplier_name"], "country": invoice["supplier_country"],
        },
        "recipient": {
            "siret": invoice["recipient"], "name": invoice["recipient_name"],
            "service": invoice["service"], "service_name": invoice["service_name"],
        },
        **rows.picked(invoice, "amount_due", "currency", "reader", "verdict", "status", "decided_at"),
        "faults": [rows.fault_json(fault) for fault in load(invoice["faults"])],
    }  # fmt: skip


def _listed_json(invoice: RowMapping) -> dict[str, Any]:
    return invoice_json(invoice) | rows.picked(invoice, "flow_name", "received_at")


def _told(connection: Connection, invoice: RowMapping) -> dict[str, Any]:
    """All of one invoice, as JSON has it."""
    decisions = queries.decisions_on(connection, invoice)
    return _listed_json(invoice) | {
        "history": [
            rows.picked(entry, "status", "at", "comment", "told", "told_at")
            for entry in queries.history_of(connection, invoice["id"])
        ],
        "pivots": [rows.delivery_json(row) for row in queries.pivots_of(connection, invoice["id"])],
        "other_decisions": [invoice_json(row) for row in decisions if row["id"] != invoice["id"]],
    }


def invoice_facts(invoice: rows.Row, indent: str = "") -> Iterator[tuple[str, object]]:
    """What a person wants to know of an invoice, but for its history and its faults."""
    cadre = CADRES.get(invoice["cadre"])
    label = pick((cadre.label_fr, cadre.label_en), language()) if cadre else ""
    recipient = f"{invoice['recipient']} {invoice['recipient_name']}".strip()
    service = f"{invoice['service']} {invoice['service_name']}".strip()
    status = _status(invoice["status"]) if invoice["status"] else ""
    yield t(f"{indent}ledger id", f"{indent}registre"), invoice["id"]
    yield f"{indent}date", invoice["issue_date"]
    yield f"{indent}cadre", f"{invoice['cadre']} {label}".strip()
    yield t(f"{indent}supplier", f"{indent}fournisseur"), f"{invoice['supplier']} {invoice['supplier_name']}".strip()
    yield t(f"{indent}recipient", f"{indent}destinataire"), recipient
    yield f"{indent}service", service
    yield t(f"{indent}due", f"{indent}à payer"), f"{invoice['amount_due']} {invoice['currency']}".strip()
    yield t(f"{indent}reader", f"{indent}lecteur"), invoice["reader"]
    yield t(f"{indent}status", f"{indent}statut"), status


def _status(code: str) -> str:
    return f"{code} {INVOICE_LABELS[InvoiceStatus(code)]}"


def _print_invoice(connection: Connection, gate: Gate, invoice: RowMapping) -> None:
    head = Text(f"{printable(invoice['number'])}  ", style="bold")
    common.out().print(head.append_text(rows.coloured(invoice["verdict"])))
    rows.print_facts(
        (
            *invoice_facts(invoice),
            (t("flow", "flux"), f"{invoice['flow_name']} ({invoice['flow']}, {invoice['position']})"),
            (t("received", "reçue"), rows.local(gate, invoice["received_at"])),
            (t("decided", "décidée"), rows.local(gate, invoice["decided_at"])),
            *((t("pivot", "pivot"), _file(row)) for row in queries.pivots_of(connection, invoice["id"])),
        )
    )
    _print_history(gate, queries.history_of(connection, invoice["id"]))
    rows.print_faults(load(invoice["faults"]))
    for other in queries.decisions_on(connection, invoice):
        if other["id"] != invoice["id"]:
            rows.say(
                t("Another decision: {verdict} on {at} (edigate invoices show {id})",
                  "Autre décision : {verdict} le {at} (edigate invoices show {id})",
                  verdict=rows.word(other["verdict"]), at=rows.local(gate, other["decided_at"]), id=other["id"]),
                style="dim",
            )  # fmt: skip


def _file(delivery: RowMapping) -> str:
    return f"outbox/{delivery['partner']}/{delivery['name']} ({rows.word(delivery['state'])})"


def _print_history(gate: Gate, entries: list[RowMapping]) -> None:
    if not entries:
        return
    told = t("Told in", "Transmis dans")
    columns: tuple[rows.Column, ...] = (
        (t("Status", "Statut"), lambda row: _status(row["status"])),
        (t("Since", "Depuis"), lambda row: rows.local(gate, row["at"])),
        (told, lambda row: row["told"] or t("not told yet", "pas encore transmis")),
    )
    rows.print_table(columns, entries, fold=told)
