"""What an operator hands in is told by its first bytes, and unpacked as it is read."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from edigate.ledger.directory import BadDirectory
from edigate.ledger.directory.arriving import opened

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
        (gzip.compress(CSV), "csv", CSV),
        (gzip.compress(XML), "xml", XML),
        (gzip.compress(LONG), "csv", LONG),
        (tar(("f14.xml", XML)), "xml", XML),
        (gzip.compress(tar(("./", b""), ("./f14.xml", XML))), "xml", XML),
        (gzip.compress(tar(("a.csv", LONG))), "csv", LONG),
        (b"", "csv", b""),
    ],
    ids=["csv", "xml", "csv-gz", "xml-gz", "long-gz", "xml-tar", "xml-tar-gz", "long-tar-gz", "empty"],
)
def test_what_is_inside(packed: bytes, kind: str, inside: bytes) -> None:
    """As it is, in gzip, in tar, in both: the same bytes, and all that was handed in is counted."""
    assert read(packed)[:2] == (kind, inside)


def test_progress_is_told_in_bytes_of_the_file() -> None:
    """What was read of the file itself, packed as it is."""
    packed = gzip.compress(LONG)

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
        (gzip.compress(LONG)[:-400], "truncated"),
        (gzip.compress(LONG)[:40] + b"x" * 400, "cannot be read"),
        (gzip.compress(tar(("a/", b""))), "holds no file"),
        (gzip.compress(tar(("a.csv", LONG))[:5_000]), "truncated"),
    ],
    ids=["zip", "pdf", "truncated", "damaged", "empty-tar", "truncated-tar"],
)
def test_what_cannot_be_unpacked(content: bytes, said: str) -> None:
    """Another archive, and one that was cut or damaged, is refused with its reason in both languages."""
    with pytest.raises(BadDirectory) as caught:
        read(content)

    assert said in caught.value.english
    assert caught.value.french != caught.value.english


def test_text_of_another_encoding_is_refused() -> None:
    """Whoever reads text from it is told that it is not UTF-8."""
    with (
        pytest.raises(BadDirectory, match="not UTF-8"),
        opened(io.BytesIO("é".encode("latin-1")), _nobody) as (_, inside),
    ):
        io.TextIOWrapper(inside, encoding="utf-8").read()


def _nobody(_count: int) -> None:
    """Nobody asks."""
