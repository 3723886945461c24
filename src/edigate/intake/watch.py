"""watchdog's events: a hint to look sooner, and the news that a file arrived by rename; a rescan is the truth."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from watchdog.events import FileSystemEvent, FileSystemEventHandler, FileSystemMovedEvent

if sys.platform == "linux":
    from edigate.intake.inotify_watch import ArrivalsObserver as Observer
else:
    from watchdog.observers import Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from watchdog.observers.api import BaseObserver

    from edigate.intake.folder import Inbox

__all__ = ["Observer", "watching"]

log = structlog.get_logger()


@contextmanager
def watching(inbox: Inbox, wake: Callable[[], None]) -> Iterator[None]:
    """Call `wake` whenever something arrives below the inbox, as long as the context lasts.

    A kernel that has so many who watch that it lets nobody else is told of: rescans are enough to find everything.
    """
    try:
        observer = _started(inbox, wake)
    except OSError as error:
        log.warning("gate.trouble", step="watch", error=str(error))
        yield
        return
    try:
        yield
    finally:
        observer.stop()
        observer.join()


def _started(inbox: Inbox, wake: Callable[[], None]) -> BaseObserver:
    with ExitStack() as undone:
        observer = Observer()
        undone.callback(observer.stop)  # it has a thread before it is started
        observer.schedule(_Handler(inbox, wake), str(inbox.root), recursive=True)
        observer.start()
        undone.pop_all()
    return observer


class _Handler(FileSystemEventHandler):
    def __init__(self, inbox: Inbox, wake: Callable[[], None]) -> None:
        self._inbox = inbox
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, FileSystemMovedEvent) and not event.is_directory and event.dest_path:
            self._inbox.arrived_by_rename(Path(str(event.dest_path)))
        self._wake()
