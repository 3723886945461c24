"""The archive: every deposit byte for byte, whatever happens while it is copied."""

from __future__ import annotations

import datetime as dt
import os
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from edigate.ledger import archive
from edigate.ledger.archive import ARRIVING, CHUNK, HEAD, Altered, Archived, Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = dt.date(2026, 3, 2)


def kept(root: Path, content: bytes) -> tuple[str, str, int]:
    """Keep some bytes, by way of a file."""
    path = root.parent / f"source-{threading.get_ident()}"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return Folder(root).keep(descriptor, DAY)
    finally:
        os.close(descriptor)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive that is not made yet."""
    return tmp_path / "archive"


@pytest.mark.parametrize("content", [b"", b"x", b"y" * (CHUNK + 1)], ids=["empty", "small", "more than one piece"])
def test_what_is_kept_comes_back_byte_for_byte(root: Path, content: bytes) -> None:
    """By its day and hash, which say where it lies, and read-only."""
    archived, digest, size = kept(root, content)
    Folder(root).seal(DAY)

    assert (archived, digest, size) == (f"2026-03-02/{digest}", sha256(content).hexdigest(), len(content))
    assert Folder(root).recall(archived) == content
    assert (root / archived).stat().st_mode & 0o222 == 0


def test_the_same_content_is_kept_once(root: Path) -> None:
    """However many deposits bring it, and at once."""
    threads = [threading.Thread(target=kept, args=(root, b"same")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.name for path in root.glob("*/*")] == [sha256(b"same").hexdigest()]


def test_a_copy_that_fails_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, for instance."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        kept(root, b"x")
    assert [path for path in root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("blocks", "fits"), [(9, False), (10, True), (0, True)])
def test_a_copy_that_cannot_fit_is_not_begun(
    root: Path, monkeypatch: pytest.MonkeyPatch, blocks: int, *, fits: bool
) -> None:
    """A file with holes may be larger than the disk: copied as far as it goes, all others would find it full."""
    told = os.statvfs_result((1, 1, blocks, blocks, blocks, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "fstatvfs", lambda _: told)
    if fits:
        assert kept(root, b"0123456789")[2] == 10
        return
    monkeypatch.setattr(archive, "write_whole", lambda *_: pytest.fail("it is written"))
    with pytest.raises(OSError, match="No space"):
        kept(root, b"0123456789")
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_copies_that_were_cut_short_are_tidied_away(root: Path) -> None:
    """What was kept stays."""
    archived, _, _ = kept(root, b"x")
    (root / ARRIVING / "half").write_bytes(b"x")
    Folder(root).tidy()
    Folder(root).tidy()

    assert [path for path in root.rglob("*") if path.is_file()] == [root / archived]
    kept(root, b"y")


@pytest.mark.parametrize("how", ["missing", "changed", "longer", "a folder"])
def test_an_altered_file_is_not_given_out(root: Path, how: str) -> None:
    """Only what was deposited."""
    archived, _, _ = kept(root, b"x")
    path = root / archived
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes({"changed": b"y", "longer": b"xx"}[how])

    with pytest.raises(Altered):
        Folder(root).recall(archived)


def given(root: Path, path: Path, *, synced: bool = True) -> tuple[str, str, int]:
    """Keep a file that has a path of its own, as a claimed one has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return Folder(root).keep(descriptor, DAY, synced=synced, path=str(path))
    finally:
        os.close(descriptor)


def copied(root: Path, path: Path, *, synced: bool = True) -> tuple[str, str, int]:
    """Keep a copy of a file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return Folder(root).keep(descriptor, DAY, synced=synced)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("synced", [True, False])
def test_a_file_that_is_the_gates_alone_is_not_copied(root: Path, tmp_path: Path, *, synced: bool) -> None:
    """It gets its name in the archive, and nobody may write to it from then on."""
    claimed = tmp_path / "claimed"
    claimed.write_bytes(b"<a/>")
    place, digest, size = given(root, claimed, synced=synced)

    assert (place, digest, size) == (f"2026-03-02/{digest}", sha256(b"<a/>").hexdigest(), 4)
    assert (root / place).samefile(claimed)
    assert (root / place).stat().st_mode & 0o777 == 0o440
    assert Folder(root).recall(place) == b"<a/>"


def test_a_file_that_somebody_may_still_write_to_is_copied(root: Path, tmp_path: Path) -> None:
    """Whoever has it open, or another name of it, may write whatever he likes into what is his."""
    opened, named = tmp_path / "opened", tmp_path / "named"
    for path, content in ((opened, b"one"), (named, b"two")):
        path.write_bytes(content)
    (tmp_path / "other").hardlink_to(named)
    with opened.open("ab", buffering=0) as writer:
        places = [given(root, path)[0] for path in (opened, named)]
        writer.write(b" and more")
    named.chmod(0o640)
    named.write_bytes(b"and more")

    assert [Folder(root).recall(place) for place in places] == [b"one", b"two"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")
def test_a_file_of_somebody_else_is_copied(root: Path, tmp_path: Path) -> None:
    """Its owner may make it his again, whatever its mode."""
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"x")
    for owner in ((12, -1), (0, 12)):
        os.chown(theirs, *owner)
        assert not (root / given(root, theirs)[0]).samefile(theirs)


def test_what_is_kept_already_stays_when_it_comes_again(root: Path, tmp_path: Path) -> None:
    """By the same file, of a gate that ended before it was booked, or by another one with the same content."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_bytes(b"same")
    places = {given(root, path)[0] for path in (first, first, second)}

    assert len(places) == 1
    assert Folder(root).recall(places.pop()) == b"same"
    assert [path.name for path in (root / ARRIVING).glob("*")] == []


def test_an_examination_reads_a_small_deposit_once(root: Path) -> None:
    """Its first bytes are all of it: what happens to the archive in between is seen by whoever reads it next."""
    place, *_ = kept(root, b"<a/>")
    source = Archived(Folder(root), place)
    assert source.head() == b"<a/>"
    Folder(root).remove(place)

    assert source.read() == b"<a/>"
    with pytest.raises(Altered):
        Archived(Folder(root), place).read()


@pytest.mark.parametrize("content", [b"x", b"y" * (HEAD + 1)], ids=["small", "large"])
def test_an_examination_is_told_of_a_deposit_that_was_altered(root: Path, content: bytes) -> None:
    """However much its first bytes are of it, and whether these were asked for."""
    place, *_ = kept(root, content)
    (root / place).chmod(0o640)
    (root / place).write_bytes(content[:-1] + b"z")
    source = Archived(Folder(root), place)
    with pytest.raises(Altered):
        source.read()
    source.head()
    with pytest.raises(Altered):
        source.read()


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes that are synced from here on, in order."""
    synced: list[int] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        synced.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noting)
    return synced


@pytest.mark.parametrize("how", [given, copied], ids=["linked", "copied"])
@pytest.mark.parametrize("synced", [True, False])
def test_what_is_kept_and_whole_gives_its_place_to_nothing(
    root: Path, tmp_path: Path, on_disk: list[int], how: Callable[..., tuple[str, str, int]], *, synced: bool
) -> None:
    """It is booked, maybe, and on the disk, which what came later is not; if that one is, the first must be, too."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_bytes(b"same")
    place, *_ = how(root, first, synced=False)
    inode = (root / place).stat().st_ino

    assert how(root, second, synced=synced)[0] == place
    assert (root / place).stat().st_ino == inode
    assert (root / place).stat().st_nlink == 1 + first.samefile(root / place)
    assert (inode in on_disk) is synced


@pytest.mark.parametrize("how", ["changed", "longer", "open to others", "a link"])
def test_what_was_damaged_is_replaced_by_what_is_on_the_disk(
    root: Path, tmp_path: Path, on_disk: list[int], how: str
) -> None:
    """Also where all that a batch keeps is synced at its end: a power cut before must not leave less than there was."""
    place, *_ = kept(root, b"same")
    path = root / place
    path.chmod(0o640)
    if how == "a link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    elif how != "open to others":
        path.write_bytes({"changed": b"some", "longer": b"same!"}[how])
    (tmp_path / "again").write_bytes(b"same")
    on_disk.clear()
    given(root, tmp_path / "again", synced=False)

    assert Folder(root).recall(place) == b"same"
    assert path.lstat().st_mode & 0o777 == 0o440
    assert on_disk == [path.lstat().st_ino]
    assert [*(root / ARRIVING).iterdir()] == []


def test_a_day_that_is_purged_while_files_are_told_has_none(root: Path) -> None:
    """Its folder goes with its last file, whoever is just looking at the days before."""
    first, _, _ = kept(root, b"first")
    (root / "2026-03-03").mkdir()
    (root / "2026-03-03" / "last").touch()
    told = Folder(root).places()
    assert next(told) == first
    Folder(root).remove("2026-03-03/last")

    assert list(told) == []
