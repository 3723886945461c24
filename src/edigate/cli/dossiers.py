"""`edigate dossiers`: the documents of works, by recipient, market and supplier, with each one's statuses in time."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, lifecycle, rows
from edigate.cli.messages import language, t
from edigate.cli.options import Json
from edigate.domain.cadres import CADRES
from edigate.domain.wording import pick, printable
from edigate.engine.gate import Gate
from edigate.ledger import dossiers
from edigate.ledger.dossiers import Dossier, Key, WantedDossiers
from edigate.ledger.queries import is_id

NO_MARKET = "-"
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "List works billing files, and show one's documents.",
        "Lister les dossiers de facturation de travaux, en montrer un.",
    ),
)
RecipientOption = Annotated[
    str, typer.Option("--recipient", metavar="SIRET", help=t("SIRET of the recipient.", "SIRET du destinataire."))
]
MarketOption = Annotated[
    str, typer.Option("--market", metavar=t("TEXT", "TEXTE"), help=t("Number of the contract.", "Numéro du marché."))
]
SupplierOption = Annotated[
    str,
    typer.Option("--supplier", metavar="ID", help=t("SIRET or other identifier.", "SIRET ou autre identifiant.")),
]
PartnerOption = Annotated[
    str,
    typer.Option(
        "--partner", metavar="CODE", help=t("Deposited by it, or handed to it.", "Déposé par lui, ou remis à lui.")
    ),
]
NamedArgument = Annotated[
    list[str],
    typer.Argument(
        metavar=t("NUMBER | RECIPIENT MARKET SUPPLIER", "NUMÉRO | DESTINATAIRE MARCHÉ FOURNISSEUR"),
        help=t(
            f"Its number in the list, or the three that it is kept by; {NO_MARKET} for no market.",
            f"Son numéro dans la liste, ou les trois clés du dossier ; {NO_MARKET} sans marché.",
        ),
    ),
]


@app.command(
    "list",
    help=t("List billing files, in the order of their beginning.", "Lister les dossiers, dans l'ordre de leur début."),
    epilog=t(
        "Example: edigate dossiers list --market 2025-TRX-014",
        "Exemple : edigate dossiers list --market 2025-TRX-014",
    ),
)
def list_(
    *,
    recipient: RecipientOption = "",
    market: MarketOption = "",
    supplier: SupplierOption = "",
    partner: PartnerOption = "",
    limit: filters.LimitOption = None,
    as_json: Json = False,
) -> None:
    """List the dossiers that the filters leave, with the status that any document of each got last."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        wanted = WantedDossiers(
            "".join(recipient.split()),
            market.strip(),
            "".join(supplier.split()),
            filters.known_partner(connection, partner) if partner else "",
            filters.limit_of(limit, as_json=as_json),
        )
        found = dossiers.list_dossiers(connection, wanted)
        total = dossiers.count_dossiers(connection, wanted) if wanted.limit else len(found)
    if as_json:
        common.print_json([_json(one) for one in found])
        return
    if found:
        _print_list(gate, found)
    else:
        rows.note(t("No billing file is like that.", "Aucun dossier de facturation ne correspond."))
    rows.left_out(len(found), total)


@app.command(
    "show",
    help=t(
        "Show a billing file: its documents, the newest first, each with its statuses.",
        "Montrer un dossier : ses pièces, la plus récente d'abord, chacune avec ses statuts.",
    ),
    epilog=t(
        "Examples: edigate dossiers show 12; edigate dossiers show 99980822300013 2025-TRX-014 99980137600016",
        "Exemples : edigate dossiers show 12 ; edigate dossiers show 99980822300013 2025-TRX-014 99980137600016",
    ),
)
def show(named: NamedArgument, as_json: Json = False) -> None:
    """Show the documents of one dossier with their statuses in time."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        key = _key(connection, named)
        documents = dossiers.documents_of(connection, key)
        told = dossiers.statuses_of(connection, documents)
    if not documents:
        raise _none(" ".join(named))
    if as_json:
        common.print_json(_story_json(key, documents, told))
    else:
        _print_story(gate, key, documents, told)


def _key(connection: Connection, named: list[str]) -> Key:
    if len(named) == len(Key._fields):
        recipient, market, supplier = named
        return Key("".join(recipient.split()), "" if market == NO_MARKET else market.strip(), "".join(supplier.split()))
    if len(named) != 1:
        raise common.Misuse(
            t("A billing file is named by its number, or by RECIPIENT MARKET SUPPLIER.",
              "Un dossier se désigne par son numéro, ou par DESTINATAIRE MARCHÉ FOURNISSEUR."),
            t("Numbers are those of: edigate dossiers list", "Les numéros sont ceux de : edigate dossiers list"),
        )  # fmt: skip
    found = dossiers.key_of(connection, int(named[0])) if is_id(named[0]) else None
    if found is None:
        raise _none(named[0])
    return found


def _none(named: str) -> common.Failure:
    return common.Failure(
        t("There is no billing file {named}.", "Il n'y a pas de dossier de facturation {named}.",
          named=printable(named)),
        t("They are kept for integrated works documents only: edigate dossiers list shows them; without a market, it is"
          " named {none}.",
          "Il n'y en a que pour les pièces de travaux intégrées : edigate dossiers list les montre ; l'absence de"
          " marché s'écrit {none}.", none=NO_MARKET),
    )  # fmt: skip


def _json(one: Dossier) -> dict[str, Any]:
    return {
        "number": one.number,
        "recipient": {"siret": one.key.recipient, "name": one.last["recipient_name"]},
        "market": one.key.market,
        "supplier": {"identifier": one.key.supplier, "name": one.last["supplier_name"]},
        "documents": one.documents,
        "last_status": rows.picked(one.status, "invoice", "status", "label", "at") if one.status else None,
    }


def _print_list(gate: Gate, found: list[Dossier]) -> None:
    number, market = t("Number", "Numéro"), t("Market", "Marché")
    recipient, supplier = t("Recipient", "Destinataire"), t("Supplier", "Fournisseur")
    status = t("Last status", "Dernier statut")
    columns: tuple[rows.Column, ...] = (
        (number, lambda one: one.number),
        (recipient, lambda one: one.key.recipient),
        ("", lambda one: one.last["recipient_name"]),
        (market, lambda one: one.key.market or NO_MARKET),
        (supplier, lambda one: one.key.supplier),
        (" ", lambda one: one.last["supplier_name"]),
        (t("Doc.", "Pièces"), lambda one: one.documents),
        (status, lambda one: _last(gate, one)),
    )
    rows.print_table(columns, found, fold=status, spare=("", " "))


def _last(gate: Gate, one: Dossier) -> str:
    if one.status is None:
        return ""
    return f"{lifecycle.step(one.status['status'], one.status['label'])} ({rows.minute(gate, one.status['at'])})"


def _story_json(key: Key, documents: list[RowMapping], told: dict[int, list[RowMapping]]) -> dict[str, Any]:
    return {
        "number": documents[0]["id"],
        "recipient": {"siret": key.recipient, "name": documents[-1]["recipient_name"]},
        "market": key.market,
        "supplier": {"identifier": key.supplier, "name": documents[-1]["supplier_name"]},
        "documents": [
            rows.picked(
                row, "id", "flow", "flow_name", "received_at", "cadre", "number", "type_code", "issue_date",
                "amount_due", "currency", "status", "label", "stage", "reader",
            )
            | {"statuses": [_status_json(entry) for entry in told[row["id"]]]}
            for row in documents
        ],
    }  # fmt: skip


def _status_json(entry: RowMapping) -> dict[str, Any]:
    return rows.picked(entry, "status", "label", "comment", "reason", "at", "actor")


def _print_story(gate: Gate, key: Key, documents: list[RowMapping], told: dict[int, list[RowMapping]]) -> None:
    rows.say(
        t("Documents of billing file {number}", "Pièces du dossier de facturation n° {number}",
          number=documents[0]["id"]),
        style="bold",
    )  # fmt: skip
    rows.print_facts(
        (
            (t("recipient", "destinataire"), f"{key.recipient} {documents[-1]['recipient_name']}".strip()),
            (t("market", "marché"), key.market or NO_MARKET),
            (t("supplier", "fournisseur"), f"{key.supplier} {documents[-1]['supplier_name']}".strip()),
        )
    )
    for row in reversed(documents):
        _print_document(gate, row, told[row["id"]])


def _print_document(gate: Gate, row: RowMapping, told: list[RowMapping]) -> None:
    """One document as the portal words it: its present state in the heading, below it the newest status first."""
    cadre = CADRES[row["cadre"]]
    heading = t("{cadre} – {what} – No. {number} – {due}", "{cadre} – {what} – n° {number} – {due}",
                cadre=cadre.code, what=pick((cadre.label_fr, cadre.label_en), language()),
                number=printable(row["number"]), due=f"{row['amount_due']} {row['currency']}".strip())  # fmt: skip
    rows.say()
    current = t("present state: {state}", "état courant : {state}", state=lifecycle.step(row["status"], row["label"]))
    common.out().print(Text(heading, style="bold").append(f" – {printable(current)}"), soft_wrap=True)
    for entry in reversed(told):
        comment = f" – {entry['comment']}" if entry["comment"] else ""
        who = f" ({entry['actor']})" if entry["actor"] else ""
        rows.say(f"  {rows.local(gate, entry['at'])}  {lifecycle.step(entry['status'], entry['label'])}{comment}{who}")
