"""A file put into a ZIP of its own, for the pivot: the same bytes every time (APPNOTE 6.3.10).

Written here, as one file needs no more than three short records; and what is base64 already is packed without looking
for what occurred before in it, which finds nothing there and takes five times as long.
"""

from __future__ import annotations

import struct
import zlib
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 16
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
_VERSION, _UNIX, _DEFLATED, _UTF8 = 20, 3, 8, 0x0800
_NO_TIME, _FIRST_DAY = 0, 1 << 5 | 1  # 1 January 1980, the first that a ZIP can tell
_READABLE_BY_OWNER = 0o600 << 16
_LOCAL = struct.Struct("<4s2B4H3L2H")
_ROW = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def wrapped(name: str, data: bytes) -> bytes:
    """A ZIP that holds the data under this name and nothing else."""
    packed = b"".join(_deflated(data))
    flags = 0 if name.isascii() else _UTF8
    sizes = (zlib.crc32(data), len(packed), len(data))
    raw = name.encode()
    common = (flags, _DEFLATED, _NO_TIME, _FIRST_DAY, *sizes, len(raw), 0)
    local = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, *common) + raw
    row = _ROW.pack(b"PK\x01\x02", _VERSION, _UNIX, _VERSION, 0, *common, 0, 0, 0, _READABLE_BY_OWNER, 0) + raw
    end = _END.pack(b"PK\x05\x06", 0, 0, 1, 1, len(row), len(local) + len(packed), 0)
    return b"".join((local, packed, row, end))


def _deflated(data: bytes) -> Iterator[bytes]:
    """The data as one deflate stream, whose parts are each packed in their own way."""
    whole = memoryview(data)
    begin = 0
    for is_base64, pieces in groupby(_kinds(whole)):
        end = min(begin + sum(PIECE for _ in pieces), len(data))
        machine = _machine(is_base64=is_base64)
        yield machine.compress(whole[begin:end])
        yield machine.flush(zlib.Z_FINISH if end == len(data) else zlib.Z_SYNC_FLUSH)
        begin = end


def _kinds(data: memoryview) -> Iterator[bool]:
    """Whether each piece is base64 and nothing else; what is no longer than a piece is not asked for it."""
    if len(data) <= PIECE:
        yield False
        return
    for begin in range(0, len(data), PIECE):
        yield not bytes(data[begin : begin + PIECE]).translate(None, _BASE64)


def _machine(*, is_base64: bool) -> zlib._Compress:
    if is_base64:
        return zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    return zlib.compressobj(wbits=-zlib.MAX_WBITS)
