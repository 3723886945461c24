"""The validation cycle of an invoice as its pivot shows it: a block, and a slip that people read (reference §7.3)."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.invoice import Party, Scheme
from edigate.domain.stages import Stage
from edigate.domain.statuses import INVOICE_LABELS, InvoiceStatus, StepLabel, step_of
from edigate.emitters.pivot import Known, ValidationStep
from edigate.emitters.slip import Slip, SlipStep, follow_up_slip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import RowMapping

_CODES = frozenset(
    {InvoiceStatus.VALIDATED_1, InvoiceStatus.REFUSED_1, InvoiceStatus.VALIDATED_2, InvoiceStatus.REFUSED_2}
)
_SECOND = frozenset({InvoiceStatus.VALIDATED_2, InvoiceStatus.REFUSED_2})
_LATE = frozenset({StepLabel.LATE_1, StepLabel.LATE_2})
# The cycle has no kind for a person (reference §7.3).
_KINDS: Mapping[Scheme, Scheme] = MappingProxyType({Scheme.PERSON: Scheme.PENDING})
_UNKNOWN_NAME = "Second valideur"


def is_step(code: str, label: str) -> bool:
    """Whether a status of an invoice is a validator's word, or the end of his time."""
    return code in _CODES or step_of(label) in _LATE


def known(
    invoice: RowMapping, validator: Party | None, told: Iterable[RowMapping], planned_at: dt.datetime, zone: dt.tzinfo
) -> Known:
    """What the ledger knows of an invoice for this pivot.

    `invoice` has the stage that the pivot was planned for as `at_stage`; `told` are the statuses that it has. A pivot
    for a validator shows nothing of the cycle; afterwards the cycle is over, so that it reads the same at any time.
    """
    stage = Stage(invoice["at_stage"]) if invoice["at_stage"] else Stage.RECIPIENT
    steps = () if stage.validates else tuple(_step(row, validator, zone) for row in _cycle(told))
    return Known(
        invoice["id"],
        renvoi=invoice["renvoi"],
        moe_date=planned_at.astimezone(zone).date() if stage is Stage.MOE else None,
        validation=steps,
        slip=_slip(invoice, steps) if steps else b"",
    )


def _cycle(told: Iterable[RowMapping]) -> list[RowMapping]:
    return [row for row in told if is_step(row["status"], row["label"])]


def _step(row: RowMapping, validator: Party | None, zone: dt.tzinfo) -> ValidationStep:
    second = row["status"] in _SECOND or step_of(row["label"]) is StepLabel.LATE_2
    # The document names one validator only; a second one is known by what the portal says of him.
    who = Party(row["producer"], Scheme.SIRET, name=_UNKNOWN_NAME, country="FR") if second else validator or Party()
    return ValidationStep(
        date=dt.datetime.fromisoformat(row["at"]).astimezone(zone).date(),
        code=row["status"],
        label=row["label"] or INVOICE_LABELS[row["status"]],
        comment=row["comment"],
        scheme=_KINDS.get(who.scheme or Scheme.SIRET, who.scheme or Scheme.SIRET),
        identifier=who.identifier,
        name=who.name,
        country=who.country or "FR",
    )


def _slip(invoice: RowMapping, steps: Sequence[ValidationStep]) -> bytes:
    return follow_up_slip(
        Slip(
            number=invoice["number"],
            supplier=invoice["supplier"],
            supplier_name=invoice["supplier_name"],
            recipient=invoice["recipient"],
            recipient_name=invoice["recipient_name"],
            cadre=invoice["cadre"],
            steps=tuple(
                SlipStep(step.date, step.label, " ".join(filter(None, (step.name, step.identifier))), step.comment)
                for step in steps
            ),
        )
    )
