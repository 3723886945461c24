"""Every code has an example; what it calls wrong is refused with that very code, what it calls right is taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.fault_examples import EXAMPLES
from tests.unit.domain.applied_examples import APPLIED, DECIDED_LATER, ELSEWHERE, forest

if TYPE_CHECKING:
    from edigate.domain.faults import Fault

MALFORMED = frozenset({"EDG-F101", "EDG-F103", "EDG-F063"})
"""Codes of which the wrong example is XML that is none: that is what they refuse."""


def codes(faults: list[Fault]) -> list[str]:
    """Each once, without the prefix."""
    return sorted({fault.code.removeprefix("EDG-") for fault in faults})


def test_every_code_has_an_example_and_no_other_has() -> None:
    """The page of the fault codes and `edigate explain` leave none out."""
    assert sorted(EXAMPLES) == list(FAULTS)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_says_why_in_both_languages(code: str) -> None:
    """A reason is a sentence of its own: not what message or remedy say already."""
    example, row = EXAMPLES[code], FAULTS[code]
    assert example.why_fr != example.why_en
    for language in ("fr", "en"):
        why = example.why(language)
        assert re.match(r"[A-ZÀÉ0]", why)
        assert why.endswith(".")
        assert "'" not in why
        assert why not in row.words(language)


@pytest.mark.parametrize("code", EXAMPLES)
def test_wrong_and_right_differ_and_are_the_same_piece(code: str) -> None:
    """Both are there; where they are XML, both are well formed, unless that is what is wrong."""
    example = EXAMPLES[code]
    assert example.wrong.strip() == example.wrong != example.right == example.right.strip()
    if not example.right.startswith("<"):
        return
    right = forest(example.right)
    assert right
    if code not in MALFORMED:
        assert set(forest(example.wrong)) <= set(right) or "<rsm:" in example.right
        return
    with pytest.raises(etree.XMLSyntaxError):
        forest(example.wrong)


def test_every_example_is_put_to_the_test_or_told_where_it_is() -> None:
    """Whoever adds a code decides how its example is shown to be one."""
    assert sorted({*APPLIED, *DECIDED_LATER, *ELSEWHERE}) == [code.removeprefix("EDG-") for code in FAULTS]
    assert not APPLIED.keys() & (DECIDED_LATER | ELSEWHERE)


@pytest.mark.parametrize("code", APPLIED)
def test_what_is_wrong_is_refused_with_this_code_alone(code: str) -> None:
    """Exactly the rule of the code is broken: nothing else is said of it but what follows from that."""
    example = EXAMPLES[f"EDG-{code}"]
    assert codes(APPLIED[code](example, example.wrong)) == [code]


@pytest.mark.parametrize("code", APPLIED)
def test_what_is_right_is_taken(code: str) -> None:
    """Nothing is said of it."""
    example = EXAMPLES[f"EDG-{code}"]
    assert codes(APPLIED[code](example, example.right)) == []
