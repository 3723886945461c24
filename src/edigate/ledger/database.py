"""Opening the ledger: SQLite in WAL, every commit synced; brought up to date when it is new or old."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from edigate.ledger import journal
from edigate.ledger.clock import stamp, system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Connection, Engine

HEAD = "0004"
BUSY_SECONDS = 30


def open_ledger(path: Path, *, create: bool = True) -> Engine:
    """The ledger in this SQLite file, brought up to date.

    Raises FileNotFoundError where there is none and `create` is false.
    """
    if not create and not path.exists():
        raise FileNotFoundError(path)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _durable)
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision != HEAD:
        _upgrade(engine)
    return engine


def _durable(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=off", "temp_store=memory"):
        connection.execute(f"pragma {pragma}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: it takes the write lock at once, so that what it reads cannot change under it."""
    with engine.connect() as connection:
        connection.execute(text("begin immediate"))
        journal.begin(connection)
        try:
            yield connection
            journal.seal(connection)
        except BaseException:
            with suppress(OperationalError):  # SQLite may have done it by itself, as on a full disk
                connection.execute(text("rollback"))
            raise
        connection.execute(text("commit"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    """Migrate in one transaction, so that a ledger is never half made; whoever comes second finds it done."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that only a new or old ledger pays
    from alembic.config import Config  # noqa: PLC0415

    from edigate.ledger import takeover  # noqa: PLC0415 - half of the ledger, which nobody else needs to open it

    config = Config()
    config.set_main_option("script_location", "edigate:ledger/migrations")
    with writing(engine) as connection:
        if _revision(connection) != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            takeover.take_over(connection, stamp(system_clock()))
