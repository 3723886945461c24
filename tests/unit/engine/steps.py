"""Deposits and the gate's steps, one at a time."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.engine import deposits
from edigate.engine.pool import Pool
from edigate.engine.worker import Charge
from edigate.ledger.tables import deliveries, flows, runs
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table

    from edigate.engine.gate import Gate

_numbers = count(1)


def a_charge(gate: Gate, seconds: int = 60, work: Path | None = None) -> Charge:
    """What the workers of this gate are told."""
    places = gate.places
    return Charge(
        archive=gate.archive,
        storage=gate.storage,
        directory=places.directory,
        work=work or places.work,
        interfaces=dict(gate.interfaces),
        schemas=gate.schemas,
        site_schemas=dict(gate.site_schemas),
        rules=gate.settings.for_rules(),
        seconds=seconds,
    )


def a_pool(gate: Gate, seconds: int = 60) -> Pool:
    """One worker."""
    return Pool(a_charge(gate, seconds), 1)


def spool(gate: Gate, content: bytes | None = None, *, partner: str = "JMRPOR", name: str = "") -> str:
    """Put a claimed file into the spool, as claiming leaves it; returns its name."""
    number = next(_numbers)
    name = name or flow_name("FSO1106A", partner, number)
    folder = gate.places.spool / partner / f"{number:028x}"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(cii(Draft(f"ST-{number}")) if content is None else content)
    return name


def book(gate: Gate, *contents: bytes | None) -> list[str]:
    """Book one deposit per content (None for a sound one) and return their names."""
    names = [spool(gate, content) for content in contents]
    deposits.book(gate)
    return names


def rows(gate: Gate, table: Table) -> list[dict[str, object]]:
    """All of a table, by id."""
    with gate.ledger.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


def states(gate: Gate) -> dict[str, str]:
    """The state of each flow, by its name."""
    return {str(row["name"]): str(row["state"]) for row in rows(gate, flows)}


def run_states(gate: Gate) -> list[str]:
    """The states of the runs, in the order of their ids."""
    return [str(row["state"]) for row in rows(gate, runs)]


def delivery_states(gate: Gate) -> list[str]:
    """The states of the deliveries, in their order."""
    return [str(row["state"]) for row in rows(gate, deliveries)]
