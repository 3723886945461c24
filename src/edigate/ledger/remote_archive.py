"""An archive in an object store: one object per deposit, `<url>/<day>/<sha256>`, stored once and read as a stream."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, cast

from edigate.ledger.archive import ARRIVING, CHUNK, HEAD, Altered, Seen
from edigate.ledger.objects import IN_MEMORY, PIECE, Objects

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

_last: dict[str, bytes] = {}
"""The deposit whose head was asked for last, if all of it came with it: it is examined next."""


@dataclass(frozen=True, slots=True)
class Remote:
    """An archive in a store. `cache` is a folder of this machine for what does not fit into memory.

    What is out of reach raises Unreachable, here and at every step: whether a deposit is there is not known then.
    """

    objects: Objects
    cache: Path

    def keep(self, source: int, day: dt.date, *, synced: bool = True, path: str = "") -> tuple[str, str, int]:
        """Copy an open file into the store. It is durable as soon as the store has answered.

        What is stored is what was hashed, whatever becomes of the source meanwhile.
        """
        del synced, path  # of files, which these are not
        digest = hashlib.sha256()
        with self._copy() as copy:
            while chunk := os.read(source, CHUNK):
                digest.update(chunk)
                copy.write(chunk)
            size = copy.tell()
            copy.seek(0)
            place = f"{day.isoformat()}/{digest.hexdigest()}"
            self.objects.put(place, copy)
        _last.pop(place, None)  # it may have been found damaged
        return place, digest.hexdigest(), size

    def folder(self) -> None:
        """It is no folder of this machine."""
        return

    def seal(self, day: dt.date) -> None:
        """Nothing is left to do: each object was durable when the store answered."""

    def tidy(self) -> None:
        """Take away what was begun in a store that needs a second step to keep a file whole."""
        self.objects.tidy()

    def head(self, place: str) -> bytes:
        """The first bytes; a small deposit is there whole for `recall` and `open`, which come next."""
        try:
            first = next(self.objects.pieces(place))
        except FileNotFoundError as error:
            raise Altered(place) from error
        _last.clear()
        if len(first) < PIECE:
            _last[place] = first
        return first[:HEAD]

    def recall(self, place: str) -> bytes:
        """What was deposited. Raises Altered."""
        content = _last.get(place)
        if content is None:
            with _altered_if_missing(place):
                content = b"".join(self.objects.pieces(place))
        if hashlib.sha256(content).hexdigest() != place.rpartition("/")[2]:
            raise Altered(place)
        return content

    @contextmanager
    def open(self, place: str) -> Iterator[BinaryIO]:
        """The same as a file at its start, on this machine's disk if it is large. Raises Altered."""
        if place in _last:
            yield BytesIO(self.recall(place))
            return
        digest = hashlib.sha256()
        with self._copy() as copy:
            with _altered_if_missing(place):
                for piece in self.objects.pieces(place):
                    digest.update(piece)
                    copy.write(piece)
            if digest.hexdigest() != place.rpartition("/")[2]:
                raise Altered(place)
            copy.seek(0)
            yield copy

    def digest(self, place: str) -> tuple[str, int]:
        """SHA-256 and size of what lies there. Raises OSError."""
        digest, size = hashlib.sha256(), 0
        for piece in self.objects.pieces(place):
            digest.update(piece)
            size += len(piece)
        return digest.hexdigest(), size

    def seen(self, place: str) -> Seen:
        """What the store says of it; who may write there is the store's affair. Raises OSError."""
        found = self.objects.look(place)
        return Seen(found.size, found.since)

    def protect(self, place: str) -> None:
        """Nothing that could be done from here."""

    def remove(self, place: str) -> None:
        """Take an object away, if it is still there."""
        self.objects.remove(place)

    def places(self, since: str = "") -> Iterator[str]:
        """Every deposit there, day by day."""
        for day in self._days():
            if day >= since:
                yield from (one.key for one in self.objects.below(day))

    def holds_any(self) -> bool:
        """Whether any deposit was ever kept there, and not purged since."""
        return any(self.objects.below(day) for day in self._days())

    def _days(self) -> list[str]:
        return [name for name in self.objects.folders() if name != ARRIVING]

    @contextmanager
    def _copy(self) -> Iterator[BinaryIO]:
        where = str(self.cache) if self.cache.is_dir() else None
        with tempfile.SpooledTemporaryFile(IN_MEMORY - 1, dir=where) as copy:
            yield cast("BinaryIO", copy)


@contextmanager
def _altered_if_missing(place: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Altered(place) from error
