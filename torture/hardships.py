"""What the world does to a gate: full disks, folders that cannot be written to, a clock that jumps; blow by blow."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from torture.trial import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torture.trial import Strike, Trial

SMALL_DISK = 48_000_000
SPARE = (0, 0, 3_000, 20_000, 100_000)
HOURS = 24  # no more: a pivot's receipt, awaited for three days, must not be overdue by the clock's error alone


def moments(trial: Trial) -> Strike:
    """Nothing but time between two kills."""

    def strike() -> str:
        time.sleep(trial.chance.choice((trial.chance.random() * 0.3, trial.chance.random())))
        return "moment of peace"

    return strike


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A small file system in memory, mounted on the folder. Raises Unavailable."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "torture", str(folder)]
    if not _works(mount):
        msg = "no small disk can be mounted here (that takes root and the right to mount)"
        raise Unavailable(msg)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)  # noqa: S607 - the system's own


def full_disk(trial: Trial) -> Strike:
    """The gate's file system is filled to the last byte or nearly so, and emptied again."""
    filler = trial.site.root.parent / "filler"

    def strike() -> str:
        spare = trial.chance.choice(SPARE)
        _fill(filler, spare)
        time.sleep(trial.chance.random())
        filler.unlink(missing_ok=True)
        time.sleep(trial.chance.random() * 0.5)
        return f"disk filled but for {spare} bytes"

    return strike


def _fill(filler: Path, spare: int) -> None:
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65_536))
    if spare and filler.exists():
        os.truncate(filler, max(0, filler.stat().st_size - spare))


def unwritable_folders(trial: Trial) -> Strike:
    """A folder of the gate cannot be written to for a while, then another one. Raises Unavailable."""
    forbid, allow = _ways_to_forbid(trial.folder)

    def strike() -> str:
        folder = trial.chance.choice(_folders(trial.site.root))
        if not forbid(folder):
            return "folder gone"
        try:
            time.sleep(trial.chance.random())
        finally:
            allow(folder)
        time.sleep(trial.chance.random() * 0.3)
        return f"{folder.relative_to(trial.site.root).parts[0]} unwritable"

    return strike


def _folders(root: Path) -> list[Path]:
    """Those of the gate that hold files, as far as they are there now."""
    places = ("inbox/*", "spool", "spool/*", "archive", "archive/*", "outbox/*", "outbox/*/.staging")
    return sorted(path for place in places for path in root.glob(place) if path.is_dir())


def _ways_to_forbid(scratch: Path) -> tuple[Callable[[Path], bool], Callable[[Path], bool]]:
    """Modes, or for root, whom they do not bind, the file system's own immutability. Raises Unavailable."""
    tried = scratch / "forbidden"
    tried.mkdir()
    if _moded(tried, 0o500) and not _can_write_in(tried):
        return lambda path: _moded(path, 0o500), lambda path: _moded(path, 0o750)
    chattr = shutil.which("chattr") or "chattr"
    if not (_works([chattr, "+i", str(tried)]) and _works([chattr, "-i", str(tried)])):
        msg = "no folder can be made unwritable here (modes do not bind root, and chattr +i is refused)"
        raise Unavailable(msg)
    return lambda path: _works([chattr, "+i", str(path)]), lambda path: _works([chattr, "-i", str(path)])


def _can_write_in(folder: Path) -> bool:
    try:
        (folder / "file").touch()
    except OSError:
        return False
    return True


def _moded(path: Path, mode: int) -> bool:
    try:
        path.chmod(mode)
    except OSError:
        return False
    return True


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def wrong_clock(trial: Trial) -> Strike:
    """The gate's clock jumps forth and back, while it works and between two starts."""
    clock = trial.clock

    def strike() -> str:
        hours = trial.chance.uniform(-HOURS, HOURS)
        clock.with_suffix(".new").write_text(str(hours * 3600), encoding="ascii")
        clock.with_suffix(".new").rename(clock)
        time.sleep(trial.chance.random())
        return "clock moved"

    return strike
