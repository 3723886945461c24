"""`edigate held`: the flows that wait, why, until when, and their release."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, requests, rows
from edigate.cli.messages import language, t
from edigate.cli.options import Json
from edigate.domain.holds import explain_hold
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.events import record
from edigate.ledger.queries import Wanted
from edigate.ledger.sql import chunks
from edigate.ledger.states import HELD

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "List the flows that wait, with the reason, and release them.",
        "Lister les flux en attente et leur raison, les relancer.",
    ),
)
FlowsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar=t("FLOW", "FLUX"),
        help=t(
            "Ledger ids or their beginnings, flow ids, or file names.",
            "Identifiants du registre (ou leur début), de flux, ou noms de fichier.",
        ),
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help=t("Every flow that waits.", "Tous les flux en attente."))]


@app.command(
    "list",
    help=t(
        "List the flows that wait: why, what to do, when they are tried again.",
        "Lister les flux en attente : pourquoi, que faire, quand ils sont réessayés.",
    ),
)
def list_(partner: filters.PartnerOption = "", as_json: Json = False) -> None:
    """List held flows, oldest first."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        code = filters.known_partner(connection, partner) if partner else ""
        found = queries.list_flows(connection, Wanted(partner=code, state=HELD))
    if as_json:
        common.print_json([_json(flow) for flow in found])
        return
    for flow in found:
        rows.say(flow["name"], style="bold")
        rows.print_facts(
            ((t("  flow", "  flux"), flow["id"]), (t("  received", "  reçu"), rows.local(gate, flow["received_at"])))
        )
        rows.print_hold(gate, flow)
    if not found:
        rows.note(t("No flow waits.", "Aucun flux n'attend."))


@app.command("release", help=t("Try held flows again now.", "Réessayer maintenant des flux en attente."))
def release(flows: FlowsArgument = None, everything: AllOption = False, as_json: Json = False) -> None:
    """Let held flows be tried again at once; where no gate runs on the folder, it is done here."""
    if bool(flows) == everything:
        raise common.Misuse(t("Name flows, or say --all.", "Nommez des flux, ou dites --all."))
    gate = common.open_here()
    ids = _meant(gate, flows or [], everything=everything)
    _release(gate, ids)
    done = requests.work_off(gate) if ids else True
    requests.tell_outcome(gate, ids, done=done, as_json=as_json)


def _meant(gate: Gate, named: list[str], *, everything: bool) -> list[str]:
    with gate.ledger.connect() as connection:
        if everything:
            return [flow["id"] for flow in queries.list_flows(connection, Wanted(state=HELD))]
        found = [rows.one_flow(connection, gate, name) for name in named]
    for flow in found:
        if flow["state"] != HELD:
            raise common.Failure(
                t(
                    "{name} does not wait: it is {state}.",
                    "{name} n'attend pas : il est {state}.",
                    name=printable(flow["name"]),
                    state=rows.word(rows.state_of(flow)),
                ),
                t(
                    "To decide on it again: edigate replay {id}",
                    "Pour le décider de nouveau : edigate replay {id}",
                    id=flow["id"],
                ),
            )
    return [flow["id"] for flow in found]


def _release(gate: Gate, ids: list[str]) -> None:
    from edigate.ledger import store  # noqa: PLC0415 - with what decides, which lists do without

    now = stamp(gate.clock())

    def release(connection: Connection) -> None:
        for chunk in chunks(ids):
            store.release(connection, chunk, now)
            for flow in chunk:
                record(connection, "held.released", common.actor(), flow, at=now)

    written(gate.ledger, release)


def _json(flow: RowMapping) -> dict[str, Any]:
    words = explain_hold(flow["hold_reason"], language())
    return {
        **rows.flow_json(flow),
        "run": flow["run_number"],
        "reason": flow["hold_reason"],
        "detail": flow["hold_detail"],
        "why": words.why,
        "remedy": words.remedy,
        "again_at": flow["due_at"],
    }
