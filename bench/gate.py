"""The real gate, measured: a fresh one with the sandbox's partners and directory, everything on, every promise kept.

`python -m bench.gate FILES FOLDER` makes a gate in the folder, deposits copies of the files in its inbox, works them
off once, looks whether all was done, and prints what it measured as JSON.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import checks, corpus, steps
from edigate.app import open_gate
from edigate.domain.partners import Partner, Role
from edigate.engine.decisions import DIRECTORY_VERSION
from edigate.engine.local import Local
from edigate.ledger import notes, partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.directory import import_csv
from edigate.observability import logs
from edigate.sandbox import structures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.engine.gate import Gate
    from edigate.engine.tally import Tally

# The files are copied before the gate starts: there is nothing to wait for.
SETTINGS = "[intake]\nquiet_seconds = 0\n"
VERSION = "bench"
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def main() -> None:
    """Measure one gate over one folder of files."""
    source, folder = map(Path, sys.argv[1:3])
    files = sorted(source.iterdir())
    logs.configure(fmt="console", level="warning")
    gate = make_gate(folder)
    corpus.drop(files, gate.places.inbox / corpus.DEPOSITOR)
    print(json.dumps(measure(gate, len(files))))


def make_gate(folder: Path) -> Gate:
    """A gate with default settings but for the quiet period, the sandbox's partners and its directory."""
    folder.mkdir(parents=True)
    (folder / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    gate = open_gate(folder)
    now = stamp(gate.clock())
    import_csv(io.StringIO(structures.directory_csv()), gate.places.directory, VERSION)
    with writing(gate.ledger) as connection:
        for row in structures.PARTNERS:
            partners.save(connection, _partner(row), actor="bench", at=now)
        notes.write(connection, DIRECTORY_VERSION, VERSION)
    return gate


def _partner(row: Mapping[str, Any]) -> Partner:
    sets = {key: frozenset(row[key]) for key in ("deposits", "receives", "sirets")}
    return Partner(**{**row, **sets, "role": Role(row["role"])})


def measure(gate: Gate, count: int) -> dict[str, Any]:
    """Work off the inbox: seconds in all and by step, verdicts, peak memory in bytes, and the promises not kept."""
    workers: dict[int, int] = {}

    def sample(_tally: Tally, _backlog: int) -> None:
        for process in multiprocessing.active_children():
            workers[process.pid or 0] = peak_memory(process.pid)

    stopwatch = steps.watch()
    tally = Local(gate, progress=sample).run_once()
    return {
        "seconds": stopwatch.elapsed,
        "steps": {step: round(seconds, 4) for step, seconds in stopwatch.seconds.items()},
        "verdicts": dict(tally.verdicts),
        "held": tally.held,
        "memory": {"main": peak_memory(None), "workers": max(workers.values(), default=0)},
        "broken": checks.broken(gate, count),
    }


def peak_memory(pid: int | None) -> int:
    """The most that a process (None: this one) has held in memory, in bytes; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    match = _HIGH_WATER.search(status)
    return int(match.group(1)) * 1024 if match else 0


if __name__ == "__main__":
    main()
