"""Why a flow waits, in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import edigate
from edigate.domain.holds import HOLD_REASONS, explain_hold

_GIVEN = re.compile(r"(?:\b(?:Waits|Hold)\(\s*|\breason = |\bHOLD_[A-Z]+ = )\"([a-z_]+)\"")


def test_every_reason_that_the_gate_gives_is_explained() -> None:
    """The table has a row for each reason in the code, and no other."""
    sources = (path.read_text(encoding="utf-8") for path in Path(edigate.__file__).parent.rglob("*.py"))

    assert {reason for text in sources for reason in _GIVEN.findall(text)} == set(HOLD_REASONS)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("reason", HOLD_REASONS)
def test_each_reason_says_why_and_what_to_do(reason: str, language: str) -> None:
    """Both are sentences, and differ from language to language."""
    words = explain_hold(reason, language)

    assert words.why.endswith(".")
    assert words.remedy.endswith(".")
    assert explain_hold(reason, "fr") != explain_hold(reason, "en")


def test_a_reason_of_another_version_shows_as_it_is() -> None:
    """A reason that this version does not know is shown, with the one remedy that always helps."""
    words = explain_hold("moon_phase", "en")

    assert words.why == "moon_phase"
    assert "edigate held release" in words.remedy
