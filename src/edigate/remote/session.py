"""A session on an SFTP server: files listed, read, written, renamed and removed, several requests under way at once."""

from __future__ import annotations

import stat
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from edigate.domain.wording import printable
from edigate.remote import wire
from edigate.remote.connection import opened
from edigate.remote.trouble import Cause, Refused, RemoteTrouble
from edigate.remote.wire import Attributes, Kind, Reader, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edigate.domain.servers import HostKey, Server
    from edigate.remote.connection import Times
    from edigate.remote.login import Login

# What every server must be able to read or write at once; 64 of them fill a line of 100 ms at 20 MB/s.
_READ_BYTES = 32_768
# With its head it fits into one packet of the connection.
_WRITE_BYTES = 32_000
_UNDER_WAY = 64
# Fewer of these, as all of them are written again after a break: 5 MB/s on the same line.
_WRITES_UNDER_WAY = 16
_MOST_NAMES = 1_000_000
_READ, _WRITE, _CREATE, _EMPTY = 0x01, 0x02, 0x08, 0x10
_SYNC = b"fsync@openssh.com"
_NO_ATTRIBUTES = wire.number(0)
_NEVER = frozenset({b"", b".", b".."})


class Entry(NamedTuple):
    """Something in a folder; `name` may hold bytes that are no UTF-8, as surrogates. A link is no file."""

    name: str
    size: int
    mtime: int
    is_file: bool


class Session:
    """A login on a server, for one thread at a time; paths as the server has them, relative ones from its start folder.

    Every method raises Unreachable where the connection is gone (which ends the session), or Refused.
    """

    def __init__(self, line: Wire) -> None:
        """Speak on this line."""
        self._line = line

    def close(self) -> None:
        """Break off whatever is under way, from any thread: it ends with Unreachable."""
        self._line.close()

    def list(self, folder: str) -> list[Entry]:
        """What is in a folder, in no order."""
        handle = self._handle(Kind.OPENDIR, f"folder {printable(folder)}", _path(folder))
        try:
            return list(self._entries(handle, f"folder {printable(folder)}"))
        finally:
            self._let_go(handle)

    def stat(self, path: str) -> Entry | None:
        """What is at this path, without following links; None where nothing is."""
        asked = self._line.ask(Kind.LSTAT, _path(path))
        try:
            found = self._line.answer(asked, Kind.ATTRS, printable(path))
        except Refused as refused:
            if refused.missing:
                return None
            raise
        return _entry(path.rpartition("/")[2], found.attributes(), b"") if found else None

    def rename(self, old: str, new: str) -> None:
        """Give a file another name; Refused, cause EXISTS, where something has it already."""
        # OpenSSH does not overwrite, as the protocol says; some servers do.
        if self.stat(new) is not None:
            raise Refused(Cause.EXISTS, f"rename to {printable(new)}: it exists already")
        self._do(f"rename {printable(old)} to {printable(new)}", Kind.RENAME, _path(old), _path(new))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._do(f"remove {printable(path)}", Kind.REMOVE, _path(path))

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """The file's bytes from `offset` to its end, in pieces; at most 2 MB are under way. May be left early."""
        of = f"read {printable(path)}"
        handle = self._handle(Kind.OPEN, of, _path(path), wire.number(_READ), _NO_ATTRIBUTES)
        try:
            yield from self._pieces(handle, offset, of)
        finally:
            self._let_go(handle)

    def write(self, path: str, file: BinaryIO, offset: int = 0) -> None:
        """Write a file's bytes from `offset` to its end at the same place in `path`; from 0, what was there is gone.

        The server has written them down for good before this returns, where it can say so (`fsync@openssh.com`).
        """
        of = f"write {printable(path)}"
        flags = _WRITE | _CREATE | (0 if offset else _EMPTY)
        file.seek(offset)
        handle = self._handle(Kind.OPEN, of, _path(path), wire.number(flags), _NO_ATTRIBUTES)
        try:
            self._send(handle, file, offset, of)
            if _SYNC in self._line.extensions:
                self._do(of, Kind.EXTENDED, wire.text(_SYNC), wire.text(handle))
        except BaseException:
            self._let_go(handle)
            raise
        self._do(of, Kind.CLOSE, wire.text(handle))

    def _handle(self, kind: Kind, of: str, *parts: bytes) -> bytes:
        answer = self._line.answer(self._line.ask(kind, *parts), Kind.HANDLE, of)
        if answer is None:
            wire.nonsense("the end of a file that is not open")
        return answer.text()

    def _do(self, of: str, kind: Kind, *parts: bytes) -> None:
        self._done(self._line.ask(kind, *parts), of)

    def _done(self, asked: int, of: str) -> None:
        if self._line.answer(asked, Kind.STATUS, of) is None:
            raise Refused(Cause.FAILED, f"{of}: end of file")

    def _let_go(self, handle: bytes) -> None:
        # Nothing depends on it: what was read is read, and a connection that is gone has closed the file itself.
        with suppress(RemoteTrouble):
            self._do("close", Kind.CLOSE, wire.text(handle))

    def _entries(self, handle: bytes, of: str) -> Iterator[Entry]:
        told = 0
        while (names := self._line.answer(self._line.ask(Kind.READDIR, wire.text(handle)), Kind.NAME, of)) is not None:
            told += (count := names.number())
            if count == 0 or told > _MOST_NAMES:
                wire.nonsense("a folder without an end")
            for _ in range(count):
                yield from _listed(names)

    def _pieces(self, handle: bytes, offset: int, of: str) -> Iterator[bytes]:
        asked: deque[tuple[int, int, int]] = deque()
        room, ahead = 2, offset
        try:
            while True:
                while len(asked) < room:
                    asked.append(self._ask_for(handle, ahead, _READ_BYTES))
                    ahead += _READ_BYTES
                number, at, length = asked.popleft()
                answer = self._line.answer(number, Kind.DATA, of)
                if answer is None:
                    return
                data = answer.text()
                if not 0 < len(data) <= length:
                    wire.nonsense("more or less than was asked for")
                yield data
                if len(data) < length:
                    asked.appendleft(self._ask_for(handle, at + len(data), length - len(data)))
                # More and more under way, so that a small file costs two requests and not 64.
                room = min(room + 2, _UNDER_WAY)
        finally:
            for number, _, _ in asked:
                self._line.forget(number)

    def _ask_for(self, handle: bytes, at: int, length: int) -> tuple[int, int, int]:
        parts = wire.text(handle), wire.long(at), wire.number(length)
        return self._line.ask(Kind.READ, *parts), at, length

    def _send(self, handle: bytes, file: BinaryIO, offset: int, of: str) -> None:
        asked: deque[int] = deque()
        try:
            while data := file.read(_WRITE_BYTES):
                parts = wire.text(handle), wire.long(offset), wire.text(data)
                asked.append(self._line.ask(Kind.WRITE, *parts))
                offset += len(data)
                if len(asked) == _WRITES_UNDER_WAY:
                    self._done(asked.popleft(), of)
            while asked:
                self._done(asked.popleft(), of)
        finally:
            for number in asked:
                self._line.forget(number)


def safely_behind(size: int) -> int:
    """From where to go on writing a file that a break left with this size on the server.

    A server may have written later pieces before earlier ones, of those that were under way.
    """
    return max(0, size - _WRITES_UNDER_WAY * _WRITE_BYTES)


@contextmanager
def connect(server: Server, keys: Sequence[HostKey], login: Login, times: Times) -> Iterator[Session]:
    """A session on this server, whose host key must be one of `keys`.

    Raises Unreachable, HostKeyRefused (before anything is said of the login) or LoginRefused.
    """
    with opened(server, keys, login, times) as channel:
        # Not the channel's own close: it would still send a word, on a line that may be dead.
        yield Session(Wire(channel, channel.get_transport().close))


def _path(name: str) -> bytes:
    return wire.text(name.encode("utf-8", "surrogateescape"))


def _listed(names: Reader) -> Iterator[Entry]:
    name, long_name, attributes = names.text(), names.text(), names.attributes()
    if b"/" in name or b"\0" in name:
        wire.nonsense("a name that leads out of its folder")
    if name not in _NEVER:
        yield _entry(name.decode("utf-8", "surrogateescape"), attributes, long_name)


def _entry(name: str, attributes: Attributes, long_name: bytes) -> Entry:
    """Where the server leaves the mode out, the line that it would show to people tells what it is."""
    is_file = stat.S_ISREG(attributes.mode) if attributes.mode is not None else long_name[:1] not in {b"d", b"l"}
    return Entry(name, attributes.size or 0, attributes.mtime or 0, is_file)
