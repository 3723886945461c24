"""A gate moved: its files copied, its ledger closed, copied whole and compared, its settings switched, in this order.

Killed at any instant and called again, a move goes on where it was: files that are there are not copied again, a ledger
is there whole or not at all, and until the settings name the new one the old one is the gate's.
"""

from __future__ import annotations

import os
import time
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edigate import config
from edigate.engine import restored
from edigate.engine.gate import Places
from edigate.engine.lock import Held, held
from edigate.ledger import closing as shut
from edigate.ledger import snapshots
from edigate.ledger.address import without_password
from edigate.ledger.archive import Folder
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.storage import archive_of, folder_of, payloads_of
from edigate.moving import crossing, files, ledgers, shelf
from edigate.moving import settings as file
from edigate.moving.ledgers import Copied, Move
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from edigate.moving.files import Files
    from edigate.moving.ledgers import Progress

_ARCHIVE_LOCK = "archive.lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a gate is to go: its ledger's address, that of its storage or an empty text; `dry_run` only looks."""

    ledger: str
    storage: str = ""
    dry_run: bool = False

    @property
    def to(self) -> str:
        """The ledger's address as it may be written down."""
        return without_password(self.ledger)


@dataclass(slots=True)
class Moved:
    """What was moved, or would be; `again` where the ledger had been before; `old` is the one left behind.

    `files` is None where the storage stays as it is.
    """

    wanted: Wanted
    copied: Copied = field(default_factory=Copied)
    files: Files | None = None
    again: bool = False
    old: str = ""
    seconds: float = 0.0


def move(root: Path, wanted: Wanted, *, actor: str, told: Progress) -> Moved:
    """Move the gate in this folder, or finish what had begun.

    Raises Unmovable, engine.lock.Held, engine.restored.Restored, config.BadSettings, LedgerUnfit, OSError, and what the
    databases raise; then the gate is where it was.
    """
    began = time.monotonic()
    root = root.resolve()
    code, places, path = config.load(root).gate.code, Places(root), root / config.FILE
    _switched(path, wanted)  # raises what it would raise in the end
    moved = Moved(wanted)
    with _alone(places):
        if not wanted.dry_run:
            file.require_writable(path)
        if shelf.is_there(places):
            new = Move(os.urandom(12).hex(), code, actor, stamp(system_clock()), wanted.to)
            _move_all(places, moved, new, told)
        else:
            _finish(places, moved, told)
        if not wanted.dry_run:
            _switch(places, path, moved)
    moved.seconds = time.monotonic() - began
    return moved


def _move_all(places: Places, moved: Moved, new: Move, told: Progress) -> None:
    """The files, then the ledger: what would stand in the ledger's way is met before the long part."""
    wanted = moved.wanted
    source = open_ledger(places.ledger)
    try:
        _refuse_if_restored(source, places.root)
        crossing.meet(source, wanted.ledger, new.to)
        _take_files(source, places, moved, told)
        if wanted.dry_run:
            moved.copied = crossing.survey(source, told)
        else:
            moved.copied = crossing.bring_over(source, wanted.ledger, places, new, told)
    finally:
        source.dispose()


def _switch(places: Places, path: Path, moved: Moved) -> None:
    """Let the settings name the new places; from now on the gate is there."""
    switched = _switched(path, moved.wanted)
    if file.text_of(path) != switched:
        file.write(path, switched)
    if shelf.is_there(places):
        moved.old = str(shelf.put(places))


def is_under_way(root: Path) -> bool:
    """Whether a move has closed the ledger in this folder and not been finished."""
    places = Places(root)
    return shelf.is_there(places) and shelf.mark_in(places.ledger) is not None


def give_up(root: Path) -> bool:
    """Open a ledger again whose move was cut short; whether there was anything to give up. Raises Unmovable, Held."""
    root = root.resolve()
    config.load(root)
    places = Places(root)
    with _alone(places):
        if not shelf.is_there(places) or file.said(root / config.FILE, "ledger", "url"):
            raise Unmovable(Cause.FINISHED)
        source = open_ledger(places.ledger)
        try:
            with writing(source) as connection:
                was = shut.mark_of(connection) is not None
                shut.reopen(connection)
        finally:
            source.dispose()
    return was


def _switched(path: Path, wanted: Wanted) -> str:
    """The settings as they are to be. Raises Unmovable where they name another ledger, or cannot be changed."""
    there = file.said(path, "ledger", "url")
    if there and without_password(there) != wanted.to:
        raise Unmovable(Cause.ELSEWHERE, without_password(there))
    changes = {("ledger", "url"): wanted.to}
    if wanted.storage:
        changes["storage", "url"] = wanted.storage
    text = file.with_settings(file.text_of(path), changes)
    config.checked(path, tomllib.loads(text))
    return text


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Hold the folder: no gate, no backup and no purge is at work there meanwhile."""
    with held(places.lock):
        try:
            with held(places.root / _ARCHIVE_LOCK):
                yield
        except Held:
            raise Unmovable(Cause.AT_WORK, str(places.root)) from None


def _refuse_if_restored(source: Engine, root: Path) -> None:
    with source.connect() as connection:
        if (mark := restored.mark_of(connection)) is not None:
            raise restored.Restored(root, mark["made_at"])


def _finish(places: Places, moved: Moved, told: Progress) -> None:
    """Tell of a ledger that was moved before, and take the files where they are wanted now.

    Raises Unmovable where none ever was.
    """
    kept = shelf.newest(places)
    if kept is None:
        raise Unmovable(Cause.NO_LEDGER, str(places.root))
    target = open_ledger(moved.wanted.ledger, create=False)
    try:
        with target.connect() as connection:
            found = ledgers.moved_here(connection)
        if found is None:
            raise Unmovable(Cause.ANOTHER_LEDGER, moved.wanted.to)
        moved.copied = crossing.recognised(found, shelf.mark_in(kept))
        moved.again, moved.old = True, str(kept)
        _take_files(target, places, moved, told)
    finally:
        target.dispose()


def _take_files(ledger: Engine, places: Places, moved: Moved, told: Progress) -> None:
    """Copy deposits and directories, unless they are where they are wanted already."""
    wanted, there = moved.wanted, config.load(places.root).storage.url
    if not wanted.storage or wanted.storage == there:
        return
    source = archive_of(there, places.root, places.work)
    folder = source.folder()
    if folder is None:
        raise Unmovable(Cause.STORED, there)
    if (shared := folder_of(wanted.storage)) and not shared.is_dir():
        raise Unmovable(Cause.NO_FOLDER, str(shared))
    with ledger.connect() as connection:
        moved.files = files.survey(source, connection)
    storage = payloads_of(wanted.storage, places.root)
    next(iter(storage.keys(snapshots.SHARED)), None)  # where it does not answer, that is met before all else
    if wanted.dry_run:
        return
    target = archive_of(wanted.storage, places.root, places.work)
    if isinstance(target, Folder):
        target.found()
    files.copy_archive(folder, source, target, moved.files, told)
    moved.files.directories = files.copy_directories(places.directory, storage)
