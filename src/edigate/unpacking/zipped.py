"""The entries of a ZIP, by its central directory and against its local headers (PKWARE APPNOTE 6.3.10, §4.3).

The standard library opens an archive whole or not at all, compares no more than names and takes a directory of any
size into memory; here each entry is found wanting by itself.
"""

from __future__ import annotations

import stat
import struct
import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from edigate.domain.faults import Refusal, fault
from edigate.unpacking.directory import Directory, Row, read_at, read_directory, widened
from edigate.unpacking.gzipped import Feed, inflated
from edigate.unpacking.members import FILE, FOLDER, Member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edigate.domain.faults import Fault
    from edigate.unpacking.limits import Meter

CHUNK = 1 << 16
STORED, DEFLATED, ENCRYPTED_METHOD = 0, 8, 99
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # by password, strongly, with its header masked
_DESCRIBED_BEHIND = 0x0008
_UTF8 = 0x0800
_UNIX = 3
_DESCRIPTOR_MARK = b"PK\x07\x08"
_LONGEST_DESCRIPTOR = 24
_DESCRIPTORS = (struct.Struct("<LLL"), struct.Struct("<LQQ"))
_TYPES: Mapping[int, str] = MappingProxyType(
    {
        0: FILE,
        stat.S_IFREG: FILE,
        stat.S_IFDIR: FOLDER,
        stat.S_IFLNK: "symlink",
        stat.S_IFCHR: "device",
        stat.S_IFBLK: "device",
        stat.S_IFIFO: "fifo",
    }
)


class _Local(NamedTuple):
    """What stands before an entry's data, which begin at `data`."""

    name: bytes
    flags: int
    method: int
    check: int
    packed: int
    size: int
    data: int


class _Place(NamedTuple):
    """Where an entry's data stand, all that belongs to it up to `end`; or the fault for which they are not read."""

    row: Row
    data: int
    end: int
    fault: Fault | None = None


def members(source: BinaryIO, meter: Meter, most: int) -> Iterator[Member | Fault]:
    """Every entry in the directory's order, and what is wrong around them; raises Ended as `read_directory` does."""
    directory = read_directory(source, most)
    places = _apart([_place(source, row, directory) for row in directory.rows])
    yield from _foreign(directory, places)
    for place in places:
        yield _member(source, place, meter)


def _foreign(directory: Directory, places: Sequence[_Place]) -> Iterator[Fault]:
    """What belongs to no entry: bytes before, between and after; an entry out of place says enough by itself."""
    if directory.before:
        yield fault("EDG-F033", "archive", 0, where="archive.before_zip")
    if not any(place.fault for place in places):
        edges = [directory.before, *sorted(place.end for place in places)]
        begins = [*sorted(place.row.offset for place in places), directory.start]
        gaps = (edge for edge, begin in zip(edges, begins, strict=True) if edge < begin)
        yield from (fault("EDG-F033", "archive", gap, where="archive.between") for gap in gaps)
    if directory.end < directory.length:
        yield fault("EDG-F033", "archive", directory.end, where="archive.after_zip")


def _apart(places: Sequence[_Place]) -> list[_Place]:
    """The same, with a fault on each that begins before an earlier one ends; what is not read anyway takes no room."""
    apart = list(places)
    cursor = 0
    for number, place in sorted(enumerate(places), key=lambda one: one[1].row.offset):
        if place.fault:
            continue
        if place.row.offset < cursor:
            apart[number] = place._replace(fault=fault("EDG-F034", "entry", place.row.offset, reason="archive.overlap"))
        else:
            cursor = place.end
    return apart


def _place(source: BinaryIO, row: Row, directory: Directory) -> _Place:
    local = _local(source, row)
    if local is None or row.offset >= directory.start:
        return _Place(row, 0, 0, fault("EDG-F034", "entry", row.offset, reason="archive.local_header"))
    end = local.data + row.packed
    found = _unreadable(row) or _difference(row, local)
    if not found and local.flags & _DESCRIBED_BEHIND:
        described = _described(read_at(source, end, _LONGEST_DESCRIPTOR), row)
        end += described
        found = None if described else fault("EDG-F034", "entry", row.size, reason="archive.descriptor")
    if not found and end > directory.start:
        found = fault("EDG-F034", "entry", row.packed, reason="archive.packed_size")
    return _Place(row, local.data, min(end, directory.start), found)


def _local(source: BinaryIO, row: Row) -> _Local | None:
    """The header where the directory says that it stands; None where there is none."""
    head = read_at(source, row.offset, _LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(_LOCAL_MARK):
        return None
    _, _, flags, method, _, _, check, packed, size, name_size, extra_size = _LOCAL.unpack(head)
    name, extra = source.read(name_size), source.read(extra_size)
    try:
        size, packed = widened((size, packed), extra)
    except ValueError:
        return None
    return _Local(name, flags, method, check, packed, size, row.offset + len(head) + name_size + extra_size)


def _unreadable(row: Row) -> Fault | None:
    """Why nobody could read the entry here, sound as it may be."""
    if row.flags & _ENCRYPTED or row.method == ENCRYPTED_METHOD:
        return fault("EDG-F035", "entry", _name(row))
    if row.method not in {STORED, DEFLATED}:
        return fault("EDG-F036", "entry", row.method, reason="archive.method")
    return None


def _difference(row: Row, local: _Local) -> Fault | None:
    """What the local header says otherwise than the directory; figures that follow the data may be zero before them."""
    if local.name != row.raw_name:
        return fault("EDG-F034", "entry", local.name.decode("utf-8", "backslashreplace"), reason="archive.local_name")
    if local.method != row.method:
        return fault("EDG-F034", "entry", local.method, reason="archive.local_method")
    if (local.flags ^ row.flags) & _ENCRYPTED:
        return fault("EDG-F034", "entry", local.flags, reason="archive.local_flags")
    unsaid = {0} if local.flags & _DESCRIBED_BEHIND else set()
    told = ((local.check, row.check), (local.packed, row.packed), (local.size, row.size))
    differing = next((here for here, there in told if here != there and here not in unsaid), None)
    return None if differing is None else fault("EDG-F034", "entry", differing, reason="archive.local_size")


def _described(content: bytes, row: Row) -> int:
    """The length of the descriptor behind the data, 0 where none says what the directory does."""
    for form in _DESCRIPTORS:
        try:
            said = form.pack(row.check, row.packed, row.size)
        except struct.error:  # a figure of more than 32 bits
            continue
        for descriptor in (_DESCRIPTOR_MARK + said, said):
            if content.startswith(descriptor):
                return len(descriptor)
    return 0


def _member(source: BinaryIO, place: _Place, meter: Meter) -> Member:
    row = place.row
    name, kind = _name(row), _type(row)
    if kind == FILE and not row.size and name.endswith("/"):
        kind = FOLDER
    faults = (place.fault,) if place.fault else ()
    return Member(name, kind, row.size, meter.through(_content(source, place)), faults)


def _name(row: Row) -> str:
    """Undecodable bytes of a name that says it is UTF-8 become surrogates; others are UTF-8 too, or code page 437."""
    if row.flags & _UTF8:
        return row.raw_name.decode("utf-8", "surrogateescape")
    try:
        return row.raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return row.raw_name.decode("cp437")


def _type(row: Row) -> str:
    mode = stat.S_IFMT(row.attributes >> 16) if row.system == _UNIX else 0
    return _TYPES.get(mode, "special")


def _content(source: BinaryIO, place: _Place) -> Iterator[bytes]:
    """The unpacked data; raises Refusal where they are not what the directory says."""
    row = place.row
    chunks = _chunks(source, place.data, row.packed)
    check, size = 0, 0
    try:
        for piece in chunks if row.method == STORED else _all_inflated(chunks):
            check = zlib.crc32(piece, check)
            size += len(piece)
            if size > row.size:
                break
            yield piece
    except (zlib.error, EOFError):
        raise Refusal(fault("EDG-F032", "entry", size, reason="archive.deflate")) from None
    if size != row.size:
        raise Refusal(fault("EDG-F034", "entry", size, reason="archive.size"))
    if check != row.check:
        raise Refusal(fault("EDG-F032", "entry", f"{check:08x}", reason="archive.crc"))


def _all_inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """To the last of the chunks; raises zlib.error or EOFError where the deflate stream ends before or after it."""
    feed = Feed(chunks)
    yield from inflated(feed)
    if feed.goes_on():
        raise EOFError


def _chunks(source: BinaryIO, offset: int, size: int) -> Iterator[bytes]:
    """The bytes at a place; others may read the source meanwhile."""
    end = offset + size
    while offset < end and (chunk := read_at(source, offset, min(CHUNK, end - offset))):
        offset += len(chunk)
        yield chunk
