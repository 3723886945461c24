"""The worker processes, each at the end of its own pipe: when one dies it is known which, and what it was at."""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edigate.engine import fork_server, worker
from edigate.engine.aside import IN_SHARE
from edigate.engine.worker import Waits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from edigate.domain.verdicts import Content, Examination
    from edigate.engine.worker import Charge, Share
    from edigate.routing import Addressee

STARTS = 5
PAUSE = 0.1
SECONDS_TO_DIE = 5
_NOBODY_SAW = 255  # the exit status of a worker whose own parent, the fork server, was killed
_endings = threading.Lock()  # how a process ended is told once, and whoever starts one, for any pool, asks it of all


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


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    process: BaseProcess
    pipe: Any  # multiprocessing's Connection, which the stubs make a generic of messages


class Pool:
    """Processes that are started when first needed and again after a death.

    Each is spoken to by one thread at a time; calls of several callers wait in one queue.
    """

    def __init__(self, charge: Charge, count: int) -> None:
        """`count` processes; 0 means one per core."""
        self.count = count or os.cpu_count() or 1
        self._charge = charge
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._turn = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """End the processes; what they are at is lost."""
        atexit.unregister(self.close)
        with self._turn:
            for one in (*self._idle, *self._busy):
                one.process.kill()
            threads, self._threads = self._threads, None
        if threads:
            threads.shutdown(cancel_futures=True)
        for one in self._idle:
            _ended(one)
        self._idle = []

    def start(self) -> None:
        """Have all processes up and answering. Raises CannotStart."""
        with self._turn:
            self._start()

    def _start(self) -> ThreadPoolExecutor:
        dead = [one for one in self._idle if not one.process.is_alive()]
        self._idle = [one for one in self._idle if one not in dead]
        for one in dead:
            _ended(one)
        for attempt in range(STARTS):
            missing = self.count - len(self._idle) - len(self._busy)
            if not missing:
                break
            time.sleep(PAUSE * attempt)  # a fork server that is being killed still seems alive for a moment
            atexit.register(self.close)
            self._idle += self._started(missing)
        if len(self._idle) + len(self._busy) < self.count:
            msg = "worker processes cannot be started; what they said stands above"
            raise CannotStart(msg)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="worker")
        return self._threads

    def examine(self, shares: Sequence[Share]) -> Iterator[tuple[str, Examination | Waits]]:
        """What was found of every item of every share, in their order, as soon as it is known.

        Raises Died, and Broke: nothing of that share counts then, nor of those behind it.
        """
        calls = [_Call(worker.examine_share, (s,), frozenset(item.run for item in s.items)) for s in shares]
        with closing(self._answers(calls)) as answers:
            of_each = zip(shares, answers, strict=True)
            pairs = (pair for share, answer in of_each for pair in zip(share.items, answer, strict=True))
            yield from worker.whole(pairs, self._charge.rules)

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
                with _endings, suppress(OSError, EOFError):  # a forkserver that was just killed
                    process.start()
                    begun.append(_Worker(process, ours))
                theirs.close()
        return [one for one in begun if _is_up(one)]

    def _answers(self, calls: Sequence[_Call]) -> Generator[Any, None, None]:
        """Each call's answer, in their order; whichever worker is free takes the next.

        Where one fails, or nobody asks any more, those that wait are not begun, and those that were are waited for.
        """
        with self._turn:
            threads = self._start()
            asked = deque(threads.submit(self._answer, call) for call in calls)
        try:
            while asked:
                yield asked[0].result()
                asked.popleft()  # what was answered is not kept until all is
        finally:
            for one in asked:
                one.cancel()
            wait(asked)

    def _answer(self, call: _Call) -> Any:  # noqa: ANN401 - whatever the function gives
        with self._turn:
            if self._threads is None:
                raise Died(call.runs, begun=False, killed=True)
            self._start()
            one = self._idle.pop()
            self._busy.add(one)
        try:
            one.pipe.send((call.function, call.args))
            went_well, answer = pickle.loads(one.pipe.recv_bytes())  # noqa: S301 - from our own child
        except (OSError, EOFError):
            raise self._buried(one, call) from None
        except BaseException:
            self._end(one)
            raise
        with self._turn:
            self._busy.discard(one)
            self._idle.append(one)
        if not went_well:
            raise Broke(answer)
        return answer

    def _buried(self, one: _Worker, call: _Call) -> Died:
        """The dead one's note tells the suspect."""
        noted = worker.noted(self._charge.work, one.process.pid or 0)
        with _endings:
            one.process.join(SECONDS_TO_DIE)
            killed = one.process.exitcode in {-signal.SIGKILL, _NOBODY_SAW}
        self._end(one)
        begun = noted in call.runs
        return Died(frozenset({noted}) if begun else call.runs, begun=begun, killed=killed)

    def _end(self, one: _Worker) -> None:
        _ended(one)
        with self._turn:
            self._busy.discard(one)


def _ended(one: _Worker) -> None:
    one.process.kill()
    one.pipe.close()
    one.process.join()


def _is_up(one: _Worker) -> bool:
    try:
        return bool(one.pipe.recv())
    except (OSError, EOFError):
        one.process.join()
        return False
