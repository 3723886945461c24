"""What a generation of a backup says of itself: versions, time, head of the audit log, every file with its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.ledger.clock import moment

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
NAME, SEAL = "manifest.json", "manifest.sha256"
GENERATIONS, ARCHIVE, DIRECTORY = "generations", "archive", "directory"
LEDGER = "ledger.sqlite"
HIDDEN = "."


class Cause(StrEnum):
    """Why a backup cannot be made or used."""

    NONE = "none"
    MANIFEST = "manifest"
    ALTERED = "altered"
    NEWER = "newer"
    ANOTHER_GATE = "another_gate"
    DAMAGED = "damaged"
    INSIDE = "inside"
    ELSEWHERE = "elsewhere"
    NOT_EMPTY = "not_empty"


class BadBackup(Exception):
    """A backup that cannot be made or used: why, and what it is about."""

    def __init__(self, cause: Cause, detail: str) -> None:
        """`detail` is a path, a code, or several in lines."""
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class Sum(NamedTuple):
    """Size and SHA-256 of a file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` lie in the generation, by their place below the gate's folder; `directories` beside the generations.

    `archive` counts files and bytes that the ledger knows; `missing` are places of others of them, which the gate's own
    archive had lost or which were altered there. `outside` are files that the settings name and that lie outside the
    gate's folder, `left_out` keys that were not asked for.
    """

    made_at: str
    edigate: str
    gate: str
    ledger_revision: str
    head: dict[str, Any] | None
    files: dict[str, Sum] = field(default_factory=dict)
    directories: dict[str, Sum] = field(default_factory=dict)
    archive: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def day(self) -> str:
        """The first day of the archive on which files may lie that the ledger does not know yet, in whatever zone."""
        return (moment(self.made_at) - dt.timedelta(days=1)).date().isoformat()


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and its own hash into a generation that is being made."""
    text = json.dumps(as_json(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text, encoding="utf-8")
    (folder / SEAL).write_text(f"{hashlib.sha256(text.encode()).hexdigest()}  {NAME}\n", encoding="ascii")


def as_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest as its file and `--json` have it."""
    sums = {
        key: {place: found._asdict() for place, found in getattr(manifest, key).items()}
        for key in ("files", "directories")
    }
    return asdict(manifest) | sums


def read(folder: Path) -> Manifest:
    """The manifest of a generation. Raises BadBackup where it is not whole, or of a later format."""
    try:
        content = (folder / NAME).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise BadBackup(Cause.MANIFEST, str(folder)) from error
    if seal[:1] != [hashlib.sha256(content).hexdigest()]:
        raise BadBackup(Cause.MANIFEST, str(folder))
    values = json.loads(content)
    if values["format"] != FORMAT:
        raise BadBackup(Cause.NEWER, values["edigate"])
    for key in ("files", "directories"):
        values[key] = {place: Sum(**found) for place, found in values[key].items()}
    return Manifest(**values)


def generations(backup: Path) -> list[Path]:
    """Every whole generation, the oldest first."""
    folder = backup / GENERATIONS
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if not path.name.startswith(HIDDEN) and (path / NAME).is_file())


def chosen(backup: Path, name: str = "") -> Path:
    """The generation of this name, or the last one. Raises BadBackup where there is none."""
    found = generations(backup)
    named = [path for path in found if path.name == name] if name else found
    if not named:
        raise BadBackup(Cause.NONE, str(backup / GENERATIONS / name))
    return named[-1]
