"""The audit log's links as they are written, recomputed from their description alone."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.ledger import proof, tables
from edigate.ledger.database import writing
from edigate.ledger.journal import FIRST, entry_text, note, values_digest
from edigate.ledger.tables import links

if TYPE_CHECKING:
    from sqlalchemy import Engine, RowMapping

AT, LATER = "2026-03-02T09:00:00.000000Z", "2026-03-02T09:00:01.000000Z"


def written(ledger: Engine) -> list[RowMapping]:
    """The links, in order."""
    with ledger.connect() as connection:
        return list(connection.execute(select(links).order_by(links.c.number)).mappings())


def sha256(*lines: str) -> str:
    """Of these lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_a_transaction_becomes_one_link_after_the_one_before(ledger: Engine) -> None:
    """Its hash covers the link before and a body; the body covers writer, number, time and the entries' digests."""
    with writing(ledger) as connection:
        note(connection, "way.works", "ABC123", at=LATER, way="put")
        note(connection, "way.works", "JMRPOR", at=AT, way="fetch")
    with writing(ledger) as connection:
        note(connection, "way.failed", "ABC123", at=AT, way="put")

    first, second = written(ledger)
    digests = [sha256(text) for text in first["entries"].split("\n")]
    assert (first["number"], first["at"], first["previous"]) == (1, LATER, FIRST)
    assert first["digests"].split(" ") == digests
    assert first["hash"] == sha256(FIRST, sha256("gate", "1", LATER, *digests))
    body = sha256("gate", "2", AT, sha256(second["entries"]))
    assert (second["previous"], second["hash"]) == (first["hash"], sha256(first["hash"], body))


def test_a_transaction_that_notes_nothing_has_no_link(ledger: Engine) -> None:
    """Or else every look at the ledger would lengthen the chain."""
    with writing(ledger):
        pass

    assert written(ledger) == []


VALUES = ("été", "a\nb", "\u2028", 'say "x"', "\udcff", "", None, 7, 1.5, True, [1, None], {"b": 1, "a": [2]})


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_an_entry_is_one_line_that_any_json_reader_reads(ledger: Engine, value: object) -> None:
    """Whatever a file's name, an error or an operator says, be it text or not."""
    with writing(ledger) as connection:
        note(connection, "way.works", "ABC123", at=AT, way=value)

    (link,) = written(ledger)
    assert "\n" not in link["entries"]
    assert link["entries"].isascii()
    assert json.loads(link["entries"])["way"] == value
    assert link["entries"] == json.dumps(json.loads(link["entries"]), sort_keys=True, separators=(",", ":"))


def test_the_keys_of_an_entry_have_one_order() -> None:
    """Or else the same entry would have two digests."""
    assert entry_text({"b": 1, "a": {"d": 2, "c": 3}}) == '{"a":{"c":3,"d":2},"b":1}'
    assert values_digest([1, None, "x"]) == sha256('[1,null,"x"]')


def test_every_column_that_is_proven_is_one_of_its_table() -> None:
    """A column that was renamed must not be proven by its default."""
    for name, columns in proof.PROVEN.items():
        assert set(columns) <= set(tables.metadata.tables[name].columns.keys())


@pytest.mark.parametrize("table", sorted(proof.PROVEN))
def test_a_row_has_the_same_digest_before_and_after_it_is_inserted(table: str) -> None:
    """Columns that have a default may be missing before."""
    columns = tables.metadata.tables[table].columns
    whole = {one.name: getattr(one.default, "arg", None) if one.default else "x" for one in columns}
    given = {one.name: "x" for one in columns if not one.default}

    assert proof.row_digest(table, given) == proof.row_digest(table, whole)
    changed = next(column for column in proof.PROVEN[table] if column in given)
    assert proof.row_digest(table, given | {changed: "y"}) != proof.row_digest(table, whole)
