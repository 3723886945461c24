"""The report: what was measured, when, on which machine and with which versions; kept as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from bench.cases import CASES, met, value_of
from bench.measured import ROOT
from edigate import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.cases import Case, Terms

    Report = Mapping[str, Any]

NEWEST = "report.json"
GIGA = 1e9


def of(measured: Mapping[str, Mapping[str, Any]], terms: Mapping[str, Terms], folder: Path) -> dict[str, Any]:
    """A report on these cases, begun with these terms, that ran below this folder."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    about = {"at": at, "commit": _commit(), "load": round(os.getloadavg()[2], 2)}
    cases = {
        name: about
        | {
            "seconds": found.get("bench_seconds"),
            "terms": dict(terms[name]),
            "measured": dict(found),
            "figures": figures(name, found, terms[name]),
            "broken": _broken(name, found),
        }
        for name, found in measured.items()
    }
    return {"at": at, "machine": machine(folder), "cases": cases}


def figures(name: str, measured: Mapping[str, Any], terms: Terms) -> list[dict[str, Any]]:
    """Each figure of a case as the table has it, with what was measured and whether its target is met."""
    rows = []
    for figure in _case(name).figures:
        value = value_of(measured, figure.key.format_map(terms))
        rows.append(figure._asdict() | {"value": value, "met": met(figure, value)})
    return rows


def broken(report: Report) -> list[str]:
    """Every promise that was not kept, with its case."""
    cases = report["cases"].items()
    return [f"{name}: {promise}" for name, case in cases for promise in case["broken"]]


def _broken(name: str, measured: Mapping[str, Any]) -> list[str]:
    """What a case says was not kept, and what must be true and is not; what it did not come to is in the first."""
    said = measured.get("broken", ())
    return [*said, *(f"{key} does not hold" for key in _case(name).holds if _told(measured) and not measured.get(key))]


def _told(measured: Mapping[str, Any]) -> bool:
    return not measured.get("broken") and not measured.get("skipped")


def _case(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


def keep(report: Report, folder: Path) -> Path:
    """Write the report under its time, and with the newest of the other cases on the same machine as the newest one."""
    stamp = re.sub(r"[-:]|\+.*", "", report["at"])
    folder.mkdir(parents=True, exist_ok=True)
    _write(report, folder / f"report-{stamp}.json")
    newest = folder / NEWEST
    before = load(newest)
    older = before["cases"] if before and before["machine"] == report["machine"] else {}
    names = [case.name for case in CASES]
    cases = {name: found for name, found in (older | report["cases"]).items() if name in names}
    _write({**report, "cases": dict(sorted(cases.items(), key=lambda item: names.index(item[0])))}, newest)
    return newest


def _write(report: Report, path: Path) -> None:
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Any] | None:
    """A report that was kept; None where there is none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def machine(folder: Path) -> dict[str, Any]:
    """What the figures depend on, besides edigate: nothing here names the machine itself."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gigabytes": round(memory / GIGA),
        "file_system": _file_system(folder),
        "system": platform.platform(),
        "python": platform.python_version(),
        "lxml": version("lxml"),
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "sqlite": sqlite3.sqlite_version,
        "edigate": __version__,
    }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1) if found else platform.machine()


def _file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, by the longest mount point above it."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown"
    above = [(len(point), kind) for _, point, kind, *_ in mounts if folder.resolve().is_relative_to(point)]
    return max(above)[1] if above else "unknown"


def _commit() -> str:
    """The commit that was measured, with a `+` where files differ from it; empty without git."""
    git = shutil.which("git")
    if git is None:
        return ""
    said = [
        subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    ]
    return said[0] + ("+" if said[1] else "")
