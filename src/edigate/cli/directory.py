"""`edigate directory`: the public structures that invoices are addressed to."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from edigate.cli import common, requests, rows
from edigate.cli.directory_changes import compare, print_report, report_json
from edigate.cli.directory_shown import in_force, show_counts, show_structure
from edigate.cli.messages import counted, t
from edigate.cli.options import Json
from edigate.engine.gate import Gate
from edigate.filing import import_directory, state_forms
from edigate.ledger import snapshots
from edigate.ledger.directory import BadDirectory, Imported

KEPT = 5
BIG = 5_000_000
# English, then French, of one row and of several.
_LEFT_ASIDE = {
    "csv": (
        (
            "{count} service is of a structure that the file does not hold, and was left aside.",
            "{count} services are of structures that the file does not hold, and were left aside.",
        ),
        (
            "{count} service est d'une structure que le fichier ne contient pas, et a été laissé de côté.",
            "{count} services sont de structures que le fichier ne contient pas, et ont été laissés de côté.",
        ),
    ),
    "f14": (
        (
            "{count} row of the flow is of no public structure and was left aside.",
            "{count} rows of the flow are of no public structure and were left aside.",
        ),
        (
            "{count} ligne du flux n'est d'aucune structure publique et a été laissée de côté.",
            "{count} lignes du flux ne sont d'aucune structure publique et ont été laissées de côté.",
        ),
    ),
}
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "Import the directory of public structures, show it, and show what changed.",
        "Importer l'annuaire des structures publiques, le montrer, montrer ce qui a changé.",
    ),
)
FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar=t("FILE", "FICHIER"),
        help=t(
            "A directory flow F14 (XML, full or differential), or CSV; as it is, in gzip or tar.gz. A CSV of suppliers "
            "only replaces the suppliers and nothing else. See docs/directory.md.",
            "Un flux d'annuaire F14 (XML, complet ou différentiel), ou un CSV ; tel quel, en gzip ou tar.gz. Un CSV de "
            "fournisseurs seuls ne remplace que les fournisseurs. Voir docs/directory.md.",
        ),
    ),
]
SiretArgument = Annotated[str, typer.Argument(metavar="SIRET", help=t("One structure.", "Une structure."))]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force",
        help=t(
            "Take what would undo too much: a differential flow that does not continue the version in force, a full "
            "one that is older than it, a file that leaves no structure.",
            "Prendre ce qui déferait trop : un flux différentiel qui n'est pas la suite de la version en vigueur, un "
            "flux complet plus ancien qu'elle, un fichier qui ne laisse aucune structure.",
        ),
    ),
]
AllOption = Annotated[
    bool,
    typer.Option(
        "--all",
        help=t(
            "Every change, also structures that appeared and that nobody uses.",
            "Tous les changements, même les structures nouvelles que personne n'utilise.",
        ),
    ),
]
FromArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("FROM", "DE"),
        help=t("A kept version; by default the one before TO.", "Une version gardée ; par défaut celle d'avant."),
    ),
]
ToArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("TO", "À"),
        help=t("A kept version; by default the one in force.", "Une version gardée ; par défaut celle en vigueur."),
    ),
]
ServiceFormOption = Annotated[
    str | None,
    typer.Option(
        "--service",
        metavar=t("PATTERN", "MOTIF"),
        help=t(
            'Form of its service codes, a regular expression; "" takes it away.',
            'Forme de ses codes service, une expression rationnelle ; "" l\'enlève.',
        ),
    ),
]
EngagementFormOption = Annotated[
    str | None,
    typer.Option(
        "--engagement",
        metavar=t("PATTERN", "MOTIF"),
        help=t(
            'Form of its engagement numbers, for example "[0-9]{5,6}".',
            'Forme de ses numéros d\'engagement, par exemple "[0-9]{5,6}".',
        ),
    ),
]
HintOption = Annotated[
    str | None,
    typer.Option(
        "--hint",
        metavar=t("SENTENCE", "PHRASE"),
        help=t(
            "The structure's own sentence about its numbers, for whoever gets them wrong.",
            "La phrase de la structure sur ses numéros, pour qui se trompe.",
        ),
    ),
]


@app.command(
    "import",
    help=t(
        "Put a new directory in force, and tell what changed.", "Mettre en vigueur un annuaire, dire ce qui change."
    ),
)
def import_(file: FileArgument, force: ForceOption = False, as_json: Json = False) -> None:
    """Read the file into a new version, put it in force, tell what changed, release the flows that waited for one."""
    gate = common.open_here()
    imported = _read(gate, file, force=force)
    released = requests.release_waiting(gate, ("no_directory",))
    changed = compare(gate, imported.before, imported.version) if imported.before else None
    _settle(gate, imported.version)
    if as_json:
        told = report_json(changed) if changed else None
        common.print_json(asdict(imported) | {"released": released, "changes": told})
        return
    _say_imported(imported, released)
    if changed:
        print_report(gate, changed)


@app.command(
    "show",
    help=t("Show what the directory holds, or one structure.", "Montrer ce que contient l'annuaire, ou une structure."),
)
def show(siret: SiretArgument = "", as_json: Json = False) -> None:
    """Show counts, or a structure with its flags and services."""
    gate = common.open_here()
    with closing(in_force(gate)) as snapshot:
        if siret:
            show_structure(snapshot, "".join(siret.split()), as_json=as_json)
        else:
            show_counts(gate, snapshot, as_json=as_json)


@app.command(
    "changes",
    help=t(
        "Show what changed between two kept versions, and which suppliers that concerns.",
        "Montrer ce qui a changé entre deux versions gardées, et quels fournisseurs cela concerne.",
    ),
)
def changes(
    from_: FromArgument = "", to: ToArgument = "", everything: AllOption = False, as_json: Json = False
) -> None:
    """Compare two kept versions."""
    gate = common.open_here()
    with closing(in_force(gate)) as snapshot:
        after = _kept(gate, to) if to else snapshot.version
    earlier = [version for version in snapshots.versions(gate.places.directory) if version < after]
    if not (from_ or earlier):
        raise common.Failure(
            t("There is no version before {version} to compare it with.",
              "Il n'y a pas de version avant {version} à laquelle la comparer.", version=after),
            t("The last {kept} versions are kept: edigate directory show --json names them.",
              "Les {kept} dernières versions sont gardées : edigate directory show --json les nomme.", kept=KEPT),
        )  # fmt: skip
    told = compare(gate, _kept(gate, from_) if from_ else earlier[-1], after, everything=everything)
    if as_json:
        common.print_json(report_json(told))
    else:
        print_report(gate, told, everything=everything)


@app.command(
    "form",
    help=t(
        "State the form of a structure's own numbers: a number of another form is refused with its sentence.",
        "Fixer la forme des numéros d'une structure : un numéro d'une autre forme est refusé avec sa phrase.",
    ),
)
def form(
    siret: SiretArgument,
    service: ServiceFormOption = None,
    engagement: EngagementFormOption = None,
    hint: HintOption = None,
    as_json: Json = False,
) -> None:
    """Put a version in force in which one structure has these forms."""
    given = {"service_form": service, "engagement_form": engagement, "form_hint": hint}
    stated = {column: text.strip() for column, text in given.items() if text is not None}
    if not stated:
        raise common.Misuse(
            t("Say what to state: --service, --engagement or --hint.",
              "Dites ce qu'il faut fixer : --service, --engagement ou --hint.")
        )  # fmt: skip
    gate = common.open_here()
    try:
        version = state_forms(gate, "".join(siret.split()), stated, actor=common.actor())
    except BadDirectory as error:
        raise common.Failure(t(error.english, error.french), t("Nothing was changed.", "Rien n'a changé.")) from None
    _settle(gate, version)
    with closing(in_force(gate)) as snapshot:
        show_structure(snapshot, "".join(siret.split()), as_json=as_json)


def _settle(gate: Gate, version: str) -> None:
    for old in snapshots.forget_old(gate.places.directory, in_force=version, keep=KEPT):
        snapshots.forget_shared(gate.storage, old)
    requests.wake(gate)


def _read(gate: Gate, file: Path, *, force: bool) -> Imported:
    try:
        with file.open("rb") as source, _progress(file.stat().st_size) as step:
            return import_directory(gate, source, actor=common.actor(), force=force, progress=step)
    except BadDirectory as error:
        remedy = t(
            "Nothing was changed. What a file may hold is in docs/directory.md.",
            "Rien n'a changé. Ce qu'un fichier peut contenir est dans docs/directory.md.",
        )
        message = f"{file}: {t(error.english, error.french)}"
        raise common.Failure(message, remedy) from None


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while a big file is read, only on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    shown = sys.stderr.isatty() and size >= BIG
    with Progress(*columns, console=common.err(), transient=True, disable=not shown) as progress:
        task = progress.add_task(t("Directory", "Annuaire"), total=size)
        yield lambda count: progress.advance(task, count)


def _say_imported(imported: Imported, released: int) -> None:
    held = (
        counted(imported.structures, ("{count} structure", "{count} structures"), ("{count} structure",
                "{count} structures")),
        counted(imported.services, ("{count} service", "{count} services"), ("{count} service", "{count} services")),
        counted(imported.suppliers, ("{count} supplier", "{count} suppliers"), ("{count} fournisseur",
                "{count} fournisseurs")),
    )  # fmt: skip
    rows.say(
        t("Directory {version} is in force: {held}.", "Annuaire {version} en vigueur : {held}.",
          version=imported.version, held=", ".join(held))
    )  # fmt: skip
    if imported.left_aside:
        rows.note(counted(imported.left_aside, *_LEFT_ASIDE[imported.source]))
    if released:
        rows.say(
            counted(released,
                    ("{count} flow that waited for it is tried again.",
                     "{count} flows that waited for it are tried again."),
                    ("{count} flux qui l'attendait est repris.", "{count} flux qui l'attendaient sont repris."))
        )  # fmt: skip


def _kept(gate: Gate, named: str) -> str:
    """The kept version that is meant, by its name or its beginning."""
    kept = snapshots.versions(gate.places.directory)
    found = [version for version in kept if version.startswith(named)]
    if len(found) != 1:
        raise common.Failure(
            t("{named}: no version of this name is kept, or several begin so.",
              "{named} : aucune version gardée de ce nom, ou plusieurs commencent ainsi.", named=named),
            t("Kept are: {kept}", "Sont gardées : {kept}", kept=", ".join(kept)),
        )  # fmt: skip
    return found[0]
