"""Every kind of storage: a folder, a shared one, and stores through fsspec, with one request or two to a file."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.archive import Folder
from edigate.ledger.objects import Objects
from edigate.ledger.payloads import Files
from edigate.ledger.remote_archive import Remote
from tests import s3

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.ledger.archive import Archive
    from edigate.ledger.payloads import Payloads

BUCKET = "edigate-tests"
STORES = ("memory", "two steps", "s3")
_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[s3.Server]:
    """A server that speaks S3, with a bucket, where S3's own library finds it."""
    with s3.with_bucket(BUCKET) as server:
        yield server


def objects(request: pytest.FixtureRequest, kind: str, folder: Path) -> Objects:
    """A place in a store of its kind that nothing was put to yet."""
    if kind == "s3":
        request.getfixturevalue("server")
        return Objects(f"s3://{BUCKET}/{next(_numbers)}/gate")
    return Objects(f"memory://{next(_numbers)}/gate" if kind == "memory" else f"local://{folder}/store")


@pytest.fixture(params=["folder", "shared folder", *STORES])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An archive that nothing was kept in yet."""
    if request.param == "folder":
        return Folder(tmp_path / "archive")
    if request.param == "shared folder":
        shared = Folder(tmp_path / "archive", ours=False)
        shared.found()
        return shared
    return Remote(objects(request, request.param, tmp_path), tmp_path)


@pytest.fixture(params=["folder", *STORES])
def payloads(request: pytest.FixtureRequest, tmp_path: Path) -> Payloads:
    """A storage that nothing was put to yet."""
    return Files(tmp_path) if request.param == "folder" else objects(request, request.param, tmp_path)
