"""`edigate directory`: the public structures that invoices are addressed to."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from edigate.app import import_directory
from edigate.cli import common, requests, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.domain.directory import Service, Structure
from edigate.engine.decisions import DIRECTORY_VERSION
from edigate.engine.gate import Gate
from edigate.ledger import notes, snapshots
from edigate.ledger.directory import BadDirectory, Imported, Snapshot

KEPT = 5
app = typer.Typer(
    no_args_is_help=True,
    help=t(
        "Import the directory of public structures, and show it.",
        "Importer l'annuaire des structures publiques, le montrer.",
    ),
)
FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar=t("FILE", "FICHIER"),
        help=t(
            "A whole directory as CSV; its columns are in docs/directory.md.",
            "Un annuaire complet en CSV ; colonnes dans docs/directory.md.",
        ),
    ),
]
SiretArgument = Annotated[str, typer.Argument(metavar="SIRET", help=t("One structure.", "Une structure."))]


@app.command("import", help=t("Put a whole new directory in force.", "Mettre en vigueur un nouvel annuaire complet."))
def import_(file: FileArgument, as_json: Json = False) -> None:
    """Read the file into a new version, put it in force, and release the flows that waited for one."""
    gate = common.open_here()
    imported = _read(gate, file)
    released = requests.release_waiting(gate, ("no_directory",))
    snapshots.forget_old(gate.places.directory, in_force=imported.version, keep=KEPT)
    requests.wake(gate)
    if as_json:
        common.print_json(asdict(imported) | {"released": released})
        return
    rows.say(
        t("Directory {version} is in force: {structures} structures, {services} services, {suppliers} suppliers.",
          "Annuaire {version} en vigueur : {structures} structures, {services} services, {suppliers} fournisseurs.",
          **asdict(imported))
    )  # fmt: skip
    if released:
        rows.say(
            t(
                "{count} flows that waited for it are tried again.",
                "{count} flux qui l'attendaient sont repris.",
                count=released,
            )
        )


@app.command(
    "show",
    help=t("Show what the directory holds, or one structure.", "Montrer ce que contient l'annuaire, ou une structure."),
)
def show(siret: SiretArgument = "", as_json: Json = False) -> None:
    """Show counts, or a structure with its flags and services."""
    gate = common.open_here()
    with closing(_in_force(gate)) as snapshot:
        if siret:
            _show_structure(snapshot, "".join(siret.split()), as_json=as_json)
        else:
            _show_counts(gate, snapshot, as_json=as_json)


def _read(gate: Gate, file: Path) -> Imported:
    try:
        # Spreadsheets put a byte-order mark before UTF-8.
        with file.open(encoding="utf-8-sig", newline="") as source:
            return import_directory(gate, source, actor=common.actor())
    except (BadDirectory, UnicodeDecodeError) as error:
        remedy = t(
            "Nothing was changed. The columns are in docs/directory.md; the file must be UTF-8, separated by commas.",
            "Rien n'a changé. Les colonnes sont dans docs/directory.md ; fichier en UTF-8, séparé par des virgules.",
        )
        message = f"{file}: {error}"
        raise common.Failure(message, remedy) from None


def _in_force(gate: Gate) -> Snapshot:
    with gate.ledger.connect() as connection:
        version = notes.read(connection, DIRECTORY_VERSION)
    if version is None:
        raise common.Failure(
            t(
                "No directory has been imported: every flow waits.",
                "Aucun annuaire n'a été importé : tous les flux attendent.",
            ),
            t("Import one: edigate directory import FILE", "Importez-en un : edigate directory import FICHIER"),
        )
    return Snapshot(gate.places.directory / f"{version}.sqlite")


def _show_counts(gate: Gate, snapshot: Snapshot, *, as_json: bool) -> None:
    told: dict[str, str | int] = {"version": snapshot.version} | snapshots.counts(
        gate.places.directory, snapshot.version
    )
    kept = snapshots.versions(gate.places.directory)
    if as_json:
        common.print_json(told | {"kept": kept})
        return
    rows.print_facts(
        (
            (t("version", "version"), told["version"]),
            ("structures", told["structures"]),
            (t("of them active", "dont actives"), told["active_structures"]),
            ("services", told["services"]),
            (t("suppliers", "fournisseurs"), told["suppliers"]),
            (t("versions kept", "versions gardées"), len(kept)),
        )
    )


def _show_structure(snapshot: Snapshot, siret: str, *, as_json: bool) -> None:
    structure = snapshot.structure(siret)
    if structure is None:
        raise common.Failure(
            t("The directory holds no structure {siret}.", "L'annuaire n'a pas de structure {siret}.", siret=siret),
            t("Invoices for it are rejected with EDG-I064; import a directory that holds it.",
              "Ses factures sont rejetées avec EDG-I064 ; importez un annuaire qui la contient."),
        )  # fmt: skip
    services = snapshot.services_of(siret)
    if as_json:
        common.print_json(_structure_json(structure, services))
        return
    rows.say(f"{structure.siret}  {structure.name}", style="bold")
    rows.print_facts((name, _yes(value)) for name, value in _flags(structure).items())
    code = t("Service", "Service")
    columns: tuple[rows.Column, ...] = (
        (code, lambda row: row.code),
        (t("Name", "Nom"), lambda row: row.name),
        (t("Active", "Actif"), lambda row: _yes(row.active)),
        (t("Engagement", "Engagement"), lambda row: _yes(row.engagement_required)),
    )
    if services:
        rows.print_table(columns, services, fold=t("Name", "Nom"))


def _flags(structure: Structure) -> dict[str, bool]:
    return {name: value for name, value in asdict(structure).items() if isinstance(value, bool)}


def _structure_json(structure: Structure, services: tuple[Service, ...]) -> dict[str, Any]:
    return asdict(structure) | {"services": [asdict(service) for service in services]}


def _yes(value: bool) -> str:
    return t("yes", "oui") if value else t("no", "non")
