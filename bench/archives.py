"""Invoices that come by the hundred in tar.gz flows, beside the same invoices in flows of their own.

`python -m bench.archives [FLOWS] [--invoices N]`, from the root of the checkout: so many archives of N invoices, then
as many single ones; prints one JSON object.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import apart, corpus
from bench.measured import ROOT
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.documents import Draft, sample_lines
from edigate.sandbox.flows import flow_name

if TYPE_CHECKING:
    from bench.corpus import Kind

FLOWS, INVOICES = 6, 500


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.archives", description=__doc__.partition("\n")[0])
    parser.add_argument("flows", nargs="?", type=int, default=FLOWS)
    parser.add_argument("--invoices", type=int, default=INVOICES, help="in each archive")
    given = parser.parse_args()
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        json.dump(measure(Path(folder), given.flows, given.invoices), sys.stdout, indent=2)


def measure(folder: Path, flows: int = FLOWS, invoices: int = INVOICES) -> dict[str, Any]:
    """Invoices per second, and processor time of each, in archives and alone; `to_single` are the ratios."""
    count = flows * invoices
    _archives(folder / "archives", flows, invoices)
    packed = apart.run(folder / "archives", folder / "packed")
    corpus.make(folder / "singles", count)
    single = apart.run(folder / "singles", folder / "single")
    rates = {name: count / found["seconds"] for name, found in (("archives", packed), ("single", single))}
    costs = {name: apart.cpu(found) / count for name, found in (("archives", packed), ("single", single))}
    return {
        "flows": flows,
        "invoices": count,
        "invoices_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "cpu_ms_per_invoice": {name: round(1000 * cost, 3) for name, cost in costs.items()},
        "to_single": round(rates["archives"] / rates["single"], 2),
        "cpu_to_single": round(costs["single"] / costs["archives"], 2),
        "integrated": packed["invoices"] == single["invoices"] == packed["pivot_invoices"] == count,
        "each": {"archives": packed, "single": single},
    }


def _archives(folder: Path, flows: int, invoices: int) -> None:
    """Write archives of invoices of about 10 kB, UBL and CII in turn, for three recipients."""
    folder.mkdir(parents=True)
    for place in range(1, flows + 1):
        kind = corpus.KINDS[place % len(corpus.KINDS)]
        files = {f"{number:04d}.xml": _document(kind, place, number) for number in range(1, invoices + 1)}
        (folder / flow_name(kind.interface, corpus.DEPOSITOR, place)).write_bytes(tar_gz(files))


def _document(kind: Kind, place: int, number: int) -> bytes:
    recipient = corpus.RECIPIENTS[number % len(corpus.RECIPIENTS)]
    today = dt.datetime.now(dt.UTC).date()
    return kind.build(
        Draft(
            f"BENCH-{place:03d}-{number:04d}",
            issue_date=today,
            recipient_siret=recipient,
            lines=sample_lines(kind.lines),
        )
    )


if __name__ == "__main__":
    main()
