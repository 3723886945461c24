"""clamd's protocol as its client: what it finds is told, what it does not say is held, and it is never waited for."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from edigate import clamd
from edigate.clamd import Scanner, understood
from edigate.domain.faults import Hold
from tests.clamd import MARKER, SIGNATURE, STALLS, Clamd, deaf, dropping, saying, soundly, stalling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def asked(address: str, *pieces: bytes, seconds: float = 5, size: int = 0) -> str:
    """What a scanner at this address finds in a content."""
    return Scanner(address, seconds).opened(size)(iter(pieces))


def held(address: str, *pieces: bytes, seconds: float = 5) -> Hold:
    """Why a content is held."""
    with pytest.raises(Hold) as caught:
        asked(address, *pieces, seconds=seconds)
    return caught.value


@pytest.mark.parametrize("path", [True, False], ids=["unix", "tcp"])
def test_a_content_comes_whole_and_is_told_clean_or_not(path: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    """Over either kind of socket, whatever the pieces: empty ones end nothing, large ones are parted."""
    large = bytes(range(256)) * 2_000
    with Clamd(at=tmp_path / "clamd.ctl" if path else None) as server:
        assert asked(server.address, b"a", b"", large, b"z") == ""
        assert asked(server.address, large, MARKER[:10], MARKER[10:], large) == SIGNATURE
        assert asked(server.address) == ""
    assert server.streams == [b"a" + large + b"z", large + MARKER + large, b""]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"stream: OK", "antivirus_silent"),
        (b"stream: Some.Virus FOU", "antivirus_silent"),
        (b"", "antivirus_silent"),
        (b"x" * 10_000 + b"\0", "antivirus_silent"),
        (b"\0", "antivirus_error"),
        (b"OKAY\0", "antivirus_error"),
        (b"Ostream: K\0", "antivirus_error"),
        (b"stream: stream: OK\0", "antivirus_error"),
        (b"stream: NOT OK\0", "antivirus_error"),
        (b"stream: FOUND\0", "antivirus_error"),
        (b"stream: Can't allocate memory ERROR\0", "antivirus_error"),
        (b"\xff\xfe\x01\0", "antivirus_error"),
        (b"INSTREAM size limit exceeded. ERROR\0", "antivirus_limit"),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", "antivirus_limit"),
    ],
)
def test_whatever_is_not_a_whole_answer_is_held(answer: bytes, reason: str) -> None:
    """Half an OK is none, and so is a content that the scanner did not look through."""
    with Clamd(saying(answer)) as server:
        assert held(server.address, b"content").reason == reason


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("stream: OK", ""),
        ("OK", ""),
        ("instream(127.0.0.1@40000): OK", ""),
        ("stream: Eicar-Signature FOUND", "Eicar-Signature"),
        ("INSTREAM: A name of words(0) FOUND", "A name of words(0)"),
    ],
)
def test_answers_of_old_and_new_versions_are_understood(answer: str, found: str) -> None:
    """What stands before the colon differs."""
    assert understood(answer) == found


@pytest.mark.parametrize("how", [stalling, deaf], ids=["no answer", "nothing read"])
def test_a_scanner_that_stalls_is_waited_for_no_longer_than_allowed(how: Callable[..., None]) -> None:
    """With more content than the sockets take, too."""
    with Clamd(how) as server:
        began = time.monotonic()
        hold = held(server.address, *[bytes(1 << 16)] * 400, seconds=0.3)

    assert (hold.reason, hold.detail) == ("antivirus_silent", f"{server.address}: no answer in time")
    assert time.monotonic() - began < STALLS


def test_a_scanner_that_hangs_up_amid_the_content_is_silent() -> None:
    """Whatever the system says of the connection."""
    with Clamd(dropping) as server:
        assert held(server.address, *[bytes(1 << 16)] * 400).reason == "antivirus_silent"


def test_what_it_says_before_it_hangs_up_is_heard(tmp_path: Path) -> None:
    """The daemon answers and hangs up once a content passes its limit, while more of it is being sent."""
    with Clamd(at=tmp_path / "clamd.ctl", most=100_000) as server:
        assert held(server.address, *[bytes(1 << 16)] * 400).reason == "antivirus_limit"


@pytest.mark.parametrize(
    "address", ["/nowhere/clamd.ctl", "/" + "x" * 200, "127.0.0.1:1", "127.0.0.1:99999", "[::1]:1", "a..b:1"]
)
def test_a_scanner_that_is_not_there_is_silent(address: str) -> None:
    """No socket at all, none of that name, none that could be."""
    hold = held(address, b"content")

    assert hold.reason == "antivirus_silent"
    assert hold.detail.startswith(f"{address}: ")


def test_one_that_did_not_answer_is_left_alone_for_a_while() -> None:
    """The next flows are held at once, not after the whole time each; then it is asked first whether it is there."""
    now = [0.0]
    with Clamd(saying(b"")) as server:
        scanner = Scanner(server.address, 5, clock=lambda: now[0])
        for _ in range(3):
            with pytest.raises(Hold, match="antivirus_silent"):
                scanner.opened(0)([b"content"])
        assert len(server.asked) == 1
        now[0] = clamd.REST_SECONDS
        with pytest.raises(Hold, match="antivirus_silent"):
            scanner.opened(0)([b"content"])
        assert [one.command for one in server.asked] == ["INSTREAM", "PING"]
        server.how = soundly
        now[0] *= 2
        assert [scanner.opened(0)([b"content"]) for _ in range(2)] == ["", ""]
        assert [one.command for one in server.asked][2:] == ["PING", "INSTREAM", "INSTREAM"]


def test_a_scanner_that_answers_something_else_to_ping_is_not_there() -> None:
    """Another service on its port is not asked about anything."""
    now = [0.0]
    with Clamd(saying(b"")) as server:
        scanner = Scanner(server.address, 5, clock=lambda: now[0])
        with pytest.raises(Hold):
            scanner.opened(0)([b"content"])
        server.how = saying(b"220 mail.example.net ESMTP\0")
        now[0] = clamd.REST_SECONDS
        with pytest.raises(Hold, match="220 mail"):
            scanner.opened(0)([b"content"])
        assert server.streams == [b"content"]


def test_all_contents_of_a_flow_have_one_time_together() -> None:
    """Many attachments do not multiply it."""
    now = [0.0]
    with Clamd() as server:
        scan = Scanner(server.address, 5, clock=lambda: now[0]).opened(2_000_000)
        now[0] = 6.9
        assert scan([b"content"]) == ""
        now[0] = 7.1
        with pytest.raises(Hold, match="no answer in time"):
            scan([b"content"])


def test_a_content_that_cannot_be_read_is_no_matter_of_the_scanner() -> None:
    """Its own trouble is told, and the scanner stays in good standing."""

    def broken() -> object:
        yield b"content"
        msg = "disk"
        raise OSError(msg)

    with Clamd() as server:
        scanner = Scanner(server.address, 5)
        with pytest.raises(OSError, match="disk"):
            scanner.opened(0)(broken())  # type: ignore[arg-type]
        assert scanner.opened(0)([b"content"]) == ""


def test_nobody_is_asked_without_an_address() -> None:
    """No socket, no scanner."""
    assert clamd.scanner("", 5) is None


def test_the_stand_in_speaks_as_a_daemon_does() -> None:
    """PING, and a command that it does not know."""
    with Clamd() as server:
        host, port = server.address.split(":")
        for command, answer in ((b"zPING\0", b"PONG\0"), (b"zWHAT\0", b"UNKNOWN COMMAND\0")):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(command)
                assert connection.recv(100) == answer
