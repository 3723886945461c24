"""Which status usually follows which; nothing is imposed, whatever is odd is only told (reference §10.4)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.statuses import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

_VALIDATION = frozenset({"13", "14", "17", "18"})
_TREATED = frozenset({"04", "05", "06", "07", "08", "09", "10", "11"})

USUAL: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "": frozenset({"01", "37"}),
        "01": frozenset({"02", "03"}) | _VALIDATION,
        "02": frozenset({"03"}) | _VALIDATION,
        "03": _TREATED | _VALIDATION,
        "04": frozenset({"01"}),
        "05": frozenset(),
        "06": frozenset({"12"}),
        # The way to payment, with steps left out; until the payment its accountant may stop it.
        "07": frozenset({"05", "06", "08", "09", "10", "11"}),
        "08": frozenset({"05", "06", "09", "10", "11"}),
        "09": frozenset({"05", "06", "10", "11"}),
        "10": frozenset({"05", "06", "11"}),
        # Ordering party and accountant both report, the one later than the other.
        "11": frozenset({"07", "08", "09", "10"}),
        "12": frozenset({"03"}),
        # A subcontractor's request goes on to its recipient refused or not (reference §14).
        "13": frozenset({"02", "03", "17", "18"}),
        "14": frozenset({"02", "03", "17", "18"}),
        "17": frozenset({"02", "03"}),
        "18": frozenset({"02", "03"}),
        "37": frozenset(),
    }
)
"""What may follow each code; the empty code is an invoice without a status."""


def odd(previous: str, new: str) -> bool:
    """Whether `new` after `previous` is worth a remark; a repeated code never is, nor one whose meaning is unknown."""
    if previous == new or previous not in USUAL or new not in STATUSES or not STATUSES[new].known:
        return False
    return new not in USUAL[previous]
