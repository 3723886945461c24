"""A gate whose deposits are kept elsewhere: in a folder that is shared, or in an object store, or out of reach."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from edigate.app import open_gate
from edigate.audit.verify import Scope, verify
from edigate.engine import deposits
from edigate.engine.purging import limit, purge
from edigate.ledger import snapshots
from edigate.ledger.database import writing
from edigate.ledger.objects import _opened
from edigate.ledger.tables import deliveries, flows, runs
from edigate.sandbox.fill import install
from tests import s3
from tests.acceptance.gates import DEPOSITOR, SETTINGS, Site, sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite

BUCKET = "edigate-gates"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that machines share."""
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
def apart(make_site: MakeSite, shared: Path) -> Site:
    """A gate that keeps its deposits there."""
    return make_site(f'[storage]\nurl = "{shared}"\n')


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    """A server that speaks S3, with a bucket."""
    with s3.with_bucket(BUCKET) as server:
        yield server


@pytest.fixture
def far(make_site: MakeSite, server: s3.Server, tmp_path: Path) -> Site:
    """A gate that keeps its deposits in an object store."""
    assert server.environment
    return make_site(f'[storage]\nurl = "s3://{BUCKET}/{tmp_path.name}"\n')


def run(site: Site, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, which finds the store where these say."""
    command = [sys.executable, "-m", "edigate", "--gate", str(site.root), *words]
    told = os.environ | {"COLUMNS": "200"} | environment
    return subprocess.run(command, env=told, capture_output=True, text=True, check=False)


def nowhere() -> Mapping[str, str]:
    """An endpoint where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{found.getsockname()[1]}"}


def waits(site: Site) -> list[str]:
    """Why runs are held."""
    with site.gate.ledger.connect() as connection:
        return list(connection.execute(select(runs.c.hold_reason).where(runs.c.state == "held")).scalars())


def now(site: Site) -> None:
    """Let what is held, and what failed, be tried again."""
    with writing(site.gate.ledger) as connection:
        connection.execute(update(runs).where(runs.c.state == "held").values(due_at=site.now))
        connection.execute(update(deliveries).values(next_try_at=None))


def take_in(site: Site) -> None:
    """Claim and book what is there, and no more."""
    deposits.claim(site.gate, deque(site.gate.inbox.look({DEPOSITOR}, 10).ready))
    assert deposits.book(site.gate) == 1


def spooled(site: Site) -> list[Path]:
    """What is claimed and not booked."""
    return [path for path in (site.root / "spool").rglob("*FSO*") if path.is_file()]


def test_deposits_of_a_shared_folder_go_the_whole_way(apart: Site, shared: Path) -> None:
    """And lie there alone."""
    assert apart.decide(sound()).state == "decided"

    (kept,) = (path for path in (shared / "archive").glob("*/*") if path.is_file())
    assert list(apart.gate.archive.places()) == [f"{kept.parent.name}/{kept.name}"]
    assert not list((apart.root / "archive").glob("*/*"))
    assert len(apart.collect("SEI001").pivots) == 1


def test_a_folder_that_is_not_mounted_lets_deposits_wait(apart: Site, shared: Path) -> None:
    """What is claimed stays in the spool and is told once; nothing is written into the empty folder in its place."""
    apart.decide(sound())
    away = shared.rename(shared.with_name("unmounted"))
    shared.mkdir()
    name = apart.deposit(sound())
    troubles = apart.round().troubles

    assert [trouble.reason for trouble in troubles] == ["archive.unreachable"]
    assert str(shared) in troubles[0].detail
    assert (len(spooled(apart)), list(shared.iterdir())) == (1, [])
    shared.rmdir()
    away.rename(shared)
    assert apart.round().troubles == []
    assert apart.outcome(name).state == "decided"


def test_a_folder_that_is_not_mounted_lets_flows_wait(apart: Site, shared: Path) -> None:
    """They are held with their reason, neither refused nor told to be altered, and go on by themselves."""
    name = apart.deposit(sound())
    take_in(apart)
    away = shared.rename(shared.with_name("unmounted"))
    apart.round()
    assert waits(apart) == ["archive_unreachable"]

    away.rename(shared)
    now(apart)
    apart.round()
    assert apart.outcome(name).state == "decided"


def test_a_folder_that_is_not_mounted_lets_files_wait(apart: Site, shared: Path) -> None:
    """However often they are tried; none is set aside for what is not its own fault."""
    apart.change("SEI001", active=False)
    apart.decide(sound())
    away = shared.rename(shared.with_name("unmounted"))
    apart.change("SEI001", active=True)
    for _ in range(apart.gate.settings.outbox.tries + 1):
        now(apart)
        apart.round()
    with apart.gate.ledger.connect() as connection:
        query = select(deliveries.c.state, deliveries.c.dead_at).where(deliveries.c.kind == "pivot")
        assert connection.execute(query).all() == [("planned", None)]

    away.rename(shared)
    now(apart)
    apart.round()
    assert len(apart.collect("SEI001").pivots) == 1


def test_deposits_of_an_object_store_go_the_whole_way(far: Site) -> None:
    """The commands that look at them find them there."""
    name = far.deposit(sound())
    done = run(far, "run", "--once")
    assert done.returncode == 0, done.stderr
    assert far.outcome(name).state == "decided"
    assert len(far.collect("SEI001").pivots) == 1

    assert len(list(far.gate.archive.places())) == 1
    assert not list(far.root.glob("archive/*/*"))
    assert verify(far.gate, Scope()).findings == []
    doctor = run(far, "doctor", "--deep")
    assert "archive." not in doctor.stdout, doctor.stdout


def test_deposits_wait_for_an_object_store_that_does_not_answer(far: Site) -> None:
    """In the spool; then they go on."""
    name = far.deposit(sound())
    done = run(far, "run", "--once", **nowhere())
    assert "storage.url" in done.stdout + done.stderr
    assert len(spooled(far)) == 1

    assert run(far, "run", "--once").returncode == 0
    assert far.outcome(name).state == "decided"


def test_flows_wait_for_an_object_store_that_does_not_answer(far: Site) -> None:
    """Held with their reason."""
    far.deposit(sound())
    take_in(far)
    run(far, "run", "--once", **nowhere())
    assert waits(far) == ["archive_unreachable"]

    now(far)
    run(far, "run", "--once")
    assert waits(far) == []
    assert far.outcomes()[0].state == "decided"


def test_only_a_gate_that_is_whole_in_its_folder_is_backed_up(apart: Site, tmp_path: Path) -> None:
    """Half a backup would be taken for one."""
    done = run(apart, "backup", str(tmp_path / "backup"))

    assert done.returncode == 1
    assert "docs/scaling.md" in done.stderr
    assert not (tmp_path / "backup").exists()


def test_commands_say_that_the_storage_does_not_answer(far: Site, tmp_path: Path) -> None:
    """With what is to be done."""
    far.deposit(b"<no invoice/>")
    run(far, "run", "--once")
    with far.gate.ledger.connect() as connection:
        flow = connection.execute(select(flows.c.id)).scalar_one()
    done = run(far, "invoices", "export-rejected", flow, "--to", str(tmp_path / "refused"), **nowhere())

    assert done.returncode == 1
    assert "does not answer" in done.stderr


def test_what_an_object_store_lost_or_altered_is_found(far: Site) -> None:
    """By doctor and by audit verify; one that does not answer is told as that."""
    for _ in range(2):
        far.deposit(sound())
    run(far, "run", "--once")
    lost, altered = far.gate.archive.places()
    store = _opened(far.gate.settings.storage.url, os.getpid())
    store.fs.rm_file(f"{store.root}/archive/{lost}")
    store.fs.pipe_file(f"{store.root}/archive/{altered}", b"x")

    found = {finding.kind for finding in verify(far.gate, Scope()).findings}
    assert found == {"archive.missing", "archive.altered"}
    told = run(far, "doctor", "--deep", "--json").stdout
    assert '"archive.missing"' in told
    assert '"archive.wrong_size"' in told
    told = run(far, "doctor", "--json", **nowhere()).stdout
    assert '"archive.unreachable"' in told
    assert '"archive.missing"' not in told


def test_old_deposits_are_purged_from_an_object_store(far: Site) -> None:
    """As from a folder."""
    far.deposit(b"<no invoice/>")
    run(far, "run", "--once")
    assert far.gate.archive.holds_any()

    far.tell_time(far.gate.clock() + dt.timedelta(days=366 * 11))
    assert purge(far.gate, limit(far.gate), actor="operator").counts["flows"] == 1
    assert not far.gate.archive.holds_any()


def test_a_machine_fetches_the_directory_that_another_one_imported(shared: Path, tmp_path: Path) -> None:
    """Whole, once; a damaged one is not taken."""
    sites = []
    for name in ("one", "other"):
        root = tmp_path / name
        root.mkdir()
        (root / "edigate.toml").write_text(f'{SETTINGS}[storage]\nurl = "{shared}"\n', encoding="utf-8")
        sites.append(root)
    first = open_gate(sites[0])
    install(first, actor="operator")
    first.ledger.dispose()
    (stored,) = (shared / "directory").glob("*.sqlite")
    version = stored.name.partition("-")[0]
    shutil.copy(sites[0] / "ledger.sqlite", sites[1] / "ledger.sqlite")
    site = Site(sites[1])
    content = stored.read_bytes()
    stored.write_bytes(content[:-1] + b"!")
    name = site.deposit(sound())
    site.round()
    assert waits(site) == ["archive_unreachable"]
    assert snapshots.versions(site.gate.places.directory) == []

    stored.write_bytes(content)
    now(site)
    site.round()
    assert site.outcome(name).state == "decided"
    assert snapshots.versions(site.gate.places.directory) == [version]
    assert [path.read_bytes() for path in site.gate.places.directory.iterdir()] == [content]
    snapshots.forget_shared(site.gate.storage, version)
    assert not list((shared / "directory").iterdir())
    with site.gate.ledger.connect() as connection:
        assert connection.execute(select(func.count()).select_from(flows)).scalar_one() == 1
    site.close()
