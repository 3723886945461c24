"""What each stage costs: from the newest report of the bench where there is one, else as it was measured once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from simulate.queues import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

REPORT = Path(__file__).parents[1] / "build" / "bench" / "report.json"
INTAKE, WORK, DELIVER = "intake", "work", "deliver"
ROLES = (INTAKE, WORK, DELIVER)
# The steps of the gate's main process that each role takes over; the workers' time is the rest of `work`.
STEPS: Mapping[str, tuple[str, ...]] = {
    INTAKE: ("claim", "book"),
    WORK: ("settle",),
    DELIVER: ("place", "publish", "tell"),
}
# Assumed: so many commits in each role for a batch, and what one takes, with the way there and back over a network.
COMMITS: Mapping[str, int] = {INTAKE: 1, WORK: 2, DELIVER: 5}
COMMIT_SECONDS = 0.005
# The flows of a whole batch: intake.batch_flows, engine.job_flows, and what delivery hands over at once.
BATCH: Mapping[str, int] = {INTAKE: 256, WORK: 64, DELIVER: 256}
# Rows that the ledger takes for a flow and for each of its invoices, as counted in a gate's own after sound flows.
ROWS_PER_FLOW, ROWS_PER_INVOICE = 3.0, 4.0
# By counting: deposit into the archive, out of it, its pivot into storage, out of it, and into the outbox.
COPIES = 5


class Cost(NamedTuple):
    """Seconds of a role for each flow and for each invoice in it."""

    per_flow: float
    per_invoice: float

    def of(self, invoices: float) -> float:
        """Seconds for a flow of so many invoices."""
        return self.per_flow + self.per_invoice * invoices


class Costs(NamedTuple):
    """The costs of each role, where they come from, and whether they were measured on PostgreSQL."""

    source: str
    roles: Mapping[str, Cost]
    on_postgres: bool = False


# Measured on 21 November 2026 on two cores (AMD EPYC, virtual), ext4, Python 3.11.7, lxml 6.1.3; flows of 10 kB.
DEFAULTS = Costs(
    "defaults of 21 November 2026, on PostgreSQL",
    {
        INTAKE: Cost(0.00025, 0.00001),
        WORK: Cost(0.00021, 0.00111),
        DELIVER: Cost(0.00034, 0.00011),
    },
    on_postgres=True,
)


def known(report: Path = REPORT) -> Costs:
    """The costs that the bench measured last; the defaults where it has not measured single flows."""
    try:
        cases = json.loads(report.read_text(encoding="utf-8"))["cases"]
        single = cases["single"]
    except (FileNotFoundError, KeyError):
        return DEFAULTS
    roles = _measured(single["measured"], cases.get("archives"))
    shared = cases.get("postgres", {}).get("measured", {}).get("processes_1", {})
    if shared.get("flows_per_second"):
        roles = _as_on_postgres(roles, shared)
        return Costs(f"the bench of {single['at'][:10]}, on PostgreSQL", roles, on_postgres=True)
    return Costs(f"the bench of {single['at'][:10]}, on the embedded ledger", roles)


def _as_on_postgres(roles: Mapping[str, Cost], shared: Mapping[str, float]) -> dict[str, Cost]:
    """The embedded gate's costs, made as much longer as one process on PostgreSQL takes longer over a single flow."""
    taking = 1 / shared["intake_per_second"] / roles[INTAKE].of(1)
    rest = 1 / shared["flows_per_second"] / (roles[WORK].of(1) + roles[DELIVER].of(1))
    longer = {INTAKE: taking, WORK: rest, DELIVER: rest}
    return {role: Cost(cost.per_flow * longer[role], cost.per_invoice * longer[role]) for role, cost in roles.items()}


def _measured(single: Mapping[str, Any], archives: Mapping[str, Any] | None) -> dict[str, Cost]:
    """Costs by the case of single flows; what of them is each invoice's by that of archives, or by the defaults."""
    alone = _by_role(
        single["steps_seconds"], single["cpu_per_flow"]["workers"] / 1e6 * single["flows"], single["flows"]
    )
    packed = {role: cost.per_invoice for role, cost in DEFAULTS.roles.items()}
    if archives and "each" in archives["measured"]:
        found = archives["measured"]["each"]["archives"]
        packed = _by_role(found["steps"], found["cpu"]["workers"], archives["measured"]["invoices"])
    return {role: Cost(max(0.0, alone[role] - packed[role]), min(alone[role], packed[role])) for role in ROLES}


def _by_role(steps: Mapping[str, float], workers: float, count: int) -> dict[str, float]:
    spent = {role: sum(steps.get(step, 0.0) for step in STEPS[role]) / count for role in ROLES}
    return spent | {WORK: spent[WORK] + workers / count}


def stages(costs: Costs, servers: Mapping[str, int], invoices_per_flow: float) -> tuple[Stage, ...]:
    """The stages of the way, with so many processes each."""
    return tuple(
        Stage(role, servers[role], costs.roles[role].of(invoices_per_flow), COMMITS[role] * COMMIT_SECONDS, BATCH[role])
        for role in ROLES
    )
