"""Drop folders: which files are ready, what is left alone and why, and their claim into the spool."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.intake import folder
from edigate.intake.folder import Inbox, Look, Ready, claim, claimed, let_go, printable
from tests.effort import TIMES, calls
from tests.hands import Hands

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
WHOLE = b"<a>x</a>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An inbox with two partners' folders."""
    for partner in ("ABC123", "JMRPOR"):
        (tmp_path / "inbox" / partner).mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Of the clock that looks go by."""
    return Hands.of(monkeypatch, folder)


def an_inbox(root: Path, *, quiet: float = 0, broken_after: float = 3600) -> Inbox:
    """An inbox with these times."""
    return Inbox(root, quiet_seconds=quiet, broken_after_seconds=broken_after)


def look(inbox: Inbox, at_most: int = 100) -> Look:
    """Look at both partners' folders."""
    return inbox.look({"ABC123", "JMRPOR"}, at_most)


def drop(root: Path, name: str = "a", content: bytes = WHOLE, *, partner: str = "ABC123", age: float = 0) -> Path:
    """A file that was last changed so many seconds ago."""
    path = root / partner / name
    path.write_bytes(content)
    when = vars(folder)["time"].time() - age
    os.utime(path, (when, when))
    return path


def names(found: Look) -> list[str]:
    """The names of what is ready."""
    return [ready.path.name for ready in found.ready]


def reasons(found: Look) -> list[tuple[str, str]]:
    """What is left alone, and why."""
    return [(trouble.path.name, trouble.reason) for trouble in found.troubles]


def open_to_all(folder: Path) -> None:
    """Let anybody into a folder of the tests, and into those above it that the tests made."""
    made = [path for path in folder.parents if Path(tempfile.gettempdir()) in path.parents]
    for path in (folder, *made):
        path.chmod(0o755)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_whole_quiet_file_is_ready(root: Path) -> None:
    """With its partner, its place and its size."""
    path = drop(root, age=10)
    (ready,) = look(an_inbox(root, quiet=5)).ready

    assert (ready.partner, ready.path, ready.size, ready.incomplete) == ("ABC123", path, 8, False)


@pytest.mark.usefixtures("hands")
def test_a_fresh_file_waits_out_its_quiet_period(root: Path) -> None:
    """The look says when it is worth looking again."""
    path = drop(root)
    found = look(an_inbox(root, quiet=5))

    assert (found.ready, found.waiting) == ([], [path])
    assert found.next_in == pytest.approx(5, abs=0.001)


@pytest.mark.usefixtures("hands")
def test_the_earliest_quiet_period_counts(root: Path) -> None:
    """Of several fresh files the one that is ready first."""
    for age in (0, 3, 1):
        drop(root, f"file{age}", age=age)
    found = look(an_inbox(root, quiet=5))

    assert found.next_in == pytest.approx(2, abs=0.001)


def test_a_file_whose_clock_runs_ahead_waits_by_what_is_seen(root: Path, hands: Hands) -> None:
    """A time of change in the future does not keep a file from ever being quiet."""
    drop(root, age=-1000)
    inbox = an_inbox(root, quiet=0.05)
    assert names(look(inbox)) == []
    hands.move(0.06)
    assert names(look(inbox)) == ["a"]


def test_a_growing_file_is_never_quiet(root: Path, hands: Hands) -> None:
    """Each change begins the period anew, also where the time of change is made older."""
    inbox = an_inbox(root, quiet=0.2)
    for size in range(3):
        drop(root, content=WHOLE + b" " * size, age=-1000)
        assert names(look(inbox)) == []
        hands.move(0.15)
    hands.move(0.1)
    assert names(look(inbox)) == ["a"]


@pytest.mark.usefixtures("hands")
def test_a_file_that_arrived_by_rename_needs_no_quiet_period(root: Path) -> None:
    """As it was whole when it got its name."""
    inbox = an_inbox(root, quiet=5)
    inbox.arrived_by_rename(drop(root))
    drop(root, "b")

    assert names(look(inbox)) == ["a"]


@pytest.mark.usefixtures("hands")
def test_the_next_file_of_that_name_has_its_own_quiet_period(root: Path) -> None:
    """What arrived by rename was claimed; what comes under the same name may be written slowly."""
    inbox = an_inbox(root, quiet=5)
    path = drop(root)
    inbox.arrived_by_rename(path)
    assert names(look(inbox)) == ["a"]
    path.unlink()
    drop(root)

    assert names(look(inbox)) == []


@pytest.mark.usefixtures("hands")
def test_the_news_of_a_rename_is_of_that_file_alone(root: Path) -> None:
    """It was taken back before the look, or was written to since: what stands under its name may not be whole."""
    inbox = an_inbox(root, quiet=5)
    taken_back, grown = drop(root), drop(root, "b")
    for path in (taken_back, grown):
        inbox.arrived_by_rename(path)
    taken_back.unlink()
    drop(root, content=b"<a>begun" + b"</a>")
    with grown.open("ab") as file:
        file.write(b"<!-- more -->")
    inbox.arrived_by_rename(root / "ABC123" / "gone")
    drop(root, "gone")

    assert names(look(inbox)) == []


def test_news_may_come_from_another_thread_at_any_time(root: Path) -> None:
    """The watcher tells of renames while the gate looks."""
    inbox, done = an_inbox(root, quiet=500), threading.Event()
    for number in range(200):
        inbox.arrived_by_rename(drop(root, f"file{number}"))

    def tell() -> None:
        while not done.is_set():
            for number in range(200, 2000):
                inbox.arrived_by_rename(root / "ABC123" / f"file{number}")

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        assert all(len(look(inbox, 200).ready) == (200 if first else 0) for first in [True] + [False] * 20)
    finally:
        done.set()
        thread.join()


def test_a_truncated_file_waits_and_is_ready_when_whole(root: Path) -> None:
    """It is left alone, however quiet it is."""
    inbox = an_inbox(root)
    path = drop(root, content=WHOLE[:-2], age=100)
    assert (look(inbox).waiting, look(inbox).ready) == ([path], [])
    drop(root, content=WHOLE, age=50)

    assert names(look(inbox)) == ["a"]


def test_a_truncated_file_is_not_read_again_until_it_changes(root: Path) -> None:
    """A large archive without its end costs one reading, not one for every look."""
    path = drop(root, content=b"<a>x</b>", age=10)
    inbox = an_inbox(root)
    assert look(inbox).waiting == [path]

    before = path.stat()
    path.write_bytes(WHOLE)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert look(inbox).waiting == [path]

    os.utime(path, (time.time() - 5, time.time() - 5))
    assert names(look(inbox)) == ["a"]


def test_a_file_that_stays_broken_is_ready_as_incomplete(root: Path) -> None:
    """Past the set time it is taken as it is."""
    drop(root, content=WHOLE[:-2], age=100)
    (ready,) = look(an_inbox(root, broken_after=60)).ready

    assert ready.incomplete


def test_a_file_that_somebody_has_open_for_writing_waits(root: Path) -> None:
    """Even when it is quiet and looks whole."""
    path = drop(root, age=100)
    with path.open("ab"):
        assert look(an_inbox(root)).waiting == [path]


@pytest.mark.parametrize("name", [".hidden", "a.part", "a.tmp", "a.filepart", "A.PART", ".a.xml"])
def test_temporary_names_are_not_looked_at(root: Path, name: str) -> None:
    """They are neither ready, nor waiting, nor trouble."""
    drop(root, name, age=100)
    found = look(an_inbox(root))

    assert (found.ready, found.waiting, found.troubles) == ([], [], [])


def test_what_is_no_regular_file_is_told_and_left_alone(root: Path) -> None:
    """Folders, links and pipes; nothing of them is opened."""
    (root / "ABC123" / "folder").mkdir()
    (root / "ABC123" / "link").symlink_to(drop(root.parent, "target", partner="inbox"))
    os.mkfifo(root / "ABC123" / "pipe")
    found = look(an_inbox(root))

    assert found.ready == []
    assert [reason for reason in reasons(found) if reason[0] != "target"] == [
        ("folder", "inbox.not_a_file"),
        ("link", "inbox.not_a_file"),
        ("pipe", "inbox.not_a_file"),
    ]


def test_what_lies_beside_the_partners_folders_is_told(root: Path) -> None:
    """Files, links to folders, and folders of nobody; hidden ones are ignored."""
    (root / "stray.xml").write_bytes(WHOLE)
    (root / "linked").symlink_to(root / "ABC123")
    (root / "NOBODY").mkdir()
    (root / "NOBODY" / "a").write_bytes(WHOLE)
    (root / ".gitkeep").write_bytes(b"")

    assert sorted(reasons(look(an_inbox(root)))) == [
        ("NOBODY", "inbox.no_partner"),
        ("linked", "inbox.stray_file"),
        ("stray.xml", "inbox.stray_file"),
    ]


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_that_cannot_be_looked_into_does_not_hide_the_others(root: Path, mode: int) -> None:
    """Neither one that cannot be listed nor one that cannot be entered."""
    drop(root, age=10)
    drop(root, "b", partner="JMRPOR", age=10)
    open_to_all(root)
    (root / "ABC123").chmod(mode)
    with as_nobody():
        found = look(an_inbox(root))
    (root / "ABC123").chmod(0o700)

    assert {reason for _, reason in reasons(found)} <= {"inbox.unreadable_folder", "inbox.unreadable_file"}
    assert len(found.troubles) == 1


def test_a_file_that_cannot_be_read_is_told_and_left_alone(root: Path) -> None:
    """The others go on."""
    drop(root, "a", age=10).chmod(0)
    drop(root, "b", age=10).chmod(0o644)
    open_to_all(root / "ABC123")
    with as_nobody():
        found = look(an_inbox(root))

    assert (names(found), reasons(found)) == (["b"], [("a", "inbox.unreadable_file")])


def test_partners_take_turns(root: Path) -> None:
    """One who deposits much does not keep the others waiting."""
    for number in range(50):
        drop(root, f"a{number:02}", age=10)
    drop(root, "b", partner="JMRPOR", age=10)

    assert names(look(an_inbox(root), at_most=3)) == ["a00", "b", "a01"]


def test_a_full_folder_is_not_looked_through_for_each_batch(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen there comes first, with the partners still in turn; the others' folders are looked through."""
    monkeypatch.setattr(folder, "COSTS", 1e9)
    for number in range(6):
        drop(root, f"a{number}", age=10)
    drop(root, "b0", partner="JMRPOR", age=10)
    inbox = an_inbox(root)
    assert names(look(inbox, at_most=3)) == ["a0", "b0", "a1"]
    drop(root, "a00", age=10)
    drop(root, "b1", partner="JMRPOR", age=10)
    for gone in ("ABC123/a0", "ABC123/a1", "ABC123/a3", "JMRPOR/b0"):
        (root / gone).unlink()

    assert names(look(inbox, at_most=3)) == ["a2", "b1", "a4"]
    assert names(look(inbox)) == ["a5", "b1"]
    assert sorted(names(look(inbox))) == ["a00", "a2", "a4", "a5", "b1"]


def test_a_folder_that_costs_little_is_looked_through_each_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whoever comes later has his turn."""
    monkeypatch.setattr(folder, "COSTS", 0)
    for number in range(4):
        drop(root, f"a{number}", age=10)
    inbox = an_inbox(root)
    assert names(look(inbox, at_most=1)) == ["a0"]
    drop(root, "a00", age=10)

    assert names(look(inbox, at_most=3)) == ["a0", "a00", "a1"]


def test_any_name_can_be_claimed(root: Path, tmp_path: Path) -> None:
    """Names as long as a file system takes, with line breaks, or with bytes that are no text."""
    for name in (b"x" * 255, b"two\nlines", b"caf\xe9.xml", "é".encode()):
        (Path(os.fsdecode(os.fsencode(root / "ABC123") + b"/" + name))).write_bytes(WHOLE)
    ready = look(an_inbox(root)).ready
    claims = [claim(file, tmp_path / "spool", NOW) for file in ready]

    assert sorted(printable(claim.name) for claim in claims if claim) == [
        "caf\\xe9.xml",
        "two\nlines",
        "x" * 255,
        "é",
    ]
    assert sorted(claimed(tmp_path / "spool"), key=lambda c: c.id) == [c for c in claims if c]
    for made in claims:
        let_go(made)  # type: ignore[arg-type]
    assert not list((tmp_path / "spool" / "ABC123").iterdir())


def a_ready(root: Path, *, content: bytes = WHOLE) -> Ready:
    """One ready file."""
    drop(root, content=content, age=10)
    (ready,) = look(an_inbox(root, broken_after=1)).ready
    return ready


def test_a_claim_moves_the_file_to_a_name_of_its_own(root: Path, tmp_path: Path) -> None:
    """Two drops of one name never meet."""
    claims = []
    for content in (b"<a>1</a>", b"<a>2</a>"):
        made = claim(a_ready(root, content=content), tmp_path / "spool", NOW)
        assert made
        claims.append(made)

    assert [Path(c.path).read_bytes() for c in claims] == [b"<a>1</a>", b"<a>2</a>"]
    assert list(claimed(tmp_path / "spool")) == claims
    assert not list((root / "ABC123").iterdir())


def test_a_claim_remembers_that_the_file_was_not_whole(root: Path, tmp_path: Path) -> None:
    """Also after a new start."""
    claim(a_ready(root, content=b"<a>"), tmp_path / "spool", NOW)

    assert [c.incomplete for c in claimed(tmp_path / "spool")] == [True]


def test_a_file_that_has_gone_is_not_claimed(root: Path, tmp_path: Path) -> None:
    """Its partner took it back between the look and the claim; nothing is left behind."""
    ready = a_ready(root)
    ready.path.unlink()

    assert claim(ready, tmp_path / "spool", NOW) is None
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize("how", ["written to", "replaced", "made a link", "made a folder"])
def test_a_file_that_has_changed_is_not_claimed(root: Path, tmp_path: Path, how: str) -> None:
    """What stands there now was not looked at yet."""
    ready = a_ready(root)
    if how != "written to":
        ready.path.rename(root / "before")
    if how == "made a link":
        ready.path.symlink_to(root / "before")
    elif how == "made a folder":
        ready.path.mkdir()
    else:
        ready.path.write_bytes(b"<b>1</b>")

    assert claim(ready, tmp_path / "spool", NOW) is None
    assert os.path.lexists(ready.path)


def test_a_spool_that_cannot_be_written_to_leaves_the_file(root: Path, tmp_path: Path) -> None:
    """The reason is raised, and the file is where it was."""
    ready = a_ready(root)
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(OSError, match="spool"):
        claim(ready, tmp_path / "spool", NOW)

    assert ready.path.exists()


def test_empty_claims_and_strange_files_in_the_spool_are_no_claims(root: Path, tmp_path: Path) -> None:
    """A gate that ended between making the folder and moving the file leaves an empty one, which is taken away."""
    spool = tmp_path / "spool"
    made = claim(a_ready(root), spool, NOW)
    (spool / "ABC123" / "empty").mkdir()
    (spool / "ABC123" / "strange").write_text("x")
    (spool / "strange").write_text("x")
    (spool / ".work").mkdir()

    assert list(claimed(spool)) == [made]
    assert not (spool / "ABC123" / "empty").exists()


def test_a_folder_is_a_claim_as_well(tmp_path: Path) -> None:
    """What was fetched from a server comes in one, under the name it has there, and leaves it behind for nobody."""
    folder = tmp_path / "spool" / "ABC123" / f"{7:028x}-incomplete"
    folder.mkdir(parents=True)
    (folder / "a=b").write_bytes(WHOLE)
    (made,) = claimed(tmp_path / "spool")
    assert (made.id, made.partner, made.name, made.incomplete) == (f"{7:028x}", "ABC123", "a=b", True)

    let_go(made)
    assert not list((tmp_path / "spool" / "ABC123").iterdir())


def test_letting_go_empties_the_spool(root: Path, tmp_path: Path) -> None:
    """Also where the file went before the gate ended."""
    for gone in (False, True):
        made = claim(a_ready(root), tmp_path / "spool", NOW)
        assert made
        if gone:
            Path(made.path).unlink()
        let_go(made)
        assert not list((tmp_path / "spool" / "ABC123").iterdir())


def test_looking_through_many_inboxes_takes_time_in_their_number_and_that_of_their_news(tmp_path: Path) -> None:
    """Each of a gate's thousands of partners is looked after for itself, whoever has just renamed a thousand files."""

    def work(size: int) -> int:
        partners = [f"{number:06d}" for number in range(size)]
        root = tmp_path / f"inbox{size}"
        inbox = an_inbox(root)
        for partner in partners:
            (root / partner).mkdir(parents=True)
            path = root / partner / "a"
            path.write_bytes(WHOLE)
            inbox.arrived_by_rename(path)
        return calls(inbox.look, set(partners), 0)

    assert work(320) < 2 * TIMES * work(20)
