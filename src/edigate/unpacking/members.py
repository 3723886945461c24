"""One entry of an archive as the reader of its format finds it, before anything is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.faults import Fault

FILE = "file"
FOLDER = "folder"


class Member(NamedTuple):
    """`name` as written, undecodable bytes as surrogates; `type` is FILE, FOLDER or a word of ARCHIVE_WORDS.

    `size` is what the archive declares. `pieces` gives the content once, only until the next member is asked for; it
    raises Refusal where this entry alone cannot be read, Ended where nothing after it can. `faults` were found
    before the content, which is then not read.
    """

    name: str
    type: str
    size: int
    pieces: Iterator[bytes]
    faults: tuple[Fault, ...] = ()
