"""Files that a partner fetches only once (reference §5.1): taken out of the outbox when somebody has read them."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    FileClosedNoWriteEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from edigate.engine.collected import note_collected, remove, sight_of
from edigate.intake.folder import Sight
from edigate.ledger import collection
from edigate.ledger.deliveries import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import RowMapping
    from watchdog.observers.api import BaseObserver, ObservedWatch

    from edigate.engine.gate import Gate

log = structlog.get_logger()
PACE = 0.5
PAUSE_AFTER_TROUBLE = 30.0


class Read(NamedTuple):
    """A file that somebody closed after reading, as it looked then."""

    partner: str
    name: str
    sight: Sight


class Reads(FileSystemEventHandler):
    """What was read, from the thread that hears of it to the one that takes it away."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._news: set[Read] = set()
        self._lock = threading.Lock()

    def on_closed_no_write(self, event: FileSystemEvent) -> None:
        """Keep a file that has a name; hidden ones are nobody's."""
        path = Path(os.fsdecode(event.src_path))
        if not path.name.startswith("."):
            with suppress(OSError):
                self.put([Read(path.parent.name, path.name, Sight.of(path.lstat()))])

    def put(self, reads: Iterable[Read]) -> None:
        """Keep these, or keep them again."""
        with self._lock:
            self._news.update(reads)

    def take(self) -> list[Read]:
        """What was kept since the last time."""
        with self._lock:
            news, self._news = self._news, set()
        return list(news)


class _Folders(FileSystemEventHandler):
    """Listens in each partner's folder, also in those that are made later; not below, where files are staged."""

    def __init__(self, observer: BaseObserver, reads: Reads, outbox: Path) -> None:
        self._observer, self._reads = observer, reads
        self._watches: dict[str, tuple[int, ObservedWatch]] = {}
        observer.schedule(self, str(outbox), event_filter=[DirCreatedEvent, DirDeletedEvent])
        for folder in outbox.iterdir():
            if folder.is_dir():
                self.listen(folder)

    def on_created(self, event: FileSystemEvent) -> None:
        """Somebody else made a folder."""
        self.listen(Path(os.fsdecode(event.src_path)))

    def on_deleted(self, event: FileSystemEvent) -> None:
        """What is made in its place may have its inode."""
        self._forget(os.fsdecode(event.src_path))

    def listen(self, folder: Path) -> None:
        """Hear of what is read in this folder from now on; one that came anew has to be listened to anew."""
        with suppress(OSError):
            path, inode = str(folder), folder.stat().st_ino
            known = self._watches.get(path)
            if known is None or known[0] != inode:
                self._forget(path)
                heard = self._observer.schedule(self._reads, path, event_filter=[FileClosedNoWriteEvent])
                self._watches[path] = inode, heard

    def _forget(self, folder: str) -> None:
        if known := self._watches.pop(folder, None):
            self._observer.unschedule(known[1])


@contextmanager
def once_only(gate: Gate) -> Iterator[None]:
    """As long as the context lasts, take files away that were read in the outboxes, where the settings say so.

    The kernel tells that a file was closed after reading, neither by whom nor whether it was read to its end. The gate
    itself never opens a published file.
    """
    if not gate.settings.outbox.collect_once or sys.platform != "linux":
        yield
        return
    reads, done, observer = Reads(), threading.Event(), Observer()
    observer.start()
    # What is published in a new folder may be read before the news of the folder has come.
    gate.outbox.prepared = _Folders(observer, reads, gate.places.outbox).listen
    thread = threading.Thread(target=_keep_taking, args=(gate, reads, done), daemon=True, name="once-only")
    thread.start()
    try:
        yield
    finally:
        gate.outbox.prepared = None
        observer.stop()
        observer.join()
        done.set()
        thread.join()


def _keep_taking(gate: Gate, reads: Reads, done: threading.Event) -> None:
    pause = PACE
    ended = False
    while not ended:
        ended = done.wait(pause)
        found = reads.take()
        try:
            reads.put(take_away(gate, found))
            pause = PACE
        except Exception as error:  # noqa: BLE001 - what was read is not forgotten, whatever stands in the way now
            log.error("gate.chore_failed", chore="once_only", error=str(error))
            reads.put(found)
            pause = PAUSE_AFTER_TROUBLE


def take_away(gate: Gate, reads: Iterable[Read]) -> list[Read]:
    """Remove files that were read and look as they did then; returns those to come back to.

    A file can be read in the moment between its rename and the commit that says that it is published.
    """
    there = [read for read in reads if _is_there(gate, read)]
    if not there:
        return []
    with gate.ledger.connect() as connection:
        rows = collection.named(connection, {read.name for read in there})
    known = [(read, row) for read in there if (row := rows.get(read.name)) and row["partner"] == read.partner]
    for partner in sorted({read.partner for read in there}):
        taken = [collection.offered(row) for read, row in known if read.partner == partner and _may_go(read, row)]
        remove(gate.places.outbox / partner, {file.name: file.size for file in taken})
        if taken:
            note_collected(gate, taken)
    return [read for read, row in known if row["state"] != PUBLISHED]


def _is_there(gate: Gate, read: Read) -> bool:
    """Whether it is the very file that was read: one that was offered anew is another."""
    return sight_of(gate.places.outbox / read.partner / read.name, read.sight.size) == read.sight


def _may_go(read: Read, row: RowMapping) -> bool:
    """Whether it is a delivery that lies in the outbox and nowhere else."""
    on_offer = row["state"] == PUBLISHED and not row["gone_at"] and not row["uploaded_at"]
    return on_offer and row["size"] == read.sight.size
