"""What flows are decided by: every schema compiles, the directory in force can be read, the virus scanner answers."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from edigate.clamd import silence
from edigate.health.findings import Finding
from edigate.health.patient import at_one_moment
from edigate.ledger import notes, snapshots
from edigate.ledger.directory.snapshot import read_only
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.xsd import KEYS, SchemaMissing, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.patient import Patient

OLD_DAYS = 90
_VERSION = "%Y%m%dT%H%M%S%fZ"


def schemas(patient: Patient) -> Iterator[Finding]:
    """Each is there and compiles, edigate's own and the site's."""
    gate = patient.gate
    shelf = Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic)
    for done, key in enumerate(sorted(KEYS), start=1):
        try:
            shelf.require([key])
            shelf.compiled(key)
        except SchemaMissing as error:
            yield Finding("schemas.unusable", key, str(error))
        patient.progress(done, len(KEYS))


def antivirus(patient: Patient) -> Iterator[Finding]:
    """The scanner that the settings name is there."""
    address = patient.gate.settings.antivirus.socket
    if address and (why := silence(address)):
        yield Finding("antivirus.silent", address, why)


def directory(patient: Patient) -> Iterator[Finding]:
    """A version is in force, its file is whole and holds somebody, and it is not from long ago."""
    with at_one_moment(patient.gate) as connection:
        version = notes.read(connection, DIRECTORY_VERSION)
    if version is None:
        yield Finding("directory.none")
        return
    try:
        with _folder_of(patient, version) as folder:
            trouble = _trouble(folder / f"{version}.sqlite", deep=patient.deep)
            counts = {} if trouble else snapshots.counts(folder, version)
    except sqlite3.DatabaseError as error:
        trouble = str(error)
    if trouble:
        yield Finding("directory.unusable", patient.below(patient.places.directory / f"{version}.sqlite"), trouble)
        return
    yield from _contents(patient, version, counts["active_structures"])


@contextmanager
def _folder_of(patient: Patient, version: str) -> Iterator[Path]:
    """Where its file is; of one that this machine has not needed yet, where a copy was brought. Raises OSError."""
    own = patient.places.directory
    if (own / f"{version}.sqlite").exists():
        yield own
        return
    with TemporaryDirectory() as brought:
        found = snapshots.bring(patient.gate.storage, Path(brought), version)
        yield found.parent if found.exists() else own


def _trouble(path: Path, *, deep: bool) -> str:
    """What SQLite says of the file; empty where it is whole."""
    with closing(sqlite3.connect(read_only(path), uri=True)) as connection:
        said = connection.execute(f"pragma {'integrity' if deep else 'quick'}_check(1)").fetchone()[0]
    return "" if said == "ok" else str(said)


def _contents(patient: Patient, version: str, active: int) -> Iterator[Finding]:
    if not active:
        yield Finding("directory.empty", version)
        return
    made = dt.datetime.strptime(version, _VERSION).replace(tzinfo=dt.UTC)
    days = (patient.gate.clock() - made).days
    if days > OLD_DAYS:
        yield Finding("directory.old", version, str(days))
    yield Finding("directory.in_force", version, str(active))
