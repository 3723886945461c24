"""One round of torture as all kinds of it know it: the gate's site, what is deposited, chance, time, and the counts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from torture.disturbing import waves_of
from torture.running import PLAIN, Outlived, Running

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.points import Fault
    from torture.servers import Elsewhere
    from torture.site import Site


if TYPE_CHECKING:
    Strike = Callable[[], str]
    """One blow: takes as long as it likes and says what it did."""


class Hardship(Protocol):
    """A kind of blows."""

    @property
    def __name__(self) -> str:
        """What it is called where it is left out."""

    def __call__(self, trial: Trial) -> Strike:
        """Make ready for this trial. Raises Unavailable."""


class Unavailable(Exception):
    """A kind of torture is not allowed on this machine; the message says why."""


@dataclass
class Counts:
    """What was done to gates, and what they did about it.

    `ended` are gates that ended by themselves while they started, which a service manager starts again, `revived` files
    set aside as dead letters that were offered again, `unfired` faults that were ordered and never came, `left_out`
    hardships that this machine does not allow, with the reason.
    """

    starts: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    blows: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    revived: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    unfired: list[str] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)


@dataclass
class Trial:
    """One round: `folder` is for whatever it needs beside the site; `plan` are faults still to be tried."""

    site: Site
    deposits: Sequence[Deposit]
    chance: random.Random
    seconds: float
    folder: Path
    counts: Counts
    plan: list[Fault] = field(default_factory=list)
    elsewhere: Elsewhere | None = None

    @property
    def clock(self) -> Path:
        """Holds the seconds by which the gate's clock is wrong; where it is missing the clock is right."""
        return self.folder / "clock"

    def start(self, command: Sequence[str] = PLAIN) -> Running:
        """Start a gate, and count it."""
        self.counts.starts += 1
        return Running(self.site, command)

    def waves(self, size: int) -> list[list[Deposit]]:
        """The deposits, so many at a time."""
        return waves_of(list(self.deposits), size)

    def look_after(self, running: Running, command: Sequence[str] = PLAIN) -> Running:
        """The same gate if it lives; if it ended by itself another one, and a flaw where it was at work already."""
        if running.alive:
            return running
        status = running.bury()
        if running.has_started:
            self.counts.flaws.append(f"a gate at work ended by itself ({status}): {running.said[-600:]}")
        self.counts.ended += 1
        time.sleep(0.1)
        return self.start(command)


WAVE = 12


def harass(trial: Trial, hardships: Sequence[Hardship]) -> None:
    """Deposit while blow after blow falls on a gate that is killed now and then, until all is deposited and time over.

    A hardship that this machine does not allow is left out, and told; raises Unavailable where none remains.
    """
    strikes = [strike for strike in (_prepared(trial, hardship) for hardship in hardships) if strike]
    if not strikes:
        raise Unavailable(*trial.counts.left_out.values())
    command = ("torture.gate", "--marks", str(trial.folder), "--clock", str(trial.clock))
    until = time.monotonic() + trial.seconds
    running = trial.start(command)
    try:
        with _depositing(trial) as depositor:
            while depositor.is_alive() or time.monotonic() < until:
                trial.counts.blows[trial.chance.choice(strikes)()] += 1
                running = _kill_perhaps(trial, trial.look_after(running, command), command)
    finally:
        running.kill_all()
        trial.clock.unlink(missing_ok=True)
        if trial.elsewhere:
            trial.elsewhere.cable.unblock()
            trial.elsewhere.cable.cut()


def _prepared(trial: Trial, hardship: Hardship) -> Strike | None:
    try:
        return hardship(trial)
    except Unavailable as reason:
        trial.counts.left_out[hardship.__name__] = str(reason)
        return None


def _kill_perhaps(trial: Trial, running: Running, command: Sequence[str]) -> Running:
    victim = trial.chance.choice(("all", "main", "one", "", "", ""))
    if not victim:
        return running
    trial.counts.kills[victim] += 1
    if victim == "one":
        running.kill_one(trial.chance)
        return running
    try:
        (running.kill_all if victim == "all" else running.kill_main)()
    except Outlived as error:
        trial.counts.flaws.append(str(error))
    return trial.start(command)


@contextlib.contextmanager
def _depositing(trial: Trial) -> Iterator[threading.Thread]:
    """Deposit wave after wave, over the time that the trial has."""
    waves = trial.waves(WAVE)
    pauses = [trial.chance.random() * 2 * trial.seconds / len(waves) for _ in waves]
    done = threading.Event()

    def deposit() -> None:
        for wave, pause in zip(waves, pauses, strict=True):
            trial.site.drop(wave)
            done.wait(pause)

    thread = threading.Thread(target=deposit, name="depositors")
    thread.start()
    try:
        yield thread
    finally:
        done.set()
        thread.join()
