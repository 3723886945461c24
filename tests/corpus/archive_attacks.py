"""Attacks by archives: bombs of every make, headers that lie, entries that share bytes, names that lead out."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from edigate.sandbox.archives import gzipped, tar, tar_gz, zipped
from tests.corpus.attacks import NOT_ADMITTED, TAKEN, Attack, invoice
from tests.unit.unpacking.reading import Part, deflate, header, padded, special, tar_of, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WIDE = 0xFFFFFFFF


def _with(name: str) -> Callable[[str], bytes]:
    """A ZIP of one document under this name."""
    return lambda number: zipped({name: invoice(number)})


def _tar_with(name: str) -> Callable[[str], bytes]:
    return lambda number: tar_gz({name: invoice(number)})


def _part(**changes: object) -> Callable[[str], bytes]:
    """A ZIP of one document whose entry is changed."""
    return lambda number: zip_of(replace(_sound(number), **changes))  # type: ignore[arg-type]


def _sound(number: str) -> Part:
    content = invoice(number)
    return Part(content=content, packed=deflate(content))


def _zeros(megabytes: int, times: int = 1) -> bytes:
    """A gzip of so many megabytes of zeros, packed so many times over."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as into:
        for _ in range(megabytes):
            into.write(bytes(1_000_000))
    content = packed.getvalue()
    for _ in range(times - 1):
        content = gzipped(content, 9)
    return content


def _kernel(entries: int) -> bytes:
    """A ZIP whose directory points to the same packed bytes many times over."""
    content = bytes(10_000_000)
    packed = deflate(content)
    local = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, zlib.crc32(content), len(packed), len(content), 5, 0
    )
    body = local + b"a.xml" + packed
    row = struct.pack(
        "<4sBB5H3L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 8, 0, 0x21, zlib.crc32(content), len(packed), len(content), 5,
        0, 0, 0, 0, 0, 0,
    ) + b"a.xml"  # fmt: skip
    directory = row * entries
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(body), 0)
    return body + directory + end


def _quoting(number: str) -> bytes:
    """Entries whose data hold the next one's header and data: each byte is unpacked more than once."""
    inner = _one_local(b"b.xml", invoice(number))
    outer = b"\x00" + struct.pack("<HH", len(inner), len(inner) ^ 0xFFFF) + inner + deflate(b"")
    content = inner
    local = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, zlib.crc32(content), len(outer), len(content), 5, 0
    )
    body = local + b"a.xml" + outer
    rows = _row(b"a.xml", content, len(outer), 0) + _row(b"b.xml", invoice(number), None, len(local) + 5 + 5)
    return body + rows + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(rows), len(body), 0)


def _one_local(name: bytes, content: bytes) -> bytes:
    packed = deflate(content)
    head = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, zlib.crc32(content), len(packed), len(content), len(name), 0
    )
    return head + name + packed


def _row(name: bytes, content: bytes, packed: int | None, offset: int) -> bytes:
    size = len(deflate(content)) if packed is None else packed
    return struct.pack(
        "<4sBB5H3L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 8, 0, 0x21, zlib.crc32(content), size, len(content), len(name),
        0, 0, 0, 0, 0, offset,
    ) + name  # fmt: skip


def _linked(name: str, target: str) -> Callable[[str], bytes]:
    """A ZIP of a document and of a symbolic link."""

    def make(number: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("a.xml", invoice(number))
            link = zipfile.ZipInfo(name)
            link.create_system = 3
            link.external_attr = 0o120777 << 16
            archive.writestr(link, target)
        return content.getvalue()

    return make


def _special(kind: bytes, target: str = "") -> Callable[[str], bytes]:
    """A tar of a document and of an entry that is no file."""
    return lambda number: tar_of(("a.xml", invoice(number)), special("b.xml", kind, target))


def _pax(records: Mapping[str, str]) -> Callable[[str], bytes]:
    """A tar whose extended header says these things of the document."""

    def make(number: str) -> bytes:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
            document = invoice(number)
            entry = tarfile.TarInfo("a.xml")
            entry.size = len(document)
            entry.pax_headers = dict(records)
            archive.addfile(entry, io.BytesIO(document))
        return gzipped(content.getvalue())

    return make


def _raw_tar(*blocks: bytes) -> bytes:
    return gzipped(b"".join(blocks) + bytes(1024))


def _stubborn(number: str) -> bytes:
    """A tar that is followed by itself many times over, each with its own end."""
    return gzipped((tar({"a.xml": invoice(number)})) * 2_000)


def _signatures(count: int) -> dict[str, bytes]:
    seal = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    return {f"{n}.xades": seal for n in range(count)}


_GZIP = {
    "gzip: 250 MB of zeros": Attack("", lambda _: _zeros(250), NOT_ADMITTED, ("EDG-F047",)),
    "gzip: packed four times over": Attack("", lambda _: _zeros(50, 4), NOT_ADMITTED, ("EDG-F030",)),
    "gzip: 50,000 empty members": Attack("", lambda _: gzipped(b"") * 50_000, NOT_ADMITTED, ("EDG-F030",)),
    "gzip: a name of 12 MB": Attack(
        "", lambda _: b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 12_000_000, NOT_ADMITTED, ("EDG-F032",)
    ),
    "gzip: cut short": Attack("", lambda n: tar_gz({"a.xml": invoice(n)})[:-200], NOT_ADMITTED, ("EDG-F031",)),
    "gzip: a wrong checksum": Attack(
        "", lambda n: tar_gz({"a.xml": invoice(n)})[:-8] + bytes(8), NOT_ADMITTED, ("EDG-F032",)
    ),
    "gzip: something behind it": Attack(
        "", lambda n: tar_gz({"a.xml": invoice(n)}) + b"<script/>" * 100, NOT_ADMITTED, ("EDG-F033",)
    ),
    "gzip: padded with 12 MB of zeros": Attack("", lambda n: tar_gz({"a.xml": invoice(n)}) + bytes(12_000_000), TAKEN),
    "gzip: another method": Attack("", lambda _: b"\x1f\x8b\x07" + bytes(600), NOT_ADMITTED, ("EDG-F032",)),
    "gzip: reserved flags": Attack("", lambda _: b"\x1f\x8b\x08\xff" + b"\xff" * 600, NOT_ADMITTED, ("EDG-F032",)),
}  # fmt: skip

_ZIP = {
    "zip: one entry listed 10,000 times": Attack("", lambda _: _kernel(10_000), NOT_ADMITTED, ("EDG-F044",)),
    "zip: one entry listed 1,000 times": Attack(
        "", lambda _: _kernel(1_000), NOT_ADMITTED, ("EDG-F034", "EDG-F040", "EDG-F041")
    ),
    "zip: entries within entries": Attack("", _quoting, NOT_ADMITTED, ("EDG-F034", "EDG-F048")),
    "zip: 100 levels of ZIPs": Attack(
        "", lambda n: _levels(zipped({"a.xml": invoice(n)}), 100), NOT_ADMITTED, ("EDG-F048",)
    ),
    "zip: a tar.gz inside": Attack(
        "", lambda n: zipped({"a.tgz": tar_gz({"a.xml": invoice(n)})}), NOT_ADMITTED, ("EDG-F048",)
    ),
    "zip: 20,000 entries": Attack(
        "", lambda _: zipped(dict.fromkeys(map(str, range(20_000)), b""), 0), NOT_ADMITTED, ("EDG-F044",)
    ),
    "zip: 2,001 signatures": Attack("", lambda _: zipped(_signatures(2_001)), NOT_ADMITTED, ("EDG-F044",)),
    "zip: 2,000 empty files": Attack(
        "", lambda _: zipped({f"{n}.xml": b"" for n in range(2_000)}), NOT_ADMITTED, ("EDG-F041",)
    ),
    "zip: a size that is too small": Attack(
        "", _part(local={"size": 10}, central={"size": 10}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: a size that is too large": Attack(
        "", _part(local={"size": 90_000_000}, central={"size": 90_000_000}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: a packed size past the end": Attack(
        "", _part(local={"packed": 90_000_000}, central={"packed": 90_000_000}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: sizes that differ between headers": Attack("", _part(local={"size": 5}), NOT_ADMITTED, ("EDG-F034",)),
    "zip: a wrong checksum": Attack("", _part(local={"check": 1}, central={"check": 1}), NOT_ADMITTED, ("EDG-F032",)),
    "zip: names that differ between headers": Attack(
        "", _part(local={"name": b"../../a"}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: another method inside than outside": Attack("", _part(local={"method": 0}), NOT_ADMITTED, ("EDG-F034",)),
    "zip: sizes of 64 bits that are missing": Attack("", _part(central={"size": WIDE}), NOT_ADMITTED, ("EDG-F034",)),
    "zip: sizes of 64 bits beyond all measure": Attack(
        "", _part(extra=struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63), central={"size": WIDE, "packed": WIDE}),
        NOT_ADMITTED, ("EDG-F034", "EDG-F042"),
    ),
    "zip: a descriptor that is missing": Attack(
        "", _part(flags=8, local={"check": 0, "size": 0, "packed": 0}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: a descriptor that lies": Attack(
        "", _part(flags=8, behind=b"PK\x07\x08" + bytes(12), local={"check": 0, "size": 0, "packed": 0}),
        NOT_ADMITTED, ("EDG-F034",),
    ),
    "zip: encrypted": Attack("", _part(flags=1), NOT_ADMITTED, ("EDG-F035",)),
    "zip: method LZMA": Attack("", _part(method=14), NOT_ADMITTED, ("EDG-F036",)),
    "zip: a method that nobody knows": Attack("", _part(method=9999), NOT_ADMITTED, ("EDG-F036",)),
    "zip: several volumes": Attack(
        "", lambda n: zip_of(_sound(n), end={"disk": 3}), NOT_ADMITTED, ("EDG-F036",)
    ),
    "zip: more entries than it says": Attack(
        "", lambda n: zip_of(_sound(n), end={"entries": 7}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: a directory that begins before the file": Attack(
        "", lambda n: zip_of(_sound(n), end={"offset": 4_000_000_000}), NOT_ADMITTED, ("EDG-F034",)
    ),
    "zip: a program before it": Attack(
        "", lambda n: b"PK\x03\x04" + zip_of(_sound(n), before=b"MZ" * 500), NOT_ADMITTED, ("EDG-F033",)
    ),
    "zip: bytes between its entries": Attack(
        "", lambda n: zip_of(_sound(n), between=b"hidden" * 100), NOT_ADMITTED, ("EDG-F033",)
    ),
    "zip: a second archive behind it": Attack(
        "", lambda n: zipped({"a.xml": b"<a/>"}) + zipped({"a.xml": invoice(n)}), NOT_ADMITTED, ("EDG-F033",)
    ),
    "zip: an end record in its own comment": Attack(
        "", lambda n: _commented(zipped({"a.xml": invoice(n)}), b"PK\x05\x06" + bytes(18)), NOT_ADMITTED, ("EDG-F033",)
    ),
    "zip: nothing in it": Attack("", lambda _: zipped({}), NOT_ADMITTED, ("EDG-F049",)),
    "zip: the start of one": Attack("", lambda _: b"PK\x03\x04", NOT_ADMITTED, ("EDG-F031",)),
    "zip: a document that is hidden in a picture": Attack(
        "", lambda n: zipped({"a.png": b"\x89PNG\r\n\x1a\n" + invoice(n)}), NOT_ADMITTED, ("EDG-F043",)
    ),
}  # fmt: skip

_NAMES = {
    "name: up and out": ("../../../etc/cron.d/a.xml", "EDG-F038"),
    "name: up and out, the other way": ("..\\..\\a.xml", "EDG-F038"),
    "name: absolute": ("/etc/cron.d/a.xml", "EDG-F038"),
    "name: a drive": ("C:a.xml", "EDG-F038"),
    "name: two dots": ("..", "EDG-F038"),
    "name: an end of line": ("a\nb.xml", "EDG-F038"),
    "name: an escape": ("a\x1b[2J.xml", "EDG-F038"),
    "name: right to left": ("a\u202elmx.exe", "EDG-F038"),
    "name: no width": ("a\u200b.xml", "EDG-F038"),
    "name: 5,000 bytes": ("x" * 5_000 + ".xml", "EDG-F038"),
    "name: in a folder": ("a/b.xml", "EDG-F039"),
    "name: 200 folders": ("a/" * 120 + "b.xml", "EDG-F039"),
}
_TAKEN_NAMES = {
    "name: a device of another system": "NUL.xml",
    "name: markup": "<a href='x'>&.xml",
    "name: a formula": "=1+1.xml",
    "name: dots and blanks": "  a. .xml",
    "name: a here before it": "./a.xml",
    "name: accents in two ways": "é e\u0301.xml",
}

_TWICE = {
    "twice: one name": ("a.xml", "a.xml"),
    "twice: capitals": ("a.xml", "A.XML"),
    "twice: accents": ("\u00e9.xml", "e\u0301.xml"),
    "twice: sharp s": ("stra\u00dfe.xml", "STRASSE.xml"),
    "twice: a here before it ": ("a.xml", "./a.xml"),
}

_TAR = {
    "tar: a symbolic link": Attack("", _special(tarfile.SYMTYPE, "/etc/passwd"), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a hard link": Attack("", _special(tarfile.LNKTYPE, "/etc/shadow"), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a hard link to the document": Attack("", _special(tarfile.LNKTYPE, "a.xml"), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a pipe": Attack("", _special(tarfile.FIFOTYPE), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a character device": Attack("", _special(tarfile.CHRTYPE), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a block device": Attack("", _special(tarfile.BLKTYPE), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a sparse file": Attack("", _special(tarfile.GNUTYPE_SPARSE), NOT_ADMITTED, ("EDG-F037",)),
    "tar: a sparse file by its headers": Attack(
        "", _pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 12}),
        NOT_ADMITTED, ("EDG-F037",),
    ),
    "tar: another name by its headers": Attack("", _pax({"path": "../../a.xml"}), NOT_ADMITTED, ("EDG-F038",)),
    "tar: a size by its headers": Attack("", _pax({"size": "9" * 30}), NOT_ADMITTED, ("EDG-F032",)),
    "tar: a negative size": Attack(
        "", lambda n: _raw_tar(header(b"a.xml", b"0", 0, at_124=b"\xff" * 12), padded(invoice(n))),
        NOT_ADMITTED, ("EDG-F032",),
    ),
    "tar: a size without measure": Attack(
        "", lambda n: _raw_tar(header(b"a.xml", b"0", 0, at_124=b"\x80" + b"\xff" * 11), padded(invoice(n))),
        NOT_ADMITTED, ("EDG-F032",),
    ),
    "tar: a long name of a gigabyte": Attack(
        "", lambda _: _raw_tar(header(b"x", b"L", 1_000_000_000), b"y" * 1_000_000), NOT_ADMITTED, ("EDG-F032",)
    ),
    "tar: extended headers of a gigabyte": Attack(
        "", lambda _: _raw_tar(header(b"x", b"x", 1_000_000_000), b"y" * 1_000_000), NOT_ADMITTED, ("EDG-F032",)
    ),
    "tar: extended headers without end": Attack(
        "", lambda _: _raw_tar(*[header(b"x", b"x", 9) + padded(b"9 path=a\n")] * 20_000), NOT_ADMITTED, ("EDG-F032",)
    ),
    "tar: a wrong checksum": Attack(
        "", lambda n: _raw_tar(header(b"a.xml", b"0", 9)[:148] + b"0000000\0" + bytes(356), padded(invoice(n))),
        NOT_ADMITTED, ("EDG-F030",),
    ),
    "tar: 2,000 archives in a row": Attack("", _stubborn, NOT_ADMITTED, ("EDG-F033",)),
    "tar: cut in a file": Attack(
        "", lambda n: gzipped(tar({"a.xml": invoice(n)})[:2_000]), NOT_ADMITTED, ("EDG-F031",)
    ),
    "tar: a ZIP inside": Attack(
        "", lambda n: tar_gz({"a.zip": zipped({"a.xml": invoice(n)})}), NOT_ADMITTED, ("EDG-F048",)
    ),
    "tar: nothing in it": Attack("", lambda _: tar_gz({}), NOT_ADMITTED, ("EDG-F049",)),
    "zip: a symbolic link": Attack("", _linked("b.xml", "/etc/passwd"), NOT_ADMITTED, ("EDG-F037",)),
    "zip: a symbolic link up": Attack("", _linked("../b.xml", "../.."), NOT_ADMITTED, ("EDG-F037", "EDG-F038")),
}  # fmt: skip


def _levels(content: bytes, count: int) -> bytes:
    for _ in range(count):
        content = zipped({"a.zip": content}, 0)
    return content


def _commented(archive: bytes, comment: bytes) -> bytes:
    return archive[:-2] + struct.pack("<H", len(comment)) + comment


def _two(names: tuple[str, str]) -> Callable[[str], bytes]:
    """A tar of two documents, one of them under another's name."""
    return lambda number: tar_of(*((name, invoice(f"{number}-{n}")) for n, name in enumerate(names)))


ARCHIVE_ATTACKS = (
    *(attack._replace(name=name) for table in (_GZIP, _ZIP, _TAR) for name, attack in table.items()),
    *(Attack(f"zip, {key}", _with(name), NOT_ADMITTED, (code,)) for key, (name, code) in _NAMES.items()),
    *(Attack(f"tar, {key}", _tar_with(name), NOT_ADMITTED, (code,)) for key, (name, code) in islice(_NAMES.items(), 9)),
    *(Attack(f"zip, {key}", _with(name), TAKEN) for key, name in _TAKEN_NAMES.items()),
    *(Attack(f"tar, {key}", _two(names), NOT_ADMITTED, ("EDG-F040",)) for key, names in _TWICE.items()),
)
