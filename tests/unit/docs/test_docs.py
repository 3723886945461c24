"""The generated reference pages: written, compared, and saying what the tables say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate import catalogue, docs
from edigate.docs import PAGES, cadres, doctor, interfaces, stale, write
from edigate.docs.__main__ import main
from edigate.domain.cadres import CADRES, Cell
from edigate.domain.interfaces import Standing
from edigate.health.kinds import KINDS

if TYPE_CHECKING:
    from types import ModuleType

COMMITTED = Path(__file__).parents[3] / "docs" / "reference"


def rows(page: str, code: str) -> list[list[str]]:
    """The cells of every table row of a page that begins with a code."""
    lines = re.findall(rf"^\| `?{code}`?(?: \\\*)? \|.*$", page, flags=re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_the_repository_is_what_the_code_says(name: str) -> None:
    """No committed page is stale."""
    assert COMMITTED / f"{name}.md" not in stale(COMMITTED)


@pytest.mark.parametrize("page", [cadres, interfaces])
def test_a_page_tells_of_interfaces_that_wait_only_while_there_are_some(page: ModuleType) -> None:
    """What no row of the catalogue is any more is not explained."""
    assert all(row.standing is not Standing.NOT_YET for row in catalogue.interfaces().values())
    assert "not taken yet" not in page.render()


def test_what_is_written_is_not_stale(tmp_path: Path) -> None:
    """Pages go into a folder that need not exist, and are then what they should be."""
    folder = tmp_path / "docs" / "reference"
    write(folder)
    assert stale(folder) == []
    assert {path.stem for path in folder.iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_differs_or_is_missing_is_stale(tmp_path: Path, name: str) -> None:
    """One changed byte, or no file at all, makes a page stale, and only that page."""
    write(tmp_path)
    path = tmp_path / f"{name}.md"
    path.write_bytes(path.read_bytes() + b" ")
    assert stale(tmp_path) == [path]
    path.unlink()
    assert stale(tmp_path) == [path]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_is_the_same_each_time(page: docs.Page) -> None:
    """Rendering a page twice gives the same text."""
    assert page.render() == page.render()


def test_the_command_writes_then_finds_nothing_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes the pages, and its check then passes in silence."""
    assert main(["--folder", str(tmp_path)]) == 0
    assert main(["--check", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_check_names_the_stale_page_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check exits with 1, names what is stale with the remedy, and leaves it as it is."""
    write(tmp_path)
    stale_page = tmp_path / "cadres.md"
    stale_page.write_text("old", encoding="utf-8")
    assert main(["--check", "--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{stale_page}: stale, run `make docs`\n"
    assert stale_page.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("code", CADRES)
def test_a_cadre_stands_in_both_tables(code: str) -> None:
    """The page gives each cadre its labels and six cells, then its decision on the three classes of interface."""
    signs = {Cell.YES: "✓", Cell.NO: "✗", Cell.NOT_APPLICABLE: "N/A"}
    matrix, decision = rows(cadres.render(), code)
    assert matrix[1:3] == [CADRES[code].label_fr, CADRES[code].label_en]
    assert matrix[3:] == [signs[cell] for cell in CADRES[code].modes]
    assert len(decision) == 9


@pytest.mark.parametrize(
    ("code", "decisions"),
    [
        ("A1", ["accepted", "EDG-I151", "EDG-I149"]),
        ("A3", ["EDG-I146", "accepted", "EDG-I146"]),
        ("A4", ["accepted", "EDG-I151", "accepted"]),
        ("A5", ["EDG-I143", "EDG-I143", "EDG-I143"]),
        ("A21", ["EDG-I147", "EDG-I147", "EDG-I147"]),
    ],
)
def test_a_decision_is_shown_with_its_code(code: str, decisions: list[str]) -> None:
    """A cadre that is accepted says so, a refused one links to its fault."""
    cells = rows(cadres.render(), code)[1][3:6]
    shown = [
        decision if decision == "accepted" else f"[{decision}](faults.md#{decision.lower()})" for decision in decisions
    ]
    assert cells == shown


@pytest.mark.parametrize("code", catalogue.interfaces())
def test_every_interface_stands_in_one_row(code: str) -> None:
    """The page has one row for each interface, with its titles."""
    (row,) = rows(interfaces.render(), code)
    interface = catalogue.interfaces()[code]
    assert interface.title_fr in row
    assert interface.title_en in row


def test_a_withdrawn_interface_names_its_successor() -> None:
    """Whoever looks up a withdrawn interface learns what to use."""
    (row,) = rows(interfaces.render(), "FSO1101A")
    assert row[1] == "withdrawn: use `FSO1106A`"


def test_the_doctors_page_has_every_kind_with_its_words() -> None:
    """No template is left open in it."""
    page = doctor.render()

    assert all(len(rows(page, kind)) == 1 for kind in KINDS)
    assert "{" not in page
    assert rows(page, "folder.mode")[0][1] == "warning"
