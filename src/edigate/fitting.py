"""A value of TOML, JSON or the environment made what a field takes by its type, or refused with the reason."""

from __future__ import annotations

from enum import EnumType
from math import isfinite
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "Input should be a valid string",
        "int_type": "Input should be a valid integer",
        "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
        "int_from_float": "Input should be a valid integer, got a number with a fractional part",
        "finite_number": "Input should be a finite number",
        "float_type": "Input should be a valid number",
        "float_parsing": "Input should be a valid number, unable to parse string as a number",
        "bool_type": "Input should be a valid boolean",
        "bool_parsing": "Input should be a valid boolean, unable to interpret input",
        "tuple_type": "Input should be a valid array",
        "extra_forbidden": "Extra inputs are not permitted",
        "literal_error": "Input should be {expected}",
        "enum": "Input should be {expected}",
        "greater_than": "Input should be greater than {gt}",
        "greater_than_equal": "Input should be greater than or equal to {ge}",
        "less_than_equal": "Input should be less than or equal to {le}",
    }
)
_WORDS: Mapping[object, bool] = MappingProxyType(
    {
        **dict.fromkeys(("1", "on", "t", "true", "y", "yes", 1), True),
        **dict.fromkeys(("0", "off", "f", "false", "n", "no", 0), False),
    }
)
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
        raise Unfit(_TYPE_KINDS[hint])
    return fitted(hint, value)


def within(value: Any, bounds: Mapping[str, float]) -> None:  # noqa: ANN401 - a number
    """Raise Unfit unless it keeps to its bounds: `gt`, `ge` and `le`."""
    for name, bound in bounds.items():
        kind, holds = _BOUNDS[name]
        if not holds(value, bound):
            raise Unfit(kind, limits={name: bound})


def _items(hint: Any, value: object) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        _refuse("tuple_type")
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
    kind = "literal_error" if get_origin(hint) is Literal else "enum"
    raise Unfit(kind, limits={"expected": f"{', '.join(others)} or {last}"})


def _text(value: object) -> str:
    return value if isinstance(value, str) else _refuse("string_type")


def _whole(value: object) -> int:
    if isinstance(value, str):
        whole, _, rest = value.strip().partition(".")
        try:
            return _refuse("int_parsing") if rest.strip("0") else int(whole)
        except ValueError:
            _refuse("int_parsing")
    if isinstance(value, float) and not value.is_integer():
        _refuse("int_from_float" if isfinite(value) else "finite_number")
    return int(value) if isinstance(value, int | float) else _refuse("int_type")


def _number(value: object) -> float:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            _refuse("float_parsing")
    return float(value) if isinstance(value, int | float) else _refuse("float_type")


def _truth(value: object) -> bool:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not value.is_integer()):
        _refuse("bool_type")
    said = _WORDS.get(value.lower() if isinstance(value, str) else value)
    return _refuse("bool_parsing") if said is None else said


def _refuse(kind: str) -> NoReturn:
    raise Unfit(kind)


_FITTED: Mapping[object, Callable[[object], object]] = MappingProxyType(
    {str: _text, int: _whole, float: _number, bool: _truth}
)
_TYPE_KINDS: Mapping[object, str] = MappingProxyType(
    {str: "string_type", int: "int_type", float: "float_type", bool: "bool_type"}
)
_BOUNDS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = MappingProxyType(
    {
        "gt": ("greater_than", lambda value, bound: value > bound),
        "ge": ("greater_than_equal", lambda value, bound: value >= bound),
        "le": ("less_than_equal", lambda value, bound: value <= bound),
    }
)
