"""One gate holds a folder: a lock of this process alone, which its children do not inherit and its death releases."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Held(Exception):
    """Another process holds the folder; the message names both."""

    def __init__(self, folder: Path, holder: str) -> None:
        """`holder` is the id of that process, as far as it could be read."""
        super().__init__(
            f"{folder}: another gate holds this folder (process {holder}); end it first, or use another folder"
        )
        self.folder = folder
        self.holder = holder


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock; raises Held at once where another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            # A record lock, not flock: it belongs to the process, so that workers never keep it alive.
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 32).decode().strip() or "unknown"
            raise Held(path.parent, holder) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
