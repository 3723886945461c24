"""The lives of `edigate demo` as stories: on each day who deposited what, and what each party then found."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.markup import escape

from edigate.cli import dossiers
from edigate.cli.common import out, program
from edigate.cli.messages import colon, language, t
from edigate.cli.progress import bar
from edigate.domain.wording import pick
from edigate.sandbox.fill import past_lives
from edigate.sandbox.lives import LIVES, LIVES_LENGTH, Acknowledges, Says
from edigate.sandbox.living import live

if TYPE_CHECKING:
    from edigate.engine.gate import Gate
    from edigate.sandbox.collected import Arrival, Told, Unit
    from edigate.sandbox.enacted import Enacted
    from edigate.sandbox.living import Lived


def live_and_tell(gate: "Gate") -> bool:
    """Live all lives on a clock that is told, then print them; whether they were lived to their end."""
    today = gate.clock().astimezone(gate.zone).date()
    taken = []
    with bar(LIVES_LENGTH, t("Days of lives", "Jours de vie"), hidden=False) as progress:
        for lived in live(gate, past_lives(gate, today)):
            taken.append(lived)
            progress.advance(progress.task_ids[0])
    _print_preface()
    for _, steps in groupby(taken, key=lambda lived: lived.enacted.life.key):
        _print_life(list(steps))
    return len(taken) == LIVES_LENGTH


def _print_preface() -> None:
    out().print(t("Lives of invoices", "Vies de factures"), style="bold")
    out().print(
        t("The gate's clock was told one day after the other, up to yesterday, and now shows the real time again:"
          " nothing of these lives lies in the future. Each line says who deposits what, then what is new in the"
          " outboxes.",
          "L'horloge de la passerelle a été mise à un jour après l'autre, jusqu'à hier, et donne de nouveau l'heure"
          " réelle : rien de ces vies n'est dans le futur. Chaque ligne dit qui dépose quoi, puis ce qui est nouveau"
          " dans les boîtes de retour.")
    )  # fmt: skip


def _print_life(steps: "Sequence[Lived]") -> None:
    from rich.table import Table  # noqa: PLC0415 - see common.open_here

    enacted = steps[0].enacted
    out().print()
    title = pick((enacted.life.title_fr, enacted.life.title_en), language())
    out().print(f"{LIVES.index(enacted.life) + 1}. {escape(title)}", style="bold")
    story = Table.grid(padding=(0, 2))
    story.add_column(no_wrap=True)
    story.add_column(overflow="fold")
    for lived in steps:
        story.add_row(_day(lived), "\n".join(_told(lived)))
    out().print(story)
    for command in _to_look_at(enacted, steps):
        out().print(f"  {program()} {command}", markup=False, soft_wrap=True, style="dim")
    if enacted.life.is_works:
        out().print()
        dossiers.show([str(enacted.life.changes["recipient_siret"]), enacted.market, _supplier(enacted)])


def _day(lived: "Lived") -> str:
    return t("day {day}\n[dim]{date}[/]", "jour {day}\n[dim]{date}[/]", day=lived.step.day, date=lived.at.date())


def _told(lived: "Lived") -> Iterator[str]:
    step = lived.step
    yield f"{step.partner} {escape(pick((step.note_fr, step.note_en), language()))}".strip()
    if lived.file:
        said = _reported(lived.step.does)
        yield f"[dim]{lived.file.name}[/]" + (f"{colon()} {escape(said)}" if said else "")
    for arrival in lived.arrivals:
        said = escape(_said(arrival))
        yield t("→ {partner} finds [dim]{name}[/]: {said}", "→ {partner} trouve [dim]{name}[/] : {said}",
                partner=arrival.partner, name=arrival.name, said=said)  # fmt: skip
    for alert in lived.alerts:
        yield t("→ an operator finds the [yellow]alert[/] {kind}: {detail}",
                "→ un exploitant trouve l'[yellow]alerte[/] {kind} : {detail}",
                kind=alert.kind, detail=escape(alert.detail))  # fmt: skip


def _said(arrival: "Arrival") -> str:
    return "; ".join([*map(_status, arrival.told), *map(_unit, arrival.units)])


def _reported(does: object) -> str:
    match does:
        case Says():
            return _words(does.code, does.label, does.comment)
        case Acknowledges():
            return _words(does.code, "", does.comment)
    return ""


def _status(told: "Told") -> str:
    return _words(told.code, told.label, told.comment)


def _words(code: str, label: str, comment: str) -> str:
    return " ".join(filter(None, (code, label, f"({comment})" if comment else "")))


def _unit(unit: "Unit") -> str:
    cycle = ", ".join(map(_status, unit.cycle))
    parts = (
        " ".join(filter(None, (unit.number, unit.renvoi))),
        t("validation cycle: {steps}", "cycle de validation : {steps}", steps=cycle) if cycle else "",
        ", ".join(unit.pieces),
    )
    return " – ".join(filter(None, parts))


def _to_look_at(enacted: "Enacted", steps: "Sequence[Lived]") -> Iterator[str]:
    if any(lived.alerts for lived in steps):
        yield "alerts list"
    elif enacted.life.is_works:
        yield f"dossiers list --market {enacted.market}"
    else:
        yield f"invoices show --number {enacted.number(1)}"


def _supplier(enacted: "Enacted") -> str:
    return str(enacted.life.changes["supplier_id"])
