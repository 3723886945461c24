"""What an archive gives, and archives that no tool would write."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from edigate.sandbox.archives import gzipped
from edigate.unpacking import Entry, Limits, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.domain.faults import Fault

LIMITS = Limits(
    file_bytes=1_000_000, flow_invoices=500, entries=2_000, total_bytes=50_000_000, ratio=200, nesting=1, folders=False
)
XML = b"<a/>"


class Found(NamedTuple):
    """Names of entries by kind, and faults as (code, entry)."""

    documents: list[str]
    signatures: list[str]
    faults: list[Fault]

    @property
    def codes(self) -> list[tuple[str, str]]:
        """What is wrong and where, in order."""
        return [(fault.code, fault.entry) for fault in self.faults]


def read(archive: bytes, kind: str = "", limits: Limits = LIMITS, wanted: str = "xml") -> list[Entry | Fault]:
    """Everything that comes out of an archive, whose kind shows."""
    return list(unpack(io.BytesIO(archive), kind or ("zip" if archive.startswith(b"PK") else "gzip"), limits, wanted))


def found(archive: bytes, kind: str = "", limits: Limits = LIMITS, wanted: str = "xml") -> Found:
    """The same by what it is."""
    all_found = read(archive, kind, limits, wanted)
    entries = [one for one in all_found if isinstance(one, Entry)]
    return Found(
        [entry.name for entry in entries if entry.kind != "signature"],
        [entry.name for entry in entries if entry.kind == "signature"],
        [one for one in all_found if not isinstance(one, Entry)],
    )


def tar_of(*entries: tarfile.TarInfo | tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar.gz of files (name, content) and of special entries."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry, io.BytesIO(bytes(entry.size)))
            else:
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                archive.addfile(info, io.BytesIO(entry[1]))
    return gzipped(content.getvalue())


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """An entry that is no file."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def header(name: bytes, kind: bytes, size: int, **changes: bytes) -> bytes:
    """A tar header; `at_<offset>` changes bytes before the checksum is made."""
    block = bytearray(tarfile.TarInfo(name.decode()).tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"%011o\x00" % size
    block[156:157] = kind
    for place, value in changes.items():
        at = int(place.removeprefix("at_"))
        block[at : at + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\x00 " % sum(block)
    return bytes(block)


def padded(content: bytes) -> bytes:
    """Filled up to whole blocks."""
    return content + bytes(-len(content) % 512)


@dataclass
class Part:
    """One entry of a ZIP: `local` and `central` say otherwise than the truth in one header."""

    name: bytes = b"a.xml"
    content: bytes = XML
    method: int = 8
    flags: int = 0
    packed: bytes | None = None
    behind: bytes = b""
    extra: bytes = b""
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    central: Mapping[str, int | bytes] = field(default_factory=dict)


def deflate(content: bytes) -> bytes:
    """Raw, as ZIP has it."""
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(content) + packing.flush()


def zip_of(*parts: Part, before: bytes = b"", between: bytes = b"", end: Mapping[str, int] | None = None) -> bytes:
    """A ZIP with its entries as they are told, `between` after each of them."""
    body, directory = bytearray(before), bytearray()
    for part in parts:
        packed = part.packed if part.packed is not None else _packed(part)
        truth: dict[str, int | bytes] = {
            "name": part.name,
            "flags": part.flags,
            "method": part.method,
            "check": zlib.crc32(part.content),
            "packed": len(packed),
            "size": len(part.content),
            "offset": len(body) - len(before),
            "system": 3,
            "attributes": 0,
            "extra": part.extra,
        }
        body += _local({**truth, **part.local}) + packed + part.behind + between
        directory += _central({**truth, **part.central})
    told = {"entries": len(parts), "size": len(directory), "offset": len(body) - len(before), "disk": 0} | dict(
        end or {}
    )
    return bytes(body + directory) + struct.pack(
        "<4s4H2LH", b"PK\x05\x06", told["disk"], told["disk"], told["entries"], told["entries"], told["size"],
        told["offset"], 0,
    )  # fmt: skip


def _packed(part: Part) -> bytes:
    return deflate(part.content) if part.method == 8 else part.content


def _local(said: Mapping[str, int | bytes]) -> bytes:
    name, extra = _raw(said["name"]), _raw(said["extra"])
    figures = (said["flags"], said["method"], 0, 0x21, said["check"], said["packed"], said["size"])
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *figures, len(name), len(extra)) + name + extra


def _central(said: Mapping[str, int | bytes]) -> bytes:
    name, extra = _raw(said["name"]), _raw(said["extra"])
    figures = (said["flags"], said["method"], 0, 0x21, said["check"], said["packed"], said["size"])
    lengths = (len(name), len(extra), 0, 0, 0)
    places = (said["attributes"], said["offset"])
    return (
        struct.pack("<4sBB5H3L5H2L", b"PK\x01\x02", 20, said["system"], 20, *figures, *lengths, *places) + name + extra
    )


def _raw(said: int | bytes) -> bytes:
    assert isinstance(said, bytes)
    return said
