"""A ledger on PostgreSQL: opened, made or brought up to date, and its transactions."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.adapt import Dumper, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import MetaData, String, Text, create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from edigate.ledger import journal, notes
from edigate.ledger.database import HEAD, LedgerUnfit, migrate, revision
from edigate.ledger.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.abc import Buffer
    from sqlalchemy import Connection, Engine

OLDEST = 130_000
"""PostgreSQL 13, as Procrastinate asks for."""
JOBS_SCHEMA = "jobs_schema"
"""The note that says up to which of Procrastinate's migrations its tables are."""
RIVALS = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs of a transaction that another one was quicker than: it did nothing, and may be tried again."""
_MAKING = 0x6564_6967_6174_6500  # "edigate" in ASCII: nobody else's advisory lock
_CHAINS = 0x6564_6967
# A peer that has gone is noticed within some 15 seconds, by the client and by the server: its locks are free then.
_CLIENT = {
    "connect_timeout": 10, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3,
    "tcp_user_timeout": 15_000, "application_name": "edigate",
}  # fmt: skip
_SESSION = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000"
    " -c idle_in_transaction_session_timeout=60000 -c client_encoding=UTF8 -c standard_conforming_strings=on"
    " -c bytea_output=hex"
)
# The first chain that nobody writes: taken before the transaction begins, whose snapshot thus sees the last link.
_TAKE_CHAIN = f"select n from generate_series(1, 10000) n where pg_try_advisory_lock({_CHAINS}, n) limit 1"  # noqa: S608
_BEGIN = "begin isolation level repeatable read"
_GIVE_BACK = "select pg_advisory_unlock_all()"


def open_ledger(url: str, *, create: bool = True) -> Engine:
    """The ledger in this database, made or brought up to date. Raises LedgerUnfit, psycopg.Error.

    Raises FileNotFoundError where there is none and `create` is false.
    """
    logging.getLogger("psycopg").setLevel(logging.CRITICAL + 1)  # what it says is raised as well
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connect(url), isolation_level="AUTOCOMMIT", pool_pre_ping=True
    )
    try:
        with engine.connect() as connection:
            _require_fit(connection)
            found = revision(connection)
            if found is None and not create:
                raise FileNotFoundError(_parts(url).get("dbname") or "postgresql")  # noqa: TRY301 - as short as it gets
            current = found == HEAD and (notes.read(connection, JOBS_SCHEMA) or "") >= jobs_migrations()[-1].name
        if not current:
            _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> psycopg.Connection:
    """A session of our own, without transactions but those that are begun by hand.

    Raises psycopg.Error, LedgerUnfit.
    """
    session = psycopg.connect(conninfo(url), autocommit=True)
    session.adapters.register_dumper(str, _WithoutNul)
    session.adapters.register_loader("numeric", _Whole)
    return session


class _Whole(Loader):
    """Sums of numbers of 64 bits, which may not be of as many: no other column or expression is numeric."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


class _WithoutNul(Dumper):
    """Texts as PostgreSQL takes them: what others said, a server's message, may hold anything."""

    oid = 0  # of no type in particular: the statement says which

    def dump(self, obj: str) -> bytes:
        return obj.replace("\x00", "\ufffd").encode()


def conninfo(url: str) -> str:
    """The address in libpq's words, with what every session of ours asks for. Raises LedgerUnfit."""
    theirs = _parts(url)
    options = f"{_SESSION} {theirs.get('options') or ''}".strip()
    return make_conninfo(**{**_CLIENT, **theirs, "options": options})


def _parts(url: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise LedgerUnfit(LedgerUnfit.ADDRESS, "") from None  # what is said of it repeats it, password and all
    host, port = (str(parts.get(name) or "") for name in ("host", "port"))
    if "@" in host[1:] or port.strip("0123456789,"):
        raise LedgerUnfit(LedgerUnfit.ADDRESS, "")  # a piece of a password with @ or /, which would be told
    return parts


def _require_fit(connection: Connection) -> None:
    query = "select current_setting('server_version_num')::int, current_setting('server_encoding'), version()"
    number, encoding, version = connection.exec_driver_sql(query).one()
    if number < OLDEST:
        raise LedgerUnfit(LedgerUnfit.TOO_OLD, str(version))
    if encoding != "UTF8":
        raise LedgerUnfit(LedgerUnfit.ENCODING, str(encoding))


def _bring_up_to_date(engine: Engine) -> None:
    """In one transaction, so that a ledger is never half made; whoever comes second finds it done."""
    with engine.connect() as connection:
        connection.exec_driver_sql("begin")
        try:
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({_MAKING})")
            found = revision(connection)
            if found is None:
                _make(connection)
            elif found != HEAD:
                migrate(connection)
            _prepare_jobs(connection)
        except BaseException:
            with suppress(SQLAlchemyError):
                connection.exec_driver_sql("rollback")
            raise
        connection.exec_driver_sql("commit")


def _make(connection: Connection) -> None:
    """All tables as they are now. Texts sort by their code points whatever the database's language, as in SQLite.

    What a row names has to be there when the transaction ends: those who take rows away do so in an order of their own.
    """
    made = MetaData()
    for table in metadata.sorted_tables:
        copied = table.to_metadata(made)
        for column in copied.columns:
            if isinstance(column.type, String):
                column.type = Text(collation="C")
        for reference in copied.foreign_key_constraints:
            reference.deferrable, reference.initially = True, "DEFERRED"
    for index in chain.from_iterable(table.indexes for table in made.tables.values()):
        # The tables name it for SQLite only: naming it for PostgreSQL there would load all of its dialect.
        if (partial := index.dialect_options["sqlite"]["where"]) is not None:
            index.dialect_options["postgresql"]["where"] = partial
    made.create_all(connection)
    connection.exec_driver_sql("create table alembic_version (version_num text not null primary key)")
    connection.execute(text("insert into alembic_version values (:head)"), {"head": HEAD})


def jobs_migrations() -> list[Path]:
    """Procrastinate's migrations in their order, found without importing it."""
    found = find_spec("procrastinate")
    if found is None or not found.submodule_search_locations:
        raise LedgerUnfit(LedgerUnfit.NO_DRIVER, "procrastinate")
    folder = Path(found.submodule_search_locations[0]) / "sql" / "migrations"
    return sorted(folder.glob("*.sql"))


def _prepare_jobs(connection: Connection) -> None:
    """Procrastinate's tables, or what its newer versions changed in them."""
    done, migrations = notes.read(connection, JOBS_SCHEMA), jobs_migrations()
    if done is None:
        _run(connection, migrations[0].parent.with_name("schema.sql"))
    for file in migrations:
        if done is not None and file.name > done:
            _run(connection, file)
    notes.write(connection, JOBS_SCHEMA, max(done or "", migrations[-1].name))


def _run(connection: Connection, file: Path) -> None:
    session = cast("psycopg.Connection", connection.connection.dbapi_connection)
    session.execute(file.read_text(encoding="utf-8").encode())


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """One transaction that writes, with an audit chain of its own; rivals make it fail with one of RIVALS."""
    chain = connection.exec_driver_sql(_TAKE_CHAIN).scalar_one()
    try:
        connection.exec_driver_sql(_BEGIN)
        try:
            journal.begin(connection, f"{journal.WRITER}.{chain}")
            yield
            journal.seal(connection)
            _require_sound(connection)
        except BaseException:
            with suppress(SQLAlchemyError):
                connection.exec_driver_sql("rollback")
            raise
        connection.exec_driver_sql("commit")
    finally:
        with suppress(SQLAlchemyError):  # of a session that has ended nothing is left to give back
            connection.exec_driver_sql(_GIVE_BACK)


def _require_sound(connection: Connection) -> None:
    """A transaction in which a statement failed ends without a word at `commit`, and nothing of it is kept."""
    session = cast("psycopg.Connection", connection.connection.dbapi_connection)
    if session.info.transaction_status is TransactionStatus.INERROR:
        msg = "a statement of this transaction has failed"
        raise RuntimeError(msg)


def is_rival(error: DBAPIError) -> bool:
    """Whether a transaction failed only because another one was quicker."""
    return getattr(error.orig, "sqlstate", None) in RIVALS
