"""What the ledger says: the books add up, states agree, the audit log's newest links hold, time goes forward."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, not_, or_, select

from edigate.health.findings import SHOWN, Finding, Several
from edigate.health.patient import at_one_moment
from edigate.ledger import alert_queries, balance
from edigate.ledger.clock import moment, stamp
from edigate.ledger.journal import digest, link_body, link_hash
from edigate.ledger.store import DECIDED, DUE, HELD, IN_PROGRESS
from edigate.ledger.tables import deliveries, flows, links, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import RowMapping

    from edigate.health.patient import Patient

NEWEST_LINKS = 100
LAG_SECONDS = 5.0
_AGREE = or_(
    and_(flows.c.state == IN_PROGRESS, runs.c.state == DUE),
    and_(flows.c.state == HELD, runs.c.state == HELD),
    and_(flows.c.state == DECIDED, runs.c.state == DECIDED, flows.c.verdict == runs.c.verdict),
)


def books(patient: Patient) -> Iterator[Finding]:
    """Deposited is decided, in progress or held, and each decision reported once; nothing stands on no line.

    Looked at deeply, every flow is counted anew, and what was counted before must say the same.
    """
    uneven = Several("ledger.uneven")
    with at_one_moment(patient.gate) as connection:
        lines = list(balance.balance(connection, patient.gate.zone, anew=patient.deep))
        for line in lines:
            if not line.even:
                uneven.add(f"{line.day} {line.partner}")
        if patient.deep and lines != list(balance.balance(connection, patient.gate.zone)):
            uneven.add("weighed")
        lost = balance.strays(connection, anew=patient.deep)
    if not lost.even:
        uneven.add(f"strays: {lost.runs} runs, {lost.reports} reports")
    yield from uneven.findings()


def states(patient: Patient) -> Iterator[Finding]:
    """Every flow stands as its present run does."""
    query = (
        select(flows.c.id)
        .outerjoin(runs, and_(runs.c.id == flows.c.run, runs.c.flow == flows.c.id))
        .where(or_(runs.c.id.is_(None), not_(_AGREE), flows.c.verdict.is_(None) & (flows.c.state == DECIDED)))
    )
    found = Several("ledger.states")
    with at_one_moment(patient.gate) as connection:
        for flow in connection.execute(query).scalars():
            found.add(flow)
    yield from found.findings()


def chain(patient: Patient) -> Iterator[Finding]:
    """The newest links of the audit log follow each other, and each has the hash of what it holds."""
    query = select(links).order_by(links.c.id.desc()).limit(NEWEST_LINKS)
    with at_one_moment(patient.gate) as connection:
        newest = list(connection.execute(query).mappings())[::-1]
    broken = Several("audit.broken")
    for link in newest:
        if not _holds(link):
            broken.add(f"{link['writer']} {link['number']}")
    for before, after in _followed(newest):
        if after["number"] != before["number"] + 1 or after["previous"] != before["hash"]:
            broken.add(f"{after['writer']} {after['number']}")
    yield from broken.findings()


def _holds(link: RowMapping) -> bool:
    digests: list[str] = link["digests"].split(" ")
    whole = link["entries"] is None or [digest(entry) for entry in link["entries"].split("\n")] == digests
    body = link_body(link["writer"], link["number"], link["at"], digests)
    return whole and link_hash(link["previous"], body) == str(link["hash"])


def _followed(newest: Sequence[RowMapping]) -> Iterator[tuple[RowMapping, RowMapping]]:
    """Each link with the one after it, by writer."""
    for writer in sorted({link["writer"] for link in newest}):
        own = sorted((link for link in newest if link["writer"] == writer), key=lambda link: int(link["number"]))
        yield from pairwise(own)


def clock(patient: Patient) -> Iterator[Finding]:
    """It is not earlier than anything that the ledger has."""
    with at_one_moment(patient.gate) as connection:
        last = max(
            connection.execute(select(func.max(column))).scalar() or "" for column in (flows.c.received_at, links.c.at)
        )
    now = patient.gate.clock()  # only now: a gate at work writes what is later than what was asked before
    if last and (moment(last) - now).total_seconds() > LAG_SECONDS:
        yield Finding("clock.behind", stamp(now), last)


def letters(patient: Patient) -> Iterator[Finding]:
    """Nothing was set aside after too many tries."""
    dead = Several("letters.dead")
    with at_one_moment(patient.gate) as connection:
        for row in connection.execute(select(deliveries.c.name).where(deliveries.c.dead_at.is_not(None))):
            dead.add(row.name)
    yield from dead.findings()


def alerts(patient: Patient) -> Iterator[Finding]:
    """Nothing waits for an operator."""
    with at_one_moment(patient.gate) as connection:
        found = alert_queries.list_alerts(connection)
    if found:
        shown = tuple(f"{row['kind']} {row['partner']}".strip() for row in found[:SHOWN])
        yield Finding("alerts.open", count=len(found), examples=shown)
