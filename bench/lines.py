"""Invoices of very many lines, good ones and refused ones, through a gate that is already running.

`python -m bench.lines [LINES]`, from the root of the checkout, prints one JSON object: what an invoice of so many lines
takes, and one of ten times as many, from the moment it is renamed into the inbox (nothing is waited for) until its
report stands in the outbox, and of that the examination.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import corpus, measured, steps
from bench.gate import make_gate
from bench.gauge import peak_memory
from bench.measured import ROOT
from edigate.engine.local import Local
from edigate.observability import logs
from edigate.sandbox.documents import Draft, sample_lines
from edigate.sandbox.flows import flow_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.corpus import Kind
    from edigate.engine.gate import Gate

LINES, TIMES = 4_188, 10
PATIENCE = 300.0
# What 4,188 lines of UBL need besides to be 3.5 MB.
_WORDS = (
    ", selon le devis accepté, livraison comprise, pose et mise en service par nos soins sur le chantier, reprise et "
)
_WORDS += "recyclage de l'ancien matériel"
# What is found in every line of a document, and what is written there: no number, or one of too many decimals.
_SPOILT = {
    ("ubl", "schema"): (b"<cbc:InvoicedQuantity>", b"<cbc:InvoicedQuantity>n"),
    ("ubl", "rules"): (b".37</cbc:PriceAmount>", b".3700001</cbc:PriceAmount>"),
    ("cii", "schema"): (b"<ram:LineTotalAmount>", b"<ram:LineTotalAmount>n"),
    ("cii", "rules"): (b".37</ram:ChargeAmount>", b".3700001</ram:ChargeAmount>"),
}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.lines", description=__doc__.partition("\n")[0])
    parser.add_argument("lines", nargs="?", type=int, default=LINES)
    parser.add_argument("--run", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        json.dump(through_a_gate(*given.run), sys.stdout)
        return
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        json.dump(measure(Path(folder), given.lines), sys.stdout, indent=2)


def measure(folder: Path, lines: int = LINES) -> dict[str, Any]:
    """By syntax, and whether it is good or why it is refused: seconds for one, and how many times that for ten."""
    files = folder / "files"
    files.mkdir(parents=True)
    sizes = {}
    for number, (kind, case, count) in enumerate(_cases(lines), start=len(corpus.KINDS) + 1):
        content = _document(kind, case, count, number)
        sizes[number] = len(content)
        (files / flow_name(kind.interface, corpus.DEPOSITOR, number)).write_bytes(content)
    for number, kind in enumerate(corpus.KINDS, start=1):  # what is compiled and loaded at first is not counted
        for place, content in enumerate(
            (_document(kind, "good", 9, number), _document(kind, "schema", 9, number + 50))
        ):
            (files / flow_name(kind.interface, corpus.DEPOSITOR, number + 1000 * place)).write_bytes(content)
    found = measured.run("bench.lines", "--run", files, folder / "gate")
    measured.rested()
    told: dict[str, Any] = {}
    for number, (kind, case, count) in enumerate(_cases(lines), start=len(corpus.KINDS) + 1):
        one = found["files"][flow_name(kind.interface, corpus.DEPOSITOR, number)] | {"bytes": sizes[number]}
        told.setdefault(f"{kind.syntax} {case}", {})[str(count)] = one
    for of_case in told.values():
        few, many = of_case[str(lines)], of_case[str(lines * TIMES)]
        of_case["times"] = round(many["seconds"] / few["seconds"], 2)
        of_case["times_examined"] = round(many["examine"] / few["examine"], 2)
    return {"lines": lines, "memory": found["memory"], "cases": told}


def _cases(lines: int) -> Sequence[tuple[Kind, str, int]]:
    return [
        (kind, case, count)
        for kind in corpus.KINDS
        for case in ("good", "schema", "rules")
        for count in (lines, lines * TIMES)
    ]


def _document(kind: Kind, case: str, count: int, number: int) -> bytes:
    lines = tuple(replace(line, name=line.name + _WORDS) for line in sample_lines(count))
    today = dt.datetime.now(dt.UTC).date()
    content = kind.build(
        Draft(f"LINES-{number}", issue_date=today, recipient_siret=corpus.RECIPIENTS[0], lines=lines)
    )  # fmt: skip
    return content.replace(*_SPOILT[kind.syntax, case]) if case != "good" else content


def through_a_gate(files: Path, folder: Path) -> dict[str, Any]:
    """One file after the other through a gate that runs: seconds to the report, and of them the examination."""
    logs.configure(fmt="console", level="error")
    gate = make_gate(folder)
    stopwatch = steps.watch()
    local = Local(gate)
    found: dict[str, Any] = {}

    def drop() -> None:
        try:
            for file in sorted(files.iterdir(), key=lambda file: file.stat().st_size):
                examined = stopwatch.seconds["examine"]
                found[file.name] = {"seconds": round(_reported(gate, file), 4)}
                found[file.name]["examine"] = round(stopwatch.seconds["examine"] - examined, 4)
                measured.rested()
        finally:
            local.stop()

    (gate.places.inbox / corpus.DEPOSITOR).mkdir(parents=True, exist_ok=True)
    dropping = threading.Thread(target=drop)
    dropping.start()
    local.run()
    dropping.join()
    return {"files": found, "memory": {"main": peak_memory(None)}}


def _reported(gate: Gate, file: Path) -> float:
    """Seconds from the renaming of a file into the inbox to one more report in the outbox."""
    outbox = gate.places.outbox / corpus.DEPOSITOR
    before = len(list(outbox.glob("CSO*")))
    began = time.perf_counter()
    file.rename(gate.places.inbox / corpus.DEPOSITOR / file.name)
    while len(list(outbox.glob("CSO*"))) == before:
        time.sleep(0.002)
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(file.name)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
