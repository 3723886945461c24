"""`edigate replay`: a new run that names its parent, or a look at what would change."""

from __future__ import annotations

import csv
import getpass
import hashlib
import io
import os
import pty
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from edigate.ledger import store
from edigate.ledger.tables import metadata
from edigate.sandbox.cases import CASES
from edigate.sandbox.structures import DIRECTORY_COLUMNS, directory_csv
from tests.integration.cli_records.console import fold, only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.cli_records.console import Site

WITHDRAWN_SERVICE = "EDG-I071"


def _rejected_for(site: Site, code: str) -> dict[str, Any]:
    """The flow whose invoice was rejected with this code."""
    invoice = next(
        row
        for row in site.json("invoices", "list", "--state", "rejected")
        if code in {f["code"] for f in row["faults"]}
    )
    return dict(only(site.json("flows", "list"), id=invoice["flow"]))


def _mend_directory(site: Site, folder: Path, flow: dict[str, Any]) -> None:
    """Import a directory that holds the service that the flow's invoice names."""
    (invoice,) = site.json("invoices", "list", "--hash", flow["sha256"])
    recipient = invoice["recipient"]
    service = {
        "kind": "service",
        "siret": recipient["siret"],
        "service_code": recipient["service"],
        "service_name": "Nouveau service",
    }
    added = io.StringIO()
    csv.DictWriter(added, DIRECTORY_COLUMNS).writerow(service)
    file = folder / "structures.csv"
    file.write_text(directory_csv() + added.getvalue(), encoding="utf-8")
    site.run("directory", "import", str(file))


def _snapshot(root: Path) -> dict[str, str]:
    """Every file of the gate but for the ledger's own, and the rows of the ledger's tables."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith("ledger.")
    }


def _rows(site: Site) -> dict[str, list[Any]]:
    with site.connection() as connection:
        return {table.name: list(connection.execute(select(table))) for table in metadata.sorted_tables}


def test_a_replay_is_a_run_that_names_its_parent(site: Site) -> None:
    """Who asked, when and why is kept in the run and in the event log, and a new report is published."""
    flow = _rejected_for(site, "EDG-I043")

    told = site.json("replay", flow["name"], "--reason", "supplier called")

    assert told["carried_out"] is True
    assert [(row["verdict_before"], row["verdict"]) for row in told["flows"]] == [("rejected", "rejected")]
    first, second = site.json("flows", "show", flow["id"])["runs"]
    assert (second["parent"], second["number"], second["state"]) == (first["id"], 2, "decided")
    assert (second["requested_by"], second["reason"]) == (getpass.getuser(), "supplier called")
    reports = [row for row in site.json("deliveries", "list", "--kind", "report") if row["run"] == second["id"]]
    assert [row["state"] for row in reports] == ["published"]
    with site.connection() as connection:
        event = connection.exec_driver_sql("select actor, details from events where event = 'replay.requested'").one()
    assert event.actor == getpass.getuser()
    assert "supplier called" in event.details


def test_a_replay_takes_no_new_deposit(site: Site) -> None:
    """What lies in the inbox stays there: only what was asked for is worked off."""
    site.deposit("ABC123", "later.xml", b"<a/>")

    site.run("replay", _rejected_for(site, "EDG-I043")["id"])

    assert (site.root / "inbox" / "ABC123" / "later.xml").is_file()


def test_a_mended_directory_integrates_on_replay(site: Site, tmp_path: Path) -> None:
    """The invoice is decided again with the present directory; the earlier decision stays in its history."""
    flow = _rejected_for(site, WITHDRAWN_SERVICE)
    _mend_directory(site, tmp_path, flow)

    told = site.json("replay", flow["id"])

    assert [(row["verdict_before"], row["verdict"]) for row in told["flows"]] == [("rejected", "integrated")]
    (invoice,) = site.json("invoices", "list", "--hash", flow["sha256"])
    assert (invoice["verdict"], invoice["status"]) == ("integrated", "03")
    (shown,) = site.json("invoices", "show", str(invoice["id"]))
    assert [row["verdict"] for row in shown["other_decisions"]] == ["rejected"]
    present = {row["id"]: row["present"] for row in site.json("flows", "show", flow["id"])["invoices"]}
    assert sorted(present.values()) == [False, True]
    assert site.run("balance").status == 0


def test_an_integrated_invoice_is_left_alone(site: Site) -> None:
    """A replay of an integrated flow reports again, and hands out no second pivot."""
    flow = site.json("flows", "list", "--state", "integrated")[0]
    pivots = len(site.json("deliveries", "list", "--kind", "pivot"))

    site.run("replay", flow["id"])

    assert len(site.json("deliveries", "list", "--kind", "pivot")) == pivots
    assert len(site.json("invoices", "list", "--hash", flow["sha256"])) == 1


def test_filters_leave_out_what_is_integrated_whole(site: Site) -> None:
    """By --partner alone only flows that were refused are replayed, and the others are mentioned."""
    answer = site.run("replay", "--partner", "JMRPOR", "--yes", "--json")

    assert {row["verdict_before"] for row in answer.json["flows"]} == {"partial", "rejected", "inadmissible"}
    assert "integrated whole are left out" in answer.err


def test_a_state_is_taken_at_its_word(site: Site) -> None:
    """--state integrated replays integrated flows."""
    told = site.json("replay", "--partner", "ABC123", "--state", "integrated", "--yes")

    assert [row["verdict"] for row in told["flows"]] == ["integrated", "integrated"]


def test_dry_run_shows_what_would_change_and_writes_nothing(site: Site, tmp_path: Path) -> None:
    """The mended directory would integrate the one flow; ledger, inbox, outbox and archive stay as they are."""
    flow = _rejected_for(site, WITHDRAWN_SERVICE)
    _mend_directory(site, tmp_path, flow)
    before = (_rows(site), _snapshot(site.root))

    told = site.json("replay", "--state", "rejected", "--dry-run")

    assert (_rows(site), _snapshot(site.root)) == before
    changed = [row for row in told["flows"] if row["changes"]]
    assert [(row["id"], row["verdict_before"], row["verdict"]) for row in changed] == [
        (flow["id"], "rejected", "integrated")
    ]
    assert changed[0]["invoices"][0]["faults"] == []
    assert len(told["flows"]) == len(site.json("flows", "list", "--state", "rejected"))


def test_dry_run_foretells_what_the_replay_then_decides(site: Site, tmp_path: Path) -> None:
    """Flow by flow the verdicts of the rehearsal are those of the replay, duplicates among them included."""
    _mend_directory(site, tmp_path, _rejected_for(site, WITHDRAWN_SERVICE))
    before = site.json("flows", "list", "--partner", "JMRPOR")
    rehearsed = site.json("replay", "--partner", "JMRPOR", "--state", "decided", "--dry-run")["flows"]

    replayed = site.json("replay", "--partner", "JMRPOR", "--state", "decided", "--yes")["flows"]

    assert [(row["id"], row["verdict"]) for row in rehearsed] == [(row["id"], row["verdict"]) for row in replayed]
    assert not any(row["faults"] for row in rehearsed if row["verdict"] == "integrated")
    untouched = [invoice["left_alone"] for row in rehearsed for invoice in row["invoices"]]
    assert untouched.count(True) == sum(row["invoices"]["integrated"] for row in before)


def test_dry_run_says_that_a_flow_would_wait(site: Site) -> None:
    """Without a directory nothing could be decided: the rehearsal says so instead of a verdict."""
    site.write("delete from notes where key = 'directory_version'")
    flow = site.json("flows", "list")[0]

    (row,) = site.json("replay", flow["id"], "--dry-run")["flows"]

    assert (row["verdict"], row["waits"]["reason"], row["changes"]) == (None, "no_directory", True)


def test_dry_run_of_an_altered_archive_would_wait(site: Site) -> None:
    """A file that is no longer what was deposited is never judged."""
    flow = site.json("flows", "list", "--state", "integrated")[0]
    archived = site.root / site.json("flows", "show", flow["id"])["archive"]
    archived.chmod(0o640)
    archived.write_bytes(b"<other/>")

    (row,) = site.json("replay", flow["id"], "--dry-run")["flows"]

    assert row["waits"]["reason"] == "archive_altered"


def test_people_see_before_and_after(site: Site, tmp_path: Path) -> None:
    """The table of a rehearsal has both verdicts and the faults that stay, in the language asked for."""
    flow = _rejected_for(site, WITHDRAWN_SERVICE)
    english = site.run("replay", flow["id"], "--dry-run")
    assert WITHDRAWN_SERVICE in english.out
    assert "0 of 1 flows would be told something else" in english.err
    _mend_directory(site, tmp_path, flow)

    french = site.run("replay", flow["id"], "--dry-run", lang="fr")

    assert "rejeté intégré" in fold(french.out)
    assert "rien n'a été écrit" in fold(french.err)


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_names_are_whole_on_a_narrow_terminal(site: Site, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns hold the names of the files in one piece, whatever stands beside them."""
    monkeypatch.setenv("COLUMNS", "80")
    names = [row["name"] for row in site.json("flows", "list", "--partner", "JMRPOR", "--state", "decided")]

    shown = site.run("replay", "--partner", "JMRPOR", "--state", "decided", how).out

    assert [name for name in names if name not in shown] == []


@pytest.mark.parametrize("arguments", [(), ("0", "--partner", "JMRPOR")])
def test_flows_or_filters(shown: Site, arguments: tuple[str, ...]) -> None:
    """Naming nothing, or both flows and filters, is wrong usage."""
    shown.run("replay", *arguments, expect=2)


def test_an_unknown_flow_is_helped(shown: Site) -> None:
    """Nothing is replayed when one of the names leads nowhere."""
    assert "edigate flows list" in shown.run("replay", "nobody", expect=1).err


def test_what_waits_is_released_not_replayed(fresh: Site) -> None:
    """A held flow has no decision to repeat: the command that helps is named."""
    fresh.write("delete from notes where key = 'directory_version'")
    fresh.deposit("ABC123", "x.xml", b"<a/>")
    fresh.run("run", "--once", expect=None)

    answer = fresh.run("replay", "x.xml", expect=1)

    assert "edigate held release" in answer.err


@pytest.fixture
def running(site: Site) -> Iterator[Site]:
    """A gate at work in a process of its own, which looks at its folder every hour unless it is woken."""
    settings = site.root / "edigate.toml"
    text = settings.read_text(encoding="utf-8").replace("#rescan_seconds = 60", "rescan_seconds = 3600")
    settings.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from edigate.cli import main; main()", "--gate", str(site.root), "run"]
    with (site.root / "log.txt").open("wb") as log:
        gate = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})
        try:
            _until(lambda: b"gate.started" in (site.root / "log.txt").read_bytes())
            yield site
        finally:
            gate.terminate()
            gate.wait(60)


def _until(true: Any) -> None:  # noqa: ANN401 - a question without arguments
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_running_gate_takes_up_replays_and_partners_at_once(running: Site) -> None:
    """The commands only ask; the gate that holds the folder replays, and takes a new partner's deposits."""
    flow = _rejected_for(running, "EDG-I043")

    answer = running.run("replay", flow["id"])
    assert "takes them up now" in answer.err
    _until(lambda: len(running.json("flows", "show", flow["id"])["runs"]) == 2)
    _until(lambda: running.json("flows", "show", flow["id"])["state"] == "decided")

    running.run("partners", "add", "NEW001", "--deposit", "FSO1106A")
    running.deposit("NEW001", "facture.xml", b"<a/>")
    _until(lambda: running.json("flows", "list", "--partner", "NEW001", "--state", "inadmissible"))


def test_what_is_in_progress_is_not_replayed(site: Site) -> None:
    """A flow with a decision under way is refused."""
    flow = site.json("flows", "list")[0]
    with site.connection() as connection:
        store.request_run(connection, flow["id"], by="somebody", reason="", now="2026-03-01T00:00:00.000000Z")

    assert "is in progress" in site.run("replay", flow["id"], expect=1).err


def test_nothing_chosen_is_nothing_done(site: Site) -> None:
    """Filters that leave nothing ask for nothing."""
    answer = site.run("replay", "--state", "rejected", "--until", "2020-01-01", "--yes")

    assert "Nothing to do." in answer.err


def test_filters_without_a_terminal_need_a_yes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that replays by filter says --yes: without it nothing is asked for, status 2."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    runs = len(_rows(site)["runs"])

    answer = site.run("replay", "--state", "rejected", expect=2)

    assert "add --yes" in answer.err
    assert len(_rows(site)["runs"]) == runs


@pytest.mark.parametrize(("says", "runs"), [("n", 1), ("y", 2)])
def test_many_flows_are_asked_about_at_a_terminal(site: Site, says: str, runs: int) -> None:
    """Chosen by a filter, several flows are replayed only on a yes; a no ends with a status of its own."""
    flow = _rejected_for(site, "EDG-I043")
    terminal, end = pty.openpty()
    command = [sys.executable, "-c", "from edigate.cli import main; main()", "--gate", str(site.root)]
    os.write(terminal, f"{says}\n".encode())

    done = subprocess.run(
        [*command, "replay", "--state", "rejected"], stdin=end, capture_output=True, text=True, check=False, timeout=60
    )

    os.close(terminal)
    os.close(end)
    count = sum(case.expected == "rejected" for case in CASES)
    assert f"Replay {count} flows?" in done.stderr
    assert (done.returncode == 0) is (says == "y")
    assert len(site.json("flows", "show", flow["id"])["runs"]) == runs
