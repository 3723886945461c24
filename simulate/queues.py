"""Queues, first come first served: one by one as they are, and in slots of time for more than can be told apart.

`finishes` follows every flow through one stage. `drained` adds up what comes and goes in slots: exact where a queue
lasts longer than a slot, and blind to waits that are shorter.
"""

from __future__ import annotations

from heapq import heapify, heapreplace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Stage(NamedTuple):
    """One stage of the way: so many processes, each taking what is there, up to a batch, at this cost in seconds."""

    name: str
    servers: int
    per_flow: float
    per_batch: float = 0.0
    batch: int = 256

    @property
    def capacity(self) -> float:
        """Flows per second where there is always a whole batch."""
        return self.servers * self.batch / (self.per_batch + self.batch * self.per_flow)


class Drained(NamedTuple):
    """One stage over slots: flows that left in each, and seconds that those that came in each had to wait."""

    left: Array
    waits: Array


def finishes(arrivals: Array, stage: Stage, services: Array | None = None) -> Array:
    """When each flow is done, for arrivals in order of time; a batch is done as a whole.

    `services` are seconds for each flow, where they are not all the same.
    """
    free = [0.0] * stage.servers
    heapify(free)
    costs = np.full(arrivals.size, stage.per_flow) if services is None else services
    spent = np.concatenate(([0.0], np.cumsum(costs))).tolist()
    done, times, first = np.empty(arrivals.size), arrivals.tolist(), 0
    while first < len(times):
        begin = max(free[0], times[first])
        last = first + 1
        while last < len(times) and last - first < stage.batch and times[last] <= begin:
            last += 1
        end = begin + stage.per_batch + spent[last] - spent[first]
        heapreplace(free, end)
        done[first:last] = end
        first = last
    return done


def through(arrivals: Array, stages: tuple[Stage, ...]) -> Array:
    """Seconds that each flow takes through all stages, waiting included; those that overtake stay themselves."""
    order, times = np.arange(arrivals.size), arrivals
    for stage in stages:
        times = finishes(times, stage)
        turn = np.argsort(times, kind="stable")
        times, order = times[turn], order[turn]
    taken = np.empty(arrivals.size)
    taken[order] = times - arrivals[order]
    return taken


def drained(arrivals: Array, stage: Stage, slot: float) -> Drained:
    """What becomes of so many arrivals in each slot, which come evenly over it, at a stage that always works."""
    capacity = stage.capacity * slot
    level = np.cumsum(arrivals - capacity)
    backlog = level - np.minimum(np.minimum.accumulate(level), 0.0)
    before = np.concatenate(([0.0], backlog[:-1]))
    return Drained(arrivals + before - backlog, (before + backlog) / 2 / stage.capacity)


def drained_by_all(arrivals: Array, stages: tuple[Stage, ...], slot: float) -> tuple[Array, list[Array]]:
    """Seconds that what comes in each slot waits in all, and at each stage by the slot in which it comes there."""
    waits, total, coming = [], np.zeros(arrivals.size), arrivals
    slots = np.arange(arrivals.size)
    for stage in stages:
        result = drained(coming, stage, slot)
        there = np.minimum(slots + (total / slot).astype(np.int64), arrivals.size - 1)
        total += result.waits[there]
        waits.append(result.waits)
        coming = result.left
    return total, waits


def quantiles(values: Array, weights: Array, shares: tuple[float, ...]) -> list[float]:
    """The value that this share of the weight lies at or below, for each share."""
    counted = weights > 0
    order = np.argsort(values[counted])
    ordered, reached = values[counted][order], np.cumsum(weights[counted][order])
    places = np.searchsorted(reached, np.array(shares) * reached[-1])
    return [float(ordered[min(place, ordered.size - 1)]) for place in places]
