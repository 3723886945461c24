"""Feeds what reads others' files with damaged ones, and prints one JSON object; notes go to standard error.

`python -m fuzz [N] [--seed X] [--only TARGET] [--seconds S] [--keep FOLDER] [--again TARGET NUMBER]`, in the
checkout. Exit status 1 where an input raised, hung, killed or outgrew what read it. See docs/security.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from fuzz import running
from fuzz.targets import TARGETS


def main() -> int:
    """Feed, print, and keep what was found."""
    arguments = _arguments()
    if arguments.again:
        target, number = arguments.again
        TARGETS[target].feed(running.content(arguments.seed, target, int(number)))
        return 0
    began = time.monotonic()
    names = tuple(arguments.only or TARGETS)
    until = began + arguments.seconds if arguments.seconds else None
    each = dict.fromkeys(names, -(-arguments.inputs // len(names)))
    told = running.run(arguments.seed, each, until=until, note=lambda text: print(text, file=sys.stderr))
    print(json.dumps(_report(arguments.seed, told, time.monotonic() - began), indent=2))
    for finding in told.findings[: arguments.shown]:
        print(f"\n{finding.target} {finding.number}: {finding.what}", file=sys.stderr)
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            content = running.content(arguments.seed, finding.target, finding.number)
            (arguments.keep / f"{finding.target}-{finding.number}".replace(" ", "-")).write_bytes(content)
    return 1 if told.findings else 0


def _report(seed: int, told: running.Told, seconds: float) -> dict[str, object]:
    return {
        "seed": seed,
        "inputs": told.inputs,
        "seconds": round(seconds, 1),
        "slowest_seconds": round(told.slowest, 3),
        "slowest": told.slowest_of,
        "peak_memory_bytes": told.bytes,
        "findings": [f"{one.target} {one.number}: {one.what.splitlines()[-1]}" for one in told.findings],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Feed damaged inputs to whatever reads.")
    parser.add_argument("inputs", type=int, nargs="?", default=20_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="repeats every input")
    parser.add_argument("--only", action="append", choices=tuple(TARGETS), help="this target; may be repeated")
    parser.add_argument("--seconds", type=float, default=0, help="end after so long, at the latest")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that were found")
    parser.add_argument("--shown", type=int, default=5, help="findings told with their traceback")
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "NUMBER"), help="feed one input again, with its seed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
