"""The table of fields and settings by code says what the source says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import edigate
from edigate.config import Settings
from edigate.domain.explain import label
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fault_examples import EXAMPLES
from edigate.domain.fault_places import FIELDS_OF, SETTINGS_OF
from tests.unit.domain.applied_examples import APPLIED

SOURCE = Path(edigate.__file__).parent
UNPLACED = {f"EDG-F{number}" for number in (101, 102, 103, 104, 106, 107, 108, 109, 110)}
"""Of the syntax of a document: any of its elements may be meant."""


def raised() -> set[tuple[str, str]]:
    """Every code and field that the source makes a fault of, where both are literal; an index counts for any."""
    found = set()
    for path in sorted(set(SOURCE.rglob("*.py")) - set((SOURCE / "docs").iterdir())):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(args=[ast.Constant(value=str(code)), ast.Constant(value=str(field)), *_]) if (
                    code in FAULTS
                ):
                    found.add((code, re.sub(r"\[[0-9]+\]", "[]", field)))
    return found


def test_every_code_has_its_fields_or_speaks_of_any_element() -> None:
    """A new code says what it is about."""
    assert FIELDS_OF.keys() == FAULTS.keys() - UNPLACED
    assert SETTINGS_OF.keys() <= FAULTS.keys()


@pytest.mark.parametrize("code", FIELDS_OF)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_a_name(code: str, language: str) -> None:
    """No key of the code is shown to a reader."""
    for field in FIELDS_OF[code]:
        assert re.match("[A-ZÀÉ]", label(field, language)), field


def test_the_source_speaks_of_these_fields_and_no_others() -> None:
    """Wherever it names both code and field."""
    found = raised()
    assert found
    assert [(code, field) for code, field in sorted(found) if field not in FIELDS_OF.get(code, ())] == []


@pytest.mark.parametrize("code", APPLIED)
def test_the_fault_of_an_example_speaks_of_these_fields(code: str) -> None:
    """What is found in an example is said to be where the table has it."""
    example = EXAMPLES[f"EDG-{code}"]
    fields = {re.sub(r"\[[0-9]+\]", "[]", fault.field) for fault in APPLIED[code](example, example.wrong)}
    assert fields <= set(FIELDS_OF.get(f"EDG-{code}", fields))
    assert fields


@pytest.mark.parametrize("setting", sorted({setting for named in SETTINGS_OF.values() for setting in named}))
def test_every_setting_is_one(setting: str) -> None:
    """It has a place in `edigate.toml`, and words on its page."""
    table, key = setting.split(".")
    assert getattr(getattr(Settings(), table), key) is not None
