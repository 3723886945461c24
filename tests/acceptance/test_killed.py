"""A gate killed at random instants gives what one left alone gives: nothing lost, decided or handed out twice."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from torture.deposits import FIRST, first_deposits, some_deposits
from torture.disturbing import disturb, undisturbed
from torture.outcome import Flaws, outcome
from torture.site import SETTINGS, Site

if TYPE_CHECKING:
    from pathlib import Path

    from torture.deposits import Deposit
    from torture.outcome import Result

SECONDS = float(os.environ.get("EDIGATE_KILL_SECONDS", "10"))
FLOWS = int(os.environ.get("EDIGATE_KILL_FLOWS", "240"))
SEED = int(os.environ.get("EDIGATE_KILL_SEED", str(time.time_ns() % 1_000_000)))


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Deposit], Result]:
    """Deposits, and what becomes of them in a gate left alone."""
    deposits = some_deposits(FLOWS, random.Random(SEED))
    return deposits, undisturbed(tmp_path_factory.mktemp("undisturbed") / "gate", deposits)


@pytest.mark.slow
@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_a_gate_killed_at_random_gives_the_same_as_one_left_alone(
    tmp_path: Path, load: tuple[list[Deposit], Result], durability: str
) -> None:
    """Main process, whole group or one worker: every deposit is decided, reported and handed out once, as it would be.

    Whatever its durability: what a killed process has written stays written.

    Statuses are taken and told once, deadlines pass once, pivots without a receipt are offered once more.

    EDIGATE_KILL_SECONDS makes it longer, EDIGATE_KILL_SEED repeats the deposits and the kills of a run.
    """
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    deposits, expected = load
    site = Site(tmp_path / "disturbed", first_deposits(), f'{SETTINGS}durability = "{durability}"\n')
    with site.collecting():
        killed = disturb(site, deposits, random.Random(f"{SEED} {durability}"), SECONDS)
    result, flaws = outcome(site)
    print(dict(killed))  # noqa: T201

    assert flaws == Flaws()
    assert result == expected
    assert set(result.reports.values()) == {1}
    depositors = {one.partner for one in deposits} - FIRST.keys()
    reported = Counter(partner for partner, *_ in result.reports.elements())
    everything = [*site.first, *deposits]
    assert {partner: reported[partner] for partner in depositors} == Counter(
        one.partner for one in everything if one.partner in depositors
    )
    assert result.archived == Counter({sha256(content).hexdigest() for _, _, content, _ in everything})
    assert result.alerts == {"validator.silent": 3}
    assert site.twice, "no pivot was offered again"
    assert min(killed["all"], killed["main"], killed["one"]) > 0
