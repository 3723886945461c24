"""Where the processor time of the main process and of the workers goes, by step and by function.

`python -m bench.profiling [N] [--rate R] [--top K] [--settings TOML]`, from the root of the checkout: a gate works off
N flows of one invoice each while py-spy samples its processes from outside, which needs no privileges over a child.
Threads that wait for the disk are seen as if they worked, so that the samples of each kind of thread are weighed by the
processor time that it took by the clock; starting and ending are left out. Tables go to standard output and, with the
stacks that they were counted from (`*.folded`, which flamegraph.pl, inferno and speedscope read), to build/profile.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections import defaultdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench import corpus, steps
from bench.measured import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

FLOWS, RATE, TOP = 3000, 250, 25
MICRO = 1e6
MAIN_THREAD = '"MainThread"'
_PROCESS = re.compile(r'process \d+:"([^"]*)"')
_FRAME = re.compile(r"(?P<name>.+) \((?P<file>.+?)(?::\d+)?\)$")
_PACKAGE = re.compile(r"(?:.*/)?edigate/(?P<module>.+)\.py$")


class Frame(NamedTuple):
    """A function on the stack, and the file it stands in."""

    name: str
    file: str

    @property
    def module(self) -> str:
        """Its module of edigate, such as `xsd/shelf`; empty for anything else's."""
        match = _PACKAGE.match(self.file)
        return match["module"] if match else ""

    def __str__(self) -> str:
        """The function with the end of its path."""
        return f"{self.name} ({'/'.join(self.file.split('/')[-3:])})"


# What a thread does that waits for others; it is seen there as if it worked.
WAITING = (
    Frame("wait", "threading.py"),
    Frame("_wait_for_tstate_lock", "threading.py"),
    Frame("select", "selectors.py"),
    Frame("_recv", "multiprocessing/connection.py"),  # for a worker's answer; the copying of it is little
    Frame("_watch", "edigate/engine/stopping.py"),
)


class Sample(NamedTuple):
    """A stack, outermost first, how much it counts, whether of a process below the first, and of its main thread."""

    frames: tuple[Frame, ...]
    weight: float
    below: bool = False
    main_thread: bool = True

    def under(self, name: str, module: str) -> bool:
        """Whether this function of edigate is on the stack."""
        return any(frame.name == name and frame.module == module for frame in self.frames)


class Profile(NamedTuple):
    """What was seen of one kind of process at work, and which step a sample belongs to."""

    title: str
    samples: tuple[Sample, ...]
    step_of: Callable[[Sample], str]


def main() -> int:
    """Sample, count, print, keep."""
    arguments = _arguments()
    build = ROOT / "build" / "profile"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        raw, measured = record(Path(folder), arguments)
    profiles = weighed(read(raw), measured["cpu"], arguments.flows)
    text = "\n".join(_lines(profiles, measured, arguments))
    for profile in profiles:
        stacks = (f"{';'.join(map(str, one.frames))} {max(1, round(one.weight))}\n" for one in profile.samples)
        (build / f"{profile.title}.folded").write_text("".join(stacks), encoding="utf-8")
    (build / "profile.txt").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 1 if measured["broken"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description="Tell where processor time goes.")
    parser.add_argument("flows", nargs="?", type=int, default=FLOWS, metavar="N")
    parser.add_argument("--rate", type=int, default=RATE, help="samples a second")
    parser.add_argument("--top", type=int, default=TOP, help="functions to print")
    parser.add_argument("--settings", default="", help="TOML of the gate")
    parser.add_argument("--kilobytes", type=int, default=corpus.SIZE // 1000, help="size of a flow")
    return parser.parse_args()


def record(folder: Path, arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """The stacks that py-spy saw of a gate at work, as it writes them, and what the gate measured itself."""
    print(f"profile: making {arguments.flows} flows", file=sys.stderr)
    corpus.make(folder / "files", arguments.flows, arguments.kilobytes * 1000)
    spy = Path(sysconfig.get_path("scripts")) / "py-spy"
    samples = folder / "samples.txt"
    gate = ["-m", "bench.alone", "bench.gate", folder / "files", folder / "gate", "--settings", arguments.settings]
    command = [
        spy,
        "record",
        "--nonblocking",  # paused in the instant in which the gate ends it, a worker ended never, nor did py-spy
        "--subprocesses",
        "--threads",
        "--format",
        "raw",
        "--rate",
        arguments.rate,
        "--output",
        samples,
        "--",
    ]
    print("profile: the gate works, and is looked at", file=sys.stderr)
    done = subprocess.run(
        [str(part) for part in (*command, sys.executable, *gate)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not told:
        sys.exit(f"profile: py-spy or the gate failed:\n{done.stderr}")
    return samples.read_text(encoding="utf-8"), json.loads(told[-1])


def read(raw: str) -> tuple[Sample, ...]:
    """The stacks of main process and workers, as py-spy writes them."""
    found = []
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        parts = _unfold(stack)
        frames = tuple(frame for part in parts if (frame := _frame(part)))
        if frames:
            thread = next((part for part in reversed(parts) if part.startswith("thread ")), MAIN_THREAD)
            below = sum(part.startswith("process ") for part in parts) > 1
            found.append(Sample(frames, float(count), below, MAIN_THREAD in thread))
    return tuple(found)


def weighed(samples: Iterable[Sample], cpu: Mapping[str, float], flows: int) -> tuple[Profile, Profile]:
    """Main process and workers, without starting and ending; weights are microseconds of processor time a flow."""
    workers, main, threads = [], [], []
    for one in samples:
        if one.frames[-1] in WAITING:
            continue
        if one.under("_answer", "engine/worker"):
            workers.append(one)
        elif one.under("run_once", "engine/local"):
            main.append(one)
        elif not one.below and one.frames[0].name == "_bootstrap" and any(frame.module for frame in one.frames):
            threads.append(one)
    in_threads = cpu["main"] - cpu["main_thread"]
    return (
        Profile(
            "main", (*_scaled(main, cpu["main_thread"], flows), *_scaled(threads, in_threads, flows)), _step_in_main
        ),
        Profile("workers", _scaled(workers, cpu["workers"], flows), _step_in_worker),
    )


def _scaled(samples: Sequence[Sample], seconds: float, flows: int) -> tuple[Sample, ...]:
    total = sum(one.weight for one in samples)
    return tuple(one._replace(weight=one.weight / total * seconds / flows * MICRO) for one in samples)


def _unfold(stack: str) -> list[str]:
    """The parts between semicolons; a command line may hold some of its own."""
    return _PROCESS.sub(lambda match: match[0].replace(";", ","), stack).split(";")


def _frame(part: str) -> Frame | None:
    match = _FRAME.match(part)
    return (
        Frame(match["name"].rpartition(".")[2], match["file"])
        if match and not part.startswith(("process ", "thread "))
        else None
    )


def _steps() -> dict[tuple[str, str], str]:
    """The step that each watched function is, by its name and module."""
    found = {}
    for step, owner, name in steps.WATCHED:
        code = getattr(owner, name).__code__
        module = _PACKAGE.match(code.co_filename)
        found[code.co_name, module["module"] if module else ""] = step
    return found


_STEPS = _steps()


def _step_in_main(sample: Sample) -> str:
    """The innermost step on the stack; where a thread works for a step, the module that it works in."""
    for frame in reversed(sample.frames):
        if step := _STEPS.get((frame.name, frame.module)):
            return step
    if sample.main_thread:
        return "between the steps"
    return f"threads of {next((frame.module for frame in sample.frames if frame.module), 'Python')}"


def _step_in_worker(sample: Sample) -> str:
    """The folder of edigate that the innermost of its functions stands in."""
    return next(frame.module for frame in reversed(sample.frames) if frame.module).partition("/")[0]


def _lines(profiles: Sequence[Profile], measured: Mapping[str, Any], arguments: argparse.Namespace) -> Iterator[str]:
    yield f"{arguments.flows} flows in {measured['seconds']:.1f} s while looked at; processor time of a flow in µs"
    for profile in profiles:
        total = sum(one.weight for one in profile.samples)
        yield ""
        yield f"{profile.title}: {total:,.0f} µs"
        by_step = _added(profile.samples, partial(_step, profile.step_of))
        yield from _table("step", by_step, total, arguments.top)
        own = _added(profile.samples, lambda one: {str(one.frames[-1])})
        yield from _table("function, by itself", own, total, arguments.top)
        inside = _added(profile.samples, lambda one: {str(frame) for frame in one.frames if frame.module})
        yield from _table("function of edigate, with all it calls", inside, total, arguments.top)


def _step(step_of: Callable[[Sample], str], one: Sample) -> set[str]:
    return {step_of(one)}


def _added(samples: Iterable[Sample], keys: Callable[[Sample], set[str]]) -> dict[str, float]:
    """Microseconds for each key, the most first."""
    added: defaultdict[str, float] = defaultdict(float)
    for one in samples:
        for key in keys(one):
            added[key] += one.weight
    return dict(sorted(added.items(), key=lambda item: -item[1]))


def _table(title: str, rows: Mapping[str, float], total: float, top: int) -> Iterator[str]:
    yield ""
    yield f"{'µs':>8} {'share':>6}  {title}"
    for name, spent in islice(rows.items(), top):
        yield f"{spent:8,.0f} {spent / total:6.1%}  {name}"


if __name__ == "__main__":
    sys.exit(main())
