"""`edigate run` in a process group of its own, as it is or with faults in it, and the ways to end it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from torture.site import LATER, PATIENCE

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from torture.site import Site

ROOT = Path(__file__).parents[1]
PLAIN = ("edigate",)


class Outlived(AssertionError):
    """Workers go on though their gate has died."""


class Running:
    """A gate that runs, at a time when the deadlines of what was deposited first have passed."""

    def __init__(
        self,
        site: Site,
        command: Sequence[str] = PLAIN,
        *,
        folder: Path | None = None,
        more: Sequence[str] = (),
        inside: Sequence[str] = (),
    ) -> None:
        """Start it: `command` is a module with its own arguments, `folder` one machine's, `more` follows `run`.

        `inside` is what begins a command that runs on that machine.
        """
        self.site = site
        self.folder = folder or site.root
        gate = ("--gate", str(self.folder))
        line = [*inside, sys.executable, "-m", *command, *gate, "run", "--now", f"+{LATER}d", *more]
        with site.log.open("ab") as log:
            self._begins = log.tell()
            self.process = subprocess.Popen(line, start_new_session=True, stdout=log, stderr=log, cwd=ROOT)

    @property
    def alive(self) -> bool:
        """Whether the main process is."""
        return self.process.poll() is None

    @property
    def said(self) -> str:
        """What it has logged."""
        with self.site.log.open("rb") as log:
            log.seek(self._begins)
            return log.read().decode(errors="replace")

    @property
    def has_started(self) -> bool:
        """Whether it has got as far as watching its inboxes."""
        return "gate.started" in self.said

    def descendants(self) -> list[int]:
        """Workers and what they come from, by /proc."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]

    def kill_all(self) -> None:
        """The whole group at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_main(self) -> None:
        """The main process alone; workers must go by themselves."""
        self.process.kill()
        self.bury()

    def kill_one(self, chance: random.Random) -> None:
        """One of the other processes."""
        others = self.descendants()
        if others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(others), signal.SIGKILL)

    def suspend(self, seconds: float) -> None:
        """Stop the whole group for so long, as a virtual machine that is suspended; then it goes on."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.killpg(self.process.pid, signal.SIGCONT)

    def bury(self) -> int:
        """Wait for a main process that was killed, and for its workers to go. Raises Outlived; its exit status."""
        status = self.process.wait()
        until = time.monotonic() + PATIENCE
        while _has_members(self.process.pid):
            if time.monotonic() > until:
                msg = f"workers of {self.process.pid} outlived their gate"
                raise Outlived(msg)
            time.sleep(0.005)
        return status

    @property
    def holds(self) -> bool:
        """Whether the gate has the folder: before that, SIGTERM ends a process that has not begun."""
        lock = self.folder / "ledger.lock"
        return lock.exists() and lock.read_text() == str(self.process.pid)

    def end(self) -> int:
        """Tell the whole group to end, as a service manager does, and wait; its exit status."""
        os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(PATIENCE)


def _has_members(group: int) -> bool:
    """Whether a process of the group lives, and is not only waiting to be reaped."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                state, _, pgrp = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(pgrp) == group and state != "Z":
                    return True
    return False


def work_off(running: Running, count: int, patience: float = PATIENCE) -> None:
    """Let the gate finish so many deposits, and end it; whatever happens, none is left running."""
    site, until, waits = running.site, time.monotonic() + patience, ["a gate that has not begun"]
    try:
        while not running.holds or (waits := site.waits_for(count)):
            assert running.alive, f"the gate ended by itself\n{site.last_words}"
            assert time.monotonic() < until, f"not done after {patience:.0f} s: {waits}\n{site.last_words}"
            time.sleep(0.1)
        assert running.end() == 0, site.last_words
        running.bury()
    finally:
        running.kill_all()
