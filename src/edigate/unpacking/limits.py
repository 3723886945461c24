"""How much an archive may hold, and the count of what was read of it so far (reference §4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.domain.faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edigate.domain.faults import Fault
    from edigate.domain.settings import RuleSettings

FREE_OF_RATIO = 10_000_000
"""Bytes that any archive may unpack to: a small document of few words packs better than a large one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, unpacked; `flow_invoices` counts documents; `ratio` is unpacked to packed, past the first 10 MB.

    `nesting` counts the levels of archives: at 1 none may hold another. `folders` takes documents out of folders.
    """

    file_bytes: int
    flow_invoices: int
    entries: int
    total_bytes: int
    ratio: int
    nesting: int = 1
    folders: bool = False

    @classmethod
    def of(cls, settings: RuleSettings) -> Limits:
        """The limits that a site has set."""
        return cls(
            file_bytes=settings.document_bytes,
            flow_invoices=settings.flow_invoices,
            entries=settings.archive_entries,
            total_bytes=settings.archive_bytes,
            ratio=settings.archive_ratio,
            nesting=settings.archive_nesting,
            folders=settings.archive_folders,
        )


class Ended(Exception):
    """Nothing more of this archive can be read, or is read: the fault says why."""

    def __init__(self, fault: Fault) -> None:
        """Carry the fault that the sender gets."""
        super().__init__(fault.code)
        self.fault = fault


class Tally:
    """What was counted in one deposit, through all the levels of its archives."""

    __slots__ = ("documents", "entries", "faulty", "limits", "names", "over", "signatures", "unpacked", "wanted")

    def __init__(self, limits: Limits, wanted: str) -> None:
        """Begin at nothing; `wanted` is the kind of document that the interface takes."""
        self.limits = limits
        self.wanted = wanted
        self.entries = 0
        self.documents = 0
        self.signatures = 0
        self.unpacked = 0
        self.names: dict[str, str] = {}
        self.faulty = False
        self.over = False

    def told(self, found: Fault, entry: str) -> Fault:
        """The fault as it goes to the sender."""
        self.faulty = True
        return found.within(entry)

    def is_new(self, key: str, entry: str) -> bool:
        """Whether no entry had this key before; the first one keeps it."""
        if key in self.names:
            return False
        self.names[key] = entry
        return True

    def entry(self) -> None:
        """Count an entry of any kind; raises Ended."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise self.stopped(fault("EDG-F044", "archive", self.entries, most=self.limits.entries))

    def document(self) -> None:
        """Count a document; raises Ended."""
        self.documents += 1
        if self.documents > self.limits.flow_invoices:
            raise self.stopped(fault("EDG-F045", "archive", self.documents, most=self.limits.flow_invoices))

    def bytes(self, size: int) -> None:
        """Count unpacked bytes; raises Ended."""
        self.unpacked += size
        if self.unpacked > self.limits.total_bytes:
            raise self.stopped(fault("EDG-F046", "archive", self.unpacked, limit=self.limits.total_bytes))

    def stopped(self, found: Fault) -> Ended:
        """The end of the whole deposit, not of one inner archive."""
        self.over = True
        return Ended(found)


class Meter:
    """What one archive has unpacked to, held against its own packed size."""

    __slots__ = ("_most", "_packed", "_tally", "_unpacked")

    def __init__(self, tally: Tally, packed: int) -> None:
        """`packed` is the size of the archive in bytes."""
        self._tally = tally
        self._packed = packed
        self._most = max(FREE_OF_RATIO, packed * tally.limits.ratio)
        self._unpacked = 0

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, counted; raises Ended at the first beyond a limit."""
        for piece in pieces:
            self._unpacked += len(piece)
            self._tally.bytes(len(piece))
            if self._unpacked > self._most:
                ratio = self._unpacked // max(1, self._packed)
                raise self._tally.stopped(fault("EDG-F047", "archive", ratio, most=self._tally.limits.ratio))
            yield piece
