"""Whether what was read may take the place of the version in force, or change it (reference §12.4)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from edigate.ledger.directory.records import BadDirectory
from edigate.ledger.directory.snapshot import facts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

# English, then French.
_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "nothing": (
            (
                "a differential flow (TypeFlux D) says only what changed, and no directory is in force that it could "
                "change: import the full flow (TypeFlux C) first, or import with --force"
            ),
            (
                "un flux différentiel (TypeFlux D) ne dit que ce qui a changé, et aucun annuaire n'est en vigueur : "
                "importez d'abord le flux complet (TypeFlux C), ou importez avec --force"
            ),
        ),
        "other": (
            (
                "the version in force was not made from a directory flow, so this differential cannot continue it: "
                "import the full flow (TypeFlux C) first, or import with --force"
            ),
            (
                "la version en vigueur ne vient pas d'un flux d'annuaire : ce différentiel ne peut en être la suite. "
                "Importez d'abord le flux complet (TypeFlux C), ou importez avec --force"
            ),
        ),
        "mute": (
            (
                "the differential has no DernierHorodateProduction: nothing says that it continues the version in "
                "force, which is of {in_force}. Import the full flow, or import with --force"
            ),
            (
                "le différentiel n'a pas de DernierHorodateProduction : rien ne dit qu'il est la suite de la version "
                "en vigueur, qui est du {in_force}. Importez le flux complet, ou importez avec --force"
            ),
        ),
        "gap": (
            (
                "the differential continues the flow of {since}, but the version in force is of {in_force}: what "
                "changed in between is missing. Import the flows in between or a full one, or import with --force"
            ),
            (
                "le différentiel est la suite du flux du {since}, mais la version en vigueur est du {in_force} : ce "
                "qui a changé entre-temps manque. Importez les flux intermédiaires ou un complet, ou ajoutez --force"
            ),
        ),
        "old": (
            (
                "the differential was made on {produced}, and the version in force is of {in_force} already: it brings "
                "nothing newer. Import with --force to apply it all the same"
            ),
            (
                "le différentiel est du {produced}, et la version en vigueur est déjà du {in_force} : il n'apporte "
                "rien de plus récent. Importez avec --force pour l'appliquer quand même"
            ),
        ),
        "older": (
            (
                "the full flow was made on {produced}, and the version in force is of {in_force}: what changed since "
                "would be undone. Import the newest flow, or import with --force to go back all the same"
            ),
            (
                "le flux complet est du {produced}, et la version en vigueur est du {in_force} : ce qui a changé "
                "depuis serait défait. Importez le flux le plus récent, ou ajoutez --force pour revenir en arrière"
            ),
        ),
    }
)


def stop_on_nothing(connection: sqlite3.Connection) -> None:
    """Raise BadDirectory where the version being made holds no structure: no invoice could be taken any more."""
    if not connection.execute("select 1 from main.structure limit 1").fetchone():
        raise BadDirectory(
            english="not one structure would be left in the directory, and every invoice would be refused (EDG-I064): "
            "check that this is the right file, and that it is whole, or import with --force",
            french="l'annuaire n'aurait plus une seule structure, et toute facture serait refusée (EDG-I064) : "
            "vérifiez que c'est le bon fichier, et qu'il est entier, ou importez avec --force",
        )


def stop_on_older(head: Mapping[str, str], base: Path | None) -> None:
    """Raise BadDirectory for a full flow with these first elements that is older than the version in `base`."""
    in_force = _in_force(base)
    if head["HorodateProduction"] < in_force:
        _refuse("older", produced=head["HorodateProduction"], in_force=in_force)


def stop_on_gap(head: Mapping[str, str], base: Path | None) -> None:
    """Raise BadDirectory unless the differential with these first elements continues the version in `base`.

    It does where it begins no later than that version ends, and brings something newer. One that begins earlier
    repeats what is there already, which changes nothing: the weekly full flow comes between daily ones.
    """
    in_force = _in_force(base)
    produced, since = head["HorodateProduction"], head.get("DernierHorodateProduction", "")
    reason = _reason(produced, since, in_force) if base else "nothing"
    if reason:
        _refuse(reason, produced=produced, since=since, in_force=in_force)


def _in_force(base: Path | None) -> str:
    """When the flow was produced that the version in force was made from; empty where it was made from none."""
    return facts(base).get("produced", "") if base else ""


def _refuse(reason: str, **told: str) -> NoReturn:
    english, french = (text.format(**told) for text in _REASONS[reason])
    raise BadDirectory(english=english, french=french)


def _reason(produced: str, since: str, in_force: str) -> str:
    checks = (
        ("other", not in_force),
        ("mute", not since),
        ("gap", since > in_force),
        ("old", produced <= in_force),
    )
    return next((reason for reason, holds in checks if holds), "")
