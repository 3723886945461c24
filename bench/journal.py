"""Single flows on an ext4 with its journal, as systems are installed with: made in a file for the measure, and mounted.

A synced file costs such a disk a commit of its journal, whoever syncs it; a checkout may lie on one without.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench import single

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDED = ("mkfs.ext4", "mount", "umount")


def measure(folder: Path, *, flows: int, rounds: int, megabytes: int) -> dict[str, Any]:
    """What `bench.single` measures, on a disk of so many megabytes; skipped where it cannot be mounted."""
    make, mount, unmount = (shutil.which(program) for program in NEEDED)
    if not (make and mount and unmount):
        return {"skipped": f"not all of {', '.join(NEEDED)} are installed"}
    try:
        with _mounted(folder, megabytes, make, mount, unmount) as disk:
            return single.measure(disk / "measure", flows=flows, rounds=rounds)
    except _CannotMountError as error:
        return {"skipped": str(error)}


class _CannotMountError(Exception):
    """Only root may, and not in every container."""


@contextmanager
def _mounted(folder: Path, megabytes: int, make: str, mount: str, unmount: str) -> Iterator[Path]:
    image, disk = folder / "image", folder / "disk"
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    disk.mkdir()
    subprocess.run([make, "-q", "-F", image], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([mount, "-o", "loop", image, disk], check=False, capture_output=True, text=True)
    if done.returncode:
        raise _CannotMountError(done.stderr.strip())
    try:
        yield disk
    finally:
        subprocess.run([unmount, disk], check=True)
