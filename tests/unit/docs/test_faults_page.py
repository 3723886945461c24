"""The page of the fault codes is made from the catalogue and reads right as Markdown."""

from __future__ import annotations

import re

import pytest

from edigate.docs.faults import render
from edigate.domain.fault_catalogue import FAULTS

PAGE = render()


def test_the_page_is_the_same_each_time() -> None:
    """Generated pages are compared with what is committed, so nothing in them may vary."""
    assert render() == PAGE
    assert PAGE.endswith("|")


@pytest.mark.parametrize("code", FAULTS)
def test_every_code_has_its_section_and_its_row(code: str) -> None:
    """Each code is listed with a link to its section, which says rule, nature and severity."""
    row = FAULTS[code]
    section = PAGE.split(f"\n### {code}\n")[1].split("\n### ")[0]
    assert PAGE.count(f"| [{code}](#{code.lower()}) |") == 1
    assert f"nature: {row.nature} · severity: {row.severity}" in section
    assert row.rule in section
    for words in (row.words("fr").title, row.title_en):
        assert words in section


def test_table_rows_keep_their_columns() -> None:
    """No text breaks the table that it stands in."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| **")]
    assert len(rows) == 3 * len(FAULTS)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)


def test_marks_of_markdown_are_shown_as_they_are() -> None:
    """Names with underscores and a written-out ampersand read on the page as they do in a terminal."""
    assert r"FSO1116A\_ABC123\_ABC1231116000000000000001" in PAGE
    assert "«\N{NO-BREAK SPACE}&amp;amp;\N{NO-BREAK SPACE}»" in PAGE
