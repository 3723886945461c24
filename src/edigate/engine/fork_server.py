"""The fork server, from which worker processes are forked: started early, it loads beside the gate what they need."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerContext

_PRELOAD = ["edigate.preloaded"]  # by its name only: it lies above the engine


def start() -> None:
    """Have it start and load, and wait for neither; nothing where it runs."""
    with deaf_children():
        forkserver.ensure_running()


@contextmanager
def deaf_children() -> Iterator[ForkServerContext]:
    """Start processes that do not hear SIGTERM: sent to the whole group, it must let the batch in hand be finished."""
    resource_tracker.ensure_running()  # first, as starting it unblocks SIGTERM
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield context
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
