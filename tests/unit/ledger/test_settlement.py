"""Writing decisions: invoices, reservations, statuses, and the files that they call for, all in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from edigate.catalogue import interfaces
from edigate.domain.faults import fault
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.verdicts import Content, Examination
from edigate.ledger import settlement, store
from edigate.ledger.database import writing
from edigate.ledger.deliveries import PivotLimits
from edigate.ledger.settlement import Terms
from edigate.ledger.tables import deliveries, delivery_invoices, flows, invoices, runs, statuses
from edigate.pipeline.settle import Case, Taken, decide
from tests.unit.ledger.test_store import EARLY, NOW, a_booking, book
from tests.unit.pipeline.found import an_invoice

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

    from edigate.domain.verdicts import Examined

DEPOSITOR = Partner("ABC123", "Abécé", Role.DEPOSITOR)
TERMS = Terms("CPP001", PartnerBook((DEPOSITOR,)), interfaces(), PivotLimits(2, 1000), {})
WRONG = (fault("EDG-I064", "recipient.identifier", "x"),)


def settle(ledger: Engine, *cases: Case, terms: Terms = TERMS) -> dict[int, Content]:
    """Decide and write."""
    with writing(ledger) as connection:
        decided = decide(cases, Taken())
        return settlement.write(connection, [(one, "ABC123") for one in decided], terms, NOW)


def a_case(ledger: Engine, claim: str, *found: Examined, interface: str = "FSO1106A", **examined: object) -> Case:
    """A booked flow with these invoices."""
    book(ledger, a_booking(claim)._replace(flow_id=f"id-{claim}", interface=interface))
    examination = Examination(invoices=found, directory_version="v7", **examined)  # type: ignore[arg-type]
    return Case(f"{claim}-1", claim, f"name-{claim}", EARLY, f"id-{claim}", interface, examination)


def rows(ledger: Engine, table: Table, *names: str) -> list[tuple[object, ...]]:
    """Some columns of a table."""
    with ledger.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*(table.c[name] for name in names)))]


def test_an_integrated_flow_is_decided_reserved_told_and_planned(ledger: Engine) -> None:
    """Its number and id are taken, 01 is to be told, a report and a pivot are to be handed over."""
    pivots = settle(ledger, a_case(ledger, "a", an_invoice()))

    assert rows(ledger, flows, "state", "verdict", "reserved") == [("decided", "integrated", True)]
    assert rows(ledger, runs, "state", "verdict", "decided_at", "directory_version") == [
        ("decided", "integrated", NOW, "v7")
    ]
    assert rows(ledger, invoices, "id", "verdict", "status", "reserved", "key") == [
        (1, "integrated", "01", True, "810347328|2025|F-1")
    ]
    assert rows(ledger, statuses, "invoice", "status", "told_in") == [(1, "01", None)]
    assert rows(ledger, deliveries, "kind", "partner", "interface", "run", "state") == [
        ("report", "ABC123", "CSO1106A", "a-1", "planned"),
        ("pivot", "SEI001", "FEN0036A", None, "planned"),
    ]
    assert pivots == {1: an_invoice().pivot}


def test_a_rejected_invoice_is_told_and_goes_to_nobody(ledger: Engine) -> None:
    """37 with the first reason; its number is not reserved, its flow's id is."""
    settle(ledger, a_case(ledger, "a", an_invoice(faults=WRONG, reader="", pivot=None)))

    assert rows(ledger, flows, "verdict", "reserved") == [("rejected", True)]
    assert rows(ledger, invoices, "verdict", "status", "reserved") == [("rejected", "37", False)]
    ((status, comment),) = rows(ledger, statuses, "status", "comment")
    assert (status, str(comment).startswith("EDG-I064")) == ("37", True)
    assert [row[0] for row in rows(ledger, deliveries, "kind")] == ["report"]


def test_a_rejected_invoice_that_no_life_cycle_can_name_is_told_by_the_report_alone(ledger: Engine) -> None:
    """Without a number there is nothing to tell it by."""
    settle(ledger, a_case(ledger, "a", an_invoice(number="", faults=WRONG, reader="", pivot=None)))

    assert rows(ledger, invoices, "status") == [("",)]
    assert rows(ledger, statuses, "status") == []


def test_an_inadmissible_flow_has_a_report_and_nothing_else(ledger: Engine) -> None:
    """Its id is free again; without an interface the report is the one for unnamed flows."""
    faults = (fault("EDG-F001"),)
    settle(ledger, a_case(ledger, "a", interface="", faults=faults), a_case(ledger, "b", faults=faults))

    assert rows(ledger, flows, "verdict", "reserved") == [("inadmissible", False)] * 2
    assert rows(ledger, invoices, "id") == []
    assert rows(ledger, deliveries, "interface") == [("CSO0000A",), ("CSO1106A",)]


@pytest.mark.parametrize(("wrong", "reports"), [(False, 0), (True, 1)])
def test_a_partner_may_do_without_reports_on_success(ledger: Engine, wrong: bool, reports: int) -> None:  # noqa: FBT001
    """On success only."""
    terms = replace(TERMS, book=PartnerBook((replace(DEPOSITOR, report_on_success=False),)))
    settle(ledger, a_case(ledger, "a", an_invoice(faults=WRONG if wrong else ())), terms=terms)

    assert [kind for (kind,) in rows(ledger, deliveries, "kind")].count("report") == reports
    assert rows(ledger, runs, "wants_report") == [(bool(reports),)]


def test_pivots_are_gathered_by_reader_and_cut_by_number_and_size(ledger: Engine) -> None:
    """In the order of the invoices; one that is larger than a pivot may be goes alone."""
    sizes = [("SEI001", 10), ("POR001", 10), ("SEI001", 10), ("SEI001", 10), ("SEI001", 5000), ("SEI001", 10)]
    found = [
        an_invoice(position=place, number=f"F-{place}", reader=reader, pivot=Content(b"x", size=size))
        for place, (reader, size) in enumerate(sizes, start=1)
    ]
    settle(ledger, a_case(ledger, "a", *found))

    held: dict[object, list[object]] = {}
    for delivery, invoice in rows(ledger, delivery_invoices, "delivery", "invoice"):
        held.setdefault(delivery, []).append(invoice)
    readers = {number: partner for number, partner in rows(ledger, deliveries, "id", "partner")}  # noqa: C416
    assert sorted((str(readers[delivery]), inside) for delivery, inside in held.items()) == [
        ("POR001", [2]), ("SEI001", [1, 3]), ("SEI001", [4]), ("SEI001", [5]), ("SEI001", [6]),
    ]  # fmt: skip


def test_a_number_is_reserved_once_whatever_decided(ledger: Engine) -> None:
    """The ledger itself refuses a second reservation, and nothing of that transaction stays."""
    settle(ledger, a_case(ledger, "a", an_invoice()))
    second = a_case(ledger, "b", an_invoice())
    with pytest.raises(IntegrityError):
        settle(ledger, second)

    assert rows(ledger, flows, "id", "state") == [("a", "decided"), ("b", "in_progress")]
    assert len(rows(ledger, deliveries, "id")) == 2


def test_a_flow_id_is_reserved_once_whatever_decided(ledger: Engine) -> None:
    """Likewise."""
    first, second = a_case(ledger, "a", an_invoice()), a_case(ledger, "b", an_invoice(number="F-2"))
    with writing(ledger) as connection:
        connection.execute(flows.update().values(flow_id="same"))
    settle(ledger, first)
    with pytest.raises(IntegrityError):
        settle(ledger, second)


def test_a_refused_replay_leaves_the_flow_what_it_was(ledger: Engine) -> None:
    """Where an earlier run integrated invoices: verdict and id stay, the run alone says that it was refused."""
    settle(ledger, a_case(ledger, "a", an_invoice()))
    with writing(ledger) as connection:
        store.request_run(connection, "a", by="op", reason="", now=NOW)
        case = Case("a-2", "a", "name-a", EARLY, "id-a", "FSO1106A", Examination((fault("EDG-F005"),)))
        decided = decide([case], Taken(integrated={("a", 1)}))
        settlement.write(connection, [(one, "ABC123") for one in decided], TERMS, NOW)

    assert rows(ledger, flows, "state", "verdict", "reserved", "run") == [("decided", "integrated", True, "a-2")]
    assert rows(ledger, runs, "id", "verdict") == [("a-1", "integrated"), ("a-2", "inadmissible")]
