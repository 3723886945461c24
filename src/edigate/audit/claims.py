"""What entries of the audit log claim of the ledger's rows; `rows` has what those claim of themselves.

A claim has a kind, a key and a value. Of what changes the last claim on a key counts; what never changes is claimed
once, and another claim on it is a finding. Of rows without a key that the log knows the value is part of the key, and
equal ones are counted.
"""

from __future__ import annotations

import json
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.ledger.alerts import DELIVERY_DEAD
from edigate.ledger.journal import values_digest
from edigate.ledger.proof import PROVEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Row = Mapping[Any, Any]

COUNTED = frozenset({"statuses", "reported", "events", "deliveries offers"})
# A dead letter that is tried again is noted as one that is offered again: there may be fewer offers than were noted.
AT_MOST = "deliveries offers"
GONE = ""


class Policy(IntEnum):
    """What another claim on the same key is."""

    CHANGES = 0
    """What is claimed may change: the last claim counts."""
    FIXED = 1
    """It never changes: the first counts, an equal one is none of a second, another is a finding."""
    ONCE = 2
    """It is claimed once: even an equal claim is a finding."""
    UNTIL_PUBLISHED = 3
    """Bytes that nobody was handed may be made anew; once they were published they are the same for ever."""


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "flows": Policy.FIXED,
        "runs asked": Policy.FIXED,
        "runs": Policy.ONCE,
        "invoices": Policy.ONCE,
        "statuses told": Policy.FIXED,
        "deliveries": Policy.FIXED,
        "delivery_invoices": Policy.FIXED,
        "deliveries bytes": Policy.UNTIL_PUBLISHED,
    }
)


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
        row = [entry["at"], entry["event"], entry["actor"], entry["subject"], as_json(entry["details"])]
        yield Claim("events", values_digest(row), "", "", entry["at"])
    if of := _OF_ENTRIES.get(entry["event"]):
        yield from of(entry)


def as_json(details: object) -> str:
    """As the event log has its details."""
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
        yield from stands(key, {**one, "label": one.get("label", "")}, flow, at)
        if "given" in one:
            yield Claim("statuses", f"{key} {one['given']}", "", flow, at)


def stands(invoice: str, facts: Row, flow: str, at: str) -> Iterator[Claim]:
    """How an invoice stands, as far as it is said."""
    if "status" in facts:
        yield Claim("invoices status", invoice, f"{facts['status']}|{facts['label']}", flow, at)
    for column in ("stage", "reader", "reserved"):
        if column in facts:
            yield Claim(f"invoices {column}", invoice, str(facts[column]), flow, at)


def _moved(e: dict[str, Any]) -> Iterator[Claim]:
    yield from stands(str(e["invoice"]), e, e["subject"], e["at"])


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


def _gone(e: dict[str, Any]) -> Iterator[Claim]:
    key = str(e["delivery"])
    how = e["event"].rpartition(".")[2]
    yield Claim("deliveries gone", key, f"{how} {e['at']}", f"#{key}", e["at"])


def _offered_again(e: dict[str, Any]) -> Iterator[Claim]:
    key = str(e["details"]["delivery"] if "details" in e else e["delivery"])
    yield Claim("deliveries gone", key, GONE, f"#{key}", e["at"])
    yield Claim("deliveries dead", key, GONE, f"#{key}", e["at"])
    yield Claim(AT_MOST, key, "", f"#{key}", e["at"])


def _dead(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("deliveries dead", e["subject"], e["at"], f"#{e['subject']}", e["at"])


def _settled(e: dict[str, Any]) -> Iterator[Claim]:
    if e["kind"] == DELIVERY_DEAD:
        yield Claim("deliveries dead", e["subject"], GONE, f"#{e['subject']}", e["at"])


def _partner(e: dict[str, Any]) -> Iterator[Claim]:
    after = e["details"]["after"] if "details" in e else e["after"]
    yield Claim("partners", e["subject"], as_json(after), "", e["at"])


def _host_key(e: dict[str, Any]) -> Iterator[Claim]:
    value = GONE if e["event"] == "hostkey.removed" else e["details"]["kind"]
    yield Claim("host_keys", f"{e['subject']} {e['details']['fingerprint']}", value, "", e["at"])


def _server(e: dict[str, Any]) -> Iterator[Claim]:
    yield Claim("servers", e["subject"], as_json(e["details"]) if e["details"] else GONE, "", e["at"])


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
        "delivery.collected": _gone,
        "delivery.purged": _gone,
        "delivery.offered_again": _offered_again,
        DELIVERY_DEAD: _dead,
        "alert.settled": _settled,
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
