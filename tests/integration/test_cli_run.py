"""`edigate run` and `edigate demo`: the gate at work, as somebody at a terminal or a service manager meets it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.domain.partners import Partner, Role
from edigate.engine.lock import held
from edigate.founding import found
from edigate.ledger import partners, queries
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.sandbox import fill
from edigate.sandbox.cases import CASES
from edigate.sandbox.flows import demo_flows
from tests.command import edigate
from tests.ledgers import found_gate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edigate.sandbox.flows import DemoFlow

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
# A terminal's Ctrl-C is heard, also where whoever runs the tests ignores it; from when `main` hears it, a line says so.
STARTING = """
import signal, sys, time
from edigate.__main__ import main

block = signal.pthread_sigmask

def begun(*how):
    signal.pthread_sigmask = block
    heard = block(*how)
    print(flush=True)
    while at_once and signal.SIGINT not in signal.sigpending():
        time.sleep(0.01)
    return heard

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.pthread_sigmask = begun
at_once = sys.argv.pop(1) == "0.0"
main()
"""
QUICK = "[intake]\nquiet_seconds = 0\n[engine]\nworkers = 1\n"


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """A sandbox gate that needs no quiet period, with nothing deposited."""
    gate = found_gate(tmp_path / "gate")
    fill.install(gate, actor="test")
    (tmp_path / "gate" / "edigate.toml").write_text(QUICK, encoding="utf-8")
    return tmp_path / "gate"


def drop(gate: Path, flows: Sequence[DemoFlow]) -> None:
    """Put flows into the inboxes."""
    for flow in flows:
        (gate / "inbox" / flow.partner / flow.name).write_bytes(flow.content)


def verdicts(gate: Path) -> dict[str, str]:
    """What the ledger says of every flow, by file name."""
    with open_gate(gate).ledger.connect() as connection:
        return {row["name"]: row["verdict"] for row in queries.list_flows(connection, queries.Wanted())}


def test_once_works_off_what_is_there_and_sums_up(sandbox: Path) -> None:
    """Refused flows are the gate's daily work: the summary counts them, and the exit status is 0."""
    flows = [flow for flow in demo_flows(1, TODAY) if flow.expected in {"integrated", "inadmissible"}][-9:]
    drop(sandbox, flows)
    told = edigate("run", "--once", cwd=sandbox)
    assert told.returncode == 0
    assert verdicts(sandbox) == {flow.name: flow.expected for flow in flows}
    refused = sum(flow.expected == "inadmissible" for flow in flows)
    assert re.search(rf"^ inadmissible +{refused} ", told.stdout, re.MULTILINE)
    assert re.search(rf"^ integrated +{len(flows) - refused} ", told.stdout, re.MULTILINE)
    assert "flow.decided" in told.stderr


def test_once_with_nothing_to_do_says_so(sandbox: Path) -> None:
    """Empty inboxes are no error."""
    told = edigate("run", "--once", cwd=sandbox)
    assert (told.returncode, told.stdout) == (0, "Nothing to do: nothing waits.\n")
    assert edigate("run", "--once", "--lang", "fr", cwd=sandbox).stdout == "Rien à faire : rien n'attend.\n"


def test_what_stands_in_the_way_is_told_with_its_remedy(sandbox: Path) -> None:
    """What cannot be taken is named, with what to do, and makes the exit status 1; the rest goes on."""
    flow = demo_flows(1, TODAY)[0]
    drop(sandbox, [flow])
    (sandbox / "inbox" / "stray.xml").write_bytes(b"<a/>")
    (sandbox / "inbox" / "ZZZ999").mkdir()
    (sandbox / "inbox" / "JMRPOR" / "folder").mkdir()
    (sandbox / "inbox" / "JMRPOR" / "growing.xml").write_bytes(b"<invoice><unfinished>")
    told = edigate("run", "--once", cwd=sandbox)
    assert told.returncode == 1
    assert verdicts(sandbox) == {flow.name: "integrated"}
    text = " ".join(told.stdout.split())
    assert "inbox/stray.xml lies beside the partners' folders" in text
    assert "inbox/ZZZ999 belongs to no partner: add it with `edigate partners add`" in text
    assert "inbox/JMRPOR/folder is no regular file" in text
    assert "inbox/JMRPOR/growing.xml: not whole yet" in text
    assert (sandbox / "inbox" / "JMRPOR" / "growing.xml").exists()


def test_an_outbox_that_takes_no_file_is_told_and_tried_again(sandbox: Path) -> None:
    """A file that cannot be handed over is named with the reason; the next run hands it over."""
    flow = demo_flows(1, TODAY)[0]
    drop(sandbox, [flow])
    (sandbox / "edigate.toml").write_text(f"{QUICK}[outbox]\nretry_seconds = 0.1\n", encoding="utf-8")
    (sandbox / "outbox" / "JMRPOR").write_bytes(b"a file where a folder should be")
    told = edigate("run", "--once", cwd=sandbox)
    assert told.returncode == 1
    assert "could not be handed over" in told.stdout
    assert verdicts(sandbox) == {flow.name: "integrated"}
    (sandbox / "outbox" / "JMRPOR").unlink()
    time.sleep(0.2)
    assert edigate("run", "--once", cwd=sandbox).returncode == 0
    assert any(path.name.startswith("CSO1106A") for path in (sandbox / "outbox" / "JMRPOR").iterdir())


def test_a_flow_that_must_wait_makes_the_exit_status_1(tmp_path: Path) -> None:
    """Without a directory nothing can be decided: the flow is held, and the summary says where to look."""
    gate = found(tmp_path, "CPP001")
    (tmp_path / "edigate.toml").write_text(QUICK, encoding="utf-8")
    with writing(gate.ledger) as connection:
        partners.save(connection, fill.SANDBOX_PARTNERS[0], actor="test", at=stamp(gate.clock()))
    (tmp_path / "inbox" / "JMRPOR").mkdir()
    drop(tmp_path, demo_flows(1, TODAY)[:1])
    told = edigate("run", "--once", cwd=tmp_path)
    assert told.returncode == 1
    assert "edigate held list" in told.stdout


def test_a_missing_schema_stops_the_gate_at_start_up(sandbox: Path) -> None:
    """Before anything is taken: the file stays in the inbox."""
    flow = demo_flows(1, TODAY)[0]
    drop(sandbox, [flow])
    (sandbox / "edigate.toml").write_text(f'{QUICK}[schemas]\ncii = "gone.xsd"\n', encoding="utf-8")
    for arguments in (["run", "--once"], ["run"]):
        told = edigate(*arguments, cwd=sandbox)
        assert told.returncode == 1
        assert "gone.xsd is not there" in told.stderr
        assert "Traceback" not in told.stderr
    assert (sandbox / "inbox" / flow.partner / flow.name).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_signal_ends_the_gate_well(sandbox: Path, number: signal.Signals) -> None:
    """The gate takes what arrives while it runs, and ends with 0 when it is told to, without a traceback."""
    flow = demo_flows(1, TODAY)[0]
    environment = {**os.environ, "EDIGATE_LOG__FORMAT": "json"}
    process = subprocess.Popen(
        [sys.executable, "-m", "edigate", "run"], cwd=sandbox, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    lines = [json.loads(process.stderr.readline())]
    drop(sandbox, [flow])
    while lines[-1]["event"] != "delivery.published":
        lines.append(json.loads(process.stderr.readline()))
    process.send_signal(number)
    with process.stderr:
        lines += [json.loads(line) for line in process.stderr]
    assert process.wait(timeout=60) == 0
    events = [line["event"] for line in lines]
    assert events[0] == "gate.started"
    assert events[-1] == "gate.stopped"


def test_a_gate_that_is_interrupted_as_it_starts_ends_without_a_word_of_its_insides(sandbox: Path) -> None:
    """At whatever it is, and whatever its fork server is loading: no traceback, and no process is left."""
    statuses, groups, log = [], [], sandbox / "log"
    for seconds in (0.0, 0.05, 0.2, 0.3, 0.4, 0.6):
        with log.open("a") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", STARTING, str(seconds), "run"],
                cwd=sandbox, stdout=subprocess.PIPE, stderr=said, start_new_session=True,
            )  # fmt: skip
        with process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGINT)
            statuses.append(process.wait(timeout=60))
        groups.append(process.pid)
    until = time.monotonic() + 60
    while any(lives(group) for group in groups):
        assert time.monotonic() < until
        time.sleep(0.02)

    assert statuses[0] == 130
    assert set(statuses) <= {0, 130}
    assert "Traceback" not in log.read_text()


def lives(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_demo_shows_what_became_of_every_flow(tmp_path: Path) -> None:
    """On a bare gate: partners and directory are installed, every flow gets its expected verdict and is shown."""
    found(tmp_path, "CPP001")
    told = edigate("demo", "--no-lives", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    with open_gate(tmp_path).ledger.connect() as connection:
        rows = queries.list_flows(connection, queries.Wanted())
        files = {row["name"] for row in queries.list_deliveries(connection, queries.Wanted())}
    assert sorted(row["verdict"] for row in rows) == sorted(case.expected for case in CASES)
    assert all(row["name"] in told.stdout for row in rows)
    shown = set(re.findall(r"\b(?:CSO\d{4}A|FEN0036A)_\w{32}\b", told.stdout))
    assert shown == {name for name in files if not name.startswith("FEN1200A")}
    assert all(list((tmp_path / "outbox").glob(f"*/{name}")) for name in shown)
    assert "EDG-I071" in told.stdout
    # A command to try next is never broken in two.
    assert max(len(line) for line in told.stdout.splitlines() if not line.startswith("  python -m edigate ")) <= 80


def test_the_demo_works_as_well_the_second_time(tmp_path: Path) -> None:
    """Fresh sequences and numbers: the second round is decided as the first, in French too."""
    found(tmp_path, "CPP001")
    assert edigate("demo", "--no-lives", cwd=tmp_path).returncode == 0
    told = edigate("demo", "--no-lives", "--lang", "fr", cwd=tmp_path)
    assert told.returncode == 0
    assert "Facture simple, CII structuré" in told.stdout
    with open_gate(tmp_path).ledger.connect() as connection:
        rows = queries.list_flows(connection, queries.Wanted())
    expected = sorted(case.expected for case in CASES)
    assert sorted(row["verdict"] for row in rows[: len(CASES)]) == expected
    assert sorted(row["verdict"] for row in rows[len(CASES) :]) == expected


def test_the_demo_leaves_a_gate_with_partners_of_its_own_alone(tmp_path: Path) -> None:
    """Made-up flows have no place among real ones."""
    gate = found(tmp_path, "CPP001")
    own = Partner("REAL01", "A real one", Role.DEPOSITOR)
    with writing(gate.ledger) as connection:
        partners.save(connection, own, actor="test", at=stamp(gate.clock()))
    told = edigate("demo", cwd=tmp_path)
    assert told.returncode == 1
    assert "partners of its own (REAL01)" in told.stderr
    assert not list((tmp_path / "inbox").iterdir())


def test_the_demo_leaves_its_flows_to_a_gate_that_runs(sandbox: Path) -> None:
    """Where a gate is at work already, it takes what the demo drops."""
    with held(sandbox / "ledger.lock"):
        told = edigate("demo", cwd=sandbox)
    assert told.returncode == 0
    assert "A gate is at work here" in told.stdout
    assert len([path for path in (sandbox / "inbox").rglob("*") if path.is_file()]) == len(CASES)
