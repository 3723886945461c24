"""Values of the command line that are what they look like: texts, paths and absent ones.

Typer has a library convert every value, even one that is not given, which takes longer to load than the gate's ledger
does to answer. What is plain is taken as it stands here, and all else left to typer: numbers, dates and choices.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer.models import ParameterInfo

_NOT_PLAIN = object()


class Plain:
    """Stands where typer keeps an option's conversion until the first value comes that is not plain."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - typer keeps its types to itself
        """The value as the command's function takes it."""
        kind = param.type_descriptor
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        plain = _plain(value, kind.annotation, kind.parameter_info)
        if plain is not _NOT_PLAIN:
            return plain
        _leave(param)
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def take_plain_values(options: Iterable[Any]) -> None:
    """Have these options of typer take plain values as they stand."""
    for option in options:
        option._runtime_param = Plain()  # noqa: SLF001 - made by typer when first needed, and not before


def _leave(option: Any) -> None:  # noqa: ANN401 - as above
    option._runtime_param = None  # noqa: SLF001 - as above


def _plain(value: Any, annotation: Any, info: ParameterInfo) -> Any:  # noqa: ANN401 - as above
    if info.parser is not None:
        return _NOT_PLAIN
    if get_origin(annotation) is list:
        items = [_plain(item, get_args(annotation)[0], info) for item in value]
        return _NOT_PLAIN if _NOT_PLAIN in items else items
    if annotation is Path and isinstance(value, str):
        return Path(value) if _may_be(value, info) else _NOT_PLAIN
    # A number that is one already is the option's default.
    return value if annotation in {str, int, float} and type(value) is annotation else _NOT_PLAIN


def _may_be(path: str, info: ParameterInfo) -> bool:
    """Whether nothing is asked of a path, but that what is there can be read."""
    asked = info.exists or info.resolve_path or info.writable or not (info.file_okay and info.dir_okay)
    return not asked and (not os.path.lexists(path) or os.access(path, os.R_OK))
