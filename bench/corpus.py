"""The flows that everything is measured on: one invoice of about 10 kB each, UBL and CII in turn, dated today."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, NamedTuple

from edigate.catalogue import schema_folder
from edigate.sandbox import structures
from edigate.sandbox.documents import Draft, cii, sample_lines, ubl_invoice
from edigate.sandbox.flows import flow_name
from edigate.xsd.sources import schema_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

DEPOSITOR = "JMRPOR"


class Kind(NamedTuple):
    """One syntax: the interface it is deposited on, its schema, and how many lines make about 10 kB."""

    syntax: str
    interface: str
    schema: str
    lines: int
    build: Callable[[Draft], bytes]


KINDS = (
    Kind("ubl", "FSO1100A", "ubl-invoice", 9, ubl_invoice),
    Kind("cii", "FSO1106A", "cii", 6, cii),
)
# Two that one connected partner serves, and one that is not connected, whose invoices go to the portal.
RECIPIENTS = (structures.WITHOUT_SERVICE, structures.CONNECTED, structures.NOT_CONNECTED)


def make(folder: Path, count: int) -> tuple[Path, ...]:
    """Write so many flows, each with a number and a flow id of its own, under the names they are deposited by."""
    today = dt.datetime.now(dt.UTC).date()
    folder.mkdir(parents=True)
    return tuple(_write(folder, place, today) for place in range(1, count + 1))


def _write(folder: Path, place: int, today: dt.date) -> Path:
    kind = KINDS[place % len(KINDS)]
    recipient = RECIPIENTS[place % len(RECIPIENTS)]
    draft = Draft(
        f"BENCH-{place:07d}", issue_date=today, recipient_siret=recipient, lines=sample_lines(kind.lines)
    )  # fmt: skip
    path = folder / flow_name(kind.interface, DEPOSITOR, place)
    path.write_bytes(kind.build(draft))
    return path


def drop(files: Iterable[Path], folder: Path) -> None:
    """Copy the files into a folder and let the disk come to rest, so that no measure pays for their making."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    os.sync()


def kind_of(file: Path) -> Kind:
    """The kind of a flow, by the interface in its name."""
    return next(kind for kind in KINDS if file.name.startswith(kind.interface))


def schema_of(kind: Kind) -> Path:
    """The main file of the official schema that the gate judges this kind by."""
    return schema_files(schema_folder(), {})[kind.schema].path
