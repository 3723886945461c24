"""Measures the gate, the floor and xmllint in turn over the same files, and prints one JSON object.

`python -m bench [N] [--rounds R]`, from the root of the checkout. Exit status 1 unless every flow was integrated and
every promise kept. What the figures mean stands in docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from lxml import etree

from bench import corpus, xmllint
from edigate import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
FLOWS, ROUNDS = 3000, 3


def main() -> int:
    """Make the files, measure round by round, print, clean up."""
    arguments = _arguments()
    # On the checkout's own file system: a folder for temporary files may lie in memory, where syncing costs nothing.
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        _say(f"making {arguments.flows} flows")
        files = corpus.make(Path(folder) / "files", arguments.flows)
        rounds = [_round(files, Path(folder) / f"round-{r}", r) for r in range(1, arguments.rounds + 1)]
        report = _report(files, rounds) | {"machine": _machine(Path(folder))}
    # File systems without a journal look past inodes that were freed a moment ago; let the next run find them settled.
    os.sync()
    print(json.dumps(report, indent=2))
    return 0 if all(_sound(measured, arguments.flows) for measured in rounds) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the gate.")
    parser.add_argument("flows", nargs="?", type=_at_least(len(corpus.KINDS)), default=FLOWS, metavar="N")
    parser.add_argument("--rounds", type=_at_least(1), default=ROUNDS, help="how often; medians are told")
    return parser.parse_args()


def _at_least(least: int) -> Any:  # noqa: ANN401 - argparse takes any callable, mypy no closure of ours
    def number(text: str) -> int:
        if int(text) < least:
            msg = f"{text}: at least {least}"
            raise argparse.ArgumentTypeError(msg)
        return int(text)

    return number


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr)


def _round(files: Sequence[Path], folder: Path, number: int) -> dict[str, Any]:
    """The floor, the gate and xmllint one after the other, so that a ratio compares neighbours in time."""
    corpus.drop(files, folder / "inbox")
    floor = _measured("bench.floor", folder / "inbox", folder / "floor")
    os.sync()
    gate = _measured("bench.gate", files[0].parent, folder / "gate")
    os.sync()
    checked = xmllint.measure(files)
    if checked is None and number == 1:
        _say(f"xmllint is missing (Debian, Ubuntu: {xmllint.PACKAGE}); its figures are null")
    for promise in gate["broken"]:
        _say(f"round {number}: not kept: {promise}")
    _say(f"round {number}: floor {_rate(files, floor['seconds'])}, gate {_rate(files, gate['seconds'])} flows/s")
    return {"floor": floor, "gate": gate, "xmllint": checked}


def _measured(module: str, *arguments: Path) -> dict[str, Any]:
    """One measure in a process of its own, so that none inherits another's memory."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _sound(measured: dict[str, Any], flows: int) -> bool:
    gate = measured["gate"]
    return gate["verdicts"] == {"integrated": flows} and not gate["broken"] and measured["floor"]["valid"] == flows


def _rate(files: Sequence[Path], seconds: float) -> float:
    return round(len(files) / seconds, 1)


def _report(files: Sequence[Path], rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    sizes = sorted(file.stat().st_size for file in files)
    gates, floors = [r["gate"] for r in rounds], [r["floor"] for r in rounds]
    checked = [sum(r["xmllint"].values()) for r in rounds if r["xmllint"]]
    gate_seconds = [gate["seconds"] for gate in gates]
    return {
        "flows": len(files),
        "bytes": {"total": sum(sizes), "smallest": sizes[0], "largest": sizes[-1]},
        "rounds": len(rounds),
        "flows_per_second": _rate(files, median(gate_seconds)),
        "floor_per_second": _rate(files, median(floor["seconds"] for floor in floors)),
        "xmllint_per_second": _rate(files, median(checked)) if checked else None,
        "gate_to_floor": _ratio([floor["seconds"] for floor in floors], gate_seconds),
        "gate_to_xmllint": _ratio(checked, gate_seconds) if checked else None,
        "peak_memory_bytes": max(max(gate["memory"].values()) for gate in gates),
        "steps_seconds": {step: median(gate["steps"][step] for gate in gates) for step in gates[0]["steps"]},
        "verdicts": gates[-1]["verdicts"],
        "broken_promises": [promise for gate in gates for promise in gate["broken"]],
        "each_round": list(rounds),
    }


def _ratio(others: Sequence[float], gate: Sequence[float]) -> float:
    """How fast the gate is as a share of the other's speed, round by round; the median of that."""
    return round(median(other / own for other, own in zip(others, gate, strict=True)), 3)


def _machine(folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder.relative_to(ROOT)),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "lxml": version("lxml"),
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "sqlite": sqlite3.sqlite_version,
        "edigate": __version__,
    }


if __name__ == "__main__":
    sys.exit(main())
