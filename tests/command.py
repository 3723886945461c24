"""The real command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120


def edigate(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Give it in this folder, 80 columns wide."""
    return subprocess.run(
        [sys.executable, "-m", "edigate", *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
