"""What every kind of archive does: whatever is kept comes back byte for byte, or is told to be altered."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.archive import HEAD, Altered, Folder
from edigate.ledger.objects import IN_MEMORY, PIECE
from edigate.ledger.remote_archive import Remote

if TYPE_CHECKING:
    from edigate.ledger.archive import Archive

DAY, NEXT = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
SIZES = {"empty": 0, "one byte": 1, "as a head": HEAD, "one piece": PIECE, "two pieces": PIECE + 1, "large": IN_MEMORY}


def keep(archive: Archive, content: bytes, day: dt.date = DAY) -> str:
    """Keep some bytes as a deposit; returns their place."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        place, sha256, size = archive.keep(file.fileno(), day)
    archive.seal(day)
    assert (place, size) == (f"{day.isoformat()}/{sha256}", len(content))
    assert sha256 == hashlib.sha256(content).hexdigest()
    return place


def damage(archive: Archive, place: str, content: bytes) -> None:
    """Put something else in a deposit's place."""
    if isinstance(archive, Folder):
        (archive.root / place).chmod(0o640)
        (archive.root / place).write_bytes(content)
        return
    assert isinstance(archive, Remote)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        archive.objects.put(place, file)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_what_is_kept_comes_back_byte_for_byte(archive: Archive, size: int) -> None:
    """However it is asked for."""
    content = os.urandom(min(size, 100_000)).ljust(size, b"x")
    place = keep(archive, content)

    assert archive.recall(place) == content
    with archive.open(place) as file:
        assert file.read() == content
        file.seek(-min(size, 10), os.SEEK_END)
        assert file.read() == content[-min(size, 10) :][:10]
    assert archive.head(place) == content[:HEAD]
    assert archive.recall(place) == content
    with archive.open(place) as file:
        assert file.read() == content
    assert archive.digest(place) == (hashlib.sha256(content).hexdigest(), size)


def test_what_lies_there_is_seen_without_reading_it(archive: Archive) -> None:
    """Its size, since when, and that nobody may write to it."""
    before = time.time()
    seen = archive.seen(keep(archive, b"abc"))

    assert (seen.size, seen.writable) == (3, False)
    assert before - 2 <= seen.since <= time.time() + 2


def test_the_same_content_is_kept_once_a_day(archive: Archive) -> None:
    """However many deposits bring it, and at once."""
    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(lambda _: keep(archive, b"same"), range(8)))

    assert len(places) == 1
    keep(archive, b"same", NEXT)
    assert list(archive.places()) == [f"{day}/{hashlib.sha256(b'same').hexdigest()}" for day in (DAY, NEXT)]


def test_places_are_told_day_by_day(archive: Archive) -> None:
    """From any day on, and none of an archive that nothing was kept in."""
    assert (list(archive.places()), archive.holds_any()) == ([], False)
    first, second = keep(archive, b"1"), keep(archive, b"2", NEXT)

    assert (list(archive.places()), archive.holds_any()) == ([first, second], True)
    assert list(archive.places(NEXT.isoformat())) == [second]
    archive.tidy()
    assert list(archive.places()) == [first, second]


@pytest.mark.parametrize("found", [None, b"", b"other", b"abcd", b"x" * (PIECE + 1)])
def test_what_was_altered_is_not_given_out(archive: Archive, found: bytes | None) -> None:
    """Nor is what is missing."""
    place = keep(archive, b"abc")
    if found is None:
        archive.remove(place)
        with pytest.raises(Altered):
            archive.head(place)
        with pytest.raises(FileNotFoundError):
            archive.seen(place)
        with pytest.raises(FileNotFoundError):
            archive.digest(place)
    else:
        damage(archive, place, found)
        assert archive.digest(place) == (hashlib.sha256(found).hexdigest(), len(found))
        assert archive.head(place) == found[:HEAD]

    with pytest.raises(Altered):
        archive.recall(place)
    with pytest.raises(Altered), archive.open(place):
        pass


def test_a_deposit_that_is_removed_takes_its_day_along(archive: Archive) -> None:
    """And removing it again changes nothing."""
    one, other = keep(archive, b"1"), keep(archive, b"2")
    archive.remove(one)
    assert list(archive.places()) == [other]

    archive.remove(other)
    archive.remove(other)
    assert (list(archive.places()), archive.holds_any()) == ([], False)


def test_a_worker_is_told_of_it_in_a_pickle(archive: Archive) -> None:
    """A description, which opens what it describes by itself."""
    place = keep(archive, b"abc")

    told = pickle.loads(pickle.dumps(archive))  # noqa: S301 - our own
    assert told == archive
    assert told.recall(place) == b"abc"
