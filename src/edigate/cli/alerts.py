"""`edigate alerts`: what an operator must see to, in words with what to do, and closing it by hand."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.text import Text
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, requests, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.domain.wording import printable
from edigate.engine.gate import Gate
from edigate.ledger import alert_queries
from edigate.ledger import alerts as alert_book
from edigate.ledger.alerts import PIVOT_REFUSED, PIVOT_UNRECEIVED, VALIDATOR_SILENT
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.events import record

if TYPE_CHECKING:
    from collections.abc import Mapping

ON_PIVOTS = (PIVOT_REFUSED, PIVOT_UNRECEIVED)
ON_INVOICES = (VALIDATOR_SILENT,)
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t("List what an operator must see to, and close it.", "Lister ce qu'un exploitant doit régler, le clore."),
)


class Words(NamedTuple):
    """What happened, and what to do, in both languages."""

    said_en: str
    said_fr: str
    to_do_en: str
    to_do_fr: str


_WORDS: "Mapping[str, Words]" = MappingProxyType(
    {
        PIVOT_REFUSED: Words(
            said_en="{partner} could not take the pivot {name}, though it was offered again.",
            said_fr="{partner} n'a pas pu prendre le pivot {name}, pourtant présenté de nouveau.",
            to_do_en="Ask {partner} what stands in its way; then offer it once more: "
            "edigate deliveries resend {name} --reason TEXT",
            to_do_fr="Demandez à {partner} ce qui l'en empêche, puis présentez-le encore une fois : "
            "edigate deliveries resend {name} --reason TEXTE",
        ),
        PIVOT_UNRECEIVED: Words(
            said_en="No receipt of the pivot {name} has come from {partner} in time, though it was offered again.",
            said_fr="{partner} n'a pas accusé réception du pivot {name} dans le délai, pourtant présenté de nouveau.",
            to_do_en="See with {partner} whether it collects its files; the alert closes when the receipt comes. To"
            " offer the file once more: edigate deliveries resend {name} --reason TEXT",
            to_do_fr="Voyez avec {partner} s'il relève ses fichiers ; l'alerte se clôt à l'arrivée de l'accusé. Pour le"
            " présenter encore une fois : edigate deliveries resend {name} --reason TEXTE",
        ),
        VALIDATOR_SILENT: Words(
            said_en="The validator of invoice {number} of {supplier} has not had its say in time; for a co-contractor,"
            " silence passes nothing on.",
            said_fr="Le valideur de la facture {number} de {supplier} ne s'est pas prononcé dans le délai ; pour un"
            " cotraitant, le silence ne transmet rien.",
            to_do_en="Remind the validator, whom `edigate invoices show {subject}` names; the alert closes when it has"
            " validated or refused.",
            to_do_fr="Relancez le valideur, que nomme `edigate invoices show {subject}` ; l'alerte se clôt quand il a"
            " validé ou refusé.",
        ),
    }
)
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
    with writing(gate.ledger) as connection:
        found = _open_one(connection, gate, alert)
        alert_book.close(connection, found["kind"], found["subject"], now)
        record(
            connection, "alert.closed", common.actor(), str(found["subject"]), at=now, alert=alert, kind=found["kind"],
            reason=why,
        )  # fmt: skip
        closed = alert_queries.alert_of(connection, alert)
    if as_json:
        common.print_json(alert_json(closed or found))
    else:
        rows.say(t("Alert {id} is closed.", "L'alerte {id} est close.", id=alert), style="green")


def alert_json(alert: rows.Row) -> dict[str, Any]:
    """An alert with what it is about and what to do, in the language spoken."""
    return rows.picked(
        alert, "id", "at", "kind", "subject", "partner", "name", "number", "supplier", "detail", "closed_at"
    ) | {"message": said(alert), "remedy": to_do(alert)}


def said(alert: rows.Row) -> str:
    """What happened."""
    words = _WORDS.get(alert["kind"])
    return t(words.said_en, words.said_fr, **_parts(alert)) if words else str(alert["kind"])


def to_do(alert: rows.Row) -> str:
    """What an operator does about it."""
    words = _WORDS.get(alert["kind"])
    return t(words.to_do_en, words.to_do_fr, **_parts(alert)) if words else ""


def print_open(found: list[RowMapping]) -> None:
    """The open alerts on what is being shown."""
    for alert in found:
        rows.say(
            t("Alert {id}: {said}", "Alerte {id} : {said}", id=alert["id"], said=said(alert)), style="yellow"
        )  # fmt: skip
        rows.say(f"  {to_do(alert)}")


def mention(connection: Connection) -> str:
    """One line where alerts are open, for whoever looks at something else; empty where none is."""
    count = alert_queries.count_alerts(connection)
    if not count:
        return ""
    return t("Open alerts: {count}; what happened and what to do: edigate alerts list",
             "Alertes ouvertes : {count} ; ce qui arrive et que faire : edigate alerts list", count=count)  # fmt: skip


def _parts(alert: rows.Row) -> dict[str, str]:
    return {key: printable(str(alert[key] or "?")) for key in ("partner", "name", "number", "supplier", "subject")}


def _print(gate: Gate, alert: RowMapping) -> None:
    state = "closed" if alert["closed_at"] else "open"
    head = Text(f"{alert['id']}  ", style="bold").append(said(alert))
    common.out().print(head if state == "open" else head.append(f" ({rows.word(state)})", style="dim"))
    rows.print_facts(
        (
            (t("  since", "  depuis"), rows.local(gate, alert["at"])),
            (t("  closed", "  close"), rows.local(gate, alert["closed_at"])),
            (t("  said", "  dit"), alert["detail"] if alert["kind"] == PIVOT_REFUSED else ""),
            (t("  to do", "  à faire"), "" if alert["closed_at"] else to_do(alert)),
        )
    )


def _open_one(connection: Connection, gate: Gate, key: int) -> RowMapping:
    found = alert_queries.alert_of(connection, key)
    if found is None:
        raise common.Failure(
            t("There is no alert {id}.", "Il n'y a pas d'alerte {id}.", id=key),
            t("The open ones: edigate alerts list", "Celles qui sont ouvertes : edigate alerts list"),
        )
    if found["closed_at"]:
        raise common.Failure(
            t("Alert {id} was closed on {at} already.", "L'alerte {id} est déjà close, depuis le {at}.",
              id=key, at=rows.local(gate, found["closed_at"])),
        )  # fmt: skip
    return found
