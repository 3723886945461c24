"""A day on which the schema refuses every flow, beside a good day: the same invoices, each with one or more mistakes.

`python -m bench.refused [FLOWS]`, from the root of the checkout, prints one JSON object. The mistakes are of six kinds,
in turn: an element that nobody knows, one that is missing, one out of its place, at the top and in every line, and
values that are none.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bench import apart, corpus
from bench.measured import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

FLOWS = 2_000

# What is found in a document of each interface, and what is written in its stead, wherever it is found.
MISTAKES: Mapping[str, tuple[tuple[bytes, bytes], ...]] = MappingProxyType(
    {
        "FSO1100A": (
            (rb"cbc:IssueDate>", rb"cbc:DateOfIssue>"),
            (rb"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", rb"<cbc:Kind/>"),
            (rb"(<cbc:UBLVersionID>[^<]*</cbc:UBLVersionID>)(\s*<cbc:ID>[^<]*</cbc:ID>)", rb"\2\1"),
            (rb"<cac:Item>", rb"<cac:Item><cbc:Colour>red</cbc:Colour>"),
            (rb"(<cbc:PriceAmount [^>]*>)", rb"\1EUR "),
            (rb"<cbc:IssueDate>[^<]*<", rb"<cbc:IssueDate>14/03/2025<"),
        ),
        "FSO1106A": (
            (rb"<ram:TypeCode>380</ram:TypeCode>", rb"<ram:Kind>380</ram:Kind>"),
            (rb"(<ram:ApplicableHeaderTradeDelivery)(\s*/>|>\s*</ram:ApplicableHeaderTradeDelivery>)", rb""),
            (rb"(<ram:ID>BENCH[^<]*</ram:ID>)(\s*<ram:TypeCode>380</ram:TypeCode>)", rb"\2\1"),
            (rb"<ram:SpecifiedTradeProduct>", rb"<ram:SpecifiedTradeProduct><ram:Colour>red</ram:Colour>"),
            (rb"<ram:LineTotalAmount>", rb"<ram:LineTotalAmount>EUR "),
            (rb"<ram:BilledQuantity", rb"<ram:Quantity/><ram:BilledQuantity"),
        ),
    }
)  # fmt: skip


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.refused", description=__doc__.partition("\n")[0])
    parser.add_argument("flows", nargs="?", type=int, default=FLOWS)
    given = parser.parse_args()
    build = ROOT / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        json.dump(measure(Path(folder), given.flows), sys.stdout, indent=2)


def measure(folder: Path, flows: int = FLOWS) -> dict[str, Any]:
    """Flows per second, and processor time of each, on a good day and on a bad one; `to_good` are the ratios."""
    corpus.make(folder / "good", flows)
    for place, file in enumerate(corpus.make(folder / "bad", flows)):
        file.write_bytes(spoilt(file.read_bytes(), file.name.partition("_")[0], place // 2))
    good = apart.run(folder / "good", folder / "good-gate")
    bad = apart.run(folder / "bad", folder / "bad-gate")
    rates = {name: flows / found["seconds"] for name, found in (("good", good), ("refused", bad))}
    costs = {name: apart.cpu(found) / flows for name, found in (("good", good), ("refused", bad))}
    return {
        "flows": flows,
        "flows_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "cpu_ms_per_flow": {name: round(1000 * cost, 3) for name, cost in costs.items()},
        "to_good": round(rates["refused"] / rates["good"], 2),
        "cpu_to_good": round(costs["good"] / costs["refused"], 2),
        "faults_per_flow": round(bad["faults"] / flows, 2),
        "refused": bad["verdicts"] == {"inadmissible": flows} and good["verdicts"] == {"integrated": flows},
        "each": {"good": good, "refused": bad},
    }


def spoilt(content: bytes, interface: str, place: int) -> bytes:
    """The document with the mistakes of its place; raises ValueError where it has nothing to spoil."""
    known = MISTAKES[interface]
    found, written = known[place % len(known)]
    wrong, count = re.subn(found, written, content)
    if not count:
        msg = f"{interface}: nothing like {found!r}"
        raise ValueError(msg)
    return wrong


if __name__ == "__main__":
    main()
