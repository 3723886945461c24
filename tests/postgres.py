"""A real PostgreSQL for tests: on 127.0.0.1, in a folder of its own, gone at the end; skips aloud where there is none.

PostgreSQL does not run as root: tests that do run it as the user `postgres`, or `nobody`.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

PATIENCE = 60.0
OLD = 600.0  # seconds after which a folder without a server is nobody's
_ROLE, _TEMPLATE = "edigate", "edigate_template"
_PREFIX = "edigate-pg-"
_PDEATHSIG = 1
_ASKED = 150000


def binary(name: str) -> str:
    """Where a program of the server is: in PATH, or where Debian puts it; empty where it is not installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    return shutil.which(name) or (str(newest[-1]) if newest else "")


class Postgres:
    """One server; `with Postgres() as server:` starts it and ends it, connections included.

    What a power cut would lose is not synced. `listen` are its addresses, `options` further settings (`name=value`).
    """

    def __init__(self, *, listen: Sequence[str] = ("127.0.0.1",), options: Sequence[str] = ()) -> None:
        """Make its folder; skips the test, saying so, where PostgreSQL is not installed."""
        if not binary("postgres") or not binary("initdb"):
            pytest.skip("no PostgreSQL server here (Debian, Ubuntu: postgresql)")
        self.host, self.port = listen[0], free_port()
        self._listen, self._options = tuple(listen), tuple(options)
        _sweep()
        # Not in pytest's folder, which is closed to whoever the server runs as.
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._process: subprocess.Popen[bytes] | None = None
        self._made = count(1)
        self._has_template = False
        self._copied = ""
        account = _account()
        if account:
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._as: dict[str, Any] = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()} if account else {}
        )
        self._run("initdb", "-D", self._data, "-U", _ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with (self.folder / "data" / "pg_hba.conf").open("a") as hba:
            hba.writelines(f"host all all {address}/24 trust\n" for address in listen)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def log(self) -> str:
        """What the server said until now."""
        return (self.folder / "log").read_text(errors="replace")

    def url(self, database: str = "postgres", *, user: str = _ROLE, password: str = "") -> str:
        """The address of a database."""
        login = f"{user}:{password}" if password else user
        return f"postgresql://{login}@{self.host}:{self.port}/{database}"

    def empty(self, template: str = "template1") -> str:
        """The address of a new database, a copy of this one; by itself it has no ledger."""
        name = f"test_{next(self._made)}"
        self.run(f"create database {name} template {template}", self._copied)
        return self.url(name)

    def fresh(self) -> str:
        """The address of a new database with an empty ledger."""
        if not self._has_template:
            from edigate.ledger.database import open_ledger  # noqa: PLC0415 - the server is of use without

            self.run(f"drop database if exists {_TEMPLATE} with (force)")
            self.run(f"create database {_TEMPLATE}")
            open_ledger(self.url(_TEMPLATE)).dispose()
            self._has_template = True
        return self.empty(_TEMPLATE)

    def run(self, *words: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute a statement as the superuser, by itself; gives its rows."""
        import psycopg  # noqa: PLC0415 - whoever has no server has no driver

        with psycopg.connect(self.url(database), autocommit=True) as session:
            found = session.execute(" ".join(words).encode())
            return found.fetchall() if found.description else []

    def drop(self, url: str) -> None:
        """Break off every connection to a database and remove it."""
        self.run(f"drop database {url.rpartition('/')[2]} with (force)")

    def cut(self, url: str) -> None:
        """Break every connection to a database off."""
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <>"
        self.run(ended, "pg_backend_pid()", database=url.rpartition("/")[2])

    def start(self) -> None:
        """Listen, at the same port as before."""
        settings = (
            f"listen_addresses={','.join(self._listen)}", f"port={self.port}", f"unix_socket_directories={self.folder}",
            "fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB", *self._options,
        )  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary("postgres"), "-D", self._data, *(word for one in settings for word in ("-c", one))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - so that a test run that is killed leaves no server
                **self._as,
            )  # fmt: skip
        self._await()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: at once, every connection with it; SIGQUIT as a crash would."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.wait(PATIENCE)

    def remove(self) -> None:
        """Stop, and remove the folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and remove the folder."""
        self.remove()

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [binary(program), *words], capture_output=True, text=True, check=False, cwd=self.folder, **self._as
        )
        assert done.returncode == 0, done.stderr

    def _await(self) -> None:
        import psycopg  # noqa: PLC0415 - whoever has no server has no driver

        until = time.monotonic() + PATIENCE
        while True:
            assert self._process is not None
            assert self._process.poll() is None, self.log
            try:
                with psycopg.connect(self.url()) as session:
                    # From 15 on a copy is written page by page into the log where one does not ask for files.
                    self._copied = "strategy file_copy" if session.info.server_version >= _ASKED else ""
            except psycopg.OperationalError:
                assert time.monotonic() < until, self.log
                time.sleep(0.05)
            else:
                return


def _sweep() -> None:
    """Remove what test runs left that were killed, or whose processes end without a word, as those of xdist do."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            process = (folder / "data" / "postmaster.pid").read_text().split()[0]
            gone = not Path("/proc", process).exists()
        except (OSError, IndexError):
            gone = True
        with suppress(OSError):
            if gone and time.time() - folder.stat().st_mtime > OLD:
                shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Whom a server that may not be root runs as; None where we are not root ourselves."""
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGINT)


_running: list[Postgres] = []


def server() -> Postgres:
    """The one server of this process of tests, started when it is first asked for."""
    if not _running:
        started = Postgres()
        started.start()
        atexit.register(started.remove)
        _running.append(started)
    return _running[0]


@contextmanager
def fresh_ledger() -> Iterator[str]:
    """The address of an empty ledger in a database of its own, removed at the end."""
    url = server().fresh()
    try:
        yield url
    finally:
        server().drop(url)


@pytest.fixture
def postgres() -> Postgres:
    """The server."""
    return server()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of an empty ledger on a real PostgreSQL."""
    with fresh_ledger() as url:
        yield url
