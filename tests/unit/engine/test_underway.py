"""Batches at the workers: in their order, beside what is settled meanwhile, and none overtakes what it may repeat."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from edigate.engine.decisions import settle
from edigate.engine.pool import CannotStart
from edigate.engine.underway import AT_ONCE, Underway
from edigate.ledger.database import writing
from edigate.ledger.tables import flows, runs
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from tests.unit.engine.steps import a_pool, book, rows, run_states, spool
from tests.unit.engine.test_decisions import make_endless, set_attempts
from tests.unit.engine.test_pool import under_way, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.engine.gate import Gate


@pytest.fixture
def pairs(gate: Gate) -> Gate:
    """A gate that takes two flows at once."""
    intake = gate.settings.intake._replace(batch_flows=2)
    return replace(gate, settings=gate.settings._replace(intake=intake))


@pytest.fixture
def underway(pairs: Gate) -> Iterator[Underway]:
    """Nothing at the worker yet; a flow has two seconds there."""
    with closing(a_pool(pairs, seconds=2)) as pool, closing(Underway(pairs, pool)) as made:
        yield made


def attempts(gate: Gate) -> list[object]:
    """How often each run was tried, in the order of booking."""
    return [row["attempts"] for row in rows(gate, runs)]


def leaves(gate: Gate, underway: Underway) -> list[str]:
    """Settle the first batch; the names of its flows."""
    batch, found = underway.leave()
    settle(gate, found)
    underway.forget()
    return [row["name"] for row in batch]


def fails(underway: Underway, error: Exception) -> None:
    """Have the first batch's settling raise, and abandon all."""
    underway.leave()
    with pytest.raises(type(error)), underway.blamed():
        raise error
    underway.abandon()


def test_batches_leave_in_the_order_in_which_they_were_booked(pairs: Gate, underway: Underway) -> None:
    """The next ones are at the workers before the first is settled, each run once, and no more than may be."""
    names = book(pairs, *[None] * 2 * AT_ONCE) + book(pairs, None, None)

    assert underway.fill() == 2 * AT_ONCE
    assert (underway.fill(), len(underway.runs), underway.full) == (0, 2 * AT_ONCE, True)
    left = [leaves(pairs, underway) for _ in range(AT_ONCE)]
    assert underway.fill() == 2
    left.append(leaves(pairs, underway))

    assert [name for batch in left for name in batch] == names
    assert (run_states(pairs), attempts(pairs)) == (["decided"] * len(names), [1] * len(names))


def test_a_run_that_was_tried_before_is_alone_there(pairs: Gate, underway: Underway) -> None:
    """It waits until nothing is under way, and nothing that came after it is taken before it is settled."""
    names = book(pairs, *[None] * 4)
    set_attempts(pairs, names[1], 1)

    assert (underway.fill(), leaves(pairs, underway)) == (1, names[:1])
    assert (underway.fill(), underway.full, leaves(pairs, underway)) == (1, True, names[1:2])
    assert (underway.fill(), leaves(pairs, underway)) == (2, names[2:])


def test_a_big_batch_is_not_waited_for_by_others(pairs: Gate, underway: Underway) -> None:
    """What is rendered of them lies in memory."""
    book(pairs, *[None] * 4)
    with writing(pairs.ledger) as connection:
        (first, *_) = [str(row["flow"]) for row in rows(pairs, runs)]
        table = runs.metadata.tables["flows"]
        size = pairs.settings.intake.batch_bytes + 1
        connection.execute(update(table).where(table.c.id == first).values(size=size))

    assert (underway.fill(), len(underway.runs), underway.full) == (1, 1, True)


def test_what_lies_in_memory_of_an_examined_batch_counts(pairs: Gate) -> None:
    """Small deposits may unpack to much: then no more is taken before it is handed over."""
    book(pairs, *[None] * 6)
    deposited = sum(int(str(row["size"])) for row in rows(pairs, flows))
    intake = pairs.settings.intake._replace(batch_bytes=deposited)
    gate = replace(pairs, settings=pairs.settings._replace(intake=intake))
    with closing(a_pool(gate)) as pool, closing(Underway(gate, pool)) as underway:
        underway.fill()
        while len(underway.runs) > 4:
            leaves(gate, underway)
        assert underway.first
        underway.first.found.result()

        assert underway.full


def test_an_archive_of_many_invoices_is_settled_before_the_next_is_examined(pairs: Gate, underway: Underway) -> None:
    """What one transaction decides does not grow with what archives hold, and nobody waits for all of a batch."""
    for number in (1, 2):
        files = {f"{n}.xml": cii(Draft(f"MANY-{number}-{n}")) for n in range(3)}
        spool(pairs, tar_gz(files), name=flow_name("FSO1106A", "JMRPOR", 100 + number))
    book(pairs)
    second = [str(row["name"]) for row in rows(pairs, flows)][1]
    path = make_endless(pairs, second)

    assert underway.fill() == 2
    assert (len(leaves(pairs, underway)), run_states(pairs)) == (1, ["decided", "due"])
    path.write_bytes(b"")
    assert (leaves(pairs, underway), underway.first) == ([second], None)


def test_what_is_left_of_a_batch_is_given_back_with_it(pairs: Gate, underway: Underway) -> None:
    """Also where its first piece is settled already: that is not taken again."""
    for number in (1, 2):
        files = {f"{n}.xml": cii(Draft(f"MANY-{number}-{n}")) for n in range(3)}
        spool(pairs, tar_gz(files), name=flow_name("FSO1106A", "JMRPOR", 100 + number))
    book(pairs)
    underway.fill()
    leaves(pairs, underway)
    underway.abandon()

    assert (underway.first, run_states(pairs), attempts(pairs)) == (None, ["decided", "due"], [1, 0])
    assert underway.fill() == 1


def test_nobody_is_at_what_failed(pairs: Gate, underway: Underway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it was, the shares behind it are given back by the time when it is told."""
    files = {f"{n}.xml": cii(Draft(f"FAILED-{n}")) for n in range(3)}
    spool(pairs, tar_gz(files), name=flow_name("FSO1106A", "JMRPOR", 100))
    make_endless(pairs, book(pairs, None)[0])

    def broken(pieces: Iterator[object]) -> None:
        next(pieces)
        wait_until(lambda: rows(pairs, runs)[1]["id"] in under_way(pairs))
        raise KeyError

    monkeypatch.setattr("edigate.engine.underway.next_of", broken)
    underway.fill()
    with pytest.raises(KeyError):
        underway.leave()

    assert not underway._pool._busy  # noqa: SLF001


def test_those_behind_what_is_left_undecided_are_given_back(pairs: Gate, underway: Underway) -> None:
    """A worker dies over the first batch: what comes after may repeat it, and was not what the worker died of."""
    names = book(pairs, *[None] * 4)
    make_endless(pairs, names[0])

    assert underway.fill() == 4
    batch, found = underway.leave()
    assert ([row["name"] for row in batch], found) == (names[:2], [])
    underway.forget()
    assert (underway.first, attempts(pairs)) == (None, [1, 0, 0, 0])


def test_what_is_abandoned_is_taken_again(pairs: Gate, underway: Underway) -> None:
    """As if for the first time, since it was over nothing of theirs."""
    book(pairs, *[None] * 4)
    underway.fill()
    underway.abandon()

    assert (underway.first, attempts(pairs)) == (None, [0] * 4)
    assert underway.fill() == 4


def test_a_batch_that_cannot_be_settled_is_tried_run_by_run(pairs: Gate, underway: Underway) -> None:
    """Whatever it is, it may be over one of them; those behind it are free of that."""
    names = book(pairs, *[None] * 4)
    underway.fill()
    fails(underway, KeyError("ours"))

    assert (underway.first, attempts(pairs)) == (None, [1, 1, 0, 0])
    assert (underway.fill(), leaves(pairs, underway)) == (1, names[:1])


def of_sqlite(code: int) -> OperationalError:
    """What comes of a statement for which SQLite gives this code."""
    raised = sqlite3.OperationalError("as SQLite says it")
    raised.sqlite_errorcode = code
    return OperationalError("insert", {}, raised)


OF_THE_WORLD: dict[str, Exception] = {
    "disk": OSError(errno.EIO, "Input/output error"),
    "workers": CannotStart(),
    "full": of_sqlite(sqlite3.SQLITE_FULL),
    "busy": of_sqlite(sqlite3.SQLITE_BUSY),
    "unreadable": of_sqlite(sqlite3.SQLITE_IOERR_READ),
}


@pytest.mark.parametrize("error", OF_THE_WORLD)
def test_what_the_world_does_is_no_attempt(pairs: Gate, underway: Underway, error: str) -> None:
    """However often: fresh runs stay fresh, and one that must be tried alone has no more attempts than before."""
    names = book(pairs, *[None] * 4)
    for before in (0, 7):
        set_attempts(pairs, names[0], before)
        for _ in range(3):
            underway.fill()
            fails(underway, OF_THE_WORLD[error])
        assert attempts(pairs) == [before, 0, 0, 0]


def test_a_statement_that_the_ledger_cannot_carry_out_may_be_over_the_batch(pairs: Gate, underway: Underway) -> None:
    """SQLite calls it by the same name as a full disk; but for an attempt it would be tried for ever."""
    book(pairs, *[None] * 2)
    underway.fill()
    fails(underway, of_sqlite(sqlite3.SQLITE_ERROR))

    assert attempts(pairs) == [1, 1]
