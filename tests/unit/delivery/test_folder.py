"""Handing files over: whole or not at all, under a hidden name until they are synced."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from edigate.delivery.access import Access
from edigate.delivery.folder import Outbox
from tests.synced import synced_from_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """An outbox with one partner's folder."""
    made = Outbox(tmp_path / "outbox", Access(0o604, 0o705))
    made.prepare("ABC123")
    return made


def mode(path: Path) -> int:
    """A path's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_made_with_the_mode_of_the_settings(outbox: Outbox) -> None:
    """Whatever the umask; again only where they are missing."""
    outbox.prepare("ABC123")
    assert mode(outbox.root / "ABC123") == 0o705
    (outbox.root / "ABC123").chmod(0o777)
    outbox.prepare("ABC123")
    assert mode(outbox.root / "ABC123") == 0o777


def test_a_file_is_staged_under_a_hidden_name_with_its_mode(outbox: Outbox) -> None:
    """Size and hash are those of its pieces put together."""
    told = outbox.stage("ABC123", 7, [b"one ", b"two"])

    assert told == (7, sha256(b"one two").hexdigest())
    assert [path.name for path in (outbox.root / "ABC123").iterdir()] == [".staging"]
    assert (mode(outbox.root / "ABC123/.staging/7"), (outbox.root / "ABC123/.staging/7").read_bytes()) == (
        0o604,
        b"one two",
    )


def test_what_was_staged_before_is_replaced(outbox: Outbox) -> None:
    """A gate that ended while it wrote leaves a longer or shorter one."""
    outbox.stage("ABC123", 7, [b"a longer one"])
    outbox.stage("ABC123", 7, [b"short"])
    outbox.seal("ABC123")

    assert (outbox.root / "ABC123/.staging/7").read_bytes() == b"short"


def test_pieces_that_fail_leave_nothing_to_see(outbox: Outbox) -> None:
    """An error while rendering is raised; no file has its final name."""

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyError

    with pytest.raises(KeyError):
        outbox.stage("ABC123", 7, pieces())
    assert list((outbox.root / "ABC123").glob("[!.]*")) == []


def test_publishing_renames_and_may_be_repeated(outbox: Outbox) -> None:
    """The second time nothing is staged any more: it was published before, whether it still lies there or not."""
    outbox.stage("ABC123", 7, [b"x"])
    outbox.publish("ABC123", 7, "NAME")
    outbox.settle("ABC123")
    (outbox.root / "ABC123" / "NAME").unlink()
    outbox.publish("ABC123", 7, "NAME")

    assert list((outbox.root / "ABC123").glob("**/*")) == [outbox.root / "ABC123" / ".staging"]


def test_a_folder_that_is_gone_does_not_count_as_published(outbox: Outbox) -> None:
    """Without the staging folder nobody can tell; whoever asked must place the file again."""
    outbox.stage("ABC123", 7, [b"x"])
    (outbox.root / "ABC123").rename(outbox.root / "away")
    with pytest.raises(FileNotFoundError):
        outbox.publish("ABC123", 7, "NAME")
    outbox.settle("ABC123")


def test_a_name_that_is_taken_by_a_folder_is_an_error(outbox: Outbox) -> None:
    """Nothing is overwritten that is no file."""
    outbox.stage("ABC123", 7, [b"x"])
    (outbox.root / "ABC123" / "NAME").mkdir()
    with pytest.raises(OSError, match="NAME"):
        outbox.publish("ABC123", 7, "NAME")
    assert (outbox.root / "ABC123/.staging/7").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away to a group")
def test_files_and_folders_belong_to_the_group_of_the_settings(tmp_path: Path) -> None:
    """So that the partner's account may collect them; what it makes there itself may be the group's as well."""
    made = Outbox(tmp_path / "outbox", Access(folder_mode=0o2770, gid=12))
    made.prepare("ABC123")
    made.stage("ABC123", 7, [b"x"])

    assert [path.stat().st_gid for path in (made.root / "ABC123", made.root / "ABC123/.staging/7")] == [12, 12]
    assert mode(made.root / "ABC123") == 0o2770


def test_a_shared_outbox_shows_what_is_staged_only_whole(tmp_path: Path) -> None:
    """Another process may have staged the same file, and publish it at any moment."""
    first, second = (Outbox(tmp_path / "outbox", Access(), shared=True) for _ in range(2))
    first.prepare("ABC123")
    first.stage("ABC123", 7, [b"whole"])
    seen: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        yield b"wh"
        seen.append((first.root / "ABC123/.staging/7").read_bytes())
        yield b"ole"

    second.stage("ABC123", 7, pieces())
    assert seen == [b"whole"]
    assert second.staged("ABC123") == {7}
    assert [path.name for path in (first.root / "ABC123/.staging").iterdir()] == ["7"]


def test_what_was_begun_is_taken_away(tmp_path: Path) -> None:
    """By a process that died over it; what is staged stays."""
    outbox = Outbox(tmp_path / "outbox", Access(), shared=True)
    outbox.prepare("ABC123")
    outbox.stage("ABC123", 7, [b"x"])
    folder = outbox.root / "ABC123/.staging"
    (folder / "8.abc").write_bytes(b"begun")
    outbox.clear("ABC123")
    outbox.clear("NOBODY")
    assert [path.name for path in folder.iterdir()] == ["7"]


def test_a_folder_that_is_made_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is synced where it stands, once: what is handed out in it would go with it otherwise."""
    synced = synced_from_here(monkeypatch)
    outbox = Outbox(tmp_path / "outbox", Access())
    outbox.prepare("ABC123")
    assert sorted(synced) == [tmp_path, outbox.root, outbox.root / "ABC123"]
    outbox.prepare("ABC123")
    outbox.prepare("JMRPOR")
    assert synced[3:] == [outbox.root, outbox.root / "JMRPOR"]


def test_a_folder_whose_name_cannot_be_synced_lets_its_partner_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who made it is told, and it is there when that is tried again: with its mode."""
    outbox = Outbox(tmp_path / "outbox", Access(0o604, 0o705))
    outbox.root.mkdir()

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="Input/output"):
            outbox.prepare("ABC123")
    assert mode(outbox.root / "ABC123") == 0o705
    outbox.prepare("ABC123")
