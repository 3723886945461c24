"""Sandbox gates of each engine: on a ledger of their own, and on PostgreSQL, where jobs say what to decide."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests import postgres
from tests.acceptance.gates import SETTINGS, Site, furnish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite

FURNISHED = "furnished"


def _on(url: str) -> str:
    return f'{SETTINGS}[ledger]\nurl = "{url}"\n'


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox gate on PostgreSQL that nothing was deposited in; databases are made after its own."""
    root = tmp_path_factory.mktemp("furnished")
    server = postgres.server()
    url = server.fresh()
    (root / "edigate.toml").write_text(_on(url), encoding="utf-8")
    furnish(root)
    server.cut(url)
    server.run(f"alter database {url.rpartition('/')[2]} rename to {FURNISHED}")
    return root


@pytest.fixture
def make_site(furnished: Path, tmp_path: Path) -> Iterator[MakeSite]:
    """As many gates on PostgreSQL as a test needs, closed at the end, and their databases removed."""
    made: list[tuple[Site, str]] = []

    def make(settings: str = "") -> Site:
        root = tmp_path / f"gate-{len(made)}"
        shutil.copytree(furnished, root)
        url = postgres.server().empty(FURNISHED)
        (root / "edigate.toml").write_text(_on(url) + settings, encoding="utf-8")
        made.append((Site(root), url))
        return made[-1][0]

    yield make
    for site, url in made:
        site.close()
        postgres.server().drop(url)


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A fresh sandbox gate."""
    return make_site()
