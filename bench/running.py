"""Running the cases one after the other, each in a process of its own, while a display says what is going on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.measured import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.cases import Case, Terms

    Tell = Callable[[str], None]

KEPT = 12


def run_all(cases: Sequence[tuple[Case, Terms]], build: Path) -> dict[str, dict[str, Any]]:
    """What each case measured, by its name; one that ended before it could tell has that under `broken`."""
    found = {}
    # On the checkout's own file system: a folder for temporary files may lie in memory, where syncing costs nothing.
    # What a case leaves goes when all have ended: a file system without a journal looks past inodes that were freed in
    # the last minutes, one by one, whenever it makes a file.
    with watched(len(cases)) as (tell, done), tempfile.TemporaryDirectory(dir=build) as folder:
        for case, terms in cases:
            tell(f"{case.name}: {case.says}")
            found[case.name] = _run(case, terms, Path(folder) / case.name, tell)
            os.sync()
            done()
    return found


def _run(case: Case, terms: Terms, folder: Path, tell: Tell) -> dict[str, Any]:
    result = folder / "result.json"
    work = folder / "work"
    work.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.case", case.module, str(work), str(result), json.dumps(dict(terms))]
    began, last = time.perf_counter(), deque[str](maxlen=KEPT)
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            last.append(line.rstrip())
            tell(f"{case.name}: {line.rstrip()}")
    seconds = round(time.perf_counter() - began, 1)
    found: dict[str, Any] = {"bench_seconds": seconds}
    if process.returncode or not result.exists():
        ended = f"the measure ended with status {process.returncode}: {last[-1] if last else 'without a word'}"
        return found | {"broken": [ended], "said": list(last)}
    measured: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found | measured


@contextmanager
def watched(cases: int) -> Iterator[tuple[Tell, Callable[[], None]]]:
    """What tells of a step, and what of the end of a case: a display on a terminal, lines elsewhere; standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(f"bench: {text}", file=sys.stderr, flush=True), lambda: None
        return
    columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=cases)
        yield lambda text: progress.update(task, description=text), lambda: progress.advance(task)
