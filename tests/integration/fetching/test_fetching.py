"""Deposits fetched from a partner's SFTP server: which are taken, which wait, and what becomes of them there."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import shutil
import tarfile
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from edigate.engine import fetching
from edigate.engine.fetch_ends import GONE_KEPT
from edigate.engine.fetching import fetch
from edigate.intake import sftp
from edigate.intake.sftp import HIDDEN, Lane, Sights
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import fetches as fetches_table
from edigate.remote.session import Session
from tests.integration.fetching.remote_site import WHOLE, Deposit, Site
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hands import Hands
    from tests.integration.fetching.conftest import MakeSite

QUIET = "[intake]\nquiet_seconds = 0.3\n"
IMPATIENT = "[intake]\nquiet_seconds = 0\nbroken_after_seconds = 0.4\n"


def events(logged: list[Any], event: str) -> list[str]:
    """The names that a word was logged of."""
    return [entry["name"] for entry in logged if entry["event"] == event]


def tar_gz(content: bytes) -> bytes:
    """An archive with one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("a.xml")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_a_deposit_is_fetched_booked_and_then_removed(site: Site) -> None:
    """It leaves the server only once it is in the ledger, and the audit log says where it came from."""
    site.drop("a.xml")
    site.call()
    fetched = site.call()
    assert (fetched.placed, site.spooled(), site.left(), site.rows()) == (1, 1, [HIDDEN], [("a.xml", "claimed")])

    assert site.call().finished == 0
    assert site.left() == [HIDDEN]
    site.book()
    assert site.call().finished == 1

    assert site.deposits() == [Deposit("a.xml", WHOLE)]
    assert (site.left(), site.rows(), site.spooled()) == ([], [], 0)
    assert f'"server":"{site.server.address}"' in site.noted()


def test_a_fresh_file_waits_until_two_looks_found_it_the_same(make_site: MakeSite, sshd: Sshd, hands: Hands) -> None:
    """However old its time of change is; a change begins the period anew, and the call says when to look again."""
    site = make_site(sshd, QUIET)
    site.drop("a.xml", WHOLE[:4], mtime=1)
    first = site.call()
    assert (first.placed, first.waiting) == (0, ("a.xml",))
    assert first.next_in == pytest.approx(0.3)

    hands.move(0.31)
    site.drop("a.xml", WHOLE, mtime=1)
    assert site.call().placed == 0
    assert site.call().placed == 0
    hands.move(0.31)
    assert site.call().placed == 1


def test_what_is_no_deposit_is_left_alone(site: Site) -> None:
    """Hidden and temporary names without a word, links and FIFOs with one, folders with one."""
    for name in (".hidden", "a.part", "b.tmp", "c.filepart", "D.PART"):
        site.drop(name)
    (site.folder / "folder").mkdir()
    (site.folder / "link").symlink_to(site.folder / "a.part")
    os.mkfifo(site.folder / "fifo")
    before = site.left()
    with capture_logs() as logged:
        site.settle()

    assert (site.left(), site.names(), site.rows()) == (before, [], [])
    assert sorted(events(logged, "sftp.not_a_file")) == ["fifo", "folder", "link"]


@pytest.mark.parametrize(
    ("name", "booked"),
    [
        (b"with\nnewline", "with\nnewline"),
        (b"caf\xe9.xml", "caf\\xe9.xml"),
        ("café 100%.xml".encode(), "café 100%.xml"),
        (b"%E9", "%E9"),
        (b"-rf", "-rf"),
        (b"x" * 255, "x" * 255),
    ],
    ids=["newline", "latin-1", "accents", "percent", "dash", "long"],
)
@pytest.mark.parametrize("server", ["sshd", "fixed_names"])
def test_any_other_name_is_taken(
    make_site: MakeSite, request: pytest.FixtureRequest, server: str, name: bytes, booked: str
) -> None:
    """Also one that is no UTF-8, over a restart, with and without renames."""
    site = make_site(request.getfixturevalue(server))
    site.drop(name)
    site.call()
    site.call()
    site.start()
    site.settle()

    assert site.deposits() == [Deposit(booked, WHOLE)]


def test_an_empty_file_is_a_deposit(site: Site) -> None:
    """As it is in a folder of the gate; what it is worth is decided later."""
    site.drop("empty", b"")
    site.settle()
    assert site.deposits() == [Deposit("empty", b"")]


BIG = b"<a>" + os.urandom(60_000).hex().encode() + b"</a>"


@pytest.mark.parametrize(
    "whole",
    [WHOLE, BIG, tar_gz(WHOLE), tar_gz(os.urandom(200_000)), b"%PDF-1.4\n" + b"x" * 90_000 + b"\n%%EOF\n"],
    ids=["xml", "big xml", "tar.gz", "big tar.gz", "pdf"],
)
def test_a_file_without_its_end_waits_under_its_own_name(site: Site, whole: bytes) -> None:
    """So that its sender can send it again; it is taken once its end is there."""
    site.drop("a", whole[: -len(whole) // 10 - 3])
    for _ in range(3):
        assert site.call().waiting == ("a",)
    assert (site.left(), site.rows()) == (["a"], [])

    site.drop("a", whole)
    site.settle()
    assert site.deposits() == [Deposit("a", whole)]


def test_a_file_that_never_gets_whole_is_taken_as_it_is(make_site: MakeSite, sshd: Sshd, hands: Hands) -> None:
    """Once it has not changed for the set time."""
    site = make_site(sshd, IMPATIENT, clock=hands.clock)
    site.drop("a", WHOLE[:-1])
    site.settle()
    assert site.names() == []

    hands.move(0.4)
    site.settle()
    assert site.deposits() == [Deposit("a", WHOLE[:-1], incomplete=True)]
    assert site.left() == []


def test_a_large_gzip_shows_that_it_is_cut_short_once_it_is_fetched(
    make_site: MakeSite, sshd: Sshd, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits where it was fetched to, is not fetched again, and is taken as incomplete in the end."""
    monkeypatch.setattr(sftp, "UNPACKED_TO_SEE", 100_000)
    site = make_site(sshd, IMPATIENT, clock=hands.clock)
    content = gzip.compress(os.urandom(200_000))[:-100_000]
    site.drop("a", content)
    site.call()
    site.call()
    assert (site.left(), site.half_fetched(), site.spooled()) == ([HIDDEN], [len(content)], 0)

    monkeypatch.setattr(Session, "read", None)
    assert site.call().placed == 0
    hands.move(0.4)
    assert site.call().placed == 1
    site.settle()
    assert site.deposits() == [Deposit("a", content, incomplete=True)]


def just_before(monkeypatch: pytest.MonkeyPatch, place: object, step: str, change: Callable[[], object]) -> None:
    """Let the partner do something just before the gate's next step of this name."""
    function = getattr(place, step)
    left = [change]

    def first(*args: object, **options: object) -> object:
        while left:
            left.pop()()
        return function(*args, **options)

    monkeypatch.setattr(place, step, first)


def test_a_file_written_over_between_look_and_claim_settles_first(
    make_site: MakeSite, sshd: Sshd, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was claimed is not what was seen: it waits out its quiet period, then all of it is taken, once."""
    site = make_site(sshd, QUIET)
    path = site.drop("a", WHOLE)
    site.call()
    hands.move(0.31)
    just_before(monkeypatch, Session, "rename", lambda: path.write_bytes(BIG))
    assert site.call().placed == 0
    assert site.call().placed == 0
    assert site.call().placed == 0
    hands.move(0.31)
    site.settle()

    assert site.deposits() == [Deposit("a", BIG)]
    assert (site.left(), site.rows()) == ([], [])


@pytest.mark.parametrize("server", ["sshd", "fixed_names"])
@pytest.mark.parametrize("length", [len(BIG), len(BIG) + 50], ids=["other time", "longer"])
def test_a_file_that_changes_while_it_is_fetched_is_fetched_again(
    make_site: MakeSite,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    length: int,
) -> None:
    """Half of one and half of the other is no deposit."""
    site = make_site(request.getfixturevalue(server))
    site.drop("a", BIG, mtime=1_000_000)
    changed = BIG[: len(BIG) - 4] + b" " * (length - len(BIG)) + b"</a>"

    def change() -> None:
        (path,) = site.folder.iterdir()
        path.write_bytes(changed)

    just_before(monkeypatch, sftp, "_fetch", change)
    site.call()
    assert site.call().placed == 0
    site.settle()

    assert site.deposits() == [Deposit("a", changed)]


@pytest.mark.parametrize("server", ["sshd", "fixed_names"])
def test_a_partner_may_take_back_what_was_claimed(
    make_site: MakeSite, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    """Before it is fetched: its claim ends with a word in the log."""
    site = make_site(request.getfixturevalue(server))
    site.drop("a")
    site.call()
    just_before(monkeypatch, fetching, "bring", lambda: next(site.folder.iterdir()).unlink())
    with capture_logs() as logged:
        site.settle()

    assert events(logged, "sftp.claim_gone") == ["a"]
    assert (site.names(), site.half_fetched()) == ([], [])
    assert "sftp.claim_gone" in site.noted()


def test_what_shows_itself_again_is_still_fetched(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may hide a claimed file for a while, as one whose disk was away."""
    site.drop("a")
    site.call()
    claims: list[Path] = []

    def hide() -> None:
        claims.extend(site.folder.iterdir())
        claims[0].rename(tmp_path / "away")

    just_before(monkeypatch, fetching, "bring", hide)
    site.settle()
    assert (site.rows(), site.names()) == ([("a", "gone")], [])

    (tmp_path / "away").rename(claims[0])
    site.settle()
    assert site.deposits() == [Deposit("a", WHOLE)]
    assert site.rows() == []


def test_the_same_content_twice_is_two_flows(site: Site) -> None:
    """Under two names, and again under one that was fetched before, also while that one is under way."""
    site.drop("a", mtime=1_000_000)
    site.drop("b", mtime=1_000_000)
    site.call()
    site.call()
    site.drop("a", mtime=1_000_000)
    site.settle()
    site.drop("a", mtime=1_000_000)
    site.settle()

    assert site.names() == ["a", "b", "a", "a"]
    assert site.left() == []


def test_no_more_is_fetched_than_some_batches_ahead_of_the_booking(make_site: MakeSite, sshd: Sshd) -> None:
    """By number; what is not fetched is not claimed either, and the oldest come first."""
    site = make_site(sshd, "[intake]\nquiet_seconds = 0\nbatch_flows = 2\n")
    for number in range(12):
        site.drop(f"{number:02}", mtime=2_000_000 - number)
    site.call()
    assert site.call().placed == 8
    assert site.call().placed == 0
    assert (site.spooled(), site.left()[-4:]) == (8, ["00", "01", "02", "03"])

    site.settle()
    assert sorted(site.names()) == [f"{number:02}" for number in range(12)]
    assert site.names()[:2] == ["11", "10"]


def test_a_call_goes_on_as_the_booking_does(make_site: MakeSite, sshd: Sshd) -> None:
    """One call brings all there is when what it brought is booked meanwhile."""
    site = make_site(sshd, "[intake]\nquiet_seconds = 0\nbatch_flows = 1\n")
    for number in range(9):
        site.drop(str(number))
    site.call()
    session = site.connect()
    booked: list[int] = []
    fetched = fetch(site.gate, session, site.server, site.sights, arrived=lambda: booked.append(site.book()))

    assert (sum(booked), fetched.placed, fetched.finished, site.left()) == (9, 9, 9, [])


def test_no_more_is_fetched_than_some_batches_hold(make_site: MakeSite, sshd: Sshd) -> None:
    """By bytes; one file is always taken, however big."""
    site = make_site(sshd, "[intake]\nquiet_seconds = 0\nbatch_bytes = 100\n")
    for number in range(3):
        site.drop(str(number), b"<a>" + b"x" * (200 if number else 1000) + b"</a>", mtime=1_000_000 + number)
    site.call()
    assert [site.call().placed for _ in range(2)] == [1, 0]
    site.book()
    assert [site.call().placed for _ in range(2)] == [1, 0]
    site.settle()
    assert site.names() == ["0", "1", "2"]


def test_two_lanes_take_each_file_once(make_site: MakeSite, sshd: Sshd) -> None:
    """Side by side in two threads; small files are booked while a big one is under way."""
    site = make_site(sshd, "[intake]\nquiet_seconds = 0\n[sftp]\nsmall_bytes = 1000\n")
    expected = {str(number): b"<a>%d</a>" % number for number in range(40)}
    expected |= {f"big{number}": b"<a>%d" % number + b"x" * 300_000 + b"</a>" for number in range(4)}
    for name, content in expected.items():
        site.drop(name, content)

    def work(session: Session, sights: Sights) -> None:
        for _ in range(6):
            fetch(site.gate, session, site.server, sights)

    lanes = [threading.Thread(target=work, args=(site.connect(), Sights(lane))) for lane in (Lane.SMALL, Lane.BIG)]
    for lane in lanes:
        lane.start()
    while any(lane.is_alive() for lane in lanes):
        site.book()
    site.settle()

    assert {deposit.name: deposit.content for deposit in site.deposits()} == expected
    assert len(site.names()) == len(expected)
    assert (site.left(), site.rows()) == ([], [])


def test_a_lane_leaves_the_other_ones_files(make_site: MakeSite, sshd: Sshd) -> None:
    """Its claims too."""
    site = make_site(sshd, "[intake]\nquiet_seconds = 0\n[sftp]\nsmall_bytes = 1000\n")
    site.drop("small")
    site.drop("big", BIG)
    site.start(Lane.BIG)
    site.settle()
    assert (site.names(), site.left()) == (["big"], ["small"])

    site.start(Lane.SMALL)
    site.settle()
    assert site.names() == ["big", "small"]


def test_nothing_is_taken_that_the_disk_has_no_room_for(make_site: MakeSite, sshd: Sshd) -> None:
    """It is not even claimed, and told of once."""
    site = make_site(sshd, f"[intake]\nquiet_seconds = 0\n[engine]\ndisk_free_bytes = {1 << 60}\n")
    site.drop("a")
    with capture_logs() as logged:
        site.settle()
    assert (site.left(), site.rows(), events(logged, "sftp.no_room")) == (["a"], [], ["a"])


def test_a_claim_waits_until_the_disk_has_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is, and is fetched then."""
    full = shutil.disk_usage(site.root)._replace(free=1000)
    site.drop("a")
    site.call()
    just_before(monkeypatch, fetching, "bring", lambda: monkeypatch.setattr(shutil, "disk_usage", lambda _: full))
    with capture_logs() as logged:
        site.settle()
    assert (site.left(), site.names(), events(logged, "sftp.no_room")) == ([HIDDEN], [], ["a"])

    monkeypatch.undo()
    site.settle()
    assert site.names() == ["a"]


def test_a_stopped_gate_leaves_the_rest(site: Site) -> None:
    """For the next start, which goes on."""
    for number in range(3):
        site.drop(str(number))
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: site.spooled() > 0)
    assert site.spooled() == 1

    site.start()
    site.settle()
    assert site.names() == ["0", "1", "2"]


def test_a_stop_does_not_wait_for_the_end_of_a_file(site: Site) -> None:
    """What was fetched of it is kept."""
    content = b"<a>" + os.urandom(1_000_000).hex().encode() + b"</a>"
    site.drop("a", content)
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: sum(site.half_fetched()) > 500_000)
    (got,) = site.half_fetched()
    assert 500_000 < got < len(content)

    site.settle()
    assert site.deposits() == [Deposit("a", content)]


def test_files_that_cannot_be_read_are_left_and_told_of_once(make_site: MakeSite, tmp_path: Path, hands: Hands) -> None:
    """Under their own names, however long that lasts; it is tried again at each look."""
    with Sshd(tmp_path / "sshd", denied=("open",)) as unreadable:
        site = make_site(unreadable, IMPATIENT, clock=hands.clock)
        site.drop("a")
        with capture_logs() as logged:
            site.settle()
            hands.move(0.4)
            site.settle()
        assert (site.left(), site.names(), events(logged, "sftp.unreadable_file")) == (["a"], [], ["a"])


def test_a_claim_that_cannot_be_read_is_told_of_and_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, or at the next start."""
    site.drop("a")
    site.call()
    monkeypatch.setattr(sftp, "seems_whole", lambda *_: True)
    site.sshd.stop()
    site.sshd.denied = ("open",)
    try:
        site.sshd.start()
        site.again()
        with capture_logs() as logged:
            site.settle()
        assert (site.left(), site.rows()) == ([HIDDEN], [("a", "claimed")])
        assert events(logged, "sftp.unreadable_file") == ["a"]
    finally:
        site.sshd.stop()
        site.sshd.denied = ()
        site.sshd.start()

    site.start()
    site.settle()
    assert site.names() == ["a"]


@pytest.fixture(params=["no renames", "reads only"])
def left_as_it_is(request: pytest.FixtureRequest, make_site: MakeSite, tmp_path: Path, fixed_names: Sshd) -> Any:  # noqa: ANN401
    """A site on a server whose files stay there."""
    if request.param == "no renames":
        yield make_site(fixed_names)
        return
    with Sshd(tmp_path / "sshd", read_only=True) as server:
        yield make_site(server)


def test_where_nothing_can_be_renamed_files_stay_and_are_taken_once(left_as_it_is: Site) -> None:
    """Also by gates started later, and beside files that come and go."""
    site = left_as_it_is
    for name in ("a", "b"):
        site.drop(name)
    site.settle()
    assert (site.left(), site.rows()) == (["a", "b"], [("a", "kept"), ("b", "kept")])

    site.start()
    site.drop("c")
    site.settle()
    assert (site.names(), site.left()) == (["a", "b", "c"], ["a", "b", "c"])


def test_where_nothing_can_be_renamed_other_looks_are_another_deposit(left_as_it_is: Site) -> None:
    """Another size or another time, and what is there again with another time."""
    site = left_as_it_is
    site.drop("a", mtime=1_000_000)
    site.settle()
    site.drop("a", mtime=1_000_001)
    site.settle()
    site.drop("a", BIG, mtime=1_000_001)
    site.settle()
    assert [deposit.content for deposit in site.deposits()] == [WHOLE, WHOLE, BIG]
    assert site.rows() == [("a", "away"), ("a", "away"), ("a", "kept")]

    (site.folder / "a").unlink()
    site.settle()
    site.drop("a", BIG, mtime=1_000_002)
    site.settle()
    assert len(site.names()) == 4


def test_a_folder_that_is_empty_for_a_while_holds_no_new_deposits_then(left_as_it_is: Site, tmp_path: Path) -> None:
    """As one whose disk was away: what was taken there is known, also by gates started later."""
    site = left_as_it_is
    for name in ("a", "b"):
        site.drop(name)
    site.settle()
    site.folder.rename(tmp_path / "away")
    site.folder.mkdir()
    site.settle()
    assert site.rows() == [("a", "away"), ("b", "away")]

    site.start()
    site.folder.rmdir()
    (tmp_path / "away").rename(site.folder)
    site.settle()
    assert (site.names(), site.rows()) == (["a", "b"], [("a", "kept"), ("b", "kept")])


def test_what_went_before_it_was_booked_is_taken_once(make_site: MakeSite, fixed_names: Sshd, tmp_path: Path) -> None:
    """It lies in the spool; that its file is there again later makes no second deposit of it."""
    site = make_site(fixed_names)
    site.drop("a")
    site.call()
    site.call()
    assert (site.rows(), site.spooled()) == ([("a", "marked")], 1)
    (site.folder / "a").rename(tmp_path / "away")
    site.call()
    site.book()
    site.start()
    site.call()
    assert site.rows() == [("a", "away")]
    assert site.noted().count("sftp.fetched") == 1

    (tmp_path / "away").rename(site.folder / "a")
    site.settle()
    assert (site.names(), site.rows()) == (["a"], [("a", "kept")])
    assert site.noted().count("sftp.fetched") == 1


def test_what_has_been_away_for_a_month_is_forgotten(make_site: MakeSite, fixed_names: Sshd) -> None:
    """And what is there again is not, however long it was away."""
    site = make_site(fixed_names)
    for name in ("a", "b"):
        site.drop(name, mtime=1_000_000)
    site.settle()
    for name in ("a", "b"):
        (site.folder / name).unlink()
    site.settle()
    month_ago = stamp(site.gate.clock() - GONE_KEPT - dt.timedelta(seconds=1))
    with writing(site.gate.ledger) as connection:
        connection.execute(update(fetches_table).values(at=month_ago))
    site.start()
    site.drop("b", mtime=1_000_000)
    site.settle()
    assert site.rows() == [("b", "kept")]

    site.drop("a", mtime=1_000_000)
    site.settle()
    assert site.names() == ["a", "b", "a"]


def look_into(site: Site, folder: Path) -> None:
    """Have the gate fetch from another folder."""
    folder.mkdir(exist_ok=True)
    site.server = replace(site.server, fetch_from=str(folder))
    site.again()


def test_another_folder_has_deposits_of_its_own(make_site: MakeSite, fixed_names: Sshd) -> None:
    """A file that looks the same there is another; what was taken from the first one stays known."""
    site = make_site(fixed_names)
    site.drop("a", mtime=1_000_000)
    site.settle()
    first, other = site.folder, site.folder.with_name(f"{site.folder.name}-other")
    look_into(site, other)
    shutil.copy2(first / "a", other / "a")
    site.settle()
    assert (site.names(), site.rows()) == (["a", "a"], [("a", "kept"), ("a", "kept")])

    look_into(site, first)
    site.settle()
    assert (site.names(), site.rows()) == (["a", "a"], [("a", "kept"), ("a", "kept")])


@pytest.mark.parametrize("server", ["sshd", "fixed_names"])
def test_what_is_claimed_waits_for_its_folder(make_site: MakeSite, request: pytest.FixtureRequest, server: str) -> None:
    """It is told of once, neither lost nor begun anew, and goes on where it was."""
    site = make_site(request.getfixturevalue(server))
    content = b"<a>" + os.urandom(1_000_000).hex().encode() + b"</a>"
    site.drop("a", content)
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: sum(site.half_fetched()) > 500_000)
    before, half = site.rows(), site.half_fetched()
    first = site.folder
    look_into(site, first.with_name(f"{first.name}-other"))
    with capture_logs() as logged:
        site.settle()
    assert (site.rows(), site.half_fetched()) == (before, half)
    assert events(logged, "sftp.claim_elsewhere") == ["a"]
    assert events(logged, "sftp.claim_gone") == []

    look_into(site, first)
    site.settle()
    assert site.deposits() == [Deposit("a", content)]


def test_a_claimed_file_is_found_where_its_folder_went(site: Site) -> None:
    """Its name there is no other file's."""
    site.drop("a")
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: HIDDEN in site.left())
    assert site.rows() == [("a", "claimed")]
    moved = site.folder.with_name(f"{site.folder.name}-moved")
    site.folder.rename(moved)
    look_into(site, moved)
    with capture_logs() as logged:
        site.call()
        with site.gate.ledger.connect() as connection:
            assert connection.execute(select(fetches_table.c.source)).scalars().all() == [
                f"{site.server.address}/{moved}"
            ]
        site.settle()
    assert (site.names(), site.rows(), list(moved.iterdir())) == (["a"], [], [])
    assert events(logged, "sftp.claim_elsewhere") == []


def test_what_is_booked_and_cannot_be_removed_is_not_taken_again(make_site: MakeSite, tmp_path: Path) -> None:
    """It is told of once, and removed when that is allowed."""
    with Sshd(tmp_path / "sshd", denied=("remove",)) as server:
        site = make_site(server)
        site.drop("a")
        with capture_logs() as logged:
            site.settle(6)
        assert (site.names(), site.left()) == (["a"], [HIDDEN])
        assert len(events(logged, "sftp.unremovable_file")) == 1

        server.stop()
        server.denied = ()
        server.start()
        site.start()
        site.settle()
        assert (site.names(), site.left(), site.rows()) == (["a"], [], [])


def test_a_claim_that_the_ledger_does_not_know_is_told_of(site: Site) -> None:
    """It may be another gate's, and nobody here knows its name: it is left alone."""
    site.drop(f"{HIDDEN}0123456789")
    with capture_logs() as logged:
        site.settle()
    assert (site.left(), site.names()) == ([HIDDEN], [])
    assert events(logged, "sftp.stray_claim") == [f"{HIDDEN}0123456789"]


def test_a_claim_without_a_row_is_removed_if_it_is_booked(site: Site) -> None:
    """As after a restore of the ledger."""
    site.drop("a")
    site.call()
    site.call()
    site.book()
    with writing(site.gate.ledger) as connection:
        connection.execute(fetches_table.delete())
    site.settle()

    assert (site.names(), site.left()) == (["a"], [])
