"""What every kind of storage does with what machines share: there whole or not at all, under its key."""

from __future__ import annotations

import tempfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from edigate.ledger.objects import IN_MEMORY

if TYPE_CHECKING:
    from edigate.ledger.payloads import Payloads


def get(payloads: Payloads, key: str) -> bytes:
    """All that is stored."""
    return b"".join(payloads.pieces(key))


def keys(payloads: Payloads, folder: str) -> list[str]:
    """The keys of a folder, in order."""
    return sorted(key for key, _ in payloads.keys(folder))


def test_what_is_put_is_there_until_it_is_removed(payloads: Payloads) -> None:
    """Also under a key that had something else."""
    payloads.put("ahead/1", BytesIO(b"first"))
    payloads.put("ahead/1", BytesIO(b"second"))
    payloads.put("directory/2", BytesIO(b""))

    assert (get(payloads, "ahead/1"), get(payloads, "directory/2")) == (b"second", b"")
    assert (keys(payloads, "ahead"), keys(payloads, "directory"), keys(payloads, "none")) == (
        ["ahead/1"], ["directory/2"], [],
    )  # fmt: skip
    payloads.remove("ahead/1")
    payloads.remove("ahead/1")
    assert keys(payloads, "ahead") == []
    with pytest.raises(FileNotFoundError):
        get(payloads, "ahead/1")


def test_a_large_file_is_put_whole(payloads: Payloads) -> None:
    """More than is read into memory at once."""
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * (IN_MEMORY + 1))
        file.seek(0)
        payloads.put("directory/large", file)

    assert sum(map(len, payloads.pieces("directory/large"))) == IN_MEMORY + 1


def test_what_fails_on_the_way_leaves_nothing(payloads: Payloads) -> None:
    """Neither under its key nor beside it."""

    class Broken(BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(5, "broken")

    payloads.put("ahead/1", BytesIO(b"there"))
    for key in ("ahead/1", "ahead/2"):
        with pytest.raises(OSError, match="broken"):
            payloads.put(key, Broken())

    assert (keys(payloads, "ahead"), get(payloads, "ahead/1")) == (["ahead/1"], b"there")
