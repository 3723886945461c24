"""Where a gate keeps deposits and what its machines share, by `[storage] url`: its own folder, another one, a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edigate.ledger.archive import Folder
from edigate.ledger.payloads import Files
from edigate.ledger.storage_address import FOLDERS, PROTOCOL

if TYPE_CHECKING:
    from edigate.ledger.archive import Archive
    from edigate.ledger.payloads import Payloads

ARCHIVE = "archive"


def archive_of(url: str, home: Path, cache: Path) -> Archive:
    """The archive of a gate whose own folder is `home`; `cache` is for what does not fit into memory."""
    if not url:
        return Folder(home / ARCHIVE)
    shared = folder_of(url)
    if shared:
        return Folder(shared / ARCHIVE, ours=False)
    from edigate.ledger.objects import Objects  # noqa: PLC0415 - only where a URL asks for a store
    from edigate.ledger.remote_archive import Remote  # noqa: PLC0415

    return Remote(Objects(f"{url.rstrip('/')}/{ARCHIVE}"), cache)


def payloads_of(url: str, home: Path) -> Payloads:
    """What the machines of such a gate share beside its archive."""
    shared = folder_of(url) if url else home
    if shared:
        return Files(shared)
    from edigate.ledger.objects import Objects  # noqa: PLC0415 - as above

    return Objects(url.rstrip("/"))


def folder_of(url: str) -> Path | None:
    """The folder that an address means; None for a store."""
    found = PROTOCOL.fullmatch(url)
    if found is None:
        return Path(url)
    return Path(found[2]) if found[1] in FOLDERS else None
