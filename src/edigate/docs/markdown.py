"""The little Markdown that the generated pages need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A table with one line per row.

    >>> print(table(["Code", "Means"], [["A1", "a|b"], ["A2", ""]]))
    | Code | Means |
    |---|---|
    | A1 | a\|b |
    | A2 |  |
    """
    return "\n".join([_row(head), "|" + "---|" * len(head), *map(_row, rows)])


def code(text: str) -> str:
    """A text as code; nothing where there is none."""
    return f"`{text}`" if text else ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
