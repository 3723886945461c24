"""An SSH server that takes passwords, which a test's OpenSSH cannot without changing the machine's own users."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from paramiko import ECDSAKey, PKey, ServerInterface, SFTPServer, SSHException, Transport
from paramiko.common import AUTH_FAILED, AUTH_PARTIALLY_SUCCESSFUL, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery

from edigate.domain.servers import HostKey, Server
from edigate.remote.connection import Times
from edigate.remote.login import login_of
from edigate.remote.session import Session, connect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

WORDS = ("correct", "horse")
PASSWORD = " ".join(WORDS)


class Files(TypedDict, total=False):
    """What to log in with, as it is configured."""

    key_file: str
    passphrase_file: str
    password_file: str


class PasswordServer(ServerInterface):
    """Lets in whoever knows the password, after a key of any kind where `key_first`; `tried` is what was tried."""

    def __init__(self, *, key_first: bool = False, asks: bool = False) -> None:
        """Listen, with a host key of its own; one that `asks` has a dialogue (keyboard-interactive)."""
        self._key_first, self._asks, self._host_key = key_first, asks, ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.tried: list[tuple[str, str]] = []
        self._transports: list[Transport] = []

    def connect(self, root: Path, **files: Unpack[Files]) -> AbstractContextManager[Session]:
        """A session on it, its host key pinned."""
        host, port = self._listener.getsockname()[:2]
        server = replace(Server("ABC123", host, port, "somebody", "in", "out"), **files)
        key = HostKey(self._host_key.get_name(), self._host_key.get_base64())
        return connect(server, [key], login_of(server, root), Times(60, 60, 0))

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - the signature is the library's
        """Name what is taken."""
        way = "keyboard-interactive" if self._asks else "password"
        return f"publickey,{way}" if self._key_first else way

    def check_auth_publickey(self, username: str, key: PKey) -> int:  # noqa: ARG002
        """Take any key, but not alone."""
        self.tried.append(("key", key.get_name()))
        return AUTH_PARTIALLY_SUCCESSFUL if self._key_first else AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:  # noqa: ARG002
        """Take the one password, unless it is to be asked for."""
        if self._asks:
            return AUTH_FAILED
        self.tried.append(("password", password))
        return AUTH_SUCCESSFUL if password == PASSWORD else AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> InteractiveQuery | int:  # noqa: ARG002
        """Ask for the password."""
        return InteractiveQuery("", "", ("Password: ", False)) if self._asks else AUTH_FAILED

    def check_auth_interactive_response(self, responses: Sequence[str]) -> int:
        """Take the one password."""
        self.tried += [("answer", response) for response in responses]
        return AUTH_SUCCESSFUL if list(responses) == [PASSWORD] else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        """Take a channel."""
        return OPEN_SUCCEEDED

    def __enter__(self) -> Self:
        """Take connections."""
        threading.Thread(target=self._take, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more, and end those there are."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            transport = Transport(line)
            transport.add_server_key(self._host_key)
            transport.set_subsystem_handler("sftp", SFTPServer)
            self._transports.append(transport)
            with suppress(SSHException, EOFError):
                transport.start_server(server=self)
