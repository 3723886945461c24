"""The settings that a gate works by, noted in the audit log where they are others than the last ones."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from edigate import __version__
from edigate.ledger import events, notes
from edigate.ledger.address import without_password
from edigate.ledger.clock import stamp

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edigate.engine.gate import Gate

KEY = "settings"
EVENT = "settings.changed"
# Addresses may hold a password or a token: of them the log has the host and a digest.
_ADDRESSES = frozenset({"audit.heads_url", "watch.webhook"})
_LOGINS = frozenset({"ledger.url", "storage.url"})


def note_settings(gate: Gate, connection: Connection) -> bool:
    """Note the settings, if any differs from when they were last noted; edigate's version counts as one of them.

    The account that the gate runs in answers for them. Returns whether any did.
    """
    now = _flat(gate)
    before: dict[str, Any] = json.loads(notes.read(connection, KEY) or "{}")
    changed = {key: now.get(key) for key in sorted({*now, *before}) if now.get(key) != before.get(key)}
    if not changed:
        return False
    notes.write(connection, KEY, json.dumps(now, sort_keys=True))
    keys = sorted(changed) if before else []
    events.record(connection, EVENT, _account(), "settings", at=stamp(gate.clock()), keys=keys, values=changed)
    return True


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _flat(gate: Gate) -> dict[str, Any]:
    tables = gate.settings._asdict()
    found = {f"{name}.{key}": value for name, table in tables.items() for key, value in table._asdict().items()}
    for key in _ADDRESSES & found.keys():
        found[key] = _without_secrets(str(found[key]))
    for key in _LOGINS & found.keys():
        found[key] = without_password(str(found[key]))  # not even a digest of it, which could be guessed
    return found | {"edigate.version": __version__}


def _without_secrets(address: str) -> str:
    if not address:
        return ""
    return f"{urlsplit(address).hostname} {hashlib.sha256(address.encode()).hexdigest()[:16]}"
