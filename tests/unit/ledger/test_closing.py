"""An embedded ledger that is closed while it moves: it answers, and takes no change from anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from edigate.ledger import closing, notes
from edigate.ledger.address import without_password
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.tables import metadata, sequences
from tests.ledgers import new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

MARK = {"id": "1", "to": "postgresql://db/edigate", "at": "2026-03-02T09:00:00.000000Z"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    """One with a note in it."""
    engine = new_ledger(tmp_path / "ledger.sqlite")
    with writing(engine) as connection:
        notes.write(connection, "key", "value")
    yield engine
    engine.dispose()


def _close(ledger: Engine) -> None:
    with writing(ledger) as connection:
        closing.close(connection, MARK)


@pytest.mark.parametrize("statement", ["update notes set value = 'x'", "delete from notes"])
def test_rows_stay_as_they_are(ledger: Engine, statement: str) -> None:
    """Whoever changes or removes one is told why not."""
    _close(ledger)
    with pytest.raises(IntegrityError, match=closing.REFUSED), writing(ledger) as connection:
        connection.exec_driver_sql(statement)
    with ledger.connect() as connection:
        assert notes.read(connection, "key") == "value"


def test_no_table_takes_a_row(ledger: Engine) -> None:
    """Nor one more table that is added to the ledger some day."""
    _close(ledger)
    with ledger.connect() as connection:
        query = "select count(distinct tbl_name) from sqlite_schema where type = 'trigger' and name like 'closed_%'"
        assert connection.exec_driver_sql(query).scalar_one() == len(metadata.tables)
    with pytest.raises(IntegrityError, match=closing.REFUSED), writing(ledger) as connection:
        connection.execute(insert(sequences).values(key="x", next=1))


def test_whoever_had_it_open_is_refused_too(ledger: Engine, tmp_path: Path) -> None:
    """Another process that waits to write does not write behind the move."""
    other = open_ledger(tmp_path / "ledger.sqlite")
    with other.connect() as connection:
        connection.execute(select(func.count()).select_from(sequences))
    _close(ledger)
    with pytest.raises(IntegrityError, match=closing.REFUSED), writing(other) as connection:
        notes.write(connection, "key", "other")
    other.dispose()


def test_it_says_where_it_goes_and_can_be_opened_again(ledger: Engine) -> None:
    """Closed only as long as the mark is there."""
    _close(ledger)
    with ledger.connect() as connection:
        assert closing.mark_of(connection) == MARK
        with pytest.raises(closing.Closed, match="postgresql://db/edigate"):
            closing.refuse_if_closed(connection)
    with writing(ledger) as connection:
        closing.reopen(connection)
        closing.refuse_if_closed(connection)
        notes.write(connection, "key", "again")
    with writing(ledger) as connection:
        closing.reopen(connection)  # changes nothing the second time
        assert notes.read(connection, "key") == "again"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://edigate:s3:cr@et@db:5432/x", "postgresql://edigate@db:5432/x"),
        ("postgresql://:secret@db/x", "postgresql://db/x"),
        ("postgresql://db/x?password=secret&sslmode=require", "postgresql://db/x?sslmode=require"),
        ("postgresql://a@one:1,two:2/x", "postgresql://a@one:1,two:2/x"),
        ("postgresql://a:s#e?c@db/x", "postgresql://a@db/x"),
        ("postgresql:///x?host=/run/postgresql", "postgresql:///x?host=/run/postgresql"),
        ("postgresql://a:b@?host=/run/postgresql&password=b", "postgresql://a@?host=/run/postgresql"),
        ("/mnt/shared", "/mnt/shared"),
    ],
)
def test_an_address_is_written_down_without_its_password(address: str, shown: str) -> None:
    """Account, machines, database and all other options stay."""
    assert without_password(address) == shown
