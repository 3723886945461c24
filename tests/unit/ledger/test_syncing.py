"""Syncing a batch: the whole file system where that does it, each file by itself where it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edigate.ledger import syncing
from edigate.ledger.syncing import WORTH_IT_FROM, shared_sync


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that is known to do it, with little to write."""
    monkeypatch.setattr(syncing, "_kind", lambda _: "ext4")
    monkeypatch.setattr(syncing, "_unwritten", lambda: 0)


@pytest.mark.usefixtures("known")
def test_a_batch_is_synced_at_once(tmp_path: Path) -> None:
    """All that lies on its file system is covered, and the kernel is asked once."""
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        assert shared.covers(tmp_path)
        (tmp_path / "file").write_bytes(b"x")
        shared.run()


@pytest.mark.usefixtures("known")
def test_a_few_files_are_synced_each(tmp_path: Path) -> None:
    """A lone flow does not wait for what others have written."""
    with shared_sync(tmp_path, WORTH_IT_FROM - 1) as shared:
        assert not shared.covers(tmp_path)
        shared.run()


@pytest.mark.usefixtures("known")
def test_another_file_system_is_not_covered(tmp_path: Path) -> None:
    """An outbox may be a mount of its own."""
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        assert not shared.covers(Path("/proc"))


@pytest.mark.usefixtures("known")
def test_a_disk_that_fails_is_told(tmp_path: Path) -> None:
    """As the error that it is, so that nothing counts as written."""
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        os.close(shared.descriptor)
        try:
            with pytest.raises(OSError, match="descriptor"):
                shared.run()
        finally:
            assert os.open(tmp_path, os.O_RDONLY) == shared.descriptor


@pytest.mark.parametrize(("kind", "unwritten"), [("fuse.sshfs", 0), ("", 0), ("ext4", syncing.DIRTY_AT_MOST + 1)])
def test_where_it_would_not_do_each_file_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, unwritten: int
) -> None:
    """On a file system that may not pass it on, or while others have much to be written."""
    monkeypatch.setattr(syncing, "_kind", lambda _: kind)
    monkeypatch.setattr(syncing, "_unwritten", lambda: unwritten)
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        assert not shared.covers(tmp_path)


@pytest.mark.usefixtures("known")
def test_after_a_slow_one_each_file_is_synced_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes so much there that a batch would wait for his files."""
    monkeypatch.setattr(syncing, "SLOW", -1)
    monkeypatch.setattr(syncing, "_slow_until", {})
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        shared.run()
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        assert not shared.covers(tmp_path)
    monkeypatch.setattr(syncing, "_slow_until", {})
    with shared_sync(tmp_path, WORTH_IT_FROM) as shared:
        assert shared.covers(tmp_path)


def test_where_the_system_hides_what_is_unwritten_it_counts_as_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does for a service that sees processes only."""
    monkeypatch.setattr(syncing, "_MEMORY", tmp_path / "meminfo")
    assert syncing._unwritten() == 0  # noqa: SLF001 - what the choice goes by
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nDirty:   3 kB\nWriteback:   2 kB\nWritebackTmp:  7 kB\n")
    assert syncing._unwritten() == 5 * 1024  # noqa: SLF001


def test_who_leaves_it_to_the_system_syncs_nothing(tmp_path: Path) -> None:
    """By the gate's own setting."""
    with shared_sync(tmp_path, 1, relaxed=True) as shared:
        assert shared.covers(tmp_path / "wherever")
        shared.run()


def test_the_kind_of_a_file_system_is_found() -> None:
    """By its device, as the kernel lists its mounts; there may be none that it lists."""
    assert syncing._kind(Path("/proc").stat().st_dev) == "proc"  # noqa: SLF001 - what the choice goes by
    assert syncing._kind(os.makedev(250, 250)) == ""  # noqa: SLF001
    assert syncing._unwritten() >= 0  # noqa: SLF001
