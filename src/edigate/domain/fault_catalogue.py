"""Every fault code that edigate publishes; a code is kept or retired, never reused.

Sources of the rules: reference §8.2 to §8.5, §9.3, §12.3, §17.4.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.archive_faults import ARCHIVE_FAULTS
from edigate.domain.attachment_faults import ATTACHMENT_FAULTS
from edigate.domain.directory_faults import DIRECTORY_FAULTS
from edigate.domain.facturx_faults import FACTURX_FAULTS
from edigate.domain.fault_rows import FaultRow, Words
from edigate.domain.flow_faults import FLOW_FAULTS
from edigate.domain.invoice_faults import INVOICE_FAULTS
from edigate.domain.length_faults import LENGTH_FAULTS
from edigate.domain.payment_faults import PAYMENT_FAULTS
from edigate.domain.status_faults import REPORT_FLOW_FAULTS, STATUS_FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAULTS", "FaultRow", "Words"]

FAMILIES: tuple[Mapping[str, FaultRow], ...] = (
    FLOW_FAULTS,
    ARCHIVE_FAULTS,
    REPORT_FLOW_FAULTS,
    INVOICE_FAULTS,
    STATUS_FAULTS,
    DIRECTORY_FAULTS,
    FACTURX_FAULTS,
    PAYMENT_FAULTS,
    ATTACHMENT_FAULTS,
    LENGTH_FAULTS,
)
"""Each family of codes has a table of its own."""

FAULTS: Mapping[str, FaultRow] = MappingProxyType(dict(sorted(row for family in FAMILIES for row in family.items())))
