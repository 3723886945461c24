"""Sandbox gates to deposit in, each in a fresh folder; the first one is made, the others are copies of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.acceptance.gates import SETTINGS, Site, furnish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class MakeSite(Protocol):
    """Makes a sandbox gate of its own; `settings` are tables of edigate.toml added to those of every test."""

    def __call__(self, settings: str = "") -> Site:
        """Make and open it."""


OPEN = 20  # gates whose ledgers are kept open: a session makes more than a process may have files


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox gate that nothing was deposited in."""
    root = tmp_path_factory.mktemp("template")
    (root / "edigate.toml").write_text(SETTINGS, encoding="utf-8")
    furnish(root)
    return root


@pytest.fixture(scope="session")
def make_site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeSite]:
    """As many gates as a test needs, closed at the end."""
    made: list[Site] = []

    def make(settings: str = "") -> Site:
        root = tmp_path_factory.mktemp("gate") / "gate"
        shutil.copytree(template, root)
        (root / "edigate.toml").write_text(SETTINGS + settings, encoding="utf-8")
        if len(made) >= OPEN:
            made[-OPEN].gate.ledger.dispose()  # its files are opened again if somebody comes back to it
        made.append(Site(root))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A fresh sandbox gate."""
    return make_site()
