"""What the version of the directory in force holds: counts, or one structure."""

from dataclasses import asdict
from typing import Any

from edigate.cli import common, rows
from edigate.cli.messages import t
from edigate.domain.directory import Service, Structure
from edigate.domain.forms import fits
from edigate.engine.gate import Gate
from edigate.ledger import notes, snapshots
from edigate.ledger.directory import Snapshot
from edigate.ledger.notes import DIRECTORY_VERSION


def in_force(gate: Gate) -> Snapshot:
    """The version in force, open; raises Failure where there is none."""
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
    return Snapshot(gate.directory(version))


def show_counts(gate: Gate, snapshot: Snapshot, *, as_json: bool) -> None:
    """How much the version holds, and which versions are kept."""
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


def show_structure(snapshot: Snapshot, siret: str, *, as_json: bool) -> None:
    """One structure with its flags, its forms and its services; raises Failure where it is unknown."""
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
    rows.print_facts((name, _shown(value)) for name, value in _facts(structure).items())
    code = t("Service", "Service")
    columns: tuple[rows.Column, ...] = (
        (code, lambda row: row.code),
        (t("Name", "Nom"), lambda row: row.name),
        (t("Active", "Actif"), lambda row: _shown(row.active)),
        (t("Engagement", "Engagement"), lambda row: _shown(row.engagement_required)),
    )
    if services:
        rows.print_table(columns, services, fold=t("Name", "Nom"))
    _remark_on_misfits(structure, services)


def _remark_on_misfits(structure: Structure, services: tuple[Service, ...]) -> None:
    wrong = [one.code for one in services if one.active and not fits(structure.service_form, one.code)]
    if wrong:
        rows.note(
            t("Active services whose code is not of the form stated, and is refused: {codes}",
              "Services actifs dont le code n'a pas la forme fixée, et qui est refusé : {codes}",
              codes=", ".join(wrong))
        )  # fmt: skip


def _facts(structure: Structure) -> dict[str, bool | str]:
    """Its flags, and its forms where it states any."""
    return {name: value for name, value in asdict(structure).items() if name not in {"siret", "name"}}


def _structure_json(structure: Structure, services: tuple[Service, ...]) -> dict[str, Any]:
    return asdict(structure) | {"services": [asdict(service) for service in services]}


def _shown(value: bool | str) -> str:
    if isinstance(value, str):
        return value
    return t("yes", "oui") if value else t("no", "non")
