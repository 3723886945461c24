"""`edigate restore`: a backup given back into an empty folder."""

from pathlib import Path
from typing import Annotated

import typer

from edigate.backup import restoring
from edigate.backup.restoring import Given
from edigate.cli import common, rows
from edigate.cli.backup import progress_bar, worded
from edigate.cli.messages import t
from edigate.cli.options import Json

HELP = t(
    "Give a backup back into an empty folder. The gate there works nothing off before somebody has seen what it no"
    " longer knows: edigate restored show.",
    "Rendre une sauvegarde dans un dossier vide. La passerelle n'y traite rien avant que quelqu'un ait vu ce qu'elle ne"
    " sait plus : edigate restored show.",
)
_Backup = Annotated[
    Path, typer.Argument(metavar=t("BACKUP", "SAUVEGARDE"), help=t("The backup's folder.", "Le dossier de sauvegarde."))
]
_Root = Annotated[
    Path,
    typer.Argument(metavar=t("DIR", "DOSSIER"), help=t("The gate's new folder: a new or an empty one.",
                   "Le nouveau dossier de la passerelle : à créer, ou vide.")),
]  # fmt: skip
_Generation = Annotated[
    str,
    typer.Option(
        "--generation", metavar=t("NAME", "NOM"), help=t("Another than the last one.", "Une autre que la dernière.")
    ),
]
_Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage",
        help=t(
            "Also where files of the backup's archive are lost or altered: without them.",
            "Même si des fichiers de l'archive sauvegardée sont perdus ou altérés : sans eux.",
        ),
    ),
]


def restore(
    backup: _Backup, folder: _Root, generation: _Generation = "", salvage: _Salvage = False, as_json: Json = False
) -> None:
    """Give a generation back."""
    with worded(), progress_bar() as progress:
        given = restoring.restore(backup, folder, generation=generation, salvage=salvage, progress=progress)
    if as_json:
        common.print_json(
            {
                "folder": str(folder.resolve()),
                "generation": given.generation.name,
                "made_at": given.manifest.made_at,
                "files": given.files,
                "lacking": given.lacking,
                "left_out": given.manifest.left_out,
                "outside": given.manifest.outside,
            }
        )
    else:
        _print_given(given, folder)


def _print_given(given: Given, folder: Path) -> None:
    rows.say(t("Restored into {folder}: the backup of {at}, {count} files of the archive.",
               "Rendue dans {folder} : la sauvegarde du {at}, {count} fichiers de l'archive.",
               folder=folder, at=given.manifest.made_at, count=given.files), style="green")  # fmt: skip
    if given.lacking:
        rows.say(t("{count} files of the archive are lost: {first} …", "{count} fichiers de l'archive sont perdus :"
                   " {first} …", count=len(given.lacking), first=given.lacking[0]), style="red")  # fmt: skip
    for path in (*given.manifest.left_out, *given.manifest.outside):
        rows.say(t("To be put back by hand: {path}", "À remettre à la main : {path}", path=path), style="yellow")
    rows.say(
        t(
            "Put what is left of the old gate's inbox, outbox, spool and archive into it, then:",
            "Mettez-y ce qui reste des dossiers inbox, outbox, spool et archive de l'ancienne passerelle, puis :",
        )
    )
    rows.say(f"  {common.program()} --gate {folder} restored show")
