"""A file in a ZIP of its own, as the pivot carries it."""

from __future__ import annotations

import base64
import io
import os
import zipfile
import zlib

import pytest

from edigate.domain.wrapping import PIECE, wrapped

BASE64 = base64.b64encode(os.urandom(3 * PIECE))
MARKUP = b"<line><amount>12.50</amount></line>" * 5_000


def by_the_library(name: str, data: bytes) -> bytes:
    """The same file as Python's own ZIP writer packs it."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, data)
    return target.getvalue()


@pytest.mark.parametrize("data", [b"", b"x", BASE64[:PIECE], MARKUP[:PIECE]], ids=["empty", "1", "base64", "markup"])
@pytest.mark.parametrize("name", ["facture.xml", "détail.pdf"])
def test_a_small_file_is_packed_as_the_library_packs_it(name: str, data: bytes) -> None:
    """Byte for byte, so that a pivot rendered again is the one that was rendered before."""
    assert wrapped(name, data) == by_the_library(name, data)


@pytest.mark.parametrize(
    "data",
    [
        BASE64,
        MARKUP,
        MARKUP + BASE64 + MARKUP,
        BASE64 + MARKUP,
        MARKUP[:PIECE] + BASE64[:PIECE],
        BASE64[: 2 * PIECE],
        BASE64[: 2 * PIECE] + b"<",
        os.urandom(3 * PIECE),
    ],
)
def test_a_large_file_comes_out_as_it_went_in(data: bytes) -> None:
    """Whatever stands where in it: markup, base64, a piece of the one before a piece of the other."""
    with zipfile.ZipFile(io.BytesIO(wrapped("facture.xml", data))) as archive:
        assert archive.namelist() == ["facture.xml"]
        assert archive.testzip() is None
        assert archive.read("facture.xml") == data


def test_one_stream_is_all_that_any_reader_must_follow() -> None:
    """The parts that are packed differently are one deflate stream, which ends where the file does."""
    packed = wrapped("a", MARKUP + BASE64 + MARKUP)
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    assert machine.decompress(packed[31:]) == MARKUP + BASE64 + MARKUP
    assert machine.eof


def test_base64_is_packed_to_what_it_encodes_and_markup_to_little() -> None:
    """Six bits of each character are left of base64; markup around it shrinks as ever."""
    assert len(wrapped("a", BASE64)) < 0.76 * len(BASE64)
    assert len(wrapped("a", MARKUP + BASE64)) < 0.76 * len(BASE64) + len(MARKUP) / 50


def test_the_same_file_gives_the_same_bytes() -> None:
    """Packed twice, it is the same ZIP."""
    assert wrapped("a", MARKUP + BASE64) == wrapped("a", MARKUP + BASE64)
