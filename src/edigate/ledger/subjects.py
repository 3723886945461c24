"""What partners report on, as the ledger has it: invoices by number and supplier, pivots by flow id."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.domain.names import PIVOT
from edigate.domain.stages import Stage
from edigate.ledger import states
from edigate.ledger.clock import moment
from edigate.ledger.deliveries import PUBLISHED
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.tables import deliveries, invoices, reported, statuses
from edigate.pipeline.answers import NOTHING, Said, Subject
from edigate.pipeline.receipts import Pivot
from edigate.pipeline.settle import flow_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection, RowMapping

    from edigate.pipeline.settle import Case, Taken

INVOICE, RECEIPT = states.INVOICE, states.RECEIPT
_HEARD = select(reported.c.flow, reported.c.position).where(reported.c.verdict == "integrated")


def find(connection: Connection, cases: Collection[Case], taken: Taken) -> None:
    """Add to what is taken: the invoices and pivots that these cases report on, and what earlier runs took in."""
    # A replay that is refused reports nothing, and leaves what stands of it.
    replayed = {case.flow for case in cases if case.repeats}
    taken.heard |= {(row["flow"], row["position"]) for row in where_in(connection, _HEARD, reported.c.flow, replayed)}
    reports = [case for case in cases if case.reports]
    if not reports:
        return
    chosen = list(_named(connection, {(s.number, s.supplier) for case in reports for s in case.examination.statuses}))
    told = _told(connection, chosen)
    for row in chosen:
        taken.subjects.setdefault((row["number"], row["supplier"]), []).append(_subject(row, told[row["id"]]))
        taken.told[row["id"]] = set(told[row["id"]])
    for case in reports:
        for receipt in case.examination.receipts:
            flow_id = flow_id_of(receipt.flow_id)
            if pivot := _pivot(connection, case, flow_id):
                taken.pivots[flow_id] = pivot


def _named(connection: Connection, named: Collection[tuple[str, str]]) -> Iterator[RowMapping]:
    """The integrated invoices of these numbers and suppliers.

    Many suppliers have a number "1", and one supplier may have a million invoices: the index on numbers finds them, the
    rows of other suppliers stay where they are.
    """
    supplier = invoices.c.supplier + ""  # so that its own index is not taken
    for part in chunks(sorted(named)):
        numbers, suppliers = ({pair[place] for pair in part} for place in (0, 1))
        query = select(invoices).where(
            invoices.c.verdict == "integrated", invoices.c.number.in_(numbers), supplier.in_(suppliers)
        )
        wanted = set(part)
        yield from (row for row in connection.execute(query).mappings() if (row["number"], row["supplier"]) in wanted)


def subjects(connection: Connection, rows: Collection[RowMapping]) -> list[Subject]:
    """Rows of invoices as statuses meet them."""
    told = _told(connection, rows)
    return [_subject(row, told[row["id"]]) for row in rows]


def _told(connection: Connection, rows: Collection[RowMapping]) -> dict[int, list[Said]]:
    """The statuses that each invoice was given, in order."""
    told: defaultdict[int, list[Said]] = defaultdict(list)
    query = select(statuses).order_by(statuses.c.id)
    for row in where_in(connection, query, statuses.c.invoice, {row["id"] for row in rows}):
        told[row["invoice"]].append(Said(row["status"], row["label"], row["comment"], moment(row["at"])))
    return told


def _subject(row: RowMapping, told: list[Said]) -> Subject:
    return Subject(
        id=row["id"],
        number=row["number"],
        supplier=row["supplier"],
        recipient=row["recipient"],
        issue_date=dt.date.fromisoformat(row["issue_date"]) if row["issue_date"] else None,
        cadre=row["cadre"],
        stage=Stage(row["stage"]),
        status=row["status"],
        reader=row["reader"],
        current=row["reserved"],
        second_validator=row["second_validator"],
        supplier_scheme=row["supplier_scheme"],
        label=row["label"],
        last=told[-1] if told else NOTHING,
    )


def _pivot(connection: Connection, case: Case, flow_id: str) -> Pivot | None:
    """The pivot with this flow id, if it was the sender's: the name of its file says both."""
    name = f"{PIVOT}_{case.depositor.code if case.depositor else ''}_{flow_id}"
    row = connection.execute(select(deliveries).where(deliveries.c.name == name)).mappings().first()
    if row is None:
        return None
    published = row["published_at"] is not None
    renewing = published and row["state"] != PUBLISHED
    return Pivot(row["id"], row["partner"], published, row["receipt"], row["offers"], renewing)
