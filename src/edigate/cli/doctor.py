"""`edigate doctor`: what ails the gate, what to do about it, and mending what can be mended."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NamedTuple

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from edigate import config
from edigate.cli import common, failures, rows
from edigate.cli.messages import colon, language, t
from edigate.cli.options import Json
from edigate.domain.wording import Pair, pick, printable
from edigate.engine.gate import Places
from edigate.engine.lock import Held, held, holder
from edigate.health.checks import CHECKS, Check, Found, examine, left_out
from edigate.health.findings import Finding, Severity
from edigate.health.kinds import KINDS
from edigate.health.mending import may_mend, mend
from edigate.ledger.clock import system_clock
from edigate.observability import logs

HELP = t(
    "Examine the gate: settings, ledger, archive, spool, folders, partners, schemas, directory, disk; the exit status"
    " is 1 where something is wrong. A gate may be at work meanwhile.",
    "Examiner la passerelle : réglages, registre, archive, spool, dossiers, partenaires, schémas, annuaire, disque ; le"
    " code de sortie est 1 si quelque chose ne va pas. Une passerelle peut être au travail pendant ce temps.",
)
RepairOption = Annotated[
    bool,
    typer.Option(
        "--repair",
        help=t(
            "Mend what can be mended, each thing with its entry in the event log; what nobody knows is moved to aside/,"
            " never deleted.",
            "Réparer ce qui peut l'être, chaque chose étant consignée au journal ; l'inconnu est mis de côté dans"
            " aside/, jamais supprimé.",
        ),
    ),
]
DeepOption = Annotated[
    bool,
    typer.Option(
        "--deep",
        help=t(
            "Read every file of the archive and all of the ledger, which takes its time.",
            "Lire chaque fichier de l'archive et tout le registre, ce qui prend du temps.",
        ),
    ),
]
_SIGNS = {Severity.OK: ("✓", "green"), Severity.WARNING: ("!", "yellow"), Severity.ERROR: ("✗", "red")}


class Told(NamedTuple):
    """A finding and what became of it: whether it was mended, or why that could not be."""

    finding: Finding
    mended: bool = False
    reason: str = ""

    @property
    def ails(self) -> bool:
        """Whether somebody must still see to it."""
        return KINDS[self.finding.kind].severity is not Severity.OK and not self.mended


def doctor(repair: RepairOption = False, deep: DeepOption = False, as_json: Json = False) -> None:
    """Examine the gate in the folder that was found."""
    places = Places(common.root().resolve())
    logs.configure(fmt="console", level="warning")
    with _alone(places, wanted=repair) as alone, _progress() as progress:
        who = "" if alone else holder(places.lock)

        def examined() -> list[tuple[Found, list[Told]]]:
            made = []
            for found in examine(places.root, system_clock, deep=deep, holder=who, progress=progress):
                told = [_treat(places, one, alone=alone) if repair else Told(one) for one in found.findings]
                made.append((found, told))
            return made

        made = examined()
        if not (alone or who) and (who := holder(places.lock)):
            made = examined()  # what a gate that began meanwhile had in hand seemed left over
    skipped = left_out([found for found, _ in made])
    if as_json:
        common.print_json(_json(made, skipped, who))
    else:
        _print(made, skipped, repair=repair)
    if any(told.ails for _, all_told in made for told in all_told):
        raise typer.Exit(1)


@contextmanager
def _alone(places: Places, *, wanted: bool) -> Iterator[bool]:
    """Keep gates away while the folder is mended; whether that is so: one may be at work already."""
    if not wanted:
        yield False
        return
    try:
        with held(places.lock):
            yield True
    except Held:
        yield False


def _treat(places: Places, finding: Finding, *, alone: bool) -> Told:
    if finding.mend is None:
        return Told(finding)
    if not may_mend(finding, alone=alone):
        return Told(
            finding, reason=t("a gate is at work: end it first", "une passerelle travaille : arrêtez-la d'abord")
        )
    reason = mend(places, finding, system_clock, common.actor())
    return Told(finding, mended=not reason, reason=reason)


@contextmanager
def _progress() -> Iterator[Any]:
    """How many checks are made, and how far a long one is, on standard error and only on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=common.err(), transient=True, disable=not sys.stderr.isatty()) as bars:
        every = bars.add_task(t("Checks", "Vérifications"), total=len(CHECKS))
        this = bars.add_task("", total=None, visible=False)

        def tell(check: Check, done: int, total: int) -> None:
            bars.update(every, completed=CHECKS.index(check))
            bars.update(this, description=pick(check.title, language()), completed=done, total=total, visible=total > 0)

        yield tell


def _worded(pair: Pair, finding: Finding) -> str:
    value = _mistakes() if finding.kind == "settings.unusable" else ""
    said = {"place": printable(finding.place), "value": value or printable(finding.value), "count": finding.count}
    return pick(pair, language()).format(**said)


def _mistakes() -> str:
    """What is wrong with the settings, in words that the commands share."""
    try:
        config.load(common.root().resolve())
    except config.BadSettings as error:
        return failures.settings_in_words(error)
    return ""


def _print(made: list[tuple[Found, list[Told]]], skipped: list[Check], *, repair: bool) -> None:
    for found, told in made:
        sign, style = _SIGNS[found.severity]
        rows.say(f"{sign} {pick(found.check.title, language())}", style=style)
        for one in told:
            _print_one(one, repair=repair)
    if skipped:
        names = ", ".join(pick(check.title, language()) for check in skipped)
        rows.say(
            t("Not looked at, as the gate cannot be opened: {names}",
              "Non vérifié, la passerelle ne pouvant être ouverte : {names}", names=names),
            style="yellow",
        )  # fmt: skip
    ailing = sum(one.ails for _, told in made for one in told)
    if not ailing:
        rows.say(t("Nothing is wrong.", "Tout va bien."), style="bold green")


def _print_one(told: Told, *, repair: bool) -> None:
    finding, kind = told.finding, KINDS[told.finding.kind]
    rows.say(f"    {_worded(kind.found, finding)}")
    for example in finding.examples:
        rows.say(f"      - {example}")
    if finding.count > len(finding.examples) > 0:
        rows.say(
            t("      … and {count} more", "      … et {count} autres", count=finding.count - len(finding.examples))
        )
    if told.mended:
        rows.say(f"      {t('mended', 'réparé')}{colon()} {_worded(kind.mends, finding)}", style="green")
        return
    if kind.severity is not Severity.OK:
        rows.say(f"      {t('to do', 'à faire')}{colon()} {_worded(kind.remedy, finding)}", style="dim")
    if told.reason:
        rows.say(f"      {t('not mended', 'pas réparé')}{colon()} {told.reason}", style="red")
    elif finding.mend is not None and not repair:
        rows.say(f"      {t('edigate doctor --repair mends it', 'edigate doctor --repair le répare')}", style="dim")


def _json(made: list[tuple[Found, list[Told]]], skipped: list[Check], who: str) -> dict[str, Any]:
    told = [one for _, all_told in made for one in all_told]
    return {
        "sound": not skipped and not any(one.ails for one in told),
        "gate": who,
        "checks": [found.check.name for found, _ in made],
        "left_out": [check.name for check in skipped],
        "findings": [_finding_json(found.check, one) for found, all_told in made for one in all_told],
    }


def _finding_json(check: Check, told: Told) -> dict[str, Any]:
    finding, kind = told.finding, KINDS[told.finding.kind]
    return {
        "check": check.name,
        "severity": kind.severity.value,
        "kind": finding.kind,
        "place": finding.place,
        "value": finding.value,
        "count": finding.count,
        "examples": list(finding.examples),
        "message": _worded(kind.found, finding),
        "remedy": _worded(kind.remedy, finding),
        "mendable": finding.mend is not None,
        "mended": told.mended,
        "not_mended": told.reason,
    }
