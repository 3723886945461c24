"""A value that its type does not allow; of base64, which nobody reads, what ails it and only its start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edigate.domain.faults import Fault, fault
from edigate.xsd import places

if TYPE_CHECKING:
    from lxml import etree

_BASE64 = re.compile(r"\bbase64Binary'?\.?$")
_ORDINARY = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_OF_ADDRESSES = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_STARTS_WITH = 40
_GROUP = 4


def refused(element: etree._Element, reason: str) -> Fault:
    """The fault of an element whose text is refused; `reason` is what the validator says."""
    if _BASE64.search(reason):
        start = places.found(element, _STARTS_WITH)
        return fault("EDG-F108", value=start, reason=_base64_flaw(element.text or ""), asked="schema.base64")
    said = places.prefixed(reason, element)
    return fault("EDG-F108", value=places.found(element), reason=said, asked="schema.value")


def _base64_flaw(text: str) -> str:
    """A word of ours for what keeps a text from being base64."""
    compact = "".join(text.split())
    if compact[:5].lower() == "data:":
        return "base64.prefix"
    if _ORDINARY.fullmatch(compact):
        return "base64.length" if len(compact) % _GROUP else "base64.other"
    return "base64.of_addresses" if _OF_ADDRESSES.fullmatch(compact) else "base64.other"
