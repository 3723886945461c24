"""Factur-X: the one XML that a PDF/A-3 embeds as the data of its invoice (reference §7.7)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from edigate.domain.faults import Refusal, fault, warning
from edigate.parsers import _pdf, _xmp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edigate.domain.faults import Fault
    from edigate.parsers._pdf import FileSpec
    from edigate.parsers._xmp import Declared

NAME = "factur-x.xml"
RELATIONSHIPS = frozenset({"Data", "Source", "Alternative"})
_ORDER_NAMES = frozenset({"order-x.xml", "cida.xml"})
_PLACES = ("AF", "EmbeddedFiles")
_PART = "3"
_XMP_BYTES = 10_000_000
_BLANK = b"\xef\xbb\xbf\xfe\xff\0\t\n\r "
# The end of a guideline's identifier, and the profile that it names, as XMP writes it.
_PROFILES: Mapping[str, str] = MappingProxyType(
    {
        "minimum": "MINIMUM",
        "basicwl": "BASIC WL",
        "basic": "BASIC",
        "en16931": "EN 16931",
        "en16931:2017": "EN 16931",
        "extended": "EXTENDED",
    }
)
_HEAD = 65_536
_GUIDELINE = re.compile(
    rb"GuidelineSpecifiedDocumentContextParameter\s*>\s*<(?:[\w.-]+:)?ID(?:\s[^<>]*)?>\s*([^<\s]+)\s*<"
)


class Embedded(NamedTuple):
    """The XML that a PDF embeds as its invoice, with the name and the AFRelationship that it has there."""

    content: bytes
    name: str
    relationship: str


def extract(content: bytes, *, max_bytes: int) -> tuple[Embedded, tuple[Fault, ...]]:
    """The invoice inside a Factur-X, and what is odd about its packing (warnings).

    Raises Refusal, and nothing else whatever the bytes: EDG-F060 and EDG-F061 for a PDF that cannot be read, else all
    that is wrong with its declaration (EDG-F062 to EDG-F064) and with the file it embeds (EDG-F065 to EDG-F072).
    Nothing is inflated beyond `max_bytes`.
    """
    with _pdf.opened(content) as pdf:
        declared, wrong = _declaration(pdf)
        try:
            chosen, spec = _chosen(list(_pdf.embedded_files(pdf)))
            xml = _content_of(spec, max_bytes)
        except Refusal as refusal:
            raise Refusal(*wrong, *refusal.faults) from None
        if wrong:
            raise Refusal(*wrong)
        return Embedded(xml, spec.name, spec.relationship), (
            *_unlisted(chosen),
            *_contradictions(declared, xml),
            *_oddities(pdf),
        )


def _declaration(pdf: pikepdf.Pdf) -> tuple[Declared, tuple[Fault, ...]]:
    """What the PDF says of itself, and what is wrong with that."""
    try:
        declared = _xmp.read(_metadata(pdf))
    except Refusal as refusal:
        return _xmp.Declared(), refusal.faults
    if not declared.parts:
        return declared, (fault("EDG-F062", "document"),)
    if declared.parts != (_PART,):
        return declared, (fault("EDG-F064", "document", " / ".join(declared.parts)),)
    return declared, ()


def _metadata(pdf: pikepdf.Pdf) -> bytes:
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        return b""
    try:
        return _pdf.decoded(stream, _XMP_BYTES)
    except _pdf.TooLarge:
        reason = f"more than {_XMP_BYTES} bytes"
    except _pdf.Undecodable as undecodable:
        reason = undecodable.reason
    raise Refusal(fault("EDG-F063", "document", reason=reason))


def _chosen(files: Sequence[FileSpec]) -> tuple[list[FileSpec], FileSpec]:
    """The listings of the invoice, and the one that says what it is; raises Refusal where there is no such one."""
    if not files:
        raise Refusal(fault("EDG-F065", "document"))
    named = [file for file in files if file.name == NAME]
    if not named:
        names = list(dict.fromkeys(file.name for file in files))
        orders = [name for name in names if name.lower() in _ORDER_NAMES]
        code = "EDG-F067" if orders else "EDG-F066"
        raise Refusal(fault(code, "document", ", ".join(orders or names)))
    spec = next((file for file in named if file.relationship in RELATIONSHIPS), None)
    if spec is None:
        raise Refusal(fault("EDG-F068", "document", named[0].relationship))
    different = _different(stream for file in named for stream in file.streams)
    if different > 1:
        raise Refusal(fault("EDG-F069", "document", different))
    return named, spec


def _different(streams: Iterator[pikepdf.Object]) -> int:
    """How many contents these streams have; a file that two places list, or that was embedded twice, is one."""
    distinct = list({stream.objgen: stream for stream in streams}.values())
    if not distinct:
        return 0
    first = distinct[0].read_raw_bytes()
    return 1 + sum(stream.read_raw_bytes() != first for stream in distinct[1:])


def _content_of(spec: FileSpec, max_bytes: int) -> bytes:
    try:
        xml = _pdf.decoded(spec.streams[0], max_bytes) if spec.streams else b""
    except _pdf.TooLarge:
        raise Refusal(fault("EDG-F071", "document", limit=max_bytes)) from None
    except _pdf.Undecodable as undecodable:
        raise Refusal(fault("EDG-F072", "document", reason=undecodable.reason)) from None
    if not xml[:_HEAD].strip(_BLANK) and not xml.strip(_BLANK):
        raise Refusal(fault("EDG-F070", "document"))
    return xml


def _unlisted(listings: Sequence[FileSpec]) -> Iterator[Fault]:
    listed = {file.place for file in listings}
    yield from (warning("EDG-F073", "document", place) for place in _PLACES if place not in listed)


def _contradictions(declared: Declared, xml: bytes) -> Iterator[Fault]:
    """Where the metadata say something else than the file, or nothing."""
    if not declared.described:
        yield warning("EDG-F076", "document")
        return
    if declared.file_name != NAME:
        yield warning("EDG-F074", "document", declared.file_name, expected=NAME)
    profile = _profile(xml)
    if profile and _compact(declared.level) != _compact(profile):
        yield warning("EDG-F075", "document", declared.level, expected=profile)


def _profile(xml: bytes) -> str:
    """The profile that the guideline names, empty where it names none of Factur-X's; looked for in the head alone."""
    first, *rest = xml[:_HEAD].split(b"<!--")
    found = _GUIDELINE.search(first + b"".join(part.partition(b"-->")[2] for part in rest))
    guideline = found[1].decode("ascii", "replace").lower() if found else ""
    ending = guideline.replace("#", ":")
    return next((profile for end, profile in _PROFILES.items() if ending.endswith(f":{end}")), "")


def _compact(level: str) -> str:
    return "".join(level.split()).upper()


def _oddities(pdf: pikepdf.Pdf) -> Iterator[Fault]:
    """The first thing that qpdf minded while it read: one defect of a producer is often repeated a hundred times."""
    for minded in pdf.get_warnings()[:1]:
        yield warning("EDG-F077", "document", reason=_pdf.told(minded))
