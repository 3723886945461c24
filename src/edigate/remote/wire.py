"""SFTP version 3 on a channel, packet by packet: names stay bytes, and several requests may be under way at once.

reference: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for `fsync@openssh.com`.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

from paramiko import SSHException

from edigate.domain.wording import printable
from edigate.remote.trouble import Cause, Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VERSION = 3
_MOST = 1_000_000
_AT_ONCE = 65_536
_NUMBER = struct.Struct(">I")
_LONG = struct.Struct(">Q")


class Line(Protocol):
    """What packets go over, such as a channel."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it; raises TimeoutError where it takes none for too long."""

    def recv(self, count: int, /) -> bytes:
        """Some bytes, none at the end; raises TimeoutError where none come for too long."""


class Kind(IntEnum):
    """What a packet is."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200


class Status(IntEnum):
    """How a request went."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    OP_UNSUPPORTED = 8


_CAUSES: Mapping[int, Cause] = {
    Status.NO_SUCH_FILE: Cause.MISSING,
    Status.PERMISSION_DENIED: Cause.DENIED,
    Status.OP_UNSUPPORTED: Cause.UNSUPPORTED,
}


class Attributes(NamedTuple):
    """What a server says of a file; it may leave any of it out."""

    size: int | None = None
    mode: int | None = None
    mtime: int | None = None


class Reader:
    """The fields of a packet, one after the other. Raises Unreachable where the packet ends too soon."""

    def __init__(self, body: bytes) -> None:
        """Start behind the packet's kind and number."""
        self._body, self._at = body, 0

    def number(self) -> int:
        """32 bits."""
        return int(_NUMBER.unpack(self._take(_NUMBER.size))[0])

    def text(self) -> bytes:
        """Bytes with their length before them."""
        return self._take(self.number())

    def attributes(self) -> Attributes:
        """A file's attributes, which begin with flags that tell which are there."""
        flags = self.number()
        size = int(_LONG.unpack(self._take(_LONG.size))[0]) if flags & 0x1 else None
        if flags & 0x2:
            self._take(8)
        mode = self.number() if flags & 0x4 else None
        mtime = (self.number(), self.number())[1] if flags & 0x8 else None
        for _ in range(self.number() if flags & 0x80000000 else 0):
            self.text()
            self.text()
        return Attributes(size, mode, mtime)

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._body)

    def _take(self, length: int) -> bytes:
        taken = self._body[self._at : self._at + length]
        if len(taken) < length:
            nonsense("a packet that ends too soon")
        self._at += length
        return taken


class Wire:
    """Requests out, answers in, in whatever order they come; for one thread at a time."""

    def __init__(self, channel: Line, hang_up: Callable[[], None]) -> None:
        """Agree on the version; `extensions` are those that the server offers, `hang_up` breaks the line."""
        self._hang_up = hang_up
        self._channel, self._buffer, self._last = channel, bytearray(), 0
        self._answers: dict[int, tuple[int, Reader]] = {}
        self._under_way: dict[int, bool] = {}
        self._send(Kind.INIT, number(VERSION))
        kind, body = self._packet()
        if kind != Kind.VERSION:
            nonsense("no SFTP version")
        hello = Reader(body)
        if hello.number() < VERSION:
            nonsense("an SFTP version before 3")
        self.extensions = frozenset(name for name, _ in _pairs(hello))

    def close(self) -> None:
        """Break the line: whoever waits for an answer is told so. Any thread may call."""
        self._hang_up()

    def ask(self, kind: Kind, *parts: bytes) -> int:
        """Send a request; returns its number."""
        self._last = (self._last + 1) & 0xFFFFFFFF
        self._under_way[self._last] = True
        self._send(kind, number(self._last), *parts)
        return self._last

    def answer(self, asked: int, kind: Kind, of: str) -> Reader | None:
        """The answer to a request, which must be of this kind; None at the end of a file or a folder.

        Raises Refused where the server says no; `of` says in words what it was asked.
        """
        found, body = self._wait(asked)
        if found == kind != Kind.STATUS:
            return body
        if found != Kind.STATUS:
            nonsense(f"{found} where {kind} was due")
        status, said = body.number(), body.text() if body.more else b""
        if status == Status.EOF:
            return None
        if status == Status.OK and kind == Kind.STATUS:
            return body
        raise _refusal(status, said, of)

    def forget(self, asked: int) -> None:
        """Throw the answer away when it comes."""
        self._answers.pop(asked, None)
        if asked in self._under_way:
            self._under_way[asked] = False

    def _wait(self, asked: int) -> tuple[int, Reader]:
        while asked not in self._answers:
            kind, body = self._packet()
            answered, rest = Reader(body[:4]).number(), Reader(body[4:])
            wanted = self._under_way.pop(answered, None)
            if wanted is None:
                nonsense("an answer to nothing")
            if wanted:
                self._answers[answered] = (kind, rest)
        return self._answers.pop(asked)

    def _send(self, kind: Kind, *parts: bytes) -> None:
        body = b"".join(parts)
        with _translated():
            self._channel.sendall(number(len(body) + 1) + bytes([kind]) + body)

    def _packet(self) -> tuple[int, bytes]:
        length = int(_NUMBER.unpack(self._take(_NUMBER.size))[0])
        if not 1 <= length <= _MOST:
            nonsense("a packet that is too long")
        packet = self._take(length)
        return packet[0], packet[1:]

    def _take(self, length: int) -> bytes:
        while len(self._buffer) < length:
            with _translated():
                received = self._channel.recv(_AT_ONCE)
            if not received:
                raise Unreachable(Cause.BROKEN_OFF, "the connection broke off")
            self._buffer += received
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken


def number(value: int) -> bytes:
    """32 bits, as they are sent."""
    return _NUMBER.pack(value)


def long(value: int) -> bytes:
    """64 bits, as they are sent."""
    return _LONG.pack(value)


def text(value: bytes) -> bytes:
    """Bytes with their length before them, as they are sent."""
    return number(len(value)) + value


def nonsense(what: str) -> NoReturn:
    """Raise Unreachable: the server does not keep to the protocol."""
    raise Unreachable(Cause.NONSENSE, f"the server does not keep to SFTP: it sent {what}")


def _pairs(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    while reader.more:
        yield reader.text(), reader.text()


def _refusal(status: int, said: bytes, of: str) -> Refused:
    words = printable(said[:200].decode("utf-8", "replace")).strip() or f"status {status}"
    return Refused(_CAUSES.get(status, Cause.FAILED), f"{of}: {words}", words)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise Unreachable(Cause.SILENT, "nothing moved on the connection for too long") from error
    except (OSError, EOFError, SSHException) as error:
        raise Unreachable(Cause.BROKEN_OFF, "the connection broke off") from error
