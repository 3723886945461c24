"""Header blocks read as the standard library reads them, whatever their bytes."""

from __future__ import annotations

import tarfile
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edigate.unpacking import tar_header

FORMATS: tuple[Literal[0, 1, 2], ...] = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
NAMES = ("a.xml", "d/", "é" * 30, "d" * 90 + "/" + "e" * 70, "")
KINDS = (b"0", b"\0", b"5", b"2", b"S", b"L", b"x", b"7", b"Z")
TELLING = (0x00, 0x09, 0x1C, 0x20, 0x2D, 0x30, 0x37, 0x38, 0x5F, 0x80, 0xFF)


def block_of(name: str, kind: bytes, size: int = 5000, form: Literal[0, 1, 2] = tarfile.GNU_FORMAT) -> bytearray:
    """A header as the standard library writes it; of several blocks the last."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return bytearray(info.tobuf(form)[-tarfile.BLOCKSIZE :])


def summed(block: bytearray, *, signed: bool = False) -> bytes:
    """The block with its checksum made again."""
    block[148:156] = b" " * 8
    wrong = sum(byte > 0x7F for byte in block) << 8 if signed else 0
    block[148:156] = b"%06o\0 " % max(0, sum(block) - wrong)
    return bytes(block)


def expected(block: bytes) -> tuple[str, bytes, int] | None:
    """What the standard library says of a block."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return info.name, info.type, info.size


def found(block: bytes) -> tuple[str, bytes, int] | None:
    """What is read of it here."""
    try:
        return tar_header.read(block)
    except ValueError:
        return None


@settings(max_examples=500)
@given(
    name=st.sampled_from(NAMES),
    kind=st.sampled_from(KINDS),
    size=st.sampled_from((0, 5000, 8**11 + 5)),
    changes=st.lists(st.tuples(st.integers(0, 511), st.sampled_from(TELLING) | st.integers(0, 255)), max_size=4),
    checksum=st.sampled_from(("right", "signed", "wrong")),
)
def test_a_header_says_what_the_standard_library_reads_in_it(
    name: str, kind: bytes, size: int, changes: list[tuple[int, int]], checksum: str
) -> None:
    """Sound or damaged, with a checksum of either sort or a wrong one."""
    block = block_of(name, kind, size)
    for at, value in changes:
        block[at] = value
    whole = bytes(block) if checksum == "wrong" else summed(block, signed=checksum == "signed")
    assert found(whole) == expected(whole)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_header_is_read_in_every_format(kind: bytes, form: Literal[0, 1, 2]) -> None:
    """Name, kind and size are what was written."""
    whole = bytes(block_of("a.xml", kind, form=form))
    assert found(whole) == ("a.xml", kind, 5000) == expected(whole)


@pytest.mark.parametrize("at", [100, 108, 116, 124, 136, 329, 337])
def test_what_is_not_asked_for_must_be_a_number_too(at: int) -> None:
    """A word where mode, owner, group, time or a device stands is damage."""
    block = block_of("a.xml", b"0")
    block[at : at + 8] = b"unknown\0"
    assert found(summed(block)) is None


@pytest.mark.parametrize("at", [386, 470, 483])
def test_the_map_of_a_sparse_file_is_of_numbers(at: int) -> None:
    """So it is in the old GNU form, and elsewhere nothing stands there."""
    sparse, plain = block_of("a.xml", b"S"), block_of("a.xml", b"0")
    for block in (sparse, plain):
        block[at : at + 8] = b"unknown\0"
    assert found(summed(sparse)) is None
    assert found(summed(plain)) is not None


def test_a_checksum_of_signed_numbers_is_right() -> None:
    """Programs of Sun and NeXT made it so."""
    block = block_of("é" * 5, b"0")
    assert found(summed(bytearray(block), signed=True)) == found(summed(block)) == ("é" * 5, b"0", 5000)


@pytest.mark.parametrize("length", [0, 1, 511, 513])
def test_another_length_is_no_header(length: int) -> None:
    """A block has 512 bytes."""
    assert found(bytes(block_of("a.xml", b"0") + b"\0")[:length]) is None
