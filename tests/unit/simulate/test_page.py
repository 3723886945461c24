"""The tables of docs/scaling.md: they have the shape that the simulation writes, whatever the costs."""

from __future__ import annotations

import re

from simulate import costs, page
from simulate.year import HOUR


def test_the_page_has_the_tables_that_are_written_for_it() -> None:
    """The same heads, roles and rates; `make simulate-page` writes them anew."""
    text = page.PAGE.read_text(encoding="utf-8")
    written = text.partition(page.BEGIN)[2].partition(page.END)[0]

    assert text.count(page.BEGIN) == text.count(page.END) == 1
    assert re.search("^Costs: .+ of .+, on (PostgreSQL|the embedded ledger), ", written, re.MULTILINE)
    assert heads(written) == heads(page.section(costs.DEFAULTS, HOUR))


def heads(text: str) -> list[str]:
    """The first cell of every row, heads included."""
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]


def test_a_rate_takes_as_many_processes_as_its_costs_say() -> None:
    """2.4 ms for a flow, and 10 ms of commits for 64, at 70 %: 1,000 a second take 4 processes, 10,000 take 37."""
    known = costs.Costs("test", {role: costs.Cost(0.0, 0.0024) for role in costs.ROLES})
    rows = [line.split("|")[3].strip() for line in page.section(known, HOUR).splitlines() if line.startswith("| 1")]

    assert rows[:3] == ["1", "4", "37"]
