"""An engine at work beside a test, in a thread of its own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60


class Engine(Protocol):
    """What works until it is told to stop."""

    def run(self) -> object:
        """Work."""

    def stop(self) -> None:
        """End soon."""


E = TypeVar("E", bound=Engine)


@contextmanager
def at_work(engine: E) -> Iterator[E]:
    """Let it work; it must end when it is told to."""
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        yield engine
    finally:
        engine.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it does not end"
