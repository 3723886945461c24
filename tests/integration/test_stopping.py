"""Being told to end: in time, even where the batch in hand takes longer; and partners who take turns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import structlog
from structlog.testing import capture_logs

from edigate.app import open_gate
from edigate.engine.local import Local
from edigate.engine.stopping import told_to_end
from edigate.ledger.tables import flows, runs
from edigate.sandbox.flows import flow_name
from tests.integration.wrong import PATIENCE, Place, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.tally import Tally


# A gate whose workers, being examining, never come to an end.
ENDLESS = """
import signal
from edigate.engine import worker
from edigate.__main__ import main

def examine(*_):
    while True:
        signal.pause()

worker.examine = examine
if __name__ == "__main__":
    main()
"""


def begun(place: Place) -> bool:
    """Whether the gate is at work on a flow."""
    return any(int(run["attempts"]) for run in place.rows(runs))


def start(place: Place) -> subprocess.Popen[bytes]:
    """`edigate run` in a group of its own, with workers that come to no end."""
    program = place.root.parent / "endless.py"
    program.write_text(ENDLESS, encoding="utf-8")
    with (place.root / "log").open("ab") as log:
        command = [sys.executable, str(program), "--gate", str(place.root), "run"]
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def settings(place: Place, table: str) -> None:
    """Add to the gate's settings."""
    path = place.root / "edigate.toml"
    path.write_text(path.read_text().replace("[engine]", f"[engine]\n{table}"))


@pytest.mark.parametrize("how", ["out of time", "a second Ctrl-C"])
def test_a_gate_that_is_told_to_end_does_not_outstay_its_time(tmp_path: Path, how: str) -> None:
    """It ends as it stands with 0, and says so; the next one finishes what it began, once."""
    place = Place(tmp_path / "gate")
    settings(place, "stop_seconds = 0.3" if how == "out of time" else "stop_seconds = 600")
    name = place.drop()
    process = start(place)
    eventually(lambda: begun(place))
    process.send_signal(signal.SIGTERM if how == "out of time" else signal.SIGINT)
    if how == "a second Ctrl-C":
        eventually(lambda: "gate.stopping" in place.log())
        process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    eventually(lambda: not group_lives(process.pid))

    assert "gate.cut_short" in place.log()
    assert place.verdicts() == [(name, "in_progress")]
    place.round()
    assert place.verdicts() == [(name, "integrated")]
    assert (place.published(), len(place.offered("JMRPOR", "CSO"))) == (True, 1)
    assert place.edigate("balance").returncode == 0


def test_that_the_gate_ends_is_said_before_it_does() -> None:
    """Whatever stopping says comes after it in the log."""
    structlog.reset_defaults()  # another test may have let through errors only
    stopped, said = threading.Event(), list[str]()
    with capture_logs() as logs:

        def stop() -> None:
            said.extend(entry["event"] for entry in logs)
            stopped.set()

        with told_to_end(stop, PATIENCE):
            os.kill(os.getpid(), signal.SIGTERM)
            assert stopped.wait(PATIENCE)
    assert said == ["gate.stopping"]


def group_lives(group: int) -> bool:
    """Whether any process of the gate is left, workers included."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_ten_thousand_files_of_one_partner_keep_anothers_one_waiting_for_a_few_batches_only(tmp_path: Path) -> None:
    """Dropped when the first thousand are still being worked off, it is decided before six more batches are."""
    place = Place(tmp_path / "gate", batch=50)
    folder = place.root / "inbox" / "JMRPOR"
    for number in range(10_000):
        (folder / f"stray {number}").write_bytes(b"<a/>")
    gate = open_gate(place.root)
    seen: list[int] = []
    late = ""

    def progress(tally: Tally, _waiting: int) -> None:
        nonlocal late
        decided = tally.verdicts.total()
        if decided >= 1_000 and not late:
            late = place.drop(partner="ABC123", name=flow_name("FSO1116A", "ABC123", 1))
            seen.append(decided)
        if len(seen) == 1 and any(decision.case.name == late for decision in tally.decisions):
            seen.append(decided)
            local.stop()

    local = Local(gate, progress=progress)
    local.run_once()
    gate.ledger.dispose()

    before, after = seen
    assert after - before <= 6 * 50
    assert [row["name"] for row in place.rows(flows) if row["partner"] == "ABC123"] == [late]


def test_a_gate_that_is_run_once_and_again_does_its_chores_too(tmp_path: Path) -> None:
    """What nobody collected in time is purged, as a gate that runs on would."""
    place = Place(tmp_path / "gate")
    path = place.root / "edigate.toml"
    path.write_text(path.read_text().replace("[outbox]", "[outbox]\npurge_days = 7"))
    place.drop()
    assert place.edigate("run", "--once").returncode == 0
    (report,) = place.offered("JMRPOR", "CSO")
    assert place.edigate("run", "--once", "--now", "+8d").returncode in {0, 1}
    assert not report.exists()
