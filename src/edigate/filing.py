"""Putting a directory in force in a gate: a new version of it, made from a file or from the version before."""

from __future__ import annotations

import datetime as dt
import io
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from edigate.ledger import directory, events, notes, snapshots
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.directory import arriving, from_csv, from_f14
from edigate.ledger.directory import forms as directory_forms
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate
    from edigate.ledger.directory import Imported

_VERSION = "%Y%m%dT%H%M%S%fZ"


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
    Raises ledger.directory.BadDirectory, OSError where machines share it and cannot, and nothing changes.
    """
    base = _directory_in_force(gate)
    version = _next_version(gate, base)
    folder = gate.places.directory
    if isinstance(source, io.TextIOBase):
        imported = from_csv.import_csv(cast("TextIO", source), folder, version, base, force=force)
    else:
        with arriving.opened(cast("BinaryIO", source), progress) as (kind, content):
            if kind == "xml":
                schema = Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic).compiled(from_f14.SCHEMA_KEY)
                imported = from_f14.import_f14(content, folder, version, schema, base=base, force=force)
            else:
                imported = from_csv.import_csv(from_csv.text_of(content), folder, version, base, force=force)
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
        gate.archive.folder()  # below a mount that has gone, no machine would find it once that is back
        snapshots.share(gate.storage, gate.places.directory, version)

    def put(connection: Connection) -> None:
        if notes.read(connection, DIRECTORY_VERSION) != (base.stem if base else None):
            (gate.places.directory / f"{version}.sqlite").unlink(missing_ok=True)
            raise directory.BadDirectory(
                english="another directory was put in force meanwhile: start again",
                french="un autre annuaire a été mis en vigueur entre-temps : recommencez",
            )
        notes.write(connection, DIRECTORY_VERSION, version)
        events.record(connection, event, actor, version, at=stamp(gate.clock()), **told)

    written(gate.ledger, put)
