"""Three machines as network namespaces: one is cut off in the middle of its work, another killed; nothing is lost."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.postgres import Postgres
from torture.deposits import FIRST, first_deposits, some_deposits
from torture.disturbing import undisturbed, waves_of
from torture.fleet import Fleet, at_work, finish
from torture.network import network
from torture.outcome import Flaws, differences, outcome, unordered
from torture.trial import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torture.network import Network

FLOWS = int(os.environ.get("EDIGATE_CUT_FLOWS", "90"))
SEED = int(os.environ.get("EDIGATE_CUT_SEED", str(time.time_ns() % 1_000_000)))
ROLES = ("intake,work,deliver", "intake,work,deliver", "intake,work,deliver")
LONGER_THAN_ANYBODY_WAITS = 20.0


@pytest.fixture
def hosts() -> Iterator[Network]:
    """Three machines on a switch, or a word why there can be none here."""
    try:
        with network(3) as laid:
            yield laid
    except Unavailable as why:
        pytest.skip(str(why))


@pytest.mark.slow
def test_a_machine_cut_off_in_the_middle_of_its_work_and_one_killed(tmp_path: Path, hosts: Network) -> None:
    """The others decide and deliver what was theirs; back on the network it goes on, and nothing is done twice."""
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    chance = random.Random(SEED)
    deposits, first = some_deposits(FLOWS, chance), first_deposits()
    expected = undisturbed(tmp_path / "undisturbed", deposits)
    with Postgres(listen=(hosts.gateway,)) as server:
        fleet = Fleet(tmp_path / "fleet", server.fresh(), 3, first)
        inside = [hosts.inside(host) for host in hosts.hosts]
        with fleet.collecting(), at_work(fleet, ROLES, inside) as machines:
            machines.begin()
            waves = waves_of(deposits)
            half = len(waves) // 2
            for wave in waves[:half]:
                fleet.drop(wave)
            time.sleep(chance.random())
            hosts.cut(2)
            machines.kill(2, "all", chance)
            for wave in waves[half:]:
                fleet.drop(wave)
            time.sleep(LONGER_THAN_ANYBODY_WAITS)
            hosts.mend(2)
            finish(fleet, machines, len(deposits))
        result, flaws = outcome(fleet)

    everything = [*first, *deposits]
    spoken_of = {number for numbers in FIRST.values() for number in numbers}
    assert flaws == Flaws()
    assert differences(unordered(expected, everything, spoken_of), unordered(result, everything, spoken_of)) == ([], [])
