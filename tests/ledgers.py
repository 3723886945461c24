"""New ledgers for tests: the migrations make one in each process of tests, the others are copies of it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from edigate.engine.gate import Places
from edigate.founding import found
from edigate.ledger.database import open_ledger

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from edigate.engine.gate import Gate

CODE = "CPP001"


def lay_ledger(path: Path) -> None:
    """Put a ledger that nothing was booked in where there is none yet, for a gate that is to be opened there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(_empty())


def new_ledger(path: Path) -> Engine:
    """Open a ledger that nothing was booked in."""
    lay_ledger(path)
    return open_ledger(path)


def found_gate(root: Path) -> Gate:
    """Make a gate in this folder, as `edigate init` does."""
    lay_ledger(Places(root).ledger)
    return found(root, CODE)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        open_ledger(path).dispose()
        return path.read_bytes()
