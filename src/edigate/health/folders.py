"""The folders: there, the gate's to write in, on one file system, and shared with partners as the settings say."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from edigate.delivery.folder import STAGING
from edigate.health.findings import Finding
from edigate.health.patient import at_one_moment
from edigate.ledger import partners, servers
from edigate.ledger.archive import Folder
from edigate.ledger.database import is_embedded
from edigate.ledger.deliveries import PLACED, PUBLISHED
from edigate.ledger.tables import deliveries
from edigate.ledger.tables import partners as partners_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edigate.delivery.access import Access
    from edigate.health.patient import Patient

MB = 1_000_000
FEW_INODES = 10_000
_PERMISSIONS = 0o777


def folders(patient: Patient) -> Iterator[Finding]:
    """Those of the gate itself, which it has once it has worked, can be written to."""
    places = patient.places
    archive = patient.archive
    # One that is elsewhere and missing is out of reach, which the check of the archive tells.
    kept = [archive.root] if isinstance(archive, Folder) and (archive.ours or archive.root.exists()) else []
    has_worked = places.spool.exists() or any(folder.exists() for folder in kept)
    for folder in (places.root, places.inbox, places.outbox, places.spool, *kept):
        if folder.exists() or has_worked:
            yield from _usable(patient, folder, folder.mkdir)


def of_partners(patient: Patient) -> Iterator[Finding]:
    """Each partner has its inbox, and its outbox once anything was handed to it, unless its own server serves.

    A machine of several that has never taken deposits in needs no inboxes.
    """
    for folder in _shared(patient):
        wrong = list(_usable(patient, folder, _making(patient.gate.access, folder)))
        yield from wrong or _as_set(patient, folder)


def _shared(patient: Patient) -> Iterator[Path]:
    places = patient.places
    handed = exists().where(deliveries.c.partner == partners_table.c.code, deliveries.c.state.in_((PLACED, PUBLISHED)))
    with at_one_moment(patient.gate) as connection:
        own = servers.load(connection)
        served = set(connection.execute(select(partners_table.c.code).where(handed)).scalars())
        book = partners.load_book(connection)
    takes_in = is_embedded(patient.gate.ledger) or places.lock.exists()
    for code in (partner.code for partner in book.partners):
        if (code not in own or not own[code].fetch_from) and (takes_in or (places.inbox / code).exists()):
            yield places.inbox / code
        if (code not in own or not own[code].put_into) and (code in served or (places.outbox / code).exists()):
            yield places.outbox / code


def _usable(patient: Patient, folder: Path, make: Callable[[], None]) -> Iterator[Finding]:
    shown = patient.below(folder)
    if not os.path.lexists(folder):
        yield Finding("folder.missing", shown, mend=make)
    elif not folder.is_dir() or (folder.is_symlink() and folder.parent in _drops(patient)):
        yield Finding("folder.no_folder", shown)
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        yield Finding("folder.unwritable", shown, str(os.geteuid()))


def _drops(patient: Patient) -> tuple[Path, ...]:
    return patient.places.inbox, patient.places.outbox


def _making(access: Access, folder: Path) -> Callable[[], None]:
    return lambda: access.make_folder(folder)


def _as_set(patient: Patient, folder: Path) -> Iterator[Finding]:
    """Permissions and group of a folder that is shared, and of the one below it where files are staged."""
    access = patient.gate.access
    for path in (folder, folder / STAGING):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        mode = stat.S_IMODE(status.st_mode) & _PERMISSIONS
        if mode != access.folder_mode & _PERMISSIONS or access.gid not in {-1, status.st_gid}:
            group = f" {status.st_gid}" if access.gid != -1 else ""
            yield Finding("folder.mode", patient.below(path), f"{mode:04o}{group}", mend=_opening(access, path))


def _opening(access: Access, path: Path) -> Callable[[], None]:
    return lambda: access.open_folder(path)


def disk(patient: Patient) -> Iterator[Finding]:
    """There is room for deposits, and files can be renamed from inbox to spool and within the outbox."""
    places = patient.places
    free = shutil.disk_usage(places.root).free
    yield Finding(
        "disk.low" if free < patient.gate.settings.engine.disk_free_bytes else "disk.free", value=f"{free / MB:.0f}"
    )
    room = os.statvfs(places.root)
    if room.f_files and room.f_favail < FEW_INODES:
        yield Finding("disk.inodes", value=str(room.f_favail))
    pairs = [(places.inbox, places.spool)]
    pairs += [(folder, places.spool) for folder in sorted(places.inbox.glob("*/"))]
    pairs += [(folder / STAGING, folder) for folder in sorted(places.outbox.glob("*/"))]
    for folder, other in pairs:
        if folder.is_dir() and other.is_dir() and folder.stat().st_dev != other.stat().st_dev:
            yield Finding("disk.apart", patient.below(folder), patient.below(other))
