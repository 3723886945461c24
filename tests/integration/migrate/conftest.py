"""A gate with a past, made once and copied for each test, and an empty database for it to go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import postgres
from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
from tests.integration.cli_records.console import Site as Console
from tests.integration.migrate.past import Past, copy_of, make_past

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe's width, whoever runs the tests."""
    monkeypatch.setenv("COLUMNS", "200")


class Departing(NamedTuple):
    """A gate with its past, and where it is to go."""

    root: Path
    past: Past
    url: str

    @property
    def console(self) -> Console:
        """The commands, given to this gate."""
        return Console(self.root)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Past]:
    """The gate that has lived, which no test touches."""
    root = tmp_path_factory.mktemp("lived") / "gate"
    return root, make_past(root)


@pytest.fixture
def departing(lived: tuple[Path, Past], tmp_path: Path) -> Iterator[Departing]:
    """A copy of it, and an empty database."""
    root, past = lived
    url = postgres.server().empty()
    yield Departing(copy_of(root, tmp_path / "gate"), past, url)
    postgres.server().drop(url)
