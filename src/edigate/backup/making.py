"""Making a backup of a gate that may be running: the ledger by SQLite's own means, then what is new in the archive."""

from __future__ import annotations

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from edigate import __version__, config
from edigate.backup import manifest as manifests
from edigate.backup.copying import ARRIVING, copy, known_places, places, read_only, sum_of, sync_tree
from edigate.backup.forgetting import forget
from edigate.backup.manifest import ARCHIVE, DIRECTORY, GENERATIONS, LEDGER, BadBackup, Cause, Manifest, Sum
from edigate.engine import heads
from edigate.engine.deposits import SYNCING_THREADS
from edigate.engine.purging import undisturbed
from edigate.ledger import events, servers, snapshots
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.heads import public_path
from edigate.remote.keys import public_file

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from edigate.engine.gate import Gate

EVENT = "backup.made"
STEP_PAGES = 2_048
_PRIVATE = 0o600
_FOLDER = 0o700
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a backup is to hold and look at: keys too; every file's hash again; only so many generations, 0 for all."""

    keys: bool = False
    verify: bool = False
    keep: int = 0


@dataclass(slots=True)
class Made:
    """A generation that was made: `copied` and `bytes` count what was new in the archive; `forgotten` are old ones."""

    generation: Path
    manifest: Manifest
    copied: int = 0
    bytes: int = 0
    forgotten: list[str] = field(default_factory=list)


def make(
    gate: Gate, backup: Path, wanted: Wanted, *, actor: str, progress: Callable[[int, int], None] = lambda *_: None
) -> Made:
    """Make one more generation in a folder; it appears whole or not at all. Raises BadBackup, purging.Busy, OSError."""
    backup = backup.resolve()
    if gate.settings.ledger.url or gate.settings.storage.url:
        raise BadBackup(Cause.ELSEWHERE, str(gate.places.root))
    if backup.is_relative_to(gate.places.root):
        raise BadBackup(Cause.INSIDE, str(backup))
    _same_gate(gate, backup)
    now = gate.clock()
    with undisturbed(gate):
        made = _made(gate, backup, wanted, now, progress)
        if wanted.keep:
            made.forgotten = forget(backup, wanted.keep)
    facts = {"generation": str(made.generation), "files": made.manifest.archive["files"], "copied": made.copied}
    with writing(gate.ledger) as connection:
        events.record(connection, EVENT, actor, "backup", at=stamp(gate.clock()), **facts)
    return made


def _same_gate(gate: Gate, backup: Path) -> None:
    """Two gates must not share a backup: each would take the other's archive for its own."""
    for generation in manifests.generations(backup)[-1:]:
        if (code := manifests.read(generation).gate) != gate.settings.gate.code:
            raise BadBackup(Cause.ANOTHER_GATE, code)


def _made(gate: Gate, backup: Path, wanted: Wanted, now: dt.datetime, progress: Callable[[int, int], None]) -> Made:
    backup.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
    folder = backup / GENERATIONS
    folder.mkdir(exist_ok=True, mode=_FOLDER)
    for left in folder.glob(".*"):
        shutil.rmtree(left)
    name = f"{now:%Y%m%dT%H%M%S%fZ}"
    part = folder / f".{name}"
    try:
        part.mkdir(mode=_FOLDER)
        copy_ledger(gate.places.ledger, part / LEDGER)
        made = Made(folder / name, _described(gate, part, now))
        _copy_settings(gate, part, made.manifest, keys=wanted.keys)
        _copy_directories(gate, backup, made.manifest, verify=wanted.verify)
        _copy_archive(gate, backup, made, wanted, progress)
        _count_archive(backup, part, made.manifest, verify=wanted.verify)
        manifests.write(part, made.manifest)
        _sync(part)
        part.rename(made.generation)
        sync_folder(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return made


def copy_ledger(source: Path, target: Path, step_pages: int = STEP_PAGES) -> None:
    """Copy a ledger as it is now, in steps between which others write.

    A read transaction is held all the while: without it SQLite would begin again after each write of another process.
    """
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copied,
    ):
        live.execute("begin")
        live.execute("select 1 from sqlite_schema").fetchone()
        live.backup(copied, pages=step_pages, sleep=0.01)
        copied.execute("pragma journal_mode=delete")
    target.chmod(_PRIVATE)


def _described(gate: Gate, part: Path, now: dt.datetime) -> Manifest:
    with closing(read_only(part / LEDGER)) as ledger:
        (revision,) = ledger.execute("select version_num from alembic_version").fetchone()
        head = ledger.execute("select writer, number, hash, at from links order by id desc limit 1").fetchone()
    found: dict[str, Any] | None = dict(zip(("writer", "number", "hash", "at"), head, strict=True)) if head else None
    made = Manifest(stamp(now), __version__, gate.settings.gate.code, revision, found)
    made.files[LEDGER] = sum_of(part / LEDGER)
    return made


def _copy_settings(gate: Gate, part: Path, made: Manifest, *, keys: bool) -> None:
    root = gate.places.root
    _copy_named(root, part, made, [root / config.FILE, *_schema_files(gate), *_public_keys(gate)])
    secret = list(_secrets(gate))
    if keys:
        _copy_named(root, part, made, secret)
    else:
        made.left_out.extend(str(path) for path in secret)


def _copy_named(root: Path, part: Path, made: Manifest, wanted: Iterable[Path]) -> None:
    for path in sorted({path.resolve() for path in wanted}):
        if not path.is_relative_to(root):
            made.outside.append(str(path))
        elif path.is_file():
            place = path.relative_to(root)
            made.files[str(place)] = copy(path, part / place, mode=_PRIVATE)


def _schema_files(gate: Gate) -> Iterator[Path]:
    """The site's schemas with all those that lie beside and below them, which they may include."""
    for path in gate.site_schemas.values():
        yield path
        if path.parent.resolve() != gate.places.root:
            yield from path.parent.rglob("*.xsd")


def _public_keys(gate: Gate) -> Iterator[Path]:
    """The public halves of the keys that are named; those of earlier audit keys too, as old heads are theirs."""
    if (key := heads.key_path(gate)) is not None:
        yield from key.parent.glob(public_path(key).with_stem("*.pub").name)
    with gate.ledger.connect() as connection:
        named = [server.key_file for server in servers.load(connection).values()]
    beside = (public_file(gate.places.root / name) for name in named if name)
    yield from (path for path in beside if path.is_file())


def _secrets(gate: Gate) -> Iterator[Path]:
    """The files with keys and passwords that the settings and the partners' servers name."""
    settings = gate.settings
    named = [settings.audit.key_file, settings.watch.smtp_password_file]
    with gate.ledger.connect() as connection:
        for server in servers.load(connection).values():
            named += [server.key_file, server.passphrase_file, server.password_file]
    yield from (gate.places.root / name for name in named if name)


def _copy_directories(gate: Gate, backup: Path, made: Manifest, *, verify: bool) -> None:
    known = _known_directories(backup)
    for version in snapshots.versions(gate.places.directory):
        name = f"{version}.sqlite"
        source, target = gate.places.directory / name, backup / DIRECTORY / name
        with suppress(FileNotFoundError):  # pruned meanwhile
            sum_ = known.get(name)
            whole = sum_ is not None and target.is_file() and target.stat().st_size == sum_.size
            whole = whole and not (verify and sum_of(target) != sum_)
            made.directories[name] = sum_ if sum_ and whole else copy(source, target)


def _known_directories(backup: Path) -> dict[str, Sum]:
    known: dict[str, Sum] = {}
    for generation in manifests.generations(backup)[-1:]:
        known |= manifests.read(generation).directories
    return known


def _copy_archive(gate: Gate, backup: Path, made: Made, wanted: Wanted, progress: Callable[[int, int], None]) -> None:
    """Copy what the backup's archive has not yet; also what came after the ledger was copied, which may be of use."""
    source, target = gate.places.archive, backup / ARCHIVE
    target.mkdir(exist_ok=True, mode=_FOLDER)
    for left in (*target.glob(f"*/{ARRIVING}-*"), *(backup / DIRECTORY).glob(f"{ARRIVING}-*")):
        left.unlink()
    total, done = sum(1 for _ in places(source)), 0
    with ThreadPoolExecutor(SYNCING_THREADS) as threads:
        found = places(source)
        while part := list(islice(found, _AT_ONCE)):
            for size in threads.map(lambda place: _bring(source, target, place, verify=wanted.verify), part):
                made.copied += size is not None
                made.bytes += size or 0
            for day in {place.partition("/")[0] for place in part if (target / place).exists()}:
                sync_folder(target / day)
            done += len(part)
            progress(done, max(total, done))
    sync_folder(target)


def _bring(source: Path, target: Path, place: str, *, verify: bool) -> int | None:
    """Copy one file where it is not there whole, and return its size; what is not what its name says is left out."""
    origin, copied, sha256 = source / place, target / place, place.rpartition("/")[2]
    try:
        whole = copied.stat().st_size == origin.stat().st_size and not (verify and sum_of(copied).sha256 != sha256)
    except FileNotFoundError:
        whole = False
    if whole:
        return None
    try:
        found = copy(origin, copied)
    except FileNotFoundError:
        return None
    if found.sha256 != sha256:
        copied.unlink()
        return None
    return found.size


def _count_archive(backup: Path, part: Path, made: Manifest, *, verify: bool) -> None:
    """Count what the ledger knows, and name what of it is not in the backup."""
    made.archive.update(files=0, bytes=0)
    for place, size in known_places(part / LEDGER):
        path = backup / ARCHIVE / place
        there = path.is_file() and path.stat().st_size == size
        if not there or (verify and sum_of(path).sha256 != path.name):
            made.missing.append(place)
            continue
        made.archive["files"] += 1
        made.archive["bytes"] += size
    if verify:
        with closing(read_only(part / LEDGER)) as ledger:
            (found,) = ledger.execute("pragma quick_check(1)").fetchone()
        if found != "ok":
            raise BadBackup(Cause.DAMAGED, found)


def _sync(part: Path) -> None:
    for path in part.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    sync_tree(part)
