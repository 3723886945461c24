"""What the returns say, from the ledger's rows: the same rows give the same bytes, however often."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.explain import explain
from edigate.domain.invoice import Party, Scheme
from edigate.domain.names import UNNAMED_REPORT, FlowName, parse_name
from edigate.domain.outcomes import Verdict
from edigate.domain.statuses import FLOW_LABELS, INVOICE_LABELS, FlowStatus, InvoiceStatus
from edigate.domain.wording import pick
from edigate.emitters import status
from edigate.emitters.envelope import Header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

    from edigate.domain.faults import Fault

REMEMBERED = 256  # what a batch tells came about at a few instants, and is often of the same suppliers
STATUS = {
    Verdict.INTEGRATED: FlowStatus.RECEIVED,
    Verdict.PARTIAL: FlowStatus.PARTIAL,
    Verdict.REJECTED: FlowStatus.REFUSED,
    Verdict.INADMISSIBLE: FlowStatus.REFUSED,
}
_DECIDED = frozenset({InvoiceStatus.DEPOSITED, InvoiceStatus.NOT_INTEGRATED})
_REPLAYED = ("Rejeu du flux (décision précédente : {})", "Replay of the flow (previous decision: {})")


class Refused(NamedTuple):
    """An invoice that was refused, or a reported status or receipt, and why."""

    about: status.About
    faults: Sequence[Fault]


def header(name: FlowName, *, gate: str, gate_name: str, partner_name: str, produced_at: dt.datetime) -> Header:
    """The envelope of an outgoing flow."""
    return Header(name.flow_id, gate, gate_name, name.application, partner_name, produced_at)


def report(
    envelope: Header,
    run: RowMapping,
    faults: Sequence[Fault],
    refused: Sequence[Refused],
    *,
    interface: str,
    language: str = "fr",
) -> bytes:
    """The integration report of one run: one line per error of the flow and of what it holds (reference §7.2.1).

    `run` has the flow's name, the verdict and, for a replay, the parent run. `interface` is the report's own: under
    CSO0000A a flow is known by the whole name of its file.
    """
    lines = [status.error_line(f, explain(f, language), language=language) for f in faults if f.blocks]
    lines += [
        status.error_line(f, explain(f, language), one.about, language)
        for one in refused
        for f in one.faults
        if f.blocks
    ]
    parsed = None if interface == UNNAMED_REPORT else parse_name(run["name"])
    code = STATUS[Verdict(run["verdict"])]
    comment = pick(_REPLAYED, language).format(run["parent"]) if run["parent"] else ""
    told = status.FlowReport(code, parsed.flow_id if parsed else run["name"], FLOW_LABELS[code], comment, tuple(lines))
    return status.flow_report(envelope, told)


def life_cycle(envelope: Header, rows: Sequence[RowMapping], zone: dt.tzinfo) -> bytes:
    """The life cycle of invoices, one entry per status, in the order they came about (reference §7.2.2)."""
    return status.life_cycle(envelope, [_entry(row, zone) for row in rows])


def _comment(row: RowMapping) -> str:
    """What was noted with the status; one that a replay decided says so, those that come after it do not."""
    if not row["parent"] or row["told"] not in _DECIDED:
        return str(row["comment"])
    return " ; ".join(filter(None, (pick(_REPLAYED, "fr").format(row["parent"]), row["comment"])))


def _entry(row: RowMapping, zone: dt.tzinfo) -> status.StatusEntry:
    return status.StatusEntry(
        supplier=_supplier(row["supplier"], row["supplier_scheme"], row["supplier_name"], row["supplier_country"]),
        recipient_siret=row["recipient"],
        recipient_name=row["recipient_name"],
        service=row["service"],
        service_name=row["service_name"],
        status=row["told"],
        label=row["told_label"] or INVOICE_LABELS[row["told"]],
        comment=_comment(row),
        at=local(row["at"], zone),
        number=row["number"],
        producer=row["producer"],
        mandate=row["mandate"],
        issue_date=dt.date.fromisoformat(row["issue_date"]) if row["issue_date"] else None,
    )


@lru_cache(maxsize=REMEMBERED)
def _supplier(identifier: str, scheme: str, name: str, country: str) -> Party:
    return Party(identifier, Scheme(scheme) if scheme else None, name=name, country=country)


@lru_cache(maxsize=REMEMBERED)
def local(stamped: str, zone: dt.tzinfo) -> dt.datetime:
    """A time of the ledger as it is in the gate's zone."""
    return dt.datetime.fromisoformat(stamped).astimezone(zone)
