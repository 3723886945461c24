"""Deposits copied to another archive: nothing that is there is lost by what is not what its name says."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.archive import Folder
from edigate.moving.files import Files, copy_archive

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-01-02"


def place_of(content: bytes) -> str:
    """Where this lies in an archive."""
    return f"{DAY}/{sha256(content).hexdigest()}"


def lay(archive: Path, place: str, content: bytes) -> None:
    """Put a file there, whatever its name says."""
    path = archive / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def copied(source: Path, target: Path) -> Files:
    """Copy one archive to another."""
    found = Files()
    copy_archive(source, Folder(source), Folder(target), found, lambda *_: None)
    return found


@pytest.mark.parametrize("there_before", [True, False])
def test_an_altered_file_takes_no_other_deposit_away(tmp_path: Path, *, there_before: bool) -> None:
    """Its bytes may be those of another deposit of the day, one that was restored from the wrong file for instance."""
    source, target = tmp_path / "source", tmp_path / "target"
    target.mkdir()
    contents = sorted((b"%d" % number for number in range(64)), key=place_of)
    good, altered = contents[0], place_of(contents[-1])
    for content in contents[:-1]:
        lay(source, place_of(content), content)
    if there_before:
        assert copied(source, target).altered == []
    lay(source, altered, good)
    found = copied(source, target)

    assert found.altered == [altered]
    assert sorted(Folder(target).places()) == [place_of(content) for content in contents[:-1]]
    assert Folder(target).recall(place_of(good)) == good


def test_an_altered_file_alone_of_its_day_leaves_nothing(tmp_path: Path) -> None:
    """Neither under the name that it has, nor under that of its bytes."""
    source, target = tmp_path / "source", tmp_path / "target"
    target.mkdir()
    lay(source, place_of(b"deposited"), b"altered")

    assert copied(source, target).altered == [place_of(b"deposited")]
    assert list(target.iterdir()) == []
