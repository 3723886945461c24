"""A gate that is killed at random instants while its partners deposit, and one over the same deposits left alone."""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

from torture.deposits import first_deposits
from torture.outcome import Flaws, outcome
from torture.running import Running, work_off
from torture.site import Site

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.outcome import Result

WAVE = 12
VICTIMS = ("all", "main", "one", "one")


def waves_of(deposits: list[Deposit], size: int = WAVE) -> list[list[Deposit]]:
    """The deposits in the order given, so many at a time."""
    return [deposits[start : start + size] for start in range(0, len(deposits), size)]


def disturb(site: Site, deposits: list[Deposit], chance: random.Random, seconds: float) -> Counter[str]:
    """Deposit in waves while the gate is killed at random instants, and started again at once, for so long.

    Returns how often what was killed.
    """
    waves, killed = waves_of(deposits), Counter[str]()
    victims = (victim for _ in count() for victim in chance.sample(VICTIMS, len(VICTIMS)))  # each kind, however short
    until = time.monotonic() + seconds
    running = Running(site)
    while time.monotonic() < until or waves:
        if waves:
            site.drop(waves.pop(0))
        time.sleep(chance.choice((chance.random() * 0.3, chance.random() * 1.5, 0.5 + chance.random())))
        victim = next(victims)
        killed[victim] += 1
        if victim == "one":
            running.kill_one(chance)
            continue
        (running.kill_all if victim == "all" else running.kill_main)()
        running = Running(site)
    work_off(running, len(deposits))
    return killed


def undisturbed(root: Path, deposits: list[Deposit]) -> Result:
    """What becomes of the deposits when nothing happens."""
    site = Site(root, first_deposits())
    site.drop(deposits)
    with site.collecting():
        work_off(Running(site), len(deposits))
    result, flaws = outcome(site)
    assert flaws == Flaws()
    return result
