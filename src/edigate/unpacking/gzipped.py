"""A gzip stream, member after member (RFC 1952), with what the standard library's reader hides or does slowly.

That reader takes header names and padding byte by byte, in as many steps as a sender likes to send bytes.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from isal import isal_zlib

from edigate.domain.faults import fault
from edigate.unpacking.limits import Ended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edigate.domain.faults import Fault

PIECE = 1 << 18
MOST_MEMBERS = 100_000  # each costs a fixed effort, however little it holds
MOST_HEADER = 1 << 17
_MAGIC = b"\x1f\x8b"
_DEFLATE = 8
_HEADER = struct.Struct("<2sBB6x")
_LENGTH = struct.Struct("<H")
_TRAILER = struct.Struct("<II")
_CHECKED, _EXTRA, _NAMED, _COMMENTED, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0


class Feed:
    """Packed bytes in the order of the file; what one reader leaves, the next one gets."""

    __slots__ = ("_chunks", "at", "rest")

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """`at` counts the bytes that were taken from the chunks; `rest` are those of them not used yet."""
        self._chunks = iter(chunks)
        self.rest = b""
        self.at = 0

    def more(self) -> bool:
        """Take in another chunk; False at the end."""
        chunk = next(self._chunks, b"")
        self.at += len(chunk)
        self.rest = self.rest + chunk if self.rest else chunk
        return bool(chunk)

    def goes_on(self) -> bool:
        """Whether bytes are left, which are then in `rest`."""
        return bool(self.rest) or self.more()

    def take(self, size: int) -> bytes:
        """So many bytes; raises EOFError where there are fewer."""
        while len(self.rest) < size:
            if not self.more():
                raise EOFError
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def text(self) -> bytes:
        """What stands before the next zero byte, which is taken too; raises EOFError or ValueError where it is long."""
        while (end := self.rest.find(b"\x00")) == -1:
            if len(self.rest) > MOST_HEADER:
                raise ValueError
            if not self.more():
                raise EOFError
        return self.take(end + 1)


def inflated(feed: Feed) -> Iterator[bytes]:
    """What a raw deflate stream holds, to its end; raises EOFError where that is missing, zlib.error on damage."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    while not stream.eof:
        at_end = not feed.goes_on()
        piece = stream.decompress(feed.rest, PIECE)  # even without input there can be output left
        if at_end and not piece:
            raise EOFError
        feed.rest = stream.unused_data or stream.unconsumed_tail
        if piece:
            yield piece


def gunzipped(packed: Iterable[bytes]) -> Iterator[bytes]:
    """What all members hold, in pieces of at most PIECE bytes; zeros after the last one are padding.

    Raises Ended: EDG-F031 cut short, EDG-F032 damaged, EDG-F033 followed by something else.
    """
    feed = Feed(packed)
    try:
        for _ in range(MOST_MEMBERS):
            _skip_header(feed)
            yield from _member(feed)
            if not _another(feed):
                return
    except EOFError:
        raise Ended(fault("EDG-F031", "archive", feed.at)) from None
    except zlib.error:
        raise Ended(_damage(feed, "archive.deflate")) from None
    except ValueError:
        raise Ended(_damage(feed, "archive.gzip_header")) from None
    raise Ended(_damage(feed, "archive.members"))


def _damage(feed: Feed, reason: str) -> Fault:
    return fault("EDG-F032", "archive", feed.at - len(feed.rest), reason=reason)


def _skip_header(feed: Feed) -> None:
    magic, method, flags = _HEADER.unpack(feed.take(_HEADER.size))
    if magic != _MAGIC or method != _DEFLATE or flags & _RESERVED:
        raise ValueError
    if flags & _EXTRA:
        feed.take(_LENGTH.unpack(feed.take(_LENGTH.size))[0])
    if flags & _NAMED:
        feed.text()
    if flags & _COMMENTED:
        feed.text()
    if flags & _CHECKED:
        feed.take(_LENGTH.size)


def _member(feed: Feed) -> Iterator[bytes]:
    check, size = 0, 0
    for piece in inflated(feed):
        check = isal_zlib.crc32(piece, check)
        size += len(piece)
        yield piece
    if _TRAILER.unpack(feed.take(_TRAILER.size)) != (check, size & 0xFFFFFFFF):
        raise Ended(_damage(feed, "archive.crc"))


def _another(feed: Feed) -> bool:
    """Whether a member follows; raises Ended where something else does, EOFError where no more than its first byte."""
    if len(feed.rest) < len(_MAGIC):
        feed.more()
    if feed.rest.startswith(_MAGIC):
        return True
    if feed.rest and _MAGIC.startswith(feed.rest):
        raise EOFError
    while feed.goes_on():
        found = feed.rest.lstrip(b"\x00")
        if found:
            raise Ended(fault("EDG-F033", "archive", feed.at - len(found), where="archive.after_gzip"))
        feed.rest = b""
    return False
