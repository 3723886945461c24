"""Whether the end of a file is there, by kind, encoding and what may follow a root element."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from edigate.intake import wholeness
from edigate.intake.wholeness import TAIL, is_being_written, is_whole
from edigate.sandbox.archives import gzipped, tar, tar_gz
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from edigate.unpacking import gzipped as unpacking
from tests.effort import EVEN, TIMES, growth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


Ask = Callable[[bytes], bool]


@pytest.fixture
def whole(tmp_path: Path) -> Ask:
    """Ask about bytes, by way of a file."""

    def ask(content: bytes) -> bool:
        path = tmp_path / "file"
        path.write_bytes(content)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return is_whole(descriptor, len(content))
        finally:
            os.close(descriptor)

    return ask


def a_zip(content: bytes = b"<a/>" * 100, comment: bytes = b"") -> bytes:
    """An archive of one file, which is not compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.xml", content)
        archive.comment = comment
    return file.getvalue()


KINDS = {
    "CII": cii(Draft("1")),
    "UBL invoice": ubl_invoice(Draft("1")),
    "UBL credit note": ubl_credit_note(Draft("1")),
    "CII in UTF-16": cii(Draft("1", encoding="UTF-16")),
    "UBL in ISO-8859-15": ubl_invoice(Draft("1", encoding="ISO-8859-15")),
    "UTF-16 without mark": '<?xml version="1.0" encoding="UTF-16LE"?><a><b>é</b></a>'.encode("utf-16-le"),
    "UTF-16, high byte first": '<?xml version="1.0"?><a><b>é</b></a>\n'.encode("utf-16-be"),
    "UTF-32": '<?xml version="1.0" encoding="UTF-32"?><a><b>é</b></a>'.encode("utf-32"),
    "UTF-8 with mark": b"\xef\xbb\xbf<a>x</a>",
    "gzip": gzip.compress(os.urandom(2000)),
    "tar.gz": tar_gz({"a.xml": b"<a/>", "b.xml": b"<b/>" * 1000}),
    "zip": a_zip(),
    "zip with a comment": a_zip(comment=b"of nine months"),
    "zip in a zip": a_zip(a_zip()),
    "pdf": tiny_pdf("x"),
    "prefix": b'<rsm:Doc xmlns:rsm="urn:x"><rsm:a>1</rsm:a></rsm:Doc>',
    "blanks in the end tag": b"<a><b/></a \n>",
    "blanks after the root": b"<a>x</a>\n\n  \t\r\n",
    "comment after the root": b"<a>x</a><!-- the end > of <it> -->\n",
    "instructions after the root": b"<a>x</a><?one two?><!-- three --><?four?>",
    "comment that looks like a root": b"<!-- <other> --><a>x</a>",
    "comment longer than the head": b"<!-- " + b"<other> " * 1000 + b"--><a>x</a>",
    "document type": b'<!DOCTYPE a SYSTEM "a.dtd"><a>x</a>',
    "self-closed root": b"<a/>",
    "self-closed root with attributes": b'<?xml version="1.0"?>\n<a b="c" d="e/f" />\n',
    "root of one letter among others": b"<a><ab>x</ab></a>",
    "name with accents": "<é>x</é>".encode(),
    "nested element of the root's name": b"<a><a>x</a></a>",
    "long comment after the root": b"<a>x</a><!--" + b"x" * (TAIL - 50) + b"-->",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_whole(whole: Ask, kind: str) -> None:
    """Every kind, encoding and trailer."""
    assert whole(KINDS[kind])


# An end that a shorter file may have as well is no sign of being cut short.
MAY_END_EARLY = {"pdf", "nested element of the root's name", "comment longer than the head"}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - MAY_END_EARLY))
def test_a_file_cut_short_is_not_whole(whole: Ask, kind: str) -> None:
    """Wherever it is cut, from where its kind shows up to the last byte that matters, more is expected."""
    content = KINDS[kind]
    width = 4 if "UTF-32" in kind else 2 if "UTF-16" in kind else 1
    needed = len(content.rstrip(b"\r\n\t \x00")) if width > 1 else len(content.rstrip())
    for end in sorted({*range(8, needed, max(1, needed // 150)), *range(max(8, needed - 12), needed)}):
        cut = content[:end]
        assert not whole(cut) or _ends_as_well(kind, cut), (kind, end, cut[-30:])


def _ends_as_well(kind: str, cut: bytes) -> bool:
    """Whether the cut fell behind the root's end, within what may follow it."""
    return "after the root" in kind and b"</a>" in cut and cut.rstrip().endswith((b"</a>", b"?>", b"-->"))


@pytest.mark.parametrize("prolog", [b'<?xml version="1.0"?>\n', b"<!-- a -->", b'<!DOCTYPE a SYSTEM "a.dtd">'])
def test_a_prolog_alone_is_not_whole(whole: Ask, prolog: bytes) -> None:
    """The root is still to come."""
    assert not whole(prolog)


@pytest.mark.parametrize("content", [b"", b" \n", b"<1>", b"PNG", b"no < markup", b"\x00\x01\x02"])
def test_a_kind_without_a_known_end_counts_as_whole(whole: Ask, content: bytes) -> None:
    """What it is worth is for the examination to say."""
    assert whole(content)


@pytest.mark.parametrize("end", [b"</b>", b"</ab>", b"<a>", b"</a", b"</a>x", b"<ab/>", b"<a", b"</a><a>"])
def test_another_end_than_the_roots_is_not_the_end(whole: Ask, end: bytes) -> None:
    """Only the root's own end tag, and nothing but trailers after it."""
    assert not whole(b"<a><b>x</b>" + end)


def test_a_broken_gzip_counts_as_whole(whole: Ask) -> None:
    """Waiting does not mend what is no gzip inside."""
    assert whole(b"\x1f\x8b\x08\x00" + b"\xff" * 50)


def test_a_gzip_of_several_members_ends_with_the_last(whole: Ask) -> None:
    """Pieces that were packed apart make one stream, and zeros behind it are padding."""
    members = [gzip.compress(os.urandom(500)) for _ in range(3)]
    content = b"".join(members)

    assert whole(content)
    assert whole(content + bytes(1000))
    between = {len(members[0]), len(members[0] + members[1])}  # there a stream could end
    assert not any(whole(content[:end]) for end in set(range(8, len(content))) - between)


def test_a_large_tar_gz_is_known_by_its_last_bytes(whole: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not unpacked to see whether it ends; one that is cut short, or is no tar, still is."""
    noise = random.Random(8)
    content = gzipped(tar({"a.xml": noise.randbytes(50_000)}))
    other = gzipped(noise.randbytes(50_001))
    monkeypatch.setattr(wholeness, "UNPACKED_TO_SEE", 10_000)
    assert whole(other)
    assert not whole(content[:-100])

    monkeypatch.setattr(unpacking, "gunzipped", None)

    assert whole(content)


def test_a_bomb_is_not_unpacked_to_its_end(whole: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than any archive may is for the examination to refuse, cut short or not."""
    monkeypatch.setattr(wholeness, "MOST_UNPACKED", 1_000_000)
    assert whole(gzipped(bytes(3_000_000))[:-10])
    assert not whole(gzipped(bytes(900_000))[:-10])


def test_many_bombs_do_not_hold_up_the_gate(whole: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at each before it does anything else: of a gigabyte in one of them a small part is unpacked to see."""
    packed = gzip.compress(bytes(50_000_000), 6) * 20
    gunzipped, unpacked = unpacking.gunzipped, list[int]()

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for piece in gunzipped(chunks):
            unpacked.append(len(piece))
            yield piece

    monkeypatch.setattr(unpacking, "gunzipped", counted)

    assert whole(packed)
    assert 0 < sum(unpacked) < 70_000_000


def test_the_padding_of_a_gzip_is_not_read_to_its_end(whole: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be terabytes of holes; nor is a file that is larger than it may unpack to, and holds next to nothing."""
    gunzipped, read = unpacking.gunzipped, list[int]()

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        yield from gunzipped(seen(chunk) for chunk in chunks)

    def seen(chunk: bytes) -> bytes:
        read.append(len(chunk))
        return chunk

    monkeypatch.setattr(wholeness, "MOST_UNPACKED", 1_000_000)
    monkeypatch.setattr(unpacking, "gunzipped", counted)

    assert whole(gzipped(b"<a/>") + bytes(3_000_000))
    assert whole(gzip.compress(b"") * 60_000)
    assert sum(read) == 2_000_000


def test_a_zip_with_an_end_record_of_64_bits_is_whole(whole: Ask) -> None:
    """Even where the narrow record would have been enough."""
    archive = a_zip()
    record, locator = b"PK\x06\x06" + bytes(52), b"PK\x06\x07" + bytes(16)
    assert whole(archive[:-22] + record + locator + archive[-22:])


@pytest.mark.parametrize(
    "piece", [b"<!--", b"-->", b"<?x ", b"?>", b"</a>", b"</", b"<a>", b" ", b"<!DOCTYPE a ", b"<a "]
)
@pytest.mark.parametrize("head", [b"<a>", b""])
def test_looking_takes_no_longer_than_the_file_is_large(tmp_path: Path, head: bytes, piece: bytes) -> None:
    """No repetition of any mark makes the look at a file's end slow, up to the most of it that is looked at."""

    def made(size: int) -> Path:
        path = tmp_path / str(size)
        path.write_bytes(head + piece * (size // len(piece)))
        return path

    def look(path: Path) -> None:
        with path.open("rb") as file:
            is_whole(file.fileno(), path.stat().st_size)

    assert growth(look, made, TAIL // TIMES) < EVEN


def test_a_file_that_is_open_for_writing_is_being_written(tmp_path: Path) -> None:
    """As long as somebody can write to it, and no longer."""
    path = tmp_path / "file"
    path.write_bytes(b"<a/>")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert not is_being_written(descriptor)
        with path.open("ab"):
            assert is_being_written(descriptor)
        assert not is_being_written(descriptor)
    finally:
        os.close(descriptor)


ASKS = """
import os, sys
from edigate.intake.wholeness import is_being_written
descriptor = os.open(sys.argv[1], os.O_RDONLY)
print(flush=True)
for _ in range(60_000):
    is_being_written(descriptor)
"""


def test_asking_survives_whoever_begins_to_write(tmp_path: Path) -> None:
    """A partner who opens a file at the very moment the gate asks about it does not end the gate."""
    path = tmp_path / "file"
    path.write_bytes(b"<a/>")
    asking = subprocess.Popen([sys.executable, "-c", ASKS, path], stdout=subprocess.PIPE)
    assert asking.stdout
    asking.stdout.readline()
    while asking.poll() is None:
        with path.open("ab"):
            pass

    asking.stdout.close()
    assert asking.returncode == 0
