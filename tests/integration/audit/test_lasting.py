"""The chain through the years: killed processes, several writers, purges, and ledgers from before it."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config

from edigate.engine import heads as chore
from edigate.engine.purging import YEAR, limit, purge
from edigate.ledger import events
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.journal import note
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from tests.integration.audit.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

PATIENCE = 60
WRITES = """
import select
import sys
import time
from pathlib import Path
from edigate.ledger import events
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing
from edigate.ledger.events import record

ledger = open_ledger(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
number = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    with writing(ledger) as connection:
        record(connection, "held.released", sys.argv[2], str(number), at=f"2026-03-02T09:00:{number % 60:09.6f}Z")
    number += 1
    time.sleep(0.001)  # another's turn: SQLite knows no queue of writers
print(number, flush=True)
"""


def writer(site: Kept, name: str) -> subprocess.Popen[str]:
    """A process that writes transactions into the gate's ledger until it is told a line; then it says how many."""
    arguments = [sys.executable, "-c", WRITES, str(site.root / "ledger.sqlite"), name]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    tell(process)
    return process


def tell(process: subprocess.Popen[str]) -> None:
    """Give it a line."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def eventually(look: Callable[[], bool]) -> None:
    """Return when it comes true."""
    until = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


def fail(ledger: Engine) -> None:
    """A transaction that notes something and is rolled back."""
    with writing(ledger) as connection:
        note(connection, "way.works", "ABC123", at="2026-03-02T09:00:00.000000Z", way="put")
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_no_gap(site: Kept) -> None:
    """Its link goes with it, and the next one takes its number."""
    last = site.last
    ledger = open_ledger(site.root / "ledger.sqlite")
    with pytest.raises(ZeroDivisionError):
        fail(ledger)
    with writing(ledger) as connection:
        note(connection, "way.works", "JMRPOR", at="2026-03-02T09:00:00.000000Z", way="put")
    ledger.dispose()

    assert site.last == last + 1
    assert "JMRPOR" in site.sql("select entries from links where number = ?", last + 1)[0][0]
    assert site.found() == set()


def test_the_chain_goes_on_after_a_process_was_killed(site: Kept) -> None:
    """At whatever instant: what was committed has its link, what was not has none."""
    for pause in (0.05, 0.07, 0.1):
        before = site.last
        process = writer(site, "killed")
        eventually(lambda before=before: site.last > before)  # type: ignore[misc]
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    numbers = [row[0] for row in site.sql("select number from links order by number")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert site.found() == set()


def test_two_processes_that_write_at_once_make_one_chain(site: Kept) -> None:
    """Whoever seals holds the write lock, so that each link follows the last one committed."""
    before = site.last

    def told() -> list[str]:
        rows = site.sql("select entries from links where number > ?", before)
        return [json.loads(row[0])["actor"] for row in rows]

    both = {name: writer(site, name) for name in ("one", "other")}
    eventually(lambda: sum(one != following for one, following in pairwise(told())) > 9)
    for process in both.values():
        tell(process)
    wrote = {name: int(process.communicate(timeout=PATIENCE)[0]) for name, process in both.items()}

    assert Counter(told()) == wrote
    assert site.found() == set()


def until(site: Kept, place: int) -> None:
    """Wait for the gate to decide on a deposit."""
    eventually(lambda: bool(site.sql("select 1 from flows where name like ? and state = 'decided'", f"%{place}")))


@pytest.mark.slow
def test_commands_beside_a_running_gate_write_into_the_same_chain(site: Kept) -> None:
    """Deposits, changed partners and replays at once, a gate ended in the middle by SIGKILL, and another after it."""
    environment = os.environ | {"EDIGATE_AUDIT__SIGN_MINUTES": "0.01"}
    started = [sys.executable, "-m", "edigate", "--gate", str(site.root), "run"]
    for number in range(2):
        process = subprocess.Popen(
            started, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            for step in range(4):
                place = 940_000 + 10 * number + step
                site.deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", place), cii(Draft(f"AUD-{place}")))
                site.run("partners", "suspend", "ABC123")
                site.run("replay", "--state", "rejected", "--reason", "again", "--yes")
                site.run("partners", "resume", "ABC123")
                until(site, place)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    site.run("run", "--once")

    assert site.sql("select count(*) from flows where name like '%94000_' or name like '%94001_'") == [(8,)]
    assert len(site.heads) > 3
    assert site.found(archive=True) == set()


def test_what_retention_takes_is_not_missed(site: Kept) -> None:
    """Flows and texts of links go, their digests stay, and the chain holds; so does what comes next."""
    gate = site.open()
    later = replace(gate, clock=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=4_000))
    tally = purge(later, limit(later), actor="operator")
    chore.keep_heads(later)
    with writing(later.ledger) as connection:
        events.record(connection, "settings.changed", "operator", "gate", at=stamp(later.clock()))

    report = site.verify(archive=True, days=4_001)

    assert tally.counts["flows"] > 0
    assert report.counts["links purged"] > 0
    assert report.findings == []


def test_a_flow_that_was_deleted_beside_a_purge_is_missed(site: Kept) -> None:
    """A purge names what it takes: under its cover nothing else goes."""
    gate = site.open()
    later = replace(gate, clock=lambda: dt.datetime.now(dt.UTC) + 10 * YEAR - dt.timedelta(days=2))
    tally = purge(later, limit(later), actor="operator")
    ((flow,),) = site.sql("select min(id) from flows")
    assert tally.counts["flows"] > 0
    assert site.found(days=3_651) == set()

    site.sql("delete from flows where id = ?", flow)

    assert ("row.missing", f"flows:{flow}") in site.found(days=3_651)


def test_a_head_of_links_that_a_restore_gave_up_says_so(site: Kept, tmp_path: Path) -> None:
    """The restored ledger is even; of what it lost a head kept outside tells, with who noted the restore."""
    site.run("backup", str(tmp_path / "backup"))
    site.deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", 950_003), cii(Draft("AUD-4")))
    site.run("run", "--once")
    site.run("audit", "head")
    site.run("restore", str(tmp_path / "backup"), str(tmp_path / "restored"))
    restored = Kept(tmp_path / "restored")
    for name in ("kept", "audit.pub.pem"):
        (site.root / name).rename(restored.root / name)

    assert {kind for kind, _ in restored.found()} == {"head.ahead"}

    restored.run("restored", "accept", "--reason", "disk lost")
    restored.run("run", "--once")
    report = restored.verify(archive=True)

    assert {finding.kind for finding in report.findings} == {"head.lost"}
    assert all(finding.values["actor"] for finding in report.findings)


@pytest.mark.parametrize("more", [(), ("--with-keys",)])
def test_a_gate_from_a_backup_is_verified_with_its_public_keys(
    site: Kept, tmp_path: Path, more: tuple[str, ...]
) -> None:
    """They are no secret, and come along always; that of an earlier key, too."""
    (site.root / "before.pub.pem").write_bytes(site.public.read_bytes())
    site.run("backup", str(tmp_path / "backup"), *more)
    site.run("restore", str(tmp_path / "backup"), str(tmp_path / "restored"))
    restored = Kept(tmp_path / "restored")

    told = json.loads(restored.run("audit", "verify", "--heads", str(site.root / "kept"), "--json").out)

    assert (told["even"], len(told["keys"])) == (True, 1)
    assert {path.name for path in restored.root.glob("*.pem")} == {
        "audit.pub.pem", "before.pub.pem", *(["audit.pem"] if more else [])
    }  # fmt: skip


@pytest.fixture
def older(site: Kept) -> Kept:
    """The gate with a ledger from before the audit log."""
    config = Config()
    config.set_main_option("script_location", "edigate:ledger/migrations")
    ledger = open_ledger(site.root / "ledger.sqlite")
    with writing(ledger) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    ledger.dispose()
    return site


def test_a_ledger_from_before_the_log_is_proven_from_its_upgrade_on(older: Kept) -> None:
    """Every row that it held is noted as it stood, and altered ones show from then on."""
    report = older.verify(outside=False)
    assert report.findings == []
    assert report.counts["rows unproven"] == 0
    assert report.counts["flows"] > 0

    older.sql("update invoices set amount_due = '1.00' where id = 1")
    older.sql("update statuses set comment = 'x' where id = 1")

    found = {place.partition(":")[0] for _, place in older.found(outside=False)}
    assert found == {"invoices", "statuses"}


def test_an_upgraded_gate_goes_on(older: Kept) -> None:
    """What comes after the upgrade is chained to it."""
    older.run("replay", "--state", "rejected", "--reason", "again", "--yes")
    older.deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", 950_002), cii(Draft("AUD-3")))
    older.run("run", "--once")

    assert older.found(outside=False, archive=True) == set()
