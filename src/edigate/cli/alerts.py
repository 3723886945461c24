"""`edigate alerts`: what an operator must see to, in words with what to do, and closing it by hand."""

from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, requests, rows
from edigate.cli.alerts_shown import alert_json, said, to_do
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import alert_queries
from edigate.ledger import alerts as alert_book
from edigate.ledger.alerts import PIVOT_UNRECEIVED, VALIDATOR_SILENT
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.events import record

_NAMED_IN_FULL = (PIVOT_UNRECEIVED, VALIDATOR_SILENT)  # the sentence says all that the detail does
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t("List what an operator must see to, and close it.", "Lister ce qu'un exploitant doit régler, le clore."),
)


@app.command(
    "test",
    help=t(
        "Send a test message to the webhook and by mail, as the settings say.",
        "Envoyer un message d'essai au webhook et par courriel, selon les réglages.",
    ),
    epilog=t("Example: edigate alerts test", "Exemple : edigate alerts test"),
)
def send(as_json: Json = False) -> None:
    """Send a message each way."""
    from edigate.cli.alerts_test import send_test  # noqa: PLC0415 - what speaks to the world, only to send

    send_test(as_json=as_json)


AllOption = Annotated[bool, typer.Option("--all", help=t("Closed ones too.", "Les alertes closes aussi."))]
AlertArgument = Annotated[
    int, typer.Argument(metavar="ID", help=t("Its number in the list.", "Son numéro dans la liste."))
]


@app.command(
    "list",
    help=t("List open alerts: what happened, what to do.", "Lister les alertes ouvertes : ce qui arrive, que faire."),
    epilog=t("Example: edigate alerts list --all --json", "Exemple : edigate alerts list --all --json"),
)
def list_(everything: AllOption = False, limit: filters.LimitOption = None, as_json: Json = False) -> None:
    """List alerts, oldest first."""
    gate = common.open_here()
    most = filters.limit_of(limit, as_json=as_json)
    with gate.ledger.connect() as connection:
        found = alert_queries.list_alerts(connection, everything=everything, limit=most)
        total = alert_queries.count_alerts(connection, everything=everything)
    if as_json:
        common.print_json([alert_json(alert) for alert in found])
        return
    for alert in found:
        _print(gate, alert)
    if not found:
        rows.note(t("No alert is open.", "Aucune alerte n'est ouverte."))
    rows.left_out(len(found), total)


@app.command(
    help=t("Show an alert: what happened, what to do.", "Montrer une alerte : ce qui arrive, que faire."),
    epilog=t("Example: edigate alerts show 3", "Exemple : edigate alerts show 3"),
)
def show(alert: AlertArgument, as_json: Json = False) -> None:
    """Show one alert, open or closed."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        found = _one(connection, alert)
    if as_json:
        common.print_json(alert_json(found))
    else:
        _print(gate, found)


@app.command(
    "close",
    help=t("Close an alert that was seen to.", "Clore une alerte qui a été réglée."),
    epilog=t(
        'Example: edigate alerts close 3 --reason "collected by hand"',
        'Exemple : edigate alerts close 3 --reason "relevé à la main"',
    ),
)
def close(alert: AlertArgument, reason: requests.ReasonOption, as_json: Json = False) -> None:
    """Close one alert by hand; who did and why stays in the event log."""
    why = requests.given(reason)
    gate = common.open_here()
    now = stamp(gate.clock())

    def settle(connection: Connection) -> rows.Row:
        found = _open_one(connection, gate, alert)
        alert_book.close(connection, found["kind"], found["subject"], now, found["partner"])
        record(
            connection, "alert.closed", common.actor(), str(found["subject"]), at=now, alert=alert, kind=found["kind"],
            reason=why,
        )  # fmt: skip
        return alert_queries.alert_of(connection, alert) or found

    closed = written(gate.ledger, settle)
    if as_json:
        common.print_json(alert_json(closed))
    else:
        rows.say(t("Alert {id} is closed.", "L'alerte {id} est close.", id=alert), style="green")


def _print(gate: Gate, alert: RowMapping) -> None:
    state = "closed" if alert["closed_at"] else "open"
    head = Text(f"{alert['id']}  ", style="bold").append(said(alert))
    common.out().print(head if state == "open" else head.append(f" ({rows.word(state)})", style="dim"))
    rows.print_facts(
        (
            (t("  since", "  depuis"), rows.local(gate, alert["at"])),
            (t("  closed", "  close"), rows.local(gate, alert["closed_at"])),
            (t("  said", "  dit"), "" if alert["kind"] in _NAMED_IN_FULL else printable(alert["detail"])),
            (t("  to do", "  à faire"), "" if alert["closed_at"] else to_do(alert)),
        )
    )


def _one(connection: Connection, key: int) -> RowMapping:
    found = alert_queries.alert_of(connection, key)
    if found is None:
        raise common.Failure(
            t("There is no alert {id}.", "Il n'y a pas d'alerte {id}.", id=key),
            t("The open ones: edigate alerts list", "Celles qui sont ouvertes : edigate alerts list"),
        )
    return found


def _open_one(connection: Connection, gate: Gate, key: int) -> RowMapping:
    found = _one(connection, key)
    if found["closed_at"]:
        raise common.Failure(
            t("Alert {id} was closed on {at} already.", "L'alerte {id} est déjà close, depuis le {at}.",
              id=key, at=rows.local(gate, found["closed_at"])),
        )  # fmt: skip
    return found
