"""The same files through `xmllint --noout --schema`, with the same official schemas: one call per syntax."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from bench.corpus import KINDS, kind_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.corpus import Kind

PACKAGE = "libxml2-utils"
# A command line holds about 2 MB, a flow's name about 50 bytes.
FILES_PER_CALL = 20_000


def measure(files: Sequence[Path]) -> dict[str, float] | None:
    """Seconds by syntax, the compiling of the schema included; None where xmllint is not installed."""
    command = shutil.which("xmllint")
    if command is None:
        return None
    return {kind.syntax: _seconds(command, kind, [f for f in files if kind_of(f) is kind]) for kind in KINDS}


def _seconds(command: str, kind: Kind, files: Sequence[Path]) -> float:
    folder, schema = files[0].parent, str(schema_of(kind))
    began = time.perf_counter()
    for start in range(0, len(files), FILES_PER_CALL):
        names = [file.name for file in files[start : start + FILES_PER_CALL]]
        subprocess.run(
            [command, "--nonet", "--noout", "--schema", schema, *names], cwd=folder, check=True, stderr=subprocess.PIPE
        )
    return time.perf_counter() - began
