"""The fuzz run, for some seconds: nothing it feeds is unanswered; and it would notice what is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from fuzz import mutations, running, targets

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
INPUTS, SECONDS = 3_000, 8
KEYS = {"seed", "inputs", "seconds", "slowest_seconds", "slowest", "peak_memory_bytes", "findings"}


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it as `make fuzz` does."""
    command = [sys.executable, "-m", "fuzz", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_nothing_that_is_fed_goes_unanswered() -> None:
    """Some thousand inputs, of each kind: none raises, hangs, kills its reader or outgrows it."""
    done = fuzz(str(INPUTS), "--seed", "20260302", "--seconds", str(SECONDS))
    told: dict[str, Any] = json.loads(done.stdout)

    assert (done.returncode, told["findings"]) == (0, []), done.stderr
    assert told.keys() == KEYS
    assert told["inputs"] > INPUTS // 10
    assert told["slowest_seconds"] < running.SECONDS
    assert 0 < told["peak_memory_bytes"] < running.BYTES


def raises(content: bytes) -> None:
    """Raise for one input in ten."""
    if Random(content).random() < 0.1:
        msg = "as it should"
        raise ValueError(msg)


def hangs(content: bytes) -> None:
    """Work for ever on one input in ten."""
    began = time.process_time()
    while Random(content).random() < 0.1 and time.process_time() < began + 60:
        pass


def dies(content: bytes) -> None:
    """End the process for one input in ten."""
    if Random(content).random() < 0.1:
        os.kill(os.getpid(), signal.SIGKILL)


def grows(content: bytes) -> None:
    """Take more memory than there is for one input in ten."""
    if Random(content).random() < 0.1:
        bytearray(running.BYTES)


@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*:DeprecationWarning"
)  # the test runner has threads, fuzz has none
@pytest.mark.parametrize(
    ("feed", "said"),
    [(raises, "ValueError"), (hangs, "takes more than"), (dies, "SIGKILL"), (grows, "MemoryError")],
)
def test_what_is_wrong_is_found_with_its_number_and_the_others_go_on(
    feed: Callable[[bytes], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each finding can be fed again by seed and number, and every input was fed."""
    monkeypatch.setattr(running, "SECONDS", 0.2)
    monkeypatch.setitem(targets.TARGETS, "itself", targets.Target(feed, (b"seed",)))
    count = 30
    told = running.run(1, {"itself": count})
    expected = [number for number in range(count) if Random(running.content(1, "itself", number)).random() < 0.1]

    assert expected
    assert [finding.number for finding in told.findings] == expected
    assert all(said in finding.what for finding in told.findings)
    assert told.inputs == count


def test_an_input_is_the_same_at_every_run_and_small() -> None:
    """By seed, target and number."""
    for target in targets.TARGETS:
        inputs = [running.content(5, target, number) for number in range(20)]
        assert inputs == [running.content(5, target, number) for number in range(20)]
        assert len(set(inputs)) > 10
        assert max(map(len, inputs)) <= mutations.LARGEST
