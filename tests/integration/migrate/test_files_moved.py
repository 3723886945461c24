"""A gate moved with its files: deposits and directories are where machines share them, and its own are still there."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from edigate.ledger import snapshots
from tests import s3
from tests.acceptance.actors import BUYER
from tests.acceptance.gates import Site, sound
from tests.integration.migrate.test_killed_moves import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.migrate.conftest import Departing


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that machines share."""
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[s3.Server]:
    """A server that speaks S3, with a bucket, where S3's own library finds it."""
    with s3.with_bucket("moved") as server:
        yield server


@pytest.fixture
def store(server: s3.Server, tmp_path: Path) -> str:  # noqa: ARG001 - it has to run
    """A place in its bucket that nothing was put to yet."""
    return f"s3://moved/{tmp_path.name}"


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".arriving" not in path.parts
    }


def _goes_on_without_its_own(departing: Departing) -> None:
    """Take the gate's own files away: it must not miss them."""
    shutil.rmtree(departing.root / "archive")
    for version in (departing.root / "directory").iterdir():
        version.unlink()
    site = Site(departing.root)
    deposited = site.deposit(sound(**BUYER))
    _work(departing.root)
    site.replay(departing.past.due)
    _work(departing.root)
    assert {site.outcome(name).verdict for name in (deposited, departing.past.due)} == {"integrated"}
    site.close()
    departing.console.run("audit", "verify")
    departing.console.run("balance")


def _work(root: Path) -> None:
    """Work off what is there, in a process whose own ones are told where the store is."""
    done = subprocess.run(
        [sys.executable, "-m", "edigate", "--gate", str(root), "run", "--once"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr  # a dead letter is there to be seen to


def test_deposits_and_directories_are_shared(departing: Departing, shared: Path) -> None:
    """Every file is there by its hash, the settings name the folder, nothing of the old is gone."""
    before = _contents(departing.root / "archive")
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", str(shared))

    assert _contents(shared / "archive") == _contents(departing.root / "archive") == before
    assert all(place.endswith(sha256) for place, sha256 in before.items())
    versions = snapshots.versions(departing.root / "directory")
    assert [path.name[: len(versions[0])] for path in sorted((shared / "directory").iterdir())] == versions
    assert (told["files"]["files"], told["files"]["copied"]) == (len(before), len(before))
    assert told["files"]["bytes"] == sum((departing.root / "archive" / place).stat().st_size for place in before)
    assert (told["files"]["altered"], told["files"]["missing"]) == ([], [])
    assert f'[storage]\nurl = "{shared}"' in (departing.root / "edigate.toml").read_text(encoding="utf-8")
    _goes_on_without_its_own(departing)


def test_a_store_takes_them_too(departing: Departing, store: str) -> None:
    """Each object is read back; the gate goes on from there, and the next call finds all of it."""
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", store)

    assert told["files"]["copied"] == told["files"]["files"] == len(_contents(departing.root / "archive"))
    assert len(told["files"]["directories"]) == len(snapshots.versions(departing.root / "directory"))
    _goes_on_without_its_own(departing)


def test_a_store_that_is_away(departing: Departing, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is moved, and the gate works on in its folder."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    answer = departing.console.run("migrate", "--ledger", departing.url, "--storage", f"{store}-away", expect=1)
    assert "127.0.0.1:9" in answer.err or "does not answer" in answer.err
    assert (departing.root / "ledger.sqlite").exists()
    site = Site(departing.root)
    assert site.decide(sound(**BUYER)).verdict == "integrated"
    site.close()


@pytest.mark.usefixtures("server")
def test_a_dry_run_meets_a_store_that_is_away(departing: Departing) -> None:
    """One without the bucket that is named, too."""
    wanted = ("migrate", "--ledger", departing.url, "--storage", "s3://no-such-bucket/gate", "--dry-run")
    assert "no-such-bucket" in departing.console.run(*wanted, expect=1).err


def test_files_can_follow_later(departing: Departing, shared: Path) -> None:
    """A second call, which names a storage, takes them where the ledger is already."""
    departing.console.run("migrate", "--ledger", departing.url)
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", str(shared))
    assert told["again"]
    assert told["files"]["copied"] == told["files"]["files"] > 0
    _goes_on_without_its_own(departing)


def test_what_is_there_is_compared_and_not_copied(departing: Departing, shared: Path) -> None:
    """Of two that came before one is damaged: that one is copied again."""
    first, second, *rest = sorted(_contents(departing.root / "archive"))
    for place in (first, second):
        (shared / "archive" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(departing.root / "archive" / place, shared / "archive" / place)
    damaged = shared / "archive" / second
    damaged.chmod(0o600)
    damaged.write_bytes(b"cut off")
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", str(shared))

    assert told["files"]["copied"] == 1 + len(rest)
    assert _contents(shared / "archive") == _contents(departing.root / "archive")


def test_what_was_damaged_is_told(departing: Departing, shared: Path) -> None:
    """A file that is not what its name says stays behind, one that the ledger misses is named; all others go."""
    altered, missing, *rest = sorted(_contents(departing.root / "archive"))
    (departing.root / "archive" / altered).chmod(0o600)
    (departing.root / "archive" / altered).write_bytes(b"<other/>")
    (departing.root / "archive" / missing).unlink()
    answer = departing.console.run("migrate", "--ledger", departing.url, "--storage", str(shared))

    assert f"Missing or altered in the archive before it was moved, 2: {altered}" in answer.out
    assert sorted(_contents(shared / "archive")) == rest


def test_a_dry_run_counts_files_and_copies_none(departing: Departing, shared: Path) -> None:
    """The folder stays empty."""
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", str(shared), "--dry-run")
    assert told["files"]["files"] == len(_contents(departing.root / "archive"))
    assert told["files"]["copied"] == 0
    assert list(shared.iterdir()) == []


@pytest.mark.parametrize(("function", "call"), [("_bring", 2), ("_seal", 1), ("copy_directories", 1)])
def test_a_copy_that_is_killed_is_finished_by_the_next(
    departing: Departing, shared: Path, function: str, call: int
) -> None:
    """What was copied before counts as there."""
    arguments = (str(departing.root), departing.url, "edigate.moving.files", function, str(call), "after", str(shared))
    killed = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert (departing.root / "ledger.sqlite").exists()
    told = departing.console.json("migrate", "--ledger", departing.url, "--storage", str(shared))

    assert told["files"]["copied"] < told["files"]["files"]
    assert _contents(shared / "archive") == _contents(departing.root / "archive")
    _goes_on_without_its_own(departing)


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        ("nowhere/relative", "write a whole path or an address"),
        ("http://store/gate", "http:// is no storage that can be reached from here"),
        ("s3://key:secret@bucket/gate", "credentials are not written here"),
    ],
)
def test_a_storage_that_cannot_be(departing: Departing, storage: str, said: str) -> None:
    """It is told before anything is moved."""
    answer = departing.console.run("migrate", "--ledger", departing.url, "--storage", storage, expect=2)
    assert said in answer.err
    assert "secret" not in answer.err
    assert (departing.root / "ledger.sqlite").exists()


def test_a_folder_that_is_not_mounted(departing: Departing, shared: Path) -> None:
    """It is not made on this machine's own disk."""
    answer = departing.console.run("migrate", "--ledger", departing.url, "--storage", str(shared / "x"), expect=1)
    assert f"{shared / 'x'} is no folder" in answer.err
    assert not (shared / "x").exists()
    assert (departing.root / "ledger.sqlite").exists()
