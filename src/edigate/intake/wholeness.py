"""Whether a file's end is there: closing tag, trailer, end mark (design §2, step 1)."""

from __future__ import annotations

import os
import re
import struct
from typing import TYPE_CHECKING

from edigate.intake.leases import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 4096
TAIL = 70_000
CHUNK = 1 << 16
UNPACKED_TO_SEE = 16_000_000
# The gate looks before it does anything else, so a bomb would hold up everybody: this much takes less than a second.
MOST_UNPACKED, ALWAYS_UNPACKED, RATIO_UNPACKED = 500_000_000, 20_000_000, 40
_CUT_SHORT = "EDG-F031"
_TAR_BLOCK = 512
_DEFLATE_ADDS = 1000  # one byte to so many, at most, where nothing can be packed
_ROOT = re.compile(rb"<([A-Za-z_\x80-\xff][^\s/>]*)")
_MARKS_AND_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_PROLOG = (b"<!", b"<?")
_AFTER_ROOT = ((b"-->", b"<!--"), (b"?>", b"<?"))
_ZIP_END = b"PK\x05\x06"
_ZIP_RECORD = struct.Struct("<12xIIH")  # size and place of the directory, length of the comment
_ZIP64 = 0xFFFFFFFF
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_SKIP = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>", re.DOTALL)


def is_whole(descriptor: int, size: int) -> bool:
    """Whether the open file ends as its kind ends; a kind that has no known end counts as whole."""
    from edigate.parsers._xml import kind_of  # noqa: PLC0415 - with every parser, and who only asks a gate has no files

    head = os.pread(descriptor, HEAD, 0)
    check = _ENDS.get(kind_of(head))
    return check(descriptor, head, size) if check else True


def is_being_written(descriptor: int) -> bool:
    """Whether some process has the file open for writing, where the kernel tells."""
    return bool(open_for_writing(descriptor))


def _xml_ends(descriptor: int, head: bytes, size: int) -> bool:
    tail = os.pread(descriptor, TAIL, max(0, size - TAIL))
    if b"\x00" in head[:4] or head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head, tail = _narrowed(head), _narrowed(tail)
    tail = _without_trailers(tail)
    start = _without_prolog(head)
    root = _ROOT.match(start)
    if root is None:  # a prolog that goes on, one longer than the head, or no XML
        goes_on = not start or (size <= HEAD and start.startswith(_PROLOG))
        return not goes_on and tail.endswith(b">")
    name = root.group(1)
    if tail.endswith(b"/>"):
        return re.search(rb"<" + re.escape(name) + rb"(?:\s[^<>]*)?/>\Z", tail) is not None
    _, closing, end = tail.rpartition(b"</")
    return bool(closing) and end.startswith(name) and end.endswith(b">") and not end[len(name) : -1].strip()


def _without_prolog(head: bytes) -> bytes:
    """What stands behind the declarations, comments and processing instructions at the start."""
    start = head.lstrip(_MARKS_AND_BLANKS)
    while skipped := _SKIP.match(start):
        start = start[skipped.end() :].lstrip(_MARKS_AND_BLANKS)
    return start


def _without_trailers(tail: bytes) -> bytes:
    """What stands before the white space, comments and processing instructions at the end."""
    while True:
        tail = tail.rstrip()
        opening = next((opening for closing, opening in _AFTER_ROOT if tail.endswith(closing)), None)
        start = tail.rfind(opening) if opening else -1
        if start == -1:
            return tail
        tail = tail[:start]


def _narrowed(text: bytes) -> bytes:
    return text.replace(b"\x00", b"")


def _gzip_ends(descriptor: int, _head: bytes, size: int) -> bool:
    """The last of its members ends; what waiting does not mend, or no end is soon found of, counts as whole.

    A gzip stream has no mark at its end, so a small file is unpacked to see it. A large one is not if its last four
    bytes can be the length of a tar: a multiple of its blocks, no less than the file. One in 500 that is cut short has
    such bytes by chance, and is told so when it is examined.
    """
    from edigate.unpacking.gzipped import gunzipped  # noqa: PLC0415 - see is_whole
    from edigate.unpacking.limits import Ended  # noqa: PLC0415

    if size > UNPACKED_TO_SEE and _ends_like_a_tar(os.pread(descriptor, 4, size - 4), size):
        return True
    unpacked, most = 0, min(ALWAYS_UNPACKED + RATIO_UNPACKED * size, MOST_UNPACKED)
    try:
        for piece in gunzipped(_chunks(descriptor, min(size, MOST_UNPACKED))):
            unpacked += len(piece)
            if unpacked > most:
                return True
    except Ended as ended:
        return ended.fault.code != _CUT_SHORT or size > MOST_UNPACKED
    return True


def _ends_like_a_tar(end: bytes, size: int) -> bool:
    length = int.from_bytes(end, "little")
    return length % _TAR_BLOCK == 0 and length >= size - size // _DEFLATE_ADDS


def _chunks(descriptor: int, size: int) -> Iterator[bytes]:
    offset = 0
    while offset < size and (chunk := os.pread(descriptor, min(CHUNK, size - offset), offset)):
        offset += len(chunk)
        yield chunk


def _zip_ends(descriptor: int, _head: bytes, size: int) -> bool:
    """The end record is there whole, and stands where it says: an archive inside this one has such a record too."""
    start = max(0, size - TAIL)
    tail = os.pread(descriptor, TAIL, start)
    at = tail.rfind(_ZIP_END)
    if at == -1 or len(tail) - at < _ZIP_RECORD.size:
        return False
    length, offset, comment = map(int, _ZIP_RECORD.unpack_from(tail, at))
    wide = offset == _ZIP64 or tail.startswith(_ZIP64_LOCATOR, max(0, at - _ZIP64_LOCATOR_SIZE))
    return at + _ZIP_RECORD.size + comment <= len(tail) and (wide or offset + length == start + at)


def _pdf_ends(descriptor: int, _head: bytes, size: int) -> bool:
    return b"%%EOF" in os.pread(descriptor, 2048, max(0, size - 2048))


_ENDS = {"xml": _xml_ends, "gzip": _gzip_ends, "zip": _zip_ends, "pdf": _pdf_ends}
