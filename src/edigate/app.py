"""The one place that puts a gate together; nothing below reads settings, clock or globals."""

from __future__ import annotations

import grp
import os
import time
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from edigate import catalogue, config
from edigate.delivery.access import Access
from edigate.delivery.folder import Outbox
from edigate.engine.decisions import DIRECTORY_VERSION
from edigate.engine.gate import Gate, Places
from edigate.intake.folder import Inbox
from edigate.ledger import directory, events, notes
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import open_ledger, writing
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.ledger.clock import Clock
    from edigate.ledger.directory import Imported


def open_gate(root: Path, *, clock: Clock = system_clock) -> Gate:
    """The gate in this folder, its ledger made where there is none yet. Raises config.BadSettings."""
    root = root.resolve()
    settings = config.load(root)
    os.umask(int(settings.outbox.umask, 8))
    places = Places(root)
    access = _access(root, settings)
    return Gate(
        places=places,
        settings=settings,
        zone=ZoneInfo(settings.gate.timezone),
        clock=clock,
        ledger=open_ledger(places.ledger),
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


def import_directory(gate: Gate, source: TextIO, *, actor: str) -> Imported:
    """Bring a whole CSV directory in and put it in force; raises ledger.directory.BadDirectory, and nothing changes."""
    now = gate.clock()
    imported = directory.import_csv(source, gate.places.directory, f"{now:%Y%m%dT%H%M%S%f}Z")
    counts = {"structures": imported.structures, "services": imported.services, "suppliers": imported.suppliers}
    with writing(gate.ledger) as connection:
        notes.write(connection, DIRECTORY_VERSION, imported.version)
        events.record(connection, "directory.imported", actor, imported.version, at=stamp(now), **counts)
    return imported
