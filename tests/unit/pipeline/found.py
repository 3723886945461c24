"""What an examination found, made up: one sound invoice, and changes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from edigate.domain.invoice import Party, Scheme
from edigate.domain.stages import Stage
from edigate.domain.verdicts import Content, Examined

SOUND = Examined(
    position=1,
    number="F-1",
    type_code="380",
    issue_date=dt.date(2025, 3, 14),
    cadre="A1",
    supplier=Party("81034732800017", Scheme.SIRET, name="Papeterie des Tilleuls", country="FR"),
    recipient="53514650090018",
    recipient_name="Régie des eaux du Val-Clair",
    service="",
    service_name="",
    reader="SEI001",
    stage=Stage.RECIPIENT,
    faults=(),
    amount_due="120.00",
    currency="EUR",
    pivot=Content(b"<pivot/>", size=8),
    number_place=("/rsm:CrossIndustryInvoice", 7),
)


def an_invoice(**changes: object) -> Examined:
    """The sound invoice, but for these changes."""
    return replace(SOUND, **changes)  # type: ignore[arg-type]
