"""The simulation's queues against formulas that are known to hold."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulate.queues import Stage, drained, drained_by_all, finishes, quantiles, through

if TYPE_CHECKING:
    from simulate.queues import Array

FLOWS = 200_000


def poisson(rate: float, count: int = FLOWS, seed: int = 1) -> Array:
    """Arrivals that know nothing of each other."""
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, count))


def one_by_one(servers: int, per_flow: float = 1.0) -> Stage:
    """Processes that take a flow each."""
    return Stage("work", servers, per_flow, batch=1)


@pytest.mark.parametrize("use", [0.3, 0.7, 0.9])
def test_one_process_with_even_work_keeps_flows_waiting_as_long_as_pollaczek_and_khinchine_say(use: float) -> None:
    """M/D/1: the mean wait is ρ / 2(1 - ρ) times the work on one flow."""
    arrivals = poisson(use)

    waits = finishes(arrivals, one_by_one(1)) - arrivals - 1.0

    assert waits.mean() == pytest.approx(use / (2 * (1 - use)), rel=0.05)


@pytest.mark.parametrize(("servers", "use"), [(1, 0.7), (2, 0.8), (5, 0.8), (20, 0.8)])
def test_many_processes_with_uneven_work_keep_flows_waiting_as_long_as_erlang_says(servers: int, use: float) -> None:
    """M/M/c: the mean wait is Erlang's C over what is left of the capacity."""
    arrivals = poisson(use * servers, 3 * FLOWS, seed=5)
    services = np.random.default_rng(6).exponential(1.0, arrivals.size)

    waits = finishes(arrivals, one_by_one(servers), services) - arrivals - services

    assert waits.mean() == pytest.approx(erlang_c(servers, use * servers) / (servers * (1 - use)), rel=0.1)


def erlang_c(servers: int, load: float) -> float:
    """The probability that all are busy."""
    busy = load**servers / factorial(servers) * servers / (servers - load)
    return busy / (sum(load**k / factorial(k) for k in range(servers)) + busy)


def test_flows_that_come_together_also_wait_for_each_other() -> None:
    """M^X/D/1: beside Pollaczek's wait, (X - 1) / 2(1 - ρ) times the work on one flow."""
    use, together = 0.6, 10
    arrivals = np.repeat(poisson(use / together, FLOWS // together), together)

    waits = finishes(arrivals, one_by_one(1)) - arrivals - 1.0

    assert waits.mean() == pytest.approx((use + together - 1) / (2 * (1 - use)), rel=0.1)


def test_a_batch_takes_what_is_there_up_to_its_bound_and_ends_as_a_whole() -> None:
    """Two alone, then as many as came meanwhile; each batch costs its commit once."""
    stage = Stage("work", 1, per_flow=1.0, per_batch=5.0, batch=3)

    done = finishes(np.array([0.0, 10.0, 11.0, 12.0, 13.0, 14.0]), stage)

    assert done.tolist() == [6.0, 16.0, 24.0, 24.0, 24.0, 30.0]


def test_a_stage_that_always_has_whole_batches_reaches_its_capacity() -> None:
    """What lies there at once is done at c·B / (a + B·b) flows a second."""
    stage = Stage("work", 4, per_flow=0.002, per_batch=0.1, batch=50)

    done = finishes(np.zeros(10_000), stage)

    assert 10_000 / done.max() == pytest.approx(stage.capacity)
    assert stage.capacity == pytest.approx(4 * 50 / (0.1 + 50 * 0.002))


def test_stages_add_up_for_each_flow_though_flows_overtake() -> None:
    """Without a queue every flow takes what its stages take, whichever is done first."""
    stages = (one_by_one(3, 0.5), one_by_one(3, 0.25))
    arrivals = np.array([0.0, 0.1, 5.0, 5.2])

    assert through(arrivals, stages) == pytest.approx([0.75, 0.75, 0.75, 0.75])


@pytest.mark.parametrize("use", [0.9, 0.95])
def test_slots_shorter_than_the_work_tell_of_waits_what_the_formula_does(use: float) -> None:
    """M/D/1 once more, by slots of a fifth of the work on one flow; they count half a flow as waiting for itself."""
    slot, coming = 0.2, np.random.default_rng(3).poisson(use * 0.2, 4_000_000).astype(float)

    waits = drained(coming, one_by_one(1), slot).waits

    assert np.average(waits, weights=coming) - 0.5 == pytest.approx(use / (2 * (1 - use)), rel=0.1)


def test_what_comes_beyond_the_capacity_waits_and_leaves_later() -> None:
    """Twice the capacity for an hour: the last ones wait an hour, all have left after two, and none is lost."""
    stage, slot = one_by_one(2, 1.0), 10.0
    coming = np.concatenate((np.full(360, 40.0), np.zeros(720)))

    left, waits = drained(coming, stage, slot)

    assert waits[:360].max() == pytest.approx(3600, rel=0.01)
    assert waits[180] == pytest.approx(1800, rel=0.01)
    assert left.sum() == coming.sum()
    assert np.flatnonzero(left > 0).max() + 1 == 720


def test_a_queue_at_one_stage_shields_the_next_from_the_rush() -> None:
    """Only the slowest is waited for; the wait in all is the same wherever it stands."""
    coming = np.concatenate((np.full(360, 40.0), np.zeros(720)))
    slow, quick = one_by_one(2), one_by_one(3)

    total, (first, second) = drained_by_all(coming, (slow, quick), 10.0)
    other, _ = drained_by_all(coming, (quick, slow), 10.0)

    assert second.max() == 0
    assert total.max() == first.max()
    assert other.max() == pytest.approx(first.max(), rel=0.02)


def test_slots_and_single_flows_agree_where_a_queue_is_long() -> None:
    """The same rush of a quarter of an hour, followed both ways."""
    rng, slot, stage = np.random.default_rng(4), 5.0, one_by_one(3, 0.01)
    coming = rng.poisson(np.concatenate((np.full(180, 400 * slot), np.full(540, 100 * slot)))).astype(float)
    times = np.sort(np.repeat(np.arange(720) * slot, coming.astype(int)) + rng.uniform(0, slot, int(coming.sum())))

    by_slots = np.average(drained(coming, stage, slot).waits, weights=coming)
    by_flows = (finishes(times, stage) - times - 0.01).mean()

    assert by_slots == pytest.approx(by_flows, rel=0.02)


def test_quantiles_go_by_weight() -> None:
    """A value that nearly everything has is its own median; what nothing has counts nowhere."""
    values, weights = np.array([5.0, 1.0, 100.0, 7.0]), np.array([1.0, 98.0, 0.0, 1.0])

    assert quantiles(values, weights, (0.5, 0.985, 1.0)) == [1.0, 5.0, 7.0]
