"""What an alert bears that is about this machine, where several share a ledger and each sees something else."""

from __future__ import annotations

import hashlib
import platform
from typing import TYPE_CHECKING

from edigate.ledger.database import is_embedded

if TYPE_CHECKING:
    from edigate.engine.gate import Gate

NOBODY = 0
"""The subject of what is about no machine among several: raised while there was one, or by a version before."""


def subject(gate: Gate) -> int:
    """Its number among the subjects of alerts, which is no row's; 0 where there is only the one machine."""
    if is_embedded(gate.ledger):
        return NOBODY
    told = f"{platform.node()} {gate.places.root}".encode()
    return -1 - int.from_bytes(hashlib.sha256(told).digest()[:4])


def with_name(gate: Gate, detail: str) -> str:
    """What an alert says, with the machine's name before it where there are several."""
    return f"{platform.node()}: {detail}" if subject(gate) else detail
