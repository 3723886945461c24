"""Faults as JSON texts in the ledger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edigate.domain.faults import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


def dump(faults: Iterable[Fault]) -> str:
    """A JSON array, `[]` for none."""
    rows = [
        [f.code, f.field, f.value, [list(arg) for arg in f.args], f.severity.value, f.path, f.line, f.entry]
        for f in faults
    ]
    return json.dumps(rows, ensure_ascii=False) if rows else "[]"


def load(text: str) -> tuple[Fault, ...]:
    """What `dump` wrote, read back."""
    if text == "[]":
        return ()
    return tuple(
        Fault(code, field, value, tuple((k, v) for k, v in args), Severity(severity), path, line, entry)
        for code, field, value, args, severity, path, line, entry in json.loads(text)
    )
