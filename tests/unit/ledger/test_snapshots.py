"""Which versions of the directory are kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from edigate.ledger import snapshots
from edigate.ledger.directory.from_csv import import_csv

if TYPE_CHECKING:
    from pathlib import Path

LINES = "kind,siret,active\nstructure,99981644000013,true\nstructure,99981781000016,false\nsupplier,KRX,\n"
VERSIONS = [f"2026030{day}T101530000000Z" for day in range(1, 8)]


def _made(folder: Path) -> Path:
    for version in VERSIONS:
        import_csv(io.StringIO(LINES), folder, version)
    return folder


def test_versions_sort_by_their_time(tmp_path: Path) -> None:
    """The oldest comes first, and files of other names are not taken for versions."""
    (_made(tmp_path) / "copy of mine.sqlite").touch()

    assert snapshots.versions(tmp_path) == VERSIONS


def test_the_last_few_are_kept(tmp_path: Path) -> None:
    """Older ones go, whoever else's files stay."""
    (_made(tmp_path) / "copy of mine.sqlite").touch()

    assert snapshots.forget_old(tmp_path, in_force=VERSIONS[-1], keep=5) == VERSIONS[:2]

    assert snapshots.versions(tmp_path) == VERSIONS[2:]
    assert (tmp_path / "copy of mine.sqlite").exists()


def test_what_is_in_force_is_never_removed(tmp_path: Path) -> None:
    """A version stays as long as the gate decides by it, however old."""
    assert VERSIONS[0] not in snapshots.forget_old(_made(tmp_path), in_force=VERSIONS[0], keep=1)

    assert snapshots.versions(tmp_path) == [VERSIONS[0], VERSIONS[-1]]


def test_a_version_is_counted(tmp_path: Path) -> None:
    """Structures, active ones apart, services and suppliers."""
    assert snapshots.counts(_made(tmp_path), VERSIONS[0]) == {
        "structures": 2,
        "active_structures": 1,
        "services": 0,
        "suppliers": 1,
    }
