"""Partners' servers, a real OpenSSH each, and gates to fetch from them."""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING, Protocol

import pytest

from edigate.app import open_gate
from edigate.config import FILE
from edigate.intake import sftp
from edigate.ledger.clock import system_clock
from tests.hands import Hands
from tests.integration.fetching.remote_site import Site
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.ledger.clock import Clock

_numbers = count(1)


class MakeSite(Protocol):
    """Makes a gate of its own with a folder on a server; `settings` are edigate.toml, without a quiet period."""

    def __call__(
        self, sshd: Sshd, settings: str = "[intake]\nquiet_seconds = 0\n", *, port: int = 0, clock: Clock = system_clock
    ) -> Site:
        """Make it."""


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that does whatever it is asked."""
    with Sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def fixed_names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that renames nothing."""
    with Sshd(tmp_path_factory.mktemp("fixed"), denied=("rename", "posix-rename", "hardlink")) as server:
        yield server


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gate that nothing was deposited in."""
    root = tmp_path_factory.mktemp("template")
    (root / FILE).touch()
    open_gate(root).ledger.dispose()
    return root


@pytest.fixture
def make_site(template: Path, tmp_path: Path) -> Iterator[MakeSite]:
    """As many gates as a test needs, closed at the end."""
    made: list[Site] = []

    def make(
        sshd: Sshd, settings: str = "[intake]\nquiet_seconds = 0\n", *, port: int = 0, clock: Clock = system_clock
    ) -> Site:
        number = next(_numbers)
        root = tmp_path / f"gate{number}"
        shutil.copytree(template, root)
        (root / FILE).write_text(settings, encoding="utf-8")
        made.append(Site(root, sshd, sshd.root / f"in{number}", port=port, clock=clock))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: MakeSite, sshd: Sshd) -> Site:
    """A gate and a folder on a server that does whatever it is asked."""
    return make_site(sshd)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Of the clock that looks go by; a gate may be made that goes by it too."""
    return Hands.of(monkeypatch, sftp)
