"""Attacks by attachments: ZIPs that are a file for whoever checks them and another one for whoever opens them."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.sandbox.drafts import DraftAttachment
from tests.corpus.attacks import NOT_ADMITTED, REFUSED, TAKEN, Attack, attached
from tests.unit.unpacking.reading import Part, deflate, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "plan.txt"
CONTENT = b"A plan of the ground floor. " * 4
PLAIN = Part(NAME.encode(), CONTENT)
HIDDEN = b"MZ another file"
SUMS = struct.pack("<3L", zlib.crc32(CONTENT), len(deflate(CONTENT)), len(CONTENT))
NO_SUMS: Mapping[str, int] = MappingProxyType({"check": 0, "packed": 0, "size": 0})

_DIRECTORY = b"PK\x01\x02"
_END = struct.Struct("<4s4H2LH")


def field(kind: int, content: bytes) -> bytes:
    """An extra field."""
    return struct.pack("<2H", kind, len(content)) + content


def _end(size: int, place: int, comment: bytes = b"") -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, 1, 1, size, place, len(comment)) + comment


def _parted(part: Part) -> tuple[bytes, bytes]:
    """A ZIP's file with its header, and its entry in the directory."""
    data = zip_of(part)
    cut = data.index(_DIRECTORY)
    return data[:cut], data[cut : -_END.size]


_EXE = Part(b"b.exe", HIDDEN, method=0)


def _unlisted() -> bytes:
    """A second file that the directory does not have: who reads from the start finds it."""
    return zip_of(PLAIN, between=_parted(_EXE)[0])


def _two_directories() -> bytes:
    """A directory of another file, and that of the first in the comment: programs take one or the other."""
    (plain, entry), (other, other_entry) = _parted(PLAIN), _parted(_EXE)
    body = plain + other + other_entry[:42] + struct.pack("<L", len(plain)) + other_entry[46:]
    comment = entry + _end(len(entry), len(body) + _END.size)
    return body + _end(len(other_entry), len(plain + other), comment)


def _entry_with_comment() -> bytes:
    plain, entry = _parted(PLAIN)
    entry = entry[:32] + struct.pack("<H", len(HIDDEN)) + entry[34:] + HIDDEN
    return plain + entry + _end(len(entry), len(plain))


def _with_comment() -> bytes:
    plain, entry = _parted(PLAIN)
    return plain + entry + _end(len(entry), len(plain), HIDDEN)


def _with(**changes: object) -> Callable[[], bytes]:
    return lambda: zip_of(replace(PLAIN, **changes))  # type: ignore[arg-type]


# Programs that know this extra field of Info-ZIP's show its name in the place of the header's.
_ANOTHER_NAME = field(0x7075, struct.pack("<BL", 1, zlib.crc32(PLAIN.name)) + b"../facture.exe")

# fmt: off
MORE_IN_IT: Mapping[str, Callable[[], bytes]] = MappingProxyType({
    "a second file that is not listed": _unlisted,
    "a second directory in the comment": _two_directories,
    "a comment": _with_comment,
    "a comment of the file": _entry_with_comment,
    "bytes behind it": lambda: zip_of(PLAIN) + HIDDEN,
    "bytes between data and directory": lambda: zip_of(PLAIN, between=HIDDEN),
    "bytes in the place of sums": _with(flags=8, behind=HIDDEN[:12], local=NO_SUMS),
    "sums that lie": _with(flags=8, behind=b"PK\x07\x08" + SUMS[:4] + bytes(4) + SUMS[8:], local=NO_SUMS),
    "sums that are missing": _with(flags=8, local=NO_SUMS),
    "sums of 64 bits": _with(
        flags=8, local=NO_SUMS, behind=SUMS[:4] + struct.pack("<2Q", len(deflate(CONTENT)), len(CONTENT))
    ),
    "sums behind what is stored": _with(
        method=0, flags=8, behind=struct.pack("<3L", zlib.crc32(CONTENT), len(CONTENT), len(CONTENT)), local=NO_SUMS
    ),
    "sums nowhere before the data": _with(local=NO_SUMS),
    "another size before the data": _with(local={"size": 5}),
    "another packed size before the data": _with(local={"packed": 5}),
    "another checksum before the data": _with(local={"check": 5}),
    "another name in an extra field": _with(extra=_ANOTHER_NAME),
    "another name before the data": _with(local={"extra": _ANOTHER_NAME}),
    "another name in the directory": _with(central={"extra": _ANOTHER_NAME}),
    "a file in an extra field": _with(extra=field(0x4242, HIDDEN)),
    "a file in the time": _with(extra=field(0x5455, b"\x03" + HIDDEN)),
    "the time again and again": _with(extra=field(0x5455, HIDDEN[:13]) * 2),
    "half an extra field": _with(local={"extra": b"UT\x05"}),
    "an extra field past the end of all": _with(local={"extra": b"UT\x0d\x00" + HIDDEN[:5]}),
    "sizes of 64 bits": _with(extra=field(1, struct.pack("<2Q", len(CONTENT), len(deflate(CONTENT))))),
    "a version of the format to come": lambda: b"PK\x03\x04\x63" + zip_of(PLAIN)[5:],
    "the flag of patches": _with(flags=0x20),
    "flags that differ": _with(local={"flags": 0x0800}),
    "a folder by its attributes": _with(central={"attributes": 0x10}),
    "a link by its attributes": _with(central={"attributes": 0o120777 << 16}),
})
# fmt: on
"""ZIPs of a sound file with something else in them, which only some programs would find: the file alone goes on."""


def _bare(content: bytes) -> Callable[[str], bytes]:
    return attached(DraftAttachment(NAME, "text/plain", content, zipped=False))


def _in_zip(name: bytes) -> Callable[[str], bytes]:
    return _bare(zip_of(replace(PLAIN, name=name)))


def _spoilt(content: bytes, right: bytes, wrong: bytes) -> Callable[[str], bytes]:
    """A sound document with this attached, of whose text something is changed."""

    def make(number: str) -> bytes:
        document = _bare(content)(number)
        if document.count(right) != 1:
            raise AssertionError(right)
        return document.replace(right, wrong)

    return make


def _behind(number: str) -> bytes:
    """What goes on behind the end of the packed file, and belongs to it by its size."""
    return _bare(zip_of(replace(PLAIN, packed=deflate(CONTENT) + HIDDEN)))(number)


_LIGHT, _HEAVY = bytes(301), bytes(90_001)
_LAST, _CLOSED = b"AA==</ram:AttachmentBinaryObject>", b"</ram:AttachmentBinaryObject>"

ATTACHMENT_ATTACKS = (
    *(Attack(f"attachment: {name}", _bare(make()), TAKEN) for name, make in MORE_IN_IT.items()),
    Attack("attachment: bytes behind the packed file", _behind, REFUSED, ("EDG-I127",)),
    Attack("attachment: two files", _bare(zip_of(PLAIN, _EXE)), REFUSED, ("EDG-I127",)),
    Attack("attachment: a program", _in_zip(b"plan.exe"), REFUSED, ("EDG-I121",)),
    Attack("attachment: a name that leads out", _in_zip(b"../../plan.txt"), TAKEN),
    Attack(
        "attachment: bits in the padding", _spoilt(_LIGHT, _LAST, b"AB" + _LAST[2:]), NOT_ADMITTED, ("EDG-F108",)
    ),
    Attack(
        "attachment: bits in the padding of a large one", _spoilt(_HEAVY, _LAST, b"AB" + _LAST[2:]),
        NOT_ADMITTED, ("EDG-F108",),
    ),
    Attack(
        "attachment: text behind a large one", _spoilt(_HEAVY, _CLOSED, _CLOSED + b"&lt;script>"),
        NOT_ADMITTED, ("EDG-F110",),
    ),
)  # fmt: skip
