"""A backup given back: into an empty folder, every file compared with its hash, the ledger marked as restored."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from edigate import config
from edigate.backup import manifest as manifests
from edigate.backup.copying import copy, known_places, places, sum_of, sync_tree
from edigate.backup.manifest import ARCHIVE, DIRECTORY, LEDGER, BadBackup, Cause, Manifest
from edigate.engine.deposits import SYNCING_THREADS
from edigate.engine.gate import Places
from edigate.engine.restored import write_mark
from edigate.founding import make_passable
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import HEAD, open_ledger, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edigate.backup.manifest import Sum

_AT_ONCE = 256
_PRIVATE, _SHARED, _FOLDER = 0o600, 0o640, 0o750
_ARCHIVED = 0o440


@dataclass(slots=True)
class Given:
    """What was given back: `files` of the archive; `lacking` are places there that the backup has not whole."""

    manifest: Manifest
    generation: Path
    files: int = 0
    lacking: list[str] = field(default_factory=list)


def restore(
    backup: Path,
    root: Path,
    *,
    generation: str = "",
    salvage: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Given:
    """Give a generation back, the last one for none. Raises BadBackup, and then leaves nothing.

    `salvage` takes a backup whose archive has lost files, or of which some are altered: they are left out, and named.
    """
    chosen = manifests.chosen(backup, generation)
    given = Given(manifests.read(chosen), chosen)
    if given.manifest.ledger_revision > HEAD:
        raise BadBackup(Cause.NEWER, given.manifest.edigate)
    if root.exists() and any(root.iterdir()):
        raise BadBackup(Cause.NOT_EMPTY, str(root))
    made = not root.exists()
    root.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
    try:
        _fill(backup, root, given, salvage=salvage, progress=progress)
    except BaseException:
        _clear(root, whole=made)
        raise
    return given


def _fill(backup: Path, root: Path, given: Given, *, salvage: bool, progress: Callable[[int, int], None]) -> None:
    """The settings come last: a folder without them is no gate, whatever else lies in it."""
    settings = config.FILE
    for place, expected in given.manifest.files.items():
        if place != settings:
            mode = _SHARED if place == LEDGER else _PRIVATE
            _expect(given.generation / place, root / place, expected, mode=mode)
    for name, expected in given.manifest.directories.items():
        _expect(backup / DIRECTORY / name, root / DIRECTORY / name, expected, mode=_SHARED)
    _fill_archive(backup / ARCHIVE, Places(root).archive, given, salvage=salvage, progress=progress)
    for folder in (Places(root).inbox, Places(root).outbox):
        make_passable(folder)
    _mark(root, given)
    sync_tree(root)
    if settings in given.manifest.files:
        _expect(given.generation / settings, root / settings, given.manifest.files[settings], mode=_SHARED)
    sync_folder(root)


def _expect(source: Path, target: Path, expected: Sum, *, mode: int = _PRIVATE) -> None:
    try:
        found = copy(source, target, mode=mode)
    except FileNotFoundError:
        raise BadBackup(Cause.ALTERED, str(source)) from None
    if found != expected:
        raise BadBackup(Cause.ALTERED, str(source))


def _fill_archive(
    source: Path, target: Path, given: Given, *, salvage: bool, progress: Callable[[int, int], None]
) -> None:
    """What the ledger knows must be whole, but for what the gate itself had lost; what came later comes along."""
    target.mkdir(exist_ok=True, mode=_FOLDER)
    lost, total = set(given.manifest.missing), given.manifest.archive["files"]
    wanted = (place for place, _ in known_places(given.generation / LEDGER) if place not in lost)
    with ThreadPoolExecutor(SYNCING_THREADS) as threads:
        while part := list(islice(wanted, _AT_ONCE)):
            for place, whole in zip(part, threads.map(lambda p: _bring(source, target, p), part), strict=True):
                given.files += whole
                given.lacking += [] if whole else [place]
            progress(given.files + len(given.lacking), total)
        if given.lacking and not salvage:
            raise BadBackup(Cause.ALTERED, "\n".join(str(source / place) for place in given.lacking))
        given.lacking += sorted(lost)
        later = (place for place in places(source, given.manifest.day) if not (target / place).exists())
        while part := list(islice(later, _AT_ONCE)):
            list(threads.map(lambda p: _bring(source, target, p), part))


def _bring(source: Path, target: Path, place: str) -> bool:
    """Copy one file of the archive; whether it is what its name says."""
    try:
        found = copy(source / place, target / place, mode=_ARCHIVED)
    except FileNotFoundError:
        return False
    if found.sha256 != place.rpartition("/")[2]:
        (target / place).unlink()
        return False
    return True


def _mark(root: Path, given: Given) -> None:
    """Bring the ledger up to date and mark it, so that the gate begins by comparing."""
    ledger = open_ledger(Places(root).ledger)
    mark = {
        "made_at": given.manifest.made_at,
        "restored_at": stamp(system_clock()),
        "generation": given.generation.name,
        "head": given.manifest.head,
        "day": given.manifest.day,
    }
    try:
        with writing(ledger) as connection:
            write_mark(connection, mark)
    finally:
        ledger.dispose()


def _clear(root: Path, *, whole: bool) -> None:
    """Leave nothing of a gate that could not be given back."""
    if whole:
        shutil.rmtree(root, ignore_errors=True)
        return
    for path in root.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def check(backup: Path, generation: str = "") -> Iterator[str]:
    """Every file of a generation that is missing or altered in the backup, by its path. Raises BadBackup."""
    chosen = manifests.chosen(backup, generation)
    made = manifests.read(chosen)
    named = {chosen / place: expected for place, expected in made.files.items()}
    named |= {backup / DIRECTORY / name: expected for name, expected in made.directories.items()}
    for path, expected in named.items():
        if not path.is_file() or sum_of(path) != expected:
            yield str(path)
    for place, _ in known_places(chosen / LEDGER):
        path = backup / ARCHIVE / place
        if place not in made.missing and not (path.is_file() and sum_of(path).sha256 == path.name):
            yield str(path)
