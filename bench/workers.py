"""Throughput against the number of worker processes, over the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import corpus, measured
from bench.cases import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def measure(folder: Path, *, counts: Sequence[int], flows: int) -> dict[str, Any]:
    """Flows per second for each number of workers, their start included, and two workers as a multiple of one."""
    corpus.make(folder / "files", flows)
    points = [_point(folder, count, flows) for count in counts]
    speeds = {point["workers"]: point["flows_per_second"] for point in points}
    two = round(speeds[2] / speeds[1], 3) if {1, 2} <= speeds.keys() else None
    broken = [promise for point in points for promise in point.pop("broken")]
    return {"points": points, "two_to_one": two, "broken": broken}


def _point(folder: Path, count: int, flows: int) -> dict[str, Any]:
    say(f"{flows} flows with {count} worker{'s' if count > 1 else ''}")
    settings = f"[engine]\nworkers = {count}\n"
    gate = measured.run("bench.gate", folder / "files", folder / f"gate-{count}", "--settings", settings)
    measured.rested()
    return {"workers": count, "flows_per_second": round(flows / gate["seconds"], 1), "broken": gate["broken"]}
