"""The settings: they can be read, and mean something on this machine."""

from __future__ import annotations

import grp
from typing import TYPE_CHECKING

from edigate import config
from edigate.health.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.health.patient import Patient


def settings(patient: Patient) -> Iterator[Finding]:
    """The file and the environment say nothing wrong, and the group of published files is there."""
    try:
        group = config.load(patient.places.root).outbox.group
        if group:
            grp.getgrnam(group)
    except config.BadSettings as error:
        yield Finding("settings.unusable", value=str(error))
    except KeyError:
        yield Finding("settings.unusable", value=f"outbox.group = {group!r}: this machine has no such group")
