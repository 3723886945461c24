"""A gate whose ledger is on a real PostgreSQL: what is told where it cannot be used, the doctor, the audit log."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from edigate import config
from edigate.app import open_gate
from edigate.audit.verify import Scope, verify
from edigate.domain.servers import HostKey, Server
from edigate.health.checks import examine
from edigate.ledger import alerts, host_keys, journal, server_state, servers
from edigate.ledger import postgres as ledgers
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import LedgerUnfit, open_ledger, writing, written
from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
from tests.integration.cli_records.console import Site
from tests.postgres import PATIENCE, Postgres, fresh_ledger, server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.audit.findings import Report

SECRET = "S3cr3t-no-one-may-read"  # noqa: S105 - of nothing
NOW = "2026-03-02T09:00:00.000000Z"
PASSING = {"server.losing"}  # the server of tests syncs nothing, as the doctor tells


@pytest.fixture
def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A sandbox gate whose settings name an empty ledger."""
    with fresh_ledger() as url:
        root = tmp_path / "gate"
        root.mkdir()
        (root / config.FILE).write_text(
            f'[gate]\ncode = "CPP001"\n[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n[ledger]\nurl = "{url}"\n'
        )
        monkeypatch.setenv("COLUMNS", "200")
        yield Site(root)


def url_of(site: Site) -> str:
    """Where its ledger is."""
    return config.load(site.root).ledger.url


def with_url(root: Path, url: str) -> Site:
    """A gate that names this address."""
    root.mkdir(exist_ok=True)
    (root / config.FILE).write_text(f'[ledger]\nurl = "{url}"\n')
    return Site(root)


def kinds(site: Site) -> set[str]:
    """What the doctor finds about the ledger."""
    found = [one for made in examine(site.root, system_clock) for one in made.findings]
    return {one.kind for one in found if one.kind.startswith(("ledger.", "server."))}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (lambda s: s.url("nowhere"), 'database "nowhere" does not exist'),
        (lambda s: s.url(user="nobody_knows"), 'role "nobody_knows" does not exist'),
        (lambda s: s.url(user="guarded"), "no password supplied"),
        (lambda s: s.url(user="guarded", password=SECRET), "password authentication failed"),
        (lambda s: s.url("latin"), "encoded in LATIN1"),
        (lambda s: s.url("others", user="plain"), "permission denied"),
        (lambda _: f"postgresql://me:{SECRET}@127.0.0.1:1/x", "Connection refused"),
        (lambda _: f"postgresql://me:{SECRET}%zz@127.0.0.1/x", "cannot be understood"),
        (lambda _: f"postgresql://me:x@{SECRET}@127.0.0.1/x", "cannot be understood"),
        (lambda _: f"postgresql://me:{SECRET}/x@127.0.0.1/x", "cannot be understood"),
    ],
    ids=[
        "no database", "no role", "no password", "wrong password", "encoding", "no rights", "no server", "no address",
        "@ in a password", "/ in a password",
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_is_told_without_the_address(tmp_path: Path, address: object, told: str) -> None:
    """In both languages, with what to do, and by the doctor as well."""
    guard()
    site = with_url(tmp_path / "gate", address(server()))  # type: ignore[operator]

    answers = [site.run("flows", "list", lang=lang, expect=1) for lang in ("en", "fr")]
    doctor = site.run("doctor", expect=None)

    assert told in answers[0].err
    for answer in answers:
        assert len(answer.err.strip().splitlines()) == 2
    for said in (*answers, doctor):
        assert SECRET not in said.out + said.err
        assert "Traceback" not in said.err
    assert kinds(site) & {"server.unreachable", "server.encoding", "server.address", "ledger.missing"}


def guard() -> None:
    """Have a role with a password, one without rights, a database of another encoding: once per server."""
    host = server()
    if host.run("select 1 from pg_roles where rolname = 'guarded'"):
        return
    host.run("create role plain login")
    host.run("create database others")
    host.run("create database latin encoding 'LATIN1' locale 'C' template template0")
    hba = host.folder / "data" / "pg_hba.conf"
    hba.write_text(f"host all guarded all scram-sha-256\n{hba.read_text()}")
    host.run("select pg_reload_conf()")
    host.run("create role guarded login password 'another'")


def test_no_ledger_is_made_beside_deposits(tmp_path: Path) -> None:
    """A database without a ledger is not taken for a new gate's where there was one."""
    root = tmp_path / "gate"
    Site(root).run("init", str(root), "--sandbox")
    url = server().empty()
    with_url(root, url)

    answer = Site(root).run("flows", "list", expect=1)

    assert "holds no ledger" in answer.err
    assert kinds(Site(root)) == {"server.lost", *PASSING}
    assert server().run("select count(*) from pg_tables where schemaname = 'public'", database=url.rpartition("/")[2]) \
        == [(0,)]  # fmt: skip


def test_a_new_gate_takes_no_database_that_has_a_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be another gate's; nothing is left of the attempt."""
    with fresh_ledger() as url:
        monkeypatch.setenv("EDIGATE_LEDGER__URL", url)
        root = tmp_path / "gate"
        answer = Site(root).run("init", str(root), expect=1)

    assert "holds a ledger already" in answer.err
    assert not (root / config.FILE).exists()


def test_the_doctor_finds_a_sound_ledger_sound(on: Site) -> None:
    """But for what the server of tests does not sync."""
    on.run("partners", "list", expect=None)

    assert kinds(on) == PASSING


def test_the_doctor_tells_ledgers_of_other_versions(on: Site) -> None:
    """Of edigate and of Procrastinate, earlier and later."""
    name = url_of(on).rpartition("/")[2]
    found = []
    for change in (
        "update notes set value = '03' where key = 'jobs_schema'",
        "update notes set value = '99' where key = 'jobs_schema'",
        "update alembic_version set version_num = '0000'",
        "update alembic_version set version_num = '9999'",
    ):
        server().run(change, database=name)
        found.append(kinds(on) - PASSING)

    assert found == [{"server.jobs_old"}, {"server.jobs_new"}, {"ledger.old"}, {"ledger.new"}]


def test_the_doctor_brings_the_tables_of_jobs_up_to_date(
    on: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer Procrastinate was installed: where asked to mend, the doctor does what its newest migration says."""
    newest = tmp_path / "99.00.00_01_newest.sql"
    newest.write_text("create table procrastinate_newest ();", encoding="utf-8")
    on.run("partners", "list", expect=None)
    migrations = [*ledgers.jobs_migrations(), newest]
    for module in (ledgers, server_state):
        monkeypatch.setattr(module, "jobs_migrations", lambda: migrations)
    assert kinds(on) == {"server.jobs_old", *PASSING}
    on.run("doctor", "--repair", expect=None)

    assert kinds(on) == PASSING
    query = "select count(*) from pg_tables where tablename = 'procrastinate_newest'"
    assert server().run(query, database=url_of(on).rpartition("/")[2]) == [(1,)]


def test_the_doctor_tells_clocks_that_differ(on: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines and heartbeats go by them."""
    monkeypatch.setattr(server_state, "time", SimpleNamespace(time=lambda: time.time() + 60))

    assert kinds(on) == {"server.clock", *PASSING}


def test_the_doctor_tells_a_server_that_is_too_old(on: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Procrastinate would not work there."""
    monkeypatch.setattr(ledgers, "OLDEST", 990_000)

    assert "server.too_old" in kinds(on)


def test_the_doctor_tells_a_missing_driver(on: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra was not installed on this machine."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "psycopg", None)
        found = kinds(on)

    assert found == {"server.no_driver"}


def test_the_doctor_tells_a_copy_that_only_reads(tmp_path: Path) -> None:
    """A standby answers and keeps nothing that is new."""
    with Postgres() as host:
        site = with_url(tmp_path / "gate", host.fresh())
        host.stop()
        (host.folder / "data" / "standby.signal").touch(0o644)
        host.start()

        assert kinds(site) == {"server.copies", *PASSING}


def test_the_doctor_tells_columns_that_sort_by_a_language(on: Site) -> None:
    """Times and ids would be compared in another order than they were made for."""
    server().run(
        'alter table flows alter column name type text collate "ucs_basic"', database=url_of(on).rpartition("/")[2]
    )

    assert kinds(on) == {"server.unsorted", *PASSING}


def test_a_transaction_in_which_a_statement_failed_is_not_taken_for_done(on: Site) -> None:
    """PostgreSQL keeps nothing of it, and says so to nobody who does not ask."""
    ledger = open_ledger(url_of(on))

    def swallow(connection: Connection) -> None:
        connection.exec_driver_sql("insert into notes values ('kept', '')")
        with suppress(DBAPIError):
            connection.exec_driver_sql("select 1 / 0")

    with pytest.raises(RuntimeError, match="failed"):
        written(ledger, swallow)
    ledger.dispose()


def test_a_text_with_a_nul_is_kept_with_a_mark_in_its_place(on: Site) -> None:
    """What others say may hold anything; nothing of the gate stops over it."""
    ledger = open_ledger(url_of(on))
    with writing(ledger) as connection:
        connection.exec_driver_sql("insert into notes values (%s, %s)", ("said", "a\x00b"))
    with ledger.connect() as connection:
        found = connection.exec_driver_sql("select value from notes where key = 'said'").scalar()
    ledger.dispose()

    assert found == "a\ufffdb"


def test_three_that_open_a_new_ledger_at_once_make_one() -> None:
    """Whoever comes second finds it made."""
    url = server().empty()
    with ThreadPoolExecutor(3) as threads:
        ledgers = list(threads.map(open_ledger, [url] * 3))
    with ledgers[0].connect() as connection:
        made = connection.exec_driver_sql("select count(*) from alembic_version").scalar()
    for ledger in ledgers:
        ledger.dispose()

    assert made == 1
    with pytest.raises(FileNotFoundError):
        open_ledger(server().empty(), create=False)
    with pytest.raises(LedgerUnfit):
        open_ledger("postgresql://%zz")


@contextmanager
def rival(url: str, statement: str) -> Iterator[None]:
    """Somebody who executes this and commits it as soon as another one waits for the rows that he changed."""
    waiting = b"select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    executed = Event()

    def execute() -> None:
        with psycopg.connect(url) as session, psycopg.connect(url, autocommit=True) as other:
            session.execute(statement.encode())
            executed.set()
            until = time.monotonic() + PATIENCE
            while other.execute(waiting).fetchone() == (0,):
                assert time.monotonic() < until, "nobody wanted the same rows"

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(execute)
        assert executed.wait(PATIENCE)
        yield
        done.result()


@pytest.mark.parametrize(
    ("statement", "command", "left"),
    [
        (
            "update alerts set detail = detail || '!'",
            ("alerts", "close", "1", "--reason", "seen to"),
            "select count(*) from alerts where closed_at is null",
        ),
        (
            "update host_keys set accepted_by = 'rival'",
            ("hostkey", "remove", "ABC123"),
            "select count(*) from host_keys",
        ),
        (
            "update servers set put_into = 'there'",
            ("partners", "server", "ABC123", "--remove"),
            "select count(*) from servers",
        ),
    ],
    ids=["alert", "host key", "server"],
)
def test_a_command_that_a_rival_was_quicker_than_is_done_all_the_same(
    on: Site, statement: str, command: Sequence[str], left: str
) -> None:
    """Nobody has to give it again."""
    on.run("partners", "add", "ABC123", "--name", "Abécé", "--role", "depositor")
    server_ = Server("ABC123", "sftp.example", 22, "edi", fetch_from="in", key_file="key")
    with on.connection() as connection:
        alerts.open_one(connection, alerts.HEAD_UNSENT, 0, "", "no folder", NOW)
        servers.save(connection, server_, actor="test", at=NOW)
        host_keys.accept(connection, server_.address, HostKey("ssh-ed25519", "AAAA"), actor="test", at=NOW)

    with rival(url_of(on), statement):
        on.run(*command)

    assert server().run(left, database=url_of(on).rpartition("/")[2]) == [(0,)]


def verified(site: Site) -> Report:
    """What a verification finds."""
    gate = open_gate(site.root)
    try:
        return verify(gate, Scope(demo=True))
    finally:
        gate.ledger.dispose()


def test_an_audit_log_of_several_chains_is_verified(on: Site) -> None:
    """A link of another chain that was moved is named: what came last is in no chain alone."""
    gate = open_gate(on.root)
    with writing(gate.ledger) as connection:  # holds the first chain, so that what comes meanwhile goes to others
        journal.note(connection, "way.works", "ABC123", at=stamp(gate.clock()))
        on.run("partners", "add", "ABC123", "--name", "Abécé", "--role", "depositor")
        on.run("partners", "suspend", "ABC123")
    on.run("partners", "resume", "ABC123")
    gate.ledger.dispose()
    name = url_of(on).rpartition("/")[2]
    writers = server().run("select distinct writer from links order by 1", database=name)
    sound = verified(on)
    server().run("update links set id = id + 1000 where writer = 'gate.2' and number = 1", database=name)
    moved = verified(on)

    assert writers == [("gate.1",), ("gate.2",)]
    assert [finding.kind for finding in sound.findings] == []
    assert "link.order" in {finding.kind for finding in moved.findings}
