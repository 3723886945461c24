"""One flow at a time through a gate that runs with default settings: from the drop until its report lies there.

A file that is written into the inbox has to be left alone for the quiet period before it counts as whole; one that is
renamed into it is taken as soon as that is seen.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import corpus
from bench.cases import say
from bench.gate import make_gate
from bench.measured import ROOT, rested
from edigate.app import open_gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PATIENCE = 60.0
LOOK = 0.002
REST = 0.3


def measure(folder: Path, *, times: int) -> dict[str, Any]:
    """Medians and the worst of so many drops each way, and the quiet period that is part of a written one's."""
    files = corpus.make(folder / "files", len(corpus.KINDS) + 2 * times)
    make_gate(folder / "gate").ledger.dispose()
    (folder / "gate" / "edigate.toml").write_text("", encoding="utf-8")  # default settings, the quiet period's too
    gate = open_gate(folder / "gate")
    gate.ledger.dispose()
    drop = _Drop(gate.places.inbox / corpus.DEPOSITOR, gate.places.outbox / corpus.DEPOSITOR)
    rested()
    with _running(gate.places.root):
        for file in files[2 * times :]:  # what is loaded and compiled at first is not counted
            drop.until_reported(file, drop.renamed)
        say(f"{times} files written, {times} renamed")
        written = [drop.until_reported(file, drop.written) for file in files[:times]]
        renamed = [drop.until_reported(file, drop.renamed) for file in files[times : 2 * times]]
    return {
        "times": times,
        "quiet_seconds": gate.settings.intake.quiet_seconds,
        "written_seconds": round(median(written), 3),
        "renamed_seconds": round(median(renamed), 3),
        "worst": {"written": round(max(written), 3), "renamed": round(max(renamed), 3)},
        "each": {"written": _rounded(written), "renamed": _rounded(renamed)},
    }


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in seconds]


class _Drop:
    """Ways to hand a file to a gate, and the look for its report."""

    def __init__(self, inbox: Path, outbox: Path) -> None:
        self._inbox, self._outbox = inbox, outbox

    def written(self, file: Path) -> None:
        (self._inbox / file.name).write_bytes(file.read_bytes())

    def renamed(self, file: Path) -> None:
        file.rename(self._inbox / file.name)

    def until_reported(self, file: Path, drop: Callable[[Path], None]) -> float:
        """Seconds from the drop, into a gate at rest, until there is one report more."""
        time.sleep(REST)
        before, began = self._reports(), time.perf_counter()
        drop(file)
        while self._reports() == before:
            if time.perf_counter() - began > PATIENCE:
                msg = f"{file.name}: no report after {PATIENCE:.0f} s"
                raise TimeoutError(msg)
            time.sleep(LOOK)
        return time.perf_counter() - began

    def _reports(self) -> int:
        return sum(1 for _ in self._outbox.glob("CSO*"))


@contextmanager
def _running(folder: Path) -> Iterator[None]:
    """A gate of its own process that watches the folder."""
    (folder / "inbox" / corpus.DEPOSITOR).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "edigate", "--gate", str(folder), "run"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stderr=log) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
