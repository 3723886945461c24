"""Payment modes: what the gate takes, and what the pivot can say (reference §8.4, rules S2.05 and G1.14)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PIVOT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "10": "Espèces",
        "20": "Chèque",
        "30": "Virement",
        "31": "Virement débiteur",
        "42": "Paiement sur compte bancaire",
        "48": "Carte bancaire",
        "49": "Prélèvement",
        "97": "Report",
    }
)
"""The modes of the pivot with their label."""

PAYMENT_CODES = frozenset({*PIVOT_LABELS, "01", "58", "59"})
"""The modes a deposit may have (S2.05)."""

ACCOUNT_EXPECTED = frozenset({"30", "31", "42"})
"""The modes that pay to a bank account."""

_TRANSFER = "30"


def pivot_payment_code(code: str) -> tuple[str, str]:
    """The mode's code and label in the pivot: a credit transfer where the pivot does not have it (G1.14)."""
    known = code if code in PIVOT_LABELS else _TRANSFER
    return known, PIVOT_LABELS[known]
