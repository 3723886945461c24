"""The entries of a tar archive read as a stream: ustar, pax and GNU (POSIX.1-2017, pax).

The standard library reads the header blocks; its own walk through an archive takes extensions of any size into memory,
follows them by recursion and skips over what it cannot read.
"""

from __future__ import annotations

import re
import tarfile
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.faults import fault
from edigate.parsers._xml import kind_of
from edigate.unpacking.limits import Ended
from edigate.unpacking.members import FILE, FOLDER, Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edigate.domain.faults import Fault

BLOCK = tarfile.BLOCKSIZE
MOST_EXTENSIONS = 16
MOST_EXTENSION_BYTES = 1 << 20
_NO_END = 1 << 62
_RECORD = re.compile(rb"(\d{1,9}) ([^=\n]+)=")
_DECIMAL = re.compile(r"[0-9]{1,18}")
_SPARSE = "GNU.sparse."
_ENTRY_KEYS = ("path", "linkpath", "size")
_MORE_SPARSE = 504  # of a block of the old GNU map, as 482 is of its header
_FIRST_SPARSE = 482

TYPES: Mapping[bytes, str] = MappingProxyType(
    {
        tarfile.REGTYPE: FILE,
        tarfile.AREGTYPE: FILE,
        tarfile.CONTTYPE: FILE,
        tarfile.DIRTYPE: FOLDER,
        tarfile.SYMTYPE: "symlink",
        tarfile.LNKTYPE: "hard_link",
        tarfile.CHRTYPE: "device",
        tarfile.BLKTYPE: "device",
        tarfile.FIFOTYPE: "fifo",
        tarfile.GNUTYPE_SPARSE: "sparse",
    }
)
_WITHOUT_DATA = frozenset({FOLDER, "symlink", "hard_link", "device", "fifo"})
_PAX = frozenset({tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE})
_LONG: Mapping[bytes, str] = MappingProxyType({tarfile.GNUTYPE_LONGNAME: "path", tarfile.GNUTYPE_LONGLINK: "linkpath"})
_EXTENSIONS = frozenset({*_PAX, *_LONG, tarfile.XGLTYPE})


class Stream:
    """The bytes of a tar, taken in order."""

    __slots__ = ("_at", "_piece", "_pieces", "position")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """`position` is the number of bytes taken so far."""
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0
        self.position = 0

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes, fewer only at the end."""
        while size and (piece := self._next(size)):
            size -= len(piece)
            yield piece

    def read(self, size: int) -> bytes:
        """The next `size` bytes in one, fewer only at the end."""
        return b"".join(self.pieces(size))

    def skip(self, size: int) -> None:
        """Pass over them; raises Ended where there are fewer."""
        begun = self.position
        for _ in self.pieces(size):
            pass
        if self.position - begun < size:
            raise Ended(self.cut())

    def cut(self) -> Fault:
        """The stream ended where more was announced."""
        return fault("EDG-F031", "archive", self.position)

    def damage(self, reason: str) -> Fault:
        """What stands here is not what a tar has."""
        return fault("EDG-F032", "archive", self.position, reason=reason)

    def _next(self, most: int) -> bytes:
        if self._at == len(self._piece):
            self._piece, self._at = next(self._pieces, b""), 0
        taken = self._piece[self._at : self._at + most]
        self._at += len(taken)
        self.position += len(taken)
        return taken


def members(pieces: Iterable[bytes]) -> Iterator[Member]:
    """Every entry in order; raises Ended: EDG-F030 no tar, EDG-F031 cut short, EDG-F032 damaged, EDG-F033 trailing.

    An archive may end without its mark of zero blocks, as some programs write it; in the middle of an entry never.
    """
    stream = Stream(pieces)
    while (found := _following(stream)) is not None:
        member, stored = found
        end = stream.position + stored
        yield member
        stream.skip(-stored % BLOCK + end - stream.position)
    for piece in stream.pieces(_NO_END):
        if piece.count(0) < len(piece):
            raise Ended(fault("EDG-F033", "archive", stream.position, where="archive.after_tar"))


def _following(stream: Stream) -> tuple[Member, int] | None:
    """The next entry and how many bytes it takes in the stream; None at the end."""
    said: dict[str, str] = {}
    for number in range(MOST_EXTENSIONS):
        block = stream.read(BLOCK)
        if block.count(0) == len(block):
            _check_end(block, stream, inside=number > 0)
            return None
        header = _header(block, stream)
        if header.type not in _EXTENSIONS:
            return _member(header, block, said, stream)
        said |= _extension(header, stream)
    raise Ended(stream.damage("archive.extensions"))


def _check_end(block: bytes, stream: Stream, *, inside: bool) -> None:
    """A block of zeros is the end of a tar, and even none is; yet nothing at all is no tar."""
    if not stream.position:
        raise Ended(fault("EDG-F030", "archive", "empty", found="empty"))
    if inside or 0 < len(block) < BLOCK:
        raise Ended(stream.cut())


def _header(block: bytes, stream: Stream) -> tarfile.TarInfo:
    first = stream.position == len(block)
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        if first:
            found = kind_of(block)
            raise Ended(fault("EDG-F030", "archive", found, found=found)) from None
        raise Ended(stream.cut() if len(block) < BLOCK else stream.damage("archive.tar_header")) from None
    if header.size < 0:
        raise Ended(stream.damage("archive.tar_header"))
    return header


def _extension(header: tarfile.TarInfo, stream: Stream) -> dict[str, str]:
    """What the header says of the next entry."""
    if header.size > MOST_EXTENSION_BYTES:
        raise Ended(stream.damage("archive.extensions"))
    content = stream.read(header.size)
    if len(content) < header.size:
        raise Ended(stream.cut())
    stream.skip(-header.size % BLOCK)
    if header.type in _LONG:
        return {_LONG[header.type]: _text(content.partition(b"\x00")[0])}
    try:
        records = dict(_records(content))
    except ValueError:
        raise Ended(stream.damage("archive.pax")) from None
    if header.type in _PAX:
        return records
    if any(key in _ENTRY_KEYS or key.startswith(_SPARSE) for key in records):
        raise Ended(stream.damage("archive.pax"))
    return {}


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """The records of a pax header; raises ValueError where they are none."""
    at = 0
    while at < len(content):
        record = _RECORD.match(content, at)
        end = at + int(record[1]) if record else 0
        if record is None or not record.end() < end <= len(content) or content[end - 1 : end] != b"\n":
            raise ValueError
        yield _text(record[2]), _text(content[record.end() : end - 1])
        at = end


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _member(header: tarfile.TarInfo, block: bytes, said: dict[str, str], stream: Stream) -> tuple[Member, int]:
    size = said.get("size", str(header.size))
    if not _DECIMAL.fullmatch(size):
        raise Ended(stream.damage("archive.tar_header"))
    kind = TYPES.get(header.type, "special")
    if kind == "sparse" and block[_FIRST_SPARSE]:
        _skip_map(stream)
    if any(key.startswith(_SPARSE) for key in said):
        kind = "sparse"
    stored = 0 if kind in _WITHOUT_DATA else int(size)
    name = said.get("path", header.name)
    if kind == FILE and not stored and name.endswith("/"):
        kind = FOLDER
    return Member(name, kind, stored, _content(stream, stored)), stored


def _skip_map(stream: Stream) -> None:
    block = stream.read(BLOCK)
    while len(block) == BLOCK and block[_MORE_SPARSE]:
        block = stream.read(BLOCK)


def _content(stream: Stream, size: int) -> Iterator[bytes]:
    """So many bytes; raises Ended where the stream ends before."""
    end = stream.position + size
    yield from stream.pieces(size)
    if stream.position < end:
        raise Ended(stream.cut())
