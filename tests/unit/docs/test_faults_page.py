"""The page of the fault codes is made from the catalogue and reads right as Markdown."""

from __future__ import annotations

import re

import pytest

from edigate.docs import settings
from edigate.docs.faults import GROUPS, render
from edigate.domain.explain import label
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fault_examples import EXAMPLES
from edigate.domain.fault_places import FIELDS_OF, SETTINGS_OF

PAGE = render()


def section_of(code: str) -> str:
    """What the page says of a code."""
    return re.split(r"\n##", PAGE.split(f"\n### {code}\n")[1])[0]


def as_written(text: str) -> str:
    """A text as Markdown has it in a table."""
    return re.sub(r"[\\`*_<]", r"\\\g<0>", text).replace("&", "&amp;").replace("|", "\\|")


def test_the_page_is_the_same_each_time() -> None:
    """Generated pages are compared with what is committed, so nothing in them may vary."""
    assert render() == PAGE
    assert PAGE.endswith("```")


@pytest.mark.parametrize("code", FAULTS)
def test_every_code_has_its_section_and_its_row(code: str) -> None:
    """Each code is listed once with a link to its section, which says all that the catalogue knows of it."""
    row, example, section = FAULTS[code], EXAMPLES[code], section_of(code)
    assert PAGE.count(f"| [{code}](#{code.lower()}) |") == 1
    assert PAGE.count(f"\n### {code}\n") == 1
    assert f"nature: {row.nature} · severity: {row.severity}" in section
    assert row.rule in section
    for language in ("fr", "en"):
        for text in (*row.words(language), example.why(language)):
            assert as_written(text) in section
    assert section.count("```") == 4
    assert f"\n{example.wrong}\n```" in section
    assert f"\n{example.right}\n```" in section


@pytest.mark.parametrize("code", FAULTS)
def test_a_section_names_the_business_fields(code: str) -> None:
    """Each field of the code has its name and term in both languages; an element of any kind is said to be one."""
    section = section_of(code)
    for language in ("fr", "en"):
        named = [label(field, language) for field in FIELDS_OF.get(code, ())]
        assert all(name in section for name in named)
    assert ("the one that the path names" in section) is (code not in FIELDS_OF)


@pytest.mark.parametrize("code", SETTINGS_OF)
def test_a_section_names_the_settings_that_matter(code: str) -> None:
    """Each stands there with a link to the page that has it."""
    for setting in SETTINGS_OF[code]:
        assert f"[`{setting}`](settings.md#{setting.split('.')[0]})." in section_of(code)
        assert f"## `[{setting.split('.')[0]}]`" in settings.render()
        assert f"| `{setting.split('.')[1]}` |" in settings.render()


def test_every_code_is_in_one_group() -> None:
    """The groups follow each other, and none leaves a code out or is empty."""
    codes = [code.removeprefix("EDG-") for code in FAULTS]
    assert [code for group in GROUPS for code in codes if group.first <= code <= group.last] == codes
    assert all(any(group.first <= code <= group.last for code in codes) for group in GROUPS)


def test_the_contents_lead_to_each_group() -> None:
    """A link for every heading, and a heading for every link."""
    linked = re.findall(r"\]\(#((?!edg-)[^)]+)\)", PAGE)
    headings = [heading for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE) if heading != "Contents"]
    assert linked == [re.sub("[:,]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_table_rows_keep_their_columns() -> None:
    """No text breaks the table that it stands in."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| **")]
    assert len(rows) == 3 * len(FAULTS)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)


def test_marks_of_markdown_are_shown_as_they_are() -> None:
    """Names with underscores and a written-out ampersand read on the page as they do in a terminal."""
    assert r"FSO1116A\_ABC123\_ABC1231116000000000000001" in PAGE
    assert "«\N{NO-BREAK SPACE}&amp;amp;\N{NO-BREAK SPACE}»" in PAGE
