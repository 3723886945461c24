"""`edigate audit log`: the entries of the audit log."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import select

from edigate.cli import common, filters, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.engine.gate import Gate
from edigate.ledger.database import reading
from edigate.ledger.journal import ORDER, WRITER
from edigate.ledger.tables import links

app = typer.Typer(add_completion=False)
FlowOption = Annotated[
    str,
    typer.Option(
        "--flow",
        metavar=t("FLOW", "FLUX"),
        help=t("Of this flow: ledger id, flow id or file name.",
               "De ce flux : identifiant du registre, identifiant de flux ou nom de fichier."),
    ),
]  # fmt: skip
EventOption = Annotated[
    str,
    typer.Option(
        "--event",
        metavar=t("WORD", "MOT"),
        help=t("Of this event, or of those that begin so: flow.decided, delivery.",
               "De cet événement, ou de ceux qui commencent ainsi : flow.decided, delivery."),
    ),
]  # fmt: skip


@app.command(
    help=t("Show the log's entries, oldest first.", "Montrer les écritures du journal, les plus anciennes d'abord."),
    epilog=t("Example: edigate audit log --since 2026-03-02 --event delivery",
             "Exemple : edigate audit log --since 02/03/2026 --event delivery"),
)  # fmt: skip
def log(
    flow: FlowOption = "", since: filters.SinceOption = None, event: EventOption = "",
    limit: filters.LimitOption = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Show entries of the audit log; of many, the newest."""
    gate = common.open_here()
    most = filters.limit_of(limit, as_json=as_json)
    first, _ = filters.span(gate, None, since, None)
    with reading(gate.ledger) as connection:
        chosen = rows.one_flow(connection, gate, flow)["id"] if flow else ""
        query = select(links.c.writer, links.c.number, links.c.entries).where(links.c.entries.is_not(None))
        if first:
            query = query.where(links.c.at >= first)
        found: list[dict[str, Any]] = []
        for link in connection.execute(query.order_by(links.c.id.desc()).execution_options(yield_per=20)):
            found += [entry for entry in _entries(*link) if _wanted(entry, chosen, event)]
            if most and len(found) >= most:
                break
    shown = found[: most or None][::-1]
    if as_json:
        common.print_json(shown)
        return
    for entry in shown:
        _print_entry(gate, entry)
    if not shown:
        rows.note(t("No such entry.", "Aucune écriture de ce genre."))


def _entries(writer: str, number: int, texts: str) -> Iterator[dict[str, Any]]:
    """Newest first. Where there are several chains, a link is named with its writer."""
    for text in reversed(texts.split("\n")):
        yield {"link": number if writer == WRITER else f"{writer}:{number}"} | json.loads(text)


def _wanted(entry: dict[str, Any], flow: str, event: str) -> bool:
    about = not flow or flow in {entry["subject"], entry.get("flow")}
    return about and (not event or entry["event"] == event or entry["event"].startswith(f"{event}."))


def _print_entry(gate: Gate, entry: dict[str, Any]) -> None:
    facts = {key: value for key, value in entry.items() if key not in {"link", "at", "event", "subject", ORDER}}
    told = json.dumps(facts, ensure_ascii=False)
    rows.say(f"{entry['link']:>8}  {rows.local(gate, entry['at'])}  {entry['event']}  {entry['subject']}")
    rows.say(f"          {told}", style="dim")
