"""SFTP from a server that does not mean well: whatever it sends ends in a RemoteTrouble, at once."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edigate.remote.session import Session
from edigate.remote.trouble import Cause, Refused, RemoteTrouble, Unreachable
from edigate.remote.wire import Kind, Status, Wire, long, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

HELLO = number(5) + bytes([Kind.VERSION]) + number(3)
HANDLE = b"h"
NO_ATTRIBUTES = number(0)


def packet(kind: int, answered: int, *parts: bytes) -> bytes:
    """An answer as a server sends it."""
    body = bytes([kind]) + number(answered) + b"".join(parts)
    return number(len(body)) + body


def status(answered: int, code: int, words: bytes = b"") -> bytes:
    """How a request went."""
    return packet(Kind.STATUS, answered, number(code), text(words), text(b"en"))


@contextmanager
def server(*answers: bytes, hello: bytes = HELLO) -> Iterator[Session]:
    """A session with somebody who says this, whatever is asked, and then hangs up."""
    near, far = socket.socketpair()
    near.settimeout(5)

    def read_all() -> None:
        with suppress(OSError):
            while far.recv(65_536):
                pass

    reader = threading.Thread(target=read_all, daemon=True)
    with near, far:
        far.sendall(hello + b"".join(answers))
        far.shutdown(socket.SHUT_WR)
        reader.start()
        yield Session(Wire(near, near.close))
    reader.join(5)


def opened(*answers: bytes) -> list[bytes]:
    """The first request is answered with a handle, the ones after it with these."""
    return [packet(Kind.HANDLE, 1, text(HANDLE)), *answers]


ANSWERS = st.builds(packet, st.integers(0, 255), st.integers(1, 6), st.binary(max_size=40))


@pytest.mark.parametrize(
    "hello",
    [
        number(5) + bytes([Kind.VERSION]) + number(2),
        number(5) + bytes([Kind.STATUS]) + number(3),
        number(0),
        number(0xFFFFFFFF),
        number(2) + b"\2\0",
        HELLO[:4],
        b"",
    ],
    ids=["old", "no version", "empty", "endless", "short", "cut", "nothing"],
)
def test_a_wrong_greeting_ends_the_session(hello: bytes) -> None:
    """What is no SFTP of version 3 or later is told as unreachable."""
    with pytest.raises(Unreachable), server(hello=hello):
        pass


@pytest.mark.parametrize(
    "answers",
    [
        [packet(Kind.HANDLE, 7, text(HANDLE))],
        [packet(Kind.DATA, 1, text(b"x"))],
        [packet(Kind.HANDLE, 1, number(50), b"short")],
        [status(1, Status.EOF)],
        opened(packet(Kind.DATA, 2, text(b"x" * 40_000))),
        opened(packet(Kind.DATA, 2, text(b""))),
        opened(packet(Kind.DATA, 2, number(9), b"short")),
        opened(packet(Kind.DATA, 2, text(b"x" * 32_768)), packet(Kind.DATA, 2, text(b"again"))),
        opened(number(2_000_000) + b"\0" * 100),
    ],
    ids=["unasked", "data", "short", "end", "too much", "none", "cut", "twice", "endless"],
)
def test_wrong_answers_end_a_download(answers: list[bytes]) -> None:
    """No piece is made of what was not asked for, and nothing waits for more."""
    with server(*answers) as session:
        pieces = session.read("file")
        with pytest.raises(Unreachable) as caught:
            b"".join(pieces)
    assert caught.value.cause is Cause.NONSENSE


@pytest.mark.parametrize("name", [b"../../etc/passwd", b"/etc/passwd", b"in/other", b"nul\0l"])
def test_names_that_lead_elsewhere_are_not_listed(name: bytes) -> None:
    """A folder holds names, not paths."""
    listed = packet(Kind.NAME, 2, number(1), text(name), text(b""), NO_ATTRIBUTES)
    with server(*opened(listed)) as session, pytest.raises(Unreachable) as caught:
        session.list(".")
    assert caught.value.cause is Cause.NONSENSE


def test_folders_without_an_end_are_left() -> None:
    """More names than any folder has, or answers without names, do not fill the memory."""
    for count in (0, 2_000_000):
        with server(*opened(packet(Kind.NAME, 2, number(count)))) as session, pytest.raises(Unreachable):
            session.list(".")


def test_files_are_told_by_mode_or_else_by_the_line_for_people() -> None:
    """A server that leaves the mode out is believed by what it would show a person."""
    mode, size = number(0x4), number(0x1)
    rows = (
        text(b"file") + text(b"") + mode + number(0o100644),
        text(b"folder") + text(b"") + mode + number(0o040755),
        text(b"plain") + text(b"-rw-r--r-- 1 a b 5 plain") + size + long(5),
        text(b"there") + text(b"drwxr-xr-x 1 a b 5 there") + NO_ATTRIBUTES,
        text(b"link") + text(b"lrwxrwxrwx 1 a b 5 link") + NO_ATTRIBUTES,
    )
    listed = packet(Kind.NAME, 2, number(len(rows)), *rows)
    with server(*opened(listed, status(3, Status.EOF), status(4, Status.OK))) as session:
        found = session.list(".")
    assert {entry.name for entry in found if entry.is_file} == {"file", "plain"}
    assert [entry.size for entry in found if entry.name == "plain"] == [5]


def test_short_reads_are_filled_up() -> None:
    """A server that gives less than was asked, answers out of order and in many small pieces gives the same bytes."""
    answers = opened(
        packet(Kind.DATA, 3, text(b"b" * 100)),
        packet(Kind.DATA, 2, text(b"a" * 32_000)),
        packet(Kind.DATA, 4, text(b"a" * 768)),
    )
    rest = [status(asked, Status.EOF) for asked in range(5, 40)]
    with server(*answers, *rest) as session:
        got = b"".join(session.read("file"))
    assert got == b"a" * 32_768 + b"b" * 100


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (Status.NO_SUCH_FILE, Cause.MISSING),
        (Status.PERMISSION_DENIED, Cause.DENIED),
        (Status.FAILURE, Cause.FAILED),
        (Status.OP_UNSUPPORTED, Cause.UNSUPPORTED),
        (77, Cause.FAILED),
    ],
)
def test_a_no_is_told_with_the_servers_words(code: int, cause: Cause) -> None:
    """The words are made printable, as they go to a terminal and into the ledger."""
    with server(status(1, code, b"quota\x1b[31m\xff")) as session, pytest.raises(Refused) as caught:
        session.remove("file\udcff")
    assert caught.value.cause is cause
    assert caught.value.missing is (cause is Cause.MISSING)
    assert str(caught.value).isprintable()
    assert "quota" in str(caught.value)
    str(caught.value).encode()


def test_an_upload_that_is_refused_in_the_middle_says_so() -> None:
    """One piece that cannot be written fails the whole, though others were taken."""
    refused = [status(2, Status.OK), status(3, Status.FAILURE, b"disk full")]
    rest = [status(asked, Status.OK) for asked in range(4, 10)]
    with server(*opened(*refused, *rest)) as session, pytest.raises(Refused, match="disk full"):
        session.write("file", io.BytesIO(b"x" * 100_000))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.binary(max_size=60) | ANSWERS))
def test_noise_is_never_more_than_trouble(noise: list[bytes]) -> None:
    """Whatever bytes come, each operation ends, with a result or a RemoteTrouble."""
    with server(*noise) as session:
        for attempt in (
            lambda: session.list("."),
            lambda: session.stat("file"),
            lambda: b"".join(session.read("file")),
            lambda: session.write("file", io.BytesIO(b"content")),
            lambda: session.rename("file", "other"),
            lambda: session.remove("file"),
        ):
            with suppress(RemoteTrouble):
                attempt()
