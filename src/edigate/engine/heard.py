"""What lies in the inboxes of several machines is heard before time is called, though each sees only its own.

A machine that takes in says, when a deadline has come, that it has booked all that lay in its inboxes, and on partners'
servers, at a moment since then. Time is called up to the earliest of these moments, once what was booked until they
said so is decided.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from edigate.engine import machine
from edigate.ledger import deadlines, notes, store
from edigate.ledger.clock import moment, stamp
from edigate.ledger.database import written

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from edigate.engine.gate import Gate

KEYS = "heard "
PATIENCE = dt.timedelta(hours=1)
"""So long a machine is waited for that says nothing, from when the others have heard what was theirs."""


class Heard(NamedTuple):
    """One machine's word: what lay before it at `until` is `booked` by then."""

    key: str
    until: str
    booked: str


def say(gate: Gate, until: str) -> None:
    """Note that all that lay before this machine then is booked, where a deadline that has come waits for its word.

    So does a machine of which nobody knows yet: from then on it is waited for.
    """
    key, now = f"{KEYS}{machine.subject(gate)}", stamp(gate.clock())
    with gate.ledger.connect() as connection:
        last = _all(connection).get(key)
        soonest = deadlines.next_due(connection, "") or ""
    if last is None or last.until < soonest <= until or last.until > now:
        written(gate.ledger, notes.write, key, f"{until} {now}")


def time_to_call(gate: Gate) -> str:
    """Up to when time may be called; an empty text where nobody has heard what lay there when a deadline came.

    A machine that was taken away, or that cannot take in, is given up after a while, until it says something again.
    """
    with gate.ledger.connect() as connection:
        said = _all(connection)
        soonest = deadlines.next_due(connection, "") or ""
        undecided = store.waiting_since(connection)
    ahead = stamp(gate.clock() + PATIENCE)  # of what a clock that was wrong by more said, nobody knows when it was
    heard = [word for word in said.values() if soonest <= word.until < ahead]
    silent = [word.key for word in said.values() if word not in heard]
    if not heard:
        return ""
    last = max(word.booked for word in heard)
    if undecided and undecided <= last:
        return ""
    if silent:
        if gate.clock() < moment(last) + PATIENCE:
            return ""
        written(gate.ledger, notes.forget, silent)
    return min(word.until for word in heard)


def _all(connection: Connection) -> dict[str, Heard]:
    return {key: Heard(key, *value.split()) for key, value in notes.under(connection, KEYS)}
