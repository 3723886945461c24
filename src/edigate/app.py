"""The one place that puts a gate together; nothing below reads settings, clock or globals."""

from __future__ import annotations

import grp
import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from edigate import catalogue, config
from edigate.delivery.access import Access
from edigate.delivery.folder import Outbox
from edigate.engine.gate import Gate, Places
from edigate.intake.folder import Inbox
from edigate.ledger.archive import Folder
from edigate.ledger.clock import system_clock
from edigate.ledger.database import open_ledger, relax
from edigate.ledger.storage import archive_of, payloads_of
from edigate.ledger.tables import flows

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from edigate.ledger.archive import Archive
    from edigate.ledger.clock import Clock


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
    if isinstance(archive, Folder) and not archive.ours and not archive.root.exists():
        _found(archive, ledger)
    return Gate(
        places=places,
        settings=settings,
        zone=ZoneInfo(settings.gate.timezone),
        clock=clock,
        ledger=ledger,
        archive=archive,
        storage=payloads_of(settings.storage.url, root),
        interfaces=catalogue.Later(),
        inbox=Inbox(
            places.inbox,
            quiet_seconds=settings.intake.quiet_seconds,
            broken_after_seconds=settings.intake.broken_after_seconds,
        ),
        outbox=Outbox(places.outbox, access, shared=bool(settings.ledger.url)),
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


def _found(archive: Folder, ledger: Engine) -> None:
    """A gate without any deposit makes the shared archive; later, one that is missing is out of reach."""
    with ledger.connect() as connection:
        is_new = connection.execute(select(flows.c.id).limit(1)).first() is None
    if is_new:
        archive.found()


def _access(root: Path, settings: config.Settings) -> Access:
    outbox = settings.outbox
    try:
        gid = grp.getgrnam(outbox.group).gr_gid if outbox.group else -1
    except KeyError:
        msg = f"{root / config.FILE}: outbox.group = {outbox.group!r}: this machine has no such group"
        raise config.BadSettings(msg) from None
    return Access(int(outbox.file_mode, 8), int(outbox.folder_mode, 8), gid)


def _site_schemas(root: Path, settings: config.Settings) -> dict[str, Path]:
    return {key.replace("_", "-"): root / value for key, value in settings.schemas._asdict().items() if value}


def require_schemas(gate: Gate) -> None:
    """Raise xsd.SchemaMissing unless every schema is there: without one the gate must not start."""
    import time  # noqa: PLC0415 - with what compiles schemas, which commands that only ask the ledger do without

    from edigate.xsd import Shelf  # noqa: PLC0415

    Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic).require()
