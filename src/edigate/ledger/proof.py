"""What the audit log notes of flows, invoices and deliveries: enough to prove every row of the ledger about them.

An entry names what a person asks for; of columns that it does not name it has the digest of the whole row. Each is
about one flow only, or about one delivery without what it holds of which flow, so that it can be shown to whoever that
flow is from.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from edigate.ledger import faults_json
from edigate.ledger.journal import note, values_digest
from edigate.ledger.sql import where_in
from edigate.ledger.tables import deliveries, flows, invoices, reported, runs, statuses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    Row = Mapping[Any, Any]

# The columns of each table that nothing changes once they are written, in the order in which their digest takes them.
# It is a format: to change it would make of every older entry one that does not fit its row.
PROVEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "flows": (
            "id", "partner", "name", "flow_id", "interface", "sha256", "size", "archived", "incomplete", "received_at",
        ),
        "runs": (
            "id", "flow", "verdict", "decided_at", "directory_version", "edigate_version", "faults", "wants_report",
        ),
        "invoices": (
            "id", "run", "flow", "depositor", "position", "number", "type_code", "issue_date", "cadre",
            "supplier_scheme", "supplier", "supplier_name", "supplier_country", "recipient", "recipient_name",
            "service", "service_name", "amount_due", "currency", "verdict", "key", "faults", "decided_at", "entry",
            "market", "engagement", "validator", "completes", "renvoi",
        ),
        "statuses": (
            "invoice", "depositor", "status", "comment", "at", "label", "reason", "actor", "producer", "mandate", "run",
        ),
        "reported": (
            "run", "flow", "position", "kind", "code", "label", "said", "names", "supplier", "verdict", "subject",
            "faults",
        ),
        "deliveries": ("id", "kind", "partner", "interface", "name", "run", "planned_at"),
    }
)  # fmt: skip
_TABLES = {table.name: table for table in (flows, runs, invoices, statuses, reported, deliveries)}


def _defaults(table: Table) -> dict[str, Any]:
    return {column.name: getattr(column.default, "arg", None) for column in table.columns}


_DEFAULTS = {name: _defaults(table) for name, table in _TABLES.items()}
_IN_ORDER = {name: itemgetter(*columns) for name, columns in PROVEN.items()}


def row_digest(table: str, row: Row) -> str:
    """The digest of a row's proven columns; one that is to be inserted may lack those that have a default."""
    return values_digest(_IN_ORDER[table]({**_DEFAULTS[table], **row}))


def booked(connection: Connection, rows: Iterable[Row]) -> None:
    """Flows that are new in the ledger."""
    for row in rows:
        facts = {column: row[column] for column in PROVEN["flows"][1:]}
        note(connection, "flow.booked", row["id"], at=row["received_at"], **facts)


def decided(
    connection: Connection, flow: str, run: Row, judged: Sequence[tuple[Row, Row | None]], *, stands: bool, at: str
) -> None:
    """A run's verdict, with those on its invoices; each with the first status that it is given, if it is.

    `stands`: the flow keeps the verdict it had.
    """
    facts: dict[str, object] = {"stands": True} if stands else {}
    note(
        connection, "flow.decided", flow, at=at, run=run["id"], verdict=run["verdict"],
        directory=run["directory_version"], edigate=run["edigate_version"], codes=_codes(run["faults"]),
        row=row_digest("runs", run), invoices=[_judged(*pair) for pair in judged], **facts,
    )  # fmt: skip


def _judged(row: Row, status: Row | None) -> dict[str, object]:
    found = {
        "id": row["id"], "position": row["position"], "number": row["number"], "supplier": row["supplier"],
        "recipient": row["recipient"], "amount": row["amount_due"], "verdict": row["verdict"],
        "status": row["status"], "stage": row["stage"], "reader": row["reader"], "reserved": row["reserved"],
        "codes": _codes(row["faults"]), "row": row_digest("invoices", row),
    }  # fmt: skip
    if row.get("label"):  # of an invoice that was there before the log
        found["label"] = row["label"]
    return found | {"given": row_digest("statuses", status)} if status else found


def _codes(faults: str) -> list[str]:
    return [] if faults == "[]" else [one.code for one in faults_json.load(faults)]


def heard(connection: Connection, rows: Sequence[Row], *, at: str) -> None:
    """The lines of partners' reports, by flow, as they were judged."""
    for (flow, run), lines in groupby(rows, key=lambda row: (row["flow"], row["run"])):
        told = [
            [row["position"], row["kind"], row["code"], row["verdict"], row_digest("reported", row)] for row in lines
        ]
        note(connection, "flow.heard", flow, at=at, run=run, lines=told)


def given(connection: Connection, entries: Iterable[Row], flow_of: Mapping[int, str], *, at: str) -> None:
    """Statuses as their invoices' histories have them."""
    for row in entries:
        who = {"actor": row["actor"]} if row.get("actor") else {}
        note(
            connection, "invoice.status", flow_of[row["invoice"]], at=at, invoice=row["invoice"],
            status=row["status"], label=row.get("label", ""), row=row_digest("statuses", row), **who,
        )  # fmt: skip


def moved(connection: Connection, changes: Mapping[int, Row], *, at: str) -> None:
    """By id, how invoices stand from now on: status and label, stage, reader, and whether they hold their numbers."""
    query = select(invoices.c.id, invoices.c.flow)
    for row in where_in(connection, query, invoices.c.id, changes):
        note(connection, "invoice.moved", row["flow"], at=at, invoice=row["id"], **dict(changes[row["id"]]))


def available(connection: Connection, rows: Iterable[tuple[str, Row]], *, at: str) -> None:
    """Statuses by which invoices are announced, each with its flow: it is their status from now on."""
    for flow, row in rows:
        note(
            connection, "invoice.available", flow, at=at, invoice=row["invoice"], status=row["status"],
            label=row["label"], row=row_digest("statuses", row),
        )  # fmt: skip


def planned(connection: Connection, rows: Iterable[Row], *, at: str) -> None:
    """Outgoing files that are to be."""
    for row in rows:
        facts = {key: row[key] for key in ("kind", "partner", "interface", "run", "planned_at")}
        about = {"flow": row["run"].rpartition("-")[0]} if row["run"] else {}
        note(connection, "delivery.planned", row["name"], at=at, delivery=row["id"], **facts, **about)


def holds(connection: Connection, held: Iterable[Row], flow_of: Mapping[int, str], *, at: str) -> None:
    """What of which flow a pivot holds: position, invoice and the invoice's stage."""
    by_flow: dict[tuple[int, str], list[list[object]]] = {}
    for row in held:
        place = by_flow.setdefault((row["delivery"], flow_of[row["invoice"]]), [])
        place.append([row["position"], row["invoice"], row["stage"]])
    for (delivery, flow), places in by_flow.items():
        note(connection, "delivery.holds", flow, at=at, delivery=delivery, invoices=places)


def tells(connection: Connection, told: Mapping[int, int], *, at: str) -> None:
    """Which delivery tells each status, both by id."""
    query = select(statuses.c.id, invoices.c.flow).join(invoices, invoices.c.id == statuses.c.invoice)
    flow_of = {row["id"]: row["flow"] for row in where_in(connection, query, statuses.c.id, told)}
    tells_of(connection, told, flow_of, at=at)


def tells_of(connection: Connection, told: Mapping[int, int], flow_of: Mapping[int, str], *, at: str) -> None:
    """The same where the flow of each status is known."""
    by_flow: dict[tuple[int, str], list[int]] = {}
    for status in sorted(told):
        by_flow.setdefault((told[status], flow_of[status]), []).append(status)
    for (delivery, flow), ids in by_flow.items():
        note(connection, "delivery.tells", flow, at=at, delivery=delivery, statuses=ids)


def placed(connection: Connection, written: Iterable[tuple[int, int, str]], *, at: str) -> None:
    """Files that were written, with size and SHA-256."""
    for delivery, size, sha256 in written:
        note(connection, "delivery.placed", str(delivery), at=at, delivery=delivery, size=size, sha256=sha256)


def published(connection: Connection, ids: Collection[int], *, at: str) -> None:
    """Files that stand under their names where their partners find them."""
    for delivery in ids:
        note(connection, "delivery.published", str(delivery), at=at, delivery=delivery)
