"""A gate with faults in it: `python -m torture.gate --fault NAME[:N] … -- <a command line of edigate>`.

At the N-th call of the function that a fault is about, before or after it, the process kills itself or the call
raises; then the gate goes on. `--list` prints the faults. Workers have theirs, too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from torture import arming
from torture.points import FAULTS, ordered


def main() -> int:
    """Put the faults in and be edigate."""
    parser = argparse.ArgumentParser(prog="python -m torture.gate", description="A gate with faults in it.")
    parser.add_argument("--fault", action="append", default=[], type=ordered, metavar="NAME[:N]", help="at call N")
    parser.add_argument("--marks", type=Path, metavar="DIR", help="where faults that came leave a file of their name")
    parser.add_argument("--clock", type=Path, metavar="FILE", help="holds the seconds by which the clock is wrong")
    parser.add_argument("--list", action="store_true", help="show every fault")
    arguments, rest = parser.parse_known_args()
    if arguments.list:
        print("\n".join(f"{name:24} {fault.what}" for name, fault in FAULTS.items()))
        return 0
    arming.order(arguments.fault, arguments.marks or Path(tempfile.mkdtemp(prefix="torture-")))
    arming.arm()
    if arguments.clock:
        os.environ[arming.CLOCK_OF] = str(arguments.clock)
        arming.set_clock(arguments.clock)
    return int(import_module("edigate.cli").obey(rest))


if __name__ == "__main__":
    sys.exit(main())
if __name__ == "__mp_main__":  # a worker, which the fork server makes by running the gate's main module again
    arming.arm(worker=True)
