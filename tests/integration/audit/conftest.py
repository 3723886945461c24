"""A busy sandbox gate with a key and heads kept in a folder: made once, copied where a test alters it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from edigate.engine import heads
from edigate.sandbox.fill import EXAMPLES
from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
from tests.integration.audit.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = (
    '[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n[audit]\nkey_file = "audit.pem"\nheads_folder = "kept"\n'
)
LINKED = ("archive", "outbox")


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gate after two rounds of demo flows, lives of invoices, replays and changed partners, with heads in between."""
    root = tmp_path_factory.mktemp("busy") / "gate"
    site = Kept(root)
    site.run("init", str(root), "--sandbox")
    (root / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "kept").mkdir()
    site.run("audit", "key")
    site.run("demo")
    site.run("audit", "head")
    site.run("partners", "suspend", "ABC123")
    site.run("partners", "resume", "ABC123")
    site.run("replay", "--state", "rejected", "--reason", "again", "--yes")
    site.run("demo", "--no-lives")
    heads.keep_heads(site.open())
    return root


@pytest.fixture(scope="session")
def sound(busy: Path) -> Kept:
    """The busy gate, for tests that only look."""
    return Kept(busy)


@pytest.fixture
def site(busy: Path, tmp_path: Path) -> Kept:
    """A copy of it to be altered. What no test writes to is linked, not copied, and the examples are left out."""
    root = tmp_path / "gate"
    shutil.copytree(busy, root, ignore=shutil.ignore_patterns(*LINKED, EXAMPLES))
    for folder in LINKED:
        shutil.copytree(busy / folder, root / folder, copy_function=os.link)
    return Kept(root)
