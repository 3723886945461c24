"""A sandbox gate whose clock was told the time, for whoever wants to see three weeks go by in a second."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import TYPE_CHECKING

from edigate.cli.common import Failure, Misuse, open_here, root
from edigate.cli.messages import t

if TYPE_CHECKING:
    from edigate.engine.gate import Gate
    from edigate.ledger.clock import Clock

_LATER = re.compile(r"\+(?P<count>[0-9]{1,4})(?P<unit>[dhj])", re.ASCII)
_UNITS = {"d": dt.timedelta(days=1), "j": dt.timedelta(days=1), "h": dt.timedelta(hours=1)}


def at(when: str) -> Gate:
    """The gate of the present folder at this moment; raises Failure unless it is a sandbox."""
    from edigate.app import open_gate  # noqa: PLC0415 - see common.open_here
    from edigate.sandbox.fill import is_sandbox  # noqa: PLC0415 - as above

    gate = open_here()
    if not is_sandbox(gate):
        raise Failure(
            t("Only a sandbox gate can be told the time; this one has partners of its own.",
              "Seule une passerelle bac à sable peut changer d'heure ; celle-ci a ses propres partenaires."),
            t("Make one with: edigate init DIR --sandbox", "Créez-en une : edigate init DOSSIER --sandbox"),
        )  # fmt: skip
    return open_gate(root(), clock=clock_from(moment_of(when, gate.zone)))


def moment_of(when: str, zone: dt.tzinfo) -> dt.datetime:
    """The moment that is meant; one without a zone is the gate's local time. Raises Misuse."""
    if later := _LATER.fullmatch(when):
        return dt.datetime.now(dt.UTC) + int(later["count"]) * _UNITS[later["unit"]]
    try:
        moment = dt.datetime.fromisoformat(when)
    except ValueError:
        raise Misuse(
            t("--now {when}: give a date (2026-12-24), a date and time (2026-12-24T18:00) or a delay (+15d, +36h).",
              "--now {when} : donnez une date (2026-12-24), une date et une heure (2026-12-24T18:00) ou un délai"
              " (+15j, +36h).", when=when)
        ) from None  # fmt: skip
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def clock_from(start: dt.datetime) -> Clock:
    """A clock that goes on from this moment as time goes by."""
    begun = time.monotonic()
    return lambda: start.astimezone(dt.UTC) + dt.timedelta(seconds=time.monotonic() - begun)
