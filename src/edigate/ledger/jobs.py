"""What a ledger on PostgreSQL has others do: jobs in its own transaction, each a batch of runs to decide.

The ledger is the truth: a run is due as long as nobody decided it. A job only says who should look now; one that is
done twice changes nothing the second time, and a run without one is given another (`without_job`). A gate with an
embedded ledger looks for what is due itself: there, nothing of this does anything.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, text

from edigate.ledger.clock import stamp
from edigate.ledger.tables import RUN_TO_DO, flows, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from procrastinate import App
    from procrastinate.types import JSONValue
    from sqlalchemy import Connection, Engine

QUEUE = TASK = "decide"
FLOWS, BYTES = 64, 64_000_000
CHANNEL = "edigate_deliveries"
PATIENCE = dt.timedelta(seconds=30)


class Wanted(NamedTuple):
    """A run to decide, the bytes of its flow, and what it must keep its turn in: "" for nothing."""

    run: str
    size: int = 0
    turn: str = ""


def is_shared(connection: Connection) -> bool:
    """Whether several processes may work on this ledger."""
    return connection.dialect.name == "postgresql"


def decide(
    connection: Connection, wanted: Iterable[Wanted], *, at: dt.datetime | None = None, together: int = FLOWS
) -> None:
    """Have these runs decided, `together` as far as a job holds, now or `at` a time by the clock of the server.

    Runs of one turn are decided in their order, a job after the other: what a partner reports follows on what he
    reported before. All others may be decided at once, wherever somebody is free.
    """
    if not is_shared(connection):
        return
    for turn, group in groupby(sorted(wanted, key=lambda one: one.turn), key=lambda one: one.turn):
        task = _app().configure_task(
            TASK,
            queue=QUEUE,
            lock=turn or None,
            schedule_at=at,
            connection=connection.connection.driver_connection,
        )
        arguments: list[dict[str, JSONValue]] = [{"runs": [*runs_]} for runs_ in _batches(list(group), together)]
        task.batch_defer(*arguments)


def _batches(wanted: Sequence[Wanted], together: int) -> Iterator[list[str]]:
    """Runs for one job each: so many, or so many bytes; a big flow alone."""
    taken: list[str] = []
    total = 0
    for one in wanted:
        if taken and (len(taken) >= together or total + one.size > BYTES):
            yield taken
            taken, total = [], 0
        taken.append(one.run)
        total += one.size
    if taken:
        yield taken


@lru_cache(maxsize=1)
def _app() -> App:
    """Never opened: it only puts jobs into words, for connections of the ledger's own."""
    from procrastinate import App, SyncPsycopgConnector  # noqa: PLC0415 - of an extra, which embedded ledgers lack

    app = App(connector=SyncPsycopgConnector())
    app.task(name=TASK, queue=QUEUE)(_elsewhere)
    return app


def _elsewhere(runs: Sequence[str]) -> None:
    """Stands for what the engine does."""
    raise NotImplementedError(runs)


def announce(connection: Connection) -> None:
    """Wake whoever delivers, once this transaction is committed."""
    if is_shared(connection):
        connection.execute(text(f"notify {CHANNEL}"))


@contextmanager
def announcements(engine: Engine) -> Iterator[Callable[[float], None]]:
    """Gives what waits until deliveries are announced, or for so many seconds; raises what the driver raises."""
    with engine.connect() as connection:
        connection.execute(text(f"listen {CHANNEL}"))
        driver: Any = connection.connection.driver_connection

        def wait(seconds: float) -> None:
            for _ in driver.notifies(timeout=seconds, stop_after=1):
                return

        try:
            yield wait
        finally:
            connection.invalidate()  # one that goes on listening would gather what nobody reads


def without_job(connection: Connection, now: dt.datetime) -> list[Wanted]:
    """Runs that have been due for a while and that no job is about: whatever went wrong, they are not forgotten."""
    jobs: Any = text(
        "select jsonb_array_elements_text(args -> 'runs') from procrastinate_jobs"
        " where task_name = :task and status in ('todo', 'doing')"
    )
    busy = set(connection.execute(jobs, {"task": TASK}).scalars())
    query = (
        select(runs.c.id, flows.c.size)
        .join(flows, flows.c.id == runs.c.flow)
        .where(RUN_TO_DO, runs.c.due_at < stamp(now - PATIENCE))
        .order_by(runs.c.due_at, runs.c.id)
    )
    return [Wanted(row.id, row.size) for row in connection.execute(query) if row.id not in busy]
