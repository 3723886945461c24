"""How far a long command is, and how a verdict is shown: for commands that judge, work, copy or purge."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edigate.cli.common import err
from edigate.cli.messages import t

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY = 100
VERDICT_STYLES: "Mapping[str, str]" = MappingProxyType(
    {"integrated": "green", "partial": "yellow", "rejected": "red", "inadmissible": "red"}
)


def verdict_word(verdict: str) -> str:
    """A verdict as a person reads it."""
    return {
        "integrated": t("integrated", "intégré"),
        "partial": t("integrated in part", "intégré en partie"),
        "rejected": t("rejected", "rejeté"),
        "inadmissible": t("inadmissible", "irrecevable"),
    }[verdict]


@contextmanager
def bar(total: int, label: str, *, hidden: bool) -> Iterator[Progress]:
    """A bar with one task on standard error, only on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = sys.stderr.isatty() and not hidden
    with Progress(*columns, console=err(), transient=True, disable=not shown) as progress:
        progress.add_task(label, total=total)
        yield progress
