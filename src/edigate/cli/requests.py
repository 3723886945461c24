"""What commands do that ask the gate for work: carry it out where no gate runs, or leave it to the one that does."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.events import record
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.states import HELD
from edigate.ledger.tables import flows

ReasonOption = Annotated[
    str, typer.Option("--reason", metavar=t("TEXT", "TEXTE"), help=t("Why, for the record.", "Pourquoi, pour mémoire."))
]


def given(reason: str) -> str:
    """The reason without blanks around it; raises Misuse for one that says nothing."""
    if not reason.strip():
        raise common.Misuse(
            t("--reason says nothing: write down why, for whoever reads the log later.",
              "--reason ne dit rien : écrivez pourquoi, pour qui lira le journal plus tard.")
        )  # fmt: skip
    return reason.strip()


def work_off(gate: Gate) -> bool:
    """Carry out what is due, or wake the gate that runs on the folder; whether it was done here."""
    from edigate.engine.engines import engine_of  # noqa: PLC0415 - the whole gate, which options do without
    from edigate.engine.lock import Held  # noqa: PLC0415
    from edigate.observability.logs import configure  # noqa: PLC0415

    configure(fmt=gate.settings.log.format, level="error")
    try:
        engine_of(gate).work_off_due()
    except Held:
        wake(gate)
        return False
    return True


def wake(gate: Gate) -> None:
    """Make a running gate look at its ledger now, and not only at its next round: it watches its inbox."""
    hint = gate.places.inbox / ".look"
    try:
        hint.touch()
        hint.unlink()
    except OSError:
        return


def release_waiting(gate: Gate, reasons: tuple[str, ...]) -> int:
    """Let flows that wait for one of these reasons be tried again; returns how many."""
    from edigate.ledger import store  # noqa: PLC0415 - with what decides, which options do without

    now = stamp(gate.clock())

    def release(connection: Connection) -> int:
        waiting = queries.held_because(connection, reasons)
        for chunk in chunks(waiting):
            store.release(connection, chunk, now)
            for flow in chunk:
                record(connection, "held.released", common.actor(), flow, at=now)
        return len(waiting)

    return written(gate.ledger, release)


def tell_outcome(
    gate: Gate, ids: list[str], *, done: bool, as_json: bool, before: dict[str, str] | None = None
) -> None:
    """What became of the flows that were asked for; `before` are their verdicts until now."""
    with gate.ledger.connect() as connection:
        found = {row["id"]: row for row in where_in(connection, flows.select(), flows.c.id, ids)}
        counts = queries.count_invoices_of(connection, ids)
        reported = queries.count_reported_of(connection, ids)
    if as_json:
        common.print_json(
            {
                "carried_out": done,
                "flows": [_json(found[i], (before or {}).get(i), counts.get(i), reported.get(i)) for i in ids],
            }
        )
        return
    if ids and done:
        _print(found, ids, before or {})
    _say(gate, [found[i] for i in ids], done=done)


def _json(
    flow: rows.Row, before: str | None, counts: dict[str, int] | None, reported: dict[str, int] | None
) -> dict[str, Any]:
    none = {"integrated": 0, "rejected": 0}
    return {
        **rows.picked(flow, "id", "name", "partner", "state", "verdict", "run"),
        "verdict_before": before,
        "invoices": none | (counts or {}),
        "reported": none | (reported or {}),
    }


def _print(found: dict[str, Any], ids: list[str], before: dict[str, str]) -> None:
    flow_id, name = t("Flow", "Flux"), t("File", "Fichier")
    columns: tuple[rows.Column, ...] = (
        (flow_id, lambda flow: flow["id"][: rows.SHORT_ID]),
        (name, lambda flow: flow["name"]),
        *([(t("Before", "Avant"), lambda flow: rows.coloured(before[flow["id"]]))] if before else []),
        (t("Now", "Maintenant"), lambda flow: rows.coloured(rows.state_of(flow))),
    )
    rows.print_table(columns, [found[i] for i in ids], fold=name, spare=(flow_id,))


def _say(gate: Gate, found: list[Any], *, done: bool) -> None:
    if not found:
        rows.note(t("Nothing to do.", "Rien à faire."))
    elif not done:
        rows.note(
            t("{count} asked for; the gate that runs on {folder} takes them up now.",
              "{count} demandés ; la passerelle qui tourne sur {folder} s'en occupe.",
              count=len(found), folder=gate.places.root)
        )  # fmt: skip
    elif any(flow["state"] == HELD for flow in found):
        rows.note(t("Some still wait: edigate held list", "Certains attendent encore : edigate held list"))
