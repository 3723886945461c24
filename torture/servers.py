"""Partners who have a server of their own: a real OpenSSH behind a cable that can be cut, with folders for each."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from edigate.domain.servers import HostKey, Server
from edigate.ledger import host_keys, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import connect
from edigate.remote.trouble import RemoteTrouble
from tests.cable import Cable
from tests.openssh import KEYGEN, SSHD, Sshd
from torture.trial import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torture.site import Site
    from torture.trial import Strike, Trial

PARTNERS = ("ABC123", "SEI001")
SOONEST, LATEST = 200, 200_000  # bytes after which a connection breaks: within a handshake, a listing, a file


class Elsewhere(NamedTuple):
    """The server and the cable to it."""

    sshd: Sshd
    cable: Cable


@contextlib.contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """A server that runs. Raises Unavailable where there is no OpenSSH, or it does not run here."""
    if not (SSHD and KEYGEN):
        msg = "no OpenSSH server here (Debian, Ubuntu: openssh-server)"
        raise Unavailable(msg)
    folder.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        try:
            sshd = stack.enter_context(Sshd(folder))
        except pytest.fail.Exception as error:  # as it says in tests
            raise Unavailable(str(error)) from error
        there = Elsewhere(sshd, stack.enter_context(Cable(sshd.host, sshd.port)))
        _try(there)
        yield there


def _try(there: Elsewhere) -> None:
    """Log in once: a server that runs may have to be root with all rights to let somebody in. Raises Unavailable."""
    server = _server(there, "", "", "")
    try:
        with connect(server, [_host_key(there)], login_of(server, there.sshd.folder), Times()) as session:
            session.list(str(there.sshd.root))
    except RemoteTrouble as error:
        msg = f"OpenSSH's server lets nobody in here: {error}"
        raise Unavailable(msg) from error


def _server(there: Elsewhere, code: str, inbox: str, outbox: str) -> Server:
    sshd = there.sshd
    return Server(code, sshd.host, there.cable.port, sshd.user, inbox, outbox, str(sshd.key_file))


def _host_key(there: Elsewhere) -> HostKey:
    return HostKey(*there.sshd.host_public_keys[0].split())


def move_out(site: Site, there: Elsewhere) -> None:
    """Let some partners deposit and collect at the server, in folders of this site alone."""
    gate = site.open()
    place = there.sshd.root / site.collected.parent.name
    now = stamp(gate.clock())
    with writing(gate.ledger) as connection:
        for code in PARTNERS:
            site.inboxes[code], site.outboxes[code] = place / code / "in", place / code / "out"
            for path in (site.inboxes[code], site.outboxes[code]):
                path.mkdir(parents=True)
            server = _server(there, code, str(site.inboxes[code]), str(site.outboxes[code]))
            servers.save(connection, server, actor="torture", at=now)
        host_keys.accept(connection, server.address, _host_key(there), actor="torture", at=now)
    gate.ledger.dispose()


def left_behind(site: Site) -> list[str]:
    """What nobody is to find on the servers in the end: claimed deposits, half uploads."""
    folders = (*site.inboxes.values(), *site.outboxes.values())
    return [str(path) for folder in folders for path in folder.iterdir()]


def broken_lines(trial: Trial) -> Strike:
    """Connections are cut after so many bytes, or stall; the server goes down and up again. Raises Unavailable."""
    there, chance = trial.elsewhere, trial.chance
    if there is None:
        msg = "no OpenSSH server here (Debian, Ubuntu: openssh-server)"
        raise Unavailable(msg)

    def cut_later() -> str:
        there.cable.cut_after(chance.randrange(SOONEST, LATEST))
        time.sleep(chance.random())
        return "connection cut in the middle"

    def cut() -> str:
        there.cable.cut()
        time.sleep(chance.random() * 0.3)
        return "connections cut"

    def block() -> str:
        there.cable.block_after(chance.randrange(SOONEST, LATEST))
        time.sleep(chance.random() * 4)
        there.cable.unblock()
        return "connection stalled"

    def down() -> str:
        there.sshd.stop()
        time.sleep(chance.random() * 2)
        there.sshd.start()
        return "server down and up"

    def drop() -> str:
        there.sshd.drop()
        time.sleep(chance.random() * 0.5)
        return "server dropped its connections"

    blows = (cut_later, cut_later, cut, block, down, drop)

    def strike() -> str:
        return chance.choice(blows)()

    return strike
