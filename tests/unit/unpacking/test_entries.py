"""What a sound archive gives, and what is wrong with single entries, in a tar.gz and in a ZIP alike."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from edigate.domain.archive_faults import ARCHIVE_FAULTS
from edigate.domain.settings import RuleSettings
from edigate.sandbox.archives import gzipped, tar, tar_gz, zipped
from edigate.sandbox.attached import tiny_pdf
from edigate.unpacking import Entry, Limits
from tests.unit.unpacking.reading import LIMITS, XML, Part, found, read, special, tar_of, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SHARED = Path(os.environ.get("EDIGATE_SHARED") or Path(__file__).parents[3].parent / "shared")
SAMPLE = SHARED / "samples" / "chorus" / "FSO1116A" / "FSO1116A_P100.tar.gz"
BUILDERS = MappingProxyType({"tar.gz": tar_gz, "zip": zipped})
PDF = tiny_pdf("x")


@pytest.fixture(params=list(BUILDERS))
def pack(request: pytest.FixtureRequest) -> Callable[[Mapping[str, bytes]], bytes]:
    """Each kind of archive in turn."""
    builder: Callable[[Mapping[str, bytes]], bytes] = BUILDERS[request.param]
    return builder


@pytest.mark.skipif(not SAMPLE.exists(), reason="needs the samples of the shared folder (EDIGATE_SHARED)")
def test_aifes_own_archive_gives_its_two_documents() -> None:
    """P100 holds two XML files at its root, and nothing is wrong with it under the limits by default."""
    given = read(SAMPLE.read_bytes(), limits=Limits.of(RuleSettings()))

    assert [(entry.name, len(entry.content), entry.kind) for entry in given if isinstance(entry, Entry)] == [
        ("FSO1116A_JMRPOR_JMRPOR1116000000179.xml", 285_991, "xml"),
        ("FSO1116A_JMRPOR_JMRPOR1116000000180.xml", 285_991, "xml"),
    ]
    assert len(given) == 2


def test_the_limits_are_those_of_the_site() -> None:
    """Each setting of a site has its limit, none is mixed up with another."""
    settings = RuleSettings(
        document_bytes=1, flow_invoices=2, archive_entries=3, archive_bytes=4, archive_ratio=5, archive_nesting=6,
        archive_folders=True,
    )  # fmt: skip

    assert Limits.of(settings) == Limits(1, 2, 3, 4, 5, 6, folders=True)


def test_documents_come_in_the_order_of_the_archive(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """With their content, whatever their size."""
    files = {"z.xml": b"<z/>", "a.xml": b"<a>" + b"x" * 900_000 + b"</a>", "m.xml": b"<m/>"}

    assert read(pack(files)) == [Entry(name, content, "xml") for name, content in files.items()]


def test_a_path_that_begins_here_is_at_the_root(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """What `tar -czf x -C folder .` writes: `./` itself, and each file behind it."""
    assert read(pack({"./": b"", "./a.xml": XML})) == [Entry("a.xml", XML, "xml")]


def test_factur_x_comes_as_pdf(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """An interface of PDF takes PDF, and only PDF."""
    given = found(pack({"a.pdf": PDF, "b.xml": XML}), wanted="pdf")

    assert given.documents == ["a.pdf"]
    assert given.codes == [("EDG-F043", "b.xml")]


def test_all_that_is_wrong_is_told_at_once(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """One fault does not hide the next, and sound documents are given still."""
    files = {
        "a.xml": XML,
        "b/c.xml": XML,
        "A.XML": XML,
        "empty.xml": b"",
        "blank.xml": b" \n ",
        "note.txt": b"see you",
        "picture.pdf": PDF,
        "big.xml": b"<" + b"x" * 1_000_000,
        "../up.xml": XML,
        "last.xml": XML,
    }
    given = found(pack(files))

    assert given.documents == ["a.xml", "b/c.xml", "last.xml"]
    assert given.codes == [
        ("EDG-F039", "b/c.xml"),
        ("EDG-F040", "A.XML"),
        ("EDG-F041", "empty.xml"),
        ("EDG-F041", "blank.xml"),
        ("EDG-F043", "note.txt"),
        ("EDG-F043", "picture.pdf"),
        ("EDG-F042", "big.xml"),
        ("EDG-F038", "../up.xml"),
    ]


def test_a_fault_carries_what_was_found(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """The size found and the one allowed; the type found and the one expected; the other file of the name."""
    given = found(pack({"a.xml": XML, "b.xml": bytes(1_000_001), "c.xml": PDF, "A.xml": XML})).faults

    assert [(fault.value, dict(fault.args)) for fault in given] == [
        ("1000001", {"limit": "1000000"}),
        ("pdf", {"found": "pdf", "expected": "xml"}),
        ("A.xml", {"other": "a.xml"}),
    ]


def test_a_document_of_just_the_limit_is_taken(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """The limit itself is allowed."""
    content = b"<a>".ljust(LIMITS.file_bytes, b"x")

    assert read(pack({"a.xml": content})) == [Entry("a.xml", content, "xml")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/a.xml", "absolute"),
        ("//server/a.xml", "absolute"),
        ("../a.xml", "parent"),
        ("b/../a.xml", "parent"),
        ("..", "parent"),
        ("C:a.xml", "drive"),
        ("c:/a.xml", "drive"),
        ("b\\a.xml", "backslash"),
        ("a\n.xml", "unprintable"),
        ("a\x1b[1m.xml", "unprintable"),
        ("a\u202elmx.xml", "unprintable"),
        ("a" * 252 + ".xml", "long"),
        ("./.", "no_name"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    pack: Callable[[Mapping[str, bytes]], bytes], name: str, reason: str
) -> None:
    """Its document is not given, and the fault shows the name in printable signs, no longer than a person reads."""
    given = found(pack({name: XML, "b.xml": XML}))

    assert given.documents == ["b.xml"]
    (fault,) = given.faults
    assert (fault.code, dict(fault.args)) == ("EDG-F038", {"reason": f"archive.{reason}"})
    assert fault.entry.isprintable()
    assert len(fault.entry) <= 260


@pytest.mark.parametrize(
    "name", ["facture n°1 (été).xml", "a..xml", "..a.xml", "ab:c.xml", "%2e%2e.xml", "a" * 251 + ".xml"]
)
def test_a_plain_name_is_taken_as_it_is(pack: Callable[[Mapping[str, bytes]], bytes], name: str) -> None:
    """Accents, blanks and dots are no way out."""
    assert read(pack({name: XML})) == [Entry(name, XML, "xml")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.xml", "a.xml"),
        ("a.xml", "./a.xml"),
        ("a.xml", "A.Xml"),
        ("b/a.xml", "c/a.xml"),
        ("b/a.xml", "A.xml"),
        ("é.xml", "e\u0301.xml"),
        ("straße.xml", "STRASSE.xml"),
    ],
)
@pytest.mark.parametrize("folders", [True, False])
def test_two_files_of_one_name_are_refused(first: str, second: str, *, folders: bool) -> None:
    """In two folders, in other capitals or with other accents: the second is not given, and names the first."""
    given = found(tar_of((first, XML), (second, XML)), limits=replace(LIMITS, folders=folders))

    assert given.documents == [first]
    (twice,) = (fault for fault in given.faults if fault.code == "EDG-F040")
    assert twice.entry == second.removeprefix("./")
    assert dict(twice.args) == {"other": first}


def test_folders_may_be_allowed(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """Then names hold the folders."""
    given = read(pack({"b/": b"", "b/a.xml": XML, "c//d.xml": XML}), limits=replace(LIMITS, folders=True))

    assert given == [Entry("b/a.xml", XML, "xml"), Entry("c/d.xml", XML, "xml")]


def test_a_folder_alone_is_no_fault(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """Only files in it are; yet its own name must be safe."""
    given = found(pack({"b/": b"", "../c/": b"", "a.xml": XML}))

    assert given.documents == ["a.xml"]
    assert given.codes == [("EDG-F038", "../c")]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "symlink"),
        (tarfile.LNKTYPE, "hard_link"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.BLKTYPE, "device"),
        (tarfile.FIFOTYPE, "fifo"),
        (b"V", "special"),
        (b"M", "special"),
    ],
)
def test_what_is_no_file_is_refused_in_a_tar(kind: bytes, word: str) -> None:
    """Links, devices, pipes and types that only some programs know; what follows is read."""
    given = found(tar_of(special("b.xml", kind, "/etc/passwd"), ("a.xml", XML)))

    assert given.documents == ["a.xml"]
    assert [(fault.code, fault.entry, dict(fault.args)) for fault in given.faults] == [
        ("EDG-F037", "b.xml", {"found": f"archive.{word}"})
    ]


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        (stat.S_IFLNK, "symlink"),
        (stat.S_IFCHR, "device"),
        (stat.S_IFBLK, "device"),
        (stat.S_IFIFO, "fifo"),
        (stat.S_IFSOCK, "special"),
    ],
)
def test_what_is_no_file_is_refused_in_a_zip(mode: int, word: str) -> None:
    """A ZIP made on Unix keeps the type among its attributes."""
    given = found(zip_of(Part(b"b.xml", central={"attributes": (mode | 0o777) << 16}), Part()))

    assert given.documents == ["a.xml"]
    assert [(fault.code, dict(fault.args)) for fault in given.faults] == [("EDG-F037", {"found": f"archive.{word}"})]


def test_attributes_of_another_system_say_nothing_of_types() -> None:
    """On Windows those bits mean something else."""
    assert found(zip_of(Part(central={"system": 0, "attributes": stat.S_IFLNK << 16}))).codes == []


@pytest.mark.parametrize("inner", [tar_gz({"b.xml": XML}), zipped({"b.xml": XML}), gzipped(XML)])
def test_an_archive_in_the_archive_is_refused(pack: Callable[[Mapping[str, bytes]], bytes], inner: bytes) -> None:
    """By default one level is allowed, and that is the deposit itself."""
    given = found(pack({"inner": inner, "a.xml": XML}))

    assert given.documents == ["a.xml"]
    assert given.codes == [("EDG-F048", "inner")]


@pytest.mark.parametrize("build", [tar_gz, zipped])
def test_an_archive_in_the_archive_is_opened_where_allowed(
    pack: Callable[[Mapping[str, bytes]], bytes], build: Callable[[Mapping[str, bytes]], bytes]
) -> None:
    """Its entries are named behind it, its faults too, and a third level is one too many."""
    inner = build({"b.xml": XML, "c.xml": b"", "d.zip": zipped({"e.xml": XML})})
    given = found(pack({"inner": inner, "a.xml": XML}), limits=replace(LIMITS, nesting=2))

    assert given.documents == ["inner/b.xml", "a.xml"]
    assert given.codes == [("EDG-F041", "inner/c.xml"), ("EDG-F048", "inner/d.zip")]


def test_a_damaged_inner_archive_leaves_the_outer_one_readable() -> None:
    """Its fault names it; what stands behind it is read."""
    limits = replace(LIMITS, nesting=2)
    given = found(tar_gz({"in.zip": zipped({"b.xml": XML})[:-5], "in.tgz": gzipped(b"x"), "a.xml": XML}), limits=limits)

    assert given.documents == ["a.xml"]
    assert given.codes == [("EDG-F031", "in.zip"), ("EDG-F030", "in.tgz")]


def test_files_of_one_name_in_two_inner_archives_are_refused() -> None:
    """As in two folders."""
    inner = zipped({"a.xml": XML})
    given = found(zipped({"b.zip": inner, "c.zip": inner}), limits=replace(LIMITS, nesting=2))

    assert given.documents == ["b.zip/a.xml"]
    assert given.codes == [("EDG-F040", "c.zip/a.xml")]


@pytest.mark.parametrize("files", [{}, {"a/": b""}, {"a.sig": b"\x30\x82"}])
def test_an_archive_without_a_document_is_refused(
    pack: Callable[[Mapping[str, bytes]], bytes], files: dict[str, bytes]
) -> None:
    """Nothing, folders alone, signatures alone."""
    given = found(pack(files))

    (fault,) = given.faults
    assert (fault.code, fault.entry, fault.value) == ("EDG-F049", "", str(len(files)))
    assert dict(fault.args) == {"signatures": str(len(given.signatures))}


def test_an_archive_of_refused_files_is_not_told_to_be_empty(pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    """What stands in it was meant as documents."""
    assert found(pack({"a.txt": b"text"})).codes == [("EDG-F043", "a.txt")]


def test_every_fault_of_the_table_is_met_in_these_tests() -> None:
    """A refusal that no test meets may never happen, or may happen to anybody."""
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in ARCHIVE_FAULTS if f'"{code}"' not in text] == []


def test_the_sandboxs_archives_are_the_same_at_every_run() -> None:
    """And hold what the library's readers find in them."""
    files = {"a.xml": XML, "b/": b"", "b/é.xml": b"<b/>"}
    assert (tar_gz(files), zipped(files)) == (tar_gz(files), zipped(files))
    assert tar(files)[:5] == b"a.xml"
    assert zipped(files, zipfile.ZIP_STORED).count(XML) == 1
