"""A gate of several machines on one PostgreSQL: a folder for each, one outbox and one storage for all."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

from edigate.config import FILE
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger.locks import DEAD_AFTER
from tests.postgres import Postgres, binary
from torture.disturbing import waves_of
from torture.points import FAULTS, Deed
from torture.running import PLAIN, Running
from torture.site import PATIENCE, SETTINGS, Site
from torture.trial import Unavailable

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from torture.deposits import Deposit

HEARTBEAT = 0.5
LONGER_THAN_DEAD = 2 * DEAD_AFTER * HEARTBEAT
MACHINES, FAULTS_EACH = 3, 3
EVERYTHING = ("intake,work,deliver", "intake,work,deliver", "intake,work")
"""Roles of the machines, in their order."""


class Fleet(Site):
    """Machines with a folder each; the first one's is the site's, which also looks at what became of all."""

    def __init__(
        self, root: Path, url: str, machines: int, first: list[Deposit] | None = None, settings: str = SETTINGS
    ) -> None:
        """Make the folders, and let the first machine take what is deposited first in peace."""
        self.shared = root.with_name(f"{root.name}-shared")
        folders = [root, *(root.with_name(f"{root.name}-{number}") for number in range(2, machines + 1))]
        (self.shared / "outbox").mkdir(parents=True)
        own = settings.replace("[engine]\n", f"[engine]\nheartbeat_seconds = {HEARTBEAT}\n")
        told = f'{own}[ledger]\nurl = "{url}"\n[storage]\nurl = "{self.shared}"\n'
        for folder in folders:
            folder.mkdir()
            (folder / FILE).write_text(told, encoding="utf-8")
            (folder / "outbox").symlink_to(self.shared / "outbox")
        self.turn = 0
        super().__init__(root, first, told)
        self.folders = folders
        self.archive = self.shared / "archive"

    def drop(self, deposits: Iterable[Deposit]) -> None:
        """Deposit at one machine after the other, as a partner with several addresses would."""
        for deposit in deposits:
            self.turn += 1
            folder = self.folders[self.turn % len(self.folders)]
            (folder / "inbox" / deposit.partner).mkdir(parents=True, exist_ok=True)  # its gate may be dead
            self.drop_at(folder, [deposit])


class Machines:
    """The gates of a fleet, each at work in its roles."""

    def __init__(
        self,
        fleet: Fleet,
        roles: Sequence[str],
        inside: Sequence[Sequence[str]] = (),
        command: Callable[[], Sequence[str]] = lambda: PLAIN,
    ) -> None:
        """Start them all; `inside` is, for each, what begins a command that runs there, `command` gives its module."""
        self._fleet = fleet
        self._inside = inside or [()] * len(roles)
        self._command = command
        self._roles = roles
        self.running = [self._start(number) for number in range(len(roles))]

    def _start(self, number: int) -> Running:
        more = ("--roles", self._roles[number])
        command = self._command()
        return Running(self._fleet, command, folder=self._fleet.folders[number], more=more, inside=self._inside[number])

    def kill(self, number: int, how: str, chance: random.Random) -> None:
        """Kill one machine's gate, whole or its main process alone, and start it anew; or kill one of its workers."""
        running = self.running[number]
        if how == "one":
            running.kill_one(chance)
            return
        (running.kill_all if how == "all" else running.kill_main)()
        self.running[number] = self._start(number)

    def begin(self, patience: float = PATIENCE) -> None:
        """Wait until each is at work: one that cannot reach the server as it starts ends."""
        until = time.monotonic() + patience
        while not all(running.holds for running in self.running):
            assert all(running.alive for running in self.running), f"a gate ended\n{self._fleet.last_words}"
            assert time.monotonic() < until, self._fleet.last_words
            time.sleep(0.05)

    def raise_the_dead(self) -> int:
        """Start those anew that have ended, by a fault or because the server was away as they started; how many."""
        dead = [number for number, running in enumerate(self.running) if not running.alive]
        for number in dead:
            self.running[number].bury()
            self.running[number] = self._start(number)
        return len(dead)

    def in_peace(self) -> None:
        """Nothing is to befall whoever is started from now on; those that are at work are started anew."""
        self._command = lambda: PLAIN
        for number, running in enumerate(self.running):
            running.kill_all()
            self.running[number] = self._start(number)

    def end(self) -> None:
        """Tell all to end, and see that they do so well."""
        for running in self.running:
            assert running.end() == 0, self._fleet.last_words
            running.bury()

    def kill_all(self) -> None:
        """Leave nothing behind."""
        for running in self.running:
            with contextlib.suppress(OSError):
                running.kill_all()


@contextlib.contextmanager
def at_work(
    fleet: Fleet,
    roles: Sequence[str] = EVERYTHING,
    inside: Sequence[Sequence[str]] = (),
    command: Callable[[], Sequence[str]] = lambda: PLAIN,
) -> Iterator[Machines]:
    """A fleet's gates, ended at the end whatever happens."""
    machines = Machines(fleet, roles, inside, command)
    try:
        yield machines
    finally:
        machines.kill_all()


@contextlib.contextmanager
def database() -> Iterator[Postgres]:
    """A server of this machine. Raises Unavailable."""
    if not binary("postgres"):
        msg = "no PostgreSQL server here (Debian, Ubuntu: postgresql)"
        raise Unavailable(msg)
    with Postgres() as server:
        yield server


def disturb(
    fleet: Fleet, deposits: list[Deposit], chance: random.Random, seconds: float, server: Postgres | None = None
) -> Counter[str]:
    """Deposit in waves while gates are killed or stopped at random instants, and go on, for so long; then finish.

    Many kill themselves before or after a step (`torture.points`). A `server` that is given crashes now and then, too.
    Returns how often what was killed, or stopped for some heartbeats.
    """
    waves, killed = waves_of(deposits), Counter[str]()
    until = time.monotonic() + seconds
    deadly = [name for name, fault in FAULTS.items() if fault.deed is Deed.KILL and not fault.point.remote]

    def struck() -> Sequence[str]:
        orders = [f"--fault={chance.choice(deadly)}:{chance.randint(1, 3)}" for _ in range(FAULTS_EACH)]
        return ("torture.gate", "--marks", str(fleet.shared), *orders)

    with at_work(fleet, command=struck) as machines:
        while time.monotonic() < until or waves:
            if waves:
                fleet.drop(waves.pop(0))
            time.sleep(chance.choice((chance.random() * 0.3, chance.random() * 1.5, 0.5 + chance.random())))
            victim = chance.choice(("all", "main", "one", "stopped", *["server"] * bool(server)))
            killed[victim] += 1
            if victim == "server" and server:
                server.stop(signal.SIGQUIT)
                time.sleep(chance.random())
                server.start()
            elif victim == "stopped":
                chance.choice(machines.running).suspend(LONGER_THAN_DEAD * chance.random())
            else:
                machines.kill(chance.randrange(len(machines.running)), victim, chance)
            killed["fault"] += machines.raise_the_dead()
        machines.in_peace()
        finish(fleet, machines, len(deposits))
    return killed


def finish(fleet: Fleet, machines: Machines, count: int, patience: float = PATIENCE) -> None:
    """Let the machines finish so many deposits, and end them."""
    machines.begin()
    until = time.monotonic() + patience
    while waits := fleet.waits_for(count):
        assert all(running.alive for running in machines.running), f"a gate ended by itself\n{fleet.last_words}"
        assert time.monotonic() < until, f"not done after {patience:.0f} s: {waits}\n{fleet.last_words}"
        time.sleep(0.2)
    machines.end()
    gate = fleet.open()
    Distributed(gate, {Role.DELIVER}).run_once()  # a machine that was cut off may have staged what others published
    gate.ledger.dispose()
