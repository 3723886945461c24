"""Measures in processes of their own, so that none inherits another's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_TIMES = slice(11, 13)  # utime and stime in /proc/PID/stat, counted from the state, which stands behind the name


def run(module: str, *arguments: str | Path) -> dict[str, Any]:
    """What the module prints as JSON when it is run with these arguments; where it fails, this process ends as well."""
    command = [sys.executable, "-m", "bench.alone", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)  # its own last words say why, and no traceback of ours shall follow them
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def rested() -> None:
    """Have the disk come to rest, so that no measure pays for what another left unwritten."""
    os.sync()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a running process has taken; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[_TIMES])) / os.sysconf("SC_CLK_TCK")


def seconds_of(command: list[str], **options: Any) -> float:  # noqa: ANN401 - handed on to subprocess.run
    """How long a command takes, from start to end; it must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - began
