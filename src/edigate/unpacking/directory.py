"""The central directory of a ZIP: where it stands and what it says (PKWARE APPNOTE 6.3.10, §4.3.12 to §4.5.3)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from edigate.domain.faults import fault
from edigate.unpacking.limits import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 16_000_000
LONGEST_COMMENT = 0xFFFF
_ELSEWHERE = (0xFFFF, 0xFFFFFFFF)  # the figure itself stands in the ZIP64 record
_ELSEWHERE_IN_ROW = 0xFFFFFFFF
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK = b"PK\x06\x07"
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_WIDE_END_MARK = b"PK\x06\x06"
_ROW = struct.Struct("<4sBB5H3L5H2L")
_ROW_MARK = b"PK\x01\x02"
_FIELD = struct.Struct("<HH")
_WIDE_FIELD = 0x0001
_WIDE = struct.Struct("<Q")


class Row(NamedTuple):
    """What the directory says of one entry; `offset` counts from the start of the file to its local header."""

    raw_name: bytes
    flags: int
    method: int
    check: int
    packed: int
    size: int
    offset: int
    system: int
    attributes: int


class Directory(NamedTuple):
    """All rows in order; `start` is where the directory stands, `before` to `end` the archive in its file."""

    rows: tuple[Row, ...]
    start: int
    before: int
    end: int
    length: int


class _End(NamedTuple):
    """What the end record says; `at` is the byte behind the directory, `end` the one behind the archive."""

    at: int
    disks: int
    entries: int
    size: int
    offset: int
    end: int
    length: int


def read_directory(source: BinaryIO, most: int) -> Directory:
    """The directory of a ZIP that may have something before and after it.

    Raises Ended: EDG-F031 no end, EDG-F034 contradictions, EDG-F036 several volumes, EDG-F044 more than `most` entries.
    """
    end = _end(source)
    if end.disks:
        raise Ended(fault("EDG-F036", "archive", end.disks + 1, reason="archive.volumes"))
    if end.entries > most:
        raise Ended(fault("EDG-F044", "archive", end.entries, most=most))
    start = end.at - end.size
    before = start - end.offset
    if before < 0 or end.size > MOST_BYTES:
        raise _contradiction(end.offset)
    rows = tuple(_rows(read_at(source, start, end.size), before))
    if len(rows) != end.entries:
        raise _contradiction(end.entries)
    return Directory(rows, start, before, end.end, end.length)


def read_at(source: BinaryIO, offset: int, size: int) -> bytes:
    """The bytes at a place, fewer at the end of the file."""
    source.seek(offset)
    return source.read(size)


def widened(values: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    """The same figures, those that stand in the ZIP64 field taken from there; raises ValueError where it lacks one."""
    if _ELSEWHERE_IN_ROW not in values:
        return values
    field = _field(extra, _WIDE_FIELD)
    there = (_WIDE.unpack_from(field, at)[0] for at in range(0, len(field) - _WIDE.size + 1, _WIDE.size))
    try:
        return tuple(next(there) if value == _ELSEWHERE_IN_ROW else value for value in values)
    except RuntimeError:  # what a StopIteration becomes inside a generator
        raise ValueError from None


def _contradiction(value: int) -> Ended:
    return Ended(fault("EDG-F034", "archive", value, reason="archive.directory"))


def _end(source: BinaryIO) -> _End:
    length = source.seek(0, 2)
    first = max(0, length - _END.size - LONGEST_COMMENT)
    tail = read_at(source, first, length - first)
    at = _end_place(tail)
    if at == -1:
        raise Ended(fault("EDG-F031", "archive", length))
    _, disk, directory_disk, _, entries, size, offset, comment = _END.unpack_from(tail, at)
    end = first + at + _END.size + comment
    if end > length:
        raise Ended(fault("EDG-F031", "archive", length))
    narrow = _End(first + at, max(disk, directory_disk), entries, size, offset, end, length)
    return _wide_end(source, narrow) or narrow


def _end_place(tail: bytes) -> int:
    """Where the last end record stands that reaches exactly to the end, or else the last one, or -1."""
    room = len(tail) - _END.size + len(_END_MARK)
    last = at = tail.rfind(_END_MARK, 0, room) if room >= len(_END_MARK) else -1
    while at != -1:
        if at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail):
            return at
        at = tail.rfind(_END_MARK, 0, at)
    return last


def _wide_end(source: BinaryIO, narrow: _End) -> _End | None:
    """What the ZIP64 record says, where there is one."""
    found = read_at(source, max(0, narrow.at - _LOCATOR.size), _LOCATOR.size)
    if len(found) < _LOCATOR.size or not found.startswith(_LOCATOR_MARK):
        return None
    place = narrow.at - _LOCATOR.size - _WIDE_END.size
    record = read_at(source, max(0, place), _WIDE_END.size)
    if place < 0 or not record.startswith(_WIDE_END_MARK):
        raise _contradiction(narrow.at)
    _, _, _, _, disk, directory_disk, _, entries, size, offset = _WIDE_END.unpack(record)
    told = ((narrow.entries, entries), (narrow.size, size), (narrow.offset, offset))
    if any(short not in _ELSEWHERE and short != wide for short, wide in told):
        raise _contradiction(entries)
    return _End(place, max(disk, directory_disk), entries, size, offset, narrow.end, narrow.length)


def _rows(content: bytes, before: int) -> Iterator[Row]:
    at = 0
    while at < len(content):
        if len(content) - at < _ROW.size:
            raise _contradiction(at)
        fields = _ROW.unpack_from(content, at)
        mark, _, system, _, flags, method, _, _, check, packed, size, name, extra, comment = fields[:14]
        attributes, offset = fields[16:]
        name_at = at + _ROW.size
        extra_at = name_at + name
        at = extra_at + extra + comment
        if mark != _ROW_MARK or at > len(content):
            raise _contradiction(at)
        try:
            wide = widened((size, packed, offset), content[extra_at : extra_at + extra])
        except ValueError:
            raise _contradiction(at) from None
        size, packed, offset = wide
        raw_name = content[name_at:extra_at]
        yield Row(raw_name, flags, method, check, packed, size, offset + before, system, attributes)


def _field(extra: bytes, wanted: int) -> bytes:
    """The content of an extra field, empty where it is missing."""
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, size = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        if kind == wanted:
            return extra[at : at + size]
        at += size
    return b""
