"""One gate over one folder of files, in a process of its own: wall, processor time and memory of every process.

`python -m bench.apart FILES FOLDER` makes a gate in the folder, moves the files into its inbox (one partner deposits
them), works them off once and prints what that took as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree
from sqlalchemy import func, select

from bench import corpus, measured
from bench.gate import make_gate, work_off
from edigate.ledger.faults_json import load
from edigate.ledger.tables import deliveries, invoices, runs
from edigate.observability import logs

if TYPE_CHECKING:
    from edigate.engine.gate import Gate


def run(files: Path, folder: Path) -> dict[str, Any]:
    """What a gate of its own, made in this folder, does with the files, which are moved."""
    found = measured.run("bench.apart", files, folder)
    measured.rested()
    return found


def cpu(found: dict[str, Any]) -> float:
    """Processor seconds of all processes of what `run` gave."""
    spent = found["cpu"]
    return float(spent["main"] + spent["workers"])


def _handed_out(gate: Gate) -> dict[str, Any]:
    with gate.ledger.connect() as connection:
        pivots = connection.execute(select(deliveries).where(deliveries.c.kind == "pivot")).mappings().all()
        taken = connection.execute(select(func.count()).where(invoices.c.verdict == "integrated")).scalar_one()
        published = select(func.count()).where(deliveries.c.state == "published")
        every = connection.execute(select(func.count()).select_from(deliveries)).scalar_one()
        done = connection.execute(published).scalar_one()
        told = [load(faults) for faults in connection.execute(select(runs.c.faults)).scalars()]
    return {
        "faults": sum(len(faults) for faults in told),
        "invoices": taken,
        "deliveries": every,
        "unpublished": every - done,
        "pivots": len(pivots),
        "largest_pivot": max((row["size"] for row in pivots), default=0),
        "pivot_invoices": sum(_units(gate.places.outbox / row["partner"] / row["name"]) for row in pivots),
    }


def _units(path: Path) -> int:
    """How many invoices a pivot holds."""
    count = 0
    for _, element in etree.iterparse(path, tag="CPPFacturePivotUnitaire", huge_tree=True):
        count += 1
        element.clear()
    return count


def main() -> None:
    """Measure one gate over the files of one folder."""
    source, folder = map(Path, sys.argv[1:3])
    logs.configure(fmt="console", level="warning")
    gate = make_gate(folder)
    inbox = gate.places.inbox / corpus.DEPOSITOR
    inbox.mkdir(parents=True)
    for file in sorted(source.iterdir()):
        file.rename(inbox / file.name)
    measured.rested()
    print(json.dumps(work_off(gate) | _handed_out(gate)))


if __name__ == "__main__":
    main()
