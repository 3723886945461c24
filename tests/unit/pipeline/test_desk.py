"""What an examination consults."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from edigate.pipeline.desk import HEAD, Whole

CONTENT = bytes(range(256)) * 20


class Counting:
    """A deposit that counts how often it is read."""

    def __init__(self) -> None:
        """Not yet read."""
        self.read_times = 0

    def head(self) -> bytes:
        """The first bytes."""
        return self.read()[:10]

    def read(self) -> bytes:
        """All of them."""
        self.read_times += 1
        return CONTENT

    def open(self) -> BinaryIO:
        """The same as a file."""
        return BytesIO(self.read())


def test_a_small_deposit_is_not_read_before_anything_is_asked_of_it() -> None:
    """A flow that its name refuses costs no look into the archive."""
    source = Counting()
    Whole(source)
    assert source.read_times == 0


def test_a_small_deposit_is_read_once_for_all_that_is_asked_of_it() -> None:
    """Its beginning, its content and the file of it are all of the one reading."""
    source = Counting()
    whole = Whole(source)

    assert whole.head() == CONTENT[:HEAD]
    assert whole.read() == CONTENT
    with whole.open() as file:
        assert file.read() == CONTENT
    assert source.read_times == 1
