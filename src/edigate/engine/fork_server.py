"""The fork server, from which worker processes are forked: started early, it loads beside the gate what they need."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerContext

_PRELOAD = ["edigate.preloaded"]  # by its name only: it lies above the engine
_FOR_THE_GATE = frozenset({signal.SIGTERM, signal.SIGINT})


def start() -> None:
    """Have it start and load, and wait for neither; nothing where it runs."""
    with deaf_children():
        forkserver.ensure_running()


@contextmanager
def deaf_children() -> Iterator[ForkServerContext]:
    """Start processes that hear neither SIGTERM nor Ctrl-C: sent to the whole group, they are the gate's to act on.

    It lets the batch in hand be finished; and a fork server that is at loading has nothing to say of being interrupted.
    """
    resource_tracker.ensure_running()  # first, as starting it unblocks both
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_GATE)
    try:
        yield context
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_go() -> None:
    """In a worker: let the fork server end with the gate, however busy the worker is, which ends with it then.

    Each is given the pipe that tells the fork server that the gate is there, in order to fork on; none does.
    """
    alive = vars(forkserver)["_forkserver"]
    if alive._forkserver_alive_fd is not None:  # noqa: SLF001 - the library has no name for it
        os.close(alive._forkserver_alive_fd)  # noqa: SLF001 - as above
        alive._forkserver_alive_fd = None  # noqa: SLF001 - as above
