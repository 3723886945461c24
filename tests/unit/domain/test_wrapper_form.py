"""Wrappers that are handed on as they came, and those of which only the file is."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tracemalloc
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from edigate.domain.attachments import Flaw, as_wrapper, inspect, zipped
from edigate.domain.wrapper_form import is_ordinary
from tests.corpus.attachment_attacks import CONTENT, HIDDEN, MORE_IN_IT, NAME, NO_SUMS, PLAIN, SUMS, field
from tests.unit.unpacking.reading import Part, deflate, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT = 1_000_000


def handed_on(data: bytes) -> bytes:
    """What the recipient gets of a content that the gate takes."""
    encoded = b64encode(data).decode("ascii")
    assert inspect(NAME, encoded, LIMIT).flaw is None
    return b64decode(as_wrapper(NAME, encoded))


# --- as it came ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("zip") is None, reason="no Info-ZIP here")
@pytest.mark.parametrize("options", [(), ("-X",), ("-0",), ("-9",), ("-fd",)], ids="".join)
def test_zips_of_info_zip_are_handed_on_as_they_came(tmp_path: Path, options: tuple[str, ...]) -> None:
    """With the times and the account that it notes, stored or deflated, to a file or as a stream."""
    (tmp_path / NAME).write_bytes(CONTENT)
    subprocess.run(["zip", "-q", *options, "a.zip", NAME], cwd=tmp_path, check=True)  # noqa: S607 - wherever it is
    data = (tmp_path / "a.zip").read_bytes()

    assert handed_on(data) == data


@pytest.mark.skipif(shutil.which("jar") is None, reason="no JDK here")
@pytest.mark.parametrize("options", ["cfM", "cfM0"])
def test_zips_of_java_are_handed_on_as_they_came(tmp_path: Path, options: str) -> None:
    """Its ZipOutputStream writes sums behind the data, and the name as UTF-8 whatever it is."""
    (tmp_path / NAME).write_bytes(CONTENT)
    subprocess.run(["jar", options, "a.zip", NAME], cwd=tmp_path, check=True)  # noqa: S607 - wherever it is
    data = (tmp_path / "a.zip").read_bytes()

    assert handed_on(data) == data


class _Pipe(io.RawIOBase):
    """What can only be written to."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.content += bytes(data)
        return len(data)


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_zips_of_python_are_handed_on_as_they_came(method: int) -> None:
    """To a file; and to a pipe what is deflated, which tells its own end."""
    file, pipe = io.BytesIO(), _Pipe()
    for target in (file, pipe):
        with ZipFile(target, "w", method) as archive:
            archive.writestr(NAME, CONTENT)

    assert handed_on(file.getvalue()) == file.getvalue()
    assert (handed_on(pipe.content) == pipe.content) is (method == ZIP_DEFLATED)


_NTFS = field(0x000A, bytes(4) + struct.pack("<2H3Q", 1, 24, 1, 2, 3))
_TIMES, _ACCOUNT = field(0x5455, b"\x03" + bytes(8)), field(0x7875, b"\x01\x04" + bytes(4) + b"\x04" + bytes(4))
ORDINARY = {
    "Windows Explorer": replace(PLAIN, central={"system": 0, "attributes": 0x20}),
    "7-Zip": replace(PLAIN, central={"system": 0, "attributes": 0x20, "extra": _NTFS}),
    "7-Zip, on Unix": replace(PLAIN, central={"attributes": 0o100644 << 16 | 0x8020, "extra": _NTFS}),
    "Java": replace(PLAIN, flags=0x0808, behind=b"PK\x07\x08" + SUMS, local=NO_SUMS, central={"system": 0}),
    "macOS": replace(
        PLAIN, flags=8, behind=b"PK\x07\x08" + SUMS,
        local={**NO_SUMS, "extra": field(0x5855, bytes(12))}, central={"extra": field(0x5855, bytes(8))},
    ),
    "libarchive": replace(
        PLAIN, flags=8, behind=b"PK\x07\x08" + SUMS, local={**NO_SUMS, "extra": _TIMES + _ACCOUNT},
        central={"extra": field(0x5455, b"\x03" + bytes(4)) + _ACCOUNT},
    ),
    "sums behind the data and before them": replace(PLAIN, flags=8, behind=SUMS),
    "sums behind the data without a mark": replace(PLAIN, flags=8, behind=SUMS, local=NO_SUMS),
    "packed at the greatest effort": replace(PLAIN, flags=2),
    "stored": replace(PLAIN, method=0),
}  # fmt: skip


@pytest.mark.parametrize("part", ORDINARY.values(), ids=ORDINARY)
def test_zips_of_other_programs_are_handed_on_as_they_came(part: Part) -> None:
    """Such as they write them, so far as they differ."""
    data = zip_of(part)

    assert handed_on(data) == data


def test_a_wrapper_of_the_gate_is_ordinary() -> None:
    """Also one whose name is not ASCII."""
    for name in (NAME, "été.txt"):
        data = b64decode(zipped(name, CONTENT))

        assert is_ordinary(data, data, len(data))


# --- only the file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MORE_IN_IT.values(), ids=MORE_IN_IT)
def test_of_a_zip_with_more_in_it_only_the_file_is_handed_on(make: Callable[[], bytes]) -> None:
    """The file that was checked, in a wrapper of the gate's own."""
    data = make()

    assert handed_on(data) == b64decode(zipped(NAME, CONTENT))


@pytest.mark.parametrize("name", ["Java", "7-Zip, on Unix", "stored"])
def test_a_byte_more_anywhere_is_noticed(name: str) -> None:
    """Whatever is inserted wherever: the content is refused, or not handed on as it came."""
    data = zip_of(ORDINARY[name])
    assert handed_on(data) == data
    for at in range(len(data) + 1):
        for byte in (b"\0", b"P"):
            longer = data[:at] + byte + data[at:]
            encoded = b64encode(longer).decode("ascii")
            found = inspect(NAME, encoded, LIMIT)

            assert found.flaw or not longer.startswith(b"PK") or b64decode(as_wrapper(NAME, encoded)) != longer, at


@pytest.mark.parametrize("stored", [b"", bytes(40_000)], ids=["small", "large"])
def test_what_goes_on_behind_its_end_is_damaged(stored: bytes) -> None:
    """Bytes that belong to the packed file and are none of it: programs leave them lying there or refuse them."""
    packed = deflate(CONTENT) + HIDDEN + stored
    encoded = b64encode(zip_of(replace(PLAIN, packed=packed))).decode("ascii")

    assert inspect(NAME, encoded, LIMIT).flaw is Flaw.ZIP_DAMAGED


def test_a_name_that_is_longer_than_what_is_looked_at_makes_a_new_wrapper() -> None:
    """Of what is large no more is looked at than its start and its end."""
    name = "a" * 10_000 + ".txt"
    data = zip_of(Part(name.encode(), bytes(200_000), method=0))

    assert handed_on(data) == b64decode(zipped(name, bytes(200_000)))


def test_scraps_are_not_ordinary() -> None:
    """Nor do they raise anything."""
    data = zip_of(ORDINARY["Java"])
    for cut in range(len(data)):
        assert not is_ordinary(data[:cut], data, len(data)) or cut >= data.index(deflate(CONTENT))
        assert not is_ordinary(data, data[:cut], len(data))
        assert not is_ordinary(data, data[cut + 1 :], len(data)) or cut < data.rindex(b"PK\x07\x08")


def test_a_large_wrapper_is_not_decoded_again() -> None:
    """Handing it on takes the memory of its text and a copy of that, and nothing for what it holds."""
    large = b64encode(zip_of(Part(NAME.encode(), bytes(30_000_000), method=0))).decode("ascii")
    tracemalloc.start()
    same = as_wrapper(NAME, large)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert same == large
    assert peak < 2 * len(large) + 2_000_000
