"""What an examination consults: tables, schemas and snapshots, all fixed while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from edigate.domain.directory import Directory
    from edigate.domain.interfaces import Interface
    from edigate.domain.partners import Partner, PartnerBook
    from edigate.domain.settings import RuleSettings
    from edigate.domain.verdicts import Content
    from edigate.xsd import Shelf

HEAD = 4096


@dataclass(frozen=True, slots=True)
class Desk:
    """The directory is None only outside a gate, where `check` leaves its rules out and says so.

    The scanner is None where a site asks none.
    """

    interfaces: Mapping[str, Interface]
    shelf: Shelf
    settings: RuleSettings
    book: PartnerBook
    directory: Directory | None = None
    scanner: Scanner | None = None


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposited file: `received_on` is the day at the gate, `incomplete` that it never got whole in time."""

    name: str
    depositor: Partner
    received_on: dt.date
    size: int
    incomplete: bool = False


class Source(Protocol):
    """The bytes of a deposit; whatever is read of them whole was verified to be what was deposited."""

    def head(self) -> bytes:
        """The first bytes, to tell what they are."""

    def read(self) -> bytes:
        """All of them."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A file of them that can be sought in."""


class Whole:
    """A small deposit: read once, and verified, for all that is asked of it."""

    __slots__ = ("_content", "_source")

    def __init__(self, source: Source) -> None:
        """Read nothing yet."""
        self._source = source
        self._content: bytes | None = None

    def head(self) -> bytes:
        """The first bytes."""
        return self.read()[:HEAD]

    def read(self) -> bytes:
        """All of them."""
        if self._content is None:
            self._content = self._source.read()
        return self._content

    def open(self) -> BinaryIO:
        """The same as a file."""
        return BytesIO(self.read())


Scan: TypeAlias = "Callable[[Iterable[bytes]], str]"
"""A content's way to a virus scanner: the name of what was found, empty for nothing. Raises Hold for no answer."""


class Scanner(Protocol):
    """Who is asked whether contents are dangerous."""

    def opened(self, size: int, /) -> Scan:
        """A way to ask about the contents of one flow of so many bytes, within one time for all of them."""


Keep: TypeAlias = "Callable[[Content, int], Content]"


def in_memory(content: Content, _position: int) -> Content:
    """Keep a rendered pivot as it is."""
    return content
