"""Large files with base64 in them, as the pivot carries them."""

from __future__ import annotations

import base64
import io
import os
import zipfile
import zlib

import pytest

from edigate.domain.attachments import zipped
from edigate.domain.deflating_parts import PIECE, in_parts

BASE64 = base64.b64encode(os.urandom(3 * PIECE))
MARKUP = b"<line><amount>12.50</amount></line>" * 5_000


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
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(zipped("facture.xml", data)))) as archive:
        assert archive.namelist() == ["facture.xml"]
        assert archive.testzip() is None
        assert archive.read("facture.xml") == data


def test_one_stream_is_all_that_any_reader_must_follow() -> None:
    """The parts that are packed differently are one deflate stream, which ends where the file does."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    assert machine.decompress(b"".join(in_parts(MARKUP + BASE64 + MARKUP))) == MARKUP + BASE64 + MARKUP
    assert machine.eof
    assert machine.unused_data == b""


def test_base64_is_packed_to_what_it_encodes_and_markup_to_little() -> None:
    """Six bits of each character are left of base64; markup around it shrinks as ever."""
    assert sum(map(len, in_parts(BASE64))) < 0.76 * len(BASE64)
    assert sum(map(len, in_parts(MARKUP + BASE64))) < 0.76 * len(BASE64) + len(MARKUP) / 50


def test_the_same_file_gives_the_same_bytes() -> None:
    """Packed twice, it is the same ZIP."""
    assert zipped("a", MARKUP + BASE64) == zipped("a", MARKUP + BASE64)
