"""The real gate, measured: a fresh one with the sandbox's partners and directory, everything on, every promise kept.

`python -m bench.gate FILES FOLDER [--settings TOML] [--at-work FIRST]` makes a gate in the folder, deposits copies of
the files in its inbox, works them off once, looks whether all was done, and prints what it measured as JSON. With
`--at-work` the gate runs already when the files come, all at once, and has worked off those of another folder.
"""

from __future__ import annotations

import argparse
import io
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import checks, corpus, steps
from bench.gauge import Gauge, peak_memory
from edigate.app import open_gate
from edigate.domain.partners import Partner, Role
from edigate.engine.local import Local
from edigate.ledger import notes, partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.directory.from_csv import import_csv
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.observability import logs
from edigate.sandbox import structures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.steps import Stopwatch
    from edigate.engine.gate import Gate
    from edigate.engine.tally import Tally

# The files are copied before the gate starts: there is nothing to wait for.
SETTINGS = "[intake]\nquiet_seconds = 0\n"
VERSION = "bench"
_LOOK, _SETTLED = 0.02, 1.0


def main() -> None:
    """Measure one gate over one folder of files."""
    arguments = _arguments()
    files = sorted(arguments.files.iterdir())
    logs.configure(fmt="console", level="warning")
    gate = make_gate(arguments.folder, arguments.settings)
    if arguments.at_work:
        first = sorted(arguments.at_work.iterdir())
        print(json.dumps(at_work(gate, first, files) | {"broken": checks.broken(gate, len(first) + len(files))}))
        return
    corpus.drop(files, gate.places.inbox / corpus.DEPOSITOR)
    print(json.dumps(work_off(gate) | {"broken": checks.broken(gate, len(files))}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.gate", description="Measure one gate.")
    parser.add_argument("files", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--settings", default="", help="TOML, besides the quiet period")
    parser.add_argument("--at-work", type=Path, metavar="FIRST", help="files that a running gate works off before")
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


def work_off(gate: Gate) -> dict[str, Any]:
    """Work off the inbox: seconds in all and by step, processor time, peak memory of each process, verdicts.

    The workers' processor time is told without their start, the main process's from start to end.
    """
    gauge = Gauge()
    stopwatch = steps.watch(after_start=gauge.look)
    gauge.begin()
    tally = Local(gate, progress=gauge.look).run_once()
    return _told(tally, stopwatch, gauge)


def at_work(gate: Gate, first: Sequence[Path], files: Sequence[Path]) -> dict[str, Any]:
    """The same of a gate that runs already and has worked off the first ones; the others are there all at once."""
    inbox, ready = gate.places.inbox / corpus.DEPOSITOR, gate.places.root / "ready"
    corpus.drop(files, ready)
    corpus.drop(first, inbox)
    gauge, stopwatch = Gauge(), steps.watch()
    local = Local(gate, progress=gauge.look)
    before: Counter[str] = Counter()

    def feed() -> None:
        _decided(local.tally, len(first))
        before.update(local.tally.verdicts)
        gauge.begin()
        stopwatch.begin()
        ready.rename(inbox)  # in place of the empty folder: to rename one after another would take the gate's own time
        _decided(local.tally, len(first) + len(files))
        local.stop()

    feeding = threading.Thread(target=feed, daemon=True)
    feeding.start()
    tally = local.run()
    feeding.join()
    tally.verdicts -= before
    return _told(tally, stopwatch, gauge)


def _decided(tally: Tally, count: int) -> None:
    """Wait until so many flows are decided, and what comes of them has had the time to be handed out."""
    while tally.verdicts.total() < count:
        time.sleep(_LOOK)
    time.sleep(_SETTLED)


def _told(tally: Tally, stopwatch: Stopwatch, gauge: Gauge) -> dict[str, Any]:
    return {
        "booked": tally.booked,
        "seconds": stopwatch.elapsed,
        "steps": {step: round(seconds, 4) for step, seconds in stopwatch.seconds.items()},
        "cpu": gauge.cpu(),
        "verdicts": dict(tally.verdicts),
        "held": tally.held,
        "memory": {"main": peak_memory(None), "workers": max(gauge.memory.values(), default=0)},
    }


if __name__ == "__main__":
    main()
