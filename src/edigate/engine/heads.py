"""Heads of the audit log: made now and then, and kept elsewhere, in a folder, at an address, or both."""

from __future__ import annotations

import datetime as dt
import json
import os
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from edigate.engine import machine
from edigate.ledger import alerts, heads
from edigate.ledger.archive import sync_folder
from edigate.ledger.clock import stamp
from edigate.ledger.database import written

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Connection

    from edigate.engine.gate import Gate
    from edigate.ledger.heads import Head

log = structlog.get_logger()
AT_ONCE = 200
SECONDS = 10
LEFT_ALONE = dt.timedelta(days=1)
"""After this a machine's alert is settled by another that has sent all: one that is there yet raises it anew."""
ENDING = ".head.json"
_MODE = 0o644


def keep_heads(gate: Gate) -> None:
    """Make a head where anything has happened, and send those that were not sent yet; the chore.

    What stands in the way is an alert, until it is overcome: by the same machine, where several take turns, or by any
    of them once nothing is left to be sent and the one that raised it may be gone.
    """
    about = machine.subject(gate)
    try:
        if made := make(gate):
            log.info("audit.head_made", signed=bool(made.signature), made_at=made.at)
        send(gate)
    except (heads.BadKey, OSError, ValueError) as error:
        log.error("audit.head_unsent", error=str(error))
        detail = machine.with_name(gate, str(error))
        written(gate.ledger, alerts.open_one, alerts.HEAD_UNSENT, about, "", detail, stamp(gate.clock()))
        return
    written(gate.ledger, _settle, gate, about)


def _settle(connection: Connection, gate: Gate, about: int) -> None:
    now = gate.clock()
    alerts.close(connection, alerts.HEAD_UNSENT, about, stamp(now))
    if not _keeps_elsewhere(gate):
        return  # nor does it know whether anything is left
    for subject, at in alerts.still_open(connection, alerts.HEAD_UNSENT):
        if subject == machine.NOBODY or at < stamp(now - LEFT_ALONE):
            alerts.close(connection, alerts.HEAD_UNSENT, subject, stamp(now))


def make(gate: Gate) -> Head | None:
    """A head of the chain as it is, signed where the settings name a key; None where the last one says it already.

    Raises ledger.heads.BadKey, OSError.
    """
    key = signing_key(gate)
    made = written(gate.ledger, heads.make, gate.settings.gate.code, key, stamp(gate.clock()))
    return made[1] if made else None


def signing_key(gate: Gate) -> Ed25519PrivateKey | None:
    """The key that the settings name, if they do. Raises ledger.heads.BadKey, OSError."""
    path = key_path(gate)
    return heads.private_key(path) if path else None


def key_path(gate: Gate) -> Path | None:
    """Where that key lies."""
    name = gate.settings.audit.key_file
    return gate.places.root / name if name else None


def folder(gate: Gate) -> Path | None:
    """The folder that heads are also kept in, if there is one."""
    name = gate.settings.audit.heads_folder
    return gate.places.root / name if name else None


def send(gate: Gate) -> int:
    """Send heads, oldest first; returns how many went.

    Raises OSError or ValueError for one that cannot be sent: the next time goes on there.
    """
    if not _keeps_elsewhere(gate):
        return 0
    sent = 0
    while waiting := _unsent(gate):
        for number, head in waiting:
            _send(gate, number, head)
            written(gate.ledger, heads.mark_sent, number, stamp(gate.clock()))
            sent += 1
    return sent


def _keeps_elsewhere(gate: Gate) -> bool:
    return bool(gate.settings.audit.heads_folder or gate.settings.audit.heads_url)


def _unsent(gate: Gate) -> list[tuple[int, Head]]:
    with gate.ledger.connect() as connection:
        return heads.unsent(connection, AT_ONCE)


def _send(gate: Gate, number: int, head: Head) -> None:
    if (place := folder(gate)) is not None:
        _keep(place, f"{gate.settings.gate.code}-{head.at.replace(':', '')}-{number:08d}{ENDING}", head.text)
    if gate.settings.audit.heads_url:
        _post(gate.settings.audit.heads_url, head.text)


def _keep(place: Path, name: str, text: str) -> None:
    """What goes wrong is told of the folder: nobody knows the names in it."""
    try:
        _write(place, name, text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from error


def _write(place: Path, name: str, text: str) -> None:
    """Whole or not at all: whoever looks finds no half head. A folder that is not there may be a mount that failed."""
    temporary = place / f".{name}.part"
    descriptor = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(place / name)
    sync_folder(place)


class _Straight(urllib.request.HTTPRedirectHandler):
    """A head goes where the settings say, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow nobody."""


def _post(url: str, text: str) -> None:
    """Raises OSError, of which urllib's errors are, or ValueError."""
    if urlsplit(url).scheme not in {"http", "https"}:
        msg = "audit.heads_url: heads are posted to http:// and https:// addresses only"
        raise ValueError(msg)
    content = json.dumps(json.loads(text)).encode()
    request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
        url, content, {"Content-Type": "application/json", "User-Agent": "edigate"}, method="POST"
    )
    with urllib.request.build_opener(_Straight).open(request, timeout=SECONDS):
        return
