"""What an operator hands in is told by its first bytes, and unpacked as it is read."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from edigate.ledger.directory import BadDirectory
from edigate.ledger.directory.arriving import opened
from edigate.sandbox.archives import gzipped

CSV = b"kind,siret\n"
XML = b'\xef\xbb\xbf<?xml version="1.0"?>\n<AnnuaireConsultationF14/>'
LONG = CSV + bytes(range(48, 58)) * 100_000


def tar(*entries: tuple[str, bytes]) -> bytes:
    """A tar archive; an entry whose name ends in a slash is a folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def read(content: bytes) -> tuple[str, bytes, int]:
    """What is inside, of which kind, and how many bytes were read for it."""
    counted: list[int] = []
    with opened(io.BytesIO(content), counted.append) as (kind, inside):
        return kind, inside.read(), sum(counted)


@pytest.mark.parametrize(
    ("packed", "kind", "inside"),
    [
        (CSV, "csv", CSV),
        (XML, "xml", XML),
        (gzipped(CSV), "csv", CSV),
        (gzipped(XML), "xml", XML),
        (gzipped(LONG), "csv", LONG),
        (tar(("f14.xml", XML)), "xml", XML),
        (gzipped(tar(("./", b""), ("./f14.xml", XML))), "xml", XML),
        (gzipped(tar(("a.csv", LONG))), "csv", LONG),
        (b"", "csv", b""),
    ],
    ids=["csv", "xml", "csv-gz", "xml-gz", "long-gz", "xml-tar", "xml-tar-gz", "long-tar-gz", "empty"],
)
def test_what_is_inside(packed: bytes, kind: str, inside: bytes) -> None:
    """As it is, in gzip, in tar, in both: the same bytes, and all that was handed in is counted."""
    assert read(packed)[:2] == (kind, inside)


def test_progress_is_told_in_bytes_of_the_file() -> None:
    """What was read of the file itself, packed as it is."""
    packed = gzipped(LONG)

    assert read(packed)[2] == len(packed)


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", CSV)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_zip(), "is a ZIP"),
        (b"%PDF-1.7", "is a PDF"),
        (gzipped(LONG)[:-400], "truncated"),
        (gzipped(LONG)[:40] + b"x" * 400, "cannot be read"),
        (gzipped(tar(("a/", b""))), "holds no file"),
        (gzipped(tar(("a.csv", LONG))[:5_000]), "truncated"),
    ],
    ids=["zip", "pdf", "truncated", "damaged", "empty-tar", "truncated-tar"],
)
def test_what_cannot_be_unpacked(content: bytes, said: str) -> None:
    """Another archive, and one that was cut or damaged, is refused with its reason in both languages."""
    with pytest.raises(BadDirectory) as caught:
        read(content)

    assert said in caught.value.english
    assert caught.value.french != caught.value.english
