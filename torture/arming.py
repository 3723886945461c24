"""Putting faults into a process that is to be a gate or one of its workers: edigate knows nothing of it."""

from __future__ import annotations

import datetime as dt
import errno
import functools
import inspect
import itertools
import os
import signal
import sqlite3
import sys
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from torture.points import POINTS, SQL, Deed, Ordered, ordered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torture.points import Point

FAULTS_OF, MARKS_OF, CLOCK_OF = "TORTURE_FAULTS", "TORTURE_MARKS", "TORTURE_CLOCK"
REACHED = "reached-"
# Imported before anything is wrapped, so that every name that a module has taken from another is found.
_WHOLE_GATE = ("edigate.cli.running", "edigate.engine.local", "edigate.engine.errands", "edigate.engine.worker")
_SAYS = {Deed.IOERR: "disk I/O error", Deed.FULL: "database or disk is full", Deed.LOCKED: "database is locked"}
_NUMBERS = {Deed.EIO: errno.EIO, Deed.ENOSPC: errno.ENOSPC}


class Armed:
    """The faults that one point has in this process, and the marks it leaves: that it was reached, what it did."""

    def __init__(self, point: Point, orders: Sequence[Ordered], marks: Path) -> None:
        """`marks` is a folder that all processes of a gate share."""
        self.point = point
        self._orders = [order for order in orders if order.fault.point is point]
        self._marks = marks
        self._calls = {when: itertools.count(1) for when in ("before", "after")}
        self._reached = False

    def pass_by(self, when: str) -> None:
        """Count a call, and do what was ordered for it, once in all processes together."""
        if not self._reached:
            self._reached = True
            _mark(self._marks / f"{REACHED}{self.point.name}")
        call = next(self._calls[when])
        for order in self._orders:
            if order.fault.when == when and order.call == call and _mark(self._marks / order.fault.name):
                _do(order.fault.deed)


def _mark(path: Path) -> bool:
    """Leave a mark; whether it was not there."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def _do(deed: Deed) -> NoReturn:
    said = f"torture: {deed}"
    if deed is Deed.KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    if deed in _NUMBERS:
        raise OSError(_NUMBERS[deed], os.strerror(_NUMBERS[deed]), said)
    if deed in _SAYS:
        wrapped = import_module("sqlalchemy.exc").OperationalError
        raise wrapped(said, {}, sqlite3.OperationalError(_SAYS[deed]))
    if deed is Deed.LOST:
        trouble = import_module("edigate.remote.trouble")
        raise trouble.Unreachable(trouble.Cause.BROKEN_OFF, said)
    raise RuntimeError(said)


def order(faults: Sequence[Ordered], marks: Path) -> None:
    """Leave word for this process and those that it will start."""
    os.environ[FAULTS_OF] = ",".join(map(str, faults))
    os.environ[MARKS_OF] = str(marks)


def arm(*, worker: bool = False) -> None:
    """Do what was ordered in the environment, in a gate's main process or in a worker."""
    marks = Path(os.environ[MARKS_OF])
    orders = [ordered(text) for text in os.environ[FAULTS_OF].split(",") if text]
    for module in () if worker else _WHOLE_GATE:
        import_module(module)
    for point in POINTS:
        if point.worker is worker:
            _strike(point, Armed(point, orders, marks))


def _strike(point: Point, armed: Armed) -> None:
    module, _, attribute = point.place.partition(":")
    if module == SQL:
        _listen(attribute, armed)
        return
    *outer, name = attribute.split(".")
    owner = functools.reduce(getattr, outer, import_module(module))
    function = getattr(owner, name)
    wrapped = _wrapped(function, armed)
    setattr(owner, name, wrapped)
    for other in [m for key, m in sys.modules.items() if key.startswith("edigate.")]:
        for key, value in list(vars(other).items()):
            if value is function:
                setattr(other, key, wrapped)


def _wrapped(function: Callable[..., Any], armed: Armed) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def each(*args: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - as the function has them
            for piece in function(*args, **options):
                armed.pass_by("before")
                yield piece
            armed.pass_by("after")

        return each

    @functools.wraps(function)
    def once(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the function has them
        armed.pass_by("before")
        given = function(*args, **options)
        armed.pass_by("after")
        return given

    return once


def _listen(verb: str, armed: Armed) -> None:
    """Have every statement of this kind pass by; of no kind in particular are those that are not about transactions."""
    engine, event = import_module("sqlalchemy").Engine, import_module("sqlalchemy.event")

    def meant(statement: str) -> bool:
        first = statement.split(maxsplit=1)[0].lower()
        return first == verb if verb else first not in {"begin", "commit", "rollback", "pragma"}

    for when in ("before", "after"):

        def heard(_connection: Any, _cursor: Any, said: str, *_: Any, when: str = when) -> None:  # noqa: ANN401
            if meant(said):
                armed.pass_by(when)

        event.listen(engine, f"{when}_cursor_execute", heard)


def set_clock(file: Path) -> None:
    """Let the gate's clock be wrong by as many seconds as the file says, whenever it is read."""
    app, folder = import_module("edigate.app"), import_module("edigate.intake.folder")

    def off() -> float:
        try:
            return float(file.read_text(encoding="ascii") or 0)
        except OSError:
            return 0.0

    open_gate = app.open_gate

    def opened(root: Path, *, clock: Callable[[], dt.datetime] = app.system_clock) -> Any:  # noqa: ANN401 - a Gate
        return open_gate(root, clock=lambda: clock() + dt.timedelta(seconds=off()))

    for module in [m for key, m in sys.modules.items() if key.startswith("edigate.")]:
        if getattr(module, "open_gate", None) is open_gate:
            module.open_gate = opened  # type: ignore[attr-defined]
    folder.time = SimpleNamespace(monotonic=time.monotonic, time=lambda: time.time() + off())  # type: ignore[attr-defined]
