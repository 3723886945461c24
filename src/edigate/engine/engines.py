"""Which engine works a gate: the one of its own folder, or the one that shares a ledger on PostgreSQL with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from edigate.engine.local import Local
from edigate.engine.roles import ALL
from edigate.ledger.database import is_embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from edigate.engine.distributed import Distributed
    from edigate.engine.gate import Gate
    from edigate.engine.roles import Role
    from edigate.engine.tally import Tally

Engine: TypeAlias = "Local | Distributed"


class AllRolesTogether(Exception):
    """The ledger is embedded: one process does everything."""


def engine_of(
    gate: Gate, roles: Collection[Role] = ALL, *, progress: Callable[[Tally, int], None] | None = None
) -> Engine:
    """The engine for this gate's ledger, in these roles. Raises AllRolesTogether where it cannot have only some."""
    if is_embedded(gate.ledger):
        if frozenset(roles) != ALL:
            raise AllRolesTogether
        return Local(gate, progress=progress)
    from edigate.engine.distributed import Distributed  # noqa: PLC0415 - of an extra

    return Distributed(gate, roles, progress=progress)
