"""Jobs of a ledger on PostgreSQL: asked for in the transaction that makes them necessary, and never long missing."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from edigate.engine import job_runner
from edigate.engine.decisions import examine, settle, take_due
from edigate.engine.distributed import Distributed
from edigate.engine.roles import Role
from edigate.ledger import jobs, notes, store
from edigate.ledger.clock import stamp
from edigate.ledger.database import open_ledger, writing
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from tests import postgres
from tests.acceptance.actors import Actors, says
from tests.acceptance.gates import STRUCTURED, fresh_number, sound
from tests.at_work import at_work
from tests.contract.engines.test_watching import until
from tests.unit.engine.steps import a_pool, run_states
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.gates import Site


class Stop(Exception):
    """Ends a transaction."""


def job_rows(site: Site) -> list[Any]:
    """Every job that is not done, in order."""
    with site.gate.ledger.connect() as connection:
        query = text("select args -> 'runs' as runs, lock, status, scheduled_at from procrastinate_jobs order by id")
        return list(connection.execute(query))


def taken_in(site: Site) -> None:
    """Have what was dropped booked, and nothing else."""
    Distributed(site.gate, {Role.INTAKE}).run_once()


def test_what_is_booked_has_a_job(site: Site) -> None:
    """One job for the flows that were booked together, in their order."""
    for _ in range(3):
        site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    (job,) = job_rows(site)
    assert len(job.runs) == 3
    assert job.runs == sorted(job.runs)
    assert (job.status, job.lock) == ("todo", None)


def test_a_backlog_is_booked_batch_after_batch(site: Site) -> None:
    """Of very many files in an inbox a look shows some; the others do not wait until it is time for another."""
    for _ in range(9):
        site.deposit(sound(), STRUCTURED)
    gate = with_settings(site.gate, "intake", batch_flows=1, rescan_seconds=3600.0)
    with at_work(Distributed(gate, {Role.INTAKE})):
        until(lambda: len(site.outcomes()) == 9)


def test_a_job_holds_as_many_flows_as_the_settings_say(site: Site) -> None:
    """Of what is booked together."""
    for _ in range(3):
        site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    Distributed(with_settings(site.gate, "engine", job_flows=2), {Role.INTAKE}).run_once()
    assert [len(job.runs) for job in job_rows(site)] == [2, 1]


def test_a_job_is_undone_with_its_transaction(site: Site) -> None:
    """Where the booking fails, nobody is asked to decide on it."""
    with suppress(Stop), writing(site.gate.ledger) as connection:
        jobs.decide(connection, [jobs.Wanted("some-run")])
        raise Stop
    assert job_rows(site) == []


def test_runs_are_put_together_up_to_a_number_and_a_size(site: Site) -> None:
    """Sixty-four to a job at most; a big flow alone."""
    wanted = [jobs.Wanted(f"{number:03}", 1_000) for number in range(70)]
    wanted.append(jobs.Wanted("big", jobs.BYTES))
    wanted.append(jobs.Wanted("last", 1_000))
    with writing(site.gate.ledger) as connection:
        jobs.decide(connection, wanted)
    assert [len(job.runs) for job in job_rows(site)] == [jobs.FLOWS, 6, 1, 1]


def test_what_one_partner_reports_keeps_its_order(site: Site) -> None:
    """His flows of statuses are decided one job after the other; the invoices of others wait for nothing."""
    actors = Actors(site)
    number = actors.invoice()
    site.round()
    actors.tell("SEI001", says(number, "06"))
    actors.invoice()
    taken_in(site)
    actors.tell("SEI001", says(number, "07"))
    taken_in(site)
    assert sorted(job.lock or "" for job in job_rows(site)) == ["", "from SEI001", "from SEI001"]


def test_what_is_done_leaves_no_job(site: Site) -> None:
    """Jobs that are done are removed: the ledger has the whole story."""
    site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    site.round()
    assert job_rows(site) == []


def test_the_job_of_a_process_that_died_is_done_by_another(site: Site) -> None:
    """It was taken, and whoever took it is gone: the flow is decided all the same, once."""
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    with writing(site.gate.ledger) as connection:
        connection.execute(text("update procrastinate_jobs set status = 'doing', worker_id = null"))
    site.round()
    assert site.outcome(name).verdict == "integrated"
    assert len(site.collect().reports) == 1
    assert job_rows(site) == []


def test_a_job_that_is_done_twice_changes_nothing(site: Site) -> None:
    """A process that seemed dead and was not may do what another has done."""
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    (job,) = job_rows(site)
    site.round()
    with writing(site.gate.ledger) as connection:
        jobs.decide(connection, map(jobs.Wanted, job.runs))
    site.round()
    assert [report.flow for report in site.collect().reports] == [name[-25:]]


def test_a_flow_without_a_job_is_asked_for_again(site: Site) -> None:
    """Nothing is known to take a job away, but a flow must not wait for ever should it happen."""
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    with writing(site.gate.ledger) as connection:
        connection.execute(text("delete from procrastinate_jobs"))
    job_runner.ask_again(site.gate)
    assert job_rows(site) == [], "it came only just now"
    site.tell_time(site.gate.clock() + jobs.PATIENCE + dt.timedelta(seconds=1))
    job_runner.ask_again(site.gate)
    job_runner.ask_again(site.gate)
    assert [len(job.runs) for job in job_rows(site)] == [1]
    site.round()
    assert site.outcome(name).verdict == "integrated"


def test_a_held_flow_has_a_job_for_its_hour(site: Site) -> None:
    """No directory is in force: the flow is held, and asked for again at the time that it is due."""
    with writing(site.gate.ledger) as connection:
        version = notes.read(connection, "directory_version")
        connection.execute(text("delete from notes where key = 'directory_version'"))
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    before = dt.datetime.now(dt.UTC)
    site.round()
    assert site.outcome(name).state == "held"
    (job,) = job_rows(site)
    waits = (job.scheduled_at - before).total_seconds()
    assert waits == pytest.approx(site.gate.settings.engine.held_retry_seconds, abs=60)
    with writing(site.gate.ledger) as connection:
        notes.write(connection, "directory_version", str(version))
        connection.execute(text("update procrastinate_jobs set scheduled_at = now()"))
        connection.execute(text("update runs set due_at = '2020-01-01T00:00:00.000000Z' where state = 'held'"))
    site.round()
    assert site.outcome(name).verdict == "integrated"


def test_a_released_flow_is_decided_by_a_machine_whose_clock_is_behind(site: Site) -> None:
    """By as much as clocks may differ: its job comes once, and a machine that took it for early would lose it."""
    with writing(site.gate.ledger) as connection:
        version = notes.read(connection, "directory_version")
        connection.execute(text("delete from notes where key = 'directory_version'"))
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    site.round()
    now = site.gate.clock()
    with writing(site.gate.ledger) as connection:
        notes.write(connection, "directory_version", str(version))
        store.release(connection, None, stamp(now + dt.timedelta(seconds=0.9)))
    Distributed(replace(site.gate, clock=lambda: now), {Role.WORK}).run_once()
    assert site.outcome(name).verdict == "integrated"


def test_a_lone_flow_whose_session_the_server_ended_is_not_held(site: Site) -> None:
    """A process that is stopped within its transaction says nothing of the flow, which is decided the next time."""
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    impatient = open_ledger(f"{site.gate.settings.ledger.url}?options=-c%20idle_in_transaction_session_timeout%3D100")

    stops = [1.0]

    def stopped() -> dt.datetime:
        """Once."""
        time.sleep(stops.pop() if stops else 0)
        return site.gate.clock()

    with closing(a_pool(site.gate)) as pool:
        examined = list(examine(site.gate, pool, take_due(site.gate, pool)))
        with pytest.raises(DBAPIError):
            settle(replace(site.gate, ledger=impatient, clock=stopped), examined)
    impatient.dispose()
    assert run_states(site.gate) == ["due"]
    Distributed(site.gate, {Role.WORK}).run_once()
    assert site.outcome(name).verdict == "integrated"


def test_archives_of_a_job_are_settled_one_after_the_other(site: Site) -> None:
    """What one transaction decides does not grow with what they hold, and what is decided waits for nothing."""
    gate = with_settings(site.gate, "intake", batch_flows=2)
    for _ in range(2):
        site.deposit(tar_gz({f"{n}.xml": cii(Draft(fresh_number())) for n in range(3)}), STRUCTURED)
    decided: list[int] = []
    Distributed(gate, progress=lambda tally, _: decided.append(tally.verdicts.total())).run_once()

    assert (len(job_rows(site)), decided) == (0, [1, 2])


@pytest.mark.parametrize("change", ["delete", "update"])
def test_a_job_whose_end_could_not_be_kept_is_not_under_way_for_ever(site: Site, change: str) -> None:
    """Done or to be tried again: the process that had it lives, so that nobody else would take it up."""
    database = site.gate.settings.ledger.url.rpartition("/")[2]
    fails = "if nextval('told') = 1 then raise exception using errcode = 'disk_full', message = 'full'; end if"
    postgres.server().run(
        f"create sequence told; create function full_disk() returns trigger language plpgsql as $$ begin {fails};"
        f" return case tg_op when 'DELETE' then old else new end; end $$; create trigger full_disk before {change}"
        " on procrastinate_jobs for each row when (old.status = 'doing') execute function full_disk()",
        database=database,
    )
    if change == "update":  # the decision fails the first time, so that the job is to be tried again
        fails = "if nextval('decided') = 1 then raise exception using errcode = 'disk_full', message = 'full'; end if"
        postgres.server().run(
            f"create sequence decided; create function no_room() returns trigger language plpgsql as $$ begin {fails};"
            " return new; end $$; create trigger no_room before insert on invoices for each row execute function"
            " no_room()",
            database=database,
        )
    name = site.deposit(cii(Draft(fresh_number())), STRUCTURED)
    taken_in(site)
    with at_work(Distributed(site.gate, {Role.WORK})):
        until(lambda: not job_rows(site))
    assert site.outcome(name).verdict == "integrated"


class Serving:
    """What does a gate's jobs, and would wait for ten minutes for a connection."""

    def __init__(self, site: Site, url: str) -> None:
        """It is not at work yet."""
        gate = with_settings(site.gate, "ledger", url=url)
        decider = job_runner.Decider(gate, a_pool(gate), gate.places.work, lambda *_: None)
        self._app = job_runner.app_of(gate, decider)
        self._app.connector._pool_args["timeout"] = 600  # type: ignore[attr-defined]  # noqa: SLF001 - see above
        self.told: list[Callable[[], None]] = []
        self.ended_well = False

    def run(self) -> None:
        """Do jobs until told to stop."""
        with suppress(ConnectorException):  # which the engine tells of
            asyncio.run(job_runner.serve(self._app, heartbeat=1, started=self.told.append))
            self.ended_well = True

    def stop(self) -> None:
        """Tell it."""
        self.told[0]()


def test_who_is_told_to_end_while_the_ledger_is_away_does_not_wait_for_it(site: Site) -> None:
    """Neither while he tries to reach it, nor once he has done jobs."""
    with postgres.Postgres() as server:
        url = server.fresh()
        with at_work(Serving(site, url)):
            until(lambda: server.run("select 1 from procrastinate_workers", database=url.rpartition("/")[2]))
            server.stop()
        beginning = Serving(site, url)
        with at_work(beginning):
            until(lambda: beginning.told)
    assert beginning.ended_well
