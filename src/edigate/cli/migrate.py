"""`edigate migrate`: a gate's ledger moved from its folder to PostgreSQL, its archive to another storage."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, TypeAlias

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.cli.migrate_words import worded
from edigate.cli.options import Json
from edigate.ledger.address import without_password
from edigate.moving import move as moving
from edigate.moving.files import STEP
from edigate.moving.move import Moved, Wanted

HELP = t(
    "Move the gate's ledger to PostgreSQL, and its archive to another storage if one is named; what is left behind is"
    " kept. End the gate first. Cut short at any instant and called again, it goes on.",
    "Déplacer le registre de la passerelle vers PostgreSQL, et son archive vers un autre stockage si on en nomme un ;"
    " ce qui reste derrière est conservé. Arrêtez d'abord la passerelle. Interrompu à tout instant et relancé, il"
    " continue.",
)
Told: TypeAlias = Callable[[str, int, int], None]
VARIABLE = "EDIGATE_LEDGER__URL"
_ADDRESS = re.compile("postgresql://[!-~]+")
_Ledger = Annotated[
    str,
    typer.Option(
        "--ledger",
        envvar=VARIABLE,
        metavar="URL",
        help=t(
            "An empty database, such as postgresql://edigate@db/edigate. Leave the password to ~/.pgpass or to the"
            " variable: others see the command line.",
            "Une base vide, par exemple postgresql://edigate@db/edigate. Laissez le mot de passe à ~/.pgpass ou à la"
            " variable : la ligne de commande est visible d'autrui.",
        ),
    ),
]
_Storage = Annotated[
    str,
    typer.Option(
        "--storage",
        metavar="URL",
        help=t("Copy archive and directories, too: to a shared folder (/mnt/edigate), or a store (s3://bucket/edigate).",
               "Copier aussi archive et annuaires : vers un dossier partagé (/mnt/edigate), ou un stockage"
               " (s3://seau/edigate)."),
    ),
]  # fmt: skip
_DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help=t("Change nothing: only count, and meet what stands in the way.",
               "Ne rien changer : compter seulement, et rencontrer ce qui s'y oppose."),
    ),
]  # fmt: skip
_GiveUp = Annotated[
    bool,
    typer.Option(
        "--give-up",
        help=t("Give up a move that was cut short: the gate goes on in its folder.",
               "Renoncer à un déplacement interrompu : la passerelle continue dans son dossier."),
    ),
]  # fmt: skip


def migrate(
    ledger: _Ledger = "",
    storage: _Storage = "",
    dry_run: _DryRun = False,
    give_up: _GiveUp = False,
    as_json: Json = False,
) -> None:
    """Move the gate in the folder that was found."""
    root = common.root()
    if give_up:
        with worded():
            _print_given_up(was=moving.give_up(root), as_json=as_json)
        return
    _require_address(ledger)
    wanted = Wanted(ledger, storage, dry_run)
    try:
        with worded(), _progress() as told:
            moved = moving.move(root, wanted, actor=common.actor(), told=told)
    except Exception:
        if moving.is_under_way(root):
            rows.note(t("The gate's ledger is closed until the move is finished or given up: call the same again, or"
                        " edigate migrate --give-up.",
                        "Le registre de la passerelle reste fermé tant que le déplacement n'est ni fini ni abandonné :"
                        " relancez la même commande, ou edigate migrate --give-up."))  # fmt: skip
        raise
    if as_json:
        common.print_json(_json(moved))
    else:
        _print(moved)


def _require_address(ledger: str) -> None:
    """Raise Misuse, without repeating what may hold a password."""
    if not _ADDRESS.fullmatch(ledger):
        raise common.Misuse(
            t("--ledger needs the address of a PostgreSQL database.",
              "--ledger attend l'adresse d'une base PostgreSQL.")
            if not ledger else
            t("--ledger: this is no address of a PostgreSQL database.",
              "--ledger : ce n'est pas l'adresse d'une base PostgreSQL."),
            t("Write it as postgresql://account@machine:5432/database.",
              "Écrivez-la ainsi : postgresql://compte@machine:5432/base."),
        )  # fmt: skip


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar for the files, by bytes, and one for the rows of each table; on a terminal."""
    console = common.err()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[size]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=None, size="")

        def show(step: str, done: int, total: int) -> None:
            size = f"{decimal(done)} / {decimal(total)}" if step == STEP else f"{done} / {total}"
            shown.update(task, description=step, completed=done, total=total, size=size)

        yield show


def _json(moved: Moved) -> dict[str, Any]:
    copied = moved.copied
    return {
        "dry_run": moved.wanted.dry_run,
        "again": moved.again,
        "ledger": moved.wanted.to,
        "tables": {name: copied.tables[name] for name in sorted(copied.tables)},
        "rows": sum(copied.tables.values()),
        "chains": copied.chains,
        "broken": copied.broken,
        "runs": copied.runs,
        "storage": moved.wanted.storage or None,
        "files": _files_json(moved),
        "old": moved.old or None,
        "seconds": round(moved.seconds, 3),
    }


def _files_json(moved: Moved) -> dict[str, Any] | None:
    return asdict(moved.files) if moved.files else None


def _print(moved: Moved) -> None:
    copied = moved.copied
    shown = common.table(t("Table", "Table"))
    shown.add_column(t("Rows", "Lignes"), justify="right")
    for name in sorted(copied.tables):
        shown.add_row(name, f"{copied.tables[name]}")
    common.out().print(shown)
    rows.print_facts(
        (
            (t("ledger", "registre"), moved.wanted.to),
            (t("rows", "lignes"), str(sum(copied.tables.values()))),
            (t("audit links", "maillons d'audit"), str(sum(copied.chains.values()))),
            (t("runs that wait", "traitements en attente"), str(copied.runs)),
            *_file_facts(moved),
            (t("old ledger", "ancien registre"), moved.old),
            (t("seconds", "secondes"), f"{moved.seconds:.1f}"),
        )
    )  # fmt: skip
    _print_unsound(moved)
    if moved.wanted.dry_run:
        rows.note(t("Nothing was changed; without --dry-run it is.", "Rien n'a été changé ; sans --dry-run, si."))
        return
    _print_next(moved)


def _file_facts(moved: Moved) -> list[tuple[str, object]]:
    if moved.files is None:
        return []
    found = moved.files
    return [
        (t("storage", "stockage"), moved.wanted.storage),
        (t("archive", "archive"), t("{count} files, {size}", "{count} fichiers, {size}",
                                    count=found.files, size=decimal(found.bytes))),
        (t("copied now", "copiés maintenant"), str(found.copied)),
        (t("directories", "annuaires"), ", ".join(found.directories)),
    ]  # fmt: skip


def _print_unsound(moved: Moved) -> None:
    """Tell of what was damaged before, which a move does not mend."""
    copied = moved.copied
    unsound = [*moved.files.altered, *moved.files.missing] if moved.files else []
    if unsound:
        rows.say(
            t("Missing or altered in the archive before it was moved, {count}: {first} …; edigate doctor tells more.",
              "Absents ou altérés dans l'archive avant le déplacement, {count} : {first} … ; edigate doctor en dit"
              " plus.", count=len(unsound), first=unsound[0]),
            style="red",
        )  # fmt: skip
    if copied.broken:
        rows.say(
            t("The audit log was not sound before it was moved: {first} …; edigate audit verify tells more.",
              "Le journal d'audit n'était pas intègre avant le déplacement : {first} … ; edigate audit verify en dit"
              " plus.", first=copied.broken[0]),
            style="red",
        )  # fmt: skip


def _print_next(moved: Moved) -> None:
    rows.say(
        t("All of it had been moved before.", "Tout avait déjà été déplacé.") if moved.again else
        t("Moved: each table was read back and compared.", "Déplacé : chaque table a été relue et comparée."),
        style="green",
    )  # fmt: skip
    if moved.wanted.ledger != moved.wanted.to:
        rows.say(
            t("The password is not in edigate.toml. Put it into ~/.pgpass of the gate's account (permissions 0600), or"
              " the whole address into {variable}.",
              "Le mot de passe n'est pas dans edigate.toml. Mettez-le dans ~/.pgpass du compte de la passerelle (droits"
              " 0600), ou l'adresse entière dans {variable}.", variable=VARIABLE),
            style="yellow",
        )  # fmt: skip
    if (said := os.environ.get(VARIABLE)) and without_password(said) != moved.wanted.to:
        rows.say(
            t("{variable} names another database, and wins over edigate.toml: change it.",
              "{variable} désigne une autre base, et l'emporte sur edigate.toml : changez-la.", variable=VARIABLE),
            style="red",
        )  # fmt: skip
    rows.say(
        t("Next: {program} balance, {program} audit verify, then {program} run. The old ledger can go once you are"
          " sure; docs/scaling.md tells how to add machines.",
          "Ensuite : {program} balance, {program} audit verify, puis {program} run. L'ancien registre peut partir quand"
          " vous serez sûr ; docs/scaling.md dit comment ajouter des machines.", program=common.program())
    )  # fmt: skip


def _print_given_up(*, was: bool, as_json: bool) -> None:
    if as_json:
        common.print_json({"given_up": was})
        return
    rows.say(
        t("Given up: the gate goes on in its folder. Drop the database, should it hold a copy.",
          "Abandonné : la passerelle continue dans son dossier. Supprimez la base, si elle contient une copie.")
        if was else
        t("There was nothing to give up: the gate's ledger is in its folder.",
          "Il n'y avait rien à abandonner : le registre de la passerelle est dans son dossier.")
    )  # fmt: skip
