"""The figures in docs/performance.md: the page has the shape of what the bench measures, whatever the figures."""

from __future__ import annotations

import re
from typing import Any

from bench import page
from bench.cases import CASES, met, value_of
from bench.report import figures

MACHINE = {
    "processor": "a processor", "cores": 2, "memory_gigabytes": 8, "file_system": "ext4", "system": "Linux",
    "edigate": "0.1.0", "python": "3.11.7", "lxml": "6", "libxml2": "2", "sqlite": "3",
}  # fmt: skip


def report(*names: str) -> dict[str, Any]:
    """A report on these cases, each without a single figure."""
    cases = {
        case.name: {
            "at": "2026-11-21T18:00:00+00:00", "commit": "abc", "load": 0.1, "terms": dict(case.full), "measured": {},
            "figures": figures(case.name, {}, case.full), "broken": [],
        }
        for case in CASES
        if case.name in names
    }  # fmt: skip
    return {"at": "2026-11-21T18:00:00+00:00", "machine": MACHINE, "cases": cases}


def written() -> str:
    """What stands on the page between the marks."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.count(page.BEGIN) == text.count(page.END) == 1
    return text.partition(page.BEGIN)[2].partition(page.END)[0]


def test_the_page_has_a_heading_for_every_case_in_the_order_of_the_registry() -> None:
    """A case that is new, gone or renamed must be written anew with `make bench-page`."""
    assert re.findall("^### `(.+)`: (.+)$", written(), re.MULTILINE) == [(case.name, case.says) for case in CASES]


def test_the_page_tells_every_figure_of_each_case_that_was_measured_with_its_target() -> None:
    """Rows have the words, the units and the targets of the registry."""
    parts = re.split("^### `(.+)`: .+$", written(), flags=re.MULTILINE)[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        if "Not measured yet" in text:
            continue
        bare = page.section(report(name)).partition(f"### `{name}`")[2].partition("###")[0]
        rows = re.findall(r"^\| (?!step|round)(.+?) \| not measured \| (.*?) \|", bare, re.MULTILINE)
        assert rows == re.findall(r"^\| (?!step|round)(.+?) \| [\d.,e-]+ ?\S* \| (.*?) \|", _first(text), re.MULTILINE)


def _first(text: str) -> str:
    """The first table, which is that of the figures where there are any."""
    return next((block for block in text.split("\n\n") if "| target |" in block), "")


def test_only_what_is_between_the_marks_is_written_anew() -> None:
    """Prose before and behind stays."""
    before = f"# Title\n\n{page.BEGIN}\n\nold\n{page.END}\n\nProse.\n"

    assert page.replaced(before, "new") == before.replace("old", "new")


def test_what_was_skipped_or_not_kept_is_told() -> None:
    """A reason stands below the heading, in place of or beside the figures."""
    found = report("single", "start")
    found["cases"]["single"]["broken"] = ["flows: 1 instead of 2"]
    found["cases"]["start"]["measured"]["skipped"] = "nothing is installed"

    text = page.section(found)

    assert "**Not kept**: flows: 1 instead of 2." in text
    assert "Skipped: nothing is installed." in text
    assert text.count("Not measured yet") == len(CASES) - 2


def test_a_target_may_be_a_least_or_a_most() -> None:
    """0.7 of the floor is enough, 0.69 is not; 0.25 s is quick enough, 0.26 is not; no figure is neither."""
    known = {case.name: {figure.key: figure for figure in case.figures} for case in CASES}
    floor, start = known["single"]["gate_to_floor"], known["start"]["help_seconds"]

    assert [met(floor, value) for value in (0.7, 0.69, None)] == [True, False, None]
    assert [met(start, value) for value in (0.25, 0.26)] == [True, False]
    assert met(known["single"]["flows_per_second"], 1.0) is None
    assert value_of({"a": {"b c": 2.5}}, "a.b c") == 2.5
    assert value_of({"a": None}, "a.b c") is None
