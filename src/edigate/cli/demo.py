"""`edigate demo`: drop sandbox flows, run the gate once, show what became of each; then live lives of invoices."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from edigate.cli.common import Failure, actor, from_here, open_here, out, program, table
from edigate.cli.lives import live_and_tell
from edigate.cli.messages import colon, language, t
from edigate.cli.progress import VERDICT_STYLES, verdict_word
from edigate.cli.work import summarise, work_once
from edigate.domain.explain import explain
from edigate.domain.outcomes import Verdict
from edigate.domain.wording import pick
from edigate.engine.lock import Held
from edigate.sandbox import fill
from edigate.sandbox.outcome import outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.engine.gate import Gate
    from edigate.engine.tally import Tally
    from edigate.sandbox.flows import DemoFlow
    from edigate.sandbox.outcome import Found, Outcome


SHOWN = 3
HELP = t(
    "Drop a fresh round of made-up flows into the inboxes, run the gate once, and show what became of every flow; then"
    " live some lives of invoices, from deposit to payment, in seconds.",
    "Déposer une nouvelle série de flux d'essai, lancer la passerelle une fois, montrer ce que devient chaque flux ;"
    " puis vivre en quelques secondes des vies de factures, du dépôt au paiement.",
)
_Lives = Annotated[
    bool,
    typer.Option(
        "--lives/--no-lives",
        help=t("Live the lives too, or leave it at the flows.", "Vivre aussi les vies, ou s'en tenir aux flux."),
    ),
]


def demo(*, lives: _Lives = True) -> None:
    """Install what is missing, drop, run, show; then live."""
    gate = open_here()
    _install(gate)
    flows = fill.drop(gate, gate.clock().astimezone(gate.zone).date())
    out().print(
        t("{count} flows dropped into {folder}.", "{count} flux déposés dans {folder}.",
          count=len(flows), folder=from_here(gate.places.inbox))
    )  # fmt: skip
    try:
        tally = work_once(gate, level="error")
        _print_flows(gate, flows, tally)
        well = summarise(gate, tally)
        well = (not lives or live_and_tell(gate)) and well
    except Held:
        out().print(
            t("A gate is at work here and takes them; see: edigate flows list",
              "Une passerelle est à l'œuvre ici et les prend ; voir : edigate flows list")
        )  # fmt: skip
        return
    _say_where(gate, tally)
    if not well:
        raise typer.Exit(1)


def _install(gate: "Gate") -> None:
    try:
        if fill.install(gate, actor=actor()):
            out().print(t("Sandbox partners and directory installed.", "Partenaires et annuaire d'essai installés."))
    except fill.NotASandbox as own:
        raise Failure(
            t("The gate in {folder} has partners of its own ({codes}); made-up flows do not belong there.",
              "La passerelle de {folder} a ses propres partenaires ({codes}) ; pas de flux d'essai là.",
              folder=gate.places.root, codes=own),
            t("Make a gate to try things with: edigate init DIR --sandbox",
              "Créez une passerelle d'essai : edigate init DOSSIER --sandbox"),
        ) from None  # fmt: skip


def _print_flows(gate: "Gate", flows: "Sequence[DemoFlow]", tally: "Tally") -> None:
    shown = table()
    shown.show_lines = True
    shown.add_column(t("Flow, its report, its pivots", "Flux, son compte rendu, ses pivots"), no_wrap=True)
    shown.add_column(t("What it shows, what became of it", "Ce qu'il montre, ce qu'il devient"), overflow="fold")
    with gate.ledger.connect() as connection:
        for outcome in outcomes(connection, flows, tally.decisions):
            files = [outcome.flow.name, *(f"[dim]{name}[/]" for name in (outcome.report, *outcome.pivots) if name)]
            shown.add_row("\n".join(files), _became(outcome))
    out().print(shown)


def _became(outcome: "Outcome") -> str:
    flow, verdict = outcome.flow, outcome.decision.verdict
    lines = [
        escape(pick((flow.note_fr, flow.note_en), language())),
        f"[{VERDICT_STYLES[verdict]}]{verdict_word(verdict)}[/]",
    ]
    lines += [_reason(found) for found in outcome.faults[:SHOWN]]
    if len(outcome.faults) > SHOWN:
        lines.append(t("… and {count} more", "… et {count} autres", count=len(outcome.faults) - SHOWN))
    return "\n".join(lines)


def _reason(found: "Found") -> str:
    where = f" ({found.where})" if found.where else ""
    return escape(f"{found.fault.code}{where}{colon()} {explain(found.fault, language()).message}")


def _say_where(gate: "Gate", tally: "Tally") -> None:
    outbox = from_here(gate.places.outbox)
    out().print(t("Where things lie:", "Où les trouver :"), style="bold")
    for where, what in (
        (t("{outbox}/<depositor>/", "{outbox}/<déposant>/", outbox=outbox),
         t("CSO… reports, one per flow, and FEN1200A… life cycles", "comptes rendus CSO… et cycles de vie FEN1200A…")),
        (t("{outbox}/<recipient>/", "{outbox}/<destinataire>/", outbox=outbox),
         t("FEN0036A… pivots, with the invoices", "pivots FEN0036A…, avec les factures")),
    ):  # fmt: skip
        out().print(f"  {where}  {what}", markup=False)
    refused, partial = _first(tally, Verdict.REJECTED), _first(tally, Verdict.PARTIAL)
    steps = (
        *([f"flows show {refused}"] if refused else []),
        *([f"invoices export-rejected {partial}"] if partial else []),
        "invoices list --state rejected",
        "balance",
        "demo",
    )
    out().print(t("To try next:", "À essayer ensuite :"), style="bold")
    for step in steps:
        out().print(f"  {program()} {step}", markup=False, soft_wrap=True)


def _first(tally: "Tally", verdict: Verdict) -> str:
    return next((decision.case.name for decision in tally.decisions if decision.verdict is verdict), "")
