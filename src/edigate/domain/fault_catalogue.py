"""Every fault code that edigate publishes; a code is kept or retired, never reused.

Sources of the rules: reference §8.2 to §8.5, §9.3, §12.3, §17.4.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.fault_rows import FaultRow, Words
from edigate.domain.flow_faults import FLOW_FAULTS
from edigate.domain.invoice_faults import INVOICE_FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAULTS", "FaultRow", "Words"]

FAULTS: Mapping[str, FaultRow] = MappingProxyType({**FLOW_FAULTS, **INVOICE_FAULTS})
