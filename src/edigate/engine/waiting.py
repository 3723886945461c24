"""What lies in inboxes and spool and is not booked yet, as the file system tells without opening anything."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from edigate.intake.folder import TEMPORARY_ENDINGS
from edigate.ledger import partners

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edigate.engine.gate import Gate


class Arriving(NamedTuple):
    """A file in a partner's inbox; `since` is when it came there or last changed (Unix time)."""

    partner: str
    name: str
    since: float


def in_inboxes(gate: Gate) -> list[Arriving]:
    """The regular files that partners deposited, those that are still arriving included.

    By the time of their inode's last change: a copy may keep the time of its content, and be a year old on arrival.
    """
    with gate.ledger.connect() as connection:
        known = [partner.code for partner in partners.load_book(connection).partners]
    return [one for code in known for one in _files(gate.places.inbox / code, code)]


def _files(folder: Path, partner: str) -> Iterator[Arriving]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # it has gone meanwhile, the others have not
                    if _counts(entry):
                        yield Arriving(partner, entry.name, entry.stat(follow_symlinks=False).st_ctime)
    except OSError:
        return  # the gate's own look tells of it


def _counts(entry: os.DirEntry[str]) -> bool:
    temporary = entry.name.startswith(".") or entry.name.lower().endswith(TEMPORARY_ENDINGS)
    return not temporary and entry.is_file(follow_symlinks=False)


def oldest(found: Sequence[Arriving]) -> Arriving | None:
    """The file that waits longest."""
    return min(found, key=lambda one: one.since, default=None)


def in_spool(gate: Gate) -> int:
    """How many files are claimed and not booked; folders that vanish meanwhile, as the gate works on, count nothing."""
    count = 0
    for _, folders, files in os.walk(gate.places.spool):
        folders[:] = [name for name in folders if not name.startswith(".")]
        count += len(files)
    return count
