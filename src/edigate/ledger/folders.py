"""Folders whose names outlive a power cut: a file is only as durable as those of the folders that it is in."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from edigate.ledger.archive import sync_folder

if TYPE_CHECKING:
    from pathlib import Path


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they are missing. Raises OSError."""
    missing = list(takewhile(lambda folder: not folder.is_dir(), (path, *path.parents)))
    if missing:
        path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)
