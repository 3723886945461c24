"""One gate holds a folder: a lock of this process alone, which its children do not inherit and its death releases."""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_QUERY = "hhqqi4x"
"""Linux's `struct flock`: type, whence, start, length, process."""


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
            raise Held(path.parent, _named(descriptor)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> str:
    """The process that holds the lock, "unknown" if it did not say; empty where none does.

    It is only asked: a gate that starts at this moment gets its lock. This process itself may not hold it: it would
    lose it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        asked = struct.pack(_QUERY, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        told = struct.unpack(_QUERY, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
        return "" if told[0] == fcntl.F_UNLCK else _named(descriptor)
    finally:
        os.close(descriptor)


def _named(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode().strip() or "unknown"
