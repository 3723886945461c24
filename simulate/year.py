"""The year: what comes in each slot of it, how long that waits, and the busiest minutes flow by flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulate.queues import Stage, drained_by_all, quantiles, through

if TYPE_CHECKING:
    from numpy.random import Generator

    from simulate.queues import Array

HOUR = 3600.0
SHARES = (0.5, 0.95, 0.99)
MOST_FLOWS = 300_000


class Delays(NamedTuple):
    """Seconds of delay over everything that came."""

    mean: float
    p50: float
    p95: float
    p99: float
    most: float


class Year(NamedTuple):
    """What came and how long it waited: in all, at each stage, and in each hour at most."""

    flows: float
    in_all: Delays
    at_stages: dict[str, Delays]
    by_hour: Array
    left_over: float


def arrivals(rates: Array, slot: float, at_once: int, chance: Generator) -> Array:
    """How many flows come in each slot of hours with these rates a second, `at_once` of them together."""
    each = int(HOUR / slot)
    expected = np.repeat(rates * slot / at_once, each)
    counted: Array = chance.poisson(expected).astype(np.float64) * at_once
    return counted


def replay(coming: Array, stages: tuple[Stage, ...], slot: float) -> Year:
    """Take what comes in each slot through the stages."""
    total, waits = drained_by_all(coming, stages, slot)
    hours = total[: total.size // int(HOUR / slot) * int(HOUR / slot)].reshape(-1, int(HOUR / slot))
    last = waits[-1][-1] * stages[-1].capacity
    at_stages = {stage.name: delays(found, coming) for stage, found in zip(stages, waits, strict=True)}
    return Year(float(coming.sum()), delays(total, coming), at_stages, hours.max(axis=1), float(last))


def delays(values: Array, weights: Array) -> Delays:
    """Mean, quantiles and the most of delays, by how much had them."""
    if not weights.any():
        return Delays(0.0, 0.0, 0.0, 0.0, 0.0)
    mean = float(np.average(values, weights=weights))
    p50, p95, p99 = quantiles(values, weights, SHARES)
    return Delays(mean, p50, p95, p99, float(values[weights > 0].max()))


def busiest(rates: Array, stages: tuple[Stage, ...], at_once: int, chance: Generator) -> tuple[float, Delays]:
    """How long the busiest hour is followed flow by flow, in seconds, and what its flows take, work included.

    It is cut short where it has more flows than are soon followed.
    """
    rate = float(rates.max())
    seconds = min(HOUR, MOST_FLOWS / rate)
    sendings = np.sort(chance.uniform(0, seconds, chance.poisson(rate * seconds / at_once)))
    taken = through(np.repeat(sendings, at_once), stages)
    return seconds, delays(taken, np.ones(taken.size))
