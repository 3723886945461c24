"""Plots of the sweeps: throughput against flow size, invoices in the ledger and workers, as SVG and PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

NAME = "throughput"
_GATE, _FLOOR, _SHARE = "#0b5394", "#999999", "#b45f06"


class Sweep(NamedTuple):
    """One plot: the case it shows, what is varied, how that is labelled, and whether its axis is logarithmic."""

    case: str
    key: str
    title: str
    label: str
    logarithmic: bool


SWEEPS = (
    Sweep("sizes", "bytes", "Flow size", "size of a flow [bytes]", logarithmic=True),
    Sweep("ledgers", "invoices", "Ledger size", "invoices in the ledger [thousands]", logarithmic=False),
    Sweep("workers", "workers", "Workers", "worker processes", logarithmic=False),
)


def draw(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the sweeps that the report has, side by side, into one file of each kind. Returns the files."""
    there = [sweep for sweep in SWEEPS if report.get("cases", {}).get(sweep.case, {}).get("measured", {}).get("points")]
    if not there:
        return []
    figure = Figure(figsize=(5.2 * len(there), 4.2), layout="constrained")
    for axes, sweep in zip(figure.subplots(1, len(there), squeeze=False)[0], there, strict=True):
        _sweep(axes, sweep, report["cases"][sweep.case]["measured"]["points"])
    machine = report["machine"]
    figure.suptitle(
        f"edigate {machine['edigate']}, {machine['cores']} cores ({machine['processor']}), {machine['file_system']},"
        f" {report['at'][:10]}",
        fontsize=9,
    )
    files = [folder / f"{NAME}.svg", folder / f"{NAME}.png"]
    for file in files:
        figure.savefig(file, metadata={"Date": None, "Creator": None} if file.suffix == ".svg" else None, dpi=120)
    return files


def _sweep(axes: Axes, sweep: Sweep, points: list[dict[str, Any]]) -> None:
    scale = 1000 if sweep.key == "invoices" else 1
    along = [point[sweep.key] / scale for point in points]
    speeds = [point["flows_per_second"] for point in points]
    axes.plot(along, speeds, "o-", color=_GATE, label="gate")
    if sweep.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.margins(y=0.15)
    else:
        axes.set_ylim(0, 1.15 * max(speeds))
    if all("floor_per_second" in point for point in points):
        axes.plot(along, [point["floor_per_second"] for point in points], "s--", color=_FLOOR, label="floor")
        _shares(axes, along, speeds, [point["gate_to_floor"] for point in points], "of the floor")
    else:
        _shares(axes, along, speeds, [speed / speeds[0] for speed in speeds], "of the first")
    if sweep.key == "workers":
        axes.set_xticks(along)
    axes.set(title=sweep.title, xlabel=sweep.label, ylabel="throughput [flows/s]")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(loc="lower left" if sweep.logarithmic else "lower right")


def _shares(axes: Axes, along: list[float], speeds: list[float], shares: list[float], of: str) -> None:
    """Write beside each point what share the gate reaches there, and in the legend of what."""
    axes.plot([], [], " ", label=f"× {of}")
    for where, speed, share in zip(along, speeds, shares, strict=True):
        axes.annotate(
            f"{share:.2f} ×",
            (where, speed),
            textcoords="offset points",
            xytext=(0, -15),
            ha="center",
            fontsize=8,
            color=_SHARE,
        )
