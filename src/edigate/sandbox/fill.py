"""Filling a gate with the sandbox: its partners and directory once, its flows as often as one likes."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from edigate.domain.partners import Partner, Role
from edigate.filing import import_directory
from edigate.ledger import notes, partners, sequences
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.ledger.tables import partners as table
from edigate.sandbox import structures
from edigate.sandbox.enacted import Enacted, enact
from edigate.sandbox.flows import DEMO_LENGTH, DemoFlow, demo_flows
from edigate.sandbox.lives import LIVES_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edigate.engine.gate import Gate
    from edigate.sandbox.enacted import File
    from edigate.sandbox.lives import Life, Step

SEQUENCE = "sandbox"
BEFORE_FIRST = 700_000
"""Sequences and numbers of sandbox flows come after this one, far from those a person tries a gate with."""
EXAMPLES = "sandbox"
LIVES_FOLDER = "lives"


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
    """Whether nobody but the sandbox's own partners is connected; their codes tell, whatever else a ledger holds."""
    with gate.ledger.connect() as connection:
        known = set(connection.execute(select(table.c.code)).scalars())
    return bool(known) and known <= {partner.code for partner in SANDBOX_PARTNERS}


def drop(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    """Deposit the next round of demo flows; returns them."""
    flows = _next_round(gate, today)
    for flow in flows:
        deposit(gate, flow)
    return flows


def deposit(gate: Gate, file: File | DemoFlow) -> None:
    """Put a file into its partner's inbox as a partner should: under a hidden name, then renamed."""
    folder = gate.places.inbox / file.partner
    temporary = folder / ".demo"
    temporary.write_bytes(file.content)
    gate.inbox.arrived_by_rename(temporary.rename(folder / file.name))


def past_lives(gate: Gate, today: dt.date) -> tuple[Enacted, ...]:
    """The lives to be lived next, which ended yesterday: nothing of them lies in the gate's future."""
    return _next_lives(gate, lambda life: today - dt.timedelta(days=life.days + 1))


def lay_out(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    """Write a round of demo flows beside the inbox, in `sandbox/<partner>/`, for a person to look at and deposit."""
    flows = _next_round(gate, today)
    for flow in flows:
        _write(gate, gate.places.root / EXAMPLES / flow.partner / flow.name, flow.content)
    return flows


class LaidOut(NamedTuple):
    """A step of a life for a person to take: `folder` holds what goes into the inbox, None where nothing does."""

    life: Life
    step: Step
    folder: str | None


def lay_out_lives(gate: Gate, today: dt.date) -> tuple[LaidOut, ...]:
    """Write the lives that begin today in `sandbox/lives/<life>/<step>-day-<day>/<partner>/`.

    Receipts name the pivots that a fresh gate makes when this life is the first thing it sees.
    """
    lives = _next_lives(gate, lambda _: today)
    pivots = [flow_id_of(gate, number) for number in range(1, max(len(life.life.steps) for life in lives))]
    return tuple(
        _laid_out(gate, enacted, place, pivots) for enacted in lives for place in range(len(enacted.life.steps))
    )


def flow_id_of(gate: Gate, pivot: int) -> str:
    """The flow id of one of the gate's pivots, counted from 1."""
    return f"{gate.settings.gate.code}0036{pivot:015d}"


def _laid_out(gate: Gate, enacted: Enacted, place: int, pivots: list[str]) -> LaidOut:
    step, file = enacted.life.steps[place], enacted.file(place, pivots)
    if file is None:
        return LaidOut(enacted.life, step, None)
    folder = f"{EXAMPLES}/{LIVES_FOLDER}/{enacted.life.key}/{place + 1}-day-{step.day}"
    _write(gate, gate.places.root / folder / file.partner / file.name, file.content)
    return LaidOut(enacted.life, step, folder)


def _write(gate: Gate, path: Path, content: bytes) -> None:
    gate.access.make_folder(path.parent)
    path.write_bytes(content)


def _next_round(gate: Gate, today: dt.date) -> tuple[DemoFlow, ...]:
    return demo_flows(_take(gate, DEMO_LENGTH), today)


def _next_lives(gate: Gate, begins: Callable[[Life], dt.date]) -> tuple[Enacted, ...]:
    return enact(_take(gate, LIVES_LENGTH), begins, gate.zone, gate.settings.gate.code)


def _take(gate: Gate, count: int) -> int:
    """The first of so many numbers that follow on each other, as those of two at once may not."""
    with writing(gate.ledger) as connection:
        while (taken := sequences.take(connection, SEQUENCE, count))[-1] - taken[0] >= count:
            pass
    return BEFORE_FIRST + taken[0]


def _partner(row: Mapping[str, Any]) -> Partner:
    sets = {key: frozenset(row[key]) for key in ("deposits", "receives", "sirets")}
    return Partner(**{**row, **sets, "role": Role(row["role"])})


SANDBOX_PARTNERS = tuple(_partner(row) for row in structures.PARTNERS)
