"""The ZIP around an attached file: what its directory lists, and its file inflated piece by piece (APPNOTE 6.3.10).

What a ZIP says of its file's size and checksum is the sender's word: both are counted here, and never more is held
than a piece.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from isal import isal_zlib

from edigate.domain.deflating import deflated
from edigate.domain.wrapper_form import ENCRYPTED, END, END_MARK, ENTRY, ENTRY_MARK, LOCAL, LOCAL_MARK, UTF8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

SIGNATURES = (LOCAL_MARK, END_MARK)
METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""What every program opens, and what gives back no more than it is asked for, however much is in it."""
UNREADABLE = (BadZipFile, EOFError, NotImplementedError, OSError, ValueError, struct.error)
"""What reading a directory or a header raises."""
DAMAGED = zlib.error
"""What inflating raises."""
TAIL = 3 * 43_691 - 2
"""Bytes at a ZIP's end in which the directory of a wrapper stands; it bounds what a forged one may cost."""

_PACKED, _INFLATED = 1 << 14, 1 << 16
_START = 1024
_VERSION, _UNIX = 20, 3 << 8
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1  # 1 January 1980, where the format's time begins
_READ_AND_WRITE = 0o600 << 16


class Listing(NamedTuple):
    """The files of a ZIP, without its folders; `cut` is how many of its bytes stand before those that were read.

    A file's place counts from the cut, so that it is negative for one that begins before it.
    """

    files: list[ZipInfo]
    cut: int


class Measured(NamedTuple):
    """What a file was found to be: `size` stops counting past the limit, `start` are its first bytes."""

    size: int
    check: int
    start: bytes


class _Header(NamedTuple):
    """What stands before a file's data, which begin at `begin`."""

    name: str
    flags: int
    method: int
    begin: int


def made(name: str, data: bytes, *, packed: bool = False) -> bytes:
    """A ZIP that holds the data under this name, deflated unless that was done before; always the same bytes.

    Python's own writer takes as long about it as deflating ten kilobytes does, which is what most documents have.
    """
    method, content = (ZIP_STORED, data) if packed else (ZIP_DEFLATED, deflated(data, bare=True))
    written = name.encode()
    about = (
        0 if name.isascii() else UTF8, method, _MIDNIGHT, _FIRST_DAY,
        isal_zlib.crc32(data), len(content), len(data), len(written), 0,
    )  # fmt: skip
    local = LOCAL.pack(LOCAL_MARK, _VERSION, *about)
    entry = ENTRY.pack(ENTRY_MARK, _UNIX | _VERSION, _VERSION, *about, 0, 0, 0, _READ_AND_WRITE, 0)
    directory = len(local) + len(written) + len(content)
    end = END.pack(END_MARK, 0, 0, 1, 1, len(entry) + len(written), directory, 0)
    return b"".join((local, written, content, entry, written, end))


def listing(tail: bytes, length: int) -> Listing:
    """What the directory at the end of a ZIP of this length lists; raises UNREADABLE."""
    with ZipFile(BytesIO(tail)) as archive:
        entries = archive.infolist()
    # As the header has it: newer Pythons prefer the name of an extra field, and ZipInfo.is_dir fails without one.
    files = [entry for entry in entries if not entry.orig_filename.endswith("/")]
    return Listing(files, length - len(tail))


def encrypted(entry: ZipInfo) -> bool:
    """Whether the directory says that a password is needed."""
    return bool(entry.flag_bits & ENCRYPTED)


def pieces(data: bytes, entry: ZipInfo, cut: int) -> Iterator[bytes | memoryview]:
    """The file piece by piece, as far as it goes whatever the directory says; raises UNREADABLE and DAMAGED.

    Damaged is, too, what goes on behind the end of what was deflated: nobody unpacks that.
    """
    packed = memoryview(data)[_place(data, entry, cut)]
    if entry.compress_type == ZIP_STORED:
        yield from (packed[start : start + _INFLATED] for start in range(0, len(packed), _INFLATED))
        return
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PACKED):
        rest: bytes | memoryview = packed[start : start + _PACKED]
        while rest and not machine.eof:  # behind the end, some is left in `unconsumed_tail` for ever
            yield machine.decompress(rest, _INFLATED)
            rest = machine.unconsumed_tail
        if rest or machine.unused_data:
            raise DAMAGED
    yield machine.flush()
    if not machine.eof:
        raise DAMAGED


def measured(data: bytes, entry: ZipInfo, cut: int, limit: int) -> Measured:
    """Size, checksum and start of the file, inflated no further than past `limit`; raises as `pieces` does."""
    size, check, start = 0, 0, b""
    for piece in pieces(data, entry, cut):
        if size < _START:
            start += bytes(piece[: _START - size])
        size += len(piece)
        check = isal_zlib.crc32(piece, check)
        if size > limit:
            break
    return Measured(size, check, start)


def start(head: bytes) -> bytes:
    """The first bytes of the file at the start of a ZIP, of which these are some more; raises as `pieces` does."""
    header = _header(head, 0)
    packed = head[header.begin :]
    if header.method == ZIP_STORED:
        return packed[:_START]
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _START)


def _place(data: bytes, entry: ZipInfo, cut: int) -> slice:
    """Where the packed bytes stand of a file whose own header says the same of it as the directory."""
    at = entry.header_offset + cut
    header = _header(data, at)
    end = header.begin + entry.compress_size
    same = (header.name, header.method) == (entry.orig_filename, entry.compress_type)
    if not same or header.flags & ENCRYPTED or end > len(data):
        raise BadZipFile
    return slice(header.begin, end)


def _header(data: bytes, at: int) -> _Header:
    mark, _, flags, method, *_, name_length, extra_length = LOCAL.unpack_from(data, max(at, 0))
    if at < 0 or mark != LOCAL_MARK:
        raise BadZipFile
    behind = at + LOCAL.size + name_length
    name = data[at + LOCAL.size : behind].decode("utf-8" if flags & UTF8 else "cp437")
    return _Header(name, flags, method, behind + extra_length)
