"""A real OpenSSH server, and how the gate would know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from edigate.domain.servers import HostKey, Server
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import Session, connect
from tests.integration.remote.connected import a_gate
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Unpack

    from edigate.engine.gate import Gate
    from tests.integration.remote.passwords import Files

PATIENT = Times(connect=60, silence=60, keep_alive=0)


@dataclass(slots=True)
class Known:
    """A server whose present host keys are pinned; `port` may be that of a cable that leads to it."""

    sshd: Sshd
    keys: list[HostKey]
    root: Path

    def server(self, port: int = 0, **files: Unpack[Files]) -> Server:
        """What an operator configured."""
        known = Server("ABC123", self.sshd.host, port or self.sshd.port, self.sshd.user, "in", "out")
        return replace(replace(known, key_file=str(self.sshd.key_file)), **files)

    def connect(self, port: int = 0, times: Times = PATIENT, **files: Unpack[Files]) -> AbstractContextManager[Session]:
        """A session on it."""
        server = self.server(port, **files)
        return connect(server, self.keys, login_of(server, self.root), times)

    def pin(self) -> None:
        """Accept the keys that it has now."""
        self.keys = host_keys(self.sshd)


def host_keys(sshd: Sshd) -> list[HostKey]:
    """The server's own keys, read from its files."""
    return [HostKey(*line.split()) for line in sshd.host_public_keys]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    """A server that runs, its keys pinned."""
    with Sshd(tmp_path / "sshd") as sshd:
        yield Known(sshd, host_keys(sshd), tmp_path)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A partner's server, which nobody knows yet."""
    with Sshd(tmp_path / "sshd") as running:
        yield running


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A sandbox gate with nothing under way."""
    opened = a_gate(tmp_path / "gate")
    yield opened
    opened.ledger.dispose()
