"""The figures of docs/performance.md, written from the newest report: `python -m bench.page [REPORT]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import report, shown
from bench.cases import CASES, Case
from bench.measured import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "throughput.svg"
BEGIN = "<!-- figures: written by make bench-page, not by hand -->"
END = "<!-- end of the figures -->"


def main() -> int:
    """Write the section anew, and the plot beside the page."""
    newest = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "bench" / report.NEWEST
    found = report.load(newest)
    if found is None:
        print(f"page: {newest} is not there: run make bench first", file=sys.stderr)
        return 1
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), section(found)), encoding="utf-8")
    drawn = newest.with_name(PLOT.name)
    if drawn.exists():
        PLOT.write_bytes(drawn.read_bytes())
    return 0


def replaced(page: str, text: str) -> str:
    """The page with this text between its marks."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}"


def section(found: Mapping[str, Any]) -> str:
    """The machine, then a table for each case in the order of the registry, whether it was measured or not."""
    return "\n".join(
        [_machine(found["machine"]), "", *(line for case in CASES for line in _case(case, found["cases"]))]
    )


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gigabytes']} GB,"
        f" {machine['file_system']}; {machine['system']}; edigate {machine['edigate']}, Python {machine['python']},"
        f" lxml {machine['lxml']}, libxml2 {machine['libxml2']}, SQLite {machine['sqlite']}."
    )


def _case(case: Case, cases: Mapping[str, Any]) -> Iterator[str]:
    yield f"### `{case.name}`: {case.says}"
    yield ""
    found = cases.get(case.name)
    if found is None:
        yield from ("Not measured yet on this machine.", "")
        return
    terms = ", ".join(f"{key} {_term(value)}" for key, value in found["terms"].items())
    commit = f", commit `{found['commit']}`" if found["commit"] else ""
    yield f"{found['at'][:10]}{commit}; {terms}; load before it {found['load']}."
    if skipped := found["measured"].get("skipped"):
        yield f"Skipped: {skipped}."
    yield from (f"**Not kept**: {promise}." for promise in found["broken"])
    yield ""
    if found["figures"]:
        rows = (
            (row["says"], shown.number(row["value"], row["unit"]), shown.target(row), shown.mark(row["met"]))
            for row in found["figures"]
        )
        yield from table(("", "measured", "target", ""), rows)
    if points := list(shown.points(found["measured"])):
        yield from table((case.says, "throughput"), points)
    yield from _rounds(found["measured"])
    yield from _steps(found["measured"])


def _term(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _rounds(measured: Mapping[str, Any]) -> Iterator[str]:
    """Every single measure of the gate and of its floor, whose medians the table above tells."""
    rounds = measured.get("each_round", ())
    if len(rounds) > 1:
        count = measured["flows"]
        rows = (
            (str(number), *(f"{count / each[who]['seconds']:,.0f}" for who in ("gate", "floor")))
            for number, each in enumerate(rounds, start=1)
        )
        yield from table(("round", "gate [flows/s]", "floor [flows/s]"), rows)


def _steps(measured: Mapping[str, Any]) -> Iterator[str]:
    steps = measured.get("steps_seconds")
    if steps:
        per_flow = 1000 / measured["flows"]
        rows = ((f"`{step}`", f"{seconds:.2f}", f"{seconds * per_flow:.3f}") for step, seconds in steps.items())
        yield from table(("step", "seconds", "ms per flow"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table in Markdown, line by line, with an empty line behind it."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


if __name__ == "__main__":
    sys.exit(main())
