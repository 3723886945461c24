"""What became of the deposits, as it can be seen from outside and in the ledger; two gates are compared by it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree
from sqlalchemy import select

from edigate.audit.verify import Scope, verify
from edigate.catalogue import schema_folder
from edigate.ledger import balance
from edigate.ledger.archive import ARRIVING
from edigate.ledger.tables import alerts, deliveries, flows, invoices, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.site import Site


@dataclass
class Result:
    """What became of the deposits, so that two gates can be compared.

    `archived` are the contents of the archive by their hash, `deposited` those that the ledger has flows of.
    """

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    pivots: Counter[tuple[str, str]] = field(default_factory=Counter)
    reports: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    archived: Counter[str] = field(default_factory=Counter)
    deposited: Counter[str] = field(default_factory=Counter)
    invoices: Counter[tuple[object, ...]] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)


@dataclass
class Flaws:
    """What must not be: every list is empty. `twice` is what was handed out more often than it was offered."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    uneven: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


def expected_of(deposits: Iterable[Deposit]) -> Counter[str]:
    """The contents that a ledger must have flows of after these deposits, by their hash."""
    return Counter(hashlib.sha256(deposit.content).hexdigest() for deposit in deposits)


def unordered(result: Result, deposits: Iterable[Deposit], spoken_of: Collection[str]) -> Result:
    """The same without what follows from the order of the deposits, which a gate in trouble may change.

    Which one of several rivals won is left open, and which was the last word on the invoices that are spoken of; a
    content that came back on another day may lie in the archive under both. Of the alerts those remain that are about
    invoices and pivots: the others tell of the trouble.
    """
    rivals = {key: one.rivals for one in deposits if one.rivals for key in (one.name, one.name[-25:])}
    verdicts, reports, invoices = Counter(result.verdicts), Counter(result.reports), Counter(result.invoices)
    return dataclasses.replace(
        result,
        verdicts=Counter((rivals.get(name, name), verdict) for name, verdict in verdicts.elements()),
        reports=Counter((partner, rivals.get(flow, flow), status) for partner, flow, status in reports.elements()),
        invoices=Counter((row[0], "", *row[2:]) if row[0] in spoken_of else row for row in invoices.elements()),
        archived=Counter(set(result.archived)),
        alerts=Counter(kind for kind in result.alerts.elements() if kind in _OF_INVOICES),
    )


_OF_INVOICES = frozenset({"validator.silent", "pivot.unreceived", "pivot.refused"})


def differences(expected: Result, found: Result) -> tuple[list[str], list[str]]:
    """What is missing, and what there is too much, a line for each."""
    missing, too_much = [], []
    for one in dataclasses.fields(Result):
        wanted: Counter[Any] = getattr(expected, one.name)
        there: Counter[Any] = getattr(found, one.name)
        missing += [f"{one.name}: {what}" for what in (wanted - there).elements()]
        too_much += [f"{one.name}: {what}" for what in (there - wanted).elements()]
    return missing, too_much


def outcome(site: Site) -> tuple[Result, Flaws]:
    """All that can be seen of a gate that has finished."""
    result, flaws = Result(), Flaws(altered=list(site.differs))
    for path in sorted(site.collected.glob("*/*")):
        _sort_in(path, result, flaws)
    for path in site.archive.rglob("*"):
        # Of several machines none knows which half-made copies are still being made: they go an hour later.
        if path.is_file() and (len(site.folders) == 1 or path.parent.name != ARRIVING):
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            result.archived[sha256] += 1
            flaws.altered += [path.name] * (path.name != sha256)
    spooled = [
        path for folder in site.folders for path in folder.glob("spool/**/*")
        if path.is_file() and path.suffix != ".current"
    ]  # fmt: skip
    staged = list(site.root.glob("outbox/*/.staging/*"))
    unclaimed = [path for folder in site.folders for path in folder.glob("inbox/*/[!.]*")]
    flaws.left = [str(path) for path in (*spooled, *staged, *unclaimed)]
    _look_into_ledger(site, result, flaws)
    return result, flaws


def _look_into_ledger(site: Site, result: Result, flaws: Flaws) -> None:
    gate = site.open()
    with gate.ledger.connect() as connection:
        booked = connection.execute(select(flows.c.name, flows.c.verdict, flows.c.sha256, flows.c.archived)).all()
        result.verdicts.update((row.name, row.verdict) for row in booked)
        result.deposited.update(row.sha256 for row in booked)
        kept = set(gate.archive.places())
        flaws.altered += [row.name for row in booked if row.archived not in kept]
        waiting = connection.execute(select(runs.c.id, runs.c.hold_reason).where(runs.c.state != "decided"))
        flaws.waiting = [f"{row.id} {row.hold_reason}" for row in waiting]
        flaws.uneven = [str(line) for line in balance.balance(connection, gate.zone) if not line.even]
        offers = Counter(
            {row.name: row.offers for row in connection.execute(select(deliveries.c.name, deliveries.c.offers))}
        )
        flaws.twice = sorted((Counter(site.twice) - offers).elements())
        flaws.lost = sorted((offers - Counter(site.twice)).elements())
        i = invoices.c
        result.invoices.update(
            map(tuple, connection.execute(select(i.number, i.status, i.stage, i.reader, i.reserved)))
        )
        result.alerts.update(connection.execute(select(alerts.c.kind)).scalars())
    flaws.unproven = [f"{found.kind} {found.place}" for found in verify(gate, Scope(demo=True)).findings]
    gate.ledger.dispose()


_SCHEMAS = {
    "CPPStatut": etree.XMLSchema(file=str(schema_folder() / "CPPStatut_V1_19.xsd")),
    "CPPFacturePivot": etree.XMLSchema(file=str(schema_folder() / "CPPFacturePivot_V2_02.xsd")),
}


def _sort_in(path: Path, result: Result, flaws: Flaws) -> None:
    root = etree.parse(str(path), etree.XMLParser(huge_tree=True)).getroot()
    partner = path.parent.name
    if not _SCHEMAS[str(root.tag)].validate(root):
        flaws.invalid.append(path.name)
    if root.findtext(".//ParametreIndiv[Code='IdFlx']/Valeurparametre") != path.name[-25:]:
        flaws.misnamed.append(path.name)
    for unit in root.iterfind("CPPFactures/CPPFacturePivotUnitaire"):
        result.pivots[partner, unit.findtext("DonneesFacture/Id", "")] += 1
    for data in root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut"):
        result.reports[partner, data.findtext("IdFlux", ""), data.findtext("IdStatut", "")] += 1
    for unit in root.iterfind("CPPFactureStatuts/CPPFactureStatutUnitaire"):
        recipient = unit.findtext("Debiteur/Identifiant", "")
        told = (unit.findtext(f"DonneesStatut/{tag}", "") for tag in ("IdFacture", "IdStatut"))
        result.told[(partner, recipient, *told)] += 1  # type: ignore[index]
