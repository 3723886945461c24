"""Whether everything is as it was written: the chain, its heads, the ledger's rows, the archive's files.

Everything is read as a stream, in one transaction, so that a gate may run meanwhile; what it writes is not looked at.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from edigate.audit.chain import Heads, Progress, streamed, walk
from edigate.audit.compare import claims
from edigate.audit.findings import Report
from edigate.audit.kept import Scope, reliable
from edigate.audit.rows import TABLES
from edigate.ledger.tables import flows, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.audit.compare import Claims, Difference
    from edigate.engine.gate import Gate

ROWS_AT_ONCE = 1_000
__all__ = ["Progress", "Scope", "verify"]


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def verify(gate: Gate, scope: Scope, progress: Progress = _silent) -> Report:
    """Look at everything. What is found names its place; nothing is changed."""
    report = Report()
    with gate.ledger.connect() as connection, claims() as both:
        connection.execute(text("begin"))
        heads = Heads(reliable(gate.settings.gate.code, connection, scope, report))
        walk(connection, heads, both, report, progress)
        _compare(connection, both, report, progress)
        if scope.archive:
            _archive(gate, connection, report, progress)
        connection.execute(text("rollback"))
    return report


def _compare(connection: Connection, both: Claims, report: Report, progress: Progress) -> None:
    for name, rows in TABLES.items():
        total = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for done, row in enumerate(streamed(connection, rows.query, ROWS_AT_ONCE), 1):
            for one in rows.claims(row):
                both.found(one)
            progress(name, done, total)
        report.counts[name] = total
    for other in both.altered():
        report.find("row.altered", _row(other), log=other.one, row=other.other)
    for other in both.missing():
        report.find("row.missing", _row(other), at=other.other)
    for other in both.inserted():
        if both.horizon and other.other <= both.horizon:
            report.counts["rows unproven"] += 1
        else:
            report.find("row.inserted", _row(other), at=other.other)


def _row(one: Difference) -> str:
    return f"{one.kind}:{one.key}"


def _archive(gate: Gate, connection: Connection, report: Report, progress: Progress) -> None:
    """Every file that a flow has, once; the files of a day share their disk blocks' neighbourhood."""
    counted = select(func.count(flows.c.archived.distinct()))
    total = connection.execute(counted).scalar_one()
    query = select(flows.c.archived, func.min(flows.c.id).label("flow")).group_by(flows.c.archived)
    for done, row in enumerate(streamed(connection, query, ROWS_AT_ONCE), 1):
        _file(gate.places.archive / str(row["archived"]), row, report)
        progress("archive", done, total)


def _file(path: Path, row: Mapping[Any, Any], report: Report) -> None:
    place = f"archive/{row['archived']}"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            report.counts["archive bytes"] += file.tell()
    except FileNotFoundError:
        report.find("archive.missing", place, flow=row["flow"])
        return
    except OSError as error:
        report.find("archive.unreadable", place, flow=row["flow"], error=error.strerror or str(error))
        return
    report.counts["archive files"] += 1
    if found != path.name:
        report.find("archive.altered", place, flow=row["flow"], found=found)
