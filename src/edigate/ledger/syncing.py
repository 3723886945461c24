"""Making what a batch wrote outlive a power cut: the file system once for all of it, or each file by itself.

One `syncfs` is as good as a sync of every file and folder of a batch, and costs a fraction of it. It also waits for
what others have written to the same file system and not synced, so it is for batches only, while there is not much of
that, and on file systems that are known to do all of it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORTH_IT_FROM = 4
DIRTY_AT_MOST = 256_000_000
SLOW, PAUSE = 2.0, 60.0  # seconds: after one that took so long each file is synced by itself for a while
KNOWN = frozenset({"ext2", "ext3", "ext4", "xfs"})
_REPORTS_ERRORS = (5, 8)  # the kernel from which on syncfs tells that something could not be written
_MOUNTS, _MEMORY = Path("/proc/self/mountinfo"), Path("/proc/meminfo")
_UNWRITTEN = ("Dirty:", "Writeback:")
_slow_until: dict[int, float] = {}  # by device


@dataclass(frozen=True, slots=True)
class SharedSync:
    """What a batch syncs at its end; `descriptor` is of the file system, -1 where each file is synced by itself.

    `relaxed` leaves it to the kernel when to write: nothing is synced.
    """

    descriptor: int = -1
    device: int = -1
    relaxed: bool = False

    def covers(self, folder: Path) -> bool:
        """Whether what is written in a folder needs no sync of its own. Raises OSError."""
        return self.relaxed or (self.descriptor >= 0 and folder.stat().st_dev == self.device)

    def run(self) -> None:
        """Have all that is covered on the disk. Raises OSError where any of it could not be written."""
        if self.descriptor < 0:
            return
        began = time.monotonic()
        sync_whole(self.descriptor)
        if time.monotonic() - began > SLOW:
            _slow_until[self.device] = time.monotonic() + PAUSE


@contextmanager
def shared_sync(root: Path, files: int, *, relaxed: bool = False) -> Iterator[SharedSync]:
    """For so many files to be written below `root` inside this context.

    The file system is opened before they are written: what fails to reach the disk meanwhile is told, too.
    """
    if relaxed or files < WORTH_IT_FROM or not _can_be_whole(root):
        yield SharedSync(relaxed=relaxed)
        return
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield SharedSync(descriptor, os.fstat(descriptor).st_dev)
    finally:
        os.close(descriptor)


def sync_whole(descriptor: int) -> None:
    """Have a whole file system on the disk. Raises OSError."""
    if _libc().syncfs(descriptor):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    # Without a journal, syncfs may have the disk empty its cache before the last folders were written.
    os.fsync(descriptor)


def _can_be_whole(root: Path) -> bool:
    device = root.stat().st_dev
    may = time.monotonic() >= _slow_until.get(device, 0)
    return may and _kind(device) in KNOWN and _unwritten() <= DIRTY_AT_MOST


def _unwritten() -> int:
    """How many bytes wait in memory to be written, on all disks together; 0 where that is hidden."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(_UNWRITTEN)) * 1024


@cache
def _kind(device: int) -> str:
    """The kind of the file system on a device; empty where there is none to be found, or the kernel is too old."""
    release = platform.release().split(".")[:2]
    if platform.system() != "Linux" or tuple(map(int, release)) < _REPORTS_ERRORS:
        return ""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            mount, _, rest = line.partition(" - ")
            if mount.split()[2] == wanted:
                return rest.split()[0]
    return ""


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
