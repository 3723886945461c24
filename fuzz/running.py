"""Feeding in processes of their own: what dies, hangs or takes too much memory is found out, and the others go on."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import resource
import signal
import struct
import time
import traceback
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from fuzz.mutations import made
from fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

SECONDS = 2.0
BYTES = 1_500_000_000
_STATE = struct.Struct("<qdqq")  # the input in hand, the slowest one's seconds, which it was, the most memory


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that was not answered as it should be."""

    target: str
    number: int
    what: str


@dataclass(slots=True)
class Told:
    """What came of a run."""

    inputs: int = 0
    slowest: float = 0.0
    slowest_of: str = ""
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)


def content(seed: int, target: str, number: int) -> bytes:
    """The input of this number, the same at every run with the seed."""
    return made(Random(f"{seed} {target} {number}"), TARGETS[target].seeds)


def run(
    seed: int, counts: dict[str, int], *, until: float | None = None, note: Callable[[str], None] = lambda _: None
) -> Told:
    """Feed each target so many inputs, or as many as there is time for until then (monotonic)."""
    told = Told()
    for at, (target, count) in enumerate(counts.items()):
        left = None if until is None else (until - time.monotonic()) / (len(counts) - at)
        _feed(seed, target, count, told, None if left is None else time.monotonic() + left)
        note(f"{target}: {told.inputs} inputs so far, {len(told.findings)} findings")
    return told


def _feed(seed: int, target: str, count: int, told: Told, until: float | None) -> None:
    """One target, in one process after another: a dead one is gone on from behind what it died of."""
    for seed_input in TARGETS[target].seeds:  # sound ones; and what is loaded once is not the first input's time
        TARGETS[target].feed(seed_input)
    number = 0
    while number < count and (until is None or time.monotonic() < until):
        state = mmap.mmap(-1, _STATE.size)
        ours, theirs = multiprocessing.get_context("fork").Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=_work, args=(seed, target, range(number, count), until, state, theirs)
        )
        process.start()
        theirs.close()
        reached = number
        try:
            while True:
                reached, what = ours.recv()
                if what:
                    told.findings.append(Finding(target, reached, what))
        except EOFError:
            process.join()
        at, slowest, slowest_at, most = _STATE.unpack(state[:])
        if slowest > told.slowest:
            told.slowest, told.slowest_of = slowest, f"{target} {slowest_at}"
        told.bytes = max(told.bytes, most)
        told.inputs += at - number + (process.exitcode != 0)
        if process.exitcode == 0:
            return
        told.findings.append(Finding(target, at, _death(process.exitcode or 0)))
        number = at + 1


def _death(code: int) -> str:
    if code == -signal.SIGPROF:
        return f"takes more than {SECONDS} s"
    return f"ends the process: {signal.Signals(-code).name if code < 0 else code}"


def _work(seed: int, target: str, numbers: range, until: float | None, state: mmap.mmap, pipe: Connection) -> None:
    """The inputs of these numbers; SIGPROF, which nothing here hears, ends the process in one that takes too long."""
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    slowest, slowest_at, number = 0.0, numbers.start, numbers.start
    for number in numbers:
        if until is not None and time.monotonic() > until:
            break
        given = content(seed, target, number)
        _STATE.pack_into(state, 0, number, slowest, slowest_at, 0)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        began = time.process_time()
        try:
            TARGETS[target].feed(given)
        except Exception:  # noqa: BLE001 - whatever was raised is the finding
            pipe.send((number, traceback.format_exc()))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        taken = time.process_time() - began
        if taken > slowest:
            slowest, slowest_at = taken, number
    else:
        number = numbers.stop
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    _STATE.pack_into(state, 0, number, slowest, slowest_at, most)
    pipe.close()
    os._exit(0)
