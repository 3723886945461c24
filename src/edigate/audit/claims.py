"""What entries of the audit log claim of the ledger's rows, and the same said of the rows as they are.

A claim has a kind, a key and a value. Of most kinds the last claim on a key counts; of rows without a key that the log
knows the value is part of the key, and equal ones are counted.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select

from edigate.domain.servers import HostKey
from edigate.ledger.journal import values_digest
from edigate.ledger.proof import PROVEN, row_digest
from edigate.ledger.store import DECIDED
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

COUNTED = frozenset({"statuses", "reported", "events"})
GONE = ""
WHEN = "_at"
UNTOLD = "never"  # sorts after every time: nothing that retention purged explains such a row


class Claim(NamedTuple):
    """`owner` is the flow that it is about, and goes with, or `#` and the delivery's id; `at` is its time."""

    kind: str
    key: str
    value: str
    owner: str = ""
    at: str = ""


def of_entry(entry: dict[str, Any]) -> Iterator[Claim]:
    """What an entry says of rows."""
    if "details" in entry:
        row = [entry["at"], entry["event"], entry["actor"], entry["subject"], _json(entry["details"])]
        yield Claim("events", values_digest(row), "", "", entry["at"])
    if of := _OF_ENTRIES.get(entry["event"]):
        yield from of(entry)


def _json(details: object) -> str:
    return json.dumps(details, ensure_ascii=False, sort_keys=True, default=str)


def _booked(e: dict[str, Any]) -> Iterator[Claim]:
    flow, at = e["subject"], e["received_at"]
    yield Claim("flows", flow, values_digest([flow, *(e[key] for key in PROVEN["flows"][1:])]), flow, at)
    yield Claim("runs asked", f"{flow}-1", "1||", flow, at)


def _requested(e: dict[str, Any]) -> Iterator[Claim]:
    run, flow = e["details"]["run"], e["subject"]
    yield Claim("runs asked", run, _asked(run, e["actor"], e["details"]["reason"]), flow, e["at"])


def _taken_over(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("runs asked", e["run"], _asked(e["run"], e["actor"], e["reason"]), e["subject"], e["at"])


def _asked(run: str, by: str, reason: str) -> str:
    return f"{run.rpartition('-')[2]}|{by}|{reason}"


def _decided(e: dict[str, Any]) -> Iterator[Claim]:
    flow, at = e["subject"], e["at"]
    yield Claim("runs", e["run"], e["row"], flow, at)
    if "stands" not in e:
        yield Claim("flows verdict", flow, e["verdict"], flow, at)
    for one in e["invoices"]:
        key = str(one["id"])
        yield Claim("invoices", key, one["row"], flow, at)
        yield from _stands(key, {**one, "label": one.get("label", "")}, flow, at)
        if "given" in one:
            yield Claim("statuses", f"{key} {one['given']}", "", flow, at)


def _stands(invoice: str, facts: Row, flow: str, at: str) -> Iterator[Claim]:
    if "status" in facts:
        yield Claim("invoices status", invoice, f"{facts['status']}|{facts['label']}", flow, at)
    for column in ("stage", "reader", "reserved"):
        if column in facts:
            yield Claim(f"invoices {column}", invoice, str(facts[column]), flow, at)


def _moved(e: dict[str, Any]) -> Iterator[Claim]:
    yield from _stands(str(e["invoice"]), e, e["subject"], e["at"])


def _given(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("statuses", f"{e['invoice']} {e['row']}", "", e["subject"], e["at"])


def _available(e: dict[str, Any]) -> Iterator[Claim]:
    yield from _given(e)
    yield from _moved(e)


def _heard(e: dict[str, Any]) -> Iterator[Claim]:
    for line in e["lines"]:
        yield Claim("reported", f"{e['run']} {line[-1]}", "", e["subject"], e["at"])


def _planned(e: dict[str, Any]) -> Iterator[Claim]:
    values = {**e, "id": e["delivery"], "name": e["subject"]}
    digest = values_digest([values[column] for column in PROVEN["deliveries"]])
    yield Claim("deliveries", str(e["delivery"]), digest, f"#{e['delivery']}", e["at"])


def _holds(e: dict[str, Any]) -> Iterator[Claim]:
    for position, invoice, stage in e["invoices"]:
        yield Claim("delivery_invoices", f"{e['delivery']}:{position}", f"{invoice} {stage}", e["subject"], e["at"])


def _tells(e: dict[str, Any]) -> Iterator[Claim]:
    for status in e["statuses"]:
        yield Claim("statuses told", str(status), str(e["delivery"]), e["subject"], e["at"])


def _placed(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("deliveries bytes", str(e["delivery"]), f"{e['size']} {e['sha256']}", f"#{e['delivery']}", e["at"])


def _published(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("deliveries published", str(e["delivery"]), e["at"], f"#{e['delivery']}", e["at"])


def _receipt(e: dict[str, Any]) -> Iterator[Claim]:
    key = str(e["delivery"])
    yield Claim("deliveries receipt", key, f"{e['code']} {e['receipt_at']}", f"#{key}", e["at"])


def _partner(e: dict[str, Any]) -> Iterator[Claim]:
    after = e["details"]["after"] if "details" in e else e["after"]
    yield Claim("partners", e["subject"], _json(after), "", e["at"])


def _host_key(e: dict[str, Any]) -> Iterator[Claim]:
    value = GONE if e["event"] == "hostkey.removed" else e["details"]["kind"]
    yield Claim("host_keys", f"{e['subject']} {e['details']['fingerprint']}", value, "", e["at"])


def _server(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("servers", e["subject"], _json(e["details"]) if e["details"] else GONE, "", e["at"])


_OF_ENTRIES: Mapping[str, Callable[[dict[str, Any]], Iterator[Claim]]] = MappingProxyType(
    {
        "flow.booked": _booked,
        "flow.decided": _decided,
        "flow.heard": _heard,
        "replay.requested": _requested,
        "run.taken_over": _taken_over,
        "invoice.status": _given,
        "invoice.moved": _moved,
        "invoice.available": _available,
        "delivery.planned": _planned,
        "delivery.holds": _holds,
        "delivery.tells": _tells,
        "delivery.placed": _placed,
        "delivery.published": _published,
        "delivery.receipt": _receipt,
        "partner.added": _partner,
        "partner.changed": _partner,
        "partner.taken_over": _partner,
        "hostkey.accepted": _host_key,
        "hostkey.rotated": _host_key,
        "hostkey.removed": _host_key,
        "server.changed": _server,
        "server.removed": _server,
    }
)


def flows_of_delivery(entry: dict[str, Any]) -> tuple[int, str] | None:
    """The delivery and the flow whose it holds something, of an entry that says so."""
    if entry["event"] in {"delivery.holds", "delivery.tells"}:
        return entry["delivery"], entry["subject"]
    if entry["event"] == "delivery.planned" and "flow" in entry:
        return entry["delivery"], entry["flow"]
    return None


def _flow(row: Row) -> Iterator[Claim]:
    yield Claim("flows", row["id"], row_digest("flows", row), at=row["received_at"])
    if row["verdict"]:
        yield Claim("flows verdict", row["id"], row["verdict"], at=row["received_at"])


def _run(row: Row) -> Iterator[Claim]:
    yield Claim("runs asked", row["id"], f"{row['number']}|{row['requested_by']}|{row['reason']}", at=row["due_at"])
    if row["state"] == DECIDED:
        yield Claim("runs", row["id"], row_digest("runs", row), at=row["decided_at"])


def _invoice(row: Row) -> Iterator[Claim]:
    key, at = str(row["id"]), row["decided_at"]
    yield Claim("invoices", key, row_digest("invoices", row), at=at)
    yield from (claim._replace(owner="") for claim in _stands(key, row, "", at))


def _status(row: Row) -> Iterator[Claim]:
    yield Claim("statuses", f"{row['invoice']} {row_digest('statuses', row)}", "", at=row["at"])
    if row["told_in"]:
        yield Claim("statuses told", str(row["id"]), str(row["told_in"]), at=row["at"])


def _reported(row: Row) -> Iterator[Claim]:
    yield Claim("reported", f"{row['run']} {row_digest('reported', row)}", "", at=row.get(WHEN) or UNTOLD)


def _delivery(row: Row) -> Iterator[Claim]:
    key, at = str(row["id"]), row["planned_at"]
    yield Claim("deliveries", key, row_digest("deliveries", row), at=at)
    if row["sha256"]:
        yield Claim("deliveries bytes", key, f"{row['size']} {row['sha256']}", at=at)
    if row["published_at"]:
        yield Claim("deliveries published", key, row["published_at"], at=row["published_at"])
    if row["receipt"]:
        yield Claim("deliveries receipt", key, f"{row['receipt']} {row['receipt_at']}", at=at)


def _held(row: Row) -> Iterator[Claim]:
    value = f"{row['invoice']} {row['stage']}"
    yield Claim("delivery_invoices", f"{row['delivery']}:{row['position']}", value, at=row.get(WHEN) or UNTOLD)


def _event(row: Row) -> Iterator[Claim]:
    values = [row[column] for column in ("at", "event", "actor", "subject", "details")]
    yield Claim("events", values_digest(values), "", at=row["at"])


def _partner_row(row: Row) -> Iterator[Claim]:
    yield Claim("partners", row["code"], _json(_own(row)), at=row[WHEN] or UNTOLD)


def _server_row(row: Row) -> Iterator[Claim]:
    yield Claim("servers", row["partner"], _json(_own(row)), at=row[WHEN] or UNTOLD)


def _own(row: Row) -> dict[Any, Any]:
    return {key: value for key, value in row.items() if key != WHEN}


def _host_key_row(row: Row) -> Iterator[Claim]:
    try:
        shown = HostKey(row["kind"], row["key"]).fingerprint
    except (ValueError, TypeError):
        shown = str(row["key"])
    yield Claim("host_keys", f"{row['server']} {shown}", row["kind"], at=row["accepted_at"])


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
