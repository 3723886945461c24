"""What a PDF's XMP metadata declare: its part of PDF/A, and what they call the invoice inside (reference §7.7)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from edigate.domain.faults import Refusal, fault
from edigate.parsers import _xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from edigate.domain.faults import Fault

_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_FACTURX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_MAX_BYTES = 10_000_000
_PADDING = b"\0\t\n\r "
_REASONS: Mapping[str, str] = MappingProxyType(
    {"EDG-F102": "wrong or unknown encoding", "EDG-F103": "a document type declaration"}
)


class Declared(NamedTuple):
    """What the metadata say; empty where they do not. `parts` has several where they contradict themselves."""

    parts: tuple[str, ...] = ()
    described: bool = False
    file_name: str = ""
    level: str = ""


def read(packet: bytes) -> Declared:
    """The declarations of an XMP packet; raises Refusal (EDG-F063) for what is not readable as XML."""
    packet = packet.strip(_PADDING)
    if not packet:
        return Declared()
    try:
        root = _xml.read(packet, max_bytes=_MAX_BYTES)
    except Refusal as refusal:
        raise Refusal(fault("EDG-F063", "document", reason=_reason(refusal.faults[0]))) from None
    facts = dict(_facts(root, _FACTURX))
    return Declared(
        parts=tuple(dict.fromkeys(value for name, value in _facts(root, _PDFA) if name == "part" and value)),
        described=bool(facts),
        file_name=facts.get("DocumentFileName", ""),
        level=facts.get("ConformanceLevel", ""),
    )


def _reason(found: Fault) -> str:
    return dict(found.args).get("reason", "") or _REASONS.get(found.code, found.code)


def _facts(root: _Element, namespace: str) -> Iterator[tuple[str, str]]:
    """Names and values of a schema's properties, which RDF writes as elements or as attributes."""
    for element in root.iter(etree.Element):
        tag = etree.QName(element)
        if tag.namespace == namespace:
            yield tag.localname, (element.text or "").strip()
        for key, value in element.items():
            name = etree.QName(key)
            if name.namespace == namespace:
                yield name.localname, str(value).strip()
