"""The ledger's file: made whole or not at all, and written to by one at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from edigate.ledger import notes
from edigate.ledger.database import HEAD, open_ledger, relax, writing
from edigate.ledger.tables import metadata
from edigate.ledger.tables import notes as notes_table

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

DIES_AT_STATEMENT = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from edigate.ledger.database import open_ledger

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    global left
    left -= statement.lower().startswith(("create", "insert"))
    if left < 0:
        os._exit(9)

open_ledger(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("statements", [0, 1, 11, 22])
def test_a_ledger_whose_making_was_cut_short_is_made_again(tmp_path: Path, statements: int) -> None:
    """A process that dies within the first start leaves nothing that stands in the second one's way."""
    path = tmp_path / "ledger.sqlite"
    died = subprocess.run([sys.executable, "-c", DIES_AT_STATEMENT, path, str(statements)], check=False)
    engine = open_ledger(path)

    with engine.connect() as connection:
        version = connection.execute(text("select version_num from alembic_version")).scalar()
    engine.dispose()
    assert (died.returncode, version) == (9, HEAD)


def test_two_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    """Whoever comes second waits, and finds it made."""
    opening = (
        f"from pathlib import Path; from edigate.ledger.database import open_ledger; open_ledger({tmp_path!r} / 'l')"
    )
    command = [sys.executable, "-c", f"from pathlib import PosixPath; {opening}"]
    started = [subprocess.Popen(command) for _ in range(3)]

    assert [process.wait(60) for process in started] == [0, 0, 0]


def test_migrations_make_the_tables_as_they_are_written(ledger: Engine) -> None:
    """The migrated ledger has the tables, columns and indexes of `ledger.tables`, and no others."""
    with ledger.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_missing_ledger_is_not_made_by_who_only_reads(tmp_path: Path) -> None:
    """Opening without leave to create fails, and leaves no file."""
    with pytest.raises(FileNotFoundError):
        open_ledger(tmp_path / "ledger.sqlite", create=False)
    assert not list(tmp_path.iterdir())


def test_what_fails_within_a_transaction_leaves_no_trace(ledger: Engine) -> None:
    """All of a transaction, or none."""

    def write_and_fail() -> None:
        with writing(ledger) as connection:
            notes.write(connection, "key", "value")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with ledger.connect() as connection:
        assert notes.read(connection, "key") is None


def test_a_writer_waits_for_another(ledger: Engine) -> None:
    """A second writer takes its turn after the first one's commit."""
    first_is_in, order = threading.Event(), []

    def write_first() -> None:
        with writing(ledger) as connection:
            notes.write(connection, "first", "1")
            first_is_in.set()
            threading.Event().wait(0.3)
            order.append("first")

    thread = threading.Thread(target=write_first)
    thread.start()
    first_is_in.wait()
    with writing(ledger) as connection:
        order.append("second")
        seen = connection.execute(select(notes_table.c.key)).scalars().all()
    thread.join()

    assert (order, seen) == (["first", "second"], ["first"])


def test_commits_outlive_a_power_cut(ledger: Engine) -> None:
    """Every connection syncs every commit and writes ahead."""
    with closing(ledger.raw_connection()) as connection:
        cursor = connection.cursor()
        settings = [cursor.execute(f"pragma {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]

    assert settings == [2, "wal"]


def test_commits_are_synced_unless_it_is_left_to_the_system(tmp_path: Path) -> None:
    """On connections that are open already, too; the other settings stay."""
    engine = open_ledger(tmp_path / "ledger.sqlite")

    def pragmas() -> tuple[object, ...]:
        with engine.connect() as connection:
            return tuple(
                connection.execute(text(f"pragma {name}")).scalar() for name in ("synchronous", "journal_mode")
            )

    assert pragmas() == (2, "wal")
    relax(engine)
    assert pragmas() == (1, "wal")
    engine.dispose()


def test_threads_write_in_turns(tmp_path: Path) -> None:
    """None of them finds the ledger locked, and none of what they write is lost."""
    engine = open_ledger(tmp_path / "ledger.sqlite")

    def write(which: int) -> None:
        for number in range(20):
            with writing(engine) as connection:
                notes.write(connection, f"{which}-{number}", "x")

    threads = [threading.Thread(target=write, args=(which,)) for which in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert len(connection.execute(select(notes_table)).all()) == 120
    engine.dispose()
