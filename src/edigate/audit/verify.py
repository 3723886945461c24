"""Whether everything is as it was written: the chain, its heads, the ledger's rows, the archive's files.

Everything is read as a stream, in one transaction, so that a gate may run meanwhile; what it writes is not looked at.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from edigate.audit.chain import Heads, Progress, Terms, streamed, walk
from edigate.audit.compare import claims
from edigate.audit.findings import Report
from edigate.audit.kept import Scope, reliable, unsigned
from edigate.audit.rows import TABLES
from edigate.audit.states import odd_states
from edigate.ledger import events
from edigate.ledger.archive import Unreachable
from edigate.ledger.clock import stamp
from edigate.ledger.database import reading
from edigate.ledger.looking import each
from edigate.ledger.sql import where_in
from edigate.ledger.tables import flows, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from edigate.audit.compare import Claims, Difference
    from edigate.engine.gate import Gate

ROWS_AT_ONCE = 1_000
HEADS_MISSED = 2
# Their links are about no flow, and go with their time; of all others the links stay as long as the rows do.
OUTLIVE = frozenset({"events", "partners", "servers", "host_keys"})
__all__ = ["Progress", "Scope", "verify"]


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def verify(gate: Gate, scope: Scope, progress: Progress = _silent) -> Report:
    """Look at everything. What is found names its place; nothing is changed."""
    report = Report()
    with reading(gate.ledger) as connection, claims() as both:
        heads = Heads(reliable(gate.settings.gate.code, connection, scope, report))
        terms = Terms(gate.clock(), gate.settings.retention.years, scope.demo)
        walk(connection, heads, both, terms, report, progress)
        due_since = stamp(terms.now - HEADS_MISSED * dt.timedelta(minutes=gate.settings.audit.sign_minutes))
        unsigned(connection, scope, due_since, report)
        _compare(connection, both, report, progress)
        if scope.archive:
            _archive(gate, connection, report, progress)
    return report


def _compare(connection: Connection, both: Claims, report: Report, progress: Progress) -> None:
    for name, rows in TABLES.items():
        total = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for done, row in enumerate(streamed(connection, rows.query, ROWS_AT_ONCE), 1):
            for one in rows.claims(row):
                both.found(one)
            progress(name, done, total)
        report.counts[name] = total
    _differences(both, report)
    for place, state in odd_states(connection):
        report.find("row.state", place, state=state)
    if report.left and (count := events.count_before(connection, report.left.before)) > report.left.events:
        report.find("events.more", "events", before=report.left.before, left=report.left.events, count=count)


def _differences(both: Claims, report: Report) -> None:
    for place, flow, at, before in both.purged_too_young():
        report.find("purge.flow", place, flow=flow, at=at, before=before)
    for other in both.again():
        report.find("entry.again", other.other, row=_row(other), log=other.one)
    for other in both.altered():
        report.find("row.altered", _row(other), log=other.one, row=other.other)
    for other in both.missing():
        report.find("row.missing", _row(other), at=other.other)
    for other in both.inserted():
        if both.horizon and other.other <= both.horizon and other.kind in OUTLIVE:
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
    rows = streamed(connection, query, ROWS_AT_ONCE)
    gone: dict[str, str] = {}
    try:
        looked = each(gate.archive, rows, lambda row: gate.archive.digest(str(row["archived"])))
        for done, (row, found) in enumerate(looked, 1):
            if isinstance(found, FileNotFoundError):
                gone[str(row["flow"])] = str(row["archived"])
            else:
                _file(row, found, report)
            progress("archive", done, total)
    except Unreachable as error:
        report.find("archive.unreachable", "archive", error=str(error))
    with gate.ledger.connect() as now:  # a purge may have taken flow and file since
        for row in where_in(now, select(flows.c.id), flows.c.id, gone):
            report.find("archive.missing", f"archive/{gone[row['id']]}", flow=row["id"])


def _file(row: Mapping[Any, Any], found_: tuple[str, int] | OSError, report: Report) -> None:
    kept = str(row["archived"])
    place = f"archive/{kept}"
    if isinstance(found_, OSError):
        report.find("archive.unreadable", place, flow=row["flow"], error=found_.strerror or str(found_))
        return
    found, size = found_
    report.counts["archive bytes"] += size
    report.counts["archive files"] += 1
    if found != kept.rpartition("/")[2]:
        report.find("archive.altered", place, flow=row["flow"], found=found)
