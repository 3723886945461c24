"""Measures the cases of the bench, and tells each figure beside its target.

`python -m bench [N] [--only NAMES] [--quick] [--json]`, from the root of the checkout; N is the number of flows of the
case `single`. The report is kept under build/bench, with plots. Exit status 1 where a promise was not kept, whatever
the speed. What the figures mean stands in docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import report, shown
from bench.cases import CASES, Case, Terms
from bench.corpus import KINDS
from bench.measured import ROOT
from bench.running import run_all

if TYPE_CHECKING:
    from collections.abc import Sequence

BUILD = ROOT / "build" / "bench"


def main() -> int:
    """Measure, keep, show."""
    arguments = _arguments()
    build: Path = arguments.into or (BUILD / "quick" if arguments.quick else BUILD)
    build.mkdir(parents=True, exist_ok=True)
    chosen = [(case, _terms(case, arguments)) for case in CASES if case.name in arguments.only]
    measured = run_all(chosen, build)
    found = report.of(measured, {case.name: terms for case, terms in chosen}, build)
    newest = report.keep(found, build)
    _draw(newest, build)
    print(json.dumps(found, indent=2, ensure_ascii=False) if arguments.json else "\n".join(shown.lines(found)))
    print(f"bench: the report lies in {newest.resolve()}", file=sys.stderr)
    return 1 if report.broken(found) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the gate.")
    parser.add_argument("flows", nargs="?", type=_at_least(len(KINDS)), metavar="N", help="flows of the case `single`")
    parser.add_argument("--rounds", type=_at_least(1), help="of the case `single`; medians are told")
    parser.add_argument("--only", type=_names, default=_names(""), metavar="NAMES", help=", ".join(_all()))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all works; kept apart")
    parser.add_argument("--json", action="store_true", help="print the report instead of the table")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="keep report and plots there")
    return parser.parse_args()


def _all() -> list[str]:
    return [case.name for case in CASES]


def _names(text: str) -> Sequence[str]:
    names = text.split(",") if text else _all()
    unknown = [name for name in names if name not in _all()]
    if unknown:
        msg = f"{', '.join(unknown)}: there are {', '.join(_all())}"
        raise argparse.ArgumentTypeError(msg)
    return names


def _at_least(least: int) -> Any:  # noqa: ANN401 - argparse takes any callable, mypy no closure of ours
    def number(text: str) -> int:
        if int(text) < least:
            msg = f"{text}: at least {least}"
            raise argparse.ArgumentTypeError(msg)
        return int(text)

    return number


def _terms(case: Case, arguments: argparse.Namespace) -> Terms:
    """The sizes of a case; those given on the command line are for the cases that measure single flows."""
    terms = dict(case.quick if arguments.quick else case.full)
    if case.module == "bench.single":
        given = {"flows": arguments.flows, "rounds": arguments.rounds}
        terms |= {key: value for key, value in given.items() if value}
    return terms


def _draw(newest: Path, build: Path) -> None:
    """Plots of the sweeps, where matplotlib is installed: it comes with the development tools."""
    try:
        from bench import plots  # noqa: PLC0415 - half a second, and an import that may fail
    except ImportError:
        print("bench: no plots: matplotlib is missing, which the extra `dev` brings", file=sys.stderr)
        return
    plots.draw(report.load(newest) or {}, build)


if __name__ == "__main__":
    sys.exit(main())
