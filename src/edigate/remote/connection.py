"""Connections to SSH servers: a host key that is pinned before anything else, then the login, within a time each."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from paramiko import (
    AuthenticationException,
    BadAuthenticationType,
    Channel,
    PKey,
    SSHException,
    Transport,
)
from paramiko.ssh_exception import IncompatiblePeer

from edigate.domain.servers import HostKey
from edigate.domain.wording import printable
from edigate.remote.login import load_key, load_password
from edigate.remote.trouble import Cause, HostKeyRefused, LoginRefused, RemoteTrouble, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.domain.servers import Server
    from edigate.remote.login import Login

# The kinds of host keys, best first, with the signatures that each may be used with: none on SHA-1.
_SIGNATURES = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
KINDS = tuple(_SIGNATURES)
_CIPHERS = (
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
)  # fmt: skip
_WINDOW_BYTES = 4_000_000
_PACKET_BYTES = 40_960


class Times(NamedTuple):
    """Seconds: for a connection, and again for a login; without anything moving; between signs of life (0: none)."""

    connect: float = 10
    silence: float = 30
    keep_alive: int = 15


@contextmanager
def opened(server: Server, keys: Sequence[HostKey], login: Login, times: Times) -> Iterator[Channel]:
    """The channel of an SFTP session, whose reads and writes end after `times.silence`."""
    key, password = load_key(login), load_password(login)
    if not login.user:
        raise LoginRefused(Cause.NO_USER, f"no user is configured for {server.address}")
    if key is None and password is None:
        raise LoginRefused(Cause.NO_LOGIN, f"neither a key nor a password is configured for {server.address}")
    transport = verified(server.host, server.port, keys, times)
    try:
        with _within(times.connect, transport, server.address):
            _log_in(transport, login.user, key, password)
            channel = _sftp(transport, server.address)
        channel.settimeout(times.silence)
        transport.set_keepalive(times.keep_alive)
        yield channel
    finally:
        transport.close()


def verified(host: str, port: int, keys: Sequence[HostKey], times: Times) -> Transport:
    """A connection to a server that proved to hold one of these keys; nobody has logged in.

    A server may hold keys of several kinds, not all of them pinned: kinds that are pinned are tried in turn.
    """
    kinds = [kind for kind in KINDS if any(key.kind == kind for key in keys)]
    refused: HostKeyRefused | None = None
    while refused is None or kinds:
        transport = _negotiated(host, port, kinds, times) or _negotiated(host, port, KINDS, times)
        if transport is None:
            raise _nothing_in_common(host, port)
        shown = host_key_of(transport)
        if shown in keys:
            return transport
        transport.close()
        refused = refused or HostKeyRefused(f"{host}:{port}", shown, keys)
        kinds = [kind for kind in kinds if kind != shown.kind] if shown.kind in kinds else []
    raise refused


def presented(host: str, port: int, times: Times) -> list[HostKey]:
    """The host keys that a server shows now, one of each kind that the gate knows, best first."""
    found = []
    for kind in KINDS:
        transport = _negotiated(host, port, [kind], times)
        if transport is not None:
            found.append(host_key_of(transport))
            transport.close()
    if not found:
        raise _nothing_in_common(host, port)
    return found


def resolve(host: str, port: int) -> list[str]:
    """The addresses behind a name."""
    with _reaching(f"{host}:{port}"):
        return list(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def reach(host: str, port: int, times: Times) -> socket.socket:
    """A connection without a word said on it."""
    with _reaching(f"{host}:{port}"):
        line = socket.create_connection((host, port), timeout=times.connect)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return line


def _negotiated(host: str, port: int, kinds: Sequence[str], times: Times) -> Transport | None:
    """A connection whose keys are agreed on; None where the server and the gate do not agree on how to."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
    transport = Transport(reach(host, port, times), _WINDOW_BYTES, _PACKET_BYTES)
    transport.banner_timeout = transport.handshake_timeout = times.connect
    options = transport.get_security_options()
    options.ciphers = _CIPHERS
    options.key_types = tuple(signature for kind in kinds for signature in _SIGNATURES[kind])
    done = threading.Event()
    transport.start_client(event=done)
    # Not start_client's own limit, which goes by the clock on the wall.
    if done.wait(times.connect) and transport.is_active():
        return transport
    error, greeted = transport.get_exception(), bool(transport.remote_version)
    transport.close()
    if isinstance(error, IncompatiblePeer):
        return None
    if not greeted:
        raise Unreachable(Cause.NOT_SSH, f"{host}:{port} takes connections but does not answer as an SSH server")
    if error is None:
        raise Unreachable(Cause.SILENT, f"{host}:{port} stopped answering before keys were agreed on")
    raise Unreachable(Cause.BROKEN_OFF, f"{host}:{port} broke the connection off before keys were agreed on")


def _nothing_in_common(host: str, port: int) -> Unreachable:
    return Unreachable(Cause.NOTHING_IN_COMMON, f"{host}:{port} knows none of the ways to agree on keys that are safe")


def host_key_of(transport: Transport) -> HostKey:
    """The key that the server proved to hold."""
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.get_base64())


def _log_in(transport: Transport, user: str, key: PKey | None, password: str | None) -> None:
    """By key, then by password where one is configured and the key did not do."""
    wanted = ["password"]
    if key is not None:
        try:
            wanted = transport.auth_publickey(user, key)
        except AuthenticationException:
            if password is None or not transport.is_active():
                raise
    if wanted and password is not None:
        wanted = transport.auth_password(user, password)
    if wanted:
        ways = printable(", ".join(wanted))
        raise LoginRefused(Cause.MORE_NEEDED, f"the server wants more than what is configured: {ways}", ways)


def _sftp(transport: Transport, address: str) -> Channel:
    try:
        channel = transport.open_session(_WINDOW_BYTES, _PACKET_BYTES)
        channel.invoke_subsystem("sftp")
    except SSHException as error:
        if not transport.is_active():
            raise
        raise Unreachable(Cause.NO_SFTP, f"{address} lets the user in but gives it no SFTP") from error
    return channel


@contextmanager
def _within(seconds: float, transport: Transport, address: str) -> Iterator[None]:
    """Close the connection when the time is over, and tell what became of the login."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        transport.close()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except RemoteTrouble:
        raise
    except (SSHException, EOFError, OSError) as error:
        if late.is_set():
            raise Unreachable(Cause.SILENT, f"{address} did not finish the login in {seconds:g} s") from error
        raise _login_trouble(error, address, active=transport.is_active()) from error
    finally:
        timer.cancel()


def _login_trouble(error: Exception, address: str, *, active: bool) -> RemoteTrouble:
    if isinstance(error, BadAuthenticationType):
        takes = printable(", ".join(error.allowed_types))
        return LoginRefused(Cause.LOGIN_DENIED, f"{address} refuses the login; it takes: {takes}", takes)
    if isinstance(error, AuthenticationException) and active:
        return LoginRefused(Cause.LOGIN_DENIED, f"{address} refuses the login")
    return Unreachable(Cause.BROKEN_OFF, f"{address} broke the connection off while logging in")


@contextmanager
def _reaching(address: str) -> Iterator[None]:
    try:
        yield
    except socket.gaierror as error:
        raise Unreachable(Cause.NO_SUCH_NAME, f"{address}: the name leads to no address ({error.strerror})") from error
    except ConnectionRefusedError as error:
        raise Unreachable(Cause.PORT_CLOSED, f"{address}: nobody listens there") from error
    except TimeoutError as error:
        raise Unreachable(Cause.NO_ANSWER, f"{address} does not answer") from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no name of a machine"
        raise Unreachable(Cause.NO_WAY, f"{address} cannot be reached: {reason}", reason) from error
