"""Pivots put by where they were settled: whoever delivers them takes them from there, or renders them again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from edigate.engine import ahead, put_by
from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.handover import hand_over, place
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries as deliveries_table
from tests.unit.engine.steps import a_pool, book, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from edigate.domain.verdicts import Content
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool


@pytest.fixture
def pool(gate: Gate) -> Iterator[Pool]:
    """One worker."""
    pool = a_pool(gate)
    yield pool
    pool.close()


@pytest.fixture
def pivots(gate: Gate, pool: Pool) -> Mapping[int, Content]:
    """What settling two sound flows left to hand over."""
    book(gate, None, None)
    _, pivots = settle(gate, list(examine(gate, pool, take_due(gate, pool))))
    return pivots


def put(gate: Gate) -> list[Path]:
    """What is put by."""
    return sorted((gate.places.root / "ahead").glob("*"))


def staged(gate: Gate) -> list[bytes]:
    """The pivots that are placed."""
    row = next(row for row in rows(gate, deliveries_table) if row["kind"] == "pivot")
    return [path.read_bytes() for path in gate.places.outbox.glob(f"*/.staging/{row['id']}")]


def without_archive(gate: Gate) -> None:
    """Nothing can be rendered from it any more."""
    for kept in gate.archive.places():
        gate.archive.remove(kept)


def test_what_is_put_by_is_delivered_byte_for_byte(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """By somebody who has neither its parts nor, here, the archive."""
    ahead.leave(gate, pool, pivots)
    without_archive(gate)
    place(gate, pool, {})

    (row,) = [row for row in rows(gate, deliveries_table) if row["kind"] == "pivot"]
    (left,) = put(gate)
    assert staged(gate) == [left.read_bytes()[:-32]]
    assert staged(gate)[0].startswith(b"<?xml")
    put_by.forget(gate, [row])  # type: ignore[list-item]
    assert put(gate) == []


@pytest.mark.parametrize("how", ["gone", "cut short", "changed", "empty", "out of reach"])
def test_what_is_not_whole_is_rendered_again(gate: Gate, pool: Pool, pivots: Mapping[int, Content], how: str) -> None:
    """From the archive, to the same bytes."""
    ahead.leave(gate, pool, pivots)
    (left,) = put(gate)
    content = left.read_bytes()
    damaged = {"cut short": content[:-1], "changed": b"!" + content[1:], "empty": b""}
    if how in damaged:
        left.write_bytes(damaged[how])
    else:
        left.unlink()
    if how == "out of reach":
        left.mkdir()
    place(gate, pool, {})

    assert staged(gate) == [content[:-32]]


def test_a_pivot_whose_parts_are_not_all_at_hand_is_left_to_whoever_delivers_it(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """Rendering the others from the archive would be done twice."""
    ahead.leave(gate, pool, dict(list(pivots.items())[:1]))
    assert put(gate) == []

    hand_over(gate, pool, {})
    assert {row["state"] for row in rows(gate, deliveries_table)} == {"published"}


def test_a_storage_that_is_out_of_reach_keeps_nobody_from_going_on(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """Whoever settled goes on to the next batch."""
    (gate.places.root / "ahead").write_bytes(b"a file")
    ahead.leave(gate, pool, pivots)
    hand_over(gate, pool, {})

    assert {row["state"] for row in rows(gate, deliveries_table)} == {"published"}


def test_what_nobody_waits_for_is_swept_up(gate: Gate, pool: Pool, pivots: Mapping[int, Content]) -> None:
    """What is planned stays, also where a deliverer has just put it there."""
    ahead.leave(gate, pool, pivots)
    (left,) = put(gate)
    strange = [left.with_name(name) for name in (f"4711{left.name}", "notes", ".arriving-ab", f"{'9' * 40}-x")]
    for path in strange:
        path.write_bytes(b"x")
    put_by.sweep(gate)
    assert put(gate) == sorted([left, *strange])

    for path in (left, *strange):
        os.utime(path, (0, 0))
    put_by.sweep(gate)
    assert put(gate) == [left]
    hand_over(gate, pool, pivots)
    put_by.sweep(gate)
    assert put(gate) == []


def test_an_id_that_a_restored_ledger_uses_again_is_another_delivery(
    gate: Gate, pool: Pool, pivots: Mapping[int, Content]
) -> None:
    """Its name or its time differs."""
    ahead.leave(gate, pool, pivots)
    with writing(gate.ledger) as connection:
        chosen = update(deliveries_table).where(deliveries_table.c.kind == "pivot")
        connection.execute(chosen.values(planned_at="2026-01-01T00:00:00.000000Z"))

    (row,) = [row for row in rows(gate, deliveries_table) if row["kind"] == "pivot"]
    assert put_by.pieces(gate, row) is None  # type: ignore[arg-type]
