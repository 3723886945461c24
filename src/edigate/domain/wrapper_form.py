"""The form of an ordinary ZIP with one file: what any program finds in it is that file, and nothing else is in it.

Programs differ in where they look: some read from the start, some from the last directory or the first one, some
believe an extra field rather than the name (APPNOTE 6.3.10 §4.3; Info-ZIP's extrafld.txt). Where all that is there
stands once, in its place, and says the same, they cannot differ.
"""

from __future__ import annotations

import stat
import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZIP_DEFLATED

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_MARK, ENTRY_MARK, END_MARK, _SUMS_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"
LOCAL = struct.Struct("<4s5H3L2H")
ENTRY = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
ENCRYPTED, UTF8 = 0x0001, 0x0800
"""Flags: a password is needed; the name is UTF-8."""

_LAST_VERSION = 45  # of what a program must know of the format to find a file that is stored or deflated
_SUMS_BEHIND, _EFFORT = 0x0008, 0x0006  # how hard the packer tried, which says nothing to whoever unpacks
_KNOWN_FLAGS = UTF8 | _SUMS_BEHIND | _EFFORT
_FOLDER_OR_LABEL = 0x18  # of DOS
_SUMS = struct.Struct("<3L")
_FIELD = struct.Struct("<2H")
_FIELDS: Mapping[int, int] = MappingProxyType({0x000A: 32, 0x5455: 13, 0x5855: 12, 0x7855: 4, 0x7875: 11, 0xCAFE: 0})
"""Extra fields that say of a file when it was written and by whose account, or that it is Java's; with their lengths
at most: 7-Zip's, Info-ZIP's now and formerly, and the mark of a JAR."""


class _Told(NamedTuple):
    """What a header tells of a file: checksum, packed size and size are its sums."""

    version: int
    flags: int
    method: int
    sums: tuple[int, int, int]
    name: bytes
    extra: bytes


class _Entry(NamedTuple):
    """The only entry of a directory that begins at `place` in the ZIP, at `at` in the part of it that is known."""

    told: _Told
    at: int
    place: int


def is_ordinary(head: bytes, tail: bytes, length: int) -> bool:
    """Whether a ZIP of this length is one file and not a byte more, by its first bytes and its last ones.

    That what is deflated ends where its packed size says is left to whoever inflates it.
    """
    entry = _only_entry(tail, length)
    local = _local(head) if entry else None
    if entry is None or local is None:
        return False
    told, other = entry.told, local
    alike = (told.name, told.method, told.flags & UTF8) == (other.name, other.method, other.flags & UTF8)
    known = not (told.flags | other.flags) & ~_KNOWN_FLAGS and max(told.version, other.version) <= _LAST_VERSION
    return alike and known and _is_plain(told.extra) and _is_plain(other.extra) and _ends(entry, other, tail)


def _only_entry(tail: bytes, length: int) -> _Entry | None:
    """What the directory has, where it is one entry without a comment, ends the ZIP, and is of an ordinary file."""
    end = len(tail) - END.size
    if end < ENTRY.size:
        return None
    *marks, size, place, comment = END.unpack_from(tail, end)
    at = end - size
    if (*marks, comment) != (END_MARK, 0, 0, 1, 1, 0) or place + size + END.size != length or at < 0:
        return None
    return _entry(tail[at:end], at, place)


def _entry(record: bytes, at: int, place: int) -> _Entry | None:
    if len(record) < ENTRY.size:
        return None
    mark, _, version, flags, method, _, _, *sums, name, extra, comment, disk, _, kind, begin = ENTRY.unpack_from(record)
    whole = ENTRY.size + name + extra == len(record)
    if mark != ENTRY_MARK or not whole or (comment, disk, begin) != (0, 0, 0) or not _is_file(kind):
        return None
    told = _Told(version, flags, method, (sums[0], sums[1], sums[2]), *_parted(record[ENTRY.size :], name))
    return _Entry(told, at, place)


def _is_file(kind: int) -> bool:
    """Whether attributes are those of an ordinary file, on Unix and on DOS."""
    return stat.S_IFMT(kind >> 16) in {0, stat.S_IFREG} and not kind & _FOLDER_OR_LABEL


def _local(head: bytes) -> _Told | None:
    if len(head) < LOCAL.size:
        return None
    mark, version, flags, method, _, _, *sums, name, extra = LOCAL.unpack_from(head)
    end = LOCAL.size + name + extra
    if mark != LOCAL_MARK or len(head) < end:
        return None
    return _Told(version, flags, method, (sums[0], sums[1], sums[2]), *_parted(head[LOCAL.size : end], name))


def _parted(behind: bytes, name: int) -> tuple[bytes, bytes]:
    """The name and the extra fields behind a header."""
    return behind[:name], behind[name:]


def _is_plain(extra: bytes) -> bool:
    """Whether extra fields are known ones, each once and no longer than it can be."""
    kinds = set()
    while extra:
        if len(extra) < _FIELD.size:
            return False
        kind, length = _FIELD.unpack_from(extra)
        if kind in kinds or length > min(_FIELDS.get(kind, -1), len(extra) - _FIELD.size):
            return False
        kinds.add(kind)
        extra = extra[_FIELD.size + length :]
    return True


def _ends(entry: _Entry, local: _Told, tail: bytes) -> bool:
    """Whether the data end where the directory begins, after their sums where these stand behind them.

    Whoever then reads from the start knows the end of what is deflated, and of nothing else.
    """
    sums, behind = entry.told.sums, bool(local.flags & _SUMS_BEHIND)
    before = all(said == true or (behind and not said) for said, true in zip(local.sums, sums, strict=True))
    if not before or (local.method != ZIP_DEFLATED and local.sums != sums):
        return False
    told = _SUMS.pack(*sums)
    begin = LOCAL.size + len(local.name) + len(local.extra)
    return any(
        begin + sums[1] + len(what) == entry.place and tail.endswith(what, 0, entry.at)
        for what in ((told, _SUMS_MARK + told) if behind else (b"",))
    )
