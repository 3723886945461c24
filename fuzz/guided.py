"""The same targets under atheris, which looks for inputs that reach new code.

`python -m fuzz.guided TARGET [N [SEED]]`, in the checkout. Atheris is no part of the
project's environment: `pip install atheris` where there is one for this Python.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def run(target: str, inputs: int = 100_000, seed: int = 1) -> None:
    """Feed one target, beginning with its seeds; libFuzzer ends the process, at the first finding or after so many."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["edigate", "fuzz"]):
        targets = importlib.import_module("fuzz.targets").TARGETS
    chosen = targets[target]
    limits = (f"-runs={inputs}", f"-seed={seed}", "-timeout=10", "-rss_limit_mb=1500", "-max_len=20000")
    with TemporaryDirectory() as corpus:
        for at, one in enumerate(chosen.seeds):
            Path(corpus, str(at)).write_bytes(one)
            chosen.feed(one)  # what is loaded once is not the first input's time
        atheris.Setup([sys.argv[0], *limits, corpus], chosen.feed)
        atheris.Fuzz()


if __name__ == "__main__":
    run(sys.argv[1], *map(int, sys.argv[2:]))
