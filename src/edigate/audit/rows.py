"""What the ledger's rows claim of themselves, to be held against what the log claims of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select

from edigate.audit.claims import AT_MOST, Claim, as_json, stands
from edigate.domain.servers import HostKey
from edigate.ledger.journal import values_digest
from edigate.ledger.proof import PROVEN, row_digest
from edigate.ledger.tables import (
    deliveries,
    delivery_invoices,
    events,
    flows,
    host_keys,
    invoices,
    partners,
    reported,
    runs,
    servers,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Column, Label

    Row = Mapping[Any, Any]

WHEN = "_at"
MOST_OFFERS = 1_000
UNTOLD = "never"  # sorts after every time: nothing that retention purged explains such a row


def _flow(row: Row) -> Iterator[Claim]:
    yield Claim("flows", row["id"], row_digest("flows", row), at=row["received_at"])
    if row["verdict"]:
        yield Claim("flows verdict", row["id"], row["verdict"], at=row["received_at"])


def _run(row: Row) -> Iterator[Claim]:
    yield Claim(
        "runs asked", row["id"], f"{row['number']}|{row['requested_by']}|{row['reason']}", at=row.get("due_at") or ""
    )
    if row["decided_at"]:
        yield Claim("runs", row["id"], row_digest("runs", row), at=row["decided_at"])


def _invoice(row: Row) -> Iterator[Claim]:
    key, at = str(row["id"]), row["decided_at"]
    yield Claim("invoices", key, row_digest("invoices", row), at=at)
    yield from stands(key, row, "", at)


def _status(row: Row) -> Iterator[Claim]:
    yield Claim("statuses", f"{row['invoice']} {row_digest('statuses', row)}", "", at=row["at"])
    if row["told_in"]:
        yield Claim("statuses told", str(row["id"]), str(row["told_in"]), at=row["at"])


def _reported(row: Row) -> Iterator[Claim]:
    yield Claim("reported", f"{row['run']} {row_digest('reported', row)}", "", at=row.get(WHEN) or UNTOLD)


def _delivery(row: Row) -> Iterator[Claim]:
    key, at = str(row["id"]), row["planned_at"]
    yield Claim("deliveries", key, row_digest("deliveries", row), at=at)
    if row["sha256"] or row["size"]:
        yield Claim("deliveries bytes", key, f"{row['size']} {row['sha256']}", at=at)
    if row["published_at"]:
        yield Claim("deliveries published", key, row["published_at"], at=row["published_at"])
    if row["receipt"] or row["receipt_at"]:
        yield Claim("deliveries receipt", key, f"{row['receipt']} {row['receipt_at']}", at=at)
    if row.get("gone_at") or row.get("gone_how"):
        yield Claim("deliveries gone", key, f"{row['gone_how']} {row['gone_at']}", at=at)
    if row.get("dead_at"):
        yield Claim("deliveries dead", key, row["dead_at"], at=at)
    for _ in range(min(int(row.get("offers") or 0), MOST_OFFERS)):
        yield Claim(AT_MOST, key, "", at=at)


def _held(row: Row) -> Iterator[Claim]:
    value = f"{row['invoice']} {row['stage']}"
    yield Claim("delivery_invoices", f"{row['delivery']}:{row['position']}", value, at=row.get(WHEN) or UNTOLD)


def _event(row: Row) -> Iterator[Claim]:
    values = [row[column] for column in ("at", "event", "actor", "subject", "details")]
    yield Claim("events", values_digest(values), "", at=row["at"])


def _partner_row(row: Row) -> Iterator[Claim]:
    yield Claim("partners", row["code"], as_json(_own(row)), at=row[WHEN] or UNTOLD)


def _server_row(row: Row) -> Iterator[Claim]:
    yield Claim("servers", row["partner"], as_json(_own(row)), at=row[WHEN] or UNTOLD)


def _own(row: Row) -> dict[Any, Any]:
    return {key: value for key, value in row.items() if key != WHEN}


def _host_key_row(row: Row) -> Iterator[Claim]:
    try:
        shown = HostKey(row["kind"], row["key"]).fingerprint
    except (ValueError, TypeError):
        shown = str(row["key"])
    yield Claim("host_keys", f"{row['server']} {shown}", row["kind"], at=row["accepted_at"])


# What a story shows of each row: the columns that its entries prove, and nothing else.
SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "flows": (*PROVEN["flows"], "verdict"),
        "runs": (*PROVEN["runs"], "number", "requested_by", "reason"),
        "invoices": (*PROVEN["invoices"], "status", "label", "stage", "reader", "reserved"),
        "statuses": ("id", *PROVEN["statuses"], "told_in"),
        "reported": PROVEN["reported"],
        "deliveries": (*PROVEN["deliveries"], "size", "sha256", "published_at", "receipt", "receipt_at"),
        "delivery_invoices": ("delivery", "position", "invoice", "stage"),
        "events": ("at", "event", "actor", "subject", "details"),
    }
)
NOT_SHOWN = frozenset({"deliveries gone", "deliveries dead", AT_MOST})
"""What proves these of a delivery may be about others' invoices too, and is not in a story."""


# Rows without a time of their own have that of what they belong to, or of what was last told of them.
_REPORTED = select(reported, runs.c.decided_at.label(WHEN)).join(runs, runs.c.id == reported.c.run, isouter=True)
_HELD = select(delivery_invoices, deliveries.c.planned_at.label(WHEN)).join(
    deliveries, deliveries.c.id == delivery_invoices.c.delivery, isouter=True
)


def _told(subject: Column[str]) -> Label[str]:
    told = select(func.max(events.c.at)).where(events.c.subject == subject).correlate(subject.table)
    return told.scalar_subquery().label(WHEN)


class Rows(NamedTuple):
    """One table, and what its rows claim of themselves."""

    query: Select[Any]
    claims: Callable[[Row], Iterator[Claim]]


TABLES: Mapping[str, Rows] = MappingProxyType(
    {
        "flows": Rows(select(flows), _flow),
        "runs": Rows(select(runs), _run),
        "invoices": Rows(select(invoices), _invoice),
        "statuses": Rows(select(statuses), _status),
        "reported": Rows(_REPORTED, _reported),
        "deliveries": Rows(select(deliveries), _delivery),
        "delivery_invoices": Rows(_HELD, _held),
        "events": Rows(select(events), _event),
        "partners": Rows(select(partners, _told(partners.c.code)), _partner_row),
        "servers": Rows(select(servers, _told(servers.c.partner)), _server_row),
        "host_keys": Rows(select(host_keys), _host_key_row),
    }
)
