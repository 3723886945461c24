"""The formats of tar that are read, and what is wrong with a gzip stream or a tar as a whole."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zlib
from dataclasses import replace

import pytest

from edigate.sandbox.archives import gzipped, tar, tar_gz
from edigate.unpacking import Entry, tarred
from edigate.unpacking import gzipped as gzip_reader
from tests.unit.unpacking.reading import LIMITS, XML, found, header, padded, read, special, tar_of

LONG = "a" * 180 + ".xml"
NOISE = random.Random(7).randbytes(100_000)


def gz(*pieces: bytes) -> bytes:
    """A tar.gz of blocks as they are told, with its end mark."""
    return gzipped(b"".join(pieces) + bytes(1024))


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    """An extended header."""
    return header(b"pax", kind, len(records)) + padded(records)


def record(text: bytes) -> bytes:
    """One record of it; its length counts itself."""
    length = len(text) + 2
    while len(str(length)) + len(text) + 2 != length:
        length = len(str(length)) + len(text) + 2
    return b"%d %s\n" % (length, text)


A_FILE = header(b"a.xml", b"0", len(XML)) + padded(XML)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("name", ["a.xml", "b/" * 60 + "a.xml", "é.xml"])
def test_every_format_of_tar_is_read(form: int, name: str) -> None:
    """Long names and accents stand elsewhere in each of them."""
    assert read(tar_of((name, XML), form=form), limits=replace(LIMITS, folders=True)) == [Entry(name, XML, "xml")]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_name_of_more_than_a_hundred_characters_is_whole(form: int) -> None:
    """It stands in an extended header, in pax and in GNU's own form."""
    assert read(tar_of((LONG, XML), form=form)) == [Entry(LONG, XML, "xml")]


def test_a_link_with_a_long_target_is_refused_as_a_link() -> None:
    """The GNU header for it stands before the link."""
    given = found(tar_of(special("b", tarfile.SYMTYPE, "x" * 300), ("a.xml", XML), form=tarfile.GNU_FORMAT))

    assert (given.documents, given.codes) == (["a.xml"], [("EDG-F037", "b")])


def test_several_gzip_members_are_one_stream() -> None:
    """As parallel compressors write it, and `cat` of pieces does; empty members too."""
    content = tar({"a.xml": XML, "b.xml": NOISE.hex().encode()})
    pieces = [content[at : at + 700] for at in range(0, len(content), 700)]
    packed = b"".join(map(gzip.compress, [b"", *pieces, b""]))

    assert found(packed).codes == [("EDG-F043", "b.xml")]
    assert found(packed).documents == ["a.xml"]


def test_a_gzip_header_with_everything_in_it_is_read() -> None:
    """An extra field, a name, a comment and a checksum of the header (RFC 1952)."""
    content = tar({"a.xml": XML})
    packing = zlib.compressobj(wbits=-15)
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x03\x00abc" + b"name\x00" + b"comment\x00" + b"\x12\x34"
    tail = struct.pack("<II", zlib.crc32(content), len(content))

    assert read(head + packing.compress(content) + packing.flush() + tail) == [Entry("a.xml", XML, "xml")]


def test_zeros_after_the_gzip_stream_and_after_the_tar_are_padding() -> None:
    """Tapes have blocks, and so have some programs."""
    assert found(gzipped(tar({"a.xml": XML}) + bytes(100_000)) + bytes(200_000)).codes == []


def test_a_tar_may_end_without_its_mark() -> None:
    """Some programs do not write it; the stream's checksum tells that nothing is missing."""
    assert read(gzipped(A_FILE)) == [Entry("a.xml", XML, "xml")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (XML, "xml"),
        (XML * 500, "xml"),
        (b"%PDF-1.7", "pdf"),
        (b"text", "other"),
        (gzipped(XML), "gzip"),
    ],
)
def test_a_gzip_stream_without_a_tar_is_told_by_what_it_holds(content: bytes, kind: str) -> None:
    """A single document that was compressed is the mistake that people make."""
    (fault,) = found(gzipped(content)).faults

    assert (fault.code, fault.value, dict(fault.args)) == ("EDG-F030", kind, {"found": kind})


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20, 1000, 90_000])
def test_a_gzip_stream_cut_short_is_told(cut: int) -> None:
    """Wherever it is cut: documents before are given, the fault says where the data stop."""
    packed = tar_gz({"a.xml": XML, "b.xml": b"<b>" + NOISE})
    given = found(packed[:-cut])

    assert given.documents[:1] == ["a.xml"]
    assert [(fault.code, fault.value) for fault in given.faults] == [("EDG-F031", str(len(packed) - cut))]


def test_another_member_that_only_begins_is_cut_short() -> None:
    """With its first byte, or inside its name."""
    for begun in (b"\x1f", b"\x1f\x8b\x08\x08" + bytes(6) + b"name"):
        assert found(tar_gz({"a.xml": XML}) + begun).codes == [("EDG-F031", "")]


def test_a_gzip_stream_of_a_few_bytes_is_cut_short() -> None:
    """Nothing but its magic, or less than its header."""
    for end in range(2, 20):
        assert [code for code, _ in found(tar_gz({"a.xml": XML})[:end]).codes] == ["EDG-F031"]


def test_a_tar_cut_short_inside_a_whole_gzip_stream_is_told() -> None:
    """In a header, in a document and in its padding; the entry is named where one is open."""
    content = tar({"a.xml": XML, "b.xml": b"<b>" + NOISE})
    assert found(gzipped(content[:1300])).codes == [("EDG-F031", "")]
    assert found(gzipped(content[:5000])).codes == [("EDG-F031", "b.xml")]
    assert found(gzipped(content[: 1536 + 3 + len(NOISE) + 10])).codes == [("EDG-F031", "")]
    assert found(gzipped(pax(record(b"path=x.xml")))).codes == [("EDG-F031", "")]
    assert found(gzipped(header(b"pax", b"x", 600) + b"x")).codes == [("EDG-F031", "")]


def test_a_wrong_checksum_is_told_after_the_documents() -> None:
    """They are given, so that what is wrong in them is told in the same report."""
    packed = bytearray(tar_gz({"a.xml": XML}))
    packed[-8] ^= 1
    given = found(bytes(packed))

    assert given.documents == ["a.xml"]
    assert [(fault.code, dict(fault.args)) for fault in given.faults] == [("EDG-F032", {"reason": "archive.crc"})]


def test_a_wrong_length_is_told_as_a_wrong_checksum() -> None:
    """The last four bytes count the content."""
    packed = tar_gz({"a.xml": XML})
    assert [code for code, _ in found(packed[:-1] + b"\x01").codes] == ["EDG-F032"]


@pytest.mark.parametrize(
    "head", [b"\x1f\x8b\x07", b"\x1f\x8b\x08\x20", b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 200_000]
)
def test_a_gzip_header_that_no_program_writes_is_damage(head: bytes) -> None:
    """Another method, a reserved flag, a name without end."""
    assert [code for code, _ in found(head + bytes(20)).codes] == ["EDG-F032"]


def test_damaged_data_end_the_reading() -> None:
    """A deflate stream has no place to begin again."""
    packed = bytearray(tar_gz({"a.xml": XML}))
    packed[10] |= 0b110  # a kind of block that there is not
    given = found(bytes(packed))

    assert given.documents == []
    assert [(fault.code, dict(fault.args)) for fault in given.faults] == [("EDG-F032", {"reason": "archive.deflate"})]


@pytest.mark.parametrize(
    ("archive", "where"),
    [
        (tar_gz({"a.xml": XML}) + b"x", "after_gzip"),
        (tar_gz({"a.xml": XML}) + bytes(70_000) + b"x", "after_gzip"),
        (tar_gz({"a.xml": XML}) + b"\x1fx", "after_gzip"),
        (gzipped(tar({"a.xml": XML}) + b"x"), "after_tar"),
        (gzipped(tar({"a.xml": XML}) + bytes(700_000) + b"x"), "after_tar"),
        (tar_gz({"a.xml": XML}) * 2, "after_tar"),
        (gzipped(A_FILE + bytes(512) + A_FILE), "after_tar"),
    ],
)
def test_anything_but_zeros_behind_the_end_is_told(archive: bytes, where: str) -> None:
    """Documents that nobody would see may stand there."""
    given = found(archive)

    assert given.documents == ["a.xml"]
    (fault,) = given.faults
    assert (fault.code, dict(fault.args)) == ("EDG-F033", {"where": f"archive.{where}"})
    assert int(fault.value) > 0


def test_a_damaged_header_ends_the_reading() -> None:
    """Without it nobody knows where the next entry begins; the documents before are given."""
    second = bytearray(A_FILE)
    second[0] ^= 1
    given = found(gz(A_FILE, bytes(second)))

    assert given.documents == ["a.xml"]
    assert [(fault.code, fault.value) for fault in given.faults] == [("EDG-F032", "1536")]


def test_a_negative_size_is_damage() -> None:
    """In the form for large figures, and in the octal one."""
    for size in (b"\xff" * 12, b"-0000000010\x00"):
        given = found(gz(A_FILE, header(b"b.xml", b"0", 0, at_124=size)))
        assert [code for code, _ in given.codes] == ["EDG-F032"]


@pytest.mark.parametrize(
    "records",
    [
        b"x",
        b"99 path=a.xml\n",
        b"5 path=a.xml\n",
        b"0 path=a.xml\n",
        b"13 path=a.xmlx",
        b"999999999999 path=a.xml\n",
        record(b"size=-1"),
        record(b"size=1e3"),
        record(b"size=" + b"9" * 5000),
    ],
)
def test_a_pax_header_that_cannot_be_read_is_damage(records: bytes) -> None:
    """Wrong lengths, sizes that are none: what it would have said is not guessed."""
    assert [code for code, _ in found(gz(pax(records), A_FILE)).codes] == ["EDG-F032"]


def test_a_size_in_the_pax_header_counts() -> None:
    """It stands for that of the entry's own header."""
    archive = gz(
        pax(record(b"size=4")), header(b"a.xml", b"0", 0) + padded(XML), header(b"b.xml", b"0", 4) + padded(XML)
    )
    assert read(archive) == [Entry("a.xml", XML, "xml"), Entry("b.xml", XML, "xml")]


def test_a_header_for_all_entries_may_carry_no_name_and_no_size() -> None:
    """A comment it may carry, as some programs write one."""
    assert found(gz(pax(record(b"comment=x"), b"g"), A_FILE)).codes == []
    for said in (b"path=b.xml", b"size=1", b"linkpath=x", b"GNU.sparse.size=9"):
        assert [code for code, _ in found(gz(pax(record(said), b"g"), A_FILE)).codes] == ["EDG-F032"]


def test_extended_headers_are_bounded_in_size_and_number() -> None:
    """They are no way to fill the memory or the stack."""
    large = header(b"pax", b"x", tarred.MOST_EXTENSION_BYTES + 1)
    assert [code for code, _ in found(gz(large)).codes] == ["EDG-F032"]
    many = [pax(record(b"path=b.xml"))] * 2000
    assert [code for code, _ in found(gz(*many, A_FILE)).codes] == ["EDG-F032"]


def test_sparse_files_are_refused_and_passed_over() -> None:
    """In the old GNU form with a map of several blocks, and in the pax form."""
    more = bytes(504) + b"\x01" + bytes(7)
    old = header(b"s.xml", b"S", 4, at_482=b"\x01") + more + bytes(512) + padded(XML)
    new = pax(record(b"GNU.sparse.major=1") + record(b"GNU.sparse.minor=0")) + header(b"t.xml", b"0", 4) + padded(XML)
    given = found(gz(old, new, A_FILE))

    assert given.documents == ["a.xml"]
    assert [(fault.code, fault.entry, dict(fault.args)["found"]) for fault in given.faults] == [
        ("EDG-F037", "s.xml", "archive.sparse"),
        ("EDG-F037", "t.xml", "archive.sparse"),
    ]


def test_a_name_that_is_not_utf8_is_refused() -> None:
    """As an old Windows writes accents; the fault shows the bytes."""
    given = found(gz(header(b"a.xml", b"0", 4, at_0=b"\xe9\xe8.xml") + padded(XML), pax(record(b"path=\xe9")), A_FILE))

    assert given.documents == []
    assert [(fault.code, dict(fault.args)["reason"]) for fault in given.faults] == [
        ("EDG-F038", "archive.undecodable"),
        ("EDG-F038", "archive.undecodable"),
    ]
    assert given.faults[0].entry == "\\udce9\\udce8.xml"


def test_a_folder_in_the_oldest_form_is_a_folder() -> None:
    """There a slash at the end of the name is all that tells."""
    for kind in (b"\x00", b"0"):
        assert found(gz(header(b"b/", kind, 0), A_FILE)).codes == []


def test_gzip_members_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs its effort, and twenty bytes make one."""
    monkeypatch.setattr(gzip_reader, "MOST_MEMBERS", 50)
    assert found(gzip.compress(b"") * 20 + tar_gz({"a.xml": XML})).codes == []
    assert [code for code, _ in found(gzip.compress(b"") * 60 + tar_gz({"a.xml": XML})).codes] == ["EDG-F032"]


def test_the_library_reads_what_the_sandbox_writes() -> None:
    """The same names and contents."""
    with tarfile.open(fileobj=io.BytesIO(tar_gz({"a.xml": XML, "b/": b""}))) as archive:
        assert [(entry.name, entry.isdir()) for entry in archive] == [("a.xml", False), ("b", True)]
