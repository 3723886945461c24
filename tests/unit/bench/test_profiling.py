"""Stacks that were sampled, sorted by process and thread, and weighed by the clock."""

from __future__ import annotations

import pytest

from bench.profiling import Frame, Sample, read, weighed

GATE = 'process 7:"python -m bench.gate --settings [engine];workers = 1"'
SERVER = 'process 8:"python -c from multiprocessing.forkserver import main; main(13)"'
MAIN = 'thread (0x7F1): "MainThread"'
POOL = 'thread (0x7F2): "ThreadPoolExecutor-0_0"'
RUN = "main (bench/gate.py:50);Local.run_once (edigate/engine/local.py:88)"
RAW = f"""
{GATE};{MAIN};{RUN};place (edigate/engine/handover.py:70) 30
{GATE};{MAIN};{RUN};Thread.wait (threading.py:300) 500
{GATE};{MAIN};main (bench/gate.py:47);make_gate (bench/gate.py:60);open_gate (edigate/app.py:60) 900
{GATE};{POOL};Thread._bootstrap (threading.py:1002);_worker (concurrent/futures/thread.py:83) 40
{GATE};{POOL};Thread._bootstrap (threading.py:1002);stage (edigate/delivery/folder.py:40) 10
{GATE};{SERVER};{MAIN};serve (edigate/engine/worker.py:90);_answer (edigate/engine/worker.py:100);read (lxml.py:1) 20
{GATE};{SERVER};{MAIN};serve (edigate/engine/worker.py:88);_start (edigate/engine/worker.py:99) 70
""".strip()


def test_a_stack_is_read_with_its_thread_and_whether_a_process_below_had_it() -> None:
    """Command lines may hold semicolons; classes before a function's name and lines behind its file fall away."""
    samples = read(RAW)

    assert len(samples) == 7
    assert samples[0] == Sample(
        (
            Frame("main", "bench/gate.py"),
            Frame("run_once", "edigate/engine/local.py"),
            Frame("place", "edigate/engine/handover.py"),
        ),
        30.0,
        below=False,
        main_thread=True,
    )
    assert [one.below for one in samples] == [False] * 5 + [True] * 2
    assert [one.main_thread for one in samples] == [True, True, True, False, False, True, True]


def test_samples_are_weighed_by_the_processor_time_of_their_kind_of_thread() -> None:
    """Waiting, starting and idle threads fall away; 2 s in the main thread and 1 s beside it, over 1,000 flows."""
    main, workers = weighed(read(RAW), {"main": 3.0, "main_thread": 2.0, "workers": 4.0}, 1000)

    assert [str(one.frames[-1]) for one in (*main.samples, *workers.samples)] == [
        "place (edigate/engine/handover.py)",
        "stage (edigate/delivery/folder.py)",
        "read (lxml.py)",
    ]
    assert [one.weight for one in (*main.samples, *workers.samples)] == pytest.approx([2000, 1000, 4000])


def test_a_sample_belongs_to_the_innermost_step_or_to_what_its_thread_is_for() -> None:
    """The main thread's by the bench's own list of steps, others' by the module they work in, workers' by folder."""
    main, workers = weighed(read(RAW), {"main": 3.0, "main_thread": 2.0, "workers": 4.0}, 1000)

    assert [main.step_of(one) for one in main.samples] == ["place", "threads of delivery/folder"]
    assert [workers.step_of(one) for one in workers.samples] == ["engine"]
