"""A short torture of the gate, on all that this machine allows; `make torture` is the long one."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.openssh import SSHD
from torture.arming import REACHED
from torture.campaign import KINDS, Terms, Told, run
from torture.deposits import first_deposits, some_deposits
from torture.outcome import differences, outcome
from torture.points import FAULTS, POINTS
from torture.running import Running, work_off
from torture.servers import elsewhere, move_out
from torture.site import SETTINGS, Site

if TYPE_CHECKING:
    from pathlib import Path

SEED = int(os.environ.get("EDIGATE_TORTURE_SEED", str(time.time_ns() % 1_000_000)))
FEW = 24


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a short campaign has to say: some faults by name, several hardships at once, a full disk."""
    faults = random.Random(SEED).sample(sorted(FAULTS), FEW)
    terms = Terms(SEED, 12, 48, 3, kinds=("faults", "mixed", "disk"), faults=faults)
    return run(terms, tmp_path_factory.mktemp("torture") / "gates")


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_under_torture(told: Told) -> None:
    """What comes of the deposits is what comes of them in a gate left alone, and whatever was ordered came.

    EDIGATE_TORTURE_SEED repeats the deposits and the choices of a run.
    """
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails

    assert (told.lost, told.doubled, told.counts.flaws, told.counts.unfired) == ([], [], [], [])
    assert told.counts.kills.total() > 0
    assert told.counts.faults.total() > 0
    assert told.flows == 48 * len(told.rounds)


@pytest.mark.slow
@pytest.mark.parametrize("hardship", ["sftp", "disk", "unwritable_folders"])
def test_the_gate_was_tortured_by_what_takes_more_than_an_account(told: Told, hardship: str) -> None:
    """OpenSSH's server, the right to mount a small disk, immutable folders: what is missing here is skipped aloud."""
    reason = (told.skipped | told.counts.left_out).get(hardship)
    if reason:
        pytest.skip(reason)


@pytest.mark.slow
@pytest.mark.skipif(SSHD is None, reason="no OpenSSH server here (Debian, Ubuntu: openssh-server)")
def test_every_point_lies_on_a_gates_way(tmp_path: Path) -> None:
    """A gate that works off deposits, its own and those at a server, passes each: no fault is one that cannot come."""
    marks = tmp_path / "marks"
    marks.mkdir()
    deposits = some_deposits(60, random.Random(1))
    site = Site(tmp_path / "gate", first_deposits(), SETTINGS + "[sftp]\npoll_seconds = 0.2\n")
    with elsewhere(tmp_path / "sshd") as there:
        move_out(site, there)
        command = ("torture.gate", "--marks", str(marks))
        with site.collecting():
            # Many at once are synced together, a lone one by itself.
            site.drop(deposits[:-1])
            work_off(Running(site, command), len(deposits) - 1)
            site.drop(deposits[-1:])
            work_off(Running(site, command), len(deposits))
    reached = {path.name.removeprefix(REACHED) for path in marks.iterdir()}

    assert reached == {point.name for point in POINTS}


def test_a_deadly_fault_comes_once_and_kills(tmp_path: Path) -> None:
    """At the call that was ordered; a gate that is started again with the same marks is spared."""
    marks = tmp_path / "marks"
    marks.mkdir()
    site = Site(tmp_path / "gate")
    command = ("torture.gate", "--marks", str(marks), "--fault", "try-now.after.kill")
    first = Running(site, command)
    assert first.bury() == -signal.SIGKILL
    assert (marks / "try-now.after.kill").exists()
    again = Running(site, command)
    work_off(again, 0)

    assert again.process.returncode == 0


def test_what_is_lost_or_doubled_is_seen(tmp_path: Path) -> None:
    """A file that a partner never got, one that he got twice, a deposit that is not in the archive: each is told."""
    deposits = some_deposits(12, random.Random(3))
    site = Site(tmp_path / "gate", [])
    site.drop(deposits)
    with site.collecting():
        work_off(Running(site), len(deposits))
    expected, _ = outcome(site)
    report = next(site.collected.glob("JMRPOR/CSO*"))
    archived = next(path for path in site.root.glob("archive/*/*") if path.is_file())
    site.twice.append(report.name)
    report.unlink()
    archived.unlink()
    found, flaws = outcome(site)
    missing, too_much = differences(expected, found)

    assert sorted(one.partition(":")[0] for one in missing) == ["archived", "reports"]
    assert too_much == []
    assert flaws.twice == [report.name]
    assert flaws.altered != []


def test_every_kind_of_round_has_hardships_or_faults() -> None:
    """One kind alone has none: that of the faults with names."""
    assert [name for name, kind in KINDS.items() if not kind.hardships and not kind.fleet] == ["faults"]
