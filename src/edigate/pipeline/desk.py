"""What an examination consults: tables, schemas and snapshots, all fixed while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from edigate.domain.directory import Directory
    from edigate.domain.interfaces import Interface
    from edigate.domain.partners import Partner, PartnerBook
    from edigate.domain.settings import RuleSettings
    from edigate.xsd import Shelf


@dataclass(frozen=True, slots=True)
class Desk:
    """The directory is None only outside a gate, where `check` leaves its rules out and says so."""

    interfaces: Mapping[str, Interface]
    shelf: Shelf
    settings: RuleSettings
    book: PartnerBook
    directory: Directory | None = None


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposited file: `received_on` is the day at the gate, `incomplete` that it never got whole in time."""

    name: str
    depositor: Partner
    received_on: dt.date
    size: int
    incomplete: bool = False
