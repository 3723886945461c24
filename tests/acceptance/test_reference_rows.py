"""No row of the reference's tables is without a test that there is, unless it is said why (reference §3 to §13)."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.gates import SHARED
from tests.acceptance.reference_rows import FILES, PROSE, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.acceptance.reference_rows import Row

    Nodes = Mapping[str, Sequence[str]]

REFERENCE = SHARED / "reference" / "chorus-pro-edi.md"
TABLES = SHARED / "reference" / "chorus"
BULLET = re.compile(r" *(?:\*|\d+\.) ")
HEADER_LINES = 2
needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="needs the shared reference (EDIGATE_SHARED)")


@pytest.fixture(scope="module")
def nodes(request: pytest.FixtureRequest) -> Nodes:
    """The tests that pytest collects, by file: those of this session, and those of files that it leaves out."""
    collected = {item.nodeid.removeprefix("tests/") for item in request.session.items}
    named = {test.partition("::")[0] for row in every_row() for test in row.tests}
    missing = named - whole_files(collected, request.session)
    found: dict[str, list[str]] = {}
    for node in collected | set(collect(request.config.rootpath / "tests", missing)):
        found.setdefault(node.partition("::")[0], []).append(node)
    return found


def every_row() -> Iterator[Row]:
    """Every row of ours, those of the files too where they are there."""
    yield from (row for rows in SECTIONS.values() for row in rows)
    if TABLES.exists():
        yield from (row for name in FILES for _, row in lines_of(name))


def lines_of(name: str) -> Iterator[tuple[list[str], Row]]:
    """Each line of a file with the row of ours that holds it."""
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        for cells in list(csv.reader(file))[1:]:
            yield cells, FILES[name](tuple(cells))


def whole_files(collected: set[str], session: pytest.Session) -> set[str]:
    """The files of which nothing was left out, be it by name, by marker or by node id."""
    config = session.config
    narrowed = (
        config.option.keyword
        or config.option.markexpr
        or getattr(config.option, "lf", False)
        or any("::" in chosen for chosen in config.args)
    )
    return set() if narrowed else {node.partition("::")[0] for node in collected}


def collect(folder: object, files: Iterable[str]) -> Iterator[str]:
    """The tests of some files, collected apart."""
    paths = sorted(files)
    if paths:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *paths]
        done = subprocess.run(command, cwd=str(folder), capture_output=True, text=True, check=True)
        yield from (line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line)


def there(test: str, nodes: Nodes) -> bool:
    """Whether some test bears this name."""
    parts = (re.escape(part) for part in test.split("*"))
    pattern = re.compile(".*".join(parts) + ("" if "[" in test else r"(\[.*\])?"), re.DOTALL)
    return any(map(pattern.fullmatch, nodes.get(test.partition("::")[0], ())))


def reference_rows(number: str) -> list[str]:
    """The rows of a section: lines of tables by their first cell, bullets, and paragraphs where they are rows."""
    text = REFERENCE.read_text(encoding="utf-8")
    _, start, rest = re.split(rf"^(#{{2,3}} {re.escape(number)}[. ].*)$", text, maxsplit=1, flags=re.MULTILINE)
    assert start
    body = re.split(r"^#{2,3} |^\*\*\(b\)", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return list(rows_of(re.sub(r"^```.*?^```", "", body, flags=re.MULTILINE | re.DOTALL), number in PROSE))


def rows_of(body: str, prose: bool) -> Iterator[str]:  # noqa: FBT001
    """The rows of a text without code."""
    for block in re.split(r"\n\s*\n", body):
        lines = [line for line in block.splitlines() if line.strip("- ")]
        table = [line for line in lines if line.startswith("|")]
        yield from (line.split("|")[1].strip() for line in table[HEADER_LINES:])
        texts = [line for line in lines if not line.startswith("|")]
        bullets = [at for at, line in enumerate(texts) if BULLET.match(line)]
        if prose and texts and bullets[:1] != [0]:
            yield " ".join(texts[: bullets[0]] if bullets else texts)
        for at, after in pairwise([*bullets, len(texts)]):
            yield " ".join(texts[at:after])


@pytest.mark.parametrize("number", SECTIONS)
def test_every_test_that_a_row_names_is_there(nodes: Nodes, number: str) -> None:
    """Pytest collects it; a row without tests says why."""
    for row in SECTIONS[number]:
        assert bool(row.tests) is not bool(row.left_out), row.mark
        assert [test for test in row.tests if not there(test, nodes)] == [], row.mark


@needs_reference
@pytest.mark.parametrize("number", SECTIONS)
def test_no_row_of_a_section_is_forgotten(number: str) -> None:
    """Each row of the reference has its own here, in its order, known by a word of it."""
    rows, ours = reference_rows(number), SECTIONS[number]

    assert [(row[:60], own.mark) for row, own in zip(rows, ours, strict=False) if own.mark not in row] == []
    assert len(rows) == len(ours)


@needs_reference
def test_no_file_beside_the_reference_is_forgotten() -> None:
    """Each table of the channel's own has its rows here."""
    assert {path.name for path in TABLES.glob("*.csv")} == set(FILES)


@needs_reference
@pytest.mark.parametrize("name", FILES)
def test_no_line_of_a_file_is_forgotten(nodes: Nodes, name: str) -> None:
    """Each line has tests that pytest collects, or the reason why it has none."""
    lines = list(lines_of(name))

    assert lines
    for cells, row in lines:
        assert bool(row.tests) is not bool(row.left_out), cells
        assert [test for test in row.tests if not there(test, nodes)] == [], cells


def test_what_is_left_out_is_little() -> None:
    """What the channel's tables have and this gate does not is counted, so that nothing joins it unseen."""
    left_out = [row.mark for rows in SECTIONS.values() for row in rows if row.left_out]

    assert left_out == [
        *("FEN1201A", "CEN0036A", "FAR37", "Mixed-flow", "S3", "service MOE", "B goods", "delegated validator"),
        "list of API",
    ]
