"""`edigate purge`: take away what is older than the settings keep."""

import datetime as dt
import sys
from typing import Annotated, Any

import typer

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.cli.progress import bar
from edigate.engine import purging
from edigate.engine.gate import Gate
from edigate.engine.purging import Tally
from edigate.ledger.clock import stamp

HELP = t(
    "Take flows out of the ledger and the archive that are older than retention.years, with all that is about them"
    " alone: whole flows that are decided, with nothing under way. The audit log keeps their hashes.",
    "Retirer du registre et de l'archive les flux plus anciens que retention.years, avec tout ce qui ne concerne"
    " qu'eux : des flux entiers, décidés, sans rien en cours. Le journal d'audit garde leurs empreintes.",
)
_Before = Annotated[
    dt.datetime | None,
    typer.Option(
        "--before",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%d/%m/%Y"],
        metavar="DATE",
        help=t("Only what was over before this day.", "Seulement ce qui était terminé avant ce jour."),
    ),
]
_Dry = Annotated[
    bool,
    typer.Option("--dry-run", help=t("Only count what would go.", "Seulement compter ce qui partirait.")),
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help=t("Do not ask.", "Ne pas demander."))]
_REASONS = {
    "under_way": ("not decided, or a file not handed over", "non décidés, ou un fichier non remis"),
    "awaited": ("a deadline or a receipt is awaited", "une échéance ou un accusé est attendu"),
    "alerted": ("an alert is open", "une alerte est ouverte"),
    "younger": ("something younger happened to them", "il leur est arrivé quelque chose depuis"),
    "referred": ("others that stay refer to them", "d'autres, qui restent, s'y rapportent"),
}


def purge(dry_run: _Dry = False, before: _Before = None, yes: _Yes = False, as_json: Json = False) -> None:
    """Purge, or count what a purge would take."""
    gate = common.open_here()
    until = before.replace(tzinfo=gate.zone) if before else purging.limit(gate)
    if not (dry_run or yes) and sys.stdin.isatty():
        question = t("Purge what was over before {day}, for good?", "Purger ce qui était terminé avant le {day}, pour"
                     " toujours ?", day=rows.minute(gate, stamp(until)))  # fmt: skip
        if not typer.confirm(question, err=True):
            raise typer.Abort
    tally = _purged(gate, until, dry_run=dry_run)
    if as_json:
        common.print_json(_json(tally, dry_run=dry_run))
    else:
        _print(gate, tally, dry_run=dry_run)


def _purged(gate: Gate, until: dt.datetime, *, dry_run: bool) -> Tally:
    try:
        with bar(0, t("Flows", "Flux"), hidden=False) as progress:
            task = progress.task_ids[0]
            return purging.purge(
                gate, until, actor=common.actor(), dry_run=dry_run,
                progress=lambda tally: progress.update(task, completed=tally.counts["flows"]),
            )  # fmt: skip
    except purging.TooYoung as error:
        raise common.Failure(
            t("The settings keep everything for {years:g} years: nothing from {day} on can be purged.",
              "Les réglages gardent tout pendant {years:g} ans : rien ne peut être purgé à partir du {day}.",
              years=gate.settings.retention.years, day=f"{error.latest.astimezone(gate.zone):%Y-%m-%d}"),
            t("Name an earlier day, or lower retention.years in edigate.toml if the law allows it.",
              "Donnez un jour antérieur, ou baissez retention.years dans edigate.toml si la loi le permet."),
        ) from None  # fmt: skip
    except purging.Busy:
        raise common.Failure(
            t("A backup or another purge of this gate is under way.",
              "Une sauvegarde ou une autre purge de cette passerelle est en cours."),
            t("Try again when it is done.", "Recommencez quand elle sera finie."),
        ) from None  # fmt: skip


def _json(tally: Tally, *, dry_run: bool) -> dict[str, Any]:
    names = ("flows", "invoices", "statuses", "reported", "deliveries", "links", "bytes")
    counts: dict[str, int | None] = {name: tally.counts[name] for name in names}
    if dry_run:
        counts |= {"deliveries": None, "links": None}
    return {
        "dry_run": dry_run,
        "before": tally.before,
        "first": tally.first or None,
        "last": tally.last or None,
        **counts,
        "directories": tally.directories,
        "kept": {reason: tally.kept[reason] for reason in _REASONS},
    }


def _print(gate: Gate, tally: Tally, *, dry_run: bool) -> None:
    counts = tally.counts
    rows.print_facts(
        (
            (t("before", "avant"), rows.local(gate, tally.before)),
            (t("flows", "flux"), str(counts["flows"])),
            (t("received", "reçus"), f"{rows.minute(gate, tally.first)} … {rows.minute(gate, tally.last)}"
             if tally.first else ""),
            (t("invoices", "factures"), str(counts["invoices"])),
            (t("bytes in the archive", "octets dans l'archive"), str(counts["bytes"])),
            (t("audit links emptied", "maillons d'audit vidés"), "" if dry_run else str(counts["links"])),
            (t("directories", "annuaires"), str(len(tally.directories))),
        )
    )  # fmt: skip
    for reason, words in _REASONS.items():
        if tally.kept[reason]:
            rows.say(t("Kept: {count} ({why})", "Gardés : {count} ({why})", count=tally.kept[reason], why=t(*words)))
    if dry_run:
        rows.note(t("Nothing was taken away; without --dry-run it is.", "Rien n'a été retiré ; sans --dry-run, si."))
    elif counts["flows"]:
        rows.say(t("Purged; the audit log keeps their hashes.", "Purgé ; le journal d'audit garde leurs empreintes."),
                 style="green")  # fmt: skip
