"""A gate: its folder, its settings, its ledger and what it hands files to; put together by `app`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.ledger import snapshots

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from edigate.config import Settings
    from edigate.delivery.access import Access
    from edigate.delivery.folder import Outbox
    from edigate.domain.interfaces import Interface
    from edigate.intake.folder import Inbox
    from edigate.ledger.archive import Archive
    from edigate.ledger.clock import Clock
    from edigate.ledger.payloads import Payloads


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of a gate, all below one root."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Drop folders, one per partner."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """Collection folders, one per partner."""
        return self.root / "outbox"

    @property
    def spool(self) -> Path:
        """Claimed files that are not booked yet."""
        return self.root / "spool"

    @property
    def work(self) -> Path:
        """Private files of runs, gone at the next start."""
        return self.root / "spool" / ".work"

    @property
    def archive(self) -> Path:
        """Every deposit, byte for byte, unless the settings keep them elsewhere."""
        return self.root / "archive"

    @property
    def directory(self) -> Path:
        """Snapshots of the directory."""
        return self.root / "directory"

    @property
    def ledger(self) -> Path:
        """The embedded ledger."""
        return self.root / "ledger.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the one gate that runs on the folder."""
        return self.root / "ledger.lock"


@dataclass(frozen=True, slots=True)
class Gate:
    """All that the steps need; `schemas` is edigate's own folder, `site_schemas` the site's, by key.

    `storage` is what the machines of a gate share beside its archive, which is the gate's own folder where it is alone.
    """

    places: Places
    settings: Settings
    zone: dt.tzinfo
    clock: Clock
    ledger: Engine
    archive: Archive
    storage: Payloads
    interfaces: Mapping[str, Interface]
    inbox: Inbox
    outbox: Outbox
    access: Access
    schemas: Path
    site_schemas: Mapping[str, Path]

    def directory(self, version: str) -> Path:
        """The file of a version of the directory, fetched from where machines share it if need be. Raises OSError."""
        return snapshots.bring(self.storage, self.places.directory, version)
