"""How long the import of a directory flow takes and how much memory it needs, beside a plain reading of the same file.

`python -m bench.directory [STRUCTURES] [SERVICES] [--floor FILE | --import FILE FOLDER]`, from the root of the
checkout; without options it makes the file, measures both in processes of their own and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from bench.gauge import peak_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
STRUCTURES, SERVICES = 200_000, 80_000
SECONDS, BYTES = 60.0, 300_000_000
_FLAGS = ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement")
_INSTANCE = "<IdInstance>{}</IdInstance><MotifPresence>C</MotifPresence><Statut>{}</Statut>"
_ADDRESS = (
    "<LigneAdresse1>{} rue du Moulin</LigneAdresse1><Localite>Saint-Essai</Localite><CP>22000</CP>"
    "<CodePays>FR</CodePays>"
)


def main() -> int:
    """Make the file, measure, print; exit status 1 where a bound is not kept."""
    arguments = _arguments()
    if arguments.floor:
        print(json.dumps(read_plainly(arguments.floor)))
        return 0
    if arguments.take:
        print(json.dumps(import_into(Path(arguments.take[0]), Path(arguments.take[1]))))
        return 0
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        file = Path(folder) / "f14.xml"
        size = make(file, arguments.structures, arguments.services)
        floor = _measured("--floor", file)
        taken = _measured("--import", file, Path(folder) / "gate")
    report = {
        "structures": arguments.structures,
        "services": arguments.services,
        "bytes": size,
        "seconds": round(taken["seconds"], 2),
        "floor_seconds": round(floor["seconds"], 2),
        "to_floor": round(taken["seconds"] / floor["seconds"], 2),
        "peak_memory_bytes": taken["peak_memory_bytes"],
        "again_seconds": round(taken["again_seconds"], 2),
        "compared_seconds": round(taken["compared_seconds"], 2),
        "held": taken["held"],
    }
    print(json.dumps(report, indent=2))
    kept = taken["seconds"] <= SECONDS and taken["peak_memory_bytes"] <= BYTES
    return 0 if kept and taken["held"] == [arguments.structures, arguments.services] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.directory", description="Measure the import of an F14.")
    parser.add_argument("structures", nargs="?", type=int, default=STRUCTURES)
    parser.add_argument("services", nargs="?", type=int, default=SERVICES)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--import", dest="take", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(*arguments: str | Path) -> dict[str, Any]:
    """One measure in a process of its own, so that none inherits another's memory."""
    command = [sys.executable, "-m", "bench.directory", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def make(file: Path, structures: int, services: int, seed: int = 14) -> int:
    """Write a full directory flow of so many public structures, one unit to two of them, and services; its size."""
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8") as target:
        target.writelines(f"{line}\n" for line in _lines(structures, services, chance))
    return file.stat().st_size


def _lines(structures: int, services: int, chance: random.Random) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<AnnuaireConsultationF14><HorodateProduction>20260302010022</HorodateProduction><TypeFlux>C</TypeFlux>"
    yield "<BlocUnitesLegales>"
    for number in range((structures + 1) // 2):
        yield (
            f"<UniteLegale>{_INSTANCE.format(number, 'A')}"
            f'<IdSIREN qualifiant="0002">{_siren(number)}</IdSIREN><Nom>Collectivité {number}</Nom>'
            "<TypeEntite>P</TypeEntite><Diffusible>O</Diffusible></UniteLegale>"
        )
    yield "</BlocUnitesLegales><BlocEtablissements>"
    for number in range(structures):
        flags = "".join(f"<{flag}>{str(chance.random() < 0.1).lower()}</{flag}>" for flag in _FLAGS)  # noqa: PLR2004 - a tenth of them
        yield (
            f"<Etablissement>{_INSTANCE.format(number, 'A' if number % 50 else 'I')}"
            f'<IdSIRET qualifiant="0009">{_siret(number)}</IdSIRET><TypeEtablissement>P</TypeEtablissement>'
            f"<Nom>Établissement {number} &amp; annexes</Nom>{_ADDRESS.format(number % 200)}"
            f"<DonneesB2G>{flags}</DonneesB2G><Diffusible>O</Diffusible></Etablissement>"
        )
    yield "</BlocEtablissements><BlocCodesRoutage>"
    for number in range(services):
        yield (
            f"<CodeRoutage>{_INSTANCE.format(number, 'A')}"
            f'<IdSIRET qualifiant="0009">{_siret(number % structures)}</IdSIRET>'
            f'<IdRoutage qualifiant="0224">SERVICE_{number}</IdRoutage><Nom>Service {number}</Nom>'
            f"{_ADDRESS.format(number % 200)}<EngagementJuridique>true</EngagementJuridique></CodeRoutage>"
        )
    yield "</BlocCodesRoutage></AnnuaireConsultationF14>"


def _siren(number: int) -> str:
    return f"{(number * 7_919) % 1_000_000_000:09d}"


def _siret(number: int) -> str:
    return f"{_siren(number // 2)}{number % 2 + 1:05d}"


def read_plainly(file: Path) -> dict[str, float]:
    """Seconds that lxml alone takes to go through the file, letting go of what it has read."""
    began = time.perf_counter()
    for _, element in etree.iterparse(file, events=("end",), tag=("UniteLegale", "Etablissement", "CodeRoutage")):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return {"seconds": time.perf_counter() - began}


def import_into(file: Path, folder: Path) -> dict[str, Any]:
    """What the import costs in a fresh gate, what it costs again on top of itself, and the comparison of the two."""
    from edigate.app import open_gate  # noqa: PLC0415 - the floor is measured without it
    from edigate.filing import import_directory  # noqa: PLC0415
    from edigate.ledger.directory.report import report  # noqa: PLC0415

    folder.mkdir()
    (folder / "edigate.toml").write_text("", encoding="utf-8")
    gate = open_gate(folder)
    began = time.perf_counter()
    with file.open("rb") as source:
        first = import_directory(gate, source, actor="bench")
    seconds = time.perf_counter() - began
    with file.open("rb") as source:
        second = import_directory(gate, source, actor="bench")
    again = time.perf_counter() - began - seconds
    paths = [gate.places.directory / f"{one.version}.sqlite" for one in (first, second)]
    with gate.ledger.connect() as connection:
        told = report(connection, paths[0], paths[1], since="")
    return {
        "seconds": seconds,
        "again_seconds": again,
        "compared_seconds": time.perf_counter() - began - seconds - again,
        "changes": len(told.others),
        "peak_memory_bytes": peak_memory(os.getpid()),
        "held": [first.structures, first.services],
    }


if __name__ == "__main__":
    sys.exit(main())
