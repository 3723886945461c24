"""`python -m edigate.docs` writes the generated reference pages; `--check` only says which of them are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edigate.docs import stale, write

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` name the stale ones; the exit status is 1 where there are any."""
    parser = argparse.ArgumentParser(prog="python -m edigate.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name the stale pages and exit with 1")
    parser.add_argument("--folder", type=Path, default=Path("docs/reference"), help="where the pages lie (%(default)s)")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options.folder)
        return 0
    pages = stale(options.folder)
    for path in pages:
        sys.stderr.write(f"{path}: stale, run `make docs`\n")
    return 1 if pages else 0


if __name__ == "__main__":
    sys.exit(main())
