"""Statements about many values or rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from edigate.ledger.database import writing
from edigate.ledger.sql import CHUNK, for_alike, for_each, where_in
from edigate.ledger.tables import flows, notes

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NOTES, FLOWS = insert(notes), insert(flows)
WITHDRAWN = update(flows).where(flows.c.id == bindparam("b_id"), flows.c.state == "due").values(verdict="rejected")
CHANGED = update(flows).where(flows.c.id.in_(bindparam("keys", expanding=True)))
FLOW: dict[str, Any] = {
    "id": "a", "partner": "POR001", "name": "100 % d'été ':x' %(y)s", "flow_id": None, "sha256": "0", "size": 1 << 40,
    "archived": "x", "incomplete": True, "received_at": "2026", "state": "due",
}  # fmt: skip


def _rows(connection: Connection) -> dict[str, dict[str, Any]]:
    return {row["id"]: dict(row) for row in connection.execute(select(flows)).mappings()}


def test_a_row_is_written_as_sqlalchemy_writes_it(ledger: Engine) -> None:
    """Texts with marks of drivers, numbers, truth, nothing, and what has a default: no column differs."""
    with writing(ledger) as connection:
        connection.execute(FLOWS, [FLOW])
        for_each(connection, FLOWS, [FLOW | {"id": "b"}, FLOW | {"id": "c"}])
        rows = _rows(connection)

    assert rows["b"] == rows["a"] | {"id": "b"}
    assert rows["c"] == rows["a"] | {"id": "c"}


def test_a_change_keeps_to_the_conditions_of_its_statement(ledger: Engine) -> None:
    """What the statement says itself counts for every row."""
    with writing(ledger) as connection:
        for_each(connection, FLOWS, [FLOW, FLOW | {"id": "b", "state": "decided"}, FLOW | {"id": "c"}])
        for_each(connection, WITHDRAWN, [{"b_id": "a", "flow_id": "1"}, {"b_id": "b", "flow_id": "2"}])
        found = {(row["id"], row["verdict"], row["flow_id"]) for row in _rows(connection).values()}

    assert found == {("a", "rejected", "1"), ("b", None, None), ("c", None, None)}


def test_changes_are_made_each_to_its_own_row(ledger: Engine) -> None:
    """Those that are alike, more than one statement takes, those that are not, and those of other columns."""
    many = [f"m{number}" for number in range(CHUNK + 1)]
    with writing(ledger) as connection:
        for_each(connection, FLOWS, [FLOW | {"id": key} for key in ("a", "b", "c", *many)])
        held: list[tuple[str, dict[str, object]]] = [(key, {"state": "held", "verdict": None}) for key in many]
        other: list[tuple[str, dict[str, object]]] = [
            ("a", {"verdict": "partial", "state": "held"}),
            ("b", {"incomplete": False}),
        ]
        for_alike(connection, CHANGED, [*held[:3], *other, *held[3:]])
        for_alike(connection, CHANGED, [])
        found = {key: (row["state"], row["verdict"], row["incomplete"]) for key, row in _rows(connection).items()}

    assert found == {
        "a": ("held", "partial", True), "b": ("due", None, False), "c": ("due", None, True),
        **dict.fromkeys(many, ("held", None, True)),
    }  # fmt: skip


def test_a_row_that_lacks_a_column_is_not_written(ledger: Engine) -> None:
    """Nothing stands in for what the first row names."""
    with pytest.raises((KeyError, SQLAlchemyError)), writing(ledger) as connection:
        for_each(connection, NOTES, [{"key": "a", "value": "1"}, {"key": "b"}])


def test_there_may_be_no_row(ledger: Engine) -> None:
    """Nothing is done then."""
    with writing(ledger) as connection:
        before = connection.execute(select(notes)).all()
        for_each(connection, NOTES, [])
        assert connection.execute(select(notes)).all() == before


def test_values_may_be_more_than_one_statement_takes(ledger: Engine) -> None:
    """Every row is found once, and none that was not asked for."""
    wanted = {f"{number:05}" for number in range(2 * CHUNK + 1)}
    with writing(ledger) as connection:
        for_each(connection, NOTES, [{"key": key, "value": ""} for key in [*wanted, "other"]])
        found = [row["key"] for row in where_in(connection, select(notes.c.key), notes.c.key, wanted)]

    assert sorted(found) == sorted(wanted)
