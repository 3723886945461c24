"""`edigate backup`: a gate's memory kept elsewhere; and in words why a backup cannot be made or used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from edigate.backup import making, restoring
from edigate.backup import manifest as manifests
from edigate.backup.making import Made, Wanted
from edigate.backup.manifest import BadBackup, Cause
from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.cli.progress import bar
from edigate.engine.purging import Busy

_UNSOUND = 1
HELP = t(
    "Copy the gate's ledger, archive, directory and settings into a folder, also while it runs. Each call adds a"
    " generation, copies only what is new in the archive, and leaves the earlier ones as they are.",
    "Copier le registre, l'archive, l'annuaire et les réglages dans un dossier, même quand la passerelle tourne. Chaque"
    " appel ajoute une génération, ne copie que le nouveau de l'archive et laisse les précédentes.",
)
_Folder = Annotated[
    Path,
    typer.Argument(metavar=t("DIR", "DOSSIER"), help=t("Where the backup lies: on another disk, better on another"
                   " machine.", "Où est la sauvegarde : sur un autre disque, mieux sur une autre machine.")),
]  # fmt: skip
_WithKeys = Annotated[
    bool,
    typer.Option(
        "--with-keys",
        help=t(
            "Private keys and passwords too, which whoever reads the backup then has.",
            "Les clés privées et mots de passe aussi, que détient alors quiconque lit la sauvegarde.",
        ),
    ),
]
_Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help=t(
            "Compare every file that is there already with its hash, and look through the ledger.",
            "Comparer chaque fichier déjà là à son empreinte, et parcourir le registre.",
        ),
    ),
]
_Keep = Annotated[
    int,
    typer.Option(
        "--keep",
        min=0,
        metavar="N",
        help=t("Keep the last N generations only; 0 keeps all.", "Ne garder que les N dernières ; 0 les garde toutes."),
    ),
]
_Check = Annotated[
    bool,
    typer.Option(
        "--check",
        help=t(
            "Make none: only compare every file of the last generation with its hash. No gate is needed.",
            "N'en faire aucune : comparer chaque fichier de la dernière à son empreinte. Sans passerelle.",
        ),
    ),
]


def backup(
    folder: _Folder,
    with_keys: _WithKeys = False,
    verify: _Verify = False,
    keep: _Keep = 0,
    check: _Check = False,
    as_json: Json = False,
) -> None:
    """Make a generation, or check the last one."""
    if check:
        _check(folder, as_json=as_json)
        return
    gate = common.open_here()
    with worded(), progress_bar() as progress:
        made = making.make(
            gate, folder, Wanted(keys=with_keys, verify=verify, keep=keep), actor=common.actor(), progress=progress
        )
    if as_json:
        common.print_json(_made_json(made))
    else:
        _print_made(made)
    if made.manifest.missing:
        raise typer.Exit(_UNSOUND)


def _made_json(made: Made) -> dict[str, Any]:
    return {
        "generation": str(made.generation),
        "copied": made.copied,
        "copied_bytes": made.bytes,
        "forgotten": made.forgotten,
        "manifest": manifests.as_json(made.manifest),
    }


def _print_made(made: Made) -> None:
    archive = made.manifest.archive
    rows.say(t("Backup made: {place}", "Sauvegarde faite : {place}", place=made.generation), style="green")
    rows.print_facts(
        (
            (t("archive", "archive"), t("{count} files, {size}", "{count} fichiers, {size}",
                                        count=archive["files"], size=decimal(archive["bytes"]))),
            (t("new", "nouveaux"), t("{count} files, {size}", "{count} fichiers, {size}",
                                     count=made.copied, size=decimal(made.bytes))),
            (t("forgotten generations", "générations oubliées"), ", ".join(made.forgotten)),
        )
    )  # fmt: skip
    if made.manifest.missing:
        rows.say(
            t("{count} files are missing from the gate's archive, or altered there: {first} …; edigate doctor tells"
              " more. All the rest is in the backup.",
              "{count} fichiers manquent dans l'archive de la passerelle, ou y sont altérés : {first} … ; edigate"
              " doctor en dit plus. Tout le reste est dans la sauvegarde.",
              count=len(made.manifest.missing), first=made.manifest.missing[0]),
            style="red",
        )  # fmt: skip
    if made.manifest.left_out:
        rows.note(t("Keys and passwords were left out (--with-keys): {paths}",
                    "Clés et mots de passe laissés de côté (--with-keys) : {paths}",
                    paths=", ".join(made.manifest.left_out)))  # fmt: skip
    if made.manifest.outside:
        rows.note(t("Outside the gate's folder, and not in the backup: {paths}",
                    "Hors du dossier de la passerelle, et absents de la sauvegarde : {paths}",
                    paths=", ".join(made.manifest.outside)))  # fmt: skip


def _check(folder: Path, *, as_json: bool) -> None:
    with worded():
        unsound = list(restoring.check(folder))
    if as_json:
        common.print_json({"sound": not unsound, "altered": unsound})
    elif not unsound:
        rows.say(t("Every file of the last generation is whole.", "Chaque fichier de la dernière génération est"
                   " intact."), style="green")  # fmt: skip
    for path in unsound if not as_json else ():
        rows.say(t("Missing or altered: {path}", "Absent ou altéré : {path}", path=path), style="red")
    if unsound:
        raise typer.Exit(_UNSOUND)


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of the files of the archive."""
    with bar(0, t("Archive", "Archive"), hidden=False) as shown:
        yield lambda done, total: shown.update(shown.task_ids[0], completed=done, total=total)


@contextmanager
def worded() -> Iterator[None]:
    """Say in words why a backup cannot be made or used."""
    try:
        yield
    except Busy:
        raise common.Failure(
            t("Another backup or a purge of this gate is under way.",
              "Une autre sauvegarde ou une purge de cette passerelle est en cours."),
            t("Try again when it is done.", "Recommencez quand elle sera finie."),
        ) from None  # fmt: skip
    except BadBackup as error:
        said, remedy = _WORDS[error.cause]
        raise common.Failure(t(*said, detail=error.detail), t(*remedy)) from None


_WORDS: dict[Cause, tuple[tuple[str, str], tuple[str, str]]] = {
    Cause.NONE: (
        ("There is no backup in {detail}.", "Il n'y a pas de sauvegarde dans {detail}."),
        ("Name the folder that edigate backup was given; without --generation the last one is taken.",
         "Donnez le dossier indiqué à edigate backup ; sans --generation, la dernière est prise."),
    ),
    Cause.MANIFEST: (
        ("{detail}: the manifest is missing, or is not what was written.",
         "{detail} : le manifeste manque, ou n'est plus ce qui a été écrit."),
        ("Take another generation (--generation NAME), or another copy of the backup.",
         "Prenez une autre génération (--generation NOM), ou une autre copie de la sauvegarde."),
    ),
    Cause.ALTERED: (
        ("Missing from the backup, or altered there:\n{detail}", "Absent de la sauvegarde, ou altéré :\n{detail}"),
        ("Take another generation or copy of the backup; files of the archive alone can be done without: --salvage.",
         "Prenez une autre génération ou copie ; on peut se passer des seuls fichiers de l'archive : --salvage."),
    ),
    Cause.NEWER: (
        ("The backup was made by edigate {detail}, which is newer than this one.",
         "La sauvegarde a été faite par edigate {detail}, plus récent que celui-ci."),
        ("Install that version, or a later one.", "Installez cette version, ou une plus récente."),
    ),
    Cause.ANOTHER_GATE: (
        ("The folder holds backups of another gate, {detail}.",
         "Le dossier contient les sauvegardes d'une autre passerelle, {detail}."),
        ("Give each gate a folder of its own.", "Donnez à chaque passerelle son propre dossier."),
    ),
    Cause.DAMAGED: (
        ("The ledger is damaged: {detail}.", "Le registre est endommagé : {detail}."),
        ("Look at the disk; the generations made before are as they were.",
         "Vérifiez le disque ; les générations précédentes sont intactes."),
    ),
    Cause.INSIDE: (
        ("{detail} lies inside the gate's own folder, and would be lost with it.",
         "{detail} est dans le dossier même de la passerelle, et serait perdu avec lui."),
        ("Name a folder on another disk.", "Donnez un dossier sur un autre disque."),
    ),
    Cause.ELSEWHERE: (
        ("{detail} does not hold its ledger or its archive, which are elsewhere: this would be half a backup.",
         "{detail} ne contient pas son registre ou son archive, qui sont ailleurs : ce serait une demi-sauvegarde."),
        ("Back up PostgreSQL first (pg_dump), then the storage (versions, replication): docs/scaling.md, Storage.",
         "Sauvegardez d'abord PostgreSQL (pg_dump), puis le stockage (versions, réplication) : docs/scaling.md."),
    ),
    Cause.NOT_EMPTY: (
        ("{detail} is not empty: a gate is only given back into a new or an empty folder.",
         "{detail} n'est pas vide : une passerelle n'est rendue que dans un dossier nouveau ou vide."),
        ("Name another folder; what is left of the old gate is put into it afterwards.",
         "Donnez un autre dossier ; ce qui reste de l'ancienne passerelle y est mis ensuite."),
    ),
}  # fmt: skip
