"""Rounds in which the gate is struck by faults at the points where they hurt, each by its name."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import TYPE_CHECKING

from torture.arming import REACHED
from torture.points import Deed, Fault, Ordered
from torture.running import Outlived, Running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.trial import Trial

WAVE = 6
WAVES_IN_A_LIFE = 3
RAISED_IN_A_LIFE = 4
START, WAIT = 4.0, 1.2  # seconds until a gate is at work, and for what is to come of a wave
TRIES = 5


def strike_by_name(trial: Trial) -> None:
    """Life after life of a gate, each with one deadly fault and some others, until the plan, deposits or time end.

    What was ordered and did not come is tried again, at the first call; in the end the trial says what never came.
    """
    waves, tried = deque(trial.waves(WAVE)), Counter[str]()
    trial.plan.sort(key=lambda fault: not fault.point.rare)  # deadlines are called once, in the first lives
    until = time.monotonic() + trial.seconds
    life = 0
    while waves and trial.plan and time.monotonic() < until:
        life += 1
        orders = _orders(trial, tried)
        marks = trial.folder / f"life-{life}"
        marks.mkdir()
        command = ["torture.gate", "--marks", str(marks)]
        running = trial.start([*command, *(f"--fault={order}" for order in orders)])
        died = _live(trial, running, orders, waves, marks)
        _settle(trial, orders, tried, marks, died=died)
    while waves:
        trial.site.drop(waves.popleft())


def _orders(trial: Trial, tried: Counter[str]) -> list[Ordered]:
    """The next deadly fault and some of the others; of those that only some lives can have, as many as there are."""
    deadly = [fault for fault in trial.plan if fault.deed is Deed.KILL and not fault.point.worker][:1]
    others = [fault for fault in trial.plan if fault not in deadly and _bears(fault)][:RAISED_IN_A_LIFE]
    return [Ordered(fault, _call(trial, fault, tried)) for fault in (*deadly, *others)]


def _call(trial: Trial, fault: Fault, tried: Counter[str]) -> int:
    """The first call where others would not come or did not."""
    return 1 if tried[fault.name] or fault.point.once else trial.chance.choice((1, 1, 2, 3))


def _bears(fault: Fault) -> bool:
    return fault.deed is not Deed.KILL or fault.point.worker


def _live(trial: Trial, running: Running, orders: Sequence[Ordered], waves: deque[list[Deposit]], marks: Path) -> bool:
    """Deposit until all came that was ordered, or the gate died of it; then end it. Returns whether it died."""
    for _ in range(WAVES_IN_A_LIFE):
        if waves:
            trial.site.drop(waves.popleft())
        until = time.monotonic() + WAIT + START * (not running.has_started)
        while running.alive and not _all_came(orders, marks) and time.monotonic() < until:
            time.sleep(0.02)
        if not running.alive or _all_came(orders, marks):
            break
    if not running.alive:
        _bury(trial, running, marks)
        return True
    trial.counts.kills["all"] += 1
    running.kill_all()
    return False


def _bury(trial: Trial, running: Running, marks: Path) -> None:
    """A gate that was not killed by a fault has ended by itself, which it may only do while it starts."""
    try:
        status = running.bury()
    except Outlived as error:
        trial.counts.flaws.append(str(error))
        return
    deadly = [path.name for path in marks.iterdir() if path.name.endswith(f".{Deed.KILL}")]
    if deadly:
        trial.counts.kills["main"] += 1
    elif running.has_started:
        came = sorted(path.name for path in marks.iterdir() if not path.name.startswith(REACHED))
        trial.counts.flaws.append(f"a gate at work ended by itself ({status}) after {came}: {running.said[-600:]}")
    trial.counts.ended += not deadly


def _came(order: Ordered, marks: Path) -> bool:
    return (marks / order.fault.name).exists()


def _all_came(orders: Sequence[Ordered], marks: Path) -> bool:
    """Of those that only some lives can have the deadly one is waited for, as it is the first that is ordered."""
    waited = [order for order in orders if not order.fault.point.rare or order is orders[0]]
    return all(_came(order, marks) for order in waited)


def _settle(trial: Trial, orders: Sequence[Ordered], tried: Counter[str], marks: Path, *, died: bool) -> None:
    """Take what came from the plan, and what has never come after several tries; let the others have another turn.

    A try in a life that was cut short by another fault does not count.
    """
    for order in orders:
        fault = order.fault
        trial.plan.remove(fault)
        if _came(order, marks):
            trial.counts.faults[fault.name] += 1
            continue
        tried[fault.name] += not died and not fault.point.rare
        if tried[fault.name] < TRIES:
            trial.plan.append(fault)
        else:
            trial.counts.unfired.append(fault.name)
