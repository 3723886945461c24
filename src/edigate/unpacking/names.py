"""Names of entries: what none may hold, where it may stand, and that no two are taken for one another."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from edigate.domain.faults import fault
from edigate.domain.wording import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault

LONGEST = 255
_DRIVE = re.compile(r"[A-Za-z]:")
_SURROGATE = re.compile("[\udc80-\udcff]")


def shown(name: str, outer: str = "") -> str:
    """The name as faults and reports carry it: printable, bounded, behind that of the archive it stands in."""
    path = name if name.startswith("/") else plain(name) or name
    text = printable(path if len(path) <= LONGEST else f"{path[:LONGEST]}…")
    return f"{outer}/{text}" if outer else text


def plain(name: str) -> str:
    """The same path without what changes nothing: `./` before it, doubled slashes."""
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def unsafe(name: str) -> Fault | None:
    """Why a name cannot be taken as it is; the first reason stands for all."""
    reason = next((reason for reason, holds in _REASONS if holds(name)), None)
    return fault("EDG-F038", "entry", shown(name), reason=reason) if reason else None


def key(name: str) -> str:
    """What two files of one base name share, whatever folders, capitals and composition of accents."""
    return unicodedata.normalize("NFC", plain(name).rpartition("/")[2].casefold())


_REASONS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("archive.no_name", lambda name: not plain(name) or name.endswith("/")),
    ("archive.undecodable", lambda name: _SURROGATE.search(name) is not None),
    ("archive.unprintable", lambda name: not name.isprintable()),
    ("archive.absolute", lambda name: name.startswith("/")),
    ("archive.parent", lambda name: ".." in name.split("/")),
    ("archive.backslash", lambda name: "\\" in name),
    ("archive.drive", lambda name: _DRIVE.match(name) is not None),
    ("archive.long", lambda name: len(name) > LONGEST),
)
