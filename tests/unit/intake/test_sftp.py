"""What looks at a partner's server are worth, and which names and sizes go which way."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from edigate.intake import sftp
from edigate.intake.sftp import Desk, Lane, Sights, below, download, may_be_deposit
from edigate.ledger.fetches import Sight
from edigate.remote.session import Entry
from tests.hands import Hands

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
A = Entry("a", 8, 1000, is_file=True)
LOOKS = Sight(8, 1000)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Of the clock that looks go by."""
    return Hands.of(monkeypatch, sftp)


def seen(*looks: tuple[float, list[Entry]]) -> Sights:
    """What was seen at these seconds of the monotonic clock."""
    sights = Sights()
    for at, entries in looks:
        sights.see(entries, at, at + 0.01)
    return sights


def test_one_look_is_never_enough() -> None:
    """Not even without a quiet period; the pause is never so short that looks would follow without end."""
    assert seen((0, [A])).pause("a", LOOKS, 0) == sftp.LEAST_PAUSE


def test_two_looks_must_be_as_far_apart_as_the_quiet_period(hands: Hands) -> None:
    """From the end of the first to the beginning of the second."""
    now = hands.monotonic()
    assert seen((now - 6, [A]), (now - 0.9, [A])).pause("a", LOOKS, 5) == 0
    assert seen((now - 5, [A]), (now, [A])).pause("a", LOOKS, 5) > 0


@pytest.mark.parametrize("other", [A._replace(size=9), A._replace(mtime=999)], ids=["size", "time"])
def test_a_change_begins_the_period_anew(hands: Hands, other: Entry) -> None:
    """Also one back to what it was."""
    now = hands.monotonic()
    sights = seen((now - 20, [A]), (now - 10, [other]), (now - 1, [A]))
    assert sights.pause("a", LOOKS, 5) == pytest.approx(4.01)
    assert sights.pause("a", sftp.sight_of(other), 5) == 5


def test_a_file_that_was_away_is_another(hands: Hands) -> None:
    """What was seen of it before counts no more."""
    now = hands.monotonic()
    assert seen((now - 20, [A]), (now - 10, []), (now, [A])).pause("a", LOOKS, 5) > 4


def test_a_claimed_file_is_the_same_file_and_the_next_of_its_name_another(hands: Hands) -> None:
    """So that it is fetched at once, and its successor has its own quiet period."""
    now = hands.monotonic()
    sights = seen((now - 20, [A]), (now - 10, [A]))
    sights.carry_over("a", ".edigate-1")
    assert sights.pause(".edigate-1", LOOKS, 5) == 0
    assert sights.still_for(".edigate-1") == pytest.approx(9.99)
    assert (sights.pause("a", LOOKS, 5), sights.still_for("a")) == (5, 0)


def test_a_look_at_an_end_counts_as_long_as_the_file_is_there() -> None:
    """Whether it came off or not; a claimed file's successor is looked at itself."""
    sights = seen((0, [A]))
    sights.whole["a"] = LOOKS
    for _ in range(sftp.LOOKS_IN_VAIN):
        assert not sights.is_looked_at_in_vain("a", LOOKS)
        sights.broke_off("a", LOOKS)
    sights.see([A], 1, 1)
    assert (sights.whole, sights.is_looked_at_in_vain("a", LOOKS)) == ({"a": LOOKS}, True)
    assert not sights.is_looked_at_in_vain("a", Sight(9, 1000))

    sights.carry_over("a", ".edigate-1")
    assert sights.whole == {}
    sights.see([], 2, 2)
    assert not sights.is_looked_at_in_vain("a", LOOKS)


def test_what_was_seen_in_one_folder_says_nothing_of_another(hands: Hands) -> None:
    """A file may have the same name, size and time there; what was fetched in part is no part of it."""
    now = hands.monotonic()
    sights = Sights()
    sights.turn_to("one")
    for at in (now - 20, now - 10):
        sights.see([A], at, at)
    sights.whole["a"] = LOOKS
    sights.begun.add("claim")
    sights.turn_to("one")
    assert (sights.pause("a", LOOKS, 5), sights.whole) == (0, {"a": LOOKS})
    sights.turn_to("other")
    assert (sights.pause("a", LOOKS, 5), sights.whole, sights.begun) == (5, {}, {"claim"})


def test_what_is_told_once_is_told_again_when_it_was_away() -> None:
    """News are what is not known of something that has been there since."""
    sights = seen((0, [A]))
    assert [sights.is_news("x", "a"), sights.is_news("x", "a"), sights.is_news("y", "a")] == [True, False, True]
    sights.see([A], 1, 1)
    assert not sights.is_news("x", "a")
    sights.see([], 2, 2)
    assert sights.is_news("x", "a")


def test_what_is_put_off_comes_again(hands: Hands) -> None:
    """After a while."""
    sights = Sights()
    sights.put_off("a")
    assert sights.is_put_off("a")
    sights.see([], 0, hands.monotonic() + sftp.PUT_OFF + 1)
    assert not sights.is_put_off("a")


@pytest.mark.parametrize(("size", "lanes"), [(0, "small both"), (10, "small both"), (11, "big both")])
def test_each_size_goes_one_way(size: int, lanes: str) -> None:
    """The limit itself is small; where there is one lane only it takes all."""
    assert [lane for lane in Lane if lane.takes(size, 10)] == lanes.split()


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "a/b", "/a", "../a", "a\0b", "a.part", "a.TMP", "a.filepart"])
def test_names_that_are_no_deposit(name: str) -> None:
    """Hidden, temporary, or a way out of the folder."""
    assert not may_be_deposit(name)


@pytest.mark.parametrize("name", ["a", "a..b", "a.parts", "part", "a\n", "caf\udce9", "a\\b", "-"])
def test_names_that_are(name: str) -> None:
    """Whatever else a file can be called."""
    assert may_be_deposit(name)


@pytest.mark.parametrize(("folder", "path"), [("in", "in/a"), ("/srv/in/", "/srv/in/a"), ("/", "/a"), (".", "./a")])
def test_paths_on_a_server(folder: str, path: str) -> None:
    """From the root or from where the session starts."""
    assert below(folder, "a") == path


class Pieces:
    """A session that reads from memory."""

    def __init__(self, content: bytes) -> None:
        """The content of every file."""
        self.content = content

    def read(self, _path: str, offset: int = 0) -> Any:  # noqa: ANN401 - the pieces
        """Ten bytes at a time."""
        for at in range(offset, len(self.content), 10):
            yield self.content[at : at + 10]


def got(content: bytes, target: Path, size: int, *, begun: bool = False) -> int | None:
    """Fetch what is missing of a file that has this content."""
    return download(cast("Any", Pieces(content)), "a", target, size, begun=begun, go_on=lambda: True)


def test_a_download_goes_on_where_this_process_left_it(tmp_path: Path) -> None:
    """To the byte."""
    target = tmp_path / "claim" / "a"
    target.parent.mkdir()
    target.write_bytes(b"-" * 33)
    assert got(bytes(100), target, 100, begun=True) == 100
    assert target.read_bytes() == b"-" * 33 + bytes(67)


def test_a_download_goes_on_where_another_process_had_synced_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest may never have reached the disk."""
    monkeypatch.setattr(sftp, "SYNCED", 20)
    target = tmp_path / "claim" / "a"
    target.parent.mkdir()
    target.write_bytes(b"-" * 33)
    assert got(bytes(100), target, 100) == 100
    assert target.read_bytes() == b"-" * 20 + bytes(80)


def test_what_is_synced_can_be_told_by_its_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever a download passes a multiple of SYNCED, all up to there is synced."""
    monkeypatch.setattr(sftp, "SYNCED", 25)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    assert got(bytes(100), tmp_path / "claim" / "a", 100) == 100
    assert synced == [30, 50, 80, 100, 100]


def test_a_file_that_never_ends_is_left(tmp_path: Path) -> None:
    """As soon as it is longer than it was said to be: it must not fill the disk."""
    assert got(bytes(1000), tmp_path / "claim" / "a", 50) == 60


def test_what_is_longer_here_than_there_is_begun_anew(tmp_path: Path) -> None:
    """It was another file."""
    target = tmp_path / "claim" / "a"
    target.parent.mkdir()
    target.write_bytes(b"-" * 200)
    assert got(bytes(100), target, 100, begun=True) == 100
    assert target.read_bytes() == bytes(100)


def test_a_link_in_the_spool_is_not_followed(tmp_path: Path) -> None:
    """Nobody but the gate should be able to put one there; if somebody does, it leads nowhere."""
    target = tmp_path / "claim" / "a"
    target.parent.mkdir()
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        got(bytes(100), target, 100)


def test_two_that_fetch_one_claim_do_not_mix(tmp_path: Path) -> None:
    """The second leaves it to the first."""
    target, begun, done = tmp_path / "claim" / "a", threading.Event(), threading.Event()

    def slowly() -> bool:
        begun.set()
        return done.wait(PATIENCE)

    first = threading.Thread(
        target=download,
        args=(cast("Any", Pieces(bytes(100))), "a", target, 100),
        kwargs={"begun": False, "go_on": slowly},
    )
    first.start()
    assert begun.wait(PATIENCE)
    assert got(b"-" * 100, target, 100) is None
    done.set()
    first.join()
    assert target.read_bytes() == bytes(100)


def test_the_desk_tells_what_is_begun_and_what_is_placed(tmp_path: Path) -> None:
    """A claim is placed by one rename, whole or not."""
    desk = Desk(tmp_path / "ABC123")
    desk.open()
    for claim in ("one", "two", "three"):
        path = desk.path(claim, "é" * 200)
        path.parent.mkdir()
        path.write_bytes(b"x")
    desk.place("one", incomplete=False)
    desk.place("two", incomplete=True)

    assert (desk.begun(), desk.placed() - {".fetching"}) == ({"three"}, {"one", "two"})
    (placed,) = (tmp_path / "ABC123" / "two-incomplete").iterdir()
    assert os.fsencode(placed.name) == ("é" * 200).encode()[:255]
    desk.discard("three")
    desk.discard("three")
    assert desk.begun() == set()
