"""The bench runs from the root of the checkout and tells what it measured; how fast anything is, is not judged here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FLOWS = 40
KEYS = {
    "flows",
    "bytes",
    "rounds",
    "flows_per_second",
    "floor_per_second",
    "xmllint_per_second",
    "gate_to_floor",
    "gate_to_xmllint",
    "peak_memory_bytes",
    "steps_seconds",
    "verdicts",
    "broken_promises",
    "machine",
    "each_round",
}
STEPS = {"claim", "book", "start", "examine", "settle", "place", "publish", "tell"}


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the bench as `make bench` does."""
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment or None)


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """What the bench prints over a few flows."""
    done = bench(str(FLOWS), "--rounds", "1")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_every_figure_is_there(measured: dict[str, Any]) -> None:
    """Speeds, ratios, memory and steps are told under the names that docs/performance.md explains."""
    assert measured.keys() == KEYS
    assert measured["steps_seconds"].keys() == STEPS
    assert measured["flows"] == FLOWS
    assert measured["flows_per_second"] > 0
    assert measured["floor_per_second"] > 0
    assert measured["gate_to_floor"] > 0
    assert measured["peak_memory_bytes"] > 10_000_000
    assert 9_500 < measured["bytes"]["smallest"] <= measured["bytes"]["largest"] < 10_500


def test_xmllint_is_measured_where_it_is_installed(measured: dict[str, Any]) -> None:
    """Its figures are numbers beside an xmllint, and null without."""
    installed = shutil.which("xmllint") is not None

    assert (measured["xmllint_per_second"] is not None) == installed
    assert (measured["gate_to_xmllint"] is not None) == installed


def test_what_is_measured_is_a_gate_that_does_all_of_its_work(measured: dict[str, Any]) -> None:
    """Every flow is integrated, handed out, reported and told, and the floor finds every document valid, too."""
    assert measured["verdicts"] == {"integrated": FLOWS}
    assert measured["broken_promises"] == []
    assert [each["floor"]["valid"] for each in measured["each_round"]] == [FLOWS]


def test_the_bench_leaves_nothing_behind(measured: dict[str, Any]) -> None:
    """The folder that it measured in is gone; others that measure at the same time keep theirs."""
    folder = Path(measured["machine"]["folder"])

    assert folder.parent == Path("build", "bench")
    assert not (ROOT / folder).exists()


def test_without_xmllint_the_rest_is_measured_and_the_package_named(tmp_path: Path) -> None:
    """An empty search path hides xmllint: its figures are null, and standard error says what to install."""
    done = bench("2", "--rounds", "1", PATH=str(tmp_path), PYTHONPATH=str(ROOT / "src"))

    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["xmllint_per_second"] is None
    assert report["gate_to_xmllint"] is None
    assert "libxml2-utils" in done.stderr


def test_a_flow_that_is_not_integrated_fails_the_bench() -> None:
    """A gate that takes no flow as big as the CII ones refuses half of them: exit status 1, and every promise named."""
    done = bench("4", "--rounds", "1", **{**os.environ, "EDIGATE_LIMITS__FLOW_BYTES": "9900"})

    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["verdicts"] == {"integrated": 2, "inadmissible": 2}
    assert report["broken_promises"] == [
        "invoices in pivots: 2 instead of 4",
        "statuses told: 4 instead of 8",
        "flows integrated: 2 instead of 4",
        "invoices: 2 instead of 4",
        "invoices handed out: 2 instead of 4",
    ]


def test_fewer_flows_than_syntaxes_are_refused() -> None:
    """One flow cannot be both UBL and CII."""
    done = bench("1")

    assert done.returncode == 2
    assert "at least 2" in done.stderr


def test_the_import_of_a_directory_is_measured() -> None:
    """A few structures are made, imported, imported again and compared; every figure is there."""
    command = [sys.executable, "-m", "bench.directory", "50", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (report["structures"], report["services"], report["held"]) == (50, 20, [50, 20])
    assert report["peak_memory_bytes"] > 10_000_000
    assert {"bytes", "seconds", "floor_seconds", "to_floor", "again_seconds", "compared_seconds"} < report.keys()
