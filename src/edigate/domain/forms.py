"""The forms of a structure's own numbers: regular expressions so plain that no text takes long to match.

Python's matcher tries one way of sharing out a text after the other; a pattern is taken only where the number of these
ways, which its repetitions, options and alternatives multiply, is small. Nested repetitions never are.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.domain.wording import Pair

LONGEST_FORM = 200
LONGEST_HINT = 300
LONGEST_TEXT = 100  # a service code; what is longer has a fault of its own and is not matched
MOST_WAYS = (LONGEST_TEXT + 1) ** 3  # three open repetitions
_COUNT = re.compile(r"\{(?P<least>[0-9]{0,3})(?P<comma>,(?P<most>[0-9]{0,3}))?\}", re.ASCII)
_PLAIN = {"?": (0, 1), "*": (0, LONGEST_TEXT), "+": (1, LONGEST_TEXT)}
_CLASSES = frozenset("dDwWsS")


# French, then English: why a pattern is no form.
_REASONS: Mapping[str, Pair] = MappingProxyType(
    {
        "long": (f"elle dépasse {LONGEST_FORM} caractères", f"it is longer than {LONGEST_FORM} characters"),
        "wrong": ("ce n'est pas une expression rationnelle ({})", "it is no regular expression ({})"),
        "escape": ("« \\{} » n'y est pas admis", "“\\{}” is not allowed in it"),
        "literal": ("« {0} » s'y écrit « \\{0} »", "“{0}” is written “\\{0}” in it"),
        "group": ("ses groupes s'écrivent ( ) ou (?: )", "its groups are written ( ) or (?: )"),
        "repetition": ("une répétition n'y suit pas une autre", "a repetition does not follow another in it"),
        "ways": (
            "elle admet trop de lectures (répétitions imbriquées ou trop nombreuses) : bornez-les, par exemple {{1,8}}",
            "it can be matched in too many ways (nested or too many open repetitions): give lengths such as {{1,8}}",
        ),
    }
)


class _Unfit(Exception):
    """The pattern cannot be taken: a key of _REASONS, and what the reason names."""

    def __init__(self, *, reason: str, named: object = "") -> None:
        super().__init__(reason)
        self.said = tuple(text.format(named) for text in _REASONS[reason])


def complaint(form: str) -> Pair | None:
    r"""Why this pattern cannot be a form, in French and in English; None where it can.

    Taken are literals, `.`, classes, `\d \w \s`, groups, alternatives and the repetitions `? * + {m,n}`; `^` and `$`
    change nothing, as a number must match whole.

    >>> complaint("[0-9]{5,6}")
    >>> complaint("([0-9]+)+")[1]
    'it can be matched in too many ways (nested or too many open repetitions): give lengths such as {1,8}'
    """
    try:
        _examine(form)
    except _Unfit as error:
        french, english = error.said
        return french, english
    return None


def _examine(form: str) -> None:
    if len(form) > LONGEST_FORM:
        raise _Unfit(reason="long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python warns of what it may read otherwise one day
            re.compile(form, re.ASCII)
    except (re.error, OverflowError, Warning) as error:
        raise _Unfit(reason="wrong", named=error) from None
    ways, _ = _alternatives(form, 0)
    if ways > MOST_WAYS:
        raise _Unfit(reason="ways")


def fits(form: str, text: str) -> bool:
    """Whether the text, of at most LONGEST_TEXT characters, has this form from end to end; any has the empty one."""
    return not form or _compiled(form).fullmatch(text) is not None


@lru_cache(maxsize=1_000)
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form, re.ASCII)


def _alternatives(form: str, at: int) -> tuple[int, int]:
    """In how many ways the alternatives from here match, at most, and where they end: at a `)` or the pattern's end."""
    total, at = _sequence(form, at)
    while form.startswith("|", at):
        ways, at = _sequence(form, at + 1)
        total += ways
    return total, at


def _sequence(form: str, at: int) -> tuple[int, int]:
    total = 1
    while at < len(form) and form[at] not in "|)":
        ways, at = _part(form, at)
        least, most, at = _repetition(form, at)
        total = min(total * _repeated(ways, least, most), MOST_WAYS + 1)
    return total, at


def _repeated(ways: int, least: int, most: int) -> int:
    """Each length is a way, and each round of a part with several ways multiplies them."""
    rounds = 1 if ways == 1 else min(ways ** min(most, LONGEST_TEXT), MOST_WAYS + 1)
    return (most - least + 1) * rounds


def _part(form: str, at: int) -> tuple[int, int]:
    """One character, class or group: in how many ways it matches, and where it ends."""
    sign = form[at]
    if sign == "(":
        return _group(form, at + 1)
    if sign == "[":
        return 1, _class_end(form, at)
    if sign == "\\":
        escaped = form[at + 1 : at + 2]
        if escaped.isalnum() and escaped not in _CLASSES:
            raise _Unfit(reason="escape", named=escaped)
        return 1, at + 2
    if sign in "{}]":
        raise _Unfit(reason="literal", named=sign)
    return 1, at + 1


def _group(form: str, at: int) -> tuple[int, int]:
    if form.startswith("?", at) and not form.startswith("?:", at):
        raise _Unfit(reason="group")
    ways, end = _alternatives(form, at + 2 * form.startswith("?:", at))
    return ways, end + 1


def _class_end(form: str, at: int) -> int:
    """Where a class ends; a `]` that stands first in it is one of its characters."""
    at += 2 if form.startswith("[^", at) else 1
    at += form.startswith("]", at)
    while form[at] != "]":
        at += 2 if form[at] == "\\" else 1
    return at + 1


def _repetition(form: str, at: int) -> tuple[int, int, int]:
    """How often the part before is repeated, at least and at most, and where that is said to its end."""
    least, most = 1, 1
    end = at
    if form[at : at + 1] in _PLAIN:
        (least, most), end = _PLAIN[form[at]], at + 1
    elif counted := _COUNT.match(form, at):
        least, end = int(counted["least"] or 0), counted.end()
        most = int(counted["most"] or LONGEST_TEXT) if counted["comma"] else least
    if end > at and form[end : end + 1] in _PLAIN:
        raise _Unfit(reason="repetition")
    return least, max(least, most), end
