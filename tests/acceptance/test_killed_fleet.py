"""Machines that share a ledger on PostgreSQL, killed at random: what comes out is what one gate left alone gives."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.postgres import postgres_url  # noqa: F401 - a fixture
from torture.deposits import FIRST, first_deposits, some_deposits
from torture.disturbing import undisturbed
from torture.fleet import Fleet, disturb
from torture.outcome import Flaws, differences, outcome, unordered

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = float(os.environ.get("EDIGATE_FLEET_SECONDS", "12"))
FLOWS = int(os.environ.get("EDIGATE_FLEET_FLOWS", "120"))
SEED = int(os.environ.get("EDIGATE_FLEET_SEED", str(time.time_ns() % 1_000_000)))


@pytest.mark.slow
def test_machines_killed_at_random_give_what_one_gate_gives(
    tmp_path: Path,
    postgres_url: str,  # noqa: F811
) -> None:
    """Two that do everything, one that only decides: every deposit is decided, reported and handed out once.

    EDIGATE_FLEET_SECONDS makes it longer, EDIGATE_FLEET_SEED repeats the deposits and the choices of a run.
    """
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    chance = random.Random(SEED)
    deposits = some_deposits(FLOWS, chance)
    first = first_deposits()
    expected = undisturbed(tmp_path / "undisturbed", deposits)
    fleet = Fleet(tmp_path / "fleet", postgres_url, 3, first)
    with fleet.collecting():
        killed = disturb(fleet, deposits, chance, SECONDS)
    result, flaws = outcome(fleet)
    print(dict(killed))  # noqa: T201

    everything = [*first, *deposits]
    spoken_of = {number for numbers in FIRST.values() for number in numbers}
    assert flaws == Flaws()
    assert differences(unordered(expected, everything, spoken_of), unordered(result, everything, spoken_of)) == ([], [])
    assert killed.total() > 0
