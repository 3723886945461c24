"""The gate at work for `edigate run`, until it is told to end or once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from edigate.app import require_schemas
from edigate.cli.common import err, from_here, open_here
from edigate.cli.messages import t
from edigate.cli.told_time import at
from edigate.cli.work import summarise, work_once
from edigate.engine.engines import engine_of
from edigate.engine.roles import Role
from edigate.engine.upkeep import CHORES
from edigate.observability import logs

if TYPE_CHECKING:
    from collections.abc import Collection

    from edigate.engine.gate import Gate


def run_gate(now: str | None, roles: Collection[Role]) -> None:
    """Watch and work until a signal; `now` is what a sandbox gate is told of the time."""
    gate = _opened(now)
    require_schemas(gate)
    logs.configure(fmt=gate.settings.log.format, level=gate.settings.log.level)
    if sys.stderr.isatty() and Role.INTAKE in roles:
        inbox = from_here(gate.places.inbox)
        err().print(t("Watching {inbox}; Ctrl-C ends it.", "Surveille {inbox} ; Ctrl-C arrête.", inbox=inbox))
    engine_of(gate, roles).run()


def run_gate_once(now: str | None, roles: Collection[Role], *, verbose: bool) -> bool:
    """Work off what is there and tell of it; whether nothing needs somebody."""
    gate = _opened(now)
    told = verbose or not sys.stderr.isatty()
    tally = work_once(gate, level=gate.settings.log.level if told else "error", chores=CHORES, roles=roles)
    return summarise(gate, tally)


def _opened(now: str | None) -> Gate:
    return open_here() if now is None else at(now)
