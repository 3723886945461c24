"""Statuses of flows and invoices on the EDI channel, numbering (a) of reference §10.2.

Sources: reference §7.2.1, §10.2a, §10.6. The other numbering, of the portal itself, is in `portal_statuses`.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class FlowStatus(StrEnum):
    """IdStatut of a flow in CPPFluxStatuts (reference §7.2.1)."""

    RECEIVED = "90"
    IN_TRANSMISSION = "91"
    RECEIVED_BY_RECIPIENT = "92"
    REFUSED = "93"
    REFUSED_BY_RECIPIENT = "94"
    NOT_TRANSMITTED = "95"
    PARTIAL = "96"


class InvoiceStatus(StrEnum):
    """IdStatut of an invoice in CPPFactureStatuts, every code whose meaning is known (reference §10.2a)."""

    DEPOSITED = "01"
    ON_ITS_WAY = "02"
    MADE_AVAILABLE = "03"
    TO_RECYCLE = "04"
    REJECTED = "05"
    SUSPENDED = "06"
    SERVICE_DONE = "07"
    PAYMENT_ORDERED = "08"
    WITH_ACCOUNTANT = "09"
    BOOKED = "10"
    PAID = "11"
    COMPLETED = "12"
    VALIDATED_1 = "13"
    REFUSED_1 = "14"
    REFUSED_2 = "17"
    VALIDATED_2 = "18"
    NOT_INTEGRATED = "37"


class Setter(StrEnum):
    """Who sets a status of an invoice."""

    GATE = "gate"
    RECIPIENT = "recipient"
    SUPPLIER = "supplier"
    VALIDATOR = "validator"
    UNKNOWN = "unknown"


class StatusRow(NamedTuple):
    """What one code says in both languages, and who sets it."""

    label_fr: str
    label_en: str
    set_by: Setter

    @property
    def known(self) -> bool:
        """Whether a meaning of the code was found; others are taken in and stored, never written."""
        return self.set_by is not Setter.UNKNOWN


FLOW_LABELS = {
    FlowStatus.RECEIVED: "Reçu",
    FlowStatus.IN_TRANSMISSION: "En cours de transmission",
    FlowStatus.RECEIVED_BY_RECIPIENT: "Reçu destinataire final",
    FlowStatus.REFUSED: "Erreur réception",
    FlowStatus.REFUSED_BY_RECIPIENT: "Erreur réception destinataire final",
    FlowStatus.NOT_TRANSMITTED: "Erreur de transmission",
    FlowStatus.PARTIAL: "Reçu - intégration partielle",
}

# fmt: off
_KNOWN = {
    InvoiceStatus.DEPOSITED: StatusRow("Déposée", "Deposited", Setter.GATE),
    InvoiceStatus.ON_ITS_WAY: StatusRow("En cours d’acheminement", "On its way", Setter.GATE),
    InvoiceStatus.MADE_AVAILABLE: StatusRow(
        "Mise à disposition du destinataire", "Made available to its recipient", Setter.GATE),
    InvoiceStatus.TO_RECYCLE: StatusRow("À recycler", "To be recycled (wrong routing data)", Setter.RECIPIENT),
    InvoiceStatus.REJECTED: StatusRow("Rejetée", "Rejected", Setter.RECIPIENT),
    InvoiceStatus.SUSPENDED: StatusRow("Suspendue", "Suspended", Setter.RECIPIENT),
    InvoiceStatus.SERVICE_DONE: StatusRow("Service fait", "Service certified as done", Setter.RECIPIENT),
    InvoiceStatus.PAYMENT_ORDERED: StatusRow("Mandatée", "Payment ordered", Setter.RECIPIENT),
    InvoiceStatus.WITH_ACCOUNTANT: StatusRow(
        "Mise à disposition du comptable", "Made available to the accountant", Setter.RECIPIENT),
    InvoiceStatus.BOOKED: StatusRow("Comptabilisée", "Booked", Setter.RECIPIENT),
    InvoiceStatus.PAID: StatusRow("Mise en paiement", "Sent for payment", Setter.RECIPIENT),
    InvoiceStatus.COMPLETED: StatusRow("Complétée", "Completed", Setter.SUPPLIER),
    InvoiceStatus.VALIDATED_1: StatusRow(
        "Validée par le premier valideur", "Validated by the first validator", Setter.VALIDATOR),
    InvoiceStatus.REFUSED_1: StatusRow(
        "Refusée par le premier valideur", "Refused by the first validator", Setter.VALIDATOR),
    InvoiceStatus.REFUSED_2: StatusRow(
        "Refusée par le second valideur", "Refused by the second validator", Setter.VALIDATOR),
    InvoiceStatus.VALIDATED_2: StatusRow(
        "Validée par le second valideur", "Validated by the second validator", Setter.VALIDATOR),
    InvoiceStatus.NOT_INTEGRATED: StatusRow("Non conforme, non intégrée", "Not integrated", Setter.GATE),
}
# fmt: on

LAST_CODE = 41
_CODES = tuple(f"{number:02d}" for number in range(1, LAST_CODE + 1))

STATUSES: Mapping[str, StatusRow] = MappingProxyType(
    {code: StatusRow(f"Statut {code}", f"Status {code}", Setter.UNKNOWN) for code in _CODES} | _KNOWN
)
"""Every code that the format admits, 01 to 41; those without a known meaning are called by their number."""

INVOICE_LABELS: Mapping[str, str] = MappingProxyType({code: row.label_fr for code, row in STATUSES.items()})


class StepLabel(StrEnum):
    """ComplementStatut of a step that has no known code: it is told as 01 or 03 with this label (reference §10.6)."""

    AVAILABLE_TO_VALIDATOR_1 = "Mise à disposition du premier valideur"
    AVAILABLE_TO_VALIDATOR_2 = "Mise à disposition du second valideur"
    AVAILABLE_TO_MOE = "Mise à disposition MOE"
    AVAILABLE_TO_MOA = "Mise à disposition MOA"
    AVAILABLE_TO_SUPPLIER = "Mise à disposition du fournisseur"
    TAKEN_BY_MOE = "Prise en compte MOE"
    LINKED = "Associée"
    LATE_1 = "Validation 1 hors délai"
    LATE_2 = "Validation 2 hors délai"
    MISROUTED_BY_MOE = "Refusée par la MOE pour erreur dans les données d’acheminement"
    MISROUTED_BY_MOA = "Refusée par la MOA pour erreur dans les données d’acheminement"
    REFUSED_BY_MOE = "Refusée par la MOE pour autre motif"
    REFUSED_BY_MOA = "Refusée par la MOA pour autre motif"
    REFUSED_BY_SUPPLIER = "Refusée par le fournisseur pour autre motif"


_SILENT = frozenset(
    ("a", "au", "aux", "d", "dans", "de", "des", "du", "l", "la", "le", "les", "n", "no", "par", "pour")
)
_SAME: Mapping[str, str] = MappingProxyType(
    {"1": "premier", "1er": "premier", "2": "second", "2e": "second", "2eme": "second", "2nd": "second"}
    | {"deuxieme": "second", "validateur": "valideur"}
)
_LONG_NAMES = (
    ("maitre d oeuvre", "moe"),
    ("maitrise d oeuvre", "moe"),
    ("maitre d ouvrage", "moa"),
    ("maitrise d ouvrage", "moa"),
)


def step_of(label: str) -> StepLabel | None:
    """The step that a ComplementStatut names, whatever its capitals, accents, blanks, order and small words."""
    return _STEPS.get(_said(label))


def _said(label: str) -> frozenset[str]:
    """The words that carry the meaning, in one spelling each."""
    plain = unicodedata.normalize("NFKD", label.casefold().replace("œ", "oe"))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    text = " ".join(re.findall(r"[a-z0-9]+", letters))
    for long, short in _LONG_NAMES:
        text = text.replace(long, short)
    return frozenset(_SAME.get(word, word) for word in text.split()) - _SILENT


_STEPS: Mapping[frozenset[str], StepLabel] = MappingProxyType(
    {_said(step): step for step in StepLabel}
    # A refusal that tells no reason is one for "another reason": wrong routing data are always named.
    | {_said(step.partition(" pour ")[0]): step for step in StepLabel if step.endswith("autre motif")}
)

COMPLETED, RECYCLED = "Complétée", "Recyclée"
"""What a pivot calls an invoice whose number was deposited before (reference §7.3)."""
