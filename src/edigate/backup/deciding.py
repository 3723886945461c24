"""What an operator decides on a restored gate: what has gone is published, what nobody knows of is offered or withheld.

**Numbers.** Names of files, ids of invoices (which pivots show) and of deliveries that the lost ledger gave out must
never be given again. Every sequence jumps past all that was seen, and by `PER_SECOND` for each second since the backup,
by a million at least: a gate does not hand over a thousand files a second, so that no name can be used twice.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import insert, select, update

from edigate.backup import reading
from edigate.backup.comparing import ACCEPTED, OWN_BYTES, aside_of, compare
from edigate.backup.copying import copy, sum_of
from edigate.domain.names import LIFE_CYCLE, PIVOT, UNNAMED_REPORT, parse_name
from edigate.engine.handover import published
from edigate.engine.lock import held
from edigate.engine.restored import RESTORED
from edigate.ledger import alerts, events, journal, notes, partners, proof, sequences, store
from edigate.ledger import deliveries as outgoing
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.ledger.deliveries import PLACED, PLANNED, PUBLISHED
from edigate.ledger.sql import chunks, where_in
from edigate.ledger.tables import (
    INVOICE_DUE,
    RECEIPT_DUE,
    deliveries,
    delivery_invoices,
    flows,
    invoices,
    statuses,
)
from edigate.ledger.tables import notes as notes_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from edigate.backup.comparison import Comparison, Stranger
    from edigate.engine.gate import Gate

log = structlog.get_logger()
EVENT, REBOOKED = "gate.restored", "restored.rebooked"
PER_SECOND, LEAST = 1_000, 1_000_000
NEVER = "9999-01-01T00:00:00.000000Z"
WITHHELD = "withheld: the gate was restored, and nobody knows whether this file was handed over"
COUNTS = ("published", "offered", "withheld", "held", "late", "awaited", "adopted", "margin")
_KINDS = {PIVOT: "pivot", LIFE_CYCLE: "life_cycle"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the files of which nothing is known: those named are offered, or all; the others are withheld.

    `decide` lets the flows that were not decided go their way, and deadlines pass that came since; without it flows are
    held, and invoices stay with their validators.
    """

    offer: frozenset[str] = frozenset()
    offer_all: bool = False
    decide: bool = False

    def offers(self, row: RowMapping) -> bool:
        """Whether this file is to be handed over."""
        return self.offer_all or row["name"] in self.offer


class Unknown(Exception):
    """Files were named that are not among those of which nothing is known; carries their names."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was done, in counts; `margin` is by how much sequences jumped past what was seen.

    `late` are invoices whose validators' time has ended since the backup, `awaited` receipts that nobody awaits now.
    """

    comparison: Comparison
    published: int
    offered: int
    withheld: int
    held: int
    late: int
    awaited: int
    adopted: int
    margin: int


def accept(gate: Gate, choice: Choice, *, actor: str, reason: str) -> Accepted:
    """Decide, in one transaction, after which the gate works again. Raises NotRestored, Unknown, engine.lock.Held."""
    with held(gate.places.lock):
        found = compare(gate)
        if strange := choice.offer - {row["name"] for row in found.unknown}:
            raise Unknown(*sorted(strange))
        margin = margin_of(found.made_at, gate.clock())
        with writing(gate.ledger) as connection:
            done = _decide(gate, connection, found, choice, margin)
            _tell(connection, found, done, actor=actor, reason=reason, now=stamp(gate.clock()))
        shutil.rmtree(aside_of(gate), ignore_errors=True)
    return done


def margin_of(made_at: str, now: dt.datetime) -> int:
    """How many numbers the lost ledger can have given out since the backup, with room to spare."""
    seconds = max(dt.timedelta(), now - moment(made_at)).total_seconds()
    return max(LEAST, PER_SECOND * (int(seconds) + 1))


def _decide(gate: Gate, connection: Connection, found: Comparison, choice: Choice, margin: int) -> Accepted:
    now = stamp(gate.clock())
    _jump(gate, connection, found.strangers, margin)
    _publish(gate, connection, found.gone, now)
    adopted = _adopt(connection, found.strangers, now)
    # What was handed over before the backup has gone for certain, whether its receipt is known here or lost.
    awaited = connection.execute(update(deliveries).where(RECEIPT_DUE).values(receipt_due_at=None)).rowcount
    late = 0 if choice.decide else _stay(connection, now)
    offered = [row for row in found.unknown if choice.offers(row)]
    withheld = [row for row in found.unknown if not choice.offers(row)]
    # What was placed is written anew: where nothing is staged any more, that would be taken for published.
    outgoing.mark_vanished(connection, [row["id"] for row in found.unknown])
    for row in withheld:
        outgoing.set_aside(connection, row, WITHHELD, now)
    waiting = [] if choice.decide else found.undecided
    for run in waiting:
        store.hold(connection, run.run, store.HOLD_RESTORED, run.reported, NEVER)
        journal.note(connection, "flow.held", run.flow, at=now, run=run.run, reason=store.HOLD_RESTORED)
    return Accepted(
        found, published=len(found.gone), offered=len(offered), withheld=len(withheld), held=len(waiting),
        late=late, awaited=awaited, adopted=adopted, margin=margin,
    )  # fmt: skip


def _stay(connection: Connection, now: str) -> int:
    """Leave invoices where they are whose validators' time has ended since the backup; an alert tells of each.

    The lost gate may have handed them on. Returns how many there are.
    """
    query = select(invoices.c.id, invoices.c.reader).where(INVOICE_DUE, invoices.c.due_at <= now)
    late = connection.execute(query).all()
    for ids in chunks([row.id for row in late]):
        connection.execute(update(invoices).where(invoices.c.id.in_(ids)).values(due_at=None))
    for row in late:
        alerts.open_one(connection, alerts.VALIDATOR_SILENT, row.id, row.reader, "", now)
    return len(late)


def _tell(connection: Connection, found: Comparison, done: Accepted, *, actor: str, reason: str, now: str) -> None:
    facts = {name: getattr(done, name) for name in COUNTS}
    how = Counter(found.how.values())
    events.record(
        connection, EVENT, actor, "restored", at=now, made_at=found.made_at, restored_at=found.restored_at,
        reason=reason, evidence={key.value: count for key, count in how.items()}, deposits=len(found.deposits),
        last_link=found.last_link, lost_head=found.lost_head, unasked=sorted(found.unasked), **facts,
    )  # fmt: skip
    connection.execute(notes_table.delete().where(notes_table.c.key == RESTORED))
    kept = {"at": now, "made_at": found.made_at, "deposits": [one.place for one in found.deposits]}
    notes.write(connection, ACCEPTED, json.dumps(kept))


def _jump(gate: Gate, connection: Connection, strangers: Sequence[Stranger], margin: int) -> None:
    """Let every sequence begin past all that was seen, and past all that may have been given out unseen."""
    now = dict(sequences.reached(connection))
    codes = {row.report for row in gate.interfaces.values() if row.report} | {PIVOT, LIFE_CYCLE, UNNAMED_REPORT}
    for key in {sequences.INVOICES, sequences.DELIVERIES, *(f"flow-{code[3:7]}" for code in codes)}:
        now.setdefault(key, 1)
    for one in strangers:
        parsed = parse_name(one.name)
        if parsed and parsed.sequence.isdecimal():
            key = f"flow-{parsed.digits}"
            now[key] = max(now.get(key, 1), int(parsed.sequence) + 1)
    for key in sorted(now):
        sequences.jump(connection, key, now[key] + margin)


def _publish(gate: Gate, connection: Connection, gone: Sequence[RowMapping], now: str) -> None:
    """What has gone is placed and published, with the size and hash of the file where it still lies here."""
    written = []
    for row in gone:
        path = gate.places.outbox / row["partner"] / row["name"]
        if row["state"] == PLANNED and path.is_file():
            written.append((row["id"], *sum_of(path)))
    outgoing.mark_placed(connection, written)
    proof.placed(connection, written, at=now)
    others = [row["id"] for row in gone if row["state"] == PLANNED]
    for ids in chunks(others):
        connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(state=PLACED))
    published(gate, connection, partners.load_book(connection), gone)


def _adopt(connection: Connection, strangers: Sequence[Stranger], now: str) -> int:
    """Take pivots and life cycles that the lost ledger handed over into this one, with what it knows of their contents.

    So their receipts are understood, and statuses that they told are not told again. A report is about a decision that
    is lost: it stays a stranger.
    """
    known = {partner.code for partner in partners.load_book(connection).partners}
    adopted = [one for one in strangers if one.path and one.name[:8] in _KINDS and one.partner in known]
    ids = sequences.take(connection, sequences.DELIVERIES, len(adopted))
    for number, one in zip(ids, adopted, strict=True):
        path = Path(one.path)
        at = stamp(dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC))
        size, sha256 = sum_of(path)
        row = {
            "id": number, "kind": _KINDS[one.name[:8]], "partner": one.partner, "interface": one.name[:8],
            "name": one.name, "run": None, "state": PUBLISHED, "planned_at": at, "published_at": at, "size": size,
            "sha256": sha256,
        }  # fmt: skip
        connection.execute(insert(deliveries), [row])
        proof.planned(connection, [row], at=now)
        proof.placed(connection, [(number, size, sha256)], at=now)
        proof.published(connection, [number], at=at)
        root = reading.own(path, OWN_BYTES)
        if root is not None and one.name.startswith(PIVOT):
            _hold(connection, number, reading.held(root), now)
        elif root is not None:
            _have_told(connection, number, Counter(reading.told(root)), now)
    return len(adopted)


def _hold(connection: Connection, pivot: int, named: Sequence[reading.Named], now: str) -> None:
    """The invoices of an adopted pivot, as far as the ledger has them."""
    query = select(invoices.c.id, invoices.c.flow, invoices.c.number, invoices.c.supplier, invoices.c.stage)
    rows = where_in(connection, query.where(invoices.c.reserved), invoices.c.number, {one.number for one in named})
    known = {(row["number"], row["supplier"]): row for row in rows}
    there = [
        {"delivery": pivot, "position": position, "invoice": known[one]["id"], "stage": known[one]["stage"]}
        for position, one in enumerate(named, start=1)
        if one in known
    ]
    if there:
        connection.execute(insert(delivery_invoices), there)
        proof.holds(connection, there, {row["id"]: row["flow"] for row in known.values()}, at=now)


def _have_told(
    connection: Connection, life_cycle: int, told: Mapping[tuple[reading.Named, str], int], now: str
) -> None:
    """Mark statuses that wait to be told as told, as many of each as the life cycle tells."""
    left = Counter(told)
    query = (
        select(statuses.c.id, statuses.c.status, invoices.c.number, invoices.c.supplier)
        .join(invoices, invoices.c.id == statuses.c.invoice)
        .where(statuses.c.told_in.is_(None))
        .order_by(statuses.c.id)
    )
    found = {}
    for row in where_in(connection, query, invoices.c.number, {named.number for named, _ in told}):
        key = (reading.Named(row["number"], row["supplier"]), row["status"])
        if left[key]:
            left[key] -= 1
            found[row["id"]] = life_cycle
    for status, delivery in found.items():
        connection.execute(update(statuses).where(statuses.c.id == status).values(told_in=delivery))
    if found:
        proof.tells(connection, found, at=now)


class NoDeposit(Exception):
    """Not a deposit that the archive alone has; carries its place."""


def rebook(gate: Gate, place: str, partner: str, name: str, *, actor: str, reason: str) -> Path:
    """Put a deposit that only the archive has into its depositor's inbox, under the name that it had.

    Returns where. It comes to be decided as a new deposit. Raises NoDeposit, FileExistsError.
    """
    source = gate.places.archive / place
    sha256 = place.rpartition("/")[2]
    with gate.ledger.connect() as connection:
        known = connection.execute(select(flows.c.id).where(flows.c.sha256 == sha256)).first()
    if known or not source.is_file() or sum_of(source).sha256 != sha256:
        raise NoDeposit(place)
    folder = gate.places.inbox / partner
    gate.access.make_folder(folder)
    target = folder / name
    if target.exists():
        raise FileExistsError(str(target))
    hidden = folder / f".{os.urandom(8).hex()}.part"
    copy(source, hidden, mode=0o640)
    with writing(gate.ledger) as connection:
        events.record(connection, REBOOKED, actor, name, at=stamp(gate.clock()), place=place, partner=partner,
                      reason=reason)  # fmt: skip
    hidden.rename(target)
    sync_folder(folder)
    return target
