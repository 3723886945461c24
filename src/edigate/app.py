"""The one place that puts a gate together; nothing below reads settings, clock or globals."""

from __future__ import annotations

import datetime as dt
import grp
import io
import os
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast
from zoneinfo import ZoneInfo

from edigate import catalogue, config
from edigate.delivery.access import Access
from edigate.delivery.folder import Outbox
from edigate.engine.decisions import DIRECTORY_VERSION
from edigate.engine.gate import Gate, Places
from edigate.intake.folder import Inbox
from edigate.ledger import directory, events, notes, snapshots
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import open_ledger, relax, writing
from edigate.ledger.directory import arriving, from_csv, from_f14
from edigate.ledger.directory import forms as directory_forms
from edigate.ledger.storage import archive_of, payloads_of
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from edigate.ledger.archive import Archive
    from edigate.ledger.clock import Clock
    from edigate.ledger.directory import Imported

_VERSION = "%Y%m%dT%H%M%S%fZ"


class LedgerLost(Exception):
    """There is an archive and no ledger: a new one would begin every number anew and use names a second time."""

    def __init__(self, folder: Path, *, embedded: bool = True) -> None:
        """`folder` is the gate's; its ledger is to be in it, or on a server."""
        super().__init__(str(folder))
        self.folder, self.embedded = folder, embedded


def open_gate(root: Path, *, clock: Clock = system_clock, new_ledger: bool = False) -> Gate:
    """The gate in this folder, its ledger made where there is none yet.

    Raises config.BadSettings, LedgerLost and, where the ledger is on a server, LedgerUnfit and SQLAlchemy's DBAPIError.
    `new_ledger` gives up the past of a gate that has lost its own.
    """
    root = root.resolve()
    settings = config.load(root)
    places = Places(root)
    archive = archive_of(settings.storage.url, root, places.work)
    if not settings.ledger.url and not new_ledger and is_ledger_lost(places, archive):
        raise LedgerLost(root)
    os.umask(int(settings.outbox.umask, 8))
    access = _access(root, settings)
    ledger = _ledger(places, settings.ledger.url, archive, new_ledger=new_ledger)
    if settings.engine.relaxed:
        relax(ledger)
    return Gate(
        places=places,
        settings=settings,
        zone=ZoneInfo(settings.gate.timezone),
        clock=clock,
        ledger=ledger,
        archive=archive,
        storage=payloads_of(settings.storage.url, root),
        interfaces=catalogue.interfaces(),
        inbox=Inbox(
            places.inbox,
            quiet_seconds=settings.intake.quiet_seconds,
            broken_after_seconds=settings.intake.broken_after_seconds,
        ),
        outbox=Outbox(places.outbox, access),
        access=access,
        schemas=catalogue.schema_folder(),
        site_schemas=_site_schemas(root, settings),
    )


def is_ledger_lost(places: Places, archive: Archive) -> bool:
    """Whether the gate has taken deposits and has no ledger that knows of them, or an empty file in its place."""
    there = places.ledger.exists() and places.ledger.stat().st_size > 0
    return not there and archive.holds_any()


def _ledger(places: Places, url: str, archive: Archive, *, new_ledger: bool) -> Engine:
    """The ledger; on a server none is made where there was one, as deposits or a ledger in the folder show."""
    if not url:
        return open_ledger(places.ledger)
    try:
        return open_ledger(url, create=new_ledger)
    except FileNotFoundError:
        if places.ledger.exists() or archive.holds_any():
            raise LedgerLost(places.root, embedded=False) from None
        return open_ledger(url)


def _access(root: Path, settings: config.Settings) -> Access:
    outbox = settings.outbox
    try:
        gid = grp.getgrnam(outbox.group).gr_gid if outbox.group else -1
    except KeyError:
        msg = f"{root / config.FILE}: outbox.group = {outbox.group!r}: this machine has no such group"
        raise config.BadSettings(msg) from None
    return Access(int(outbox.file_mode, 8), int(outbox.folder_mode, 8), gid)


def _site_schemas(root: Path, settings: config.Settings) -> dict[str, Path]:
    return {key.replace("_", "-"): root / value for key, value in settings.schemas if value}


def require_schemas(gate: Gate) -> None:
    """Raise xsd.SchemaMissing unless every schema is there: without one the gate must not start."""
    Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic).require()


def import_directory(
    gate: Gate,
    source: BinaryIO | TextIO,
    *,
    actor: str,
    force: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Bring a directory in and put it in force: CSV as text or bytes, or a directory flow F14, packed or not.

    `force` takes what would undo too much: a differential flow that does not continue the version in force, an older
    full one, a file without structures; `progress` is told of bytes read.
    Raises ledger.directory.BadDirectory, and nothing changes.
    """
    base = _directory_in_force(gate)
    version = _next_version(gate, base)
    folder = gate.places.directory
    if isinstance(source, io.TextIOBase):
        imported = directory.import_csv(cast("TextIO", source), folder, version, base, force=force)
    else:
        with arriving.opened(cast("BinaryIO", source), progress) as (kind, content):
            if kind == "xml":
                schema = Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic).compiled(from_f14.SCHEMA_KEY)
                imported = directory.import_f14(content, folder, version, schema, base=base, force=force)
            else:
                imported = directory.import_csv(from_csv.text_of(content), folder, version, base, force=force)
    told = asdict(imported)
    del told["version"]
    _put_in_force(gate, version, base, "directory.imported", actor, told)
    return imported


def state_forms(gate: Gate, siret: str, forms: Mapping[str, str], *, actor: str) -> str:
    """Put a version in force in which one structure has these forms (columns of the CSV); returns its name.

    Raises ledger.directory.BadDirectory, and nothing changes.
    """
    base = _directory_in_force(gate)
    version = _next_version(gate, base)
    if base is None:
        raise directory.BadDirectory(
            english="no directory is in force that holds the structure",
            french="aucun annuaire en vigueur ne contient la structure",
        )
    directory_forms.state_forms(gate.places.directory, version, base, siret, forms)
    told = {"siret": siret, "before": base.stem, **forms}
    _put_in_force(gate, version, base, "directory.form_stated", actor, told)
    return version


def _directory_in_force(gate: Gate) -> Path | None:
    with gate.ledger.connect() as connection:
        version = notes.read(connection, DIRECTORY_VERSION)
    return gate.directory(version) if version else None


def _next_version(gate: Gate, base: Path | None) -> str:
    """A name that sorts after those that are there or being made, also on a clock that stands still or was set back."""
    now = gate.clock().astimezone(dt.UTC)
    last = max([base.stem if base else "", *snapshots.versions(gate.places.directory, hidden=True)])
    if last >= f"{now:{_VERSION}}":
        now = dt.datetime.strptime(last, _VERSION).replace(tzinfo=dt.UTC) + dt.timedelta(microseconds=1)
    return f"{now:{_VERSION}}"


def _put_in_force(
    gate: Gate, version: str, base: Path | None, event: str, actor: str, told: Mapping[str, object]
) -> None:
    """Only on top of the version that it was made from: of two imports at once the second is told to start again."""
    if gate.settings.storage.url:
        snapshots.share(gate.storage, gate.places.directory, version)
    with writing(gate.ledger) as connection:
        if notes.read(connection, DIRECTORY_VERSION) != (base.stem if base else None):
            (gate.places.directory / f"{version}.sqlite").unlink(missing_ok=True)
            raise directory.BadDirectory(
                english="another directory was put in force meanwhile: start again",
                french="un autre annuaire a été mis en vigueur entre-temps : recommencez",
            )
        notes.write(connection, DIRECTORY_VERSION, version)
        events.record(connection, event, actor, version, at=stamp(gate.clock()), **told)
