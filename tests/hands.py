"""The hands of a clock that only a test moves."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    import pytest


class Hands:
    """Stands in for the module `time`, and for a gate's clock: it begins now, and no second passes by itself."""

    def __init__(self) -> None:
        """It is now."""
        self._at = time.time()

    @classmethod
    def of(cls, patch: pytest.MonkeyPatch, module: ModuleType) -> Hands:
        """What this module goes by from now on."""
        hands = cls()
        patch.setattr(module, "time", hands)
        return hands

    def move(self, seconds: float) -> None:
        """So many seconds have passed."""
        self._at += seconds

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        return self._at

    def time(self) -> float:
        """As `time.time`."""
        return self._at

    def clock(self) -> dt.datetime:
        """As a gate's clock."""
        return dt.datetime.fromtimestamp(self._at, dt.UTC)
