"""Processes on one PostgreSQL, one and then two: how fast they decide and hand over what many partners deposited.

Everything runs on this machine, the server too: two processes share its cores with it, which a real fleet would not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bench import corpus
from bench.gate import make_gate
from bench.measured import ROOT, cpu_of, rested
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger import balance, partners
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, runs
from edigate.sandbox.flows import flow_name
from tests.postgres import Postgres, binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from edigate.engine.gate import Gate

DEPOSITORS = tuple(f"BEN{number:03d}" for number in range(1, 25))
PATIENCE = 600
# As a server comes, but for what the tests leave out to be quick.
SERVER = ("fsync=on", "full_page_writes=on", "shared_buffers=256MB")
WORKERS = "1"


def measure(folder: Path, flows: int = 2000) -> dict[str, Any]:
    """Flows per second of one and of two processes that decide and deliver, with processor time for each flow."""
    if not binary("postgres"):
        return {"skipped": "PostgreSQL is not installed (Debian, Ubuntu: postgresql)"}
    found: dict[str, Any] = {"flows": flows, "depositors": len(DEPOSITORS), "broken": []}
    with Postgres(options=SERVER) as server:
        for count in (1, 2):
            rested()
            found[f"processes_{count}"] = _measure(folder / str(count), server, flows, count, found["broken"])
    one, two = (found[f"processes_{count}"]["flows_per_second"] for count in (1, 2))
    return found | {"two_to_one": round(two / one, 3)}


def _measure(folder: Path, server: Postgres, flows: int, count: int, broken: list[str]) -> dict[str, Any]:
    gate = make_gate(folder, f'[ledger]\nurl = "{server.fresh()}"\n')
    _deposit(gate, folder / "files", flows)
    began = time.perf_counter()
    Distributed(gate, {Role.INTAKE}).run_once()
    intake = time.perf_counter() - began
    with _at_work(folder, count) as processes:
        until = time.monotonic() + PATIENCE
        while not (done := _seconds(gate, flows)):
            if time.monotonic() > until or any(process.poll() is not None for process in processes):
                broken.append(f"{count} processes did not finish")
                return {"flows_per_second": 0.0}
            time.sleep(0.2)
        own = sum(cpu_of(pid) for process in processes for pid in _tree(process.pid))
    with gate.ledger.connect() as connection:
        broken += [f"uneven: {line}" for line in balance.balance(connection, gate.zone) if not line.even]
    gate.ledger.dispose()
    return {
        "flows_per_second": round(flows / done, 1),
        "intake_per_second": round(flows / intake, 1),
        "cpu_per_flow": round(own / flows * 1e6),
    }


def _deposit(gate: Gate, folder: Path, flows: int) -> None:
    """Flows of many partners, each with the rights of the sandbox's own depositor."""
    with writing(gate.ledger) as connection:
        known = next(one for one in partners.load_book(connection).partners if one.code == corpus.DEPOSITOR)
        now = stamp(gate.clock())
        for code in DEPOSITORS:
            partners.save(connection, replace(known, code=code), actor="bench", at=now)
    for number, path in enumerate(corpus.make(folder, flows)):
        code = DEPOSITORS[number % len(DEPOSITORS)]
        inbox = gate.places.inbox / code
        inbox.mkdir(parents=True, exist_ok=True)
        path.rename(inbox / flow_name(path.name.partition("_")[0], code, number + 1))


@contextmanager
def _at_work(folder: Path, count: int) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
    """So many processes that decide and deliver; the gate's folder is theirs together, as on one machine."""
    line = [sys.executable, "-m", "edigate", "--gate", str(folder), "run", "--roles", "work,deliver"]
    settings = {"EDIGATE_ENGINE__WORKERS": WORKERS, "EDIGATE_LOG__LEVEL": "warning"}
    started = [
        subprocess.Popen(line, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL, start_new_session=True)
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait()


def _seconds(gate: Gate, flows: int) -> float:
    """From the first decision to the last file; 0 while anything is under way."""
    with gate.ledger.connect() as connection:
        decided, first = connection.execute(
            select(func.count(), func.min(runs.c.decided_at)).where(runs.c.state == "decided")
        ).one()
        if decided < flows:
            return 0
        waiting, last = connection.execute(
            select(func.count().filter(deliveries.c.state != "published"), func.max(deliveries.c.published_at))
        ).one()
    return 0 if waiting else (moment(last) - moment(first)).total_seconds()


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as children:  # noqa: PTH123 - no path of a file
            found += map(int, children.read().split())
    return found
