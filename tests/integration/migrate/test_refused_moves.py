"""What stands in the way of a move, said in words, with the gate and its files as they were."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edigate.engine.engines import engine_of
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.locks import Locks
from edigate.ledger.notes import write
from tests import postgres
from tests.acceptance.gates import Site
from tests.integration.migrate.past import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.migrate.conftest import Departing

HOLD = (
    "import sys, time; from pathlib import Path; from edigate.engine.lock import held\n"
    "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _as_it_was(departing: Departing) -> Iterator[None]:
    """Whatever was refused, the ledger and the settings are untouched."""
    settings = (departing.root / "edigate.toml").read_bytes()
    before = embedded(departing.root)
    yield
    assert embedded(departing.root) == before
    assert (departing.root / "edigate.toml").read_bytes() == settings


@pytest.mark.parametrize(("lang", "said"), [("en", "another gate holds this folder"), ("fr", "occupe ce dossier")])
def test_a_gate_at_work_is_not_moved(departing: Departing, lang: str, said: str) -> None:
    """Its folder is held by a process, which is named."""
    lock = str(departing.root / "ledger.lock")
    with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = departing.console.run("migrate", "--ledger", departing.url, lang=lang, expect=1)
        holder.kill()
    assert said in answer.err
    assert str(holder.pid) in answer.err


def test_two_moves_at_once_are_one(departing: Departing) -> None:
    """Whoever comes second, from another folder or machine, is told so."""
    ledger = open_ledger(departing.url)
    with closing(Locks(ledger)) as locks:
        assert locks.take(["move"])
        answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    ledger.dispose()
    assert f"Somebody else is at work there: a backup, a purge, or another move ({departing.url})" in answer.err


def test_a_backup_under_way_is_waited_for(departing: Departing) -> None:
    """The archive must not change meanwhile."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(departing.root / "archive.lock")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
        holder.kill()
    assert f"a backup, a purge, or another move ({departing.root})" in answer.err


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_another_gates_ledger_is_left_alone(departing: Departing, dry: list[str]) -> None:
    """A database in which anything is stands for another gate, which is told."""
    ledger = open_ledger(departing.url)
    with writing(ledger) as connection:
        write(connection, "settings", "{}")
    answer = departing.console.run("migrate", "--ledger", departing.url, *dry, expect=1)
    assert "The database holds another ledger; nothing was changed there (notes)." in answer.err
    ledger.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://db/edigate", "this is no address of a PostgreSQL database"),
        ("postgresql:/db", "this is no address of a PostgreSQL database"),
        ("mysql://geheim@db/x", "this is no address of a PostgreSQL database"),
        ("", "--ledger needs the address of a PostgreSQL database"),
    ],
)
def test_a_wrong_address_is_told_and_not_repeated(departing: Departing, url: str, said: str) -> None:
    """It may hold a password."""
    answer = departing.console.run("migrate", "--ledger", url, expect=2)
    assert said in answer.err
    assert not url or url not in answer.err
    assert "postgresql://account@machine:5432/database" in answer.err


def test_a_database_that_is_not_there(departing: Departing) -> None:
    """PostgreSQL says so, and a remedy follows."""
    answer = departing.console.run("migrate", "--ledger", departing.url + "x", expect=1)
    assert "does not exist" in answer.err
    assert "Create the database" in answer.err


def test_a_server_that_is_not_there(departing: Departing) -> None:
    """The address names it, so it is looked for there."""
    url = departing.url.replace(str(postgres.server().port), "1")
    answer = departing.console.run("migrate", "--ledger", url, expect=1)
    assert "refused" in answer.err
    assert "The server cannot be reached" in answer.err
    assert "--ledger names it" in answer.err


def test_an_address_that_nobody_understands(departing: Departing) -> None:
    """It is the option's, not that of the settings."""
    answer = departing.console.run("migrate", "--ledger", "postgresql://a:%zz@127.0.0.1/x", expect=1)
    assert "The address in --ledger cannot be understood" in answer.err


def test_without_the_extra(departing: Departing) -> None:
    """The library that is missing is named, and how it comes."""
    code = "import sys; sys.modules['psycopg'] = None\nfrom edigate.cli import obey; sys.exit(obey(sys.argv[1:]))"
    arguments = ("--gate", str(departing.root), "migrate", "--ledger", departing.url)
    answer = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert 'pip install "edigate[postgres]"' in answer.stderr


def test_a_zero_byte_is_found_before_anything_moves(departing: Departing) -> None:
    """PostgreSQL takes none; the row that has one is named."""
    ledger = open_ledger(departing.root / "ledger.sqlite")
    with writing(ledger) as connection:
        contact = connection.exec_driver_sql("select contact from partners where code = 'SEI001'").scalar_one()
        connection.exec_driver_sql("update partners set contact = 'a' || char(0) || 'b' where code = 'SEI001'")
    for arguments in ([], ["--dry-run"]):
        answer = departing.console.run("migrate", "--ledger", departing.url, *arguments, expect=1)
        assert "a zero byte, which PostgreSQL does not take: partners SEI001." in answer.err
    with writing(ledger) as connection:
        connection.exec_driver_sql("update partners set contact = ? where code = 'SEI001'", (contact,))
    ledger.dispose()


def test_settings_that_cannot_be_edited(departing: Departing) -> None:
    """A person is asked to write them as tables; nothing is moved before."""
    path = departing.root / "edigate.toml"
    settings = path.read_text(encoding="utf-8")
    path.write_text('ledger = {url = ""}\n' + settings.replace("[ledger]", "[log]").replace("#url", "#x"), "utf-8")
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    path.write_text(settings, encoding="utf-8")
    assert "ledger.url cannot be put in by itself" in answer.err


def test_a_folder_without_a_ledger(departing: Departing) -> None:
    """There is nothing to move."""
    ledger = departing.root / "ledger.sqlite"
    ledger.rename(departing.root / "aside")
    answer = departing.console.run("migrate", "--ledger", departing.url, expect=1)
    (departing.root / "aside").rename(ledger)
    assert "there is no ledger in this folder to move" in answer.err


def test_the_engine_of_a_folder_still_works(departing: Departing) -> None:
    """A refused move leaves no lock behind."""
    departing.console.run("migrate", "--ledger", departing.url + "x", expect=1)
    site = Site(departing.root)
    assert type(engine_of(site.gate)).__name__ == "Local"
    site.close()


def test_a_wrong_password_is_told_and_not_repeated(departing: Departing) -> None:
    """The server refuses the login; where the password belongs is said."""
    server = postgres.server()
    hba = server.folder / "data" / "pg_hba.conf"
    hba.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{hba.read_text()}")
    server.run("create role locked login password 'right'")
    server.run("select pg_reload_conf()")
    url = departing.url.replace("edigate@", "locked:wr0ng@")
    answer = departing.console.run("migrate", "--ledger", url, expect=1)
    assert "password authentication failed" in answer.err
    assert "~/.pgpass" in answer.err
    assert "wr0ng" not in answer.err
