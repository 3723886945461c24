"""Looking at every file of an archive: one after the other in a folder, many at once in a store far away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from edigate.ledger.archive import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edigate.ledger.archive import Archive

Row = TypeVar("Row")
Found = TypeVar("Found")
THREADS = 16
AT_ONCE = 256


def each(archive: Archive, rows: Iterable[Row], look: Callable[[Row], Found]) -> Iterator[tuple[Row, Found | OSError]]:
    """What is found of each row, in order, or what stood in the way. Raises Unreachable: the others need no try."""

    def tried(row: Row) -> Found | OSError:
        try:
            return look(row)
        except Unreachable:
            raise
        except OSError as error:
            return error

    if archive.folder():
        yield from ((row, tried(row)) for row in rows)
        return
    rest = iter(rows)
    with ThreadPoolExecutor(THREADS) as threads:
        while part := list(islice(rest, AT_ONCE)):
            yield from zip(part, threads.map(tried, part), strict=True)
