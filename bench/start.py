"""How long commands take that do next to nothing: what they load before they can."""

from __future__ import annotations

import os
import sys
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import corpus, measured
from bench.cases import say
from bench.gate import make_gate

if TYPE_CHECKING:
    from pathlib import Path


def measure(folder: Path, *, times: int) -> dict[str, Any]:
    """Medians of the whole life of `edigate --help`, of `check` on one good file in a gate, and of Python alone."""
    gate = make_gate(folder / "gate")
    gate.ledger.dispose()
    (file,) = corpus.make(folder / "files", 1)
    edigate = [sys.executable, "-m", "edigate"]
    commands = {
        "python_seconds": [sys.executable, "-c", "pass"],
        "help_seconds": [*edigate, "--help"],
        "check_seconds": [*edigate, "check", str(file)],
    }
    return {key: _median(key, command, times, folder / "gate") for key, command in commands.items()} | {"broken": []}


def _median(key: str, command: list[str], times: int, folder: Path) -> float:
    say(f"{key.removesuffix('_seconds')}, {times} times")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    measured.seconds_of(command, cwd=folder, env=environment)  # compiles what was never imported
    return round(median(measured.seconds_of(command, cwd=folder, env=environment) for _ in range(times)), 3)
