"""The flows that everything is measured on: one invoice of about 10 kB each, UBL and CII in turn, dated today."""

from __future__ import annotations

import datetime as dt
import os
from functools import lru_cache
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
SIZE = 10_000
_FEW, _MANY = 2, 100  # two have both VAT rates


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


def make(folder: Path, count: int, size: int = SIZE, *, after: int = 0) -> tuple[Path, ...]:
    """Write so many flows of one invoice of about this size, under the names they are deposited by.

    Each has a number and a flow id of its own, counted on from those of so many others.
    """
    folder.mkdir(parents=True)
    return tuple(_write(folder, place, _invoice(place, size)) for place in range(after + 1, after + count + 1))


def _invoice(place: int, size: int) -> bytes:
    kind = _kind_at(place)
    draft = Draft(
        f"BENCH-{place:07d}",
        issue_date=dt.datetime.now(dt.UTC).date(),
        recipient_siret=RECIPIENTS[place % len(RECIPIENTS)],
        lines=sample_lines(kind.lines if size == SIZE else _lines_of(kind, size)),
    )
    return kind.build(draft)


def _kind_at(place: int) -> Kind:
    return KINDS[place % len(KINDS)]


@lru_cache
def _lines_of(kind: Kind, size: int) -> int:
    """How many lines make an invoice of about this size."""
    few, many = (len(kind.build(Draft("BENCH", lines=sample_lines(count)))) for count in (_FEW, _MANY))
    return max(1, _FEW + round((size - few) * (_MANY - _FEW) / (many - few)))


def _write(folder: Path, place: int, content: bytes) -> Path:
    path = folder / flow_name(_kind_at(place).interface, DEPOSITOR, place)
    path.write_bytes(content)
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
