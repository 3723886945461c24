"""The figures of a report as a table of plain text, for a terminal and a log alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WHOLE = 100
_TENTHS = 10


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The machine, then each figure with its target, and in the end what was not kept."""
    yield "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in report["machine"].items())
    for case in CASES:
        if case.name in report["cases"]:
            yield ""
            yield from _of_case(case, report["cases"][case.name])


def _of_case(case: Case, found: Mapping[str, Any]) -> Iterator[str]:
    commit = f" of {found['commit']}" if found["commit"] else ""
    yield f"{case.name}: {case.says} ({found['at']}{commit}, {found['seconds']:.0f} s)"
    rows = [(row["says"], number(row["value"], row["unit"]), target(row), mark(row["met"])) for row in found["figures"]]
    rows += [(*point, "", "") for point in points(found["measured"])]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for says, value, aim, reached in rows:
        yield f"  {says:<{widths[0]}}  {value:>{widths[1]}}  {aim:<{widths[2]}}  {reached}".rstrip()
    if skipped := found["measured"].get("skipped"):
        yield f"  SKIPPED: {skipped}"
    for promise in found["broken"]:
        yield f"  NOT KEPT: {promise}"


def points(measured: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The points of a sweep: what was varied, and the speed there."""
    for point in measured.get("points", ()):
        what = next(name for name in ("bytes", "invoices", "workers") if name in point)
        share = f", {number(point['gate_to_floor'], '×')} of the floor" if "gate_to_floor" in point else ""
        yield f"{point[what]:,} {what}", f"{number(point['flows_per_second'], '/s')}{share}"


def number(value: float | None, unit: str) -> str:
    """A figure with as many digits as mean anything, and its unit."""
    if value is None:
        return "not measured"
    digits = 0 if abs(value) >= _WHOLE or value == int(value) else 1 if abs(value) >= _TENTHS else 2
    shown = f"{value:,.{digits}f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"  # noqa: PLR2004 - shown whole
    return f"{shown} {unit}".rstrip()


def target(row: Mapping[str, Any]) -> str:
    """What a figure is held to, in words; empty for none."""
    if row["least"] is not None:
        return f"at least {number(row['least'], row['unit'])}"
    return f"at most {number(row['most'], row['unit'])}" if row["most"] is not None else ""


def mark(reached: bool | None) -> str:  # noqa: FBT001 - it is the value that is worded
    """Whether a target was met, in a word; empty where there is none or nothing was measured."""
    return "" if reached is None else "met" if reached else "MISSED"
