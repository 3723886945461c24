"""Jobs of a ledger on PostgreSQL, done: each names runs, which go through the steps that every engine takes."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, closing, suppress
from typing import TYPE_CHECKING, Any, cast

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException, ProcrastinateException
from psycopg import OperationalError
from psycopg.errors import RaiseException

from edigate.engine import ahead
from edigate.engine.aside import sweep
from edigate.engine.decisions import in_pieces, next_of, settle, take_due
from edigate.engine.handover import said
from edigate.ledger import jobs
from edigate.ledger.database import writing
from edigate.ledger.locks import DEAD_AFTER
from edigate.ledger.postgres import conninfo
from edigate.observability.timing import timed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path
    from typing import LiteralString

    from sqlalchemy import RowMapping

    from edigate.engine.decisions import Piece
    from edigate.engine.gate import Gate
    from edigate.engine.pool import Pool
    from edigate.pipeline.settle import Decision

log = structlog.get_logger()
AT_ONCE = 2
POLL_SECONDS = 1.0
PAUSE_AFTER_TROUBLE = 5
PATIENCE = 2.0  # with a ledger that may be away, when told to end


class Decider:
    """Decides what jobs name, two jobs at once: while one is settled, the workers examine the other."""

    def __init__(self, gate: Gate, pool: Pool, work: Path, count: Callable[[Sequence[Decision], int], None]) -> None:
        """`work` is where the pool's workers set aside what is large.

        `count` is told of each batch: its decisions, and how many flows are held. Any thread may call it.
        """
        self._gate = gate
        self._pool = pool
        self._work = work
        self._count = count

    def decide(self, runs: Sequence[str]) -> None:
        """Decide on those of the runs that wait for it, in as many batches as it takes."""
        while True:
            batch = take_due(self._gate, self._pool, only=runs)
            if not batch:
                return
            try:
                with closing(in_pieces(self._gate, self._pool, batch)) as pieces:
                    while piece := next_of(pieces):
                        self._settle(piece)
            finally:
                self._sweep(batch)

    def _sweep(self, batch: Sequence[RowMapping]) -> None:
        sweep(self._work, {row["run"] for row in batch}.__contains__)

    def _settle(self, examined: Piece) -> None:
        with timed("settle"):
            decisions, pivots = settle(self._gate, examined)
        ahead.leave(self._gate, self._pool, pivots)
        self._sweep([row for row, _ in examined])
        self._count(decisions, len(examined) - len(decisions))


class _Connector(PsycopgConnector):
    """Calls `lost` where it was not kept what became of a job: it would seem under way as long as its worker lives."""

    lost: Callable[[], None] = staticmethod(lambda: None)

    async def execute_query_async(self, query: LiteralString, **arguments: object) -> None:
        """As ever."""
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):  # by which it says that others had the job meanwhile
                log.error("gate.trouble", error=str(error.__cause__), again_in=PAUSE_AFTER_TROUBLE)
                self.lost()
            raise


def app_of(gate: Gate, decider: Decider) -> App:
    """What fetches jobs from the gate's ledger; it has to be opened."""
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL + 1)  # the gate tells of it in its own words
    app = App(connector=_Connector(conninfo=conninfo(gate.settings.ledger.url), min_size=1, max_size=4))

    def decide(runs: list[str]) -> None:
        try:
            decider.decide(runs)
        except Exception as error:
            log.error("gate.trouble", error=said(error), runs=len(runs), again_in=PAUSE_AFTER_TROUBLE)
            raise

    app.task(name=jobs.TASK, queue=jobs.QUEUE, retry=RetryStrategy(wait=PAUSE_AFTER_TROUBLE))(decide)
    return app


async def serve(app: App, *, heartbeat: float, started: Callable[[Callable[[], None]], None]) -> None:
    """Do jobs until told to stop, by what `started` is given, or until the ledger is out of reach.

    So also where it was not kept what became of a job: it is no worker's then, and is revived.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        with suppress(RuntimeError):  # the loop has ended by itself
            loop.call_soon_threadsafe(told.set)

    cast("_Connector", app.connector).lost = told.set
    started(stop)
    ending = asyncio.create_task(told.wait())
    try:
        opening = asyncio.create_task(_open(app))
        await _first(opening, ending)
        if opening.done():
            await opening
            async with _reviving(app, heartbeat):
                working = asyncio.create_task(_work(app, heartbeat, wait=True))
                await _first(working, ending)
                with suppress(asyncio.CancelledError):
                    await _ended(app, working)
    finally:
        await _cancelled(ending, opening)
        await app.close_async()


async def _open(app: App) -> None:
    await app.open_async()


async def _first(*tasks: asyncio.Task[Any]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _ended(app: App, working: asyncio.Task[None]) -> None:
    """Have the jobs in hand done, and no others begun. Raises what the work met.

    A ledger that is away is not waited for: nobody could keep what becomes of them, and others will revive them.
    """
    working.cancel()  # once: told again, it would not wait for the jobs in hand
    pool = cast("_Connector", app.connector).pool
    while not working.done():
        try:
            async with pool.connection(timeout=PATIENCE):
                pass
        except OperationalError:
            await pool.close()
            break
        await asyncio.wait([working], timeout=POLL_SECONDS)
    await working


async def work_off(app: App, *, heartbeat: float) -> None:
    """Do the jobs that are there."""
    async with app.open_async():
        await revive(app, heartbeat)
        await _work(app, heartbeat, wait=False)


async def _work(app: App, heartbeat: float, *, wait: bool) -> None:
    """Cancelled, it ends once the jobs in hand are done."""
    await app.run_worker_async(
        queues=[jobs.QUEUE],
        concurrency=AT_ONCE,
        wait=wait,
        listen_notify=wait,
        fetch_job_polling_interval=POLL_SECONDS,  # jobs that kept their turn are not announced
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=heartbeat,
        stalled_worker_timeout=DEAD_AFTER * heartbeat,
    )


@asynccontextmanager
async def _reviving(app: App, heartbeat: float) -> AsyncIterator[None]:
    """Give the jobs of those that died to others, as long as the context lasts."""

    async def keep_reviving() -> None:
        while True:
            with suppress(ProcrastinateException):  # the next time comes soon, and the worker tells what is wrong
                await revive(app, heartbeat)
            await asyncio.sleep(heartbeat)

    task = asyncio.create_task(keep_reviving())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def revive(app: App, heartbeat: float) -> None:
    """Give the jobs of processes whose heartbeat has stopped to others; what they had settled stays settled."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER * heartbeat):
        with suppress(ProcrastinateException):  # somebody else has just done so
            await app.job_manager.retry_job(job)
            log.warning("job.revived", job=job.id)


def ask_again(gate: Gate) -> None:
    """Have runs decided that are due and that no job is about, which nothing should ever leave behind."""
    with gate.ledger.connect() as connection:
        forgotten = jobs.without_job(connection, gate.clock())
    if forgotten:
        log.warning("job.missing", runs=len(forgotten))
        with writing(gate.ledger) as connection:
            jobs.decide(connection, forgotten)
