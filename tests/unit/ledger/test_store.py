"""What is written as flows go their way: each step moves only what stands where it expects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from edigate.domain.verdicts import Examination
from edigate.ledger import sequences, store
from edigate.ledger.database import writing
from edigate.ledger.store import Booking
from edigate.ledger.tables import flows, invoices, runs
from edigate.pipeline.settle import Case
from tests.unit.pipeline.found import an_invoice

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

EARLY, NOW, LATE = (f"2026-03-02T{hour:02}:00:00.000000Z" for hour in (8, 9, 10))


def a_booking(claim: str, *, size: int = 10, received_at: str = EARLY, name: str = "") -> Booking:
    """One deposit."""
    return Booking(claim, "ABC123", name or f"name-{claim}", None, None, "0" * 64, size, "day/0", False, received_at)  # noqa: FBT003


def book(ledger: Engine, *bookings: Booking) -> None:
    """Book deposits."""
    with writing(ledger) as connection:
        store.book(connection, bookings)


def due(ledger: Engine, *, flows_at_most: int = 100, bytes_at_most: int = 1000, now: str = NOW) -> list[str]:
    """The runs that are due."""
    with ledger.connect() as connection:
        rows = store.due(connection, now, at_most=store.Bounds(flows_at_most, bytes_at_most))
    return [row["run"] for row in rows]


def column(ledger: Engine, table: Table, name: str) -> list[object]:
    """A column, by id."""
    with ledger.connect() as connection:
        return list(connection.execute(select(table.c[name]).order_by(table.c.id)).scalars())


def decide(connection: Connection, run: str, verdict: str = "integrated") -> None:
    """Mark a run decided, as settling does."""
    connection.execute(update(runs).where(runs.c.id == run).values(state="decided", verdict=verdict))
    connection.execute(update(flows).where(flows.c.run == run).values(state="decided", verdict=verdict))


def test_a_deposit_is_booked_with_its_first_run(ledger: Engine) -> None:
    """In progress, and due at once."""
    book(ledger, a_booking("a"))

    assert (column(ledger, flows, "state"), column(ledger, runs, "state"), due(ledger)) == (
        ["in_progress"],
        ["due"],
        ["a-1"],
    )


def test_booking_again_changes_nothing(ledger: Engine) -> None:
    """Also when the flow was decided meanwhile."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        decide(connection, "a-1")
    book(ledger, a_booking("a", name="another", received_at=LATE), a_booking("b"))

    assert column(ledger, flows, "name") == ["name-a", "name-b"]
    assert (column(ledger, runs, "state"), due(ledger)) == (["decided", "due"], ["b-1"])


def test_booking_nothing_is_nothing(ledger: Engine) -> None:
    """No statement is sent without rows."""
    book(ledger)
    assert due(ledger) == []


def test_runs_come_in_the_order_of_booking(ledger: Engine) -> None:
    """By time, then by claim."""
    book(ledger, a_booking("c"), a_booking("b", received_at=NOW), a_booking("a", received_at=NOW), a_booking("d"))

    assert due(ledger) == ["c-1", "d-1", "a-1", "b-1"]
    assert due(ledger, flows_at_most=2) == ["c-1", "d-1"]


def test_what_is_due_later_is_not_due_now(ledger: Engine) -> None:
    """And the ledger says when the next one is."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        store.hold(connection, "a-1", "no_directory", "", LATE)
    with ledger.connect() as connection:
        assert (due(ledger), store.next_due(connection, NOW), store.next_due(connection, LATE)) == ([], LATE, None)
    assert due(ledger, now=LATE) == ["a-1"]


@pytest.mark.parametrize(
    ("sizes", "taken"), [((10, 10, 10), 3), ((60, 50, 1), 1), ((50, 50, 1), 2), ((200, 1), 1), ((1, 200, 1), 1)]
)
def test_a_batch_is_bounded_in_bytes(ledger: Engine, sizes: tuple[int, ...], taken: int) -> None:
    """One that is larger than all the room goes alone."""
    book(ledger, *(a_booking(str(place), size=size) for place, size in enumerate(sizes)))

    assert len(due(ledger, bytes_at_most=100)) == taken


def test_attempts_are_counted_and_forgotten(ledger: Engine) -> None:
    """Of more runs than one statement takes."""
    claims = [f"{number:04}" for number in range(1200)]
    book(ledger, *map(a_booking, claims))
    ids = [f"{claim}-1" for claim in claims]
    with writing(ledger) as connection:
        store.count_attempts(connection, ids)
        store.count_attempts(connection, ids)
        store.forget_attempts(connection, ids[1:])
        store.count_death(connection, ids[:1])

    assert column(ledger, runs, "attempts") == [2, *[0] * 1199]
    assert column(ledger, runs, "deaths") == [1, *[0] * 1199]


def test_a_held_run_waits_with_its_reason_and_starts_afresh(ledger: Engine) -> None:
    """Run and flow are held; when it is due again, its attempts and deaths are forgotten."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        store.count_attempts(connection, ["a-1"])
        store.count_death(connection, ["a-1"])
        store.hold(connection, "a-1", "why", "more", LATE)

    assert (column(ledger, flows, "state"), column(ledger, runs, "hold_reason")) == (["held"], ["why"])
    assert (due(ledger), due(ledger, now=LATE)) == ([], ["a-1"])
    assert (column(ledger, runs, "attempts"), column(ledger, runs, "deaths")) == ([0], [0])


def test_what_is_decided_is_not_held(ledger: Engine) -> None:
    """A hold that comes too late changes nothing."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        decide(connection, "a-1")
        store.hold(connection, "a-1", "why", "", LATE)
        undecided = store.undecided(connection, ["a-1"])

    assert (column(ledger, flows, "state"), column(ledger, runs, "hold_reason"), undecided) == (
        ["decided"],
        [""],
        set(),
    )


def test_released_flows_are_due_at_once(ledger: Engine) -> None:
    """Those named, or all; others are left alone."""
    book(ledger, *map(a_booking, "abc"))
    with writing(ledger) as connection:
        for run in ("a-1", "b-1"):
            store.hold(connection, run, "why", "", LATE)
    for chosen, expected in ((["c"], 0), (["a"], 1), (None, 2)):
        with writing(ledger) as connection:
            assert store.release(connection, chosen, NOW) == expected

    assert sorted(due(ledger)) == ["a-1", "b-1", "c-1"]


def test_a_new_run_is_the_child_of_the_last_one(ledger: Engine) -> None:
    """It is due now, and says who asked and why; a flow under way or unknown gets none."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        assert store.request_run(connection, "a", by="op", reason="why", now=NOW) is None
        assert store.request_run(connection, "x", by="op", reason="why", now=NOW) is None
        decide(connection, "a-1")
        assert store.request_run(connection, "a", by="op", reason="why", now=NOW) == "a-2"
        assert store.request_run(connection, "a", by="op", reason="why", now=NOW) is None
        row = connection.execute(select(runs).where(runs.c.id == "a-2")).mappings().one()

    assert (row["parent"], row["requested_by"], row["reason"], row["number"]) == ("a-1", "op", "why", 2)
    assert (due(ledger), column(ledger, flows, "state"), column(ledger, flows, "run")) == (
        ["a-2"],
        ["in_progress"],
        ["a-2"],
    )


def an_invoice_row(number: int, flow: str, *, verdict: str, reserved: bool, position: int = 1) -> dict[str, object]:
    """One invoice of an earlier run, with the key of the sound invoice."""
    texts = dict.fromkeys(
        ("type_code", "cadre", "supplier_scheme", "supplier", "supplier_name", "supplier_country", "recipient",
         "recipient_name", "service", "service_name", "amount_due", "currency"), ""
    )  # fmt: skip
    return texts | {
        "id": number, "run": f"{flow}-1", "flow": flow, "depositor": "ABC123", "position": position, "number": "F-1",
        "reader": "", "stage": "recipient", "verdict": verdict, "status": "", "key": "810347328|2025|F-1",
        "reserved": reserved, "faults": "[]", "decided_at": NOW,
    }  # fmt: skip


def test_only_what_is_reserved_is_taken(ledger: Engine) -> None:
    """An id of an inadmissible flow and a number refused at integration are free."""
    book(ledger, a_booking("a"), a_booking("b"))
    case = Case("c-1", "c", "n", NOW, "id-1", None, Examination(invoices=(an_invoice(),)))
    with writing(ledger) as connection:
        connection.execute(update(flows).values(flow_id="id-1"))
        connection.execute(insert(invoices), [an_invoice_row(1, "a", verdict="rejected", reserved=False)])
        found = store.taken(connection, [case])
        assert (found.flow_ids, found.keys) == ({}, {})

        connection.execute(update(flows).where(flows.c.id == "b").values(reserved=True, verdict="rejected"))
        connection.execute(insert(invoices), [an_invoice_row(2, "b", verdict="integrated", reserved=True)])
        found = store.taken(connection, [case])

    assert (found.flow_ids["id-1"].flow, found.keys["810347328|2025|F-1"].flow) == ("b", "b")


def test_only_replays_ask_what_an_earlier_run_integrated(ledger: Engine) -> None:
    """By flow and place in it; the eleventh run is a replay like the second."""
    book(ledger, a_booking("a"))
    with writing(ledger) as connection:
        connection.execute(
            insert(invoices),
            [
                an_invoice_row(1, "a", verdict="rejected", reserved=False),
                an_invoice_row(2, "a", verdict="integrated", reserved=True, position=2),
            ],
        )
        asked = {
            run: store.taken(connection, [Case(run, "a", "n", NOW, None, None, Examination())]).integrated
            for run in ("a-1", "a-2", "a-11")
        }

    assert asked == {"a-1": set(), "a-2": {("a", 2)}, "a-11": {("a", 2)}}


def test_sequences_are_never_used_again(ledger: Engine) -> None:
    """Each key counts for itself, from 1; what a transaction took back is taken by the next."""
    with writing(ledger) as connection:
        assert ([*sequences.take(connection, "x", 3)], [*sequences.take(connection, "y", 1)]) == ([1, 2, 3], [1])
        assert [*sequences.take(connection, "x", 0)] == []
    with writing(ledger) as connection:
        assert [*sequences.take(connection, "x", 2)] == [4, 5]
