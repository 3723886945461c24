"""Files with secrets that the settings and the partners' servers name: there, and nobody else's to read."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from edigate.health.findings import Finding
from edigate.health.patient import at_one_moment
from edigate.ledger import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edigate.health.patient import Patient

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OF_SERVERS = ("key_file", "passphrase_file", "password_file")


def secrets(patient: Patient) -> Iterator[Finding]:
    """Keys and passwords can be read by the gate, and by it alone."""
    for name, file in _named(patient):
        path = patient.places.root / file
        try:
            path.open("rb").close()
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            yield Finding("secret.missing", file, name)
            continue
        if mode & _OTHERS:
            yield Finding("secret.open", file, f"{mode:04o}", mend=_narrow(path))


def _named(patient: Patient) -> Iterator[tuple[str, str]]:
    """What names a secret, and the path that it gives."""
    settings = patient.gate.settings
    named = {"audit.key_file": settings.audit.key_file, "watch.smtp_password_file": settings.watch.smtp_password_file}
    with at_one_moment(patient.gate) as connection:
        for code, server in servers.load(connection).items():
            named |= {f"{code} {key}": getattr(server, key) for key in _OF_SERVERS}
    return ((name, file) for name, file in named.items() if file)


def _narrow(path: Path) -> Callable[[], None]:
    return lambda: path.chmod(0o600)
