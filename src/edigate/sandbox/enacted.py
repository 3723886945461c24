"""The files of a life: named, numbered and dated for one gate and one beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from edigate.sandbox.lives import LIVES, Acknowledges, Deposit, Says
from edigate.sandbox.statuses import receipt_flow, status_flow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edigate.sandbox.lives import Life

START = dt.time(9)
BETWEEN_STEPS = dt.timedelta(minutes=10)


class File(NamedTuple):
    """What a step puts into a partner's inbox."""

    partner: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Enacted:
    """A life on its days: it begins at `begin`, and its sequences, numbers and market come from `first` on."""

    life: Life
    first: int
    begin: dt.datetime
    gate: str

    def number(self, document: int) -> str:
        """The number of one of its invoices."""
        return f"VIE-{self.first + document - 1:06d}"

    @property
    def market(self) -> str:
        """The market of its works."""
        return f"TRX-{self.first:06d}"

    def moment(self, place: int) -> dt.datetime:
        """When a step is taken: those of one day follow each other."""
        return self.begin + dt.timedelta(days=self.life.steps[place].day) + place * BETWEEN_STEPS

    def file(self, place: int, pivots: Sequence[str]) -> File | None:
        """What a step deposits; `pivots` are the flow ids of this life's pivots so far.

        None where nothing is done, or the pivot to be acknowledged never came.
        """
        step, sequence = self.life.steps[place], self.first + place
        match step.does:
            case Deposit() as deposit:
                content = deposit.build(self._draft(deposit, place))
                return File(step.partner, flow_name(deposit.interface, step.partner, sequence), content)
            case Says() as says:
                status = self._status(says, place)
                return File(step.partner, *status_flow(step.partner, sequence, [status], self.gate))
            case Acknowledges() as told if told.pivot <= len(pivots):
                receipt = Receipt(1, told.code, pivots[told.pivot - 1], comment=told.comment, at=self.moment(place))
                return File(step.partner, *receipt_flow(step.partner, sequence, [receipt], self.gate))
        return None

    def _draft(self, deposit: Deposit, place: int) -> Draft:
        changes = {**self.life.changes, **deposit.changes}
        if self.life.is_works:
            changes["market"] = self.market
        draft = Draft(self.number(deposit.document), issue_date=self._issued(deposit.document, place))
        return replace(draft, **changes)  # type: ignore[arg-type]

    def _issued(self, document: int, place: int) -> dt.date:
        """The day of a document's first deposit: deposited again, it is the same document."""
        steps = self.life.steps[: place + 1]
        days = (step.day for step in steps if isinstance(step.does, Deposit) and step.does.document == document)
        return self.begin.date() + dt.timedelta(days=next(days))

    def _status(self, says: Says, place: int) -> ReportedStatus:
        of = replace(Draft(self.number(says.document)), **self.life.changes)  # type: ignore[arg-type]
        return ReportedStatus(
            1, says.code, of.number, of.supplier_id, Scheme.SIRET, of.recipient_siret,
            label=says.label, comment=says.comment, mandate=says.mandate, at=self.moment(place),
        )  # fmt: skip


def enact(first: int, begins: Callable[[Life], dt.date], zone: dt.tzinfo, gate: str) -> tuple[Enacted, ...]:
    """All lives, each from its first day on; their numbers are the LIVES_LENGTH ones from `first`, of 6 to 15 digits.

    `gate` is the gate's application code.
    """
    before = accumulate((len(life.steps) for life in LIVES[:-1]), initial=first)
    mornings = (dt.datetime.combine(begins(life), START, zone) for life in LIVES)
    return tuple(Enacted(*row, gate) for row in zip(LIVES, before, mornings, strict=True))
