"""Which runs are taken together, what a death means, and that a decision is made once."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from edigate.domain.verdicts import Examination
from edigate.engine.decisions import ATTEMPTS, examine, settle, take_due
from edigate.engine.pool import Broke, Died, Pool
from edigate.engine.worker import Waits
from edigate.ledger import settlement
from edigate.ledger.database import writing
from edigate.ledger.tables import flows, invoices, runs
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from tests.unit.engine.steps import a_pool, book, rows, run_states, states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.pipeline.settle import Decision


def set_attempts(gate: Gate, name: str, attempts: int) -> None:
    """Make a flow's run one that was tried before."""
    with writing(gate.ledger) as connection:
        (flow,) = [row["id"] for row in rows(gate, flows) if row["name"] == name]
        connection.execute(update(runs).where(runs.c.flow == flow).values(attempts=attempts))


def make_endless(gate: Gate, name: str) -> Path:
    """Put a pipe that nobody writes to in the archive, where a flow's document was."""
    (archived,) = [row["archived"] for row in rows(gate, flows) if row["name"] == name]
    path = gate.places.archive / str(archived)
    path.unlink()
    os.mkfifo(path)
    return path


def one_round(gate: Gate, pool: Pool) -> list[str]:
    """Take, examine and settle one batch; the names that were tried."""
    batch = take_due(gate, pool)
    if batch:
        settle(gate, list(examine(gate, pool, batch)))
    return [row["name"] for row in batch]


def test_fresh_runs_go_together_and_one_tried_before_goes_alone_in_its_turn(gate: Gate) -> None:
    """The order of booking holds: nothing that came later is decided before the run that must be tried alone."""
    first, second, third, fourth = book(gate, None, None, None, None)
    set_attempts(gate, third, 1)

    with closing(a_pool(gate)) as pool:
        rounds = [one_round(gate, pool) for _ in range(4)]

    assert rounds == [[first, second], [third], [fourth], []]


def test_a_repeat_stays_the_repeat_when_its_original_is_tried_alone(gate: Gate) -> None:
    """Of two flows with one invoice number the first booked one wins, also after a death over it."""
    same = cii(Draft("TWICE"))
    first, second = book(gate, same, same)
    set_attempts(gate, first, 1)

    with closing(a_pool(gate)) as pool:
        one_round(gate, pool)
        one_round(gate, pool)

    assert [(row["name"], row["verdict"]) for row in rows(gate, flows)] == [(first, "integrated"), (second, "rejected")]


def test_a_document_that_outlasts_its_time_twice_alone_is_held(gate: Gate) -> None:
    """Once in company proves nothing, once alone may be chance; then it waits, and the others were decided."""
    names = book(gate, None, None, None)
    make_endless(gate, names[1])

    with closing(a_pool(gate, seconds=1)) as pool:
        rounds = [one_round(gate, pool) for _ in range(5)]

    assert rounds == [names, names[1:2], names[1:2], names[2:], []]
    assert states(gate) == dict(zip(names, ("decided", "held", "decided"), strict=True))
    (held,) = [row for row in rows(gate, runs) if row["state"] == "held"]
    assert (held["hold_reason"], held["attempts"], held["deaths"]) == ("worker_died", 0, 0)


def test_a_worker_that_somebody_kills_says_little_of_the_document(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before it began it says nothing at all; killed at it, only the fifth time."""
    (name,) = book(gate, None)
    deaths = [Died(frozenset({run["id"]}), begun=begun, killed=True) for run in rows(gate, runs)  # type: ignore[arg-type]
              for begun in (False, *[True] * 5)]  # fmt: skip
    monkeypatch.setattr(Pool, "examine", lambda *_: (_ for _ in ()).throw(deaths.pop(0)))
    counted = []
    with closing(a_pool(gate)) as pool:
        while states(gate)[name] != "held":
            one_round(gate, pool)
            counted += [run["deaths"] for run in rows(gate, runs)]

    assert (counted, deaths) == ([0, 1, 2, 3, 4, 0], [])


def test_a_held_flow_is_decided_when_it_is_due_again(gate: Gate) -> None:
    """What held it is gone: run and flow go from held to decided, and nothing of the hold is left."""
    (name,) = book(gate, None)
    with closing(a_pool(gate)) as pool:
        settle(gate, [(row, Waits("no_portal", "x")) for row in take_due(gate, pool)])
        assert (states(gate), run_states(gate)) == ({name: "held"}, ["held"])
        with writing(gate.ledger) as connection:
            connection.execute(update(runs).values(due_at="2000-01-01T00:00:00.000000Z"))
        one_round(gate, pool)

    (run,) = rows(gate, runs)
    assert (states(gate), run["state"], run["hold_reason"]) == ({name: "decided"}, "decided", "")


def test_without_a_directory_all_wait(gate: Gate) -> None:
    """A directory that was never imported, or whose file is gone, holds the flow; nothing is passed unchecked."""
    book(gate, None)
    shutil.rmtree(gate.places.directory)

    with closing(a_pool(gate)) as pool:
        one_round(gate, pool)

    (run,) = rows(gate, runs)
    assert (run["state"], run["hold_reason"]) == ("held", "no_directory")


def test_a_gate_that_ended_often_over_a_flow_lets_it_wait(gate: Gate) -> None:
    """Attempts are counted before they start, so that a flow that ends the whole gate is noticed."""
    (name,) = book(gate, None)
    set_attempts(gate, name, ATTEMPTS)

    with closing(a_pool(gate)) as pool:
        one_round(gate, pool)

    (run,) = rows(gate, runs)
    assert (run["state"], run["hold_reason"], run["attempts"]) == ("held", "gate_died", 0)


def test_a_flow_that_cannot_be_settled_is_held_and_keeps_nobody_back(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours over one flow fails its batch; alone it is held with the reason, and the others are decided."""
    good, bad = book(gate, None, None)
    write = settlement.write

    def broken(connection: Connection, decided: Sequence[tuple[Decision, str]], *terms: Any) -> dict[int, Content]:  # noqa: ANN401 - as it has them
        if any(decision.case.name == bad for decision, _ in decided):
            raise ZeroDivisionError
        return write(connection, decided, *terms)

    monkeypatch.setattr(settlement, "write", broken)
    with closing(a_pool(gate)) as pool:
        with pytest.raises(ZeroDivisionError):
            one_round(gate, pool)
        tried = [one_round(gate, pool) for _ in range(3)]

    assert tried == [[good], [bad], []]
    assert states(gate) == {good: "decided", bad: "held"}
    assert {run["hold_reason"] for run in rows(gate, runs)} == {"", "internal_error"}


def test_a_run_that_was_decided_meanwhile_is_not_decided_again(gate: Gate) -> None:
    """Settling moves only what still waits, whoever else may have settled it."""
    book(gate, None)
    with closing(a_pool(gate)) as pool:
        examined = list(examine(gate, pool, take_due(gate, pool)))
    first, _ = settle(gate, examined)
    second, _ = settle(gate, examined)
    settle(gate, [(row, Waits("no_portal", "")) for row, _ in examined])

    assert (len(first), len(second), len(rows(gate, invoices))) == (1, 0, 1)
    assert run_states(gate) == ["decided"]


def test_what_breaks_the_examination_of_many_is_found_alone(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs whose answer cannot be brought home are tried one by one; the one to blame waits with the reason."""
    first, second = book(gate, None, None)
    whole = Pool.examine

    def broken_by_first(pool: Pool, shares: list[object]) -> object:
        if any(item.name == first for share in shares for item in share.items):  # type: ignore[attr-defined]
            raise Broke(first)
        return whole(pool, shares)  # type: ignore[arg-type]

    monkeypatch.setattr(Pool, "examine", broken_by_first)
    with closing(a_pool(gate)) as pool:
        for _ in range(3):
            one_round(gate, pool)

    assert states(gate) == {first: "held", second: "decided"}


def test_settling_nothing_writes_nothing(gate: Gate) -> None:
    """An empty batch is no decision."""
    assert settle(gate, []) == ((), {})


def test_decisions_are_made_in_the_order_of_booking(gate: Gate) -> None:
    """However the workers' answers come in, the first booked one gets the number."""
    first, second = book(gate, cii(Draft("ORDER")), cii(Draft("ORDER")))
    with closing(a_pool(gate)) as pool:
        examined = list(examine(gate, pool, take_due(gate, pool)))
    assert all(isinstance(found, Examination) for _, found in examined)
    settle(gate, list(reversed(examined)))

    assert {row["name"]: row["verdict"] for row in rows(gate, flows)} == {first: "integrated", second: "rejected"}


def test_attempts_are_not_counted_before_the_workers_are_up(gate: Gate) -> None:
    """A gate that ends while its workers start has not ended over the flows."""
    book(gate, None)
    pool = a_pool(gate)
    broken = replace(pool._charge, work=gate.places.root / "missing")  # noqa: SLF001 - workers that cannot start
    pool._charge = broken  # noqa: SLF001
    with pytest.raises(Exception, match="cannot be started"):
        take_due(gate, pool)

    assert [row["attempts"] for row in rows(gate, runs)] == [0]
