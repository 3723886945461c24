"""`edigate deliveries`: the files that the gate hands to partners."""

from collections import Counter
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy import RowMapping

from edigate.cli import common, filters, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.engine.gate import Gate
from edigate.ledger import partners, queries
from edigate.ledger.queries import Wanted

app = typer.Typer(
    no_args_is_help=True,
    help=t("List the files handed to partners.", "Lister les fichiers remis aux partenaires."),
)


class Kind(StrEnum):
    """What a file is for."""

    REPORT = "report"
    LIFE_CYCLE = "life_cycle"
    PIVOT = "pivot"


class DeliveryState(StrEnum):
    """How far a file has come; a failing one is tried again."""

    PLANNED = "planned"
    PLACED = "placed"
    PUBLISHED = "published"
    FAILING = "failing"


StateOption = Annotated[DeliveryState | None, typer.Option("--state", help=t("How far it has come.", "Où il en est."))]
KindOption = Annotated[Kind | None, typer.Option("--kind", help=t("What it is for.", "À quoi il sert."))]


@app.callback()
def deliveries() -> None:
    """Hold the group together, though it has one command only."""


@app.command(
    "list",
    help=t("List outgoing files, in the order of their planning.", "Lister les fichiers sortants, dans l'ordre prévu."),
)
def list_(
    *,
    partner: filters.PartnerOption = "",
    state: StateOption = None,
    kind: KindOption = None,
    date: filters.DateOption = None,
    since: filters.SinceOption = None,
    until: filters.UntilOption = None,
    limit: filters.LimitOption = None,
    as_json: Json = False,
) -> None:
    """List the deliveries that the filters leave; dates are those of planning."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        first, last = filters.span(gate, date, since, until)
        wanted = Wanted(
            partner=filters.known_partner(connection, partner) if partner else "",
            state=state.value if state else "",
            kind=kind.value if kind else "",
            since=first,
            until=last,
            limit=filters.limit_of(limit, as_json=as_json),
        )
        found = queries.list_deliveries(connection, wanted)
        total = queries.count_deliveries(connection, wanted) if wanted.limit else len(found)
        suspended = {partner.code for partner in partners.load_book(connection).partners if not partner.active}
    if as_json:
        common.print_json([_json(row, suspended) for row in found])
        return
    if found:
        _print_list(gate, found)
        _print_waiting(Counter(row["partner"] for row in found if _waits(row, suspended)))
    else:
        rows.note(t("No delivery is like that.", "Aucun fichier ne correspond."))
    rows.left_out(len(found), total)


def _print_list(gate: Gate, found: list[RowMapping]) -> None:
    name = t("File", "Fichier")
    columns: tuple[rows.Column, ...] = (
        ("Id", lambda row: row["id"]),
        (t("Partner", "Part."), lambda row: row["partner"]),
        (t("What", "Quoi"), lambda row: rows.word(row["kind"])),
        (name, lambda row: row["name"]),
        (t("State", "État"), lambda row: rows.coloured(_state(row))),
        (t("At", "Le"), lambda row: rows.minute(gate, row["published_at"] or row["planned_at"])),
    )
    rows.print_table(columns, found, fold=name, spare=("Id", t("Partner", "Part.")))
    for row in found:
        if _state(row) == "failing":
            rows.say(
                t("{name}: failed {count} times, last: {error}; next try {at}",
                  "{name} : {count} échecs, le dernier : {error} ; prochain essai {at}",
                  name=row["name"], count=row["failures"], error=row["last_error"],
                  at=rows.local(gate, row["next_try_at"])),
                style="red",
            )  # fmt: skip


def _print_waiting(counts: Counter[str]) -> None:
    for partner, count in sorted(counts.items()):
        rows.say(
            t("{partner}: partner suspended, {count} files wait; edigate partners resume {partner}",
              "{partner} : partenaire suspendu, {count} fichiers attendent ; edigate partners resume {partner}",
              partner=partner, count=count),
            style="yellow",
        )  # fmt: skip


def _json(row: RowMapping, suspended: set[str]) -> dict[str, Any]:
    return rows.delivery_json(row) | {"run": row["run"], "waits": _waits(row, suspended)}


def _waits(row: RowMapping, suspended: set[str]) -> str | None:
    """Why nobody tries to hand it over, where that is so."""
    return "partner_suspended" if row["state"] != "published" and row["partner"] in suspended else None


def _state(row: RowMapping) -> str:
    unpublished = row["state"] != "published"
    return "failing" if unpublished and row["last_error"] else str(row["state"])
