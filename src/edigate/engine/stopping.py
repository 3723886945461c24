"""Being told to end: the batch in hand is finished, but not for longer than the gate is given."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = structlog.get_logger()
_AT_ONCE = b"!"
_IN_TIME = b"."


@contextmanager
def told_to_end(stop: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT, where this is the thread that signals go to.

    Where the context outlasts that by `seconds`, or on a second SIGINT, the process ends as it stands: that is no worse
    than a power cut, and the next gate goes on with what it finds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A pipe, since a signal handler may take no lock; what watches over the time must not need the main thread.
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    told: list[int] = []

    def handle(number: int, _frame: object) -> None:
        impatient = number == signal.SIGINT and signal.SIGINT in told
        told.append(number)
        os.write(writer, _AT_ONCE if impatient else _IN_TIME)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    watching = threading.Thread(target=_watch, args=(reader, stop, seconds), daemon=True, name="stopping")
    watching.start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writer)
        watching.join()
        os.close(reader)


def _watch(reader: int, stop: Callable[[], None], seconds: float) -> None:
    """Until the other end is closed; ends the process where that comes too late.

    It is logged first: whoever stops logs as well, and the order should be that of things.
    """
    until: float | None = None
    word_or_end = select.poll()  # unlike select it takes any descriptor
    word_or_end.register(reader, select.POLLIN)
    while word_or_end.poll(None if until is None else max(0.0, until - time.monotonic()) * 1000):
        word = os.read(reader, 1)
        if not word:
            return
        if word == _AT_ONCE:
            break
        try:
            log.info("gate.stopping", seconds_at_most=seconds)
        finally:
            stop()
        until = until or time.monotonic() + seconds
    log.warning("gate.cut_short")
    os._exit(0)
