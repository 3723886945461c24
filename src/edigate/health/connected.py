"""The partners: somebody gets the invoices, one stands for people, and what reaches their servers is known."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from edigate.domain.names import PIVOT
from edigate.domain.partners import Role
from edigate.health.findings import Finding
from edigate.health.patient import at_one_moment
from edigate.ledger import host_keys, partners, queries, servers
from edigate.ledger.clock import moment, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.patient import Patient

ENDING = dt.timedelta(days=14)


def connected(patient: Patient) -> Iterator[Finding]:
    """Somebody is, somebody gets the invoices, and exactly one is the portal."""
    with at_one_moment(patient.gate) as connection:
        active = [partner for partner in partners.load_book(connection).partners if partner.active]
    if not active:
        yield Finding("partners.none")
        return
    if not any(PIVOT in partner.receives for partner in active if partner.role is not Role.DEPOSITOR):
        yield Finding("partners.no_reader")
    portals = [partner.code for partner in active if partner.role is Role.PORTAL]
    if not portals:
        yield Finding("partners.no_portal")
    if len(portals) > 1:
        yield Finding("partners.portals", value=", ".join(portals))


def pinned(patient: Patient) -> Iterator[Finding]:
    """Of each server a host key counts, and goes on to count."""
    now = patient.gate.clock()
    with at_one_moment(patient.gate) as connection:
        addresses = {server.address: code for code, server in servers.load(connection).items()}
        pins = host_keys.pins(connection)
    for address, code in sorted(addresses.items()):
        ends = [pin.ends_at for pin in pins if pin.server == address and (pin.ends_at or "~") > stamp(now)]
        if not ends:
            yield Finding("hostkey.none", address, code)
        elif None not in ends and moment(last := max(filter(None, ends))) < now + ENDING:
            yield Finding("hostkey.ending", address, last[:10])


def reached(patient: Patient) -> Iterator[Finding]:
    """No way to a partner, or from one, is failing."""
    with at_one_moment(patient.gate) as connection:
        failing = queries.failing_ways(connection)
    for row in failing:
        place = f"{row['partner']} {row['way']}"
        yield Finding("way.failing", place, row["failing_since"], row["failures"], (row["last_error"],))
