"""One case in a process of its own: `python -m bench.case MODULE FOLDER RESULT TERMS` writes its figures as JSON."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from edigate.observability import logs


def main() -> None:
    """Measure, and write what was measured."""
    module, folder, result, terms = sys.argv[1:5]
    logs.configure(fmt="console", level="warning")
    measured = importlib.import_module(module).measure(Path(folder), **json.loads(terms))
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
