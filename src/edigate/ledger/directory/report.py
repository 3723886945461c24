"""What a new version means for the suppliers who use the directory: its changes, those in use first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.ledger.directory.changes import NEW, OF_SUPPLIERS, Change, Kind, changes
from edigate.ledger.directory.uses import Use, deposits_of, recipients, uses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

DAYS = 400
"""How long after its last invoice a structure counts as used, and a supplier's record: a yearly invoice is one."""


@dataclass(frozen=True, slots=True)
class Felt:
    """A change, and the suppliers who use what changed: none where nobody does, the supplier whose record it is."""

    change: Change
    suppliers: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """How two versions differ: how often each kind, what is in use, and what is not.

    `others` leaves out structures and suppliers that appeared and that nobody uses yet, unless everything was asked
    for.
    """

    before: str
    after: str
    counts: Mapping[Kind, int]
    in_use: tuple[Felt, ...]
    others: tuple[Change, ...]


def report(connection: Connection, before: Path, after: Path, *, since: str, everything: bool = False) -> Report:
    """Compare two snapshots, and ask the ledger who has used what changed since a time of the ledger."""
    used = recipients(connection)
    counts: Counter[Kind] = Counter()
    near: list[Change] = []
    far: list[Change] = []
    for change in changes(before, after):
        counts[change.kind] += 1
        if change.siret in used or change.kind in OF_SUPPLIERS:
            near.append(change)
        elif everything or change.kind not in NEW:
            far.append(change)
    felt = list(_felt(connection, near, since))
    far += [one.change for one in felt if not one.suppliers and (everything or one.change.kind not in NEW)]
    in_use = sorted((one for one in felt if one.suppliers), key=lambda one: _key(one.change))
    return Report(before.stem, after.stem, dict(counts), tuple(in_use), tuple(sorted(far, key=_key)))


def _felt(connection: Connection, near: Iterable[Change], since: str) -> Iterator[Felt]:
    """Each change with those who use what changed since a time of the ledger."""
    records = [change for change in near if change.kind in OF_SUPPLIERS]
    deposits = deposits_of(connection, {change.siret for change in records}, since)
    for change in records:
        use = deposits.get(change.siret)
        yield Felt(change, (use,) if use else ())
    others = [change for change in near if change.kind not in OF_SUPPLIERS]
    uses = uses_of(connection, {change.siret for change in others}, since)
    for change in others:
        yield Felt(change, _suppliers(change, uses.get(change.siret, ())))


def _suppliers(change: Change, uses: Iterable[Use]) -> tuple[Use, ...]:
    """One entry for each supplier: of the service that changed, or of the whole structure."""
    concerned = [use for use in uses if not change.service or use.service == change.service]
    by_supplier: dict[str, list[Use]] = {}
    for use in concerned:
        by_supplier.setdefault(use.supplier, []).append(use)
    return tuple(_together(found, change.service) for found in by_supplier.values())


def _together(found: Sequence[Use], service: str) -> Use:
    latest = max(found, key=lambda use: use.last)
    return Use(
        latest.siret, service, latest.supplier, latest.supplier_name, sum(use.invoices for use in found), latest.last
    )


def _key(change: Change) -> tuple[bool, str, str]:
    return change.kind in OF_SUPPLIERS, change.siret, change.service
