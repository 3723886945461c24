"""The chores of processes that share a ledger: each does those of its roles, and of several one does each at a time."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from edigate.engine import delivering, heard, job_runner
from edigate.engine.decisions import pass_time
from edigate.engine.roles import Role
from edigate.engine.upkeep import Chore
from edigate.ledger import jobs
from edigate.ledger.archive import ARRIVING
from edigate.ledger.database import writing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from edigate.engine.gate import Gate
    from edigate.ledger.locks import Locks

TIME_SECONDS = 5.0
FORGOTTEN_SECONDS = 60.0
COPIES_SECONDS = 3600.0
BY_EVERYBODY = frozenset({"ledger"})
"""Chores of every process: that the ledger is away cannot be agreed on in the ledger."""
BY_ROLE = {"outboxes": Role.DELIVER}
"""Of the chores of any gate, those of one role; the others are for everybody."""


def chores_of(roles: Collection[Role], locks: Locks, chores: Sequence[Chore]) -> list[Chore]:
    """Of these chores those of the roles, with what several processes have besides; none where there are none.

    Whoever comes first does each, while the others pass it by.
    """
    if not chores:
        return []
    besides = (
        (Role.WORK, Chore("time", lambda _: TIME_SECONDS, let_time_pass)),
        (Role.WORK, Chore("forgotten", lambda _: FORGOTTEN_SECONDS, job_runner.ask_again)),
        (Role.INTAKE, Chore("copies", lambda _: COPIES_SECONDS, tidy_copies)),
        (Role.DELIVER, Chore("staging", lambda _: delivering.TIDY_SECONDS, partial(delivering.tidy, locks=locks))),
    )
    own = [chore for chore in chores if chore.name not in BY_ROLE or BY_ROLE[chore.name] in roles]
    own += [chore for role, chore in besides if role in roles]
    return [
        chore if chore.name in BY_EVERYBODY else chore._replace(do=partial(_alone, chore=chore, locks=locks))
        for chore in own
    ]


def _alone(gate: Gate, chore: Chore, locks: Locks) -> None:
    taken = locks.take([f"chore {chore.name}"])
    try:
        if taken:
            chore.do(gate)
    finally:
        locks.give_back(taken)


def let_time_pass(gate: Gate) -> None:
    """Carry out what is due, and wake whoever delivers; what lay in any machine's inboxes by then is heard first."""
    if pass_time(gate, heard.time_to_call(gate)):
        with writing(gate.ledger) as connection:
            jobs.announce(connection)


def tidy_copies(gate: Gate) -> None:
    """Take away half-made copies in a shared archive, of machines that died over them an hour ago or earlier."""
    folder = gate.archive.folder()
    if folder is None:
        return
    for path in (folder / ARRIVING).glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - COPIES_SECONDS:
                path.unlink()
