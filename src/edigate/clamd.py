"""A virus scanner's word on a content, by clamd's protocol: the name of what it found, or that there is nothing.

What it does not say is never taken for a pass: no answer, half of one, an error, a limit of its own all raise Hold.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from edigate.domain.faults import Hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BYTES_A_SECOND = 1_000_000
PIECE = 1 << 16
LONGEST_ANSWER = 4096
# A scanner that did not answer is left alone for so long, then asked first whether it is there: one that hangs would
# otherwise hold up every flow of a batch for the whole time.
REST_SECONDS = 10.0
PING_SECONDS = 2.0
_TOO_LATE = "no answer in time"
_LENGTH = struct.Struct("!L")
_FOUND = re.compile(r"(?P<signature>.+) FOUND")
_OF_STREAM = re.compile(r"\A(?:in)?stream(?:\([^)]*\))?: ", re.IGNORECASE)
_SIZE_LIMIT = "size limit exceeded"
_NOT_LOOKED_AT = "Heuristics.Limits.Exceeded"  # what clamd answers, where told to, of a content it did not look through


class _Silent(Exception):
    """The scanner is not there, hangs up or takes too long."""


class Scanner:
    """One clamd, at a path or at host:port."""

    def __init__(self, address: str, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`seconds` are those of `allowance`; nothing is connected to before it is asked."""
        self._address = address
        self._seconds = seconds
        self._clock = clock
        self._silence = ""
        self._rests_until = 0.0

    def opened(self, size: int) -> Callable[[Iterable[bytes]], str]:
        """A way to ask about the contents of one flow of so many bytes, within one time for all of them.

        It gives the name of what was found, empty for nothing, and raises Hold where the scanner does not say.
        """
        return partial(self._asked, self._clock() + allowance(self._seconds, size))

    def _asked(self, deadline: float, pieces: Iterable[bytes]) -> str:
        self._look_whether_it_is_there()
        try:
            with _connected(self._address, deadline, self._clock) as line:
                line.send(b"zINSTREAM\0")
                for piece in _chunks(pieces):
                    line.send(_LENGTH.pack(len(piece)) + piece)
                    if line.answered:
                        break
                else:
                    line.send(_LENGTH.pack(0))
                return understood(line.answer())
        except _Silent as silent:
            raise self._rested(str(silent)) from None

    def _look_whether_it_is_there(self) -> None:
        """Raise Hold where it did not answer a moment ago, or still does not."""
        if not self._silence:
            return
        if self._clock() < self._rests_until:
            raise self._hold()
        if why := silence(self._address, self._clock):
            raise self._rested(why)
        self._silence = ""

    def _rested(self, why: str) -> Hold:
        self._silence = f"{self._address}: {why}"
        self._rests_until = self._clock() + REST_SECONDS
        return self._hold()

    def _hold(self) -> Hold:
        return Hold("antivirus_silent", self._silence)


def scanner(address: str, seconds: float) -> Scanner | None:
    """The scanner of a site; None where its settings name none."""
    return Scanner(address, seconds) if address else None


def silence(address: str, clock: Callable[[], float] = time.monotonic) -> str:
    """Why the scanner does not say that it is there; empty where it does."""
    try:
        with _connected(address, clock() + PING_SECONDS, clock) as line:
            line.send(b"zPING\0")
            answer = line.answer()
    except _Silent as silent:
        return str(silent)
    return "" if answer == "PONG" else answer or "an empty answer"


def allowance(seconds: float, size: int) -> float:
    """Time for the answers about a flow of so many bytes."""
    return seconds + size // BYTES_A_SECOND


def understood(answer: str) -> str:
    """What an answer says was found. Raises Hold for one that says anything but that or OK."""
    said = _OF_STREAM.sub("", answer, count=1)
    if _SIZE_LIMIT in answer or said.startswith(_NOT_LOOKED_AT):
        reason = "antivirus_limit"
        raise Hold(reason, answer)
    if said == "OK":
        return ""
    found = _FOUND.fullmatch(said)
    if found is None:
        reason = "antivirus_error"
        raise Hold(reason, answer)
    return found["signature"]


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same in pieces of at most PIECE, none of them empty: an empty one would end the content."""
    for piece in pieces:
        for at in range(0, len(piece), PIECE):
            yield piece[at : at + PIECE]


class _Line:
    """A connection that nothing is waited for on beyond its deadline."""

    def __init__(self, sock: socket.socket, deadline: float, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._deadline = deadline
        self._clock = clock
        self.answered = False

    def send(self, content: bytes) -> None:
        """Send it all, unless an answer comes before: clamd says what it minds and hangs up."""
        view = memoryview(content)
        while view and not self.answered:
            if self._wait(select.POLLIN | select.POLLOUT) != select.POLLOUT:
                self.answered = True
                return
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                continue
            except OSError:  # it may have said why before it hung up
                self.answered = True

    def answer(self) -> str:
        """What it says, to the end of the answer."""
        said = b""
        while b"\0" not in said:
            self._wait(select.POLLIN)
            try:
                piece = self._sock.recv(LONGEST_ANSWER)
            except OSError as error:
                raise _Silent(_why(error)) from error
            said += piece
            if not piece or len(said) > LONGEST_ANSWER:
                raise _Silent("the answer has no end" if said else "it hung up without an answer")
        return said.partition(b"\0")[0].decode("utf-8", "backslashreplace").strip()

    def _wait(self, what: int) -> int:
        """What the connection is ready for."""
        poll = select.poll()
        poll.register(self._sock, what)
        ready = poll.poll(max(0.0, self._deadline - self._clock()) * 1000)
        if not ready:
            raise _Silent(_TOO_LATE)
        return ready[0][1]


@contextmanager
def _connected(address: str, deadline: float, clock: Callable[[], float]) -> Iterator[_Line]:
    left = deadline - clock()
    if left <= 0:
        raise _Silent(_TOO_LATE)
    try:
        sock = _socket(address, left)
    except (OSError, OverflowError, UnicodeError) as error:  # a port or a name that cannot be one
        raise _Silent(_why(error)) from error
    with sock:
        sock.setblocking(False)  # noqa: FBT003 - the signature is socket's
        yield _Line(sock, deadline, clock)


def _socket(address: str, seconds: float) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not address.startswith("/"):
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock


def _why(error: Exception) -> str:
    return getattr(error, "strerror", "") or str(error)
