"""Batches at the workers: in their order, beside what is settled meanwhile, and none overtakes what it may repeat."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from edigate.engine.decisions import settle
from edigate.engine.underway import AT_ONCE, Underway
from edigate.ledger.database import writing
from edigate.ledger.tables import runs
from tests.unit.engine.steps import a_pool, book, rows, run_states
from tests.unit.engine.test_decisions import make_endless, set_attempts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.engine.gate import Gate


@pytest.fixture
def pairs(gate: Gate) -> Gate:
    """A gate that takes two flows at once."""
    intake = replace(gate.settings.intake, batch_flows=2)
    return replace(gate, settings=replace(gate.settings, intake=intake))


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


def test_batches_leave_in_the_order_in_which_they_were_booked(pairs: Gate, underway: Underway) -> None:
    """The next ones are at the workers before the first is settled, each run once, and no more than may be."""
    names = book(pairs, *[None] * 8)

    assert underway.fill() == 2 * AT_ONCE
    assert (underway.fill(), len(underway.runs), underway.full) == (0, 2 * AT_ONCE, True)
    left = [leaves(pairs, underway) for _ in range(AT_ONCE)]
    assert underway.fill() == 8 - 2 * AT_ONCE
    left += [leaves(pairs, underway) for _ in range(8 // 2 - AT_ONCE)]

    assert [name for batch in left for name in batch] == names
    assert (run_states(pairs), attempts(pairs)) == (["decided"] * 8, [1] * 8)


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
    """Only of what is settled just now is it unknown whether it can be."""
    names = book(pairs, *[None] * 4)
    underway.fill()
    underway.abandon()

    assert (underway.first, attempts(pairs)) == (None, [1, 1, 0, 0])
    assert (underway.fill(), leaves(pairs, underway)) == (1, names[:1])
