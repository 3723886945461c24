"""Opening the ledger: SQLite in WAL, every commit synced, or PostgreSQL; brought up to date when it is new or old."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from edigate.ledger import afterwards, journal
from edigate.ledger.clock import stamp, system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Connection, Engine

HEAD = "0004"
BUSY_SECONDS = 30
TRIES = 12
# Whoever reads every deposit on the way says nothing to the server for long.
_READ = "begin isolation level repeatable read, read only; set local idle_in_transaction_session_timeout = 0"
P = ParamSpec("P")
T = TypeVar("T")
_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


class LedgerUnfit(Exception):
    """A ledger cannot be on this server, or not from here: why, and what was found instead."""

    NO_DRIVER, TOO_OLD, ENCODING, ADDRESS = "no_driver", "too_old", "encoding", "address"

    def __init__(self, why: str, found: str) -> None:
        """`why` is one of the words above."""
        super().__init__(f"{why}: {found}")
        self.why, self.found = why, found


def open_ledger(where: Path | str, *, create: bool = True) -> Engine:
    """The ledger in this SQLite file or at this address of PostgreSQL, brought up to date.

    Raises FileNotFoundError where there is none and `create` is false, LedgerUnfit, and what the driver raises.
    """
    if isinstance(where, str):
        try:
            from edigate.ledger import postgres  # noqa: PLC0415 - an extra, that most gates do without
        except ModuleNotFoundError as error:
            raise LedgerUnfit(LedgerUnfit.NO_DRIVER, error.name or "") from error
        return postgres.open_ledger(where, create=create)
    if not create and not where.exists():
        raise FileNotFoundError(where)
    # Whose connection wrote last knows the pages as they are; any other one reads them anew.
    engine = create_engine(f"sqlite:///{where}", connect_args={"timeout": BUSY_SECONDS}, pool_use_lifo=True)
    event.listen(engine, "connect", _durable)
    with engine.connect() as connection:
        found = revision(connection)
    if found != HEAD:
        with writing(engine) as connection:
            if revision(connection) != HEAD:  # whoever comes second finds it done
                migrate(connection)
    return engine


def relax(engine: Engine) -> None:
    """Let an embedded ledger's commits reach the disk when the system writes them, which a power cut may forestall.

    It stays whole, as it was some time before; a process that is killed loses nothing. A server has its own settings.
    """
    if is_embedded(engine):
        event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous=normal"))
        engine.dispose()


def is_embedded(engine: Engine) -> bool:
    """Whether the ledger is the file in the gate's folder."""
    return engine.dialect.name == "sqlite"


def size(connection: Connection) -> int:
    """How many bytes the ledger takes, with its log where that is beside it."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("select pg_database_size(current_database())")).scalar_one())
    # A session that has used a temporary table has a database for it, too.
    place = next(place for _, name, place in connection.execute(text("pragma database_list")) if name == "main")
    files = (Path(place), Path(f"{place}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _durable(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=off", "temp_store=memory"):
        connection.execute(f"pragma {pragma}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes, all of it or nothing: what it reads does not change under it.

    SQLite gives it the write lock at once. On PostgreSQL it fails where another one was quicker: what may meet a rival
    goes through `written`.
    """
    if is_embedded(engine):
        # Whoever finds SQLite's own lock taken sleeps for a while, and oversleeps.
        turn = _turns.setdefault(engine, Lock())
        with turn, engine.connect() as connection, afterwards.saying(connection), _alone(connection):
            yield connection
        return
    from edigate.ledger import postgres  # noqa: PLC0415 - loaded by now

    with engine.connect() as connection, afterwards.saying(connection), postgres.transaction(connection):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees the ledger as it is now, whatever others write meanwhile, and writes nothing."""
    with engine.connect() as connection:
        connection.exec_driver_sql("begin" if is_embedded(engine) else _READ)
        try:
            yield connection
        finally:
            connection.exec_driver_sql("rollback")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("begin immediate")
    journal.begin(connection)
    try:
        yield
        journal.seal(connection)
    except BaseException:
        with suppress(OperationalError):  # SQLite may have done it by itself, as on a full disk
            connection.exec_driver_sql("rollback")
        raise
    connection.exec_driver_sql("commit")


def written(engine: Engine, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What this work returns from a transaction of its own; done again from the start where a rival was quicker.

    So it must change nothing but the ledger. After as many tries as is reasonable the last rival's error is raised.
    """
    tries = 1 if is_embedded(engine) else TRIES
    for left in reversed(range(tries)):
        try:
            with writing(engine) as connection:
                return work(connection, *args, **kwargs)
        except DBAPIError as error:
            if not left or not _lost_to_a_rival(error):
                raise
        # Those who met once must not meet again at the same instant.
        time.sleep(random.uniform(0, min(0.5, 0.005 * 2 ** (tries - left))))  # noqa: S311 - no secret
    raise AssertionError


def _lost_to_a_rival(error: DBAPIError) -> bool:
    from edigate.ledger import postgres  # noqa: PLC0415 - loaded by now

    return postgres.is_rival(error)


def revision(connection: Connection) -> str | None:
    """The ledger's revision; None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def migrate(connection: Connection) -> None:
    """Bring the tables up to date within this transaction, so that a ledger is never half made."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that only a new or old ledger pays
    from alembic.config import Config  # noqa: PLC0415

    from edigate.ledger import takeover  # noqa: PLC0415 - half of the ledger, which nobody else needs to open it

    config = Config()
    config.set_main_option("script_location", "edigate:ledger/migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    takeover.take_over(connection, stamp(system_clock()))
