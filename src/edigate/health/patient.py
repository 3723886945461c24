"""The gate that is looked at: as much of it as can be opened, and who works on it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.ledger.archive import Folder
from edigate.ledger.database import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate, Places
    from edigate.ledger.archive import Archive

ASIDE = "aside"
SETTLED_SECONDS = 600
"""What a gate at work has in hand is younger: only what lay there longer can be left over."""


class NotOpen(Exception):
    """A check asked for more of the gate than could be opened."""


@dataclass(frozen=True, slots=True)
class Patient:
    """`holder` is the process that works on the folder, empty where none does; `deep` is to read every file.

    `progress` is told how much of a long check is done, and of how much.
    """

    places: Places
    opened: Gate | None = None
    holder: str = ""
    deep: bool = False
    progress: Callable[[int, int], None] = lambda _done, _total: None

    @property
    def gate(self) -> Gate:
        """The gate, for checks that need all of it."""
        if self.opened is None:
            raise NotOpen(str(self.places.root))
        return self.opened

    @property
    def archive(self) -> Archive:
        """Where the gate keeps deposits, as far as can be known of one that does not open."""
        return self.opened.archive if self.opened else Folder(self.places.archive)

    def settled(self, path: Path) -> bool:
        """Whether nobody can have this file in hand: no gate is at work, or it has long been as it is."""
        return self.settled_since(path.lstat().st_ctime)

    def settled_since(self, since: float) -> bool:
        """The same of what has been as it is since then, in seconds of the epoch."""
        return not self.holder or time.time() - since > SETTLED_SECONDS

    def below(self, path: Path) -> str:
        """A path as it is shown: below the gate's folder, and as text whatever bytes its name has."""
        inside = path.relative_to(self.places.root) if path.is_relative_to(self.places.root) else path
        return os.fsencode(inside).decode("utf-8", "backslashreplace")

    def moving_aside(self, paths: Sequence[Path]) -> Callable[[], None]:
        """What moves these out of the gate's way, never over anything, to `aside/` below the gate's folder."""

        def move() -> None:
            for path in paths:
                self._set_aside(path)

        return move

    def _set_aside(self, path: Path) -> None:
        target = self.places.root / ASIDE / path.relative_to(self.places.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 0
        free = target
        while os.path.lexists(free):
            number += 1
            free = target.with_name(f"{target.name}.{number}")
        path.rename(free)


@contextmanager
def at_one_moment(gate: Gate) -> Iterator[Connection]:
    """A connection that sees the ledger as it is now, whatever a gate at work writes meanwhile."""
    with reading(gate.ledger) as connection:
        yield connection
