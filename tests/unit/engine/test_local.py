"""The local engine: rounds, pauses, signals, and what it keeps and clears away."""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import delete, update

from edigate.engine import local as local_module
from edigate.engine import tally as tally_module
from edigate.engine.arrivals import Arrivals
from edigate.engine.decisions import settle
from edigate.engine.local import Local
from edigate.engine.lock import Held
from edigate.intake.folder import Look
from edigate.ledger import notes
from edigate.ledger.archive import ARRIVING
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, flows, runs
from edigate.ledger.tables import notes as notes_table
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.flows import flow_name
from tests.at_work import at_work
from tests.hands import Hands
from tests.synced import synced_from_here
from tests.unit.engine.steps import book, delivery_states, rows, spool, states
from tests.unit.engine.test_decisions import make_endless

if TYPE_CHECKING:
    from pathlib import Path

    from edigate.engine.gate import Gate

PATIENCE = 60
HOLDS = """
import sys, time
from pathlib import Path
from edigate.engine.lock import held
with held(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


def deposit(gate: Gate, number: int, content: bytes | None = None, interface: str = "FSO1106A") -> str:
    """Drop one file into JMRPOR's inbox."""
    name = flow_name(interface, "JMRPOR", number)
    (gate.places.inbox / "JMRPOR" / name).write_bytes(cii(Draft(f"L-{number}")) if content is None else content)
    return name


def with_settings(gate: Gate, table: str, **values: object) -> Gate:
    """The gate with other settings."""
    changed = getattr(gate.settings, table)._replace(**values)
    return replace(gate, settings=gate.settings._replace(**{table: changed}))


def test_a_file_of_holes_is_told_by_its_size_and_holds_nobody_up(gate: Gate) -> None:
    """To read terabytes of nothing takes hours; another flow that is too large is archived and refused by a report."""
    gate = with_settings(gate, "limits", flow_bytes=1_000_000)
    hollow, large, sound = (
        deposit(gate, 1, b"<a>"),
        deposit(gate, 2, b"<a>" + b" " * 1_000_000 + b"</a>"),
        deposit(gate, 3),
    )
    with (gate.places.inbox / "JMRPOR" / hollow).open("r+b") as file:
        file.seek(1 << 40)
        file.write(b"</a>")
    tally = Local(gate).run_once()

    assert [(trouble.path.name, trouble.reason) for trouble in tally.troubles] == [(hollow, "inbox.hollow_file")]
    assert {row["name"]: row["verdict"] for row in rows(gate, flows)} == {large: "inadmissible", sound: "integrated"}
    assert [path.name for path in (gate.places.inbox / "JMRPOR").iterdir()] == [hollow]


def test_the_folders_of_a_new_gate_outlive_a_power_cut(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is synced in its archive and its outbox would go with them otherwise."""
    for folder in (gate.places.archive, gate.places.outbox):
        shutil.rmtree(folder)
    synced = synced_from_here(monkeypatch)
    Local(gate).run_once()

    assert gate.places.root in synced


def test_a_round_works_off_what_is_there(gate: Gate) -> None:
    """More than one batch, each decision counted and kept without its documents."""
    gate = with_settings(gate, "intake", batch_flows=2)
    names = [deposit(gate, number) for number in range(5)]
    tally = Local(gate).run_once()

    assert (tally.booked, dict(tally.verdicts), tally.held, tally.waiting) == (5, {"integrated": 5}, 0, [])
    assert [decision.case.name for decision in tally.decisions] == names
    assert all(one.invoice.pivot is None for decision in tally.decisions for one in decision.invoices)
    assert not any(decision.case.examination.invoices for decision in tally.decisions)


def test_of_two_with_one_number_the_first_wins_whatever_batch_it_is_in(gate: Gate) -> None:
    """They are examined at once, and settled in their order."""
    gate = with_settings(gate, "intake", batch_flows=1)
    names = [deposit(gate, number, cii(Draft(f"L-{number % 3}"))) for number in range(9)]
    tally = Local(gate).run_once()

    assert [(decision.case.name, decision.verdict) for decision in tally.decisions] == [
        (name, "integrated" if number < 3 else "rejected") for number, name in enumerate(names)
    ]


def test_what_a_worker_dies_over_keeps_its_place(gate: Gate) -> None:
    """What comes behind is given to the workers while a batch is handed over, but not where that left something."""
    gate = with_settings(with_settings(gate, "intake", batch_flows=2), "engine", examine_seconds=1)
    same = cii(Draft("TWICE"))
    endless, first, second, other = book(gate, None, same, same, None)
    make_endless(gate, endless)
    Local(gate).run_once()

    assert states(gate) == {endless: "held", first: "decided", second: "decided", other: "decided"}
    verdicts = {str(row["name"]): row["verdict"] for row in rows(gate, flows)}
    assert (verdicts[first], verdicts[second]) == ("integrated", "rejected")


def test_only_the_last_decisions_are_kept(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that runs for weeks does not grow with all that it decided."""
    monkeypatch.setattr(tally_module, "KEPT", 3)
    for number in range(5):
        deposit(gate, number)
    tally = Local(gate).run_once()

    assert (len(tally.decisions), tally.verdicts.total()) == (3, 5)


def test_what_was_set_aside_is_cleared_away(gate: Gate) -> None:
    """Pivots that were too large for memory leave no file behind."""
    file = DraftAttachment(
        "f.pdf", "application/pdf", tiny_pdf("x") + random.Random(1).randbytes(400_000), type_code="01"
    )
    deposit(gate, 1, cii(Draft("LARGE", attachments=(file,))), "FSO1116A")
    tally = Local(gate).run_once()

    assert dict(tally.verdicts) == {"integrated": 1}
    assert max(path.stat().st_size for path in gate.places.outbox.glob("SEI001/*")) > 400_000
    assert [path for path in gate.places.work.iterdir() if path.suffix != ".current"] == []


def test_a_start_clears_what_an_earlier_one_left(gate: Gate) -> None:
    """Private files of runs, and copies into the archive that were never finished."""
    (gate.places.work / "run-1").write_text("x")
    (gate.places.archive / ARRIVING).mkdir()
    (gate.places.archive / ARRIVING / "half").write_text("x")
    Local(gate).run_once()

    assert not (gate.places.work / "run-1").exists()
    assert not (gate.places.archive / ARRIVING).exists()


def test_a_start_tries_what_failed_at_once(gate: Gate) -> None:
    """Whoever mended an outbox need not wait for the pause to pass."""
    (gate.places.outbox / "SEI001").write_text("in the way")
    deposit(gate, 1)
    Local(gate).run_once()
    assert delivery_states(gate).count("planned") == 1
    (gate.places.outbox / "SEI001").unlink()
    Local(gate).run_once()

    assert set(delivery_states(gate)) == {"published"}


def test_a_file_in_an_inboxs_place_leaves_the_others(gate: Gate) -> None:
    """It is told with its path, and the other partners' flows are taken."""
    (gate.places.inbox / "ABC123").rmdir()
    (gate.places.inbox / "ABC123").write_text("in the way")
    deposit(gate, 1)
    tally = Local(gate).run_once()

    assert tally.booked == 1
    assert [(trouble.path.name, trouble.reason) for trouble in tally.troubles] == [("ABC123", "inbox.stray_file")]


def test_inboxes_removed_by_hand_are_made_again(gate: Gate) -> None:
    """Even the folder that holds them all."""
    for folder in gate.places.inbox.iterdir():
        folder.rmdir()
    gate.places.inbox.rmdir()
    Local(gate).run_once()

    assert (gate.places.inbox / "JMRPOR").is_dir()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_round_after_the_batch_in_hand(gate: Gate, number: signal.Signals) -> None:
    """What was taken in is finished, the rest stays where it is, and the signal means again what it meant before."""
    gate = with_settings(gate, "intake", batch_flows=2)
    for each in range(20):
        deposit(gate, each)
    before = signal.getsignal(number)
    sent: list[signal.Signals] = []

    def send_once(*_: object) -> None:
        if not sent:
            sent.append(number)
            os.kill(os.getpid(), number)

    tally = Local(gate, progress=send_once).run_once()

    left = len(list(gate.places.inbox.glob("JMRPOR/*")))
    assert (tally.booked, tally.verdicts.total()) == (20 - left, 20 - left)
    assert left >= 10
    assert set(tally.waiting) <= {str(path) for path in gate.places.inbox.glob("JMRPOR/*")}
    assert set(states(gate).values()) == {"decided"}
    assert set(delivery_states(gate)) == {"published"}
    assert signal.getsignal(number) == before


def test_a_gate_can_be_run_beside_the_main_thread(gate: Gate) -> None:
    """Signals are the main thread's; whoever started the gate stops it."""
    gate = with_settings(gate, "intake", rescan_seconds=0.1)
    with at_work(Local(gate)) as local:
        deposit(gate, 1)
        until = time.monotonic() + PATIENCE
        while not local.tally.published and time.monotonic() < until:
            time.sleep(0.01)

    assert local.tally.published == 3


def test_a_round_that_fails_is_followed_by_the_next(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a step meets, a running gate goes on after a pause, and loses nothing.

    Of the attempts only that one is counted which may have failed over the flow.
    """
    monkeypatch.setattr(local_module, "PAUSE_AFTER_TROUBLE", 0.01)
    local, failures = Local(gate), [OSError(28, "No space left"), KeyError("ours")]

    def fails_twice(*args: object) -> object:
        if failures:
            raise failures.pop()
        return settle(*args)  # type: ignore[arg-type]

    def stop_when_done(*_: object) -> None:
        if delivery_states(gate) and set(delivery_states(gate)) == {"published"}:
            local.stop()

    monkeypatch.setattr(local_module, "settle", fails_twice)
    local._progress = stop_when_done  # noqa: SLF001 - the test ends the gate from within
    deposit(gate, 1)
    tally = local.run()

    assert (dict(tally.verdicts), [row["attempts"] for row in rows(gate, runs)]) == ({"integrated": 1}, [2])


class Stuck(Arrivals):
    """Arrivals that cannot be taken in once something has been, until somebody mends the disk."""

    mended = False
    times = 0

    def take_in(self, *, looking: bool = False) -> int:
        """Raise what a failing disk does."""
        if self._tally.booked and not Stuck.mended:
            Stuck.times += 1
            raise OSError(errno.EIO, "Input/output error")
        return super().take_in(looking=looking)


def test_what_was_taken_in_is_decided_while_nothing_more_can_be(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that lets no deposit in for twenty rounds and more stops nobody who is in, and counts as no attempt."""
    monkeypatch.setattr(local_module, "PAUSE_AFTER_TROUBLE", 0.05)
    monkeypatch.setattr(local_module, "Arrivals", Stuck)
    monkeypatch.setattr(Stuck, "times", 0)
    monkeypatch.setattr(Stuck, "mended", False)
    gate = with_settings(with_settings(gate, "intake", batch_flows=2), "engine", held_retry_seconds=0.1)
    for number in range(6):
        deposit(gate, number)
    with at_work(Local(gate)):
        until = time.monotonic() + PATIENCE
        while (list(states(gate).values()), Stuck.times > 20) != (["decided"] * 2, True):
            assert time.monotonic() < until
            time.sleep(0.01)
        Stuck.mended = True
        while list(states(gate).values()) != ["decided"] * 6 and time.monotonic() < until:
            time.sleep(0.05)

    found = rows(gate, runs)
    assert [row["attempts"] for row in found] == [1] * 6
    assert not any(row["hold_reason"] for row in found)


def test_a_single_round_that_can_take_nothing_in_fails_once_all_is_decided(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever started it is told, and what was taken in by then is decided and handed over."""
    monkeypatch.setattr(local_module, "Arrivals", Stuck)
    gate = with_settings(gate, "intake", batch_flows=2)
    for number in range(4):
        deposit(gate, number)
    with pytest.raises(OSError, match="Input/output"):
        Local(gate).run_once()

    assert (list(states(gate).values()), set(delivery_states(gate))) == (["decided"] * 2, {"published"})


def pause_of(gate: Gate, look: Look) -> float:
    """How long a gate that has nothing to do would wait."""
    return Local(gate)._pause(look)  # noqa: SLF001 - what its loop goes by


def test_a_pause_ends_when_something_is_due(gate: Gate) -> None:
    """The next rescan, the end of a quiet period, a held flow's next try or a failed delivery's, whichever is first."""
    assert pause_of(gate, Look()) == gate.settings.intake.rescan_seconds
    assert pause_of(gate, Look(next_in=1.5)) == 1.5

    deposit(gate, 1)
    Local(gate).run_once()
    (name,) = book(gate, None)
    now = gate.clock()
    gate = replace(gate, clock=lambda: now)
    for table, column, seconds in ((runs, "due_at", 20), (deliveries, "next_try_at", 10)):
        soon = stamp(gate.clock() + dt.timedelta(seconds=seconds))
        with writing(gate.ledger) as connection:
            connection.execute(update(deliveries).values(state="planned"))
            connection.execute(update(table).values({column: soon}))
        assert pause_of(gate, Look()) == seconds
    assert name in states(gate)


def test_what_becomes_due_while_the_gate_is_busy_waits_for_no_rescan(gate: Gate) -> None:
    """Its hour, or the end of a rest, may pass between the last look and the pause, however long that takes."""
    hands = Hands()
    engine = Local(replace(gate, clock=hands.clock))
    engine.run_once()
    book(gate, None)
    with writing(gate.ledger) as connection:
        connection.execute(update(runs).values(due_at=stamp(hands.clock() + dt.timedelta(seconds=1))))
    hands.move(20)
    assert engine._pause(Look()) == 0  # noqa: SLF001 - what its loop goes by

    other = Local(gate)
    other._taking.rest(0)  # noqa: SLF001 - as after trouble
    assert other._pause(Look()) == 0  # noqa: SLF001 - what its loop goes by


def test_an_engine_works_again_after_it_has_ended(gate: Gate) -> None:
    """As those do who live through days at a time: each time it takes in, and ends, as if it were new."""
    engine = Local(gate)
    for serial in (1, 2):
        deposit(gate, serial)
        assert engine.run_once().booked == serial


def test_a_second_gate_on_the_folder_is_refused(gate: Gate, tmp_path: Path) -> None:
    """Neither a round nor a gate that watches starts while another process holds it."""
    lock = tmp_path / "ledger.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, lock], stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    for work in (Local(gate).run_once, Local(gate).run, Local(gate).work_off_due):
        with pytest.raises(Held, match=rf"another gate holds this folder \(process {holder.pid}\)"):
            work()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    Local(gate).run_once()


def test_what_is_due_is_worked_off_without_taking_deposits(gate: Gate) -> None:
    """As a replay asks when no gate runs."""
    (name,) = book(gate, None)
    deposit(gate, 999)
    tally = Local(gate).work_off_due()

    assert (states(gate), tally.booked) == ({name: "decided"}, 0)
    assert len(list(gate.places.inbox.glob("JMRPOR/*"))) == 1


def test_without_a_directory_flows_wait_and_go_on_by_themselves(gate: Gate) -> None:
    """A held flow is tried again after its pause, in the same round of a gate that watches."""
    gate = with_settings(gate, "engine", held_retry_seconds=0.2)
    gate = with_settings(gate, "intake", rescan_seconds=30)
    with writing(gate.ledger) as connection:
        version = str(notes.read(connection, "directory_version"))
        connection.execute(delete(notes_table))
    deposit(gate, 1)
    with at_work(Local(gate)) as local:
        until = time.monotonic() + PATIENCE
        while not local.tally.held and time.monotonic() < until:
            time.sleep(0.01)
        with writing(gate.ledger) as connection:
            notes.write(connection, "directory_version", version)
        while not local.tally.published and time.monotonic() < until:
            time.sleep(0.01)

    assert (list(states(gate).values()), local.tally.published) == (["decided"], 3)


def test_what_an_earlier_gate_left_is_told_at_the_start(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """Claimed files, runs and outgoing files, each counted; where nothing was left nothing is said."""
    structlog.reset_defaults()  # another test may have let through errors only
    spool(gate)
    book(gate, None)
    spool(gate)
    Local(gate).run_once()
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "gate.recovered" in line]
    assert all(part in told for part in ("claims=1", "runs=2", "files=0"))
    Local(gate).run_once()
    assert "gate.recovered" not in capsys.readouterr().out
