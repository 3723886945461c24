"""A value of TOML, JSON or the environment made what a field takes by its type, or refused with the reason."""

from __future__ import annotations

from enum import EnumType
from math import isfinite
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT, WHOLE, NUMBER, TRUTH, LIST, CHOICE = "text", "whole", "number", "truth", "list", "choice"
ABOVE, LEAST, MOST = "above", "least", "most"
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        TEXT: "write a text, in quotes",
        WHOLE: "write a whole number",
        NUMBER: "write a number",
        TRUTH: "write true or false",
        LIST: "write a list, in brackets",
        CHOICE: "write {expected}",
        ABOVE: "write more than {gt}",
        LEAST: "write at least {ge}",
        MOST: "write at most {le}",
    }
)
_WORDS: Mapping[object, bool] = MappingProxyType(
    {
        **dict.fromkeys(("1", "on", "t", "true", "y", "yes", 1), True),
        **dict.fromkeys(("0", "off", "f", "false", "n", "no", 0), False),
    }
)
_OF_WHOLE: Mapping[str, float] = MappingProxyType({"ge": -(2**63), "le": 2**63 - 1})
_NONE: Mapping[str, object] = MappingProxyType({})


class Unfit(Exception):
    """A value does not fit: `kind` is a word for the reason, `limits` goes with it, `path` leads to the part meant."""

    def __init__(
        self, kind: str, reason: str = "", limits: Mapping[str, object] = _NONE, *, path: tuple[int, ...] = ()
    ) -> None:
        """`reason` in English; without one, that of the kind."""
        super().__init__(reason or _REASONS[kind].format_map(limits))
        self.kind, self.limits, self.path = kind, limits, path


class Form(NamedTuple):
    """What a text must look like: `check` gives it back or raises Unfit, `words` say it where types do not."""

    check: Callable[[object], str]
    words: str = ""


def fitted(hint: Any, value: object) -> Any:  # noqa: ANN401 - of the type that the hint tells
    """The value as a field of this type takes it, where a text may stand for a number or a truth. Raises Unfit."""
    forms = [part for part in getattr(hint, "__metadata__", ()) if isinstance(part, Form)]
    return forms[0].check(value) if forms else _FITTED[hint](value) if hint in _FITTED else _chosen(hint, value)


def strictly_fitted(hint: Any, value: object) -> Any:  # noqa: ANN401 - as above
    """The same of a type whose plain values must be of it already: a truth is no text. Raises Unfit."""
    if isinstance(hint, UnionType):
        return strictly_fitted(next(one for one in get_args(hint) if one is not NoneType), value)
    if get_origin(hint) is tuple:
        return _items(get_args(hint)[0], value)
    if hint in _FITTED and type(value) is not hint:
        raise Unfit(_KINDS[hint])
    return fitted(hint, value)


def within(value: Any, bounds: Mapping[str, float]) -> None:  # noqa: ANN401 - a number
    """Raise Unfit unless it keeps to its bounds: `gt`, `ge` and `le`."""
    for name, bound in bounds.items():
        kind, holds = _BOUNDS[name]
        if not holds(value, bound):
            raise Unfit(kind, limits={name: bound})


def _items(hint: Any, value: object) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        _refuse(LIST)
    fitting = []
    for place, item in enumerate(value):
        try:
            fitting.append(strictly_fitted(hint, item))
        except Unfit as error:
            raise Unfit(error.kind, str(error), error.limits, path=(place, *error.path)) from None
    return tuple(fitting)


def _chosen(hint: Any, value: object) -> object:  # noqa: ANN401 - as above
    """One of an enumeration, or of the words of a Literal."""
    choices = tuple(hint) if isinstance(hint, EnumType) else get_args(hint)
    if isinstance(value, str) and value in choices:
        return choices[choices.index(value)]
    *others, last = (repr(str(choice)) for choice in choices)
    raise Unfit(CHOICE, limits={"expected": f"{', '.join(others)} or {last}"})


def _text(value: object) -> str:
    return value if isinstance(value, str) else _refuse(TEXT)


def _whole(value: object) -> int:
    """A number without a part behind its point, that of a text may be noughts; no larger than a ledger's column."""
    if isinstance(value, str):
        digits, _, rest = value.strip().partition(".")
        try:
            value = int(digits)
        except ValueError:
            return _refuse(WHOLE)
        if rest.strip("0"):
            _refuse(WHOLE)
    if not isinstance(value, int | float) or (isinstance(value, float) and not value.is_integer()):
        return _refuse(WHOLE)
    within(int(value), _OF_WHOLE)
    return int(value)


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else _refuse(NUMBER)
    except (ValueError, OverflowError):
        return _refuse(NUMBER)
    return number if isfinite(number) else _refuse(NUMBER)


def _truth(value: object) -> bool:
    said = _WORDS.get(value.lower() if isinstance(value, str) else value) if isinstance(value, str | int) else None
    return _refuse(TRUTH) if said is None else said


def _refuse(kind: str) -> NoReturn:
    raise Unfit(kind)


_FITTED: Mapping[object, Callable[[object], object]] = MappingProxyType(
    {str: _text, int: _whole, float: _number, bool: _truth}
)
_KINDS: Mapping[object, str] = MappingProxyType({str: TEXT, int: WHOLE, float: NUMBER, bool: TRUTH})
_BOUNDS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = MappingProxyType(
    {
        "gt": (ABOVE, lambda value, bound: value > bound),
        "ge": (LEAST, lambda value, bound: value >= bound),
        "le": (MOST, lambda value, bound: value <= bound),
    }
)
