"""What machines share beside deposits, by key: directories, and what is rendered ahead of its delivery.

A key is a relative path, such as `directory/20260102T030405000000Z.sqlite`. What is put under it is there whole or not
at all, and, where that is asked for, durable when `put` returns.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from edigate.ledger.archive import ARRIVING, CHUNK, sync_folder
from edigate.ledger.folders import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Payloads(Protocol):
    """Files by key. What is out of reach raises OSError, what is not there FileNotFoundError."""

    def put(self, key: str, content: BinaryIO, *, durable: bool = True) -> None:
        """Store what a file holds from here on, in place of what was there.

        Not `durable` is what can be made again: a power cut may leave less of it, which its hash then tells.
        """

    def pieces(self, key: str) -> Iterator[bytes]:
        """What is stored, piece by piece."""

    def remove(self, key: str) -> None:
        """Take it away, if it is there."""

    def keys(self, folder: str) -> Iterator[tuple[str, float]]:
        """The keys right below a folder, and since when each is as it is, in seconds of the epoch."""


@dataclass(frozen=True, slots=True)
class Files:
    """Payloads in a folder: that of the gate itself, or one that several machines share."""

    root: Path

    def put(self, key: str, content: BinaryIO, *, durable: bool = True) -> None:
        """Write it under another name, sync it, rename it, and sync its folder."""
        target = self.root / key
        make_folder(target.parent)
        temporary = target.parent / f"{ARRIVING}-{os.urandom(12).hex()}"
        try:
            with temporary.open("xb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.rename(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(target.parent)

    def pieces(self, key: str) -> Iterator[bytes]:
        """What the file holds."""
        with (self.root / key).open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def remove(self, key: str) -> None:
        """Take the file away, if it is there."""
        (self.root / key).unlink(missing_ok=True)

    def keys(self, folder: str) -> Iterator[tuple[str, float]]:
        """The files right below a folder; also what a process left that died while it wrote."""
        with suppress(FileNotFoundError), os.scandir(self.root / folder) as entries:
            for entry in entries:
                if entry.is_file():
                    yield f"{folder}/{entry.name}", entry.stat().st_mtime
