"""The page of the settings, from the models that read them."""

from __future__ import annotations

from enum import EnumType
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from edigate.config import TABLES, keys_of
from edigate.docs.markdown import code, table
from edigate.fitting import Form
from edigate.founding import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.config import Key

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
    return _PAGE.format(tables="\n\n".join(map(_section, TABLES)))


def _section(name: str) -> str:
    rows = [
        [code(key.name), code(shown(key.default)), _values(key), key.description, _variable(name, key.name)]
        for key in keys_of(name).values()
    ]
    words = TABLES[name].__doc__
    return f"## `[{name}]`\n\n{words}\n\n{table(['Key', 'Default', 'Values', 'Meaning', 'Variable'], rows)}"


def _variable(name: str, key: str) -> str:
    return code(f"EDIGATE_{name}__{key}".upper())


def _values(key: Key) -> str:
    """What the key takes, by its type and bounds."""
    kind = get_args(key.hint)[0] if hasattr(key.hint, "__metadata__") else key.hint
    if get_origin(kind) is Literal:
        return ", ".join(code(str(value)) for value in get_args(kind))
    if isinstance(kind, EnumType):
        return ", ".join(map(code, kind))
    return "; ".join([*(name for known, name in _NAMES if kind is known), *_bounds(key)])


def _bounds(key: Key) -> Iterator[str]:
    yield from (words.format(key.bounds[name]) for name, words in _BOUNDS if name in key.bounds)
    yield from (part.words for part in getattr(key.hint, "__metadata__", ()) if isinstance(part, Form) and part.words)


_NAMES = ((bool, "`true`, `false`"), (int, "whole number"), (float, "number"), (str, "text"))
