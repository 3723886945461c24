"""`edigate deliveries`: the files that the gate hands to partners."""

from collections import Counter
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy import RowMapping

from edigate.cli import common, filters, rows
from edigate.cli.delivery import DeliveryArgument, Kind, one, print_story, state_of, story_json
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.cli.resend import EXAMPLE, HELP, resend
from edigate.engine.gate import Gate
from edigate.ledger import partners, queries
from edigate.ledger.queries import Wanted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "List the files handed to partners, show one, offer one again.",
        "Lister les fichiers remis aux partenaires, en montrer un, en présenter un de nouveau.",
    ),
)


class DeliveryState(StrEnum):
    """How far a file has come; a failing one is tried again, a dead letter was set aside after too many tries."""

    PLANNED = "planned"
    PLACED = "placed"
    PUBLISHED = "published"
    FAILING = "failing"
    DEAD = "dead"


_ROOM = 30  # columns that a reason needs to be read
_REASONS = 5
StateOption = Annotated[DeliveryState | None, typer.Option("--state", help=t("How far it has come.", "Où il en est."))]
KindOption = Annotated[Kind | None, typer.Option("--kind", help=t("What it is for.", "À quoi il sert."))]


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
        total = queries.count_deliveries(connection, wanted, rows.COUNTED) if wanted.limit else len(found)
        suspended = {partner.code for partner in partners.load_book(connection).partners if not partner.active}
    if as_json:
        common.print_json([_json(row, suspended) for row in found])
        return
    if found:
        if state in {DeliveryState.DEAD, DeliveryState.FAILING}:
            _print_stuck(gate, found, state)
        else:
            _print_list(gate, found)
        _print_reasons(gate, found)
        _print_waiting(Counter(row["partner"] for row in found if _waits(row, suspended)))
    else:
        rows.note(t("No delivery is like that.", "Aucun fichier ne correspond."))
    rows.left_out(len(found), total)


@app.command(
    "show",
    help=t(
        "Show one outgoing file: what it holds, its receipt, how often it was offered.",
        "Montrer un fichier sortant : son contenu, son accusé, ses présentations.",
    ),
    epilog=t(
        "Example: edigate deliveries show FEN0036A_SEI001_CPP0010036000000000000001",
        "Exemple : edigate deliveries show FEN0036A_SEI001_CPP0010036000000000000001",
    ),
)
def show(delivery: DeliveryArgument, as_json: Json = False) -> None:
    """Show all that the ledger holds of one delivery."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        found = one(connection, delivery)
        if as_json:
            common.print_json(story_json(connection, found))
        else:
            print_story(connection, gate, found)


app.command("resend", help=HELP, epilog=EXAMPLE)(resend)


def _print_list(gate: Gate, found: list[RowMapping]) -> None:
    name, receipt, again = t("File", "Fichier"), t("Receipt", "Accusé"), t("Again", "Rep.")
    partner, at = t("Partner", "Part."), t("At", "Le")
    columns: tuple[rows.Column, ...] = (
        ("Id", lambda row: row["id"]),
        (partner, lambda row: row["partner"]),
        (t("What", "Quoi"), lambda row: rows.word(row["kind"])),
        (name, lambda row: row["name"]),
        (t("State", "État"), lambda row: rows.coloured(state_of(row))),
        (at, lambda row: rows.minute(gate, row["published_at"] or row["planned_at"])),
        (receipt, lambda row: _receipt(gate, row)),
        (again, lambda row: row["offers"] or ""),
    )
    rows.print_table(columns, found, fold=name, spare=("Id", again, partner, receipt, at))


def _print_stuck(gate: Gate, found: list[RowMapping], state: DeliveryState) -> None:
    """Files that are all failing, or all dead letters: with the reason of each."""
    partner, what, tries = t("Partner", "Part."), t("What", "Quoi"), t("Tries", "Essais")
    dead = state is DeliveryState.DEAD
    at, why = t("Since", "Depuis") if dead else t("Next try", "Prochain"), t("Why", "Pourquoi")
    columns: tuple[rows.Column, ...] = (
        ("Id", lambda row: row["id"]),
        (partner, lambda row: row["partner"]),
        (what, lambda row: rows.word(row["kind"])),
        (t("File", "Fichier"), lambda row: row["name"]),
        (tries, lambda row: row["failures"] or ""),
        (at, lambda row: rows.minute(gate, row["dead_at" if dead else "next_try_at"])),
        (why, lambda row: row["last_error"]),
    )
    rows.print_table(columns, found, fold=why, spare=("Id", tries, what, at, partner), room=_ROOM)


def _print_reasons(gate: Gate, found: list[RowMapping]) -> None:
    """Why files fail or were set aside, and what to do: one line for all to a partner that have the same reason."""
    alike: dict[tuple[str, str, str], list[RowMapping]] = {}
    for row in found:
        if state_of(row) in {"failing", "dead"}:
            alike.setdefault((state_of(row), row["partner"], row["last_error"]), []).append(row)
    for (state, _, _), group in list(alike.items())[:_REASONS]:
        rows.say(_of_dead(group) if state == "dead" else _of_failing(gate, group), style="red")
    if len(alike) > _REASONS:
        rows.say(
            t("… and {count} more reasons: edigate deliveries list --state dead, or failing",
              "… et {count} autres raisons : edigate deliveries list --state dead, ou failing",
              count=len(alike) - _REASONS),
            style="red",
        )  # fmt: skip


def _of_failing(gate: Gate, group: list[RowMapping]) -> str:
    row = group[0]
    facts = {"files": _named(group), "error": row["last_error"]}
    if not row["next_try_at"]:
        return t("{files}: the last try failed: {error}; the next round tries again",
                 "{files} : le dernier essai a échoué : {error} ; nouvel essai au prochain tour", **facts)  # fmt: skip
    return t("{files}: the last try failed: {error}; next try {at}",
             "{files} : le dernier essai a échoué : {error} ; prochain essai {at}",
             at=rows.local(gate, row["next_try_at"]), **facts)  # fmt: skip


def _of_dead(group: list[RowMapping]) -> str:
    row = group[0]
    which = row["name"] if len(group) == 1 else f"--all-dead --partner {row['partner']}"
    return t("{files}: set aside after {count} tries: {error}; once mended: edigate deliveries resend {which}"
             " --reason …",
             "{files} : mis au rebut après {count} essais : {error} ; une fois réglé : edigate deliveries resend"
             " {which} --reason …",
             files=_named(group), count=row["failures"], error=row["last_error"], which=which)  # fmt: skip


def _named(group: list[RowMapping]) -> str:
    """A file by its name, several by their partner."""
    if len(group) == 1:
        return str(group[0]["name"])
    return t("{count} files for {partner}", "{count} fichiers pour {partner}",
             count=len(group), partner=group[0]["partner"])  # fmt: skip


def _receipt(gate: Gate, row: RowMapping) -> str:
    """Its code, or by when it is awaited."""
    due = rows.minute(gate, row["receipt_due_at"])
    return row["receipt"] or (t("by {due}", "avant {due}", due=due) if due else "")


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
