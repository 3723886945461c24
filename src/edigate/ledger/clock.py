"""Times as the ledger writes them, and ids that sort in the order they were made."""

from __future__ import annotations

import datetime as dt
import os
from itertools import count
from typing import Protocol

_made = count()


class Clock(Protocol):
    """Where the gate's time comes from; a sandbox gate can be told another."""

    def __call__(self) -> dt.datetime:
        """The present instant, with its zone."""


def system_clock() -> dt.datetime:
    """The machine's time, in UTC."""
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """ISO 8601 in UTC with microseconds: 2026-03-02T09:15:30.000000Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(stamped: str) -> dt.datetime:
    """What `stamp` wrote, read back."""
    return dt.datetime.fromisoformat(stamped)


def new_id(now: dt.datetime) -> str:
    """28 hexadecimal digits: milliseconds, a counter of this process, chance."""
    return f"{int(now.timestamp() * 1000):012x}{next(_made) & 0xFFFF:04x}{os.urandom(6).hex()}"
