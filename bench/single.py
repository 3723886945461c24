"""The gate beside the floor and xmllint, in turn over the same files: flows of one invoice each.

What the figures mean stands in docs/performance.md.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from bench import corpus, measured, xmllint
from bench.cases import say
from bench.floor import NO_SYNC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RELAXED = ("--settings", '[engine]\ndurability = "relaxed"\n')
FIRST = 128
"""Flows that a gate has worked off before it counts as being at work: each worker has met every schema by then."""
_MICRO = 1e6


def measure(
    folder: Path, *, flows: int, rounds: int, relaxed: bool = False, at_work: bool = False
) -> dict[str, Any]:  # fmt: skip
    """Speeds, ratios, processor time and steps over so many rounds.

    `relaxed` lets gate and floor leave out syncing; `at_work` has the gate run before the files come, as the floor's
    processes do.
    """
    say(f"making {flows} flows")
    files = corpus.make(folder / "files", flows)
    of_floor, of_gate = ([NO_SYNC], RELAXED) if relaxed else ([], ())
    if at_work:
        corpus.make(folder / "first", FIRST, after=flows)
        of_gate = (*of_gate, "--at-work", folder / "first")
    done = [_round(files, folder / f"round-{number}", number, of_floor, of_gate) for number in range(1, rounds + 1)]
    return _report(files, done)


def _round(
    files: Sequence[Path], folder: Path, number: int, of_floor: Sequence[str], of_gate: Sequence[str | Path]
) -> dict[str, Any]:  # fmt: skip
    """The floor, the gate and xmllint one after the other, so that a ratio compares neighbours in time."""
    corpus.drop(files, folder / "inbox")
    floor = measured.run("bench.floor", folder / "inbox", folder / "floor", *of_floor)
    measured.rested()
    gate = measured.run("bench.gate", files[0].parent, folder / "gate", *of_gate)
    measured.rested()
    checked = xmllint.measure(files)
    if checked is None and number == 1:
        say(f"xmllint is missing (Debian, Ubuntu: {xmllint.PACKAGE}); its figures are null")
    say(f"round {number}: floor {_rate(files, floor['seconds'])}, gate {_rate(files, gate['seconds'])} flows/s")
    return {"floor": floor, "gate": gate, "xmllint": checked}


def _rate(files: Sequence[Path], seconds: float) -> float:
    return round(len(files) / seconds, 1)


def _report(files: Sequence[Path], rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    sizes = sorted(file.stat().st_size for file in files)
    gates, floors = [r["gate"] for r in rounds], [r["floor"] for r in rounds]
    checked = [sum(r["xmllint"].values()) for r in rounds if r["xmllint"]]
    seconds = [gate["seconds"] for gate in gates]
    return {
        "flows": len(files),
        "bytes": {"total": sum(sizes), "smallest": sizes[0], "largest": sizes[-1]},
        "rounds": len(rounds),
        "flows_per_second": _rate(files, median(seconds)),
        "floor_per_second": _rate(files, median(floor["seconds"] for floor in floors)),
        "xmllint_per_second": _rate(files, median(checked)) if checked else None,
        "gate_to_floor": ratio([floor["seconds"] for floor in floors], seconds),
        "gate_to_floor_cpu": ratio(
            [floor["cpu_seconds"] for floor in floors], [gate["cpu"]["main"] + gate["cpu"]["workers"] for gate in gates]
        ),
        "gate_to_xmllint": ratio(checked, seconds) if checked else None,
        "cpu_per_flow": {
            "main": _per_flow(files, [gate["cpu"]["main"] for gate in gates]),
            "workers": _per_flow(files, [gate["cpu"]["workers"] for gate in gates]),
            "floor": _per_flow(files, [floor["cpu_seconds"] for floor in floors]),
        },
        "peak_memory_megabytes": round(max(max(gate["memory"].values()) for gate in gates) / 1e6, 1),
        "steps_seconds": {step: median(gate["steps"][step] for gate in gates) for step in gates[0]["steps"]},
        "verdicts": gates[-1]["verdicts"],
        "broken": [promise for each in rounds for promise in _broken(each, len(files))],
        "each_round": list(rounds),
    }


def ratio(others: Sequence[float], own: Sequence[float]) -> float:
    """The gate's speed as a share of the other's, by what each took, round by round; the median of that."""
    return round(median(other / mine for other, mine in zip(others, own, strict=True)), 3)


def _per_flow(files: Sequence[Path], seconds: Sequence[float]) -> int:
    return round(median(seconds) / len(files) * _MICRO)


def _broken(each: dict[str, Any], flows: int) -> list[str]:
    found = list(each["gate"]["broken"])
    if each["gate"]["verdicts"] != {"integrated": flows}:
        found.append(f"verdicts: {each['gate']['verdicts']} instead of integrated: {flows}")
    if each["floor"]["valid"] != flows:
        found.append(f"valid documents on the floor: {each['floor']['valid']} instead of {flows}")
    return found
