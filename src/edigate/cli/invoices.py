"""`edigate invoices`: what was invoiced, how it was decided, and what its depositor was told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, inquiry, lifecycle, rows
from edigate.cli.invoice_story import listed_json, print_story, story_json
from edigate.cli.messages import t
from edigate.cli.options import FlowArgument, Json
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import queries

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "List the invoices received, show one, export refused ones.",
        "Lister les factures reçues, en montrer une, exporter les refusées.",
    ),
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
    status: filters.StatusOption = "",
    stage: filters.StageOption = None,
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
            status=filters.status_of(status) if status else "",
            stage=stage,
            number=number,
            siret=siret,
            sha256=sha256,
            bounds=filters.span(gate, date, since, until),
            limit=filters.limit_of(limit, as_json=as_json),
        )
        found = queries.list_invoices(connection, wanted)
        total = queries.count_invoices(connection, wanted, rows.COUNTED) if wanted.limit else len(found)
    if as_json:
        common.print_json([listed_json(invoice) for invoice in found])
        return
    if found:
        _print_list(gate, found)
    else:
        rows.note(t("No invoice is like that.", "Aucune facture ne correspond."))
    rows.left_out(len(found), total)


@app.command(
    "show",
    help=t(
        "Show an invoice: whose turn it is, its statuses, its pivots, its faults; or answer “did you get it?” for a"
        " file, a hash or a number: the exit status is then 0 for yes, 1 for no.",
        "Montrer une facture : à qui de jouer, statuts, pivots, anomalies ; ou répondre à « l'avez-vous reçue ? » pour"
        " un fichier, une empreinte ou un numéro : le code de retour est alors 0 pour oui, 1 pour non.",
    ),
    epilog=t(
        "Examples: edigate invoices show F-2026-001; edigate invoices show --file facture.xml;"
        " edigate invoices show --number F-2026-001 --supplier 81034732800017",
        "Exemples : edigate invoices show F-2026-001 ; edigate invoices show --file facture.xml ;"
        " edigate invoices show --number F-2026-001 --supplier 81034732800017",
    ),
)
def show(
    invoice: InvoiceArgument = "",
    *,
    file: inquiry.FileOption = None,
    sha256: inquiry.HashOption = "",
    number: inquiry.NumberOption = "",
    supplier: inquiry.SupplierOption = "",
    as_json: Json = False,
) -> None:
    """Show all that the ledger holds of an invoice; several of one number are listed, JSON has each in full."""
    _refuse_unclear(invoice, file, sha256, number, supplier)
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        if invoice:
            _show_named(connection, gate, invoice, as_json=as_json)
            return
        if file:
            answer = inquiry.about_file(connection, gate, file)
        elif sha256:
            answer = inquiry.about_hash(connection, gate, sha256)
        else:
            answer = inquiry.about_number(connection, gate, number, supplier)
        _tell(connection, gate, answer, as_json=as_json)
    if not answer.received:
        raise typer.Exit(1)


_EXPORT = t(
    "Write what a depositor has to send again of a flow into a folder: each refused document as it was deposited, with"
    " its faults beside it, and what to do; in the language of --lang.",
    "Écrire dans un dossier ce qu'un déposant doit renvoyer d'un flux : chaque document refusé tel qu'il a été déposé,"
    " ses anomalies à côté, et que faire ; dans la langue de --lang.",
)
_EXAMPLE = t(
    "Example: edigate invoices export-rejected FSO1113A_ABC123_ABC1231113000000000000001 --to to_mend --lang fr",
    "Exemple : edigate invoices export-rejected FSO1113A_ABC123_ABC1231113000000000000001 --to a_corriger --lang fr",
)
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar=t("DIR", "DOSSIER"),
        help=t("A folder that is new or empty; without it, FLOW-rejected here.",
               "Un dossier nouveau ou vide ; à défaut, FLUX-rejected ici."),
    ),
]  # fmt: skip


@app.command("export-rejected", help=_EXPORT, epilog=_EXAMPLE)
def export_rejected(flow: FlowArgument, to: ToOption = None, as_json: Json = False) -> None:
    """Write the pack of one flow, or say that nothing of it was refused."""
    from edigate.cli import export  # noqa: PLC0415 - what unpacks, only to write a pack

    export.export_rejected(flow, to, as_json=as_json)


def _refuse_unclear(invoice: str, *ways: object) -> None:
    """One thing is asked about; a supplier only goes with a number."""
    *asked, supplier = ways
    if sum(map(bool, (invoice, *asked))) != 1 or (supplier and not asked[-1]):
        raise common.Misuse(
            t("Name an invoice, or ask about one thing: --file, --hash, or --number (with --supplier if you know it).",
              "Nommez une facture, ou demandez une seule chose : --file, --hash, ou --number (avec --supplier si vous"
              " le connaissez).")
        )  # fmt: skip


def _show_named(connection: Connection, gate: Gate, invoice: str, *, as_json: bool) -> None:
    found = queries.find_invoices(connection, invoice)
    if not found:
        raise common.Failure(
            t("No invoice {named}: neither a number nor a ledger id.",
              "Aucune facture {named} : ni numéro ni identifiant du registre.", named=printable(invoice)),
            t("edigate invoices list shows them; --siret, --partner and --date narrow it down.",
              "edigate invoices list les montre ; --siret, --partner et --date affinent la recherche."),
        )  # fmt: skip
    if as_json:
        common.print_json([story_json(connection, row) for row in found])
    elif len(found) > 1:
        _print_list(gate, found)
        rows.note(t("Several answer to {named}: name one by its id in the first column.",
                    "Plusieurs répondent à {named} : désignez-en une par son identifiant, première colonne.",
                    named=invoice))  # fmt: skip
    else:
        print_story(connection, gate, found[0])


def _tell(connection: Connection, gate: Gate, answer: inquiry.Answer, *, as_json: bool) -> None:
    """The answer in a sentence, then what was found in full."""
    if as_json:
        common.print_json(
            {
                "asked": answer.asked,
                "received": answer.received,
                "answer": answer.sentences,
                "flows": [rows.flow_json(flow) for flow in answer.flows],
                "invoices": [story_json(connection, row) for row in answer.invoices],
            }
        )
        return
    for sentence in answer.sentences:
        rows.say(sentence, style="green" if answer.received else "yellow")
    if len(answer.invoices) == 1:
        rows.say()
        print_story(connection, gate, answer.invoices[0])
    elif answer.invoices:
        _print_list(gate, answer.invoices)


def _print_list(gate: Gate, found: Sequence[RowMapping]) -> None:
    number, reader, stage = t("Number", "Numéro"), t("Reader", "Lecteur"), t("Turn", "À qui")
    columns: tuple[rows.Column, ...] = (
        (t("Id", "Id"), lambda row: row["id"]),
        (t("Received", "Reçue"), lambda row: rows.local(gate, row["received_at"])[:10]),
        (number, lambda row: row["number"]),
        ("Cadre", lambda row: row["cadre"]),
        (t("Supplier", "Fournisseur"), lambda row: row["supplier"]),
        (t("Recipient", "Destinataire"), lambda row: row["recipient"]),
        (reader, lambda row: row["reader"]),
        (t("State", "État"), lambda row: rows.of_invoice(row["verdict"])),
        ("", lambda row: row["status"]),
        (stage, lambda row: lifecycle.turn(row["stage"])),
    )
    rows.print_table(columns, found, fold=number, spare=(stage, reader, t("Received", "Reçue"), "Cadre"))
