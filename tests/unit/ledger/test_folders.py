"""Folders that are made for what has to outlive a power cut."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.directory.making import new_version
from edigate.ledger.folders import make_folder
from edigate.ledger.payloads import Files
from tests.synced import synced_from_here

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_is_made_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name, and those of what had to be made above it, are synced where they stand; once."""
    synced = synced_from_here(monkeypatch)

    make_folder(tmp_path / "a/b/c")
    assert sorted(synced) == [tmp_path, tmp_path / "a", tmp_path / "a/b"]
    assert (tmp_path / "a/b/c").is_dir()
    make_folder(tmp_path / "a/b/c")
    assert len(synced) == 3


def test_what_is_no_folder_stays_in_the_way(tmp_path: Path) -> None:
    """Whoever wants a folder there is told."""
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")


def test_the_first_file_of_a_folder_is_as_durable_as_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What machines share, and versions of the directory: a power cut must not take the folder away with them."""
    synced = synced_from_here(monkeypatch)
    Files(tmp_path / "shared").put("directory/x", BytesIO(b"x"))
    assert {tmp_path, tmp_path / "shared", tmp_path / "shared/directory"} <= {*synced}

    synced.clear()
    with new_version(tmp_path / "directory", "20260102T000000000000Z"):
        pass
    assert {tmp_path, tmp_path / "directory"} <= {*synced}
