"""Throughput against the number of invoices that the ledger holds already, over the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench import corpus, ledger_million, measured
from bench.cases import say
from edigate.observability import logs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def measure(folder: Path, *, thousands: Sequence[int], flows: int) -> dict[str, Any]:
    """Flows per second with so many thousand invoices in the ledger, and the last as a share of the first."""
    logs.configure(fmt="console", level="warning")
    files = corpus.make(folder / "files", ledger_million.TOLD_AGAIN + flows)
    points = [_point(folder / f"gate-{count}", count * 1000, files) for count in thousands]
    speeds = [point["flows_per_second"] for point in points]
    return {"points": points, "last_to_first": round(speeds[-1] / speeds[0], 3)}


def _point(folder: Path, invoices: int, files: Sequence[Path]) -> dict[str, Any]:
    say(f"{invoices:,} invoices in the ledger")
    told, new = files[: ledger_million.TOLD_AGAIN], files[ledger_million.TOLD_AGAIN :]
    gate = ledger_million.make_big(folder, told, max(invoices, len(told)))
    corpus.drop(new, gate.places.inbox / corpus.DEPOSITOR)
    found = measured.run("bench.ledger_million", "--once", gate.places.root)
    gate.ledger.dispose()
    return {"invoices": invoices, "flows_per_second": round(1000 / found["seconds_per_1000"], 1)}
