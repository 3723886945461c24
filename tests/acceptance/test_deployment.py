"""What `deploy/` holds: units that systemd takes and a gate can live with, a dashboard and rules of known metrics."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from edigate.config import EngineTable
from edigate.domain.alert_words import WORDS
from edigate.observability.metrics import METRICS, Kind
from tests import confined
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for pattern in ("*.service", "*.timer") for path in DEPLOY.glob(pattern))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
GATE = DEPLOY / "edigate.service"
ANALYZE = shutil.which("systemd-analyze")
PROMTOOL = shutil.which("promtool")
EXPOSURE_AT_MOST = 2.0
PATIENCE = 60
OF_THE_PROCESS = {"process_cpu_seconds_total", "process_resident_memory_bytes", "up"}
NAMES = OF_THE_PROCESS | {
    f"{metric.name}{end}"
    for metric in METRICS
    for end in (("_bucket", "_sum", "_count") if metric.kind is Kind.HISTOGRAM else ("",))
}
NO_SYSTEMD = "no systemd-analyze here (Debian, Ubuntu: systemd)"
GROUPS = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text(encoding="utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
BOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))


def values(unit: Path, key: str) -> list[str]:
    """What a unit sets a key to, line by line."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)


def systemd(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask systemd-analyze; skips where there is none."""
    if ANALYZE is None:
        pytest.skip(NO_SYSTEMD)
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would lie, with a program that exists."""
    for unit in UNITS:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_takes_the_units_without_a_word(installed: Path) -> None:
    """No key that it does not know, no value that it cannot read."""
    told = systemd("verify", "--man=no", "--recursive-errors=no", *(str(installed / unit.name) for unit in UNITS))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_shut_in(unit: Path, installed: Path) -> None:
    """By systemd's own measure, of 10 for one that may do everything."""
    told = systemd("security", "--offline=true", str(installed / unit.name))
    (score,) = re.findall(rf"exposure level for {unit.name}: ([\d.]+)", told.stdout)
    assert float(score) <= EXPOSURE_AT_MOST


def test_the_service_leaves_time_to_finish_a_batch() -> None:
    """More than the gate takes at most; only its main process is told to end, and a worker's death ends nothing."""
    assert float(*values(GATE, "TimeoutStopSec")) > EngineTable().stop_seconds + 10
    assert values(GATE, "KillMode") == ["mixed"]
    assert values(GATE, "OOMPolicy") == ["continue"]
    assert values(GATE, "Restart") == ["on-failure"]


def test_what_the_units_start_is_a_command_that_there_is() -> None:
    """With options that it knows."""
    for unit in SERVICES:
        (line,) = values(unit, "ExecStart")
        words = line.split()[3:]
        command = [word for word in words if word.isalpha()]
        told = subprocess.run(
            [sys.executable, "-m", "edigate", *command, "--help"], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, line
        assert all(word in told.stdout for word in words if word.startswith("--"))


@pytest.mark.parametrize("timer", sorted(DEPLOY.glob("*.timer")), ids=lambda timer: timer.name)
def test_a_timer_starts_a_service_that_there_is(timer: Path) -> None:
    """Of its own name, made up for after the machine was off; the guide tells of it."""
    assert values(timer.with_suffix(".service"), "Type") == ["oneshot"]
    assert values(timer, "Persistent") == ["true"]
    assert f"`{timer.name}`" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_audit_log_is_verified_every_night() -> None:
    """After the backup, by the command that finds what was altered."""
    assert values(DEPLOY / "edigate-audit.service", "ExecStart")[0].endswith(" audit verify")
    assert values(DEPLOY / "edigate-audit.timer", "OnCalendar") == ["*-*-* 03:30"]


def needs_confinement() -> None:
    """Skip where a process cannot be confined as systemd does."""
    if confined.LIBRARY is None or ANALYZE is None:
        pytest.skip(f"no libseccomp here, or {NO_SYSTEMD}")
    tried = subprocess.run(
        [sys.executable, confined.__file__, str(GATE), shutil.which("true") or "/bin/true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tried.returncode:
        pytest.skip(f"this kernel confines no process: {tried.stderr.strip().splitlines()[-1:]}")


def confine(*command: str) -> list[str]:
    """The command, confined as the gate's unit says."""
    return [sys.executable, confined.__file__, str(GATE), sys.executable, *command]


def test_the_confinement_of_these_tests_confines() -> None:
    """Memory that is both written and run is refused, and so is a call that takes privileges."""
    needs_confinement()
    script = (
        "import ctypes, mmap\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "assert libc.chroot(b'/') == -1 and ctypes.get_errno() == 1\n"
        "try: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)\n"
        "except PermissionError: print('shut in')\n"
    )
    told = subprocess.run(confine("-c", script), capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("shut in\n", "")


@pytest.mark.slow
def test_a_gate_works_under_the_confinement_of_its_unit(tmp_path: Path) -> None:
    """Every sandbox flow, with attachments and PDFs, metrics served, and an orderly end on SIGTERM."""
    needs_confinement()
    gate, port = tmp_path / "gate", free_port()
    environment = os.environ | {
        "EDIGATE_WATCH__METRICS_PORT": str(port), "EDIGATE_WATCH__EVERY_SECONDS": "1", "EDIGATE_ENGINE__WORKERS": "1",
        "EDIGATE_INTAKE__QUIET_SECONDS": "0", "EDIGATE_LOG__FORMAT": "json",
    }  # fmt: skip

    def edigate(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "edigate", *arguments], check=True, capture_output=True, env=environment, cwd=gate
        )

    gate.mkdir()
    edigate("init", ".", "--sandbox")
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        running = subprocess.Popen(confine("-m", "edigate", "run"), stderr=log, env=environment, cwd=gate)
        try:
            _until(lambda: "gate.started" in (tmp_path / "log").read_text(encoding="utf-8"))
            edigate("demo", "--no-lives")
            _until(lambda: (tmp_path / "log").read_text(encoding="utf-8").count("delivery.published") >= 60)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
                assert b"edigate_flows_decided_total" in answer.read()
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0
    events = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [event for event in events if event["level"] == "error"] == []
    assert {"gate.started", "gate.stopped"} <= {event["event"] for event in events}
    edigate("balance")


def _until(holds: Any) -> None:  # noqa: ANN401 - any question
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def metrics_in(expression: str) -> set[str]:
    """The names of metrics in an expression of PromQL."""
    return set(re.findall(r"\b(?:edigate_[a-z_]+|process_[a-z_]+|up)\b(?=[{\s=<>)\[]|$)", expression))


def expressions(panels: list[dict[str, Any]]) -> list[str]:
    """All queries of a dashboard."""
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_speaks_of_metrics_that_there_are(rule: dict[str, Any]) -> None:
    """With a severity, a sentence, and a place in the runbook."""
    assert metrics_in(rule["expr"])
    assert metrics_in(rule["expr"]) <= NAMES
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]


def test_every_rule_leads_to_a_section_of_the_runbook() -> None:
    """The anchors are those that headings of the page make."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", page, flags=re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    wanted = {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES}
    assert wanted <= anchors
    assert {kind.replace(".", "") for kind in WORDS} <= anchors


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    """Each query names one, and nearly all are shown."""
    queries = expressions(BOARD["panels"])
    shown = set().union(*map(metrics_in, queries))
    assert all(metrics_in(query) for query in queries)
    assert shown <= NAMES
    used = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown} | metrics_in("edigate_build_info")
    assert {metric.name for metric in METRICS} - used <= {
        "edigate_last_batch_timestamp_seconds", "edigate_unread_metrics",
    }  # fmt: skip


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    """Ids are unique, panels lie beside one another, and the source of the data is asked for."""
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    sources = {target["datasource"]["uid"] for panel in panels if panel["type"] != "row" for target in panel["targets"]}
    assert sources == {"${datasource}"}
    assert [variable["name"] for variable in BOARD["templating"]["list"]] == ["datasource", "instance"]


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Prometheus's own tool; skips where there is none."""
    if PROMTOOL is None:
        pytest.skip("no promtool here (Debian, Ubuntu: prometheus)")
    return subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)


def test_prometheus_takes_the_rules() -> None:
    """By its own tool."""
    told = promtool("check", "rules", str(DEPLOY / "prometheus-alerts.yml"))
    assert told.returncode == 0, told.stderr


FIRES: dict[str, dict[str, str]] = {
    "EdigateDown": {'up{job="edigate", instance="g"}': "0+0x120"},
    "EdigateDepositsWait": {'edigate_oldest_waiting_seconds{instance="g"}': "1900+60x120"},
    "EdigateNoBatches": {
        'edigate_runs_waiting{instance="g", state="due"}': "3+0x120",
        'edigate_last_batch_timestamp_seconds{instance="g"}': "0+0x120",
    },
    "EdigateFlowsHeld": {'edigate_runs_waiting{instance="g", state="held"}': "1+0x120"},
    "EdigateDeadLetters": {'edigate_dead_letters{instance="g", partner="SEI001"}': "1+0x120"},
    "EdigateWayOpen": {'edigate_way_open{instance="g", partner="SEI001", way="put"}': "1+0x120"},
    "EdigateDeliveriesWait": {'edigate_deliveries_waiting{instance="g", partner="SEI001"}': "1+0x120"},
    "EdigateDiskLow": {'edigate_disk_free_bytes{instance="g", folder="archive"}': "300000000+0x120"},
    "EdigateBalanceUneven": {'edigate_balance_uneven{instance="g"}': "1+0x120"},
    "EdigateWorkersDie": {'edigate_worker_deaths_total{instance="g"}': "0+1x120"},
    "EdigateTrouble": {'edigate_troubles_total{instance="g", event="gate.trouble"}': "0+1x120"},
    "EdigateMostlyRefused": {
        'edigate_flows_decided_total{instance="g", verdict="rejected", interface="FSO1106A"}': "0+9x120",
        'edigate_flows_decided_total{instance="g", verdict="integrated", interface="FSO1106A"}': "0+1x120",
    },
    "EdigateMetricsUnread": {'edigate_unread_metrics{instance="g"}': "1+0x120"},
}
WELL = {
    'up{job="edigate", instance="g"}': "1+0x120",
    'edigate_oldest_waiting_seconds{instance="g"}': "5+0x120",
    'edigate_runs_waiting{instance="g", state="due"}': "3+0x120",
    'edigate_runs_waiting{instance="g", state="held"}': "0+0x120",
    'edigate_last_batch_timestamp_seconds{instance="g"}': "0+60x120",
    'edigate_dead_letters{instance="g", partner="SEI001"}': "0+0x120",
    'edigate_way_open{instance="g", partner="SEI001", way="put"}': "0+0x120",
    'edigate_deliveries_waiting{instance="g", partner="SEI001"}': "0+0x120",
    'edigate_disk_free_bytes{instance="g", folder="archive"}': "9000000000+0x120",
    'edigate_balance_uneven{instance="g"}': "0+0x120",
    'edigate_worker_deaths_total{instance="g"}': "0+0x120",
    'edigate_troubles_total{instance="g", event="gate.trouble"}': "0+0x120",
    'edigate_flows_decided_total{instance="g", verdict="rejected", interface="FSO1106A"}': "0+1x120",
    'edigate_flows_decided_total{instance="g", verdict="integrated", interface="FSO1106A"}': "0+9x120",
    'edigate_unread_metrics{instance="g"}': "0+0x120",
}


def query(alert: str, series: dict[str, str], value: int) -> dict[str, Any]:
    """A case of promtool: how many alerts of this name fire after two hours of these series."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": told} for name, told in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)',
                "eval_time": "2h",
                "exp_samples": [{"labels": "{}", "value": value}],
            }
        ],
    }


def test_every_rule_has_a_case() -> None:
    """In which it fires."""
    assert FIRES.keys() == {rule["alert"] for rule in RULES}


def test_the_rules_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    """Each on its own case, none on a gate that is well, as Prometheus reckons."""
    cases = [query(alert, series, 1) for alert, series in FIRES.items()]
    cases += [query(alert, WELL, 0) for alert in FIRES]
    test = tmp_path / "cases.yml"
    files = [str(DEPLOY / "prometheus-alerts.yml")]
    test.write_text(json.dumps({"rule_files": files, "evaluation_interval": "1m", "tests": cases}), encoding="utf-8")
    told = promtool("test", "rules", str(test))
    assert told.returncode == 0, told.stdout + told.stderr
