"""Files on a real OpenSSH server: listed, read, written, renamed and removed, and gone on with after a break."""

from __future__ import annotations

import io
import os
import random
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edigate.remote.connection import Times
from edigate.remote.session import safely_behind
from edigate.remote.trouble import Cause, Refused, Unreachable
from tests.cable import Cable
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.remote.session import Session
    from tests.integration.remote.conftest import Known

PATIENCE = 60
TIMES_OF_THE_LIBRARY = 15
"""What it would wait without being told otherwise."""
BIG = random.Random(4).randbytes(8_000_000)


def test_folders_are_listed(known: Known) -> None:
    """Name, size, time and whether it is a file; links, folders and FIFOs are none."""
    root = known.sshd.root
    (root / "in").mkdir()
    (root / "in" / "flow.xml").write_bytes(b"1234")
    os.utime(root / "in" / "flow.xml", (1_700_000_000, 1_700_000_000))
    (root / "in" / "link").symlink_to("flow.xml")
    (root / "in" / "folder").mkdir()
    os.mkfifo(root / "in" / "pipe")
    with known.connect() as session:
        found = {entry.name: entry for entry in session.list("in")}
        assert session.stat("in/link") == found["link"]
        assert session.stat("in/none") is None
    assert {name for name, entry in found.items() if entry.is_file} == {"flow.xml"}
    assert found.keys() == {"flow.xml", "link", "folder", "pipe"}
    assert (found["flow.xml"].size, found["flow.xml"].mtime) == (4, 1_700_000_000)


def test_long_folders_are_listed_whole(known: Known) -> None:
    """More names than go into one answer."""
    names = {f"{'n' * 100}{number:04}" for number in range(1_500)}
    for name in names:
        (known.sshd.root / name).touch()
    with known.connect() as session:
        assert {entry.name for entry in session.list(".")} == names


@pytest.mark.parametrize("name", ["dé posé\n.xml", os.fsdecode(b"caf\xe9.xml"), "n" * 255])
def test_names_survive_there_and_back(known: Known, name: str) -> None:
    """Names with line ends, names that are no UTF-8 and names of full length are listed, read, renamed and removed."""
    (known.sshd.root / name).write_bytes(b"content")
    with known.connect() as session:
        (entry,) = session.list(".")
        assert entry.name == name
        assert b"".join(session.read(entry.name)) == b"content"
        session.rename(name, "taken")
        session.rename("taken", name)
        assert [found.name for found in (known.sshd.root).iterdir()] == [name]
        session.remove(name)
    assert list(known.sshd.root.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 100_000, len(BIG)])
def test_files_are_read_and_written_whole(known: Known, size: int) -> None:
    """Empty, small and big files are the same on both sides."""
    content = BIG[:size]
    with known.connect() as session:
        session.write("up", io.BytesIO(content))
        assert (known.sshd.root / "up").read_bytes() == content
        assert b"".join(session.read("up")) == content


def test_transfers_go_on_from_an_offset(known: Known) -> None:
    """Reading begins at the offset; writing keeps what is before it and begins there."""
    (known.sshd.root / "half").write_bytes(BIG[:1_000_000])
    with known.connect() as session:
        assert b"".join(session.read("half", 999_990)) == BIG[999_990:1_000_000]
        assert b"".join(session.read("half", 1_000_000)) == b""
        session.write("half", io.BytesIO(BIG), 1_000_000)
        assert (known.sshd.root / "half").read_bytes() == BIG
        session.write("half", io.BytesIO(b"short"))
    assert (known.sshd.root / "half").read_bytes() == b"short"


def test_reading_may_be_left_early(known: Known) -> None:
    """What was still under way does not get into what comes after."""
    (known.sshd.root / "big").write_bytes(BIG)
    (known.sshd.root / "small").write_bytes(b"small")
    with known.connect() as session:
        for _ in range(3):
            pieces = session.read("big")
            for _ in range(20):
                next(pieces)
            pieces.close()  # type: ignore[attr-defined]
            assert b"".join(session.read("small")) == b"small"
            assert len(session.list(".")) == 2


def test_what_is_missing_is_told_apart(known: Known) -> None:
    """A file or a folder that is not there is `missing`; the session goes on."""
    with known.connect() as session:
        for attempt in (
            lambda: session.list("none"),
            lambda: list(session.read("none")),
            lambda: session.rename("none", "other"),
            lambda: session.remove("none"),
            lambda: session.write("none/file", io.BytesIO(b"")),
        ):
            with pytest.raises(Refused) as caught:
                attempt()
            assert caught.value.missing
            assert "none" in str(caught.value)
        assert session.list(".") == []


def test_a_rename_never_overwrites(known: Known) -> None:
    """Where the name is taken, both files stay as they are."""
    for name in ("one", "other"):
        (known.sshd.root / name).write_text(name)
    with known.connect() as session, pytest.raises(Refused) as caught:
        session.rename("one", "other")
    assert caught.value.cause is Cause.EXISTS
    assert (known.sshd.root / "one").read_text() == "one"
    assert (known.sshd.root / "other").read_text() == "other"


def test_a_server_that_allows_less_says_so(tmp_path: Path, known: Known) -> None:
    """Renaming and writing that a server forbids are refused as such, and reading goes on."""
    with Sshd(tmp_path / "strict", denied=("rename", "posix-rename", "hardlink")) as strict:
        (strict.root / "file").write_text("here")
        strict.authorise((known.sshd.folder / f"{known.sshd.key_file.name}.pub").read_text())
        known.sshd, before = strict, known.sshd
        known.pin()
        with known.connect(key_file=str(before.key_file)) as session:
            with pytest.raises(Refused) as caught:
                session.rename("file", "other")
            assert caught.value.cause is Cause.DENIED
            assert b"".join(session.read("file")) == b"here"
        known.sshd = before


def test_a_full_disk_is_told(known: Known) -> None:
    """A server that cannot write any more refuses, and the session goes on."""
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("no /dev/full on this machine")
    with known.connect() as session:
        with pytest.raises(Refused) as caught:
            session.write("/dev/full", io.BytesIO(BIG))
        assert caught.value.cause is Cause.FAILED
        assert session.list(".") == []


def breaking(known: Known, cable: Cable, go_on: Callable[[Session], None]) -> None:
    """Go on until it is done, the connection being cut twice in the middle."""
    for _ in range(2):
        cable.cut_after(3_500_000)
        with pytest.raises(Unreachable) as caught, known.connect(cable.port) as session:
            go_on(session)
        assert caught.value.cause is Cause.BROKEN_OFF
    with known.connect(cable.port) as session:
        go_on(session)


def test_a_download_goes_on_after_the_connection_broke(known: Known) -> None:
    """Cut twice in the middle, the pieces put together are the file."""
    (known.sshd.root / "big").write_bytes(BIG)
    got = bytearray()

    def go_on(session: Session) -> None:
        for piece in session.read("big", len(got)):
            got.extend(piece)

    with Cable(known.sshd.host, known.sshd.port) as cable:
        breaking(known, cable, go_on)
    assert bytes(got) == BIG


def test_an_upload_goes_on_after_the_connection_broke(known: Known) -> None:
    """Cut twice in the middle, it goes on behind what the server has."""

    def go_on(session: Session) -> None:
        there = session.stat("up")
        session.write("up", io.BytesIO(BIG), safely_behind(there.size) if there else 0)

    with Cable(known.sshd.host, known.sshd.port) as cable:
        breaking(known, cable, go_on)
    assert (known.sshd.root / "up").read_bytes() == BIG


def test_a_server_that_goes_down_is_told(known: Known) -> None:
    """In the middle of a session, and afterwards; when it is up again, so is the next session."""
    with known.connect() as session:
        known.sshd.stop()
        with pytest.raises(Unreachable) as caught:
            session.list(".")
    assert caught.value.cause is Cause.BROKEN_OFF
    with pytest.raises(Unreachable) as caught, known.connect():
        pass
    assert caught.value.cause is Cause.PORT_CLOSED
    known.sshd.start()
    with known.connect() as session:
        assert session.list(".") == []


@pytest.mark.parametrize("direction", ["down", "up"])
def test_a_connection_that_falls_silent_is_given_up(known: Known, direction: str) -> None:
    """Nothing moves, nothing is closed: after `silence` the transfer ends."""
    (known.sshd.root / "big").write_bytes(BIG)
    times = Times(connect=60, silence=3)
    with Cable(known.sshd.host, known.sshd.port) as cable, known.connect(cable.port, times) as session:
        pieces = session.read("big")
        next(pieces)
        transfers: dict[str, Callable[[], object]] = {
            "down": lambda: list(pieces),
            "up": lambda: session.write("up", io.BytesIO(BIG)),
        }
        cable.block()
        with pytest.raises(Unreachable) as caught:
            transfers[direction]()
        cable.unblock()
    assert caught.value.cause is Cause.SILENT


def test_a_port_that_never_speaks_is_given_up(known: Known) -> None:
    """Connections are taken and nothing is ever said: the time for a connection is not exceeded by much."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(Unreachable) as caught, known.connect(mute.getsockname()[1], Times(connect=0.5)):
            pass
    assert caught.value.cause is Cause.NOT_SSH
    assert time.monotonic() - began < TIMES_OF_THE_LIBRARY


@pytest.mark.parametrize("said", [b"HTTP/1.0 400 Bad Request\r\n\r\n", b"SSH-2.0-only a name\r\n", b"\0" * 5_000])
def test_a_port_that_speaks_something_else_is_told(known: Known, said: bytes) -> None:
    """A web server, half an SSH server or noise is no reason to wait long."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken: list[socket.socket] = []

        def talk() -> None:
            line, _ = other.accept()
            line.sendall(said)
            taken.append(line)

        speaker = threading.Thread(target=talk)
        speaker.start()
        began = time.monotonic()
        with pytest.raises(Unreachable), known.connect(other.getsockname()[1], Times(connect=0.5)):
            pass
        assert time.monotonic() - began < TIMES_OF_THE_LIBRARY
        speaker.join()
        taken[0].close()


def test_a_login_that_never_ends_is_given_up(known: Known) -> None:
    """The connection stops moving once keys are agreed on: the time for a login is not exceeded by much."""
    with Cable(known.sshd.host, known.sshd.port) as cable:
        with known.connect(cable.port):
            pass
        until_login = cable.passed - 3_000
        for share in (0.3, 0.6, 0.9):
            stalled = Cable(known.sshd.host, known.sshd.port)
            with stalled:
                stalled.block_after(int(until_login * share))
                began = time.monotonic()
                with pytest.raises(Unreachable), known.connect(stalled.port, Times(connect=0.7)):
                    pass
                assert time.monotonic() - began < TIMES_OF_THE_LIBRARY


def test_a_name_that_leads_nowhere_is_told(known: Known) -> None:
    """A host that has no address is told as that."""
    known.sshd.host = "no-such-host.invalid"
    with pytest.raises(Unreachable) as caught, known.connect():
        pass
    assert caught.value.cause is Cause.NO_SUCH_NAME


def test_nothing_stays_behind(known: Known) -> None:
    """Sessions, also those that broke, leave no thread and no open file."""

    def thread_count() -> int:
        return sum(thread.is_alive() for thread in threading.enumerate())

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with known.connect():
        pass
    threads, files = thread_count(), open_files()
    for _ in range(3):
        with known.connect() as session:
            session.list(".")
        with Cable(known.sshd.host, known.sshd.port) as cable:
            cable.cut_after(2_500)
            with pytest.raises(Unreachable), known.connect(cable.port):
                pass
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and (thread_count() > threads or open_files() > files):
        time.sleep(0.05)
    assert thread_count() <= threads
    assert open_files() <= files
