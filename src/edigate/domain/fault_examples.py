"""Why each fault code is there, with an example of what it refuses and of what is right (design §7)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.archive_examples import ARCHIVE_EXAMPLES
from edigate.domain.example_rows import Example
from edigate.domain.facturx_examples import FACTURX_EXAMPLES
from edigate.domain.flow_examples import FLOW_EXAMPLES
from edigate.domain.invoice_examples import INVOICE_EXAMPLES
from edigate.domain.status_examples import STATUS_EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXAMPLES", "Example"]

EXAMPLES: Mapping[str, Example] = MappingProxyType(
    FLOW_EXAMPLES | ARCHIVE_EXAMPLES | FACTURX_EXAMPLES | INVOICE_EXAMPLES | STATUS_EXAMPLES
)
"""By code; every code of the catalogue has one."""
