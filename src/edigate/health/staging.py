"""What is written for partners and not shown yet: each hidden file is a delivery's, each delivery has its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.delivery.folder import STAGING
from edigate.health.findings import Several
from edigate.health.patient import at_one_moment
from edigate.ledger import servers
from edigate.ledger.deliveries import PLACED, PUBLISHED
from edigate.ledger.sql import where_in
from edigate.ledger.tables import DELIVERY_TO_DO, deliveries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, RowMapping

    from edigate.health.findings import Finding
    from edigate.health.patient import Patient

_MOST_DIGITS = 18


def staged(patient: Patient) -> Iterator[Finding]:
    """Every hidden file belongs to a delivery that is still to be shown."""
    # Listed before the ledger is read: what a gate at work stages is planned there before.
    there = sorted(patient.places.outbox.glob(f"*/{STAGING}/*"))
    with at_one_moment(patient.gate) as connection:
        known = _deliveries(connection, there)
    unknown: list[Path] = []
    left: list[Path] = []
    for path in there:
        row = known.get(path.name)
        if row is None or row["partner"] != path.parent.parent.name:
            unknown.append(path)
        elif row["state"] == PUBLISHED:
            left.append(path)
    yield from _found(patient, "staging.unknown", unknown)
    yield from _found(patient, "staging.leftovers", left)


def _deliveries(connection: Connection, there: list[Path]) -> dict[str, RowMapping]:
    names = {path.name for path in there}
    ids = {int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= _MOST_DIGITS}
    query = select(deliveries.c.id, deliveries.c.partner, deliveries.c.state)
    return {str(row["id"]): row for row in where_in(connection, query, deliveries.c.id, ids)}


def _found(patient: Patient, kind: str, paths: list[Path]) -> Iterator[Finding]:
    there = [path for path in paths if _is_settled(patient, path)]
    several = Several(kind)
    for path in there:
        several.add(patient.below(path))
    yield from several.findings(patient.moving_aside(there))


def _is_settled(patient: Patient, path: Path) -> bool:
    try:
        return patient.settled(path)
    except FileNotFoundError:  # shown meanwhile, by a gate at work
        return False


def placed(patient: Patient) -> Iterator[Finding]:
    """Every delivery that was written is there, under its hidden name or its own; on a server it is the server's."""
    several = Several("staging.lost")
    with patient.gate.ledger.connect() as connection:
        elsewhere = {code for code, server in servers.load(connection).items() if server.put_into}
        query = select(deliveries.c.id, deliveries.c.partner, deliveries.c.name)
        written = query.where(DELIVERY_TO_DO, deliveries.c.state == PLACED)
        rows = [row for row in connection.execute(written) if row.partner not in elsewhere]
        lost = [row for row in rows if not _is_somewhere(patient, row.partner, row.id, row.name)]
        # A gate at work may have shown it, and its partner collected it, since the ledger was read.
        still = {row["id"] for row in where_in(connection, written, deliveries.c.id, [row.id for row in lost])}
    for row in lost:
        if row.id in still:
            several.add(f"{row.partner}/{row.name}")
    yield from several.findings()


def _is_somewhere(patient: Patient, partner: str, delivery: int, name: str) -> bool:
    folder = patient.places.outbox / partner
    return (folder / STAGING / str(delivery)).exists() or (folder / name).exists()
