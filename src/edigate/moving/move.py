"""A gate moved: its files copied, its ledger closed, copied whole and compared, its settings switched, in this order.

Killed at any instant and called again, a move goes on where it was: files that are there are not copied again, a ledger
is there whole or not at all, and until the settings name the new one the old one is the gate's.
"""

from __future__ import annotations

import os
import time
import tomllib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edigate import catalogue, config
from edigate.engine import restored
from edigate.engine.delivering import outbox_mark
from edigate.engine.gate import Places
from edigate.engine.lock import Held, held
from edigate.founding import make_passable
from edigate.ledger import closing as shut
from edigate.ledger.address import without_password
from edigate.ledger.archive import Folder
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import open_ledger, sole, writing
from edigate.ledger.storage import archive_of, folder_of, payloads_of
from edigate.moving import files, ledgers, shelf
from edigate.moving import settings as file
from edigate.moving.contents import TABLES, Chains, ZeroByte, count, digest_of, embedded_rows
from edigate.moving.ledgers import Copied, Move
from edigate.moving.reasons import Cause, Unmovable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from edigate.moving.files import Files
    from edigate.moving.ledgers import Progress

_NAME = "move"
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
    switched = _switched(path, wanted)
    moved = Moved(wanted)
    with _alone(places):
        if not wanted.dry_run:
            file.require_writable(path)
        if not places.ledger.exists():
            _finish(places, moved, told)
        else:
            source = open_ledger(places.ledger)
            try:
                _refuse_if_restored(source, root)
                _take_files(source, places, moved, told)
                if wanted.dry_run:
                    _survey(source, moved, told)
                else:
                    _bring_over(source, places, moved, Move(os.urandom(12).hex(), code, actor, _now(), wanted.to), told)
            finally:
                source.dispose()
        if not wanted.dry_run:
            _switch(places, path, switched, moved)
    moved.seconds = time.monotonic() - began
    return moved


def _switch(places: Places, path: Path, switched: str, moved: Moved) -> None:
    """Let the settings name the new places; from now on the gate is there."""
    if file.text_of(path) != switched:
        file.write(path, switched)
    if places.ledger.exists():
        moved.old = str(shelf.put(places))


def give_up(root: Path) -> bool:
    """Open a ledger again whose move was cut short; whether there was anything to give up. Raises Unmovable, Held."""
    root = root.resolve()
    config.load(root)
    places = Places(root)
    with _alone(places):
        if not places.ledger.exists() or file.said(root / config.FILE, "ledger", "url"):
            raise Unmovable(Cause.FINISHED)
        source = open_ledger(places.ledger)
        try:
            with writing(source) as connection:
                was = shut.mark_of(connection) is not None
                shut.reopen(connection)
        finally:
            source.dispose()
    return was


def _now() -> str:
    return stamp(system_clock())


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


def _survey(source: Engine, moved: Moved, told: Progress) -> None:
    """Count what is there, and meet whatever would stand in the way."""
    with suppress(FileNotFoundError):  # a database without any ledger is what is wanted
        target = open_ledger(moved.wanted.ledger, create=False)
        try:
            with target.connect() as connection:
                ledgers.require_empty(connection)
        finally:
            target.dispose()
    with source.connect() as connection, _zero_bytes_told():
        ledgers.require_sound(connection)
        totals, chains = count(connection), Chains()
        for table in TABLES:

            def advance(rows: int, name: str = table.name) -> None:
                told(name, rows, totals[name])

            moved.copied.tables[table.name] = digest_of(table, embedded_rows(connection, table), advance, chains).rows
    moved.copied.broken = chains.broken
    moved.copied.chains = {writer: number for writer, (number, _) in chains.ends.items()}


def _bring_over(source: Engine, places: Places, moved: Moved, new: Move, told: Progress) -> None:
    """Have the whole ledger in the new place, and the old one closed."""
    with source.connect() as connection:
        mark = shut.mark_of(connection)
        if mark is None:
            ledgers.require_sound(connection)
    if mark is not None and mark["to"] != new.to:
        raise Unmovable(Cause.BEGUN_ELSEWHERE, mark["to"])
    target = open_ledger(moved.wanted.ledger)
    try:
        with sole(target, _NAME) as hold:
            if not hold:
                raise Unmovable(Cause.AT_WORK, new.to)
            with target.connect() as connection:
                found = ledgers.moved_here(connection)
                if found is None:
                    ledgers.require_empty(connection)
            if found is not None:
                moved.copied = _recognised(found, mark)
            else:
                moved.copied = _copied(source, target, places, mark, new, told)
    finally:
        target.dispose()


def _recognised(found: dict[str, Any], mark: dict[str, Any] | None) -> Copied:
    """What an earlier call brought over. Raises Unmovable where it was somebody else's."""
    if mark is None or found["move"]["id"] != mark["id"]:
        raise Unmovable(Cause.ANOTHER_LEDGER, f"{found['move']['gate']}, {found['move']['at']}")
    return Copied(**found["copied"])


def _copied(
    source: Engine, target: Engine, places: Places, mark: dict[str, Any] | None, new: Move, told: Progress
) -> Copied:
    """Close the old ledger and fill the new one; where that fails, the old one is opened again.

    Whether a commit that failed was done after all nobody knows: then it stays closed until the next call finds out.
    """
    make_passable(places.outbox)
    mark = mark or {"id": new.id, "to": new.to, "at": new.at}
    signed = Move(mark["id"], new.gate, new.actor, mark["at"], new.to, outbox_mark(places.outbox))
    _close(source, mark)
    decided = False
    try:
        with source.connect() as old, writing(target) as connection, _zero_bytes_told():
            copied = ledgers.copy(old, connection, signed, catalogue.interfaces(), told)
            decided = True
    except BaseException:
        if not decided:
            with writing(source) as old:
                shut.reopen(old)
        raise
    return copied


def _close(source: Engine, mark: dict[str, Any]) -> None:
    with writing(source) as connection:
        if shut.mark_of(connection) is None:
            shut.close(connection, mark)


@contextmanager
def _zero_bytes_told() -> Iterator[None]:
    try:
        yield
    except ZeroByte as error:
        raise Unmovable(Cause.ZERO_BYTE, str(error)) from None


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
        moved.copied = _recognised(found, shelf.mark_in(kept))
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
    if wanted.dry_run:
        return
    target = archive_of(wanted.storage, places.root, places.work)
    if isinstance(target, Folder):
        target.found()
    files.copy_archive(folder, source, target, moved.files, told)
    moved.files.directories = files.copy_directories(places.directory, payloads_of(wanted.storage, places.root))
