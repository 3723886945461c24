"""`edigate explain`: what a fault code means, without any gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fault_examples import EXAMPLES
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site


@pytest.mark.parametrize("named", ["EDG-I043", "edg-i043", "i043", "I43"])
def test_a_code_is_explained_however_it_is_written(shown_empty: Site, named: str) -> None:
    """Title, rule, kind, field, reason, message, remedy and example in the language asked for; short forms will do."""
    (told,) = shown_empty.json("explain", named)
    row, example = FAULTS["EDG-I043"], EXAMPLES["EDG-I043"]

    assert told == {
        "code": "EDG-I043", "rule": row.rule, "nature": row.nature.value, "severity": row.severity.value,
        "fields": ["Supplier’s identifier (BT-30)"], "settings": ["rules.siret_luhn"],
        "title": row.title_en, "why": example.why_en, "message": row.message_en, "remedy": row.remedy_en,
        "wrong": example.wrong, "right": example.right,
    }  # fmt: skip
    french = fold(shown_empty.run("explain", named, lang="fr").out)
    assert row.title_fr in french
    assert "à faire :" in french
    assert "champ : Identifiant du fournisseur (BT-30)" in french


def test_the_example_is_shown_line_by_line(shown_empty: Site) -> None:
    """As it would stand in a document, to be copied; the reason before it."""
    example = EXAMPLES["EDG-F107"]
    shown = shown_empty.run("explain", "F107").out

    assert fold(example.why_en) in fold(shown)
    for snippet in (example.wrong, example.right):
        assert "\n".join(f"    {line}" for line in snippet.splitlines()) in shown


def test_several_codes_are_explained_each_once(shown_empty: Site) -> None:
    """In the order asked for."""
    assert [one["code"] for one in shown_empty.json("explain", "F101", "I043", "EDG-F101")] == ["EDG-F101", "EDG-I043"]


def test_a_rule_of_the_regulation_names_its_codes(shown_empty: Site) -> None:
    """Every code that has it as its rule."""
    codes = [one["code"] for one in shown_empty.json("explain", "g2.07")]

    assert codes == [code for code, row in FAULTS.items() if row.rule == "G2.07"] != []


def test_an_unknown_code_names_the_nearest(shown_empty: Site) -> None:
    """And says how to list all."""
    answer = shown_empty.run("explain", "EDG-I999", expect=1)

    assert "There is no fault code EDG-I999." in answer.err
    assert "Did you mean EDG-I" in answer.err
    assert "Vouliez-vous dire" in shown_empty.run("explain", "I-990", lang="fr", expect=1).err


def test_without_a_code_all_are_listed(shown_empty: Site) -> None:
    """Each with its title."""
    assert [one["code"] for one in shown_empty.json("explain")] == list(FAULTS)
    text = shown_empty.run("explain").out
    assert all(code in text for code in FAULTS)
