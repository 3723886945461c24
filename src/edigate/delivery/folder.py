"""Handing files to partners in their outbox folders: staged under a hidden name, synced, then renamed."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from edigate.ledger.archive import sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edigate.delivery.access import Access

STAGING = ".staging"
WORTH_WRITING = 1 << 18
_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class Outbox:
    """The folders `outbox/<partner>/` of one gate."""

    def __init__(self, root: Path, access: Access, *, shared: bool = False) -> None:
        """`root` is the gate's `outbox`; several processes may stage the same file where it is `shared`."""
        self.root = root
        self._access = access
        self._own = f".{os.urandom(6).hex()}" if shared else ""
        self.prepared: Callable[[Path], None] | None = None
        """Told of a partner's folder before anything is published in it."""

    def prepare(self, partner: str) -> None:
        """Make a partner's folder and its staging folder where they are missing."""
        folder = self.root / partner
        for path in (folder, folder / STAGING):
            self._access.make_folder(path)
        if self.prepared:
            self.prepared(folder)

    def stage(self, partner: str, delivery: int, pieces: Iterable[bytes], *, synced: bool = True) -> tuple[int, str]:
        """Write a file whole under its hidden name; one that was there is replaced.

        Not `synced` is one that its whole batch is synced with. Returns size and SHA-256; the folder is synced by
        `seal`. Raises OSError.
        """
        staged = self._staged(partner, delivery)
        # What another process has staged must never be half a file, though it was thought to have ended.
        begun = staged + self._own
        descriptor = os.open(begun, _ANEW, 0o600)
        digest = hashlib.sha256()
        size = 0
        try:
            for piece in _gathered(pieces):
                write_whole(descriptor, piece)
                digest.update(piece)
                size += len(piece)
            self._access.open_file(descriptor)
            if synced:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if self._own:
            os.rename(begun, staged)
        return size, digest.hexdigest()

    def seal(self, partner: str) -> None:
        """Make the names in a partner's staging folder durable."""
        sync_folder(self.root / partner / STAGING)

    def publish(self, partner: str, delivery: int, name: str) -> None:
        """Show a placed file under its name; where it is no longer staged, it was published before.

        Raises FileNotFoundError where the whole staging folder has gone, OSError for anything else.
        """
        try:
            os.rename(self._staged(partner, delivery), f"{self.root}/{partner}/{name}")
        except FileNotFoundError:
            if not (self.root / partner / STAGING).is_dir():
                raise

    def settle(self, partner: str) -> None:
        """Make what was published durable; a folder that was taken away whole took it along."""
        with suppress(FileNotFoundError):
            sync_folder(self.root / partner)

    def open_staged(self, partner: str, delivery: int) -> BinaryIO:
        """A placed file, to be sent on. Raises FileNotFoundError where it is not there any more."""
        return Path(self._staged(partner, delivery)).open("rb")

    def forget(self, partner: str, delivery: int) -> None:
        """Take a placed file away that was sent on."""
        Path(self._staged(partner, delivery)).unlink(missing_ok=True)

    def staged(self, partner: str) -> set[int]:
        """What lies in a partner's staging folder."""
        try:
            return {int(name) for name in os.listdir(self.root / partner / STAGING) if name.isdigit()}
        except FileNotFoundError:
            return set()

    def clear(self, partner: str) -> None:
        """Take away what was begun in a partner's staging folder and never staged."""
        with suppress(FileNotFoundError), os.scandir(self.root / partner / STAGING) as entries:
            for entry in entries:
                if not entry.name.isdigit():
                    Path(entry.path).unlink(missing_ok=True)

    def _staged(self, partner: str, delivery: int) -> str:
        return f"{self.root}/{partner}/{STAGING}/{delivery}"


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a call of the kernel."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= WORTH_WRITING:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
