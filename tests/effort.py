"""How much work a call is, told without a clock of seconds: machines are shared, and speed is measured by the bench.

A test that something takes no more than it should compares the work for some with that for several times as much.
Python's own is counted, to the same number every time: `calls`. What one call into C does to its bytes (a regular
expression, a parser) cannot be, so there, and only there, two process times of one go are compared, with four times
what is right, and a fourth of the square, between them: `growth`. Better than both is a fact: how much was read or
unpacked, who was asked, which error came.
"""

from __future__ import annotations

import gc
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Self

TIMES = 16
SQUARE = TIMES * TIMES
EVEN = SQUARE / 4
"""The most that `growth` may be where time grows as the size does, which makes it TIMES or less."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Effort:
    """Counts the calls made in this thread, those into C too, as long as it is entered."""

    def __init__(self) -> None:
        """None so far."""
        self.calls = 0

    def __enter__(self) -> Self:
        """Begin to count."""
        self._before = sys.getprofile(), gc.isenabled()
        gc.disable()  # what others have called at each search for cycles is no work of this call
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the counting to whoever did it before."""
        before, enabled = self._before
        sys.setprofile(before)
        if enabled:
            gc.enable()

    def _count(self, _frame: FrameType, event: str, _what: object) -> None:
        self.calls += event in {"call", "c_call"}


def calls(function: Callable[_P, object], *args: _P.args, **named: _P.kwargs) -> int:
    """How many calls this one makes of Python's functions, and from them of C's; what those do by themselves is not."""
    with Effort() as effort:
        function(*args, **named)
    return effort.calls


def growth(look: Callable[[_T], object], make: Callable[[int], _T], size: int) -> float:
    """How many times as long a look at TIMES the size takes: of a size that a square of it ends, too."""
    return slower(partial(look, make(size * TIMES)), partial(look, make(size)))


def slower(one: Callable[[], object], other: Callable[[], object]) -> float:
    """How many times as long as the other the one takes, in process time, each at its best of several."""
    return min(_seconds(one) for _ in range(3)) / min(_seconds(other) for _ in range(9))


def _seconds(function: Callable[[], object]) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began
