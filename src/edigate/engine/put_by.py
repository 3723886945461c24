"""Pivots put by: rendered where they were settled, kept in what machines share until they are placed.

Each has its SHA-256 behind it. What is not there, or not whole, is rendered from the archive as ever.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, cast

import structlog
from sqlalchemy import select

from edigate.ledger.archive import CHUNK
from edigate.ledger.sql import where_in
from edigate.ledger.tables import DELIVERY_TO_DO, deliveries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import RowMapping

    from edigate.engine.gate import Gate

log = structlog.get_logger()
FOLDER = "ahead"
THREADS = 8
IN_MEMORY = 8_000_000
SETTLED_SECONDS = 3600
LONGEST_ID = 18
_DIGEST = 32


def put(gate: Gate, row: RowMapping, pieces: Iterable[bytes]) -> None:
    """Put a delivery by. Raises OSError."""
    digest = hashlib.sha256()
    with _copy(gate) as copy:
        for piece in pieces:
            digest.update(piece)
            copy.write(piece)
        copy.write(digest.digest())
        copy.seek(0)
        gate.storage.put(_key(row), copy, durable=False)


def pieces(gate: Gate, row: RowMapping) -> Iterator[bytes] | None:
    """A pivot that was put by, looked through before the first byte is given; None where there is none whole."""
    found = _fetched(gate, row)
    return _read_out(*found) if found else None


def _fetched(gate: Gate, row: RowMapping) -> tuple[BinaryIO, int] | None:
    """A copy of it, and how much of that is the pivot."""
    key, copy = _key(row), _copy(gate)
    try:
        for piece in gate.storage.pieces(key):
            copy.write(piece)
        size = copy.tell() - _DIGEST
        if _is_whole(copy, size):
            return copy, size
        log.warning("gate.trouble", step="ahead", error=f"{key} is damaged")
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("gate.trouble", step="ahead", error=str(error))
    copy.close()
    return None


def _is_whole(copy: BinaryIO, size: int) -> bool:
    if size < 0:
        return False
    copy.seek(0)
    digest = hashlib.sha256()
    for piece in _pieces(copy, size):
        digest.update(piece)
    return copy.read() == digest.digest()


def _read_out(copy: BinaryIO, size: int) -> Iterator[bytes]:
    with copy:
        copy.seek(0)
        yield from _pieces(copy, size)


def _pieces(copy: BinaryIO, size: int) -> Iterator[bytes]:
    for start in range(0, size, CHUNK):
        yield copy.read(min(CHUNK, size - start))


def forget(gate: Gate, rows: Iterable[RowMapping]) -> None:
    """Take away what was put by for these deliveries, which have been placed. What stays is swept up later."""
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda row: _remove(gate, _key(row)), [row for row in rows if row["kind"] == "pivot"]))


def sweep(gate: Gate) -> None:
    """Take away what was put by for deliveries that are placed by now, or that the ledger has not."""
    young = time.time() - SETTLED_SECONDS
    with suppress(OSError):
        old = {key: _delivery(key) for key, since in gate.storage.keys(FOLDER) if since < young}
        d = deliveries.c
        query = select(d.id, d.name, d.planned_at, d.kind).where(DELIVERY_TO_DO)
        with gate.ledger.connect() as connection:
            rows = where_in(connection, query, d.id, {id_ for id_ in old.values() if id_})
            waiting = {_key(row) for row in rows}
        for key in old.keys() - waiting:
            _remove(gate, key)


def _remove(gate: Gate, key: str) -> None:
    with suppress(OSError):
        gate.storage.remove(key)


def _key(row: RowMapping) -> str:
    """By id and more: a ledger that was given back from a backup uses its ids again, for other deliveries."""
    told = f"{row['name']} {row['planned_at']}".encode()
    return f"{FOLDER}/{row['id']}-{hashlib.sha256(told).hexdigest()[:16]}"


def _delivery(key: str) -> int:
    """The delivery of a key; 0 for a key of another form."""
    number = key.partition("/")[2].partition("-")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= LONGEST_ID else 0


def _copy(gate: Gate) -> BinaryIO:
    """A file that is gone when it is closed, on the disk if it is large."""
    work = gate.places.work
    copy = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(work) if work.is_dir() else None)  # noqa: SIM115 - see above
    return cast("BinaryIO", copy)
