"""Addresses of storages: what none can be is said at the start; nothing is loaded that is not asked for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from edigate import config
from edigate.cli import failures
from edigate.ledger import storage_address
from edigate.ledger.archive import Folder
from edigate.ledger.objects import Objects
from edigate.ledger.payloads import Files
from edigate.ledger.remote_archive import Remote
from edigate.ledger.storage import archive_of, payloads_of
from edigate.ledger.storage_address import Unfit, unfit

if TYPE_CHECKING:
    from pathlib import Path

UNUSED = """
import sys
import edigate.app, edigate.audit.verify, edigate.engine.local, edigate.engine.worker, edigate.health.checks
print(*(name for name in sys.modules if name.startswith(("fsspec", "s3fs", "boto", "aiobotocore"))))
"""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", None),
        ("/mnt/edigate", None),
        ("file:///mnt/edigate", None),
        ("s3://bucket", None),
        ("s3://bucket/edigate", None),
        ("sftp://user@host/folder", None),
        ("archive", Unfit.RELATIVE),
        ("../archive", Unfit.RELATIVE),
        ("~/archive", Unfit.RELATIVE),
        ("file://archive", Unfit.RELATIVE),
        ("S3://bucket", Unfit.RELATIVE),
        ("s4://bucket", Unfit.UNKNOWN),
        ("https://host/bucket", Unfit.UNKNOWN),
        ("memory://bucket", Unfit.UNKNOWN),
        ("s3://", Unfit.NOWHERE),
        ("s3:///", Unfit.NOWHERE),
        ("s3://key:secret@bucket/edigate", Unfit.LOGIN),
        ("s3://key@bucket/edigate", Unfit.LOGIN),
        ("sftp://user:secret@host/folder", Unfit.LOGIN),
    ],
)
def test_what_cannot_be_a_storage_is_told_apart(url: str, reason: Unfit | None) -> None:
    """Before anything is asked of it."""
    found = unfit(url)

    assert (found and found[0]) == reason


def test_a_storage_whose_library_is_missing_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it, where there is one."""
    monkeypatch.setattr(storage_address, "find_spec", lambda _: None)

    assert unfit("s3://bucket") == (Unfit.LACKING, {"protocol": "s3", "needed": "edigate[s3]"})
    assert unfit("sftp://host/folder") == (Unfit.LACKING, {"protocol": "sftp", "needed": "edigate[postgres]"})
    assert unfit("/mnt/edigate") is None


@pytest.mark.parametrize("url", ["archive", "s4://bucket", "s3://", "s3://key:hidden@bucket"])
def test_settings_say_what_is_wrong_and_not_what_may_be_secret(tmp_path: Path, url: str) -> None:
    """In both languages, for every reason."""
    (tmp_path / config.FILE).write_text(f'[storage]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(config.BadSettings) as raised:
        config.load(tmp_path)
    (problem,) = raised.value.problems

    assert problem.kind in failures._FRENCH_REASONS  # noqa: SLF001 - the table of what is said in French
    assert "storage.url" in str(raised.value)
    assert "hidden" not in str(raised.value)
    assert set(Unfit) <= failures._FRENCH_REASONS.keys()  # noqa: SLF001 - as above


def test_each_address_leads_to_its_kind(tmp_path: Path) -> None:
    """The gate's own folder, one that machines share, or a store."""
    assert archive_of("", tmp_path, tmp_path) == Folder(tmp_path / "archive")
    assert payloads_of("", tmp_path) == Files(tmp_path)
    for url in (f"{tmp_path}/shared", f"file://{tmp_path}/shared"):
        assert archive_of(url, tmp_path, tmp_path) == Folder(tmp_path / "shared" / "archive", ours=False)
        assert payloads_of(url, tmp_path) == Files(tmp_path / "shared")
    assert archive_of("s3://bucket/a/", tmp_path, tmp_path) == Remote(Objects("s3://bucket/a/archive"), tmp_path)
    assert payloads_of("s3://bucket/a/", tmp_path) == Objects("s3://bucket/a")


def test_a_gate_of_its_own_folder_loads_no_library_of_stores() -> None:
    """They take a second, and may not even be installed."""
    done = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
