"""Throughput against the size of a flow, beside the floor on the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import corpus, measured
from bench.cases import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEAST = 20


def measure(folder: Path, *, kilobytes: Sequence[int], megabytes: int, flows: int) -> dict[str, Any]:
    """For each size as many flows as make so many megabytes, at most `flows`: speeds, and the gate as a share."""
    points = [_point(folder / f"{size}-kB", size * 1000, megabytes * 1_000_000, flows) for size in kilobytes]
    return {"points": points, "broken": [promise for point in points for promise in point.pop("broken")]}


def _point(folder: Path, size: int, total: int, flows: int) -> dict[str, Any]:
    count = max(LEAST, min(flows, total // size))
    say(f"{count} flows of {size // 1000} kB")
    files = corpus.make(folder / "files", count, size)
    corpus.drop(files, folder / "inbox")
    floor = measured.run("bench.floor", folder / "inbox", folder / "floor")
    measured.rested()
    gate = measured.run("bench.gate", folder / "files", folder / "gate")
    measured.rested()
    return {
        "bytes": sum(file.stat().st_size for file in files) // count,
        "flows": count,
        "flows_per_second": round(count / gate["seconds"], 1),
        "floor_per_second": round(count / floor["seconds"], 1),
        "gate_to_floor": round(floor["seconds"] / gate["seconds"], 3),
        "broken": gate["broken"],
    }
