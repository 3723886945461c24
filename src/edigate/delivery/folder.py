"""Handing files to partners in their outbox folders: staged under a hidden name, synced, then renamed."""

from __future__ import annotations

import grp
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STAGING = ".staging"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may read what is offered; `group` is a name, empty for the gate's own."""

    file_mode: int = 0o640
    folder_mode: int = 0o750
    group: str = ""


class Outbox:
    """The folders `outbox/<partner>/` of one gate."""

    def __init__(self, root: Path, access: Access) -> None:
        """`root` is the gate's `outbox`; raises KeyError for a group that does not exist."""
        self.root = root
        self._access = access
        self._gid = grp.getgrnam(access.group).gr_gid if access.group else -1

    def prepare(self, partner: str) -> None:
        """Make a partner's folder and its staging folder where they are missing."""
        folder = self.root / partner
        for path in (folder, folder / STAGING):
            if not path.is_dir():
                path.mkdir(parents=True)
                self._own(path, self._access.folder_mode)

    def stage(self, partner: str, delivery: int, pieces: Iterable[bytes]) -> tuple[int, str]:
        """Write a file whole under its hidden name and sync it; one that was there is replaced.

        Returns size and SHA-256; the folder is synced by `seal`. Raises OSError.
        """
        path = self._staged(partner, delivery)
        digest = hashlib.sha256()
        size = 0
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            self._own(path, self._access.file_mode)
            os.fsync(file.fileno())
        return size, digest.hexdigest()

    def seal(self, partner: str) -> None:
        """Make the names in a partner's staging folder durable."""
        _sync(self.root / partner / STAGING)

    def publish(self, partner: str, delivery: int, name: str) -> None:
        """Show a placed file under its name; where it is no longer staged, it was published before.

        Raises FileNotFoundError where the whole staging folder has gone, OSError for anything else.
        """
        try:
            self._staged(partner, delivery).rename(self.root / partner / name)
        except FileNotFoundError:
            if not (self.root / partner / STAGING).is_dir():
                raise

    def settle(self, partner: str) -> None:
        """Make what was published durable; a folder that was taken away whole took it along."""
        with suppress(FileNotFoundError):
            _sync(self.root / partner)

    def _staged(self, partner: str, delivery: int) -> Path:
        return self.root / partner / STAGING / str(delivery)

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self._gid != -1:
            os.chown(path, -1, self._gid)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
