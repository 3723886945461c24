"""The fewest processes of each role with which hardly anything waits longer than it may."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulate.costs import ROLES, Costs, stages
from simulate.queues import Stage, drained_by_all, quantiles

if TYPE_CHECKING:
    from simulate.queues import Array

SHARE = 0.99


def fewest(coming: Array, slot: float, costs: Costs, invoices_per_flow: float, within: float) -> dict[str, int]:
    """Counts with which 99 % of what comes waits no longer than `within` seconds in all.

    Each role alone first; then one more for the role that is waited for most, until all together do.
    """
    one = {stage.name: stage for stage in stages(costs, dict.fromkeys(ROLES, 1), invoices_per_flow)}
    counts = {role: _alone(coming, slot, one[role], within) for role in ROLES}
    while True:
        chosen = tuple(one[role]._replace(servers=counts[role]) for role in ROLES)
        total, waits = drained_by_all(coming, chosen, slot)
        if quantiles(total, coming, (SHARE,))[0] <= within:
            return counts
        means = [float(wait.mean()) for wait in waits]
        counts[ROLES[means.index(max(means))]] += 1


def _alone(coming: Array, slot: float, one: Stage, within: float) -> int:
    """The fewest of one role where only it takes time, by halving between what the mean and the busiest slot need."""
    low = max(1, math.ceil(float(coming.mean()) / slot / one.capacity))
    high = max(low, math.ceil(float(coming.max()) / slot / one.capacity))
    while low < high:
        middle = (low + high) // 2
        total, _ = drained_by_all(coming, (one._replace(servers=middle),), slot)
        low, high = (low, middle) if quantiles(total, coming, (SHARE,))[0] <= within else (middle + 1, high)
    return low
