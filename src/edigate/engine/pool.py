"""The worker processes, each at the end of its own pipe: when one dies it is known which, and what it was at."""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from edigate.engine import fork_server, worker
from edigate.engine.aside import IN_SHARE
from edigate.engine.worker import Waits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from multiprocessing.process import BaseProcess

    from edigate.domain.verdicts import Content, Examination
    from edigate.engine.worker import Charge, Share
    from edigate.routing import Addressee

STARTS = 5
PAUSE = 0.1
SECONDS_TO_DIE = 5
_NOBODY_SAW = 255  # the exit status of a worker whose own parent, the fork server, was killed


class Died(Exception):
    """A worker died; `suspects` are the runs that it may have died over.

    `begun` tells that it was at one of them, `killed` that somebody else ended it, such as a kernel short of memory.
    """

    def __init__(self, suspects: frozenset[str], *, begun: bool, killed: bool) -> None:
        """Name the runs."""
        super().__init__(", ".join(sorted(suspects)))
        self.suspects = suspects
        self.begun = begun
        self.killed = killed


class Broke(Exception):
    """What a worker was asked for raised; the message is its traceback."""


class CannotStart(Exception):
    """Workers die as they start."""


@dataclass(frozen=True, slots=True)
class _Call:
    function: Any
    args: tuple[object, ...]
    runs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    pipe: Any  # multiprocessing's Connection, which the stubs make a generic of messages


class Pool:
    """Processes that are started when first needed and again after a death."""

    def __init__(self, charge: Charge, count: int) -> None:
        """`count` processes; 0 means one per core."""
        self.count = count or os.cpu_count() or 1
        self._charge = charge
        self._workers: list[_Worker] = []
        self._turn = threading.RLock()

    def close(self) -> None:
        """End the processes; what they are at is lost."""
        atexit.unregister(self.close)
        for one in self._workers:
            one.process.kill()
            one.pipe.close()
            one.process.join()
        self._workers = []

    def start(self) -> None:
        """Have all processes up and answering. Raises CannotStart."""
        with self._turn:
            self._start()

    def _start(self) -> None:
        self._workers = [one for one in self._workers if one.process.is_alive()]
        for attempt in range(STARTS):
            missing = self.count - len(self._workers)
            if not missing:
                return
            time.sleep(PAUSE * attempt)  # a fork server that is being killed still seems alive for a moment
            atexit.register(self.close)
            self._workers += self._started(missing)
        if len(self._workers) < self.count:
            msg = "worker processes cannot be started; what they said stands above"
            raise CannotStart(msg)

    def examine(self, shares: Sequence[Share]) -> list[tuple[str, Examination | Waits]]:
        """What was found of every item of every share. Raises Died, and Broke; nothing of the batch counts then."""
        calls = [_Call(worker.examine_share, (s,), frozenset(item.run for item in s.items)) for s in shares]
        return worker.whole((found for answer in self._answers(calls) for found in answer), self._charge.rules)

    def render(
        self, archived: str, interface: str, received_on: dt.date, whom: dict[int, Addressee], room: int = IN_SHARE
    ) -> dict[int, Content]:
        """Pivots rendered again, so many bytes of them in memory. Raises Died, Broke, and OSError where no room is."""
        (answer,) = self._answers([_Call(worker.render_share, (archived, interface, received_on, whom, room))])
        if isinstance(answer, Waits):
            raise OSError(answer.detail)
        rendered: dict[int, Content] = answer
        return rendered

    def _started(self, count: int) -> list[_Worker]:
        begun = []
        with fork_server.deaf_children() as context:
            for _ in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=worker.serve, args=(self._charge, theirs), daemon=True)
                with suppress(OSError, EOFError):  # a forkserver that was just killed
                    process.start()
                    begun.append(_Worker(process, ours))
                theirs.close()
        return [one for one in begun if _is_up(one)]

    def _answers(self, calls: Sequence[_Call]) -> list[Any]:
        """Each call's answer, in their order; whichever worker is free takes the next. Threads take turns."""
        with self._turn:
            self._start()
            return self._worked_off(calls)

    def _worked_off(self, calls: Sequence[_Call]) -> list[Any]:
        answers: dict[int, Any] = {}
        to_give = deque(enumerate(calls))
        idle = list(self._workers)
        busy: dict[Any, tuple[_Worker, int]] = {}
        while to_give or busy:
            while to_give and idle:
                one, (number, call) = idle.pop(), to_give.popleft()
                self._give(one, call)
                busy[one.pipe] = (one, number)
            for pipe in wait(list(busy)):
                one, number = busy.pop(pipe)
                answers[number] = self._answer(one, calls[number])
                idle.append(one)
        return [answers[number] for number in range(len(calls))]

    def _give(self, one: _Worker, call: _Call) -> None:
        try:
            one.pipe.send((call.function, call.args))
        except OSError:
            raise self._buried(one, call) from None

    def _answer(self, one: _Worker, call: _Call) -> Any:  # noqa: ANN401 - whatever the function gives
        try:
            went_well, answer = pickle.loads(one.pipe.recv_bytes())  # noqa: S301 - from our own child
        except (OSError, EOFError):
            raise self._buried(one, call) from None
        if not went_well:
            self.close()  # others may still be at what nobody waits for any more
            raise Broke(answer)
        return answer

    def _buried(self, one: _Worker, call: _Call) -> Died:
        """All are ended, so that nobody goes on with what is given out again; the dead one's note tells the suspect."""
        noted = worker.noted(self._charge.work, one.process.pid or 0)
        one.process.join(SECONDS_TO_DIE)
        killed = one.process.exitcode in {-signal.SIGKILL, _NOBODY_SAW}
        self.close()
        begun = noted in call.runs
        return Died(frozenset({noted}) if begun else call.runs, begun=begun, killed=killed)


def _is_up(one: _Worker) -> bool:
    try:
        return bool(one.pipe.recv())
    except (OSError, EOFError):
        one.process.join()
        return False
