"""Who may use the folders and files that partners share with the gate."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from edigate.ledger.archive import sync_folder
from edigate.ledger.folders import make_folder

if TYPE_CHECKING:
    from pathlib import Path


class Access(NamedTuple):
    """Modes of files and folders; `gid` is the group they belong to, -1 for the gate's own."""

    file_mode: int = 0o640
    folder_mode: int = 0o750
    gid: int = -1

    def make_folder(self, path: Path) -> None:
        """Make a folder that a partner uses, unless it is there: durably, as what is synced in it is meant to be."""
        if not path.is_dir():
            make_folder(path.parent)
            path.mkdir(exist_ok=True)
            self.open_folder(path)
            sync_folder(path.parent)

    def open_folder(self, path: Path) -> None:
        """Let the partner into a folder."""
        self._open(path, self.folder_mode)

    def open_file(self, file: Path | int) -> None:
        """Let the partner read a file, by path or descriptor, that is about to be offered."""
        self._open(file, self.file_mode)

    def _open(self, path: Path | int, mode: int) -> None:
        # The group first: giving a file away takes its set-group-ID bit.
        if self.gid != -1:
            os.chown(path, -1, self.gid)
        os.chmod(path, mode)
