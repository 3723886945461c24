"""What is synced, as it is, noted in its order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def synced_from_here(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file and folder that is synced by itself until the test ends, by the path that it has then."""
    synced: list[Path] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", noting)
    return synced
