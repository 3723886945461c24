"""What every ledger keeps whoever writes at the same time: one file with one writer, or a server with many."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import groupby, pairwise
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from edigate.domain.outcomes import Verdict
from edigate.domain.verdicts import Examination
from edigate.ledger import deliveries, journal, sequences, settlement, store, ways
from edigate.ledger.clock import moment
from edigate.ledger.database import is_embedded, open_ledger, reading, writing, written
from edigate.ledger.deliveries import Plan, Times
from edigate.ledger.journal import FIRST, link_body, link_hash
from edigate.ledger.locks import Locks
from edigate.ledger.tables import deliveries as files
from edigate.ledger.tables import flows, invoices, links, notes, runs, statuses
from edigate.ledger.tables import ways as way_rows
from edigate.pipeline.settle import Case, decide
from tests.ledgers import new_ledger
from tests.postgres import fresh_ledger
from tests.unit.ledger.test_settlement import TERMS
from tests.unit.ledger.test_store import EARLY, NOW, a_booking
from tests.unit.pipeline.found import an_invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from edigate.ledger.store import Booking

TOGETHER = 2.0
"""Seconds that one transaction waits for the other to have begun: where there is one writer, in vain."""


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A new ledger of each kind."""
    if request.param == "sqlite":
        engine = new_ledger(tmp_path / "ledger.sqlite")
        yield engine
        engine.dispose()
        return
    with fresh_ledger() as url:
        engine = open_ledger(url)
        yield engine
        engine.dispose()


class Meeting:
    """Where two transactions wait for each other once, after they have read and before they write."""

    def __init__(self, ledger: Engine) -> None:
        """Where only one writes at a time, nobody waits."""
        self._barrier = None if is_embedded(ledger) else Barrier(2)

    def meet(self) -> None:
        """Wait for the other; who comes again because the other was quicker does not."""
        if self._barrier is not None:
            with suppress(BrokenBarrierError):
                self._barrier.wait(TOGETHER)
                self._barrier.abort()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What these give, done at the same time."""
    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result() for future in [threads.submit(work) for work in works]]


def booked(ledger: Engine, *claims: str) -> None:
    """Book deposits, each with a flow id of its own."""
    bookings = [a_booking(claim)._replace(flow_id=f"id-{claim}", interface="FSO1106A") for claim in claims]
    written(ledger, store.book, bookings)


def column(ledger: Engine, query: Any) -> list[Any]:  # noqa: ANN401 - any select
    """The first column of what a query finds."""
    with ledger.connect() as connection:
        return list(connection.execute(query).scalars())


def test_a_deposit_that_two_book_at_once_is_one(ledger: Engine) -> None:
    """Whoever comes second finds it booked."""
    meeting = Meeting(ledger)

    def book(connection: Connection, bookings: Sequence[Booking]) -> None:
        connection.execute(select(flows.c.id)).all()
        meeting.meet()
        store.book(connection, bookings)

    at_once(*[lambda: written(ledger, book, [a_booking("a"), a_booking("b")])] * 2)

    assert sorted(column(ledger, select(flows.c.id))) == ["a", "b"]
    assert sorted(column(ledger, select(runs.c.id))) == ["a-1", "b-1"]


def test_a_number_that_two_decide_on_at_once_is_accepted_once(ledger: Engine) -> None:
    """The other is a duplicate, and names the flow that came first."""
    booked(ledger, "a", "b")
    meeting = Meeting(ledger)

    def settle(connection: Connection, claim: str) -> Verdict:
        examination = Examination(invoices=(an_invoice(),), directory_version="v7")
        cases = [Case(f"{claim}-1", claim, f"name-{claim}", EARLY, f"id-{claim}", "FSO1106A", examination)]
        taken = store.taken(connection, cases)
        meeting.meet()
        (decision,) = decide(cases, taken)
        settlement.write(connection, [(decision, "ABC123")], TERMS, NOW)
        return decision.verdict

    verdicts = at_once(*(lambda claim=claim: written(ledger, settle, claim) for claim in ("a", "b")))

    assert sorted(verdicts) == [Verdict.INTEGRATED, Verdict.REJECTED]
    assert column(ledger, select(func.count()).select_from(invoices).where(invoices.c.reserved)) == [1]


def test_a_run_that_two_decide_at_once_is_decided_once(ledger: Engine) -> None:
    """Whoever was slower finds nothing left to decide."""
    booked(ledger, "a")
    meeting = Meeting(ledger)

    def settle(connection: Connection) -> int:
        undecided = store.undecided(connection, ["a-1"])
        meeting.meet()
        if not undecided:
            return 0
        examination = Examination(invoices=(an_invoice(),), directory_version="v7")
        cases = [Case("a-1", "a", "name-a", EARLY, "id-a", "FSO1106A", examination)]
        decided = decide(cases, store.taken(connection, cases))
        settlement.write(connection, [(one, "ABC123") for one in decided], TERMS, NOW)
        return 1

    assert sum(at_once(*[lambda: written(ledger, settle)] * 2)) == 1
    assert len(column(ledger, select(invoices.c.id))) == 1
    assert len(column(ledger, select(files.c.id).where(files.c.kind == "report"))) == 1


def given(ledger: Engine, *depositors: str) -> None:
    """Statuses of invoices that are not yet told."""
    booked(ledger, "a")
    with writing(ledger) as connection:
        examination = Examination(
            invoices=tuple(an_invoice(number=f"F-{n}", position=n) for n in range(1, len(depositors) + 1)),
            directory_version="v7",
        )
        cases = [Case("a-1", "a", "name-a", EARLY, "id-a", "FSO1106A", examination)]
        decided = decide(cases, store.taken(connection, cases))
        settlement.write(connection, [(one, "ABC123") for one in decided], TERMS, NOW)


def test_a_status_that_two_want_to_tell_at_once_is_told_once(ledger: Engine) -> None:
    """One life cycle has all of them."""
    given(ledger, "ABC123", "ABC123")
    meeting = Meeting(ledger)

    def tell(connection: Connection) -> list[int]:
        connection.execute(select(statuses.c.id)).all()
        meeting.meet()
        return deliveries.plan_life_cycles(connection, ["ABC123"], "CPP001", NOW)

    told = at_once(*[lambda: written(ledger, tell)] * 2)

    assert sorted(len(ids) for ids in told) == [0, 1]
    assert len(set(column(ledger, select(statuses.c.told_in)))) == 1


def test_a_file_that_two_publish_at_once_is_published_once(ledger: Engine) -> None:
    """Its invoices are announced once, too."""
    given(ledger, "ABC123")
    (pivot,) = column(ledger, select(files.c.id).where(files.c.kind == "pivot"))
    with writing(ledger) as connection:
        deliveries.mark_placed(connection, [(pivot, 10, "0" * 64)])
    meeting = Meeting(ledger)

    def publish(connection: Connection) -> None:
        connection.execute(select(files.c.state)).all()
        meeting.meet()
        deliveries.mark_published(connection, [pivot], Times({}, {}), NOW)

    at_once(*[lambda: written(ledger, publish)] * 2)

    assert sorted(column(ledger, select(statuses.c.status))) == ["01", "03"]


def test_files_of_a_partner_come_in_the_order_of_planning(ledger: Engine) -> None:
    """Up to the first that is not placed."""
    with writing(ledger) as connection:
        ids = deliveries.plan(connection, [Plan("report", "ABC123", "CSO1106A")] * 4, "CPP001", NOW)
        deliveries.mark_placed(connection, [(i, 1, "0" * 64) for i in (ids[3], ids[1], ids[0])])
    with ledger.connect() as connection:
        turn = deliveries.in_turn(connection, {"ABC123"}, NOW)

    assert [row["id"] for row in turn] == ids[:2]


def test_no_number_of_a_sequence_is_given_twice(ledger: Engine) -> None:
    """Whoever takes them at once; a sequence that jumps goes on from there, and never back."""
    taken = at_once(*[lambda: written(ledger, sequences.take, "x", 50)] * 4)
    with writing(ledger) as connection:
        sequences.jump(connection, "x", 1000)
        sequences.jump(connection, "x", 10)
        after = sequences.take(connection, "x", 1)
        reached = sequences.reached(connection)

    assert len({number for numbers in taken for number in numbers}) == 200
    assert [*after] == [1000]
    assert reached["x"] == 1001


def test_what_fails_leaves_nothing(ledger: Engine) -> None:
    """Neither rows nor links."""

    def fail(connection: Connection) -> None:
        store.book(connection, [a_booking("a")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written(ledger, fail)

    assert column(ledger, select(flows.c.id)) == column(ledger, select(links.c.id)) == []


def test_what_is_said_of_a_transaction_is_said_once(ledger: Engine) -> None:
    """However often it was tried, and when it is done: two that met say two things, one that failed nothing."""
    meeting = Meeting(ledger)
    tries = []

    def fail(connection: Connection, error: str) -> None:
        connection.execute(select(way_rows.c.way)).all()
        tries.append(error)
        meeting.meet()
        ways.failed(connection, "ABC123", ways.PUT, error, now=moment(NOW), patience=ways.Patience(1, 9))

    def break_off(connection: Connection) -> None:
        ways.worked(connection, "ABC123", ways.PUT, NOW)
        raise ZeroDivisionError

    with capture_logs() as said:
        at_once(*[lambda error=error: written(ledger, fail, error) for error in ("one", "other")])
        with pytest.raises(ZeroDivisionError):
            written(ledger, break_off)

    assert len(tries) == (2 if is_embedded(ledger) else 3)
    assert sorted((line["event"], line["error"]) for line in said) == [("way.failed", "one"), ("way.failed", "other")]
    assert column(ledger, select(way_rows.c.failures)) == [2]


def test_links_of_transactions_that_run_at_once_make_chains(ledger: Engine) -> None:
    """Each link follows on the one before in its chain, nothing noted is missing, and each is noted once."""

    def count(connection: Connection, mark: str) -> None:
        journal.note(connection, "way.works", mark, at=NOW)
        connection.execute(select(func.count()).select_from(links)).scalar_one()

    def many(start: int) -> None:
        for number in range(start, start + 20):
            written(ledger, count, str(number))

    at_once(*(lambda start=start: many(start) for start in (0, 100, 200)))

    with ledger.connect() as connection:
        rows = connection.execute(select(links).order_by(links.c.writer, links.c.number)).mappings().all()
    noted = [json.loads(text)["subject"] for row in rows for text in row["entries"].split("\n")]
    assert sorted(noted, key=int) == [str(start + n) for start in (0, 100, 200) for n in range(20)]
    for _, chain in groupby(rows, key=lambda row: row["writer"]):
        whole: list[Any] = [{"number": 0, "hash": FIRST}, *chain]
        for before, after in pairwise(whole):
            body = link_body(after["writer"], after["number"], after["at"], after["digests"].split(" "))
            assert (after["number"], after["previous"]) == (before["number"] + 1, before["hash"])
            assert after["hash"] == link_hash(before["hash"], body)


def test_whoever_saw_what_another_did_comes_after_it(ledger: Engine) -> None:
    """Links in their order tell what came of what, whatever chains they are in."""

    def count(connection: Connection) -> None:
        found = connection.execute(select(notes.c.value).where(notes.c.key == "n")).scalar()
        if found is None:
            connection.execute(insert(notes).values(key="n", value="1"))
        else:
            connection.execute(notes.update().where(notes.c.key == "n").values(value=str(int(found) + 1)))
        journal.note(connection, "way.works", str(int(found or 0) + 1), at=NOW)

    at_once(*[lambda: [written(ledger, count) for _ in range(10)]] * 3)

    entries = [json.loads(text) for text in column(ledger, select(links.c.entries).order_by(links.c.id))]
    assert [entry["subject"] for entry in entries] == [str(n) for n in range(1, 31)]
    if not is_embedded(ledger):
        assert [entry["order"] for entry in entries] == column(ledger, select(links.c.id).order_by(links.c.id))


def test_who_reads_sees_one_moment(ledger: Engine) -> None:
    """Whatever is written meanwhile."""
    booked(ledger, "a")
    with reading(ledger) as connection:
        before = connection.execute(select(flows.c.id)).scalars().all()
        booked(ledger, "b")
        after = connection.execute(select(flows.c.id)).scalars().all()

    assert before == after == ["a"]


def test_texts_sort_by_their_code_points(ledger: Engine) -> None:
    """Whatever language the server speaks: times, names and ids sort as they are."""
    with writing(ledger) as connection:
        connection.execute(insert(notes), [{"key": key, "value": ""} for key in ("é", "a", "B", "_", "Z", "b")])
    wanted = select(notes.c.key).where(notes.c.key != "jobs_schema").order_by(notes.c.key)

    assert column(ledger, wanted) == ["B", "Z", "_", "a", "b", "é"]
    assert column(ledger, select(func.max(notes.c.key))) == ["é"]


def test_a_name_is_held_by_one(ledger: Engine) -> None:
    """In an embedded ledger the folder's lock has seen to that; elsewhere the second goes without, until it is free."""
    with closing(Locks(ledger)) as first, closing(Locks(ledger)) as second:
        assert first.take(["put ABC123"])
        assert bool(second.take(["put ABC123"])) is is_embedded(ledger)
        assert second.take(["put JMRPOR"])
        first.give_back(["put ABC123"])
        assert second.take(["put ABC123"]) or is_embedded(ledger)
