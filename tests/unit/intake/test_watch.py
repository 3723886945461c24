"""What a gate hears of its inboxes while it runs."""

from __future__ import annotations

import errno
import queue
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from watchdog.events import FileSystemEvent, FileSystemEventHandler

from edigate.intake.folder import Inbox
from edigate.intake.watch import Observer, watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
PATIENCE = 60


class _Heard(FileSystemEventHandler):
    def __init__(self) -> None:
        self.events: queue.SimpleQueue[tuple[str, str, str]] = queue.SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if not event.is_directory:
            self.events.put((event.event_type, str(event.src_path), str(event.dest_path)))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with a partner's folder, in which a file lies."""
    folder = tmp_path / "inbox" / "CPP001"
    folder.mkdir(parents=True)
    (folder / "claimed.xml").write_text("<a/>", encoding="utf-8")
    return folder


@pytest.fixture
def heard(inbox: Path) -> Iterator[_Heard]:
    """All that is heard of the files in it."""
    handler, observer = _Heard(), Observer()
    observer.schedule(handler, str(inbox.parent), recursive=True)
    observer.start()
    yield handler
    observer.stop()
    observer.join()


def test_what_is_taken_away_is_not_heard_of_and_holds_up_nothing(inbox: Path, heard: _Heard, tmp_path: Path) -> None:
    """A claim is a rename out of the inbox: the news of what arrives next does not wait behind it."""
    (inbox / "claimed.xml").rename(tmp_path / "claimed.xml")
    new = tmp_path / "new.xml"
    new.write_text("<a/>", encoding="utf-8")
    new.rename(inbox / "new.xml")

    assert heard.events.get(timeout=PATIENCE) == ("moved", "", str(inbox / "new.xml"))


def test_a_file_is_heard_of_when_it_begins_and_when_it_ends(inbox: Path, heard: _Heard) -> None:
    """What is written in between is looked at when it has been quiet; each write would wake the gate."""
    with (inbox / "new.xml").open("wb", buffering=0) as file:
        for _ in range(3):
            file.write(b"<a/>")

    told = [heard.events.get(timeout=PATIENCE) for _ in range(2)]
    assert told == [("created", str(inbox / "new.xml"), ""), ("closed", str(inbox / "new.xml"), "")]


def test_a_folder_that_comes_later_is_watched_too(inbox: Path, heard: _Heard, tmp_path: Path) -> None:
    """A partner's folder may be made, or moved there, while the gate runs."""
    made, moved = inbox.parent / "CPP002", tmp_path / "CPP003"
    made.mkdir()
    moved.mkdir()
    moved.rename(inbox.parent / "CPP003")
    for folder in (made, inbox.parent / "CPP003"):
        new = tmp_path / "new.xml"
        new.write_text("<a/>", encoding="utf-8")
        _until_watched(heard, folder)
        new.rename(folder / "new.xml")
        assert ("moved", "", str(folder / "new.xml")) in iter(lambda: heard.events.get(timeout=PATIENCE), None)


def _until_watched(heard: _Heard, folder: Path) -> None:
    """A watch is set a moment after the folder was heard of; the rescan sees what came before."""
    probe = folder / "probe"
    while True:
        probe.write_text("", encoding="utf-8")
        try:
            if heard.events.get(timeout=0.2)[1] == str(probe):
                return
        except queue.Empty:
            continue


@pytest.mark.parametrize("step", ["_create_inotify_fd", "add_callback"])
def test_a_kernel_that_lets_nobody_else_watch_stops_no_gate(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its limits are for all programs of an account; the gate says so, and goes by its rescans."""

    def none_left(*_: object) -> None:
        raise OSError(errno.EMFILE, "inotify limit reached")

    monkeypatch.setattr(f"watchdog.observers.inotify_c.InotifyFD.{step}", none_left)
    before = threading.active_count()
    root = Inbox(inbox.parent, quiet_seconds=0, broken_after_seconds=0)
    with capture_logs() as told, watching(root, lambda: None):
        assert threading.active_count() == before

    assert told == [
        {
            "event": "gate.trouble", "log_level": "warning", "step": "watch",
            "error": f"[Errno {errno.EMFILE}] inotify limit reached",
        }
    ]  # fmt: skip
