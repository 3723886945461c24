"""What a partner may leave in its inbox besides files, under whatever names, and say of others' business."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.engine import deposits
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.flows import flow_name
from tests.acceptance.actors import HIS, PORTAL, STATE_SYSTEM, Actors, says
from tests.acceptance.gates import DEPOSITOR, fresh_number, sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.intake.folder import Trouble
    from tests.acceptance.gates import Site

OTHER = "ABC123"


def named(number: int) -> str:
    """The name of a flow that the depositor might send."""
    return flow_name("FSO1106A", DEPOSITOR, 900_000 + number)


def a_socket(path: Path) -> None:
    """A socket, whose path may be longer than the system takes for one."""
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(before)


def a_device(kind: int, major: int, minor: int) -> Callable[[Path], None]:
    """A device, where this account may make one."""

    def make(path: Path) -> None:
        try:
            os.mknod(path, kind | 0o644, os.makedev(major, minor))
        except PermissionError:
            pytest.skip("this account may not make devices")

    return make


def a_loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path)


def an_outside_folder(path: Path) -> None:
    """A folder that holds a flow."""
    path.mkdir()
    (path / named(77)).write_bytes(sound())


THINGS: dict[str, Callable[[Path], None]] = {
    "a link to a file of the system": lambda path: path.symlink_to("/etc/passwd"),
    "a link to nothing": lambda path: path.symlink_to("/nowhere/at/all"),
    "a link to itself": a_loop,
    "a link to a folder": lambda path: path.symlink_to("/etc"),
    "a link to another partner's inbox": lambda path: path.symlink_to(f"../{OTHER}"),
    "a pipe": os.mkfifo,
    "a socket": a_socket,
    "an endless device": a_device(stat.S_IFCHR, 1, 5),
    "a disk": a_device(stat.S_IFBLK, 7, 200),
    "a folder": an_outside_folder,
}


@pytest.mark.parametrize("thing", THINGS)
def test_what_is_no_file_is_left_alone_whatever_its_name(thing: str, site: Site) -> None:
    """Told of, not opened, not moved; the flows before and behind it are taken."""
    inbox = site.root / "inbox" / DEPOSITOR
    first, last = (site.deposit(sound(), name=named(at)) for at in (1, 3))
    THINGS[thing](inbox / named(2))
    before = (inbox / named(2)).lstat()
    tally = site.round()

    assert [(trouble.path.name, trouble.reason) for trouble in tally.troubles] == [(named(2), "inbox.not_a_file")]
    assert [outcome.name for outcome in site.outcomes()] == [first, last]
    after = (inbox / named(2)).lstat()
    assert (after.st_ino, after.st_atime_ns, after.st_mode) == (before.st_ino, before.st_atime_ns, before.st_mode)


@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd"), Path.mkdir])
def test_what_takes_a_files_place_in_the_last_moment_is_not_opened(put: Callable[[Path], None], site: Site) -> None:
    """Between the look and the claim a partner may swap its file: the gate neither follows nor waits, and others go on.

    A pipe that nobody writes to would hold up a plain open for ever.
    """
    spooled = site.root / "spool" / DEPOSITOR / "0000000000000000000000000001"
    spooled.mkdir(parents=True)
    put(spooled / named(1))
    beside = site.deposit(sound())
    troubles: list[Trouble] = []
    deposits.book(site.gate, troubles.append)
    site.round()

    assert [trouble.reason for trouble in troubles] == ["spool.unbookable_file"]
    assert [(outcome.name, outcome.verdict) for outcome in site.outcomes()] == [(beside, "integrated")]


def test_an_inbox_that_is_a_link_is_not_entered(site: Site, tmp_path: Path) -> None:
    """A partner's folder that leads elsewhere is nobody's folder."""
    (tmp_path / named(1)).write_bytes(sound())
    shutil.rmtree(site.root / "inbox" / DEPOSITOR, ignore_errors=True)
    (site.root / "inbox" / DEPOSITOR).symlink_to(tmp_path)
    tally = site.round()

    assert [trouble.reason for trouble in tally.troubles] == ["inbox.stray_file"]
    assert site.outcomes() == []
    assert (tmp_path / named(1)).exists()


def test_folders_in_folders_past_the_longest_path(site: Site) -> None:
    """Twenty names of 255 bytes make a path that no system call takes: it is seen from its top, and costs nothing."""
    inbox = site.root / "inbox" / DEPOSITOR
    inbox.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(inbox, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 255, dir_fd=descriptor)
        below = os.open("x" * 255, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open(named(1), os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    beside = site.deposit(sound())
    tally = site.round()
    shutil.rmtree(inbox / ("x" * 255))

    assert [trouble.reason for trouble in tally.troubles] == ["inbox.not_a_file"]
    assert site.outcome(beside).verdict == "integrated"


NAMES = {
    "an option": b"--gate=..",
    "a command": b"$(id);`id`|id",
    "a format": b"%s%n{0}{value}",
    "markup": b"[bold]x[red]<script>&amp;",
    "right to left": "FSO\u202e1106A_fdp".encode(),
    "no width": "FSO1106A\u200b_x".encode(),
    "line ends of all kinds": "a\r\n\x0b\x0c\u2028\u2029b".encode(),
    "a screen's own language": b"\x1b]0;title\x07\x1b[2J",
    "no text at all": bytes(range(128, 256)) + b"\xff" * 100,
    "surrogates": b"\xed\xa0\x80\xed\xbf\xbf",
    "composed otherwise": "e\u0301".encode(),
    "longest": "é".encode() * 127 + b"x",
    "digits that are none": "FSO1106A_JMRPOR_JMRPOR1106\u0661".encode() + b"0" * 14,
    "SQL": b"x'); DELETE FROM flows; --",
    "dots": b"a...",
    "another folder's": b"a\\..\\..\\x",
    "a name of the gate's own": b"0000000000000000000000000001-incomplete",
}


def test_names_of_every_kind_are_answered(site: Site) -> None:
    """Each is refused by its name in a valid report, whatever bytes it has; a sound flow beside them is taken."""
    inbox = site.root / "inbox" / DEPOSITOR
    beside = site.deposit(sound())
    for name in NAMES.values():
        Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_bytes(sound())
    tally = site.round()
    outcomes = {outcome.name: outcome for outcome in site.outcomes()}
    told = site.collect()  # which reads each against its schema

    assert (tally.troubles, tally.waiting, tally.held) == ([], [], 0)
    assert outcomes.pop(beside).verdict == "integrated"
    assert [outcome.faults for outcome in outcomes.values()] == [["EDG-F001"]] * len(NAMES)
    assert len(told.reports) == len(NAMES) + 1
    assert list(inbox.iterdir()) == []


def test_nobody_sends_in_anothers_name(site: Site) -> None:
    """A flow id of another partner's, right in all its parts, is refused, and does not use it up for its owner."""
    number = fresh_number()
    his_name = flow_name("FSO1106A", OTHER, 1)
    site.change(OTHER, deposits=frozenset({"FSO1106A"}))
    forged = site.decide(sound(number=number), name=his_name)
    own = site.decide(sound(number=number), partner=OTHER, name=his_name)

    assert (forged.verdict, forged.faults) == ("inadmissible", ["EDG-F004"])
    assert (own.verdict, own.errors) == ("integrated", [])
    assert site.collect(OTHER).report(his_name).status == "90"


def test_guessed_statuses_move_nothing_and_tell_nothing(site: Site) -> None:
    """Of a thousand numbers, one of which exists, a recipient who has none of them is told the same of each."""
    actors = Actors(site)
    number = actors.invoice()
    actors.round()
    stem, last = number[:-3], int(number[-3:])
    guesses = [f"{stem}{(last + step) % 1000:03d}" for step in range(200)]
    name = actors.tell(STATE_SYSTEM, *(says(guess, "07") for guess in guesses))
    actors.round()

    lines = site.collect(STATE_SYSTEM).report(name).lines
    assert {line.code for line in lines} == {"EDG-S030"}
    assert len({line.label.replace(guess, "") for line, guess in zip(lines, guesses, strict=True)}) == 1
    assert actors.status(number) == "03"


def test_guessed_receipts_move_nothing_and_tell_nothing(site: Site) -> None:
    """A pivot's flow id is easily counted up: of another's, published or not, and of none the answer is the same."""
    actors = Actors(site)
    actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    there = pivot.name[-25:]
    guesses = [f"{there[:-3]}{(int(there[-3:]) + step) % 1000:03d}" for step in range(100)]
    names = [actors.acknowledge(who, *((guess, "94") for guess in guesses)) for who in (STATE_SYSTEM, PORTAL)]
    actors.round()

    for who, name in zip((STATE_SYSTEM, PORTAL), names, strict=True):
        lines = site.collect(who).report(name).lines
        assert {line.code for line in lines} == {"EDG-S040"}
        assert len({line.label.replace(guess, "") for line, guess in zip(lines, guesses, strict=True)}) == 1
    mine = actors.acknowledge(HIS, (there, "92"))
    actors.round()
    assert actors.heard(mine) == [("integrated", [])]


def test_what_partners_send_at_once_is_not_mixed(site: Site) -> None:
    """The same name, number and bytes from two partners: each is answered for its own, in its own outbox."""
    content = tar_gz({"a.xml": sound(number=fresh_number())})
    name = flow_name("FSO1106A", DEPOSITOR, 910_000)
    site.change(OTHER, deposits=frozenset({"FSO1106A"}))
    for partner in (DEPOSITOR, OTHER):
        site.deposit(content, partner=partner, name=name)
    site.round()

    assert sorted((outcome.verdict, tuple(outcome.faults)) for outcome in site.outcomes()) == [
        ("inadmissible", ("EDG-F004",)), ("integrated", ()),
    ]  # fmt: skip
    assert [report.status for report in site.collect(DEPOSITOR).reports] == ["90"]
    assert [report.status for report in site.collect(OTHER).reports] == ["93"]
    with suppress(FileNotFoundError):
        assert list((site.root / "outbox" / OTHER).glob("FEN*")) == []
