"""Looking for cycles while a gate is at work."""

from __future__ import annotations

import gc
import weakref

from edigate.engine.cycles import OBJECTS, seldom_looked_for


class _Node:
    """What can be in a cycle and be watched."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_left_alone_and_what_comes_is_not() -> None:
    """A cycle from before stays until the end, one that is made meanwhile goes with the next look."""
    old = weakref.ref(_Node())
    with seldom_looked_for():
        new = weakref.ref(_Node())
        gc.collect()
        kept, gone = old() is not None, new() is None
    gc.collect()

    assert (kept, gone, old()) == (True, True, None)


def test_afterwards_it_is_looked_as_often_as_before() -> None:
    """The context changes how often, and takes that back with its end."""
    before = gc.get_threshold()
    with seldom_looked_for():
        meanwhile = gc.get_threshold()

    assert (meanwhile[0], gc.get_threshold(), gc.get_freeze_count()) == (OBJECTS, before, 0)
