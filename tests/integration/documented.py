"""Commands as documents have them: found in their console blocks, and carried out in a folder."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

from edigate.cli import obey

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level; a comment in a block is no heading."""
    taken: list[str] = []
    level, fenced = 0, False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        marks = "" if fenced else line.partition(" ")[0]
        if level and marks and len(marks) <= level and set(marks) == {"#"}:
            break
        if level:
            taken.append(line)
        elif line.lstrip("# ") == title and marks:
            level = len(marks)
    if not taken:
        msg = f"nothing under a heading {title!r}"
        raise AssertionError(msg)
    return "\n".join([*taken, ""])


def commands(text: str) -> list[str]:
    """The commands of all console blocks, without their comments."""
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    return [command for line in lines if (command := line.partition("  #")[0].strip()) and not command.startswith("#")]


def carry_out(command: str, folder: Path) -> tuple[int, Path]:
    """Do one command in a folder; its exit status, and the folder one is in afterwards."""
    words = shlex.split(command)
    if words[0] == "cd":
        return 0, folder / words[1]
    if words[0] == "edigate":
        return obey(words[1:]), folder
    return subprocess.run(command, shell=True, cwd=folder, check=False).returncode, folder  # noqa: S602 - a document's line
