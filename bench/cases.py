"""Every case of the bench, and every figure it tells with the target that the figure is held to.

A case is a module with `measure(folder, **terms)`, which is called in a process of its own with an empty folder on the
checkout's file system, and returns figures as JSON knows them. Under `broken` it lists the promises that were not kept,
in words; that list alone makes the bench fail. `say` tells what is going on.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

Terms = Mapping[str, Any]


class Figure(NamedTuple):
    """One figure of a case: its key, what it says, its unit, and at least or at most what.

    Dots in the key lead into mappings; `{word}` stands for the case's term of that name.
    """

    key: str
    says: str
    unit: str = ""
    least: float | None = None
    most: float | None = None


class Case(NamedTuple):
    """One case: the module that measures it, what it is about, its sizes in a full and in a quick run, its figures.

    `holds` are keys of what was measured that must be true: the module's own word that all was done. Under `skipped` a
    module says why it measured nothing, such as a server that is not installed.
    """

    name: str
    module: str
    says: str
    full: Terms
    quick: Terms
    figures: tuple[Figure, ...]
    holds: tuple[str, ...] = ()


BYTES = "bytes"
MEGABYTES = "MB"
PER_SECOND = "/s"
SECONDS = "s"
MICROSECONDS = "µs"
TIMES = "×"

_SPEEDS = (
    Figure("flows_per_second", "flows of the gate", PER_SECOND),
    Figure("floor_per_second", "flows of the floor", PER_SECOND),
)
_CPU = (
    Figure("cpu_per_flow.main", "processor time of the main process for a flow", MICROSECONDS),
    Figure("cpu_per_flow.workers", "processor time of the workers for a flow", MICROSECONDS),
    Figure("cpu_per_flow.floor", "processor time of the floor for a flow", MICROSECONDS),
)

CASES: tuple[Case, ...] = (
    Case(
        "single",
        "bench.single",
        "flows of one invoice of 10 kB, synced",
        {"flows": 3000, "rounds": 3},
        {"flows": 200, "rounds": 1},
        (
            *_SPEEDS,
            Figure("gate_to_floor", "gate to floor", TIMES, least=0.7),
            Figure("gate_to_floor_cpu", "the same by processor time", TIMES),
            Figure("xmllint_per_second", "flows of xmllint", PER_SECOND),
            Figure("gate_to_xmllint", "gate to xmllint", TIMES),
            *_CPU,
            Figure("peak_memory_megabytes", "memory of the largest process", MEGABYTES),
        ),
    ),
    Case(
        "at-work",
        "bench.single",
        "the same through a gate that runs already when they come, as the floor's processes do",
        {"flows": 3000, "rounds": 3, "at_work": True},
        {"flows": 200, "rounds": 1, "at_work": True},
        (
            *_SPEEDS,
            Figure("gate_to_floor", "gate to floor", TIMES, least=0.7),
            Figure("gate_to_floor_cpu", "the same by processor time", TIMES),
            *_CPU,
        ),
    ),
    Case(
        "journal",
        "bench.journal",
        "single flows on an ext4 with its journal",
        {"flows": 3000, "rounds": 3, "megabytes": 4096},
        {"flows": 200, "rounds": 1, "megabytes": 256},
        (*_SPEEDS, Figure("gate_to_floor", "gate to floor", TIMES, least=1)),
    ),
    Case(
        "relaxed",
        "bench.single",
        "the same without syncing, gate (durability = relaxed) and floor",
        {"flows": 3000, "rounds": 3, "relaxed": True},
        {"flows": 200, "rounds": 1, "relaxed": True},
        (*_SPEEDS, Figure("gate_to_floor", "gate to floor", TIMES, least=0.25)),
    ),
    Case(
        "relaxed-at-work",
        "bench.single",
        "the same through a gate that runs already when they come",
        {"flows": 3000, "rounds": 3, "relaxed": True, "at_work": True},
        {"flows": 200, "rounds": 1, "relaxed": True, "at_work": True},
        (*_SPEEDS, Figure("gate_to_floor", "gate to floor", TIMES, least=0.25), *_CPU),
    ),
    Case(
        "archives",
        "bench.archives",
        "flows of 500 invoices in a tar.gz, beside flows of one",
        {"flows": 6, "invoices": 500},
        {"flows": 2, "invoices": 20},
        (
            Figure("invoices_per_second.archives", "invoices, in archives", PER_SECOND),
            Figure("invoices_per_second.single", "invoices, one in each flow", PER_SECOND),
            Figure("to_single", "in archives to one by one", TIMES, least=3),
            Figure("cpu_to_single", "the same by processor time", TIMES),
        ),
        holds=("integrated",),
    ),
    Case(
        "big",
        "bench.big",
        "a flow of 1 GB: 500 invoices with 1.5 MB attached to each",
        {"invoices": 500, "attached": 1_500_000},
        {"invoices": 10, "attached": 100_000},
        (
            Figure("seconds", "from the claim to the last pivot", SECONDS),
            Figure("floor_seconds", "its floor", SECONDS),
            Figure("gate_to_floor", "gate to floor", TIMES, least=0.5),
            Figure("peak_memory_bytes.main", "memory of the main process", BYTES, most=400_000_000),
            Figure("peak_memory_bytes.workers", "memory of the largest worker", BYTES, most=400_000_000),
        ),
        holds=("integrated",),
    ),
    Case(
        "lone",
        "bench.lone",
        "one flow at a time through a running gate with default settings",
        {"times": 15},
        {"times": 2},
        (
            Figure("written_seconds", "written into the inbox: until the report", SECONDS, most=1.5),
            Figure("quiet_seconds", "of which the quiet period", SECONDS),
            Figure("renamed_seconds", "renamed into the inbox: until the report", SECONDS, most=0.3),
            Figure("worst.written", "written, the slowest", SECONDS),
            Figure("worst.renamed", "renamed, the slowest", SECONDS),
        ),
    ),
    Case(
        "lines",
        "bench.lines",
        "invoices of 4,188 and 41,880 lines, renamed into the inbox of a running gate",
        {"lines": 4_188},
        {"lines": 100},
        (
            Figure("cases.ubl good.{lines}.seconds", "4,188 lines, UBL: until the report", SECONDS, most=0.5),
            Figure("cases.cii good.{lines}.seconds", "4,188 lines, CII: until the report", SECONDS, most=0.5),
            Figure("cases.ubl good.times", "41,880 lines, UBL: so many times that", TIMES, most=11),
            Figure("cases.cii good.times", "41,880 lines, CII: so many times that", TIMES, most=11),
            Figure("cases.ubl schema.{lines}.seconds", "4,188 lines, UBL: refused by the schema", SECONDS),
            Figure("cases.cii schema.{lines}.seconds", "4,188 lines, CII: refused by the schema", SECONDS),
            Figure("cases.ubl rules.{lines}.seconds", "4,188 lines, UBL: refused by the rules", SECONDS),
            Figure("cases.cii rules.{lines}.seconds", "4,188 lines, CII: refused by the rules", SECONDS),
            Figure("cases.ubl schema.times", "41,880 lines, UBL: by the schema, so many times that", TIMES),
            Figure("cases.cii schema.times", "41,880 lines, CII: by the schema, so many times that", TIMES),
            Figure("cases.ubl rules.times", "41,880 lines, UBL: by the rules, so many times that", TIMES),
            Figure("cases.cii rules.times", "41,880 lines, CII: by the rules, so many times that", TIMES),
        ),
    ),
    Case(
        "refused",
        "bench.refused",
        "a day on which the schema refuses every flow, beside a good one",
        {"flows": 2_000},
        {"flows": 60},
        (
            Figure("flows_per_second.good", "flows, all good", PER_SECOND),
            Figure("flows_per_second.refused", "flows, all refused", PER_SECOND),
            Figure("to_good", "refused to good", TIMES, least=0.3),
            Figure("cpu_to_good", "the same by processor time", TIMES),
            Figure("faults_per_flow", "faults told for a flow"),
        ),
        holds=("refused",),
    ),
    Case(
        "start",
        "bench.start",
        "commands that only start",
        {"times": 7},
        {"times": 2},
        (
            Figure("help_seconds", "edigate --help", SECONDS, most=0.25),
            Figure("check_seconds", "edigate check on one good file", SECONDS, most=0.6),
            Figure("python_seconds", "Python itself", SECONDS),
        ),
    ),
    Case(
        "ledger",
        "bench.ledger_million",
        "a ledger of 1,000,000 invoices, beside one of hardly any",
        {"flows": 1_000_000},
        {"flows": 6_000},
        (
            Figure("gate.slower_by.seconds_per_1000", "the gate takes longer there by", TIMES, most=0.1),
            Figure("answers_seconds.flows list", "flows list: the ledger's answer", SECONDS, most=0.2),
            Figure("answers_seconds.invoices show", "invoices show: the ledger's answer", SECONDS, most=0.2),
            Figure("answers_seconds.whole balance", "balance: the ledger's answer", SECONDS, most=0.2),
            Figure("commands_seconds.flows list", "edigate flows list, from start to end", SECONDS, most=0.2),
            Figure("commands_seconds.invoices show", "edigate invoices show, from start to end", SECONDS, most=0.2),
            Figure("commands_seconds.balance", "edigate balance, from start to end", SECONDS, most=0.2),
            Figure("first_balance_seconds", "edigate balance, the first time", SECONDS),
            Figure("commands_seconds.--help", "edigate --help, for comparison", SECONDS),
            Figure("ledger_bytes", "the ledger", BYTES),
        ),
    ),
    Case(
        "postgres",
        "bench.postgres",
        "one and two processes with a worker each on PostgreSQL, which shares their cores",
        {"flows": 2_000},
        {"flows": 100},
        (
            Figure("processes_1.flows_per_second", "flows, one process", PER_SECOND),
            Figure("processes_2.flows_per_second", "flows, two processes", PER_SECOND),
            Figure("two_to_one", "two processes to one", TIMES),
            Figure("processes_1.intake_per_second", "flows taken in by one process", PER_SECOND),
            Figure("processes_1.cpu_per_flow", "processor time for a flow, without the server's", MICROSECONDS),
        ),
    ),
    Case(
        "sizes",
        "bench.sizes",
        "flow size",
        {"kilobytes": [4, 10, 30, 100, 300, 1000], "megabytes": 60, "flows": 2500},
        {"kilobytes": [4, 30], "megabytes": 1, "flows": 40},
        (),
    ),
    Case(
        "ledgers",
        "bench.ledgers",
        "ledger size",
        {"thousands": [0, 10, 100, 300, 1000], "flows": 1000},
        {"thousands": [0, 6], "flows": 60},
        (Figure("last_to_first", "the largest to none", TIMES),),
    ),
    Case(
        "workers",
        "bench.workers",
        "number of workers",
        {"counts": [1, 2], "flows": 2500},
        {"counts": [1, 2], "flows": 60},
        (Figure("two_to_one", "two workers to one", TIMES),),
    ),
)


def say(text: str) -> None:
    """Tell whoever watches what is going on."""
    print(text, file=sys.stderr, flush=True)


def value_of(measured: Mapping[str, Any], key: str) -> float | None:
    """The figure under this key; None where it was not measured."""
    found: Any = measured
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, int | float) else None


def met(figure: Figure, value: float | None) -> bool | None:
    """Whether the target is reached; None where there is none, or no figure."""
    if value is None or (figure.least is None and figure.most is None):
        return None
    return (figure.least is None or value >= figure.least) and (figure.most is None or value <= figure.most)
