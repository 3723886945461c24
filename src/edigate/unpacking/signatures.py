"""Which entries are signatures of others: kept in the archive, not judged (reference §4.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edigate.domain.faults import Refusal
from edigate.parsers._xml import read

if TYPE_CHECKING:
    from lxml import etree

EXTENSIONS = (".p7s", ".xades", ".sig", ".asc")
_HEAD = 1 << 16
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_SIGNATURE = f"{{{_DSIG}}}Signature"
_OBJECT = f"{{{_DSIG}}}Object"
_CONTAINERS = (
    "http://uri.etsi.org/02918/v1.2.1#",
    "http://uri.etsi.org/2918/v1.2.1#",
    "http://uri.etsi.org/02918/v1.1.1#",
)
_ROOTS = frozenset({_SIGNATURE, *(f"{{{namespace}}}XAdESSignatures" for namespace in _CONTAINERS)})
_SAID_OF_SIGNATURES = re.compile(r"\{(?:http://www\.w3\.org/2000/09/xmldsig#|http://uri\.etsi\.org/01903/)")
_NAME = b"Signature"
_LOOKS = re.compile(rb"<(?:[\w.-]+:)?(?:Signature|XAdESSignatures)[\s>]")


def is_named_so(name: str) -> bool:
    """Whether the extension is that of a signature."""
    return name.lower().endswith(EXTENSIONS)


def is_signature(content: bytes) -> bool:
    """Whether an XML document is a signature beside what it signs; one that encloses its document is none."""
    head = content[:_HEAD].replace(b"\x00", b"")
    if _NAME not in head or _LOOKS.search(head) is None:  # the name alone is looked for in a tenth of the time
        return False
    try:
        root = read(content, max_bytes=len(content))
    except Refusal:
        return False
    return root.tag in _ROOTS and not any(map(_holds_a_document, root.iter(_OBJECT)))


def _holds_a_document(wrapper: etree._Element) -> bool:
    foreign = any(not _SAID_OF_SIGNATURES.match(str(child.tag)) for child in wrapper)
    return foreign or bool((wrapper.text or "").strip())
