"""When things go wrong: a clear message that names file and remedy, nothing lost, and the rest goes on."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, text

from edigate.app import open_gate
from edigate.filing import import_directory
from edigate.ledger.clock import new_id
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, flows, invoices, runs
from edigate.ledger.tables import notes as notes_table
from edigate.sandbox import structures
from edigate.sandbox.documents import Draft, DraftAttachment, ubl_invoice
from edigate.sandbox.flows import flow_name
from tests.integration.wrong import Place, eventually, fill_up, read_report, small_disk, sound

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A sandbox gate."""
    return Place(tmp_path / "gate")


# Truncated and growing files


def test_a_truncated_file_is_left_alone_and_picked_up_when_whole(place: Place) -> None:
    """However often the gate looks, and without help when the rest arrives."""
    whole = sound("TRUNCATED")
    other = place.drop()
    name = place.drop(whole[:-20])
    with place.running():
        eventually(lambda: (other, "integrated") in place.verdicts())
        time.sleep(1)
        assert place.verdicts() == [(other, "integrated")]
        with (place.root / "inbox" / "JMRPOR" / name).open("ab") as file:
            file.write(whole[-20:])
        eventually(lambda: (name, "integrated") in place.verdicts())


def test_a_growing_file_is_taken_once_and_whole(tmp_path: Path) -> None:
    """A writer who opens and closes the file for every piece, with short rests, is not disturbed."""
    place = Place(tmp_path / "gate", quiet=0.6)
    whole, name = sound("GROWING"), "FSO1106A_JMRPOR_JMRPOR1106000000000777777"
    target = place.root / "inbox" / "JMRPOR" / name
    with place.running():
        for start in range(0, len(whole), len(whole) // 6):
            with target.open("ab") as file:
                file.write(whole[start : start + len(whole) // 6])
            time.sleep(0.3)
        eventually(lambda: (name, "integrated") in place.verdicts())
    assert len([verdict for verdict in place.verdicts() if verdict[0] == name]) == 1


def test_a_single_round_leaves_what_is_not_whole(place: Place) -> None:
    """`run --once` says that it waits, and ends."""
    name = place.drop(sound("CUT")[:-5])
    told = place.edigate("run", "--once")

    assert name in _joined(told.stdout)
    assert (place.root / "inbox" / "JMRPOR" / name).exists()
    assert place.verdicts() == []


def test_a_file_that_stays_broken_is_inadmissible(tmp_path: Path) -> None:
    """Past the set time it is refused with the fault that says so, and does not stay for ever."""
    place = Place(tmp_path / "gate", broken_after=1)
    name = place.drop(sound("BROKEN")[:-5])
    with place.running():
        eventually(lambda: place.verdicts() == [(name, "inadmissible")])
        eventually(place.published)

    assert place.faults(name) == ["EDG-F013"]
    (report,) = place.offered("JMRPOR", "CSO1106A")
    assert read_report(report).findtext("IdFlux") == name[-25:]


# Names and contents that come twice


def test_two_files_with_one_name_are_two_flows(place: Place) -> None:
    """The second one, dropped while the first is at work, is refused for its flow id; both are kept."""
    first, second = sound("NAME-1"), sound("NAME-2")
    with place.running():
        name = place.drop(first)
        eventually(lambda: not (place.root / "inbox" / "JMRPOR" / name).exists())
        place.drop(second, name=name)
        eventually(lambda: place.verdicts() == [(name, "integrated"), (name, "inadmissible")])
        eventually(place.published)

    assert [row["sha256"] for row in place.rows(flows)] == [sha256(content).hexdigest() for content in (first, second)]
    assert len(place.offered("JMRPOR", "CSO1106A")) == 2


def test_the_same_content_twice_is_two_flows(place: Place) -> None:
    """The second one repeats an invoice, and its report says of which flow."""
    same = sound("SAME")
    first, second = place.drop(same), place.drop(same)
    place.round()

    assert place.verdicts() == [(first, "integrated"), (second, "rejected")]
    report = read_report(place.offered("JMRPOR", "CSO1106A")[1])
    assert report.findtext(".//CodeErreur") == "EDG-I150"
    assert first in str(report.xpath("string()"))


# What cannot be read or written


def test_an_unreadable_file_is_named_and_taken_when_it_can_be(place: Place) -> None:
    """The others go on meanwhile."""
    closed, other = place.drop(), place.drop()
    path = place.root / "inbox" / "JMRPOR" / closed
    path.chmod(0)
    told = place.edigate("run", "--once", privileged=False)
    assert told.returncode == 1
    assert closed in _joined(told.stdout)
    assert place.verdicts() == [(other, "integrated")]

    path.chmod(0o640)
    assert place.edigate("run", "--once", privileged=False).returncode == 0
    assert (closed, "integrated") in place.verdicts()


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o555])
def test_an_inbox_without_rights_is_named_and_taken_when_it_can_be(place: Place, mode: int) -> None:
    """Whether it cannot be listed, entered, or moved out of."""
    shut, other = place.drop(partner="ABC123", content=b"%PDF-1.4\n%%EOF"), place.drop()
    folder = place.root / "inbox" / "ABC123"
    folder.chmod(mode)
    told = place.edigate("run", "--once", privileged=False)
    folder.chmod(0o750)
    assert (told.returncode, "ABC123" in _joined(told.stdout)) == (1, True)
    assert place.verdicts() == [(other, "integrated")]

    place.edigate("run", "--once", privileged=False)
    assert (shut, "inadmissible") in place.verdicts()


@pytest.mark.parametrize("many", [1, 6])
def test_an_inbox_that_is_shut_once_its_file_is_claimed_keeps_nobody_back(place: Place, many: int) -> None:
    """What was claimed from it waits in the spool until the inbox can be synced: else a power cut might bring it back.

    So it does whether each inbox is synced by itself or the file system at once.
    """
    shut, others = place.drop(partner="ABC123", content=b"%PDF-1.4\n%%EOF"), [place.drop() for _ in range(many)]
    folder, spool = place.root / "inbox" / "ABC123", place.root / "spool" / "ABC123"
    spool.mkdir(parents=True)
    (folder / shut).rename(spool / f"{new_id(dt.datetime.now(dt.UTC))}={shut}")
    folder.chmod(0)
    told = place.edigate("run", "--once", privileged=False)
    folder.chmod(0o750)
    assert (told.returncode, "ABC123" in _joined(told.stdout), "Traceback" in told.stderr) == (1, True, False)
    assert sorted(place.verdicts()) == sorted((name, "integrated") for name in others)

    assert place.edigate("run", "--once", privileged=False).returncode == 0
    assert (shut, "inadmissible") in place.verdicts()


def test_an_unwritable_outbox_is_named_and_filled_when_it_can_be(place: Place) -> None:
    """Only its own partner waits; the next start tries at once."""
    place.round()
    name = place.drop()
    folder = place.root / "outbox" / "SEI001"
    (folder / ".staging").mkdir(parents=True)
    (folder / ".staging").chmod(0o555)
    folder.chmod(0o555)
    told = place.edigate("run", "--once", privileged=False)
    assert (told.returncode, "FEN0036A_SEI001" in _joined(told.stdout)) == (1, True)
    assert (place.verdicts(), len(place.offered("JMRPOR", "CSO1106A"))) == ([(name, "integrated")], 1)

    folder.chmod(0o750)
    (folder / ".staging").chmod(0o750)
    assert place.edigate("run", "--once", privileged=False).returncode == 0
    assert len(place.offered("SEI001", "FEN0036A")) == 1


def test_an_unwritable_spool_leaves_deposits_where_they_are(place: Place) -> None:
    """They are named, and taken when it can be written to."""
    place.round()
    name = place.drop()
    spool = place.root / "spool"
    spool.chmod(0o555)
    told = place.edigate("run", "--once", privileged=False)
    spool.chmod(0o750)
    assert (told.returncode, name in _joined(told.stdout)) == (1, True)
    assert place.edigate("run", "--once", privileged=False).returncode == 0
    assert place.verdicts() == [(name, "integrated")]


def _joined(told: str) -> str:
    """What was printed, without the line breaks of a narrow terminal."""
    return re.sub(r"\s*\n\s*", "", told)


# Full disks


def test_a_full_outbox_delays_its_files(place: Place) -> None:
    """Half a file is never shown; what could not be written is handed over when there is room."""
    folder = place.root / "outbox" / "SEI001"
    folder.parent.mkdir(exist_ok=True)
    with small_disk(folder, 1):
        ballast = fill_up(folder)
        name = place.drop()
        tally = place.round()
        assert (place.verdicts(), tally.published) == ([(name, "integrated")], 2)
        assert place.offered("SEI001") == []
        assert any("No space left" in row["last_error"] for row in place.rows(deliveries))
        ballast.unlink()
        place.round()
        assert place.published()
        assert len(place.offered("SEI001", "FEN0036A")) == 1


@pytest.mark.parametrize("leave", [0, 20_000, 60_000, 150_000, 400_000])
def test_a_full_disk_loses_nothing(tmp_path: Path, leave: int) -> None:
    """Wherever in a round the room runs out: told in words, and with room again all is as if nothing had happened."""
    with small_disk(tmp_path / "disk", 8) as disk:
        place = Place(disk / "gate")
        place.round()
        names = [place.drop() for _ in range(12)]
        names.append(place.drop(b"%PDF-1.4\n%%EOF"))
        ballast = fill_up(disk, leave=leave)
        told = place.edigate("run", "--once")
        assert "Traceback" not in told.stderr
        assert "disk is full" in " ".join(told.stderr.split())
        assert told.returncode == 1
        ballast.unlink()
        again = place.edigate("run", "--once")

        assert again.returncode == 0
        assert place.verdicts() == [(name, "integrated") for name in names[:-1]] + [(names[-1], "inadmissible")]
        assert place.published()
        assert len(place.offered("JMRPOR", "CSO1106A")) == len(names)
        assert len(place.rows(invoices)) == 12
        assert place.edigate("balance").returncode == 0


def test_a_disk_with_too_little_room_keeps_deposits_where_they_are(tmp_path: Path) -> None:
    """Below `engine.disk_free_bytes` nothing is taken in, and that is told; with room again a running gate goes on."""
    with small_disk(tmp_path / "disk", 8) as disk:
        place = Place(disk / "gate", free=4_000_000)
        name = place.drop()
        ballast = fill_up(disk, leave=3_000_000)
        told = place.edigate("run", "--once")
        assert (told.returncode, (place.root / "inbox" / "JMRPOR" / name).exists()) == (1, True)
        assert "too little room" in " ".join((told.stdout + told.stderr).split())

        with place.running():
            time.sleep(1.0)
            assert place.verdicts() == []
            ballast.unlink()
            eventually(lambda: place.verdicts() == [(name, "integrated")])


def test_a_flow_that_neither_disk_nor_memory_can_hold_waits(tmp_path: Path) -> None:
    """The others are decided, and so is it once there is room."""
    place = Place(tmp_path / "gate")
    work = place.root / "spool" / ".work"
    work.mkdir(parents=True)
    with small_disk(work, 1):
        large, other = place.drop(an_archive(20), name=flow_name("FSO1100A", "JMRPOR", 77)), place.drop()
        assert place.round().held == 1
        assert place.verdicts() == [(large, "held"), (other, "integrated")]
        assert [row["hold_reason"] for row in place.rows(runs)] == ["no_room", ""]
        assert sum(path.stat().st_size for path in work.iterdir() if path.suffix != ".current") == 0

    assert place.edigate("held", "release", "--all").returncode == 0
    place.round()
    assert place.verdicts()[0] == (large, "integrated")


def an_archive(invoices: int) -> bytes:
    """A tar.gz of so many invoices, each with a large attachment."""
    packed, noise = io.BytesIO(), random.Random(1).randbytes(900_000)
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for number in range(invoices):
            file = DraftAttachment("plan.pdf", "application/pdf", b"%PDF-1.7\n" + noise)
            document = ubl_invoice(Draft(f"WR-LARGE-{number}", attachments=(file,)))
            entry = tarfile.TarInfo(f"{number}.xml")
            entry.size = len(document)
            tar.addfile(entry, io.BytesIO(document))
    return packed.getvalue()


# Settings, locks, signals


def test_broken_settings_are_told_with_file_and_key(place: Place) -> None:
    """Every mistake in one message, before anything is taken."""
    place.drop()
    settings = place.root / "edigate.toml"
    settings.write_text(settings.read_text() + "[limits]\nflow_bytes = 'many'\n[nonsense]\n")
    told = place.edigate("run", "--once")

    assert told.returncode in {1, 2}
    assert "Traceback" not in told.stderr
    for part in ("edigate.toml", "limits.flow_bytes", "nonsense"):
        assert part in told.stderr


def test_a_second_gate_is_refused(place: Place) -> None:
    """Whoever holds the folder is named; the first one is not disturbed."""
    with place.running() as process:
        eventually(lambda: "gate.started" in place.log())
        for arguments in (("run",), ("run", "--once")):
            told = place.edigate(*arguments)
            assert told.returncode == 1
            assert str(process.pid) in told.stderr
        name = place.drop()
        eventually(lambda: place.verdicts() == [(name, "integrated")])


@pytest.mark.parametrize("whole_group", [False, True])
def test_sigterm_finishes_the_batch_and_ends(tmp_path: Path, whole_group: bool) -> None:  # noqa: FBT001 - a case
    """What was taken is decided and handed over, the rest stays in the inbox; the exit status is 0."""
    place = Place(tmp_path / "gate", batch=20)
    names = [place.drop() for _ in range(200)]
    with place.running() as process:
        eventually(lambda: bool(place.rows(flows)))
        if whole_group:
            os.killpg(process.pid, signal.SIGTERM)

    assert {row["state"] for row in place.rows(flows)} == {"decided"}
    assert place.published()
    left = {path.name for path in (place.root / "inbox" / "JMRPOR").glob("[!.]*")}
    assert left | {name for name, _ in place.verdicts()} == set(names)
    assert not list(place.root.glob("spool/JMRPOR/*/*"))


def test_a_ledger_that_somebody_else_writes_to_is_waited_for(place: Place) -> None:
    """For some seconds, without a word."""
    name = place.drop()
    with closing(open_gate(place.root).ledger.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("begin immediate")
        threading.Timer(2.0, cursor.execute, ("rollback",)).start()
        place.round()

    assert place.verdicts() == [(name, "integrated")]


# Documents that kill, and holds


RUNNER = """
import os, sys
from pathlib import Path
from edigate.app import open_gate
from edigate.engine import worker
from edigate.engine.local import Local

examine = worker.examine

def deadly(deposit, source, desk, keep):
    if b"DEADLY" in source.read():
        os._exit(1)
    return examine(deposit, source, desk, keep)

worker.examine = deadly
if __name__ == "__main__":
    Local(open_gate(Path(sys.argv[1]))).run_once()
"""


def test_a_document_that_kills_its_worker_is_held_and_the_others_go_on(place: Place, tmp_path: Path) -> None:
    """Tried with others, then twice alone; then it waits, saying why, until somebody releases it."""
    before, deadly, after = place.drop(), place.drop(sound("DEADLY")), place.drop()
    (tmp_path / "runner.py").write_text(RUNNER, encoding="utf-8")
    subprocess.run([sys.executable, tmp_path / "runner.py", place.root], check=True, timeout=60)

    assert place.verdicts() == [(before, "integrated"), (deadly, "held"), (after, "integrated")]
    assert "twice" in place.edigate("held", "list").stdout.lower()

    assert place.edigate("held", "release", "--all").returncode == 0
    place.round()
    assert place.verdicts()[1] == (deadly, "integrated")


def test_without_a_directory_flows_wait_and_go_on_with_the_import(place: Place) -> None:
    """A check that cannot run is never passed; the import is all that it takes."""
    gate = open_gate(place.root)
    with writing(gate.ledger) as connection:
        connection.execute(delete(notes_table))
    name = place.drop()
    assert place.round().held == 1
    assert place.verdicts() == [(name, "held")]
    import_directory(gate, io.StringIO(structures.directory_csv()), actor="test")
    gate.ledger.dispose()
    place.edigate("held", "release", "--all")
    place.round()

    assert place.verdicts() == [(name, "integrated")]


def test_an_archived_file_that_was_altered_waits(tmp_path: Path) -> None:
    """It is not what was deposited; put back, it is judged by itself when its time comes."""
    place = Place(tmp_path / "gate", held=0.3)
    shutil.move(place.root / "directory", place.root / "directory.away")
    name = place.drop()
    place.round()
    (archived,) = [path for path in place.root.glob("archive/*/*") if path.is_file()]
    content = archived.read_bytes()
    archived.chmod(0o600)
    archived.write_bytes(content.replace(b"120.00", b"920.00"))
    shutil.move(place.root / "directory.away", place.root / "directory")
    with place.running():
        eventually(lambda: {row["hold_reason"] for row in place.rows(runs)} == {"archive_altered"})
        archived.write_bytes(content)
        eventually(lambda: place.verdicts() == [(name, "integrated")])


# Partners and their folders


def test_a_suspended_partners_flows_are_refused_and_the_others_taken(place: Place) -> None:
    """He gets his reports when he is back."""
    place.change("ABC123", active=False)
    refused, other = place.drop(partner="ABC123", name="FSO1116A_ABC123_ABC1231116000000000000001"), place.drop()
    place.round()
    assert sorted(place.verdicts()) == sorted([(other, "integrated"), (refused, "inadmissible")])
    assert (place.faults(refused), place.offered("ABC123")) == (["EDG-F005"], [])

    place.change("ABC123", active=True)
    place.round()
    assert len(place.offered("ABC123", "CSO1116A")) == 1


def test_what_is_no_deposit_is_named_and_left_alone(place: Place) -> None:
    """Folders of nobody, stray files, links, pipes and folders; hidden and temporary names are not even looked at."""
    name = place.drop()
    inbox = place.root / "inbox"
    (inbox / "NOBODY").mkdir()
    (inbox / "NOBODY" / "a.xml").write_bytes(sound("NOBODY"))
    (inbox / "stray.xml").write_bytes(sound("STRAY"))
    (inbox / "JMRPOR" / "folder").mkdir()
    (inbox / "JMRPOR" / "link").symlink_to(inbox / "stray.xml")
    os.mkfifo(inbox / "JMRPOR" / "pipe")
    for hidden in (".hidden", "a.part", "b.tmp", "c.filepart"):
        (inbox / "JMRPOR" / hidden).write_bytes(sound(hidden))
    before = {path: path.lstat().st_mtime for path in inbox.rglob("*") if path.name != name and not path.is_dir()}
    tally = place.round()

    assert place.verdicts() == [(name, "integrated")]
    assert sorted((trouble.path.name, trouble.reason) for trouble in tally.troubles) == [
        ("NOBODY", "inbox.no_partner"),
        ("folder", "inbox.not_a_file"),
        ("link", "inbox.not_a_file"),
        ("pipe", "inbox.not_a_file"),
        ("stray.xml", "inbox.stray_file"),
    ]
    assert {path: path.lstat().st_mtime for path in before} == before


NAMES = {
    "line break": (b"two\nlines.xml", "two\nlines.xml"),
    "longest": (b"x" * 255, "x" * 255),
    "no text": (b"caf\xe9.xml", "caf\\xe9.xml"),
    "control characters": (b"a\x01\x1b[31mb.xml", None),
    "markup": (b"<&>\"'.xml", "<&>\"'.xml"),
    "blank": (b" ", " "),
    "almost a flow": (b"FSO1106A_JMRPOR_JMRPOR1106000000000000001\n", None),
}


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_is_answered(place: Place, name: str) -> None:
    """A file whose name is no flow name gets a valid report that bears it as far as XML can."""
    raw, shown = NAMES[name]
    place.drop(name=raw)
    place.round()

    ((_, verdict),) = place.verdicts()
    (report,) = place.offered("JMRPOR", "CSO0000A")
    told = read_report(report).findtext("IdFlux", "")
    assert verdict == "inadmissible"
    assert shown is None or told.split() == shown.split()


def test_an_outbox_removed_while_the_gate_runs_is_made_again(place: Place) -> None:
    """The next file is handed over as if nothing had been."""
    with place.running():
        for number in (1, 2):
            place.drop()
            eventually(lambda number=number: len(place.rows(invoices)) == number and place.published())  # type: ignore[misc]
            assert len(place.offered("SEI001", "FEN0036A")) == 1
            (place.root / "outbox").rename(place.root / f"taken-{number}")


def test_inboxes_removed_while_the_gate_runs_are_made_again(place: Place) -> None:
    """Deposits go on."""
    with place.running():
        eventually(lambda: "gate.started" in place.log())
        shutil.rmtree(place.root / "inbox")
        eventually((place.root / "inbox" / "JMRPOR").is_dir)
        name = place.drop()
        eventually(lambda: place.verdicts() == [(name, "integrated")])


def test_a_file_taken_back_in_the_last_moment_is_no_deposit(place: Place) -> None:
    """Its partner removes files while the gate claims them: each is either a flow, or was never there."""
    names = [place.drop() for _ in range(150)]
    removed = []

    def take_back() -> None:
        for name in reversed(names):
            try:
                (place.root / "inbox" / "JMRPOR" / name).unlink()
            except FileNotFoundError:
                continue
            removed.append(name)
            time.sleep(0.002)

    thread = threading.Thread(target=take_back)
    thread.start()
    place.round()
    thread.join()
    place.round()

    assert sorted([*removed, *(name for name, _ in place.verdicts())]) == sorted(names)
    assert {verdict for _, verdict in place.verdicts()} <= {"integrated"}


def test_a_ledger_that_is_no_ledger_is_told(place: Place) -> None:
    """A damaged file is named in words; deposits stay where they are."""
    name = place.drop()
    for path in place.root.glob("ledger.sqlite*"):
        path.unlink()
    (place.root / "ledger.sqlite").write_bytes(b"no database" * 1000)
    told = place.edigate("run", "--once")

    assert told.returncode != 0
    assert "Traceback" not in told.stderr
    assert (place.root / "inbox" / "JMRPOR" / name).exists()


def test_work_files_of_the_ledger_may_be_busy_while_people_look(place: Place) -> None:
    """Somebody who reads the ledger for long does not keep the gate from writing."""
    names = [place.drop() for _ in range(3)]
    with open_gate(place.root).ledger.connect() as connection:
        connection.execute(text("begin"))
        connection.execute(text("select * from flows")).all()
        place.round()
        assert connection.execute(text("select count(*) from flows")).scalar() == 0
        connection.execute(text("rollback"))

    assert [name for name, _ in place.verdicts()] == names
