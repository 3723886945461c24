"""The archive: every deposit byte for byte, whatever happens while it is copied."""

from __future__ import annotations

import datetime as dt
import os
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from edigate.ledger import archive
from edigate.ledger.archive import ARRIVING, CHUNK, Altered, Folder

if TYPE_CHECKING:
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

    monkeypatch.setattr(archive, "_write", full)
    with pytest.raises(OSError, match="No space"):
        kept(root, b"x")
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
