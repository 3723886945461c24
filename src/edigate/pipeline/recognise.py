"""The interface that a file without a flow name would be deposited on, by what is in it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.faults import Fault
from edigate.domain.names import RECEIPT
from edigate.parsers import PARSERS, cppstatut
from edigate.parsers._xml import kind_of
from edigate.pipeline.documents import ARCHIVES, SIGNATURE
from edigate.unpacking import Limits, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edigate.domain.settings import RuleSettings
    from edigate.pipeline.desk import Source

STRUCTURED: Mapping[str, str] = MappingProxyType({"cii": "FSO1106A", "ubl": "FSO1100A", "mixte": "FSO1113A"})
"""The interface of each syntax that takes an invoice without its PDF, where one does."""
FACTUR_X, STATUSES = "FSO1117A", "FSO1301A"
_DEFAULT = STRUCTURED["cii"]
_NO_SUCH_KIND = "EDG-F043"
_HEAD = 1_000_000
# Atomic groups: what is skipped is read once, also where a comment never ends.
_PROLOG = re.compile(
    rb"(?>(?>[^<]+|<!--(?>(?!-->).)*-->|<\?(?>(?!\?>).)*\?>|<!DOCTYPE[^>\[]*(?>\[[^\]]*\])?\s*>)*)", re.DOTALL
)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_OF_FLOWS = re.compile(rb"<(?:[\w.-]+:)?CPPFluxStatuts[\s/>]")


def interface_of(source: Source, settings: RuleSettings) -> str:
    """By its first document: of XML by its root, of a PDF Factur-X; CII's for what is neither. Raises OSError."""
    head = source.head()
    kind = kind_of(head)
    return _of_archive(source, kind, settings) if kind in ARCHIVES else _of_document(head, kind)


def _of_archive(source: Source, kind: str, settings: RuleSettings) -> str:
    with source.open() as file:
        for found in unpack(file, kind, Limits.of(settings), "xml"):
            if isinstance(found, Fault):
                if found.code == _NO_SUCH_KIND and found.value == "pdf":
                    return FACTUR_X
            elif found.kind != SIGNATURE:
                return _of_document(found.content, found.kind)
    return _DEFAULT


def _of_document(content: bytes, kind: str) -> str:
    if kind == "pdf":
        return FACTUR_X
    start = content[:_HEAD]
    if b"\x00" in start[:4] or start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        start = start.replace(b"\x00", b"")
    prolog = _PROLOG.match(start)
    start = start[prolog.end() :] if prolog else start
    root = _ROOT.search(start)
    local = root.group(1).decode("ascii", "replace") if root else ""
    if local in cppstatut.ROOTS:
        return RECEIPT if _OF_FLOWS.search(start) else STATUSES
    syntax = next((key for key, parser in PARSERS.items() if local in {_local(tag) for tag in parser.ROOTS}), "cii")
    return STRUCTURED[syntax]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
