"""What a ledger's server is like: asked without making, changing or bringing up to date anything."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from psycopg.rows import args_row

from edigate.ledger.postgres import JOBS_SCHEMA, connect, jobs_migrations
from edigate.ledger.tables import metadata

if TYPE_CHECKING:
    from typing import LiteralString

_ABOUT: LiteralString = """
select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
    current_setting('server_encoding') as encoding, pg_is_in_recovery() as copies,
    extract(epoch from clock_timestamp())::float8 as now,
    (select count(*) from pg_class where relname = 'alembic_version' and pg_table_is_visible(oid)) as made
"""
_LOSING: LiteralString = """
select name || ' = ' || setting from pg_settings
where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name
"""
_SORTED: LiteralString = """
select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
join pg_collation l on l.oid = a.attcollation
where c.relname = any(%s) and c.relkind = 'r' and pg_table_is_visible(c.oid) and l.collname not in ('C', 'POSIX')
order by 1
"""


class _About(NamedTuple):
    number: int
    version: str
    encoding: str
    copies: bool
    now: float
    made: int


class State(NamedTuple):
    """How it stands with the server and the ledger on it.

    `copies`: it only reads. `behind`: how many seconds its clock is behind this machine's. `losing`: settings by which
    a power cut loses what was promised. `revision` and `jobs` are empty where there is no ledger. `jobs_here` is what
    this machine's Procrastinate expects. `unsorted` are columns whose texts sort by the rules of a language.
    """

    number: int
    version: str
    encoding: str
    copies: bool
    behind: float
    losing: tuple[str, ...]
    revision: str
    jobs: str
    jobs_here: str
    unsorted: tuple[str, ...]


def state(url: str) -> State:
    """Ask the server at this address. Raises LedgerUnfit, psycopg.Error."""
    with connect(url) as session:
        sent = time.time()
        with session.cursor(row_factory=args_row(_About)) as cursor:
            about = cursor.execute(_ABOUT).fetchone()
        between = (sent + time.time()) / 2
        if about is None:
            raise psycopg.OperationalError
        return State(
            about.number, about.version, about.encoding, about.copies, between - about.now, _all(session, _LOSING),
            *(_revision(session) if about.made else ("", "")), jobs_migrations()[-1].name,
            _all(session, _SORTED, list(metadata.tables)),
        )  # fmt: skip


def _revision(session: psycopg.Connection) -> tuple[str, str]:
    revisions = _all(session, "select version_num from alembic_version")
    notes = _all(session, "select value from notes where key = %s", JOBS_SCHEMA)
    return "".join(revisions), "".join(notes)


def _all(session: psycopg.Connection, query: LiteralString, *values: object) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in session.execute(query, values))
