"""Whether the gate that was measured did all of its work: what lies in its folder and its ledger afterwards."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lxml import etree
from sqlalchemy import func, select

from edigate.ledger.tables import deliveries, delivery_invoices, flows, invoices, runs, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection

    from edigate.engine.gate import Gate


def broken(gate: Gate, count: int, each: int = 1) -> list[str]:
    """Every promise that was not kept over so many sound flows of so many invoices each, in words; empty when all were.

    The balance is among them: deposited = decided, nothing in progress or held, every decision reported once.
    """
    with gate.ledger.connect() as connection:
        expected = (
            *_files(gate, count, count * each),
            *_ledger(connection, count, count * each),
            *_handed_out(gate, connection),
        )
    return [f"{what}: {found} instead of {wanted}" for what, found, wanted in expected if found != wanted]


def _files(gate: Gate, count: int, made: int) -> Iterator[tuple[str, int, int]]:
    places = gate.places
    offered = [path for path in places.outbox.glob("*/*") if path.is_file()]
    yield "files left in the inbox", len(_all(places.inbox)), 0
    yield "files left in the spool", len(_all(places.spool) - _all(places.work)), 0
    yield "files left in staging", len(list(places.outbox.glob("*/.staging/*"))), 0
    yield "files in the archive", len(_all(places.archive)), count
    yield "reports", sum(path.name.startswith("CSO") for path in offered), count
    yield "invoices in pivots", _elements(offered, "FEN0036A", "CPPFacturePivotUnitaire"), made
    yield "statuses told", _elements(offered, "FEN1200A", "CPPFactureStatutUnitaire"), 2 * made


def _all(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _elements(offered: list[Path], interface: str, tag: str) -> int:
    return sum(_counted(path, tag) for path in offered if path.name.startswith(interface))


def _counted(path: Path, tag: str) -> int:
    """How many there are of an element, whose contents are let go of as they are read."""
    number = 0
    for _, element in etree.iterparse(path, tag=tag, huge_tree=True):
        element.clear()
        number += 1
    return number


def _ledger(connection: Connection, count: int, made: int) -> Iterator[tuple[str, int, int]]:
    def number(column: ColumnElement[Any], *chosen: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count(column.distinct())).where(*chosen)).scalar_one()

    yield "deposits", number(flows.c.id), count
    yield "flows integrated", number(flows.c.id, flows.c.verdict == "integrated"), count
    yield "runs decided", number(runs.c.id, runs.c.state == "decided"), count
    yield "runs reported", number(deliveries.c.run, deliveries.c.kind == "report"), count
    yield "invoices", number(invoices.c.id), made
    yield "invoices handed out", number(delivery_invoices.c.invoice), made
    yield "statuses not told", number(statuses.c.id, statuses.c.told_in.is_(None)), 0


def _handed_out(gate: Gate, connection: Connection) -> Iterator[tuple[str, int, int]]:
    rows = connection.execute(select(deliveries)).mappings().all()
    yield "deliveries published", sum(row["state"] == "published" for row in rows), len(rows)
    as_written = sum(_sha256(gate.places.outbox / row["partner"] / row["name"]) == row["sha256"] for row in rows)
    yield "files as the ledger has them", as_written, len(rows)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
