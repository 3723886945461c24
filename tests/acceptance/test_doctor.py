"""The doctor: a sound gate has nothing, whatever breaks one is found by its own kind, and mended where it can be."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.engine.lock import held, holder
from edigate.engine.purging import FILES
from edigate.health import books
from edigate.health.checks import CHECKS, examine, left_out
from edigate.health.findings import Severity
from edigate.health.kinds import KINDS
from edigate.health.mending import may_mend, mend
from edigate.health.patient import ASIDE, Patient, at_one_moment
from edigate.ledger import journal, notes
from edigate.ledger.clock import stamp, system_clock
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, events, flows, links, runs
from tests.acceptance.breaking import (
    ALONG,
    AT_THE_SERVER,
    BESIDE,
    BREAKS,
    MENDABLE,
    PIVOTS_GO_TO,
    a_server,
    archived,
    change,
    claim,
    grow_the_log,
    into_one_file,
    overwrite,
    pin,
    set_up,
    staged,
)
from tests.acceptance.gates import DEPOSITOR, SETTINGS, Site, furnish, sound
from tests.clamd import Clamd, saying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from edigate.engine.gate import Gate
    from edigate.health.checks import Found
    from edigate.health.findings import Finding


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox gate that has taken one invoice to its reader."""
    root = tmp_path_factory.mktemp("doctor") / "gate"
    root.mkdir()
    (root / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    furnish(root)
    with closing(Site(root)) as site:
        site.deposit(sound())
        site.round()
    return root


@pytest.fixture
def site(worked: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of it for one test, to be broken."""
    with closing(Site(shutil.copytree(worked, tmp_path / "gate"))) as site:
        yield site
    for folder in site.root.iterdir():
        if folder.is_symlink():  # to where a test wanted it, on another file system
            shutil.rmtree(folder.resolve())


def found(site: Site, *, deep: bool = False) -> list[Finding]:
    """All that the doctor says is wrong, in the order of its checks."""
    made = examine(site.root, site.gate.clock, deep=deep, holder=holder(site.root / "ledger.lock"))
    return [one for check in made for one in check.findings if KINDS[one.kind].severity is not Severity.OK]


def kinds(site: Site, *, deep: bool = False) -> list[str]:
    """The kinds of what is wrong."""
    return [finding.kind for finding in found(site, deep=deep)]


def test_every_kind_of_trouble_is_tried() -> None:
    """No kind is told of that no test has seen."""
    trouble = {kind for kind, row in KINDS.items() if row.severity is not Severity.OK}

    assert BREAKS.keys() | BESIDE | AT_THE_SERVER == trouble


@pytest.mark.parametrize("kind", BREAKS)
def test_whatever_breaks_a_gate_is_found(site: Site, kind: str) -> None:
    """By its kind, and by nothing that does not come of it; what only a person can settle has no mending."""
    BREAKS[kind](site)

    wrong = found(site)

    assert kind in {one.kind for one in wrong}
    assert {one.kind for one in wrong} <= {kind} | ALONG.get(kind, set())
    assert all((one.mend is not None) == (one.kind in MENDABLE) for one in wrong)


def test_a_sound_gate_has_no_finding(site: Site) -> None:
    """Nor when every file is read; what is worth knowing is told."""
    made = list(examine(site.root, system_clock, deep=True))

    assert found(site, deep=True) == []
    assert [one.check for one in made] == list(CHECKS)
    assert {one.kind for check in made for one in check.findings} == {"directory.in_force", "disk.free"}


@pytest.mark.parametrize("when", ["before its first deposit", "with a backlog"])
def test_a_fresh_gate_has_no_finding(tmp_path: Path, when: str) -> None:
    """Folders that it makes when it needs them are not missed; nor do deposits that wait matter."""
    (tmp_path / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    furnish(tmp_path)
    with closing(Site(tmp_path)) as site:
        if when == "with a backlog":
            site.deposit(sound())

        assert found(site) == []


PATIENCE = 60
HOLDS = """
import sys, time
from pathlib import Path
from edigate.engine.lock import held
with held(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""
PROGRAM = """
import sys
from pathlib import Path
from edigate.app import open_gate
from edigate.engine.local import Local
Local(open_gate(Path(sys.argv[1]))).run()
"""


@contextmanager
def at_work(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """A gate that runs on the folder."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(site.root)]) as process:
        end = time.monotonic() + PATIENCE
        while not holder(site.root / "ledger.lock") and time.monotonic() < end:
            time.sleep(0.05)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def test_a_gate_at_work_has_no_finding(site: Site) -> None:
    """Looked at again and again while it takes deposits: nothing that it has in hand is taken for trouble."""
    with at_work(site) as process:
        seen: list[Finding] = []
        for _ in range(12):
            for _ in range(6):
                site.deposit(sound())
            seen += found(site)
        made = list(examine(site.root, system_clock, holder=holder(site.root / "ledger.lock")))

    assert seen == []
    assert [one.value for check in made for one in check.findings if one.kind == "gate.runs"] == [str(process.pid)]


def test_what_is_written_while_the_doctor_waits_for_the_ledger_is_not_from_the_future(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long he is kept waiting, the clock is asked after the ledger."""
    passed = [dt.timedelta()]
    gate = replace(site.gate, clock=lambda: system_clock() + passed[0])

    def kept_waiting(opened: Gate) -> AbstractContextManager[Connection]:
        passed[0] += dt.timedelta(minutes=1)
        with writing(opened.ledger) as connection:
            journal.note(connection, "way.works", "ABC123", at=stamp(gate.clock()), way="put")
        return at_one_moment(opened)

    monkeypatch.setattr(books, "at_one_moment", kept_waiting)

    assert list(books.clock(Patient(gate.places, gate))) == []


def test_a_file_that_changed_is_found_when_all_are_read(site: Site) -> None:
    """One byte of the same size shows in the hash alone."""
    content = archived(site).read_bytes()
    overwrite(archived(site), content[:-2] + b"!\n")

    assert kinds(site) == []
    assert kinds(site, deep=True) == ["archive.altered"]


def test_a_lock_of_nobody_that_can_be_seen_is_told(site: Site) -> None:
    """A process of another machine holds the folder: its number means nothing here."""
    command = [sys.executable, "-c", HOLDS, str(site.root / "ledger.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        (site.root / "ledger.lock").write_text("4194305", encoding="utf-8")
        assert kinds(site) == ["gate.unknown_holder"]
        process.kill()


def test_a_ledger_that_lacks_a_table_is_damaged(site: Site) -> None:
    """The check that misses it says so without its query, and that a backup is to be restored."""
    change(site, "drop table ways")

    told = [one for one in found(site) if one.kind == "check.damaged"]

    assert {one.value for one in told} == {"no such table: ways"}
    assert all("docs/backup.md" in text for text in KINDS["check.damaged"].remedy)


@pytest.mark.parametrize("page", [1, 3, 9, 20, 40])
def test_whichever_page_is_damaged_the_doctor_says_restore(site: Site, page: int) -> None:
    """It tells the file's damage where SQLite meets it, never a query, and no check breaks the others off."""
    ledger = into_one_file(site)
    with ledger.open("r+b") as file:
        file.seek(page * 4096)
        file.write(bytes(range(255, -1, -1)) * 16)

    wrong = found(site)

    assert {"ledger.damaged", "ledger.unreadable"} & {one.kind for one in wrong}
    assert not [one for one in wrong if "select" in one.value.lower() or "[SQL" in one.value]
    assert "check.failed" not in {one.kind for one in wrong}


def test_a_virus_scanner_that_answers_is_no_finding(site: Site) -> None:
    """One that is asked and says that it is there; one that says something else is told with what it said."""
    with Clamd() as clamd:
        set_up(site, antivirus=f'socket = "{clamd.address}"')
        assert kinds(site) == []
        assert [one.command for one in clamd.asked] == ["PING"]
    with Clamd(how=saying(b"UNKNOWN COMMAND\0")) as clamd:
        set_up(site, antivirus=f'socket = "{clamd.address}"')
        (wrong,) = found(site)
    assert (wrong.kind, wrong.place, wrong.value) == ("antivirus.silent", clamd.address, "UNKNOWN COMMAND")


def seen_by_another(worked: Path, shut: str) -> list[Finding]:
    """What is wrong for an account other than root's, of whose gate a folder belongs to root."""
    root = Path(tempfile.mkdtemp(prefix="edigate-test-"))
    gate = shutil.copytree(worked, root / "gate")
    with closing(Site(gate)) as site:
        found(site)  # what is imported on the way may be root's alone
    for path in (root, gate, *gate.rglob("*")):
        os.chown(path, 54_321, 54_321, follow_symlinks=False)
    (folder,) = gate.glob(shut)
    folder.chmod(0o750 if folder.parent.name == "inbox" else 0o700)
    os.chown(folder, 0, 54_321)
    os.seteuid(54_321)
    try:
        with closing(Site(gate)) as site:
            return found(site)
    finally:
        os.seteuid(0)
        shutil.rmtree(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else for a while")
def test_a_folder_that_the_gate_may_not_use_is_told(worked: Path) -> None:
    """Told with the account that was tried, which is not root's."""
    (wrong,) = seen_by_another(worked, f"inbox/{DEPOSITOR}")

    assert (wrong.kind, wrong.place, wrong.value) == ("folder.unwritable", f"inbox/{DEPOSITOR}", "54321")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else for a while")
def test_what_cannot_be_looked_at_is_told(worked: Path) -> None:
    """A folder that may not be looked into keeps a check from being made, not the others."""
    wrong = {one.kind: one for one in seen_by_another(worked, "archive/2*")}

    assert wrong.keys() == {"archive.missing", "check.failed"}
    assert "Permission denied" in wrong["check.failed"].value


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_a_disk_without_inodes_is_told(worked: Path, tmp_path: Path) -> None:
    """Room is left on it, and no more files fit."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = [str(shutil.which("mount")), "-t", "tmpfs", "-o", "size=64m,nr_inodes=900", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets root mount nothing")
    try:
        shutil.copytree(worked, disk / "gate")
        set_up(Site(disk / "gate"), engine="workers = 1\ndisk_free_bytes = 1000")
        with closing(Site(disk / "gate")) as site:
            assert kinds(site) == ["disk.inodes"]
    finally:
        subprocess.run([str(shutil.which("umount")), "--lazy", str(disk)], check=True)


def test_what_can_be_mended_says_how() -> None:
    """The table's word and the tests' agree."""
    assert {kind for kind, row in KINDS.items() if row.mends[0]} == {*MENDABLE, "server.jobs_old"}


@pytest.mark.parametrize("kind", MENDABLE)
def test_what_can_be_mended_is_mended(site: Site, kind: str) -> None:
    """Afterwards the gate is sound, and the event log says what was done and who did it."""
    BREAKS[kind](site)
    (wrong,) = [one for one in found(site) if one.kind == kind]

    assert may_mend(wrong, alone=True)
    assert mend(site.gate.places, wrong, system_clock, "operator") == ""

    with closing(Site(site.root)) as again:
        left = set(kinds(again))
        with again.gate.ledger.connect() as connection:
            (event,) = connection.execute(select(events).where(events.c.event == "doctor.repaired")).mappings().all()
    # A ledger of the version before is an empty one in this test.
    assert left <= ({"ledger.begun_anew", "partners.none", "directory.none"} if kind == "ledger.old" else set())
    assert event["actor"] == "operator"
    assert f'"kind": "{kind}"' in event["details"]


def test_nothing_unknown_is_deleted(site: Site) -> None:
    """It lies in aside/, under its place in the gate; the same name twice is kept twice."""
    for content in (b"first", b"second"):
        for place in ("spool/notes.txt", f"outbox/{DEPOSITOR}/.staging/4711"):
            (site.root / place).write_bytes(content)
        for wrong in found(site):
            assert mend(site.gate.places, wrong, system_clock, "operator") == ""

    for place in ("spool/notes.txt", f"outbox/{DEPOSITOR}/.staging/4711"):
        assert (site.root / ASIDE / place).read_bytes() == b"first"
        assert (site.root / ASIDE / f"{place}.1").read_bytes() == b"second"
    assert found(site) == []


def test_mending_that_fails_says_why(site: Site) -> None:
    """A log that a reader holds cannot be worked in: the reason is told, and no event."""
    grow_the_log(site)
    with closing(sqlite3.connect(site.root / "ledger.sqlite")) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from flows").fetchone()
        (wrong,) = found(site)
        said = mend(site.gate.places, wrong, system_clock, "operator")

    assert "reads the ledger" in said
    with site.gate.ledger.connect() as connection:
        assert not connection.execute(select(events).where(events.c.event == "doctor.repaired")).all()


def test_many_alike_are_one_finding(site: Site) -> None:
    """With their number, and the first ones by name."""
    for number in range(20):
        staged(site, f"{5000 + number}")

    (wrong,) = found(site)

    assert (wrong.kind, wrong.count, len(wrong.examples)) == ("staging.unknown", 20, 5)
    assert wrong.examples[0] == f"outbox/{DEPOSITOR}/.staging/5000"


def test_names_that_are_no_text_are_told(site: Site) -> None:
    """In spool, staging and archive alike."""
    for folder in (
        "spool",
        f"outbox/{DEPOSITOR}/.staging",
        next(iter((site.root / "archive").glob("2*"))).relative_to(site.root),
    ):
        (site.root / folder / os.fsdecode(b"caf\xe9")).write_bytes(b"x")

    assert sorted(kinds(site)) == ["archive.orphans", "spool.odd", "staging.unknown"]
    assert all("caf\\xe9" in one.examples[0] for one in found(site))


def test_a_gate_that_cannot_be_opened_is_looked_at_as_far_as_that_goes(site: Site) -> None:
    """The other checks are named as left out."""
    into_one_file(site).unlink()

    made: list[Found] = list(examine(site.root, system_clock))

    assert [one.check.name for one in made] == ["settings", "lock", "ledger"]
    assert [check.name for check in left_out(made)] == [check.name for check in CHECKS[3:]]
    assert not (site.root / "ledger.sqlite").exists()


def test_a_running_gate_is_not_kept_from_its_folder(site: Site) -> None:
    """What lies in the spool while a gate works is its own, unless it has lain there too long."""
    folder = claim(site)
    with held(site.root / "ledger.lock"):
        by_now = list(examine(site.root, system_clock, holder="1"))
    folder.rename(folder.with_name("0" * 28))
    later = list(examine(site.root, system_clock, holder="1"))

    assert not [one for check in by_now for one in check.findings if one.kind == "spool.waiting"]
    assert [one.count for check in later for one in check.findings if one.kind == "spool.waiting"] == [1]


def test_the_archives_copies_of_what_is_not_booked_yet_are_nobodys_fault(site: Site) -> None:
    """A gate that was cut off had copied what still lies in the spool: it does so again, and nothing is left over."""
    time.sleep(0.01)
    folder = claim(site)
    time.sleep(0.01)
    shutil.copy(archived(site), archived(site).with_name("0" * 64))

    assert kinds(site) == ["spool.waiting"]

    shutil.rmtree(folder)
    assert kinds(site) == ["archive.orphans"]


def test_what_a_purge_is_about_to_remove_is_no_orphan(site: Site) -> None:
    """The ledger says which files of the archive a purge has yet to take away."""
    orphan = archived(site).with_name("0" * 64)
    shutil.copy(archived(site), orphan)
    with writing(site.gate.ledger) as connection:
        notes.write(connection, FILES, json.dumps([f"{orphan.parent.name}/{orphan.name}"]))

    assert kinds(site) == []


def test_partners_with_a_server_of_their_own_need_no_folders(site: Site) -> None:
    """Neither an inbox where deposits are fetched from them, nor an outbox where files are uploaded."""
    a_server(site, fetch_from="out")
    pin(site)
    shutil.rmtree(site.root / "inbox" / PIVOTS_GO_TO)
    shutil.rmtree(site.root / "outbox" / PIVOTS_GO_TO)

    assert found(site) == []


def test_rows_and_flows_stay_as_they_are(site: Site) -> None:
    """Looking changes nothing in the ledger."""

    def content() -> list[object]:
        with site.gate.ledger.connect() as connection:
            return [connection.execute(select(table)).all() for table in (flows, runs, deliveries, links, events)]

    before = content()
    found(site, deep=True)

    assert content() == before
