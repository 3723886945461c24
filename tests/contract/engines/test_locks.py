"""What only one process at a time may do: locks that end with whoever holds them."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import closing, contextmanager
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from edigate.engine import delivering
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger import locks as locks_module
from edigate.ledger.locks import Locks
from tests import postgres
from tests.acceptance.gates import sound
from tests.contract.engines.test_watching import until
from tests.unit.engine.steps import a_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.gates import Site


@contextmanager
def two(site: Site) -> Iterator[tuple[Locks, Locks]]:
    """Two processes' locks."""
    with closing(Locks(site.gate.ledger)) as first, closing(Locks(site.gate.ledger)) as second:
        yield first, second


def test_what_one_holds_another_does_not_get(site: Site) -> None:
    """Until it is given back."""
    with two(site) as (first, second):
        assert first.take(["a", "b"]) == {"a", "b"}
        assert second.take(["b", "c"]) == {"c"}
        first.give_back(["b"])
        assert second.take(["a", "b"]) == {"b"}
        assert first.holds("a")
        assert not first.holds("b")


def test_no_more_is_taken_than_was_asked_for(site: Site) -> None:
    """The others are left to other processes."""
    with two(site) as (first, second):
        assert len(first.take("abcd", at_most=2)) == 2
        assert len(second.take("abcd")) == 2


def test_what_a_process_holds_is_not_free_for_itself(site: Site) -> None:
    """Two of its threads must not do the same either."""
    with two(site) as (first, _):
        assert first.take(["a"]) == {"a"}
        assert first.take(["a"]) == set()


def test_a_connection_that_breaks_takes_its_locks_along(site: Site) -> None:
    """Whoever held them learns it by asking, and others have them at once."""
    with two(site) as (first, second):
        first.take(["a"])
        second.take(["b"])
        postgres.server().cut(site.gate.settings.ledger.url)
        with pytest.raises(DBAPIError):
            first.holds("a")
        assert not first.holds("a")
        with pytest.raises(DBAPIError):
            second.take(["a"])
        assert second.take(["a", "b"]) == {"a", "b"}


STOPPED = """
import os, signal, sys
from sqlalchemy.exc import DBAPIError
from edigate.ledger import locks as module
from edigate.ledger.database import open_ledger
from edigate.ledger.locks import Locks
module.DEAD_AFTER = 25
locks = Locks(open_ledger(sys.argv[1]), heartbeat=0.2)
print(sorted(locks.take(["a"])), flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGSTOP)
try:
    print(locks.holds("a"), flush=True)
except DBAPIError:
    print(False, flush=True)
print(sorted(locks.take(["a"])), flush=True)
"""


def signs_of_life(site: Site, heard: set[object]) -> set[object]:
    """When the server heard of the process that holds locks, as far as was asked."""
    name = site.gate.settings.ledger.url.rpartition("/")[2]
    asked = "select query_start from pg_stat_activity where application_name = 'edigate locks' and datname = "
    heard.update(postgres.server().run(f"{asked}'{name}'"))
    return heard


def test_a_process_that_is_stopped_loses_its_locks_and_learns_it(site: Site) -> None:
    """One that lives keeps them, as it shows that it does; the other has them within some heartbeats."""
    heard: set[object] = set()
    command = [sys.executable, "-c", STOPPED, site.gate.settings.ledger.url]
    with closing(Locks(site.gate.ledger)) as other, Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "['a']\n"
            until(lambda: len(signs_of_life(site, heard)) > 3)
            assert other.take(["a"]) == set()
            process.stdin.write("stop\n")
            process.stdin.flush()
            until(lambda: other.take(["a"]) == {"a"})
            process.send_signal(signal.SIGCONT)
            assert process.stdout.readline() == "False\n"
            assert process.stdout.readline() == "[]\n"
        finally:
            process.kill()


@pytest.mark.parametrize("whose", ["database", "role"])
def test_no_limit_on_transactions_takes_the_locks_of_a_process_that_lives(
    site: Site, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL 17 and later know such a limit, which an operator may set for all that a role or a database does."""
    url, server = site.gate.settings.ledger.url, postgres.server()
    if not server.run("select 1 from pg_settings where name = 'transaction_timeout'"):
        pytest.skip("this PostgreSQL server is older than 17")
    name = url.rpartition("/")[2] if whose == "database" else "current_user"
    monkeypatch.setattr(locks_module, "DEAD_AFTER", 100)
    server.run(f"alter {whose} {name} set transaction_timeout = '600ms'")
    site.gate.ledger.dispose()
    try:
        with closing(Locks(site.gate.ledger, heartbeat=0.2)) as locks:
            locks.take(["a"])
            time.sleep(1.5)
            assert locks.holds("a")
    finally:
        server.run(f"alter {whose} {name} reset transaction_timeout")


class Cut(Locks):
    """Locks whose session ends right before they are asked for."""

    def holds(self, *names: str) -> bool:
        """As it is after that."""
        self.close()
        return super().holds(*names)


def test_who_lost_his_locks_shows_nothing(site: Site) -> None:
    """What he has rendered meanwhile stays hidden; whoever has them now shows it."""
    site.deposit(sound())
    Distributed(site.gate, {Role.INTAKE, Role.WORK}).run_once()
    pool = a_pool(site.gate)
    try:
        with closing(Cut(site.gate.ledger)) as lost, closing(Locks(site.gate.ledger)) as held:
            assert delivering.deliver(site.gate, pool, lost) == 0
            before = [path for path in site.gate.places.outbox.glob("*/*") if not path.name.startswith(".")]
            assert delivering.deliver(site.gate, pool, held) > 0
    finally:
        pool.close()

    assert before == []
