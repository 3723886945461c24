"""Filling a gate with the sandbox: its partners and directory once, its flows as often as one likes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from edigate.app import import_directory
from edigate.domain.partners import Partner, Role
from edigate.engine.decisions import DIRECTORY_VERSION
from edigate.ledger import notes, partners, sequences
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.sandbox import structures
from edigate.sandbox.flows import DEMO_LENGTH, DemoFlow, demo_flows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from edigate.engine.gate import Gate

SEQUENCE = "sandbox"
BEFORE_FIRST = 700_000
"""Sequences and numbers of sandbox flows come after this one, far from those a person tries a gate with."""
EXAMPLES = "sandbox"


class NotASandbox(Exception):
    """The gate has partners of its own, among whom made-up ones have no place."""


def install(gate: Gate, *, actor: str) -> bool:
    """Add the sandbox's partners and directory where the gate has none; whether anything was added.

    Raises NotASandbox for a gate with partners of its own.
    """
    with gate.ledger.connect() as connection:
        known = {partner.code for partner in partners.load_book(connection).partners}
        directory = notes.read(connection, DIRECTORY_VERSION)
    wanted = {partner.code for partner in SANDBOX_PARTNERS}
    if known and not known >= wanted:
        raise NotASandbox(", ".join(sorted(known - wanted)))
    if not known:
        with writing(gate.ledger) as connection:
            for partner in SANDBOX_PARTNERS:
                partners.save(connection, partner, actor=actor, at=stamp(gate.clock()))
    if directory is None:
        import_directory(gate, io.StringIO(structures.directory_csv()), actor=actor)
    for code in sorted(wanted):
        gate.access.make_folder(gate.places.inbox / code)
    return not known or directory is None


def is_sandbox(gate: Gate) -> bool:
    """Whether nobody but the sandbox's own partners is connected."""
    with gate.ledger.connect() as connection:
        known = {partner.code for partner in partners.load_book(connection).partners}
    return bool(known) and known <= {partner.code for partner in SANDBOX_PARTNERS}


def drop(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    """Deposit the next round of demo flows, as a partner should: under a hidden name, then renamed."""
    flows = _next_round(gate, today)
    for number, flow in enumerate(flows):
        folder = gate.places.inbox / flow.partner
        temporary = folder / f".demo-{number}"
        temporary.write_bytes(flow.content)
        gate.inbox.arrived_by_rename(temporary.rename(folder / flow.name))
    return flows


def lay_out(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    """Write a round of demo flows beside the inbox, in `sandbox/<partner>/`, for a person to look at and deposit."""
    flows = _next_round(gate, today)
    for flow in flows:
        folder = gate.places.root / EXAMPLES / flow.partner
        gate.access.make_folder(folder)
        (folder / flow.name).write_bytes(flow.content)
    return flows


def _next_round(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    with writing(gate.ledger) as connection:
        numbers = sequences.take(connection, SEQUENCE, DEMO_LENGTH)
    return demo_flows(BEFORE_FIRST + numbers.start, today)


def _partner(row: Mapping[str, Any]) -> Partner:
    sets = {key: frozenset(row[key]) for key in ("deposits", "receives", "sirets")}
    return Partner(**{**row, **sets, "role": Role(row["role"])})


SANDBOX_PARTNERS = tuple(_partner(row) for row in structures.PARTNERS)
