"""The forms of ZIP that are read, and what is wrong with a ZIP's directory, headers and data."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest

from edigate.sandbox.archives import zipped
from edigate.unpacking import Entry, directory
from tests.unit.unpacking.reading import LIMITS, XML, Part, deflate, found, read, zip_of

FIGURES = (zlib.crc32(XML), len(deflate(XML)), len(XML))
WIDE = 0xFFFFFFFF


class Pipe(io.BytesIO):
    """What a writer cannot go back in, so that it writes sizes behind the data."""

    def seekable(self) -> bool:
        """Never."""
        return False

    def seek(self, *_: int) -> int:
        """Not at all."""
        raise OSError

    def tell(self) -> int:
        """Neither."""
        raise OSError


def reasons(archive: bytes) -> list[tuple[str, str, str]]:
    """Code, entry and reason of each fault."""
    return [(fault.code, fault.entry, dict(fault.args).get("reason", "")) for fault in found(archive, "zip").faults]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_both_methods_are_read(method: int) -> None:
    """Stored and deflated."""
    content = b"<a>" + XML * 50_000
    assert read(zipped({"a.xml": content, "b.xml": XML}, method)) == [
        Entry("a.xml", content, "xml"),
        Entry("b.xml", XML, "xml"),
    ]


def test_a_zip_written_into_a_pipe_is_read() -> None:
    """Its sizes stand behind the data."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", XML)
        archive.writestr("b.xml", b"<b/>" * 1000)

    assert found(pipe.getvalue()).documents == ["a.xml", "b.xml"]
    assert found(pipe.getvalue()).codes == []


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("mark", [b"", b"PK\x07\x08"])
def test_every_form_of_descriptor_is_read(mark: bytes, *, wide: bool) -> None:
    """With and without its mark, of 32 and of 64 bits."""
    behind = mark + struct.pack("<LQQ" if wide else "<LLL", *FIGURES)
    local = {"check": 0, "packed": 0, "size": 0}

    assert found(zip_of(Part(flags=8, behind=behind, local=local), Part(b"b.xml"))).codes == []


def test_zip64_is_read() -> None:
    """In the entries' fields as in the end record."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive, archive.open("a.xml", "w", force_zip64=True) as entry:
        entry.write(XML)
    assert read(content.getvalue()) == [Entry("a.xml", XML, "xml")]

    extra = struct.pack("<HHQQ", 1, 16, len(XML), len(deflate(XML)))
    one = zip_of(Part(extra=extra, local={"size": WIDE, "packed": WIDE}, central={"size": WIDE, "packed": WIDE}))
    assert read(one) == [Entry("a.xml", XML, "xml")]
    assert read(with_wide_end(one)) == [Entry("a.xml", XML, "xml")]


def with_wide_end(archive: bytes, **changes: int) -> bytes:
    """The same ZIP with an end record of 64 bits, and nothing in the narrow one."""
    *_, entries, size, offset, _ = struct.unpack("<4s4H2LH", archive[-22:])
    told = {"entries": entries, "size": size, "offset": offset, "disk": 0} | changes
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, told["disk"], 0, told["entries"], told["entries"], told["size"],
        told["offset"],
    )  # fmt: skip
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(archive) - 22, 1)
    narrow = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, WIDE, WIDE, 0)
    return archive[:-22] + record + locator + narrow


def test_an_end_record_of_64_bits_that_contradicts_is_told() -> None:
    """The one it stands for, or the directory."""
    one = zip_of(Part())
    assert reasons(with_wide_end(one, size=1 << 40)) == [("EDG-F034", "", "archive.directory")]
    assert reasons(with_wide_end(one, offset=1 << 60)) == [("EDG-F034", "", "archive.directory")]
    assert reasons(with_wide_end(one, disk=1)) == [("EDG-F036", "", "archive.volumes")]
    contradicted = with_wide_end(one)[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 7, 7, WIDE, WIDE, 0)
    assert reasons(contradicted) == [("EDG-F034", "", "archive.directory")]
    nowhere = zip_of(Part())[:-22] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + zip_of(Part())[-22:]
    assert reasons(nowhere) == [("EDG-F034", "", "archive.directory")]


def test_a_figure_of_64_bits_that_is_not_there_is_told() -> None:
    """The directory says that it stands in a field, and the field is missing, or too short."""
    for extra in (b"", struct.pack("<HHQ", 7, 8, 4), struct.pack("<HHL", 1, 4, 4)):
        assert reasons(zip_of(Part(extra=extra, central={"size": WIDE}))) == [("EDG-F034", "", "archive.directory")]


def test_a_size_of_64_bits_is_compared_with_a_descriptor_of_64_bits() -> None:
    """What does not fit into the narrow form is not looked for in it."""
    extra = struct.pack("<HHQ", 1, 8, 1 << 33)
    part = Part(flags=8, extra=extra, local={"check": 0, "packed": 0, "size": 0}, central={"size": WIDE})
    assert reasons(zip_of(part)) == [("EDG-F042", "a.xml", ""), ("EDG-F034", "a.xml", "archive.descriptor")]


def test_a_comment_is_no_trailing_garbage() -> None:
    """Even one that looks like another end record."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.xml", XML)
        archive.comment = b"of March PK\x05\x06" + bytes(30)

    assert read(content.getvalue()) == [Entry("a.xml", XML, "xml")]


def test_names_are_read_in_every_encoding() -> None:
    """UTF-8 with its flag and without, and the code page of old."""
    given = found(zip_of(Part("é.xml".encode(), flags=0x800), Part("è.xml".encode()), Part("ü.xml".encode("cp437"))))
    assert given.documents == ["é.xml", "è.xml", "ü.xml"]

    wrong = found(zip_of(Part(b"\xe9.xml", flags=0x800)))
    assert [(fault.code, dict(fault.args)["reason"]) for fault in wrong.faults] == [("EDG-F038", "archive.undecodable")]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x05\x06", zip_of(Part())[:-1], zip_of(Part())[:-23], b"PK\x03\x04" * 50_000]
)
def test_a_zip_without_its_end_is_cut_short(content: bytes) -> None:
    """The end record is missing, or its comment."""
    assert reasons(content) == [("EDG-F031", "", "")]


def test_bytes_around_the_archive_are_told_and_it_is_read_still() -> None:
    """Before, between and after."""
    sound = Part(b"b.xml")
    cases = {
        zip_of(sound, before=b"#!/bin/sh\n"): ("before_zip", "0"),
        zip_of(sound, between=b"gap"): ("between", str(len(zip_of(sound)) - 22 - 46 - 5)),
        zip_of(sound) + b"\n": ("after_zip", str(len(zip_of(sound)))),
    }
    for archive, (where, value) in cases.items():
        given = found(archive, "zip")
        assert given.documents == ["b.xml"]
        assert [(fault.code, dict(fault.args), fault.value) for fault in given.faults] == [
            ("EDG-F033", {"where": f"archive.{where}"}, value)
        ]


def test_an_encrypted_entry_is_refused_by_its_name() -> None:
    """By password, strongly, or by AES; the others are read."""
    for part in (Part(flags=1), Part(flags=0x41), Part(method=99, packed=b"x")):
        given = found(zip_of(part, Part(b"b.xml")))
        assert given.documents == ["b.xml"]
        assert [(fault.code, fault.entry, fault.value) for fault in given.faults] == [("EDG-F035", "a.xml", "a.xml")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(method: int) -> None:
    """With the number of the method."""
    given = found(zipped({"a.xml": XML}, method))
    assert [(fault.code, fault.entry, fault.value) for fault in given.faults] == [("EDG-F036", "a.xml", str(method))]


def test_an_archive_in_volumes_is_refused() -> None:
    """Its other parts are not there."""
    assert reasons(zip_of(Part(), end={"disk": 3})) == [("EDG-F036", "", "archive.volumes")]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (Part(local={"name": b"b.xml"}), "local_name"),
        (Part(local={"method": 0}), "local_method"),
        (Part(local={"flags": 1}), "local_flags"),
        (Part(local={"size": 5}), "local_size"),
        (Part(local={"packed": 5}), "local_size"),
        (Part(local={"check": 5}), "local_size"),
        (Part(local={"size": 0}), "local_size"),
        (Part(local={"size": WIDE}), "local_header"),
        (Part(flags=8, local={"size": 5}, behind=struct.pack("<LLL", *FIGURES)), "local_size"),
        (Part(flags=8), "descriptor"),
        (Part(central={"offset": 7}), "local_header"),
        (Part(central={"offset": 1 << 31}), "local_header"),
        (Part(central={"packed": 1 << 20}, local={"packed": 1 << 20}), "packed_size"),
        (Part(central={"size": 3}, local={"size": 3}), "size"),
        (Part(central={"size": 5}, local={"size": 5}), "size"),
        (Part(content=b"", packed=b"\x03\x00x", local={"size": 0}), "deflate"),
        (Part(packed=deflate(XML) + b"x"), "deflate"),
        (Part(packed=deflate(XML)[:-1]), "deflate"),
        (Part(packed=b"\xff" * 20), "deflate"),
        (Part(central={"check": 5}, local={"check": 5}), "crc"),
        (Part(method=0, central={"size": 3}, local={"size": 3}), "size"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(part: Part, reason: str) -> None:
    """Local header, directory, descriptor and data say the same, or the entry is not given; the others are."""
    given = found(zip_of(part, Part(b"z.xml")))

    assert given.documents == ["z.xml"]
    (fault,) = given.faults
    assert (fault.code, fault.entry) == ("EDG-F032" if reason in {"deflate", "crc"} else "EDG-F034", "a.xml")
    assert dict(fault.args) == {"reason": f"archive.{reason}"}


def test_entries_that_share_bytes_are_refused() -> None:
    """A few bytes told many times over are a bomb."""
    one = Part(b"a.xml", b"<a>" + bytes(100_000))
    given = found(
        zip_of(one, *(Part(b"a.xml", packed=b"", content=one.content, central={"offset": 0}) for _ in range(3)))
    )
    assert [code for code, _ in given.codes].count("EDG-F034") == 3

    inner = Part(b"b.xml", method=0)
    quoting = Part(b"a.xml", zip_of(inner)[: 30 + 5 + 4], method=0)
    archive = zip_of(quoting, replace(inner, central={"offset": 35}))
    assert ("EDG-F034", "b.xml", "archive.overlap") in reasons(archive)


@pytest.mark.parametrize(
    "end", [{"entries": 2}, {"size": 10}, {"size": 1 << 20}, {"offset": 1 << 20}, {"entries": 0}, {"size": 0}]
)
def test_a_directory_that_is_not_as_its_end_says_is_refused(end: dict[str, int]) -> None:
    """Its place, its size, its number of entries."""
    (one,) = reasons(zip_of(Part(), end=end))[:1]
    assert one in {("EDG-F034", "", "archive.directory"), ("EDG-F033", "", "")}
    assert found(zip_of(Part(), end=end)).documents == []


def test_a_directory_of_absurd_size_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fill the memory."""
    monkeypatch.setattr(directory, "MOST_BYTES", 1000)
    assert reasons(zip_of(*(Part(b"%d.xml" % i) for i in range(30)))) == [("EDG-F034", "", "archive.directory")]


def test_more_entries_than_allowed_are_not_even_listed() -> None:
    """The end record says their number."""
    archive = zip_of(end={"entries": LIMITS.entries + 1})
    assert [(fault.code, fault.value) for fault in found(archive).faults] == [("EDG-F044", str(LIMITS.entries + 1))]


def test_a_folder_with_content_is_no_folder() -> None:
    """A name that ends in a slash names no file."""
    assert found(zip_of(Part(b"b/"), Part())).codes == [("EDG-F038", "b")]
