"""A stand-in for clamd: a real socket and its protocol, signatures of the tests' own, and whatever may go wrong."""

from __future__ import annotations

import base64
import io
import socket
import struct
import threading
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

STALLS = 60
MARKER = b"EDIGATE-STAND-IN-VIRUS-" + bytes(range(65, 91))
"""What the stand-in takes for a virus; it is none, and no real scanner minds it."""
SIGNATURE = "Edigate.Test.Marker-1"


@dataclass
class Asked:
    """One conversation: the command, and the content that came with it."""

    command: str = ""
    content: bytes = b""


@dataclass
class Clamd:
    """Listens at `address` while entered; `how` answers a conversation, as a sound clamd does unless told otherwise."""

    how: Callable[[Clamd, socket.socket], None] | None = None
    at: Path | None = None
    most: int = 25_000_000
    asked: list[Asked] = field(default_factory=list)
    kept: list[socket.socket] = field(default_factory=list)
    address: str = ""

    def __enter__(self) -> Self:
        """Begin to listen, at a path where one is given, else at a port of this machine."""
        self._ended = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX if self.at else socket.AF_INET)
        self._listener.bind(str(self.at) if self.at else ("127.0.0.1", 0))
        self._listener.listen(64)
        self.address = str(self.at) if self.at else "{}:{}".format(*self._listener.getsockname())
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for line in self.kept:
            line.close()

    @property
    def streams(self) -> list[bytes]:
        """Every content that came whole."""
        return [one.content for one in self.asked if one.command == "INSTREAM"]

    def stall(self, seconds: float) -> None:
        """Say nothing, for so long or until the test is over."""
        self._ended.wait(seconds)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    (self.how or soundly)(self, connection)


def soundly(clamd: Clamd, connection: socket.socket) -> None:
    """Answer as clamd does."""
    asked = hear(clamd, connection)
    if asked.command == "PING":
        connection.sendall(b"PONG\0")
    elif asked.command != "INSTREAM":
        connection.sendall(b"UNKNOWN COMMAND\0")
    elif len(asked.content) > clamd.most:
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
    else:
        connection.sendall(f"stream: {SIGNATURE} FOUND\0".encode() if is_bad(asked.content) else b"stream: OK\0")


def hear(clamd: Clamd, connection: socket.socket) -> Asked:
    """A command and, of INSTREAM, its content, up to the limit."""
    command = b""
    while not command.endswith(b"\0"):
        command += _exactly(connection, 1)
    asked = Asked(command.strip(b"\0").decode().removeprefix("z"))
    clamd.asked.append(asked)
    while asked.command == "INSTREAM" and len(asked.content) <= clamd.most:
        (length,) = struct.unpack("!L", _exactly(connection, 4))
        if not length:
            break
        asked.content += _exactly(connection, length)
    return asked


def saying(answer: bytes) -> Callable[[Clamd, socket.socket], None]:
    """Hear the content, then say this and hang up."""

    def how(clamd: Clamd, connection: socket.socket) -> None:
        hear(clamd, connection)
        connection.sendall(answer)

    return how


def stalling(clamd: Clamd, connection: socket.socket) -> None:
    """Hear it all and never answer."""
    hear(clamd, connection)
    clamd.stall(STALLS)


def mute(clamd: Clamd, connection: socket.socket) -> None:
    """Hear it all, never answer and never hang up, whoever asks besides."""
    hear(clamd, connection)
    clamd.kept.append(connection.dup())


def deaf(clamd: Clamd, _connection: socket.socket) -> None:
    """Take the connection and read nothing."""
    clamd.stall(STALLS)


def dropping(_clamd: Clamd, connection: socket.socket) -> None:
    """Hang up amid the content."""
    connection.recv(64)


def is_bad(content: bytes) -> bool:
    """Whether the marker is in it, as it stands or in a ZIP."""
    if MARKER in content:
        return True
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(MARKER in archive.read(name) for name in archive.namelist())
    return False


def hidden(content: bytes) -> str:
    """Base64, in which nobody sees the marker."""
    return base64.b64encode(content).decode()


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = connection.recv(size - len(content))
        if not piece:
            raise ConnectionError
        content += piece
    return content
