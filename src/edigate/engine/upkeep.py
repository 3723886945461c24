"""What a running gate does beside its batches, now and then: each chore in its time, one after the other."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import structlog

from edigate.engine import collected, heads, purging, put_by, telling, watch
from edigate.engine.outcry import Outcry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edigate.config import Settings
    from edigate.engine.gate import Gate

log = structlog.get_logger()
PATIENCE = 10


class Chore(NamedTuple):
    """`every` gives the seconds between two times, 0 for never; `do` must bear being killed at any instant."""

    name: str
    every: Callable[[Settings], float]
    do: Callable[[Gate], None]


CHORES: tuple[Chore, ...] = (
    Chore("outboxes", lambda _: collected.PACE, collected.look_after),
    Chore("ledger", lambda settings: settings.watch.every_seconds, Outcry()),
    Chore("watch", lambda settings: settings.watch.every_seconds, watch.look),
    Chore("books", lambda settings: settings.watch.every_seconds, watch.Weigher()),
    Chore("balance", lambda _: watch.BALANCE_SECONDS, watch.check_balance),
    Chore("alerts", lambda settings: settings.watch.every_seconds, telling.tell),
    Chore("retention", lambda settings: purging.CHORE_PACE * settings.retention.automatic, purging.purge_on),
    Chore("put by", lambda _: put_by.SETTLED_SECONDS, put_by.sweep),
    Chore("heads", lambda settings: settings.audit.sign_minutes * 60, heads.keep_heads),
)


@contextmanager
def kept_up(gate: Gate, chores: Sequence[Chore] = CHORES) -> Iterator[None]:
    """Do the chores in a thread of their own as long as the context lasts; one that fails is told of and tried again.

    Each is done for the first time at once.
    """
    done = threading.Event()
    thread = threading.Thread(target=_keep_up, args=(gate, chores, done), daemon=True, name="upkeep")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE)


def do_once(gate: Gate, chores: Sequence[Chore] = CHORES) -> None:
    """Do the chores one after the other, for a gate that is run once and again."""
    for chore in chores:
        if chore.every(gate.settings):
            _do(gate, chore)


def _keep_up(gate: Gate, chores: Sequence[Chore], done: threading.Event) -> None:
    wanted = [chore for chore in chores if chore.every(gate.settings)]
    due = dict.fromkeys((chore.name for chore in wanted), 0.0)
    while wanted and not done.is_set():
        for chore in wanted:
            if time.monotonic() >= due[chore.name] and not done.is_set():
                due[chore.name] = time.monotonic() + chore.every(gate.settings)
                _do(gate, chore)
        done.wait(max(0.05, min(due.values()) - time.monotonic()))


def _do(gate: Gate, chore: Chore) -> None:
    try:
        chore.do(gate)
    except Exception as error:  # noqa: BLE001 - a chore that fails must keep neither the others nor the gate back
        log.error("gate.chore_failed", chore=chore.name, error=str(error))
