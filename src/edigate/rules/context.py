"""What a rule may know besides the invoice, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from edigate.domain.faults import Fault
from edigate.domain.invoice import Invoice

if TYPE_CHECKING:
    import datetime as dt

    from edigate.domain.directory import Directory
    from edigate.domain.interfaces import Interface
    from edigate.domain.settings import RuleSettings


@dataclass(frozen=True, slots=True)
class Context:
    """How and when the invoice came, and what the gate knows.

    `received_on` is the French local date of the deposit. `directory` is None only where there is none to ask
    (`edigate check` outside a gate): the rules that need it are then left out.
    """

    interface: Interface
    received_on: dt.date
    settings: RuleSettings
    directory: Directory | None = None


Rule: TypeAlias = Callable[[Invoice, Context], Iterable[Fault]]
