"""Tortures gates for a while, compares each with one left alone, and prints one JSON object; notes go to stderr.

`python -m torture [--seconds S] [--flows N] [--rounds R] [--seed X] [--only KIND] [--fault NAME]`, in the checkout.
Exit status 1 where anything was lost, doubled or otherwise wrong. What the figures mean stands in docs/how-it-works.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from edigate.observability import logs
from torture.campaign import KINDS, ROTATION, SHOWN, Terms, Told, run
from torture.points import FAULTS

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Torture, print, and say how to repeat what went wrong."""
    arguments = _arguments()
    logs.configure(fmt="console", level="error")
    terms = Terms(
        arguments.seed,
        arguments.seconds,
        arguments.flows,
        arguments.rounds,
        tuple(arguments.only or ROTATION),
        tuple(arguments.fault or FAULTS),
    )
    # On the checkout's own file system: a folder for temporary files may lie in memory, where syncing does nothing.
    folder = ROOT / "build" / "torture" / f"{terms.seed}-{os.getpid()}"
    print(f"torture: seed {terms.seed}, {terms.seconds:.0f} s, {terms.flows} flows a round", file=sys.stderr)
    told = run(terms, folder)
    print(json.dumps(report(told), indent=2))
    _tell(told, terms, folder)
    return 0 if told.sound else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture", description="Torture the gate.")
    parser.add_argument(
        "--seconds", type=float, default=900, help="how long in all; the round that begins last may outlast it"
    )
    parser.add_argument("--flows", type=int, default=400, help="deposits in each round")
    parser.add_argument("--rounds", type=int, default=0, help="how many, whatever they take; each kind in turn")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="repeats deposits and choices")
    parser.add_argument("--only", action="append", choices=tuple(KINDS), help="rounds of this kind; may be repeated")
    parser.add_argument("--fault", action="append", choices=tuple(FAULTS), metavar="NAME", help="this fault; the same")
    return parser.parse_args()


def report(told: Told) -> dict[str, object]:
    """The counts, as they are printed."""
    counts = told.counts
    return {
        "seed": told.seed,
        "sound": told.sound,
        "faults_named": told.named,
        "faults_tried": told.tried,
        "seconds_for_all_faults": told.seconds_for_all,
        "seconds": round(told.took),
        "rounds_not_begun": told.not_begun,
        "rounds": told.rounds,
        "starts": counts.starts,
        "kills": dict(sorted(counts.kills.items())) | {"total": counts.kills.total()},
        "faults": dict(sorted(counts.faults.items())),
        "faults_total": counts.faults.total(),
        "faults_that_never_came": counts.unfired,
        "faults_not_tried": told.untried,
        "blows": dict(sorted(counts.blows.items())),
        "ended_while_starting": counts.ended,
        "dead_letters_offered_again": counts.revived,
        "skipped": told.skipped | counts.left_out,
        "flows": told.flows,
        "invoices": told.invoices,
        "handed_out": told.handed_out,
        "lost": len(told.lost),
        "doubled": len(told.doubled),
        "flaws": [*told.lost, *told.doubled, *counts.flaws],
    }


def headline(told: Told) -> str:
    """Whether anything was found, and in how much of what there is to be tried."""
    said = [
        f"{'sound' if told.sound else 'NOT SOUND'} in what was tried",
        f"{told.tried} of {told.named} faults by name" if told.named else "faults by name were not asked for",
    ]
    if told.untried and told.seconds_for_all:
        said.append(f"to try all of them takes about {told.seconds_for_all} s at this pace")
    if none := sorted({*told.not_begun}.difference(str(one["kind"]) for one in told.rounds)):
        said.append(f"no time for any round of: {', '.join(none)}")
    return "; ".join(said)


def _tell(told: Told, terms: Terms, folder: Path) -> None:
    counts = told.counts
    lines = [
        headline(told),
        f"{len(told.rounds)} rounds, {told.flows} flows, {told.invoices} invoices, {told.handed_out} files handed out",
        f"{counts.starts} starts, {counts.kills.total()} kills, {counts.faults.total()} faults by name",
        f"{counts.blows.total()} blows; lost {len(told.lost)}, doubled {len(told.doubled)}; seed {told.seed}",
        *(f"{kind} was SKIPPED: {reason}" for kind, reason in (told.skipped | counts.left_out).items()),
    ]
    if not told.sound:
        found = [
            *(f"lost: {one}" for one in told.lost),
            *(f"doubled: {one}" for one in told.doubled),
            *(f"flaw: {one}" for one in counts.flaws),
            *(f"never came: {one}" for one in counts.unfired),
        ]
        kinds = " ".join(f"--only {kind}" for kind in terms.kinds) if terms.kinds != ROTATION else ""
        lines += [*found[:SHOWN], f"the gates are kept in {folder}"]
        lines.append(
            f"again: python -m torture --seed {terms.seed} --flows {terms.flows} --seconds {terms.seconds:.0f} {kinds}"
        )
    print("\n".join(f"torture: {line}" for line in lines), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
