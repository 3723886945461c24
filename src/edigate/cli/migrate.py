"""`edigate migrate`: a gate's ledger moved from its folder to PostgreSQL; and in words why it cannot be."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeAlias

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.ledger.address import without_password
from edigate.moving import move as moving
from edigate.moving.move import Moved, Wanted
from edigate.moving.reasons import Cause, Unmovable

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


def migrate(ledger: _Ledger = "", dry_run: _DryRun = False, give_up: _GiveUp = False, as_json: Json = False) -> None:
    """Move the gate in the folder that was found."""
    root = common.root()
    if give_up:
        with worded():
            _print_given_up(was=moving.give_up(root), as_json=as_json)
        return
    _require_address(ledger)
    wanted = Wanted(ledger, dry_run=dry_run)
    with worded(), _progress() as told:
        moved = moving.move(root, wanted, actor=common.actor(), told=told)
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
    """A bar for each table, on a terminal."""
    console = common.err()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=None)
        yield lambda step, done, total: shown.update(task, description=step, completed=done, total=total)


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
        "old": moved.old or None,
        "seconds": round(moved.seconds, 3),
    }


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
            (t("old ledger", "ancien registre"), moved.old),
            (t("seconds", "secondes"), f"{moved.seconds:.1f}"),
        )
    )  # fmt: skip
    if copied.broken:
        rows.say(
            t("The audit log was not sound before it was moved: {first} …; edigate audit verify tells more.",
              "Le journal d'audit n'était pas intègre avant le déplacement : {first} … ; edigate audit verify en dit"
              " plus.", first=copied.broken[0]),
            style="red",
        )  # fmt: skip
    if moved.wanted.dry_run:
        rows.note(t("Nothing was changed; without --dry-run it is.", "Rien n'a été changé ; sans --dry-run, si."))
        return
    _print_next(moved)


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


@contextmanager
def worded() -> Iterator[None]:
    """Say in words why a gate cannot be moved."""
    try:
        yield
    except Unmovable as error:
        said, remedy = _WORDS[error.cause]
        raise common.Failure(t(*said, detail=error.detail), t(*remedy, detail=error.detail)) from None


_WORDS: dict[Cause, tuple[tuple[str, str], tuple[str, str]]] = {
    Cause.NO_LEDGER: (
        ("{detail}: there is no ledger in this folder to move.",
         "{detail} : aucun registre à déplacer dans ce dossier."),
        ("Name the gate's own folder with --gate DIR.", "Nommez le dossier de la passerelle avec --gate DOSSIER."),
    ),
    Cause.ELSEWHERE: (
        ("The gate's ledger is elsewhere already: {detail}.",
         "Le registre de la passerelle est déjà ailleurs : {detail}."),
        ("From server to server, move the database with pg_dump and pg_restore, then change [ledger] url.",
         "De serveur à serveur, déplacez la base avec pg_dump et pg_restore, puis changez [ledger] url."),
    ),
    Cause.BEGUN_ELSEWHERE: (
        ("The ledger was already on its way to {detail}.", "Le registre était déjà en route vers {detail}."),
        ("Finish that: edigate migrate --ledger {detail}; or give it up: edigate migrate --give-up.",
         "Terminez : edigate migrate --ledger {detail} ; ou renoncez-y : edigate migrate --give-up."),
    ),
    Cause.ANOTHER_LEDGER: (
        ("The database holds another ledger; nothing was changed there ({detail}).",
         "La base contient un autre registre ; rien n'y a été changé ({detail})."),
        ("Name an empty database: each gate has one of its own.",
         "Nommez une base vide : chaque passerelle a la sienne."),
    ),
    Cause.AT_WORK: (
        ("Somebody else is at work there: a backup, a purge, or another move ({detail}).",
         "Quelqu'un d'autre y est à l'œuvre : une sauvegarde, une purge ou un autre déplacement ({detail})."),
        ("Try again when it is done.", "Recommencez quand ce sera fini."),
    ),
    Cause.SETTINGS: (
        ("edigate.toml is written in a way that {detail} cannot be put in by itself.",
         "edigate.toml est écrit de telle façon que {detail} ne peut pas y être mis automatiquement."),
        ('Write these settings as tables, [ledger] and below it url = "", then try again.',
         'Écrivez ces réglages en tables, [ledger] et dessous url = "", puis recommencez.'),
    ),
    Cause.DANGLING: (
        ("The ledger has rows that refer to others that are missing: {detail}.",
         "Le registre a des lignes qui renvoient à d'autres, absentes : {detail}."),
        ("edigate doctor --deep tells more; docs/backup.md how to restore a sound one.",
         "edigate doctor --deep en dit plus ; docs/backup.md explique comment en restaurer un sain."),
    ),
    Cause.DIFFERENT: (
        ("What was read back is not what was written: {detail}. Nothing was kept there.",
         "Ce qui a été relu n'est pas ce qui a été écrit : {detail}. Rien n'y a été gardé."),
        ("Try again; should it happen twice, look at the server's disk and log.",
         "Recommencez ; si cela se répète, voyez le disque et le journal du serveur."),
    ),
    Cause.ZERO_BYTE: (
        ("A text in the ledger holds a zero byte, which PostgreSQL does not take: {detail}.",
         "Un texte du registre contient un octet nul, que PostgreSQL n'accepte pas : {detail}."),
        ("Let its flow be purged when its time has come, and move then; until then the ledger stays where it is.",
         "Laissez purger son flux le moment venu, et déplacez alors ; d'ici là le registre reste où il est."),
    ),
    Cause.FINISHED: (
        ("The gate's ledger is on PostgreSQL already: there is nothing to give up.",
         "Le registre de la passerelle est déjà sur PostgreSQL : il n'y a rien à abandonner."),
        ("Numbers were given out there: to go back would give them again.",
         "Des numéros y ont été attribués : revenir en arrière les donnerait une seconde fois."),
    ),
}  # fmt: skip
