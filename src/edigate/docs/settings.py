"""The page of the settings, from the models that read them."""

from __future__ import annotations

from enum import EnumType
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from edigate.config import Form, Settings
from edigate.docs.markdown import code, table
from edigate.founding import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

_PAGE = """\
# Settings

A gate reads them when it starts: `edigate.toml` in its folder, then the environment, which wins. A key that is not in
this list is an error, and so is a value that does not fit. Sizes are in bytes, paths relative to the gate's folder.

Besides, three variables speak to the command line alone: `EDIGATE_GATE` is `--gate`, the gate's folder; `EDIGATE_LANG`
is `--lang`; `NO_COLOR`, set to anything, takes the colours away.

{tables}
"""
_BOUNDS = (("gt", "more than {}"), ("ge", "{} or more"))


def render() -> str:
    """The page `docs/reference/settings.md`."""
    return _PAGE.format(tables="\n\n".join(_section(name, field) for name, field in Settings.model_fields.items()))


def _section(name: str, field: FieldInfo) -> str:
    model = field.annotation
    if model is None or not hasattr(model, "model_fields"):
        raise TypeError(name)
    rows = [
        [code(key), code(shown(setting.default)), _values(setting), setting.description or "", _variable(name, key)]
        for key, setting in model.model_fields.items()
    ]
    return f"## `[{name}]`\n\n{model.__doc__}\n\n{table(['Key', 'Default', 'Values', 'Meaning', 'Variable'], rows)}"


def _variable(name: str, key: str) -> str:
    return code(f"EDIGATE_{name}__{key}".upper())


def _values(setting: FieldInfo) -> str:
    """What the key takes, by its type and bounds."""
    kind = setting.annotation
    if get_origin(kind) is Literal:
        return ", ".join(code(str(value)) for value in get_args(kind))
    if isinstance(kind, EnumType):
        return ", ".join(code(str(value)) for value in kind)
    return "; ".join([*(name for known, name in _NAMES if kind is known), *_bounds(setting)])


def _bounds(setting: FieldInfo) -> Iterator[str]:
    for part in setting.metadata:
        for name, words in _BOUNDS:
            if (bound := getattr(part, name, None)) is not None:
                yield words.format(bound)
        if isinstance(part, Form):
            yield part.form


_NAMES = ((bool, "`true`, `false`"), (int, "whole number"), (float, "number"), (str, "text"))
