"""A move that dies at one instant: `python killed.py ROOT URL MODULE FUNCTION CALL before|after [STORAGE]`."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from itertools import count
from typing import Any

from edigate.cli import obey


def die_at(module: str, function: str, call: int, when: str) -> None:
    """Let the process be killed before or after the so-manieth call of a function that a module knows by this name."""
    home = importlib.import_module(module)
    real, calls = getattr(home, function), count(1)

    def dying(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        last = next(calls) == call
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*given, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(home, function, dying)


if __name__ == "__main__":
    root, url, module, function, call, when, *storage = sys.argv[1:]
    die_at(module, function, int(call), when)
    wanted = ["--storage", *storage] if storage else []
    sys.exit(obey(["--gate", root, "migrate", "--ledger", url, *wanted]))
