"""Whatever the bytes, reading gives entries and faults, and nothing else happens."""

from __future__ import annotations

import gzip
import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edigate.domain.archive_faults import ARCHIVE_FAULTS
from edigate.domain.explain import explain
from edigate.domain.wording import printable
from edigate.sandbox.archives import gzipped, tar, tar_gz, zipped
from edigate.unpacking import Entry
from tests.unit.unpacking.reading import LIMITS, XML, Part, deflate, header, padded, read, tar_of, zip_of

TOLERANT = replace(LIMITS, nesting=3, folders=True)
FILES = {
    "a.xml": XML,
    "b/é.xml": b"<b>" + bytes(300),
    "in.zip": zipped({"c.xml": XML}),
    "in.tgz": tar_gz({"d.xml": XML}),
}
TAR = tar(FILES) + tar({"n" * 150: XML})
SOUND = (
    tar_gz(FILES),
    tar_of(("a" * 150, XML), form=1),
    gzip.compress(TAR[:700]) + gzip.compress(TAR[700:]),
    zipped(FILES),
    zipped(FILES, 0),
    zip_of(Part(flags=8, behind=b"PK\x07\x08" + bytes(12)), Part(b"b.xml")),
    zip_of(Part(extra=b"\x01\x00\x10\x00" + bytes(16), central={"size": 0xFFFFFFFF})),
)


def holds(archive: bytes, kind: str) -> None:
    """Entries within limits, faults with words in both languages, at least one of either."""
    given_all = read(archive, kind, TOLERANT)
    assert given_all
    for one in given_all:
        if isinstance(one, Entry):
            assert len(one.content) <= TOLERANT.file_bytes
            assert one.name.isprintable()
            one.name.encode()
        else:
            assert one.code in ARCHIVE_FAULTS
            one.entry.encode()
            assert printable(one.entry) == one.entry
            for language in ("fr", "en"):
                words = explain(one, language)
                assert not re.search(r"archive\.[a-z]", words.message)


@pytest.mark.parametrize("kind", ["gzip", "zip"])
@given(content=st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(kind: str, content: bytes) -> None:
    """As they are, inside a gzip stream, as the content of an entry."""
    holds(content, kind)
    holds(gzipped(content), "gzip")
    holds(zip_of(Part(packed=content)), "zip")
    holds(gzipped(header(b"a", b"x", len(content)) + padded(content) + header(b"b", b"0", 0)), "gzip")


@settings(max_examples=300)
@given(
    which=st.integers(0, len(SOUND) - 1),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=4),
    cut=st.floats(0, 1),
)
def test_a_changed_archive_is_read_or_refused(which: int, changes: list[tuple[float, bytes]], cut: float) -> None:
    """Bytes overwritten anywhere, the end cut off."""
    archive = bytearray(SOUND[which])
    for place, value in changes:
        at = int(place * len(archive))
        archive[at : at + len(value)] = value
    kind = "zip" if SOUND[which].startswith(b"PK") else "gzip"
    holds(bytes(archive), kind)
    holds(bytes(archive[: int(cut * len(archive))]), kind)


@settings(max_examples=300)
@given(changes=st.lists(st.tuples(st.integers(0, len(TAR) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_changed_tar_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    """Below the compression, where the gzip stream is sound; checksums are made again, so that headers are believed."""
    content = bytearray(TAR)
    for at, value in changes:
        content[at] = value
        block = at // 512 * 512
        if content[block + 257 : block + 262] == b"ustar":
            content[block + 148 : block + 156] = b" " * 8
            content[block + 148 : block + 156] = b"%06o\x00 " % sum(content[block : block + 512])
    holds(gzipped(bytes(content), 1), "gzip")


def test_every_cut_of_an_archive_is_a_fault() -> None:
    """No end that is missing goes unseen."""
    for archive in (tar_gz({"a.xml": XML, "b.xml": XML}), zipped({"a.xml": XML, "b.xml": XML})):
        for end in range(2, len(archive)):
            given_all = read(archive[:end], "zip" if archive.startswith(b"PK") else "gzip")
            assert any(not isinstance(one, Entry) for one in given_all), end


def test_no_changed_byte_of_content_goes_unseen() -> None:
    """Checksums are compared in both kinds; only bits that say nothing may change."""
    noise = b"<" + random.Random(5).randbytes(40)
    for archive, content in ((zip_of(Part(content=noise)), deflate(noise)), (gzipped(tar({"a": noise}), 0), noise)):
        at = archive.index(content)
        for place in range(at, at + len(content)):
            changed = read(archive[:place] + bytes([archive[place] ^ 0x10]) + archive[place + 1 :])
            assert changed == read(archive) or any(not isinstance(one, Entry) for one in changed), place
