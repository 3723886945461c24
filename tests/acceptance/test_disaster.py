"""A gate backed up while it works, killed, and given back elsewhere: nothing is lost unseen, nothing is doubled."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from lxml import etree

from tests.acceptance.gates import DEPOSITOR, STRUCTURED, fresh_number, sound
from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
from tests.integration.cli_records.console import Site as Console

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

FLOWS = int(os.environ.get("EDIGATE_DISASTER_FLOWS", "40"))
BACKUPS = 3


class Lost(NamedTuple):
    """A gate that was killed at work: its folder as it was then, the last backup, and all that was deposited."""

    root: Path
    backup: Path
    deposited: list[bytes]


def lose(site: Site, backup: Path) -> list[bytes]:
    """Let the gate work on deposits, back it up again and again meanwhile, and kill it; returns what was deposited."""
    deposited: list[bytes] = []
    with subprocess.Popen(
        [sys.executable, "-m", "edigate", "--gate", str(site.root), "run"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as gate:  # fmt: skip
        for number in range(FLOWS):
            deposited.append(sound(number=fresh_number()) if number % 5 else b"<refused/>" + b" " * number)
            site.deposit(deposited[-1], STRUCTURED)
            if number % (FLOWS // BACKUPS) == FLOWS // BACKUPS - 2:
                command = [sys.executable, "-m", "edigate", "--gate", str(site.root), "backup", str(backup)]
                subprocess.run(command, check=True, capture_output=True)
            time.sleep(0.01)
        _await(lambda: len(list((site.root / "outbox").glob("*/[!.]*"))) > FLOWS)
        os.killpg(gate.pid, signal.SIGKILL)
    return deposited


def _await(come: Any) -> None:  # noqa: ANN401 - a question
    until = time.monotonic() + 120
    while not come() and time.monotonic() < until:
        time.sleep(0.05)
    assert come()


def offered(*roots: Path) -> dict[str, set[bytes]]:
    """Every file that was ever offered to partners, by name, with its contents."""
    found: dict[str, set[bytes]] = {}
    for root in roots:
        for path in root.glob("outbox/*/[!.]*"):
            found.setdefault(path.name, set()).add(path.read_bytes())
    return found


def handed_over(files: dict[str, set[bytes]]) -> tuple[Counter[str], Counter[str]]:
    """How often each invoice came in a pivot, and each flow in a report."""
    invoices: Counter[str] = Counter()
    reports: Counter[str] = Counter()
    for name, contents in files.items():
        for content in contents:
            root = etree.fromstring(content)
            if name.startswith("FEN0036A"):
                invoices.update(unit.findtext("DonneesFacture/Id", "") for unit in root.iter("CPPFacturePivotUnitaire"))
            elif name.startswith("CSO"):
                reports.update(unit.findtext(".//IdFlux", "") for unit in root.iter("CPPFluxStatutUnitaire"))
    return invoices, reports


@pytest.fixture(scope="module")
def lost(make_site: MakeSite, tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """The one gate that every test gives back in a folder of its own."""
    site = make_site()
    backup = tmp_path_factory.mktemp("disaster") / "backup"
    deposited = lose(site, backup)
    site.close()
    return Lost(site.root, backup, deposited)


@pytest.mark.slow
@pytest.mark.parametrize(
    "survived",
    [("inbox", "outbox", "spool", "archive"), ("outbox",), ("inbox", "spool", "archive"), ()],
    ids=["only the ledger lost", "outboxes left", "outboxes lost", "all lost"],
)
def test_a_gate_lost_at_work_is_given_back_without_doubles(
    lost: Lost, tmp_path: Path, survived: tuple[str, ...]
) -> None:
    """Books even, audit log whole, no name given out twice, no invoice and no report handed out a second time.

    Whatever is not in the restored ledger is on one of the lists of `restored show`, where the archive survived.
    """
    before = offered(lost.root)
    restored = Console(tmp_path / "restored")
    Console(lost.root).run("restore", str(lost.backup), str(restored.root))
    for name in survived:
        with contextlib.suppress(FileNotFoundError):
            shutil.copytree(lost.root / name, restored.root / name, dirs_exist_ok=True)

    shown = restored.json("restored", "show")
    restored.run("restored", "accept", "--reason", "disk lost")
    restored.run("run", "--once", expect=None)

    after = offered(restored.root)
    assert {name: contents for name, contents in offered(lost.root, restored.root).items() if len(contents) > 1} == {}
    invoices, reports = handed_over(offered(lost.root, restored.root))
    assert {name for name, count in (invoices + reports).items() if count > 1} == set()
    assert ("outbox" in survived) <= (before.items() <= after.items())
    flows = restored.json("flows", "list")
    known = {flow["sha256"] for flow in flows}
    listed = {one["place"].rpartition("/")[2] for one in shown["deposits"]}
    if "archive" in survived:
        assert known | listed == {sha256(content).hexdigest() for content in lost.deposited}
    assert len(known) == len(flows)
    assert restored.json("balance")["even"]
    restored.run("audit", "verify")
    # The next deposit goes its whole way.
    (restored.root / "inbox" / DEPOSITOR).mkdir(parents=True, exist_ok=True)
    name = f"FSO1106A_{DEPOSITOR}_{DEPOSITOR}1106{FLOWS + 1_000_000:015d}"
    restored.deposit(DEPOSITOR, name, sound(number=fresh_number()))
    restored.run("run", "--once", expect=None)
    new = offered(restored.root).keys() - after.keys()
    assert {name[:8] for name in new} >= {"CSO1106A", "FEN0036A"}
    assert not new & before.keys()
