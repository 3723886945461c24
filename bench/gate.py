"""The real gate, measured: a fresh one with the sandbox's partners and directory, everything on, every promise kept.

`python -m bench.gate FILES FOLDER [--settings TOML] [--invoices N]` makes a gate in the folder, deposits copies of the
files in its inbox, works them off once, looks whether all was done, and prints what it measured as JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import checks, corpus, measured, steps
from edigate.app import open_gate
from edigate.domain.partners import Partner, Role
from edigate.engine.local import Local
from edigate.ledger import notes, partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.directory import import_csv
from edigate.ledger.notes import DIRECTORY_VERSION
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
    arguments = _arguments()
    files = sorted(arguments.files.iterdir())
    logs.configure(fmt="console", level="warning")
    gate = make_gate(arguments.folder, arguments.settings)
    corpus.drop(files, gate.places.inbox / corpus.DEPOSITOR)
    print(json.dumps(measure(gate, len(files), arguments.invoices)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description="Measure one gate.")
    parser.add_argument("files", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--settings", default="", help="TOML, besides the quiet period")
    parser.add_argument("--invoices", type=int, default=1, help="in each flow")
    return parser.parse_args()


def make_gate(folder: Path, settings: str = "") -> Gate:
    """A gate with default settings but for the quiet period and these, the sandbox's partners and its directory."""
    folder.mkdir(parents=True)
    (folder / "edigate.toml").write_text(SETTINGS + settings, encoding="utf-8")
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


def measure(gate: Gate, count: int, invoices: int = 1) -> dict[str, Any]:
    """Work off the inbox of so many flows of so many invoices; what that took, and the promises not kept."""
    return work_off(gate) | {"broken": checks.broken(gate, count, invoices)}


def work_off(gate: Gate) -> dict[str, Any]:
    """Work off the inbox: seconds in all and by step, processor time, peak memory of each process, verdicts.

    The workers' processor time is told without their start, the main process's from start to end.
    """
    memory: dict[int, int] = {}
    begun: dict[int, float] = {}
    used: dict[int, float] = {}

    def look(_tally: Tally | None = None, _backlog: int = 0) -> None:
        for pid in (process.pid or 0 for process in multiprocessing.active_children()):
            cpu = measured.cpu_of(pid)
            begun.setdefault(pid, cpu)
            used[pid], memory[pid] = cpu, peak_memory(pid)

    stopwatch = steps.watch(after_start=look)
    before, before_in_thread = time.process_time(), time.thread_time()
    tally = Local(gate, progress=look).run_once()
    main, main_thread = time.process_time() - before, time.thread_time() - before_in_thread
    return {
        "booked": tally.booked,
        "seconds": stopwatch.elapsed,
        "steps": {step: round(seconds, 4) for step, seconds in stopwatch.seconds.items()},
        "cpu": {"main": main, "main_thread": main_thread, "workers": sum(used.values()) - sum(begun.values())},
        "verdicts": dict(tally.verdicts),
        "held": tally.held,
        "memory": {"main": peak_memory(None), "workers": max(memory.values(), default=0)},
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
