"""`edigate flows`: what was deposited and what became of it."""

from typing import Any, NamedTuple

import typer
from sqlalchemy import RowMapping

from edigate.cli import common, filters, rows
from edigate.cli.messages import t
from edigate.cli.options import FlowArgument, Json
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.faults_json import load

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t("List the flows received, and show one.", "Lister les flux reçus, en montrer un."),
)


@app.command(
    "list", help=t("List flows, in the order of their arrival.", "Lister les flux, dans l'ordre de leur arrivée.")
)
def list_(
    *,
    partner: filters.PartnerOption = "",
    state: filters.FlowStateOption = None,
    number: filters.NumberOption = "",
    siret: filters.SiretOption = "",
    date: filters.DateOption = None,
    since: filters.SinceOption = None,
    until: filters.UntilOption = None,
    sha256: filters.HashOption = "",
    limit: filters.LimitOption = None,
    as_json: Json = False,
) -> None:
    """List the flows that the filters leave."""
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
        found = queries.list_flows(connection, wanted)
        ids = [flow["id"] for flow in found]
        counts = Counts(queries.count_invoices_of(connection, ids), queries.count_reported_of(connection, ids))
        total = queries.count_flows(connection, wanted, rows.COUNTED) if wanted.limit else len(found)
    if as_json:
        common.print_json([_listed_json(flow, counts) for flow in found])
        return
    if found:
        _print_list(gate, found, counts)
    else:
        rows.note(t("No flow is like that.", "Aucun flux ne correspond."))
    rows.left_out(len(found), total)


@app.command(
    "show",
    help=t(
        "Show one flow: its decisions, its invoices, its files.", "Montrer un flux : décisions, factures, fichiers."
    ),
)
def show(flow: FlowArgument, as_json: Json = False) -> None:
    """Show all that the ledger holds of one flow."""
    from edigate.cli import flow_story  # noqa: PLC0415 - all the words of invoices and statuses, which lists need not

    gate = common.open_here()
    with gate.ledger.connect() as connection:
        story = flow_story.story_of(connection, rows.one_flow(connection, gate, flow))
    if as_json:
        common.print_json(flow_story.story_json(story))
    else:
        flow_story.print_story(gate, story)


class Counts(NamedTuple):
    """What flows hold, by flow and verdict: invoices, or lines that a partner reported."""

    invoices: dict[str, dict[str, int]]
    reported: dict[str, dict[str, int]]

    def share(self, flow: str) -> str:
        """How many of either were taken."""
        found = self.invoices.get(flow) or self.reported.get(flow) or {}
        return f"{found.get('integrated', 0)}/{sum(found.values())}" if found else ""


def _print_list(gate: Gate, found: list[RowMapping], counts: Counts) -> None:
    name = t("File", "Fichier")
    columns: tuple[rows.Column, ...] = (
        (t("Flow", "Flux"), lambda flow: flow["id"][: rows.SHORT_ID]),
        (t("Received", "Reçu"), lambda flow: rows.minute(gate, flow["received_at"])),
        (t("Partner", "Part."), lambda flow: flow["partner"]),
        (name, lambda flow: flow["name"]),
        (t("State", "État"), lambda flow: rows.coloured(rows.state_of(flow))),
        (t("Taken", "Pris"), lambda flow: counts.share(flow["id"])),
    )
    rows.print_table(columns, found, fold=name, spare=(t("Partner", "Part."), t("Flow", "Flux")))


def _listed_json(flow: RowMapping, counts: Counts) -> dict[str, Any]:
    none = {"integrated": 0, "rejected": 0}
    return {
        **rows.flow_json(flow),
        "run": flow["run_number"],
        "decided_at": flow["decided_at"],
        "faults": [fault.code for fault in load(flow["faults"] or "[]")],
        "invoices": none | counts.invoices.get(flow["id"], {}),
        "reported": none | counts.reported.get(flow["id"], {}),
    }
