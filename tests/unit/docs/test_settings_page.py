"""The page of the settings: every key once, with its default, what it takes and its variable."""

from __future__ import annotations

import re

import pytest

from edigate import config
from edigate.docs import settings

PAGE = settings.render()


@pytest.mark.parametrize("key", config.all_keys())
def test_every_setting_has_its_row(key: str) -> None:
    """A row under its table, with all five cells filled and the variable that stands for it."""
    table, _, name = key.partition(".")
    section = PAGE.partition(f"## `[{table}]`")[2].partition("\n## ")[0]
    (row,) = re.findall(rf"^\| `{name}` \|.*\|$", section, flags=re.MULTILINE)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert all(cells)
    assert cells[-1] == f"`EDIGATE_{table}__{name}`".upper()


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("quiet_seconds", "number; 0 or more"),
        ("rescan_seconds", "number; more than 0"),
        ("batch_flows", "whole number; 1 or more"),
        ("siret_luhn", "`error`, `warning`"),
        ("format", "`console`, `json`"),
        ("take_a21", "`true`, `false`"),
        ("code", "text; six capitals or digits"),
    ],
)
def test_what_a_key_takes_comes_from_its_type_and_bounds(key: str, values: str) -> None:
    """Kinds, bounds, choices and forms are said."""
    (row,) = re.findall(rf"^\| `{key}` \|.*\|$", PAGE, flags=re.MULTILINE)
    assert f"| {values} |" in row
