"""The plot of a year: what comes, and how long it waits at most, hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from simulate.queues import Array
    from simulate.year import Year

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEAST_SHOWN = 1.0


def draw(invoices: Array, found: Year, folder: Path) -> list[Path]:
    """Draw the year below each other: invoices a second, and the longest wait of each hour. Returns the files."""
    days = np.arange(invoices.size) / 24
    figure = Figure(figsize=(11, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(days, invoices, linewidth=0.4, color="#0b5394")
    above.set(title="Load", ylabel="EDI invoices [1/s], hourly")
    below.plot(days[: found.by_hour.size], np.maximum(found.by_hour, LEAST_SHOWN), linewidth=0.4, color="#b45f06")
    below.set(title="Waiting", ylabel="longest wait of the hour [s], from 1 s", yscale="log", xlabel="month")
    starts = np.linspace(0, days[-1], len(MONTHS), endpoint=False)
    below.set_xticks(starts, MONTHS)
    for axes in (above, below):
        axes.grid(visible=True, alpha=0.25)
    files = [folder / "year.svg", folder / "year.png"]
    for file in files:
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=120)
    return files
