"""Outgoing files in the ledger: planned, placed, published; and the life cycle that is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from edigate.ledger import deliveries
from edigate.ledger.database import writing
from edigate.ledger.deliveries import Plan, plan
from edigate.ledger.tables import deliveries as table
from edigate.ledger.tables import invoices, statuses
from tests.unit.ledger.test_store import EARLY, LATE, NOW, an_invoice_row

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PIVOT = Plan("pivot", "SEI001", "FEN0036A", invoices=(5, 3))
REPORT = Plan("report", "ABC123", "CSO1106A", run="a-1")
NO_TIMES = deliveries.Times({}, {})


def states(connection: Connection) -> list[str]:
    """The states of all deliveries."""
    return list(connection.execute(select(table.c.state).order_by(table.c.id)).scalars())


def put_invoices(connection: Connection, *numbers: int, stage: str = "recipient") -> None:
    """Integrated invoices with status 01, told to nobody yet."""
    rows = [
        an_invoice_row(n, "a", verdict="integrated", reserved=False, position=n) | {"status": "01", "stage": stage}
        for n in numbers
    ]
    connection.execute(insert(invoices), rows)
    entries = [{"invoice": n, "depositor": "ABC123", "status": "01", "comment": "", "at": NOW} for n in numbers]
    connection.execute(insert(statuses), entries)


def test_each_file_gets_a_name_of_its_own(ledger: Engine) -> None:
    """Partner, gate, digits and a sequence for those digits that goes on."""
    with writing(ledger) as connection:
        put_invoices(connection, 3, 5)
        plan(connection, [REPORT, PIVOT, REPORT], "CPP001", NOW)
        plan(connection, [REPORT], "CPP001", NOW)
        assert plan(connection, [], "CPP001", NOW) == []
        names = list(connection.execute(select(table.c.name).order_by(table.c.id)).scalars())

    assert names == [
        "CSO1106A_ABC123_CPP0011106000000000000001",
        "FEN0036A_SEI001_CPP0010036000000000000001",
        "CSO1106A_ABC123_CPP0011106000000000000002",
        "CSO1106A_ABC123_CPP0011106000000000000003",
    ]


def test_a_pivot_holds_its_invoices_in_order(ledger: Engine) -> None:
    """As they were planned."""
    with writing(ledger) as connection:
        put_invoices(connection, 3, 5)
        (number,) = plan(connection, [PIVOT], "CPP001", NOW)
        held = deliveries.contents(connection, [number])

    assert [row["id"] for row in held[number]] == [5, 3]


def test_a_file_goes_from_planned_to_placed_to_published_only(ledger: Engine) -> None:
    """Each step moves what stands right before it; done twice it changes nothing."""
    with writing(ledger) as connection:
        (number,) = plan(connection, [REPORT], "CPP001", NOW)
        deliveries.mark_published(connection, [number], NO_TIMES, NOW)
        deliveries.mark_vanished(connection, [number])
        assert states(connection) == ["planned"]
        deliveries.mark_placed(connection, [(number, 9, "x")])
        deliveries.mark_placed(connection, [(number, 8, "y")])
        assert connection.execute(select(table.c.state, table.c.size)).one() == ("placed", 9)
        deliveries.mark_published(connection, [number], NO_TIMES, NOW)
        deliveries.mark_vanished(connection, [number])
        deliveries.mark_published(connection, [number], NO_TIMES, LATE)

        assert connection.execute(select(table.c.state, table.c.published_at)).one() == ("published", NOW)


def test_what_vanished_is_planned_again(ledger: Engine) -> None:
    """From placed."""
    with writing(ledger) as connection:
        (number,) = plan(connection, [REPORT], "CPP001", NOW)
        deliveries.mark_placed(connection, [(number, 9, "x")])
        deliveries.mark_vanished(connection, [number])

        assert states(connection) == ["planned"]


def test_a_published_pivot_makes_its_invoices_available_once(ledger: Engine) -> None:
    """03 for each that need not wait for a validator; to a validator it is available as 01 with a label."""
    with writing(ledger) as connection:
        put_invoices(connection, 3)
        put_invoices(connection, 5, stage="validator1")
        (number,) = plan(connection, [PIVOT], "CPP001", NOW)
        deliveries.mark_placed(connection, [(number, 9, "x")])
        for _ in range(2):
            deliveries.mark_published(connection, [number], NO_TIMES, LATE)
        told = connection.execute(select(statuses.c.invoice, statuses.c.status, statuses.c.at)).all()
        now = connection.execute(select(invoices.c.id, invoices.c.status).order_by(invoices.c.id)).all()

    assert sorted(told) == [(3, "01", NOW), (3, "03", LATE), (5, "01", NOW), (5, "01", LATE)]
    assert [tuple(row) for row in now] == [(3, "03"), (5, "01")]


def test_each_status_is_told_in_one_file(ledger: Engine) -> None:
    """One per depositor and round, for those who take it; what was told is not told again."""
    with writing(ledger) as connection:
        put_invoices(connection, 1, 2)
        assert deliveries.plan_life_cycles(connection, ["OTHER1"], "CPP001", NOW) == []
        (first,) = deliveries.plan_life_cycles(connection, ["ABC123"], "CPP001", NOW)
        put_invoices(connection, 3)
        (second,) = deliveries.plan_life_cycles(connection, ["ABC123"], "CPP001", NOW)
        told = deliveries.told(connection, [first, second])
        assert deliveries.plan_life_cycles(connection, ["ABC123"], "CPP001", NOW) == []

    assert {number: [row["id"] for row in rows] for number, rows in told.items()} == {first: [1, 2], second: [3]}


def test_a_failed_file_waits_for_its_hour(ledger: Engine) -> None:
    """Its state stays; it is not to do before, and the ledger says when the next one is; a start forgets the pause."""
    with writing(ledger) as connection:
        put_invoices(connection, 3, 5)
        first, second = plan(connection, [REPORT, PIVOT], "CPP001", EARLY)
        deliveries.mark_failed(connection, first, "why", LATE)

        def to_do(now: str) -> list[int]:
            return [row["id"] for row in deliveries.to_do(connection, "planned", ["ABC123", "SEI001"], now)]

        assert (to_do(NOW), to_do(LATE), deliveries.next_due(connection, NOW)) == ([second], [first, second], LATE)
        deliveries.try_now(connection)
        assert (to_do(NOW), deliveries.next_due(connection, NOW)) == ([first, second], None)


def test_only_partners_who_may_be_served_are_served(ledger: Engine) -> None:
    """A suspended one's files stay where they are."""
    with writing(ledger) as connection:
        put_invoices(connection, 3, 5)
        plan(connection, [REPORT, PIVOT], "CPP001", NOW)
        rows = deliveries.to_do(connection, "planned", ["SEI001"], NOW)

    assert [row["partner"] for row in rows] == ["SEI001"]


def test_as_many_partners_may_be_served_as_there_are(ledger: Engine) -> None:
    """More than a statement has room for values, of which a server takes 65,535."""
    everybody = {"SEI001", "ABC123", *(f"P{number:05d}" for number in range(70_000))}
    with writing(ledger) as connection:
        put_invoices(connection, 3, 5)
        plan(connection, [REPORT, PIVOT], "CPP001", NOW)
        found = deliveries.to_do(connection, deliveries.PLANNED, everybody, NOW)
        tellable = deliveries.partners_to_tell(connection, everybody)

    assert ([row["partner"] for row in found], tellable) == (["ABC123", "SEI001"], {"ABC123"})
