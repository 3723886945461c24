"""Replays a year and prints how long flows wait, or how many processes it takes that they wait no longer than told.

`python -m simulate [--invoices-per-year N | --per-second R] [--peak P] [--flow-size K] [--intake N] [--work N]
[--deliver N] [--within SECONDS]`. What comes when stands in simulate/load.py, what the steps cost in the newest report
of the bench, or in simulate/costs.py. A plot of the year goes to build/simulate. docs/scaling.md says more.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulate import costs, load, search, year

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulate.queues import Array, Stage

BUILD = Path(__file__).parents[1] / "build" / "simulate"
YEAR = 365 * 24 * 3600


def main() -> int:
    """Replay, print, plot; exit status 1 where the year ends with flows that still wait."""
    arguments = _arguments()
    known = costs.known(arguments.report)
    invoices = arguments.per_second * YEAR if arguments.per_second else arguments.invoices_per_year * load.EDI_SHARE
    rates = load.rates(arguments.year, invoices, arguments.peak) / arguments.flow_size
    coming = year.arrivals(rates, arguments.slot, arguments.at_once, np.random.default_rng(arguments.seed))
    given = {role: getattr(arguments, role) or 1 for role in costs.ROLES}
    if arguments.within:
        given = search.fewest(coming, arguments.slot, known, arguments.flow_size, arguments.within)
    stages = costs.stages(known, given, arguments.flow_size)
    found = year.replay(coming, stages, arguments.slot)
    busiest = year.busiest(rates, stages, arguments.at_once, np.random.default_rng(arguments.seed + 1))
    for line in _lines(arguments, known, rates, stages, found, busiest):
        print(line)
    _draw(rates * arguments.flow_size, found, arguments)
    return 1 if found.left_over > coming[-int(year.HOUR / arguments.slot) :].sum() else 0


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulate", description="Replay a year of load.")
    parser.add_argument("--invoices-per-year", type=float, default=load.INVOICES_2023, help="of which half come by EDI")
    parser.add_argument("--per-second", type=float, default=0.0, help="EDI invoices on the mean of the year, instead")
    parser.add_argument("--peak", type=float, default=0.0, help="the busiest hour as a multiple of the mean")
    parser.add_argument("--flow-size", type=float, default=round(load.INVOICES_PER_FLOW, 2), help="invoices in a flow")
    parser.add_argument("--at-once", type=int, default=load.FLOWS_AT_ONCE, help="flows that are dropped together")
    for role in costs.ROLES:
        parser.add_argument(f"--{role}", type=int, default=0, help="processes of this role")
    parser.add_argument("--within", type=float, default=0.0, help="search the fewest: 99 %% wait at most so long [s]")
    parser.add_argument("--cores", type=int, default=2, help="of a host, for the count of hosts")
    parser.add_argument("--slot", type=float, default=5.0, help="seconds told apart")
    parser.add_argument("--year", type=int, default=2026, help="whose days are taken")
    parser.add_argument("--seed", type=int, default=78)
    parser.add_argument("--report", type=Path, default=costs.REPORT, help="of the bench")
    parser.add_argument("--into", type=Path, default=BUILD, help="where the plot goes")
    return parser.parse_args(given)


def _lines(
    arguments: argparse.Namespace,
    known: costs.Costs,
    rates: Array,
    stages: tuple[Stage, ...],
    found: year.Year,
    busiest: tuple[float, year.Delays],
) -> Iterator[str]:
    size = arguments.flow_size
    yield f"Costs: {known.source}; {costs.COMMIT_SECONDS * 1000:.0f} ms a commit are assumed."
    yield (
        f"Load: {found.flows:,.0f} flows of {size:g} invoices; {rates.mean() * size:,.2f} invoices/s on the mean,"
        f" {rates.max() * size:,.2f} in the busiest hour."
    )
    yield ""
    yield f"{'role':<9}{'processes':>10}{'hosts':>7}{'flows/s':>10}{'mean use':>10}{'busiest':>9}"
    for stage in stages:
        hosts = math.ceil(stage.servers / arguments.cores)
        use = (rates.mean() / stage.capacity, rates.max() / stage.capacity)
        yield f"{stage.name:<9}{stage.servers:>10,}{hosts:>7,}{stage.capacity:>10,.0f}{use[0]:>10.1%}{use[1]:>9.1%}"
    yield ""
    yield f"{'waiting over the year':<28}{'mean':>10}{'p50':>10}{'p95':>10}{'p99':>10}{'most':>10}"
    for name, told in (("in all", found.in_all), *found.at_stages.items()):
        shown = (_time(value) if value >= arguments.slot else f"< {_time(arguments.slot)}" for value in told)
        yield f"  {name:<26}{''.join(f'{value:>10}' for value in shown)}"
    yield "followed flow by flow from an empty start, the work included:"
    seconds, taken = busiest
    yield f"{f'  {_time(seconds)} at the busiest':<28}{''.join(f'{_time(value):>10}' for value in taken)}"
    yield ""
    rows = rates * (costs.ROWS_PER_FLOW + costs.ROWS_PER_INVOICE * size)
    yield (
        f"The ledger takes {rows.mean():,.0f} new rows/s on the mean, {rows.max():,.0f} in the busiest hour;"
        f" at most {max(costs.BATCH.values())} flows share a commit."
    )
    if found.left_over >= 1:
        yield f"At the end of the year {found.left_over:,.0f} flows still wait."


def _time(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds * 1000:,.0f} ms"


def _draw(invoices: Array, found: year.Year, arguments: argparse.Namespace) -> None:
    from simulate import plot  # noqa: PLC0415 - matplotlib takes half a second

    arguments.into.mkdir(parents=True, exist_ok=True)
    for file in plot.draw(invoices, found, arguments.into):
        print(f"simulate: {file}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
