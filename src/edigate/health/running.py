"""Who works on the folder, and whether anything keeps a gate from it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from edigate.engine.restored import mark_of
from edigate.health.findings import Finding
from edigate.health.patient import at_one_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.patient import Patient


def running(patient: Patient) -> Iterator[Finding]:
    """The process that holds the folder is there."""
    if not patient.holder:
        return
    yield Finding("gate.runs" if _is_there(patient.holder) else "gate.unknown_holder", value=patient.holder)


def _is_there(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, ProcessLookupError):
        return False
    return True


def restored(patient: Patient) -> Iterator[Finding]:
    """Nothing of a restore is left to be decided."""
    with at_one_moment(patient.gate) as connection:
        mark = mark_of(connection)
    if mark is not None:
        yield Finding("gate.restored", value=str(mark["made_at"]))
