"""The tables of docs/scaling.md, computed from the costs that are known: `python -m simulate.page`."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.page import table
from simulate import costs, load, search, year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulate.costs import Costs

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
BEGIN = "<!-- tables: written by make simulate-page, not by hand -->"
END = "<!-- end of the tables -->"
RATES = (10, 1_000, 10_000)
USE = 0.7
WITHIN = 60.0
SLOT = 10.0
SEED = 78
KILOBYTES = 10
_YEAR = 365 * 24 * 3600


def main() -> int:
    """Write the tables anew."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n\n{section(costs.known())}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


def section(known: Costs, slot: float = SLOT) -> str:
    """What a step costs, then what it takes for each rate: as it stands, and on the mean of a year in such slots."""
    return "\n".join((*_costs(known), *_steady(known), *_years(known, slot)))


def _costs(known: Costs) -> Iterator[str]:
    yield f"Costs: {known.source}, in processor cores like those of the bench."
    yield ""
    rows = (
        (f"`{role}`", f"{cost.per_flow * 1000:.2f}", f"{cost.per_invoice * 1000:.2f}", str(costs.COMMITS[role]))
        for role, cost in known.roles.items()
    )
    yield from table(("role", "ms for a flow", "ms for each invoice in it", "commits for a batch (assumed)"), rows)


def _steady(known: Costs) -> Iterator[str]:
    """One invoice a flow, at a rate that does not change."""
    stages = costs.stages(known, dict.fromkeys(costs.ROLES, 1), 1)
    rows = []
    for rate in RATES:
        counts = [math.ceil(rate / stage.capacity / USE) for stage in stages]
        inserted = rate * (costs.ROWS_PER_FLOW + costs.ROWS_PER_INVOICE)
        commits = sum(costs.COMMITS[role] / costs.BATCH[role] for role in costs.ROLES) * rate
        megabytes = rate * costs.COPIES * KILOBYTES / 1000
        rows.append(
            (
                f"{rate:,}",
                *(f"{count:,}" for count in counts),
                f"{inserted:,.0f}",
                f"{commits:,.1f}",
                f"{megabytes:,.1f}",
            )
        )
    yield f"A rate that holds, flows of one invoice of {KILOBYTES} kB, processes to {USE:.0%} of what they can:"
    yield ""
    head = ("invoices/s", *(f"`{role}`" for role in costs.ROLES), "new rows/s", "commits/s at least", "MB/s moved")
    yield from table(head, rows)


def _years(known: Costs, slot: float) -> Iterator[str]:
    """The mean of a year with its peaks."""
    size = round(load.INVOICES_PER_FLOW, 2)
    rows = []
    for rate in RATES:
        rates = load.rates(2026, rate * _YEAR) / size
        coming = year.arrivals(rates, slot, load.FLOWS_AT_ONCE, np.random.default_rng(SEED))
        counts = search.fewest(coming, slot, known, size, WITHIN)
        found = year.replay(coming, costs.stages(known, counts, size), slot)
        peak = f"{rates.max() * size:,.0f}"
        longest = f"{found.in_all.most:,.0f} s" if found.in_all.most >= slot else f"less than {slot:.0f} s"
        rows.append((f"{rate:,}", peak, *(f"{counts[role]:,}" for role in costs.ROLES), longest))
    yield f"The mean of a year (`make simulate`), the fewest with which 99 % wait {WITHIN:.0f} s at most:"
    yield ""
    head = ("invoices/s on the mean", "in the busiest hour", *(f"`{role}`" for role in costs.ROLES), "longest wait")
    yield from table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
