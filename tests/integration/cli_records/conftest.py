"""A sandbox gate that has worked off one round of demo flows: made once, copied where a test changes it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.fill import EXAMPLES
from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
from tests.integration.cli_records.console import Site

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe's width, whoever runs the tests."""
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox gate that nothing was deposited in."""
    root = tmp_path_factory.mktemp("records") / "gate"
    Site(root).run("init", str(root), "--sandbox")
    settings = root / "edigate.toml"
    text = settings.read_text(encoding="utf-8")
    for key, value in (("quiet_seconds", "0"), ("workers", "1")):
        text = "\n".join(f"{key} = {value}" if line.startswith(f"#{key} =") else line for line in text.splitlines())
    settings.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def shown_empty(empty: Path) -> Site:
    """The gate without any deposit, for tests that only look."""
    return Site(empty)


@pytest.fixture(scope="session")
def worked(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox gate after its demonstration."""
    root = tmp_path_factory.mktemp("worked") / "gate"
    shutil.copytree(empty, root)
    Site(root).run("demo", "--no-lives")
    return root


@pytest.fixture(scope="session")
def shown(worked: Path) -> Site:
    """The gate after its demonstration, for tests that only look."""
    return Site(worked)


@pytest.fixture
def site(worked: Path, tmp_path: Path) -> Site:
    """A copy of it for one test."""
    return Site(_copy(worked, tmp_path))


@pytest.fixture
def fresh(empty: Path, tmp_path: Path) -> Site:
    """A sandbox gate of one test, without any deposit."""
    return Site(_copy(empty, tmp_path))


def _copy(root: Path, folder: Path) -> Path:
    """Without the examples, which are most of its files and which no test is about."""
    return shutil.copytree(root, folder / "gate", ignore=shutil.ignore_patterns(EXAMPLES))
