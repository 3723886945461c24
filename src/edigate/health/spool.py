"""The spool: what is claimed gets booked, and nothing else lies there."""

from __future__ import annotations

import math
import os
import re
import stat
import time
from typing import TYPE_CHECKING

from edigate.health.findings import Several
from edigate.health.patient import SETTLED_SECONDS
from edigate.intake.folder import INCOMPLETE, OF
from edigate.ledger import fetches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.health.findings import Finding
    from edigate.health.patient import Patient

FETCHING = ".fetching"
_CLAIM = re.compile(rf"[0-9a-f]{{28}}(?:{INCOMPLETE})?({OF}.+)?", re.DOTALL)


def spool(patient: Patient) -> Iterator[Finding]:
    """No file waits there without a gate, or longer than one takes."""
    waiting = Several("spool.waiting")
    for claim in _claims(patient.places.spool):
        if _is_claim(claim) and _waits(patient, claim):
            for file in _files(claim):
                waiting.add(patient.below(file))
    yield from waiting.findings()


def oddities(patient: Patient) -> Iterator[Finding]:
    """Nothing lies there but partners' folders, in them claimed files, or claims with one file each."""
    found = list(_odd(patient))
    several = Several("spool.odd")
    for path in found:
        several.add(patient.below(path))
    yield from several.findings(patient.moving_aside(found))


def fetching(patient: Patient) -> Iterator[Finding]:
    """What was begun to be fetched from a server is known to the ledger."""
    found = [claim for partner in _partners(patient.places.spool) for claim in _within(partner / FETCHING)]
    with patient.gate.ledger.connect() as connection:
        known = fetches.known(connection, {claim.name for claim in found if claim.name.isascii()})
    left = [claim for claim in found if claim.name not in known and claim.exists()]
    several = Several("spool.fetching")
    for path in left:
        several.add(patient.below(path))
    yield from several.findings(patient.moving_aside(left))


def oldest_claim(spool: Path) -> float:
    """When the first of the claims that lie there was made (Unix time); endless where there is none."""
    return min((_made_at(claim) for claim in _claims(spool) if _is_claim(claim)), default=math.inf)


def _made_at(claim: Path) -> float:
    """A claim's id begins with its time."""
    return int(claim.name[:12], 16) / 1000


def _within(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where it is none, or a gate at work has just emptied it."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _partners(spool: Path) -> list[Path]:
    return [path for path in _within(spool) if _is_folder(path) and not path.name.startswith(".")]


def _claims(spool: Path) -> list[Path]:
    return [claim for partner in _partners(spool) for claim in _within(partner) if claim.name != FETCHING]


def _is_claim(path: Path) -> bool:
    """A file that bears claim and name, or the folder of a claim whose name is too long for that."""
    named = _CLAIM.fullmatch(path.name)
    return named is not None and (_is_folder(path) or bool(named.group(1)))


def _files(claim: Path) -> list[Path]:
    return [claim] if OF in claim.name else _within(claim)


def _waits(patient: Patient, claim: Path) -> bool:
    """Whether it is more than what a gate at work has in hand."""
    return not patient.holder or time.time() - _made_at(claim) > SETTLED_SECONDS


def _odd(patient: Patient) -> Iterator[Path]:
    spool = patient.places.spool
    for path in _within(spool):
        if path != patient.places.work and (path.name.startswith(".") or not _is_folder(path)):
            yield path
    for claim in _claims(spool):
        if not _is_claim(claim):
            if os.path.lexists(claim):  # not booked meanwhile
                yield claim
        else:
            yield from (path for path in _files(claim) if not _is_file(path))


def _is_file(path: Path) -> bool:
    """Whether it is one, or was until a gate at work booked it."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True
