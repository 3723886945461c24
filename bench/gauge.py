"""Processor time and memory of a gate's processes, looked at from the process that the gate's engine runs in."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import measured

if TYPE_CHECKING:
    from edigate.engine.tally import Tally

_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class Gauge:
    """Processor time and memory of the gate's processes: workers are looked at while they live."""

    def __init__(self) -> None:
        """Begin with nothing looked at."""
        self.memory: dict[int, int] = {}
        self._begun: dict[int, float] = {}
        self._used: dict[int, float] = {}
        self._main = self._main_thread = 0.0

    def begin(self) -> None:
        """Count from now on."""
        self.look()
        self._begun = dict(self._used)
        self._main, self._main_thread = time.process_time(), _main_thread_time()

    def look(self, _tally: Tally | None = None, _backlog: int = 0) -> None:
        """Take the workers' figures."""
        for pid in (process.pid or 0 for process in multiprocessing.active_children()):
            cpu = measured.cpu_of(pid)
            self._begun.setdefault(pid, cpu)
            self._used[pid], self.memory[pid] = cpu, peak_memory(pid)

    def cpu(self) -> dict[str, float]:
        """Processor seconds since the beginning, by process."""
        return {
            "main": time.process_time() - self._main,
            "main_thread": _main_thread_time() - self._main_thread,
            "workers": sum(self._used.values()) - sum(self._begun.values()),
        }


def _main_thread_time() -> float:
    return time.clock_gettime(time.pthread_getcpuclockid(threading.main_thread().ident or 0))


def peak_memory(pid: int | None) -> int:
    """The most that a process (None: this one) has held in memory, in bytes; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    match = _HIGH_WATER.search(status)
    return int(match.group(1)) * 1024 if match else 0
