"""Which patterns a structure may state for its own numbers, and what they match."""

from __future__ import annotations

import re
from functools import partial

import pytest

from edigate.domain.forms import LONGEST_FORM, LONGEST_TEXT, complaint, fits
from tests.effort import slower


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("[0-9]{5,6}", ["12345", "123456"], ["1234", "1234567", "12345a", "12345\n", "١٢٣٤٥"]),
        (r"\d{4}-[A-Z]+", ["2026-AB"], ["2026-", "26-AB", "2026-ab"]),
        ("(?:BC|EJ)?[0-9]{8}", ["BC12345678", "12345678"], ["XX12345678"]),
        ("(A|B){2}x*", ["AB", "BAxx"], ["A", "ABy"]),
        ("^[^0-9]{1,}$", ["abc"], ["", "a1"]),
        ("[]x]{,3}", ["", "]x]"], ["]x]x"]),
        (r"\[\{.\}\]", ["[{a}]"], ["[a]"]),
        ("", ["", "anything at all"], []),
    ],
)
def test_a_form_matches_whole_numbers(form: str, good: list[str], bad: list[str]) -> None:
    """A number has the form from end to end or not at all; digits and letters are those of ASCII."""
    assert complaint(form) is None
    assert [fits(form, text) for text in (*good, *bad)] == [True] * len(good) + [False] * len(bad)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("x" * (LONGEST_FORM + 1), "longer than 200"),
        ("([0-9]+)+", "too many ways"),
        ("(?:[0-9]*)*x", "too many ways"),
        ("(a|a)*", "too many ways"),
        ("(?:a|a)" * 25, "too many ways"),
        ("(?:x|y){30}", "too many ways"),
        ("a?" * 25 + "a" * 25, "too many ways"),
        (".*.*.*.*x", "too many ways"),
        ("((((a{1,9}){1,9}){1,9}){1,9}){1,9}", "too many ways"),
        ("(", "no regular expression"),
        ("a)", "no regular expression"),
        ("[a", "no regular expression"),
        ("a**", "no regular expression"),
        ("{5}", "no regular expression"),
        ("[[a]", "no regular expression"),
        ("\\", "no regular expression"),
        ("a+?", "does not follow another"),
        ("a{2}+", "does not follow another"),
        (r"(a)\1", "not allowed"),
        (r"\bA", "not allowed"),
        ("(?=a)a", "(?: )"),
        ("(?P<n>a)", "(?: )"),
        ("(?i:a)", "(?: )"),
        ("a{2", r"“\{”"),
        ("a{1000}", r"“\{”"),
    ],
)
def test_a_form_that_is_not_taken_is_told_why(form: str, said: str) -> None:
    """What is no pattern, what is too rich and what could take long to match is refused, in both languages."""
    found = complaint(form)

    assert found is not None
    assert said in found[1]
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("a?" * 19 + "a" * LONGEST_TEXT, "a" * (LONGEST_TEXT - 1) + "b"),
        ("(?:a{1,2}){19}b", "a" * LONGEST_TEXT),
        (".*.*[ab]?[ab]?c", "a" * LONGEST_TEXT),
        ("[ab]+[ab]+[ab]{1,80}c", "ab" * 50),
        ("(?:a*|a*)(?:a*|a*)(?:a{1,20})[bc]", "a" * LONGEST_TEXT),
    ],
)
def test_what_is_taken_is_quick_at_its_worst(form: str, text: str) -> None:
    """Patterns at the limit, against texts that just miss them, take as long as some million ways, not for ever."""
    ways = re.compile("a?" * 16 + "a" * 16)  # 65,536 of them

    assert complaint(form) is None
    assert not fits(form, text)
    assert slower(partial(fits, form, text), partial(ways.fullmatch, "a" * 15 + "b")) < 200
