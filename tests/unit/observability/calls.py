"""What the source says into the log, the event log and the audit log, read from its syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import edigate

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(edigate.__file__).parent
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
LATE = frozenset({"structlog.get_logger()", "_log()"})  # got where it is needed, as few commands log anything
POSITIONS = {"record": 1, "note": 1, "_note": 1, "Trouble": 1}
SAID_LATER = 2  # the position in a call that has a logger say its word once the transaction is committed


class Call(NamedTuple):
    """One call: in which file and line, the word where it stands there, and the names of its fields.

    `fields` is None for one that hands on fields under names that only run time knows.
    """

    place: str
    to: str
    word: str | None
    fields: frozenset[str] | None


def calls() -> Iterator[Call]:
    """Every call of a logger, of `events.record`, of `journal.note`, and every `Trouble`, which is logged at last."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (to := _target(node.func)):
                yield Call(
                    f"{path.relative_to(SOURCE)}:{node.lineno}", to, _word(node, to, constants), _fields(node, to)
                )


def _constants(tree: ast.Module) -> dict[str, str]:
    """The module's names that stand for a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _target(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        owner = function.value.id if isinstance(function.value, ast.Name) else ""
        if function.attr in LEVELS and (owner == "log" or ast.unparse(function.value) in LATE):
            return "log"
        if (owner, function.attr) == ("afterwards", "say"):
            return "log"
        return function.attr if (owner, function.attr) in {("events", "record"), ("journal", "note")} else ""
    if isinstance(function, ast.Name) and function.id in {"record", "note", "Trouble"}:
        return function.id
    return ""


def _word(node: ast.Call, to: str, constants: dict[str, str]) -> str | None:
    later = isinstance(node.func, ast.Attribute) and node.func.attr == "say"
    position = SAID_LATER if later else POSITIONS.get(to, 0)
    if len(node.args) <= position:
        return None
    given = node.args[position]
    if isinstance(given, ast.Constant):
        return str(given.value)
    return constants.get(given.id) if isinstance(given, ast.Name) else None


def _fields(node: ast.Call, to: str) -> frozenset[str] | None:
    names = [keyword.arg for keyword in node.keywords]
    if None in names:
        return None
    return frozenset(name for name in names if name is not None) - ({"at"} if to in {"record", "note"} else set())
