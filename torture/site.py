"""A gate's folder with its depositors and collectors, who may have servers of their own; what they get is kept."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import threading
import time
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from edigate.app import open_gate
from edigate.config import FILE
from edigate.engine.engines import engine_of
from edigate.ledger import deadlines
from edigate.ledger.clock import stamp
from edigate.ledger.fetches import State
from edigate.ledger.tables import deliveries, fetches, flows, statuses
from edigate.sandbox.fill import install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate
    from torture.deposits import Deposit

SETTINGS = """
[intake]
quiet_seconds = 0
rescan_seconds = 0.5
batch_flows = 24
[pivots]
invoices = 7
[engine]
workers = 2
held_retry_seconds = 0.5
"""
PATIENCE = 120
ARRIVING = ".arriving"
SLOW_ONES, SLOWNESS = 5, 0.1
LATER = 18  # days: validators of what was deposited first are silent, receipts do not come


class Site:
    """A gate's folder; what is collected lies in `collected/<partner>/`.

    `twice` are the names that were handed out more than once, each as often as it was too much; `differs` those that
    came with other bytes. `inboxes` and `outboxes` are the folders of partners who do not use the gate's own. With
    `slowly` some files are written under their own names, piece by piece, as no partner should.
    """

    def __init__(self, root: Path, first: list[Deposit] | None = None, settings: str = SETTINGS) -> None:
        """Make a sandbox gate in this folder, and let it take what is deposited first in peace."""
        root.mkdir(exist_ok=True)
        (root / FILE).write_text(settings, encoding="utf-8")
        self._begin(root, root / "collected", first or [])
        gate = self.open()
        install(gate, actor="test")
        if first:
            self.drop(first)
            engine_of(gate).run_once()
            self.collect()
        gate.ledger.dispose()

    def _begin(self, root: Path, collected: Path, first: list[Deposit]) -> None:
        self.root, self.collected, self.first = root, collected, first
        self.folders = [root]
        self.archive = root / "archive"
        self.twice: list[str] = []
        self.differs: list[str] = []
        self.inboxes: dict[str, Path] = {}
        self.outboxes: dict[str, Path] = {}
        self.slowly = False

    def copy(self, root: Path, collected: Path, settings: str = SETTINGS) -> Self:
        """Another gate that is where this one is now; its partners collect into a folder of their own."""
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("collected", "*.log"), dirs_exist_ok=True)
        (root / FILE).write_text(settings, encoding="utf-8")
        shutil.copytree(self.collected, collected)
        other = type(self).__new__(type(self))
        other._begin(root, collected, self.first)  # noqa: SLF001 - of the same class
        return other

    @property
    def log(self) -> Path:
        """Where the gate says what it does; beside its folder, as that may be full."""
        return self.collected.with_name(f"{self.collected.name}.log")

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def open(self) -> Gate:
        """The gate, for looking into its ledger."""
        return open_gate(self.root)

    def drop(self, deposits: Iterable[Deposit]) -> None:
        """Deposit files by rename, as partners should; whoever is told that the disk is full tries again."""
        self.drop_at(self.root, deposits)

    def drop_at(self, root: Path, deposits: Iterable[Deposit]) -> None:
        """The same, in the inboxes of one of the gate's machines."""
        for number, deposit in enumerate(deposits):
            folder = self.inboxes.get(deposit.partner) or root / "inbox" / deposit.partner
            until = time.monotonic() + PATIENCE
            put = _written if self.slowly and number % SLOW_ONES == 0 else _renamed
            if put is _renamed and number % 2 and deposit.partner not in self.inboxes:
                put = _renamed_but_kept
            while not _dropped(folder, deposit, put):
                if time.monotonic() > until:
                    msg = f"{folder}: nothing can be deposited here"
                    raise TimeoutError(msg)
                time.sleep(0.05)

    def collect(self) -> None:
        """Move away whatever is offered; a name that was handed out before is remembered."""
        own = (path for path in self.root.glob("outbox/*/[!.]*") if path.parent.name not in self.outboxes)
        theirs = ((partner, path) for partner, folder in self.outboxes.items() for path in folder.glob("[!.]*"))
        for partner, path in [*((path.parent.name, path) for path in own), *theirs]:
            with contextlib.suppress(OSError):  # it cannot be taken away now: it will be next time
                content = path.read_bytes()
                path.unlink()
                self._keep(partner, path.name, content)

    def _keep(self, partner: str, name: str, content: bytes) -> None:
        kept = self.collected / partner / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        if kept.exists():
            self.twice.append(name)
            self.differs += [name] * (kept.read_bytes() != content)
        kept.write_bytes(content)

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        """Partners who move their files away at once."""
        done = threading.Event()

        def move() -> None:
            while not done.wait(0.003):
                self.collect()

        thread = threading.Thread(target=move)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.collect()

    def waits_for(self, count: int) -> list[str]:
        """What is still to be done until so many deposits, after the first ones, are through."""
        try:
            gate = self.open()
        except (OSError, OperationalError) as error:
            return [f"the ledger cannot be looked into: {error}"]
        try:
            found = _under_way(gate, count + len(self.first))
        except OperationalError as error:
            return [f"the ledger cannot be looked into: {error}"]
        finally:
            gate.ledger.dispose()
        return [f"{number} {what}" for what, number in found.items() if number]

    def is_done(self, count: int) -> bool:
        """Whether so many flows are decided, everything is published, and every status told."""
        return not self.waits_for(count)


_FETCHING = (State.WANTED, State.CLAIMED, State.MARKED)


def _under_way(gate: Gate, count: int) -> dict[str, int]:
    many = func.count()
    with gate.ledger.connect() as connection:
        decided = connection.execute(select(many).where(flows.c.state == "decided")).scalar_one()
        unpublished = connection.execute(select(many).where(deliveries.c.state != "published")).scalar_one()
        untold = connection.execute(select(many).where(statuses.c.told_in.is_(None))).scalar_one()
        fetching = connection.execute(select(many).where(fetches.c.state.in_(_FETCHING))).scalar_one()
        due = deadlines.any_due(connection, stamp(gate.clock() + dt.timedelta(days=LATER)))
    return {
        "deposits not decided": count - decided,
        "files not published": unpublished,
        "statuses not told": untold,
        "deposits elsewhere not finished": fetching,
        "deadlines not called": int(due),
    }


def _dropped(folder: Path, deposit: Deposit, put: Callable[[Path, Deposit], Path]) -> bool:
    try:
        put(folder, deposit)
    except OSError:
        with contextlib.suppress(OSError):
            (folder / ARRIVING).unlink(missing_ok=True)
        return False
    return True


def _renamed(folder: Path, deposit: Deposit) -> Path:
    (folder / ARRIVING).write_bytes(deposit.content)
    return (folder / ARRIVING).rename(folder / deposit.name)


def _renamed_but_kept(folder: Path, deposit: Deposit) -> Path:
    """By somebody who keeps another name of his file, and may write to it: the archive must have one of its own."""
    (folder / ARRIVING).write_bytes(deposit.content)
    sent = folder.parents[1] / "sent"
    with contextlib.suppress(OSError):  # of a full disk
        sent.mkdir(exist_ok=True)
        (sent / os.urandom(8).hex()).hardlink_to(folder / ARRIVING)
    return (folder / ARRIVING).rename(folder / deposit.name)


def _written(folder: Path, deposit: Deposit) -> Path:
    path, half = folder / deposit.name, len(deposit.content) // 2
    with path.open("wb", buffering=0) as file:
        for piece in (deposit.content[:half], deposit.content[half:]):
            if file.write(piece) != len(piece):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            time.sleep(SLOWNESS)
    return path
