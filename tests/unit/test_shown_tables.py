"""Tables that fit are written without Rich, byte for byte as Rich would."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper

import pytest
from rich.cells import cell_len
from rich.text import Text

from edigate.cli import common, rows
from edigate.domain.wording import printable

PLAIN = {"COLUMNS": "120"}
COLOURED = {"COLUMNS": "120", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
BOLD_ALONE = COLOURED | {"NO_COLOR": "1"}
TABLES = {
    "states": [("a.xml", "held", 1), ("b.xml", "decided", None), ("", "failing", "12/30"), ("d.xml", "", "")],
    "states first and last": [("held", "x", "rejected"), ("", "y", "integrated"), ("withdrawn", "", "in_progress")],
    "wide": [("facture_日本.xml", "partial", "é"), ("e\u0301.xml", "dead", "👩‍👩‍👧"), ("한국어", "taken", "½")],
    "spaces": [("  a  ", "held", " "), ("\u00a0", "zzz", "b ")],
    "lines and colours inside": [("a", "held", Text("one\nanother")), (Text("b").append("c", style="red"), "held", "")],
    "controls": [("\x1b[31m\t\r\n", "held", "[bold]x[/bold]")],
    "no rows": [],
}
COLUMNS: tuple[rows.Column, ...] = (
    ("Nom du fichier", lambda row: rows.coloured(row[0]) if str(row[0]) in {"held", "withdrawn"} else row[0]),
    ("État", lambda row: rows.coloured(row[1])),
    ("+", lambda row: rows.of_invoice(row[2]) if str(row[2]) in {"rejected", "integrated"} else row[2]),
)


def by_rich(found: list[tuple[object, ...]]) -> None:
    """Print what Rich makes of the same cells in columns as wide as their widest lines."""
    drawn = [[_text(cell(row)) for _, cell in COLUMNS] for row in found]
    table = common.table()
    table.padding, table.show_edge = (0, 1, 0, 0), False
    for place, (heading, _) in enumerate(COLUMNS):
        lines = (line for cells in drawn for line in cells[place].plain.splitlines())
        table.add_column(heading, width=max(map(cell_len, (heading, *lines))))
    for cells in drawn:
        table.add_row(*cells)
    common.out().print(table)


def _text(value: object) -> Text:
    return value if isinstance(value, Text) else Text(printable(str(value)) if value is not None else "")


@pytest.mark.parametrize("environment", [PLAIN, COLOURED, BOLD_ALONE], ids=["plain", "coloured", "bold alone"])
@pytest.mark.parametrize("found", TABLES.values(), ids=TABLES)
def test_a_table_that_fits_is_what_rich_would_make_of_it(
    found: list[tuple[object, ...]],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever is in its cells, with colours and without."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    rows.print_table(COLUMNS, found, fold="Nom du fichier")
    written = capsys.readouterr().out
    by_rich(found)

    assert written == capsys.readouterr().out
    assert ("\x1b[" in written) == (environment is not PLAIN)


def test_a_table_is_drawn_in_letters_that_the_stream_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it takes ASCII alone, the line below the headings is of ASCII, too."""
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    rows.print_table((("Name", lambda row: row),), ["a"])
    stream.flush()

    assert stream.buffer.getvalue().splitlines()[1] == b"----"
