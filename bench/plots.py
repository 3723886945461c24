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
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=120)
    return files


def _sweep(axes: Axes, sweep: Sweep, points: list[dict[str, Any]]) -> None:
    scale = 1000 if sweep.key == "invoices" else 1
    along = [point[sweep.key] / scale for point in points]
    axes.plot(along, [point["flows_per_second"] for point in points], "o-", color=_GATE, label="gate")
    if all("floor_per_second" in point for point in points):
        axes.plot(along, [point["floor_per_second"] for point in points], "s--", color=_FLOOR, label="floor")
        _share(axes, along, points)
    if sweep.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    if sweep.key == "workers":
        axes.set_xticks(along)
    axes.set(title=sweep.title, xlabel=sweep.label, ylabel="throughput [flows/s]")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend()


def _share(axes: Axes, along: list[float], points: list[dict[str, Any]]) -> None:
    """Write beside each point what share of the floor the gate reaches there."""
    for where, point in zip(along, points, strict=True):
        axes.annotate(
            f"{point['gate_to_floor']:.2f} ×",
            (where, point["flows_per_second"]),
            textcoords="offset points",
            xytext=(0, -14),
            ha="center",
            fontsize=8,
            color=_SHARE,
        )
