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
    "bench_seconds",
    "flows",
    "bytes",
    "rounds",
    "flows_per_second",
    "floor_per_second",
    "xmllint_per_second",
    "gate_to_floor",
    "gate_to_floor_cpu",
    "gate_to_xmllint",
    "cpu_per_flow",
    "peak_memory_megabytes",
    "steps_seconds",
    "verdicts",
    "broken",
    "each_round",
}
SMALL = ("start", "sizes", "workers")
STEPS = {"claim", "book", "start", "examine", "settle", "place", "publish", "tell"}


def bench(into: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the bench as `make bench` does, its report kept apart."""
    command = [sys.executable, "-m", "bench", *arguments, "--into", str(into)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment or None)


def single(into: Path, flows: int, **environment: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """One round of the case `single`: how it ended, and its part of the report."""
    done = bench(into, str(flows), "--rounds", "1", "--only", "single", "--json", **environment)
    told: dict[str, Any] = json.loads(done.stdout)["cases"]["single"]
    return done, told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the fixtures' reports are kept."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def case(folder: Path) -> dict[str, Any]:
    """What the bench tells of single flows, over a few."""
    done, told = single(folder, FLOWS)
    assert done.returncode == 0, done.stderr
    return told


@pytest.fixture(scope="module")
def measured(case: dict[str, Any]) -> dict[str, Any]:
    """The figures in it."""
    figures: dict[str, Any] = case["measured"]
    return figures


@pytest.fixture(scope="module")
def quick(folder: Path, case: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The small cases in small sizes, after the single flows."""
    assert case
    return bench(folder, "--quick", "--only", ",".join(SMALL))


def test_every_figure_is_there(measured: dict[str, Any]) -> None:
    """Speeds, ratios, memory and steps are told under the names that docs/performance.md explains."""
    assert measured.keys() == KEYS
    assert measured["steps_seconds"].keys() == STEPS
    assert measured["flows"] == FLOWS
    assert measured["flows_per_second"] > 0
    assert measured["floor_per_second"] > 0
    assert measured["gate_to_floor"] > 0
    assert measured["peak_memory_megabytes"] > 10
    assert min(measured["cpu_per_flow"].values()) > 0
    assert 9_500 < measured["bytes"]["smallest"] <= measured["bytes"]["largest"] < 10_500


def test_xmllint_is_measured_where_it_is_installed(measured: dict[str, Any]) -> None:
    """Its figures are numbers beside an xmllint, and null without."""
    installed = shutil.which("xmllint") is not None

    assert (measured["xmllint_per_second"] is not None) == installed
    assert (measured["gate_to_xmllint"] is not None) == installed


def test_what_is_measured_is_a_gate_that_does_all_of_its_work(measured: dict[str, Any]) -> None:
    """Every flow is integrated, handed out, reported and told, and the floor finds every document valid, too."""
    assert measured["verdicts"] == {"integrated": FLOWS}
    assert measured["broken"] == []
    assert [each["floor"]["valid"] for each in measured["each_round"]] == [FLOWS]


def test_a_figure_stands_beside_its_target(case: dict[str, Any]) -> None:
    """Each with its unit, and whether it is met, which is nothing that the exit status tells."""
    row = next(row for row in case["figures"] if row["key"] == "gate_to_floor")

    assert row["value"] == case["measured"]["gate_to_floor"]
    assert row["least"] == 0.7
    assert row["met"] == (row["value"] >= 0.7)


def test_the_bench_leaves_nothing_but_its_reports(folder: Path, quick: subprocess.CompletedProcess[str]) -> None:
    """The folders that it measured in are gone; each run has a report of its own time, and there is a plot."""
    names = {path.name for path in folder.iterdir()}

    assert quick.returncode == 0, quick.stderr
    assert {"report.json", "throughput.svg", "throughput.png"} < names
    assert 1 <= sum(name.startswith("report-") for name in names) <= 2
    assert not [path for path in folder.iterdir() if path.is_dir()]


@pytest.mark.slow
def test_the_newest_report_keeps_what_other_runs_measured(
    folder: Path, case: dict[str, Any], quick: subprocess.CompletedProcess[str]
) -> None:
    """Cases that were left out of a run stand as they were measured before, in the order of the registry."""
    newest = json.loads((folder / "report.json").read_text(encoding="utf-8"))

    assert list(newest["cases"]) == ["single", *SMALL]
    assert newest["cases"]["single"] == case
    assert newest["machine"]["cores"] == os.cpu_count()
    assert "of the floor" in quick.stdout
    assert "edigate --help" in quick.stdout


def test_without_xmllint_the_rest_is_measured_and_the_package_named(tmp_path: Path) -> None:
    """An empty search path hides xmllint: its figures are null, and standard error says what to install."""
    done, told = single(tmp_path, 2, PATH=str(tmp_path), PYTHONPATH=str(ROOT / "src"))

    assert done.returncode == 0
    assert told["measured"]["xmllint_per_second"] is None
    assert told["measured"]["gate_to_xmllint"] is None
    assert "libxml2-utils" in done.stderr


def test_a_flow_that_is_not_integrated_fails_the_bench(tmp_path: Path) -> None:
    """A gate that takes no flow as big as the CII ones refuses half of them: exit status 1, and every promise named."""
    done, told = single(tmp_path, 4, **{**os.environ, "EDIGATE_LIMITS__FLOW_BYTES": "9900"})

    assert done.returncode == 1
    assert told["measured"]["verdicts"] == {"integrated": 2, "inadmissible": 2}
    assert told["broken"] == [
        "invoices in pivots: 2 instead of 4",
        "statuses told: 4 instead of 8",
        "flows integrated: 2 instead of 4",
        "invoices: 2 instead of 4",
        "invoices handed out: 2 instead of 4",
        "verdicts: {'integrated': 2, 'inadmissible': 2} instead of integrated: 4",
    ]


def test_a_measure_that_breaks_off_fails_the_bench_and_the_others_go_on(tmp_path: Path) -> None:
    """Settings that cannot be used end each gate: what its process said last stands where the figures would."""
    wrong = {**os.environ, "EDIGATE_LIMITS__FLOW_BYTES": "many"}
    done = bench(tmp_path, "--quick", "--only", "single,start", **wrong)

    assert done.returncode == 1
    assert done.stdout.count("NOT KEPT: the measure ended with status 1") == 2


@pytest.mark.parametrize(
    ("arguments", "said"), [(("1",), "at least 2"), (("--only", "single,speed"), "speed: there are single, ")]
)
def test_what_cannot_be_measured_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """One flow cannot be both UBL and CII; a case that is none is named beside those there are."""
    done = bench(tmp_path, *arguments)

    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.slow
def test_a_profile_tells_steps_and_functions_of_main_process_and_workers() -> None:
    """As `make profile` runs it, long enough for py-spy to notice the workers: by step, function, and what it calls."""
    command = [sys.executable, "-m", "bench.profiling", "1200", "--top", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    main, workers = done.stdout.split("\nworkers: ")
    assert "\nmain: " in main
    assert {"place", "book"} & set(main.split())
    assert "_answer (edigate/engine/worker.py)" in workers
    assert {"emitters", "parsers", "xsd"} & set(workers.split())


def test_the_import_of_a_directory_is_measured() -> None:
    """A few structures are made, imported, imported again and compared; every figure is there."""
    command = [sys.executable, "-m", "bench.directory", "50", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (report["structures"], report["services"], report["held"]) == (50, 20, [50, 20])
    assert report["peak_memory_bytes"] > 10_000_000
    assert {"bytes", "seconds", "floor_seconds", "to_floor", "again_seconds", "compared_seconds"} < report.keys()
