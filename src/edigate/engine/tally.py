"""What a run of the gate did, for whoever asks while it runs or in the end."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edigate.domain.verdicts import Examination

if TYPE_CHECKING:
    from edigate.intake.folder import Trouble
    from edigate.pipeline.settle import Decision

KEPT = 1000
_NOTHING = Examination()


@dataclass(slots=True)
class Tally:
    """What a run of the gate did; `troubles` are what stood in its inboxes' way, each once.

    `decisions` are the last ones, as many as a person can look at; a gate that runs for weeks forgets the others.
    """

    booked: int = 0
    published: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    decisions: deque[Decision] = field(default_factory=lambda: deque(maxlen=KEPT))
    held: int = 0
    waiting: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def count(self, decisions: tuple[Decision, ...]) -> None:
        """Add the decisions of a batch."""
        self.verdicts.update(decision.verdict.value for decision in decisions)
        self.decisions.extend(map(_without_documents, decisions))


def _without_documents(decision: Decision) -> Decision:
    """A decision to be kept: its faulty invoices, without pivots, which together may be larger than the memory."""
    faulty = tuple(
        one._replace(invoice=replace(one.invoice, pivot=None)) for one in decision.invoices if one.invoice.faults
    )
    return decision._replace(case=decision.case._replace(examination=_NOTHING), invoices=faulty)
