"""What comes next for a file of a partner's server, by what ledger, spool and server say of it.

Whatever a gate that died left behind is told by a row's state and four facts. `hidden` is the claimed name on the
server, `name` the file's own name there with the size and time that the row has; `*` is either:

    row                  in spool  booked  hidden  name   what comes now
    wanted/claimed/gone  yes       *       *       *      AWAIT the booking
    wanted/claimed/gone  no        yes     *       *      FINISH: remove it on the server, end the row
    wanted/claimed/gone  no        no      yes     *      FETCH it; it was renamed, so that the row becomes `claimed`
    wanted               no        no      no      *      LOSE: it was not claimed; `gone`, and the next look decides
    claimed              no        no      no      *      LOSE: the partner took it back; `gone`, and a word in the log
    gone                 no        no      no      *      NOTHING; after a month the row ends
    marked               yes       *       *       *      AWAIT the booking
    marked               no        yes     *       yes    KEEP: `kept`
    marked               no        yes     *       no     PART: the partner took it away, or the folder is; `away`
    marked               no        no      *       yes    FETCH it
    marked               no        no      *       no     LOSE: taken back, or written over; the row ends
    kept                 *         *       *       yes    NOTHING, and the file is no new deposit
    kept                 *         *       *       no     PART: `away`
    away                 *         *       *       yes    KEEP: `kept` again, and the file is no new deposit
    away                 *         *       *       no     NOTHING; after a month the row ends

Rows of another server or folder than the one looked at stay as they are, but for a claimed name that is found here: it
can be no other file, so that its row moves here.
And without a row: a claimed name whose flow is booked is removed (a restored ledger may not know of it), any other
claimed name is left alone and told of, any other file is a new deposit once it is complete.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import NamedTuple

from edigate.ledger.fetches import State

TAKEN = frozenset({State.KEPT, State.AWAY})
RENAMED = frozenset({State.WANTED, State.CLAIMED, State.GONE})


class Step(StrEnum):
    """What comes now for a row."""

    AWAIT = auto()
    FINISH = auto()
    FETCH = auto()
    KEEP = auto()
    LOSE = auto()
    PART = auto()
    NOTHING = auto()


class Facts(NamedTuple):
    """Where a file is: in the spool, in the ledger, on its server as claimed, on its server under its own name.

    The spool must be looked at before the ledger: what is in neither then never was booked.
    """

    placed: bool
    booked: bool
    hidden: bool
    named: bool


def next_step(state: State, facts: Facts) -> Step:
    """What comes now, by the table above."""
    if state in TAKEN:
        return _next_of_taken(state, named=facts.named)
    if facts.placed:
        return Step.AWAIT
    if state is State.MARKED:
        return _next_of_marked(facts)
    if facts.booked:
        return Step.FINISH
    if facts.hidden:
        return Step.FETCH
    return Step.NOTHING if state is State.GONE else Step.LOSE


def _next_of_taken(state: State, *, named: bool) -> Step:
    if (state is State.KEPT) is named:
        return Step.NOTHING
    return Step.KEEP if named else Step.PART


def _next_of_marked(facts: Facts) -> Step:
    if facts.booked:
        return Step.KEEP if facts.named else Step.PART
    return Step.FETCH if facts.named else Step.LOSE
