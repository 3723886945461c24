"""What a value of a file or of the environment becomes by a field's type, and the reason where it does not fit."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import pytest

from edigate.fitting import Form, Unfit, fitted, strictly_fitted, within


class Colour(StrEnum):
    """Two words."""

    RED = "red"
    BLUE = "blue"


def _short(value: object) -> str:
    text: str = fitted(str, value)
    if len(text) > 3:
        kind = "too_long"
        raise Unfit(kind, "write less", {"most": 3})
    return text


Short = Annotated[str, Form(_short, "three letters")]


@pytest.mark.parametrize(
    ("hint", "value", "meant"),
    [
        (str, "a", "a"),
        (int, 5, 5),
        (int, "5", 5),
        (int, " 1_000 ", 1000),
        (int, 5.0, 5),
        (int, "5.0", 5),
        (float, 5, 5.0),
        (float, "2.5", 2.5),
        (bool, True, True),
        (bool, "Yes", True),
        (bool, "off", False),
        (bool, 0, False),
        (Colour, "blue", Colour.BLUE),
        (Literal["a", "b"], "b", "b"),
        (Short, "abc", "abc"),
    ],
)
def test_a_value_is_made_what_the_field_takes(hint: object, value: object, meant: object) -> None:
    """Numbers and truths may be written as texts, as the environment does; the type is the field's."""
    found = fitted(hint, value)

    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("hint", "value", "kind"),
    [
        (str, 5, "text"),
        (int, "five", "whole"),
        (int, "5.5", "whole"),
        (int, 5.5, "whole"),
        (int, float("inf"), "whole"),
        (int, [5], "whole"),
        (int, 1e300, "most"),
        (int, 2**63, "most"),
        (float, 10**400, "number"),
        (float, float("inf"), "number"),
        (float, "much", "number"),
        (float, {}, "number"),
        (bool, "perhaps", "truth"),
        (bool, 2, "truth"),
        (bool, 0.5, "truth"),
        (bool, [], "truth"),
        (Colour, "green", "choice"),
        (Colour, [], "choice"),
        (Literal["a", "b"], "c", "choice"),
        (Short, "abcd", "too_long"),
        (Short, 5, "text"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(hint: object, value: object, kind: str) -> None:
    """Each kind of mistake has a word, by which it is told in other languages."""
    with pytest.raises(Unfit) as refused:
        fitted(hint, value)

    assert refused.value.kind == kind


def test_the_words_that_may_be_chosen_are_named() -> None:
    """In the order in which they are declared."""
    with pytest.raises(Unfit, match=r"^write 'a', 'b' or 'c'$") as refused:
        fitted(Literal["a", "b", "c"], "d")

    assert refused.value.limits == {"expected": "'a', 'b' or 'c'"}


@pytest.mark.parametrize(
    ("value", "bounds", "kind"),
    [
        (0, {"gt": 0}, "above"),
        (0, {"ge": 1}, "least"),
        (9, {"ge": 0, "le": 8}, "most"),
        (float("nan"), {"ge": 0}, "least"),
    ],
)
def test_a_value_keeps_to_its_bounds(value: float, bounds: dict[str, float], kind: str) -> None:
    """The bound that it breaks is named; what is no number keeps to none."""
    with pytest.raises(Unfit) as refused:
        within(value, bounds)

    assert refused.value.kind == kind
    assert set(refused.value.limits) <= set(bounds)


def test_a_value_within_its_bounds_passes() -> None:
    """The bounds themselves are within, but for the one that is to be passed."""
    within(1, {"ge": 1, "le": 1, "gt": 0})


@pytest.mark.parametrize(
    ("hint", "value", "path", "kind"),
    [
        (bool, "true", (), "truth"),
        (str, 5, (), "text"),
        (int, True, (), "whole"),
        (tuple[str, ...], "a", (), "list"),
        (tuple[Colour, ...], ["red", "green"], (1,), "choice"),
    ],
)
def test_strictly_nothing_stands_for_anything_else(
    hint: object, value: object, path: tuple[int, ...], kind: str
) -> None:
    """A text is no truth; of a list the item is named that does not fit."""
    with pytest.raises(Unfit) as refused:
        strictly_fitted(hint, value)

    assert (refused.value.kind, refused.value.path) == (kind, path)


def test_strictly_words_and_lists_become_what_they_name() -> None:
    """An enumeration has no other form in a file, and a tuple neither; what may be absent is given here."""
    assert strictly_fitted(tuple[Colour, ...], ["red"]) == (Colour.RED,)
    assert strictly_fitted(Colour | None, "blue") is Colour.BLUE
